//! Reading frames in order from a known place, and single ones at known offsets. Each is checked by itself; the tree is
//! only computed where something does not fit, to name the fault as `verify` does.

use super::terms::Row;
use crate::error::{Class, Fault};
use crate::files::{self, Header};
use crate::frame::{self, Frame};
use crate::scan::{self, Walk};
use crate::storage::{self, DirSource};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// How much is read at once on the way through a segment, and for one entry.
const CHUNK: usize = 1 << 20;
const ENTRY: usize = 2048;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) index: u64,
    /// The first entry of its segment.
    pub(super) segment: u64,
    /// Its offset in that segment's file.
    pub(super) offset: u64,
}

impl Place {
    /// The beginning of a segment.
    pub(super) const fn start(segment: u64) -> Self {
        Self { index: segment, segment, offset: files::header_len(segment) }
    }
}

/// An open segment.
pub(super) struct Segment {
    first: u64,
    file: File,
}

impl Segment {
    pub(super) fn open(dir: &Path, first: u64) -> io::Result<Self> {
        Ok(Self { first, file: storage::plain(&dir.join(files::segment(first)))? })
    }

    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// Fills `buffer` up to `want` bytes with what follows it; fewer only at the end of the file.
    fn fill(&self, buffer: &mut Vec<u8>, offset: u64, want: usize) -> io::Result<()> {
        let mut filled = buffer.len();
        buffer.resize(want.max(filled), 0);
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    buffer.truncate(filled);
                    return Err(error);
                }
            }
        }
        buffer.truncate(filled);
        Ok(())
    }

    /// Reads the bytes of the frame at `offset` into `buffer`; what is there of it at the end of the file.
    pub(super) fn frame_at(&self, offset: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        buffer.clear();
        self.fill(buffer, offset, ENTRY)?;
        if let Some(size) = frame::size(buffer).filter(|size| *size > buffer.len()) {
            self.fill(buffer, offset, size)?;
        }
        Ok(())
    }

    /// The leaf hash that the frame at `offset` has written down, and the offset after it. Nothing of the frame is checked.
    pub(super) fn leaf_at(&self, offset: u64) -> Option<([u8; 32], u64)> {
        let mut head = [0; frame::OVERHEAD];
        self.file.read_exact_at(&mut head, offset).ok()?;
        let size = frame::size(&head)? as u64;
        Some((*head.last_chunk()?, offset.checked_add(size)?))
    }
}

/// An entry on the way.
pub(super) struct Seen<'a> {
    pub(super) place: Place,
    pub(super) frame: Frame<'a>,
}

/// The way from a place on.
pub(super) struct Cursor {
    dir: PathBuf,
    at: Place,
    segment: Option<Segment>,
    buffer: Vec<u8>,
    used: usize,
}

impl Cursor {
    pub(super) fn new(dir: &Path, at: Place) -> Self {
        Self { dir: dir.to_owned(), at, segment: None, buffer: Vec::new(), used: 0 }
    }

    /// Where the next entry stands.
    pub(super) const fn at(&self) -> Place {
        self.at
    }

    /// Goes on to entry `index`, which lies ahead.
    pub(super) fn skip_to(&mut self, index: u64) -> Result<(), Fault> {
        while self.at.index < index && self.next(index)?.is_some() {}
        Ok(())
    }

