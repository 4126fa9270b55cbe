//! The strings of a message in their order, with what they are: what a reader may put together.

use super::position::{self, Position};
use super::walk::is_media;
use crate::media;
use casemate_core::json::{Edits, Kind, Value};
use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// What a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Text,
    Number,
    Name,
    Uri,
    Key,
}

/// A string of a message.
#[derive(Clone)]
pub(super) struct Slot<'a> {
    /// Where it begins in the message, counted on from the messages that are looked at with it; `None` for one that has gone
    /// out.
    pub(super) at: Option<usize>,
    /// Whether it belongs to the newest message.
    pub(super) newest: bool,
    pub(super) text: Cow<'a, str>,
    pub(super) role: Role,
    /// What it has in common with the same cell of other rows.
    pub(super) column: u64,
    /// Whether a reader gets it as running text, one after the other: content, words of a notification, of an error.
    pub(super) told: bool,
}

/// What is known of a value by what it stands in.
#[derive(Debug, Clone, Copy)]
struct Around {
    position: Position,
    column: u64,
    /// Whether it is an item of a list: then the items of a list in it are cells of a row.
    item: bool,
    told: bool,
}

/// The strings of a value in their order, without what `decided` leaves out.
pub(super) fn of<'a>(root: Value<'a>, position: Position, decided: &Edits) -> Vec<Slot<'a>> {
    let mut out = Vec::new();
    gather(root, Around { position, column: 0, item: false, told: false }, decided, &mut out);
    out
}

/// Members that say what something is, in words of the protocol.
const KINDS: [&str; 10] =
    ["type", "mimeType", "role", "jsonrpc", "method", "level", "format", "protocolVersion", "resultType", "cacheScope"];

/// What strings of a member of that name have in common.
pub(super) fn column(key: &str) -> u64 {
    mixed(0, key)
}

fn mixed(column: u64, part: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    (column, part).hash(&mut hasher);
    hasher.finish()
}

fn gather<'a>(value: Value<'a>, around: Around, decided: &Edits, out: &mut Vec<Slot<'a>>) {
    let Around { position, column, item, told } = around;
    let role = match position {
        Position::Media | Position::Sealed => return,
        Position::Name => Role::Name,
        Position::Uri | Position::Shown => Role::Uri,
        _ => Role::Text,
    };
    let at = Some(value.span().start);
    match value.kind() {
        Kind::String => {
            let told = role == Role::Text && (told || position == Position::Words);
            out.extend(value.as_str().map(|text| Slot { at, newest: true, text, role, column, told }));
        }
        Kind::Number => {
            let role = if role == Role::Text { Role::Number } else { role };
            out.push(Slot { at, newest: true, text: Cow::Borrowed(value.raw()), role, column, told: false });
        }
        Kind::Array => {
            let kept = |item: &Value<'_>| position != Position::Listing || !decided.drops(*item);
            for (index, inner) in value.items().enumerate().filter(|(_, item)| kept(item)) {
                let column = if item { mixed(column, index) } else { column };
                gather(inner, Around { position: position::item(position), column, item: true, told }, decided, out);
            }
        }
        Kind::Object => {
            let item_of_media = media::is_media_item(value);
            let tells = matches!(position, Position::NotificationParams | Position::Error | Position::InputParams);
            for member in value.members() {
                let key = member.key();
                let (position, known) = position::member(position, &key);
                let holds = key == "blob" || key == "data" && item_of_media;
                let media = holds && is_media(member.value, around.position);
                if media || known.is_some_and(|known| KINDS.contains(&known)) {
                    continue;
                }
                let (column, told) = (self::column(&key), tells && known.is_some());
                if known.is_none() {
                    let at = Some(member.span().start);
                    out.push(Slot { at, newest: true, text: key, role: Role::Key, column: 0, told: false });
                }
                gather(member.value, Around { position, column, item: false, told }, decided, out);
            }
        }
        Kind::Null | Kind::Bool => {}
    }
}
