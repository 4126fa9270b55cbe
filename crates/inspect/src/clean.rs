//! The loop: segment by segment, passes until none wants a change.

pub(crate) mod segment;
pub(crate) mod state;
mod stops;
mod trace;

use crate::invisible;
use crate::layer::{Edit, Hit, Layer, Pass, apply};
use crate::markup::{self, Around};
use crate::{Action, Cleaned, Finding, Policy, Severity, Treat};
use segment::{End, space};
use state::Notes;
pub use state::State;
use std::borrow::Cow;
use std::ops::Range;
pub use stops::{has_stop, stops};
use trace::Part;
pub use trace::Trace;

/// Stands where a link's destination was.
pub const LINK_MARKER: &str = "[link removed]";
/// Stands where an image was.
pub const IMAGE_MARKER: &str = "[image removed]";
/// Stands for a stretch of text that did not come to rest.
pub const TEXT_MARKER: &str = "[text removed]";

/// Rounds until a segment must have come to rest. Ordinary text takes two; only nesting made for the purpose takes more.
const ROUNDS: usize = 8;

/// Takes out of `text` what `policy` does not let through.
///
/// Linear in the length of the text. The result is at most about three times as long, and cleaning it again changes
/// nothing: each segment that was changed is divided and cleaned again, as a second run would do it, until none of its parts
/// wants a change and it ends where it ended. One that does not come to that is replaced.
#[must_use]
pub fn clean<'a>(text: &'a str, policy: &Policy) -> Cleaned<'a> {
    clean_with(text, policy, &mut State::default())
}

/// The same for a text in parts, each with the state that the part before it left: wherever [`cut`] says that a text may be
/// cut, what the parts give is together what the whole gives.
#[must_use]
pub fn clean_with<'a>(text: &'a str, policy: &Policy, state: &mut State) -> Cleaned<'a> {
    clean_traced(text, policy, state).0
}

/// As [`clean_with`], with the way back from places in the result to places in `text`.
#[must_use]
pub fn clean_traced<'a>(text: &'a str, policy: &Policy, state: &mut State) -> (Cleaned<'a>, Trace) {
    let mut log =
        Log { original: text.len(), findings: Vec::new(), unlisted: 0, denied: false, trace: Trace::default() };
    let mut hidden = invisible::pass_behind(text, policy, &mut state.hidden);
    log.note(&hidden, 0, &[], true, policy);
    if hidden.edits.is_empty() {
        let text = fold(Cow::Borrowed(text), &[], policy, state, &mut log);
        return log.done(text);
    }
    let (seen, layer) = apply(text, &mut hidden.edits);
    let layers = [layer];
    let text = fold(Cow::Owned(seen), &layers, policy, state, &mut log);
    let [layer] = layers;
    log.trace.hidden = Some(layer);
    log.done(text)
}

/// The last place up to `limit` where `text`, the next part of a text that may go on, may be cut: directly behind white space
/// at which nothing is under way, at one of the [`stops`] behind it, or in a run of more than 8 KiB without any. It stays one
/// whatever follows.
#[must_use]
pub fn cut(text: &str, policy: &Policy, limit: usize) -> usize {
    let limit = limit.min(invisible::complete(text));
    let mut hidden = invisible::pass(text, policy);
    if hidden.edits.is_empty() {
        return last_boundary(text, limit);
    }
    let (seen, layer) = apply(text, &mut hidden.edits);
    let mut within = layer.forth(limit);
    loop {
        let place = last_boundary(&seen, within);
        let before = layer.back(&(place..place)).end;
        if before <= limit || place == 0 {
            return before.min(limit);
        }
        within = place - 1;
    }
}

/// Where what is under way at the end of `text` begins: [`cut`] without a limit.
#[must_use]
pub fn pending(text: &str, policy: &Policy) -> usize {
    cut(text, policy, text.len())
}

fn last_boundary(text: &str, limit: usize) -> usize {
    let bytes = text.as_bytes();
    let space_before = |from: usize, to: usize| {
        bytes.get(from..to).and_then(|part| part.iter().rposition(|b| space(*b))).map_or(from, |found| from + found + 1)
    };
    let mut at = 0;
    loop {
        let word = space_before(at, limit);
        let Some(sign) = markup::find(bytes, at, true).filter(|sign| *sign < word) else {
            // Up to here no word holds anything; the last may be long.
            at = at.max(word);
            break;
        };
        at = stops::begin(text, space_before(at, sign), sign);
        match segment::end(text, at) {
            Some((end, _)) if end <= limit => at = end,
            _ => return at,
        }
    }
    at = stops::begin(text, at, limit);
    while let Some((end, _)) = segment::end(text, at) {
        if end > limit {
            break;
        }
        at = stops::begin(text, end, limit);
    }
    at
}

