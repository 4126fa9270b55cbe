//! Registered values that are spread over the strings of one message: over texts, keys, names and numbers, in each order in
//! which a reader may put them together.

use super::position::{self, Position};
use super::walk::is_media;
use crate::filter::{Filter, Hit};
use casemate_core::json::{Edits, Json, Kind, Limits, Value};
use casemate_inspect::{Match, Registered};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// What was found in each string by looking at its neighbours as well: by where the string, or the member whose key it is,
/// begins in the message.
pub(super) type Across<'f> = HashMap<usize, Vec<Hit<'f>>>;

/// What a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Text,
    Number,
    Name,
    Uri,
    Key,
}

/// A string that may hold a part of a value.
struct Slot<'a> {
    /// Where it begins in the message.
    at: usize,
    text: Cow<'a, str>,
    role: Role,
    /// What it has in common with the same cell of other rows.
    column: u64,
}

/// What is known of a value by what it stands in.
#[derive(Debug, Clone, Copy)]
struct Around {
    position: Position,
    column: u64,
    /// Whether it is an item of a list: then the items of a list in it are cells of a row.
    item: bool,
}

/// Looks at all strings of a message as at one, and at those of each text that is JSON.
pub(super) fn look<'f>(root: Value<'_>, position: Position, filter: &'f Filter, decided: &Edits) -> Across<'f> {
    let mut across = Across::new();
    let Some(registered) = filter.registered() else { return across };
    let mut slots = Vec::new();
    gather(root, Around { position, column: 0, item: false }, decided, &mut slots);
    let mut add = |slot: &Slot<'_>, found: Match| {
        across.entry(slot.at).or_default().extend(filter.hits_of(&slot.text, &[found]));
    };
    spread(registered, &slots, &mut add);
    for slot in slots.iter().filter(|slot| slot.role == Role::Text) {
        inside(registered, &slot.text, |found| add(slot, found));
    }
    across
}

/// Whether a value is spread over the strings of a message that a client sends, or of a text in it that is JSON.
pub(crate) fn holds(root: Value<'_>, registered: &Registered) -> bool {
    let (mut slots, mut any) = (Vec::new(), false);
    gather(root, Around { position: Position::Text, column: 0, item: false }, &Edits::new(), &mut slots);
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
    let mut slots = Vec::new();
    gather(json.root(), Around { position: Position::Text, column: 0, item: false }, &Edits::new(), &mut slots);
    spread(registered, &slots, |slot, part| {
        let quotes = usize::from(slot.role != Role::Number);
        let start = slot.at + quotes;
        let rest = text.get(start..).unwrap_or_default();
        let exact = rest.starts_with(slot.text.as_ref());
        let span = if exact { start + part.span.start..start + part.span.end } else { start..start + written(rest) };
        found(Match { span, ..part });
    });
}

/// The length of a JSON string up to its quotation mark.
fn written(rest: &str) -> usize {
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
/// numbers; everything; keys; column by column.
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
    let places =
        |reading: &[&Slot<'_>]| reading.iter().map(|slot| (slot.at, slot.role == Role::Key)).collect::<Vec<_>>();
    let mut seen: Vec<Vec<(usize, bool)>> = Vec::new();
    let new = |reading: &Vec<&Slot<'_>>| {
        let places = places(reading);
        let new = places.len() > 1 && !seen.contains(&places);
        seen.push(places);
        new
    };
    all.into_iter().filter(new).collect()
}

/// Members that say what something is, in words of the protocol.
const KINDS: [&str; 10] =
    ["type", "mimeType", "role", "jsonrpc", "method", "level", "format", "protocolVersion", "resultType", "cacheScope"];

fn mixed(column: u64, part: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (column, part).hash(&mut hasher);
    hasher.finish()
}

/// The strings of a message in their order.
fn gather<'a>(value: Value<'a>, around: Around, decided: &Edits, out: &mut Vec<Slot<'a>>) {
    let Around { position, column, item } = around;
    let role = match position {
        Position::Media | Position::Sealed => return,
        Position::Name => Role::Name,
        Position::Uri | Position::Shown => Role::Uri,
        _ => Role::Text,
    };
    let at = value.span().start;
    match value.kind() {
        Kind::String => out.extend(value.as_str().map(|text| Slot { at, text, role, column })),
        Kind::Number => {
            let role = if role == Role::Text { Role::Number } else { role };
            out.push(Slot { at, text: Cow::Borrowed(value.raw()), role, column });
        }
        Kind::Array => {
            let kept = |item: &Value<'_>| position != Position::Listing || !decided.drops(*item);
            for (index, inner) in value.items().enumerate().filter(|(_, item)| kept(item)) {
                let column = if item { mixed(column, index) } else { column };
                gather(inner, Around { position: position::item(position), column, item: true }, decided, out);
            }
        }
        Kind::Object => {
            for member in value.members() {
                let key = member.key();
                let (position, known) = position::member(position, &key);
                let media = matches!(key.as_ref(), "data" | "blob") && is_media(member.value, around.position);
                if media || known.is_some_and(|known| KINDS.contains(&known)) {
                    continue;
                }
                let column = mixed(0, key.as_ref());
                if known.is_none() {
                    out.push(Slot { at: member.span().start, text: key, role: Role::Key, column: 0 });
                }
                gather(member.value, Around { position, column, item: false }, decided, out);
            }
        }
        Kind::Null | Kind::Bool => {}
    }
}
