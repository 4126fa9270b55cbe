//! The right edge of a growing tree: all that a writer needs to keep in memory.

use crate::hash::{EMPTY, HASH_SIZE, Hash, node};

/// The roots of the perfect subtrees that a tree consists of, from left to right: one for each bit of its size, so at
/// most 64. Bit `b` stands for `2^b` leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

/// Why a frontier cannot be had or grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// A tree has at most `2^64 - 1` leaves.
    #[error("the tree is full")]
    Full,
    /// The bytes are not a frontier.
    #[error("not a frontier: the length does not follow from the size")]
    Length,
    /// Hashes do not match the number of bits in the size.
    #[error("a tree of {size} leaves has {expected} subtrees, not {found}")]
    Subtrees {
        /// The number of leaves.
        size: u64,
        /// The number of bits in it.
        expected: u32,
        /// How many hashes there are.
        found: usize,
    },
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// The frontier of a tree of `size` leaves, from the roots of its perfect subtrees, left to right.
    ///
    /// # Errors
    /// When their number is not that of the bits in `size`.
    pub fn from_hashes(size: u64, edge: Vec<Hash>) -> Result<Self, FrontierError> {
        let (expected, found) = (size.count_ones(), edge.len());
        if u32::try_from(found) != Ok(expected) {
            return Err(FrontierError::Subtrees { size, expected, found });
        }
        Ok(Self { size, edge })
    }

    /// A frontier whose hashes were taken by the bits of `size`.
    pub(crate) const fn of(size: u64, edge: Vec<Hash>) -> Self {
        Self { size, edge }
    }

    /// Appends a leaf. `complete` sees each node that is now final: the leaf itself at level 0, then every perfect
    /// subtree of `2^level` leaves that ends with it, with its index within the level.
    ///
    /// # Errors
    /// When the tree is full; nothing is changed then.
    pub fn push(&mut self, leaf: Hash, mut complete: impl FnMut(u8, u64, Hash)) -> Result<(), FrontierError> {
        let size = self.size.checked_add(1).ok_or(FrontierError::Full)?;
        let (mut hash, mut index, mut level) = (leaf, self.size, 0_u8);
        complete(level, index, hash);
        while index & 1 == 1 {
            // An odd index has a left neighbour, which is the last of the edge.
            let Some(left) = self.edge.pop() else { break };
            hash = node(left, hash);
            (index, level) = (index >> 1, level + 1);
            complete(level, index, hash);
        }
        self.edge.push(hash);
        self.size = size;
        Ok(())
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree (RFC 6962 section 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        root_of(&self.edge)
    }

    /// The roots of the perfect subtrees, from left to right.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.edge
    }

    /// The size as 8 big-endian bytes, then the hashes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let hashes = self.edge.iter().flat_map(|hash| hash.0);
        self.size.to_be_bytes().into_iter().chain(hashes).collect()
    }

    /// Reads what [`Self::to_bytes`] writes, and nothing else.
    ///
    /// # Errors
    /// When the length does not follow from the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError::Length)?;
        let (hashes, rest) = rest.as_chunks::<HASH_SIZE>();
        if !rest.is_empty() || hashes.len() > 64 {
            return Err(FrontierError::Length);
        }
        let edge = hashes.iter().copied().map(Hash).collect();
        Self::from_hashes(u64::from_be_bytes(*size), edge).map_err(|_| FrontierError::Length)
    }
}

/// The root over perfect subtrees, given from left to right.
pub(crate) fn root_of(edge: &[Hash]) -> Hash {
    edge.iter().rev().copied().reduce(|right, left| node(left, right)).unwrap_or(EMPTY)
}

#[cfg(test)]
mod tests {
    use super::{Frontier, FrontierError};
    use crate::hash::{EMPTY, Hash, leaf, node};

    #[test]
    fn each_completed_node_is_seen_once() {
        let (mut frontier, mut seen) = (Frontier::new(), Vec::new());
        assert_eq!(frontier.root(), EMPTY);
        for entry in 0..7_u8 {
            frontier.push(leaf(&[entry]), |level, index, _| seen.push((level, index))).unwrap();
        }
        let expected = [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 1), (2, 0), (0, 4), (0, 5), (1, 2), (0, 6)];
        assert_eq!(seen, expected);
        assert_eq!((frontier.size(), frontier.hashes().len()), (7, 3));
        let of = |entry: u8| leaf(&[entry]);
        let four = node(node(of(0), of(1)), node(of(2), of(3)));
        assert_eq!(frontier.root(), node(four, node(node(of(4), of(5)), of(6))));
    }

    #[test]
    fn bytes_go_both_ways_and_strictly() {
        let mut frontier = Frontier::new();
        for entry in 0..100_u8 {
            let bytes = frontier.to_bytes();
            assert_eq!(Frontier::from_bytes(&bytes).unwrap(), frontier);
            assert_eq!(Frontier::from_bytes(&bytes[1..]), Err(FrontierError::Length));
            assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0]].concat()), Err(FrontierError::Length));
            assert_eq!(Frontier::from_bytes(&[&bytes[..], &[0; 32]].concat()), Err(FrontierError::Length));
            frontier.push(leaf(&[entry]), |_, _, _| ()).unwrap();
        }
        assert_eq!(Frontier::from_bytes(&[]), Err(FrontierError::Length));
    }

    #[test]
    fn a_full_tree_takes_no_more() {
        let zero = Hash([0; 32]);
        let mut full = Frontier::from_hashes(u64::MAX, vec![zero; 64]).unwrap();
        assert_eq!(full.push(zero, |_, _, _| ()), Err(FrontierError::Full));
        let mut last = Frontier::from_hashes(u64::MAX - 1, vec![zero; 63]).unwrap();
        last.push(zero, |_, _, _| ()).unwrap();
        assert_eq!((last.size(), last.hashes().len()), (u64::MAX, 64));
        let wrong = Frontier::from_hashes(3, vec![zero]);
        assert_eq!(wrong, Err(FrontierError::Subtrees { size: 3, expected: 2, found: 1 }));
    }
}
