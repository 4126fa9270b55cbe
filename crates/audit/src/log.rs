//! The handle of the log: async on this side, one thread on the other.

mod erase;
mod prune;
mod publish;
mod rotate;

use crate::body::Body;
use crate::checkpoints;
use crate::config::{Clock, Config};
use crate::error::OpenError;
use crate::flight::{InFlight, Recorded, Ticket};
use crate::health::Health;
use crate::holds::search;
use crate::keys::{self, Signers};
use crate::queue::Queue;
use crate::record::{About, Event, Observed, Receipt, Refused};
use crate::recovery::lost;
use crate::scan;
use crate::storage::{DirStorage, Storage};
use crate::subjects::{self, Subjects};
use crate::writer::Writer;
use casemate_core::policy::{Grant, Permitted};
use casemate_core::{Reason, Refusal};
#[cfg(test)]
use casemate_tlog::Signer;
pub use erase::Erasure;
pub use rotate::Rotated;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// What opening found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Entries in the log after it.
    pub entries: u64,
    /// Bytes of unfinished records that were cut off.
    pub torn_bytes: u64,
    /// Intents that got the outcome `unknown`.
    pub unknown_outcomes: u64,
}

/// A handle of an open log. Clones share it; the last one dropped closes it.
#[derive(Clone)]
pub struct Log {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Arc<Queue>,
    writer: Mutex<Option<(JoinHandle<()>, oneshot::Receiver<()>)>>,
    /// Held by the one publication at a time.
    publishing: tokio::sync::Mutex<()>,
    /// Held by the one pruning at a time.
    pruner: Arc<prune::Pruner>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("dir", &self.shared.queue.config().dir).finish_non_exhaustive()
    }
}

impl Log {
    /// Creates or opens the log in `config.dir`: takes the lock, checks the tail, cuts off what was not finished, writes
    /// the outcome `unknown` for every open intent, and starts the writer.
    ///
    /// # Errors
    /// Another process has the lock, the log is damaged before its last head, there is none and one was there before, or
    /// the file system refuses.
    pub fn open(config: Config, clock: Clock) -> Result<(Self, Recovery), OpenError> {
        let storage = DirStorage::open(&config.dir)?.ok_or(OpenError::Locked)?.guarded(config.immutable);
        lost::look(&storage, &config)?;
        let signed = checkpoints::last(&storage, &scan::segments(&storage)?)?.is_some();
        let signer = keys::open(&config.key_path(), config.origin.as_deref(), signed)?;
        let signers = Signers::kept(signer, Box::new(keys::Files(config.key_path())))?;
        if !signed {
            signers.is_published()?;
        }
        // A head that is damaged is named by the recovery.
        let changed = scan::head(&storage).ok().flatten().map_or(0, |head| head.keys);
        let subjects =
            Subjects::open(&config.subjects_path(), signed || changed > 0, changed)?.ok_or(OpenError::Locked)?;
        let (dir, key, pruner) = (config.dir.clone(), config.key_path(), storage.again()?);
        let opened = Self::start(Box::new(storage), (signers, subjects), config, clock, Some((&dir, pruner)))?;
        opened.0.publish_key(&key);
        Ok(opened)
    }

    /// Puts the public key back where it is missing, cut off or an earlier one. Only now is it known that its private key may go on with this log;
    /// while the key changes, the change does it.
    fn publish_key(&self, path: &Path) {
        let signers = self.queue().signers.borrow().clone();
        let [key] = signers.as_slice() else { return };
        match keys::publish_missing(path, key) {
            Ok(None) => {}
            Ok(Some(why)) => {
                tracing::warn!(key = %key.id(), why, "the public key of the audit log was written again beside its key")
            }
            Err(error) => tracing::warn!(%error, "the public key of the audit log could not be written beside its key"),
        }
    }

    #[cfg(test)]
    pub(crate) fn open_in(
        storage: Box<dyn Storage>,
        signer: Signer,
        config: Config,
        clock: Clock,
    ) -> Result<(Self, Recovery), OpenError> {
        Self::start(storage, (signer.into(), Subjects::default()), config, clock, None)
    }

    fn start(
        storage: Box<dyn Storage>,
        (signers, subjects): (Signers, Subjects),
        config: Config,
        clock: Clock,
        dir: Option<(&Path, DirStorage)>,
    ) -> Result<(Self, Recovery), OpenError> {
        let queue = Queue::new(config, clock, subjects);
        let (mut writer, recovery) = Writer::open(storage, signers, Arc::clone(&queue))?;
        let mut pruner: Option<Box<dyn Storage>> = None;
        if let Some((dir, storage)) = dir {
            writer.feed(dir)?;
            pruner = Some(Box::new(storage));
        }
        let (ended, end) = oneshot::channel();
        let thread = std::thread::Builder::new().name("audit-writer".to_owned()).spawn(move || {
            writer.run();
            let _ = ended.send(());
        })?;
        let writer = Mutex::new(Some((thread, end)));
        if let Some(round) = queue.holds.due() {
            search::start(&queue, round);
        }
        let pruner = Arc::new(tokio::sync::Mutex::new(pruner));
        let shared = Shared { queue, writer, publishing: tokio::sync::Mutex::default(), pruner };
        Ok((Self { shared: Arc::new(shared) }, recovery))
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.shared.queue
    }

