//! Roots and proofs of a tree whose perfect subtrees are at hand, and the verification of proofs.

use crate::frontier::{Frontier, root_of};
use crate::hash::{EMPTY, Hash, node};

/// The most hashes that an inclusion proof has.
pub const MAX_INCLUSION: usize = 64;

/// The most hashes that a consistency proof has: it may begin with a leaf on the older tree's edge.
pub const MAX_CONSISTENCY: usize = 65;

/// Where the roots of perfect subtrees come from: memory, a file of hashes, or tiles.
pub trait Nodes {
    /// Why a node cannot be had.
    type Error;

    /// The root of the perfect subtree over the leaves `index * 2^level .. (index + 1) * 2^level`.
    ///
    /// # Errors
    /// When the node is not there or cannot be trusted.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

impl<N: Nodes> Nodes for &N {
    type Error = N::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        (**self).node(level, index)
    }
}

/// Why a proof cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size}")]
    Index {
        /// The index asked for.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of {old} cannot have grown into one of {new}")]
    Sizes {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        new: u64,
    },
    /// A node could not be had.
    #[error(transparent)]
    Nodes(#[from] E),
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size}")]
    Index {
        /// The index claimed.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of {old} cannot have grown into one of {new}")]
    Sizes {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        new: u64,
    },
    /// The proof has too many or too few hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// How far a range of leaves reaches: from `start` over `len` leaves. `start` is a multiple of a power of two that is
/// not below `len`, as every range of RFC 6962's recursion is.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    len: u64,
}

impl Range {
    /// Splits at the largest power of two below the length; `None` for a single leaf.
    fn split(self) -> Option<(Self, Self)> {
        let left = 1_u64.checked_shl(self.len.checked_sub(1)?.checked_ilog2()?)?;
        let right = Self { start: self.start + left, len: self.len - left };
        Some((Self { start: self.start, len: left }, right))
    }

    fn root<N: Nodes>(self, nodes: &N) -> Result<Hash, N::Error> {
        Ok(root_of(&subtrees(nodes, self)?))
    }
}

/// The roots of the perfect subtrees that a range consists of, from left to right.
fn subtrees<N: Nodes>(nodes: &N, range: Range) -> Result<Vec<Hash>, N::Error> {
    let (mut start, mut rest) = (range.start, range.len);
    let mut roots = Vec::with_capacity(64);
    while let Some(level) = rest.checked_ilog2() {
        roots.push(nodes.node(level as u8, start >> level)?);
        let leaves = 1_u64 << level;
        rest -= leaves;
        // Past the last leaf of the largest tree there is no next subtree.
        start = start.wrapping_add(leaves);
    }
    Ok(roots)
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
/// When a node cannot be had.
pub fn root_at<N: Nodes>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    Range { start: 0, len: size }.root(nodes)
}

/// The frontier of the tree of the first `size` leaves.
///
/// # Errors
/// When a node cannot be had.
pub fn frontier_at<N: Nodes>(nodes: &N, size: u64) -> Result<Frontier, N::Error> {
    subtrees(nodes, Range { start: 0, len: size }).map(|edge| Frontier::of(size, edge))
}

/// The inclusion proof of leaf `index` in the tree of `size` (RFC 6962 section 2.1.1).
///
/// # Errors
/// When the leaf is not in the tree or a node cannot be had.
pub fn inclusion<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, ProveError<N::Error>> {
    if index >= size {
        return Err(ProveError::Index { index, size });
    }
    let (mut proof, mut range) = (Vec::new(), Range { start: 0, len: size });
    while let Some((left, right)) = range.split() {
        let (here, there) = if index < right.start { (left, right) } else { (right, left) };
        proof.push(there.root(nodes)?);
        range = here;
    }
    proof.reverse();
    Ok(proof)
}

/// The consistency proof between the trees of `old` and `new` leaves (RFC 6962 section 2.1.2). It is empty where there
/// is nothing to prove: both are equal, or the older tree is empty.
///
/// # Errors
/// When `old` is larger than `new` or a node cannot be had.
pub fn consistency<N: Nodes>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, ProveError<N::Error>> {
    if old > new {
        return Err(ProveError::Sizes { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut proof, mut range, mut whole) = (Vec::new(), Range { start: 0, len: new }, true);
    // The older tree ends inside the range until it ends with it.
    while range.len != old - range.start
        && let Some((left, right)) = range.split()
    {
        if old <= right.start {
            proof.push(right.root(nodes)?);
            range = left;
        } else {
            proof.push(left.root(nodes)?);
            (range, whole) = (right, false);
        }
    }
    // The verifier has the older root itself.
    if !whole {
        proof.push(range.root(nodes)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root to which an inclusion proof leads (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// When the leaf is not in the tree, or the proof has the wrong length.
pub fn root_from_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Result<Hash, ProofError> {
    let Some(mut last) = size.checked_sub(1).filter(|last| index <= *last) else {
        return Err(ProofError::Index { index, size });
    };
    let (mut at, mut hash) = (index, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node(*sibling, hash);
            // The right edge has no sibling on the levels where it is a left child.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(hash, *sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last == 0 { Ok(hash) } else { Err(ProofError::Length) }
}

/// Checks that `leaf` is the leaf `index` of the tree of `size` with this root.
///
/// # Errors
/// When it is not, or the proof does not fit.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), ProofError> {
    let found = root_from_inclusion(leaf, index, size, proof)?;
    if found == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new` leaves and `new_root` begins with the tree of `old` leaves and `old_root`
/// (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// When it does not, or the proof does not fit.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Sizes { old, new });
    }
    if (old == 0 && old_root != EMPTY) || (new == 0 && new_root != EMPTY) || (old == new && old_root != new_root) {
        return Err(ProofError::Root);
    }
    if old == 0 || old == new {
        return if proof.is_empty() { Ok(()) } else { Err(ProofError::Length) };
    }
    // A perfect older tree is itself the first node of the path.
    let (first, rest) = match proof.split_first() {
        _ if old.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return Err(ProofError::Length),
    };
    let shared = (old - 1).trailing_ones();
    // `old` is below `new`, so `old - 1` never has 64 ones.
    let (mut at, mut last) = ((old - 1) >> shared, (new - 1) >> shared);
    let (mut was, mut is) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            (was, is) = (node(*sibling, was), node(*sibling, is));
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            is = node(is, *sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if was == old_root && is == new_root { Ok(()) } else { Err(ProofError::Root) }
}

#[cfg(test)]
mod tests;
