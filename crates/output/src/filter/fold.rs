//! A text part after part, as a whole or as a stream.

use super::cut::{self, Next};
use super::find::Hit;
use super::findings::{Findings, known, whole_text};
use super::rounds::{End, Part, within};
use super::{Filter, Found};
use casemate_inspect::layer::apply;
use casemate_inspect::{self as inspect, Cleaned, State, TEXT_MARKER, clean_with, html};
use std::borrow::Cow;
use std::ops::Range;

/// So much of what has gone out is looked at with what comes next, for what is only reported or denied.
const BEHIND: usize = inspect::phrases::CONTEXT;
/// So much comes together before that is done.
const AHEAD: usize = 1024;
/// So many findings are remembered so that none is reported twice.
const RECENT: usize = 32;
/// Rounds until a document must have come to rest.
const ROUNDS: usize = 8;

/// What a part must know of the parts before it. Bounded.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    clean: State,
    /// Where the next part begins in the text that was given, and where what is looked at again does.
    base: usize,
    at: usize,
    given: Window,
    /// What cleaning has left, before anything was redacted.
    cleaned: Window,
    made: Window,
    /// Whether the last part was dropped and the text has gone on ever since with what may belong to it.
    dropped: bool,
    recent: Vec<(Cow<'static, str>, Range<usize>)>,
}

/// The end of what was seen, and what has come since.
#[derive(Debug, Default)]
struct Window {
    text: String,
    /// Up to where it was looked at.
    seen: usize,
    /// The end of a long part, of which only the beginning is looked at together with what stands before it.
    tail: Option<String>,
    changed: bool,
}

impl Window {
    fn add(&mut self, text: &str) {
        if text.len() <= BEHIND {
            self.text.push_str(text);
            return;
        }
        self.text.push_str(text.get(..text.floor_char_boundary(BEHIND)).unwrap_or_default());
        self.tail = text.get(text.ceil_char_boundary(text.len() - BEHIND)..).map(str::to_owned);
    }

    fn fresh(&self) -> usize {
        self.text.len() - self.seen
    }

    /// Forgets what is too far back.
    fn trim(&mut self) {
        match self.tail.take() {
            Some(tail) => self.text = tail,
            None => {
                let from = self.text.ceil_char_boundary(self.text.len().saturating_sub(BEHIND));
                self.text.drain(..from);
            }
        }
        self.seen = self.text.len();
        self.changed = false;
    }
}

