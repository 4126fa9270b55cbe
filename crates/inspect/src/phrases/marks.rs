//! Marks of chat formats and of calls of tools: what makes a model take a text for a turn of its own, or for a call.

use crate::{Match, View};
use memchr::memmem::Finder;
use std::sync::LazyLock;

pub(super) const ROLE: &str = "signal.role_marker";
pub(super) const CALL: &str = "signal.tool_call";

/// Marks that begin with `<`, in lower case, behind it.
const ANGLED: [(&str, &str); 46] = [
    ("|im_start|", ROLE),
    ("|im_end|", ROLE),
    ("|system|", ROLE),
    ("|user|", ROLE),
    ("|assistant|", ROLE),
    ("|endoftext|", ROLE),
    ("|eot_id|", ROLE),
    ("|start_header_id|", ROLE),
    ("|end_header_id|", ROLE),
    ("|begin_of_text|", ROLE),
    ("|channel|", ROLE),
    ("|start|", ROLE),
    ("|end|", ROLE),
    ("|message|", ROLE),
    ("|endofprompt|", ROLE),
    ("|start_of_role|", ROLE),
    ("|tool", CALL),
    ("|python_tag|", CALL),
    ("<sys>>", ROLE),
    ("</sys>>", ROLE),
    ("start_of_turn>", ROLE),
    ("end_of_turn>", ROLE),
    ("system>", ROLE),
    ("/system>", ROLE),
    ("system_prompt>", ROLE),
    ("system-prompt>", ROLE),
    ("system_message>", ROLE),
    ("system_instruction", ROLE),
    ("system-reminder>", ROLE),
    ("system_reminder>", ROLE),
    ("/instructions>", ROLE),
    ("important>", ROLE),
    ("assistant>", ROLE),
    ("admin_override>", ROLE),
    ("tool_call", CALL),
    ("/tool_call", CALL),
    ("toolcall", CALL),
    ("function_call", CALL),
    ("/function_call", CALL),
    ("tool_use>", CALL),
    ("tool_result", CALL),
    ("function_result", CALL),
    ("invoke name=", CALL),
    ("parameter name=", CALL),
    ("function=", CALL),
    ("use_mcp_tool>", CALL),
];

/// Marks that begin with `[`, in lower case, behind it.
const SQUARED: [(&str, &str); 10] = [
    ("inst]", ROLE),
    ("/inst]", ROLE),
    ("system]", ROLE),
    ("/system]", ROLE),
    ("system_prompt]", ROLE),
    ("system prompt]", ROLE),
    ("system override", ROLE),
    ("system message]", ROLE),
    ("tool_calls]", CALL),
    ("available_tools]", CALL),
];

/// Headings of instruction formats, in lower case, behind `###` and blanks.
const HEADINGS: [&str; 7] =
    ["system:", "instruction:", "instructions:", "human:", "assistant:", "user:", "system prompt"];

/// Roles before a colon at the start of a line; whether the line must speak to the reader.
const ROLES: [(&str, bool); 6] =
    [("system", true), ("assistant", true), ("human", true), ("user", true), ("developer", true), ("ai", true)];

static ARGUMENTS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new(b"\"arguments\""), Finder::new(b"\"tool_calls\"")]);
static OTHERS: LazyLock<[(Finder<'static>, &'static str); 7]> = LazyLock::new(|| {
    [
        (Finder::new(b"\"function_call\""), CALL),
        (Finder::new(b"\"type\":\"tool_use\""), CALL),
        (Finder::new(b"\"type\": \"tool_use\""), CALL),
        (Finder::new(b"\"tools/call\""), CALL),
        (Finder::new(b"to=functions."), CALL),
        (Finder::new(b"antml:"), CALL),
        (Finder::new(b"Action Input:"), CALL),
    ]
});

