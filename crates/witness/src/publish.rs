//! When a checkpoint counts as published: once as many witnesses as the policy asks for have seen it.

use casemate_tlog::policy::{Distrust, Policy, Trusted};

/// A checkpoint that its policy lets pass: signed by the log, cosigned by k of its n witnesses. Only [`Self::new`] makes
/// one, so that what takes a `Published` cannot be given less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    note: String,
    trusted: Trusted,
}

impl Published {
    /// Judges a note. A policy with a quorum of zero publishes what the log has signed.
    ///
    /// # Errors
    /// The note is not a checkpoint of the log, a signature in it is wrong, or too few witnesses have cosigned it.
    pub fn new(note: String, policy: &Policy) -> Result<Self, Distrust> {
        let trusted = policy.trust(note.as_bytes())?;
        Ok(Self { note, trusted })
    }

    /// The note with its cosignatures.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The checkpoint, who has seen it, and the earliest time by which as many as needed had.
    #[must_use]
    pub const fn trusted(&self) -> &Trusted {
        &self.trusted
    }
}
