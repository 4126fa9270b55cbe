//! What people decide about pins: approvals, blocks, and what is forgotten.

use super::Pins;
use super::book::{Book, Change, Forgotten};
use casemate_audit::Log;
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, Pin, Standing, State};
use casemate_core::{Reason, Refusal, ServerName, UnixMillis};
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::OwnedMutexGuard;

/// What a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The server that offers it.
    pub server: &'a ServerName,
    /// Its kind.
    pub kind: Kind,
    /// Its name; empty for instructions.
    pub name: &'a str,
    /// The state in which the person was shown it: in any other, nothing happens. Where it is not given, whatever is
    /// blocked stays blocked.
    pub shown: Option<State>,
}

/// What a person decides, and about which definition.
#[derive(Debug, Clone, Copy)]
pub enum Verdict {
    /// This definition may be listed and used.
    Approve(Digest),
    /// The item is blocked, whatever its definition becomes.
    Block(Digest),
}

impl Pins {
    /// Carries out a person's decision, if it is still about what was shown. The log may be that of a running gateway, or
    /// one that the caller opened while none runs.
    ///
    /// # Errors
    /// `pin.missing`; `pin.moved`: the server no longer offers the definition, or the pin is in another state than was
    /// shown; `pin.blocked`: it is to be approved and nobody said that it was shown as blocked; `pin.changed`: there are
    /// several under one name; `pin.store`, `audit.unavailable`.
    pub async fn decide(
        &self,
        log: &Log,
        now: UnixMillis,
        subject: Subject<'_>,
        verdict: Verdict,
        actor: &str,
    ) -> Result<Arc<Pin>, Refusal> {
        let server = subject.server;
        // A name that no server has takes no place in memory.
        self.book(server).ok_or(Reason::PinMissing)?;
        let pen = Arc::clone(&self.slot(server).pen).lock_owned().await;
        let pin = self.get(server, subject.kind, subject.name).ok_or(Reason::PinMissing)?;
        match (subject.shown, verdict) {
            (Some(shown), _) if shown != pin.state => return Err(Refusal::new(Reason::PinMoved).hint(became(&pin))),
            (None, Verdict::Approve(_)) if pin.state == State::Blocked => {
                let hint = format!("{}; only an approval that names the state \"blocked\" ends that", became(&pin));
                return Err(Refusal::new(Reason::PinBlocked).hint(hint));
            }
            _ => {}
        }
        let transition = match verdict {
            Verdict::Approve(digest) => pin.approve(digest, actor, now),
            Verdict::Block(digest) => pin.block(digest, actor, now),
        };
        let transition = transition.map_err(|reason| match reason {
            Reason::PinChanged => Refusal::new(reason).hint("the server lists it more than once"),
            reason => reason.into(),
        })?;
        let after = Arc::new(transition.pin.clone());
        let change = Change { moves: vec![transition], ..Change::default() };
        // Lists and surveys did not agree, or nobody looked whether the server still offers it.
        let is_stale = !pin.listed.is_empty() || pin.state == State::Blocked;
        let decided = move |book: &Book| {
            book.decided(&pin);
            if is_stale {
                // The next use waits for another survey.
                book.unrest(Standing::Approved);
            }
        };
        self.carry_out(log, server, pen, change, decided).await.map(|()| after)
    }

    /// Forgets one pin, or all of a server that can be: those of what it no longer offers, and every one where
    /// `is_configured` says that no entry names the server. Gives what was forgotten, by kind and name.
    ///
    /// # Errors
    /// `pin.missing`; `pin.kept`: the one must be remembered; `pin.store`, `audit.unavailable`.
    pub async fn forget(
        &self,
        log: &Log,
        server: &ServerName,
        one: Option<(Kind, &str)>,
        is_configured: impl Fn() -> bool + Send,
        actor: &str,
    ) -> Result<Vec<Arc<Pin>>, Refusal> {
        self.book(server).ok_or(Reason::PinMissing)?;
        let pen = Arc::clone(&self.slot(server).pen).lock_owned().await;
        let book = self.book(server).filter(|book| !book.is_empty()).ok_or(Reason::PinMissing)?;
        let is_configured = is_configured();
        // What is seen again and held back for a later survey is offered.
        let is_gone = |pin: &Pin| pin.state == State::Removed && book.doubt(pin.kind, &pin.name).is_none();
        let may_go = |pin: &Pin| !is_configured || is_gone(pin);
        let pins = match one {
            Some((kind, name)) => {
                let pin = book.get(kind, name).ok_or(Reason::PinMissing)?;
                if !may_go(&pin) {
                    return Err(Refusal::new(Reason::PinKept).hint(became(&pin)));
                }
                vec![pin]
            }
            None => {
                let mut pins: Vec<_> = book.pins().into_iter().filter(|pin| may_go(pin)).collect();
                pins.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
                pins
            }
        };
        if pins.is_empty() {
            return Ok(pins);
        }
        let change =
            Change { forgotten: Forgotten { pins: pins.clone(), actor: actor.to_owned() }, ..Change::default() };
        self.carry_out(log, server, pen, change, |_| ()).await.map(|()| pins)
    }

    /// Settles a decision, and then tells the book of it.
    async fn carry_out(
        &self,
        log: &Log,
        server: &ServerName,
        pen: OwnedMutexGuard<()>,
        change: Change,
        then: impl FnOnce(&Book) + Send + 'static,
    ) -> Result<(), Refusal> {
        let (inner, log, server) = (Arc::clone(&self.0), log.clone(), server.clone());
        // It runs to its end even if nobody waits for it.
        let settling = tokio::spawn(async move {
            let settled = inner.settle(&log, &server, &change).await;
            if let (Ok(()), Some(book)) = (&settled, inner.books.load().get(&server)) {
                then(book);
            }
            drop(pen);
            settled
        });
        settling.await.unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("settling pins broke off")))
    }
}

/// What a pin is by now, who made it that, and when.
fn became(pin: &Pin) -> String {
    let Some(step) = pin.since() else { return format!("it is {}", pin.state) };
    let at = i64::try_from(step.at.0 / 1000).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let at = at.and_then(|at| at.format(&Rfc3339).ok()).map(|at| format!(" at {at}")).unwrap_or_default();
    format!("it is {} by now ({}{at})", pin.state, step.actor)
}

#[cfg(test)]
mod tests;
