//! The tiles of the log (C2SP tlog-tiles): files that are derived from the segments and can be made from them again.
//!
//! Only full tiles of hashes are stored, below `tile/`. Partial ones and entry bundles come from the segments.

mod nodes;
mod store;

pub(crate) use nodes::LogNodes;
pub(crate) use store::{Feed, WRITING};

use crate::error::{Class, Fault};
use crate::files;
use crate::frame;
use crate::retention;
use crate::scan;
use crate::storage::Source;
use casemate_tlog::hash::{HASH_SIZE, Hash, node};
use casemate_tlog::tile::{FULL_WIDTH, Kind, Tile, Tiles, bundle, encode};

/// How much of a segment is read at once.
const CHUNK: usize = 1 << 20;

/// Tiles from files where they are there, and from the segments otherwise. Nothing vouches for them.
pub(crate) struct LogTiles<'a> {
    source: &'a dyn Source,
    /// Whether files of tiles are used at all.
    stored: bool,
}

impl<'a> LogTiles<'a> {
    pub(crate) const fn new(source: &'a dyn Source, stored: bool) -> Self {
        Self { source, stored }
    }
}

impl Tiles for LogTiles<'_> {
    type Error = Fault;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Fault> {
        let full = Tile::new(tile.kind(), tile.index(), FULL_WIDTH);
        if let Some(full) = full.filter(|_| self.stored)
            && let Ok(bytes) = self.source.read_at(&full.path(), 0, usize::from(FULL_WIDTH) * HASH_SIZE)
            && bytes.len() == usize::from(FULL_WIDTH) * HASH_SIZE
        {
            return Ok(bytes);
        }
        self.derive(tile)
    }
}

impl LogTiles<'_> {
    fn derive(&self, tile: Tile) -> Result<Vec<u8>, Fault> {
        let Some(below) = tile.level().checked_sub(1) else {
            let (first, end) = tile.leaves();
            let minimum = retention::index(self.source)?.clamp(first, end);
            let mut leaves = Vec::with_capacity(usize::from(tile.width()));
            if first < minimum {
                // What was pruned is in the tile alone.
                let pruned = usize::try_from(minimum - first).unwrap_or_default();
                leaves.extend(stored(self.source, tile)?.into_iter().take(pruned));
            }
            if minimum < end {
                frames(self.source, minimum, end, |leaf, _| leaves.push(leaf))?;
            }
            return Ok(encode(&leaves));
        };
        let mut roots = Vec::with_capacity(usize::from(tile.width()));
        for at in 0..u64::from(tile.width()) {
            let index = tile.index() * u64::from(FULL_WIDTH) + at;
            let outside = || Fault::new(Class::Removed, &tile.path(), 0, "no log has this tile");
            let child = Tile::new(Kind::Hashes(below), index, FULL_WIDTH).ok_or_else(outside)?;
            let hashes = child.hashes(&self.tile(child)?).map_err(|_| outside())?;
            roots.push(root(hashes));
        }
        Ok(encode(&roots))
    }
}

/// The hashes of the full tile at these coordinates as it lies on the disk. Below the minimum nothing else has them.
pub(crate) fn stored(source: &dyn Source, tile: Tile) -> Result<Vec<Hash>, Fault> {
    let full = Tile::new(tile.kind(), tile.index(), FULL_WIDTH);
    let what = "the tile is not there in whole, and its entries were pruned; an archive may have it";
    let lost = |tile: Tile| Fault::new(Class::Removed, &tile.path(), 0, what).at(tile.leaves().0);
    let full = full.ok_or_else(|| lost(tile))?;
    let bytes = source.read_at(&full.path(), 0, usize::from(FULL_WIDTH) * HASH_SIZE + 1);
    bytes.ok().and_then(|bytes| full.hashes(&bytes).ok()).ok_or_else(|| lost(full))
}

/// The root over the hashes of a full tile.
pub(crate) fn root(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.as_chunks::<2>().0.iter().map(|[left, right]| node(*left, *right)).collect();
    }
    hashes.first().copied().unwrap_or(Hash([0; HASH_SIZE]))
}

/// The bundle of entries at these coordinates, from the segments.
pub(crate) fn entries(source: &dyn Source, tile: Tile) -> Result<Vec<u8>, Fault> {
    let (first, end) = tile.leaves();
    let (mut bytes, mut long) = (Vec::new(), false);
    frames(source, first, end, |_, record| long |= bundle::append(&mut bytes, record).is_err())?;
    if long { Err(Fault::new(Class::Changed, &tile.path(), 0, "an entry is too long for a bundle")) } else { Ok(bytes) }
}

/// Reads the frames of the entries from `first` up to `end`, each checked by itself.
pub(crate) fn frames(
    source: &dyn Source,
    first: u64,
    end: u64,
    mut each: impl FnMut(Hash, &[u8]),
) -> Result<(), Fault> {
    let segments = scan::segments(source)?;
    let at = segments.partition_point(|segment| *segment <= first);
    if at == 0 && first < end {
        let minimum = retention::index(source)?;
        let missing =
            || Fault::new(Class::Removed, &files::segment(first), 0, "the segment of it is missing").at(first);
        return Err(if first < minimum { retention::gone(minimum, first) } else { missing() });
    }
    let mut index = at.checked_sub(1).and_then(|at| segments.get(at)).copied().unwrap_or_default();
    for segment in segments.get(at.saturating_sub(1)..).unwrap_or_default() {
        if index >= end {
            break;
        }
        let name = files::segment(*segment);
        let (mut offset, mut buffer) = (files::header_len(*segment), Vec::new());
        while index < end {
            let more = source.read_at(&name, offset + buffer.len() as u64, CHUNK);
            let more = more.map_err(|error| retention::missing(source, *segment, &name, &error))?;
            // Bytes that are no frame can go on for as long as the file system allows.
            let ended = more.is_empty() || buffer.len() > frame::LONGEST;
            buffer.extend_from_slice(&more);
            let mut used = 0;
            while index < end
                && let Some(size) = frame::size(buffer.get(used..).unwrap_or_default())
                && let Some(bytes) = buffer.get(used..used + size)
            {
                if index >= first {
                    let wrong = |fault: frame::FrameFault| {
                        Fault::new(Class::Changed, &name, offset + used as u64, fault.as_str()).at(index)
                    };
                    let frame = frame::decode(bytes).map_err(wrong)?;
                    each(Hash(frame.leaf.0), frame.record);
                }
                index += 1;
                used += size;
            }
            buffer.drain(..used);
            offset += used as u64;
            if ended {
                break;
            }
        }
    }
    if index < end {
        return Err(Fault::new(Class::Removed, files::HEAD, 0, "the log ends before it").at(index));
    }
    Ok(())
}
