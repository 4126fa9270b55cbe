//! The tiles of hashes below the minimum index: made and checked before the entries go, and checked by whoever verifies.

use super::{Minimum, PruneError};
use crate::checkpoints::Kept;
use crate::error::{Class, Fault};
use crate::storage::{Source, Storage};
use crate::tiles::{LogTiles, WRITING, frames, root};
use casemate_tlog::Frontier;
use casemate_tlog::hash::{HASH_SIZE, Hash};
use casemate_tlog::nodes::Nodes as _;
use casemate_tlog::tile::{FULL_WIDTH, Kind, MAX_LEVEL, Tile, TileNodes, encode};
use std::collections::BTreeMap;
use std::io;
use std::sync::PoisonError;

const WIDTH: u64 = FULL_WIDTH as u64;

/// Puts every full tile that covers the entries from `first` on on the disk, whose leaf hashes are `leaves`, once it is
/// certain that with them the tree of `closing` comes out, which ends there. No tile that may be good is replaced.
///
/// The last one may cover some entries after them, which have to be there.
pub(super) fn ensure(
    storage: &mut dyn Storage,
    first: u64,
    leaves: Vec<Hash>,
    closing: &Kept,
) -> Result<(), PruneError> {
    let end = closing.checkpoint.size();
    let (begin, all) = (first / WIDTH * WIDTH, end.next_multiple_of(WIDTH));
    let mut hashes = Vec::with_capacity(leaves.len() + 2 * usize::from(FULL_WIDTH));
    if begin < first {
        // What lies before was pruned earlier, or was made for the segment before this one.
        let before = usize::try_from(first - begin).unwrap_or_default();
        hashes.extend(stored(storage, 0, begin / WIDTH)?.into_iter().take(before));
    }
    hashes.extend(leaves);
    frames(storage, end, all, |leaf, _| hashes.push(leaf))?;
    let mut made = Made { under: &*storage, files: BTreeMap::new(), tiles: Vec::new() };
    for (index, hashes) in (begin / WIDTH..).zip(hashes.chunks(usize::from(FULL_WIDTH))) {
        made.add(0, index, hashes.to_vec())?;
    }
    for level in 1..=MAX_LEVEL {
        let leaves = 8 * (u32::from(level) + 1);
        for index in begin.checked_shr(leaves).unwrap_or(0)..all.checked_shr(leaves).unwrap_or(0) {
            let children = index * WIDTH..(index + 1) * WIDTH;
            let roots = children.map(|child| stored(&made, level - 1, child).map(root));
            let roots = roots.collect::<Result<Vec<_>, _>>()?;
            made.add(level, index, roots)?;
        }
    }
    // Nothing is written that does not lead there.
    leads_to(&made, begin, closing)?;
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    for (level, index, hashes) in &made.tiles {
        agrees(storage, *level, *index, hashes, end)?;
    }
    let files: Vec<_> = made.files.into_iter().collect();
    storage.keep(&files)?;
    Ok(())
}

/// The log as it will be when the tiles that were made are on the disk.
struct Made<'a> {
    under: &'a dyn Source,
    files: BTreeMap<String, Vec<u8>>,
    /// Level, index and hashes of each.
    tiles: Vec<(u8, u64, Vec<Hash>)>,
}

impl Made<'_> {
    fn add(&mut self, level: u8, index: u64, hashes: Vec<Hash>) -> io::Result<()> {
        self.files.insert(tile(level, index)?.path(), encode(&hashes));
        self.tiles.push((level, index, hashes));
        Ok(())
    }
}

impl Source for Made<'_> {
    fn names(&self) -> io::Result<Vec<String>> {
        self.under.names()
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        self.files.get(name).map_or_else(|| self.under.len(name), |bytes| Ok(bytes.len() as u64))
    }

    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let Some(bytes) = self.files.get(name) else { return self.under.read_at(name, offset, len) };
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(len).min(bytes.len());
        Ok(bytes.get(from..to).unwrap_or_default().to_vec())
    }
}

