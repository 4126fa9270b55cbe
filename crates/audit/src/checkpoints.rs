//! The checkpoints of a log: beside each segment those that were signed while it was the last one, in a file that only
//! grows, each a C2SP signed note and an empty line; and the newest once more in a file of its own.

use crate::error::{Class, Fault};
use crate::files;
use crate::keys::Signers;
use crate::retention::Minimum;
use crate::storage::{Source, Storage, Tail};
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::note::MAX_NOTE;
use casemate_tlog::{Checkpoint, Frontier, Note, Verifier};
use std::io;

/// The newest checkpoint, as C2SP tlog-tiles names it.
pub(crate) const NEWEST: &str = "checkpoint";

/// A checkpoint as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What the note says. Nothing has verified it.
    pub(crate) checkpoint: Checkpoint,
    /// The whole note.
    pub(crate) note: String,
    pub(crate) file: String,
    pub(crate) offset: u64,
}

impl Kept {
    pub(crate) fn fault(&self, class: Class, what: impl Into<String>) -> Fault {
        Fault::new(class, &self.file, self.offset, what)
    }

    /// Whether any of `keys` signed it, for the log of the same name.
    pub(crate) fn verify_any(&self, keys: &[Verifier]) -> Result<(), Fault> {
        let mut wrong = None;
        for key in keys {
            match self.verify(key) {
                Ok(()) => return Ok(()),
                Err(fault) => wrong = wrong.or(Some(fault)),
            }
        }
        Err(wrong.unwrap_or_else(|| self.fault(Class::Signature, "no key is known")))
    }

    /// Whether `key` signed it, for the log of the same name.
    pub(crate) fn verify(&self, key: &Verifier) -> Result<(), Fault> {
        let wrong = |error: CheckpointError| self.fault(Class::Signature, format!("the checkpoint: {error}"));
        let (checkpoint, _) = Checkpoint::open(self.note.as_bytes(), [key]).map_err(wrong)?;
        if checkpoint.origin() == key.name() {
            return Ok(());
        }
        Err(self.fault(Class::Signature, format!("the checkpoint is of the log `{}`", checkpoint.origin())))
    }

    /// Whether the tree of as many leaves is the one that was signed.
    pub(crate) fn holds(&self, tree: &Frontier) -> Result<(), Fault> {
        if tree.root() == self.checkpoint.root() {
            return Ok(());
        }
        let what = format!("the first {} entries are others than those that this checkpoint signed", tree.size());
        Err(self.fault(Class::Fork, what))
    }
}

/// How much is read at once.
const CHUNK: usize = 1 << 16;
/// A record: the longest note and an empty line.
const RECORD: usize = MAX_NOTE + 1;
/// What is read of the end of a file: first mostly enough for the last checkpoint; then enough for the longest one and as
/// much that was not written to its end.
const ENDS: [usize; 2] = [1 << 13, 2 * RECORD];

/// Where the whole checkpoints of a file end, and the last of them.
pub(crate) struct End {
    pub(crate) whole: u64,
    pub(crate) last: Option<Kept>,
}

/// Reads the end of the file beside the segment that begins with entry `first`. What follows the last whole checkpoint
/// was not written to its end, however it looks: each was durable before anything else was written, also elsewhere.
pub(crate) fn end(source: &dyn Source, first: u64) -> Result<End, Fault> {
    let name = files::checkpoints(first);
    let length = match source.len(&name) {
        Ok(length) => length,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(Fault::io(&name, &error)),
    };
    let mut from = length;
    for size in ENDS {
        if from == 0 {
            break;
        }
        from = length.saturating_sub(size as u64);
        let bytes = source.read_at(&name, from, size).map_err(|error| Fault::io(&name, &error))?;
        if let Some((start, end, (checkpoint, note))) = last_whole(&bytes, from == 0) {
            let last = Kept { checkpoint, note, file: name, offset: from + start as u64 };
            return Ok(End { whole: from + end as u64, last: Some(last) });
        }
    }
    if from == 0 {
        return Ok(End { whole: 0, last: None });
    }
    Err(Fault::new(Class::Signature, &name, from, "from here to the end of the file stands no checkpoint"))
}

/// The last whole record: where it begins and ends, and what it says. At the start of the file one may begin with the
/// bytes, else only after another.
fn last_whole(bytes: &[u8], at_start: bool) -> Option<(usize, usize, (Checkpoint, String))> {
    let blanks: Vec<usize> =
        bytes.windows(2).enumerate().filter(|(_, pair)| *pair == b"\n\n").map(|(at, _)| at + 2).collect();
    blanks.iter().enumerate().rev().find_map(|(nth, end)| {
        let start = match nth.checked_sub(2) {
            Some(before) => *blanks.get(before)?,
            None if nth == 1 && at_start => 0,
            None => return None,
        };
        Some((start, *end, parse(bytes.get(start..*end)?).ok()?))
    })
}

/// What a record says: a note and an empty line.
fn parse(record: &[u8]) -> Result<(Checkpoint, String), String> {
    let note = record.split_last().map(|(_, note)| note).unwrap_or_default();
    let note = std::str::from_utf8(note).map_err(|_| "it is no text".to_owned())?;
    let parsed = Note::parse(note.as_bytes()).map_err(CheckpointError::from);
    let checkpoint = parsed.and_then(|parsed| Checkpoint::parse(parsed.text()));
    let checkpoint = checkpoint.map_err(|error| format!("no checkpoint stands here: {error}"))?;
    Ok((checkpoint, note.to_owned()))
}

/// The length of the first whole record: a text, an empty line, signatures, an empty line.
fn record(bytes: &[u8]) -> Option<usize> {
    let blank = |from: usize| Some(from + bytes.get(from..)?.windows(2).position(|pair| pair == b"\n\n")? + 2);
    blank(blank(0)?)
}

