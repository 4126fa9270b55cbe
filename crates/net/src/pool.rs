//! Idle connections, by target.

use crate::config::LIFETIME;
use crate::wire::Wire;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Connections that wait for their next request.
pub(crate) struct Pool {
    idle: Duration,
    per_target: usize,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    waiting: HashMap<u64, Vec<(Box<Wire>, Instant)>>,
    /// Counts flushes: a connection that was taken before one does not come back.
    era: u64,
    swept: bool,
}

/// Where a connection returns to.
pub(crate) struct Place {
    pool: Arc<Pool>,
    target: u64,
    era: u64,
}

impl Pool {
    pub(crate) fn new(idle: Duration, per_target: usize) -> Arc<Self> {
        Arc::new(Self { idle, per_target, shelf: Mutex::default() })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Nothing under this lock can leave it half changed.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a target's connections that are opened or taken from now on.
    pub(crate) fn place(self: &Arc<Self>, target: u64) -> Place {
        Place { pool: Arc::clone(self), target, era: self.shelf().era }
    }

    /// A connection that may be used again; the one that idled shortest. Whether it still is good is for the taker to see.
    pub(crate) fn take(&self, target: u64) -> Option<Box<Wire>> {
        let now = Instant::now();
        let mut shelf = self.shelf();
        let waiting = shelf.waiting.get_mut(&target)?;
        let found = std::iter::from_fn(|| waiting.pop()).find(|(wire, since)| self.fresh(wire, *since, now));
        if waiting.is_empty() {
            shelf.waiting.remove(&target);
        }
        found.map(|(wire, _)| wire)
    }

    /// Closes every idle connection, and lets none that is in use come back.
    pub(crate) fn flush(&self) {
        let mut shelf = self.shelf();
        shelf.era = shelf.era.wrapping_add(1);
        let old = std::mem::take(&mut shelf.waiting);
        drop(shelf);
        drop(old);
    }

    fn fresh(&self, wire: &Wire, since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < self.idle && now.saturating_duration_since(wire.born) < LIFETIME
    }

    /// Closes what has waited too long. Says whether anything still waits.
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut shelf = self.shelf();
        shelf.waiting.retain(|_, waiting| {
            waiting.retain(|(wire, since)| self.fresh(wire, *since, now));
            !waiting.is_empty()
        });
        shelf.swept = !shelf.waiting.is_empty();
        shelf.swept
    }
}

impl Place {
    /// Puts a connection back. Must be called on a runtime; otherwise the connection is closed.
    pub(crate) fn put(&self, wire: Box<Wire>) {
        let now = Instant::now();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let mut shelf = self.pool.shelf();
        if shelf.era != self.era || !self.pool.fresh(&wire, now, now) {
            return;
        }
        let waiting = shelf.waiting.entry(self.target).or_default();
        if waiting.len() >= self.pool.per_target {
            return;
        }
        waiting.push((wire, now));
        if !shelf.swept {
            shelf.swept = true;
            runtime.spawn(sweep(Arc::downgrade(&self.pool), self.pool.idle));
        }
    }
}

/// Sweeps until nothing waits, or the pool is gone.
async fn sweep(pool: Weak<Pool>, every: Duration) {
    let every = every.max(Duration::from_secs(1));
    loop {
        tokio::time::sleep(every).await;
        match pool.upgrade() {
            Some(pool) if pool.sweep() => {}
            _ => return,
        }
    }
}
