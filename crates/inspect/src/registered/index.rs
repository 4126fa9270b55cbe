//! Many needles in one pass: the last eight symbols of each in a filter of bits, and a look backwards where it strikes.
//!
//! A symbol is a character that counts; all others may stand between two symbols. A text is looked at as it stands,
//! without building what its symbols are.

use super::forms::Needle;
use std::ops::Range;

/// What each byte counts as: 0 where it only sets apart.
pub(super) type Keep = [u8; 256];

/// Letters and digits of ASCII, in one case.
pub(super) const LETTERS: Keep = keep(false);
/// All that is seen, for values that are made of little else than signs, or not of ASCII.
pub(super) const GRAPHIC: Keep = keep(true);

/// The longest gap between two symbols, in bytes: eight characters in their longest spelling.
pub(super) const GAP: usize = 128;
/// The symbols in the filter.
pub(super) const TAIL: usize = 8;

const fn keep(graphic: bool) -> Keep {
    let mut table = [0; 256];
    let mut at = 0u8;
    loop {
        if at.is_ascii_alphanumeric() || (graphic && (at.is_ascii_graphic() || at >= 0x80)) {
            #[expect(clippy::indexing_slicing, reason = "a u8 is an index of 256 entries; evaluated when compiled")]
            {
                table[at as usize] = at | 0x20;
            }
        }
        if at == u8::MAX {
            return table;
        }
        at += 1;
    }
}

/// What a byte counts as.
#[inline]
pub(super) fn symbol(keep: &Keep, byte: u8) -> u8 {
    keep.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Needles that are read with the same symbols.
pub(super) struct Index {
    keep: &'static Keep,
    bits: Vec<u64>,
    shift: u32,
    /// By their last symbols.
    tails: Vec<(u64, u32)>,
    /// In ascending order.
    needles: Vec<Needle>,
    /// The symbols of the longest.
    pub(super) longest: usize,
}

const fn hash(window: u64) -> u64 {
    window.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn tail(symbols: &[u8]) -> u64 {
    symbols.iter().fold(0, |window, symbol| window << 8 | u64::from(*symbol))
}

impl Index {
    /// Makes them ready. All have at least [`TAIL`] symbols.
    pub(super) fn new(keep: &'static Keep, mut needles: Vec<Needle>) -> Self {
        needles.retain(|needle| needle.symbols.len() >= TAIL);
        needles.sort_by(|a, b| a.symbols.cmp(&b.symbols));
        needles.dedup_by(|a, b| a.symbols == b.symbols && a.exact == b.exact);
        let size = (needles.len() * 64).next_power_of_two().max(4096);
        let shift = 64 - size.trailing_zeros();
        let mut bits = vec![0u64; size / 64];
        let mut tails = Vec::with_capacity(needles.len());
        for (number, needle) in (0u32..).zip(&needles) {
            let window = tail(&needle.symbols);
            let bit = hash(window) >> shift;
            if let Some(word) = usize::try_from(bit / 64).ok().and_then(|at| bits.get_mut(at)) {
                *word |= 1 << (bit % 64);
            }
            tails.push((window, number));
        }
        tails.sort_unstable();
        let longest = needles.iter().map(|needle| needle.symbols.len()).max().unwrap_or_default();
        Self { keep, bits, shift, tails, needles, longest }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Calls `hit` for each needle in `bytes`, with the place from its first to its last symbol.
    pub(super) fn scan(&self, bytes: &[u8], mut hit: impl FnMut(Range<usize>, &Needle)) {
        if self.is_empty() {
            return;
        }
        let mut window = 0u64;
        for (at, byte) in bytes.iter().enumerate() {
            let symbol = symbol(self.keep, *byte);
            let next = window << 8 | u64::from(symbol);
            window = if symbol == 0 { window } else { next };
            let bit = hash(window) >> self.shift;
            let word = self.bits.get(bit as usize / 64).copied().unwrap_or_default();
            if word >> (bit % 64) & 1 == 1 && symbol != 0 {
                self.confirm(bytes, at + 1, window, &mut hit);
            }
        }
    }

    #[cold]
    fn confirm(&self, bytes: &[u8], end: usize, window: u64, hit: &mut impl FnMut(Range<usize>, &Needle)) {
        let from = self.tails.partition_point(|(tail, _)| *tail < window);
        let ends = self.tails.iter().skip(from).take_while(|(tail, _)| *tail == window);
        for needle in ends.filter_map(|(_, number)| self.needles.get(*number as usize)) {
            if let Some(start) = self.backwards(bytes, end, &needle.symbols) {
                hit(start..end, needle);
            }
        }
    }

    /// Where the symbols begin that end there.
    fn backwards(&self, bytes: &[u8], end: usize, symbols: &[u8]) -> Option<usize> {
        let mut walk = Backwards { keep: self.keep, bytes, at: end };
        for want in symbols.iter().rev() {
            if walk.next()? != *want {
                return None;
            }
        }
        Some(walk.at)
    }

    /// Where the longest beginning of a needle stands that `bytes` ends with.
    pub(super) fn open(&self, bytes: &[u8]) -> Option<usize> {
        let mut walk = Backwards { keep: self.keep, bytes, at: bytes.len() };
        let mut last = Vec::new();
        while last.len() < self.longest
            && let Some(symbol) = walk.next()
        {
            last.push((symbol, walk.at));
        }
        last.reverse();
        let symbols: Vec<u8> = last.iter().map(|(symbol, _)| *symbol).collect();
        let open = (0..last.len()).find(|from| symbols.get(*from..).is_some_and(|rest| self.begins(rest)))?;
        last.get(open).map(|(_, at)| *at)
    }

    /// Whether a needle begins so.
    fn begins(&self, symbols: &[u8]) -> bool {
        let at = self.needles.partition_point(|needle| needle.symbols.as_slice() < symbols);
        self.needles.get(at).is_some_and(|needle| needle.symbols.starts_with(symbols))
    }
}

/// The symbols of a text from a place backwards, to the first gap that is too long.
struct Backwards<'b> {
    keep: &'static Keep,
    bytes: &'b [u8],
    at: usize,
}

impl Iterator for Backwards<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let from = self.at.saturating_sub(GAP + 1);
        let near = self.bytes.get(from..self.at)?;
        let (place, found) =
            near.iter().enumerate().rev().map(|(i, b)| (i, symbol(self.keep, *b))).find(|(_, symbol)| *symbol != 0)?;
        self.at = from + place;
        Some(found)
    }
}
