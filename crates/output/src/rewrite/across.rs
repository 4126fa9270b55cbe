//! Registered values that are spread over the strings of one message: over texts, keys, names and numbers, in each order in
//! which a reader may put them together.

use super::before::Before;
use super::position::Position;
use super::seams;
use super::slots::{self, Role, Slot};
use crate::filter::{Filter, Hit};
use casemate_core::json::{Edits, Json, Limits, Value};
use casemate_inspect::{Match, Registered};
use std::collections::HashMap;
use std::ops::Range;

/// What was found in each string by looking at its neighbours as well: by where the string, or the member whose key it is,
/// begins in the message.
pub(crate) type Across<'f> = HashMap<usize, Vec<Hit<'f>>>;

/// Where that stands, of what is done with once it is told.
pub(crate) type Places = HashMap<usize, Vec<Range<usize>>>;

/// The places of what was found, but for private keys: what follows belongs to them.
pub(super) fn places(across: &Across<'_>) -> Places {
    let taken = |hit: &&Hit<'_>| !hit.rule.starts_with("secret.private_key.");
    let spans = |hits: &Vec<Hit<'_>>| hits.iter().filter(taken).map(|hit| hit.span.clone()).collect();
    across.iter().map(|(at, hits)| (*at, spans(hits))).collect()
}

/// A message that is looked at: what it is, and what was decided to leave out of it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) root: Value<'a>,
    pub(super) position: Position,
    pub(super) decided: &'a Edits,
}

/// Looks at all strings of messages that are known together, with those of the messages before them, as at one, and at those
/// of each text that is JSON. Gives what was found in each message.
pub(super) fn look<'f>(messages: &[Seen<'_>], filter: &'f Filter, before: &Before) -> Vec<Across<'f>> {
    let mut slots: Vec<Slot<'_>> = before.slots().collect();
    let mut starts = Vec::with_capacity(messages.len());
    let mut base = 0;
    for (number, message) in messages.iter().enumerate() {
        let (from, newest) = (base, number + 1 == messages.len());
        starts.push(from);
        base += message.root.span().end + 1;
        let own = slots::of(message.root, message.position, message.decided).into_iter();
        slots.extend(own.map(|slot| Slot { at: slot.at.map(|at| at + from), newest, ..slot }));
    }
    let mut found: Vec<Across<'f>> = messages.iter().map(|_| Across::new()).collect();
    spot(&slots, filter, |at, hit| {
        let number = starts.partition_point(|start| *start <= at).saturating_sub(1);
        let start = starts.get(number).copied().unwrap_or_default();
        if let Some(across) = found.get_mut(number) {
            across.entry(at - start).or_default().push(hit);
        }
    });
    found
}

/// Calls `found` with where a string begins, and with what is found in it.
fn spot<'f>(slots: &[Slot<'_>], filter: &'f Filter, mut found: impl FnMut(usize, Hit<'f>)) {
    let mut add = |slot: &Slot<'_>, hit: Hit<'f>| {
        if let Some(at) = slot.at {
            found(at, hit);
        }
    };
    seams::look(filter, slots, |number, hit| {
        if let Some(slot) = slots.get(number) {
            add(slot, hit);
        }
    });
    let Some(registered) = filter.registered() else { return };
    spread(registered, slots, |slot, part| {
        filter.hits_of(&slot.text, &[part]).into_iter().for_each(|hit| add(slot, hit))
    });
    for slot in slots.iter().filter(|slot| slot.role == Role::Text && slot.at.is_some()) {
        inside(registered, &slot.text, |part| {
            filter.hits_of(&slot.text, &[part]).into_iter().for_each(|hit| add(slot, hit));
        });
    }
}

/// Whether a value is spread over the strings of a message that a client sends, or of a text in it that is JSON.
pub(crate) fn holds(root: Value<'_>, registered: &Registered) -> bool {
    let (slots, mut any) = (slots::of(root, Position::Text, &Edits::new()), false);
    spread(registered, &slots, |_, _| any = true);
    for slot in slots.iter().filter(|slot| slot.role == Role::Text) {
        inside(registered, &slot.text, |_| any = true);
    }
    any
}

