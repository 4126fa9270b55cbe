//! Many words in one pass: a filter of bits over the first four bytes of each, and a look at the words where it strikes.

/// The fewest bytes of a word.
pub(super) const SHORTEST: usize = 3;
/// The bytes that the filter is over.
const HEAD: usize = 4;
/// How many bits the filter has, and how many lists the words are in, as powers of two.
const BITS: u32 = 17;
const LISTS: u32 = 12;

/// Words, found by how they begin.
#[derive(Debug)]
pub(super) struct Heads {
    bits: Vec<u64>,
    /// Where the words of each list end.
    ends: Vec<u32>,
    /// The words, list by list.
    listed: Vec<Listed>,
    words: Vec<Vec<u8>>,
}

/// A word in its list.
#[derive(Debug)]
struct Listed {
    number: u32,
    /// How it begins, and which bits of that count.
    begin: u64,
    mask: u64,
}

/// The first eight bytes; what is not there is 0.
fn begin(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let mut begin = [0; 8];
    for (slot, byte) in begin.iter_mut().zip(bytes) {
        *slot = *byte;
    }
    u64::from_be_bytes(begin)
}

/// A place among `1 << bits`.
const fn place(bytes: u32, bits: u32) -> usize {
    (bytes.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
}

/// Where the words are listed that begin so.
fn list(head: [u8; HEAD]) -> usize {
    let [one, two, three, _] = head;
    place(u32::from_be_bytes([0, one, two, three]), LISTS)
}

fn head(word: &[u8], fourth: u8) -> [u8; HEAD] {
    let mut head = [0, 0, 0, fourth];
    for (slot, byte) in head.iter_mut().zip(word) {
        *slot = *byte;
    }
    head
}

impl Heads {
    /// Makes them ready. Words of fewer than [`SHORTEST`] bytes are not found.
    pub(super) fn of(words: Vec<Vec<u8>>) -> Self {
        let mut bits = vec![0_u64; 1 << (BITS - 6)];
        let mut mark = |head: [u8; HEAD]| {
            let bit = place(u32::from_be_bytes(head), BITS);
            if let Some(slot) = bits.get_mut(bit / 64) {
                *slot |= 1 << (bit % 64);
            }
        };
        let mut lists: Vec<(usize, Listed)> = Vec::with_capacity(words.len());
        for (number, word) in (0_u32..).zip(&words).filter(|(_, word)| word.len() >= SHORTEST) {
            // Behind a word of three bytes anything may stand.
            match word.get(HEAD - 1) {
                Some(_) => mark(head(word, 0)),
                None => (0..=u8::MAX).for_each(|fourth| mark(head(word, fourth))),
            }
            let mask = !u64::MAX.checked_shr(u32::try_from(word.len() * 8).unwrap_or(u32::MAX)).unwrap_or(0);
            lists.push((list(head(word, 0)), Listed { number, begin: begin(word), mask }));
        }
        lists.sort_by_key(|(list, _)| *list);
        let ends = (0..1_usize << LISTS).map(|list| lists.partition_point(|(of, _)| *of <= list));
        let ends = ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)).collect();
        Self { bits, ends, listed: lists.into_iter().map(|(_, listed)| listed).collect(), words }
    }

    /// Calls `each` with the number and the place of each word, until it says to stop.
    pub(super) fn find(&self, bytes: &[u8], mut each: impl FnMut(usize, usize, usize) -> bool) {
        for (at, head) in bytes.array_windows::<HEAD>().enumerate() {
            if self.strikes(*head) && !self.at(bytes, at, *head, &mut each) {
                return;
            }
        }
        // The last word may have three bytes.
        let last = bytes.len().checked_sub(SHORTEST);
        if let Some((at, rest)) = last.and_then(|at| Some((at, bytes.get(at..)?))) {
            self.at(bytes, at, head(rest, 0), &mut each);
        }
    }

    #[inline]
    fn strikes(&self, head: [u8; HEAD]) -> bool {
        let bit = place(u32::from_be_bytes(head), BITS);
        self.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// The words that begin there; whether to go on.
    fn at(
        &self,
        bytes: &[u8],
        at: usize,
        head: [u8; HEAD],
        each: &mut impl FnMut(usize, usize, usize) -> bool,
    ) -> bool {
        let list = list(head);
        let end = |list: usize| self.ends.get(list).map_or(0, |end| *end as usize);
        let from = list.checked_sub(1).map_or(0, end);
        let rest = bytes.get(at..).unwrap_or_default();
        let begin = begin(rest);
        for listed in self.listed.get(from..end(list)).unwrap_or_default() {
            if begin & listed.mask != listed.begin {
                continue;
            }
            let number = listed.number as usize;
            if let Some(word) = self.words.get(number).filter(|word| rest.starts_with(word))
                && !each(number, at, at + word.len())
            {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_word_is_found_wherever_it_stands(
            words in proptest::collection::vec("[abé]{3,6}", 0..12),
            text in "[abcé]{0,60}",
        ) {
            let heads = Heads::of(words.iter().map(|word| word.clone().into_bytes()).collect());
            let mut found = Vec::new();
            heads.find(text.as_bytes(), |number, start, end| {
                found.push((start, end, number));
                true
            });
            let mut want = Vec::new();
            for (number, word) in words.iter().enumerate() {
                let all = (0..text.len()).filter(|at| text.as_bytes()[*at..].starts_with(word.as_bytes()));
                want.extend(all.map(|at| (at, at + word.len(), number)));
            }
            found.sort_unstable();
            want.sort_unstable();
            prop_assert_eq!(&found, &want);
            let mut first = 0;
            heads.find(text.as_bytes(), |_, _, _| {
                first += 1;
                false
            });
            prop_assert_eq!(first, usize::from(!want.is_empty()));
        }
    }
}
