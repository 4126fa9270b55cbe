//! A bucket with Object Lock: conditional puts in compliance mode, confirmed, and reads of one version.
//!
//! Source: the Amazon S3 API reference (PutObject, HeadObject, GetObject, PutObjectRetention, PutObjectLegalHold).

mod lock;
mod probe;
mod request;
mod state;

use crate::config::{Addressing, Clock, Credentials, MAX_OBJECT, ProbePlan, S3Config};
use crate::error::ArchiveError;
use crate::object::{Key, Object, Stored, Version, digest};
use crate::probe::Probe;
use arc_swap::ArcSwap;
use bytes::Bytes;
use casemate_core::{Secret, UnixMillis};
use casemate_net::{Client, Named, Target};
use http::StatusCode;
use request::{Answer, Ask};
use rusty_s3::Method;
use state::State;
use std::fmt;
use std::sync::Arc;
use url::Url;

/// A bucket with Object Lock. Cheap to clone.
#[derive(Clone)]
pub struct S3(Arc<Inner>);

struct Inner {
    config: S3Config,
    /// What signs now: the settings have what it began with.
    credentials: ArcSwap<Credentials>,
    client: Client,
    clock: Clock,
    target: Target,
    /// What goes before a key in a URL's path.
    root: String,
}

impl S3 {
    /// Checks the settings and prepares the way. Nothing is sent.
    ///
    /// # Errors
    /// [`ArchiveError::Setting`] and [`ArchiveError::Endpoint`].
    pub fn new(config: S3Config, client: Client, clock: Clock) -> Result<Self, ArchiveError> {
        check(&config)?;
        let url = base(&config)?;
        let target = Target::new(&url, Named::ByOperator, &config.trust)?;
        let bucket = match config.addressing {
            Addressing::Path => format!("/{}", config.bucket),
            Addressing::VirtualHost => String::new(),
        };
        let root = match &config.prefix {
            Some(prefix) => format!("{bucket}/{prefix}"),
            None => bucket,
        };
        let credentials = ArcSwap::from_pointee(config.credentials.clone());
        Ok(Self(Arc::new(Inner { config, credentials, client, clock, target, root })))
    }

    /// Signs with other credentials from the next request on, here and in every clone.
    ///
    /// # Errors
    /// [`ArchiveError::Setting`]: they cannot be used, and the ones before stay.
    pub fn renew(&self, credentials: Credentials) -> Result<(), ArchiveError> {
        usable(&credentials)?;
        self.0.credentials.store(Arc::new(credentials));
        Ok(())
    }

    pub(crate) fn describe(&self) -> String {
        let config = &self.0.config;
        let prefix = config.prefix.as_ref().map(|prefix| format!("/{prefix}")).unwrap_or_default();
        format!("s3 bucket {}{prefix} at {}", config.bucket, config.endpoint.origin().ascii_serialization())
    }

    pub(crate) async fn put(&self, object: &Object) -> Result<Stored, ArchiveError> {
        let bytes = object.source.load(&object.key, object.sha256).await?;
        let size = bytes.len() as u64;
        let until = lock::whole_seconds(object.retain_until);
        let ask = lock::put_locked(object, bytes, until)?;
        let answer = self.send(&ask).await?;
        match answer.status {
            StatusCode::OK => {
                let version = answer.version().ok_or_else(|| ArchiveError::Unversioned { key: object.key.clone() })?;
                let state = self.state(&object.key, Some(&version)).await?;
                fresh(object, &state, size, until)?;
                Ok(stored(object, state, until))
            }
            StatusCode::PRECONDITION_FAILED => self.existing(object, size, until, &answer).await,
            _ => Err(answer.refused()),
        }
    }

