//! Where the log lies and how much it may hold back.

use casemate_core::UnixMillis;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The clock that stamps the records.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// The settings of a log.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of the log; made with mode 0700 where it is missing.
    pub dir: PathBuf,
    /// How long an intent or a refusal may wait for the disk. An outcome, whose call has had its effect already, and an
    /// event of the operator may wait twenty times as long.
    pub deadline: Duration,
    /// Records of authenticated callers that may wait at once; a running call counts as one, for its outcome.
    pub queue: usize,
    /// Records of unauthenticated peers that may wait at once.
    pub anonymous_queue: usize,
    /// Records of unauthenticated peers a minute; what comes beyond is counted in one summary a minute.
    pub anonymous_per_minute: u32,
    /// A segment of at least this many bytes is closed and the next one begun.
    pub segment_bytes: u64,
    /// With less free disk than this, intents and refusals are not taken; outcomes and events still are. Records of
    /// unauthenticated peers stop at twice as much.
    pub reserve_bytes: u64,
}

impl Config {
    /// The defaults for a log in `dir`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            deadline: Duration::from_millis(250),
            queue: 4096,
            anonymous_queue: 1024,
            anonymous_per_minute: 600,
            segment_bytes: 64 << 20,
            reserve_bytes: 64 << 20,
        }
    }

    /// Free disk below which records of unauthenticated peers are only counted.
    pub(crate) const fn anonymous_reserve(&self) -> u64 {
        self.reserve_bytes.saturating_mul(2)
    }

    /// How long what must not be lost may wait for the disk.
    pub(crate) fn patience(&self) -> Duration {
        self.deadline.saturating_mul(20)
    }
}
