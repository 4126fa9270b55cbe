//! Runs of an encoding that hold text: base64, base32, hexadecimal, percent, binary, character codes.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

/// A run shorter than this is not read.
const SHORTEST: usize = 24;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A run and the text that it holds.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) span: Range<usize>,
    pub(super) text: String,
}

/// Every run that decodes to readable text.
pub(super) fn runs(text: &str) -> Vec<Hidden> {
    let mut found = Vec::new();
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    each_run(text, base64, |span, run| {
        for decode in [hexadecimal, base32, sextets] {
            if let Some(text) = decode(run).and_then(readable) {
                found.push(Hidden { span: span.clone(), text });
            }
        }
    });
    // Lines of base64 with white space between them.
    let wrapped = |c: char| base64(c) || matches!(c, '\n' | '\r');
    each_run(text, wrapped, |span, run| {
        if run.contains('\n') {
            let joined: String = run.chars().filter(|c| base64(*c)).collect();
            if let Some(text) = sextets(&joined).and_then(readable) {
                found.push(Hidden { span, text });
            }
        }
    });
    each_run(
        text,
        |c| !c.is_whitespace(),
        |span, run| {
            if run.matches('%').count() >= SHORTEST / 3
                && let Some(text) = readable(percent(run))
            {
                found.push(Hidden { span, text });
            }
        },
    );
    // Codes one by one: 69 67 6e, 0x69, \x69, 105, 01101001.
    let codes = |c: char| {
        c.is_ascii_hexdigit() || matches!(c, ' ' | ',' | 'x' | '\\' | ':' | '-' | ';' | '[' | ']' | '\n' | 'o')
    };
    each_run(text, codes, |span, run| {
        let texts = listed(run).into_iter().filter_map(readable);
        found.extend(texts.map(|text| Hidden { span: span.clone(), text }));
    });
    found
}

/// Gives every run of characters of a kind that is long enough.
fn each_run(text: &str, kind: impl Fn(char) -> bool, mut each: impl FnMut(Range<usize>, &str)) {
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), '\u{fffd}'))) {
        match (kind(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                start = None;
                if at - from >= SHORTEST
                    && let Some(run) = text.get(from..at)
                {
                    each(from..at, run);
                }
            }
            _ => {}
        }
    }
}

/// Bytes as text, if nearly all of it can be read.
fn readable(bytes: Vec<u8>) -> Option<String> {
    // Two bytes for each character, as some shells want it.
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    let bytes = if zeros * 3 > bytes.len() { bytes.into_iter().filter(|b| *b != 0).collect() } else { bytes };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let all = text.chars().count();
    let good =
        text.chars().filter(|c| *c != char::REPLACEMENT_CHARACTER && (!c.is_control() || c.is_whitespace())).count();
    (all >= 8 && good * 10 >= all * 9).then_some(text)
}

fn sextets(run: &str) -> Option<Vec<u8>> {
    let run = run.trim_matches(|c| matches!(c, '-' | '_' | '='));
    let engine = if run.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let whole = |run: &str| engine.decode(run).ok();
    // The run may have taken a character too many at its end.
    whole(run).or_else(|| run.get(..run.len().saturating_sub(1)).and_then(whole))
}

fn base32(run: &str) -> Option<Vec<u8>> {
    let run = run.trim_end_matches('=');
    let (mut bits, mut count) = (0u32, 0);
    let mut out = Vec::with_capacity(run.len());
    for b in run.bytes() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'2'..=b'7' => b - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xffff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

fn hexadecimal(run: &str) -> Option<Vec<u8>> {
    let run = run.as_bytes();
    if !run.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16);
    run.chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

fn percent(run: &str) -> Vec<u8> {
    let bytes = run.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(b) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| *b == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match code.and_then(hexadecimal).as_deref() {
            Some([byte]) => {
                out.push(*byte);
                at += 3;
            }
            _ => {
                out.push(*b);
                at += 1;
            }
        }
    }
    out
}

/// Rows of codes in one base, in a list that may hold other words as well.
fn listed(run: &str) -> Vec<Vec<u8>> {
    const FEWEST: usize = 8;
    let codes: Vec<&str> = run
        .split([' ', ',', '\\', ':', '-', ';', '[', ']', '\n'])
        .map(|code| code.trim_start_matches("0x").trim_start_matches('x'))
        .filter(|code| !code.is_empty())
        .collect();
    let mut found = Vec::new();
    for (base, shortest, longest) in [(2, 7, 8), (16, 2, 2), (10, 2, 3), (8, 2, 3)] {
        let value = |code: &&str| {
            let fits = (shortest..=longest).contains(&code.len());
            u8::from_str_radix(code, base).ok().filter(|_| fits)
        };
        let rows = codes.split(|code| value(code).is_none()).filter(|row| row.len() >= FEWEST);
        found.extend(rows.map(|row| row.iter().filter_map(value).collect()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

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
