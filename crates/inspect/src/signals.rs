//! Signals in descriptions: what the description of a tool, a prompt or a resource should not hold.
//!
//! Words of many languages stand for concepts, and rules say which concepts together are a signal; so a rule holds in
//! every language and for every wording of its words. Each text is read in several ways: folded, with look-alike
//! letters, with digits for letters, with letters set apart, decoded, backwards. Phrases are evidence and no proof:
//! what is found is for a reviewer and for policy, and nothing here removes anything.

mod alike;
mod concept;
mod encoded;
mod engine;
mod fold;
mod hidden;
mod lexicon;
mod marks;
mod naming;
mod raster;
mod requests;
mod rules;
mod telling;
mod tools;
mod typo;
mod view;
mod words;

pub(crate) use fold::{alike, fold};
pub(crate) use hidden::invisible as invisible_words;
pub(crate) use requests::{GIVEN, GIVES, PRESSES, TALKED, request_phrases};
pub(crate) use telling::{tells, tells_in_cipher};
pub(crate) use view::{atbash, shifted};

pub use alike::{names_look_alike, skeleton};
pub use raster::is_image as is_raster_image;

use crate::{Finding, Severity};
use hidden::finding;
use lexicon::Hit;
use std::ops::Range;
use tools::Names;
use view::{Flat, Reading};

/// What is known around a description.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The name of the described item.
    pub own: &'a str,
    /// The names of other tools, of this and of other upstreams; `server/tool` says of which upstream one is.
    pub names: &'a [&'a str],
}

/// How deep an encoding within an encoding is read.
const DEPTH: usize = 2;

/// The longest list of findings for one text; the gravest stay.
const FINDINGS: usize = 256;

/// Looks for what a description should not hold. Pure, deterministic, linear in the length of the text and the number
/// of names.
///
/// The findings are ordered by place. A span covers whole characters of `text`; what was decoded is reported at the
/// run that holds it.
#[must_use]
pub fn signals(text: &str, around: &Surroundings<'_>) -> Vec<Finding> {
    let names = Names::new(around, text);
    let mut found = look(text, &names, 0);
    for finding in &mut found {
        finding.span = whole_chars(text, &finding.span);
    }
    merged(found)
}

/// How a part of an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// As words are written.
    Written,
    /// With every disguise of letters undone.
    Disguised,
    /// With its letters moved by any number of places, with the alphabet backwards, and backwards.
    Cipher,
}

/// What an order to a model is made of, in a part of an answer: findings by rules for words alone, and requests that are denied
/// (`deny.*`) if the text `asks` for secrets at all. Linear in the length of the text.
pub(crate) fn orders(text: &str, look: Look, asks: bool) -> Vec<Finding> {
    let chars = view::read(text);
    let (all, marked) = match look {
        Look::Written => (vec![view::written(chars)], true),
        Look::Disguised => {
            let spelt = view::spelt(&chars);
            (view::readings(chars).into_iter().chain(spelt).collect(), true)
        }
        Look::Cipher => (view::deciphered(&chars), false),
    };
    let mut out = Vec::new();
    // No names are known here: what looks like one counts.
    let demands = marked && ["this tool", "This tool"].iter().any(|words| text.contains(words));
    let mentions = if demands { tools::mentions(text, &Names::new(&Surroundings::default(), "")) } else { Vec::new() };
    for reading in &all {
        let places = if marked { marks::places(&reading.chars) } else { Vec::new() };
        for flat in &reading.flats {
            words_of(flat, &places, &mentions, &mut out);
            let requests = if asks { requests::requests(flat, text) } else { Vec::new() };
            out.extend(
                requests.into_iter().map(|(rule, at)| finding(rule, Severity::High, flat.span(at.start, at.end))),
            );
        }
    }
    for finding in &mut out {
        finding.span = whole_chars(text, &finding.span);
    }
    merged(out)
}

