//! Names that are one word: where the words around one say that the name is meant, and not the word.
//!
//! A name is the object of a verb of calling, or stands in the place of another, and its clause ends there or goes on
//! with what never follows the first word of a compound: so `use search first` names a tool, `use search terms` none.

use super::concept::{CALLED, Concepts, ENDS, IDENT, NAMED, TOOL};
use super::lexicon::{Hit, Lexicon};
use super::tools::coined;
use super::view::{Flat, is_word};
use super::words::calls::*;
use std::sync::LazyLock;

static CALLS: LazyLock<Lexicon> = LazyLock::new(|| {
    let each = WORDS.iter().flat_map(|(set, phrases)| phrases.split(", ").map(|phrase| (*set, phrase)));
    Lexicon::of(each)
});

/// The longest particle behind a name, in folded letters.
const PARTICLE: usize = 9;
/// How many words may stand between a verb and its name.
const BETWEEN_WORDS: usize = 3;
/// How far the word for a server may stand behind `of`, in characters.
const SERVER_WITHIN: usize = 24;
/// How far what is to be used may stand before `not`, in characters.
const CHOICE_WITHIN: usize = 16;

/// Words that no name is taken for: a tool of such a name would be found in every text.
const NEVER: &[&str] = &[
    "a", "all", "an", "and", "any", "as", "both", "each", "either", "first", "for", "here", "in", "instead", "it",
    "none", "now", "of", "on", "one", "only", "or", "same", "some", "such", "that", "the", "them", "then", "these",
    "this", "those", "to", "tool", "tools", "with",
];

/// What makes a name of a word, on its left.
#[derive(Debug, Clone, Copy)]
struct Lead {
    kind: Concepts,
    /// Where it begins.
    from: usize,
}

struct Names<'a> {
    flat: &'a Flat,
    words: Vec<Hit>,
    named: &'a [Hit],
}

/// Makes tools of the names of one word that are meant as names, and adds what calls them.
pub(super) fn raise(named: &mut Vec<Hit>, flat: &Flat) {
    if flat.glued || named.iter().all(|hit| hit.concepts & NAMED == 0 && !is_coined(flat, hit)) {
        return;
    }
    named.sort_by_key(|hit| (hit.from, hit.to));
    let all = Names { flat, words: CALLS.hits(flat), named };
    let mut calls = Vec::new();
    let mut before: Option<(Lead, usize)> = None;
    for (i, hit) in named.iter().enumerate() {
        let call = all.call(hit, before);
        before = call.map(|lead| (lead, hit.to)).or(before);
        calls.extend(call.map(|lead| (i, lead.from.min(hit.from))));
    }
    for (i, from) in calls {
        let Some(hit) = named.get_mut(i) else { continue };
        hit.concepts |= TOOL;
        let to = hit.to;
        named.push(Hit { concepts: CALLED, from, to });
    }
}

/// The letters of a hit.
fn letters(flat: &Flat, hit: &Hit) -> String {
    flat.chars.get(hit.from..hit.to).unwrap_or_default().iter().take(64).collect()
}

fn is_coined(flat: &Flat, hit: &Hit) -> bool {
    hit.concepts & TOOL != 0 && coined(&letters(flat, hit))
}

