//! What has gone out of a stream of messages, as far as it may be read together with what follows.

use super::Shape;
use super::across::Places;
use super::position::Position;
use super::slots::{self, Slot};
use casemate_core::json::{Edits, Json};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// So much is remembered of each place, in bytes and in strings.
const KEPT: usize = 8 * 1024;
const STRINGS: usize = 512;

/// The ends of what the messages of one stream have said, place by place: of each at most 8 KiB. What is whole only together
/// with them is found when its last piece comes.
///
/// What was taken out because of what stands before it is left out here as well, so that the same piece is found when it comes
/// again. Of a private key it stays: what follows belongs to it.
#[derive(Default)]
pub struct Before {
    kept: VecDeque<Slot<'static>>,
}

impl Before {
    /// Remembers a message that goes out, of which `across` was found.
    pub(crate) fn keep(&mut self, json: &Json, shape: Shape, across: &Places) {
        for slot in slots::of(json.root(), Position::of(shape), &Edits::new()) {
            let found = slot.at.and_then(|at| across.get(&at)).map(Vec::as_slice).unwrap_or_default();
            let mut text = without(&slot.text, found);
            if text.is_empty() {
                continue;
            }
            text.drain(..text.ceil_char_boundary(text.len().saturating_sub(KEPT)));
            self.kept.push_back(Slot { at: None, newest: false, text: Cow::Owned(text), ..slot });
            self.trim(place(&slot));
        }
    }

    /// What is remembered, in its order.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot<'_>> {
        self.kept.iter().map(|slot| Slot { text: Cow::Borrowed(slot.text.as_ref()), ..*slot })
    }

    /// Forgets the oldest of one place.
    fn trim(&mut self, wanted: Option<u64>) {
        loop {
            let own = self.kept.iter().filter(|slot| place(slot) == wanted);
            let (count, bytes) = own.fold((0, 0), |(count, bytes), slot| (count + 1, bytes + slot.text.len()));
            if count <= STRINGS && bytes <= KEPT {
                return;
            }
            let Some(oldest) = self.kept.iter().position(|slot| place(slot) == wanted) else { return };
            self.kept.remove(oldest);
        }
    }
}

/// A text without what was found in it by looking further.
fn without(text: &str, found: &[Range<usize>]) -> String {
    let mut spans: Vec<_> = found.iter().map(|span| (span.start, span.end)).collect();
    spans.sort_unstable();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end) in spans {
        out.push_str(text.get(at..start.max(at)).unwrap_or_default());
        at = at.max(end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Running text is remembered member by member, of which the protocol knows a few; all else together.
fn place(slot: &Slot<'_>) -> Option<u64> {
    slot.told.then_some(slot.column)
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").field("strings", &self.kept.len()).finish()
    }
}
