//! Publishing a checkpoint that others have cosigned.

use super::Log;
use crate::published::{PublishError, publish};
use casemate_tlog::Verifier;
use std::io;
use std::sync::PoisonError;

impl Log {
    /// Makes `note` the checkpoint that the log shows to others ([`crate::published`]), durably. Whether enough witnesses
    /// have cosigned it is for the caller to judge. One of the same size takes the place of the one before.
    ///
    /// # Errors
    /// It is not a checkpoint of this log that a key in force has signed, or is older than the one that is published; or
    /// the file system refuses.
    pub async fn publish(&self, note: &str) -> Result<(), PublishError> {
        let _one = self.shared.publishing.lock().await;
        let (dir, keys, note) = (self.dir().to_owned(), self.verifiers(), note.to_owned());
        let done = tokio::task::spawn_blocking(move || publish(&dir, &keys, &note)).await;
        done.unwrap_or_else(|fault| Err(io::Error::other(fault).into()))
    }

    /// The public keys that sign the log's checkpoints now: one, and during a change of key two.
    #[must_use]
    pub fn verifiers(&self) -> Vec<Verifier> {
        self.queue().signers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
