//! What an operator sets about a target, and the caps that are fixed.

use crate::object::Key;
use casemate_core::{Secret, UnixMillis};
use casemate_net::Trust;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The clock that dates signatures and probes.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// Bytes of one object. It is held in memory while it is sent.
pub const MAX_OBJECT: usize = 128 << 20;

/// Bytes of an answer that says why something was refused.
pub(crate) const MAX_ERROR: usize = 16 * 1024;

/// Seconds for which a signature holds: time to reach the store, and the two clocks' difference.
pub(crate) const SIGNATURE_SECONDS: u64 = 300;

/// How a request names the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// In the path: `https://endpoint/bucket/key`.
    Path,
    /// In the host: `https://bucket.endpoint/key`.
    VirtualHost,
}

/// What signs the requests.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access key id.
    pub access_key: Secret,
    /// The secret access key.
    pub secret_key: Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret>,
}

/// How often and how patiently a request is sent again after a fault that may pass.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Attempts in all, at least one.
    pub attempts: u32,
    /// The pause after the first attempt; it doubles each time.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, pause: Duration::from_millis(500), longest: Duration::from_secs(10) }
    }
}

impl Retry {
    /// The pause after attempt number `attempt`, counted from 1.
    pub(crate) fn pause_after(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.checked_pow(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        self.pause.saturating_mul(doubled).min(self.longest)
    }
}

/// A bucket with Object Lock.
#[derive(Clone)]
pub struct S3Config {
    /// The store: scheme, host and port, without the bucket.
    pub endpoint: Url,
    /// How requests name the bucket.
    pub addressing: Addressing,
    /// The bucket, which was made with Object Lock.
    pub bucket: String,
    /// The region that signatures are for.
    pub region: String,
    /// Goes before each key.
    pub prefix: Option<Key>,
    /// What signs.
    pub credentials: Credentials,
    /// The CAs that are trusted for the endpoint, and a client certificate.
    pub trust: Trust,
    /// Time for one attempt to begin its answer, and as much again for the answer; both with a second more for every
    /// 256 KiB that are sent or may be received.
    pub attempt: Duration,
    /// What happens after a fault that may pass.
    pub retry: Retry,
}

impl S3Config {
    /// The defaults for a bucket at an endpoint.
    #[must_use]
    pub fn new(endpoint: Url, bucket: impl Into<String>, region: impl Into<String>, credentials: Credentials) -> Self {
        Self {
            endpoint,
            addressing: Addressing::Path,
            bucket: bucket.into(),
            region: region.into(),
            prefix: None,
            credentials,
            trust: Trust::default(),
            attempt: Duration::from_mins(1),
            retry: Retry::default(),
        }
    }
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Config")
            .field("endpoint", &self.endpoint.as_str())
            .field("addressing", &self.addressing)
            .field("bucket", &self.bucket)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// How the self-test goes.
#[derive(Debug, Clone)]
pub struct ProbePlan {
    /// The last part of the probe's key, different for each run: `probe/<name>`.
    pub name: Key,
    /// How long the probe is retained, at least two minutes. It stays in the bucket until something removes it then.
    pub retention: Duration,
    /// Whether the probe gets a legal hold too, which is then released; without the right to release it, it stays.
    pub legal_hold: bool,
    /// Whether to try to suspend the bucket's versioning. A store that lets it happen is asked to turn it on again.
    pub suspend_versioning: bool,
}

impl ProbePlan {
    /// Five minutes of retention, no legal hold, versioning left alone.
    #[must_use]
    pub fn new(name: Key) -> Self {
        Self { name, retention: Duration::from_mins(5), legal_hold: false, suspend_versioning: false }
    }
}
