//! Runs of digits in a text that may be base64, base32 or hexadecimal.

use super::index::GAP;
use crate::{View, block};

/// Digits, with their places.
#[derive(Default)]
pub(super) struct Run {
    pub(super) digits: Vec<u8>,
    pub(super) at: Vec<u32>,
}

/// An encoding by digits of some bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Radix {
    Hex,
    Base32,
    Base64,
}

impl Radix {
    pub(super) const ALL: [Self; 3] = [Self::Hex, Self::Base32, Self::Base64];

    pub(super) const fn bits(self) -> usize {
        match self {
            Self::Hex => 4,
            Self::Base32 => 5,
            Self::Base64 => 6,
        }
    }

    /// The digits of a group: where in it a run begins is not known.
    pub(super) const fn group(self) -> usize {
        match self {
            Self::Hex => 2,
            Self::Base32 => 8,
            Self::Base64 => 4,
        }
    }

    pub(super) const fn view(self) -> View {
        match self {
            Self::Hex => View::Hex,
            Self::Base32 => View::Base32,
            Self::Base64 => View::Base64,
        }
    }

    /// The fewest digits of a whole value of twelve bytes; of base64, those of each line but the last.
    const fn least(self) -> usize {
        match self {
            Self::Hex => 24,
            Self::Base32 => 20,
            Self::Base64 => 16,
        }
    }

    fn table(self) -> &'static [u8; 256] {
        match self {
            Self::Hex => &HEX,
            Self::Base32 => &BASE32,
            Self::Base64 => &BASE64,
        }
    }

    /// Whether it may be digits: of base64, text gives a run without capitals and decimal digits once in a million, and one of
    /// hexadecimal digits alone less often than that; ordinary words, paths and hashes are such.
    fn plausible(self, run: Option<&[u8]>) -> bool {
        let run = run.unwrap_or_default();
        let capitals = run.iter().any(u8::is_ascii_uppercase);
        let decimals = run.iter().any(u8::is_ascii_digit);
        match self {
            Self::Hex => decimals,
            Self::Base32 => decimals || capitals,
            Self::Base64 => capitals || (decimals && run.iter().any(|b| matches!(b, b'g'..=b'z'))),
        }
    }

    /// Where the next bytes stand that begin a run: as many as the shortest has, of which none ends it. Those of hexadecimal
    /// digits may be what stands between them.
    fn next(self, bytes: &[u8], from: usize) -> Option<usize> {
        let least = self.least();
        match self {
            Self::Hex => {
                block::next_start(bytes, from, least, |b| !block::letter(b, b'g', b'z') | block::letter(b, b'x', b'x'))
            }
            Self::Base32 => {
                block::next_start(bytes, from, least, |b| block::letter(b, b'a', b'z') | block::within(b, b'2', b'7'))
            }
            Self::Base64 => block::next_start(bytes, from, least, block::sextet),
        }
    }

    /// Where a run ends that stands there and that has too few digits, whatever it is divided into.
    fn too_few(self, bytes: &[u8], start: usize) -> Option<usize> {
        if self != Self::Hex {
            return None;
        }
        let near = bytes.get(start..)?;
        let near = near.get(..AHEAD).unwrap_or(near);
        let len = block::end(near, 0, |b| !block::letter(b, b'g', b'z') | block::letter(b, b'x', b'x'));
        let run = near.get(..len).filter(|_| len < AHEAD)?;
        let digits = run.iter().filter(|b| block::letter(**b, b'a', b'f') | block::within(**b, b'0', b'9')).count();
        (digits < self.least()).then_some(start + len)
    }

    /// Where the digits end that stand together there.
    fn together(self, bytes: &[u8], from: usize) -> usize {
        match self {
            Self::Hex => block::end(bytes, from, |b| block::letter(b, b'a', b'f') | block::within(b, b'0', b'9')),
            Self::Base32 => block::end(bytes, from, |b| block::letter(b, b'a', b'z') | block::within(b, b'2', b'7')),
            Self::Base64 => block::end(bytes, from, block::sextet),
        }
    }

    /// The digit's number; [`BREAK`] or [`APART`] where it is none.
    fn digit(self, byte: u8) -> u8 {
        digit(self.table(), byte)
    }
}

#[inline]
fn digit(table: &[u8; 256], byte: u8) -> u8 {
    table.get(usize::from(byte)).copied().unwrap_or(BREAK)
}

/// So far a run is looked ahead in for its digits.
const AHEAD: usize = 4096;

/// Ends a run.
const BREAK: u8 = 0xff;
/// May stand between digits.
const APART: u8 = 0xfe;
/// The `x` of `0x` and `\x`.
const PREFIX: u8 = 0xfd;

const HEX: [u8; 256] = table(Radix::Hex);
const BASE32: [u8; 256] = table(Radix::Base32);
const BASE64: [u8; 256] = table(Radix::Base64);