/// Whether the tile that was made may take the place of the one that is there. Of both, what covers the entries before
/// `end` is known: where that differs, the one that is there is wrong. Beyond, nothing tells which one is right. Zeroes are
/// what a power cut left of it.
fn agrees(source: &dyn Source, level: u8, index: u64, made: &[Hash], end: u64) -> Result<(), Fault> {
    let Ok(there) = stored(source, level, index) else { return Ok(()) };
    let differs = |(there, made): (&Hash, &Hash)| there != made && there.0 != [0; HASH_SIZE];
    let Some(at) = there.iter().zip(made).position(differs) else { return Ok(()) };
    let leaf = |at: u64| (index * WIDTH + at) << (8 * u32::from(level)).min(63);
    if leaf(at as u64 + 1) <= end {
        return Ok(());
    }
    let name = tile(level, index).map_or_else(|_| String::new(), |tile| tile.path());
    let what = "the tile has other hashes than the entries have, and either may be wrong: verify the log first; where \
                it is good, remove the tile, and it is made again";
    Err(Fault::new(Class::Changed, &name, 0, what).at(leaf(at as u64)))
}

fn tile(level: u8, index: u64) -> io::Result<Tile> {
    let tile = Tile::new(Kind::Hashes(level), index, FULL_WIDTH);
    tile.ok_or_else(|| io::Error::other("no log has this tile"))
}

/// Reads the tiles of the leaves from `begin` on back, each checked against those above it and all against the root.
fn leads_to(source: &dyn Source, begin: u64, closing: &Kept) -> Result<(), Fault> {
    let (end, root) = (closing.checkpoint.size(), closing.checkpoint.root());
    let wrong = || closing.fault(Class::Changed, "the tiles do not lead to the root that this checkpoint signed");
    let nodes = TileNodes::open(LogTiles::new(source, true), end, root, 8).map_err(|_| wrong())?;
    for leaf in (begin..end).step_by(usize::from(FULL_WIDTH)) {
        nodes.node(0, leaf).map_err(|_| wrong())?;
    }
    Ok(())
}

/// The hashes of a full tile as it lies on the disk.
fn stored(source: &dyn Source, level: u8, index: u64) -> Result<Vec<Hash>, Fault> {
    let tile = tile(level, index).map_err(|error| Fault::io("tile", &error))?;
    crate::tiles::stored(source, tile)
}

/// Checks every tile below the minimum: its entries are gone, so nobody can make it again.
pub(crate) fn check(source: &dyn Source, minimum: &Minimum) -> Result<(), Fault> {
    let mut tree = Frontier::new();
    let mut edge: Vec<Vec<Hash>> = (0..=MAX_LEVEL).map(|_| Vec::new()).collect();
    let size = minimum.index();
    // A wrong tile of a higher level and a wrong one below it look alike until the root is reached.
    let mut doubt = None;
    for index in 0..size.div_ceil(WIDTH) {
        let hashes = stored(source, 0, index)?;
        for hash in hashes.iter().take(usize::try_from(size - index * WIDTH).unwrap_or(usize::MAX)) {
            tree.push(*hash, |_, _, _| ()).map_err(|error| Fault::new(Class::Changed, "tile", 0, error.to_string()))?;
        }
        let mut hash = root(hashes);
        for level in 1..=MAX_LEVEL {
            let Some(row) = edge.get_mut(usize::from(level)) else { break };
            row.push(hash);
            if row.len() < usize::from(FULL_WIDTH) {
                break;
            }
            let (row, above) = (std::mem::take(row), index >> (8 * u32::from(level)));
            let there = stored(source, level, above)?;
            let other = there.iter().zip(&row).position(|(there, made)| there != made);
            doubt = doubt.or(other.map(|at| (level, above, above * WIDTH + at as u64)));
            hash = root(row);
        }
    }
    let is_whole = minimum.holds(&tree).is_ok();
    let wrong = |level, index| {
        let name = Tile::new(Kind::Hashes(level), index, FULL_WIDTH).map_or_else(String::new, |tile| tile.path());
        let what = "the tile is not what was written, and its entries were pruned; an archive may have it";
        Fault::new(Class::Changed, &name, 0, what).at(index << (8 * (u32::from(level) + 1)).min(63))
    };
    match doubt {
        None if is_whole => Ok(()),
        None => Err(wrong(0, size.div_ceil(WIDTH).saturating_sub(1))),
        Some((level, above, _)) if is_whole => Err(wrong(level, above)),
        Some((level, _, below)) => Err(wrong(level - 1, below)),
    }
}
