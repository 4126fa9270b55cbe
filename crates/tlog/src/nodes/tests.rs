//! Roots and proofs against two independent libraries, both ways, and against tampering.

use super::{
    MAX_CONSISTENCY, MAX_INCLUSION, Nodes, ProofError, ProveError, consistency, frontier_at, inclusion, root_at,
    root_from_inclusion, verify_consistency, verify_inclusion,
};
use crate::hash::{EMPTY, Hash, leaf, node};
use crate::testing::{Grown, entry};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use std::convert::Infallible;
use std::sync::LazyLock;
use tlog_tiles::{Error, HashReader};

const MOST: u64 = 2300;

struct Trees {
    ours: Grown,
    roots: Vec<Hash>,
    stored: Vec<tlog_tiles::Hash>,
}

struct Stored<'a>(&'a [tlog_tiles::Hash]);

impl HashReader for Stored<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

static TREES: LazyLock<Trees> = LazyLock::new(|| {
    let (mut ours, mut roots, mut stored) = (Grown::default(), vec![EMPTY], Vec::new());
    for index in 0..MOST {
        ours.push(leaf(&entry(index)));
        roots.push(ours.frontier.root());
        let new = tlog_tiles::stored_hashes(index, &entry(index), &Stored(&stored)).unwrap();
        stored.extend(new);
    }
    Trees { ours, roots, stored }
});

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn all_ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn all_theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().copied().map(theirs).collect()
}

fn at<T: Copy>(list: &[T], index: u64) -> T {
    list[usize::try_from(index).unwrap()]
}

/// Sizes that are likely to go wrong: near powers of two and full tiles.
fn size() -> impl Strategy<Value = u64> {
    let near = (0_u32..=11, -2_i64..=2).prop_map(|(bit, by)| (1_u64 << bit).saturating_add_signed(by));
    prop_oneof![
        0..=2000_u64,
        near.clone(),
        near,
        (1_u64..=8, -1_i64..=1).prop_map(|(n, by)| (n * 256).saturating_add_signed(by))
    ]
}

#[test]
fn every_root_is_that_of_the_other_libraries() {
    let trees = &*TREES;
    let mut memory = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 0..MOST {
        let root = at(&trees.roots, size);
        assert_eq!(root_at(&trees.ours, size), Ok(root));
        assert_eq!(frontier_at(&trees.ours, size).unwrap().root(), root);
        let other = tlog_tiles::tree_hash(size, &Stored(&trees.stored)).unwrap();
        assert_eq!(other, theirs(root), "tlog_tiles at {size}");
        // ct-merkle has no root for the empty tree that RFC 6962 would know.
        if size > 0 && (size < 70 || size % 17 == 0) {
            assert_eq!(memory.root().as_bytes().as_slice(), root.0, "ct-merkle at {size}");
        }
        memory.push(entry(size));
    }
}

#[test]
fn every_small_proof_agrees() {
    let mut memory = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=40_u64 {
        memory.push(entry(size - 1));
        for index in 0..size {
            check_inclusion(index, size);
            let proof = inclusion(&TREES.ours, index, size).unwrap();
            let other = memory.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(concat(&proof), other.as_bytes());
        }
        for old in 0..=size {
            check_consistency(old, size);
            let proof = consistency(&TREES.ours, old, size).unwrap();
            if old > 0 {
                let other = memory.prove_consistency(usize::try_from(size - old).unwrap());
                assert_eq!(concat(&proof), other.as_bytes(), "{old} to {size}");
            }
        }
    }
}

fn concat(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.0).collect()
}

fn check_inclusion(index: u64, size: u64) {
    let trees = &*TREES;
    let (hash, root) = (leaf(&entry(index)), at(&trees.roots, size));
    let proof = inclusion(&trees.ours, index, size).unwrap();
    verify_inclusion(hash, index, size, &proof, root).unwrap();
    tlog_tiles::check_record(&all_theirs(&proof), size, theirs(root), index, theirs(hash)).unwrap();
    let other = tlog_tiles::prove_record(size, index, &Stored(&trees.stored)).unwrap();
    verify_inclusion(hash, index, size, &all_ours(&other), root).unwrap();
    let ct_root = RootHash::<Sha256>::new(root.0.into(), size);
    let ct_proof = InclusionProof::try_from_bytes(concat(&proof)).unwrap();
    ct_root.verify_inclusion(&entry(index), index, &ct_proof).unwrap();
    let wrong = |proof: &[Hash], index, size, root| verify_inclusion(hash, index, size, proof, root).unwrap_err();
    for change in 0..proof.len() {
        let mut changed = proof.clone();
        changed[change].0[change % 32] ^= 1;
        assert_eq!(wrong(&changed, index, size, root), ProofError::Root);
    }
    assert_eq!(wrong(&[&proof[..], &[EMPTY]].concat(), index, size, root), ProofError::Length);
    if let Some((_, fewer)) = proof.split_last() {
        assert_eq!(wrong(fewer, index, size, root), ProofError::Length);
    }
    assert_eq!(wrong(&proof, index, size, EMPTY), ProofError::Root);
    assert_eq!(wrong(&proof, size, size, root), ProofError::Index { index: size, size });
}

