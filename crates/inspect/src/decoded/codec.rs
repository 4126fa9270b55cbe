//! The codecs of runs, and what of the bytes that they give is text.

use crate::block::within;

/// What one character of base64 stands for, in either alphabet (RFC 4648, sections 4 and 5).
pub(super) const fn sextet(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The bytes of base64 without padding; nothing of what a rest of under eight bits would give.
pub(super) fn base64(run: &[u8]) -> Vec<u8> {
    packed(run.iter().map_while(|b| sextet(*b)), 6, run.len() * 3 / 4)
}

/// The bytes of base32 without padding, in either case (RFC 4648, section 6).
pub(super) fn base32(run: &[u8]) -> Vec<u8> {
    let quintets = run.iter().map_while(|b| match b.to_ascii_uppercase() {
        b @ b'A'..=b'Z' => Some(b - b'A'),
        b @ b'2'..=b'7' => Some(b - b'2' + 26),
        _ => None,
    });
    packed(quintets, 5, run.len() * 5 / 8)
}

/// The bytes of pairs of hexadecimal digits.
pub(crate) fn hexadecimal(run: &[u8]) -> Vec<u8> {
    let nibbles = run.iter().map_while(|b| char::from(*b).to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    packed(nibbles, 4, run.len() / 2)
}

/// The bytes of a row of binary digits.
pub(super) fn binary(run: &[u8]) -> Vec<u8> {
    packed(run.iter().map(|b| b & 1), 1, run.len() / 8)
}

fn packed(units: impl Iterator<Item = u8>, width: u32, room: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(room);
    let (mut bits, mut count) = (0_u32, 0);
    for unit in units {
        bits = (bits << width | u32::from(unit)) & 0xffff;
        count += width;
        if count >= 8 {
            count -= 8;
            out.push(((bits >> count) & 0xff) as u8);
        }
    }
    out
}

/// Whether bytes out of the middle of a decoded run look like a part of a text: of ASCII, of UTF-8, or of UTF-16 with a
/// letter of ASCII in every second byte.
pub(super) fn looks_like_text(bytes: &[u8]) -> bool {
    let (mut good, mut zeros, mut high) = (0, 0, 0);
    for b in bytes {
        good += usize::from(within(*b, b' ', b'~') | within(*b, b'\t', b'\n') | (*b == b'\r'));
        zeros += usize::from(*b == 0);
        high += usize::from(*b >= 0x80);
    }
    if good + 1 >= bytes.len() {
        return true;
    }
    if zeros * 3 >= bytes.len() {
        return zeros * 3 <= bytes.len() * 2 && good + zeros + 1 >= bytes.len();
    }
    if good + high < bytes.len() {
        return false;
    }
    // UTF-8, perhaps cut within a character at both ends.
    let skip = bytes.iter().take(3).take_while(|b| matches!(b, 0x80..=0xbf)).count();
    let Some(whole) = bytes.get(skip..) else { return false };
    let valid = match std::str::from_utf8(whole) {
        Ok(text) => text,
        Err(wrong) if wrong.error_len().is_none() => {
            whole.get(..wrong.valid_up_to()).and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && valid.chars().all(|c| !c.is_control() || c.is_whitespace()) && !scattered(valid)
}

/// Whether the characters are of so many scripts as chance brings: nearly all text has neighbours in one block.
fn scattered(text: &str) -> bool {
    let blocks = || text.chars().filter(|c| !c.is_ascii()).map(|c| u32::from(c) >> 7);
    let (mut jumps, mut count) = (0, 0);
    for (one, next) in blocks().zip(blocks().skip(1)) {
        jumps += usize::from(one.abs_diff(next) > 0xa0);
        count += 1;
    }
    jumps * 2 > count + 1
}

/// What of the bytes is text: stretches of at least `shortest` bytes, with a line end between two.
pub(super) fn readable(mut bytes: Vec<u8>, shortest: usize) -> Option<String> {
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    if zeros * 3 > bytes.len() {
        bytes.retain(|b| *b != 0);
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        let stretches = chunk.valid().split(|c: char| c.is_control() && !c.is_whitespace());
        for stretch in stretches.filter(|stretch| stretch.len() >= shortest) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(stretch);
        }
    }
    (!out.is_empty()).then_some(out)
}
