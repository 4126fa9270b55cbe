//! What a value may be written as, where that can be said beforehand.

use super::index::{GRAPHIC, Keep, LETTERS, symbol};
use super::strength::strong;
use crate::View;
use zeroize::Zeroizing;

/// One spelling of a value, as symbols.
pub(super) struct Needle {
    pub(super) symbols: Zeroizing<Vec<u8>>,
    /// How a text is read where it says this.
    pub(super) view: View,
    /// The value itself, where this is its plain spelling.
    pub(super) exact: Option<Zeroizing<Vec<u8>>>,
    /// Whether the digits before and after hold bits of the value.
    pub(super) edges: bool,
}

/// The spellings of many values: those of letters and digits, and those that need all signs.
#[derive(Default)]
pub(super) struct Forms {
    pub(super) letters: Vec<Needle>,
    pub(super) graphic: Vec<Needle>,
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8; 16] = b"0123456789abcdef";

impl Forms {
    pub(super) fn add(&mut self, value: &[u8]) {
        let only: Zeroizing<Vec<u8>> =
            Zeroizing::new(value.iter().copied().filter(u8::is_ascii_alphanumeric).collect());
        let (keep, list) = if strong(&only) { (&LETTERS, &mut self.letters) } else { (&GRAPHIC, &mut self.graphic) };
        push(list, keep, value, View::Plain, Some(value));
        let backwards: Zeroizing<Vec<u8>> = Zeroizing::new(value.iter().rev().copied().collect());
        push(list, keep, &backwards, View::Folded, None);
        let turned: Zeroizing<Vec<u8>> = Zeroizing::new(value.iter().map(|b| rot13(*b)).collect());
        push(list, keep, &turned, View::Folded, None);
        let mut cased = vec![
            Zeroizing::new(value.to_vec()),
            Zeroizing::new(value.to_ascii_lowercase()),
            Zeroizing::new(value.to_ascii_uppercase()),
        ];
        cased.dedup();
        for value in &cased {
            self.encoded(value);
        }
    }

    fn encoded(&mut self, value: &[u8]) {
        let list = &mut self.letters;
        push(list, &LETTERS, &digits(value, 4, 0, HEX), View::Hex, None);
        for skip in 0..3 {
            push(list, &LETTERS, &digits(value, 6, skip, BASE64), View::Base64, None);
        }
        for skip in 0..5 {
            push(list, &LETTERS, &digits(value, 5, skip, BASE32), View::Base32, None);
        }
        for radix in [8, 10] {
            let codes: Vec<u8> = value.iter().flat_map(|b| number(*b, radix)).collect();
            push(list, &LETTERS, &Zeroizing::new(codes), View::Escapes, None);
        }
    }
}

fn push(list: &mut Vec<Needle>, keep: &Keep, spelling: &[u8], view: View, exact: Option<&[u8]>) {
    let symbols = spelling.iter().map(|b| symbol(keep, *b)).filter(|symbol| *symbol != 0).collect();
    let edges = matches!(view, View::Base64 | View::Base32);
    let exact = exact.map(|value| Zeroizing::new(value.to_vec()));
    list.push(Needle { symbols: Zeroizing::new(symbols), view, exact, edges });
}

const fn rot13(b: u8) -> u8 {
    match b {
        b'a'..=b'm' | b'A'..=b'M' => b + 13,
        b'n'..=b'z' | b'N'..=b'Z' => b - 13,
        _ => b,
    }
}

/// The digits that a byte is written with, without zeros before it.
fn number(b: u8, radix: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = b;
    while rest > 0 || out.is_empty() {
        out.push(b'0' + rest % radix);
        rest /= radix;
    }
    out.reverse();
    out
}

/// The digits of so many bits that a value has wherever it stands so many bytes behind the start of a group: those at its
/// ends that also hold bits of its neighbours are left out.
fn digits(value: &[u8], bits: u32, skip: u32, alphabet: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 8 / bits as usize + 1));
    let (mut buffer, mut held) = (0u32, skip * 8 % bits);
    let mut partial = held > 0;
    for byte in value {
        buffer = (buffer << 8 | u32::from(*byte)) & 0xffff;
        held += 8;
        while held >= bits {
            held -= bits;
            let digit = buffer >> held & ((1 << bits) - 1);
            if !partial {
                out.extend(alphabet.get(digit as usize));
            }
            partial = false;
        }
    }
    out
}
