//! Paths, contents and sets of tiles against an independent library; checked tiles against tampering.

use super::bundle::{self, BundleError, MAX_ENTRY};
use super::{
    FULL_WIDTH, Kind, Tile, TileError, TileNodes, TileNodesError, bundles_between, encode, tiles_between, tiles_of,
};
use crate::hash::{EMPTY, Hash};
use crate::nodes::{Nodes, consistency, inclusion, root_at, verify_consistency, verify_inclusion};
use crate::testing::{Files, Grown, bytes, entry};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Large enough for a full tile of level 1 and a partial one above it.
static GROWN: LazyLock<Grown> = LazyLock::new(|| Grown::of(70_000));

fn theirs(tile: Tile) -> tlog_tiles::Tile {
    tlog_tiles::Tile::new(8, tile.level(), tile.index(), tile.width().into(), false)
}

#[test]
fn paths_of_the_specification() {
    let path = |kind, index, width| Tile::new(kind, index, width).unwrap().path();
    assert_eq!(path(Kind::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(Kind::Entries, 0, 1), "tile/entries/000.p/1");
    assert_eq!(path(Kind::Hashes(7), 0, 255), "tile/7/000.p/255");
    assert_eq!(path(Kind::Hashes(1), 1_000, 256), "tile/1/x001/000");
    assert_eq!(path(Kind::Hashes(0), 72_057_594_037_927_935, 255), "tile/0/x072/x057/x594/x037/x927/935.p/255");
}

#[test]
fn only_the_one_path_of_a_tile_is_read() {
    let wrong = "
        tile tile/ tile/0 tile/0/ /tile/0/000 tile/0/000/ tile//000 tile/00/000 tile/+0/000 tile/01/000 tile/8/000
        tile/63/000 tile/256/000 tile/0/0 tile/0/00 tile/0/0000 tile/0/x000 tile/0/x000/000 tile/0/x000/x001/000
        tile/0/001/000 tile/0/x001/x000 tile/0/x001 tile/0/x001/ tile/0/x1/000 tile/0/X001/000 tile/0/x001//000
        tile/0/000.p tile/0/000.p/ tile/0/000.p/0 tile/0/000.p/00 tile/0/000.p/01 tile/0/000.p/256 tile/0/000.p/-1
        tile/0/000.p/1/ tile/0/000.p/1.p/1 tile/0/000.P/1 tile/data/000 tile/Entries/000 tile/entries/ entries/000
        tile/7/000 tile/7/001.p/1 tile/6/256.p/1 tile/0/x072/x057/x594/x037/x927/935 tile/0/+01 tile/0/-01
        tile/0/x072/x057/x594/x037/x927/936.p/1 tile/0/x999/x999/x999/x999/x999/x999/x999/999 tile/0/١٢٣ ../tile/0/000";
    for path in wrong.split_whitespace().chain(["", "tile/0/000 ", "tile/0/000\n", "tile/0/000\0"]) {
        assert_eq!(Tile::parse(path), Err(TileError::Path), "{path:?}");
    }
    assert_eq!(Tile::new(Kind::Hashes(0), 0, 0), None);
    assert_eq!(Tile::new(Kind::Hashes(0), 0, FULL_WIDTH + 1), None);
    assert_eq!(Tile::new(Kind::Entries, u64::MAX, 1), None);
}

proptest! {
    #[test]
    fn paths_go_both_ways(
        level in 0..=8_u8, entries in any::<bool>(), index in any::<u64>(), shift in 0_u32..64, width in 1..=256_u16,
    ) {
        let kind = if entries { Kind::Entries } else { Kind::Hashes(level) };
        let Some(tile) = Tile::new(kind, index >> shift, width) else { return Ok(()) };
        prop_assert_eq!(Tile::parse(&tile.path()), Ok(tile));
        prop_assert!(tile.leaves().0 < tile.leaves().1);
        if !entries {
            // That library writes the height of its tiles, 8, before the level.
            prop_assert_eq!(theirs(tile).path().replacen("tile/8/", "tile/", 1), tile.path());
        }
    }

    #[test]
    fn no_path_makes_the_parser_fall_over(path in "(tile/)?[a-z0-9/.x]{0,40}|\\PC{0,20}|tile/[0-9]/(x[0-9]{3}/){0,8}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Ok(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.path(), path);
        }
    }

    #[test]
    fn new_tiles_are_those_of_the_other_library(old in 0..70_000_u64, new in 0..70_000_u64) {
        let (old, new) = (old.min(new), old.max(new));
        let ours: Vec<_> = tiles_between(old, new).collect();
        let other = tlog_tiles::Tile::new_tiles(8, old, new);
        prop_assert_eq!(ours.iter().copied().map(theirs).collect::<Vec<_>>(), other);
        // What a tree had and what is new are all that the larger one has, but for tiles that have grown.
        let all: BTreeSet<_> = tiles_of(old).chain(ours).collect();
        prop_assert!(tiles_of(new).all(|tile| all.contains(&tile)));
        let bundles: Vec<_> = bundles_between(old, new).collect();
        prop_assert!(bundles.iter().all(|bundle| bundle.kind() == Kind::Entries));
        prop_assert_eq!(bundles.len(), tiles_between(old, new).filter(|tile| tile.level() == 0).count());
    }

    #[test]
    fn bundles_go_both_ways(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..256)) {
        let mut bytes = Vec::new();
        entries.iter().for_each(|entry| bundle::append(&mut bytes, entry).unwrap());
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(&bundle::entries(&bytes, width).unwrap(), &entries);
        prop_assert!(bundle::entries(&bytes, width - 1).is_err());
        prop_assert_eq!(bundle::entries(&bytes, width + 1), Err(BundleError::Short(width)));
        let cut = bundle::entries(&bytes[..bytes.len() - 1], width);
        prop_assert_eq!(cut, Err(BundleError::Short(width - 1)));
    }

    #[test]
    fn any_bytes_as_a_bundle(bytes in prop::collection::vec(any::<u8>(), 0..600), width in 0..=256_u16) {
        if let Ok(entries) = bundle::entries(&bytes, width) {
            let mut again = Vec::new();
            entries.iter().for_each(|entry| bundle::append(&mut again, entry).unwrap());
            prop_assert_eq!(again, bytes);
        }
    }
}

