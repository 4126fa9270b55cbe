//! The generic cell rate algorithm (ITU-T I.371): one number for each key, the theoretical arrival time.

use crate::config::Rate;
use casemate_core::UnixMillis;
use std::sync::atomic::{AtomicU64, Ordering};

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
/// Threads read the clock a little apart; only what is further ahead than this means that it jumped back.
const JUMP: u64 = SECOND;

/// A rate, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    rpm: u32,
    /// Nanoseconds from one request to the next, rounded up.
    interval: u64,
    /// Nanoseconds of a full burst.
    capacity: u64,
}

impl Quota {
    /// The quota of a rate. A rate or a burst of zero allows nothing.
    pub(super) fn new(rate: Rate) -> Self {
        let interval = if rate.rpm == 0 { 0 } else { MINUTE.div_ceil(u64::from(rate.rpm)) };
        Self { rpm: rate.rpm, interval, capacity: interval.saturating_mul(u64::from(rate.burst)) }
    }

    /// Requests a minute.
    pub(super) const fn rpm(self) -> u32 {
        self.rpm
    }

    const fn allows_nothing(self) -> bool {
        self.interval == 0 || self.capacity == 0
    }
}

/// What remains after a request was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// Requests that may follow at once.
    pub(super) remaining: u64,
    /// Seconds until the whole burst is there again, rounded up.
    pub(super) reset: u64,
}

/// The state of one key.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicU64);

impl Bucket {
    /// Takes one request, or says in how many seconds, at least 1, the next may come.
    pub(super) fn take(&self, quota: Quota, now: UnixMillis) -> Result<Left, u64> {
        let mut old = self.settle(quota, now);
        loop {
            let (new, left) = step(old, quota, now)?;
            match self.0.compare_exchange_weak(old, new, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(left),
                Err(current) => old = current,
            }
        }
    }

    /// Whether a request would be let through, without taking one.
    pub(super) fn peek(&self, quota: Quota, now: UnixMillis) -> Result<Left, u64> {
        step(self.settle(quota, now), quota, now).map(|(_, left)| left)
    }

    /// What is left now, for a caller who was refused.
    pub(super) fn left(&self, quota: Quota, now: UnixMillis) -> Left {
        quota.left(self.settle(quota, now).saturating_sub(nanos(now)))
    }

    /// The arrival time, brought back where the clock jumped back: the bucket then counts as empty, which is neither a
    /// free pass nor longer than one burst of waiting.
    fn settle(&self, quota: Quota, now: UnixMillis) -> u64 {
        let empty = nanos(now).saturating_add(quota.capacity);
        let tat = self.0.load(Ordering::Relaxed);
        if tat <= empty.saturating_add(JUMP) {
            return tat;
        }
        match self.0.compare_exchange(tat, empty, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => empty,
            Err(current) => current,
        }
    }

    /// Gives one request back that another limit refused.
    pub(super) fn give_back(&self, quota: Quota) {
        let lower = |tat: u64| Some(tat.saturating_sub(quota.interval));
        // The closure never refuses, so there is no failure to handle.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lower);
    }

    /// Whether forgetting it changes nothing: its burst is whole.
    pub(super) fn is_idle(&self, quota: Quota, now: UnixMillis) -> bool {
        self.settle(quota, now) <= nanos(now)
    }
}

impl Quota {
    fn left(self, ahead: u64) -> Left {
        let remaining = self.capacity.saturating_sub(ahead).checked_div(self.interval).unwrap_or(0);
        Left { remaining, reset: ahead.div_ceil(SECOND) }
    }
}

const fn nanos(now: UnixMillis) -> u64 {
    now.0.saturating_mul(1_000_000)
}

/// One step of the algorithm.
fn step(tat: u64, quota: Quota, now: UnixMillis) -> Result<(u64, Left), u64> {
    if quota.allows_nothing() {
        return Err(60);
    }
    let now = nanos(now);
    let ahead = tat.saturating_sub(now);
    let after = ahead.saturating_add(quota.interval);
    if after > quota.capacity {
        return Err((after - quota.capacity).div_ceil(SECOND).max(1));
    }
    Ok((now.saturating_add(after), quota.left(after)))
}

#[cfg(test)]
mod tests;