    /// The next entry, where it lies before `end`: all entries before `end` are durable.
    pub(super) fn next(&mut self, end: u64) -> Result<Option<Seen<'_>>, Fault> {
        if self.at.index >= end {
            return Ok(None);
        }
        let size = self.ready().map_err(|what| explain(&self.dir, self.at, what))?;
        let place = self.at;
        self.used += size;
        self.at = Place { index: place.index + 1, offset: place.offset + size as u64, ..place };
        let bytes = self.buffer.get(self.used - size..self.used).unwrap_or_default();
        match frame::decode(bytes) {
            Ok(frame) => Ok(Some(Seen { place, frame })),
            Err(fault) => Err(explain(&self.dir, place, fault.as_str().to_owned())),
        }
    }

    /// Reads until the whole next frame is in the buffer, and tells its size.
    fn ready(&mut self) -> Result<usize, String> {
        let mut entered = false;
        loop {
            let rest = self.buffer.get(self.used..).unwrap_or_default();
            let size = frame::size(rest);
            if let Some(size) = size.filter(|size| rest.len() >= *size) {
                return Ok(size);
            }
            let had = rest.len();
            self.more(size.unwrap_or_default()).map_err(|error| error.to_string())?;
            if self.buffer.len() > had {
                continue;
            }
            if had > 0 || entered || self.at.index == self.at.segment {
                return Err("the file ends within the record".to_owned());
            }
            self.enter()?;
            entered = true;
        }
    }

    fn more(&mut self, need: usize) -> io::Result<()> {
        self.buffer.drain(..self.used);
        self.used = 0;
        let segment = match self.segment.take() {
            Some(segment) => segment,
            None => Segment::open(&self.dir, self.at.segment)?,
        };
        let filled = segment.fill(&mut self.buffer, self.at.offset, CHUNK.max(need));
        self.segment = Some(segment);
        filled
    }

    /// Goes on to the segment that begins with the next entry.
    fn enter(&mut self) -> Result<(), String> {
        let first = self.at.index;
        let next = Segment::open(&self.dir, first).map_err(|_| "the segment of it is missing".to_owned())?;
        let mut bytes = Vec::new();
        let length = usize::try_from(files::header_len(first)).unwrap_or(usize::MAX);
        next.fill(&mut bytes, 0, length).map_err(|error| error.to_string())?;
        match Header::decode(&bytes, first) {
            Ok(header) if header.previous == self.at.segment => {}
            _ => return Err("the segment of it does not follow the one before".to_owned()),
        }
        self.segment = Some(next);
        self.at = Place::start(first);
        Ok(())
    }
}

/// The first fault on the way through the segment of `at`, as the walk of `verify` names it; `what` where it finds none.
pub(super) fn explain(dir: &Path, at: Place, what: String) -> Fault {
    match check_segment(dir, at.segment) {
        Err(fault) => fault,
        Ok(()) => Fault::new(Class::Unreadable, &files::segment(at.segment), at.offset, what).at(at.index),
    }
}

/// Walks through the segment that begins with `first` to where the next one, or the head, vouches for its tree.
pub(super) fn check_segment(dir: &Path, first: u64) -> Result<(), Fault> {
    let source = DirSource::new(dir);
    let mut walk = Walk::at(&source, first)?;
    while walk.segment_first() <= first {
        match walk.next(&source) {
            // What is being written now is no fault.
            None => break,
            Some(Err(fault)) if fault.class == Class::TornTail => break,
            Some(Err(fault)) => return Err(fault),
            Some(Ok(_)) => {}
        }
    }
    Ok(())
}

/// Whether the entry with that index stands there.
pub(super) fn stands(dir: &Path, place: Place) -> bool {
    let mut bytes = Vec::new();
    let read = Segment::open(dir, place.segment).and_then(|segment| segment.frame_at(place.offset, &mut bytes));
    let frame = read.ok().and_then(|()| frame::decode(&bytes).ok());
    frame.and_then(|frame| Row::read(frame.record)).is_some_and(|row| row.seq == place.index)
}

/// Entries that are durable: as many as the head says. An older head would hide the others.
pub(super) fn durable(dir: &Path) -> Result<u64, Fault> {
    let source = DirSource::new(dir);
    let signed = scan::signed(&source)?;
    let head = scan::head(&source)?;
    let head = head.ok_or_else(|| Fault::new(Class::Removed, files::HEAD, 0, "the log has no head"))?;
    head.reaches(signed).map(|()| head.entries)
}
