//! Proofs from a log, made without its lock and checked against a checkpoint before they are handed out.

use crate::checkpoints::{self, Kept};
use crate::error::{Class, Fault};
use crate::published::read as published;
use crate::retention::{self, Minimum};
use crate::storage::{DirSource, Source};
use crate::tiles::{self, LogTiles};
use crate::{files, read, scan};
use casemate_core::digest::Digest;
use casemate_tlog::nodes::{
    Nodes as _, consistency as prove_consistency, inclusion, verify_consistency, verify_inclusion,
};
use casemate_tlog::proof::MAX_EXTRA;
use casemate_tlog::tile::{FULL_WIDTH, Kind, Tile, TileNodes, bundle, encode};
use casemate_tlog::{Checkpoint, Hash, Proof, hash};
use std::path::Path;

/// Full tiles that are kept while a proof is made: as many as its path has, and those of the older tree.
const TILES: usize = 24;

/// The newest checkpoint of the log in `dir`: the whole note.
///
/// # Errors
/// There is none, or the log cannot be read.
pub fn checkpoint(dir: &Path) -> Result<String, Fault> {
    newest(&DirSource::new(dir)).map(|kept| kept.note)
}

fn newest(source: &dyn Source) -> Result<Kept, Fault> {
    let last = checkpoints::last(source, &scan::segments(source)?)?;
    last.ok_or_else(|| Fault::new(Class::Removed, checkpoints::NEWEST, 0, "the log has no checkpoint"))
}

/// The proof that entry `index` is in the log in `dir` (C2SP tlog-proof), against the checkpoint that was
/// [published](crate::published), with its cosignatures, where that has the entry, and else against the newest one. It
/// carries the record itself as its extra data where that is not too long: the proof then needs nothing beside it.
///
/// # Errors
/// [`Class::Absent`] where no checkpoint has the entry; or entry, tiles and checkpoint do not agree.
pub fn prove(dir: &Path, index: u64) -> Result<Proof, Fault> {
    let source = DirSource::new(dir);
    let Some(shown) = published(&source)?.filter(|shown| index < shown.checkpoint.size()) else {
        return prove_signed(dir, index);
    };
    prove_against(&source, &shown, index).or_else(|fault| {
        // Where the newest checkpoint has the entry, it is the published one that is of another tree.
        prove_signed(dir, index).map_err(|_| fault)?;
        Err(shown.fault(Class::Fork, "the log is another history than the one that this checkpoint signed"))
    })
}

/// The same against the newest checkpoint, which witnesses may not have seen.
///
/// # Errors
/// As [`prove`].
pub fn prove_signed(dir: &Path, index: u64) -> Result<Proof, Fault> {
    let source = DirSource::new(dir);
    // A log that has signed nothing yet still knows where it ends.
    let kept = newest(&source).or_else(|fault| read::find(&source, index).and(Err(fault)))?;
    prove_against(&source, &kept, index)
}

fn prove_against(source: &DirSource, kept: &Kept, index: u64) -> Result<Proof, Fault> {
    let (size, root) = (kept.checkpoint.size(), kept.checkpoint.root());
    if index >= size {
        read::find(source, index)?;
        let what = format!("entry {index} is in no checkpoint yet: the newest is of {size} entries");
        return Err(kept.fault(Class::Absent, what).at(index));
    }
    let found = read::find(source, index)?;
    let Digest(leaf) = found.leaf;
    let hashes = over_tiles(source, kept, |nodes| {
        let hashes = inclusion(nodes, index, size).ok()?;
        verify_inclusion(Hash(leaf), index, size, &hashes, root).ok()?;
        Some(hashes)
    });
    let hashes = hashes.map_err(|fault| fault.at(index))?;
    let extra = Some(found.bytes.as_slice()).filter(|bytes| bytes.len() <= MAX_EXTRA);
    Proof::new(index, hashes, &kept.note, extra).map_err(|error| kept.fault(Class::Signature, error.to_string()))
}

/// The proof that the tree of the log in `dir` has grown out of the one that `old` signed into the one that `new`
/// signed: the hashes of RFC 6962 section 2.1.2. `None` for `new` means the newest checkpoint.
///
/// # Errors
/// The log cannot prove it: [`Class::Fork`] where the log is another history than one of them signed, and
/// [`Class::Truncated`] where it ends before. [`Class::Unreadable`]: they are given in the wrong order.
pub fn consistency(dir: &Path, old: &Checkpoint, new: Option<&Checkpoint>) -> Result<Vec<Hash>, Fault> {
    let source = DirSource::new(dir);
    if let Some(new) = new.filter(|new| new.size() < old.size()) {
        let (old, new) = (old.size(), new.size());
        let what = format!("the older checkpoint is of {old} entries and the newer one of {new}: they are swapped");
        return Err(Fault::new(Class::Unreadable, "checkpoint", 0, what));
    }
    let kept = newest(&source)?;
    let new = new.unwrap_or(&kept.checkpoint);
    let longest = old.size().max(new.size());
    if longest > kept.checkpoint.size() {
        let what = format!("a checkpoint of {longest} entries is given, and the log's newest is of fewer");
        return Err(kept.fault(Class::Truncated, what).at(kept.checkpoint.size()));
    }
    let of = |checkpoint: &Checkpoint| (checkpoint.size(), checkpoint.root());
    let ((old_size, old_root), (new_size, new_root)) = (of(old), of(new));
    let proof = over_tiles(&source, &kept, |nodes| {
        let from_here = |size, root| {
            let hashes = prove_consistency(nodes, size, kept.checkpoint.size()).ok()?;
            let (here, there) = (kept.checkpoint.size(), kept.checkpoint.root());
            Some(verify_consistency(size, root, here, there, &hashes).is_ok())
        };
        if !from_here(old_size, old_root)? || !from_here(new_size, new_root)? {
            return Some(None);
        }
        prove_consistency(nodes, old_size, new_size).ok().map(Some)
    })?;
    let fork = || kept.fault(Class::Fork, "the log is another history than the one that a given checkpoint signed");
    let proof = proof.ok_or_else(fork)?;
    verify_consistency(old_size, old_root, new_size, new_root, &proof).map_err(|_| fork())?;
    Ok(proof)
}

