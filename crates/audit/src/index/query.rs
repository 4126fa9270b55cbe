//! Asking for entries.

use super::cursor::{Segment, check_segment, explain};
use super::file::Candidate;
use super::format;
use super::plan::{self, Chunk, chunks, each};
use super::terms::{Filter, Key, Row};
use crate::error::{Class, Fault};
use crate::frame;
use crate::read::Entry;
use casemate_core::UnixMillis;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// In which order entries are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were written.
    #[default]
    Oldest,
    /// The last one first.
    Newest,
}

/// How entries are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// By the index, where it covers them.
    #[default]
    Index,
    /// By reading every entry of the log.
    Log,
}

/// The entries that a filter wants, each as it stands in the log. Ends after the first fault. Memory is bounded by what
/// one file of the index covers.
pub struct Query {
    dir: PathBuf,
    filter: Filter,
    keys: Vec<Key>,
    order: Order,
    way: Way,
    /// What is still to be looked at, in the order of the answer.
    chunks: VecDeque<Chunk>,
    chunk: Option<Chunk>,
    /// Whether the index was used for the chunk.
    indexed: bool,
    found: VecDeque<Candidate>,
    /// How many entries of the chunk were given, and the last one.
    given: (usize, Option<u64>),
    segment: Option<Segment>,
    buffer: Vec<u8>,
    ended: bool,
}

/// The index and the log say different things.
struct Mismatch(String);

impl Query {
    /// Asks the log in `dir`, up to the entry that is the last durable one now.
    ///
    /// # Errors
    /// The log has no head or no beginning, or cannot be read.
    pub fn new(dir: &Path, filter: Filter, order: Order, way: Way) -> Result<Self, Fault> {
        let mut chunks = VecDeque::from(chunks(dir)?);
        if order == Order::Newest {
            chunks.make_contiguous().reverse();
        }
        Ok(Self {
            dir: dir.to_owned(),
            keys: filter.keys(),
            filter,
            order,
            way,
            chunks,
            chunk: None,
            indexed: false,
            found: VecDeque::new(),
            given: (0, None),
            segment: None,
            buffer: Vec::new(),
            ended: false,
        })
    }

    fn step(&mut self) -> Result<Option<Entry>, Fault> {
        loop {
            let Some(candidate) = self.found.pop_front() else {
                let Some(chunk) = self.chunks.pop_front() else { return Ok(None) };
                self.chunk = Some(chunk);
                self.given = (0, None);
                self.found = self.look(chunk, self.way)?;
                continue;
            };
            match self.read(candidate) {
                Ok(Some(entry)) => {
                    self.given = (self.given.0 + 1, Some(entry.index));
                    return Ok(Some(entry));
                }
                Ok(None) => {}
                Err(Mismatch(what)) => self.settle(candidate, what)?,
            }
        }
    }

    /// The entries of the chunk that may match.
    fn look(&mut self, chunk: Chunk, way: Way) -> Result<VecDeque<Candidate>, Fault> {
        let file = chunk.file(&self.dir).filter(|_| way == Way::Index);
        let known = file.and_then(|file| Some((file.candidates(&self.filter).ok()?, file.after())));
        self.indexed = known.is_some();
        let (mut found, mut cursor) = match known {
            Some((found, after)) => (found, super::cursor::Cursor::new(&self.dir, after)),
            None => (Vec::new(), chunk.cursor(&self.dir)?),
        };
        each(&self.dir, &mut cursor, chunk.end, |seen, row| {
            if self.filter.matches(row) {
                let leaf = seen.frame.leaf.0.first_chunk().copied().unwrap_or_default();
                found.push(Candidate { place: seen.place, leaf });
            }
            true
        })?;
        if self.order == Order::Newest {
            found.reverse();
        }
        Ok(found.into())
    }

    /// Reads what the index named; `None` where it is not wanted after all.
    fn read(&mut self, candidate: Candidate) -> Result<Option<Entry>, Mismatch> {
        let Candidate { place, leaf } = candidate;
        let io = |error: std::io::Error| Mismatch(error.to_string());
        let segment = match self.segment.take().filter(|segment| segment.first() == place.segment) {
            Some(segment) => segment,
            None => Segment::open(&self.dir, place.segment).map_err(io)?,
        };
        segment.frame_at(place.offset, &mut self.buffer).map_err(io)?;
        self.segment = Some(segment);
        let other = |what: &str| Mismatch(what.to_owned());
        let frame = frame::decode(&self.buffer).map_err(|fault| other(fault.as_str()))?;
        let row = Row::read(frame.record).filter(|row| row.seq == place.index);
        let row = row.ok_or_else(|| other("another entry stands here"))?;
        let has_all = || self.keys.iter().all(|key| row.keys().any(|has| has == *key));
        if frame.leaf.0.first_chunk() != Some(&leaf) || !has_all() {
            return Err(other("the entry is another than the one that was indexed"));
        }
        if !self.filter.matches(&row) {
            return Ok(None);
        }
        let json = serde_json::from_slice(frame.record).map_err(|_| other("it is not JSON"))?;
        let (time, bytes) = (UnixMillis(row.time), frame.record.to_vec());
        Ok(Some(Entry { index: place.index, leaf: frame.leaf, time, bytes, json }))
    }

    /// Finds out whether the log or the index is wrong. A wrong file is thrown away and its entries are read, unless the
    /// answer so far has left any out.
    fn settle(&mut self, candidate: Candidate, what: String) -> Result<(), Fault> {
        let Some(chunk) = self.chunk.filter(|_| self.indexed) else {
            return Err(explain(&self.dir, candidate.place, what));
        };
        check_segment(&self.dir, chunk.segment)?;
        let name = format::name(chunk.first);
        let _ = std::fs::remove_file(plan::home(&self.dir).join(&name));
        self.segment = None;
        let mut all = self.look(chunk, Way::Log)?;
        let (count, last) = self.given;
        let before = count.checked_sub(1).and_then(|at| all.get(at)).map(|candidate| candidate.place.index);
        if before != last {
            let what =
                "the index left out entries that come before those that were given; it is thrown away: ask again";
            return Err(Fault::new(Class::Unreadable, &name, 0, what));
        }
        all.drain(..count);
        self.found = all;
        Ok(())
    }
}

impl Iterator for Query {
    type Item = Result<Entry, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step();
        self.ended = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}
