//! Registered values that are spread over the texts of one message.

use super::position::{self, Position};
use crate::filter::Filter;
use casemate_core::json::{Edits, Kind, Value};
use casemate_inspect::Match;
use std::borrow::Cow;
use std::collections::HashMap;

/// What was found in each text by looking at its neighbours as well: by where the text begins in the message.
pub(super) type Across = HashMap<usize, Vec<Match>>;

/// Looks at all texts of a message as at one.
pub(super) fn look(root: Value<'_>, position: Position, filter: &Filter, decided: &Edits) -> Across {
    let mut across = Across::new();
    let Some(registered) = filter.registered() else { return across };
    let mut texts = Vec::new();
    gather(root, position, decided, &mut texts);
    if texts.len() < 2 {
        return across;
    }
    let words: Vec<&str> = texts.iter().map(|(_, text)| text.as_ref()).collect();
    let mut found = Vec::new();
    registered.find_across(&words, &mut found);
    for (number, found) in found {
        if let Some((at, _)) = texts.get(number) {
            across.entry(*at).or_default().push(found);
        }
    }
    across
}

/// The texts of a message that can be changed, in their order.
fn gather<'a>(value: Value<'a>, position: Position, decided: &Edits, out: &mut Vec<(usize, Cow<'a, str>)>) {
    match value.kind() {
        Kind::String if position.is_text() => out.extend(value.as_str().map(|text| (value.span().start, text))),
        Kind::Array => {
            let kept = value.items().filter(|item| position != Position::Listing || !decided.drops(*item));
            kept.for_each(|item| gather(item, position::item(position), decided, out));
        }
        Kind::Object => {
            for member in value.members() {
                gather(member.value, position::member(position, &member.key()).0, decided, out);
            }
        }
        _ => {}
    }
}
