//! The file `minimum`: where a pruned log begins. Two lines name the record that says so, and a checkpoint of exactly as
//! many entries as were pruned follows.

use crate::checkpoints::{self, Kept};
use crate::error::{Class, Fault};
use crate::prove;
use crate::scan;
use crate::storage::Source;
use crate::{files, frame};
use casemate_tlog::checkpoint::CheckpointError;
use casemate_tlog::note::OpenError;
use casemate_tlog::{Checkpoint, Frontier, Note, Verifier};
use serde_json::Value;
use std::io;

/// Its name.
pub(crate) const FILE: &str = "minimum";
/// The last part is the version of the format.
const FIRST_LINE: &str = "casemate/minimum/v1";
/// A note is at most 64 KiB long.
const MAX: usize = (64 << 10) + 256;

/// Where the record of the pruning stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) index: u64,
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

/// Where a log begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Minimum {
    record: Spot,
    kept: Kept,
}

/// The public keys of the log, asked for anew each time: one that takes over meanwhile counts as well.
pub(crate) type Keys<'a> = &'a dyn Fn() -> Vec<Verifier>;

/// What a signature is worth beside some keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// One of them signed it.
    Ours,
    /// Another key signed it, in its time perhaps.
    Others,
}

fn broken(what: impl Into<String>) -> Fault {
    Fault::new(Class::Removed, FILE, 0, what)
}

impl Minimum {
    /// The one that the record at `record` says, with the checkpoint `closing` of the last segment that goes.
    pub(super) fn new(record: Spot, closing: &Kept) -> Self {
        Self { record, kept: closing.clone() }
    }

    pub(super) fn text(&self) -> String {
        let Spot { index, segment, offset } = self.record;
        format!("{FIRST_LINE}\nrecord {index} {segment} {offset}\n\n{}", self.kept.note)
    }

    /// Reads it; `None` where nothing was pruned. Nothing is verified.
    pub(crate) fn read(source: &dyn Source) -> Result<Option<Self>, Fault> {
        match source.read_at(FILE, 0, MAX) {
            Ok(bytes) => Self::parse(&bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::io(FILE, &error)),
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| broken("it is no text"))?;
        let rest = text.strip_prefix(FIRST_LINE).and_then(|rest| rest.strip_prefix("\nrecord "));
        let (line, note) = rest.and_then(|rest| rest.split_once("\n\n")).ok_or_else(|| broken("it names no record"))?;
        let record = spot(line).ok_or_else(|| broken("it names no record"))?;
        let wrong = |error: CheckpointError| broken(format!("no checkpoint stands in it: {error}"));
        let checkpoint = Note::parse(note.as_bytes()).map_err(CheckpointError::from);
        let checkpoint = checkpoint.and_then(|parsed| Checkpoint::parse(parsed.text())).map_err(wrong)?;
        let offset = (bytes.len() - note.len()) as u64;
        let kept = Kept { checkpoint, note: note.to_owned(), file: FILE.to_owned(), offset };
        let minimum = Self { record, kept };
        let Spot { index, segment, .. } = minimum.record;
        let fits = minimum.index() > 0 && segment >= minimum.index() && index >= segment;
        if fits && minimum.text() == text { Ok(minimum) } else { Err(broken("its numbers do not fit together")) }
    }

    /// The index of the first entry that is left.
    pub(crate) const fn index(&self) -> u64 {
        self.kept.checkpoint.size()
    }

    pub(crate) const fn record(&self) -> Spot {
        self.record
    }

    /// The checkpoint of all entries that were pruned.
    pub(crate) const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Whether `before`, which the first segment began with, is the tree of that checkpoint.
    pub(crate) fn holds(&self, before: &Frontier) -> Result<(), Fault> {
        if before.size() == self.index() && before.root() == self.kept.checkpoint.root() {
            return Ok(());
        }
        let what = format!("the log begins with entry {}, and this checkpoint is of another tree", self.index());
        Err(self.kept.fault(Class::Removed, what).at(self.index()))
    }

