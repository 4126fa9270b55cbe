//! Which files the index of a log consists of, and making those that are missing.

use super::DIR;
use super::build::Builder;
use super::cursor::{Cursor, Place, Segment, durable, explain};
use super::file::IndexFile;
use super::format::{self, ROWS};
use super::terms::Row;
use crate::error::Fault;
use crate::storage::DirSource;
use crate::{retention, scan};
use rustix::fs::Access;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A file that covers fewer entries than it could is made again when as many are missing.
const LAG: u64 = 4096;
/// A file that was not finished is left alone for so long: somebody may be writing it.
const UNFINISHED: Duration = Duration::from_secs(600);

/// The entries that one file covers when it is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The first entry of their segment.
    pub(super) segment: u64,
    pub(super) first: u64,
    pub(super) end: u64,
    /// Whether no more entries will follow.
    pub(super) closed: bool,
}

/// The directory of the index.
pub(super) fn home(dir: &Path) -> PathBuf {
    dir.join(DIR)
}

/// Where the first entry stands.
pub(super) fn start(dir: &Path) -> Result<Place, Fault> {
    retention::index(&DirSource::new(dir)).map(Place::start)
}

/// Removes the files that cover entries that were pruned.
pub(crate) fn forget(dir: &Path) {
    if let Ok(chunks) = chunks(dir) {
        tidy(dir, &chunks);
    }
}

/// The chunks of all durable entries that are left, in order.
pub(super) fn chunks(dir: &Path) -> Result<Vec<Chunk>, Fault> {
    let entries = durable(dir)?;
    let (_, segments) = scan::beginning(&DirSource::new(dir))?;
    let mut chunks = Vec::new();
    let ends = segments.iter().skip(1).copied().map(|end| end.min(entries)).chain([entries]);
    for (segment, end) in segments.iter().copied().zip(ends) {
        let mut first = segment;
        while first < end {
            let full = first.saturating_add(ROWS);
            let closed = full <= end || end < entries;
            chunks.push(Chunk { segment, first, end: end.min(full), closed });
            first = full;
        }
    }
    Ok(chunks)
}

impl Chunk {
    /// Its file, where there is one that belongs to the log.
    pub(super) fn file(&self, dir: &Path) -> Option<IndexFile> {
        let segment = Segment::open(dir, self.segment).ok()?;
        IndexFile::open(&home(dir), self.first, &segment, self.end)
    }

    /// The way through its entries from the first one.
    pub(super) fn cursor(&self, dir: &Path) -> Result<Cursor, Fault> {
        if self.first == self.segment {
            return Ok(Cursor::new(dir, Place::start(self.segment)));
        }
        let before = Self { first: self.first.saturating_sub(ROWS), end: self.first, closed: true, ..*self };
        let known = before.file(dir).map(|file| file.after()).filter(|place| place.index == self.first);
        let mut cursor = Cursor::new(dir, known.unwrap_or_else(|| Place::start(self.segment)));
        cursor.skip_to(self.first)?;
        Ok(cursor)
    }

    /// Whether its file is worth making.
    fn is_due(&self, dir: &Path, lag: u64) -> bool {
        let missing = self.file(dir).map_or(self.end - self.first, |file| self.end.saturating_sub(file.header.after()));
        missing >= lag || (self.closed && missing > 0)
    }
}

/// Reads the next entry before `end`, and what the index needs of it.
pub(super) fn each(
    dir: &Path,
    cursor: &mut Cursor,
    end: u64,
    mut take: impl FnMut(&super::cursor::Seen<'_>, &Row<'_>) -> bool,
) -> Result<(), Fault> {
    while let Some(seen) = cursor.next(end)? {
        let row = Row::read(seen.frame.record).filter(|row| row.seq == seen.place.index);
        let row = row.ok_or_else(|| explain(dir, seen.place, "the record has another format".to_owned()))?;
        if !take(&seen, &row) {
            break;
        }
    }
    Ok(())
}

