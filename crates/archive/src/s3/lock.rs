//! The requests that write objects, retention and holds.

use super::request::Ask;
use crate::error::ArchiveError;
use crate::object::{Key, Object, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use jiff::Timestamp;
use rusty_s3::Method;

/// The mode in which nobody, the owner of the account included, shortens retention.
pub(super) const COMPLIANCE: &str = "COMPLIANCE";

/// The mode that those with a special right get around.
pub(super) const GOVERNANCE: &str = "GOVERNANCE";

/// The header with which that right is used.
pub(super) const BYPASS: &str = "x-amz-bypass-governance-retention";

/// The next whole second: stores keep no parts of it.
pub(super) const fn whole_seconds(time: UnixMillis) -> UnixMillis {
    UnixMillis(time.0.div_ceil(1000).saturating_mul(1000))
}

fn date(time: UnixMillis) -> Result<String, ArchiveError> {
    let seconds = i64::try_from(time.seconds()).unwrap_or(i64::MAX);
    let stamp = Timestamp::from_second(seconds);
    stamp.map(|stamp| stamp.to_string()).map_err(|_| ArchiveError::Setting("retention ends beyond the calendar"))
}

/// A put of these bytes, with their checksum.
pub(super) fn put(key: &Key, bytes: Bytes, sha256: Digest) -> Ask {
    checked(Ask::new(Method::Put, Some(key)), bytes, sha256).header("content-type", "application/octet-stream")
}

/// A put that replaces nothing and locks what it writes.
pub(super) fn put_locked(object: &Object, bytes: Bytes, until: UnixMillis) -> Result<Ask, ArchiveError> {
    let ask = put(&object.key, bytes, object.sha256)
        .header("if-none-match", "*")
        .header("x-amz-object-lock-mode", COMPLIANCE)
        .header("x-amz-object-lock-retain-until-date", date(until)?);
    Ok(if object.legal_hold { ask.header("x-amz-object-lock-legal-hold", "ON") } else { ask })
}

/// A change of a version's retention.
pub(super) fn put_retention(key: &Key, version: &Version, mode: &str, until: UnixMillis) -> Result<Ask, ArchiveError> {
    let until = date(until)?;
    let ask = Ask::new(Method::Put, Some(key)).document("retention").version(version);
    Ok(document(ask, "Retention", &format!("<Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate>")))
}

/// A change of a version's legal hold.
pub(super) fn put_hold(key: &Key, version: &Version, on: bool) -> Ask {
    let ask = Ask::new(Method::Put, Some(key)).document("legal-hold").version(version);
    document(ask, "LegalHold", &format!("<Status>{}</Status>", if on { "ON" } else { "OFF" }))
}

/// A change of the bucket's versioning.
pub(super) fn put_versioning(enabled: bool) -> Ask {
    let ask = Ask::new(Method::Put, None).document("versioning");
    let status = if enabled { "Enabled" } else { "Suspended" };
    document(ask, "VersioningConfiguration", &format!("<Status>{status}</Status>"))
}

fn document(ask: Ask, name: &str, inside: &str) -> Ask {
    let text = format!(r#"<{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</{name}>"#);
    let sha256 = Digest::of(text.as_bytes());
    checked(ask, Bytes::from(text), sha256).header("content-type", "application/xml")
}

/// Adds a body with its checksum, which requests about locks must have.
fn checked(ask: Ask, body: Bytes, sha256: Digest) -> Ask {
    ask.header("x-amz-checksum-sha256", STANDARD.encode(sha256.0))
        .header("x-amz-sdk-checksum-algorithm", "SHA256")
        .body(body)
}
