//! The order in which a pin moves: the record first, then the file, then memory.

use super::book::Book;
use super::{Inner, Pins};
use casemate_audit::{Event, EventKind, Log};
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, Pin, Transition};
use casemate_core::{Reason, Refusal, ServerName, UnixMillis};
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinSet;

/// Records that wait for the disk at once.
const AT_ONCE: usize = 64;
/// Characters of a name in a record.
const NAME: usize = 256;

/// What a person decides.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verdict {
    Approve(Digest),
    Block(Digest),
}

impl Pins {
    /// Carries out a person's decision.
    pub(super) async fn decide(
        &self,
        log: &Log,
        now: UnixMillis,
        server: &ServerName,
        (kind, name): (Kind, &str),
        verdict: Verdict,
        actor: &str,
    ) -> Result<Arc<Pin>, Refusal> {
        let pen = Arc::clone(&self.slot(server).pen).lock_owned().await;
        let pin = self.get(server, kind, name).ok_or(Reason::PinMissing)?;
        let transition = match verdict {
            Verdict::Approve(digest) => pin.approve(digest, actor, now),
            Verdict::Block(digest) => pin.block(digest, actor, now),
        };
        let transition = transition.map_err(|reason| match reason {
            Reason::PinChanged => Refusal::new(reason).hint("the server lists it more than once"),
            reason => reason.into(),
        })?;
        let pin = Arc::new(transition.pin.clone());
        self.settle(pen, log.clone(), server.clone(), vec![transition]).await?;
        Ok(pin)
    }

    /// Records, keeps and applies transitions: all of them, or none. It runs to its end even if nobody waits for it.
    pub(super) async fn settle(
        &self,
        pen: OwnedMutexGuard<()>,
        log: Log,
        server: ServerName,
        transitions: Vec<Transition>,
    ) -> Result<(), Refusal> {
        let inner = Arc::clone(&self.0);
        let settling = tokio::spawn(async move {
            let settled = settle(&inner, log, &server, &transitions).await;
            drop(pen);
            settled
        });
        settling.await.unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("settling pins broke off")))
    }

    /// What a survey found could not be settled: it is refused until it can be.
    pub(super) fn doubt(&self, server: &ServerName, transitions: &[Transition]) {
        self.0.change(server, |book| book.doubting(transitions));
    }
}

impl Inner {
    /// Replaces the book of one server.
    fn change(&self, server: &ServerName, change: impl Fn(&Book) -> Book) {
        self.books.rcu(|books| {
            let mut books = super::Books::clone(books);
            let book = books.get(server).map_or_else(|| change(&Book::default()), |book| change(book));
            books.insert(server.clone(), Arc::new(book));
            books
        });
    }
}

async fn settle(inner: &Arc<Inner>, log: Log, server: &ServerName, moves: &[Transition]) -> Result<(), Refusal> {
    for some in moves.chunks(AT_ONCE) {
        let mut records = JoinSet::new();
        for transition in some {
            let (log, event) = (log.clone(), event(server, transition));
            records.spawn(async move { log.event(event).await });
        }
        while let Some(recorded) = records.join_next().await {
            recorded.map_err(|_| Refusal::new(Reason::Internal))??;
        }
    }
    if !moves.is_empty() {
        let after = inner.books.load().get(server).map_or_else(|| Book::default().after(moves), |b| b.after(moves));
        let (keeper, name, pins) = (Arc::clone(inner), server.clone(), after.pins());
        let kept = tokio::task::spawn_blocking(move || keeper.store.write(&name, &pins)).await;
        let kept = kept.unwrap_or_else(|fault| Err(std::io::Error::other(fault)));
        kept.map_err(|fault| {
            tracing::error!(upstream.name = %server, %fault, "pins could not be kept");
            Refusal::new(Reason::PinStore).detail(fault.to_string())
        })?;
    }
    // Where a survey found nothing new, the doubts of an earlier one still end here.
    inner.change(server, |book| book.after(moves));
    Ok(())
}

fn event(server: &ServerName, transition: &Transition) -> Event {
    let pin = &transition.pin;
    let digest = pin.seen.as_ref().map_or_else(|| "none".to_owned(), |seen| seen.digest.to_string());
    let was = transition.was.map(|was| format!(" (was {was})")).unwrap_or_default();
    let detail = format!("{} {server} {} {} {digest}{was}", pin.state, pin.kind, shown(&pin.name));
    Event { kind: EventKind::Pin, actor: transition.actor.clone(), policy: None, detail: Some(detail) }
}

/// A name as a record can hold it: one word, so that no name looks like the rest of the record.
fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    if !name.is_empty() && name.len() <= NAME && name.chars().all(plain) {
        return name.to_owned();
    }
    let escaped: String = name.chars().take(NAME).flat_map(char::escape_default).collect();
    let dots = if name.chars().nth(NAME).is_some() { "..." } else { "" };
    format!("\"{escaped}\"{dots}")
}

#[cfg(test)]
mod tests;