/// The whole checkpoints of a file in their order, read in chunks.
pub(crate) struct Checkpoints {
    name: String,
    end: u64,
    /// The next one's offset in the file, and in the buffer.
    offset: u64,
    at: usize,
    buffer: Vec<u8>,
}

impl Checkpoints {
    /// Those of the file beside the segment that begins with entry `first`, up to its end as it was found.
    pub(crate) fn new(first: u64, end: &End) -> Self {
        Self { name: files::checkpoints(first), end: end.whole, offset: 0, at: 0, buffer: Vec::new() }
    }

    /// The next one.
    pub(crate) fn next(&mut self, source: &dyn Source) -> Result<Option<Kept>, Fault> {
        if self.offset >= self.end {
            return Ok(None);
        }
        let broken = |what: &str| Fault::new(Class::Signature, &self.name, self.offset, what);
        let size = loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if let Some(size) = record(rest) {
                break size;
            }
            let read = self.offset + rest.len() as u64;
            if rest.len() > RECORD || read >= self.end {
                return Err(broken("no checkpoint stands here"));
            }
            let more = source.read_at(&self.name, read, CHUNK).map_err(|error| Fault::io(&self.name, &error))?;
            if more.is_empty() {
                return Err(broken("the file ends within a checkpoint"));
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            self.buffer.extend_from_slice(&more);
        };
        let record = self.buffer.get(self.at..self.at + size).unwrap_or_default();
        let (checkpoint, note) = parse(record).map_err(|what| broken(&what))?;
        let kept = Kept { checkpoint, note, file: self.name.clone(), offset: self.offset };
        self.offset += size as u64;
        self.at += size;
        Ok(Some(kept))
    }
}

/// The newest checkpoint that counts as published.
pub(crate) fn last(source: &dyn Source, segments: &[u64]) -> Result<Option<Kept>, Fault> {
    for first in segments.iter().rev() {
        if let Some(kept) = end(source, *first)?.last {
            return Ok(Some(kept));
        }
    }
    // The one that closed the segment before the first was pruned with it, and stands there.
    Ok(Minimum::read(source)?.map(|minimum| minimum.kept().clone()))
}

/// The newest checkpoint beside the segment that begins with entry `first`.
pub(crate) fn beside(source: &dyn Source, first: u64) -> Result<Option<Kept>, Fault> {
    Ok(end(source, first)?.last)
}

/// Signs checkpoints and writes them down.
pub(crate) struct Publisher {
    pub(crate) signers: Signers,
    /// The size of the newest checkpoint.
    pub(crate) size: u64,
    /// The segment beside which they are written, and how long that file is.
    segment: u64,
    len: u64,
    tail: Option<Box<dyn Tail>>,
}

impl Publisher {
    /// Goes on after `last`, which was checked, beside the last segment: cuts off what was not written to its end, and
    /// says how many bytes that were.
    pub(crate) fn open(
        storage: &mut dyn Storage,
        signers: Signers,
        segment: u64,
        last: Option<&Kept>,
    ) -> Result<(Self, u64), Fault> {
        let name = files::checkpoints(segment);
        let fault = |error: io::Error| Fault::io(&name, &error);
        let end = end(storage, segment)?;
        // Damage before the last one is none of a power cut.
        let mut all = Checkpoints::new(segment, &end);
        while all.next(storage)?.is_some() {}
        let torn = match storage.len(&name) {
            Ok(len) => len.saturating_sub(end.whole),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(fault(error)),
        };
        if torn > 0 {
            storage.cut(&name, end.whole).map_err(fault)?;
        }
        // The newest one may be in the page cache only.
        if let Some(kept) = &end.last {
            storage.rewrite(&name, kept.offset).map_err(fault)?;
        }
        if let Some(kept) = last {
            storage.replace(NEWEST, kept.note.as_bytes()).map_err(|error| Fault::io(NEWEST, &error))?;
        }
        let size = last.map_or(0, |kept| kept.checkpoint.size());
        Ok((Self { signers, size, segment, len: end.whole, tail: None }, torn))
    }

    /// Signs `tree`, whose entries and head are durable, and publishes it beside the segment.
    pub(crate) fn publish(&mut self, storage: &mut dyn Storage, tree: &Frontier, segment: u64) -> io::Result<String> {
        let checkpoint = Checkpoint::new(self.signers.current.verifier().name(), tree.size(), tree.root());
        let note = checkpoint.map_err(io::Error::other)?.sign(self.signers.iter()).map_err(io::Error::other)?;
        self.beside(segment);
        let mut tail = match self.tail.take() {
            Some(tail) => tail,
            None => {
                let tail = storage.tail(&files::checkpoints(segment))?;
                storage.sync_dir()?;
                tail
            }
        };
        let record = format!("{note}\n");
        // A tail that failed is not used again.
        tail.append(record.as_bytes())?;
        tail.sync()?;
        self.tail = Some(tail);
        self.len += record.len() as u64;
        self.size = tree.size();
        storage.replace(NEWEST, note.as_bytes())?;
        Ok(note)
    }

    /// From now on they are written beside this segment: the file beside the one before it may be read-only.
    pub(crate) fn beside(&mut self, segment: u64) {
        if self.segment != segment {
            (self.segment, self.len, self.tail) = (segment, 0, None);
        }
    }

    /// After a fault: brings the file back to the last checkpoint that was published.
    pub(crate) fn rewind(&mut self, storage: &mut dyn Storage) -> Result<(), Fault> {
        self.tail = None;
        let name = files::checkpoints(self.segment);
        match storage.cut(&name, self.len) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.len == 0 => Ok(()),
            done => done.map_err(|error| Fault::io(&name, &error)),
        }
    }
}
