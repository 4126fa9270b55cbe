//! A finding in one line: where, what was done, by which rule, what that is. Never the text.

use crate::out;
use casemate_inspect::View;
use casemate_output::Found;
use std::fmt::Write as _;

/// Where findings stand in one text, asked for in ascending order.
#[derive(Debug)]
pub(crate) struct Told<'t> {
    rest: &'t str,
    /// The byte that `rest` starts at.
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Told<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self::from(text, 0, (1, 1))
    }

    /// For a text that starts at that byte, line and column of a longer one.
    pub(super) const fn from(rest: &'t str, at: usize, (line, column): (usize, usize)) -> Self {
        Self { rest, at, line, column }
    }

    /// Line and column (in characters) of a byte, both from 1; of one that lies before what was asked last, that place.
    pub(crate) fn place(&mut self, byte: usize) -> (usize, usize) {
        let ahead = byte.saturating_sub(self.at).min(self.rest.len());
        let (passed, rest) = self.rest.split_at(self.rest.floor_char_boundary(ahead));
        let lines = memchr_lines(passed);
        let last = passed.rsplit('\n').next().unwrap_or_default().chars().count();
        self.column = if lines == 0 { self.column + last } else { 1 + last };
        self.line += lines;
        self.at += passed.len();
        self.rest = rest;
        (self.line, self.column)
    }

    /// The finding, found in the text of that name.
    pub(crate) fn line(&mut self, name: &str, found: &Found) -> String {
        let (line, column) = self.place(found.span.start);
        told(&format!("{name}:{line}:{column}"), found)
    }
}

fn memchr_lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The finding at a place.
pub(crate) fn told(place: &str, found: &Found) -> String {
    let mut line = format!("{place}: {} {}", found.action.as_str(), out::safe(&found.rule));
    if found.view != View::Plain {
        let _ = write!(line, " ({})", found.view.as_str());
    }
    match (&found.suppressed, found.shadow) {
        (Some(reason), _) => {
            let _ = write!(line, ", expected: {}", out::safe(reason));
        }
        (None, true) => line.push_str(", in shadow: nothing was done"),
        (None, false) => {}
    }
    let _ = write!(line, ": {}", about(&found.rule));
    line
}

/// What a rule finds.
pub(crate) fn about(rule: &str) -> &'static str {
    match casemate_inspect::rule(rule) {
        Some(rule) => rule.about,
        None if rule.starts_with("secret.imported.") => "A rule of the imported file.",
        None if rule.starts_with("deny.own.") => "A pattern of the policy.",
        None => "A rule without a description.",
    }
}

/// Says how many findings are left out.
pub(super) fn rest(unlisted: usize) {
    if unlisted > 0 {
        out::say(&format!("and {unlisted} more"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let text = "ab\u{e9}c\n\n\u{1f600}x\r\nend";
        let mut told = Told::new(text);
        for (byte, place) in [(0, (1, 1)), (4, (1, 4)), (5, (1, 5)), (6, (2, 1)), (7, (3, 1)), (11, (3, 2))] {
            assert_eq!(told.place(byte), place, "{byte}");
        }
        assert_eq!((told.place(14), told.place(3), told.place(99)), ((4, 1), (4, 1), (4, 4)));
        // A span that starts within a character is that of the character.
        assert_eq!(Told::new("a\u{e9}b").place(2), (1, 2));
    }

    #[test]
    fn a_finding_is_told_without_its_text() {
        let found = Found {
            rule: "deny.own.x\u{1b}".into(),
            view: View::Base64,
            span: 2..4,
            action: casemate_inspect::Action::Deny,
            shadow: true,
            severity: casemate_inspect::Severity::High,
            suppressed: None,
        };
        let said = Told::new("a\nbcd").line("stdin", &found);
        assert_eq!(
            said,
            "stdin:2:1: deny deny.own.x\u{fffd} (base64), in shadow: nothing was done: A pattern of the policy."
        );
        let expected = Found { suppressed: Some("known".into()), view: View::Plain, ..found };
        assert!(told("x", &expected).contains(", expected: known: "));
    }

    #[test]
    fn every_rule_says_what_it_finds() {
        assert!(casemate_inspect::catalogue().all(|rule| about(rule.id) == rule.about));
        assert_eq!(about("secret.imported.mine"), "A rule of the imported file.");
    }
}
