//! The words and phrases of all languages in one tree, and where they stand in a reading.

use super::concept::Concepts;
use super::fold::{folded, unspaced};
use super::view::{Flat, is_word};
use std::collections::HashMap;

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

/// A node while the tree grows.
#[derive(Debug, Default)]
struct Sprout {
    /// The nodes that follow, by their letters, sorted.
    next: Vec<(char, u32)>,
    concepts: Concepts,
    ends: bool,
    stem: bool,
}

/// A node of the finished tree.
#[derive(Debug)]
struct Node {
    /// Where its edges are.
    edges: (u32, u32),
    /// Where its concepts are.
    set: u16,
    /// Whether a phrase ends here; one without concepts hides what it holds.
    ends: bool,
    /// Whether the word may go on.
    stem: bool,
}

/// A tree of phrases, letter by letter; all edges lie in one list and all sets of concepts in another, so that the
/// whole is small.
#[derive(Debug)]
pub(super) struct Lexicon {
    nodes: Box<[Node]>,
    edges: Box<[(char, u32)]>,
    /// Each set of concepts that a phrase stands for, once.
    sets: Box<[Concepts]>,
    /// The nodes that letters of ASCII lead to from the root; 0 for none.
    first: [u32; 128],
}

fn add(sprouts: &mut Vec<Sprout>, phrase: &str, concepts: Concepts) {
    let (phrase, stem) = phrase.strip_suffix('*').map_or((phrase, false), |phrase| (phrase, true));
    let mut at = 0_usize;
    for c in folded(phrase).chars() {
        let (Ok(new), Some(sprout)) = (u32::try_from(sprouts.len()), sprouts.get_mut(at)) else { return };
        let found = sprout.next.binary_search_by_key(&c, |(letter, _)| *letter);
        let next = match found {
            Ok(place) => sprout.next.get(place).map_or(0, |(_, next)| *next),
            Err(place) => {
                sprout.next.insert(place, (c, new));
                sprouts.push(Sprout::default());
                new
            }
        };
        at = next as usize;
    }
    if let Some(sprout) = sprouts.get_mut(at) {
        // A word of several languages stands for what it means in each.
        sprout.concepts |= concepts;
        sprout.ends = true;
        sprout.stem |= stem;
    }
}

impl Lexicon {
    /// A lexicon of phrases.
    pub(super) fn of(phrases: impl Iterator<Item = (Concepts, &'static str)>) -> Self {
        let mut sprouts = vec![Sprout::default()];
        phrases.for_each(|(concepts, phrase)| add(&mut sprouts, phrase, concepts));
        let mut edges = Vec::with_capacity(sprouts.len());
        let mut nodes = Vec::with_capacity(sprouts.len());
        let mut sets = vec![0];
        let mut places = HashMap::from([(0, 0_u16)]);
        for Sprout { next, concepts, ends, stem } in sprouts {
            let from = u32::try_from(edges.len()).unwrap_or(u32::MAX);
            edges.extend(next);
            let to = u32::try_from(edges.len()).unwrap_or(u32::MAX);
            let set = *places.entry(concepts).or_insert_with(|| {
                sets.push(concepts);
                u16::try_from(sets.len() - 1).unwrap_or_default()
            });
            nodes.push(Node { edges: (from, to), set, ends, stem });
        }
        let roots = nodes.first().map_or(0..0, |root: &Node| root.edges.0 as usize..root.edges.1 as usize);
        let mut first = [0; 128];
        for (c, node) in edges.get(roots).unwrap_or_default() {
            if let Some(slot) = first.get_mut(*c as usize) {
                *slot = *node;
            }
        }
        Self { nodes: nodes.into(), edges: edges.into(), sets: sets.into(), first }
    }

    fn step(&self, at: usize, c: char) -> Option<(usize, &Node)> {
        if at == 0
            && let Some(next) = self.first.get(c as usize)
        {
            let next = *next as usize;
            return self.nodes.get(next).filter(|_| next != 0).map(|node| (next, node));
        }
        let node = self.nodes.get(at)?;
        let edges = self.edges.get(node.edges.0 as usize..node.edges.1 as usize)?;
        let found = edges.binary_search_by_key(&c, |(letter, _)| *letter).ok()?;
        let next = edges.get(found)?.1 as usize;
        Some((next, self.nodes.get(next)?))
    }

    /// The phrases of a reading from left to right, the longest at each place, none within another.
    pub(super) fn hits(&self, flat: &Flat) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < flat.chars.len() {
            if !begins(flat, at) {
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
                None => at += inner(flat, at).max(1),
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
            let concepts = self.sets.get(usize::from(end.set)).copied().unwrap_or_default();
            best = Some(Hit { concepts: concepts | same, from, to });
        }
        best
    }
}

/// How many letters and digits of ASCII there are from a place on: no word starts within them.
fn inner(flat: &Flat, at: usize) -> usize {
    if flat.glued {
        return 0;
    }
    flat.chars.get(at..).unwrap_or_default().iter().take_while(|c| c.is_ascii_alphanumeric()).count()
}

/// Whether a word may start at a place: at a boundary, or behind the prepositions and conjunctions that Arabic and Hebrew write
/// together with the word that they stand before.
fn begins(flat: &Flat, at: usize) -> bool {
    if boundary(flat, at) {
        return true;
    }
    // At most two of them.
    for back in 1..=2 {
        let Some(before) = at.checked_sub(back) else { return false };
        if !flat.chars.get(before).is_some_and(|c| clitic(*c)) {
            return false;
        }
        if boundary(flat, before) {
            return true;
        }
    }
    false
}

/// Letters of Arabic and Hebrew that stand for `and`, `so`, `in`, `to`, `as`, `that`, `the`, `from`.
const fn clitic(c: char) -> bool {
    matches!(
        c,
        '\u{648}'
            | '\u{641}'
            | '\u{628}'
            | '\u{644}'
            | '\u{643}'
            | '\u{5d5}'
            | '\u{5d1}'
            | '\u{5dc}'
            | '\u{5db}'
            | '\u{5e9}'
            | '\u{5d4}'
            | '\u{5de}'
    )
}

/// Whether a word may start or end at a place.
fn boundary(flat: &Flat, at: usize) -> bool {
    let (before, after) = (at.checked_sub(1).and_then(|at| flat.chars.get(at)), flat.chars.get(at));
    let (Some(before), Some(after)) = (before, after) else { return true };
    flat.glued || !is_word(*before) || !is_word(*after) || unspaced(*before) || unspaced(*after)
}
