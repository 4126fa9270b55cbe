//! Work for callers that are not authenticated, limited by its source in bounded memory.

use super::Source;
use super::gcra::{Bucket, Quota};
use crate::config::Rate;
use casemate_core::UnixMillis;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Sources, at most.
const CAPACITY: usize = 65_536;
/// How seldom a full table is searched for sources that are idle, in milliseconds.
const PRUNE_EVERY: u64 = 1_000;
/// How many times the rate of one source those share that find the table full.
const SHARED: u32 = 16;

/// The limiter of unauthenticated work.
#[derive(Debug)]
pub(super) struct Strangers {
    quota: Quota,
    shared_quota: Quota,
    table: Mutex<Table>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Table {
    buckets: HashMap<Source, Bucket>,
    shared: Bucket,
    pruned: u64,
}

impl Strangers {
    /// `rpm` a minute for each source, with a burst of a tenth, at least 10; zero allows nothing.
    pub(super) fn new(rpm: u32) -> Self {
        Self::with_capacity(rpm, CAPACITY)
    }

    fn with_capacity(rpm: u32, capacity: usize) -> Self {
        let burst = (rpm / 10).max(10).min(rpm);
        let shared = Rate { rpm: rpm.saturating_mul(SHARED), burst: burst.saturating_mul(SHARED) };
        Self {
            quota: Quota::new(Rate { rpm, burst }),
            shared_quota: Quota::new(shared),
            table: Mutex::default(),
            capacity,
        }
    }

    /// Continues with the counts of another limiter, after a reload.
    pub(super) fn continuing(self, other: &Self) -> Self {
        let mut table = other.table.lock().unwrap_or_else(PoisonError::into_inner);
        Self { table: Mutex::new(std::mem::take(&mut *table)), ..self }
    }

    /// Takes one piece of work, or says in how many seconds the next may come.
    pub(super) fn take(&self, source: Source, now: UnixMillis) -> Result<(), u64> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.buckets.len() >= self.capacity && !table.buckets.contains_key(&source) {
            table.prune(self.quota, now);
            if table.buckets.len() >= self.capacity {
                return table.shared.take(self.shared_quota, now).map(drop);
            }
        }
        table.buckets.entry(source).or_default().take(self.quota, now).map(drop)
    }

    /// Whether the source may still cause work, without counting any.
    pub(super) fn peek(&self, source: Source, now: UnixMillis) -> Result<(), u64> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        match table.buckets.get(&source) {
            Some(bucket) => bucket.peek(self.quota, now).map(drop),
            None if table.buckets.len() >= self.capacity => table.shared.peek(self.shared_quota, now).map(drop),
            None => Bucket::default().peek(self.quota, now).map(drop),
        }
    }

    /// How many sources are remembered.
    pub(super) fn len(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).buckets.len()
    }
}

impl Table {
    fn prune(&mut self, quota: Quota, now: UnixMillis) {
        // A clock that jumped back prunes too, rather than never.
        if now.0.abs_diff(self.pruned) >= PRUNE_EVERY {
            self.pruned = now.0;
            self.buckets.retain(|_, bucket| !bucket.is_idle(quota, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn v4(n: u32) -> Source {
        IpAddr::V4(Ipv4Addr::from(n)).into()
    }

    #[test]
    fn each_address_has_its_own_rate() {
        let strangers = Strangers::new(60);
        for _ in 0..10 {
            assert_eq!(strangers.peek(v4(1), NOW), Ok(()));
            assert_eq!(strangers.take(v4(1), NOW), Ok(()));
        }
        assert_eq!(strangers.peek(v4(1), NOW), Err(1));
        assert_eq!(strangers.take(v4(1), NOW), Err(1));
        assert_eq!(strangers.take(v4(2), NOW), Ok(()));
        assert_eq!(strangers.take(v4(1), NOW.plus(1000)), Ok(()));
    }

    #[test]
    fn zero_allows_nothing() {
        assert!(Strangers::new(0).take(v4(1), NOW).is_err());
    }

    #[test]
    fn a_host_cannot_change_its_address_within_its_network() {
        let strangers = Strangers::new(10);
        let host = |net, n| Source::from(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, net, 0, 0, 0, n)));
        for n in 0..10 {
            assert_eq!(strangers.take(host(1, n), NOW), Ok(()));
        }
        assert!(strangers.take(host(1, 99), NOW).is_err());
        assert_eq!(strangers.take(host(2, 0), NOW), Ok(()));
    }

    #[test]
    fn a_full_table_is_shared_and_never_unlimited() {
        let strangers = Strangers::with_capacity(60, 4);
        for n in 0..4 {
            assert_eq!(strangers.take(v4(n), NOW), Ok(()));
        }
        let passed = (100..1000).filter(|n| strangers.take(v4(*n), NOW).is_ok()).count();
        assert_eq!(passed, 160);
        assert_eq!(strangers.len(), 4);
        assert!(strangers.peek(v4(5000), NOW).is_err());
        assert_eq!(strangers.take(v4(0), NOW), Ok(()), "an address that is known keeps its own rate");
        let later = NOW.plus(60_000);
        assert_eq!(strangers.take(v4(2000), later), Ok(()));
        assert_eq!(strangers.len(), 1);
    }
}
