//! What a log holds, in numbers.

use super::plan::{chunks, each, start};
use super::query::Way;
use super::summary::Summary;
use crate::error::Fault;
use crate::files;
use crate::scan;
use crate::storage::{DirSource, Source as _};
use std::path::Path;

/// What a log holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Durable entries; those that were pruned are counted here and nowhere else.
    pub entries: u64,
    /// The minimum index: entries before it were pruned.
    pub minimum: u64,
    /// Bytes of the segments.
    pub bytes: u64,
    /// Segments.
    pub segments: u64,
    /// What the entries hold.
    pub summary: Summary,
    /// Entries that were read and counted one by one; the index says the rest.
    pub read: u64,
    /// Bytes free on the file system of the log, where that is known.
    pub free: Option<u64>,
}

impl Stats {
    /// Days until the disk is full, should the log grow as it did and nothing else.
    #[must_use]
    pub fn days_left(&self) -> Option<f64> {
        let (free, growth) = (self.free?, self.summary.growth()?);
        (growth > 0.0).then(|| free as f64 / growth)
    }
}

/// Counts the entries of the log in `dir`. `progress` is told how many were counted of how many.
///
/// # Errors
/// The first fault of the log on the way.
pub fn stats(dir: &Path, way: Way, mut progress: impl FnMut(u64, u64)) -> Result<Stats, Fault> {
    let source = DirSource::new(dir);
    let all = chunks(dir)?;
    let minimum = start(dir)?.index;
    let entries = all.last().map_or(minimum, |chunk| chunk.end);
    let (mut summary, mut read) = (Summary::default(), 0);
    for chunk in &all {
        let file = chunk.file(dir).filter(|_| way == Way::Index);
        let known = file.and_then(|file| Some((file.summary().ok()?, file.after())));
        let mut cursor = match known {
            Some((known, after)) => {
                summary.merge(&known);
                super::cursor::Cursor::new(dir, after)
            }
            None => chunk.cursor(dir)?,
        };
        each(dir, &mut cursor, chunk.end, |seen, row| {
            summary.add(row, seen.frame.size() as u64);
            read += 1;
            if seen.place.index.is_multiple_of(1024) {
                progress(seen.place.index, entries);
            }
            true
        })?;
        progress(chunk.end, entries);
    }
    let segments = scan::segments(&source)?;
    let length = |first: &u64| source.len(&files::segment(*first)).map_err(|e| Fault::io(&files::segment(*first), &e));
    let bytes = segments.iter().map(length).sum::<Result<u64, Fault>>()?;
    let free = rustix::fs::statvfs(dir).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    Ok(Stats { entries, minimum, bytes, segments: segments.len() as u64, summary, read, free })
}
