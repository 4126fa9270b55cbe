//! Who else holds what of the log.

use casemate_archive::S3Config;
use casemate_audit::{Fact, Facts, Holds};
use casemate_net::Trust;
use casemate_witness::Peer;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Read at the start only, but for the credentials of buckets and the holds.
#[derive(Debug, Clone, Default)]
pub struct Custody {
    /// Who cosigns; `None`: a checkpoint counts as published when the log has signed it.
    pub witnesses: Option<Witnesses>,
    /// Where copies go.
    pub archive: Archive,
    /// The legal holds.
    pub holds: Holds,
}

/// The witnesses of the log.
#[derive(Debug, Clone)]
pub struct Witnesses {
    /// How many of them must cosign a checkpoint before it counts as published; from 1 to as many as there are.
    pub quorum: usize,
    /// How often a new checkpoint is submitted while entries come.
    pub every: Duration,
    /// Each with a key and a name of its own.
    pub list: Vec<Witness>,
}

/// One witness.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The submission prefix (C2SP tlog-witness).
    pub url: Url,
    /// The CAs of its certificate.
    pub trust: Trust,
    /// Both with the key of its cosignatures, checked.
    pub peer: Peer,
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

impl Worm {
    /// Its name in the configuration and in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => NONE,
            Self::BestEffort => "best-effort",
            Self::Required => "required",
        }
    }
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

/// What a record says where nothing is set.
const NONE: &str = "none";

impl Custody {
    /// What the record of each start and each reload says of it, with `retention`, the one that the log has: whatever a start
    /// with another configuration takes away is seen beside the start before.
    #[must_use]
    pub fn facts(&self, retention: Option<Duration>) -> Facts {
        let seconds = |time: Option<Duration>| match time {
            Some(time) => Fact::Number(time.as_secs()),
            None => Fact::Text(NONE.to_owned()),
        };
        let locked = (!self.archive.targets.is_empty()).then_some(self.archive.retention);
        let witnesses = self.witnesses.as_ref().map(|all| format!("{} of {}", all.quorum, all.list.len()));
        let mut facts = self.holds.facts();
        facts.extend([
            ("retention_seconds", seconds(retention)),
            ("archive_retention_seconds", seconds(locked)),
            ("worm", Fact::Text(self.archive.worm.as_str().to_owned())),
            ("witnesses", Fact::Text(witnesses.unwrap_or_else(|| NONE.to_owned()))),
        ]);
        facts
    }

    /// The first key of the configuration by which the two differ.
    #[must_use]
    pub fn changed(&self, other: &Self) -> Option<&'static str> {
        let (old, new) = (&self.archive, &other.archive);
        let same_targets = old.targets.len() == new.targets.len()
            && old.targets.iter().zip(&new.targets).all(|(a, b)| same_target(a, b));
        let changed = [
            ("audit.witnesses", !same_witnesses(self.witnesses.as_ref(), other.witnesses.as_ref())),
            ("audit.worm", old.worm != new.worm),
            ("audit.archive_retention", old.retention != new.retention),
            ("audit.archive", !same_targets),
        ];
        changed.into_iter().find_map(|(key, changed)| changed.then_some(key))
    }
}

fn same_witnesses(old: Option<&Witnesses>, new: Option<&Witnesses>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return old.is_none() && new.is_none() };
    let same =
        |(a, b): (&Witness, &Witness)| a.url == b.url && a.peer.key() == b.peer.key() && a.trust.roots == b.trust.roots;
    old.quorum == new.quorum
        && old.every == new.every
        && old.list.len() == new.list.len()
        && old.list.iter().zip(&new.list).all(same)
}

fn same_target(old: &ArchiveTarget, new: &ArchiveTarget) -> bool {
    match (old, new) {
        (ArchiveTarget::Directory(old), ArchiveTarget::Directory(new)) => old == new,
        (ArchiveTarget::S3(old), ArchiveTarget::S3(new)) => {
            old.endpoint == new.endpoint
                && old.addressing == new.addressing
                && old.bucket == new.bucket
                && old.region == new.region
                && old.prefix == new.prefix
                // Credentials are taken over: temporary ones change every few hours.
                && old.trust.roots == new.trust.roots
        }
        _ => false,
    }
}
