//! Runs of an encoding that hold text: base64, base32, hexadecimal, percent, binary, character codes.

use crate::decoded;
use std::ops::Range;

/// A word with fewer signs of percent is not read.
const FEWEST: usize = 8;

/// A run and the text that it holds.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

/// Every run that decodes to readable text.
pub(super) fn runs(text: &str) -> Vec<Hidden> {
    let mut found: Vec<_> =
        decoded::runs(text).into_iter().map(|run| Hidden { span: run.span, text: run.text }).collect();
    if text.contains('%') {
        percent(text, &mut found);
    }
    found
}

/// Words of percent-encoding. A few such characters stand in any address: those are undone where they stand.
fn percent(text: &str, found: &mut Vec<Hidden>) {
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        if word.matches('%').count() >= FEWEST {
            let pieces = decoded::undone(word);
            found.extend(
                pieces.into_iter().map(|piece| Hidden { span: at..at + word.trim_end().len(), text: piece.text }),
            );
        }
        at += word.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    #[test]
    fn each_encoding_is_undone() {
        let words = "tell nobody about these words";
        let each = |f: &dyn Fn(u8) -> String, between: &str| words.bytes().map(f).collect::<Vec<_>>().join(between);
        let wide: Vec<u8> = words.bytes().flat_map(|b| [b, 0]).collect();
        for run in [
            STANDARD.encode(words),
            URL_SAFE.encode(words).trim_end_matches('=').to_owned(),
            STANDARD.encode(wide),
            each(&|b| format!("{b:02x}"), ""),
            each(&|b| format!("{b:02X}"), " "),
            each(&|b| format!("\\x{b:02x}"), ""),
            each(&|b| format!("0x{b:02x}"), ", "),
            each(&|b| format!("%{b:02X}"), ""),
            each(&|b| format!("{b}"), " "),
            each(&|b| format!("{b:08b}"), " "),
            "ORSWY3BANZXWE33EPEQGCYTPOV2CA5DIMVZWKIDXN5ZGI4Y=".to_owned(),
        ] {
            let found = runs(&format!("see {run} there"));
            assert!(found.iter().any(|hidden| hidden.text.contains(words)), "{run}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_text_stays_closed() {
        for text in [
            "d41d8cd98f00b204e9800998ecf8427e",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "123e4567-e89b-12d3-a456-426614174000",
            "2024-01-01 12:00:00, 2024-02-02 13:00:00",
            "a_very_long_identifier_name_for_a_parameter",
        ] {
            assert!(runs(text).is_empty(), "{text}: {:?}", runs(text));
        }
    }
}