/// Makes the directory of the index where it is missing. It belongs to whom the log belongs to, whoever makes it.
fn make_home(dir: &Path) -> io::Result<PathBuf> {
    let home = home(dir);
    match DirBuilder::new().mode(0o700).create(&home) {
        Ok(()) => give(dir, &home),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        // A link would lead out of the log.
        Err(_) if !is_dir(&home) => return Err(io::ErrorKind::NotADirectory.into()),
        Err(_) => {}
    }
    rustix::fs::access(&home, Access::WRITE_OK | Access::EXEC_OK)?;
    Ok(home)
}

fn is_dir(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Only the superuser can, and only there it makes a difference.
fn give(dir: &Path, path: &Path) {
    if let Ok(of) = std::fs::metadata(dir) {
        let _ = chown(path, Some(of.uid()), Some(of.gid()));
    }
}

/// Puts the file in its place.
pub(super) fn store(dir: &Path, builder: &mut Builder) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let home = make_home(dir)?;
    let name = format::name(builder.first());
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let partial = home.join(format!("{name}.{process}-{count}.partial"));
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        file.write_all(&builder.encode())?;
        give(dir, &partial);
        std::fs::rename(&partial, home.join(name))
    };
    written().inspect_err(|_| drop(std::fs::remove_file(&partial)))
}

/// What [`update`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Updated {
    /// Files that were made.
    pub files: u64,
    /// Entries that they cover.
    pub entries: u64,
    /// Whether a file could not be written, or `go_on` said no. What is missing is read from the log.
    pub stopped: bool,
}

/// Makes what is missing of the index. `go_on` is told how many entries were read of how many, and may say no.
///
/// # Errors
/// The first fault of the log on the way.
pub fn update(dir: &Path, go_on: impl FnMut(u64, u64) -> bool) -> Result<Updated, Fault> {
    update_behind(dir, LAG, go_on)
}

/// Makes a file that is not closed yet when it misses `lag` entries.
pub(super) fn update_behind(dir: &Path, lag: u64, mut go_on: impl FnMut(u64, u64) -> bool) -> Result<Updated, Fault> {
    let all = chunks(dir)?;
    tidy(dir, &all);
    let due: Vec<Chunk> = all.into_iter().filter(|chunk| chunk.is_due(dir, lag)).collect();
    let total = due.iter().map(|chunk| chunk.end - chunk.first).sum();
    let mut updated = Updated::default();
    if !due.is_empty() && make_home(dir).is_err() {
        return Ok(Updated { stopped: true, ..updated });
    }
    for chunk in due {
        let mut builder = Builder::default();
        let (mut cursor, done) = (chunk.cursor(dir)?, updated.entries);
        each(dir, &mut cursor, chunk.end, |seen, row| {
            let told = !builder.count().is_multiple_of(1024) || go_on(done + builder.count(), total);
            told && builder.add(seen, row)
        })?;
        if builder.count() < chunk.end - chunk.first || store(dir, &mut builder).is_err() {
            return Ok(Updated { stopped: true, ..updated });
        }
        updated = Updated { files: updated.files + 1, entries: done + builder.count(), stopped: false };
    }
    if total > 0 {
        go_on(total, total);
    }
    Ok(updated)
}

/// Removes files that cover nothing any more, and those that somebody did not finish.
fn tidy(dir: &Path, chunks: &[Chunk]) {
    let home = home(dir);
    if !is_dir(&home) {
        return;
    }
    let Ok(found) = std::fs::read_dir(home) else { return };
    let last = chunks.last().map_or(0, |chunk| chunk.first);
    for entry in found.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let first = name.strip_suffix(".idx").and_then(|first| first.parse::<u64>().ok());
        let orphan =
            first.is_some_and(|first| first < last && chunks.binary_search_by_key(&first, |c| c.first).is_err());
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if orphan || (name.ends_with(".partial") && age().is_some_and(|age| age > UNFINISHED)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
