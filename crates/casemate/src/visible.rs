//! Text from outside as a person and a terminal may have it: what hides is written out.

use casemate_core::json::quote;
use std::fmt::Write as _;

/// Whether a character shows nothing, moves its neighbours, or steers a terminal. All of Unicode's control, format and
/// private-use characters, its default-ignorable code points (Unicode Standard, section 5.21), and every space but the
/// ordinary one.
pub(crate) fn hides(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || (c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
            | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffc}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// One line of text with what hides written as `\u{200b}`. Different texts stay different: where the text itself has
/// `\u{`, its backslash is written out too.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if hides(c) || (c == '\\' && rest.as_str().starts_with("u{")) {
            escape(&mut out, c);
        } else {
            out.push(c);
        }
    }
    out
}

/// The lines of a text, each as [`line`] has it.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split('\n').map(line)
}

/// Text whose author has written out what hides, for a terminal: whatever is left of it is written out here.
pub(crate) fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) { escape(&mut out, c) } else { out.push(c) }
    }
    out
}

/// Text in quotes, escaped as in JSON, with what hides written as `\u{200b}`.
pub(crate) fn quoted(text: &str) -> String {
    safe(&quote(text))
}

fn escape(out: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = write!(out, "\\u{{{:x}}}", c as u32);
}

/// A JSON string with what hides in the escapes of JSON: another JSON reader gets the same text.
pub(crate) fn json_string(text: &str) -> String {
    escaped(&quote(text))
}

/// JSON text with what hides in the escapes of JSON; such characters must stand in its strings only.
pub(crate) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if !hides(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// A JSON value on one line, with what hides in the escapes of JSON: another JSON reader gets the same value.
pub(crate) fn json_line(value: &serde_json::Value) -> String {
    // Characters that hide stand in strings only.
    escaped(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_written_out_and_what_shows_stays() {
        for (text, shown) in [
            ("Grüße, 世界! \u{1f600} e\u{301}", "Grüße, 世界! \u{1f600} e\u{301}"),
            ("a\u{200b}b", "a\\u{200b}b"),
            ("\u{1b}[2J\u{7f}\u{9b}31m\r", "\\u{1b}[2J\\u{7f}\\u{9b}31m\\u{d}"),
            ("\u{202e}txt\u{2066}", "\\u{202e}txt\\u{2066}"),
            ("\u{e0041}\u{e0100}\u{fe0f}\u{feff}", "\\u{e0041}\\u{e0100}\\u{fe0f}\\u{feff}"),
            ("a\u{a0}b\u{3000}c\u{2028}d\u{85}", "a\\u{a0}b\\u{3000}c\\u{2028}d\\u{85}"),
            ("\u{ad}\u{34f}\u{61c}\u{180e}\u{2800}", "\\u{ad}\\u{34f}\\u{61c}\\u{180e}\\u{2800}"),
        ] {
            assert_eq!(line(text), shown);
            assert!(!line(text).chars().any(hides));
        }
        assert!(('\0'..='\u{1f}').chain('\u{7f}'..='\u{a0}').all(hides));
    }

    #[test]
    fn different_texts_look_different() {
        assert_eq!(line("a\\u{200b}b"), "a\\u{5c}u{200b}b");
        assert_eq!(line("\\n \\\\ \\u"), "\\n \\\\ \\u");
        assert_ne!(quoted("\u{200b}"), quoted("\\u{200b}"));
        assert_eq!(quoted("\u{200b}"), "\"\\u{200b}\"");
    }

    #[test]
    fn json_strings_keep_their_value() {
        for text in ["a\u{200b}\u{e0041}\u{9b}\"\\\n", "plain", "\u{10ffff}\u{7f}"] {
            let written = json_string(text);
            assert!(!written.chars().any(hides), "{written}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
