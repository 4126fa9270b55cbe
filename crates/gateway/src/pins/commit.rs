//! The order in which a pin moves: the record first, then the file, then memory.

use super::Inner;
use super::book::{Book, Change, Doubt, Forgotten};
use casemate_audit::{Event, EventKind, Facts, Log};
use casemate_core::pin::{SURVEY, Transition};
use casemate_core::{Reason, Refusal, ServerName};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Records that wait for the disk at once.
const AT_ONCE: usize = 64;
/// Characters of a name in a record.
const NAME: usize = 256;

impl Inner {
    /// Replaces the book of one server; none ends it. Whoever does it holds the server's pen.
    fn replace(&self, server: &ServerName, book: Option<Book>) {
        let book = book.map(Arc::new);
        self.books.rcu(|books| {
            let mut books = super::Books::clone(books);
            match &book {
                Some(book) => drop(books.insert(server.clone(), Arc::clone(book))),
                None => drop(books.remove(server)),
            }
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
        let events = events(server, change);
        let is_change = !events.is_empty();
        // The last of the disk is for the outcomes of calls; an upstream that changes all the time must not use it up.
        if is_change && !log.health().writable {
            return Err(Refusal::new(Reason::AuditUnavailable).detail("no room for the records of pins"));
        }
        let made = match record(log, server, &events, change.summary.as_deref()).await {
            Ok(made) => made,
            Err(refusal) => {
                // Some may be in the log, or come there yet: what waits is written in its order.
                if is_change {
                    let _ = log.event(void(server, &[])).await;
                }
                return Err(refusal);
            }
        };
        let before = self.books.load().get(server).cloned().unwrap_or_default();
        let after = before.after(change);
        let is_elsewhere = after.origin() != before.origin() && !after.is_empty();
        let is_over = after.is_empty() && !change.forgotten.pins.is_empty();
        if is_change || is_elsewhere {
            let (keeper, name, pins) = (Arc::clone(self), server.clone(), after.pins());
            let origin = after.origin().cloned();
            let keeping = move || match is_over {
                true => keeper.store.remove(&name),
                false => keeper.store.write(&name, origin.as_deref(), &pins),
            };
            let kept = tokio::task::spawn_blocking(keeping).await;
            let kept = kept.unwrap_or_else(|fault| Err(std::io::Error::other(fault)));
            if let Err(fault) = kept {
                tracing::error!(upstream.name = %server, %fault, "pins could not be kept");
                // Whoever reads the log must not take for done what its records announced.
                let _ = log.event(void(server, &made)).await;
                return Err(Refusal::new(Reason::PinStore).detail(fault.to_string()));
            }
        }
        // Where a survey found nothing new, the doubts of an earlier one still end here.
        self.replace(server, (!is_over).then_some(after));
        Ok(())
    }

    /// What a survey found could not be settled: it is refused until it can be. Whoever says so holds the server's pen.
    pub(super) fn doubt(&self, server: &ServerName, doubts: &[Doubt]) {
        let book = self.books.load().get(server).cloned().unwrap_or_default();
        self.replace(server, Some(Book::clone(&book).doubting(doubts)));
    }
}

/// Writes the records of a change. Gives where they stand.
async fn record(log: &Log, server: &ServerName, events: &[Event], summary: Option<&str>) -> Result<Vec<u64>, Refusal> {
    let mut made = Vec::new();
    for some in events.chunks(AT_ONCE) {
        let mut records = JoinSet::new();
        for event in some {
            let (log, event) = (log.clone(), event.clone());
            records.spawn(async move { log.event(event).await });
        }
        while let Some(recorded) = records.join_next().await {
            made.push(recorded.map_err(|_| Refusal::new(Reason::Internal))??.index);
        }
    }
    if let Some(summary) = summary {
        let detail = Some(format!("{server}: {summary}"));
        log.event(Event { kind: EventKind::Pin, actor: SURVEY.to_owned(), policy: None, detail, facts: Facts::new() })
            .await?;
    }
    Ok(made)
}

/// The record that takes back others: what they say did not come about.
fn void(server: &ServerName, records: &[u64]) -> Event {
    let (first, last) = (records.iter().min(), records.iter().max());
    let which = first
        .zip(last)
        .map(|(first, last)| format!(" of {first} to {last}"))
        .unwrap_or_else(|| " of the change before this one".to_owned());
    let detail = Some(format!("void {server}: the records{which} on pins of this server; they could not be kept"));
    Event { kind: EventKind::Pin, actor: SURVEY.to_owned(), policy: None, detail, facts: Facts::new() }
}

/// The records of a change.
fn events(server: &ServerName, change: &Change) -> Vec<Event> {
    let moves = change.moves.iter().map(|transition| event(server, transition));
    let Forgotten { pins, actor } = &change.forgotten;
    let forgotten = pins.iter().map(|pin| {
        let digest = pin.shown().map_or_else(|| "none".to_owned(), |shown| shown.digest.to_string());
        let detail = format!("forgotten {server} {} {} {digest} (was {})", pin.kind, shown(&pin.name), pin.state);
        Event { kind: EventKind::Pin, actor: actor.clone(), policy: None, detail: Some(detail), facts: Facts::new() }
    });
    moves.chain(forgotten).collect()
}

fn event(server: &ServerName, transition: &Transition) -> Event {
    let pin = &transition.pin;
    let digest = transition.digest.map_or_else(|| "none".to_owned(), |digest| digest.to_string());
    let was = transition.was.map(|was| format!(" (was {was})")).unwrap_or_default();
    let era = transition.era.map(|era| format!(" in a list of the {} era", era.as_str())).unwrap_or_default();
    let detail = format!("{} {server} {} {} {digest}{was}{era}", pin.state, pin.kind, shown(&pin.name));
    Event {
        kind: EventKind::Pin,
        actor: transition.actor.clone(),
        policy: None,
        detail: Some(detail),
        facts: Facts::new(),
    }
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
