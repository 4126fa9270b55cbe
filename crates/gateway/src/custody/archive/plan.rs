//! What belongs to a closed segment: its files, and the tiles and entry bundles that are new with it, under their C2SP
//! names.

use super::error::CopyError;
use super::manifest::finished;
use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use casemate_archive::Key;
use casemate_audit::tlog::tile::{FULL_WIDTH, Kind, MAX_LEVEL, Tile, bundle, bundles_between, encode, tiles_between};
use casemate_audit::tlog::{Checkpoint, Hash, Note};
use casemate_audit::{Entries, entries_from, tile};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A closed segment: nothing writes its files any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its first entry.
    pub(super) first: u64,
    /// The first entry after it.
    pub(super) end: u64,
}

impl Segment {
    /// The names of its two files, in the directory of the log.
    pub(super) fn files(&self) -> [String; 2] {
        ["log", "checkpoints"].map(|kind| format!("{:020}.{kind}", self.first))
    }

    /// When its last entry was written.
    pub(super) fn closed_at(&self, dir: &Path) -> Option<UnixMillis> {
        let [log, _] = self.files();
        let since = fs::metadata(dir.join(log)).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_millis()).ok().map(UnixMillis)
    }
}

/// The closed segments of the log in `dir`, in order.
pub(super) fn closed(dir: &Path) -> Result<Vec<Segment>, CopyError> {
    let ranges = casemate_audit::closed_ranges(dir)?;
    Ok(ranges.into_iter().map(|entries| Segment { first: entries.start, end: entries.end }).collect())
}

/// The digest of a file of any length.
pub(super) fn digest(path: &Path) -> io::Result<Digest> {
    let (mut file, mut context) = (File::open(path)?, Context::new(&SHA256));
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(finished(&context)),
            Ok(read) => context.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The keys of the policies that the records of a segment name.
pub(super) fn named(dir: &Path, segment: Segment) -> Result<BTreeSet<String>, CopyError> {
    let mut keys = BTreeSet::new();
    for entry in entries_from(dir, segment.first)? {
        let entry = entry?;
        if entry.index >= segment.end {
            break;
        }
        let policy = entry.json.get("policy").and_then(serde_json::Value::as_str);
        keys.extend(policy.map(|policy| format!("policies/{policy}.policy")));
    }
    Ok(keys)
}

/// The policies that are kept with the log, each the one that its name says.
pub(super) fn policies(dir: &Path) -> Result<Vec<(Key, PathBuf)>, CopyError> {
    let log = dir;
    let dir = dir.join("policies");
    let files = match fs::read_dir(&dir) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    for file in files {
        let name = file?.file_name();
        let name = name.to_str().filter(|name| name.ends_with(".policy"));
        let Some(name) = name else { continue };
        let digest = name.strip_suffix(".policy").and_then(Digest::from_hex);
        let kept = digest.map(|digest| casemate_audit::policy(log, digest)).transpose();
        match kept {
            Ok(Some(Some(_))) => {}
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(CopyError::Log(format!("policies/{name}: {error}")));
            }
            Err(error) => return Err(error.into()),
        }
        found.extend(Key::new(format!("policies/{name}")).ok().map(|key| (key, dir.join(name))));
    }
    found.sort_unstable();
    Ok(found)
}

/// The checkpoint with which a segment was closed: the last one beside it.
pub(super) fn closing(dir: &Path, segment: Segment) -> Result<String, CopyError> {
    let [_, name] = segment.files();
    let text = fs::read_to_string(dir.join(&name))?;
    let note = last_note(&text).filter(|note| size(note) == Some(segment.end));
    note.map(str::to_owned).ok_or_else(|| CopyError::Log(format!("{name} does not end with the closing checkpoint")))
}

/// The entries that a checkpoint is of. Nothing is verified.
pub(super) fn size(note: &str) -> Option<u64> {
    let note = Note::parse(note.as_bytes()).ok()?;
    Checkpoint::parse(note.text()).ok().map(|checkpoint| checkpoint.size())
}

/// Each record is a note (a text, an empty line, signatures) and an empty line.
fn last_note(text: &str) -> Option<&str> {
    let text = text.strip_suffix('\n')?;
    let signatures = text.rfind("\n\n")?;
    let start = text.get(..signatures)?.rfind("\n\n").map_or(0, |blank| blank + 2);
    text.get(start..)
}

/// The tiles and entry bundles that a tree which ends with a segment has and the one before it has not, or narrower.
/// Those of the right edge are partial: with them every tree that a segment ended can be read on its own. Of a bundle that
/// begins with entries that were pruned there are the hashes only.
pub(super) struct Tiles {
    dir: PathBuf,
    entries: Option<Entries>,
    bundles: VecDeque<Tile>,
    higher: VecDeque<Tile>,
    /// The hashes of the bundle that came last.
    leaves: Option<(Tile, Bytes)>,
}

