//! What may be set on either side, and the caps that are fixed.

use casemate_core::UnixMillis;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// Settings of a [`crate::Server`].
#[derive(Clone)]
pub struct ServerConfig {
    /// Where to listen.
    pub address: SocketAddr,
    /// TLS; without it plain HTTP. Nothing here is secret and everything is signed, so that TLS only keeps others from
    /// getting in the way.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Connections at once.
    pub connections: usize,
    /// Connections of one address at once. Behind a proxy all have the same.
    pub per_address: usize,
    /// Requests at once that may be waiting for the disk.
    pub requests: usize,
    /// Time for a handshake, for the head of a request after the last answer, for a body, and for the disk.
    pub patience: Duration,
    /// Time that running requests get when the server stops.
    pub drain: Duration,
}

impl ServerConfig {
    /// The usual settings.
    #[must_use]
    pub const fn new(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            connections: 256,
            per_address: 64,
            requests: 64,
            patience: Duration::from_secs(10),
            drain: Duration::from_secs(5),
        }
    }
}

/// Settings of a [`crate::Client`].
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// How many cosignatures are enough. Those that come within `grace` after them are taken too.
    pub enough: usize,
    /// Time for everything.
    pub deadline: Duration,
    /// Time for one request with its answer.
    pub request: Duration,
    /// Time for the others once enough have answered.
    pub grace: Duration,
    /// Time before a request that failed is sent again; doubled each time.
    pub backoff: Duration,
    /// How far the clock of a witness may be ahead.
    pub skew: Duration,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            enough: usize::MAX,
            deadline: Duration::from_secs(15),
            request: Duration::from_secs(5),
            grace: Duration::from_millis(500),
            backoff: Duration::from_millis(250),
            skew: Duration::from_secs(300),
        }
    }
}

/// Bytes of a request to a witness, and of a file of its state.
pub(crate) const MAX_BODY: usize = casemate_tlog::note::MAX_NOTE;

/// Bytes of an answer of a witness that a client reads: a few cosignatures of the largest kind.
pub(crate) const MAX_ANSWER: usize = 16 * 1024;

/// Requests that did not fail and that a client sends to one witness for one checkpoint: the first, one after it learned
/// the size, and as many more as others may come between.
pub(crate) const MAX_ROUNDS: u32 = 4;

/// How often a client sends one request at most.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// Logs of one witness. Each has a file and a lock.
pub(crate) const MAX_LOGS: usize = 10_000;

/// Forks of one log that are kept as evidence.
pub(crate) const MAX_FORKS: usize = 8;