impl Names<'_> {
    /// What calls a name, if it is one.
    fn call(&self, hit: &Hit, before: Option<(Lead, usize)>) -> Option<Lead> {
        let is_free = is_coined(self.flat, hit);
        let word = letters(self.flat, hit);
        if (hit.concepts & NAMED == 0 && !is_free) || NEVER.binary_search(&word.as_str()).is_ok() {
            return None;
        }
        if let Some(from) = self.behind(hit) {
            return Some(Lead { kind: USE, from });
        }
        let lead = self.lead(hit.from).or_else(|| self.listed(hit, before))?;
        // `max_query` may be a parameter, and is used then and not called.
        if hit.concepts & (IDENT | TOOL) == IDENT && lead.kind & (CALL | INSTEAD) == 0 {
            return None;
        }
        // Both/search, or mcp__both__search.
        let is_compound = hit.concepts & TOOL != 0 || word.contains(|c: char| !is_word(c)) && hit.concepts & IDENT == 0;
        (is_free || is_compound || self.closes(hit, lead, true)).then_some(lead)
    }

    /// The word that ends where another begins, with a space or nothing between.
    fn ending(&self, at: usize) -> Option<&Hit> {
        let place = self.words.partition_point(|word| word.to <= at).checked_sub(1)?;
        self.words.get(place).filter(|word| word.to == at || (word.to + 1 == at && self.mark(word.to) == Some(' ')))
    }

    /// The word that begins where another ends, with a space or nothing between.
    fn starting(&self, at: usize) -> Option<&Hit> {
        let word = self.words.get(self.words.partition_point(|word| word.from < at))?;
        (word.from == at || (word.from == at + 1 && self.mark(at) == Some(' '))).then_some(word)
    }

    fn mark(&self, at: usize) -> Option<char> {
        self.flat.chars.get(at).copied()
    }

    /// Whether a clause begins at a place.
    fn opens(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| matches!(self.mark(before), Some('.' | ',' | ':')) || before == 0)
    }

    /// What calls a name that begins at a place.
    fn lead(&self, at: usize) -> Option<Lead> {
        let mut at = at;
        for _ in 0..=BETWEEN_WORDS {
            let word = self.ending(at)?;
            let lead = Lead { kind: word.concepts & (CALL | USE | RUN | INSTEAD | DOUBTFUL), from: word.from };
            if lead.kind & !DOUBTFUL != 0 {
                let sure = word.concepts & DOUBTFUL == 0 || self.opens(word.from);
                return (sure || self.ending(word.from).is_some_and(|w| w.concepts & (AHEAD | ORDER) != 0))
                    .then_some(lead);
            }
            if word.concepts & OVER != 0 {
                return self.clause(word.from, PREFER).map(|from| Lead { kind: INSTEAD, from });
            }
            if word.concepts & NOT != 0 {
                let chosen = self.sentence(word.from, CALL | USE);
                let chosen = chosen.filter(|chosen| word.from - chosen.to <= CHOICE_WITHIN);
                return chosen.map(|chosen| Lead { kind: INSTEAD, from: chosen.from });
            }
            if word.concepts & BETWEEN == 0 {
                return None;
            }
            at = word.from;
        }
        None
    }

    /// The last word of a kind before a place in its sentence.
    fn sentence(&self, at: usize, kind: Concepts) -> Option<&Hit> {
        const WORDS: usize = 16;
        let end = self.words.partition_point(|word| word.to <= at);
        let words = self.words.get(..end).unwrap_or_default().iter().rev().take(WORDS);
        let word = words.into_iter().find(|word| word.concepts & kind != 0)?;
        let gap = self.flat.chars.get(word.to..at).unwrap_or_default();
        (gap.len() <= 120 && !gap.contains(&'.')).then_some(word)
    }

    /// Where a word of a kind stands before a place in its clause.
    fn clause(&self, at: usize, kind: Concepts) -> Option<usize> {
        let word = self.sentence(at, kind)?;
        let gap = self.flat.chars.get(word.to..at).unwrap_or_default();
        (gap.len() <= 40 && !gap.contains(&',')).then_some(word.from)
    }

    /// A name in a list behind another that is called.
    fn listed(&self, hit: &Hit, before: Option<(Lead, usize)>) -> Option<Lead> {
        let (lead, to) = before?;
        let and = self.ending(hit.from).filter(|word| word.concepts & AND != 0);
        let start = and.map_or(hit.from, |word| word.from);
        let gap = self.flat.chars.get(to..start)?;
        let is_near = matches!(gap, [','] | [' ']) && (and.is_some() || gap == [',']);
        is_near.then_some(lead)
    }

    /// A verb that follows its object, as in Japanese and German; where the call begins.
    fn behind(&self, hit: &Hit) -> Option<usize> {
        let rest = self.flat.chars.get(hit.to..).unwrap_or_default();
        let hangul = rest.iter().take_while(|c| matches!(c, '\u{1100}'..='\u{11ff}')).count();
        let mut at = if hangul <= PARTICLE { hit.to + hangul } else { return None };
        for _ in 0..=BETWEEN_WORDS {
            let word = self.starting(at)?;
            if word.concepts & (BEHIND | FOR) != 0 {
                return Some(hit.from);
            }
            if word.concepts & BETWEEN == 0 {
                return None;
            }
            at = word.to;
        }
        None
    }

    /// Whether the clause ends behind a name or goes on with what cannot be a part of a compound.
    fn closes(&self, hit: &Hit, lead: Lead, may_list: bool) -> bool {
        let is_order = self.sentence(hit.from, ORDER).is_some();
        let is_end = hit.concepts & ENDS != 0
            || matches!(self.mark(hit.to), None | Some('.' | ',' | ':'))
            || self.is_last(hit.to);
        if is_end {
            if lead.kind & USE != 0 && !is_order && (!may_list || self.is_listed(hit.to)) {
                return false;
            }
            return lead.kind & RUN == 0 || is_order;
        }
        let Some(next) = self.starting(hit.to) else { return false };
        let is_loose = lead.kind & CALL != 0 || (lead.kind & USE != 0 && is_order);
        if next.concepts & TAIL != 0 || (is_loose && next.concepts & LOOSE != 0) {
            return true;
        }
        // Before calling search call this.
        if lead.kind & (INSTEAD | CALL) != 0 && next.concepts & (CALL | USE) != 0 {
            return true;
        }
        // A call of search must come first; but: call status is a number.
        if lead.kind & (CALL | DOUBTFUL) == CALL && next.concepts & IS != 0 {
            return true;
        }
        if next.concepts & OF != 0 && self.is_of_server(next.to) {
            return true;
        }
        next.concepts & AND != 0 && self.goes_on(next.to, lead, may_list)
    }

    fn is_last(&self, at: usize) -> bool {
        self.flat.chars.get(at..).unwrap_or_default().iter().take(2).all(|c| !is_word(*c))
            && at + 1 >= self.flat.chars.len()
    }

    /// Whether a comma is that of a list, as in: use test, staging or production.
    fn is_listed(&self, at: usize) -> bool {
        let rest = self.flat.chars.get(at..).unwrap_or_default();
        let len = rest.iter().skip(1).take_while(|c| is_word(**c)).count();
        let end = at + 1 + len;
        rest.first() == Some(&',')
            && (self.mark(end) == Some(',') || self.starting(end).is_some_and(|word| word.concepts & AND != 0))
    }

    fn is_of_server(&self, at: usize) -> bool {
        let first = self.words.partition_point(|word| word.from < at);
        let words = self.words.get(first..).unwrap_or_default().iter().take(4);
        let mut near = words.take_while(|word| word.from <= at + SERVER_WITHIN);
        near.any(|word| {
            let gap = self.flat.chars.get(at..word.from).unwrap_or_default();
            word.concepts & SERVER != 0 && !gap.iter().any(|c| matches!(c, '.' | ','))
        })
    }

    /// Whether what follows an `and` is an order or another name.
    fn goes_on(&self, at: usize, lead: Lead, may_list: bool) -> bool {
        if self.starting(at).is_some_and(|word| word.concepts & GIVE != 0) {
            return true;
        }
        let place = self.named.partition_point(|hit| hit.from < at);
        let next = self.named.get(place).filter(|hit| hit.from <= at + 1);
        may_list
            && next.is_some_and(|hit| {
                hit.concepts & TOOL != 0 || (hit.concepts & NAMED != 0 && self.closes(hit, lead, false))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::NEVER;

    #[test]
    fn the_table_is_sorted() {
        assert!(NEVER.is_sorted());
    }
}