/// Cleans segment after segment. Those without any sign of markup are taken as they are.
fn fold<'a>(text: Cow<'a, str>, layers: &[Layer], policy: &Policy, state: &mut State, log: &mut Log) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let paths = policy.treatment("link.path") != Treat::Off;
    let mut out = String::new();
    // Up to where the text stands in `out`, unless nothing has changed so far; up to where segments were looked at.
    let (mut copied, mut at) = (0, 0);
    loop {
        let found = if state.swallow { Some(at) } else { markup::find(bytes, at, paths) };
        let Some(sign) = found.filter(|sign| *sign < bytes.len()) else { break };
        let word = bytes.get(at..sign).and_then(|part| part.iter().rposition(|b| space(*b))).map_or(at, |n| at + n + 1);
        let mut start = stops::begin(&text, word, sign);
        let (end, how, whole) = loop {
            match segment::end(&text, start) {
                Some((end, _)) if end <= sign => start = stops::begin(&text, end, sign),
                Some((end, how)) => break (end, how, true),
                None => break (bytes.len(), segment::last(&text, start), false),
            }
        };
        let piece = text.get(start..end).unwrap_or_default();
        state.pass_over(text.get(at..start).unwrap_or_default());
        let before = text.get(copied..start).unwrap_or_default();
        let mid_line = mid_line(&[before, &out], state.mid_line);
        let one = Segment { text: piece, base: start, how, whole, layers, mid_line, paths, policy };
        if let Some(new) = one.clean(state, log) {
            out.push_str(before);
            let from = out.len();
            out.push_str(&new.text);
            log.trace.parts.push(Part { before: start..end, after: from..out.len(), layers: new.layers });
            copied = end;
        }
        at = end;
    }
    let rest = text.get(copied..).unwrap_or_default();
    state.pass_over(text.get(at..).unwrap_or_default());
    state.mid_line = mid_line(&[rest, &out], state.mid_line);
    if copied == 0 {
        return text;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether the line that these texts end in, the last of them first, holds more than marks.
fn mid_line(parts: &[&str], before: bool) -> bool {
    for byte in parts.iter().flat_map(|part| part.bytes().rev()) {
        match byte {
            b'\n' | b'\r' => return false,
            byte if markup::line_mark(byte) => {}
            _ => return true,
        }
    }
    before
}

struct Segment<'a> {
    text: &'a str,
    /// Where it starts in what its layers lead back from.
    base: usize,
    how: End,
    /// Whether it ends there whatever follows.
    whole: bool,
    layers: &'a [Layer],
    /// Whether its line holds more than marks before it.
    mid_line: bool,
    paths: bool,
    policy: &'a Policy,
}

impl Segment<'_> {
    /// What stands in its place, where that is something else.
    fn clean(&self, state: &mut State, log: &mut Log) -> Option<Changed> {
        if self.how == End::Forced {
            state.swallow = false;
            return Some(self.replaced(log));
        }
        let mut rounds = Rounds { text: Cow::Borrowed(self.text), layers: Vec::new() };
        if std::mem::take(&mut state.swallow) {
            let len = markup::url_run(self.text);
            state.swallow = len == self.text.len() && (self.how == End::Calm || stops::ends(self.text));
            rounds.make(&mut [Edit { span: 0..len, text: "".into(), hit: None }]);
        }
        let mut filled = false;
        for round in 0..ROUNDS {
            let Some(Look { mut wants, later, ends, last }) = self.look(&rounds, state) else { break };
            self.note(log, &wants, &rounds.layers, round == 0);
            let unchanged = matches!(rounds.text, Cow::Borrowed(_));
            if wants.edits.is_empty() && (unchanged || ends || (!self.whole && self.how == End::Space)) {
                later.into_iter().for_each(|later| *state = later);
                last.iter().for_each(|(at, notes)| state.take(rounds.text.get(*at..).unwrap_or_default(), notes));
                return rounds.changed();
            }
            if wants.edits.is_empty() {
                // It would go on into what follows: where it ended for its length, it must be as long.
                let short = if self.how == End::Space { self.text.len().saturating_sub(rounds.text.len()) } else { 1 };
                if short == 0 || std::mem::replace(&mut filled, true) {
                    break;
                }
                let end = rounds.text.len();
                rounds.make(&mut [Edit { span: end..end, text: " ".repeat(short).into(), hit: None }]);
                continue;
            }
            if self.how == End::Calm && wants.edits.iter().any(|edit| edit.span.end == rounds.text.len()) {
                state.swallow = true;
            }
            rounds.make(&mut wants.edits);
            let mut hidden = invisible::pass(&rounds.text, self.policy);
            self.note(log, &hidden, &rounds.layers, false);
            if !hidden.edits.is_empty() {
                rounds.make(&mut hidden.edits);
            }
        }
        Some(self.replaced(log))
    }

    /// What its parts want, each as it would be cleaned by itself; `None` where one of them has no end.
    fn look(&self, rounds: &Rounds<'_>, state: &State) -> Option<Look> {
        let text: &str = &rounds.text;
        let mut look = Look { wants: Pass::default(), later: None, ends: true, last: None };
        let (mut at, mut mid_line) = (0, self.mid_line);
        while at < text.len() {
            let (end, how) = match (&rounds.text, segment::end(text, at)) {
                // As it was given it is one.
                (Cow::Borrowed(_), _) => (text.len(), End::Space),
                (Cow::Owned(_), Some(found)) => found,
                (Cow::Owned(_), None) => {
                    look.ends = false;
                    (text.len(), segment::last(text, at))
                }
            };
            if how == End::Forced {
                return None;
            }
            let part = text.get(at..end).unwrap_or_default();
            let known = look.later.as_ref().unwrap_or(state);
            let around = Around { state: known, head: !mid_line, paths: self.paths };
            let (found, notes) = markup::pass(part, self.policy, &around);
            look.wants.add(found, at);
            mid_line = self::mid_line(&[part], mid_line);
            if end == text.len() {
                look.last = Some((at, notes));
            } else {
                look.later.get_or_insert_with(|| state.clone()).take(part, &notes);
            }
            at = end;
        }
        Some(look)
    }

    fn note(&self, log: &mut Log, pass: &Pass, own: &[Layer], reports: bool) {
        let layers = Way { own, base: self.base, outer: self.layers };
        log.note_by(pass, &layers, reports, self.policy);
    }

    /// The marker for all of it, with the white space that it ends in.
    fn replaced(&self, log: &mut Log) -> Changed {
        let way = Way { own: &[], base: self.base, outer: self.layers };
        let hit = Hit { rule: "text.unstable", severity: Severity::High };
        log.add(&(0..self.text.len()), &way, hit, Action::Redact);
        let tail = match self.text.bytes().next_back() {
            Some(byte) if self.how == End::Space && space(byte) => char::from(byte).to_string(),
            _ if self.how == End::Space => String::new(),
            _ => " ".to_owned(),
        };
        Changed { text: format!("{TEXT_MARKER}{tail}"), layers: Vec::new() }
    }
}

