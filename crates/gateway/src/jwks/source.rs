//! Where a key set comes from: an HTTPS URL through `casemate_net`, or a file.

use super::keyset::{KeySet, KeySetError, MAX_BYTES};
use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_net::{Client, Target};
use http::HeaderMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncReadExt as _;

/// Time that fetching a key set may take.
const FETCH: Duration = Duration::from_secs(5);
/// How long a fetched set counts as fresh where the answer does not say.
const DEFAULT_TTL: Duration = Duration::from_secs(300);
const MIN_TTL: Duration = Duration::from_secs(60);
const MAX_TTL: Duration = Duration::from_secs(3600);
/// How often a file is looked at.
const FILE_TTL: Duration = Duration::from_secs(2);

/// Why a key set could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The fetch failed.
    #[error("fetching the key set failed: {0}")]
    Fetch(#[from] casemate_net::NetError),
    /// The file cannot be read.
    #[error("reading the key set failed: {0}")]
    File(#[from] std::io::Error),
    /// What came is no key set.
    #[error(transparent)]
    Content(#[from] KeySetError),
}

/// Where an issuer's keys are, ready to be asked.
pub(crate) enum Source {
    /// An HTTPS URL.
    Url(Target, Client),
    /// A file.
    File(PathBuf),
}

/// What tells one version of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    len: u64,
    modified: Option<SystemTime>,
    changed: (i64, i64),
}

/// A loaded key set.
#[derive(Clone)]
pub(crate) struct Loaded {
    /// The keys.
    pub(crate) set: Arc<KeySet>,
    /// The digest of the bytes, to see whether another load brings anything new.
    pub(crate) digest: Digest,
    /// How long it is fresh.
    pub(crate) ttl: Duration,
    /// The file's version, where it came from a file.
    pub(crate) stamp: Option<Stamp>,
}

impl Source {
    /// Loads the key set, or returns `None` where the file is still the one that `known` was read from.
    ///
    /// # Errors
    /// The source does not answer, or with something that is no usable key set.
    pub(crate) async fn load(&self, known: Option<Stamp>) -> Result<Option<Loaded>, LoadError> {
        match self {
            Self::Url(target, client) => {
                let (headers, bytes) = client.get(target, MAX_BYTES, FETCH).await?;
                loaded(bytes, ttl(&headers), None).map(Some)
            }
            Self::File(path) => {
                let file = tokio::fs::File::open(path).await?;
                let stamp = stamp(&file.metadata().await?);
                if known == Some(stamp) {
                    return Ok(None);
                }
                let mut bytes = Vec::new();
                file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
                loaded(bytes.into(), FILE_TTL, Some(stamp)).map(Some)
            }
        }
    }
}

fn loaded(bytes: Bytes, ttl: Duration, stamp: Option<Stamp>) -> Result<Loaded, LoadError> {
    let digest = Digest::of(&bytes);
    Ok(Loaded { set: Arc::new(KeySet::parse(bytes)?), digest, ttl, stamp })
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    Stamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        len: metadata.len(),
        modified: metadata.modified().ok(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    }
}

/// `max-age` of `Cache-Control` (RFC 9111 section 5.2.2.1) within one minute and one hour.
fn ttl(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(http::header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let age = values.flat_map(|value| value.split(',')).find_map(|directive| {
        let (name, seconds) = directive.trim().split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| seconds.trim_matches('"').parse::<u64>().ok()).flatten()
    });
    age.map_or(DEFAULT_TTL, Duration::from_secs).clamp(MIN_TTL, MAX_TTL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn max_age_is_read_within_bounds() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static(text));
            ttl(&headers).as_secs()
        };
        assert_eq!(of("public, max-age=600, must-revalidate"), 600);
        assert_eq!(of("max-age=\"900\""), 900);
        assert_eq!(of("max-age=0"), 60);
        assert_eq!(of("max-age=99999999"), 3600);
        assert_eq!(of("max-age=x"), 300);
        assert_eq!(of("no-store"), 300);
        assert_eq!(ttl(&HeaderMap::new()).as_secs(), 300);
    }
}
