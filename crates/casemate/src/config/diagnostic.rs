//! One finding about a configuration: what, where, and one way out.

use super::codes::Code;
use std::ops::Range;

/// A place in the source: byte range, and the line (from 1) and column (from 1, in characters) of its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The line of the first byte, from 1.
    pub line: usize,
    /// The column of the first byte in characters, from 1.
    pub column: usize,
}

impl Span {
    /// As a byte range.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Its first place alone, shown as one caret. Empty, since a character may have several bytes.
    #[must_use]
    pub const fn caret(self) -> Self {
        Self { end: self.start, ..self }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It loads, and does something that was hardly meant.
    Warning,
    /// It does not load.
    Error,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding; explained by `casemate explain`.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a final period.
    pub message: String,
    /// Where; `None` where no place of the file is to blame, such as a variable of the process environment.
    pub span: Option<Span>,
    /// What stands under the caret.
    pub label: String,
    /// One suggestion.
    pub help: Option<String>,
    /// Further places, each with its label.
    pub secondary: Vec<(Span, String)>,
}

impl Diagnostic {
    /// An error at `span`.
    #[must_use]
    pub fn error(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: span.into(),
            label: String::new(),
            help: None,
            secondary: Vec::new(),
        }
    }

    /// A warning at `span`.
    #[must_use]
    pub fn warning(code: Code, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Sets what stands under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets the suggestion.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }
}

/// Collects findings. Reading goes on after an error, so that all of them are shown at once.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    /// How many findings are kept at most; a file with more is not worth listing further.
    const MAX: usize = 100;

    /// Takes one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.found.len() < Self::MAX || (diagnostic.severity == Severity::Error && !self.has_errors()) {
            self.found.push(diagnostic);
        }
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    /// All of them, in the order of their places.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|d| d.span.map_or(usize::MAX, |span| span.start));
        self.found
    }
}
