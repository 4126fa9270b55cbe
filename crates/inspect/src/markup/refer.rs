//! Images by reference: what they load is said by a definition elsewhere, before or behind them.
//!
//! A definition may lead where links may and images may not. Then an image that refers to it must not stay one: if the
//! definition came first the image becomes a link, if the image came first the definition goes.

use super::{Opener, Scan};
use crate::Severity;
use crate::clean::state::{ANY, label};

/// How far a label is read.
const LABEL: usize = 4 * 1024;

impl Scan<'_> {
    /// A closing bracket behind which no destination stands.
    pub(super) fn refer(&mut self, at: usize, opener: Option<Opener>) {
        let image = opener.is_some_and(|o| o.image);
        let opened = opener.and_then(|o| o.at);
        if image && opened.is_none_or(|start| self.is_unsure(start..at)) {
            self.notes.stray = true;
        }
        let image = image || (self.is_stray() && self.byte(at + 1) == Some(b'['));
        if !image || self.policy.allowed_links.is_empty() || self.policy.treatment("image.markdown").leaves() {
            return;
        }
        // What was opened in an earlier segment is too long for a label, or has a blank line in it.
        let own = opened.map(|start| self.slice(start + 2..at)).filter(|own| own.len() <= LABEL).map(label);
        let mut labels = [own, self.explicit(at)].into_iter().flatten();
        if labels.clone().any(|label| self.serves_links(label)) {
            match opened {
                Some(start) => self.drop_mark(start),
                // Its opening went out before: what it refers to goes.
                None => {
                    self.strip_reference(at, None);
                }
            }
            return;
        }
        self.notes.images.extend(&mut labels);
    }

    /// The label in brackets behind the one at `at`; none where they are empty or missing.
    fn explicit(&self, at: usize) -> Option<u64> {
        let rest = self.bytes.get(at + 1..)?.strip_prefix(b"[")?;
        let len = rest.iter().take(LABEL).position(|b| *b == b']');
        match len {
            Some(0) => None,
            Some(len) => Some(label(self.slice(at + 2..at + 2 + len))),
            None => Some(ANY),
        }
    }

    /// Whether brackets may be read in different ways here.
    pub(super) fn is_stray(&self) -> bool {
        self.around.state.stray || self.notes.stray
    }

    fn serves_links(&self, label: u64) -> bool {
        let here = |known: &u64| *known == label || *known == ANY || label == ANY;
        self.around.state.links.has(label) || self.notes.links.iter().any(here)
    }

    /// Whether an image may refer to the label.
    pub(super) fn serves_images(&self, label: u64) -> bool {
        let here = |known: &u64| *known == label || *known == ANY || label == ANY;
        self.around.state.images.has(label) || self.notes.images.iter().any(here)
    }

    /// Makes an image's opening a link's.
    pub(super) fn drop_mark(&mut self, at: usize) {
        let apart = if self.before(at) == Some(b'!') { " " } else { "" };
        self.edit(at..at + 1, apart, "image.markdown", Severity::Medium);
    }
}
