//! Requests to show or send all secrets, or the system prompt: what is denied and not only reported.
//!
//! Denial needs an order: a verb where an order's verb stands (at the start of a clause, behind `please`, `now`, `you must`
//! and their kind) or in a form that nothing else has, with a word for all of them and the secrets in the same sentence, and no
//! negation. A description ("the command prints all secrets"), a purpose ("to print all secrets, run ...") and a ban ("never
//! print all secrets") are none; nor is the bare phrase in quotation marks in a sentence about such phrases.

mod words;

use super::lexicon::{Hit, Lexicon};
use super::view::{Flat, is_word};
use std::ops::Range;
use std::sync::LazyLock;
use words::*;

static REQUESTS: LazyLock<Lexicon> = LazyLock::new(|| {
    let tables = WORDS.iter();
    Lexicon::of(tables.flat_map(|(concepts, phrases)| phrases.split(", ").map(|phrase| (*concepts, phrase))))
});

/// Requests for secrets.
pub(crate) const SECRETS: &str = "deny.secrets";
/// Requests for the system prompt.
pub(crate) const PROMPT: &str = "deny.system_prompt";

/// In characters: from the verb to the end of what it asks for; from a negation to its verb; between parts.
const REACH: usize = 80;
const NOT: usize = 30;
const GAP: usize = 40;
const BEHIND: usize = 2;

/// The requests in a reading of `text`, by their places in the reading.
pub(super) fn requests(flat: &Flat, text: &str) -> Vec<(&'static str, Range<usize>)> {
    let hits = REQUESTS.hits(flat);
    let mut found = Vec::new();
    for (i, verb) in hits.iter().enumerate() {
        let request = Request { flat, text, hits: &hits, at: i, verb };
        if verb.concepts & (VERB | WEAK | SURE | LAST) == 0 || request.is_negated() {
            continue;
        }
        let ahead = request.ahead().filter(|_| verb.concepts & SURE != 0 || request.is_order());
        if let Some((rule, place)) = ahead.or_else(|| request.behind()) {
            if !request.is_mention(&place) {
                found.push((rule, place));
            }
        }
    }
    found
}

struct Request<'a> {
    flat: &'a Flat,
    text: &'a str,
    hits: &'a [Hit],
    at: usize,
    verb: &'a Hit,
}

