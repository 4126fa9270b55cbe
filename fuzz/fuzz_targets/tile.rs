//! Tiles: paths and bundles are read in one form only, and bytes that nobody vouches for never become a tree's nodes.
#![no_main]
#![expect(dead_code, unused_imports, reason = "the files are taken as they are; not every item is reached from here")]

#[path = "../common/tlog.rs"]
mod tlog;

use libfuzzer_sys::fuzz_target;
use tlog::ed25519;
use tlog::src::{checkpoint, cosignature, frontier, hash, key, nodes, note, policy, proof, text, tile, witness};

/// Every tile from the same bytes.
struct Same<'a>(&'a [u8]);

impl tile::Tiles for Same<'_> {
    type Error = ();

    fn tile(&self, tile: tile::Tile) -> Result<Vec<u8>, ()> {
        let length = usize::from(tile.width()) * 32;
        Ok(self.0.iter().copied().cycle().skip(usize::from(tile.level())).take(length).collect())
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(path) = std::str::from_utf8(data)
        && let Ok(tile) = tile::Tile::parse(path)
    {
        assert_eq!(tile.path(), path);
        assert_eq!(tile::Tile::new(tile.kind(), tile.index(), tile.width()), Some(tile));
        assert!(tile.leaves().0 < tile.leaves().1);
    }
    if let Ok(frontier) = frontier::Frontier::from_bytes(data) {
        assert_eq!(frontier.to_bytes(), data);
        let _ = frontier.root();
    }
    let Some((numbers, rest)) = data.split_first_chunk::<10>() else { return };
    let [a, b, width @ ..] = numbers;
    let width = u16::from_le_bytes([width[0], width[1] & 1]);
    if let Ok(entries) = tile::bundle::entries(rest, width) {
        let mut again = Vec::new();
        entries.iter().for_each(|entry| tile::bundle::append(&mut again, entry).expect("short enough"));
        assert_eq!((again.as_slice(), entries.len()), (rest, usize::from(width)));
    }
    let size = u64::from_le_bytes([numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7], *a, *b]);
    let near = tile::tiles_between(size.saturating_sub(300), size);
    near.for_each(|tile| assert_eq!(tile::Tile::parse(&tile.path()), Ok(tile)));
    let nobody = tile::TileNodes::open(Same(rest), size, hash::leaf(b"a root that nothing leads to"), 4);
    assert!(nobody.is_err(), "a forged edge");
});
