//! The outcomes that a start owes: it writes `unknown` for each call that was left open before it, which it finds by the head
//! of the log. A forged head hides calls from it.

use crate::error::{Class, Fault};
use crate::scan::Found;
use std::collections::BTreeMap;

/// Open calls that are remembered: many more than a gateway has in flight. Beyond, the first ones are enough.
const MOST: usize = 1 << 16;

/// Calls without outcome so far, each with where its intent stands.
#[derive(Default)]
pub(super) struct Owed {
    open: BTreeMap<u64, (u64, u64)>,
    /// Those that were open when the gateway started last.
    left: BTreeMap<u64, (u64, u64)>,
}

impl Owed {
    pub(super) fn pass(&mut self, found: &Found) {
        if let Some(intent) = found.concludes {
            // A later start may have found it.
            self.open.remove(&intent);
            self.left.remove(&intent);
        } else if found.is_intent && self.open.len() < MOST {
            self.open.insert(found.index, (found.segment_first, found.offset));
        } else if found.starts {
            let room = MOST.saturating_sub(self.left.len());
            self.left.extend(std::mem::take(&mut self.open).into_iter().take(room));
        }
    }

    /// The first of those that no outcome followed.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        let Some((index, (segment, offset))) = self.left.first_key_value() else { return Ok(()) };
        let what = "the outcome of this call is missing: the gateway started since and left it open, as it does where the \
                    head of the log hid it";
        Err(Fault::new(Class::Removed, &crate::files::segment(*segment), *offset, what).at(*index))
    }
}
