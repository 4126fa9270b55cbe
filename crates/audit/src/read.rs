//! Reading the entries of a log without its lock.

use crate::error::{Class, Fault};
use crate::files;
use crate::scan::{Found, Walk};
use crate::storage::{DirSource, Source};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::path::Path;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// When it was written.
    pub time: UnixMillis,
    /// The record's canonical bytes, which the leaf hash is of.
    pub bytes: Vec<u8>,
    /// The record.
    pub json: serde_json::Value,
}

/// The entries of a log, in order, each checked as it is read. Ends after the first fault.
pub struct Entries {
    source: DirSource,
    walk: Walk,
    /// Entries before it are walked over.
    from: u64,
}

impl Iterator for Entries {
    type Item = Result<Entry, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.walk.next(&self.source)? {
                Ok(found) if found.index < self.from => {}
                found => return Some(found.and_then(Entry::of)),
            }
        }
    }
}

impl Entry {
    pub(crate) fn of(found: Found) -> Result<Self, Fault> {
        let json = found.json().map_err(|what| found.fault(Class::Unreadable, what))?;
        let time = json.get("time").and_then(serde_json::Value::as_u64).unwrap_or_default();
        Ok(Self { index: found.index, leaf: found.leaf, time: UnixMillis(time), bytes: found.bytes, json })
    }
}

/// Reads the entries of the log in `dir`, from the first one that was not pruned.
///
/// # Errors
/// The log has no head, no beginning, or cannot be read.
pub fn entries(dir: &Path) -> Result<Entries, Fault> {
    let source = DirSource::new(dir);
    let walk = Walk::whole(&source)?;
    Ok(Entries { source, walk, from: 0 })
}

/// Reads the entries of the log in `dir` from `index` on; what stands before it in its segment is checked as well.
///
/// # Errors
/// As [`entries`].
pub fn entries_from(dir: &Path, index: u64) -> Result<Entries, Fault> {
    let source = DirSource::new(dir);
    let walk = Walk::at(&source, index)?;
    Ok(Entries { source, walk, from: index })
}

/// Reads one entry.
///
/// # Errors
/// The log cannot be read up to it; [`Class::Absent`] where it ends before it, [`Class::Pruned`] where it was pruned.
pub fn entry(dir: &Path, index: u64) -> Result<Entry, Fault> {
    find(&DirSource::new(dir), index).and_then(Entry::of)
}

pub(crate) fn find(source: &dyn Source, index: u64) -> Result<Found, Fault> {
    let mut walk = Walk::at(source, index)?;
    loop {
        match walk.next(source) {
            None => {
                let what = match walk.index() {
                    1 => format!("there is no entry {index}: there is 1 entry"),
                    entries => format!("there is no entry {index}: there are {entries} entries"),
                };
                return Err(Fault::new(Class::Absent, files::HEAD, 0, what).at(index));
            }
            Some(Err(fault)) => return Err(fault),
            Some(Ok(found)) if found.index == index => return Ok(found),
            Some(Ok(_)) => {}
        }
    }
}
