//! Changing the key that signs the log's checkpoints.

use super::{Log, wait_or};
use crate::queue::Rotation;
use crate::record::Receipt;
use casemate_core::{Reason, Refusal};
use casemate_tlog::Verifier;
use tokio::sync::oneshot;

/// A change of key that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that signed until now. Its private part is gone.
    pub old: Verifier,
    /// The key that signs from now on.
    pub new: Verifier,
    /// Where the record of the change stands; `None` where an earlier attempt had written it.
    pub receipt: Option<Receipt>,
    /// The entries of the checkpoint that both keys have signed.
    pub size: u64,
}

impl Log {
    /// The change of key that an earlier process had begun and that the opening of this log has brought to its end: who
    /// opened it to change the key need not change it again.
    #[must_use]
    pub fn finished_rotation(&self) -> Option<Rotated> {
        self.queue().finished.get().cloned()
    }

    /// Gives the log a new key of the same name: a record names both, a checkpoint is signed by both, and from then on
    /// only the new one signs. What an earlier attempt has begun is brought to its end instead.
    ///
    /// What has begun goes on when this future is dropped or the disk fails meanwhile: by itself, when it is asked for
    /// again, or at the next opening.
    ///
    /// # Errors
    /// `audit.unavailable`: the log has ended, or the disk does not take it: nothing was done. `audit.begun`: the next key is
    /// there, and a step after that failed or takes long.
    pub async fn rotate_key(&self, actor: &str) -> Result<Rotated, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().rotation(Rotation { actor: actor.to_owned(), answer })?;
        wait_or(Reason::AuditBegun, receiver, self.queue().config().patience()).await
    }
}