impl Filter {
    /// Filters the whole of a text; `html`: it is known to be HTML.
    pub(super) fn all<'t>(
        &self,
        text: &'t str,
        policy: &inspect::Policy,
        extra: &[Hit<'_>],
        html: bool,
        findings: &mut Findings,
    ) -> End<'t> {
        let mut flow = Flow::default();
        if html || html::is_html(text) {
            if text.len() <= self.html_bytes && !extra.is_empty() {
                return self.without(text, extra, policy, findings);
            }
            if text.len() <= self.html_bytes {
                return self.document(text, policy, findings);
            }
            let shown = text.replace('<', "&lt;");
            let mut inner = Findings::default();
            self.oversize(text.len(), findings);
            let end = self.parts(&shown, policy, &[], &mut flow, &mut inner);
            inner.spread(0..text.len(), findings);
            return match end {
                End::Rest(rest) => End::Rest(Cow::Owned(rest.into_owned())),
                End::Denied => End::Denied,
                End::Unstable => End::Unstable,
            };
        }
        self.parts(text, policy, extra, &mut flow, findings)
    }

    fn parts<'t>(
        &self,
        text: &'t str,
        policy: &inspect::Policy,
        extra: &[Hit<'_>],
        flow: &mut Flow,
        findings: &mut Findings,
    ) -> End<'t> {
        let (mut out, mut copied, mut at) = (String::new(), 0, 0);
        while at < text.len() {
            let rest = text.get(at..).unwrap_or_default();
            if let Some(len) = flow.goes_on(rest) {
                if self.leave_out(len, flow, findings) {
                    return End::Denied;
                }
                out.push_str(text.get(copied..at).unwrap_or_default());
                at += len;
                copied = at;
                continue;
            }
            let next = match self.next(rest, true, policy) {
                Next::Hold => Next::Cut(rest.len()),
                next => next,
            };
            let (Next::Cut(len) | Next::Drop(len)) = next else { break };
            let len = len.max(1);
            let whole = at == 0 && len == text.len();
            let own = within(extra, &(at..at + len));
            let piece = rest.get(..len).unwrap_or(rest);
            let alone = whole || piece.len() > BEHIND;
            let part = Part { text: piece, base: at, policy, extra: &own, alone };
            match self.part(part, next, flow, findings) {
                End::Rest(Cow::Borrowed(_)) => {}
                End::Rest(Cow::Owned(new)) => {
                    out.push_str(text.get(copied..at).unwrap_or_default());
                    out.push_str(&new);
                    copied = at + piece.len();
                }
                end => return end,
            }
            at += piece.len();
            if !whole && self.look_back(flow, at == text.len(), findings) {
                return End::Denied;
            }
        }
        if copied == 0 {
            return End::Rest(Cow::Borrowed(text));
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        End::Rest(Cow::Owned(out))
    }

    /// Filters the next part of a text. Where a rule denies it, nothing of it may go out.
    fn part<'t>(&self, part: Part<'t, '_>, next: Next, flow: &mut Flow, findings: &mut Findings) -> End<'t> {
        let mut before = flow.clean.clone();
        let first = before.clone();
        let end = match next {
            Next::Drop(_) => {
                // What denies is found all the same.
                match self.rest(part, &mut before.clone(), findings) {
                    End::Denied => End::Denied,
                    End::Rest(_) | End::Unstable => {
                        End::Rest(Cow::Owned(self.replaced(part, &mut flow.clean, findings)))
                    }
                }
            }
            Next::Cut(_) | Next::Hold => match self.rest(part, &mut flow.clean, findings) {
                End::Unstable => {
                    flow.clean = std::mem::take(&mut before);
                    self.pieces(part, &mut flow.clean, findings)
                }
                end => end,
            },
        };
        flow.base += part.text.len();
        flow.dropped = matches!(next, Next::Drop(_));
        if let End::Rest(out) = &end
            && self.detectors.looks_back()
        {
            let changed = *out != part.text;
            let cleaned = if changed {
                clean_with(part.text, part.policy, &mut { first }).text
            } else {
                Cow::Borrowed(part.text)
            };
            flow.given.add(part.text);
            flow.cleaned.add(&cleaned);
            flow.cleaned.changed |= changed && cleaned != part.text;
            flow.made.add(out);
            flow.made.changed |= changed;
        }
        end
    }

    /// Leaves out what goes with a part that was dropped; whether a rule denies what came before it.
    fn leave_out(&self, len: usize, flow: &mut Flow, findings: &mut Findings) -> bool {
        let denied = self.look_back(flow, true, findings);
        flow.base += len;
        flow.at = flow.base;
        (flow.given, flow.cleaned, flow.made) = (Window::default(), Window::default(), Window::default());
        denied
    }

    /// Looks at what came since with what stands before it; whether a rule denies it.
    fn look_back(&self, flow: &mut Flow, ended: bool, findings: &mut Findings) -> bool {
        if !self.detectors.looks_back() || flow.given.fresh() < AHEAD && !ended {
            return false;
        }
        let start = flow.at;
        let mut denied = false;
        let mut note = |hits: Vec<Hit<'_>>, seen: usize, place: &dyn Fn(&Range<usize>) -> Range<usize>| {
            let new: Vec<_> = hits.into_iter().filter(|hit| hit.span.end > seen).collect();
            denied |= new.iter().any(|hit| hit.decision.denies());
            findings.add_hits(&new, place);
        };
        let hits = self.detectors.looking_back(&flow.given.text, flow.given.seen);
        note(hits, flow.given.seen, &|span| start + span.start..start + span.end);
        if flow.cleaned.changed {
            let hits = self.detectors.looking_back(&flow.cleaned.text, flow.cleaned.seen);
            note(hits, flow.cleaned.seen, &|_| start..flow.base);
        }
        if flow.made.changed {
            let hits = self.detectors.looking_back(&flow.made.text, flow.made.seen);
            note(hits, flow.made.seen, &|_| start..flow.base);
        }
        flow.given.trim();
        flow.cleaned.trim();
        flow.made.trim();
        flow.at = flow.base.saturating_sub(flow.given.text.len());
        denied
    }

    pub(super) fn oversize(&self, len: usize, findings: &mut Findings) {
        let mut found = whole_text("html.oversize", len);
        found.action = inspect::Action::Rewrite;
        found.severity = inspect::Severity::Medium;
        findings.add(found);
    }

    /// Filters a document of HTML without what was found in it by looking further.
    fn without<'t>(&self, text: &str, extra: &[Hit<'_>], policy: &inspect::Policy, findings: &mut Findings) -> End<'t> {
        findings.add_hits(extra, Range::clone);
        if extra.iter().any(|hit| hit.decision.denies()) {
            return End::Denied;
        }
        let left = apply(text, &mut super::edit::edits(text, extra)).0;
        match self.document(&left, policy, findings) {
            End::Rest(rest) => End::Rest(Cow::Owned(rest.into_owned())),
            End::Denied => End::Denied,
            End::Unstable => End::Unstable,
        }
    }

    /// Filters a document of HTML: what it shows and where it leads, then what any text may hold.
    pub(super) fn document<'t>(&self, text: &'t str, policy: &inspect::Policy, findings: &mut Findings) -> End<'t> {
        let whole = |_: &Range<usize>| 0..text.len();
        // What was found where it stands is not told again of what was written anew, in which no place is known.
        let mut told: Vec<Cow<'static, str>> = Vec::new();
        let mut current = Cow::Borrowed(text);
        for round in 0..ROUNDS {
            let cleaned: Cleaned<'_> = html::clean_document(&current, policy, usize::MAX);
            let placed = |span: &Range<usize>| if round == 0 { span.clone() } else { whole(span) };
            let mut denied = self.note(&cleaned, findings, placed);
            let changed = matches!(cleaned.text, Cow::Owned(_));
            let mut same = None;
            if round == 0 {
                let hits = self.detectors.hits(&current);
                denied |= hits.iter().any(|hit| hit.decision.denies());
                findings.add_hits(&hits, |span| span.clone());
                told.extend(hits.iter().map(|hit| hit.rule.clone()));
                same = Some(hits).filter(|_| *cleaned.text == *current);
            }
            let hits = same.unwrap_or_else(|| self.detectors.hits(&cleaned.text));
            denied |= cleaned.denied || hits.iter().any(|hit| hit.decision.denies());
            if changed || round > 0 {
                let new = hits.iter().filter(|hit| !told.contains(&hit.rule)).cloned().collect::<Vec<_>>();
                findings.add_hits(&new, whole);
            }
            if denied {
                return End::Denied;
            }
            let mut wanted = super::edit::edits(&cleaned.text, &hits);
            if wanted.is_empty() {
                // Cleaning it again changes nothing.
                return match cleaned.text {
                    Cow::Owned(rest) => End::Rest(Cow::Owned(rest)),
                    Cow::Borrowed(TEXT_MARKER) => End::Rest(Cow::Borrowed(TEXT_MARKER)),
                    Cow::Borrowed(_) => End::Rest(current),
                };
            }
            current = Cow::Owned(apply(&cleaned.text, &mut wanted).0);
        }
        findings.add(whole_text("text.unstable", text.len()));
        End::Rest(Cow::Borrowed(TEXT_MARKER))
    }
}

