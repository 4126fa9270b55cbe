//! Requests to show or send all secrets, or the system prompt: what is denied and not only reported.
//!
//! Denial needs an order: a verb where an order's verb stands (at the start of a clause, behind `please`, `now`, `you must`
//! and their kind) or in a form that nothing else has, with a word for all of them and the secrets in the same sentence, and no
//! negation. A description ("the command prints all secrets"), a purpose ("to print all secrets, run ...") and a ban ("never
//! print all secrets") are none; nor is the bare phrase in quotation marks in a sentence about such phrases.

mod further;
mod label;
mod mention;
mod specimen;
mod told;
mod tongues;
mod whose;
mod wordings;
mod words;

use super::fold::unspaced;
use super::lexicon::{Hit, Lexicon};
use super::view::{Flat, is_word};
use std::ops::Range;
use std::sync::LazyLock;
use whose::LIGHT;
use words::*;

fn tables() -> impl Iterator<Item = &'static (super::concept::Concepts, &'static str)> {
    WORDS.iter().chain(tongues::WORDS).chain(wordings::WORDS)
}

static REQUESTS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of(tables().flat_map(|(concepts, phrases)| phrases.split(", ").map(|phrase| (*concepts, phrase))))
});

/// Parts of a request: what gives something away; secrets; the system prompt; what makes a request of them.
pub(crate) const GIVES: u8 = 1;
pub(crate) const GIVEN: u8 = 2;
pub(crate) const TALKED: u8 = 4;
pub(crate) const PRESSES: u8 = 8;

/// Each phrase that requests are judged by, with the parts that it can be: for a search that comes before.
pub(crate) fn request_phrases() -> impl Iterator<Item = (u8, &'static str)> {
    tables().flat_map(|(concepts, phrases)| {
        let part = |concept, part| if concepts & concept != 0 { part } else { 0 };
        let part = part(VERB | WEAK | SURE | LAST | ASKS, GIVES)
            | part(SECRET | MANY | FILE, GIVEN)
            | part(TALK | CORE, TALKED)
            | part(ALL | OWN | TOME | HANDS | URGE | THEM | CORE, PRESSES);
        phrases.split(", ").map(move |phrase| (part, phrase))
    })
}

/// Requests for secrets.
pub(crate) const SECRETS: &str = "deny.secrets";
/// What is so worded and only the label of an interface, or a line of its help.
const LABELLED: &str = super::rules::SECRETS;
/// Requests for the system prompt.
pub(crate) const PROMPT: &str = "deny.system_prompt";

/// In characters: from the verb to the end of what it asks for; from a negation to its verb; between parts.
const REACH: usize = 80;
const NOT: usize = 30;
const GAP: usize = 40;
const BEHIND: usize = 2;
const CLOSE: usize = 10;
/// How far before a verb what it is for may be spoken of.
const SPOKEN: usize = 70;

