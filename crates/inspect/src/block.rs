//! Runs of bytes of one class, found in blocks of 64 bytes without a branch on each byte.

use std::ops::Range;

/// The bytes of a block: one for each bit of a mask.
const BLOCK: usize = 64;

/// A bit for each byte that is of the class, the first byte lowest.
#[inline(always)]
fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut fits = [0_u8; BLOCK];
    for (slot, byte) in fits.iter_mut().zip(block) {
        *slot = u8::from(is(*byte));
    }
    let (rows, _) = fits.as_chunks::<8>();
    // The product brings the lowest bits of eight bytes together in its highest byte.
    rows.iter()
        .rev()
        .fold(0, |mask, row| mask << 8 | (u64::from_le_bytes(*row).wrapping_mul(0x0102_0408_1020_4080) >> 56))
}

/// The mask of the block that begins there; bytes behind the end are not of the class.
#[inline(always)]
pub(crate) fn at(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> Option<u64> {
    let rest = bytes.get(from..)?;
    if let Some(block) = rest.first_chunk::<BLOCK>() {
        return Some(mask(block, is));
    }
    if rest.is_empty() {
        return None;
    }
    let mut last = [0; BLOCK];
    for (slot, byte) in last.iter_mut().zip(rest) {
        *slot = *byte;
    }
    Some(mask(&last, is) & !(u64::MAX << rest.len()))
}

/// The bits that so many set bits begin at.
#[inline(always)]
const fn starts(mask: u64, least: usize) -> u64 {
    let (mut found, mut length) = (mask, 1);
    while length < least {
        let more = if least - length < length { least - length } else { length };
        found &= found >> more;
        length += more;
    }
    found
}

/// The first run of at least `least` bytes of the class at or behind `from`, to its end; `least` is at most 64. The class is
/// judged for every byte, so it should be comparisons without a branch.
#[inline]
pub(crate) fn next_run(
    bytes: &[u8],
    from: usize,
    least: usize,
    is: impl Fn(u8) -> bool + Copy,
) -> Option<Range<usize>> {
    let start = next_start(bytes, from, least, is)?;
    Some(start..end(bytes, start + least, is))
}

/// Where that run begins.
#[inline]
pub(crate) fn next_start(bytes: &[u8], from: usize, least: usize, is: impl Fn(u8) -> bool + Copy) -> Option<usize> {
    let least = least.clamp(1, BLOCK);
    // How many bytes of the class stand directly before the block.
    let (mut place, mut carried) = (from, 0);
    loop {
        let mask = at(bytes, place, is)?;
        if carried + mask.trailing_ones() as usize >= least {
            return Some(place - carried);
        }
        let found = starts(mask, least);
        if found != 0 {
            return Some(place + found.trailing_zeros() as usize);
        }
        carried = if mask == u64::MAX { carried + BLOCK } else { mask.leading_ones() as usize };
        place += BLOCK;
    }
}

/// The first byte at or behind `from` that is not of the class, or the end.
#[inline]
pub(crate) fn end(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool + Copy) -> usize {
    let mut place = from;
    while let Some(mask) = at(bytes, place, is) {
        if mask != u64::MAX {
            return (place + mask.trailing_ones() as usize).min(bytes.len());
        }
        place += BLOCK;
    }
    bytes.len()
}

/// Whether a byte is a letter of ASCII from `first` to `last`, which are given in lower case, in either case.
#[inline(always)]
pub(crate) const fn letter(byte: u8, first: u8, last: u8) -> bool {
    within(byte | 0x20, first, last)
}

/// Whether a byte lies between two, without a branch.
#[inline(always)]
pub(crate) const fn within(byte: u8, first: u8, last: u8) -> bool {
    byte.wrapping_sub(first) <= last - first
}

/// Whether a byte is a letter or a digit of ASCII.
#[inline(always)]
pub(crate) const fn alphanumeric(byte: u8) -> bool {
    letter(byte, b'a', b'z') | within(byte, b'0', b'9')
}

/// Whether a byte is a digit of base64 in either alphabet (RFC 4648, sections 4 and 5).
#[inline(always)]
pub(crate) const fn sextet(byte: u8) -> bool {
    alphanumeric(byte) | (byte == b'+') | (byte == b'-') | (byte == b'/') | (byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(bytes: &[u8], from: usize, least: usize, is: impl Fn(u8) -> bool) -> Option<Range<usize>> {
        let all = |at: &usize| bytes.get(*at..at + least).is_some_and(|row| row.iter().all(|b| is(*b)));
        let start = (from..bytes.len()).find(all)?;
        let len = bytes.get(start..)?.iter().take_while(|b| is(**b)).count();
        Some(start..start + len)
    }

    #[test]
    fn each_byte_is_judged_as_the_standard_library_does() {
        for byte in 0..=u8::MAX {
            assert_eq!(alphanumeric(byte), byte.is_ascii_alphanumeric(), "{byte:#x}");
            assert_eq!(sextet(byte), byte.is_ascii_alphanumeric() || b"+-/_".contains(&byte), "{byte:#x}");
            assert_eq!(letter(byte, b'a', b'f'), matches!(byte, b'a'..=b'f' | b'A'..=b'F'), "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn runs_are_those_of_the_plain_way(
            text in "([ab]{0,90}[ .é]?){0,8}",
            least in 1_usize..=64,
            from in 0_usize..80,
        ) {
            let (bytes, is) = (text.as_bytes(), |byte: u8| byte == b'a' || byte == b'b');
            let from = from.min(bytes.len());
            prop_assert_eq!(next_run(bytes, from, least, is), plain(bytes, from, least, is));
            let mut at = from;
            while let Some(run) = next_run(bytes, at, least, is) {
                prop_assert_eq!(Some(run.clone()), plain(bytes, at, least, is));
                at = run.end;
            }
        }
    }
}
