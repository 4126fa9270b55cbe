//! Many needles in one pass: the last eight symbols of each in a filter of bits, and a look backwards where it strikes.
//!
//! A symbol is a character that counts; all others may stand between two symbols. A text is looked at as it stands,
//! without building what its symbols are.

use super::escapes;
use super::forms::Needle;
use super::layer::Edit;
use super::sample::Samples;
use std::ops::Range;

/// What each byte counts as: 0 where it only sets apart.
pub(super) type Keep = [u8; 256];

/// Letters and digits of ASCII, in one case.
pub(super) static LETTERS: Keep = keep(b"", false);
/// Those and all characters outside of ASCII, for values that are written in another script.
pub(super) static WIDE: Keep = keep(b"", true);
/// Letters, digits and the signs that neither quote, escape nor set apart, for values with few letters.
pub(super) static SIGNS: Keep = keep(b"!#$%&?@^{}", false);
/// All that ASCII shows, for values that are made of little else than signs.
pub(super) static GRAPHIC: Keep = keep(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", false);

/// The longest gap between two symbols, in bytes: eight characters in their longest spelling.
pub(super) const GAP: usize = 128;
/// The symbols at a needle's start that are looked at first.
const HEAD: usize = 4;
/// The readings of one place that are tried.
const WAYS: usize = 64;
/// The symbols in the filter.
pub(super) const TAIL: usize = 8;

#[expect(clippy::indexing_slicing, reason = "a u8 is an index of 256 entries; evaluated when compiled")]
const fn keep(signs: &[u8], wide: bool) -> Keep {
    let mut table = [0; 256];
    let mut at = 0u8;
    loop {
        if at.is_ascii_alphanumeric() || (wide && at >= 0x80 && escapes::letter(at).is_none()) {
            table[at as usize] = at | 0x20;
        }
        if at == u8::MAX {
            break;
        }
        at += 1;
    }
    let mut rest = signs;
    while let [sign, others @ ..] = rest {
        table[*sign as usize] = *sign | 0x20;
        rest = others;
    }
    table
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
    /// By their first symbols, one to four of them, for what is pending.
    heads: Vec<u64>,
    /// By their last symbols.
    tails: Vec<(u64, u32)>,
    /// In ascending order.
    needles: Vec<Needle>,
    /// The symbols of the longest.
    pub(super) longest: usize,
    samples: Samples,
}

pub(super) const fn hash(window: u64) -> u64 {
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
        let mut heads = bits.clone();
        let mut tails = Vec::with_capacity(needles.len());
        for (number, needle) in (0u32..).zip(&needles) {
            let window = tail(&needle.symbols);
            let bit = hash(window) >> shift;
            if let Some(word) = usize::try_from(bit / 64).ok().and_then(|at| bits.get_mut(at)) {
                *word |= 1 << (bit % 64);
            }
            tails.push((window, number));
            for length in 1..=HEAD {
                let bit = hash(tail(needle.symbols.get(..length).unwrap_or_default())) >> shift;
                if let Some(word) = usize::try_from(bit / 64).ok().and_then(|at| heads.get_mut(at)) {
                    *word |= 1 << (bit % 64);
                }
            }
        }
        tails.sort_unstable();
        let longest = needles.iter().map(|needle| needle.symbols.len()).max().unwrap_or_default();
        let samples = Samples::of(&needles);
        Self { keep, bits, shift, heads, tails, needles, longest, samples }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Calls `hit` for each needle in `bytes`, with the place from its first to its last symbol.
    pub(super) fn scan(&self, bytes: &[u8], mut hit: impl FnMut(Range<usize>, &Needle)) {
        self.scan_in(bytes, 0..bytes.len(), &mut hit);
    }

    /// As [`Self::scan`], for bytes that are UTF-8, which hold no letter that may be there or not ([`escapes::letter`]).
    pub(super) fn scan_text(&self, bytes: &[u8], hit: impl FnMut(Range<usize>, &Needle)) {
        if !self.is_empty() {
            self.scan_places(bytes, self.samples.places(self.keep, bytes), hit);
        }
    }

    /// As [`Self::scan`], for needles that have to do with one of these places at least; they ascend.
    pub(super) fn scan_near(&self, bytes: &[u8], edits: &[Edit], hit: impl FnMut(Range<usize>, &Needle)) {
        if !self.is_empty() {
            self.scan_places(bytes, edits.iter().map(Edit::place), hit);
        }
    }

    fn scan_places(
        &self,
        bytes: &[u8],
        places: impl Iterator<Item = Range<usize>>,
        mut hit: impl FnMut(Range<usize>, &Needle),
    ) {
        let mut last: Option<Range<usize>> = None;
        for place in places {
            // As far as a needle reaches that begins in a place; its last symbols are looked at with those before them.
            let start = match last {
                Some(range) if place.start.saturating_sub(range.end) <= self.longest => range.start,
                Some(range) => match self.forwards(bytes, range.end) {
                    end if end < place.start => {
                        self.scan_in(bytes, range.start..end, &mut hit);
                        self.before(bytes, place.start)
                    }
                    _ => range.start,
                },
                None => self.before(bytes, place.start),
            };
            last = Some(start..place.end);
        }
        if let Some(range) = last {
            let end = self.forwards(bytes, range.end);
            self.scan_in(bytes, range.start..end, &mut hit);
        }
    }

    /// The place that is as many symbols before another as the filter has.
    fn before(&self, bytes: &[u8], at: usize) -> usize {
        let mut walk = Backwards { keep: self.keep, bytes, at };
        let taken = walk.by_ref().take(TAIL).count();
        if taken == TAIL { walk.at } else { at.saturating_sub(TAIL * (GAP + 1)) }
    }

    /// The place that is as many symbols behind another as the longest needle has.
    fn forwards(&self, bytes: &[u8], from: usize) -> usize {
        let behind = bytes.iter().enumerate().skip(from).filter(|(_, b)| symbol(self.keep, **b) != 0);
        behind.map(|(at, _)| at + 1).nth(self.longest).unwrap_or(bytes.len())
    }

    fn scan_in(&self, bytes: &[u8], range: Range<usize>, hit: &mut impl FnMut(Range<usize>, &Needle)) {
        if self.is_empty() {
            return;
        }
        let mut window = 0u64;
        let first = range.start;
        for (at, byte) in bytes.get(range).unwrap_or_default().iter().enumerate() {
            let symbol = symbol(self.keep, *byte);
            let next = window << 8 | u64::from(symbol);
            window = if symbol == 0 { window } else { next };
            let bit = hash(window) >> self.shift;
            let word = self.bits.get(bit as usize / 64).copied().unwrap_or_default();
            if word >> (bit % 64) & 1 == 1 && symbol != 0 {
                self.confirm(bytes, first + at + 1, window, hit);
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

    /// Where the symbols begin that end there. A letter that may be there or not is tried both ways, a bounded number of times.
    fn backwards(&self, bytes: &[u8], end: usize, symbols: &[u8]) -> Option<usize> {
        let mut ways = vec![(end, symbols.len())];
        let mut tries = WAYS;
        while let Some((mut at, mut left)) = ways.pop() {
            while let Some(want) = left.checked_sub(1).and_then(|last| symbols.get(last)) {
                let mut walk = Backwards { keep: self.keep, bytes, at };
                let next = walk.next();
                let between = bytes.get(walk.at..at).unwrap_or_default();
                if tries > 0
                    && let Some(skipped) = between.iter().rposition(|b| escapes::letter(*b) == Some(*want))
                {
                    tries -= 1;
                    ways.push((walk.at + skipped, left - 1));
                }
                if next != Some(*want) {
                    break;
                }
                (at, left) = (walk.at, left - 1);
            }
            if left == 0 {
                return Some(at);
            }
        }
        None
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
        let bit = hash(tail(symbols.get(..HEAD).unwrap_or(symbols))) >> self.shift;
        if self.heads.get(bit as usize / 64).is_none_or(|word| word >> (bit % 64) & 1 == 0) {
            return false;
        }
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
        let found =
            near.iter().enumerate().rev().map(|(i, b)| (i, symbol(self.keep, *b))).find(|(_, symbol)| *symbol != 0);
        self.at = found.map_or(from, |(place, _)| from + place);
        found.map(|(_, symbol)| symbol)
    }
}
