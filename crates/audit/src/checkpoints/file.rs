//! The files of checkpoints: read from their end, and in parts.

use crate::error::{Class, Fault};
use crate::files;
use crate::storage::Source;
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::note::MAX_NOTE;
use casemate_tlog::{Checkpoint, Frontier, Note, Verifier};
use std::io;

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
