//! The core of a witness: what it answers to `add-checkpoint` (C2SP tlog-witness), and what a log makes of the answer.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{EMPTY, Hash};
use crate::key::Verifier;
use crate::nodes::verify_consistency;
use crate::note::{Note, NoteError, OpenError, plain, signatures};
use crate::proof::hashes;
use crate::text;

/// The most consistency proof lines that a request may have.
pub const MAX_LINES: usize = 63;

/// The content type of the answer to [`Refusal::Conflict`] and [`Refusal::Fork`].
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// What a witness remembers of a log: the latest checkpoint that it cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Hash,
}

impl State {
    /// Of a log that was never cosigned.
    pub const NONE: Self = Self { size: 0, root: EMPTY };
}

/// A request to cosign a checkpoint, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The size of the tree that the proof begins at.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The checkpoint as its note says; not verified.
    pub checkpoint: Checkpoint,
    note: Note<'a>,
}

/// Why a checkpoint is not cosigned, with the status that C2SP tlog-witness gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the body is not a request, or its old size is above that of the checkpoint.
    #[error("not a request to add a checkpoint")]
    Malformed,
    /// 404: the origin is not one of those witnessed.
    #[error("the log is not known")]
    Unknown,
    /// 403: no known key has signed, or the signature of one does not verify.
    #[error("no known key has signed the checkpoint")]
    Unsigned,
    /// 409: the old size is not that of the latest checkpoint cosigned; that size.
    #[error("the latest checkpoint has the size {0}")]
    Conflict(u64),
    /// 409: the checkpoint is of the size that was cosigned, and of another root; that size. The specification does not
    /// say what the body is; it is the same as that of the other conflict.
    #[error("another root was cosigned for the size {0}")]
    Fork(u64),
    /// 422: the proof does not lead from the checkpoint cosigned before to this one: a fork, or a wrong proof.
    #[error("the checkpoint is not consistent with the one before")]
    Inconsistent,
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::Unknown => 404,
            Self::Conflict(_) | Self::Fork(_) => 409,
            Self::Inconsistent => 422,
        }
    }

    /// The body: for both conflicts the size, otherwise the reason; with its content type.
    #[must_use]
    pub fn body(self) -> (String, &'static str) {
        match self {
            Self::Conflict(size) | Self::Fork(size) => (format!("{size}\n"), SIZE_TYPE),
            other => (format!("{other}\n"), "text/plain; charset=utf-8"),
        }
    }
}

/// A checkpoint to cosign, once [`Accepted::state`] is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// What the witness must persist before it answers, in one step with the comparison to what it had.
    pub state: State,
    /// The text for [`crate::cosignature::Cosigner::cosign`].
    pub text: &'a str,
}

impl<'a> Request<'a> {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when it is not exactly of the form that the specification gives, or exceeds a cap.
    pub fn parse(body: &'a [u8]) -> Result<Self, Refusal> {
        parse(body).ok_or(Refusal::Malformed)
    }

    /// The note, for a record of what a log has signed.
    #[must_use]
    pub const fn note(&self) -> &Note<'a> {
        &self.note
    }
}

fn parse(body: &[u8]) -> Option<Request<'_>> {
    let (line, rest) = text::line(plain(body).ok()?)?;
    let old = line.strip_prefix("old ").and_then(text::decimal)?;
    let (proof, rest) = hashes(rest, MAX_LINES).ok()?;
    let note = Note::parse(rest.as_bytes()).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    Some(Request { old, proof, checkpoint, note })
}

/// The body of a request; `note` is the signed checkpoint.
#[must_use]
pub fn request(old: u64, proof: &[Hash], note: &str) -> String {
    let lines: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
    format!("old {old}\n{lines}\n{note}")
}

/// Decides on a request for a log of which the witness knows these keys and this state; `None` for an unknown origin.
///
/// # Errors
/// The first refusal that applies, in the order of the specification.
pub fn decide<'a>(known: Option<(&[Verifier], State)>, request: &Request<'a>) -> Result<Accepted<'a>, Refusal> {
    let (keys, state) = known.ok_or(Refusal::Unknown)?;
    request.note.open(keys).map_err(|_| Refusal::Unsigned)?;
    let (size, root) = (request.checkpoint.size(), request.checkpoint.root());
    if request.old > size {
        return Err(Refusal::Malformed);
    }
    if request.old != state.size {
        return Err(Refusal::Conflict(state.size));
    }
    // Between equal sizes there is nothing to prove: a proof that is not empty is a wrong one.
    if size == state.size && root != state.root && request.proof.is_empty() {
        return Err(Refusal::Fork(size));
    }
    verify_consistency(state.size, state.root, size, root, &request.proof).map_err(|_| Refusal::Inconsistent)?;
    Ok(Accepted { state: State { size, root }, text: request.note.text() })
}

/// Why an answer of a witness brings nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The answer is not a list of signature lines, or the note has no room for one.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No cosignature of a known witness, or a wrong one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The note is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Appends to a note the cosignatures of known witnesses that an answer brings; lines of unknown keys are left out.
///
/// # Errors
/// When the answer is malformed, or brings no cosignature, a wrong one, or one that the note already has.
pub fn accept(note: &str, answer: &[u8], witnesses: &[Verifier]) -> Result<String, AnswerError> {
    let text = Note::parse(note.as_bytes())?.text().to_owned();
    Checkpoint::parse(&text)?;
    let answered = signatures(plain(answer)?)?;
    let whole = format!("{text}\n{}", answered.iter().map(|signature| signature.line).collect::<String>());
    let opened = Note::parse(whole.as_bytes())?.open(witnesses)?;
    let known =
        |name: &str, id| opened.verified.iter().any(|verified| (verified.key.name(), verified.key.id()) == (name, id));
    let mut cosigned = note.to_owned();
    for signature in answered.iter().filter(|signature| known(signature.name, signature.id)) {
        cosigned.push_str(signature.line);
    }
    Note::parse(cosigned.as_bytes())?.open(witnesses)?;
    Ok(cosigned)
}

#[cfg(test)]
mod tests;
