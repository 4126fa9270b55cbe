//! What a person does not see: invisible characters, words pushed out of view, markup, words of mixed scripts.

use super::fold::{Script, alike, script};
use crate::invisible::{hidden, pass};
use crate::{Action, Finding, Policy, Severity, clean};
use std::ops::Range;

/// Longer descriptions leave room that nobody reads.
const LONGEST: usize = 8 * 1024;
/// So many blanks or empty lines push what follows out of view.
const BLANKS: usize = 40;
const LINES: usize = 15;

pub(super) fn finding(rule: &'static str, severity: Severity, span: Range<usize>) -> Finding {
    Finding { rule, span, action: Action::Report, severity }
}

/// Invisible characters; the words that they spell, if they do.
pub(crate) fn invisible(text: &str, out: &mut Vec<Finding>) -> Vec<(Range<usize>, String)> {
    let wants = pass(text, &Policy::default());
    let count: usize = wants.edits.iter().map(|edit| chars(text, &edit.span)).sum();
    let mut spelt = String::new();
    let mut bits = Vec::new();
    let mut whole: Option<Range<usize>> = None;
    for edit in &wants.edits {
        let Some(hit) = edit.hit else { continue };
        let near = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = text.get(..edit.span.start).and_then(|head| head.chars().next_back());
        let after = text.get(edit.span.end..).and_then(|tail| tail.chars().next());
        let soft =
            text.get(edit.span.clone()) == Some("\u{ad}") || edit.span.start == 0 && hit.severity == Severity::Low;
        let severity = match hit.severity {
            Severity::High => Severity::High,
            // Smuggled bytes come in numbers.
            _ if count >= 8 && !soft => Severity::High,
            _ if near(before) && near(after) && !soft => Severity::Medium,
            severity => severity,
        };
        out.push(finding("signal.invisible", severity, edit.span.clone()));
        let smuggled = text.get(edit.span.clone()).unwrap_or_default();
        smuggled.chars().for_each(|c| spell(c, &mut spelt, &mut bits));
        whole = Some(whole.map_or(edit.span.clone(), |whole| whole.start..edit.span.end));
    }
    let Some(whole) = whole else { return Vec::new() };
    let mut words = vec![spelt];
    for zero in [0, 1] {
        words.push(binary(&bits, zero));
    }
    words.into_iter().filter(|word| word.chars().count() >= 4).map(|word| (whole.clone(), word)).collect()
}

fn chars(text: &str, span: &Range<usize>) -> usize {
    text.get(span.clone()).map_or(0, |part| part.chars().count())
}

/// What an invisible character stands for in the ways of smuggling that are known.
fn spell(c: char, out: &mut String, bits: &mut Vec<u8>) {
    let byte = match c {
        '\u{e0020}'..='\u{e007e}' => u32::from(c) - 0xe0000,
        '\u{fe00}'..='\u{fe0f}' => u32::from(c) - 0xfe00,
        '\u{e0100}'..='\u{e01ef}' => u32::from(c) - 0xe0100 + 16,
        '\u{200b}' | '\u{2061}' | '\u{2062}' => return bits.push(0),
        '\u{200c}' | '\u{2063}' | '\u{2064}' => return bits.push(1),
        _ => return,
    };
    if let Some(c) = char::from_u32(byte).filter(|c| matches!(c, ' '..='~' | '\n')) {
        out.push(c);
    }
}

/// Bits as text, eight to a character.
fn binary(bits: &[u8], zero: u8) -> String {
    let bytes = bits.chunks_exact(8).map(|bits| bits.iter().fold(0u8, |byte, bit| byte << 1 | (bit ^ zero)));
    bytes.map(char::from).filter(|c| matches!(c, ' '..='~' | '\n')).collect()
}

/// Length, and blanks that push what follows out of view.
pub(super) fn long(text: &str, out: &mut Vec<Finding>) {
    const RULE: &str = "signal.long";
    if text.len() > LONGEST {
        out.push(finding(RULE, Severity::Medium, 0..text.len()));
    }
    let blank =
        |c: char| c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}');
    let mut start = None;
    let (mut count, mut lines) = (0, 0);
    for (at, c) in text.char_indices() {
        if blank(c) {
            start.get_or_insert(at);
            count += 1;
            lines += usize::from(c == '\n');
            continue;
        }
        // Blanks at the very end push nothing.
        if let Some(from) = start.take().filter(|_| count > BLANKS || lines > LINES) {
            out.push(finding(RULE, Severity::Medium, from..at));
        }
        (count, lines) = (0, 0);
    }
}

