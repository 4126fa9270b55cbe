//! Whether anything still moves on a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Counts what runs on a connection and remembers when something last moved.
pub(crate) struct Activity {
    since: Instant,
    running: AtomicUsize,
    replying: AtomicUsize,
    last: AtomicU64,
    begun: AtomicBool,
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            since: Instant::now(),
            running: AtomicUsize::new(0),
            replying: AtomicUsize::new(0),
            last: AtomicU64::new(0),
            begun: AtomicBool::new(false),
        })
    }

    fn moved(&self) {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(millis, Ordering::Relaxed);
    }

    /// Whether nothing has moved for `limit` though something should: no request runs, or a reply is not being read.
    pub(crate) fn is_stale(&self, limit: Duration) -> bool {
        let waiting_for_us = self.running.load(Ordering::Relaxed) > 0 && self.replying.load(Ordering::Relaxed) == 0;
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        !waiting_for_us && self.since.elapsed().saturating_sub(last) >= limit
    }

    /// Whether a request runs.
    pub(crate) fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed) > 0
    }

    /// Whether any request has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// A request begins; it runs until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        self.begun.store(true, Ordering::Relaxed);
        self.running.fetch_add(1, Ordering::Relaxed);
        self.moved();
        Running { activity: Arc::clone(self), replying: false }
    }
}

/// One running request.
pub(crate) struct Running {
    activity: Arc<Activity>,
    replying: bool,
}

impl Running {
    /// A piece of the reply was taken.
    pub(crate) fn moved(&mut self) {
        if !std::mem::replace(&mut self.replying, true) {
            self.activity.replying.fetch_add(1, Ordering::Relaxed);
        }
        self.activity.moved();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.activity.running.fetch_sub(1, Ordering::Relaxed);
        if self.replying {
            self.activity.replying.fetch_sub(1, Ordering::Relaxed);
        }
        self.activity.moved();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_call_is_never_stale_and_an_unread_reply_is() {
        let activity = Activity::new();
        assert!(activity.is_stale(Duration::ZERO));
        let mut running = activity.begin();
        assert!(!activity.is_stale(Duration::ZERO));
        running.moved();
        assert!(activity.is_stale(Duration::ZERO));
        assert!(!activity.is_stale(Duration::from_secs(3600)));
    }
}