fn check_consistency(old: u64, new: u64) {
    let trees = &*TREES;
    let (was, is) = (at(&trees.roots, old), at(&trees.roots, new));
    let proof = consistency(&trees.ours, old, new).unwrap();
    verify_consistency(old, was, new, is, &proof).unwrap();
    if old > 0 {
        tlog_tiles::check_tree(&all_theirs(&proof), new, theirs(is), old, theirs(was)).unwrap();
        let other = tlog_tiles::prove_tree(new, old, &Stored(&trees.stored)).unwrap();
        verify_consistency(old, was, new, is, &all_ours(&other)).unwrap();
        let ct_proof = ConsistencyProof::try_from_bytes(concat(&proof)).unwrap();
        let roots = [(was, old), (is, new)].map(|(root, size)| RootHash::<Sha256>::new(root.0.into(), size));
        roots[1].verify_consistency(&roots[0], &ct_proof).unwrap();
    }
    for change in 0..proof.len() {
        let mut changed = proof.clone();
        changed[change].0[change % 32] ^= 1;
        assert_eq!(verify_consistency(old, was, new, is, &changed), Err(ProofError::Root));
    }
    assert_eq!(verify_consistency(old, was, new, is, &[&proof[..], &[EMPTY]].concat()), Err(ProofError::Length));
    if let Some((_, fewer)) = proof.split_last() {
        assert!(verify_consistency(old, was, new, is, fewer).is_err());
    }
    let other = leaf(b"another root");
    if old > 0 {
        assert_eq!(verify_consistency(old, was, new, other, &proof), Err(ProofError::Root));
    }
    assert_eq!(verify_consistency(old, other, new, is, &proof), Err(ProofError::Root));
}

proptest! {
    #[test]
    fn inclusion_agrees_both_ways(size in size(), pick in any::<prop::sample::Index>()) {
        prop_assume!(size > 0);
        check_inclusion(pick.index(usize::try_from(size).unwrap()) as u64, size);
    }

    #[test]
    fn consistency_agrees_both_ways(one in size(), two in size()) {
        check_consistency(one.min(two), one.max(two));
    }

    /// No numbers and no proof make a verifier fall over or hang.
    #[test]
    fn verifiers_end_for_any_numbers(
        one in any::<u64>(), two in any::<u64>(), shift in 0_u32..64,
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70),
    ) {
        let two = two >> shift;
        let _ = verify_inclusion(EMPTY, one, two, &proof, EMPTY);
        let _ = verify_inclusion(EMPTY, one.min(two), one.max(two), &proof, EMPTY);
        let _ = verify_consistency(one, EMPTY, two, EMPTY, &proof);
        let _ = verify_consistency(one.min(two), EMPTY, one.max(two), EMPTY, &proof);
    }

    /// A tree of any size whose every node is known by its level alone: what is proven is accepted.
    #[test]
    fn huge_trees_prove_and_verify(one in any::<u64>(), two in any::<u64>(), shift in 0_u32..64) {
        let (low, high) = (one.min(two >> shift), one.max(two >> shift));
        huge(low, high);
        huge(high - low, high);
        huge(high, high);
    }
}

static UNIFORM: LazyLock<[Hash; 64]> =
    LazyLock::new(|| std::array::from_fn(|level| (0..level).fold(leaf(b""), |hash, _| node(hash, hash))));

/// The tree in which every leaf is the same.
struct Uniform;

impl Nodes for Uniform {
    type Error = Infallible;

    fn node(&self, level: u8, _: u64) -> Result<Hash, Infallible> {
        Ok(UNIFORM[usize::from(level)])
    }
}

fn huge(low: u64, high: u64) {
    let (was, is) = (root_at(&Uniform, low).unwrap(), root_at(&Uniform, high).unwrap());
    let proof = consistency(&Uniform, low, high).unwrap();
    assert!(proof.len() <= MAX_CONSISTENCY);
    verify_consistency(low, was, high, is, &proof).unwrap();
    if let Some(index) = low.checked_sub(1) {
        let proof = inclusion(&Uniform, index, high).unwrap();
        assert!(proof.len() <= MAX_INCLUSION);
        verify_inclusion(leaf(b""), index, high, &proof, is).unwrap();
    }
}

#[test]
fn the_largest_trees() {
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, (1 << 63) + 1] {
        for low in [0, 1, 2, size / 2, size / 2 + 1, size - 1, size] {
            huge(low, size);
        }
    }
    let proof = inclusion(&Uniform, 0, u64::MAX).unwrap();
    assert_eq!(proof.len(), MAX_INCLUSION);
    let proof = consistency(&Uniform, 1 << 63 | 1, u64::MAX).unwrap();
    assert!(proof.len() <= MAX_CONSISTENCY);
    let proof = consistency(&Uniform, (1 << 63) - 1, u64::MAX).unwrap();
    assert_eq!(proof.len(), MAX_CONSISTENCY);
}

#[test]
fn what_cannot_be_proven_is_refused() {
    let trees = &*TREES;
    assert_eq!(inclusion(&trees.ours, 5, 5), Err(ProveError::Index { index: 5, size: 5 }));
    assert_eq!(consistency(&trees.ours, 6, 5), Err(ProveError::Sizes { old: 6, new: 5 }));
    assert_eq!(inclusion(&Grown::of(3), 0, 4), Err(ProveError::Nodes((1, 1))));
    assert_eq!(root_from_inclusion(EMPTY, 0, 0, &[]), Err(ProofError::Index { index: 0, size: 0 }));
    assert_eq!(verify_consistency(2, EMPTY, 1, EMPTY, &[]), Err(ProofError::Sizes { old: 2, new: 1 }));
    // The empty tree has one root only.
    let other = leaf(b"");
    assert_eq!(verify_consistency(0, other, 0, other, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, other, 1, other, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(0, EMPTY, 1, other, &[]), Ok(()));
    assert_eq!(verify_consistency(1, EMPTY, 1, other, &[]), Err(ProofError::Root));
}