/// The consistency proof between two sizes of the log in `dir`, for whoever knows the roots. Both are at most that of its
/// newest checkpoint, to which every hash in the proof leads.
///
/// # Errors
/// The log is shorter, or cannot be read.
pub fn consistency_of(dir: &Path, old: u64, new: u64) -> Result<Vec<Hash>, Fault> {
    let source = DirSource::new(dir);
    let kept = newest(&source)?;
    if old.max(new) > kept.checkpoint.size() {
        let what =
            format!("a proof for {} entries is wanted, and the log's newest checkpoint is of fewer", old.max(new));
        return Err(kept.fault(Class::Truncated, what).at(kept.checkpoint.size()));
    }
    over_tiles(&source, &kept, |nodes| prove_consistency(nodes, old, new).ok())
}

/// Whether the tree of `kept` has grown out of that of `old`.
pub(crate) fn has_grown(source: &dyn Source, kept: &Kept, old: &Checkpoint) -> Result<bool, Fault> {
    let (size, root) = (kept.checkpoint.size(), kept.checkpoint.root());
    if old.size() > size {
        return Ok(false);
    }
    over_tiles(source, kept, |nodes| {
        let hashes = prove_consistency(nodes, old.size(), size).ok()?;
        Some(verify_consistency(old.size(), old.root(), size, root, &hashes).is_ok())
    })
}

/// A file of the log in `dir` as C2SP tlog-tiles lays it out: hashes or entries, also a partial one of an earlier
/// checkpoint. `None` where it lies beyond the newest, or holds entries that were pruned.
///
/// # Errors
/// The entries do not lead to that checkpoint, or cannot be read.
pub fn tile(dir: &Path, tile: Tile) -> Result<Option<Vec<u8>>, Fault> {
    let source = DirSource::new(dir);
    let kept = newest(&source)?;
    let hashes = kept.checkpoint.size() >> (8 * tile.level());
    let first = tile.index() * u64::from(FULL_WIDTH);
    let there = hashes.saturating_sub(first).min(u64::from(FULL_WIDTH));
    let width = u64::from(tile.width());
    if there < width || (tile.kind() == Kind::Entries && first < retention::index(&source)?) {
        return Ok(None);
    }
    let wanted = over_tiles(&source, &kept, |nodes| {
        let hash = |at| nodes.node(8 * tile.level(), first + at);
        (0..width).map(hash).collect::<Result<Vec<_>, _>>().ok()
    })?;
    if tile.kind() != Kind::Entries {
        return Ok(Some(encode(&wanted)));
    }
    let bytes = tiles::entries(&source, tile)?;
    let found = bundle::entries(&bytes, tile.width()).unwrap_or_default();
    if found.iter().map(|entry| hash::leaf(entry)).eq(wanted) {
        return Ok(Some(bytes));
    }
    Err(kept.fault(Class::Changed, "the entries are others than those that this checkpoint signed").at(first))
}

/// Makes something over the tiles on disk, or, where those do not lead to the root, over the entries themselves.
fn over_tiles<T>(
    source: &dyn Source,
    kept: &Kept,
    make: impl Fn(&TileNodes<LogTiles<'_>>) -> Option<T>,
) -> Result<T, Fault> {
    for stored in [true, false] {
        let tiles = LogTiles::new(source, stored);
        let opened = TileNodes::open(tiles, kept.checkpoint.size(), kept.checkpoint.root(), TILES);
        if let Some(made) = opened.ok().and_then(|nodes| make(&nodes)) {
            return Ok(made);
        }
    }
    // Tiles of entries that were pruned cannot be made again.
    if let Some(minimum) = Minimum::read(source)? {
        retention::check_tiles(source, &minimum)?;
    }
    let name = files::segment(scan::segments(source)?.last().copied().unwrap_or_default());
    let size = kept.checkpoint.size();
    Err(Fault::new(Class::Changed, &name, 0, format!("the entries do not lead to the checkpoint of {size} entries")))
}
