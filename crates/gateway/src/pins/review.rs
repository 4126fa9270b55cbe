//! What a reviewer should look at in a definition: its texts, and names that look like another's.

use super::Pins;
use bytes::Bytes;
use casemate_core::ServerName;
use casemate_core::json::{Json, Kind as JsonKind, Limits, Value};
pub(super) use casemate_core::pin::Finding;
use casemate_core::pin::{Definition, Kind, Severity};
use casemate_inspect::signals::{self, names_look_alike, signals, skeleton};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;

/// Findings that are kept of one definition, the gravest first.
pub(super) const FINDINGS: usize = 32;
/// A name that looks like another's.
pub(super) const LOOK_ALIKE: &str = "pin.look_alike";
/// Characters of an excerpt.
const EXCERPT: usize = 120;
/// Bytes of an excerpt or a place, with what hides in it written out.
const ESCAPED: usize = 240;
/// Bytes of the findings of one survey; of more definitions only the gravest finding is kept, without its text.
const ALL: usize = 8 << 20;
/// Bytes of texts that are read for one survey, at some megabytes a second; a name that a text is searched for costs as
/// much as half a byte.
pub(super) const WORK: usize = 8 << 20;
/// Names that every text is searched for; of more, only those that are a word of the text.
const NAMES: usize = 256;
/// Pairs of names that one survey compares letter by letter.
const PAIRS: usize = 1_000_000;
/// Bytes up to which a key that is one ASCII word is no text.
const KEY: usize = 48;
/// Words of a key that may say more than what it names.
const WORDS: usize = 4;

/// What else is offered, by this server and by others.
pub(super) struct Surroundings {
    /// Names of tools, each once, by how they read without case.
    names: BTreeMap<String, Vec<String>>,
    /// The tools of other servers.
    others: Vec<(ServerName, String)>,
    /// Places in `others` by what the name looks like.
    alike: HashMap<String, Vec<usize>>,
    pairs: Cell<usize>,
    found: Cell<usize>,
    /// How much may still be read.
    work: Cell<usize>,
}

impl Surroundings {
    /// `work`: how many bytes are read, at most [`WORK`].
    pub(super) fn new(pins: &Pins, server: &ServerName, own: &[String], work: usize) -> Self {
        let others = others(pins, server, own);
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in own.iter().chain(others.iter().map(|(_, name)| name)).collect::<BTreeSet<_>>() {
            names.entry(name.to_lowercase()).or_default().push(name.clone());
        }
        for (server, name) in &others {
            let name = format!("{server}/{name}");
            names.entry(name.to_lowercase()).or_default().push(name);
        }
        let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (_, name)) in others.iter().enumerate() {
            alike.entry(skeleton(name)).or_default().push(at);
        }
        Self { names, others, alike, pairs: Cell::new(0), found: Cell::new(0), work: Cell::new(work.min(WORK)) }
    }

    /// Whether there is time for one more text.
    fn affords(&self, text: &str) -> bool {
        let work = text.len().saturating_add(self.names.len().min(NAMES) / 2);
        let left = self.work.get().checked_sub(work);
        self.work.set(left.unwrap_or_default());
        left.is_some()
    }

    /// How much may still be read.
    pub(super) const fn work(&self) -> usize {
        self.work.get()
    }

    /// As much of these findings as there is room for.
    fn keep(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        if self.found.get() > ALL {
            findings.truncate(1);
            for finding in &mut findings {
                finding.excerpt.clear();
                finding.place.clear();
            }
        }
        let bytes: usize = findings.iter().map(|f| f.rule.len() + f.place.len() + f.excerpt.len()).sum();
        self.found.set(self.found.get().saturating_add(bytes));
        findings
    }

    /// The names that a text is searched for.
    fn around(&self, own: &str, text: &str) -> Vec<&str> {
        let others = |name: &&str| *name != own;
        if self.names.len() <= NAMES {
            return self.names.values().flatten().map(String::as_str).filter(others).collect();
        }
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/'));
        let known: BTreeSet<_> = words.filter_map(|word| self.names.get(word.trim_matches(['.', '-', '/']))).collect();
        known.into_iter().flatten().map(String::as_str).filter(others).collect()
    }

    /// The tools of other servers that a tool could be taken for.
    fn look_alikes(&self, own: &str) -> Vec<&(ServerName, String)> {
        let same = self.alike.get(&skeleton(own)).into_iter().flatten().copied();
        let mut found: BTreeSet<usize> = same.take(FINDINGS).collect();
        self.pairs.set(self.pairs.get().saturating_add(self.others.len()));
        if self.pairs.get() <= PAIRS {
            let all = self.others.iter().enumerate();
            let like = all.filter(|(_, (_, name))| names_look_alike(own, name)).map(|(at, _)| at);
            found.extend(like.take(FINDINGS));
        }
        found.into_iter().filter_map(|at| self.others.get(at)).collect()
    }
}

