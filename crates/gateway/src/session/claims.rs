//! The ids that upstreams gave to sessions which are open. None may stand for two: whoever had the one would be in the
//! other.

use crate::answer::malformed;
use crate::config::Upstream;
use casemate_core::Refusal;
use casemate_core::digest::Digest;
use http::HeaderValue;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The ids in use, of each entry, as digests.
#[derive(Default)]
pub(super) struct Claims {
    held: Mutex<HashSet<Digest>>,
}

/// The sole right to an upstream's id, until it is released or dropped.
pub(crate) struct Claim {
    claims: Arc<Claims>,
    key: Digest,
    id: HeaderValue,
    is_released: AtomicBool,
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
            Ok(Claim { claims: Arc::clone(self), key, id, is_released: AtomicBool::new(false) })
        } else {
            Err(malformed("the session id of a session that is open"))
        }
    }
}

impl Claim {
    pub(crate) const fn id(&self) -> &HeaderValue {
        &self.id
    }

    /// The upstream has ended the session, so that it may use the id again.
    pub(crate) fn release(&self) {
        if !self.is_released.swap(true, Ordering::Relaxed) {
            self.claims.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.release();
    }
}
