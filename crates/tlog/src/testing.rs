//! What several tests need: a tree that keeps every node, and the tiles cut from it.

use crate::cosignature::Cosigner;
use crate::frontier::Frontier;
use crate::hash::{Hash, leaf};
use crate::key::{Algorithm, KeyId, Signer};
use crate::nodes::Nodes;
use crate::tile::{Kind, Tile, Tiles, encode, tiles_of};
use std::cell::Cell;
use std::collections::BTreeMap;

/// Every node of a tree, by level and index; kept from what `Frontier::push` shows.
#[derive(Default)]
pub(crate) struct Grown {
    pub(crate) frontier: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
}

impl Grown {
    pub(crate) fn of(size: u64) -> Self {
        let mut grown = Self::default();
        (0..size).for_each(|index| grown.push(leaf(&entry(index))));
        grown
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        let nodes = &mut self.nodes;
        let complete = |level, index, hash| assert!(nodes.insert((level, index), hash).is_none(), "completed twice");
        self.frontier.push(leaf, complete).expect("there is room");
    }
}

/// The bytes of entry `index` in the trees of tests.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

impl Nodes for Grown {
    type Error = (u8, u64);

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        self.nodes.get(&(level, index)).copied().ok_or((level, index))
    }
}

/// The tiles of a tree as files.
#[derive(Default)]
pub(crate) struct Files {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) reads: Cell<usize>,
}

impl Files {
    pub(crate) fn of(grown: &Grown, size: u64) -> Self {
        let files = tiles_of(size).map(|tile| (tile.path(), bytes(grown, tile))).collect();
        Self { files, reads: Cell::new(0) }
    }
}

pub(crate) fn bytes(grown: &Grown, tile: Tile) -> Vec<u8> {
    let Kind::Hashes(level) = tile.kind() else { panic!("hashes only") };
    let first = tile.index() * 256;
    let hashes: Vec<Hash> =
        (first..first + u64::from(tile.width())).map(|index| grown.node(8 * level, index).expect("a node")).collect();
    encode(&hashes)
}

impl Tiles for &Files {
    type Error = String;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, String> {
        self.reads.set(self.reads.get() + 1);
        self.files.get(&tile.path()).cloned().ok_or_else(|| tile.path())
    }
}

/// The key of a log, from a seed of one repeated byte.
pub(crate) fn signer(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).expect("a key")
}

/// The key of a witness.
pub(crate) fn cosigner(name: &str, seed: u8) -> Cosigner {
    Cosigner::from_seed(name, &[seed; 32]).expect("a key")
}

/// A signature line as a witness makes it with ML-DSA-44 (0x06): of the right length, and of no key that is known here.
pub(crate) fn ml_dsa_line(name: &str) -> String {
    let id = KeyId::of(name, Algorithm::MlDsa44, &[7; 1312]);
    let bytes = [&id.0, [9; 8].as_slice(), &[5; 2420]].concat();
    format!("\u{2014} {name} {}\n", crate::text::base64(&bytes))
}