/// Words that mix Latin letters with letters of another script that look like Latin ones.
pub(super) fn mixed(text: &str, out: &mut Vec<Finding>) {
    if text.is_ascii() {
        return;
    }
    let mut start = None;
    let (mut latin, mut foreign, mut seen) = (0, 0, 0);
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        if c.is_alphabetic() || hidden(c).is_some() {
            start.get_or_insert(at);
            match script(c) {
                Script::Latin => latin += 1,
                Script::Foreign => {
                    foreign += 1;
                    seen += usize::from(
                        alike(c).is_some()
                            && !matches!(c, '\u{3bc}' | '\u{3c9}' | '\u{3b3}' | '\u{3c3}' | '\u{3b2}' | '\u{3b1}'),
                    );
                }
                Script::Other => {}
            }
            continue;
        }
        if let Some(from) = start.take()
            && latin > 0
            && foreign > 0
            && seen > 0
            && latin + foreign > 2
        {
            out.push(finding("signal.mixed_script", Severity::Medium, from..at));
        }
        (latin, foreign, seen) = (0, 0, 0);
    }
}

/// Markup in a text that should have none.
pub(super) fn markup(text: &str, out: &mut Vec<Finding>) {
    const RULE: &str = "signal.markup";
    let policy = Policy { strip_images: true, ..Policy::default() };
    for found in clean(text, &policy).findings {
        let severity = match found.rule {
            rule if rule.starts_with("invisible.") => continue,
            "link.script" | "html.script" | "text.unstable" => Severity::High,
            rule if rule.starts_with("image.") => Severity::Medium,
            rule if rule.starts_with("html.") => Severity::Medium,
            "link.bare" | "link.autolink" | "link.inline" | "link.definition" => Severity::Low,
            _ => Severity::Low,
        };
        out.push(finding(RULE, severity, found.span));
    }
    pictures(text, out);
    comments(text, out);
    styles(text, out);
}

/// Pictures as bare `data:` URIs: a text may hold one, as nobody shows it there; what describes a tool has no use for it.
fn pictures(text: &str, out: &mut Vec<Finding>) {
    let lower = text.to_ascii_lowercase();
    let ends =
        |at: usize| lower.get(at..).and_then(|rest| rest.find(char::is_whitespace)).map_or(text.len(), |len| at + len);
    for (at, _) in lower.match_indices("data:image/") {
        out.push(finding("signal.markup", Severity::High, at..ends(at)));
    }
}

/// HTML comments, and the ways of Markdown to write one.
fn comments(text: &str, out: &mut Vec<Finding>) {
    for (open, close) in
        [("<!--", "-->"), ("[//]: #", "\n"), ("[comment]: #", "\n"), ("%%", "%%"), ("{#", "#}"), ("{{!", "}}")]
    {
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find(open)) {
            let start = at + found;
            let body = start + open.len();
            let rest = text.get(body..).unwrap_or_default();
            let closed = rest.find(close).map(|end| body + end + close.len());
            let end = closed.unwrap_or(text.len());
            // Percent signs and braces are ordinary; words between them are not.
            let words = text.get(body..end).is_some_and(|inner| inner.split_whitespace().count() >= 4);
            if open == "<!--" || words && (closed.is_some() || close == "\n") {
                out.push(finding("signal.markup", Severity::Medium, start..end));
            }
            at = end;
        }
    }
}

/// Styles and attributes that hide what they are set on.
fn styles(text: &str, out: &mut Vec<Finding>) {
    const HIDING: [&str; 14] = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "opacity:0",
        "color:white",
        "color:#fff",
        "color:transparent",
        "text-indent:-",
        "left:-9",
        "aria-hidden=",
        "height:0",
        "width:0",
        "<details",
    ];
    let mut compact = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (at, b) in text.bytes().enumerate().filter(|(_, b)| !b.is_ascii_whitespace() && b.is_ascii()) {
        compact.push(char::from(b.to_ascii_lowercase()));
        places.push(at);
    }
    for style in HIDING {
        for (at, _) in compact.match_indices(style) {
            if let (Some(start), Some(end)) = (places.get(at), places.get(at + style.len() - 1)) {
                out.push(finding("signal.markup", Severity::Medium, *start..*end + 1));
            }
        }
    }
}
