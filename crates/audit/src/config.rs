//! Where the log lies and how much it may hold back.

use crate::subjects;
use casemate_core::{TenantId, TraceId, UnixMillis};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The clock that stamps the records.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// When a record counts as written. Whatever is not `fsync` names itself in the log: an event `mode` comes first at each
/// opening and in each segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// When the disk has it.
    #[default]
    Fsync,
    /// Intents, refusals and events when the disk has them; outcomes when they are handed to the operating system. After
    /// a power cut, calls may stand as `unknown` whose answers went out.
    DecisionOnly,
    /// When it is handed to the operating system. A power cut can lose records of up to a second.
    Async,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Fsync, Self::DecisionOnly, Self::Async];

    /// Its name in the configuration and in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::DecisionOnly => "decision-only",
            Self::Async => "async",
        }
    }

    /// What the log says of it.
    pub(crate) const fn promise(self) -> &'static str {
        match self {
            Self::Fsync => "fsync: no acknowledged record is lost",
            Self::DecisionOnly => "decision-only: a power cut can lose outcomes that were acknowledged",
            Self::Async => "async: a power cut can lose records that were acknowledged",
        }
    }
}

/// What is kept of calls beside their records, sealed under the keys of their subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Capture {
    /// Nothing but the inputs of decisions.
    #[default]
    None,
    /// The message of each permitted call and the final answer that was released, up to 64 KiB of each.
    Calls,
}

impl Capture {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::None, Self::Calls];

    /// Its name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Calls => "calls",
        }
    }
}

/// Where the keys of subjects of the log in `dir` are, unless its configuration says otherwise.
#[must_use]
pub fn subjects_path(dir: &Path) -> PathBuf {
    dir.parent().unwrap_or(dir).join("keys").join(subjects::FILE)
}

/// The settings of a log.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of the log; made with mode 0700 where it is missing.
    pub dir: PathBuf,
    /// The name of the log in its checkpoints, and of its key: a URL without scheme. It is given to a new key; the name
    /// of a key that is there counts more. `None`: `casemate/audit/` and random digits, for no two logs share a name.
    pub origin: Option<String>,
    /// The file of the key that signs checkpoints; made where it is missing. `None`: `keys/audit.key` beside the log's
    /// directory.
    pub key: Option<PathBuf>,
    /// While entries come, checkpoints are signed as often as this.
    pub checkpoint_every: Duration,
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
    /// A segment of this age is closed as well.
    pub segment_age: Duration,
    /// When nothing was written for as long as this, an event `heartbeat` is: silence is provable.
    pub heartbeat: Duration,
    /// When a record counts as written.
    pub mode: Mode,
    /// What is kept of calls.
    pub capture: Capture,
    /// Tenants of which nothing is erased.
    pub legal_hold: BTreeSet<TenantId>,
    /// Traces of whose subjects nothing is erased, and whose records are not pruned.
    pub held_traces: BTreeSet<TraceId>,
    /// How long records are kept at least. A closed segment whose records are all older, and that is archived, is pruned;
    /// `None`: nothing is.
    pub retention: Option<Duration>,
    /// With less free disk than this there is an alarm: an event, a metric, a line in the operational log, a warning in
    /// the answer of readiness. Nothing is refused yet. It ends when a quarter more than this is free.
    pub low_disk_bytes: u64,
    /// Makes files append-only while they grow and immutable once they are closed (`chattr +a`, `+i`), where the file
    /// system and the process's capabilities allow it. Where they do not, the log works just the same.
    pub immutable: bool,
    /// With less free disk than this, intents and refusals are not taken; outcomes and events still are. Records of
    /// unauthenticated peers stop at twice as much.
    pub reserve_bytes: u64,
}

impl Config {
    /// The defaults for a log in `dir`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            key: None,
            origin: None,
            checkpoint_every: Duration::from_secs(1),
            dir: dir.into(),
            deadline: Duration::from_millis(250),
            queue: 4096,
            anonymous_queue: 1024,
            anonymous_per_minute: 600,
            segment_bytes: 64 << 20,
            segment_age: Duration::from_secs(24 * 60 * 60),
            heartbeat: Duration::from_secs(60),
            mode: Mode::Fsync,
            capture: Capture::None,
            legal_hold: BTreeSet::new(),
            held_traces: BTreeSet::new(),
            retention: None,
            low_disk_bytes: 1 << 30,
            immutable: false,
            reserve_bytes: 64 << 20,
        }
    }

    /// Where the key is.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        let beside = || self.dir.parent().unwrap_or(&self.dir).join("keys").join("audit.key");
        self.key.clone().unwrap_or_else(beside)
    }

    /// Where the keys of subjects are.
    #[must_use]
    pub fn subjects_path(&self) -> PathBuf {
        self.key_path().with_file_name(subjects::FILE)
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
