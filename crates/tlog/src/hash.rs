//! SHA-256 hashes of leaves and nodes (RFC 6962 section 2.1), and their text forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The length of a hash in bytes.
pub const HASH_SIZE: usize = 32;

/// The root of the tree without leaves: the hash of nothing (RFC 6962 section 2.1).
pub const EMPTY: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// A SHA-256 hash in a Merkle tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_SIZE]);

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// The hash of two neighbours: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node(left: Hash, right: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Hash(hasher.finalize().into())
}

impl Hash {
    /// Standard base64 with padding (RFC 4648 section 4), 44 characters, as checkpoints and proofs carry it.
    #[must_use]
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads 44 characters of canonical base64.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        let mut bytes = [0; HASH_SIZE];
        // The length first: what is longer does not fit the slice, and is not worth decoding.
        if text.len() != 44 {
            return None;
        }
        let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
        (length == HASH_SIZE).then_some(Self(bytes))
    }

    /// Lower-case hexadecimal, 64 characters.
    #[must_use]
    pub fn hex(&self) -> String {
        crate::text::hex(&self.0)
    }

    /// Reads 64 characters of lower-case hexadecimal.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        crate::text::from_hex(text).map(Self)
    }

    /// The hash in exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base64())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, Hash, leaf, node};
    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_hashes_of_the_standard() {
        assert_eq!(EMPTY.0, <[u8; 32]>::from(Sha256::digest([])));
        assert_eq!(leaf(b"").hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        let joined = node(leaf(b""), leaf(&[0]));
        assert_eq!(joined.hex(), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    }

    #[test]
    fn text_forms_are_canonical() {
        let hash = leaf(b"x");
        assert_eq!(Hash::from_base64(&hash.base64()), Some(hash));
        assert_eq!(Hash::from_hex(&hash.hex()), Some(hash));
        assert_eq!(Hash::from_slice(&hash.0), Some(hash));
        assert_eq!(Hash::from_slice(&hash.0[1..]), None);
        assert_eq!(hash.to_string(), hash.base64());
        assert_eq!(format!("{hash:?}"), hash.hex());
        let zero = Hash([0; 32]).base64();
        for wrong in ["", "AAAA", &zero[1..], &zero.replace('=', "A"), &zero.replace("A=", "B="), &format!("{zero}\n")]
        {
            assert_eq!(Hash::from_base64(wrong), None, "{wrong:?}");
        }
        for wrong in ["", "zz", &hash.hex()[2..], &hash.hex().to_uppercase(), &hash.hex().replace('0', "+")] {
            assert_eq!(Hash::from_hex(wrong), None, "{wrong:?}");
        }
    }
}
