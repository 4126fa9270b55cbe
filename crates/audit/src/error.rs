//! What can be wrong with a log, and why one cannot be opened.

use std::fmt;
use std::io;

/// The class of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// It is not there yet: the log, or its newest checkpoint, ends before it. Nothing is wrong with the log.
    Absent,
    /// It was there, and was pruned when its retention was over. The log says so.
    Pruned,
    /// Bytes are other than those that were written.
    Changed,
    /// Entries or files are missing in between.
    Removed,
    /// Entries are there, in another order or twice.
    Reordered,
    /// The end is missing: the head says that the log was longer.
    Truncated,
    /// After the last head stands a record that was not written to its end. Opening the log cuts it off.
    TornTail,
    /// A checkpoint is not whole, or its signature is not that of the log's key.
    Signature,
    /// The entries hold together and are another history than the one that a checkpoint signed.
    Fork,
    /// The file system does not give the bytes, or they are of another format.
    Unreadable,
}

impl Class {
    /// Its name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Pruned => "pruned",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::TornTail => "torn tail",
            Self::Signature => "signature",
            Self::Fork => "fork",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its class.
    pub class: Class,
    /// The index of the first entry that is concerned, where that is known.
    pub index: Option<u64>,
    /// The name of the file.
    pub segment: String,
    /// The offset in that file, in bytes.
    pub offset: u64,
    /// What was expected there.
    pub what: String,
    /// Where the file system gave an error: its kind.
    pub(crate) refused: Option<io::ErrorKind>,
}

impl Fault {
    /// A fault of a file.
    #[must_use]
    pub fn new(class: Class, segment: &str, offset: u64, what: impl Into<String>) -> Self {
        Self { class, index: None, segment: segment.to_owned(), offset, what: what.into(), refused: None }
    }

    /// It concerns this entry first.
    #[must_use]
    pub fn at(mut self, index: u64) -> Self {
        self.index = Some(index);
        self
    }

    pub(crate) fn io(segment: &str, error: &io::Error) -> Self {
        let fault = Self::new(Class::Unreadable, segment, 0, error.to_string());
        Self { refused: Some(error.kind()), ..fault }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.class.as_str();
        match self.index {
            Some(index) => write!(f, "{class}: entry {index}, {} at byte {}: {}", self.segment, self.offset, self.what),
            None => write!(f, "{class}: {} at byte {}: {}", self.segment, self.offset, self.what),
        }
    }
}

impl std::error::Error for Fault {}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes this log.
    #[error("another process holds the lock of this log: one gateway per state directory")]
    Locked,
    /// What the head or a checkpoint vouches for is not there any more.
    #[error("the log is not what its head and its checkpoints vouch for; it is not opened for writing: {0}")]
    Damaged(Fault),
    /// The file system refuses. Nothing is known to be wrong with the log.
    #[error("the log's files cannot be used: {0}; {advice}", advice = advice(.0.kind()))]
    Io(#[from] io::Error),
}

impl From<Fault> for OpenError {
    /// What the file system refuses is no damage of the log.
    fn from(fault: Fault) -> Self {
        match fault.refused {
            Some(kind) => Self::Io(io::Error::new(kind, format!("{}: {}", fault.segment, fault.what))),
            None => Self::Damaged(fault),
        }
    }
}

/// What an operator can do about it.
const fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on its file system and start again",
        io::ErrorKind::PermissionDenied => {
            "the gateway's user must own it, and no attribute (`lsattr`) may forbid it to be written"
        }
        io::ErrorKind::ReadOnlyFilesystem => "mount its file system for writing",
        io::ErrorKind::NotFound => "put back what is missing",
        io::ErrorKind::InvalidData => "put back the file as it was last; where nobody changed it, look at the disk",
        _ => "look for faults of the disk in the system's log",
    }
}
