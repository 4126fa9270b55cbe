//! Changing the key of the log, each step on the disk before the next: the new key beside the old one, a record that names
//! both, a checkpoint signed by both, and the new key in the place of the old one.

use super::{ACTOR, TICK, Writer};
use crate::body::Body;
use crate::chain::{NEW, OLD};
use crate::log::Rotated;
use crate::queue::{Job, Reply, Rotation, unavailable};
use crate::record::{Event, EventKind, Fact, Facts, Receipt};
use casemate_core::{Reason, Refusal};
use casemate_tlog::Verifier;
use std::collections::VecDeque;
use std::io;
use std::time::Instant;
use tokio::sync::oneshot;

/// Where a change of key got stuck.
enum Stuck {
    /// At the files of the keys: the log itself is well.
    Keys(io::Error),
    /// At the log.
    Log(io::Error),
}

impl Writer {
    /// Changes the key and answers; false when the log is down.
    pub(super) fn rotate_key(&mut self, rotation: Rotation) -> bool {
        if let Some(why) = &self.stuck {
            let _ = rotation.answer.send(Err(unavailable(why)));
            return true;
        }
        let (done, up) = match self.change(&rotation.actor) {
            Ok(rotated) => {
                tracing::info!(old = %rotated.old.id(), new = %rotated.new, "another key signs the audit log");
                (Ok(rotated), true)
            }
            Err(Stuck::Keys(error)) => (Err(error.to_string()), true),
            Err(Stuck::Log(error)) => {
                let up = self.fault(VecDeque::new(), &error);
                (Err(error.to_string()), up)
            }
        };
        let done = done.map_err(|why| {
            tracing::error!(%why, "the key of the audit log could not be changed to the end");
            let is_begun = self.publisher.signers.is_changing();
            let reason = if is_begun { Reason::AuditBegun } else { Reason::AuditUnavailable };
            let why = format!("the change of key is not done: {why}; what has begun of it goes on when it is asked for again, or at the next start");
            Refusal::new(reason).retry_after(1).detail(why)
        });
        let _ = rotation.answer.send(done);
        up
    }

    /// Finishes what an earlier process began: the record, where none is there yet, and what follows it. The files of the
    /// keys may stay as they are: until they take it both keys sign.
    pub(super) fn finish_rotation(&mut self) -> io::Result<()> {
        let mut receipt = None;
        if let Some(next) = self.publisher.signers.aside.take() {
            let detail = Some("a change of key that was interrupted is finished");
            receipt = self.record_rotation(next.verifier(), ACTOR, detail)?;
            self.publisher.signers.next = Some(next);
            self.name_signers();
        }
        if self.publisher.signers.next.is_none() {
            return Ok(());
        }
        match self.hand_over(receipt) {
            Ok(rotated) => {
                tracing::info!(old = %rotated.old.id(), new = %rotated.new, "another key signs the audit log");
                // Only the first is the opening's.
                let _ = self.queue.finished.set(rotated);
                Ok(())
            }
            Err(Stuck::Keys(error)) => {
                tracing::warn!(%error, "both keys sign the audit log: the files of its keys do not take the new one yet");
                Ok(())
            }
            Err(Stuck::Log(error)) => Err(error),
        }
    }

    /// Tries what is left of a change whose last steps failed, now and then.
    pub(super) fn pursue_rotation(&mut self) -> io::Result<()> {
        let is_due = self.rotated.is_none_or(|at| at.elapsed() >= TICK);
        if self.publisher.signers.next.is_none() || !is_due {
            return Ok(());
        }
        match self.hand_over(None) {
            Ok(rotated) => {
                tracing::info!(new = %rotated.new, "another key signs the audit log");
                Ok(())
            }
            // Both keys sign until it succeeds.
            Err(Stuck::Keys(_)) => Ok(()),
            Err(Stuck::Log(error)) => Err(error),
        }
    }

    /// Lets others know which keys sign, and that the files of the keys may have changed.
    pub(super) fn name_signers(&self) {
        self.queue.signers.send_replace(self.publisher.signers.verifiers());
    }

    fn change(&mut self, actor: &str) -> Result<Rotated, Stuck> {
        if self.publisher.signers.next.is_some() {
            return self.hand_over(None);
        }
        let next = self.publisher.signers.prepare().map_err(Stuck::Keys)?;
        self.name_signers();
        let receipt = self.record_rotation(next.verifier(), actor, None).map_err(Stuck::Log)?;
        // From here on no checkpoint is signed by the old key alone.
        self.publisher.signers.next = Some(next);
        self.name_signers();
        self.hand_over(receipt)
    }

    fn record_rotation(&mut self, next: &Verifier, actor: &str, detail: Option<&str>) -> io::Result<Option<Receipt>> {
        let old = self.publisher.signers.current.verifier();
        let key = |key: &Verifier| Fact::Text(key.to_string());
        let facts = Facts::from([(OLD, key(old)), (NEW, key(next))]);
        let (kind, actor, detail) = (EventKind::Rotate, actor.to_owned(), detail.map(str::to_owned));
        let (answer, mut receiver) = oneshot::channel();
        let body = Body::event(&Event { kind, actor, policy: None, detail, facts });
        let mut job = Job::new(body, Reply::Plain(answer), &self.queue);
        job.is_final = true;
        let mut jobs = VecDeque::from([job]);
        while !jobs.is_empty() {
            self.commit(&mut jobs)?;
        }
        Ok(receiver.try_recv().ok().and_then(Result::ok))
    }

    /// What follows the record: the checkpoint of both keys, then the files, of which the private key comes last.
    fn hand_over(&mut self, receipt: Option<Receipt>) -> Result<Rotated, Stuck> {
        self.rotated = Some(Instant::now());
        self.publish().map_err(Stuck::Log)?;
        let signers = &mut self.publisher.signers;
        let (Some(next), Some(files)) = (signers.next.as_ref(), signers.files.as_deref_mut()) else {
            return Err(Stuck::Keys(io::Error::other("no change of key is under way")));
        };
        let (old, new) = (signers.current.verifier().clone(), next.verifier().clone());
        files.list(&old, &new).map_err(Stuck::Keys)?;
        files.publish(&new).map_err(Stuck::Keys)?;
        files.promote(&new).map_err(Stuck::Keys)?;
        if let Some(next) = signers.next.take() {
            signers.current = next;
        }
        self.name_signers();
        Ok(Rotated { old, new, receipt, size: self.publisher.size })
    }
}
