//! The checkpoints of a log: beside each segment those that were signed while it was the last one, in a file that only
//! grows, each a C2SP signed note and an empty line; and the newest once more in a file of its own.

use crate::error::{Class, Fault};
use crate::files;
use crate::retention::Minimum;
use crate::storage::{Source, Storage, Tail};
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::{Checkpoint, Frontier, Signer, Verifier};
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

/// Where the whole checkpoints end, and they themselves.
pub(crate) struct File {
    pub(crate) whole: u64,
    pub(crate) kept: Vec<Kept>,
}

/// The checkpoints beside the segment that begins with entry `first`.
pub(crate) fn read(source: &dyn Source, first: u64) -> Result<File, Fault> {
    let name = files::checkpoints(first);
    let bytes = match source.read_at(&name, 0, usize::MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Fault::io(&name, &error)),
    };
    let mut file = File { whole: 0, kept: Vec::new() };
    let mut rest = bytes.as_slice();
    while let Some(size) = record(rest) {
        let (record, after) = rest.split_at_checked(size).unwrap_or_default();
        let broken = |what: String| Fault::new(Class::Signature, &name, file.whole, what);
        let note = record.split_last().map(|(_, note)| note).unwrap_or_default();
        let note = String::from_utf8(note.to_vec()).map_err(|_| broken("it is no text".to_owned()))?;
        let parsed = casemate_tlog::Note::parse(note.as_bytes()).map_err(CheckpointError::from);
        let checkpoint = parsed.and_then(|parsed| Checkpoint::parse(parsed.text()));
        let checkpoint = checkpoint.map_err(|error| broken(format!("no checkpoint stands here: {error}")))?;
        file.kept.push(Kept { checkpoint, note, file: name.clone(), offset: file.whole });
        file.whole += size as u64;
        rest = after;
    }
    Ok(file)
}

/// The length of the first whole record: a text, an empty line, signatures, an empty line.
fn record(bytes: &[u8]) -> Option<usize> {
    let blank = |from: usize| Some(from + bytes.get(from..)?.windows(2).position(|pair| pair == b"\n\n")? + 2);
    blank(blank(0)?)
}

/// The newest checkpoint that counts as published.
pub(crate) fn last(source: &dyn Source, segments: &[u64]) -> Result<Option<Kept>, Fault> {
    for first in segments.iter().rev() {
        if let Some(kept) = read(source, *first)?.kept.pop() {
            return Ok(Some(kept));
        }
    }
    // The one that closed the segment before the first was pruned with it, and stands there.
    Ok(Minimum::read(source)?.map(|minimum| minimum.kept().clone()))
}

/// The newest checkpoint beside the segment that begins with entry `first`.
pub(crate) fn beside(source: &dyn Source, first: u64) -> Result<Option<Kept>, Fault> {
    Ok(read(source, first)?.kept.pop())
}

/// Signs checkpoints and writes them down.
pub(crate) struct Publisher {
    signer: Signer,
    /// The size of the newest checkpoint.
    pub(crate) size: u64,
    /// The segment beside which they are written, and how long that file is.
    segment: u64,
    len: u64,
    tail: Option<Box<dyn Tail>>,
}

impl Publisher {
    /// Goes on after `last`, which was checked, beside the last segment: cuts off what was not written to its end.
    pub(crate) fn open(
        storage: &mut dyn Storage,
        signer: Signer,
        segment: u64,
        last: Option<&Kept>,
    ) -> Result<Self, Fault> {
        let name = files::checkpoints(segment);
        let fault = |error: io::Error| Fault::io(&name, &error);
        let file = read(storage, segment)?;
        match storage.len(&name) {
            Ok(len) if len > file.whole => storage.cut(&name, file.whole).map_err(fault)?,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(fault(error)),
        }
        // The newest one may be in the page cache only.
        if let Some(kept) = file.kept.last() {
            storage.rewrite(&name, kept.offset).map_err(fault)?;
        }
        if let Some(kept) = last {
            storage.replace(NEWEST, kept.note.as_bytes()).map_err(|error| Fault::io(NEWEST, &error))?;
        }
        let size = last.map_or(0, |kept| kept.checkpoint.size());
        Ok(Self { signer, size, segment, len: file.whole, tail: None })
    }

    /// Signs `tree`, whose entries and head are durable, and publishes it beside the segment.
    pub(crate) fn publish(&mut self, storage: &mut dyn Storage, tree: &Frontier, segment: u64) -> io::Result<String> {
        let checkpoint = Checkpoint::new(self.signer.verifier().name(), tree.size(), tree.root());
        let note = checkpoint.map_err(io::Error::other)?.sign([&self.signer]).map_err(io::Error::other)?;
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
