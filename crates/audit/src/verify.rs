//! Checking and reading a log without its lock. Nothing here writes.

use crate::error::{Class, Fault};
use crate::scan::{self, Walk};
use crate::side;
use crate::storage::{DirSource, Source};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use casemate_tlog::hash::Hash;
use std::path::Path;

/// A log that holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many entries it has.
    pub entries: u64,
    /// The index of the first one.
    pub first_index: u64,
    /// The root of the tree of all of them (RFC 6962 section 2.1).
    pub root: Hash,
    /// Entries whose side was wiped.
    pub erased: u64,
}

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// When it was written.
    pub time: UnixMillis,
    /// The record.
    pub json: serde_json::Value,
}

/// The entries of a log, in order, each checked as it is read. Ends after the first fault.
pub struct Entries {
    source: DirSource,
    walk: Walk,
}

impl Iterator for Entries {
    type Item = Result<Entry, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.walk.next(&self.source)?;
        Some(found.and_then(|found| {
            let json = found.json().map_err(|what| found.fault(Class::Unreadable, what))?;
            let time = json.get("time").and_then(serde_json::Value::as_u64).unwrap_or_default();
            Ok(Entry { index: found.index, leaf: found.leaf, time: UnixMillis(time), json })
        }))
    }
}

/// Reads the entries of the log in `dir`, from the first one.
///
/// # Errors
/// The log has no head, no beginning, or cannot be read.
pub fn entries(dir: &Path) -> Result<Entries, Fault> {
    let source = DirSource::new(dir);
    let walk = Walk::whole(&source)?;
    Ok(Entries { source, walk })
}

/// Checks the whole log in `dir`: every frame, index, hash and side, and that it reaches its head.
///
/// # Errors
/// The first fault. A log that is being written may grow meanwhile; that is no fault.
pub fn verify(dir: &Path) -> Result<Verified, Fault> {
    let source = DirSource::new(dir);
    for _ in 0..3 {
        match check(&source) {
            // Either a torn tail, or a record that the running gateway has not finished: then the head moves on.
            Err(fault) if fault.class == Class::TornTail => {
                let head = scan::head(&source)?;
                if head.zip(fault.index).is_none_or(|(head, index)| head.entries <= index) {
                    return Err(fault);
                }
            }
            done => return done,
        }
    }
    check(&source)
}

/// [`verify`] over any source.
pub(crate) fn check(source: &dyn Source) -> Result<Verified, Fault> {
    let mut walk = Walk::whole(source)?;
    let mut erased = 0;
    while let Some(found) = walk.next(source) {
        let found = found?;
        erased += u64::from(found.names_side.is_some() && side::salt(&found.side).is_none());
    }
    Ok(Verified { entries: walk.index(), first_index: 0, root: walk.tree().root(), erased })
}
