//! A pin and how it changes: pure functions from what is remembered and what was seen to what is remembered next.

use super::{Definition, Kind, Standing};
use crate::digest::Digest;
use crate::{Reason, UnixMillis};

/// The longest history of one pin; the log has the rest.
pub const HISTORY: usize = 64;
/// The actor of an approval that nobody gave: a first sight under [`Mode::TrustFirst`].
pub const FIRST_SIGHT: &str = "first sight";
/// The actor of what a survey of the server found.
pub const SURVEY: &str = "survey";

/// How a definition that nobody has seen before is treated. No mode accepts a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It waits for a reviewer.
    Review,
    /// It is approved, unless something grave is found in it.
    TrustFirst,
}

/// How a pin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nobody has decided.
    Pending,
    /// What the server offers is what was approved.
    Approved,
    /// What the server offers is not what was approved.
    Changed,
    /// The server no longer offers it.
    Removed,
    /// A reviewer said no, whatever the server offers.
    Blocked,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Approved, Self::Changed, Self::Removed, Self::Blocked];

    /// Its name in files, records and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Blocked => "blocked",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// What it means for a use.
    #[must_use]
    pub const fn standing(self) -> Standing {
        match self {
            Self::Pending => Standing::Pending,
            Self::Approved => Standing::Approved,
            Self::Changed => Standing::Changed,
            Self::Removed => Standing::Removed,
            Self::Blocked => Standing::Blocked,
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much a finding says about intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Seen in ordinary definitions.
    Low,
    /// Worth a look.
    Medium,
    /// Hardly ever innocent. It keeps a first sight from being approved.
    High,
}

impl Severity {
    /// Its name in files and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|severity| severity.as_str() == name)
    }
}

/// Something in a definition that a reviewer should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, such as `signal.secrecy`.
    pub rule: String,
    /// Where: a JSON pointer into the definition.
    pub place: String,
    /// How grave it is.
    pub severity: Severity,
    /// A short piece of the text, safe to display: control and invisible characters are escaped.
    pub excerpt: String,
}

/// One step of a pin's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: UnixMillis,
    /// What it became.
    pub what: State,
    /// Of which definition, where one was seen.
    pub digest: Option<Digest>,
    /// Who: a person, `local:<uid>`, [`FIRST_SIGHT`] or [`SURVEY`].
    pub actor: String,
}

/// What is remembered about one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The kind of item.
    pub kind: Kind,
    /// Its name; empty for instructions.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// The definition that was approved, also while another is offered.
    pub approved: Option<Definition>,
    /// The definition that was seen last.
    pub seen: Option<Definition>,
    /// What was found in the one that was seen last.
    pub findings: Vec<Finding>,
    /// The latest steps, oldest first, at most [`HISTORY`].
    pub history: Vec<Step>,
}

/// A change of a pin that is yet to be recorded and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The pin after it.
    pub pin: Pin,
    /// The state before it; none for what is new.
    pub from: Option<State>,
    /// The approved definition before it, or the one last seen where none was approved.
    pub was: Option<Digest>,
    /// Who caused it.
    pub actor: String,
}

impl Transition {
    fn new(mut pin: Pin, from: Option<State>, was: Option<Digest>, actor: &str, now: UnixMillis) -> Self {
        let digest = pin.seen.as_ref().map(|seen| seen.digest);
        pin.history.push(Step { at: now, what: pin.state, digest, actor: actor.to_owned() });
        let surplus = pin.history.len().saturating_sub(HISTORY);
        pin.history.drain(..surplus);
        Self { pin, from, was, actor: actor.to_owned() }
    }
}

/// What a survey saw of one item.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The kind of item.
    pub kind: Kind,
    /// Its name; empty for instructions.
    pub name: String,
    /// Its definition.
    pub definition: Definition,
}

