//! Whom to trust for a log: its keys, its witnesses, and how many of those must have seen a checkpoint.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{Algorithm, Verifier};
use crate::note::{Note, OpenError};
use std::collections::{BTreeMap, BTreeSet};

/// Why a policy would not mean what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// There is no key of the log.
    #[error("the log has no key")]
    NoKey,
    /// A key of a witness does not make cosignatures.
    #[error("the key of the witness {0} is not for cosignatures")]
    NotCosigner(String),
    /// One public key is listed twice: it would count for two, or witness itself.
    #[error("the key of {0} is listed twice")]
    Twice(String),
    /// There are fewer witnesses than are asked for.
    #[error("{quorum} witnesses cannot be had from {witnesses}")]
    Quorum {
        /// How many are asked for.
        quorum: usize,
        /// How many different names there are.
        witnesses: usize,
    },
}

/// Why a checkpoint is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is not a checkpoint, or a signature on it is wrong.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is of another log.
    #[error("the checkpoint is of another log")]
    Origin,
    /// The log has not signed it.
    #[error("the log has not signed the checkpoint")]
    Log,
    /// Too few witnesses have cosigned it.
    #[error("{found} of the {needed} witnesses needed have cosigned the checkpoint")]
    Witnesses {
        /// How many have.
        found: usize,
        /// How many must have.
        needed: usize,
    },
}

/// The keys for one log, and the number of witnesses that must have cosigned a checkpoint of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    origin: String,
    log: Vec<Verifier>,
    witnesses: Vec<Verifier>,
    quorum: usize,
}

/// A checkpoint that the policy lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Who has cosigned it, by name, each with its earliest time in seconds since the Unix epoch.
    pub witnesses: Vec<(String, u64)>,
    /// The earliest time by which as many as needed had seen it. `None` where none is needed.
    pub time: Option<u64>,
}

impl Policy {
    /// A policy for the log with this origin. A witness may have several keys; it counts once, by its name.
    ///
    /// # Errors
    /// When the keys cannot mean what the policy says.
    pub fn new(origin: &str, log: Vec<Verifier>, witnesses: Vec<Verifier>, quorum: usize) -> Result<Self, PolicyError> {
        if log.is_empty() {
            return Err(PolicyError::NoKey);
        }
        let mut keys = BTreeSet::new();
        if let Some(twice) = log.iter().chain(&witnesses).find(|key| !keys.insert(key.public())) {
            return Err(PolicyError::Twice(twice.name().to_owned()));
        }
        if let Some(other) = witnesses.iter().find(|key| key.algorithm() != Algorithm::CosignatureV1) {
            return Err(PolicyError::NotCosigner(other.name().to_owned()));
        }
        let names = witnesses.iter().map(Verifier::name).collect::<BTreeSet<_>>().len();
        if quorum > names {
            return Err(PolicyError::Quorum { quorum, witnesses: names });
        }
        Ok(Self { origin: origin.to_owned(), log, witnesses, quorum })
    }

    /// Reads and verifies a note: it must be a checkpoint of this log, signed by one of its keys and cosigned by as
    /// many witnesses as needed.
    ///
    /// # Errors
    /// When it is not, or a signature of any key of the policy is wrong.
    pub fn trust(&self, note: &[u8]) -> Result<Trusted, Distrust> {
        let (checkpoint, opened) = Checkpoint::open(note, self.log.iter().chain(&self.witnesses))?;
        if checkpoint.origin() != self.origin {
            return Err(Distrust::Origin);
        }
        if !opened.verified.iter().any(|verified| self.log.contains(verified.key)) {
            return Err(Distrust::Log);
        }
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for verified in opened.verified.iter().filter(|verified| self.witnesses.contains(verified.key)) {
            let Some(time) = verified.time else { continue };
            let earliest = seen.entry(verified.key.name()).or_insert(time);
            *earliest = time.min(*earliest);
        }
        if seen.len() < self.quorum {
            return Err(Distrust::Witnesses { found: seen.len(), needed: self.quorum });
        }
        let mut times: Vec<u64> = seen.values().copied().collect();
        times.sort_unstable();
        let time = self.quorum.checked_sub(1).and_then(|last| times.get(last)).copied();
        let witnesses = seen.into_iter().map(|(name, time)| (name.to_owned(), time)).collect();
        Ok(Trusted { checkpoint, witnesses, time })
    }

    /// The origin of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Why `note` is not trusted, for a person: where no key of the log has signed it and another of the same name has,
    /// which key that is and what to do.
    #[must_use]
    pub fn why(&self, note: &[u8], distrust: &Distrust) -> String {
        let unsigned = Distrust::Checkpoint(CheckpointError::Open(OpenError::Unsigned));
        let note = Note::parse(note).ok().filter(|_| *distrust == Distrust::Log || *distrust == unsigned);
        match note.and_then(|note| note.other_key(&self.log)) {
            Some(id) => format!(
                "the checkpoint is signed by another key of the same name, {id}, and by none that was given: the log's \
                 key was changed, or this is not the log. Get the key {id} from whoever runs the log, and give that one"
            ),
            None => distrust.to_string(),
        }
    }

    /// The keys of the witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[Verifier] {
        &self.witnesses
    }
}

#[cfg(test)]
mod tests;
