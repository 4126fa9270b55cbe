//! Retention: closed segments at the front of the log are removed when they are archived and older than what was asked.
//!
//! The index of the first entry that is left is the log's minimum index (C2SP tlog-tiles, "Pruning"). The tiles of hashes
//! below it are kept: roots and proofs of trees of any size stay possible. What goes, goes in this order, each step on
//! the disk before the next: the tiles, a record that says what is pruned, the file `minimum`, the segments.

mod closed;
mod minimum;
mod prune;
mod tiles;

pub use closed::{Closed, checkpoints_path, closed, closed_ranges, segment_path};
pub(crate) use minimum::{FILE as MINIMUM, Minimum, unrecorded};
pub(crate) use prune::{Plan, Prepared, carry_out, finish, prepare, reach};
pub(crate) use tiles::check as check_tiles;

use crate::error::{Class, Fault};
use crate::read::{self, Entry};
use crate::storage::{DirSource, Source};
use casemate_core::Refusal;
use std::io;
use std::path::Path;

/// What [`crate::Log::prune`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// The minimum index before.
    pub from: u64,
    /// The minimum index now: the first entry that is left.
    pub to: u64,
    /// Entries that were removed.
    pub entries: u64,
    /// Bytes of the files that were removed.
    pub bytes: u64,
    /// Why not all was pruned that was asked for, where that is so.
    pub stopped: Option<String>,
}

/// Why nothing was pruned, or not all of it was removed yet.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// Without a retention nothing is pruned (C2SP tlog-tiles: without a policy the minimum index is 0).
    #[error("the log has no retention, so nothing of it is pruned: set one first")]
    NoRetention,
    /// The log does not hold together, so nothing is removed from it.
    #[error("nothing is pruned, for the log is damaged: {0}")]
    Damaged(#[from] Fault),
    /// The record of it cannot be written.
    #[error("nothing is pruned, for that cannot be recorded: {0}")]
    Unrecorded(Refusal),
    /// The file system refuses. What was begun is finished by the next run or the next opening.
    #[error("the disk refuses: {0}; what was begun is finished by the next run, or when the log is opened")]
    Io(#[from] io::Error),
    /// A legal hold was put on or lifted meanwhile.
    #[error("nothing is pruned, for the legal holds changed meanwhile: try again")]
    Held,
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
}

/// The minimum index of the log in `dir`: that of its first entry. Entries below it were pruned; 0 where none was.
///
/// # Errors
/// The file that says so cannot be read, or is not what was written.
pub fn minimum(dir: &Path) -> Result<u64, Fault> {
    index(&DirSource::new(dir))
}

/// The record of the last time that the log in `dir` was pruned; `None` where it never was.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn last_pruned(dir: &Path) -> Result<Option<Entry>, Fault> {
    let source = DirSource::new(dir);
    let Some(minimum) = Minimum::read(&source)? else { return Ok(None) };
    read::find(&source, minimum.record().index).and_then(Entry::of).map(Some)
}

pub(crate) fn index(source: &dyn Source) -> Result<u64, Fault> {
    Ok(Minimum::read(source)?.as_ref().map_or(0, Minimum::index))
}

/// The fault of an entry that was pruned.
pub(crate) fn gone(minimum: u64, index: u64) -> Fault {
    let what = format!("its retention was over, and the log begins with entry {minimum}; an archive may have it");
    Fault::new(Class::Pruned, MINIMUM, 0, what).at(index)
}

/// The fault of a file that is not there: it may have been pruned while it was read.
pub(crate) fn missing(source: &dyn Source, at: u64, name: &str, error: &io::Error) -> Fault {
    let minimum = if error.kind() == io::ErrorKind::NotFound { index(source).unwrap_or_default() } else { 0 };
    if at < minimum { gone(minimum, at) } else { Fault::io(name, error) }
}
