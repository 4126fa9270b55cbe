//! The static files of a tiled log (C2SP tlog-tiles): coordinates, paths and contents.

use crate::hash::{HASH_SIZE, Hash};
use crate::text::decimal;
use std::fmt;

pub mod bundle;
mod nodes;
mod set;

pub use nodes::{TileNodes, TileNodesError, Tiles};
pub use set::{bundles_between, tiles_between, tiles_of};

/// Hashes in a full tile, and entries in a full bundle.
pub const FULL_WIDTH: u16 = 256;

/// The highest level that a tree of at most `2^64 - 1` leaves has.
pub const MAX_LEVEL: u8 = 7;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Hashes at this level: of leaves at 0, of full tiles of the level below from 1 on.
    Hashes(u8),
    /// The entries themselves, as an entry bundle.
    Entries,
}

/// The coordinates of a tile or an entry bundle. They always lie inside a tree that can exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: Kind,
    index: u64,
    width: u16,
}

/// Why a path or the bytes of a tile are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The path is not the one form that C2SP tlog-tiles gives a tile.
    #[error("not the path of a tile")]
    Path,
    /// The tile does not have the length of its width.
    #[error("the tile has {found} bytes instead of {expected}")]
    Length {
        /// The bytes that its hashes take.
        expected: usize,
        /// The bytes that are there.
        found: usize,
    },
}

impl Tile {
    /// The tile of `kind` at `index`, `width` hashes or entries wide (1 to 256). `None` where no tree of at most
    /// `2^64 - 1` leaves has it.
    #[must_use]
    pub fn new(kind: Kind, index: u64, width: u16) -> Option<Self> {
        let tile = Self { kind, index, width };
        let level = tile.level();
        if level > MAX_LEVEL || !(1..=FULL_WIDTH).contains(&width) {
            return None;
        }
        let end = index.checked_mul(u64::from(FULL_WIDTH))?.checked_add(u64::from(width))?;
        (end <= u64::MAX >> (8 * level)).then_some(tile)
    }

    /// What the file holds.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The level, 0 for entry bundles.
    #[must_use]
    pub const fn level(&self) -> u8 {
        match self.kind {
            Kind::Hashes(level) => level,
            Kind::Entries => 0,
        }
    }

    /// The index within the level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries there are, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether nothing will be added.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == FULL_WIDTH
    }

    /// The first leaf that the tile covers, and the first after it as far as its width goes.
    #[must_use]
    pub const fn leaves(&self) -> (u64, u64) {
        let (first, bits) = (self.index * FULL_WIDTH as u64, 8 * self.level());
        (first << bits, (first + self.width as u64) << bits)
    }

    /// Reads a path below the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
    ///
    /// # Errors
    /// When it is anything else, or names a tile that no tree has.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        parse(path).ok_or(TileError::Path)
    }

    /// The path below the log's prefix.
    #[must_use]
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// Reads the hashes of this tile.
    ///
    /// # Errors
    /// When the bytes do not have the length of its width.
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
        let expected = usize::from(self.width) * HASH_SIZE;
        if bytes.len() != expected {
            return Err(TileError::Length { expected, found: bytes.len() });
        }
        Ok(bytes.as_chunks::<HASH_SIZE>().0.iter().copied().map(Hash).collect())
    }
}

/// The bytes of a tile with these hashes.
#[must_use]
pub fn encode(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn parse(path: &str) -> Option<Tile> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => Kind::Entries,
        level => Kind::Hashes(u8::try_from(decimal(level)?).ok()?),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, u16::try_from(decimal(width)?).ok().filter(|width| *width < FULL_WIDTH)?),
        None => (rest, FULL_WIDTH),
    };
    let (parents, last) = index.rsplit_once('/').map_or((None, index), |(parents, last)| (Some(parents), last));
    let mut number = 0_u64;
    for parent in parents.iter().flat_map(|parents| parents.split('/')) {
        number = group(number, parent.strip_prefix('x')?)?;
        // A leading group of zeroes would give one tile two paths.
        if number == 0 {
            return None;
        }
    }
    Tile::new(kind, group(number, last)?, width)
}

/// Appends one group of three digits to a number.
fn group(number: u64, digits: &str) -> Option<u64> {
    let valid = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.checked_mul(1000)?.checked_add(valid.then(|| digits.parse().ok())??)
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes(level) => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        // The largest power of 1,000 that the index reaches gives the first group.
        let mut unit = 1_u64;
        while self.index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(f, "x{:03}/", self.index / unit % 1000)?;
            unit /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

#[cfg(test)]
mod tests;
