//! The ids that upstreams gave to sessions which are open. None may stand for two: whoever had the one would be in the
//! other.

use crate::answer::malformed;
use crate::config::Upstream;
use casemate_core::Refusal;
use casemate_core::digest::Digest;
use http::HeaderValue;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The ids in use, of each entry, as digests.
#[derive(Default)]
pub(super) struct Claims {
    held: Mutex<HashSet<Digest>>,
}

/// The sole right to an upstream's id, until it is dropped.
pub(crate) struct Claim {
    claims: Arc<Claims>,
    key: Digest,
    id: HeaderValue,
}

impl Claims {
    /// Takes the id that an answer to `initialize` names.
    ///
    /// # Errors
    /// `upstream.malformed` where an open session has it: its owner's, another's, or one of the gateway's surveys.
    pub(super) fn claim(self: &Arc<Self>, upstream: &Upstream, id: HeaderValue) -> Result<Claim, Refusal> {
        let parts = [upstream.name.as_str().as_bytes(), upstream.url.as_str().as_bytes(), id.as_bytes()];
        let key = Digest::of_parts("casemate/upstream-session/v1", &parts);
        let is_free = self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        if is_free {
            Ok(Claim { claims: Arc::clone(self), key, id })
        } else {
            Err(malformed("the session id of a session that is open"))
        }
    }
}

impl Claim {
    pub(crate) const fn id(&self) -> &HeaderValue {
        &self.id
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// The right to send in a session of an upstream's. While somebody has it, the upstream's id stands for no other session.
#[derive(Clone)]
pub(crate) struct Voice(Option<Arc<Claim>>);

impl Voice {
    /// The upstream's own id for the session, where it gave one.
    pub(crate) fn id(&self) -> Option<&HeaderValue> {
        self.0.as_deref().map(Claim::id)
    }
}

/// What a session keeps of its right, until the upstream knows the session no more.
pub(super) struct Voices(Mutex<Option<Voice>>);

impl Voices {
    pub(super) fn new(claim: Option<Claim>) -> Self {
        Self(Mutex::new(Some(Voice(claim.map(Arc::new)))))
    }

    /// `None` once it is given up, or where `is_over` says so. Asked under the lock: nobody who came too late has it.
    pub(super) fn get(&self, is_over: impl FnOnce() -> bool) -> Option<Voice> {
        let voice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        voice.as_ref().filter(|_| !is_over()).cloned()
    }

    pub(super) fn give_up(&self) {
        let given_up = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(given_up);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_free_once_nobody_can_speak_of_it() {
        let claims = Arc::new(Claims::default());
        let key = Digest::of_parts("test", &[b"an id"]);
        claims.held.lock().unwrap().insert(key);
        let is_held = || claims.held.lock().unwrap().contains(&key);
        let id = HeaderValue::from_static("an-id");
        let voices = Voices::new(Some(Claim { claims: Arc::clone(&claims), key, id }));
        let sending = voices.get(|| false).unwrap();
        assert!(voices.get(|| true).is_none(), "it is over");
        let farewell = voices.get(|| false).unwrap();
        voices.give_up();
        assert!(voices.get(|| false).is_none(), "the upstream knows it no more");
        drop(sending);
        assert_eq!(farewell.id().map(HeaderValue::as_bytes), Some(&b"an-id"[..]));
        assert!(is_held(), "the farewell is under way");
        drop(farewell);
        assert!(!is_held());
    }

    #[test]
    fn without_an_id_there_is_a_voice_all_the_same() {
        let voices = Voices::new(None);
        assert!(voices.get(|| false).is_some_and(|voice| voice.id().is_none()));
        voices.give_up();
        assert!(voices.get(|| false).is_none());
    }
}