    /// Something has the key. It is what was to be stored, or a conflict.
    async fn existing(
        &self,
        object: &Object,
        size: u64,
        until: UnixMillis,
        answer: &Answer,
    ) -> Result<Stored, ArchiveError> {
        let key = &object.key;
        let state = match self.state(key, None).await {
            Err(ArchiveError::Gone { .. }) => return Err(answer.refused()),
            other => other?,
        };
        let found = match state.checksum {
            Some(found) => found,
            None => digest(&self.get(key, &state.version, MAX_OBJECT).await?).await?,
        };
        if found != object.sha256 || state.size != size {
            return Err(ArchiveError::Conflict { key: key.clone(), found });
        }
        if !state.compliance {
            return Err(ArchiveError::Unlocked { key: key.clone(), what: "it is not in compliance mode" });
        }
        if state.until >= Some(until) && (state.hold || !object.legal_hold) {
            let until = state.until.unwrap_or(until);
            return Ok(stored(object, state, until));
        }
        // Retention can only grow, and a hold can always be added.
        if state.until < Some(until) {
            self.expect_ok(&lock::put_retention(key, &state.version, lock::COMPLIANCE, until)?).await?;
        }
        if object.legal_hold && !state.hold {
            self.expect_ok(&lock::put_hold(key, &state.version, true)).await?;
        }
        let state = self.state(key, Some(&state.version)).await?;
        locked(object, &state, until)?;
        let until = state.until.unwrap_or(until);
        Ok(stored(object, state, until))
    }

    async fn expect_ok(&self, ask: &Ask) -> Result<(), ArchiveError> {
        let answer = self.send(ask).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.refused()) }
    }

    pub(crate) async fn read(&self, stored: &Stored) -> Result<Bytes, ArchiveError> {
        let key = &stored.key;
        let changed = |what| ArchiveError::Changed { key: key.clone(), what };
        let version = stored.version.as_ref().ok_or_else(|| ArchiveError::Unversioned { key: key.clone() })?;
        let cap = usize::try_from(stored.size).unwrap_or(MAX_OBJECT).min(MAX_OBJECT);
        let bytes = match self.get(key, version, cap).await {
            Err(ArchiveError::Net(casemate_net::NetError::Oversize)) => return Err(changed("its length")),
            other => other?,
        };
        if bytes.len() as u64 != stored.size {
            return Err(changed("its length"));
        }
        if digest(&bytes).await? != stored.sha256 {
            return Err(changed("its digest"));
        }
        Ok(bytes)
    }

    pub(crate) async fn verify(&self, stored: &Stored) -> Result<(), ArchiveError> {
        let unlocked = |what| Err(ArchiveError::Unlocked { key: stored.key.clone(), what });
        let state = self.state(&stored.key, stored.version.as_ref()).await?;
        // What is over may be gone from the store's answer.
        if stored.retain_until > (self.0.clock)() {
            if !state.compliance {
                return unlocked("it is not in compliance mode");
            }
            if state.until < Some(stored.retain_until) {
                return unlocked("its retention ends too early");
            }
        }
        self.read(stored).await.map(drop)
    }

    pub(crate) async fn extend(
        &self,
        stored: &Stored,
        least: UnixMillis,
        until: UnixMillis,
    ) -> Result<bool, ArchiveError> {
        let (key, until) = (&stored.key, lock::whole_seconds(until));
        let version = stored.version.as_ref().ok_or_else(|| ArchiveError::Unversioned { key: key.clone() })?;
        let state = self.state(key, Some(version)).await?;
        if state.compliance && state.until > Some(least) {
            return Ok(false);
        }
        self.expect_ok(&lock::put_retention(key, version, lock::COMPLIANCE, until)?).await?;
        let state = self.state(key, Some(version)).await?;
        is_locked(key, &state, until).map(|()| true)
    }

    async fn get(&self, key: &Key, version: &Version, cap: usize) -> Result<Bytes, ArchiveError> {
        let ask = Ask::new(Method::Get, Some(key)).version(version).cap(cap);
        let answer = self.send(&ask).await?;
        match answer.status {
            StatusCode::OK if answer.version().is_none_or(|told| told == *version) => Ok(answer.body),
            StatusCode::OK => Err(ArchiveError::Changed { key: key.clone(), what: "its version" }),
            StatusCode::NOT_FOUND => Err(ArchiveError::Gone { key: key.clone() }),
            _ => Err(answer.refused()),
        }
    }

    pub(crate) async fn probe(&self, plan: &ProbePlan) -> Probe {
        Probe { target: self.describe(), steps: probe::steps(self, plan).await }
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("S3").field(&self.0.config).finish()
    }
}

