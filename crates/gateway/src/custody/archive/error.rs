//! Why a copy cannot be made.

use casemate_archive::ArchiveError;
use casemate_audit::Fault;
use std::io;

/// Why a copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// The target refuses or is not there.
    #[error(transparent)]
    Target(#[from] ArchiveError),
    /// The log does not have what is to be copied.
    #[error("the log cannot be copied: {0}")]
    Log(String),
    /// The manifest is not about this log, or not the one that the log vouches for.
    #[error("{0}")]
    Manifest(String),
    /// A file of the log or the manifest cannot be used.
    #[error("a file of the archive cannot be used: {0}")]
    File(#[from] io::Error),
    /// The log takes no record.
    #[error("it cannot be recorded: {0}")]
    Record(#[from] casemate_core::Refusal),
}

impl CopyError {
    /// The stable name of the kind of error, for metrics and records.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Target(error) => error.name(),
            Self::Log(_) => "log",
            Self::Manifest(_) => "manifest",
            Self::File(_) => "file",
            Self::Record(_) => "record",
        }
    }

    /// Whether the target is away rather than wrong.
    pub(super) const fn is_away(&self) -> bool {
        matches!(self, Self::Target(ArchiveError::Unavailable { .. } | ArchiveError::Net(_) | ArchiveError::Io { .. }))
    }
}

impl From<Fault> for CopyError {
    fn from(fault: Fault) -> Self {
        Self::Log(fault.to_string())
    }
}

/// Runs what blocks where it may.
pub(super) async fn blocking<T: Send + 'static, E: Into<CopyError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, CopyError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Into::into),
        Err(error) => Err(CopyError::File(io::Error::other(error))),
    }
}