fn look(text: &str, names: &Names, depth: usize) -> Vec<Finding> {
    let mut out = Vec::new();
    let spelt = hidden::invisible(text, &mut out);
    hidden::long(text, &mut out);
    hidden::mixed(text, &mut out);
    hidden::markup(text, &mut out);
    let mentions = tools::mentions(text, names);
    let chars = view::read(text);
    let ciphers = view::ciphers(&chars);
    for reading in &view::readings(chars) {
        judge(reading, &mentions, &mut out);
    }
    for reading in &ciphers {
        let mut inner = Vec::new();
        judge(reading, &[], &mut inner);
        if let Some(span) = gravest(&inner) {
            out.push(finding("signal.encoded", Severity::High, span));
        }
    }
    if depth < DEPTH {
        for (span, words) in spelt {
            let inner = look(&words, names, depth + 1);
            out.extend(
                inner.into_iter().filter(|f| f.severity > Severity::Low).map(|f| Finding { span: span.clone(), ..f }),
            );
        }
        decoded(text, names, depth, &mut out);
    }
    out
}

/// Looks at all that the encoded runs of a text hold, as one text.
fn decoded(text: &str, names: &Names, depth: usize, out: &mut Vec<Finding>) {
    let mut whole = String::new();
    let mut ends = Vec::new();
    let runs = encoded::runs(text);
    for run in &runs {
        whole.push_str(&run.text);
        // Nothing reaches from one run into the next.
        whole.push_str("\n\n.\n\n");
        ends.push(whole.len());
    }
    if whole.is_empty() {
        return;
    }
    for inner in look(&whole, names, depth + 1) {
        let run = runs.get(ends.partition_point(|end| *end <= inner.span.start));
        if let Some(run) = run.filter(|_| inner.severity > Severity::Low && inner.rule != "signal.long") {
            out.push(finding("signal.encoded", Severity::High, run.span.clone()));
        }
    }
}

/// The place of the first finding that counts.
fn gravest(found: &[Finding]) -> Option<Range<usize>> {
    found.iter().filter(|f| f.severity > Severity::Low).map(|f| f.span.clone()).next()
}

/// Judges the characters of a reading in each way of dividing them into words.
fn judge(reading: &Reading, mentions: &[Hit], out: &mut Vec<Finding>) {
    let marks = marks::marks(&reading.chars);
    out.extend(marks.signals.iter().map(|(rule, severity, span)| finding(rule, *severity, span.clone())));
    for flat in &reading.flats {
        words_of(flat, &marks.hits, mentions, out);
    }
}

/// Judges the words of one reading, with the marks and the names of tools that stand among them.
fn words_of(flat: &Flat, marks: &[Hit], mentions: &[Hit], out: &mut Vec<Finding>) {
    let mut hits = marks::WORDS.hits(flat);
    hits.retain(|hit| hit.concepts != 0);
    engine::negate(&mut hits, flat);
    hits.extend(marks::placed(marks, flat));
    let mut named = named(mentions, flat);
    naming::raise(&mut named, flat);
    hits.extend(named);
    if hits.is_empty() {
        return;
    }
    hits.sort_by_key(|hit| (hit.from, hit.to));
    let matches = engine::matches(&hits, flat);
    out.extend(matches.into_iter().map(|m| finding(m.id, m.severity, flat.span(m.place.start, m.place.end))));
}

/// Mentions of tools in the places of a reading.
fn named(mentions: &[Hit], flat: &Flat) -> Vec<Hit> {
    let place = |byte: usize| flat.at.partition_point(|at| at.0 < byte);
    let moved = mentions.iter().map(|hit| {
        let from = place(hit.from);
        Hit { concepts: hit.concepts, from, to: place(hit.to).max(from) }
    });
    // A reading of a part of the text may not hold the place.
    moved.filter(|hit| hit.to > hit.from).collect()
}

/// The span widened to whole characters of the text.
fn whole_chars(text: &str, span: &Range<usize>) -> Range<usize> {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    let start = (0..=start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    start..end
}

/// Findings of one rule that overlap, as one; ordered by place.
fn merged(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|a, b| (a.rule, a.span.start, a.span.end).cmp(&(b.rule, b.span.start, b.span.end)));
    let mut out: Vec<Finding> = Vec::new();
    for finding in found {
        match out.last_mut() {
            Some(last) if last.rule == finding.rule && finding.span.start < last.span.end => {
                last.span.end = last.span.end.max(finding.span.end);
                last.severity = last.severity.max(finding.severity);
            }
            _ => out.push(finding),
        }
    }
    if out.len() > FINDINGS {
        out.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        out.truncate(FINDINGS);
    }
    out.sort_by(|a, b| (a.span.start, a.span.end, a.rule).cmp(&(b.span.start, b.span.end, b.rule)));
    out
}

#[cfg(test)]
mod tests;
