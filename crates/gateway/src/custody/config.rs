//! Who else holds what of the log.

use casemate_archive::S3Config;
use casemate_audit::tlog::Verifier;
use casemate_net::Trust;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Read at the start only.
#[derive(Debug, Clone, Default)]
pub struct Custody {
    /// Who cosigns; `None`: a checkpoint counts as published when the log has signed it.
    pub witnesses: Option<Witnesses>,
    /// Where copies go.
    pub archive: Archive,
}

/// The witnesses of the log.
#[derive(Debug, Clone)]
pub struct Witnesses {
    /// How many of them must cosign a checkpoint before it counts as published; from 1 to as many as there are.
    pub quorum: usize,
    /// How often a new checkpoint is submitted while entries come.
    pub every: Duration,
    /// Each with another key.
    pub list: Vec<Witness>,
}

/// One witness.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The submission prefix (C2SP tlog-witness).
    pub url: Url,
    /// The key of its cosignatures.
    pub key: Verifier,
    /// The CAs of its certificate.
    pub trust: Trust,
}

/// What is promised of the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Worm {
    /// There are none.
    #[default]
    None,
    /// Copies are made, and nothing vouches that they cannot be removed.
    BestEffort,
    /// At the start every target must refuse to delete, overwrite or release a probe; otherwise nothing is served.
    Required,
}

/// Where closed segments, tiles and checkpoints are copied to.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    /// What is promised.
    pub worm: Worm,
    /// How long each object is retained there.
    pub retention: Duration,
    /// The targets; empty if and only if `worm` is [`Worm::None`].
    pub targets: Vec<ArchiveTarget>,
}

/// One target.
#[derive(Debug, Clone)]
pub enum ArchiveTarget {
    /// A directory, which is there: best effort.
    Directory(PathBuf),
    /// A bucket with Object Lock.
    S3(Box<S3Config>),
}
