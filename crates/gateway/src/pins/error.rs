//! Why the pins cannot be read.

use std::path::PathBuf;

/// A fault of the directory of pins.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The system does not give or take it.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is not what this release writes.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
    },
    /// A later release wrote it.
    #[error("{} has format {found}; this release knows {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that is known.
        known: i64,
    },
}