    /// Whether one of `keys` signed the checkpoint. Another key may have, before it was changed.
    pub(crate) fn signed(&self, keys: &[Verifier]) -> Result<Trust, Fault> {
        trust(&self.kept, keys).map_err(|fault| Fault { class: Class::Removed, ..fault }.at(self.index()))
    }

    /// What must be so for a log that is written: one of its keys signed that it begins here, or has signed a tree that has grown
    /// out of that one; and a record says so.
    pub(super) fn vouched(&self, source: &dyn Source, keys: Keys<'_>) -> Result<(), Fault> {
        if self.signed(&keys())? == Trust::Others {
            grown(source, &self.kept, keys)?;
        }
        self.recorded(source)
    }

    /// Whether the record is where it should be. That it is in the tree is not checked here.
    fn recorded(&self, source: &dyn Source) -> Result<(), Fault> {
        let Spot { index, segment, offset } = self.record;
        let name = files::segment(segment);
        let bytes = source.read_at(&name, offset, frame::OVERHEAD + frame::MAX + crate::side::MAX);
        let record = bytes.ok().and_then(|bytes| Some(frame::decode(&bytes).ok()?.record.to_vec()));
        let json: Option<Value> = record.and_then(|record| serde_json::from_slice(&record).ok());
        let is = |json: &Value| {
            json.get("seq").and_then(Value::as_u64) == Some(index)
                && json.get("kind").and_then(Value::as_str) == Some("event")
                && json.get("event").and_then(Value::as_str) == Some("prune")
                && json.get("facts").and_then(|facts| facts.get("to")).and_then(Value::as_u64) == Some(self.index())
        };
        if json.as_ref().is_some_and(is) { Ok(()) } else { Err(unrecorded(self.index())) }
    }
}

/// The fault of a log that was pruned by hand.
pub(crate) fn unrecorded(minimum: u64) -> Fault {
    broken(format!("no record says that the entries before {minimum} were pruned")).at(minimum)
}

fn spot(line: &str) -> Option<Spot> {
    let mut numbers = line.split(' ').map(|text| text.parse().ok());
    let (index, segment, offset) = (numbers.next()??, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(Spot { index, segment, offset })
}

fn trust(kept: &Kept, keys: &[Verifier]) -> Result<Trust, Fault> {
    let mut trust = Err(kept.fault(Class::Signature, "no key is known"));
    for key in keys {
        match (trust_in(kept, key), &trust) {
            (Ok(Trust::Ours), _) => return Ok(Trust::Ours),
            (_, Ok(Trust::Others)) => {}
            (found, _) => trust = found,
        }
    }
    trust
}

fn trust_in(kept: &Kept, key: &Verifier) -> Result<Trust, Fault> {
    match Checkpoint::open(kept.note.as_bytes(), [key]) {
        Err(CheckpointError::Open(OpenError::Unsigned)) if kept.checkpoint.origin() == key.name() => Ok(Trust::Others),
        _ => kept.verify(key).map(|()| Trust::Ours),
    }
}

/// Whether the tree of the newest checkpoint, which one of the keys signed, has grown out of that of `kept`.
fn grown(source: &dyn Source, kept: &Kept, keys: Keys<'_>) -> Result<(), Fault> {
    // One may give way to another while this reads.
    let mut may = keys();
    let last = checkpoints::last(source, &scan::segments(source)?)?;
    let last = last.ok_or_else(|| kept.fault(Class::Removed, "the log has no checkpoint after this one"))?;
    keys().iter().for_each(|key| crate::chain::add(&mut may, key));
    last.verify_any(&may)?;
    if prove::has_grown(source, &last, &kept.checkpoint)? {
        return Ok(());
    }
    Err(kept.fault(Class::Removed, "the log's newest checkpoint has not grown out of this one"))
}

/// Whether a checkpoint that is about to become that of the minimum is one of this log.
pub(super) fn vouched(source: &dyn Source, kept: &Kept, keys: Keys<'_>) -> Result<(), Fault> {
    match trust(kept, &keys())? {
        Trust::Ours => Ok(()),
        Trust::Others => grown(source, kept, keys),
    }
}
