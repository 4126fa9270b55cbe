//! What rules do, the operator's own patterns, and what is expected.

use super::{Known, place};
use crate::audit::moment;
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::resolve::Context;
use crate::config::scalar;
use crate::config::section::Section;
use crate::config::tree::Spanned;
use casemate_core::glob::Glob;
use casemate_inspect::{Action, catalogue};
use casemate_output::{Pattern, Suppression, Treatment};
use regex::RegexBuilder;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most bytes of a compiled pattern.
const COMPILED: usize = 1 << 20;

fn action(word: &str) -> Option<Action> {
    match word {
        "report" => Some(Action::Report),
        "rewrite" => Some(Action::Rewrite),
        "redact" => Some(Action::Redact),
        "deny" => Some(Action::Deny),
        _ => None,
    }
}

/// A rule or a pattern over rules that names at least one.
fn rule(cx: &mut Context<'_>, text: &Spanned<&str>, own: &BTreeSet<String>) -> Option<Glob> {
    let glob = Glob::parse(text.value).ok()?;
    let ids = || catalogue().map(|rule| rule.id).chain(own.iter().map(String::as_str));
    if ids().any(|id| glob.matches(id)) || text.value.starts_with("secret.imported.") {
        return Some(glob);
    }
    let message = format!("no rule is called `{}`", text.value);
    let found = Diagnostic::error(Code::Value, text.span, message).label("does nothing");
    cx.push(match scalar::nearest(text.value, ids()) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("`casemate rules list` shows every rule"),
    });
    None
}

/// What rules do.
pub(super) fn treatments(cx: &mut Context<'_>, section: Section<'_>, own: &BTreeSet<String>) -> Vec<(Glob, Treatment)> {
    let mut treatments = Vec::new();
    for entry in section.sections("rules") {
        let (Some(name), Some(word)) = (entry.text("rule"), entry.text("action")) else { continue };
        let Some(glob) = rule(cx, &name, own) else { continue };
        let shadow = entry.flag("shadow");
        if shadow && word.value == "off" {
            let found =
                Diagnostic::error(Code::Unenforceable, entry.span_of("shadow"), "a rule that is off has no shadow");
            cx.push(found.label("has no effect").help("give the action that it would have, or remove `shadow`"));
            continue;
        }
        treatments.push((
            glob,
            match action(word.value) {
                None => Treatment::Off,
                Some(action) if shadow => Treatment::Shadow(action),
                Some(action) => Treatment::Do(action),
            },
        ));
    }
    treatments
}

/// The operator's own patterns.
pub(super) fn patterns(cx: &mut Context<'_>, section: Section<'_>) -> Vec<Pattern> {
    let mut patterns: Vec<Pattern> = Vec::new();
    for entry in section.sections("patterns") {
        let (Some(name), Some(source)) = (entry.text("name"), entry.text("regex")) else { continue };
        let id: Arc<str> = Arc::from(format!("deny.own.{}", name.value));
        if patterns.iter().any(|pattern| pattern.id == id) {
            let message = format!("two patterns are called `{}`", name.value);
            let found = Diagnostic::error(Code::DuplicateItem, name.span, message).label("the second one");
            cx.push(found.help("each has a name of its own"));
            continue;
        }
        let Some(regex) = compiled(cx, &source) else { continue };
        // A pattern that is off says nothing.
        let Some(action) = action(entry.word("action")) else { continue };
        patterns.push(Pattern { id, regex, action });
    }
    patterns
}

/// The expression, where it can be used: within bounds, and matching more than nothing.
fn compiled(cx: &mut Context<'_>, source: &Spanned<&str>) -> Option<regex::Regex> {
    let mut at = source.span;
    let fault =
        match RegexBuilder::new(source.value).size_limit(COMPILED).dfa_size_limit(COMPILED).nest_limit(64).build() {
            Ok(regex) if regex.is_match("") => "it matches the empty text, and so everywhere".to_owned(),
            Ok(regex) => return Some(regex),
            Err(regex::Error::CompiledTooBig(limit)) => format!("it takes over {limit} bytes once compiled"),
            Err(fault) => {
                let text = fault.to_string();
                at = caret(&text, source).unwrap_or(at);
                let last = text.lines().last().unwrap_or_default();
                last.trim().trim_start_matches("error: ").to_owned()
            }
        };
    let found = Diagnostic::error(Code::Value, at, format!("the expression cannot be used: {fault}"));
    cx.push(
        found
            .label("this expression")
            .help("the syntax is that of the Rust crate `regex`: no look-around, no backreferences"),
    );
    None
}

/// Where in the expression the fault is that `message` points at, where what is written is the expression itself, in one line
/// and without escapes of YAML.
fn caret(message: &str, source: &Spanned<&str>) -> Option<Span> {
    let mut lines = message.lines().skip_while(|line| line.trim() != source.value.trim());
    let (shown, carets) = (lines.next()?, lines.next()?);
    let indent = shown.len() - shown.trim_start().len();
    let lead = source.value.len() - source.value.trim_start().len();
    let column = (carets.find('^')? + lead).checked_sub(indent)?;
    // Bytes of what is written beside the expression: none, or a quotation mark at either end.
    let written = (source.span.end - source.span.start).checked_sub(source.value.len())?;
    let marks = match written {
        0 => 0,
        2 => 1,
        _ => return None,
    };
    let before: usize = source.value.chars().take(column).map(char::len_utf8).sum();
    let start = source.span.start + marks + before;
    let own = Span { start, end: start, column: source.span.column + marks + column, ..source.span };
    (start <= source.span.end).then_some(own)
}

/// What is expected.
pub(super) fn suppressions(
    cx: &mut Context<'_>,
    section: Section<'_>,
    known: Option<&Known<'_>>,
    own: &BTreeSet<String>,
) -> Vec<Suppression> {
    let mut suppressions = Vec::new();
    for entry in section.sections("suppress") {
        let (Some(name), Some(until), Some(reason)) = (entry.text("rule"), entry.text("until"), entry.text("reason"))
        else {
            continue;
        };
        let glob = rule(cx, &name, own);
        let place = place(cx, entry, known, "a suppression");
        let end = match moment(until.value).ok().filter(|_| until.value.contains('-')) {
            Some(end) => end,
            None => {
                let message = format!("`{}` is no day", until.value);
                let found = Diagnostic::error(Code::Value, until.span, message).label("this day");
                cx.push(found.help("write a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z"));
                continue;
            }
        };
        if i64::try_from(end.0 / 1000).is_ok_and(|end| end <= cx.environment.now) {
            let found = Diagnostic::warning(Code::Ended, until.span, "the suppression has ended").label("this day");
            cx.push(found.help("remove the entry, or give it a later day"));
        }
        if reason.value.trim().is_empty() {
            let found = Diagnostic::error(Code::Empty, reason.span, "a suppression needs a reason").label("is empty");
            cx.push(found.help("say why the finding is expected"));
            continue;
        }
        let (Some(rule), Some(place)) = (glob, place) else { continue };
        suppressions.push(Suppression { rule, place, until: end.0 / 1000, reason: reason.value.to_owned() });
    }
    suppressions
}
