//! A copy of a log that is being written, sealed or pruned meanwhile, taken without its lock: again and again into the
//! same directory, which is a log that can be verified and read at every moment.
//!
//! The head of the log says how far it is durable; everything up to there is copied, checked as one tree, and only then
//! does the copy get that head. Files are put in their place whole. A closed segment that is there is never written
//! again, and what is there was checked before anything is added. So a copy that was interrupted is the copy before it
//! with some files more.
//!
//! What is not copied: the key that signs (its public keys are), the index, which is derived, and the keys of subjects, unless they are asked
//! for.

mod extent;
mod snapshot;
mod target;

use crate::confined::Dir;
use crate::error::{Class, Fault};
use crate::files;
use crate::head::Head;
use crate::keys;
use crate::place;
use crate::scan;
use crate::storage::{DirSource, Source};
use crate::tiles::LogNodes;
use crate::verify::{self, Options, Verified};
use casemate_tlog::nodes::root_at;
use casemate_tlog::{Hash, Verifier};
use snapshot::{Mark, Snapshot};
use std::io;
use std::path::{Path, PathBuf};
use target::{Before, Target, about};

/// Segments can be pruned while they are copied, and begun while they are listed: so often the copying begins again.
const TRIES: usize = 3;

/// How to back up.
#[derive(Default)]
pub struct Backup<'a> {
    /// The log's public keys, by which the checkpoints are verified; without any they are only compared.
    pub keys: Vec<Verifier>,
    /// Where the log's private key is: the public ones beside it are copied, it is not.
    pub key_path: Option<&'a Path>,
    /// The file of the keys of subjects, where it is to be copied too. An erasure does not reach the copy.
    pub subjects: Option<&'a Path>,
    /// Called now and then while entries are checked, with those that were and those that there are.
    pub progress: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// A copy that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackedUp {
    /// The size of its tree: of a copy that begins with entry 0, how many entries it has.
    pub entries: u64,
    /// The index of the first one.
    pub first_index: u64,
    /// The entries that it had before.
    pub before: u64,
    /// The root of its tree.
    pub root: Hash,
    /// The entries of its newest checkpoint.
    pub signed: u64,
    /// Files that were written, and their bytes.
    pub files: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Tiles of the log that are damaged and were left out; readers make them from the entries. One whose entries were
    /// pruned is no such tile, but a fault.
    pub damaged_tiles: u64,
}

/// Copies the log in `dir` into the directory `to`, which is made where it is missing.
///
/// # Errors
/// [`Class::Fork`] where `to` holds another log or another history of this one, [`Class::Truncated`] where it holds more
/// than the log has: the log was set back. Otherwise the first fault of the copy that is there, of the log, or of a file
/// system. What was good in `to` before is good after it.
pub fn backup(dir: &Path, to: &Path, mut options: Backup<'_>) -> Result<BackedUp, Fault> {
    let (dir, to) = apart(dir, to)?;
    let mut target = Target::open(&dir, &to)?;
    let before = target.before(&options.keys, &mut options.progress);
    let before = before.map_err(|fault| other(&DirSource::new(&dir), &target.source(), fault))?;
    steadily(&dir, || {
        // Looked at before the log and written after it: the copy has come to the newest of its keys.
        let public = options.key_path.map(public).transpose().map_err(|fault| (fault, Moves::Pruning))?;
        let snapshot = Snapshot::take(&dir).map_err(|fault| (fault, Moves::Any))?;
        once(&mut target, &snapshot, &public.unwrap_or_default(), before, &mut options)
            .map_err(|fault| (fault, Moves::Pruning))
    })
}

/// What of a log may have moved under whoever copies it, so that a fault means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// It was pruned: the head does not matter once the snapshot is taken.
    Pruning,
    /// That, or it was written.
    Any,
}

/// Does it once more where the log in `dir` moved meanwhile.
fn steadily<T>(dir: &Path, mut what: impl FnMut() -> Result<T, (Fault, Moves)>) -> Result<T, Fault> {
    let mut tries = 0;
    loop {
        tries += 1;
        let seen = Mark::of(dir);
        let (fault, moves) = match what() {
            Ok(done) => return Ok(done),
            Err(fault) => fault,
        };
        let now = Mark::of(dir);
        let has_moved = now.pruned != seen.pruned || (moves == Moves::Any && now.head != seen.head);
        if tries >= TRIES || !has_moved {
            return Err(fault);
        }
    }
}

