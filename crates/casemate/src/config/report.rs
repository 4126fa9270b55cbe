//! All findings about one file, for people and for programs.

use super::diagnostic::{Diagnostic, Severity, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes of a line that is shown whole.
const LONG_LINE: usize = 4_096;
/// Bytes that are shown on each side within a longer one.
const AROUND: usize = 120;

/// The findings about one file, in the order of their places.
#[derive(Debug, Clone)]
pub struct Report {
    path: PathBuf,
    source: String,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// The findings about the file at `path` with the text `source`.
    #[must_use]
    pub fn new(path: &Path, source: &str, diagnostics: Vec<Diagnostic>) -> Self {
        Self { path: path.to_owned(), source: source.to_owned(), diagnostics }
    }

    /// The findings.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }

    /// One line for the log: the first finding and how many more there are.
    #[must_use]
    pub fn summary(&self) -> String {
        let first =
            self.diagnostics.iter().find(|found| found.severity == Severity::Error).or(self.diagnostics.first());
        let Some(first) = first else { return "nothing found".to_owned() };
        let place = first.span.map_or_else(String::new, |span| format!("{}:{}: ", self.path.display(), span.line));
        let more = match self.diagnostics.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        format!("{place}{}: {}{more}", first.code, first.message)
    }

    /// The findings as text: place, source line, caret, suggestion.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.term_width(120);
        let path = self.path.display().to_string();
        let mut text = String::new();
        for found in &self.diagnostics {
            text.push_str(&renderer.render(&[self.group(found, &path)]));
            text.push_str("\n\n");
        }
        text
    }

    fn group<'a>(&'a self, found: &'a Diagnostic, path: &'a str) -> Group<'a> {
        let level = match found.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(found.message.as_str()).id(found.code.as_str());
        let mut group = Group::with_title(title);
        if let Some(span) = found.span {
            // Lines around are enough; the renderer would copy the whole file for each finding.
            let window = self.window(found, span);
            let place = |span: Span| {
                let inside = |at: usize| self.boundary(at).clamp(window.start, window.end) - window.start;
                inside(span.start)..inside(span.end.max(span.start))
            };
            let source = self.source.get(window.start..window.end).unwrap_or_default();
            let first = self.source.get(..window.start).unwrap_or_default().matches('\n').count() + 1;
            let mut snippet = Snippet::source(source).path(path).line_start(first);
            snippet = snippet.annotation(AnnotationKind::Primary.span(place(span)).label(label(&found.label)));
            let shown = |span: &Span| span.start >= window.start && span.start <= window.end;
            for (span, text) in found.secondary.iter().filter(|(span, _)| shown(span)) {
                snippet = snippet.annotation(AnnotationKind::Context.span(place(*span)).label(label(text)));
            }
            group = group.element(snippet);
        }
        if let Some(help) = &found.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }

    /// The bytes of the lines that the finding touches; of a line that nobody could read, only what is around it.
    fn window(&self, found: &Diagnostic, span: Span) -> Range<usize> {
        let own = self.lines(span.range());
        if own.len() > LONG_LINE {
            return self.boundary(span.start.saturating_sub(AROUND))..self.boundary(span.start.saturating_add(AROUND));
        }
        found.secondary.iter().map(|(span, _)| self.lines(span.range())).fold(own, |all, next| {
            if next.len() > LONG_LINE { all } else { all.start.min(next.start)..all.end.max(next.end) }
        })
    }

    /// The whole lines that hold `range`.
    fn lines(&self, range: Range<usize>) -> Range<usize> {
        let (first, last) = (self.boundary(range.start), self.boundary(range.end.max(range.start)));
        let start = self.source.get(..first).and_then(|text| text.rfind('\n')).map_or(0, |newline| newline + 1);
        let rest = self.source.get(last..).and_then(|text| text.find('\n'));
        start..rest.map_or(self.source.len(), |newline| last + newline)
    }

    /// The nearest place at or before `at` where the text can be cut.
    fn boundary(&self, at: usize) -> usize {
        let at = at.min(self.source.len());
        (0..=at).rev().find(|at| self.source.is_char_boundary(*at)).unwrap_or(0)
    }

    /// The findings for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let file = self.path.display().to_string();
        let items = self.diagnostics.iter().map(|found| {
            let secondary: Vec<_> = found
                .secondary
                .iter()
                .map(|(span, label)| json!({ "line": span.line, "column": span.column, "label": label }))
                .collect();
            json!({
                "code": found.code.as_str(),
                "severity": found.severity.as_str(),
                "message": found.message,
                "file": file,
                "line": found.span.map(|span| span.line),
                "column": found.span.map(|span| span.column),
                "label": found.label,
                "help": found.help,
                "secondary": secondary,
            })
        });
        Value::Array(items.collect())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())
    }
}

impl std::error::Error for Report {}

fn label(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
