//! Values that were registered as secret: found whatever they are written as.
//!
//! What is compared are symbols: the letters and digits of a value, in one case. All else may stand between them, so that a
//! value is the same split or whole. Each value is looked for as it is, backwards, and as character codes, hexadecimal, base64
//! and base32 of it would be at any place of a longer text, the latter three backwards as well; and again in what the text says once percent-encoding,
//! character references, escapes, compatibility forms, look-alikes and runs of base64, base32 and hexadecimal are undone,
//! encodings within encodings to the depth of four; and, of each of those, in what is left without the markup that shows
//! nothing. The cost does not grow with the number of values.

mod dumps;
mod escapes;
mod forms;
mod index;
mod layer;
mod markup;
mod pending;
mod runs;
mod sample;
mod search;
mod strength;

pub(crate) use dumps::read as dump_row;

use crate::rule::{Family, Rule};
use crate::{Action, Match, Severity};
use forms::Forms;
use index::{GRAPHIC, Index, LETTERS, SIGNS, WIDE};
use layer::Layer;
use search::Search;
use std::ops::Range;
use std::sync::Arc;

/// The rules of this module.
pub const RULES: &[Rule] = &[
    rule("registered.value", "A registered value as it is, in either case."),
    rule("registered.split", "A registered value with other characters in between, or spread over items."),
    rule("registered.encoded", "A registered value in an encoding, or in several one within another."),
];

const fn rule(id: &'static str, about: &'static str) -> Rule {
    Rule {
        id,
        family: Family::Registered,
        severity: Severity::High,
        action: Action::Redact,
        about,
        on: true,
        tags: &["MCP01", "AML.T0057"],
    }
}

/// The registered values, made for finding. Their bytes are wiped when the last copy is dropped.
#[derive(Clone, Default)]
pub struct Registered {
    values: Option<Arc<Values>>,
}

struct Values {
    /// By what counts in them ([`index`]): most need no more than letters and digits.
    indices: [Index; 4],
}

/// Why a value cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It has under [`Registered::SHORTEST`] bytes.
    #[error("it has under {} bytes", Registered::SHORTEST)]
    Short,
    /// It could be a part of ordinary text.
    #[error("it is too easy to guess: it could be a part of ordinary text")]
    Guessable,
}

/// The bytes of a text that are looked at in one go.
const PIECE: usize = 1 << 20;
/// The bytes of one place that each symbol may take, for texts that are looked at in several goes.
const SPELT: usize = 48;

impl Registered {
    /// The length of the shortest value, in bytes.
    pub const SHORTEST: usize = 12;

    /// Whether a value can be registered.
    ///
    /// # Errors
    /// It is too short, or of low entropy.
    pub fn check(value: &[u8]) -> Result<(), Weak> {
        if value.len() < Self::SHORTEST {
            return Err(Weak::Short);
        }
        if strength::strong(value) && forms::symbols_of(value).is_some() { Ok(()) } else { Err(Weak::Guessable) }
    }

    /// Makes them ready. Values that [`Registered::check`] refuses are left out.
    #[must_use]
    pub fn new<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let mut forms = Forms::default();
        for value in values.into_iter().filter(|value| Self::check(value).is_ok()) {
            forms.add(value);
        }
        let indices = [
            Index::new(&LETTERS, forms.letters),
            Index::new(&WIDE, forms.wide),
            Index::new(&SIGNS, forms.signs),
            Index::new(&GRAPHIC, forms.graphic),
        ];
        let any = indices.iter().any(|index| !index.is_empty());
        Self { values: any.then(|| Arc::new(Values { indices })) }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_none()
    }

    /// Finds them in `text`, in every form. Linear in its length.
    pub fn find(&self, text: &str, out: &mut Vec<Match>) {
        let Some(values) = &self.values else { return };
        let mut found = Vec::new();
        let reach = values.reach();
        let (mut from, piece) = (0, PIECE.max(reach.saturating_mul(4)));
        while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
            let len = if rest.len() > piece + piece / 4 { rest.floor_char_boundary(piece) } else { rest.len() };
            let Some(part) = rest.get(..len) else { break };
            Search::new(values, part.len(), from, &mut found).layer(&Layer::plain(part.as_bytes()), 0);
            if len == rest.len() {
                break;
            }
            // What stands across the end of a piece stands whole in the next one.
            from = text.floor_char_boundary(from + len - reach);
        }
        settle(text, found, out);
    }

    /// Finds those that begin in one of these texts and go on in the next ones: each match with the number of its text.
    /// Of a value that is spread over several texts each gives its part.
    pub fn find_across(&self, texts: &[&str], out: &mut Vec<(usize, Match)>) {
        let Some(values) = &self.values else { return };
        if texts.len() < 2 {
            return;
        }
        let joined = Joined::of(texts, values.reach());
        let mut found = Vec::new();
        Search::new(values, joined.text.len(), 0, &mut found).layer(&Layer::plain(joined.text.as_bytes()), 0);
        let mut matches = Vec::new();
        settle(&joined.text, found, &mut matches);
        for hit in matches {
            let whole = |part: &str| {
                let mut found = Vec::new();
                Search::new(values, part.len(), 0, &mut found).layer(&Layer::plain(part.as_bytes()), 0);
                found.iter().any(|inner| inner.span.len() + EDGES >= hit.span.len())
            };
            joined.parts(&hit, whole, out);
        }
    }

    /// As [`crate::secrets::pending`].
    #[must_use]
    pub fn pending(&self, text: &str) -> usize {
        let from = self.values.as_ref().map_or(text.len(), |values| pending::from(values, text));
        text.floor_char_boundary(from)
    }
}

