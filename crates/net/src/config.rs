//! What an operator may set about outbound connections, and the caps that are fixed.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Settings of a [`crate::Client`].
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The listeners of this process. No target may lead back to them.
    pub own_listeners: Vec<SocketAddr>,
    /// Time for TCP and TLS together, over all addresses of a name.
    pub connect: Duration,
    /// Time for name resolution.
    pub resolve: Duration,
    /// How long a connection may idle before it is closed.
    pub pool_idle: Duration,
    /// Idle connections kept for one target.
    pub pool_per_target: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            own_listeners: Vec::new(),
            connect: Duration::from_secs(5),
            resolve: Duration::from_secs(5),
            pool_idle: Duration::from_secs(60),
            pool_per_target: 32,
        }
    }
}

/// A connection is not reused after this time, so that a changed name or certificate is noticed.
pub(crate) const LIFETIME: Duration = Duration::from_mins(10);

/// Header fields of one answer.
pub(crate) const MAX_HEADERS: usize = 96;

/// Bytes of the status line and header fields of one answer.
pub(crate) const MAX_HEAD: usize = 32 * 1024;

/// Bytes that one connection may hold unread.
pub(crate) const MAX_BUFFER: usize = 64 * 1024;

/// Addresses that one name may have; a longer answer is refused, since each would have to be judged.
pub(crate) const MAX_ADDRESSES: usize = 64;

/// Addresses of one name that are tried.
pub(crate) const MAX_DIALS: usize = 6;

/// Name resolutions at once. A time-out cannot stop the system's resolver, so stuck ones must not pile up.
pub(crate) const MAX_LOOKUPS: usize = 16;

/// The instant after `time`; one that never comes if the sum cannot be represented.
pub(crate) fn after(time: Duration) -> Instant {
    const NEVER: Duration = Duration::from_hours(24 * 365);
    let now = Instant::now();
    now.checked_add(time.min(NEVER)).unwrap_or(now)
}