/// Finds the marks of a text.
pub(super) fn find(text: &str, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr3_iter(b'<', b'[', b'#', bytes) {
        let Some(rest) = bytes.get(at + 1..) else { continue };
        let found = match bytes.get(at) {
            Some(b'<') => ANGLED.iter().find(|(mark, _)| starts(rest, mark)).map(|(mark, rule)| (mark.len(), *rule)),
            Some(b'[') => SQUARED.iter().find(|(mark, _)| starts(rest, mark)).map(|(mark, rule)| (mark.len(), *rule)),
            _ => heading(rest).filter(|_| at == 0 || bytes.get(at - 1) == Some(&b'\n')).map(|len| (len, ROLE)),
        };
        if let Some((len, rule)) = found {
            push(text, rule, at..at + 1 + len, out);
        }
    }
    roles(text, out);
    json(text, out);
    for (finder, rule) in OTHERS.iter() {
        for at in finder.find_iter(bytes) {
            push(text, rule, at..at + finder.needle().len(), out);
        }
    }
}

/// Whether the bytes begin with a mark in whatever case. Blanks within the mark are not looked for.
fn starts(rest: &[u8], mark: &str) -> bool {
    rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()))
}

fn heading(rest: &[u8]) -> Option<usize> {
    let body = rest.strip_prefix(b"##")?;
    let blanks = body.iter().take(4).take_while(|b| **b == b' ').count();
    let words = body.get(blanks..)?;
    HEADINGS.iter().find(|heading| starts(words, heading)).map(|heading| 2 + blanks + heading.len())
}

/// A role and a colon at the start of a line, where the line speaks to the reader, or turns follow each other.
fn roles(text: &str, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let mut before: Option<&str> = None;
    for colon in memchr::memchr_iter(b':', bytes) {
        let from = colon.saturating_sub(24);
        let head = bytes.get(from..colon).unwrap_or_default();
        let Some(last) = head.last() else { continue };
        // The last letters of the roles, and what may stand behind them.
        if !matches!(last.to_ascii_lowercase(), b'm' | b't' | b'n' | b'r' | b'i' | b'*' | b']' | b'_') {
            continue;
        }
        let start = match head.iter().rposition(|b| *b == b'\n') {
            Some(line) => from + line + 1,
            None if from == 0 => 0,
            None => continue,
        };
        let name = text
            .get(start..colon)
            .unwrap_or_default()
            .trim_matches([' ', '*', '_', '[', ']', '#', '>', '\t', '-', '(', ')']);
        let Some((role, _)) = ROLES.iter().find(|(role, _)| name.eq_ignore_ascii_case(role)) else { continue };
        let line = text.get(colon + 1..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default();
        let turns = before.is_some_and(|before| before != *role);
        before = Some(role);
        if turns || speaks(line) {
            push(text, ROLE, start..colon + 1, out);
        }
    }
}

/// Whether a line speaks to somebody.
fn speaks(line: &str) -> bool {
    let lower: String = line.chars().take(240).collect::<String>().to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let said = words.clone().take(40).count() >= 3;
    said && words.any(|word| {
        matches!(
            word,
            "you"
                | "your"
                | "ignore"
                | "disregard"
                | "forget"
                | "override"
                | "must"
                | "instructions"
                | "du"
                | "dein"
                | "vous"
                | "tu"
                | "tes"
                | "usted"
                | "tus"
                | "você"
                | "sei"
                | "ты"
                | "вы"
                | "secrets"
                | "password"
                | "passwords"
        )
    }) || lower.contains(['你', '您', 'あ', '너'])
}

/// An object that looks like the call of a tool: a name, and arguments close to it.
fn json(text: &str, out: &mut Vec<Match>) {
    const WITHIN: usize = 240;
    let bytes = text.as_bytes();
    for finder in ARGUMENTS.iter() {
        for at in finder.find_iter(bytes) {
            let end = at + finder.needle().len();
            let (from, to) = (at.saturating_sub(WITHIN), (end + WITHIN).min(bytes.len()));
            let near = bytes.get(from..to).unwrap_or_default();
            let value = bytes.get(end..).unwrap_or_default().iter().find(|b| !b.is_ascii_whitespace());
            if value == Some(&b':') && memchr::memmem::find(near, b"\"name\"").is_some() {
                push(text, CALL, at..end, out);
            }
        }
    }
}

fn push(text: &str, rule: &'static str, span: std::ops::Range<usize>, out: &mut Vec<Match>) {
    if text.get(span.clone()).is_some() {
        out.push(Match { rule, span, view: View::Plain });
    }
}