fn once(
    target: &mut Target,
    snapshot: &Snapshot,
    public: &[Verifier],
    before: Option<Before>,
    options: &mut Backup<'_>,
) -> Result<BackedUp, Fault> {
    let head = snapshot.head();
    let source = DirSource::new(snapshot.dir());
    let nodes = LogNodes::open(&source, head.entries, head.root).map_err(|fault| verify::named(&source, fault))?;
    if let Some(before) = before {
        follows(snapshot, &nodes, &target.source(), before.verified)?;
    }
    let had = before.map(|before| before.verified);
    let (files, bytes) = target.written();
    target.copy_log(snapshot, had.map_or(0, |had| had.entries))?;
    let damaged_tiles = target.copy_tiles(&source, &nodes, head.entries)?;
    target.copy_others(snapshot, before.is_some())?;
    if let Some(keys) = options.subjects {
        target.copy_keys(keys)?;
    }
    let copy = Advanced { source: target.source(), head: snapshot.head_file() };
    let verified = checked(&copy, before, options).map_err(|fault| about("the log, as it was copied", fault))?;
    if (verified.entries, verified.root) != (head.entries, head.root) {
        let what = format!("the copy has {} entries, or others than the log", verified.entries);
        return Err(Fault::new(Class::Changed, files::HEAD, 0, what));
    }
    target.advance(snapshot.head_file())?;
    target.copy_public(public)?;
    let (files_now, bytes_now) = target.written();
    Ok(BackedUp {
        entries: verified.entries,
        first_index: had.map_or(verified.first_index, |had| had.first_index),
        before: had.map_or(0, |had| had.entries),
        root: verified.root,
        signed: verified.signed.max(had.map_or(0, |had| had.signed)),
        files: files_now - files,
        bytes: bytes_now - bytes,
        damaged_tiles,
    })
}

/// The public keys beside the private one; none where there are none.
fn public(key: &Path) -> Result<Vec<Verifier>, Fault> {
    match keys::public_keys(key) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        done => done.map_err(|error| Fault::io(&keys::public_path(key).display().to_string(), &error)),
    }
}

/// Checks the copy: of what was there and good only the last segment has changed.
fn checked(copy: &dyn Source, before: Option<Before>, options: &mut Backup<'_>) -> Result<Verified, Fault> {
    let mut check = |range| {
        let mut by = Options { keys: options.keys.clone(), range, ..Options::default() };
        if let Some(progress) = options.progress.as_mut() {
            by.progress = Some(&mut **progress);
        }
        verify::check_with(copy, &mut by)
    };
    match check(before.map(|before| before.segment..u64::MAX)) {
        // A key that was followed by another is only followed from the beginning.
        Err(fault) if fault.class == Class::Signature => check(None),
        done => done,
    }
}

/// The fault of a copy that no key of the log has signed: another log, or another history, is named as that.
fn other(log: &dyn Source, copy: &dyn Source, fault: Fault) -> Fault {
    if fault.class != Class::Signature || parted(log, copy) != Some(true) {
        return fault;
    }
    let what = format!("{}; its entries are those of another log, or of another history of this one", fault.what);
    Fault { class: Class::Fork, what, ..fault }
}

/// Whether two logs are two histories as far as both of them go; `None` where that cannot be told.
fn parted(one: &dyn Source, other: &dyn Source) -> Option<bool> {
    let (one_head, other_head) = (scan::head(one).ok()??, scan::head(other).ok()??);
    let common = one_head.entries.min(other_head.entries);
    let root = |source, head: &Head| root_at(&LogNodes::open(source, head.entries, head.root).ok()?, common).ok();
    Some(root(one, &one_head)? != root(other, &other_head)?)
}

/// Whether the log has grown out of the copy.
fn follows(snapshot: &Snapshot, nodes: &LogNodes<'_>, copy: &dyn Source, before: Verified) -> Result<(), Fault> {
    let Verified { entries, root, .. } = before;
    let head = snapshot.head();
    let fault = |class, what: String| Err(Fault::new(class, files::HEAD, 0, what));
    if entries > head.entries {
        if parted(&DirSource::new(snapshot.dir()), copy) == Some(true) {
            let what = format!("the copy has {entries} entries, and those of the log are others");
            return fault(Class::Fork, what);
        }
        let what = format!("the copy has {entries} entries and the log {}: the log was set back", head.entries);
        return fault(Class::Truncated, what);
    }
    if root_at(nodes, entries).ok() != Some(root) {
        return fault(Class::Fork, format!("the first {entries} entries of the log are others than those of the copy"));
    }
    // Where the copy ends with a segment, the checkpoint that closed it may be pruned as well.
    if entries < snapshot.first() || (entries == snapshot.first() && before.signed < entries) {
        let what = format!(
            "the copy ends before entry {entries}, and the log has pruned everything before {} with its checkpoints: begin \
             another copy",
            snapshot.first()
        );
        return fault(Class::Pruned, what);
    }
    Ok(())
}

