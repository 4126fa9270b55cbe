//! What the store says about a version of an object.

use super::S3;
use super::request::{Answer, Ask};
use crate::error::ArchiveError;
use crate::object::{Key, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use http::StatusCode;
use jiff::Timestamp;
use rusty_s3::Method;

/// What the store says about a version of an object.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) version: Version,
    pub(super) checksum: Option<Digest>,
    pub(super) size: u64,
    /// Whether it is in compliance mode.
    pub(super) compliance: bool,
    pub(super) until: Option<UnixMillis>,
    pub(super) hold: bool,
}

impl S3 {
    /// Asks for the state of a version, or of the latest one to learn which that is.
    pub(super) async fn state(&self, key: &Key, version: Option<&Version>) -> Result<State, ArchiveError> {
        let ask = Ask::new(Method::Head, Some(key)).header("x-amz-checksum-mode", "ENABLED");
        let ask = match version {
            Some(version) => ask.version(version),
            None => ask,
        };
        let answer = self.send(&ask).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(ArchiveError::Gone { key: key.clone() }),
            _ => return Err(answer.refused()),
        }
        let told = answer.version().ok_or_else(|| ArchiveError::Unversioned { key: key.clone() })?;
        if version.is_some_and(|asked| *asked != told) {
            return Err(ArchiveError::Changed { key: key.clone(), what: "its version" });
        }
        let size = answer.header("content-length").and_then(|text| text.parse().ok());
        let size = size.ok_or_else(|| ArchiveError::Changed { key: key.clone(), what: "its length" })?;
        Ok(State {
            version: told,
            checksum: answer.header("x-amz-checksum-sha256").and_then(checksum),
            size,
            compliance: answer.header("x-amz-object-lock-mode") == Some(super::lock::COMPLIANCE),
            until: until(&answer),
            hold: answer.header("x-amz-object-lock-legal-hold") == Some("ON"),
        })
    }
}

/// A checksum of the whole object. That of an upload in parts has another form and says nothing about the bytes.
fn checksum(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Digest)
}

fn until(answer: &Answer) -> Option<UnixMillis> {
    let text = answer.header("x-amz-object-lock-retain-until-date").filter(|text| text.len() <= 64)?;
    let stamp: Timestamp = text.parse().ok()?;
    u64::try_from(stamp.as_millisecond()).ok().map(UnixMillis)
}
