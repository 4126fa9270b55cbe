//! Concurrency: how many calls run at once, counted by guards that count down when they are dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// The running calls of one key.
#[derive(Debug, Default, Clone)]
pub(super) struct Slots(Arc<AtomicU32>);

/// One running call.
#[derive(Debug)]
pub(super) struct Slot(Arc<AtomicU32>);

impl Slots {
    /// Takes a slot; with `max` `None` always.
    pub(super) fn take(&self, max: Option<u32>) -> Option<Slot> {
        let max = max.unwrap_or(u32::MAX);
        let more = |running: u32| (running < max).then(|| running.saturating_add(1));
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok().map(|_| Slot(Arc::clone(&self.0)))
    }

    /// Calls that run now.
    pub(super) fn running(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn a_slot_comes_back_when_its_call_ends() {
        let slots = Slots::default();
        let first = slots.take(Some(2));
        let second = slots.take(Some(2));
        assert!(first.is_some() && second.is_some() && slots.take(Some(2)).is_none());
        drop(first);
        assert_eq!(slots.running(), 1);
        assert!(slots.take(Some(2)).is_some());
        assert!(slots.take(Some(0)).is_none());
        drop(second);
        assert_eq!(slots.running(), 0);
    }
}
