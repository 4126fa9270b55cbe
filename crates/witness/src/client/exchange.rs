//! What a client does next with one witness and one checkpoint. Pure: answers and the time go in, steps come out.

use crate::config::{MAX_ATTEMPTS, MAX_ROUNDS};
use bytes::Bytes;
use casemate_net::NetError;
use casemate_tlog::Verifier;
use casemate_tlog::note::Note;
use casemate_tlog::witness::{AnswerError, accept};
use std::time::Duration;

/// Why a witness has not cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It says that it has cosigned a larger tree: this log was rolled back, has signed elsewhere, or the witness lies.
    #[error("it has cosigned a tree of {0} entries, which is larger")]
    Ahead(u64),
    /// It says that the checkpoint does not continue the one that it cosigned before (422), or that it has cosigned
    /// another root for this size (409).
    #[error("it holds the checkpoint for inconsistent with the one it has cosigned")]
    Inconsistent,
    /// It does not know the log (404).
    #[error("it does not know the log")]
    UnknownLog,
    /// It does not accept the signature of the log (403).
    #[error("it does not accept the signature of the log")]
    Unsigned,
    /// It answered with another status.
    #[error("it answered with the status {0}")]
    Status(u16),
    /// Its answer brings no cosignature.
    #[error("its answer brings no cosignature: {0}")]
    Answer(#[from] AnswerError),
    /// Its cosignature is from the future.
    #[error("its clock is ahead; the cosignature has the time {0}")]
    Time(u64),
    /// It changes what it says about the size that it has cosigned.
    #[error("it contradicts itself about the size that it has cosigned")]
    Contradiction,
    /// It could not be reached, or its answer not be read.
    #[error("{0}")]
    Net(NetError),
    /// It did not answer in time.
    #[error("it did not answer in time")]
    Late,
    /// No consistency proof could be made for it.
    #[error("no consistency proof could be made")]
    NoProof,
    /// The note cannot take another signature.
    #[error("the note has no room for its cosignature")]
    NoRoom,
}

impl Failure {
    /// Whether the witness says that this log has shown it another history. One witness may lie; the operator should
    /// know in any case.
    #[must_use]
    pub const fn is_alarming(&self) -> bool {
        matches!(self, Self::Ahead(_) | Self::Inconsistent)
    }
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Event {
    /// An answer. The body is only looked at where the status is 200 or 409.
    Answer { status: u16, body: Bytes },
    /// None.
    Fault(NetError),
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask, with a proof from [`Exchange::old`].
    Ask,
    /// Ask again after this time.
    Wait(Duration),
    /// The end.
    Done(Cosignature),
    /// The end, in vain.
    Failed(Failure),
}

/// A cosignature that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cosignature {
    /// The signature line with its newline.
    pub(super) line: String,
}

/// The way of one checkpoint to one witness.
pub(super) struct Exchange<'a> {
    note: &'a str,
    key: &'a Verifier,
    size: u64,
    old: u64,
    rounds: u32,
    attempts: u32,
    backoff: Duration,
    learned: Option<u64>,
}

impl<'a> Exchange<'a> {
    /// Of the checkpoint of this size. `guess` is the size that the witness has probably cosigned.
    pub(super) fn new(note: &'a str, key: &'a Verifier, size: u64, guess: u64, backoff: Duration) -> Self {
        Self { note, key, size, old: guess.min(size), rounds: 1, attempts: 1, backoff, learned: None }
    }

    /// The size that the proof of the next request begins at: at most that of the checkpoint.
    pub(super) const fn old(&self) -> u64 {
        self.old
    }

    /// The size that the witness has cosigned, if it said so.
    pub(super) const fn learned(&self) -> Option<u64> {
        self.learned
    }

    /// Takes what came of a request. `latest` is the latest time that a cosignature may have.
    pub(super) fn next(&mut self, event: Event, latest: u64) -> Next {
        match event {
            Event::Answer { status: 200, body } => self.take(&body, latest),
            Event::Answer { status: 409, body } => self.conflict(&body),
            Event::Answer { status: 404, .. } => Next::Failed(Failure::UnknownLog),
            Event::Answer { status: 403, .. } => Next::Failed(Failure::Unsigned),
            Event::Answer { status: 422, .. } => Next::Failed(Failure::Inconsistent),
            Event::Answer { status: status @ (429 | 500..), .. } => self.again(Failure::Status(status)),
            Event::Answer { status, .. } => Next::Failed(Failure::Status(status)),
            Event::Fault(fault) if is_passing(&fault) => self.again(Failure::Net(fault)),
            Event::Fault(fault) => Next::Failed(Failure::Net(fault)),
        }
    }

    fn take(&mut self, answer: &[u8], latest: u64) -> Next {
        // Against the note as it was, so that the answers of others do not matter.
        let cosigned = match accept(self.note, answer, std::slice::from_ref(self.key)) {
            Ok(cosigned) => cosigned,
            Err(error) => return Next::Failed(error.into()),
        };
        let note = Note::parse(cosigned.as_bytes()).ok();
        let time = note.and_then(|note| note.open([self.key]).ok()?.verified.first()?.time);
        match (cosigned.strip_prefix(self.note), time) {
            (_, Some(time)) if time == 0 || time > latest => Next::Failed(Failure::Time(time)),
            (Some(line), Some(_)) => {
                self.learned = Some(self.size);
                Next::Done(Cosignature { line: line.to_owned() })
            }
            _ => Next::Failed(Failure::Contradiction),
        }
    }

    fn conflict(&mut self, body: &[u8]) -> Next {
        // From a size to itself there is no proof that could be wrong: what conflicts is the root. The specification
        // leaves open what the body is then.
        let is_same = self.old == self.size;
        let Some(told) = size(body) else {
            return Next::Failed(if is_same { Failure::Inconsistent } else { Failure::Status(409) });
        };
        self.learned = Some(told);
        if told > self.size {
            return Next::Failed(Failure::Ahead(told));
        }
        if told == self.old && is_same {
            return Next::Failed(Failure::Inconsistent);
        }
        if told == self.old || self.rounds >= MAX_ROUNDS {
            return Next::Failed(Failure::Contradiction);
        }
        self.rounds += 1;
        self.old = told;
        Next::Ask
    }

    fn again(&mut self, failure: Failure) -> Next {
        if self.attempts >= MAX_ATTEMPTS {
            return Next::Failed(failure);
        }
        let wait = self.backoff.saturating_mul(1 << (self.attempts - 1).min(16));
        self.attempts += 1;
        Next::Wait(wait)
    }
}

/// Whether the same request may succeed later. Sending it twice does no harm.
const fn is_passing(fault: &NetError) -> bool {
    matches!(fault, NetError::Resolve(_) | NetError::Connect(_) | NetError::Timeout | NetError::Closed)
}

/// The size in the body of a conflict: a decimal and a newline.
fn size(body: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(body).ok()?.strip_suffix('\n')?;
    let size: u64 = digits.parse().ok()?;
    (size.to_string() == digits).then_some(size)
}

#[cfg(test)]
mod tests;