/// Looks at the strings of a text that is JSON, and gives what is found with its place in the text.
fn inside(registered: &Registered, text: &str, mut found: impl FnMut(Match)) {
    if text.len() < Registered::SHORTEST || !text.trim_start().starts_with(['{', '[']) {
        return;
    }
    let limits = Limits { depth: 128, nodes: 2_000_000, key_len: 4096, number_len: 512 };
    let Ok(json) = Json::parse(bytes::Bytes::copy_from_slice(text.as_bytes()), limits) else { return };
    let slots = slots::of(json.root(), Position::Text, &Edits::new());
    spread(registered, &slots, |slot, part| {
        let quotes = usize::from(slot.role != Role::Number);
        let start = slot.at.unwrap_or_default() + quotes;
        let rest = text.get(start..).unwrap_or_default();
        let exact = rest.starts_with(slot.text.as_ref());
        let span = if exact { start + part.span.start..start + part.span.end } else { start..start + written(rest) };
        found(Match { span, ..part });
    });
}

/// The length of a JSON string up to its quotation mark.
pub(super) fn written(rest: &str) -> usize {
    let mut escaped = false;
    let ends = |byte: u8| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    };
    rest.bytes().position(ends).unwrap_or(rest.len())
}

/// Looks for values in each order.
fn spread<'s>(registered: &Registered, slots: &'s [Slot<'_>], mut found: impl FnMut(&'s Slot<'s>, Match)) {
    let mut parts = Vec::new();
    for reading in readings(slots) {
        let words: Vec<&str> = reading.iter().map(|slot| slot.text.as_ref()).collect();
        registered.find_across(&words, &mut parts);
        for (number, part) in parts.drain(..) {
            if let Some(slot) = reading.get(number) {
                found(slot, part);
            }
        }
    }
}

/// The orders in which the strings may be put together, each one once: texts; with names; with
/// numbers; everything; keys; column by column; behind what was said before.
fn readings<'s>(slots: &'s [Slot<'s>]) -> Vec<Vec<&'s Slot<'s>>> {
    let of = |roles: &[Role]| slots.iter().filter(|slot| roles.contains(&slot.role)).collect::<Vec<_>>();
    let mut columns = of(&[Role::Text, Role::Number, Role::Name, Role::Uri]);
    let mut order = HashMap::new();
    for slot in &columns {
        let next = order.len();
        order.entry(slot.column).or_insert(next);
    }
    columns.sort_by_key(|slot| order.get(&slot.column).copied());
    let all = [
        of(&[Role::Text]),
        of(&[Role::Text, Role::Name]),
        of(&[Role::Text, Role::Number, Role::Name]),
        slots.iter().collect(),
        of(&[Role::Key]),
        columns,
    ];
    let all = all.into_iter().chain(behind(slots));
    let places = |reading: &[&'s Slot<'s>]| reading.iter().map(|slot| std::ptr::from_ref(*slot)).collect::<Vec<_>>();
    let mut seen: Vec<Vec<*const Slot<'s>>> = Vec::new();
    let new = |reading: &Vec<&'s Slot<'s>>| {
        let places = places(reading);
        let own = reading.iter().any(|slot| slot.at.is_some());
        let new = own && places.len() > 1 && !seen.contains(&places);
        seen.push(places);
        new
    };
    all.filter(new).collect()
}

/// The texts of a message behind what each member said in the messages before it.
fn behind<'s>(slots: &'s [Slot<'s>]) -> Vec<Vec<&'s Slot<'s>>> {
    let mut columns: Vec<u64> = slots.iter().filter(|slot| !slot.newest && slot.told).map(|s| s.column).collect();
    columns.sort_unstable();
    columns.dedup();
    let of = |column: &u64| {
        let fits = |slot: &&Slot<'_>| slot.newest || slot.told && slot.column == *column;
        slots.iter().filter(|slot| slot.role == Role::Text).filter(fits).collect()
    };
    columns.iter().map(of).collect()
}