/// What becomes of a pin when its item is seen; none if nothing does.
///
/// `findings` is asked only where the definition is not the one that was seen last.
#[must_use]
pub fn sight(
    pin: Option<&Pin>,
    sighting: Sighting,
    mode: Mode,
    findings: impl FnOnce(&Definition) -> Vec<Finding>,
    now: UnixMillis,
) -> Option<Transition> {
    let Sighting { kind, name, definition } = sighting;
    let Some(pin) = pin else {
        let findings = findings(&definition);
        let grave = definition.is_ambiguous() || findings.iter().any(|finding| finding.severity == Severity::High);
        let trusted = mode == Mode::TrustFirst && !grave;
        let (state, actor) = if trusted { (State::Approved, FIRST_SIGHT) } else { (State::Pending, SURVEY) };
        let approved = trusted.then(|| definition.clone());
        let pin = Pin { kind, name, state, approved, seen: Some(definition), findings, history: Vec::new() };
        return Some(Transition::new(pin, None, None, actor, now));
    };
    let is_same = |other: &Option<Definition>| other.as_ref().is_some_and(|d| d.digest == definition.digest);
    let state = match (pin.state, &pin.approved) {
        (State::Blocked, _) => State::Blocked,
        (_, None) => State::Pending,
        (_, Some(_)) if is_same(&pin.approved) => State::Approved,
        (_, Some(_)) => State::Changed,
    };
    if state == pin.state && is_same(&pin.seen) {
        return None;
    }
    let was = pin.reference();
    let findings = if is_same(&pin.seen) { pin.findings.clone() } else { findings(&definition) };
    let next = Pin { state, seen: Some(definition), findings, ..pin.clone() };
    Some(Transition::new(next, Some(pin.state), was, SURVEY, now))
}

impl Pin {
    /// What becomes of it when the server does not offer its item; none if nothing does.
    #[must_use]
    pub fn absent(&self, now: UnixMillis) -> Option<Transition> {
        if matches!(self.state, State::Removed | State::Blocked) {
            return None;
        }
        let next = Self { state: State::Removed, ..self.clone() };
        Some(Transition::new(next, Some(self.state), self.reference(), SURVEY, now))
    }

    /// Approves the definition that was seen last, which must be the one that was shown.
    ///
    /// # Errors
    /// `pin.moved`: the definition with `digest` is not what the server offers. `pin.changed`: the server offers several
    /// under this name.
    pub fn approve(&self, digest: Digest, actor: &str, now: UnixMillis) -> Result<Transition, Reason> {
        let seen = self.shown(digest)?;
        if self.state == State::Removed {
            return Err(Reason::PinMoved);
        }
        if seen.is_ambiguous() {
            return Err(Reason::PinChanged);
        }
        let next = Self { state: State::Approved, approved: Some(seen.clone()), ..self.clone() };
        Ok(Transition::new(next, Some(self.state), self.reference(), actor, now))
    }

    /// Blocks the item, whatever its definition becomes.
    ///
    /// # Errors
    /// `pin.moved`: the definition with `digest` is not the one that was seen last.
    pub fn block(&self, digest: Digest, actor: &str, now: UnixMillis) -> Result<Transition, Reason> {
        self.shown(digest)?;
        let next = Self { state: State::Blocked, ..self.clone() };
        Ok(Transition::new(next, Some(self.state), self.reference(), actor, now))
    }

    fn shown(&self, digest: Digest) -> Result<&Definition, Reason> {
        self.seen.as_ref().filter(|seen| seen.digest == digest).ok_or(Reason::PinMoved)
    }

    fn reference(&self) -> Option<Digest> {
        self.approved.as_ref().or(self.seen.as_ref()).map(|definition| definition.digest)
    }

    /// Whether an item with this digest may be used: it is the approved one, and the server was last seen to offer it.
    #[must_use]
    pub fn admits(&self, digest: Digest) -> bool {
        self.state == State::Approved && self.approved.as_ref().is_some_and(|approved| approved.digest == digest)
    }
}

#[cfg(test)]
mod tests;