impl Values {
    /// The longest place that a value takes.
    fn reach(&self) -> usize {
        self.longest().saturating_mul(SPELT) + 4096
    }

    /// How far from markup a value may stand that goes on behind it.
    fn near(&self) -> usize {
        self.longest().saturating_mul(8) + 1024
    }

    /// The symbols of the longest spelling.
    fn longest(&self) -> usize {
        self.indices.iter().map(|index| index.longest).max().unwrap_or_default()
    }
}

/// Brings matches into order, and leaves out those that lie within others.
fn settle(text: &str, mut found: Vec<Match>, out: &mut Vec<Match>) {
    for hit in &mut found {
        hit.span = text.floor_char_boundary(hit.span.start)..text.ceil_char_boundary(hit.span.end);
    }
    found.sort_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end)));
    let mut end = 0;
    for hit in found {
        if hit.span.end > end {
            end = hit.span.end;
            out.push(hit);
        }
    }
}

/// Texts one after the other, without what is far from where two of them meet.
struct Joined {
    text: String,
    /// Of each part: where it stands, the number of its text, and where it stands there.
    parts: Vec<(Range<usize>, usize, usize)>,
}

/// So much beside a value may be found with it: digits that hold bits of it as well.
const EDGES: usize = 16;
/// Nothing is found across it.
const APART: &str = ".";

impl Joined {
    fn of(texts: &[&str], reach: usize) -> Self {
        let mut joined = Self { text: String::new(), parts: Vec::with_capacity(texts.len()) };
        for (number, text) in texts.iter().enumerate() {
            if text.len() <= 2 * reach {
                joined.push(number, 0, text);
                continue;
            }
            let (head, tail) = (text.floor_char_boundary(reach), text.ceil_char_boundary(text.len() - reach));
            joined.push(number, 0, text.get(..head).unwrap_or_default());
            joined.text.push_str(&APART.repeat(index::GAP + 1));
            joined.push(number, tail, text.get(tail..).unwrap_or_default());
        }
        joined
    }

    fn push(&mut self, number: usize, from: usize, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.parts.push((start..self.text.len(), number, from));
    }

    /// The parts of a match that goes over more than one text. One that a part holds whole is left to the search in its text.
    fn parts(&self, hit: &Match, whole: impl Fn(&str) -> bool, out: &mut Vec<(usize, Match)>) {
        let first = self.parts.partition_point(|(place, ..)| place.end <= hit.span.start);
        let parts = self.parts.iter().skip(first).take_while(|(place, ..)| place.start < hit.span.end);
        let parts = parts.filter(|(place, ..)| !place.is_empty());
        if parts.clone().count() < 2 {
            return;
        }
        let own = |place: &Range<usize>| {
            let start = self.text.floor_char_boundary(hit.span.start.saturating_sub(EDGES).max(place.start));
            let end = self.text.ceil_char_boundary((hit.span.end + EDGES).min(place.end));
            self.text.get(start..end).is_some_and(&whole)
        };
        if parts.clone().any(|(place, ..)| own(place)) {
            return;
        }
        for (place, number, from) in parts {
            let (start, end) = (hit.span.start.max(place.start), hit.span.end.min(place.end));
            let span = start - place.start + from..end - place.start + from;
            out.push((*number, Match { rule: "registered.split", span, view: hit.view }));
        }
    }
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registered")
    }
}

#[cfg(test)]
mod tests;