/// The two directories with nothing relative or linked in them. Neither may lie in the other, and the copy in no log: a
/// backup in the directory of another gateway would be in the way of that one's own files.
fn apart(dir: &Path, to: &Path) -> Result<(PathBuf, PathBuf), Fault> {
    let refused = |what: &str| Err(Fault::new(Class::Unreadable, &to.display().to_string(), 0, what));
    let dir = dir.canonicalize().map_err(|error| Fault::io(&dir.display().to_string(), &error))?;
    let named = |error: io::Error| Fault::io(&to.display().to_string(), &error);
    let whole = place::resolved(to).map_err(named)?;
    if place::lies_in(&whole, &dir) || place::lies_in(&dir, &whole) {
        return refused("the log and its copy may not lie in one another");
    }
    place::outside(&whole).map_err(named)?;
    // The layout of a state directory: there a gateway goes on from this log.
    if place::is_of_gateway(&whole) && whole.join(files::HEAD).exists() {
        return refused(
            "that is the log of a gateway, whose key lies beside it: a copy goes into a directory of its own",
        );
    }
    if place::has_keys(&whole) && !whole.join(files::HEAD).exists() {
        return refused("the keys of a log are kept there: a copy goes into a directory of its own");
    }
    Ok((dir, whole))
}

/// The copy as it will be when it gets its new head.
struct Advanced<'a> {
    source: DirSource,
    head: &'a [u8],
}

impl Source for Advanced<'_> {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = self.source.names()?;
        names.push(files::HEAD.to_owned());
        Ok(names)
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        if name == files::HEAD { Ok(self.head.len() as u64) } else { self.source.len(name) }
    }

    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        if name != files::HEAD {
            return self.source.read_at(name, offset, len);
        }
        let from = usize::try_from(offset).ok().and_then(|from| self.head.get(from..)).unwrap_or_default();
        Ok(from.get(..len.min(from.len())).unwrap_or_default().to_vec())
    }
}

/// The plain file of that name in a directory, for reading.
fn open(dir: &Dir, name: &str) -> Result<Option<std::fs::File>, Fault> {
    dir.find(name).map_err(|error| Fault::io(name, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{DirStorage, Storage as _};

    fn fault() -> Fault {
        Fault::new(Class::Removed, "a segment", 0, "it is gone")
    }

    /// How often it is tried where something happens each time before it fails.
    fn tries(moves: Moves, happens: impl Fn(&Path, u64)) -> u64 {
        let dir = tempfile::tempdir().unwrap();
        let mut tries = 0;
        let done: Result<(), _> = steadily(dir.path(), || {
            tries += 1;
            happens(dir.path(), tries);
            Err((fault(), moves))
        });
        assert_eq!(done, Err(fault()));
        tries
    }

    #[test]
    fn what_fails_while_the_log_moves_is_tried_again() {
        let write = |dir: &Path, nth| {
            let root = Hash([0; 32]);
            let head = Head { generation: nth, entries: nth, root, open_from: nth, segment: 0, len: 0, keys: 0 };
            let (offset, slot) = head.slot();
            DirStorage::open(dir).unwrap().unwrap().write_head(offset, &slot).unwrap();
        };
        let prune = |dir: &Path, nth| std::fs::write(dir.join(files::segment(nth)), "").unwrap();
        let remove = |dir: &Path, nth| {
            prune(dir, nth);
            let _ = std::fs::remove_file(dir.join(files::segment(nth - 1)));
        };
        assert_eq!([Moves::Any, Moves::Pruning].map(|moves| tries(moves, |_, _| ())), [1, 1]);
        assert_eq!([Moves::Any, Moves::Pruning].map(|moves| tries(moves, write)), [3, 1]);
        assert_eq!([Moves::Any, Moves::Pruning].map(|moves| tries(moves, remove)), [3, 3]);
    }
}
