//! A pin and how it changes: pure functions from what is remembered and what was seen to what is remembered next.

use super::{Definition, Finding, Kind, Severity, Standing, Transition};
use crate::digest::Digest;
use crate::mcp::Era;
use crate::{Reason, UnixMillis};

/// The longest history of one pin; the log has the rest.
pub const HISTORY: usize = 64;
/// The actor of an approval that nobody gave: a first sight under [`Mode::TrustFirst`].
pub const FIRST_SIGHT: &str = "first sight";
/// The actor of what a survey of the server found.
pub const SURVEY: &str = "survey";
/// The actor of what a list on its way to a client showed.
pub const LIST: &str = "list";
/// The actor of approvals that ended because the server has another address.
pub const MOVED: &str = "moved";
/// The actor of approvals at first sight that ended because [`Mode::Review`] holds now.
pub const MODE: &str = "mode";

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

/// One step of a pin's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: UnixMillis,
    /// What it became.
    pub what: State,
    /// Of which definition, where one was seen.
    pub digest: Option<Digest>,
    /// Who: a person, `local:<uid>`, [`FIRST_SIGHT`], [`SURVEY`], [`LIST`], [`MOVED`] or [`MODE`].
    pub actor: String,
}

/// Another definition than the approved one, which a list showed to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The era in which the list was asked for.
    pub era: Era,
    /// Of the definition that was shown.
    pub digest: Digest,
    /// That definition, unless there was no room for it.
    pub definition: Option<Definition>,
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
    /// Whether it was approved at first sight, by nobody.
    pub trusted: bool,
    /// The definition that the last survey saw.
    pub seen: Option<Definition>,
    /// What lists showed instead of the approved definition, at most one in each era. No survey ends it.
    pub listed: Vec<Listed>,
    /// What was found in the definition that [`Pin::shown`] gives.
    pub findings: Vec<Finding>,
    /// The latest steps, oldest first, at most [`HISTORY`].
    pub history: Vec<Step>,
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
        let seen = Some(definition);
        let (listed, history) = (Vec::new(), Vec::new());
        let pin = Pin { kind, name, state, approved, trusted, seen, listed, findings, history };
        return Some(Transition::new(pin, None, None, actor, now));
    };
    let is_seen = pin.seen.as_ref().is_some_and(|seen| seen.digest == definition.digest);
    let state = pin.state_at(definition.digest);
    if state == pin.state && is_seen {
        return None;
    }
    let was = pin.reference();
    // While a list's definition is the one to look at, its findings stay.
    let keeps = is_seen || pin.listed.iter().any(|listed| listed.definition.is_some());
    let findings = if keeps { pin.findings.clone() } else { findings(&definition) };
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

    /// What becomes of it when a list shows another definition than the approved one to a client; none if nothing does.
    ///
    /// `findings` is asked only where the definition is the one to look at from now on.
    #[must_use]
    pub fn list_differs(
        &self,
        listed: Listed,
        findings: impl FnOnce(&Definition) -> Vec<Finding>,
        now: UnixMillis,
    ) -> Option<Transition> {
        let is_known = self.listed.iter().any(|known| known.era == listed.era);
        let approved = self.approved.as_ref().map(|approved| approved.digest);
        if is_known || !matches!(self.state, State::Approved | State::Changed) || approved == Some(listed.digest) {
            return None;
        }
        let (era, digest) = (listed.era, listed.digest);
        let findings = match &listed.definition {
            Some(definition) if self.listed.iter().all(|known| known.definition.is_none()) => findings(definition),
            _ => self.findings.clone(),
        };
        let mut next = Self { state: State::Changed, findings, ..self.clone() };
        next.listed.push(listed);
        let before = (Some(self.state), self.reference());
        Some(Transition { era: Some(era), ..Transition::about(next, Some(digest), before, LIST, now) })
    }

    /// What becomes of it when a list of an era shows the approved definition again; none if nothing does.
    ///
    /// `findings` is asked about the definition that is the one to look at from now on.
    #[must_use]
    pub fn list_agrees(
        &self,
        era: Era,
        findings: impl FnOnce(&Definition) -> Vec<Finding>,
        now: UnixMillis,
    ) -> Option<Transition> {
        if self.listed.iter().all(|known| known.era != era) {
            return None;
        }
        let mut next = self.clone();
        next.listed.retain(|known| known.era != era);
        next.state = match (self.state, &self.seen) {
            (State::Changed, Some(seen)) => next.state_at(seen.digest),
            (state, _) => state,
        };
        next.findings = next.shown().map(findings).unwrap_or_default();
        let before = (Some(self.state), self.reference());
        let digest = self.approved.as_ref().map(|approved| approved.digest);
        Some(Transition { era: Some(era), ..Transition::about(next, digest, before, LIST, now) })
    }

    /// Ends an approval, for `actor` is [`MOVED`] or [`MODE`]; none where there is none.
    #[must_use]
    pub fn withdraw(&self, actor: &str, now: UnixMillis) -> Option<Transition> {
        self.approved.as_ref()?;
        let state = match self.state {
            kept @ (State::Blocked | State::Removed) => kept,
            State::Pending | State::Approved | State::Changed => State::Pending,
        };
        let next = Self { state, approved: None, trusted: false, listed: Vec::new(), ..self.clone() };
        Some(Transition::new(next, Some(self.state), self.reference(), actor, now))
    }

    /// The definition that a reviewer should look at: what a list showed instead of the approved one, else what the last
    /// survey saw.
    #[must_use]
    pub fn shown(&self) -> Option<&Definition> {
        self.listed.iter().find_map(|listed| listed.definition.as_ref()).or(self.seen.as_ref())
    }

    /// Approves a definition that the server offers, in a survey or in a list, which must be the one that was shown. Where
    /// lists showed another than the approved one and surveys did not, approving it once more confirms it.
    ///
    /// # Errors
    /// `pin.moved`: the definition with `digest` is not what the server offers. `pin.changed`: the server offers several
    /// under this name.
    pub fn approve(&self, digest: Digest, actor: &str, now: UnixMillis) -> Result<Transition, Reason> {
        let offered = self.offered(digest)?.clone();
        if self.state == State::Removed {
            return Err(Reason::PinMoved);
        }
        if offered.is_ambiguous() {
            return Err(Reason::PinChanged);
        }
        let approved = Some(offered.clone());
        let (seen, listed) = (Some(offered), Vec::new());
        let next = Self { state: State::Approved, approved, trusted: false, seen, listed, ..self.clone() };
        Ok(Transition::new(next, Some(self.state), self.reference(), actor, now))
    }

    /// Blocks the item, whatever its definition becomes.
    ///
    /// # Errors
    /// `pin.moved`: the definition with `digest` is not what the server offers.
    pub fn block(&self, digest: Digest, actor: &str, now: UnixMillis) -> Result<Transition, Reason> {
        self.offered(digest)?;
        let next = Self { state: State::Blocked, ..self.clone() };
        Ok(Transition::new(next, Some(self.state), self.reference(), actor, now))
    }

    fn offered(&self, digest: Digest) -> Result<&Definition, Reason> {
        let listed = self.listed.iter().filter_map(|listed| listed.definition.as_ref());
        self.seen.iter().chain(listed).find(|definition| definition.digest == digest).ok_or(Reason::PinMoved)
    }

    /// The state when a survey sees the definition with this digest.
    fn state_at(&self, seen: Digest) -> State {
        match (self.state, &self.approved) {
            (State::Blocked, _) => State::Blocked,
            (_, None) => State::Pending,
            (_, Some(approved)) if approved.digest == seen && self.listed.is_empty() => State::Approved,
            (_, Some(_)) => State::Changed,
        }
    }

    /// The step that brought it into its state.
    #[must_use]
    pub fn since(&self) -> Option<&Step> {
        self.history.iter().rev().take_while(|step| step.what == self.state).last()
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
