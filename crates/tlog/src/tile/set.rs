//! Which tiles and bundles a tree consists of, and which are new when it grows.

use super::{FULL_WIDTH, Kind, MAX_LEVEL, Tile};

/// Every tile of hashes that a tree of `size` consists of, level by level: full ones, then the partial one.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    tiles_between(0, size)
}

/// The tiles of a tree of `new` leaves that the tree of `old` leaves does not have, or has narrower. None where `new`
/// is not larger.
pub fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..=MAX_LEVEL).flat_map(move |level| between(Kind::Hashes(level), old >> (8 * level), new >> (8 * level)))
}

/// The same for entry bundles.
pub fn bundles_between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    between(Kind::Entries, old, new)
}

/// `old` and `new` count the hashes of one level.
fn between(kind: Kind, old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let full = u64::from(FULL_WIDTH);
    let last = if new > old { new.div_ceil(full) } else { 0 };
    // The rest of a division by 256 fits.
    let width = move |index| if index < new / full { FULL_WIDTH } else { (new % full) as u16 };
    (old / full..last).filter_map(move |index| Tile::new(kind, index, width(index)))
}
