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
    /// It begins with a record of who asked, and ends with one. What is begun goes on when this future is dropped, and at the next
    /// opening when the process ends. A legal hold that comes in between keeps the key: that is recorded, and the erasure
    /// goes on when the hold is lifted.
    ///
    /// # Errors
    /// `audit.hold`: a legal hold is on the tenant, or on a trace that the subject has records in, or the records of held
    /// traces are not all found yet. `audit.unavailable`: the disk does not take the record of who asked: nothing was done.
    /// `audit.begun`: that is recorded, or may be, and a later step failed; the erasure goes on by itself.
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
        if !self.queue().subjects.knows(owner) {
            return Ok(None);
        }
        let mut begun = Body::erasure(EventKind::Erase, Some(tenant.clone()), owner.id, actor);
        begun.facts = self.queue().holds.holds().facts();
        if let Err(refusal) = self.write(begun).await {
            if refusal.reason == Reason::AuditBegun {
                self.queue().subjects.ask(owner);
            }
            return Err(refusal);
        }
        let destroyed = self.destroy(tenant, owner, actor).await;
        destroyed.map(Some).map_err(|refusal| match refusal.reason {
            // What is recorded is not undone.
            Reason::AuditUnavailable => Refusal { reason: Reason::AuditBegun, ..refusal },
            _ => refusal,
        })
    }

    /// What follows the record of who asked.
    async fn destroy(&self, tenant: TenantId, owner: Owner, actor: &str) -> Result<Erasure, Refusal> {
        let doom = move |queue: &Queue| {
            queue.subjects.ask(owner);
            queue.doom_asked()?;
            Ok(queue.subjects.ending_of(owner))
        };
        let ending = self.with_keys(doom).await?;
        let numbers: Vec<_> = ending.iter().map(|ending| ending.number).collect();
        let body = |kind| Body::erasure(kind, Some(tenant.clone()), owner.id, actor);
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

/// What is said to whoever erases.
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