/// What stands in a segment's place.
struct Changed {
    text: String,
    /// The steps that led there; none where all of it was replaced.
    layers: Vec<Layer>,
}

/// What a segment's parts want.
struct Look {
    wants: Pass,
    /// What is known behind all parts but the last, where there are several.
    later: Option<State>,
    /// Whether the last ends where the segment does, whatever follows.
    ends: bool,
    /// Where the last begins, and what was noted in it.
    last: Option<(usize, Notes)>,
}

struct Rounds<'a> {
    text: Cow<'a, str>,
    layers: Vec<Layer>,
}

impl Rounds<'_> {
    fn make(&mut self, edits: &mut [Edit]) {
        let (next, layer) = apply(&self.text, edits);
        self.layers.push(layer);
        self.text = Cow::Owned(next);
    }

    fn changed(self) -> Option<Changed> {
        match self.text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(Changed { text, layers: self.layers }),
        }
    }
}

/// The way back from a segment's text to the one that was given.
struct Way<'a> {
    own: &'a [Layer],
    base: usize,
    outer: &'a [Layer],
}

struct Log {
    original: usize,
    findings: Vec<Finding>,
    unlisted: usize,
    denied: bool,
    trace: Trace,
}

impl Log {
    fn note(&mut self, pass: &Pass, base: usize, outer: &[Layer], reports: bool, policy: &Policy) {
        self.note_by(pass, &Way { own: &[], base, outer }, reports, policy);
    }

    fn note_by(&mut self, pass: &Pass, way: &Way<'_>, reports: bool, policy: &Policy) {
        for edit in &pass.edits {
            if let Some(hit) = edit.hit {
                let action = match policy.treatment(hit.rule) {
                    Treat::Deny => Action::Deny,
                    _ if edit.text.is_empty() => Action::Redact,
                    _ => Action::Rewrite,
                };
                self.denied |= action == Action::Deny;
                self.add(&edit.span, way, hit, action);
            }
        }
        // What is only reported is seen again in every round.
        for (span, hit) in pass.reports.iter().filter(|_| reports) {
            self.add(span, way, *hit, Action::Report);
        }
    }

    fn add(&mut self, span: &Range<usize>, way: &Way<'_>, hit: Hit, action: Action) {
        if self.findings.len() >= Cleaned::FINDINGS {
            self.unlisted += 1;
            return;
        }
        let mut span = span.clone();
        for layer in way.own.iter().rev() {
            span = layer.back(&span);
        }
        span = way.base + span.start..way.base + span.end;
        for layer in way.outer.iter().rev() {
            span = layer.back(&span);
        }
        let end = span.end.min(self.original);
        self.findings.push(Finding { rule: hit.rule, span: span.start.min(end)..end, action, severity: hit.severity });
    }

    fn done(self, text: Cow<'_, str>) -> (Cleaned<'_>, Trace) {
        (Cleaned { text, findings: self.findings, unlisted: self.unlisted, denied: self.denied }, self.trace)
    }
}

#[cfg(test)]
mod tests;
