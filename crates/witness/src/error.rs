//! Why a witness does not start.

use casemate_tlog::key::KeyError;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a list of logs is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogsError {
    /// The text of a key is wrong.
    #[error("{0:?} is not the verifier key of a log: {1}")]
    Key(String, KeyError),
    /// The key makes cosignatures; a log signs otherwise.
    #[error("the key of {0} is that of a witness, not of a log")]
    NotALog(String),
    /// A key is listed twice.
    #[error("the key of {0} is listed twice")]
    Twice(String),
    /// The list is empty.
    #[error("no log is named")]
    Empty,
    /// The list is too long.
    #[error("more than {0} logs are named")]
    TooMany(usize),
}

/// Why a witness cannot begin or go on with its state. It never begins anew on its own: a witness that forgets would
/// cosign a second history.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works in the directory.
    #[error("{}: another witness runs here", .0.display())]
    Locked(PathBuf),
    /// The file system refuses.
    #[error("the state cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// There is no state, and the key may have cosigned with one.
    #[error("there is no state here, and the key existed before; if it has never cosigned, say so")]
    NoState,
    /// The state of a log is gone.
    #[error("the state of the log {0:?} is missing; put its file back")]
    Missing(String),
    /// A file of the state is not what was written.
    #[error("{file}: the state is damaged: {what}")]
    Damaged {
        /// The name of the file.
        file: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A log has the key of the witness.
    #[error("the log {0:?} has the key of the witness")]
    OwnKey(String),
}

/// Why the server does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("the certificate or its key cannot be used: {0}")]
    Tls(String),
}
