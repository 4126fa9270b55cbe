//! Write-once targets for the audit log: what is put there is never overwritten, and is read back by version and digest.
//!
//! An [`Object`] (a sealed segment, a tile, a checkpoint) goes to a [`Target`]: a [`Directory`], which is best effort
//! and says so, or [`S3`], a bucket with Object Lock in compliance mode. [`Target::put`] returns a [`Stored`], which the
//! caller keeps durably and [`Target::read`] takes: a reader never asks for "the latest". [`Target::probe`] writes a
//! probe and tries what must not be possible; whoever requires write-once storage serves only if the [`Verdict`] is
//! [`Verdict::Held`].

mod config;
mod directory;
mod error;
mod object;
mod probe;
mod s3;

#[cfg(test)]
mod tests;

pub use config::{Addressing, Clock, Credentials, MAX_OBJECT, ProbePlan, Retry, S3Config};
pub use directory::Directory;
pub use error::{ArchiveError, Code};
pub use object::{Key, Object, Source, Stored, Version};
pub use probe::{Probe, Step, Verdict};
pub use s3::S3;

use bytes::Bytes;
use casemate_core::UnixMillis;

/// Where objects go. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Target {
    /// A directory of this machine or a mount: best effort.
    Directory(Directory),
    /// A bucket with Object Lock.
    S3(S3),
}

impl Target {
    /// Puts an object, unless it is there already: then its digest must be the same.
    ///
    /// # Errors
    /// [`ArchiveError::Conflict`] if another object has the key; see [`ArchiveError`] for the others. After an error the
    /// object may be there all the same; putting it again is safe.
    pub async fn put(&self, object: &Object) -> Result<Stored, ArchiveError> {
        match self {
            Self::Directory(directory) => directory.put(object).await,
            Self::S3(s3) => s3.put(object).await,
        }
    }

    /// Reads what was stored, at exactly its version, and compares its digest.
    ///
    /// # Errors
    /// [`ArchiveError::Gone`] and [`ArchiveError::Changed`]; see [`ArchiveError`] for the others.
    pub async fn read(&self, stored: &Stored) -> Result<Bytes, ArchiveError> {
        match self {
            Self::Directory(directory) => directory.read(stored).await,
            Self::S3(s3) => s3.read(stored).await,
        }
    }

    /// Reads what was stored as [`Target::read`] does, and asks whether its version is locked as long as it should be.
    ///
    /// # Errors
    /// Those of [`Target::read`], and [`ArchiveError::Unlocked`]. A directory locks nothing.
    pub async fn verify(&self, stored: &Stored) -> Result<(), ArchiveError> {
        match self {
            Self::Directory(directory) => directory.read(stored).await.map(drop),
            Self::S3(s3) => s3.verify(stored).await,
        }
    }

    /// Locks a version until `until`, unless it is locked beyond `least` already; says whether it had to. A directory locks
    /// nothing.
    ///
    /// # Errors
    /// [`ArchiveError::Gone`], and [`ArchiveError::Unlocked`] where the store does not do it; see [`ArchiveError`] for the
    /// others.
    pub async fn extend(&self, stored: &Stored, least: UnixMillis, until: UnixMillis) -> Result<bool, ArchiveError> {
        match self {
            Self::Directory(_) => Ok(false),
            Self::S3(s3) => s3.extend(stored, least, until).await,
        }
    }

    /// The self-test: writes a probe and tries to delete it, to overwrite it and to end its retention early.
    ///
    /// A directory never passes it: its owner can delete.
    pub async fn probe(&self, plan: &ProbePlan) -> Probe {
        match self {
            Self::Directory(directory) => directory.probe(plan).await,
            Self::S3(s3) => s3.probe(plan).await,
        }
    }

    /// What it is and where, for people and for the log of the operator.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Directory(directory) => directory.describe(),
            Self::S3(s3) => s3.describe(),
        }
    }
}
