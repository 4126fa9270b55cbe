//! How many connections there may be, altogether and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The open connections by address; those of one IPv6 network of 64 bits count together.
pub(super) struct Doors {
    all: usize,
    each: usize,
    inside: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The place of one connection; free again when dropped.
pub(super) struct Place {
    address: IpAddr,
    inside: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Doors {
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self { all, each, inside: Arc::default() }
    }

    /// A place, if there is one.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<Place> {
        let address = network(peer);
        let mut inside = lock(&self.inside);
        let of_address = inside.get(&address).copied().unwrap_or_default();
        if of_address >= self.each || inside.values().sum::<usize>() >= self.all {
            return None;
        }
        inside.insert(address, of_address + 1);
        Some(Place { address, inside: Arc::clone(&self.inside) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = lock(&self.inside);
        match inside.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(inside.remove(&self.address)),
        }
    }
}

fn lock(inside: &Mutex<HashMap<IpAddr, usize>>) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_one_address_nor_all_together_exceed_their_number() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let doors = Doors::new(3, 2);
        let first = doors.enter(ip("192.0.2.1")).unwrap();
        let _second = doors.enter(ip("::ffff:192.0.2.1")).unwrap();
        assert!(doors.enter(ip("192.0.2.1")).is_none());
        let _third = doors.enter(ip("2001:db8::1")).unwrap();
        assert!(doors.enter(ip("192.0.2.2")).is_none(), "no room at all");
        drop(first);
        assert!(doors.enter(ip("2001:db8::2")).is_some());
        let _fourth = doors.enter(ip("2001:db8::3")).unwrap();
        drop(_second);
        assert!(doors.enter(ip("2001:db8::ffff")).is_none(), "one network");
        assert!(doors.enter(ip("192.0.2.1")).is_some());
    }
}