/// A server whose tools are being reviewed; it arrives no more when this is dropped.
pub(super) struct Arrival(Pins, ServerName);

impl Pins {
    /// To be held from before [`Surroundings::new`] until what was found stands in the book.
    pub(super) fn arrive(&self, server: &ServerName) -> Arrival {
        Arrival(self.clone(), server.clone())
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let Self(pins, server) = self;
        pins.0.arriving.lock().unwrap_or_else(PoisonError::into_inner).remove(server);
    }
}

/// The tools of other servers: what is known, and what is being reviewed at this moment.
fn others(pins: &Pins, server: &ServerName, own: &[String]) -> Vec<(ServerName, String)> {
    let mut others: Vec<(ServerName, String)> = {
        let mut arriving = pins.0.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        arriving.insert(server.clone(), own.to_vec());
        let all = arriving.iter().filter(|(name, _)| *name != server);
        all.flat_map(|(name, tools)| tools.iter().map(|tool| (name.clone(), tool.clone()))).collect()
    };
    // After it: who arrives no more stands in its book.
    for (name, book) in pins.0.books.load().iter().filter(|(name, _)| *name != server) {
        others.extend(book.names(Kind::Tool).map(|tool| (name.clone(), tool.to_owned())));
    }
    others.sort();
    others.dedup();
    others
}