impl Request<'_> {
    fn chars(&self, range: Range<usize>) -> &[char] {
        self.flat.chars.get(range).unwrap_or_default()
    }

    /// The hits before the verb in its sentence, the nearest first.
    fn before(&self) -> impl Iterator<Item = &Hit> {
        let from = self.verb.from;
        let near = self.hits.get(..self.at).unwrap_or_default().iter().rev();
        near.take_while(move |hit| from - hit.to.min(from) <= REACH && !self.chars(hit.to..from).contains(&'.'))
    }

    /// The hits behind the verb in its sentence.
    fn after(&self) -> impl Iterator<Item = &Hit> {
        let to = self.verb.to;
        let near = self.hits.get(self.at + 1..).unwrap_or_default().iter();
        near.take_while(move |hit| hit.to - to.min(hit.to) <= REACH && !self.chars(to..hit.from).contains(&'.'))
    }

    fn is_negated(&self) -> bool {
        let from = self.verb.from;
        let mut near = self.before().take_while(|hit| from - hit.to.min(from) <= NOT);
        let before = near.any(|hit| hit.concepts & NEG != 0 && !self.chars(hit.to..from).contains(&':'));
        // In some languages it follows the verb at once.
        before || self.after().next().is_some_and(|hit| hit.concepts & NEGPOST != 0 && hit.from <= self.verb.to + 1)
    }

    /// Whether the verb stands where that of an order does.
    fn is_order(&self) -> bool {
        let Some(gap) = self.verb.from.checked_sub(1) else { return true };
        let mark = self.flat.chars.get(gap).copied().unwrap_or('.');
        if matches!(mark, '.' | ':' | ',') {
            return true;
        }
        if is_word(mark) {
            // A script without spaces: whatever stands directly before.
            let led = self.hits.get(..self.at).and_then(<[Hit]>::last);
            return led.is_some_and(|hit| hit.concepts & LEAD != 0 && hit.to == self.verb.from);
        }
        let led = self.hits.get(..self.at).and_then(<[Hit]>::last);
        if led.is_some_and(|hit| hit.concepts & LEAD != 0 && hit.to == gap) {
            return true;
        }
        self.starts_line(gap)
    }

    /// Whether the verb begins a line or a cell that does not go on a sentence.
    fn starts_line(&self, gap: usize) -> bool {
        let Some((start, _)) = self.flat.at.get(gap) else { return true };
        let verb = self.flat.at.get(self.verb.from).map_or(*start, |at| at.0);
        let between = self.text.get(*start..verb).unwrap_or_default();
        let before = self.text.get(..*start).and_then(|head| head.trim_end().chars().next_back());
        let capital = self.text.get(verb..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
        let fresh = capital || before.is_none_or(|c| !c.is_alphanumeric() && c != ',');
        // A fence or sign of a list or comment opens one as well.
        let opens = between.contains(['\n', '|', '#', '•', '\t']);
        opens && (fresh || between.matches('\n').count() > 1 || between.contains(['|', '#', '•', '-', '*']))
    }

    /// What stands behind the verb: all, and of what.
    fn ahead(&self) -> Option<(&'static str, Range<usize>)> {
        let (mut all, mut own, mut secret, mut talk, mut to_me) = (None, false, None, None, false);
        for hit in self.after() {
            if hit.concepts & (VERB | SURE) != 0
                && hit.concepts & (ALL | SECRET) == 0
                && secret.is_none()
                && all.is_some()
            {
                break;
            }
            if hit.concepts & ALL != 0 && all.is_none() {
                all = Some(hit);
            }
            own |= hit.concepts & OWN != 0;
            if hit.concepts & SECRET != 0 {
                secret = secret.or(Some(hit));
            }
            talk = talk.or((hit.concepts & TALK != 0).then_some(hit));
            to_me |= hit.concepts & TOME != 0;
        }
        to_me |= self.verb.concepts & TOME != 0;
        let strong = self.verb.concepts & (VERB | SURE) != 0;
        let from = self.verb.from;
        if let (Some(all), Some(secret)) = (all, secret) {
            // "The passwords, all of them"; but not "the key in every request".
            let near = if all.from < secret.from {
                secret.from.saturating_sub(all.to) <= GAP
            } else {
                all.from.saturating_sub(secret.to) <= BEHIND
            };
            if near && (strong || to_me) {
                return Some((SECRETS, from..all.to.max(secret.to)));
            }
        }
        let talk = talk.filter(|_| strong && (own || all.is_some() || to_me));
        talk.map(|talk| (PROMPT, from..talk.to))
    }

    /// What stands before the verb, in languages and wordings where the verb comes last.
    fn behind(&self) -> Option<(&'static str, Range<usize>)> {
        let (mut all, mut own, mut secret, mut talk, mut must, mut first) =
            (None, false, None, None, false, self.verb.from);
        for hit in self.before() {
            if hit.concepts & ALL != 0 {
                all = Some(hit);
            }
            own |= hit.concepts & OWN != 0;
            secret = secret.or((hit.concepts & SECRET != 0).then_some(hit));
            talk = talk.or((hit.concepts & TALK != 0).then_some(hit));
            must |= hit.concepts & (MUST | LEAD) != 0;
            if hit.concepts & (ALL | SECRET | TALK | OWN) != 0 {
                first = first.min(hit.from);
            }
        }
        let begins = first.checked_sub(1).is_none_or(|gap| matches!(self.flat.chars.get(gap), Some('.' | ':' | ',')));
        let last = self.verb.concepts & LAST != 0
            && (must || self.verb.concepts & SURE != 0 || begins && self.verb.concepts & PART == 0);
        if !last {
            return None;
        }
        let place = first..self.verb.to;
        match (all, secret, talk) {
            (Some(_), Some(_), _) => Some((SECRETS, place)),
            (all, _, Some(_)) if own || all.is_some() => Some((PROMPT, place)),
            _ => None,
        }
    }

    /// Whether the request is a phrase in quotation marks that the sentence speaks about.
    fn is_mention(&self, place: &Range<usize>) -> bool {
        const ABOUT: [&str; 26] = [
            "phrase",
            "pattern",
            "such as",
            "e.g",
            "example",
            "like",
            "attack",
            "inject",
            "detect",
            "block",
            "deny",
            "denies",
            "denied",
            "flag",
            "refus",
            "contain",
            "string",
            "attempt",
            "malicious",
            "filter",
            "reject",
            "looks for",
            "zum beispiel",
            "ejemplo",
            "exemple",
            "try to",
        ];
        let span = self.flat.span(place.start, place.end);
        let quote = |c: &char| {
            matches!(
                c,
                '"' | '\''
                    | '`'
                    | '\u{201c}'
                    | '\u{201d}'
                    | '\u{201e}'
                    | '\u{2018}'
                    | '\u{2019}'
                    | '«'
                    | '»'
                    | '「'
                    | '」'
            )
        };
        let (Some(head), Some(tail)) = (self.text.get(..span.start), self.text.get(span.end..)) else { return false };
        let opened = head.chars().next_back().is_some_and(|c| quote(&c));
        let closed = tail.chars().take(40).take_while(|c| *c != '\n').any(|c| quote(&c));
        if !opened || !closed {
            return false;
        }
        let words: String = head.chars().rev().take(160).collect::<Vec<_>>().into_iter().rev().collect();
        let words = words.to_lowercase();
        ABOUT.iter().any(|about| words.contains(about))
    }
}

#[cfg(test)]
mod tests;
