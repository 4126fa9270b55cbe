//! The side of an entry: what belongs to it and lies outside the tree.
//!
//! 32 bytes of salt, then any number of `type (1) | length (4) | bytes`, numbers big-endian. The record names the
//! SHA-256 of its side, which says nothing of it as long as the salt is unknown. No side is ever changed: what erasure
//! destroys is the key, without which the side is noise.
//!
//! | Type | Bytes |
//! |---|---|
//! | 1 | the inputs of the decision, sealed |
//! | 2 | what was captured of the call, sealed |
//! | 3 | the key that the record was made under: its slot (4), the slot's generation (4), its fingerprint (8) |

use crate::commitment::{SALT, Salt};
use crate::subjects::{Held, Named};
use casemate_core::digest::Digest;

/// The largest side.
pub(crate) const MAX: usize = SALT + (1 << 20);

/// What is said of a side that is another.
pub(crate) const OTHER: &str = "the side of the entry is not the one that it was made with";

/// The type of sealed inputs.
pub(crate) const INPUTS: u8 = 1;
/// The type of what was captured.
pub(crate) const CAPTURE: u8 = 2;
const KEY: u8 = 3;

/// The side of an entry with that salt, made under that key.
pub(crate) fn begin(salt: &Salt, held: &Held) -> Vec<u8> {
    let mut side = salt.to_vec();
    let Named { slot, generation, check } = held.named;
    add(&mut side, KEY, &[&slot.to_be_bytes()[..], &generation.to_be_bytes(), &check].concat());
    side
}

/// Adds a part.
pub(crate) fn add(side: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    side.push(kind);
    side.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    side.extend_from_slice(bytes);
}

/// The part of that type.
pub(crate) fn part(side: &[u8], kind: u8) -> Option<&[u8]> {
    parts(side).find_map(|(found, bytes)| (found == kind).then_some(bytes))
}

/// The key that the entry was made under.
pub(crate) fn named_key(side: &[u8]) -> Option<Named> {
    let (slot, rest) = part(side, KEY)?.split_first_chunk::<4>()?;
    let (generation, check) = rest.split_first_chunk::<4>()?;
    Some(Named {
        slot: u32::from_be_bytes(*slot),
        generation: u32::from_be_bytes(*generation),
        check: check.try_into().ok()?,
    })
}

/// Whether it is the side that the entry was made with, by the hash that the record names; or rightly none.
pub(crate) fn is_whole(side: &[u8], named: Option<&str>) -> bool {
    named.map_or(side.is_empty(), |named| Digest::of(side).hex() == named)
}

/// The salt.
pub(crate) fn salt(side: &[u8]) -> Option<Salt> {
    side.first_chunk::<SALT>().copied()
}

/// The parts after the salt: types and bytes. Ends where the rest is no whole part.
fn parts(side: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = side.get(SALT..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, after) = rest.split_first()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (bytes, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        rest = after;
        Some((*kind, bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_the_one_that_is_named_or_another() {
        let side = [7; SALT].to_vec();
        let named = Digest::of(&side).hex();
        assert!(is_whole(&side, Some(&named)) && is_whole(&[], None));
        let others = [&side[..31], &[], &[8; SALT], &[0], &[0; SALT], &[0; 2 * SALT]];
        assert!(others.iter().all(|other| !is_whole(other, Some(&named))) && !is_whole(&side, None));
        assert_eq!((salt(&side), salt(&[1])), (Some([7; SALT]), None));
    }

    #[test]
    fn parts_follow_the_salt() {
        let mut side = [7; SALT].to_vec();
        for (kind, bytes) in [(1_u8, &b"one"[..]), (9, b"")] {
            add(&mut side, kind, bytes);
        }
        assert!(parts(&side).eq([(1, &b"one"[..]), (9, b"")]));
        side.extend_from_slice(&[1, 0, 0, 0, 9, 1]);
        assert_eq!(parts(&side).count(), 2);
    }
}
