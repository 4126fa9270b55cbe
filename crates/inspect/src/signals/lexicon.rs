//! The words and phrases of all languages in one tree, and where they stand in a reading.

use super::concept::Concepts;
use super::fold::{folded, unspaced};
use super::view::{Flat, is_word};
use std::collections::HashMap;

/// Concepts, and the phrases that stand for them. A `*` at the end stands for the rest of a word.
pub(super) type Table = &'static [(Concepts, &'static [&'static str])];

/// A concept at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) concepts: Concepts,
    /// The place in the reading.
    pub(super) from: usize,
    pub(super) to: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct End {
    concepts: Concepts,
    /// Whether the phrase is one; a phrase without concepts hides what it holds.
    is: bool,
    /// Whether the word may go on.
    stem: bool,
}

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    steps: HashMap<(u32, char), u32>,
    ends: Vec<End>,
}

impl Lexicon {
    /// A lexicon of tables.
    pub(super) fn of(tables: &[Table]) -> Self {
        let mut lexicon = Self { steps: HashMap::new(), ends: vec![End::default()] };
        for (concepts, phrases) in tables.iter().copied().flatten() {
            phrases.iter().for_each(|phrase| lexicon.add(phrase, *concepts));
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, concepts: Concepts) {
        let (phrase, stem) = phrase.strip_suffix('*').map_or((phrase, false), |phrase| (phrase, true));
        let mut node = 0;
        for c in folded(phrase).chars() {
            let next = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
            node = *self.steps.entry((node, c)).or_insert_with(|| {
                self.ends.push(End::default());
                next
            });
        }
        if let Some(end) = usize::try_from(node).ok().and_then(|node| self.ends.get_mut(node)) {
            // A word of several languages stands for what it means in each.
            end.concepts |= concepts;
            end.is = true;
            end.stem |= stem;
        }
    }

    fn end(&self, node: u32) -> Option<End> {
        usize::try_from(node).ok().and_then(|node| self.ends.get(node)).copied().filter(|end| end.is)
    }

    /// The phrases of a reading from left to right, the longest at each place, none within another.
    pub(super) fn hits(&self, flat: &Flat) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < flat.chars.len() {
            if !boundary(flat, at) {
                at += 1;
                continue;
            }
            match self.longest(flat, at) {
                Some(hit) => {
                    at = hit.to.max(at + 1);
                    if hit.concepts != 0 {
                        hits.push(hit);
                    }
                }
                None => at += 1,
            }
        }
        hits
    }

    fn longest(&self, flat: &Flat, from: usize) -> Option<Hit> {
        let mut node = 0;
        let mut best = None;
        for (i, c) in flat.chars.iter().enumerate().skip(from) {
            let Some(next) = self.steps.get(&(node, *c)) else { break };
            node = *next;
            let to = i + 1;
            let Some(end) = self.end(node) else { continue };
            // In words run together a short one would be found everywhere.
            if flat.glued && to - from < 4 {
                continue;
            }
            if boundary(flat, to) {
                best = Some(Hit { concepts: end.concepts, from, to });
            } else if end.stem {
                let rest = flat.chars.iter().skip(to).take_while(|c| is_word(**c) && !unspaced(**c)).count();
                best = Some(Hit { concepts: end.concepts, from, to: to + rest });
            }
        }
        best
    }
}

/// Whether a word may start or end at a place.
fn boundary(flat: &Flat, at: usize) -> bool {
    let (before, after) = (at.checked_sub(1).and_then(|at| flat.chars.get(at)), flat.chars.get(at));
    let (Some(before), Some(after)) = (before, after) else { return true };
    flat.glued || !is_word(*before) || !is_word(*after) || unspaced(*before) || unspaced(*after)
}
