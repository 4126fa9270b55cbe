//! The words and phrases of all languages in one tree, and where they stand in a reading.

use super::concept::Concepts;
use super::fold::{folded, unspaced};
use super::view::{Flat, is_word};

/// Concepts, and the phrases that stand for them, with a comma between two. A `*` at the end of a phrase stands for the
/// rest of a word.
pub(super) type Table = &'static [(Concepts, &'static str)];

/// A concept at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) concepts: Concepts,
    /// The place in the reading.
    pub(super) from: usize,
    pub(super) to: usize,
}

#[derive(Debug, Default)]
struct Node {
    /// The nodes that follow, by their letters, sorted.
    next: Vec<(char, usize)>,
    concepts: Concepts,
    /// Whether a phrase ends here; one without concepts hides what it holds.
    ends: bool,
    /// Whether the word may go on.
    stem: bool,
}

/// A tree of phrases, letter by letter.
#[derive(Debug)]
pub(super) struct Lexicon(Vec<Node>);

impl Lexicon {
    /// A lexicon of phrases.
    pub(super) fn of(phrases: impl Iterator<Item = (Concepts, &'static str)>) -> Self {
        let mut lexicon = Self(vec![Node::default()]);
        phrases.for_each(|(concepts, phrase)| lexicon.add(phrase, concepts));
        lexicon
    }

    fn add(&mut self, phrase: &str, concepts: Concepts) {
        let (phrase, stem) = phrase.strip_suffix('*').map_or((phrase, false), |phrase| (phrase, true));
        let mut at = 0;
        for c in folded(phrase).chars() {
            let new = self.0.len();
            let Some(node) = self.0.get_mut(at) else { return };
            at = match node.next.binary_search_by_key(&c, |(letter, _)| *letter) {
                Ok(found) => node.next.get(found).map_or(0, |(_, next)| *next),
                Err(place) => {
                    node.next.insert(place, (c, new));
                    self.0.push(Node::default());
                    new
                }
            };
        }
        if let Some(node) = self.0.get_mut(at) {
            // A word of several languages stands for what it means in each.
            node.concepts |= concepts;
            node.ends = true;
            node.stem |= stem;
        }
    }

    fn step(&self, at: usize, c: char) -> Option<(usize, &Node)> {
        let node = self.0.get(at)?;
        let found = node.next.binary_search_by_key(&c, |(letter, _)| *letter).ok()?;
        let (_, next) = node.next.get(found)?;
        Some((*next, self.0.get(*next)?))
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
        let mut best: Option<Hit> = None;
        for (i, c) in flat.chars.iter().enumerate().skip(from) {
            let Some((next, end)) = self.step(node, *c) else { break };
            node = next;
            let to = i + 1;
            if !end.ends {
                continue;
            }
            // In words run together a short one would be found everywhere.
            if flat.glued && to - from < 4 {
                continue;
            }
            let to = match (boundary(flat, to), end.stem) {
                (true, _) => to,
                (false, true) => to + flat.chars.iter().skip(to).take_while(|c| is_word(**c) && !unspaced(**c)).count(),
                (false, false) => continue,
            };
            // A stem and a whole word may cover the same.
            let same = best.filter(|best| best.to == to).map_or(0, |best| best.concepts);
            best = Some(Hit { concepts: end.concepts | same, from, to });
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
