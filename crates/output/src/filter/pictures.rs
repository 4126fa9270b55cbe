//! Images within texts, for where none may go out: `data:` URLs, and base64 or hexadecimal that begins as a picture does.

use crate::media;
use casemate_inspect::{Match, View, answers};
use std::ops::Range;

/// A shorter run of base64 is no picture: the smallest GIF that a browser shows has 26 bytes.
const SHORTEST: usize = 34;

/// Finds them. Linear in the length of the text.
pub(super) fn find(text: &str, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let mut push = |span: Range<usize>| out.push(Match { rule: answers::CONTENT.id, span, view: View::Plain });
    let mut at = 0;
    while let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| digit(*byte))) {
        let start = at + start;
        let run = bytes.get(start..).unwrap_or_default();
        let len = run.iter().position(|byte| !digit(*byte)).unwrap_or(run.len());
        at = start + len;
        let word = text.get(start..at).unwrap_or_default();
        let url = url_start(text, start);
        if let Some(url) = url {
            let rest = bytes.get(start..).unwrap_or_default();
            let end = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
            at = start + end;
            push(url..at);
        } else if len >= SHORTEST && (media::is_picture(word) || hexadecimal(word)) {
            let padding = bytes.get(at..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
            push(start..at + padding);
        }
    }
}

const fn digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// What ends a `data:` URL in a text.
const fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b')' | b'<' | b'>' | b']' | b'}')
}

/// Where the `data:` URL of an image begins whose kind is the run at `start`: `data:image/png`.
fn url_start(text: &str, start: usize) -> Option<usize> {
    let head = text.get(start..)?;
    let image = head.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("image/"));
    let from = start.checked_sub(5)?;
    let scheme = text.get(from..start).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    (image && scheme).then_some(from)
}

/// Whether a run of hexadecimal digits begins as a picture does.
fn hexadecimal(word: &str) -> bool {
    let head: Option<Vec<u8>> = (0..16).map(|at| u8::from_str_radix(word.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    word.bytes().all(|byte| byte.is_ascii_hexdigit()) && head.is_some_and(|head| media::begins_picture(&head))
}

/// From where on a match may begin or grow: the word under way.
pub(super) fn pending(text: &str) -> usize {
    text.bytes().rposition(|byte| byte.is_ascii_whitespace()).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_in_texts_and_words_are_not() {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        for (text, want) in [
            (format!("see {png} end"), png.to_owned()),
            (format!("![x](data:image/png;base64,{png})"), format!("data:image/png;base64,{png}")),
            ("a DATA:image/svg+xml,%3Csvg%20b c".to_owned(), "DATA:image/svg+xml,%3Csvg%20b".to_owned()),
            (
                "x 89504e470d0a1a0a0000000d4948445200000001 y".to_owned(),
                "89504e470d0a1a0a0000000d4948445200000001".to_owned(),
            ),
        ] {
            let mut out = Vec::new();
            find(&text, &mut out);
            assert_eq!(
                out.iter().map(|found| &text[found.span.clone()]).collect::<Vec<_>>(),
                [want.as_str()],
                "{text}"
            );
        }
        for text in ["data:text/plain,image/png", "image/png", "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcw=="] {
            let mut out = Vec::new();
            find(text, &mut out);
            assert!(out.is_empty(), "{text}");
        }
    }
}
