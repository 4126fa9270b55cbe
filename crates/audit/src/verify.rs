//! Checking and reading a log without its lock. Nothing here writes.

use crate::commitment::{ERASED, SALT, fingerprint};
use crate::error::{Class, Fault};
use crate::files;
use crate::scan::{self, Found, Walk};
use crate::storage::{DirSource, Source};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::path::Path;

/// A log that holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many entries it has.
    pub entries: u64,
    /// The index of the first one.
    pub first_index: u64,
    /// The hash chain after the last one.
    pub head: Digest,
    /// Entries with commitments whose salt was wiped or is not in this copy.
    pub without_salt: u64,
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

/// Checks the whole log in `dir`: every frame, index, chain and salt, and that it reaches its head.
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
    let mut salts = Salts::default();
    let mut without_salt = 0;
    while let Some(found) = walk.next(source) {
        let found = found?;
        without_salt += u64::from(!salts.hold(source, &found)?);
    }
    Ok(Verified { entries: walk.index, first_index: 0, head: walk.chain, without_salt })
}

/// The salts of one segment at a time.
#[derive(Default)]
struct Salts {
    segment: Option<u64>,
    bytes: Vec<u8>,
}

impl Salts {
    /// Whether the entry's salt is there, if it needs one; a wrong one is a fault.
    fn hold(&mut self, source: &dyn Source, found: &Found) -> Result<bool, Fault> {
        let Some(kept) = &found.salt else { return Ok(true) };
        let name = files::salts(found.segment_first);
        let at = usize::try_from(found.index - found.segment_first).unwrap_or(usize::MAX).saturating_mul(SALT);
        let other = self.segment != Some(found.segment_first);
        // The file of a running log may have grown since it was read.
        let short = self.bytes.len() <= at && source.len(&name).is_ok_and(|len| len > self.bytes.len() as u64);
        if other || short {
            self.bytes = source.read_at(&name, 0, usize::MAX).unwrap_or_default();
            self.segment = Some(found.segment_first);
        }
        let salt = self.bytes.get(at..at.saturating_add(SALT)).and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
        match salt {
            None | Some(ERASED) => Ok(false),
            Some(salt) if fingerprint(&salt) == *kept => Ok(true),
            Some(_) => {
                let what = "the salt is not the one that the entry was made with";
                Err(Fault::new(Class::Changed, &name, at as u64, what).at(found.index))
            }
        }
    }
}
