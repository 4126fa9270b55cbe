//! The checkpoints of a log: beside each segment those that were signed while it was the last one, in a file that only
//! grows, each a C2SP signed note and an empty line; and the newest once more in a file of its own.

mod file;

pub(crate) use file::{Checkpoints, Kept, end};

use crate::error::Fault;
use crate::files;
use crate::keys::Signers;
use crate::retention::Minimum;
use crate::storage::{Source, Storage, Tail};
use casemate_tlog::{Checkpoint, Frontier};
use std::io;

/// The newest checkpoint, as C2SP tlog-tiles names it.
pub(crate) const NEWEST: &str = "checkpoint";

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
