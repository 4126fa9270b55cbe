//! Places for connections of one address that are not authenticated, so that no host takes them all.

use super::Source;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts places by source. It remembers those that hold one, which the cap on all connections bounds.
#[derive(Debug)]
pub(crate) struct Places {
    taken: Mutex<HashMap<Source, usize>>,
    each: usize,
    all: usize,
}

/// One place. Dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    source: Source,
}

impl Places {
    /// `each` places for every source, and `all` for them together.
    pub(crate) fn new(each: usize, all: usize) -> Arc<Self> {
        Arc::new(Self { taken: Mutex::default(), each, all })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, if the source has one left.
    pub(crate) fn take(self: &Arc<Self>, source: Source) -> Option<Place> {
        let mut taken = self.taken();
        let count = taken.get(&source).copied().unwrap_or(0);
        if count >= self.each || taken.values().sum::<usize>() >= self.all {
            return None;
        }
        taken.insert(source, count + 1);
        drop(taken);
        Some(Place { places: Arc::clone(self), source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        let left = taken.get(&self.source).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            taken.remove(&self.source);
        } else {
            taken.insert(self.source, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn each_source_has_its_own_places_and_gets_them_back() {
        let source = |n: u32| Source::from(IpAddr::V4(Ipv4Addr::from(n)));
        let places = Places::new(2, 3);
        let first = places.take(source(1));
        let second = places.take(source(1));
        assert!(first.is_some() && second.is_some() && places.take(source(1)).is_none());
        let third = places.take(source(2));
        assert!(third.is_some() && places.take(source(3)).is_none(), "three in all");
        drop(third);
        drop(first);
        assert!(places.take(source(1)).is_some());
        drop(second);
        assert!(places.taken().is_empty());
        assert!(Places::new(0, 9).take(source(1)).is_none());
    }
}
