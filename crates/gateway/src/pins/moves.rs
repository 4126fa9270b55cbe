//! What becomes of a server's pins after a survey, or after lists.

use super::Pins;
use super::book::{Book, Change, Doubt};
use super::marks::{Pending, Shown};
use super::quota::Left;
use super::review::{self, Surroundings};
use crate::config::{PinMode, Upstream};
use casemate_core::pin::{Definition, Kind, MODE, MOVED, Mode, Pin, Sighting, Standing, Transition, sight};
use casemate_core::{ServerName, UnixMillis};
use std::collections::HashSet;
use std::sync::Arc;

/// One item whose pin may move: what is known of it, and what was seen.
struct Item {
    known: Option<Arc<Pin>>,
    seen: Option<Sighting>,
}

/// What a survey makes of the pins.
pub(super) struct Survey<'a> {
    pub(super) upstream: &'a Upstream,
    pub(super) book: &'a Book,
    pub(super) now: UnixMillis,
}

/// A change, and what it takes.
pub(super) struct Planned {
    pub(super) change: Change,
    /// How many moves are held back.
    pub(super) held: usize,
    pub(super) used: Left,
    /// Whether there is no room for it.
    pub(super) is_too_much: bool,
}

impl Survey<'_> {
    fn mode(&self) -> Mode {
        match self.upstream.pins {
            PinMode::Review => Mode::Review,
            PinMode::TrustFirst => Mode::TrustFirst,
        }
    }

    /// Why an approval ends whatever was seen, if it does.
    fn withdrawn(&self, pin: &Pin) -> Option<Transition> {
        let by = if !self.book.is_of(self.upstream) {
            MOVED
        } else if pin.trusted && self.mode() == Mode::Review {
            MODE
        } else {
            return None;
        };
        pin.withdraw(by, self.now)
    }

    fn transition(
        &self,
        item: &Item,
        findings: impl FnOnce(&Definition) -> Vec<review::Finding>,
    ) -> Option<Transition> {
        let first = item.known.as_deref().and_then(|pin| self.withdrawn(pin));
        let known = first.as_ref().map(|first| &first.pin).or(item.known.as_deref());
        let then = match &item.seen {
            Some(seen) => sight(known, seen.clone(), self.mode(), findings, self.now),
            None => known.and_then(|pin| pin.absent(self.now)),
        };
        match (first, then) {
            (Some(first), Some(then)) => Some(then.completing(first)),
            (first, then) => first.or(then),
        }
    }

    /// The moves, of which only as many as are left are looked at and made; what else would move is refused meanwhile.
    pub(super) fn change(&self, pins: &Pins, offered: Vec<Sighting>, left: Left) -> Planned {
        let around = Surroundings::new(pins, &self.upstream.name, &tools(&offered), left.work);
        let work = around.work();
        let names: HashSet<_> = offered.iter().map(|item| (item.kind, item.name.clone())).collect();
        let known = |item: &Sighting| self.book.get(item.kind, &item.name);
        let mut items: Vec<_> =
            offered.into_iter().map(|seen| Item { known: known(&seen), seen: Some(seen) }).collect();
        let gone = self.book.pins().into_iter().filter(|pin| !names.contains(&(pin.kind, pin.name.clone())));
        items.extend(gone.map(|pin| Item { known: Some(pin), seen: None }));
        // What moves at all is found without a look at its texts.
        items.retain(|item| self.transition(item, |_| Vec::new()).is_some());
        // What is in use comes first.
        items.sort_by_key(|item| item.known.as_ref().is_none_or(|pin| pin.state.standing() != Standing::Approved));
        let held = items.split_off(left.moves.min(items.len()));
        let moves = items.iter().filter_map(|item| {
            let (kind, name) = item.name()?;
            self.transition(item, |definition| review::review(kind, name, definition, &around))
        });
        let change = Change {
            moves: moves.collect(),
            doubts: Some(held.iter().filter_map(Item::doubt).collect()),
            origin: Some(Arc::from(self.upstream.url.as_str())),
            ..Change::default()
        };
        let used = Left { moves: change.moves.len(), work: work - around.work() };
        Planned { is_too_much: self.book.after(&change).is_too_much(), held: held.len(), used, change }
    }
}

impl Item {
    fn name(&self) -> Option<(Kind, &str)> {
        let seen = self.seen.as_ref().map(|seen| (seen.kind, seen.name.as_str()));
        seen.or_else(|| self.known.as_ref().map(|pin| (pin.kind, pin.name.as_str())))
    }

    /// How it stands while its move is held back.
    fn doubt(&self) -> Option<Doubt> {
        let (kind, name) = self.name()?;
        let standing = match self.known.as_ref().map(|pin| pin.state.standing()) {
            None => Standing::Pending,
            Some(Standing::Approved) if self.seen.is_none() => Standing::Removed,
            Some(Standing::Approved) => Standing::Changed,
            Some(refused) => refused,
        };
        Some((kind, name.to_owned(), standing))
    }
}

fn tools(items: &[Sighting]) -> Vec<String> {
    items.iter().filter(|item| item.kind == Kind::Tool).map(|item| item.name.clone()).collect()
}

/// What lists make of the pins. Where there is no room for the definitions that they showed, their digests say enough.
pub(super) fn listed(
    pins: &Pins,
    server: &ServerName,
    book: &Book,
    pending: &[(Arc<Pin>, Pending)],
    left: Left,
    now: UnixMillis,
) -> (Change, Left) {
    let own: Vec<String> = book.names(Kind::Tool).map(str::to_owned).collect();
    let around = Surroundings::new(pins, server, &own, left.work);
    let work = around.work();
    let change = |has_room: bool| {
        let moves = pending.iter().filter_map(|(pin, pending)| {
            let findings = |definition: &Definition| review::review(pin.kind, &pin.name, definition, &around);
            match &pending.what {
                Shown::Another(listed) => {
                    let mut listed = listed.clone();
                    listed.definition = listed.definition.filter(|_| has_room);
                    pin.list_differs(listed, findings, now)
                }
                Shown::Approved => pin.list_agrees(pending.era, findings, now),
            }
        });
        Change { moves: moves.collect(), ..Change::default() }
    };
    let whole = change(true);
    let change = if book.after(&whole).is_too_much() { change(false) } else { whole };
    let used = Left { moves: change.moves.len(), work: work - around.work() };
    (change, used)
}

/// How what could not be settled stands meanwhile.
pub(super) fn doubts(transitions: &[Transition]) -> Vec<Doubt> {
    let refused = |transition: &Transition| match transition.pin.state.standing() {
        Standing::Approved => transition.from.map_or(Standing::Pending, |from| match from.standing() {
            Standing::Approved => Standing::Changed,
            before => before,
        }),
        standing => standing,
    };
    transitions.iter().map(|moved| (moved.pin.kind, moved.pin.name.clone(), refused(moved))).collect()
}

#[cfg(test)]
mod tests;
