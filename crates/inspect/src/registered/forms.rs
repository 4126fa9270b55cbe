//! What a value may be written as, where that can be said beforehand.

use super::escapes::{self, Letters};
use super::index::{GRAPHIC, Keep, LETTERS, SIGNS, TAIL, WIDE, symbol};
use super::search::DEPTH;
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

/// The spellings of many values, by what counts in them.
#[derive(Default)]
pub(super) struct Forms {
    pub(super) letters: Vec<Needle>,
    pub(super) wide: Vec<Needle>,
    pub(super) signs: Vec<Needle>,
    pub(super) graphic: Vec<Needle>,
}

/// What counts in a value: as little as it can be told by.
pub(super) fn symbols_of(value: &[u8]) -> Option<&'static Keep> {
    [&LETTERS, &WIDE, &SIGNS, &GRAPHIC].into_iter().find(|keep| {
        let counts = |b: &&u8| symbol(keep, **b) != 0;
        let only: Zeroizing<Vec<u8>> = Zeroizing::new(value.iter().filter(counts).copied().collect());
        only.len() >= TAIL && strong(&only)
    })
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8; 16] = b"0123456789abcdef";

impl Forms {
    pub(super) fn add(&mut self, value: &[u8]) {
        let Some(keep) = symbols_of(value) else { return };
        let list = match keep {
            _ if std::ptr::eq(keep, &LETTERS) => &mut self.letters,
            _ if std::ptr::eq(keep, &WIDE) => &mut self.wide,
            _ if std::ptr::eq(keep, &SIGNS) => &mut self.signs,
            _ => &mut self.graphic,
        };
        push(list, keep, value, View::Plain, Some(value));
        // As a text is read in which escapes are undone.
        for letters in [Letters::Escape, Letters::Stay] {
            let mut undone = escapes::undo(value, letters);
            for _ in 0..DEPTH {
                let Some(now) = undone else { break };
                push(list, keep, &now.bytes, View::Plain, Some(value));
                undone = escapes::undo(&now.bytes, letters);
            }
        }
        if std::ptr::eq(keep, &GRAPHIC) {
            // Elsewhere what escapes and quotes does not count.
            quoted(value).iter().for_each(|spelt| push(list, keep, spelt, View::Escapes, None));
        }
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
        let radixes = [(4, 1, &HEX[..], View::Hex), (6, 3, BASE64, View::Base64), (5, 5, BASE32, View::Base32)];
        for (bits, places, alphabet, view) in radixes {
            for skip in 0..places {
                let mut spelt = digits(value, bits, skip, alphabet);
                push(list, &LETTERS, &spelt, view, None);
                // Written backwards.
                spelt.reverse();
                push(list, &LETTERS, &spelt, view, None);
            }
        }
        for (radix, least) in [(8, 1), (8, 3), (10, 1), (10, 3)] {
            let codes: Vec<u8> = value.iter().flat_map(|b| number(*b, radix, least)).collect();
            push(list, &LETTERS, &Zeroizing::new(codes), View::Escapes, None);
        }
    }
}

/// A value as it is escaped within quotation marks: in JSON and programs, once and twice; in shells, in SQL and CSV; and in
/// Markdown and patterns, where every sign is.
fn quoted(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let before = |value: &[u8], escaped: fn(u8) -> bool| -> Zeroizing<Vec<u8>> {
        let each = value.iter().flat_map(|b| [Some(b'\\').filter(|_| escaped(*b)), Some(*b)]);
        Zeroizing::new(each.flatten().collect())
    };
    let doubled = |quote: u8| -> Zeroizing<Vec<u8>> {
        let each = value.iter().flat_map(|b| std::iter::repeat_n(*b, 1 + usize::from(*b == quote)));
        Zeroizing::new(each.collect())
    };
    let json = |b: u8| matches!(b, b'"' | b'\\');
    let once = before(value, json);
    let shell = |b: &u8| if *b == b'\'' { &b"'\\''"[..] } else { std::slice::from_ref(b) }.to_vec();
    vec![
        before(&once, json),
        once,
        before(value, |b| matches!(b, b'\'' | b'\\')),
        before(value, |b| matches!(b, b'"' | b'\\' | b'$' | b'`')),
        before(value, |b| b.is_ascii_punctuation()),
        Zeroizing::new(value.iter().flat_map(shell).collect()),
        doubled(b'"'),
        doubled(b'\''),
    ]
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

/// The digits that a byte is written with, at least so many.
fn number(b: u8, radix: u8, least: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = b;
    while rest > 0 || out.len() < least {
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
