//! The order in which a pin moves: the record first, then the file, then memory.

use super::book::{Book, Change, Doubt};
use super::{Inner, Pins};
use casemate_audit::{Event, EventKind, Log};
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, Pin, SURVEY, Standing, Transition};
use casemate_core::{Reason, Refusal, ServerName, UnixMillis};
use std::sync::Arc;
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
        let after = Arc::new(transition.pin.clone());
        let change = Change { moves: vec![transition], ..Change::default() };
        let (inner, log, server) = (Arc::clone(&self.0), log.clone(), server.clone());
        let was_listed = !pin.listed.is_empty();
        // It runs to its end even if nobody waits for it.
        let settling = tokio::spawn(async move {
            let settled = inner.settle(&log, &server, &change).await;
            if let (Ok(()), Some(book)) = (&settled, inner.books.load().get(&server)) {
                book.decided(&pin);
                if was_listed {
                    // Lists and surveys did not agree, so that the next use waits for another survey.
                    book.unrest(Standing::Approved);
                }
            }
            drop(pen);
            settled
        });
        settling
            .await
            .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal).detail("settling pins broke off")))
            .map(|()| after)
    }
}

impl Inner {
    /// Replaces the book of one server. Whoever does it holds the server's pen.
    fn replace(&self, server: &ServerName, book: Book) {
        let book = Arc::new(book);
        self.books.rcu(|books| {
            let mut books = super::Books::clone(books);
            books.insert(server.clone(), Arc::clone(&book));
            books
        });
    }

    /// Records, keeps and applies a change: all of it, or none. Whoever does it holds the server's pen.
    pub(super) async fn settle(
        self: &Arc<Self>,
        log: &Log,
        server: &ServerName,
        change: &Change,
    ) -> Result<(), Refusal> {
        let moves = &change.moves;
        // The last of the disk is for the outcomes of calls; an upstream that changes all the time must not use it up.
        if !moves.is_empty() && !log.health().writable {
            return Err(Refusal::new(Reason::AuditUnavailable).detail("no room for the records of pins"));
        }
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
        if let Some(summary) = &change.summary {
            let detail = Some(format!("{server}: {summary}"));
            log.event(Event { kind: EventKind::Pin, actor: SURVEY.to_owned(), policy: None, detail }).await?;
        }
        let before = self.books.load().get(server).cloned().unwrap_or_default();
        let after = before.after(change);
        let is_elsewhere = after.origin() != before.origin() && !after.is_empty();
        if !moves.is_empty() || is_elsewhere {
            let (keeper, name, pins) = (Arc::clone(self), server.clone(), after.pins());
            let origin = after.origin().cloned();
            let kept = tokio::task::spawn_blocking(move || keeper.store.write(&name, origin.as_deref(), &pins)).await;
            let kept = kept.unwrap_or_else(|fault| Err(std::io::Error::other(fault)));
            kept.map_err(|fault| {
                tracing::error!(upstream.name = %server, %fault, "pins could not be kept");
                Refusal::new(Reason::PinStore).detail(fault.to_string())
            })?;
        }
        // Where a survey found nothing new, the doubts of an earlier one still end here.
        self.replace(server, after);
        Ok(())
    }

    /// What a survey found could not be settled: it is refused until it can be. Whoever says so holds the server's pen.
    pub(super) fn doubt(&self, server: &ServerName, doubts: &[Doubt]) {
        let book = self.books.load().get(server).cloned().unwrap_or_default();
        self.replace(server, Book::clone(&book).doubting(doubts));
    }
}

fn event(server: &ServerName, transition: &Transition) -> Event {
    let pin = &transition.pin;
    let digest = transition.digest.map_or_else(|| "none".to_owned(), |digest| digest.to_string());
    let was = transition.was.map(|was| format!(" (was {was})")).unwrap_or_default();
    let era = transition.era.map(|era| format!(" in a list of the {} era", era.as_str())).unwrap_or_default();
    let detail = format!("{} {server} {} {} {digest}{was}{era}", pin.state, pin.kind, shown(&pin.name));
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
