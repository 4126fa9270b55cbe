//! Pruning what is archived and old enough.

use super::{Log, wait};
use crate::body::Body;
use crate::holds::Holds;
use crate::record::Receipt;
use crate::retention::{self, Plan, Prepared, PruneError, Pruned};
use crate::storage::Storage;
use casemate_core::Refusal;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, oneshot};

/// The files, for whoever prunes; nobody once the log is closed.
pub(super) type Pruner = tokio::sync::Mutex<Option<Box<dyn Storage>>>;
type Hands = OwnedMutexGuard<Option<Box<dyn Storage>>>;

impl Log {
    /// Removes closed segments from the front of the log, up to the one that ends with entry `end - 1` at most. Whoever
    /// asks vouches that everything below `end` is archived, and says where: the record of it repeats `archived`.
    ///
    /// It stops before a segment that holds an entry younger than [`crate::Config::retention`], an intent without
    /// outcome, or a record of a held tenant or trace, and says why. A record is durable before anything is removed; what
    /// was begun is finished by the next run, and when the log is opened. It goes on when this future is dropped.
    ///
    /// # Errors
    /// The log has no retention, is damaged or closed, or the disk refuses. Nothing is removed that was not recorded.
    pub async fn prune(&self, end: u64, archived: &str) -> Result<Pruned, PruneError> {
        let retention = self.queue().config().retention.ok_or(PruneError::NoRetention)?;
        let (log, archived) = (self.clone(), archived.to_owned());
        let pruning = tokio::spawn(async move { log.prune_all(end, retention, archived).await });
        pruning.await.unwrap_or_else(|fault| Err(PruneError::Io(io::Error::other(fault))))
    }

    /// How far [`Log::prune`] would get with that `end`: the first entry that would be left. Nothing is changed.
    ///
    /// # Errors
    /// The log has no retention, is damaged or closed, or cannot be read.
    pub async fn prunable(&self, end: u64) -> Result<u64, PruneError> {
        let retention = self.queue().config().retention.ok_or(PruneError::NoRetention)?;
        let hands = Arc::clone(&self.shared.pruner).lock_owned().await;
        let (holds, queue) = (self.holds(), Arc::clone(&self.shared.queue));
        let keys = self.verifiers();
        let look = move |storage: &mut dyn Storage| {
            let (now, go_on) = (queue.now(), || queue.is_open());
            let plan = Plan { end, now, retention, archived: "", holds: &holds, keys: &|| keys.clone(), go_on: &go_on };
            retention::reach(storage, &plan)
        };
        with_files(hands, look).await.map(|(_, end)| end)
    }

    async fn prune_all(&self, end: u64, retention: Duration, archived: String) -> Result<Pruned, PruneError> {
        let hands = Arc::clone(&self.shared.pruner).lock_owned().await;
        let (holds, queue) = (self.holds(), Arc::clone(&self.shared.queue));
        // The key may change meanwhile, and one that was in force when this began has signed what closes segments.
        let (before, log) = (self.verifiers(), self.clone());
        let keys = Arc::new(move || {
            let mut keys = log.verifiers();
            before.iter().for_each(|key| crate::chain::add(&mut keys, key));
            keys
        });
        let (with, held) = (Arc::clone(&keys), holds.clone());
        let (hands, prepared): (Hands, Prepared) = with_files(hands, move |storage| {
            let (now, go_on) = (queue.now(), || queue.is_open());
            let plan = Plan { end, now, retention, archived: &archived, holds: &held, keys: &*with, go_on: &go_on };
            retention::prepare(storage, &plan)
        })
        .await?;
        let Some(event) = prepared.event() else { return Ok(prepared.nothing()) };
        let receipt = self.pruning(Body::event(&event)).await.map_err(PruneError::Unrecorded)?;
        let (dir, queue) = (self.dir().to_owned(), Arc::clone(&self.shared.queue));
        let (_, pruned) = with_files(hands, move |storage| {
            let pruned = retention::carry_out(storage, prepared, receipt, &*keys, || queue.holds.prune(&holds));
            crate::index::forget(&dir);
            pruned
        })
        .await?;
        tracing::info!(from = pruned.from, to = pruned.to, bytes = pruned.bytes, "the audit log was pruned");
        Ok(pruned)
    }

    async fn pruning(&self, body: Body) -> Result<Receipt, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().event(body, answer)?;
        wait(receiver, self.queue().config().patience()).await
    }

    fn holds(&self) -> Holds {
        self.queue().holds.holds()
    }
}

/// Does something with the files in a thread that may wait for the disk.
async fn with_files<T: Send + 'static>(
    mut hands: Hands,
    what: impl FnOnce(&mut dyn Storage) -> Result<T, PruneError> + Send + 'static,
) -> Result<(Hands, T), PruneError> {
    let done = tokio::task::spawn_blocking(move || {
        let storage = hands.as_deref_mut().ok_or(PruneError::Closed)?;
        what(storage).map(|done| (hands, done))
    });
    done.await.map_err(io::Error::other)?
}