#[test]
fn the_tiles_of_the_specification() {
    let count = |level, full| tiles_of(70_000).filter(|tile| tile.level() == level && tile.is_full() == full).count();
    assert_eq!([count(0, true), count(0, false), count(1, true), count(1, false), count(2, false)], [273, 1, 1, 1, 1]);
    let partial: Vec<_> = tiles_of(70_000).filter(|tile| !tile.is_full()).map(|tile| tile.path()).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let paths: Vec<_> = tiles_of(256).map(|tile| tile.path()).collect();
    assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tiles_of(0).count() + tiles_between(9, 9).count() + tiles_between(9, 8).count(), 0);
    let largest = tiles_between(u64::MAX - 1, u64::MAX);
    assert_eq!(largest.map(|tile| (tile.level(), tile.width())).collect::<Vec<_>>(), [(0, 255)]);
    let bundles: Vec<_> = bundles_between(255, 513).map(|tile| tile.path()).collect();
    assert_eq!(bundles, ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"]);
    let entry = Tile::parse("tile/1/001.p/17").unwrap();
    assert_eq!(entry.leaves(), (65_536, 65_536 + 17 * 256));
}

#[test]
fn an_entry_has_at_most_65535_bytes() {
    let mut bytes = Vec::new();
    bundle::append(&mut bytes, &vec![7; MAX_ENTRY]).unwrap();
    let before = bytes.len();
    assert_eq!(bundle::append(&mut bytes, &vec![7; MAX_ENTRY + 1]), Err(BundleError::TooLong(65_536)));
    assert_eq!(bytes.len(), before);
    assert_eq!(bundle::entries(&bytes, 1).unwrap(), [vec![7; MAX_ENTRY]]);
    assert_eq!(bundle::entries(&[0, 0, 1], 1), Err(BundleError::Rest(1)));
}

#[test]
fn a_tile_has_the_length_of_its_width() {
    let tile = Tile::new(Kind::Hashes(0), 0, 2).unwrap();
    let hashes = [EMPTY, Hash([1; 32])];
    assert_eq!(tile.hashes(&encode(&hashes)).unwrap(), hashes);
    let wrong = tile.hashes(&encode(&hashes)[1..]);
    assert_eq!(wrong, Err(TileError::Length { expected: 64, found: 63 }));
}