/// Everything worth a look in a definition.
pub(super) fn review(kind: Kind, own: &str, definition: &Definition, around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if definition.is_ambiguous() {
        findings.push(note("pin.duplicate", Severity::High, "the server lists several under this name"));
    }
    if kind == Kind::Tool {
        findings.extend(around.look_alikes(own).into_iter().map(|(server, name)| look_alike(own, server, name)));
        // Of one server, too: by case alone nobody tells them apart.
        let spelt = around.names.get(&own.to_lowercase()).into_iter().flatten();
        let spelt = spelt.filter(|name| *name != own && !around.others.iter().any(|(_, other)| other == *name));
        findings.extend(
            spelt.take(FINDINGS).map(|name| note(LOOK_ALIKE, Severity::Medium, &format!("this server: {name}"))),
        );
        // Whether or not the other is known yet: letters of another script that read as ASCII are chosen.
        let read = skeleton(own);
        if !own.is_ascii() && read.is_ascii() {
            findings.push(note(LOOK_ALIKE, Severity::High, &format!("reads as {read}")));
        }
    }
    let mut is_whole = true;
    let limits = Limits { depth: 160, nodes: 8_000_000, key_len: usize::MAX / 2, number_len: usize::MAX / 2 };
    match Json::parse(Bytes::copy_from_slice(definition.text.as_bytes()), limits) {
        Ok(json) => texts(json.root(), &mut String::new(), &mut |place, text, least| {
            if is_icon(place) && signals::is_raster_image(text) {
                return;
            }
            if !around.affords(text) {
                return is_whole = false;
            }
            let names = around.around(own, text);
            let around = signals::Surroundings { own, names: &names };
            let found = signals(text, &around).into_iter().filter(|found| severity(found.severity) >= least);
            findings.extend(found.map(|found| Finding {
                rule: found.rule.to_owned(),
                place: excerpt(place, 0..place.len()),
                severity: severity(found.severity),
                excerpt: excerpt(text, found.span),
            }));
        }),
        // A canonical text is JSON; were it none, nobody should trust it unseen.
        Err(_) => findings.push(note("pin.unread", Severity::High, "the definition could not be read for review")),
    }
    if !is_whole {
        findings.push(note("pin.unread", Severity::High, "too much to read at once"));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.truncate(FINDINGS);
    around.keep(findings)
}

/// Whether a place is the source of an icon (MCP 2025-11-25, "Icons").
fn is_icon(place: &str) -> bool {
    let number = place.strip_prefix("/icons/").and_then(|rest| rest.strip_suffix("/src"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The finding of a tool that could be taken for another server's.
pub(super) fn look_alike(own: &str, server: &ServerName, name: &str) -> Finding {
    // Many servers have a `search`; letters of another script are chosen, by whoever has them.
    let grave = own != name && !own.is_ascii();
    let severity = if grave { Severity::High } else { Severity::Medium };
    note(LOOK_ALIKE, severity, &format!("{server}: {name}"))
}

fn note(rule: &str, severity: Severity, text: &str) -> Finding {
    Finding { rule: rule.to_owned(), place: String::new(), severity, excerpt: excerpt(text, 0..text.len()) }
}

const fn severity(of: casemate_inspect::Severity) -> Severity {
    match of {
        casemate_inspect::Severity::Low => Severity::Low,
        casemate_inspect::Severity::Medium => Severity::Medium,
        casemate_inspect::Severity::High => Severity::High,
    }
}

/// Visits every text within with its place and how grave a finding in it must be: strings, keys that are more than a
/// name, and the words of keys that are sentences.
fn texts(value: Value<'_>, place: &mut String, visit: &mut impl FnMut(&str, &str, Severity)) {
    match value.kind() {
        JsonKind::String => visit(place, &value.as_str().unwrap_or_default(), Severity::Low),
        JsonKind::Object => {
            for member in value.members() {
                let key = member.key();
                within(place, &key, |place| {
                    let is_name = key.len() <= KEY && key.bytes().all(|b| b.is_ascii_graphic());
                    if !is_name {
                        visit(place, &key, Severity::Low);
                    }
                    // That a name speaks of tokens or keys is nothing to report.
                    phrase(&key).inspect(|words| visit(place, words, Severity::Medium));
                    texts(member.value, place, visit);
                });
            }
        }
        JsonKind::Array => {
            for (at, item) in value.items().enumerate() {
                within(place, &at.to_string(), |place| texts(item, place, visit));
            }
        }
        JsonKind::Null | JsonKind::Bool | JsonKind::Number => {}
    }
}

/// The words of a key such as `send_all_of_it`, `send-all-of-it` or `sendAllOfIt`, if they are many.
fn phrase(name: &str) -> Option<String> {
    let mut words = String::with_capacity(name.len() + WORDS);
    let mut chars = name.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let is_start = c.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric()
                || before.is_uppercase() && chars.peek().is_some_and(|next| next.is_lowercase()));
        if is_start {
            words.push(' ');
        }
        words.push(if matches!(c, '_' | '-') { ' ' } else { c });
        before = c;
    }
    (words != name && words.split_whitespace().count() >= WORDS).then_some(words)
}

fn within(place: &mut String, step: &str, then: impl FnOnce(&mut String)) {
    let length = place.len();
    place.push('/');
    place.push_str(&step.replace('~', "~0").replace('/', "~1"));
    then(place);
    place.truncate(length);
}

/// A piece of a text around `span`, safe to display.
fn excerpt(text: &str, span: std::ops::Range<usize>) -> String {
    let start = text.floor_char_boundary(span.start);
    let piece = text.get(start..).unwrap_or_default();
    let end = piece.ceil_char_boundary(span.len());
    let (found, _) = piece.split_at_checked(end).unwrap_or((piece, ""));
    let mut out = String::new();
    for (at, c) in found.chars().enumerate() {
        let shown = visible(c);
        if at >= EXCERPT || out.len() + shown.len() > ESCAPED {
            out.push_str("...");
            break;
        }
        out.push_str(&shown);
    }
    out
}

/// A character as itself if a reader sees it, else as its number.
fn visible(c: char) -> String {
    // Blank letters and symbols that count as printable.
    let blank = matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}');
    match c {
        '"' | '\'' | '\\' => c.to_string(),
        c if blank || (c.is_whitespace() && c != ' ') => c.escape_unicode().to_string(),
        c => c.escape_debug().to_string(),
    }
}

#[cfg(test)]
mod tests;
