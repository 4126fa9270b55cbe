//! Pins as a person reads them. Colours are written always; whoever prints takes them out where no terminal shows them.

use super::view::{Finding, Item, Pin};
use super::{print, visible};
use casemate_core::json::Json;
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::macros::format_description;
use unicode_width::UnicodeWidthStr as _;

pub(super) const RED: &str = "\u{1b}[31m";
pub(super) const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
pub(super) const BOLD: &str = "\u{1b}[1m";
pub(super) const MARKED: &str = "\u{1b}[7m";
pub(super) const UNMARKED: &str = "\u{1b}[27m";
pub(super) const PLAIN: &str = "\u{1b}[0m";

const SEVERITIES: [&str; 3] = ["high", "medium", "low"];

/// Text in a colour.
fn paint(colour: &str, text: &str) -> String {
    if colour.is_empty() { text.to_owned() } else { format!("{colour}{text}{PLAIN}") }
}

fn state_colour(state: &str) -> &'static str {
    match state {
        "approved" => GREEN,
        "pending" => YELLOW,
        "changed" | "blocked" => RED,
        _ => "",
    }
}

fn severity_colour(severity: &str) -> &'static str {
    match severity {
        "high" => RED,
        "medium" => YELLOW,
        _ => "",
    }
}

/// The table of `casemate pins list`.
pub(super) fn table(pins: &[Pin]) -> String {
    let header = ["SERVER", "KIND", "NAME", "STATE", "FINDINGS", "SINCE"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(pins.iter().map(|pin| {
        let texts = [&pin.server, &pin.kind, &pin.name, &pin.state].map(|text| visible::line(text));
        let [server, kind, name, state] = texts;
        [server, kind, name, state, counts(&pin.findings), time(pin.changed_at)]
    }));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let colour = match column {
                _ if at == 0 => BOLD,
                3 => state_colour(cell),
                _ => "",
            };
            line.push_str(&paint(colour, cell));
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// How many findings there are of each severity.
fn counts(findings: &[Finding]) -> String {
    let each = SEVERITIES.iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == *severity).count();
        (count > 0).then(|| format!("{count} {severity}"))
    });
    let each: Vec<_> = each.collect();
    if each.is_empty() { "-".to_owned() } else { each.join(", ") }
}

/// An instant to the minute.
fn time(millis: u64) -> String {
    let seconds = i64::try_from(millis / 1000).unwrap_or(i64::MAX);
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]Z");
    let instant = OffsetDateTime::from_unix_timestamp(seconds).ok();
    instant.and_then(|instant| instant.format(&format).ok()).unwrap_or_else(|| millis.to_string())
}

/// What a pin is called in a sentence and on the command line.
pub(super) fn title(pin: &Pin) -> String {
    let texts = [&pin.server, &pin.kind, &pin.name].map(|text| visible::line(text));
    texts.join(" ").trim_end().to_owned()
}

/// A command about a pin, as a shell takes it whatever the server has called its item.
pub(super) fn command(verb: &str, values: &[&str], pin: &Pin) -> String {
    let name = visible::line(&pin.name);
    let mut words: Vec<_> = values.iter().map(|value| visible::line(value)).collect();
    words.extend(name.starts_with('-').then(|| "--".to_owned()));
    words.extend([visible::line(&pin.server), visible::line(&pin.kind)]);
    words.extend((!name.is_empty()).then_some(name));
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    format!("casemate pins {verb} {}", words.join(" "))
}

/// A word as a POSIX shell takes it (POSIX.1-2024, Shell Command Language, section 2.2).
fn quoted(word: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '%' | '+' | ',');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The first line of what is said of a pin.
pub(super) fn heading(pin: &Pin) -> String {
    let state = paint(state_colour(&pin.state), &visible::line(&pin.state));
    format!("{BOLD}{}{PLAIN}: {state} since {}\n", title(pin), time(pin.changed_at))
}

/// The text of `casemate pins show`.
pub(super) fn show(item: &Item) -> String {
    let mut out = heading(&item.pin);
    out.push_str(&digests(item));
    out.push_str(&definition(item));
    out.push_str(&findings(&item.pin.findings));
    if !item.history.is_empty() {
        heads(&mut out, "history");
        for step in &item.history {
            let digest = step.digest.as_deref().map_or_else(|| "-".to_owned(), visible::line);
            let (what, actor) = (visible::line(&step.what), visible::line(&step.actor));
            let _ = writeln!(out, "  {}  {what:<10}  by {actor}\n    {digest}", time(step.at));
        }
    }
    out
}

/// What lists showed that surveys need not see.
pub(super) fn listed(pin: &Pin) -> Option<String> {
    let eras: Vec<_> = pin.listed.iter().map(|era| visible::line(era)).collect();
    let told = format!("seen in a client's list of the {} era; surveys may see another", eras.join(" and of the "));
    (!eras.is_empty()).then_some(told)
}

fn digests(item: &Item) -> String {
    let mut out = String::new();
    for (name, digest) in [("approved", &item.pin.approved), ("seen", &item.pin.seen)] {
        let digest = digest.as_deref().map_or_else(|| "nothing".to_owned(), visible::line);
        let _ = writeln!(out, "  {name:<8}  {digest}");
    }
    if let Some(told) = listed(&item.pin) {
        let _ = writeln!(out, "  {told}");
    }
    out
}

/// The definition that was seen last.
pub(super) fn definition(item: &Item) -> String {
    let mut out = String::new();
    let Some(seen) = &item.seen else { return out };
    let is_gone = item.pin.is_gone();
    heads(&mut out, if is_gone { "definition, which the server offers no longer" } else { "definition" });
    let _ = writeln!(out, "{}", readable(seen));
    out
}

/// A definition for a person; instructions are a text alone.
fn readable(json: &Json) -> String {
    let root = json.root();
    match root.as_str() {
        Some(text) => visible::lines(&text).map(|line| format!("| {line}")).collect::<Vec<_>>().join("\n"),
        None => print::readable(root),
    }
}

/// What a reviewer should know, gravest first.
pub(super) fn findings(findings: &[Finding]) -> String {
    let mut out = String::new();
    if findings.is_empty() {
        return out;
    }
    heads(&mut out, "findings");
    let rank = |finding: &Finding| SEVERITIES.iter().position(|known| *known == finding.severity);
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| rank(finding).unwrap_or(SEVERITIES.len()));
    for finding in sorted {
        let severity = visible::line(&finding.severity);
        let severity = paint(severity_colour(&severity), &format!("{severity:<6}"));
        let place = if finding.place.is_empty() { "the whole".to_owned() } else { visible::safe(&finding.place) };
        let _ = writeln!(out, "  {severity}  {} at {place}", visible::line(&finding.rule));
        if !finding.excerpt.is_empty() {
            let _ = writeln!(out, "          \u{201c}{}\u{201d}", visible::safe(&finding.excerpt));
        }
    }
    out
}

pub(super) fn heads(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n{BOLD}{title}:{PLAIN}");
}