/// A part of a stream, filtered.
pub(crate) struct Step {
    /// How many bytes of what is held it took.
    pub(crate) taken: usize,
    pub(crate) text: String,
}

/// What becomes of what is held of a stream.
pub(crate) enum Go {
    /// More of it must be seen.
    Hold,
    Out(Step),
    Denied,
}

impl Filter {
    /// Takes the next part of what is held of a stream.
    pub(crate) fn go(&self, held: &str, ended: bool, flow: &mut Flow, sink: &mut Sink) -> Go {
        let policy = &self.inspect;
        if let Some(taken) = flow.goes_on(held) {
            let mut findings = Findings::default();
            let denied = self.leave_out(taken, flow, &mut findings);
            sink.add(findings, &mut flow.recent);
            return if denied { Go::Denied } else { Go::Out(Step { taken, text: String::new() }) };
        }
        let next = self.next(held, ended, policy);
        let (Next::Cut(len) | Next::Drop(len)) = next else { return Go::Hold };
        let text = held.get(..len).unwrap_or(held);
        let whole = ended && flow.base == 0 && text.len() == held.len();
        let alone = whole || text.len() > BEHIND;
        let part = Part { text, base: flow.base, policy, extra: &[], alone };
        let mut findings = Findings::default();
        let end = self.part(part, next, flow, &mut findings);
        let mut denied = matches!(end, End::Denied);
        if !whole && !denied {
            denied = self.look_back(flow, ended && text.len() == held.len(), &mut findings);
        }
        sink.add(findings, &mut flow.recent);
        match end {
            End::Rest(rest) if !denied => Go::Out(Step { taken: text.len(), text: rest.into_owned() }),
            _ => Go::Denied,
        }
    }

