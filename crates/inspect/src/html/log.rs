//! What is found in a document, and where: a parser tells the line of what it reads, and no more.

use crate::{Action, Cleaned, Finding, Policy, Severity, Treat, clean};
use std::borrow::Cow;
use std::ops::Range;

/// The lines of a text.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
    len: usize,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1));
        Self { starts: starts.collect(), len: text.len() }
    }

    /// The number of the line that holds a place, from 1; `None` for one that is the whole text.
    pub(super) fn number(&self, span: &Range<usize>) -> Option<u64> {
        let whole = *span == (0..self.len);
        (!whole).then(|| self.starts.partition_point(|start| *start <= span.start) as u64)
    }

    /// Where a line stands; the whole text where there is none.
    fn span(&self, line: Option<u64>) -> Range<usize> {
        let number = line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        let start = number.and_then(|number| self.starts.get(number));
        let Some((number, start)) = number.zip(start) else { return 0..self.len };
        *start..self.starts.get(number + 1).map_or(self.len, |next| next - 1)
    }
}

/// What is found in a document, with the lines that it stands in.
pub(super) struct Log<'a> {
    pub(super) policy: &'a Policy,
    text: &'a str,
    lines: Option<Lines>,
    /// The line that is looked at.
    pub(super) line: Option<u64>,
    /// What goes from which line, as far as it was seen before the whole is cleaned.
    pub(super) seen: Vec<(&'static str, u64)>,
    pub(super) findings: Vec<Finding>,
    pub(super) unlisted: usize,
    pub(super) denied: bool,
    pub(super) changed: bool,
}

impl<'a> Log<'a> {
    pub(super) const fn new(policy: &'a Policy, text: &'a str) -> Self {
        Self {
            policy,
            text,
            lines: None,
            line: None,
            seen: Vec::new(),
            findings: Vec::new(),
            unlisted: 0,
            denied: false,
            changed: false,
        }
    }
}

impl Log<'_> {
    /// Notes a finding; whether what was found must go.
    pub(super) fn add(&mut self, rule: &'static str, severity: Severity) -> bool {
        let action = match self.policy.treatment(rule) {
            Treat::Off => return false,
            Treat::Report => Action::Report,
            Treat::Rewrite => Action::Rewrite,
            Treat::Redact => Action::Redact,
            Treat::Deny => Action::Deny,
        };
        self.denied |= action == Action::Deny;
        self.changed |= action != Action::Report;
        self.push_at(self.line, Finding { rule, span: 0..0, action, severity });
        action != Action::Report
    }

    /// Adds a finding of a line; of the whole text where it has none.
    pub(super) fn push_at(&mut self, line: Option<u64>, finding: Finding) {
        let span = self.lines.get_or_insert_with(|| Lines::of(self.text)).span(line);
        self.push(Finding { span, ..finding });
    }

    pub(super) fn push(&mut self, finding: Finding) {
        if self.findings.len() < Cleaned::FINDINGS { self.findings.push(finding) } else { self.unlisted += 1 }
    }

    /// What was written, with what is left in its text cleaned.
    pub(super) fn done<'a>(mut self, text: String) -> Cleaned<'a> {
        let rest = clean(&text, self.policy);
        let (more, denied) = (rest.unlisted, rest.denied);
        let mut next = 0;
        let found = rest.findings.into_iter().filter(|finding| finding.action != Action::Report);
        for finding in found {
            // Both lists are in the order of the document.
            let room = self.findings.len() < Cleaned::FINDINGS;
            let rest = self.seen.get(next..).filter(|_| room).unwrap_or_default();
            let line = rest.iter().position(|(rule, _)| *rule == finding.rule).and_then(|at| {
                next += at + 1;
                rest.get(at).map(|(_, line)| *line)
            });
            self.push_at(line, finding);
        }
        Cleaned {
            text: Cow::Owned(rest.text.into_owned()),
            findings: self.findings,
            unlisted: self.unlisted + more,
            denied: self.denied || denied,
        }
    }
}
