//! What the operations cost, for people: `cargo test --release -p casemate-tlog costs -- --nocapture`. Without
//! optimisation each runs once, on a smaller tree.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use crate::hash::{EMPTY, leaf};
use crate::nodes::{consistency, inclusion, root_at, verify_consistency, verify_inclusion};
use crate::tile::{Kind, Tile, TileNodes, Tiles, encode, tiles_of};
use crate::{Checkpoint, Cosigner, Frontier, Hash, Nodes, Policy, Proof, Signer};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

const IS_QUICK: bool = cfg!(debug_assertions);

/// The best of five rounds, in nanoseconds for each run.
fn cost(what: &str, runs: u32, mut run: impl FnMut()) {
    let (rounds, runs) = if IS_QUICK { (1, 1) } else { (5, runs) };
    let round = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..runs).for_each(|_| run());
        start.elapsed().as_nanos() / u128::from(runs)
    };
    let best = (0..rounds).map(|_| round(&mut run)).min().unwrap_or_default();
    println!("{what:44} {:>9}.{:02} µs", best / 1000, best % 1000 / 10);
}

/// Every hash of a tree, level by level.
struct Levels(Vec<Vec<Hash>>);

impl Nodes for Levels {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        Ok(self.0[usize::from(level)][usize::try_from(index).expect("small")])
    }
}

struct Files(BTreeMap<Tile, Vec<u8>>);

impl Tiles for &Files {
    type Error = String;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, String> {
        self.0.get(&tile).cloned().ok_or_else(|| tile.path())
    }
}

fn grow(size: u64) -> (Frontier, Levels) {
    let (mut frontier, mut levels) = (Frontier::new(), vec![Vec::new(); 64]);
    for index in 0..size {
        frontier
            .push(leaf(&index.to_be_bytes()), |level, _, hash| levels[usize::from(level)].push(hash))
            .expect("room");
    }
    (frontier, Levels(levels))
}

#[test]
fn operations() {
    let size = if IS_QUICK { 130_003 } else { 1_000_003 };
    let (frontier, nodes) = grow(size);
    let entry = [7; 800];
    cost("leaf of 800 bytes", 20_000, || _ = black_box(leaf(black_box(&entry))));
    let mut growing = frontier.clone();
    cost("push of a leaf hash", 20_000, || growing.push(EMPTY, |_, _, hash| _ = black_box(hash)).expect("room"));
    cost("root from a frontier of 20", 20_000, || _ = black_box(black_box(&growing).root()));
    cost("frontier to and from bytes", 20_000, || _ = black_box(Frontier::from_bytes(&frontier.to_bytes())));
    let root = frontier.root();
    cost("root from nodes", 2_000, || _ = black_box(root_at(&nodes, size)));
    cost("inclusion proof from nodes", 2_000, || _ = black_box(inclusion(&nodes, 123_456, size)));
    let proof = inclusion(&nodes, 123_456, size).expect("a proof");
    let hash = leaf(&123_456_u64.to_be_bytes());
    cost("verify an inclusion proof", 2_000, || verify_inclusion(hash, 123_456, size, &proof, root).expect("holds"));
    let old_size = size / 3 * 2;
    let steps = consistency(&nodes, old_size, size).expect("a proof");
    let old = root_at(&nodes, old_size).expect("a root");
    cost("verify a consistency proof", 2_000, || {
        verify_consistency(old_size, old, size, root, &steps).expect("holds");
    });
    checkpoints(size, root, &proof, hash);
    tiles(size, root, &nodes);
}

fn checkpoints(size: u64, root: Hash, proof: &[Hash], hash: Hash) {
    let signer = Signer::from_seed("example.com/log", &[1; 32]).expect("a key");
    let witness = Cosigner::from_seed("witness", &[2; 32]).expect("a key");
    let checkpoint = Checkpoint::new("example.com/log", size, root).expect("a checkpoint");
    let text = checkpoint.to_string();
    cost("sign a checkpoint", 2_000, || _ = black_box(checkpoint.sign([&signer])));
    cost("cosign a checkpoint", 2_000, || _ = black_box(witness.cosign(&text, 1)));
    let note = checkpoint.sign([&signer]).expect("a note") + &witness.cosign(&text, 1).expect("a line");
    cost("open a checkpoint with one known key", 2_000, || {
        Checkpoint::open(note.as_bytes(), [signer.verifier()]).expect("opens");
    });
    let keys = (vec![signer.verifier().clone()], vec![witness.verifier().clone()]);
    let policy = Policy::new("example.com/log", keys.0, keys.1, 1).expect("a policy");
    let file = Proof::new(123_456, proof.to_vec(), &note, None).expect("a proof").to_string();
    println!("a proof file has {} bytes", file.len());
    cost("read and check a proof with one witness", 1_000, || {
        Proof::parse(file.as_bytes()).expect("a proof").check(hash, &policy).expect("holds");
    });
}

fn tiles(size: u64, root: Hash, nodes: &Levels) {
    let read = |tile: Tile| {
        let Kind::Hashes(level) = tile.kind() else { return Vec::new() };
        let first = tile.index() * 256;
        let each = (first..first + u64::from(tile.width())).map(|index| nodes.node(8 * level, index));
        encode(&each.collect::<Result<Vec<_>, _>>().expect("nodes"))
    };
    let files = Files(tiles_of(size).map(|tile| (tile, read(tile))).collect());
    cost("open a tree from tiles", 50, || _ = black_box(TileNodes::open(&files, size, root, 8)));
    let opened = TileNodes::open(&files, size, root, 64).expect("opens");
    let mut index = 0;
    cost("inclusion proof from tiles, mostly unread", 200, || {
        index = (index + 7_919) % size;
        black_box(inclusion(&opened, index, size)).expect("a proof");
    });
    cost("inclusion proof from tiles that are kept", 200, || _ = black_box(inclusion(&opened, index, size)));
}
