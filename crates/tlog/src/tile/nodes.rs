//! Nodes from tiles that are checked against the root of a tree before anything in them is used.

use super::{FULL_WIDTH, Kind, Tile, TileError};
use crate::hash::{HASH_SIZE, Hash, node};
use crate::nodes::{Nodes, root_at};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where tiles come from: a directory, a server, a bucket.
pub trait Tiles {
    /// Why a tile cannot be had.
    type Error;

    /// The bytes of a tile of hashes. For a partial one, those of the full tile will do.
    ///
    /// # Errors
    /// When it cannot be read.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

/// Why a node cannot be had from tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileNodesError<E> {
    /// The tile cannot be read.
    #[error("{tile} cannot be read")]
    Read {
        /// Which tile.
        tile: Tile,
        /// Why.
        source: E,
    },
    /// The tile does not have the length of its width.
    #[error("{tile}: {source}")]
    Shape {
        /// Which tile.
        tile: Tile,
        /// What is wrong.
        source: TileError,
    },
    /// The tiles at the right edge do not lead to the root.
    #[error("the tiles at the right edge do not lead to the root")]
    Edge,
    /// The tile does not lead to the hash that the level above has for it.
    #[error("{0} does not lead to the root")]
    Forged(Tile),
    /// The node is not in a tree of this size.
    #[error("node {index} of level {level} is not in the tree")]
    Outside {
        /// The level asked for.
        level: u8,
        /// The index asked for.
        index: u64,
    },
}

/// The hashes of a tile with every perfect subtree over them: row `r` has `width >> r` nodes.
#[derive(Debug)]
struct Rows(Vec<Vec<Hash>>);

impl Rows {
    fn over(hashes: Vec<Hash>) -> Self {
        let mut rows = vec![hashes];
        while let Some(below) = rows.last().filter(|below| below.len() > 1) {
            rows.push(below.as_chunks::<2>().0.iter().map(|[left, right]| node(*left, *right)).collect());
        }
        Self(rows)
    }

    fn at(&self, row: u8, index: u64) -> Option<Hash> {
        self.0.get(usize::from(row))?.get(usize::try_from(index).ok()?).copied()
    }
}

/// Full tiles that were checked, up to a number; the one that lay unused longest goes first.
#[derive(Debug)]
struct Cache {
    capacity: usize,
    clock: u64,
    tiles: BTreeMap<Tile, (u64, Rows)>,
}

impl Cache {
    fn get(&mut self, tile: Tile, row: u8, index: u64) -> Option<Hash> {
        self.clock += 1;
        let (used, rows) = self.tiles.get_mut(&tile)?;
        *used = self.clock;
        rows.at(row, index)
    }

    fn put(&mut self, tile: Tile, rows: Rows) {
        while self.tiles.len() >= self.capacity {
            let oldest = self.tiles.iter().min_by_key(|(_, (used, _))| *used).map(|(tile, _)| *tile);
            let Some(oldest) = oldest else { break };
            self.tiles.remove(&oldest);
        }
        if self.capacity > 0 {
            self.tiles.insert(tile, (self.clock, rows));
        }
    }
}

/// The nodes of one tree, from tiles that nobody vouches for: each tile is checked once, when it is read, against the
/// root or against the tile above it. At most `capacity` full tiles (about 16 KiB each) and the right edge (at most 8
/// partial tiles) are kept.
#[derive(Debug)]
pub struct TileNodes<T> {
    tiles: T,
    size: u64,
    /// The partial tile of each level, where there is one.
    edge: Vec<Option<Rows>>,
    cache: RefCell<Cache>,
}

/// The right edge while it is not checked yet.
struct Edge<'a>(&'a [Option<Rows>]);

impl Nodes for Edge<'_> {
    type Error = ();

    fn node(&self, level: u8, index: u64) -> Result<Hash, ()> {
        let (row, at) = (level % 8, index & (0xff >> (level % 8)));
        self.0.get(usize::from(level / 8)).and_then(Option::as_ref).and_then(|rows| rows.at(row, at)).ok_or(())
    }
}

impl<T: Tiles> TileNodes<T> {
    /// Opens the tree of `size` leaves with this root, and reads its right edge.
    ///
    /// # Errors
    /// When a tile cannot be read, or the edge does not lead to the root.
    pub fn open(tiles: T, size: u64, root: Hash, capacity: usize) -> Result<Self, TileNodesError<T::Error>> {
        let mut edge = Vec::with_capacity(8);
        for level in 0..=super::MAX_LEVEL {
            let hashes = size >> (8 * level);
            let width = (hashes % u64::from(FULL_WIDTH)) as u16;
            edge.push(match Tile::new(Kind::Hashes(level), hashes / u64::from(FULL_WIDTH), width) {
                Some(tile) => Some(read(&tiles, tile)?),
                None => None,
            });
        }
        // The partial tiles are, hash for hash, the perfect subtrees of the tree: its root vouches for all of them.
        match root_at(&Edge(&edge), size) {
            Ok(found) if found == root => {}
            _ => return Err(TileNodesError::Edge),
        }
        let cache = Cache { capacity, clock: 0, tiles: BTreeMap::new() };
        Ok(Self { tiles, size, edge, cache: RefCell::new(cache) })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }
}

fn read<T: Tiles>(tiles: &T, tile: Tile) -> Result<Rows, TileNodesError<T::Error>> {
    let mut bytes = tiles.tile(tile).map_err(|source| TileNodesError::Read { tile, source })?;
    if bytes.len() == usize::from(FULL_WIDTH) * HASH_SIZE {
        bytes.truncate(usize::from(tile.width()) * HASH_SIZE);
    }
    tile.hashes(&bytes).map(Rows::over).map_err(|source| TileNodesError::Shape { tile, source })
}

impl<T: Tiles> Nodes for TileNodes<T> {
    type Error = TileNodesError<T::Error>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let outside = TileNodesError::Outside { level, index };
        let inside = level < 64 && index < self.size >> level;
        let (row, at) = (level % 8, index & (0xff >> (level % 8)));
        if !inside {
            return Err(outside);
        }
        let (tile_level, tile_index) = (level / 8, index >> (8 - row));
        let kind = Kind::Hashes(tile_level);
        if tile_index == (self.size >> (8 * tile_level)) / u64::from(FULL_WIDTH) {
            return Edge(&self.edge).node(level, index).map_err(|()| outside);
        }
        let Some(tile) = Tile::new(kind, tile_index, FULL_WIDTH) else { return Err(outside) };
        if let Some(found) = self.cache.borrow_mut().get(tile, row, at) {
            return Ok(found);
        }
        // The tile above is checked in turn, up to the edge: at most seven steps.
        let expected = self.node(8 * (tile_level + 1), tile_index)?;
        let rows = read(&self.tiles, tile)?;
        if rows.at(8, 0) != Some(expected) {
            return Err(TileNodesError::Forged(tile));
        }
        let found = rows.at(row, at);
        self.cache.borrow_mut().put(tile, rows);
        found.ok_or(TileNodesError::Outside { level, index })
    }
}
