//! Why the pins cannot be read.

use casemate_core::ServerName;
use std::path::PathBuf;

/// A fault of the directory of pins.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The system does not give or take it.
    #[error("the pins in {} cannot be read", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is not what this release writes.
    #[error(
        "the pins in {} are damaged: {what}\n\
         help: Restore the file from a backup. Or move it away and take the server's line out of {}.servers: every \
         approval and every block of this server is then gone, and all that it offers waits for a review; where its entry says `pins: trust-first`, set `pins: review` \
         first, or it would be accepted at first sight.",
        path.display(), path.parent().unwrap_or(path).display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
    },
    /// There were pins, and their file is gone.
    #[error(
        "the pins of `{server}` are missing: there is no {}\n\
         help: Restore the file from a backup. Or take the line `{server}` out of {}: every approval and every block of \
         this server is then gone, and all that it offers waits for a review; where its entry says `pins: trust-first`, \
         set `pins: review` first, or it would be accepted at first sight.",
        path.display(), list.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// Whose pins they were.
        server: ServerName,
        /// The file that names all servers with pins.
        list: PathBuf,
    },
    /// A later release wrote it.
    #[error(
        "the pins in {} have format {found}, and this release knows {known}\n\
         help: Run the release that wrote them, or restore the file from a backup of this release's.",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that is known.
        known: i64,
    },
}
