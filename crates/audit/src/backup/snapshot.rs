//! How far a log reaches at one moment, and what belongs to it up to there.

use crate::checkpoints::{self, Checkpoints};
use crate::error::{Class, Fault};
use crate::files;
use crate::head::Head;
use crate::published::PUBLISHED;
use crate::scan;
use crate::storage::{DirSource, Source as _};
use casemate_tlog::{Checkpoint, Note};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// What the log was pruned up to.
const MINIMUM: &str = "minimum";
/// The largest of the small files.
const MAX: usize = 1 << 20;

/// By what one sees that a log moves on, as far as it can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) head: Option<Head>,
    /// The minimum, and the first segment that is there.
    pub(super) pruned: (Option<Vec<u8>>, Option<u64>),
}

impl Mark {
    pub(super) fn of(dir: &Path) -> Self {
        let source = DirSource::new(dir);
        let minimum = small(&source, MINIMUM).ok().flatten();
        let first = scan::segments(&source).ok().and_then(|segments| segments.first().copied());
        Self { head: scan::head(&source).ok().flatten(), pruned: (minimum, first) }
    }
}

/// A log at one moment. What comes later is not looked at.
pub(super) struct Snapshot {
    dir: PathBuf,
    head: Head,
    file: Vec<u8>,
    segments: Vec<u64>,
    /// How much of the last segment's checkpoints belongs to it.
    checkpoints: u64,
    /// Small files and what they hold.
    pub(super) others: Vec<(&'static str, Vec<u8>)>,
}

impl Snapshot {
    /// Looks at the log in `dir`, as often as it is pruned meanwhile: the segments belong to one minimum.
    pub(super) fn take(dir: &Path) -> Result<Self, Fault> {
        let source = DirSource::new(dir);
        let mut minimum = small(&source, MINIMUM)?;
        loop {
            let taken = Self::at(dir, &source, minimum.clone());
            let now = small(&source, MINIMUM)?;
            if now == minimum {
                return taken;
            }
            minimum = now;
        }
    }

    /// What was published is read before the head, so that it is not newer.
    fn at(dir: &Path, source: &DirSource, minimum: Option<Vec<u8>>) -> Result<Self, Fault> {
        let published = small(source, PUBLISHED)?;
        let named = small(source, checkpoints::NEWEST)?;
        let head = scan::head(source)?;
        let head = head.ok_or_else(|| Fault::new(Class::Removed, files::HEAD, 0, "the log has no head"))?;
        let mut segments = scan::segments(source)?;
        segments.retain(|first| *first <= head.segment);
        if segments.last() != Some(&head.segment) {
            return Err(Fault::new(Class::Removed, &files::segment(head.segment), 0, "the segment is missing"));
        }
        let (checkpoints, newest) = signed(source, &segments, head.entries)?;
        let first = segments.first().copied().unwrap_or_default();
        reaches(named.as_deref(), newest.as_deref(), first..=head.entries)?;
        let mut others = Vec::new();
        for (name, bytes) in [(MINIMUM, minimum), (checkpoints::NEWEST, newest), (PUBLISHED, published)] {
            let of_here = |bytes: &Vec<u8>| name != PUBLISHED || size(bytes).is_some_and(|size| size <= head.entries);
            others.extend(bytes.filter(of_here).map(|bytes| (name, bytes)));
        }
        let (offset, slot) = head.slot();
        let mut file = vec![0; usize::try_from(offset).unwrap_or_default()];
        file.extend(slot);
        Ok(Self { dir: dir.to_owned(), head, file, segments, checkpoints, others })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) const fn head(&self) -> &Head {
        &self.head
    }

    /// The file of a head that says so.
    pub(super) fn head_file(&self) -> &[u8] {
        &self.file
    }

    /// The first entry that the log has.
    pub(super) fn first(&self) -> u64 {
        self.segments.first().copied().unwrap_or_default()
    }

    /// The segments: the first entry of each, whether it is closed, and how much of it and of the checkpoints beside it
    /// belongs to the snapshot; `None`: all.
    pub(super) fn segments(&self) -> impl Iterator<Item = (u64, Option<[u64; 2]>)> {
        let open = [self.head.len, self.checkpoints];
        self.segments.iter().map(move |first| (*first, (*first == self.head.segment).then_some(open)))
    }

    /// How many entries the segment that begins with entry `first` has.
    pub(super) fn entries_of(&self, first: u64) -> u64 {
        let next = self.segments.iter().find(|segment| **segment > first);
        next.unwrap_or(&self.head.entries).saturating_sub(first)
    }

    /// Whether the small file is the one that says up to where the log was pruned.
    pub(super) fn is_minimum(name: &str) -> bool {
        name == MINIMUM
    }
}

/// How much of the checkpoints beside the last segment is of at most so many entries, and the newest of all of them.
fn signed(source: &DirSource, segments: &[u64], entries: u64) -> Result<(u64, Option<Vec<u8>>), Fault> {
    let mut beside = 0;
    for (at, first) in segments.iter().rev().enumerate() {
        let mut all = Checkpoints::new(*first, &checkpoints::end(source, *first)?);
        let mut last = None;
        while let Some(kept) = all.next(source)?.filter(|kept| kept.checkpoint.size() <= entries) {
            last = Some(kept);
        }
        if let Some(last) = last {
            if at == 0 {
                // Each stands there with an empty line after it.
                beside = last.offset + last.note.len() as u64 + 1;
            }
            return Ok((beside, Some(last.note.into_bytes())));
        }
    }
    Ok((beside, None))
}

/// Whether the newest checkpoint of all, as its own file names it, is beside a segment or was pruned. It is written
/// there first, and read before the head: a log without it was cut off.
fn reaches(named: Option<&[u8]>, newest: Option<&[u8]>, entries: RangeInclusive<u64>) -> Result<(), Fault> {
    let Some(signed) = named.and_then(size).filter(|signed| *signed > *entries.start()) else { return Ok(()) };
    let fault = |class, what: String| Err(Fault::new(class, checkpoints::NEWEST, 0, what));
    if signed > *entries.end() {
        return fault(Class::Truncated, format!("it signed {signed} entries, and {} are there", entries.end()));
    }
    if newest.and_then(size).is_none_or(|newest| newest < signed) {
        return fault(Class::Removed, format!("the checkpoint of {signed} entries is not beside its segment"));
    }
    Ok(())
}

fn small(source: &DirSource, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    match source.read_at(name, 0, MAX) {
        Ok(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::io(name, &error)),
    }
}

/// The entries that a checkpoint is of.
fn size(note: &[u8]) -> Option<u64> {
    Some(Checkpoint::parse(Note::parse(note).ok()?.text()).ok()?.size())
}
