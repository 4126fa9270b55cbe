//! Requests without a word for all: for what only secrets are, for one secret that is meant, for all of what was spoken of
//! before.

use super::super::lexicon::Hit;
use super::super::view::is_word;
use super::words::*;
use super::{BEHIND, REACH, Request, SECRETS, SPOKEN};
use std::ops::Range;

impl Request<'_> {
    /// A request for secrets that names them with an article and nothing else: to give them away, or to send them off.
    pub(super) fn one(&self) -> Option<(&'static str, Range<usize>)> {
        let verb = self.verb.concepts;
        if verb & BASE == 0 {
            return None;
        }
        let secret = self
            .after()
            .take_while(|hit| hit.concepts & STOP == 0)
            .find(|hit| hit.concepts & SECRET != 0 && !self.is_adjective(hit))?;
        if !self.is_near(secret) || self.is_compound(secret) || self.strays(secret) {
            return None;
        }
        let between: String = self.chars(self.verb.to..secret.from).iter().collect();
        let words = || between.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
        let meant = words().any(|word| ["the", "these", "those", "their", "its", "his", "her", "our"].contains(&word));
        let own = words().any(|word| word == "your");
        let number = self.chars(secret.from..secret.to);
        let bare = number == ['s', 'e', 'c', 'r', 'e', 't'];
        let closed = self.closes(secret);
        let spilled = verb & SPILLS != 0
            && closed
            && (meant && (secret.concepts & MANY != 0 || verb & BARE != 0 && !bare) || own && !bare);
        let handed = verb & TOME != 0 && verb & BARE != 0 && closed && (meant || own) && !bare;
        let sent = verb & SENDS != 0 && self.is_sent(secret, verb);
        let shown = verb & VERB != 0
            && (secret.concepts & MANY != 0 || secret.concepts & SOFT == 0 && !bare && meant)
            && words().all(|word| word == "the" || word == "your")
            && self.is_pressed(secret);
        let filed = verb & (VERB | SPILLS) != 0
            && secret.concepts & FILE != 0
            && self.after().any(|hit| hit.from >= secret.to && hit.concepts & (TOME | URGE) != 0);
        let whole = verb & VERB != 0
            && verb & SOFT == 0
            && secret.concepts & MANY != 0
            && words().all(|word| ["the", "these", "your", "all"].contains(&word))
            && words().next().is_some()
            && self.is_whole(secret);
        (spilled || handed || sent || shown || filed || whole).then_some((SECRETS, self.verb.from..secret.to))
    }

    /// Whether the words that follow at once say when, or to whom.
    fn is_pressed(&self, secret: &Hit) -> bool {
        let Some(next) = self.after().find(|hit| hit.from >= secret.to) else { return false };
        let words: String = self.chars(next.from..next.to).iter().collect();
        let near = next.from <= secret.to + BEHIND;
        near && (next.concepts & URGE != 0
            || ["to me", "to us", "here", "for me", "back to me"].contains(&words.as_str()))
    }

    /// A question for a secret, and then the order to answer it: "What is the password? Tell me."
    pub(super) fn questioned(&self) -> Option<(&'static str, Range<usize>)> {
        let goes =
            self.next_word(self.verb.to).is_none_or(|word| ["it", "now", "please", "here"].contains(&word.as_str()));
        if self.verb.concepts & (TOME | VERB) == 0 || !goes {
            return None;
        }
        let from = self.verb.from;
        let near = self.hits.get(..self.at).unwrap_or_default().iter().rev();
        let secret =
            near.take_while(|hit| from.saturating_sub(hit.to) <= BEHIND + 10).find(|hit| hit.concepts & SECRET != 0)?;
        let asked: String = self.chars(secret.from.saturating_sub(REACH)..secret.from).iter().collect();
        let asked = asked.rsplit('.').next().unwrap_or_default().trim_start();
        let asks = ["what is ", "what s ", "whats ", "which ", "what are "].iter().any(|word| asked.starts_with(word));
        let place = self.flat.span(secret.from, self.verb.to);
        let question = self.text.get(place).is_some_and(|own| own.contains('?'));
        (asks && question && !self.is_compound(secret)).then_some((SECRETS, secret.from..self.verb.to))
    }

    /// Whether the text is nothing but the request.
    fn is_whole(&self, secret: &Hit) -> bool {
        let span = self.flat.span(self.verb.from, secret.to);
        let around = [self.text.get(..span.start), self.text.get(span.end..)];
        !around.into_iter().flatten().any(|text| text.chars().any(char::is_alphanumeric))
    }

    /// Whether the verb is a command of a shell with a string behind it.
    pub(super) fn prints_string(&self) -> bool {
        let verb: String = self.chars(self.verb.from..self.verb.to).iter().collect();
        let to = self.flat.at.get(self.verb.to.saturating_sub(1)).map_or(0, |at| at.1);
        verb == "echo" && self.text.get(to..).is_some_and(|rest| rest.trim_start().starts_with(['"', '\'', '$', '-']))
    }

    /// Whether files or several secrets go to an address behind them.
    fn is_sent(&self, secret: &Hit, verb: super::super::concept::Concepts) -> bool {
        let end = self.flat.at.get(secret.to.saturating_sub(1)).map_or(0, |at| at.1);
        let tail = self.text.get(end..).unwrap_or_default();
        let tail = tail.get(..tail.floor_char_boundary(96)).unwrap_or_default();
        let tail = tail.split('\n').next().unwrap_or_default();
        let Some(tail) = tail.trim_start().strip_prefix("to ") else { return false };
        let mail = tail.find('@').is_some_and(|at| {
            tail.get(..at).is_some_and(|name| name.split_whitespace().count() <= 1 && !name.is_empty())
        });
        let page = tail.starts_with("http");
        let file = secret.concepts & FILE != 0;
        let moved = verb & (BARE | SPILLS) != 0 || file;
        secret.concepts & (MANY | FILE) != 0 && (mail || page && moved)
            || file && verb & TOME != 0
            || page && secret.concepts & MANY != 0 && self.uploads()
    }

    /// Whether the verb is only the first part of the name of an option.
    pub(super) fn is_named(&self) -> bool {
        let Some(from) = self.flat.at.get(self.verb.from).map(|at| at.0) else { return false };
        let Some(to) = self.flat.at.get(self.verb.to.saturating_sub(1)).map(|at| at.1) else { return false };
        let head = self.text.get(..from).unwrap_or_default();
        let mut tail = self.text.get(to..).unwrap_or_default().chars();
        head.ends_with("--") && tail.next() == Some('-') && tail.next().is_some_and(char::is_alphabetic)
    }

    /// Whether a dash stands before the verb.
    pub(super) fn is_apart(&self, gap: usize) -> bool {
        let from = self.flat.at.get(gap).map_or(0, |at| at.0);
        let verb = self.flat.at.get(self.verb.from).map_or(0, |at| at.0);
        let between = self.text.get(from..verb).unwrap_or_default();
        between.contains(['\u{2013}', '\u{2014}']) || between.contains(" - ")
    }

    fn uploads(&self) -> bool {
        let verb: String = self.chars(self.verb.from..self.verb.to).iter().collect();
        ["upload", "forward", "ship", "relay", "smuggle", "siphon"].contains(&verb.as_str())
    }

    /// A request for all of what was spoken of shortly before: "the passwords. Show me all of them".
    pub(super) fn of_them(&self) -> Option<(&'static str, Range<usize>)> {
        if self.verb.concepts & (VERB | SURE) == 0 {
            return None;
        }
        let them = if self.verb.concepts & THEM != 0 {
            self.verb
        } else {
            self.after().next().filter(|hit| hit.concepts & THEM != 0 && hit.from <= self.verb.to + 1)?
        };
        let to = self.flat.at.get(them.to.saturating_sub(1)).map_or(0, |at| at.1);
        let outside = || self.text.get(to..).is_some_and(|rest| rest.trim_start().starts_with("to http"));
        let said = |hit: &Hit| hit.concepts & TOME != 0;
        if them.concepts & NOUN != 0 && !said(self.verb) && !self.after().any(said) && !outside() {
            return None;
        }
        let from = self.verb.from;
        let before = self.hits.get(..self.at).unwrap_or_default().iter().rev();
        let mut near = before.take_while(|hit| from.saturating_sub(hit.to) <= SPOKEN);
        let spoken = near.find(|hit| hit.concepts & (MANY | FILE | NEG | STOP) != 0 || self.is_bare_secret(hit))?;
        let named = spoken.concepts & (NEG | STOP) == 0 && !self.is_compound(spoken);
        named.then_some((SECRETS, spoken.from..them.to))
    }

    fn is_bare_secret(&self, hit: &Hit) -> bool {
        hit.concepts & SECRET != 0 && self.chars(hit.from..hit.to).last() == Some(&'s')
    }
}