#[test]
fn proofs_from_checked_tiles() {
    let grown = &*GROWN;
    for size in [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000] {
        let root = root_at(grown, size).unwrap();
        let files = Files::of(grown, size);
        let nodes = TileNodes::open(&files, size, root, 4).unwrap();
        assert_eq!((nodes.size(), root_at(&nodes, size)), (size, Ok(root)));
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = inclusion(&nodes, index, size).unwrap();
            assert_eq!(proof, inclusion(grown, index, size).unwrap());
            let leaf = crate::hash::leaf(&entry(index));
            verify_inclusion(leaf, index, size, &proof, root).unwrap();
            let old = root_at(&nodes, index).unwrap();
            let proof = consistency(&nodes, index, size).unwrap();
            verify_consistency(index, old, size, root, &proof).unwrap();
        }
        assert!(matches!(nodes.node(0, size), Err(TileNodesError::Outside { .. })));
        assert!(matches!(nodes.node(64, 0), Err(TileNodesError::Outside { .. })));
    }
    assert!(TileNodes::open(&Files::default(), 0, EMPTY, 1).is_ok());
    assert!(TileNodes::open(&Files::default(), 0, Hash([0; 32]), 1).is_err());
}

#[test]
fn a_tile_is_read_and_checked_once_while_it_is_kept() {
    let (grown, size) = (&*GROWN, 70_000);
    let files = Files::of(grown, size);
    let nodes = TileNodes::open(&files, size, root_at(grown, size).unwrap(), 2).unwrap();
    assert_eq!(files.reads.get(), 3, "the right edge");
    let read = |index: u64| {
        let before = files.reads.get();
        assert_eq!(nodes.node(0, index).unwrap(), grown.node(0, index).unwrap());
        files.reads.get() - before
    };
    assert_eq!(read(0), 2, "its tile and the one above");
    assert_eq!((0..256).map(read).sum::<usize>(), 0);
    assert_eq!(read(256), 1, "the one above is kept");
    assert_eq!(read(300), 0);
    assert_eq!(read(0), 1, "it made room");
    assert_eq!(read(69_999), 0, "the edge stays");
    let none = TileNodes::open(&files, size, root_at(grown, size).unwrap(), 0).unwrap();
    assert_eq!(none.node(0, 5), nodes.node(0, 5));
}

#[test]
fn a_changed_tile_is_found_wherever_it_lies() {
    let (grown, size) = (&*GROWN, 65_536 + 600);
    let root = root_at(grown, size).unwrap();
    let mut files = Files::of(grown, size);
    // Those in the middle have no neighbours that differ.
    let tiles = tiles_of(size).filter(|tile| !(3..254).contains(&tile.index()));
    for tile in tiles {
        for at in [0, usize::from(tile.width()) * 32 - 1] {
            files.files.get_mut(&tile.path()).unwrap()[at] ^= 0x80;
            let opened = TileNodes::open(&files, size, root, 8);
            if tile.is_full() {
                let found = opened.unwrap().node(0, tile.leaves().0);
                assert_eq!(found, Err(TileNodesError::Forged(tile)));
            } else {
                assert_eq!(opened.err(), Some(TileNodesError::Edge), "{tile}");
            }
            files.files.get_mut(&tile.path()).unwrap()[at] ^= 0x80;
        }
    }
    let tile = Tile::parse("tile/0/005").unwrap();
    files.files.get_mut("tile/0/005").unwrap().pop();
    let nodes = TileNodes::open(&files, size, root, 8).unwrap();
    let source = TileError::Length { expected: 8192, found: 8191 };
    assert_eq!(nodes.node(0, 5 * 256), Err(TileNodesError::Shape { tile, source }));
    files.files.remove("tile/0/005");
    let nodes = TileNodes::open(&files, size, root, 8).unwrap();
    assert_eq!(nodes.node(0, 5 * 256), Err(TileNodesError::Read { tile, source: "tile/0/005".to_owned() }));
}

#[test]
fn the_full_tile_will_do_for_a_partial_one() {
    let grown = &*GROWN;
    let (size, later) = (300, 600);
    let mut files = Files::of(grown, size);
    let full = Tile::new(Kind::Hashes(0), 1, FULL_WIDTH).unwrap();
    assert!(tiles_of(later).any(|tile| tile == full));
    files.files.insert("tile/0/001.p/44".to_owned(), bytes(grown, full));
    let root = root_at(grown, size).unwrap();
    assert_eq!(root_at(&TileNodes::open(&files, size, root, 1).unwrap(), size), Ok(root));
}
