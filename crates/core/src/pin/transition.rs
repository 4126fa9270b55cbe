//! A step that a pin takes.

use super::state::{HISTORY, Pin, State, Step};
use crate::UnixMillis;
use crate::digest::Digest;
use crate::mcp::Era;

/// A change of a pin that is yet to be recorded and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The pin after it.
    pub pin: Pin,
    /// The state before it; none for what is new.
    pub from: Option<State>,
    /// The approved definition before it, or the one last seen where none was approved.
    pub was: Option<Digest>,
    /// The definition that caused it.
    pub digest: Option<Digest>,
    /// Who caused it.
    pub actor: String,
    /// The era of the list that caused it, if it was one.
    pub era: Option<Era>,
}

impl Transition {
    pub(super) fn new(pin: Pin, from: Option<State>, was: Option<Digest>, actor: &str, now: UnixMillis) -> Self {
        let digest = pin.seen.as_ref().map(|seen| seen.digest);
        Self::about(pin, digest, (from, was), actor, now)
    }

    pub(super) fn about(
        mut pin: Pin,
        digest: Option<Digest>,
        (from, was): (Option<State>, Option<Digest>),
        actor: &str,
        now: UnixMillis,
    ) -> Self {
        pin.history.push(Step { at: now, what: pin.state, digest, actor: actor.to_owned() });
        let surplus = pin.history.len().saturating_sub(HISTORY);
        pin.history.drain(..surplus);
        Self { pin, from, was, digest, actor: actor.to_owned(), era: None }
    }

    /// This one as the second half of another: one change, with the cause of the first.
    #[must_use]
    pub fn completing(self, first: Self) -> Self {
        Self { from: first.from, was: first.was, actor: first.actor, ..self }
    }
}
