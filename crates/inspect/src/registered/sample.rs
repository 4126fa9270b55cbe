//! Samples of a text: where a needle may stand, seen from a few symbols at places that lie apart.
//!
//! A needle of `n` symbols takes at least `n` bytes. Of places that lie `n - 4` bytes apart one lies in it, behind its fifth
//! symbol at the earliest, and the five symbols up to there are the needle's. So most bytes of a text are looked at once in a
//! while, whatever stands between two symbols.

use super::forms::Needle;
use super::index::{GAP, Keep, hash, symbol};
use std::ops::Range;

/// The symbols of a sample.
const GRAM: usize = 5;
/// The bytes that most samples are read from.
const NEAR: usize = 8;
/// And those of others; no gap is longer.
const FAR: usize = 32;
/// The farthest that places lie apart: each byte more is a gram more of each needle.
const APART: usize = 12;
/// The bits of the filter for each gram; two of them are set.
const BITS: usize = 32;

/// The samples of many needles.
pub(super) struct Samples {
    /// How far places lie apart.
    step: usize,
    bits: Vec<u64>,
    shift: u32,
}

/// The last symbols of a window.
const fn gram(window: u64) -> u64 {
    window & ((1 << (8 * GRAM)) - 1)
}

impl Samples {
    pub(super) fn of(needles: &[Needle]) -> Self {
        let shortest = needles.iter().map(|needle| needle.symbols.len()).min().unwrap_or(GRAM);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, APART);
        let size = (needles.len() * step * BITS).next_power_of_two().max(4096);
        let mut samples = Self { step, bits: vec![0; size / 64], shift: 64 - size.trailing_zeros() };
        for needle in needles {
            for symbols in needle.symbols.windows(GRAM).take(step) {
                let window = symbols.iter().fold(0, |window, symbol| window << 8 | u64::from(*symbol));
                for bit in samples.two(window) {
                    if let Some(word) = samples.bits.get_mut(bit / 64) {
                        *word |= 1 << (bit % 64);
                    }
                }
            }
        }
        samples
    }

    /// The bits of a gram.
    fn two(&self, gram: u64) -> [usize; 2] {
        let hash = hash(gram);
        [hash, hash.rotate_left(32)].map(|hash| usize::try_from(hash >> self.shift).unwrap_or_default())
    }

    fn has(&self, window: u64) -> bool {
        let set = |bit: usize| self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1);
        let [one, two] = self.two(gram(window));
        set(one) && set(two)
    }

    /// The places where a needle may stand; each needle has to do with one of them.
    pub(super) fn places<'s>(
        &'s self,
        keep: &'static Keep,
        bytes: &'s [u8],
    ) -> impl Iterator<Item = Range<usize>> + 's {
        let places = (self.step - 1..bytes.len()).step_by(self.step);
        let mut blank = 0..0;
        places.filter(move |at| self.strikes(keep, bytes, *at, &mut blank)).map(|at| at..at + 1)
    }

    /// Whether a needle may stand around a byte. `blank` is where no symbols were seen last.
    #[inline]
    fn strikes(&self, keep: &Keep, bytes: &[u8], at: usize, blank: &mut Range<usize>) -> bool {
        let Some(near) = bytes.get(..=at).and_then(<[u8]>::last_chunk::<NEAR>) else {
            return self.strikes_far(keep, bytes, at, blank);
        };
        let mut window = 0_u64;
        for byte in near {
            let symbol = u64::from(symbol(keep, *byte));
            window = if symbol == 0 { window } else { window << 8 | symbol };
        }
        // No symbol is 0.
        if window >> (8 * (GRAM - 1)) != 0 { self.has(window) } else { self.strikes_far(keep, bytes, at, blank) }
    }

    /// The same where the symbols do not lie close together.
    #[cold]
    fn strikes_far(&self, keep: &Keep, bytes: &[u8], at: usize, blank: &mut Range<usize>) -> bool {
        let from = (at + 1).saturating_sub(FAR);
        let near = bytes.get(from..=at).unwrap_or_default();
        let (mut window, mut count) = (0_u64, 0);
        for symbol in near.iter().rev().map(|b| symbol(keep, *b)).filter(|symbol| *symbol != 0) {
            window |= u64::from(symbol) << (8 * count);
            count += 1;
            if count == GRAM {
                return self.has(window);
            }
        }
        if count == 0 {
            let start = if blank.end >= from { blank.start } else { from };
            *blank = start..at + 1;
            // No needle goes on across a longer gap.
            return blank.len() <= GAP && from > 0;
        }
        // Farther apart they are not looked for here.
        from > 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::{Index, LETTERS};
    use super::*;
    use crate::View;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    fn needle(symbols: &str) -> Needle {
        let symbols = Zeroizing::new(symbols.as_bytes().to_vec());
        Needle { symbols, view: View::Plain, exact: None, edges: false }
    }

    proptest! {
        /// Wherever a needle stands, however it is split, it is found as it is by looking at every byte.
        #[test]
        fn nothing_is_passed_over(
            needles in proptest::collection::vec("[ab1]{8,20}", 1..4),
            parts in proptest::collection::vec((0_usize..4, "[ab1 ]{0,12}", "[ .-]{0,9}", 0_usize..140), 0..6),
        ) {
            let index = Index::new(&LETTERS, needles.iter().map(|symbols| needle(symbols)).collect());
            let mut text = String::new();
            for (which, before, between, gap) in &parts {
                text.push_str(before);
                let symbols = &needles[which % needles.len()];
                let wide = gap % symbols.len();
                for (nth, c) in symbols.chars().enumerate() {
                    text.push(c);
                    text.push_str(between);
                    text.push_str(&" ".repeat(if nth == wide { *gap } else { 0 }));
                }
            }
            let (mut all, mut sampled) = (Vec::new(), Vec::new());
            index.scan(text.as_bytes(), |place, _| all.push(place));
            index.scan_text(text.as_bytes(), |place, _| sampled.push(place));
            prop_assert_eq!(sampled, all);
        }
    }
}
