//! What one part of a text must know of the parts before it.

use crate::invisible::Before;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// How many brackets may be open at once before the open ones are forgotten.
pub(crate) const OPEN: usize = 1024;
/// How many labels of either kind are told apart.
const LABELS: usize = 256;
/// Longer texts are no labels (CommonMark 0.31 section 4.7: 999 characters).
const LONGEST_LABEL: usize = 4 * 1024;

/// What cleaning a text in parts carries from one to the next. At most about 8 KiB.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Brackets that are open, from the outermost in.
    pub(crate) open: Vec<Bracket>,
    /// Labels that images refer to.
    pub(crate) images: Labels,
    /// Labels whose definition may serve links and not images.
    pub(crate) links: Labels,
    /// Whether the line under way holds more than marks of quotes and lists.
    pub(crate) mid_line: bool,
    /// Whether readers may differ, in the paragraph under way, in which bracket closes which.
    pub(crate) stray: bool,
    /// Whether the line under way is blank so far. Only kept while `stray`.
    pub(crate) blank: bool,
    /// Whether a destination that was taken out goes on.
    pub(crate) swallow: bool,
    /// What invisible characters depend on.
    pub(crate) hidden: Before,
}

/// A bracket that was opened in an earlier part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bracket {
    pub(crate) image: bool,
    /// Whether only marks stand before it on its line.
    pub(crate) heads: bool,
}

/// A bounded set of labels. Once it is full it holds every label.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels(Vec<u64>);

/// Stands for every label that is not told apart from others.
pub(crate) const ANY: u64 = 0;

impl Labels {
    pub(crate) fn add(&mut self, label: u64) {
        if self.0.len() < LABELS && !self.0.contains(&label) {
            self.0.push(if self.0.len() + 1 == LABELS { ANY } else { label });
        }
    }

    /// Whether the label may be in the set.
    pub(crate) fn has(&self, label: u64) -> bool {
        !self.0.is_empty() && (label == ANY || self.0.iter().any(|known| *known == label || *known == ANY))
    }
}

/// A label as the set knows it. Labels that any reader might take for the same are the same; others may be.
pub(crate) fn label(text: &str) -> u64 {
    if text.len() > LONGEST_LABEL {
        return ANY;
    }
    let folded: Cow<'_, str> =
        if text.is_ascii() { text.into() } else { text.nfkc().collect::<String>().to_lowercase().into() };
    let letters = folded.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    // FNV-1a. Whoever makes two labels collide only has more taken out.
    let hash = letters
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, c| (hash ^ u64::from(u32::from(c))).wrapping_mul(0x100_0000_01b3));
    hash | 1
}

/// What a pass over a segment saw that the parts behind it must know.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// How many brackets of earlier parts were closed.
    pub(crate) closed: usize,
    /// Brackets that stay open.
    pub(crate) open: Vec<Bracket>,
    pub(crate) images: Vec<u64>,
    pub(crate) links: Vec<u64>,
    pub(crate) stray: bool,
}

impl State {
    /// Goes on over a segment in which these were noted.
    pub(crate) fn take(&mut self, text: &str, notes: &Notes) {
        self.pass_over(text);
        self.open.truncate(self.open.len().saturating_sub(notes.closed));
        self.open.extend_from_slice(&notes.open);
        if self.open.len() > OPEN {
            self.open.clear();
            self.stray = true;
            self.blank = false;
        }
        notes.images.iter().for_each(|label| self.images.add(*label));
        notes.links.iter().for_each(|label| self.links.add(*label));
        if notes.stray {
            self.stray = true;
            self.blank = false;
        }
    }

    /// Goes on over text: a blank line ends what is unsure.
    pub(crate) fn pass_over(&mut self, text: &str) {
        if !self.stray {
            return;
        }
        for byte in text.bytes() {
            match byte {
                b'\n' if self.blank => {
                    self.stray = false;
                    return;
                }
                b'\n' => self.blank = true,
                b' ' | b'\t' | b'\r' => {}
                _ => self.blank = false,
            }
        }
    }
}