    /// Makes the intent of a permitted call durable.
    ///
    /// If this future is dropped, or gives up, after the intent was queued, and the intent still gets written, then so
    /// does the outcome `not attempted`.
    ///
    /// # Errors
    /// `audit.unavailable` with `retry_after`: the queue or the disk is full, the deadline passed, or the disk failed.
    /// `internal`: the permit has lapsed.
    pub async fn record(&self, permitted: Permitted, about: &About) -> Result<Recorded, Refusal> {
        if permitted.permit().expired(self.queue().now()) {
            return Err(Refusal::new(Reason::Internal).detail("the permit lapsed before its record"));
        }
        let (answer, receiver) = oneshot::channel::<Result<Ticket, Refusal>>();
        self.queue().intent(Body::intent(&permitted, about, self.queue().config().capture), answer)?;
        let ticket = self.prompt(receiver).await?;
        Ok(Recorded::new(permitted, ticket))
    }

    /// Makes durable that a service of the gateway's own is used, by the name that records have for it. `asked` is what
    /// is asked, where it was read before: committed and never copied.
    ///
    /// # Errors
    /// As [`Log::record`].
    pub async fn record_use(
        &self,
        grant: Grant,
        service: &'static str,
        asked: Option<&[u8]>,
        about: &About,
    ) -> Result<InFlight, Refusal> {
        if grant.expired(self.queue().now()) {
            return Err(Refusal::new(Reason::Internal).detail("the grant lapsed before its record"));
        }
        let (answer, receiver) = oneshot::channel::<Result<Ticket, Refusal>>();
        self.queue().intent(Body::service(&grant, service, asked, about), answer)?;
        Ok(InFlight::begun(self.prompt(receiver).await?))
    }

    /// Makes a refusal of an authenticated caller durable.
    ///
    /// # Errors
    /// `audit.unavailable`, as [`Log::record`].
    pub async fn refuse(&self, refused: &Refused) -> Result<Receipt, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().refusal(Body::refusal(refused), answer)?;
        self.prompt(receiver).await
    }

    /// Waits for as long as a caller does. That the disk hangs is told by whoever waited in vain.
    async fn prompt<T>(&self, receiver: oneshot::Receiver<Result<T, Refusal>>) -> Result<T, Refusal> {
        let queue = self.queue();
        wait(receiver, queue.config().deadline).await.inspect_err(|_| drop(queue.stalled()))
    }

    /// Records a refusal of a peer that nobody authenticated. Never waits; above the rate, with its queue full or the
    /// disk low, it is only counted.
    pub fn observe(&self, observed: Observed) {
        self.queue().observe(&observed);
    }

    /// Makes an event durable.
    ///
    /// # Errors
    /// `audit.unavailable`: the queue is full, the log has ended, or the disk does not take it.
    pub async fn event(&self, event: Event) -> Result<Receipt, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().event(Body::event(&event), answer)?;
        wait(receiver, self.queue().config().patience()).await
    }

    /// The directory of the log, for whoever reads it.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.queue().config().dir
    }

    /// Where its key is.
    pub(crate) fn key_path(&self) -> PathBuf {
        self.queue().config().key_path()
    }

    /// How long records are kept at least; `None`: all are kept.
    #[must_use]
    pub fn retention(&self) -> Option<Duration> {
        self.queue().config().retention
    }

    /// The state of the log.
    #[must_use]
    pub fn health(&self) -> Health {
        let (main, anonymous, in_flight, writable, fault) = self.queue().depths();
        Health {
            writable,
            queue_depth: main as u64,
            anonymous_queue_depth: anonymous as u64,
            in_flight: in_flight as u64,
            subject_keys: u64::from(self.queue().subjects.used()),
            subject_keys_most: u64::from(subjects::MOST),
            fault,
            ..self.queue().metrics.health()
        }
    }

    /// Writes what waits, ends calls still in flight as `unknown`, makes the head durable, and ends the writer. Other
    /// handles are refused from then on.
    pub async fn close(self) {
        self.queue().close();
        // Whoever prunes stops soon, and holds the lock until then.
        drop(self.shared.pruner.lock().await.take());
        let writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((thread, end)) = writer {
            let _ = end.await;
            // The thread has nothing left to do, so this does not wait.
            let _ = thread.join();
        }
    }
}

async fn wait<T>(receiver: oneshot::Receiver<Result<T, Refusal>>, patience: Duration) -> Result<T, Refusal> {
    wait_or(Reason::AuditUnavailable, receiver, patience).await
}

/// Waits; `late` is what is said of something that may still be done when nobody waits for it any more.
async fn wait_or<T>(
    late: Reason,
    receiver: oneshot::Receiver<Result<T, Refusal>>,
    patience: Duration,
) -> Result<T, Refusal> {
    let refused = |reason, why: &str| Err(Refusal::new(reason).retry_after(1).detail(why));
    match tokio::time::timeout(patience, receiver).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => refused(Reason::AuditUnavailable, "the log has ended"),
        Err(_) => refused(late, "the disk did not take it in time"),
    }
}
