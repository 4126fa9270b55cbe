//! Erasing what a subject's records are linked to. The log stays as it is: the key goes.

use super::{Log, wait_or};
use crate::body::{Body, fingerprint};
use crate::erasures;
use crate::holds::watch::Verdict;
use crate::holds::{Holds, search};
use crate::queue::Queue;
use crate::record::{EventKind, Receipt};
use crate::subjects::Owner;
use casemate_core::{Reason, Refusal, Subject, TenantId};
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot;

/// An erasure that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// By what its records name the subject: the first 16 hexadecimal digits of a digest over tenant and subject.
    pub fingerprint: String,
    /// Where its record stands.
    pub receipt: Receipt,
}

impl Log {
    /// Destroys the key of a subject: nothing that was recorded of it until now can be linked to a value, opened or
    /// decided again, and a later call makes a new key. `None` where it has no key.
    ///
    /// It begins with a record, and ends with one. What is begun goes on when this future is dropped, and at the next
    /// opening when the process ends. A legal hold that comes in between keeps the key: that is recorded, and the erasure
    /// goes on when the hold is lifted.
    ///
    /// # Errors
    /// `audit.hold`: a legal hold is on the tenant, or on a trace that the subject has records in, or the records of held
    /// traces are not all found yet. `audit.unavailable`: the disk does not take it: nothing was done.
    /// `audit.begun`: the key is marked for it, or may be, and a later step failed; the erasure goes on by itself.
    pub async fn erase(&self, tenant: &TenantId, subject: &Subject, actor: &str) -> Result<Option<Erasure>, Refusal> {
        let owner = Owner::new(Some(tenant), Some(subject));
        self.is_free(owner)?;
        let (log, tenant, actor) = (self.clone(), tenant.clone(), actor.to_owned());
        let erasing = tokio::spawn(async move { log.erase_all(tenant, owner, &actor).await });
        erasing.await.unwrap_or_else(|fault| Err(Refusal::new(Reason::Internal).detail(fault.to_string())))
    }

    /// Puts these legal holds on the log and takes all others off. The subjects of traces that were not held before are
    /// looked for in the log; until they are found nothing is erased.
    pub fn hold(&self, holds: Holds) {
        if let Some(round) = self.queue().holds.set(holds) {
            search::start(&self.shared.queue, round);
        }
    }

    /// Waits until the subjects of held traces are found, or cannot be.
    pub async fn searched(&self) {
        self.queue().holds.searched().await;
    }

    /// Refuses while a hold is on that owner.
    fn is_free(&self, owner: Owner) -> Result<(), Refusal> {
        let verdict = self.queue().holds.judge(owner);
        if matches!(verdict, Verdict::Unknown(_))
            && let Some(round) = self.queue().holds.again()
        {
            search::start(&self.shared.queue, round);
        }
        if verdict == Verdict::Free { Ok(()) } else { Err(held(verdict)) }
    }

    async fn erase_all(&self, tenant: TenantId, owner: Owner, actor: &str) -> Result<Option<Erasure>, Refusal> {
        let _one = self.queue().holds.erasing.lock().await;
        // It may have waited long for its turn.
        self.is_free(owner)?;
        let doom = move |queue: &Queue| {
            let numbers = queue.subjects.doom(owner)?;
            queue.rendered();
            Ok(numbers)
        };
        let numbers = self.with_keys(doom).await.map_err(|refusal| {
            if self.queue().subjects.ending_of(owner).is_empty() { refusal } else { begun(refusal) }
        })?;
        if numbers.is_empty() {
            return Ok(None);
        }
        self.destroy(tenant, owner, actor, numbers).await.map(Some).map_err(begun)
    }

    /// Destroys the keys that are marked.
    async fn destroy(
        &self,
        tenant: TenantId,
        owner: Owner,
        actor: &str,
        numbers: Vec<u32>,
    ) -> Result<Erasure, Refusal> {
        let body = |kind| Body::erasure(kind, Some(tenant.clone()), owner.id, actor);
        let mut begun = body(EventKind::Erase);
        begun.facts = self.queue().holds.holds().facts();
        self.write(begun).await?;
        let ending = self.queue().subjects.ending_of(owner);
        let slots = numbers.clone();
        let wipe = move |queue: &Queue| {
            let wiped = queue.holds.while_free(owner, || queue.subjects.wipe(&slots, queue.now()));
            wiped.map_or_else(|verdict| Ok(Err(verdict)), |wiped| wiped.map(Ok))
        };
        if let Err(verdict) = self.with_keys(wipe).await? {
            self.write(body(EventKind::Erase).because(Body::HELD)).await?;
            self.with_keys(move |queue| queue.subjects.hold(&numbers)).await?;
            return Err(held(verdict));
        }
        let mut erased = body(EventKind::Erased);
        erased.facts = erasures::facts(&ending);
        let receipt = self.write(erased).await?;
        if let Err(refusal) = self.with_keys(move |queue| queue.subjects.settle(&numbers)).await {
            // The key is gone and that is recorded; the writer records it once more when it notes it.
            tracing::warn!(%refusal, "the end of an erasure could not be noted");
        }
        Ok(Erasure { fingerprint: fingerprint(owner.id), receipt })
    }

    async fn write(&self, body: Body) -> Result<Receipt, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().event(body, answer)?;
        wait_or(Reason::AuditBegun, receiver, self.queue().config().patience()).await
    }

    /// Does something to the keys in a thread that may wait for the disk.
    async fn with_keys<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Queue) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let queue = Arc::clone(&self.shared.queue);
        let done = tokio::task::spawn_blocking(move || what(&queue)).await;
        let failed = |why: String| Refusal::new(Reason::AuditUnavailable).retry_after(1).detail(why);
        done.map_err(|fault| failed(fault.to_string()))?.map_err(|error| failed(error.to_string()))
    }
}

/// A key that is marked, or may be, is not let go.
fn begun(refusal: Refusal) -> Refusal {
    let reason = if refusal.reason == Reason::AuditUnavailable { Reason::AuditBegun } else { refusal.reason };
    Refusal { reason, ..refusal }
}

/// What is said to whoever erases under a hold.
fn held(verdict: Verdict) -> Refusal {
    let refusal = Refusal::new(Reason::AuditHold);
    match verdict {
        Verdict::Free | Verdict::Tenant => refusal.hint("a legal hold is on the tenant"),
        Verdict::Trace => refusal.hint("a legal hold is on a trace that the subject has records in"),
        Verdict::Searching => {
            refusal.retry_after(10).hint("the records of the traces under legal hold are still being looked for")
        }
        Verdict::Unknown(why) => {
            let hint = "the records of the traces under legal hold could not be found; they are looked for again";
            refusal.retry_after(60).hint(hint).detail(why)
        }
    }
}
