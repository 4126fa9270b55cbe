//! Erasing what a subject's records are linked to. The log stays as it is: the key goes.

use super::{Log, wait};
use crate::body::{Body, fingerprint};
use crate::record::{EventKind, Receipt};
use crate::subjects;
use casemate_core::digest::Digest;
use casemate_core::{Reason, Refusal, Subject, TenantId};
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, PoisonError};
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
    /// opening when the process ends.
    ///
    /// # Errors
    /// `audit.hold`: a legal hold is on the tenant. `audit.unavailable`: the disk does not take it; the erasure may have
    /// begun, and goes on when it is asked for again.
    pub async fn erase(&self, tenant: &TenantId, subject: &Subject, actor: &str) -> Result<Option<Erasure>, Refusal> {
        if self.shared.legal_hold.read().unwrap_or_else(PoisonError::into_inner).contains(tenant) {
            return Err(Refusal::new(Reason::AuditHold).detail(format!("a legal hold is on {tenant}")));
        }
        let whose = subjects::id(Some(tenant), Some(subject));
        let (log, tenant, actor) = (self.clone(), tenant.clone(), actor.to_owned());
        let erasing = tokio::spawn(async move { log.erase_all(tenant, whose, &actor).await });
        erasing.await.unwrap_or_else(|fault| Err(Refusal::new(Reason::Internal).detail(fault.to_string())))
    }

    /// Puts a legal hold on these tenants and on no others.
    pub fn hold(&self, tenants: BTreeSet<TenantId>) {
        *self.shared.legal_hold.write().unwrap_or_else(PoisonError::into_inner) = tenants;
    }

    async fn erase_all(&self, tenant: TenantId, whose: Digest, actor: &str) -> Result<Option<Erasure>, Refusal> {
        let _one = self.shared.erasing.lock().await;
        let numbers = self.with_keys(move |keys, _| keys.doom(whose)).await?;
        if numbers.is_empty() {
            return Ok(None);
        }
        self.erasure(EventKind::Erase, &tenant, whose, actor).await?;
        let slots = numbers.clone();
        self.with_keys(move |keys, now| keys.wipe(&slots, now)).await?;
        let receipt = self.erasure(EventKind::Erased, &tenant, whose, actor).await?;
        if let Err(refusal) = self.with_keys(move |keys, _| keys.settle(&numbers)).await {
            // The key is gone and that is recorded; the next opening records it once more.
            tracing::warn!(%refusal, "the end of an erasure could not be noted");
        }
        Ok(Some(Erasure { fingerprint: fingerprint(whose), receipt }))
    }

    async fn erasure(
        &self,
        kind: EventKind,
        tenant: &TenantId,
        whose: Digest,
        actor: &str,
    ) -> Result<Receipt, Refusal> {
        let (answer, receiver) = oneshot::channel();
        self.queue().event(Body::erasure(kind, Some(tenant.clone()), whose, actor), answer)?;
        wait(receiver, self.queue().config().patience()).await
    }

    /// Does something to the keys in a thread that may wait for the disk.
    async fn with_keys<T: Send + 'static>(
        &self,
        what: impl FnOnce(&subjects::Subjects, casemate_core::UnixMillis) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let queue = Arc::clone(&self.shared.queue);
        let done = tokio::task::spawn_blocking(move || what(&queue.subjects, queue.now())).await;
        let failed = |why: String| Refusal::new(Reason::AuditUnavailable).retry_after(1).detail(why);
        done.map_err(|fault| failed(fault.to_string()))?.map_err(|error| failed(error.to_string()))
    }
}