fn stored(object: &Object, state: State, retain_until: UnixMillis) -> Stored {
    let (key, sha256) = (object.key.clone(), object.sha256);
    Stored { key, version: Some(state.version), sha256, size: state.size, retain_until }
}

/// Whether what was just put is there as it was put.
fn fresh(object: &Object, state: &State, size: u64, until: UnixMillis) -> Result<(), ArchiveError> {
    let key = || object.key.clone();
    match state.checksum {
        None => return Err(ArchiveError::Unchecked { key: key() }),
        Some(told) if told != object.sha256 => {
            return Err(ArchiveError::Changed { key: key(), what: "its checksum" });
        }
        Some(_) if state.size != size => return Err(ArchiveError::Changed { key: key(), what: "its length" }),
        Some(_) => {}
    }
    locked(object, state, until)
}

fn locked(object: &Object, state: &State, until: UnixMillis) -> Result<(), ArchiveError> {
    is_locked(&object.key, state, until)?;
    if object.legal_hold && !state.hold {
        return Err(ArchiveError::Unlocked { key: object.key.clone(), what: "it has no legal hold" });
    }
    Ok(())
}

fn is_locked(key: &Key, state: &State, until: UnixMillis) -> Result<(), ArchiveError> {
    let unlocked = |what| Err(ArchiveError::Unlocked { key: key.clone(), what });
    if !state.compliance {
        return unlocked("it is not in compliance mode");
    }
    if state.until < Some(until) {
        return unlocked("its retention ends too early");
    }
    Ok(())
}

fn check(config: &S3Config) -> Result<(), ArchiveError> {
    let setting = |what| Err(ArchiveError::Setting(what));
    let bucket = &config.bucket;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let ends = [bucket.bytes().next(), bucket.bytes().next_back()];
    if !(3..=63).contains(&bucket.len())
        || !bucket.bytes().all(plain)
        || bucket.contains("..")
        || ends.into_iter().flatten().any(|byte| !byte.is_ascii_alphanumeric())
    {
        return setting("a bucket's name has 3 to 63 lower-case letters, digits, '-' and '.'");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if config.region.is_empty() || config.region.len() > 64 || !config.region.bytes().all(plain) {
        return setting("a region is a word such as eu-central-1");
    }
    usable(&config.credentials)?;
    if config.endpoint.path() != "/" || config.endpoint.query().is_some() {
        return setting("an endpoint has no path and no query; the bucket is named on its own");
    }
    if config.retry.attempts == 0 {
        return setting("there is at least one attempt");
    }
    Ok(())
}

fn usable(credentials: &Credentials) -> Result<(), ArchiveError> {
    let usable = |secret: &Secret| {
        secret.expose_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
    };
    let token = credentials.session_token.as_ref().is_none_or(usable);
    if usable(&credentials.access_key) && usable(&credentials.secret_key) && token {
        return Ok(());
    }
    Err(ArchiveError::Setting("credentials are visible ASCII characters without blanks"))
}

/// The URL of the bucket's host.
fn base(config: &S3Config) -> Result<Url, ArchiveError> {
    let mut url = config.endpoint.clone();
    if config.addressing == Addressing::VirtualHost {
        let Some(url::Host::Domain(host)) = url.host() else {
            return Err(ArchiveError::Setting(
                "an address has no room for the bucket in its name; use path addressing",
            ));
        };
        if config.bucket.contains('.') {
            return Err(ArchiveError::Setting(
                "a bucket with a dot fits no certificate as a host; use path addressing",
            ));
        }
        let host = format!("{}.{host}", config.bucket);
        url.set_host(Some(&host)).map_err(|_| ArchiveError::Setting("the bucket makes no host name"))?;
    }
    Ok(url)
}