/// The requests in a reading of `text`, by their places in the reading.
pub(super) fn requests(flat: &Flat, text: &str) -> Vec<(&'static str, Range<usize>)> {
    let hits = REQUESTS.hits(flat);
    let mut found = Vec::new();
    for (i, verb) in hits.iter().enumerate() {
        let request = Request { flat, text, hits: &hits, at: i, verb };
        if verb.concepts & (VERB | WEAK | SURE | LAST | ASKS) == 0
            || request.is_negated()
            || request.is_subject()
            || request.is_property()
        {
            continue;
        }
        // Turkish has its verbs last.
        let last = verb.concepts & LAST != 0 && verb.concepts & (VERB | WEAK) == 0 && request.first().is_ascii();
        let ahead = if !last && (verb.concepts & (SURE | TELLS) == SURE || request.is_order()) && !request.is_named() {
            request.ahead().or_else(|| request.one()).or_else(|| request.of_them()).or_else(|| request.questioned())
        } else {
            None
        };
        let asked = ahead.or_else(|| request.behind());
        let asked = asked
            .filter(|(_, place)| !request.is_mention(place) && !request.is_code(place) && !request.is_across(place));
        let told =
            |place: &Range<usize>| request.is_label(place) || request.is_manual(place) || request.is_reported(place);
        found.extend(asked.map(|(rule, place)| (if told(&place) { LABELLED } else { rule }, place)));
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
        near.take_while(move |hit| from - hit.to.min(from) <= REACH && !self.ends(hit.to..from))
    }

    /// The hits behind the verb in its sentence.
    fn after(&self) -> impl Iterator<Item = &Hit> {
        let to = self.verb.to;
        let near = self.hits.get(self.at + 1..).unwrap_or_default().iter();
        near.take_while(move |hit| hit.to - to.min(hit.to) <= REACH && !self.ends(to..hit.from))
    }

    /// Whether a sentence ends in a place: not at the point that a name begins with, or within one.
    fn ends(&self, place: Range<usize>) -> bool {
        place.clone().zip(self.chars(place)).filter(|(_, c)| **c == '.').any(|(at, _)| {
            let from = at.checked_sub(1).and_then(|at| self.flat.at.get(at)).map_or(0, |at| at.1);
            let to = self.flat.at.get(at + 1).map_or(self.text.len(), |at| at.0);
            let gap = self.text.get(from..to).unwrap_or_default();
            let next = self.text.get(to..).and_then(|rest| rest.chars().next());
            let within = gap == "." && next.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            !(within || gap.ends_with(" .") && gap.matches(['.', '!', '?', '\n']).count() == 1)
        })
    }

    fn is_negated(&self) -> bool {
        let from = self.verb.from;
        let mut near = self.before().take_while(|hit| from - hit.to.min(from) <= NOT);
        let before = near.any(|hit| hit.concepts & NEG != 0 && !self.chars(hit.to..from).contains(&':'));
        // In some languages it follows the verb at once.
        before || self.after().next().is_some_and(|hit| hit.concepts & NEGPOST != 0 && hit.from <= self.verb.to + 1)
    }

    /// Whether the verb is a property of a style sheet (CSS Display Module, level 3): `display: none`.
    fn is_property(&self) -> bool {
        const VALUES: [&str; 14] = [
            "none", "block", "inline", "flow", "flex", "grid", "table", "contents", "ruby", "list", "initial",
            "inherit", "unset", "revert",
        ];
        let end = self.verb.to.checked_sub(1).and_then(|last| self.flat.at.get(last)).map_or(0, |at| at.1);
        let value = self.text.get(end..).and_then(|rest| rest.trim_start().strip_prefix(':')).unwrap_or_default();
        let value = value.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        self.first() == 'd' && VALUES.iter().any(|known| known.eq_ignore_ascii_case(value))
    }

    /// Whether the verb stands where that of an order does.
    fn is_order(&self) -> bool {
        if self.prints_string() {
            return false;
        }
        let tells = self.verb.concepts & TELLS != 0;
        let Some(gap) = self.verb.from.checked_sub(1) else { return !tells || self.is_driven() };
        let mark = self.flat.chars.get(gap).copied().unwrap_or('.');
        if tells && !self.before().next().is_some_and(|led| led.concepts & (LEAD | MUST) != 0 && led.to + 1 >= gap) {
            return self.is_driven();
        }
        if matches!(mark, '.' | ':' | ',') {
            return true;
        }
        if self.is_of_another(gap) {
            return false;
        }
        let led = self.hits.get(..self.at).and_then(<[Hit]>::last).filter(|led| !self.is_told(led));
        if is_word(mark) {
            // A script without spaces: whatever stands directly before; what is of another script belongs to something else.
            let led = led.is_some_and(|hit| hit.concepts & LEAD != 0 && hit.to == self.verb.from);
            return led || unspaced(self.first()) && !unspaced(mark);
        }
        if led.is_some_and(|hit| hit.concepts & LEAD != 0 && hit.to == gap) {
            return true;
        }
        let foreign = || unspaced(self.first()) && !self.chars(0..gap).last().is_some_and(|c| unspaced(*c));
        let base = || self.verb.concepts & BASE != 0 && !self.is_described(gap);
        self.starts_line(gap) || self.opens(self.verb.from) || foreign() || base()
    }

    fn first(&self) -> char {
        self.flat.chars.get(self.verb.from).copied().unwrap_or(' ')
    }

    /// Whether the words before a base form make it part of a description: a subject in the plural, an auxiliary, `to`, an article,
    /// a preposition. Behind anything else no sentence goes on with it.
    fn is_described(&self, gap: usize) -> bool {
        if self.is_option(gap) || self.is_named() {
            return true;
        }
        if self.is_apart(gap) {
            return false;
        }
        let mut end = gap;
        for _ in 0..3 {
            let from = self.chars(0..end).iter().rposition(|c| !is_word(*c)).map_or(0, |at| at + 1);
            let word: String = self.chars(from..end).iter().collect();
            let ends = self.chars(0..from).last().is_none_or(|c| matches!(c, '.' | ':' | ','));
            if (word.ends_with("ly") || word == "you" || word == "should" || LIGHT.contains(&word.as_str())) && !ends {
                end = from.saturating_sub(1);
                continue;
            }
            let listed = DESCRIBES.iter().any(|known| *known == word);
            let plural =
                word.len() >= 4 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
            return listed || plural && !self.is_address(from);
        }
        false
    }

    /// Whether an option of a command stands before the verb on its line, with a gap: what it does follows.
    fn is_option(&self, gap: usize) -> bool {
        let verb = self.flat.at.get(self.verb.from).map_or(0, |at| at.0);
        let from = self.flat.at.get(gap.saturating_sub(48)).map_or(0, |at| at.0);
        let from = self.text.floor_char_boundary(from.min(verb).saturating_sub(8));
        let head = self.text.get(from..verb).unwrap_or_default();
        let line = head.rsplit('\n').next().unwrap_or_default();
        let wide = line.ends_with("  ") || line.ends_with('\t');
        let option = line.trim_start();
        wide && option.starts_with('-') && option.chars().nth(1).is_some_and(|c| c == '-' || c.is_alphanumeric())
    }

    /// Whether the word at a place is the end of an address.
    fn is_address(&self, from: usize) -> bool {
        let at = self.flat.at.get(from).map_or(0, |at| at.0);
        let head = self.text.get(..at).unwrap_or_default();
        head.ends_with(['/', '.', '@', '#', '=', '-'])
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

    /// Whether nothing but signs of lists, tags or marks of a value stands before a place on its line, and the line does not go on
    /// a sentence.
    fn opens(&self, first: usize) -> bool {
        const SIGNS: [char; 13] = [' ', '\t', '-', '*', '+', '•', '>', '#', '|', '"', '\'', '`', '\u{201e}'];
        let at = self.flat.at.get(first).map_or(0, |at| at.0);
        let head = self.text.get(..at).unwrap_or_default();
        let line = head.rsplit('\n').next().unwrap_or_default();
        let bare = line.trim_end_matches(SIGNS);
        let marked = bare.len() < line.trim_end().len();
        let upper = self.text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
        let above = head.trim_end().chars().next_back();
        let fresh = marked || upper || above.is_none_or(|c| !c.is_alphanumeric() && c != ',');
        bare.is_empty() && fresh || marked && (bare.ends_with([':', '=', ',', '[', '(', '{']) || line.ends_with('>'))
    }

    /// What stands behind the verb: all, and of what.
    fn ahead(&self) -> Option<(&'static str, Range<usize>)> {
        let (mut all, mut own, mut held, mut secret, mut talk, mut to_me, mut urged) =
            (Some(self.verb).filter(|verb| verb.concepts & ALL != 0), false, false, None, None, false, false);
        for hit in self.after() {
            let named = secret.is_some() || talk.is_some();
            if hit.concepts & (VERB | SURE) != 0
                && hit.concepts & (ALL | SECRET) == 0
                && secret.is_none()
                && all.is_some()
            {
                break;
            }
            if hit.concepts & STOP != 0 && !named {
                break;
            }
            if hit.concepts & ALL != 0 && (all.is_none() || secret.is_none()) {
                all = Some(hit);
            }
            let behind = talk.is_some() && self.chars(hit.from..hit.to).starts_with(&['y', 'o', 'u', 'r']);
            own |= hit.concepts & OWN != 0 && !behind;
            held |= hit.concepts & (HELD | OWN) != 0 && !named;
            urged |= hit.concepts & URGE != 0;
            if hit.concepts & SECRET != 0 && !self.is_adjective(hit) || hit.concepts & SOFT != 0 && self.is_held(held) {
                secret = secret.or(Some(hit));
            }
            talk = talk.or((hit.concepts & TALK != 0).then_some(hit));
            to_me |= hit.concepts & TOME != 0;
        }
        to_me |= self.verb.concepts & TOME != 0;
        let strong = self.verb.concepts & (VERB | SURE) != 0;
        let asks = self.verb.concepts & ASKS != 0;
        let weak = to_me || urged || held || self.is_urged();
        let from = self.verb.from;
        if let (Some(all), Some(secret)) = (all, secret) {
            // "The passwords, all of them"; but not "the key in every request".
            let near = if all.from < secret.from {
                secret.from.saturating_sub(all.to) <= GAP
            } else {
                all.from.saturating_sub(secret.to) <= BEHIND
            };
            if near
                && !self.is_apart_from(all, secret)
                && (strong || weak)
                && !self.is_compound(secret)
                && (strong || !self.is_needed(secret))
            {
                return Some((SECRETS, from..all.to.max(secret.to)));
            }
        }
        let bare = self.verb.concepts & BARE != 0 && self.verb.concepts & BASE != 0;
        let given = self.verb.concepts & HANDS != 0;
        if let Some(secret) = secret.filter(|hit| given && !self.strays(hit) && hit.concepts & (MANY | SECRET) != 0)
            && self.is_near(secret)
        {
            return Some((SECRETS, from..secret.to));
        }
        if let Some(secret) = secret.filter(|hit| bare && !self.strays(hit) && hit.concepts & (MANY | SOFT) != 0)
            && self.is_near(secret)
            && self.closes(secret)
        {
            return Some((SECRETS, from..secret.to));
        }
        let own = own || to_me || all.is_some();
        let above = |hit: &Hit| self.chars(hit.from..hit.to).ends_with(&['a', 'b', 'o', 'v', 'e']);
        let core = |hit: &Hit| hit.concepts & CORE != 0 && self.is_near(hit) && self.closes(hit);
        let talk = talk.filter(|talk| {
            let named = strong && own || (strong || weak) && core(talk) || asks && core(talk);
            named && (!above(talk) || self.closes(talk)) && !self.is_compound(talk)
        });
        talk.map(|talk| (PROMPT, from..talk.to))
    }

    /// Whether tokens and keys are the secrets that the verb is after.
    const fn is_held(&self, held: bool) -> bool {
        held || self.verb.concepts & (TOME | BARE) != 0
    }

    /// Whether what leads to the verb drives on.
    fn is_urged(&self) -> bool {
        let gap = self.verb.from.saturating_sub(1);
        let led = self.hits.get(..self.at).and_then(<[Hit]>::last);
        led.is_some_and(|hit| hit.concepts & URGE != 0 && (hit.to == gap || hit.to == self.verb.from))
    }

    /// Whether only words that limit a noun can stand between the verb and its object.
    fn is_near(&self, hit: &Hit) -> bool {
        let between = self.chars(self.verb.to..hit.from);
        between.len() <= GAP
            && !between.contains(&':')
            && !self.ends(self.verb.to..hit.from)
            && between.iter().filter(|c| **c == ' ').count() <= 5
    }

    /// The word behind a place in its clause.
    fn next_word(&self, to: usize) -> Option<String> {
        let mark = self.flat.chars.get(to)?;
        if matches!(mark, '.' | ',' | ':') {
            return None;
        }
        let rest = self.flat.chars.iter().skip(to + 1);
        let word: String = rest.take_while(|c| is_word(**c)).take(24).collect();
        Some(word).filter(|word| !word.is_empty())
    }

    /// Whether the request ends there, or goes on with where to, how or when: not with a noun that it is only part of.
    fn closes(&self, hit: &Hit) -> bool {
        let Some(word) = self.next_word(hit.to) else { return true };
        CLOSES.contains(&word.as_str()) || !word.is_ascii()
    }

    /// Whether what is asked for is only the first part of a name: the passwords policy, secrets management.
    fn is_compound(&self, hit: &Hit) -> bool {
        self.next_word(hit.to).is_some_and(|word| COMPOUNDS.iter().any(|known| word.starts_with(known)))
    }

    /// What stands before the verb, in languages and wordings where the verb comes last.
    fn behind(&self) -> Option<(&'static str, Range<usize>)> {
        let (mut all, mut own, mut secret, mut talk, mut must, mut to_me, mut first): (
            Option<&Hit>,
            _,
            Option<&Hit>,
            Option<&Hit>,
            _,
            _,
            _,
        ) = (None, false, None, None, false, self.verb.concepts & HANDS != 0, self.verb.from);
        for hit in self.before() {
            if hit.concepts & ALL != 0 {
                all = Some(hit);
            }
            own |= hit.concepts & OWN != 0;
            secret = secret.or((hit.concepts & SECRET != 0).then_some(hit));
            talk = talk.or((hit.concepts & TALK != 0).then_some(hit));
            must |= hit.concepts & (MUST | LEAD) != 0;
            to_me |= hit.concepts & TOME != 0;
            if hit.concepts & (ALL | SECRET | TALK | OWN) != 0 {
                first = first.min(hit.from);
            }
        }
        let begins = first
            .checked_sub(1)
            .is_none_or(|gap| matches!(self.flat.chars.get(gap), Some('.' | ':' | ',')) || self.opens(first));
        let last = self.verb.concepts & LAST != 0
            && (must || self.verb.concepts & SURE != 0 || begins && self.verb.concepts & PART == 0);
        if !last || self.verb.concepts & NOUN != 0 && !self.ends_line() {
            return None;
        }
        let place = first..self.verb.to;
        let close = if unspaced(self.first()) { CLOSE } else { 2 * CLOSE };
        match (all, secret, talk) {
            (Some(_), Some(_), _) => Some((SECRETS, place)),
            (None, Some(secret), _) if to_me && self.verb.from.saturating_sub(secret.to) <= close => {
                Some((SECRETS, place))
            }
            (all, _, Some(_)) if own || all.is_some() => Some((PROMPT, place)),
            _ => None,
        }
    }

    /// Whether no word follows the verb in its line or clause.
    fn ends_line(&self) -> bool {
        let end = self.verb.to.checked_sub(1).and_then(|at| self.flat.at.get(at)).map_or(0, |at| at.1);
        let rest = self.text.get(end..).unwrap_or_default();
        let next = rest.chars().find(|c| *c != ' ');
        next.is_none_or(|c| !c.is_alphanumeric())
    }

    /// Whether the words are the parts of a name or of an expression: `print_all_secrets`, `print(all(secrets))`. One that begins
    /// with `please` or its kind is a sentence with other signs between its words.
    fn is_code(&self, place: &Range<usize>) -> bool {
        let chars = self.chars(place.clone());
        let mut words =
            self.flat.at.get(place.clone()).unwrap_or_default().iter().zip(chars).filter(|(_, c)| is_word(**c));
        let Some((mut last, _)) = words.next() else { return false };
        let (mut joined, mut whole) = (self.flat.glued, false);
        for (next, _) in words {
            let between = self.text.get(last.1..next.0).unwrap_or_default();
            if !between.is_empty() && !is_joint(between) {
                return false;
            }
            joined |= !between.is_empty();
            whole |= between.is_empty();
            last = next;
        }
        joined && whole && !self.is_led_by_joint()
    }

    /// Whether a word that leads to an order is joined to the verb in the same way.
    fn is_led_by_joint(&self) -> bool {
        let Some(led) = self.hits.get(..self.at).and_then(<[Hit]>::last).filter(|hit| hit.concepts & LEAD != 0) else {
            return false;
        };
        let place = |at: usize| self.flat.at.get(at).copied().unwrap_or_default();
        let between = self.text.get(place(led.to.saturating_sub(1)).1..place(self.verb.from).0).unwrap_or_default();
        between.is_empty() || is_joint(between)
    }
}

/// Whether signs between two words are those of code.
fn is_joint(between: &str) -> bool {
    const JOINTS: [&str; 14] = ["_", ".", "(", "::", "->", "=", "[", "()", "().", ")", "-", "__", ".(", "]."];
    let bare: String = between.chars().filter(|c| !matches!(c, '"' | '\'' | '`')).collect();
    JOINTS.contains(&bare.as_str())
}

#[cfg(test)]
mod tests;
