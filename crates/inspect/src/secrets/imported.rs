//! An operator's own rules, read from a `gitleaks.toml`.
//!
//! A rule is tried on the lines that hold one of its keywords, so that a stream can be cut between lines; one that is made for
//! several lines sees the [`Imported::LONGEST`] bytes from there on. Paths do not exist here: what a rule says of them is
//! noted and left out.

mod allow;
mod read;

pub use read::ImportError;

use super::random;
use aho_corasick::AhoCorasick;
use allow::Allow;
use regex::bytes::Regex;
use std::ops::Range;

/// The rules of a file.
#[derive(Debug, Default)]
pub struct Imported {
    rules: Vec<Own>,
    keywords: Option<AhoCorasick>,
    /// Whose each keyword is.
    owners: Vec<usize>,
    /// Rules without keywords.
    always: Vec<usize>,
    allow: Vec<Allow>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Own {
    id: String,
    about: String,
    regex: Regex,
    keywords: Vec<String>,
    /// The group that holds the secret; `None` for the first that is not empty.
    group: Option<usize>,
    /// In tenths of a bit per byte.
    entropy: u32,
    allow: Vec<Allow>,
    lines: bool,
}

/// How far a match may stand before its keyword, in a line that is too long to be tried whole.
const BEFORE: usize = 1024;

/// How far behind it.
const BEHIND: usize = 4096;

impl Imported {
    /// The longest match of a rule that is made for several lines, in bytes.
    pub const LONGEST: usize = 16 * 1024;

    /// The most rules of a file.
    pub const RULES: usize = 2000;

    /// Reads a file.
    ///
    /// # Errors
    /// It is no TOML, a key has the wrong type, a pattern is wrong or too large, or the file extends another.
    pub fn parse(toml: &str) -> Result<Self, ImportError> {
        let mut this = read::file(toml)?;
        let mut words = Vec::new();
        for (number, rule) in this.rules.iter().enumerate() {
            if rule.keywords.is_empty() {
                this.always.push(number);
            }
            for word in &rule.keywords {
                words.push(word.as_str());
                this.owners.push(number);
            }
        }
        let built = AhoCorasick::builder().ascii_case_insensitive(true).build(&words);
        this.keywords = Some(built.map_err(|_| ImportError::keywords())?);
        Ok(this)
    }

    /// The id of a rule, as the file has it.
    #[must_use]
    pub fn id(&self, rule: usize) -> Option<&str> {
        self.rules.get(rule).map(|rule| rule.id.as_str())
    }

    /// The ids and descriptions of the rules, in the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rules.iter().map(|rule| (rule.id.as_str(), rule.about.as_str()))
    }

    /// What of the file has no meaning here, in sentences.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Finds what the rules describe in `text`: the number of the rule, and the secret's place in bytes, on boundaries of
    /// characters. Linear in the length of the text for each rule.
    pub fn find(&self, text: &str, out: &mut Vec<(usize, Range<usize>)>) {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut done: Vec<usize> = Vec::new();
        for hit in self.keywords.iter().flat_map(|keywords| keywords.find_overlapping_iter(bytes)) {
            let Some(owner) = self.owners.get(hit.pattern().as_usize()).copied() else { continue };
            done.resize(self.rules.len(), 0);
            if let (Some(rule), Some(done)) = (self.rules.get(owner), done.get_mut(owner)) {
                let window = window(bytes, hit.range(), rule.lines);
                if window.end > *done || hit.end() > *done {
                    self.tried(owner, rule, bytes, window.clone(), &mut found);
                    *done = if window.end - hit.end() < BEHIND { window.end } else { hit.end() + BEHIND / 2 };
                }
            }
        }
        for (number, rule) in self.always.iter().filter_map(|number| Some((*number, self.rules.get(*number)?))) {
            if rule.lines {
                self.tried(number, rule, bytes, 0..bytes.len(), &mut found);
            } else {
                each_line(bytes, |line| self.tried(number, rule, bytes, line, &mut found));
            }
        }
        found.sort_unstable_by_key(|(rule, span)| (*rule, span.start, span.end));
        found.dedup();
        out.extend(found.into_iter().map(|(rule, span)| (rule, on_characters(text, span))));
    }

    fn tried(
        &self,
        number: usize,
        rule: &Own,
        bytes: &[u8],
        window: Range<usize>,
        out: &mut Vec<(usize, Range<usize>)>,
    ) {
        let Some(part) = bytes.get(window.clone()) else { return };
        for found in rule.regex.captures_iter(part) {
            let Some(whole) = found.get(0) else { continue };
            let first = || (1..found.len()).filter_map(|group| found.get(group)).find(|group| !group.is_empty());
            let secret = rule.group.map_or_else(first, |group| found.get(group)).unwrap_or(whole);
            if secret.is_empty() || random::entropy(secret.as_bytes()) < rule.entropy {
                continue;
            }
            let line = line_of(part, whole.range());
            let seen = allow::Seen { secret: secret.as_bytes(), whole: whole.as_bytes(), line };
            if !rule.allow.iter().chain(&self.allow).any(|allow| allow.allows(&rule.id, &seen)) {
                let span =
                    window.start + secret.start()..window.start + secret.end().min(secret.start() + Self::LONGEST);
                out.push((number, span));
            }
        }
    }

    /// As [`crate::secrets::pending`]: the start of the last line, or of the line where a rule for several lines has begun.
    #[must_use]
    pub fn pending(&self, text: &str) -> usize {
        if self.rules.is_empty() {
            return text.len();
        }
        let bytes = text.as_bytes();
        let last = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        let from = bytes.len().saturating_sub(Self::LONGEST + BEFORE);
        let tail = bytes.get(from..).unwrap_or_default();
        let hits = self.keywords.iter().flat_map(|keywords| keywords.find_overlapping_iter(tail));
        let several = hits.filter(|hit| {
            let owner = self.owners.get(hit.pattern().as_usize());
            owner.and_then(|owner| self.rules.get(*owner)).is_some_and(|rule| rule.lines)
        });
        let begun = several.map(|hit| window(bytes, from + hit.start()..from + hit.end(), true).start).min();
        let always = self.always.iter().any(|number| self.rules.get(*number).is_some_and(|rule| rule.lines));
        let at = if always { from } else { last.min(begun.unwrap_or(last)) };
        (0..=at).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
    }
}

/// What of the text a rule sees for a keyword.
fn window(bytes: &[u8], hit: Range<usize>, lines: bool) -> Range<usize> {
    let low = hit.start.saturating_sub(BEFORE);
    let before = bytes.get(low..hit.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(low, |end| low + end + 1);
    let high = bytes.len().min(hit.end + if lines { Imported::LONGEST } else { BEHIND });
    let behind = bytes.get(hit.end..high).unwrap_or_default();
    let end = if lines { None } else { memchr::memchr(b'\n', behind) };
    start..end.map_or(high, |end| hit.end + end)
}

fn each_line(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        each(start..end);
        start = end + 1;
    }
}

/// The line around a match.
fn line_of(part: &[u8], whole: Range<usize>) -> &[u8] {
    let start = memchr::memrchr(b'\n', part.get(..whole.start).unwrap_or_default()).map_or(0, |end| end + 1);
    let behind = part.get(whole.end..).unwrap_or_default();
    let end = memchr::memchr(b'\n', behind).map_or(part.len(), |end| whole.end + end);
    part.get(start..end).unwrap_or_default()
}

fn on_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let start = (0..=span.start).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    let end = (span.end..=text.len()).find(|place| text.is_char_boundary(*place)).unwrap_or(text.len());
    start..end
}

#[cfg(test)]
mod tests;