const fn table(radix: Radix) -> [u8; 256] {
    let mut table = [BREAK; 256];
    let mut at = 0u8;
    loop {
        let kind = match (radix, at) {
            (Radix::Hex, b'0'..=b'9') => at - b'0',
            (Radix::Hex, b'a'..=b'f') => at - b'a' + 10,
            (Radix::Hex, b'A'..=b'F') => at - b'A' + 10,
            (Radix::Hex, b'x' | b'X') => PREFIX,
            (Radix::Hex, b'g'..=b'z' | b'G'..=b'Z') => BREAK,
            (Radix::Hex, _) => APART,
            (Radix::Base32 | Radix::Base64, b'A'..=b'Z') => at - b'A',
            (Radix::Base32, b'a'..=b'z') => at - b'a',
            (Radix::Base32, b'2'..=b'7') => at - b'2' + 26,
            (Radix::Base64, b'a'..=b'z') => at - b'a' + 26,
            (Radix::Base64, b'0'..=b'9') => at - b'0' + 52,
            (Radix::Base64, b'+' | b'-') => 62,
            (Radix::Base64, b'/' | b'_') => 63,
            // What breaks lines, in texts and in texts within programs.
            (
                Radix::Base64,
                b'\t' | b'\n' | b'\r' | b' ' | b'"' | b'\'' | b'\\' | b',' | b'>' | b'|' | b'`' | 0x80..,
            ) => APART,
            _ => BREAK,
        };
        #[expect(clippy::indexing_slicing, reason = "a u8 is an index of 256 entries; evaluated when compiled")]
        {
            table[at as usize] = kind;
        }
        if at == u8::MAX {
            return table;
        }
        at += 1;
    }
}

impl Run {
    fn push(&mut self, digit: u8, at: usize) {
        self.digits.push(digit);
        self.at.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    fn clear(&mut self) {
        self.digits.clear();
        self.at.clear();
    }

    /// The bytes that the digits give from that one on; what the last digits give no whole byte of is left out.
    pub(super) fn decode(&self, radix: Radix, first: usize, out: &mut Vec<u8>) {
        out.clear();
        let digits = self.digits.get(first..).unwrap_or_default();
        out.reserve(digits.len() * radix.bits() / 8 + 3);
        if radix == Radix::Hex {
            let (pairs, _) = digits.as_chunks::<2>();
            return out.extend(pairs.iter().map(|[a, b]| a << 4 | b));
        }
        if radix == Radix::Base64 {
            let (groups, rest) = digits.as_chunks::<4>();
            for [a, b, c, d] in groups {
                out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
            }
            return partial(rest, 6, out);
        }
        partial(digits, radix.bits(), out);
    }

    /// The next run of `bytes` from `from` on, and where to go on behind it.
    pub(super) fn next(&mut self, radix: Radix, bytes: &[u8], from: usize) -> Option<usize> {
        self.clear();
        let mut at = from;
        let least = radix.least();
        while let Some(start) = radix.next(bytes, at) {
            if let Some(end) = radix.too_few(bytes, start) {
                at = end;
                continue;
            }
            let end = self.take(radix, bytes, start)?;
            if self.digits.len() >= least && radix.plausible(bytes.get(start..end)) {
                return Some(end);
            }
            self.clear();
            at = end.max(start + 1);
        }
        None
    }

    /// Takes the digits from there on, and gives where they end.
    fn take(&mut self, radix: Radix, bytes: &[u8], from: usize) -> Option<usize> {
        let table = radix.table();
        let solid = radix.together(bytes, from);
        self.digits.extend(bytes.get(from..solid).unwrap_or_default().iter().map(|byte| digit(table, *byte)));
        self.at.extend((from..solid).map(|at| u32::try_from(at).unwrap_or(u32::MAX)));
        let mut line = solid - from;
        let (mut apart, mut again) = (0, from);
        for (at, byte) in bytes.iter().enumerate().skip(solid) {
            match digit(table, *byte) {
                BREAK => return Some(if line == 0 || apart > 0 { again.max(from + 1) } else { at }),
                APART => {
                    // A line that is too short is the last.
                    if radix == Radix::Base64 && apart == 0 && line < radix.least() {
                        return Some(again.max(from + 1));
                    }
                    if apart == 0 {
                        again = at;
                    }
                    line = 0;
                    apart += 1;
                    if apart > GAP {
                        return Some(at);
                    }
                }
                PREFIX => self.prefix(at),
                digit => {
                    apart = 0;
                    line += 1;
                    self.push(digit, at);
                }
            }
        }
        Some(bytes.len())
    }

    /// Takes away the zero of `0x`.
    fn prefix(&mut self, at: usize) {
        let before = self.at.last().is_some_and(|last| *last as usize + 1 == at);
        if before && self.digits.last() == Some(&0) {
            self.digits.pop();
            self.at.pop();
        }
    }

    /// The digits that `bytes` ends with, and that more digits may follow.
    pub(super) fn open(&mut self, radix: Radix, bytes: &[u8]) {
        self.clear();
        let (mut start, mut apart, mut line) = (bytes.len(), 0, 0);
        let mut wrapped = false;
        for (at, byte) in bytes.iter().enumerate().rev() {
            match radix.digit(*byte) {
                BREAK => break,
                APART if apart > GAP => break,
                APART => {
                    if line > 0 && line < radix.least() && radix == Radix::Base64 && wrapped {
                        break;
                    }
                    wrapped = true;
                    line = 0;
                    apart += 1;
                }
                _ => {
                    apart = 0;
                    line += 1;
                    start = at;
                }
            }
        }
        let short = radix == Radix::Base64 && wrapped && line > 0 && line < radix.least();
        let skipped = if short { start + line } else { start };
        for (at, byte) in bytes.iter().enumerate().skip(skipped) {
            match radix.digit(*byte) {
                PREFIX => self.prefix(at),
                digit if digit < PREFIX => self.push(digit, at),
                _ => {}
            }
        }
    }
}

fn partial(digits: &[u8], bits: usize, out: &mut Vec<u8>) {
    let (mut buffer, mut held) = (0u32, 0);
    for digit in digits {
        buffer = (buffer << bits | u32::from(*digit)) & 0xffff;
        held += bits;
        if held >= 8 {
            held -= 8;
            out.extend_from_slice(&((buffer >> held & 0xff) as u8).to_be_bytes());
        }
    }
}
