//! Closed segments, and when their last record was written.

use crate::error::{Class, Fault};
use crate::storage::{DirSource, Source};
use crate::{files, frame, scan, side};
use casemate_core::UnixMillis;
use serde::Deserialize;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A closed segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Its first entry.
    pub first: u64,
    /// The index after its last entry: the next segment's first.
    pub end: u64,
    /// When its last record was written, in milliseconds since 1970.
    pub newest: UnixMillis,
}

/// The closed segments of the log in `dir`, oldest first, from its minimum index on. The segment that the head names, which
/// is written, is none of them, also where a file of a later one was begun. Only the end of each is read.
///
/// # Errors
/// The log has no beginning, or the end of a segment is not what was written.
pub fn closed(dir: &Path) -> Result<Vec<Closed>, Fault> {
    of(&DirSource::new(dir))
}

/// The entries of each closed segment of the log in `dir`, as [`closed`] finds them, by the names of the files and the head
/// alone. None where there is no log yet.
///
/// # Errors
/// The directory, the head or the minimum cannot be read.
pub fn closed_ranges(dir: &Path) -> Result<Vec<Range<u64>>, Fault> {
    let source = DirSource::new(dir);
    Ok(before_head(&source, &scan::segments(&source)?)?.collect())
}

/// The file of the segment that begins with entry `first`, in the log in `dir`.
#[must_use]
pub fn segment_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(files::segment(first))
}

/// The file with the checkpoints that were signed while that segment was the last one. Its last one closes the segment.
#[must_use]
pub fn checkpoints_path(dir: &Path, first: u64) -> PathBuf {
    dir.join(files::checkpoints(first))
}

pub(super) fn of(source: &dyn Source) -> Result<Vec<Closed>, Fault> {
    let (_, all) = scan::beginning(source)?;
    let closed = before_head(source, &all)?.map(|range| (range.start, range.end));
    closed.map(|(first, end)| Ok(Closed { first, end, newest: newest(source, first, end)? })).collect()
}

/// Those of the segments that lie before the one that the head names. A file of a later one can be there while that one
/// still grows: the disk may fail between the two.
fn before_head<'a>(source: &dyn Source, all: &'a [u64]) -> Result<impl Iterator<Item = Range<u64>> + 'a, Fault> {
    let last = scan::head(source)?.map_or(0, |head| head.segment);
    let all = all.iter().copied().filter(move |first| *first <= last);
    Ok(all.clone().zip(all.skip(1)).map(|(first, end)| first..end))
}

#[derive(Deserialize)]
struct Stamp {
    seq: u64,
    time: u64,
}

/// When entry `end - 1`, the last one of its segment, was written.
fn newest(source: &dyn Source, first: u64, end: u64) -> Result<UnixMillis, Fault> {
    let name = files::segment(first);
    let io = |error: std::io::Error| super::missing(source, first, &name, &error);
    let (len, begin) = (source.len(&name).map_err(io)?, files::header_len(first));
    // Frames have no way back: the last one is what is whole and reaches exactly to the end.
    for window in [8 << 10, frame::OVERHEAD + frame::MAX + side::MAX] {
        let from = len.saturating_sub(window as u64).max(begin);
        let bytes = source.read_at(&name, from, window).map_err(io)?;
        let last = (0..bytes.len()).rev().filter_map(|at| bytes.get(at..)).find_map(|rest| {
            let frame = frame::size(rest).filter(|size| *size == rest.len()).and_then(|_| frame::decode(rest).ok())?;
            serde_json::from_slice::<Stamp>(frame.record).ok().filter(|stamp| stamp.seq + 1 == end)
        });
        if let Some(stamp) = last {
            return Ok(UnixMillis(stamp.time));
        }
    }
    Err(Fault::new(Class::Changed, &name, len, "the segment does not end with its last record").at(end - 1))
}