impl Tiles {
    pub(super) fn new(dir: &Path, segment: Segment) -> Result<Self, CopyError> {
        let minimum = casemate_audit::minimum(dir)?;
        let all = bundles_between(segment.first, segment.end);
        let (bundles, cut): (Vec<_>, Vec<_>) = all.partition(|bundle| bundle.leaves().0 >= minimum);
        let hashes = |bundle: &Tile| Tile::new(Kind::Hashes(0), bundle.index(), bundle.width());
        let cut: Vec<_> = cut.iter().filter_map(hashes).collect();
        let higher = tiles_between(segment.first, segment.end).filter(|tile| tile.level() > 0);
        let mut below = if segment.first == minimum { border(minimum) } else { Vec::new() };
        below.retain(|tile| !cut.contains(tile));
        let higher = below.into_iter().chain(cut).chain(higher).collect();
        Ok(Self { dir: dir.to_owned(), entries: None, bundles: bundles.into(), higher, leaves: None })
    }

    /// A bundle, made of the entries themselves, each of which was checked on the way.
    fn bundle(&mut self, tile: Tile) -> Result<(Tile, Bytes), CopyError> {
        let (first, end) = tile.leaves();
        let mut entries = match self.entries.take() {
            Some(entries) => entries,
            None => entries_from(&self.dir, first)?,
        };
        let (mut bytes, mut leaves) = (Vec::new(), Vec::with_capacity(usize::from(tile.width())));
        for index in first..end {
            let entry = entries.next().transpose()?.filter(|entry| entry.index == index);
            let entry = entry.ok_or_else(|| CopyError::Log(format!("entry {index} is not there")))?;
            leaves.push(Hash(entry.leaf.0));
            bundle::append(&mut bytes, &entry.bytes).map_err(|error| CopyError::Log(error.to_string()))?;
        }
        self.entries = Some(entries);
        let hashes = Tile::new(Kind::Hashes(0), tile.index(), tile.width());
        self.leaves = hashes.map(|hashes| (hashes, encode(&leaves).into()));
        Ok((tile, bytes.into()))
    }

    fn higher(&self, wanted: Tile) -> Result<(Tile, Bytes), CopyError> {
        let bytes = tile(&self.dir, wanted)?.ok_or_else(|| CopyError::Log(format!("there is no {wanted}")))?;
        Ok((wanted, bytes.into()))
    }
}

/// The full tiles from which the right edge of a pruned tree is made: with them proofs of what came later can be made
/// without its entries. That of its last leaves was full before they were pruned.
fn border(size: u64) -> Vec<Tile> {
    let level = |level: u8| {
        let full = size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
        let first = full / u64::from(FULL_WIDTH) * u64::from(FULL_WIDTH);
        (first..full).filter_map(move |index| Tile::new(Kind::Hashes(level), index, FULL_WIDTH))
    };
    let width = u64::from(FULL_WIDTH);
    let last = Tile::new(Kind::Hashes(0), size / width, FULL_WIDTH).filter(|_| !size.is_multiple_of(width));
    (0..MAX_LEVEL).flat_map(level).chain(last).collect()
}

/// The file that says where a pruned log begins, for the segment that it begins with.
pub(super) fn beginning(dir: &Path, segment: Segment) -> Result<Option<(Key, Bytes)>, CopyError> {
    if segment.first == 0 || casemate_audit::minimum(dir)? != segment.first {
        return Ok(None);
    }
    let bytes = fs::read(dir.join("minimum"))?;
    let key = Key::new(format!("minimum/{}", segment.first)).map_err(CopyError::from)?;
    Ok(Some((key, bytes.into())))
}

impl Iterator for Tiles {
    type Item = Result<(Tile, Bytes), CopyError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(leaves) = self.leaves.take() {
            return Some(Ok(leaves));
        }
        if let Some(tile) = self.bundles.pop_front() {
            return Some(self.bundle(tile));
        }
        let tile = self.higher.pop_front()?;
        Some(self.higher(tile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_audit::tlog::Signer;

    #[test]
    fn the_closing_checkpoint_is_the_last_one() {
        let signer = Signer::from_seed("a/log", &[1; 32]).unwrap();
        let note = |size| Checkpoint::new("a/log", size, Hash([7; 32])).unwrap().sign([&signer]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let segment = Segment { first: 5, end: 9 };
        let [_, name] = segment.files();
        let write = |sizes: &[u64]| {
            let text: String = sizes.iter().map(|size| format!("{}\n", note(*size))).collect();
            fs::write(dir.path().join(&name), text).unwrap();
        };
        for sizes in [&[9][..], &[6, 9], &[6, 7, 9]] {
            write(sizes);
            assert_eq!(closing(dir.path(), segment).unwrap(), note(9));
        }
        for sizes in [&[][..], &[6, 8], &[9, 10]] {
            write(sizes);
            assert!(closing(dir.path(), segment).is_err());
        }
    }
}
