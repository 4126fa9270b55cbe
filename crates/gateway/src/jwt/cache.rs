//! Tokens that were verified a moment ago, so that a signature is not computed for each request.

use super::Verified;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Entries, at most. When it is full the oldest goes.
const CAPACITY: usize = 10_000;
/// How long a verdict stands, in milliseconds.
const STANDS: u64 = 60_000;

/// Verified tokens by the digest of token, resource and certificate.
#[derive(Default)]
pub(super) struct Cache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<Digest, Entry>,
    /// Keys in the order of their insertion.
    order: VecDeque<Digest>,
}

struct Entry {
    verified: Arc<Verified>,
    generation: u64,
    from: UnixMillis,
    until: UnixMillis,
}

impl Cache {
    /// The verdict under `key`, if it stands now and comes from keys of this generation.
    pub(super) fn get(&self, key: &Digest, generation: u64, now: UnixMillis) -> Option<Arc<Verified>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = inner.entries.get(key)?;
        let stands = entry.generation == generation && entry.from <= now && now < entry.until;
        stands.then(|| Arc::clone(&entry.verified))
    }

    /// Keeps a verdict until the token ends, at most for a minute.
    pub(super) fn put(&self, key: Digest, generation: u64, verified: Arc<Verified>, now: UnixMillis) {
        let until = verified.facts.expires.min(now.plus(STANDS));
        if until <= now {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Entry { verified, generation, from: now, until };
        if inner.entries.insert(key, entry).is_none() {
            inner.order.push_back(key);
        }
        while inner.entries.len() > CAPACITY {
            let Some(oldest) = inner.order.pop_front() else { break };
            inner.entries.remove(&oldest);
        }
    }

    /// How many verdicts are kept.
    pub(super) fn len(&self) -> usize {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
    }
}