    /// Ends a stream of which nothing is held any more; whether a rule denies it.
    pub(crate) fn end(&self, flow: &mut Flow, sink: &mut Sink) -> bool {
        let mut findings = Findings::default();
        let denied = self.look_back(flow, true, &mut findings);
        sink.add(findings, &mut flow.recent);
        denied
    }

    /// Filters a document that a stream held; `None` where a rule denies it.
    pub(crate) fn whole_document(&self, text: &str, sink: &mut Sink) -> Option<String> {
        let mut findings = Findings::default();
        let end = self.document(text, &self.inspect, &mut findings);
        sink.add(findings, &mut Vec::new());
        match end {
            End::Rest(rest) => Some(rest.into_owned()),
            End::Denied | End::Unstable => None,
        }
    }

    /// Notes that a document is too large to be held.
    pub(crate) fn too_large(&self, len: usize, sink: &mut Sink) {
        let mut findings = Findings::default();
        self.oversize(len, &mut findings);
        sink.add(findings, &mut Vec::new());
    }
}

/// Where the findings of a stream go.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) found: Vec<Found>,
    pub(crate) score: super::risk::Score,
}

impl Flow {
    /// How much of the text goes with what was dropped before it; `None` where nothing does.
    fn goes_on(&mut self, rest: &str) -> Option<usize> {
        let len = if self.dropped { cut::goes_on(rest) } else { 0 };
        self.dropped = self.dropped && len == rest.len();
        (len > 0).then_some(len)
    }

    /// How many bytes are kept.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        let recent: usize = self.recent.iter().map(|(rule, _)| rule.len() + 32).sum();
        self.given.text.capacity() + self.made.text.capacity() + recent + 6 * 1024
    }
}

impl Sink {
    /// What was found since the last time. Of a document that is shown as text no place is known but its own.
    pub(crate) fn out(&mut self, shown: Option<usize>) -> Vec<Found> {
        let mut found = std::mem::take(&mut self.found);
        if let Some(came) = shown {
            found.iter_mut().for_each(|found| found.span = 0..came);
        }
        found
    }

    fn add(&mut self, findings: Findings, recent: &mut Vec<(Cow<'static, str>, Range<usize>)>) {
        let listed = findings.list();
        self.score.add_unlisted(listed.heaviest, listed.unlisted);
        for found in listed.list {
            let told = |(rule, span): &(Cow<'static, str>, Range<usize>)| known(&found, rule, span);
            if recent.iter().any(told) && found.action != inspect::Action::Deny {
                continue;
            }
            if recent.len() == RECENT {
                recent.remove(0);
            }
            recent.push((found.rule.clone(), found.span.clone()));
            self.score.add(&found);
            self.found.push(found);
        }
    }
}
