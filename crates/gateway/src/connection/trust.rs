//! The memory of a verdict on a connection's certificate, so that a request costs one comparison.

use crate::gateway::State;
use casemate_core::UnixMillis;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How long a verdict holds, in milliseconds: certificates and revocation lists end without any reload.
const HOLDS: u64 = 60_000;

/// The last good verdict: under which state, and when.
#[derive(Default)]
pub(super) struct Trust {
    /// The address of the state; 0 before the first verdict.
    under: AtomicUsize,
    at: AtomicU64,
    /// Keeps the state's address from being given to another one.
    keep: Mutex<Weak<State>>,
}

impl Trust {
    /// Whether the last verdict was of this state and is young enough.
    pub(super) fn is_fresh(&self, state: &Arc<State>, now: UnixMillis) -> bool {
        self.under.load(Ordering::Acquire) == address(state) && now.0.abs_diff(self.at.load(Ordering::Relaxed)) < HOLDS
    }

    /// Remembers a good verdict.
    pub(super) fn remember(&self, state: &Arc<State>, now: UnixMillis) {
        let mut keep = self.keep.lock().unwrap_or_else(PoisonError::into_inner);
        self.under.store(0, Ordering::Release);
        *keep = Arc::downgrade(state);
        self.at.store(now.0, Ordering::Relaxed);
        self.under.store(address(state), Ordering::Release);
    }
}

fn address(state: &Arc<State>) -> usize {
    Arc::as_ptr(state).addr()
}
