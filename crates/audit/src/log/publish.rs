//! Publishing a checkpoint that others have cosigned.

use super::Log;
use crate::keys::public_keys;
use crate::published::{PublishError, publish, withdraw};
use casemate_tlog::Verifier;
use std::io;
use tokio::sync::watch;

impl Log {
    /// Makes `note` the checkpoint that the log shows to others ([`crate::published`]), durably. Whether enough witnesses
    /// have cosigned it is for the caller to judge. One of the same size takes the place of the one before.
    ///
    /// # Errors
    /// It is not a checkpoint of this log that a key in force has signed, is older than the one that is published, or does
    /// not continue it; or the file system refuses.
    pub async fn publish(&self, note: &str) -> Result<(), PublishError> {
        let _one = self.shared.publishing.lock().await;
        let (dir, keys, note) = (self.dir().to_owned(), self.verifiers(), note.to_owned());
        let done = tokio::task::spawn_blocking(move || publish(&dir, &keys, &note)).await;
        done.unwrap_or_else(|fault| Err(io::Error::other(fault).into()))
    }

    /// Takes back what was published, durably: for a log whose newest checkpoint is what it shows from now on, as it has no
    /// witnesses any more. Gives the entries that it was of, where something was published.
    ///
    /// # Errors
    /// The file system refuses; it may be gone all the same.
    pub async fn withdraw(&self) -> io::Result<Option<u64>> {
        let _one = self.shared.publishing.lock().await;
        let dir = self.dir().to_owned();
        let done = tokio::task::spawn_blocking(move || withdraw(&dir)).await;
        done.unwrap_or_else(|fault| Err(io::Error::other(fault)))
    }

    /// Every public key that has signed the log's checkpoints ([`public_keys`]), and those that sign them now.
    ///
    /// # Errors
    /// The list of keys is there and cannot be read, or one of it is no Ed25519 verifier key.
    pub fn verifiers_ever(&self) -> io::Result<Vec<Verifier>> {
        let listed = match public_keys(&self.key_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            listed => listed.unwrap_or_default(),
        };
        let mut keys: Vec<Verifier> = Vec::new();
        for key in listed.into_iter().chain(self.verifiers()) {
            if keys.iter().all(|known| known.public() != key.public()) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// The public keys that sign the log's checkpoints now: one, and during a change of key two.
    #[must_use]
    pub fn verifiers(&self) -> Vec<Verifier> {
        self.queue().signers.borrow().clone()
    }

    /// The same, for whoever waits for them to change. It also tells of a key that was made and does not sign yet.
    #[must_use]
    pub fn watch_keys(&self) -> watch::Receiver<Vec<Verifier>> {
        self.queue().signers.subscribe()
    }
}
