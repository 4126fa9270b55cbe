//! Following a log as it grows.

use super::cursor::{Cursor, durable, stands};
use super::plan::{Chunk, chunks, each, start};
use crate::error::{Class, Fault};
use crate::files;
use crate::read::Entry;
use casemate_core::UnixMillis;
use std::path::{Path, PathBuf};

/// The end of a log: its last entries, and then those that follow.
pub struct Tail {
    dir: PathBuf,
    cursor: Cursor,
    end: u64,
}

impl Tail {
    /// Begins `last` entries before the end of the log in `dir`.
    ///
    /// # Errors
    /// The log has no head or no beginning, or cannot be read.
    pub fn new(dir: &Path, last: u64) -> Result<Self, Fault> {
        let all = chunks(dir)?;
        let end = all.last().map_or_else(|| start(dir).map(|place| place.index), |chunk| Ok(chunk.end))?;
        Self::begin(dir, &all, end, end.saturating_sub(last))
    }

    /// Begins at entry `index`, or at the end where the log has no such entry yet.
    ///
    /// # Errors
    /// As [`Tail::new`].
    pub fn from(dir: &Path, index: u64) -> Result<Self, Fault> {
        let all = chunks(dir)?;
        let end = all.last().map_or_else(|| start(dir).map(|place| place.index), |chunk| Ok(chunk.end))?;
        Self::begin(dir, &all, end, index.min(end))
    }

    fn begin(dir: &Path, all: &[Chunk], end: u64, from: u64) -> Result<Self, Fault> {
        let at = all.partition_point(|chunk| chunk.first <= from).saturating_sub(1);
        let cursor = match all.get(at) {
            None => Cursor::new(dir, start(dir)?),
            Some(chunk) => {
                // A place that the index names is taken when the entry that says so stands there.
                let named = chunk.file(dir).and_then(|file| file.place(from).ok()).map(|named| named.place);
                let named = named.filter(|place| stands(dir, *place));
                let mut cursor = named.map_or_else(|| chunk.cursor(dir), |place| Ok(Cursor::new(dir, place)))?;
                cursor.skip_to(from)?;
                cursor
            }
        };
        Ok(Self { dir: dir.to_owned(), cursor, end })
    }

    /// The next entry; `None` where the log has no more now.
    ///
    /// # Errors
    /// The fault that stands there. The log being shorter than before is one.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Fault> {
        if self.cursor.at().index >= self.end {
            let end = durable(&self.dir)?;
            if end < self.end {
                let what = format!("it had {} entries before", self.end);
                return Err(Fault::new(Class::Truncated, files::HEAD, 0, what).at(end));
            }
            self.end = end;
        }
        let mut next = None;
        each(&self.dir, &mut self.cursor, self.end, |seen, row| {
            let (bytes, leaf) = (seen.frame.record.to_vec(), seen.frame.leaf);
            let json = serde_json::from_slice(&bytes).unwrap_or_default();
            next = Some(Entry { index: seen.place.index, leaf, time: UnixMillis(row.time), bytes, json });
            false
        })?;
        Ok(next)
    }
}
