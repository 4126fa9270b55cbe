//! What is to be done about what is found: for everything, and otherwise for a tenant, an upstream, a tool.

mod resolve;

use crate::filter::Filter;
use casemate_core::glob::Glob;
use casemate_inspect::secrets::Imported;
use casemate_inspect::{Action, Prefix, Registered};
pub use casemate_inspect::{LinkMode, Query};
pub(crate) use resolve::Resolved;
use std::sync::Arc;
use std::time::Duration;

/// What a policy says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// The rule is not used.
    Off,
    /// The rule is used, and this is done.
    Do(Action),
    /// The rule is used and its findings are recorded as what would have been done; nothing is.
    Shadow(Action),
}

/// A deterministic transform that tells the model which text is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marking {
    /// None.
    #[default]
    Off,
    /// The text stands between two lines that name it as untrusted.
    Delimit,
    /// Each white space of the text is a mark as well (Hines et al. 2024, "Defending Against Indirect Prompt Injection
    /// Attacks With Spotlighting", section 3.2).
    Datamark,
}

/// What becomes of a call whose arguments name a private host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArgumentHosts {
    /// It goes on.
    #[default]
    Allow,
    /// It is refused: `input.host`.
    Deny,
}

/// A part of a policy. What is `None` or empty says nothing.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where links may lead.
    pub links: Option<Vec<Prefix>>,
    /// What becomes of the others.
    pub link_mode: Option<LinkMode>,
    /// What becomes of the queries of links that may stay.
    pub query: Option<Query>,
    /// Whence images may be loaded.
    pub images: Option<Vec<Prefix>>,
    /// What rules do, by their id or a glob over ids; of several that fit, the last.
    pub rules: Vec<(Glob, Treatment)>,
    /// How untrusted text is marked.
    pub marking: Option<Marking>,
    /// What becomes of a call whose arguments name a private host.
    pub argument_hosts: Option<ArgumentHosts>,
    /// Whether no image may stay. Where one part says so, no other takes it back.
    pub sensitive: bool,
}

/// Where a part of a policy holds. What is `None` holds everywhere.
#[derive(Debug, Clone, Default)]
pub struct Where {
    /// A tenant's name.
    pub tenant: Option<String>,
    /// An upstream's name.
    pub upstream: Option<String>,
    /// A tool's exact name.
    pub tool: Option<String>,
}

/// A finding that is expected there, and is only reported until a day comes.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The rule, by id or glob.
    pub rule: Glob,
    /// Where.
    pub place: Where,
    /// Until when, in seconds since 1970.
    pub until: u64,
    /// Why, for whoever reads the record.
    pub reason: String,
}

/// An operator's own pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The id of its rule: `deny.own.NAME` or `secret.own.NAME`.
    pub id: Arc<str>,
    /// What it matches; compiled with bounds on its size.
    pub regex: regex::Regex,
    /// What is done.
    pub action: Action,
}

/// The `output:` section, resolved.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What holds everywhere.
    pub base: Settings,
    /// What holds in places; the narrower wins.
    pub overrides: Vec<(Where, Settings)>,
    /// What is expected.
    pub suppressions: Vec<Suppression>,
    /// The registered values.
    pub registered: Arc<Registered>,
    /// How many of them the section itself names.
    pub named: usize,
    /// The operator's own patterns.
    pub patterns: Vec<Pattern>,
    /// Rules for secrets that were read from elsewhere; each is `secret.imported.ID`.
    pub imported: Option<Arc<Imported>>,
    /// The digest of the file that they were read from.
    pub imported_digest: Option<casemate_core::digest::Digest>,
    /// The most bytes of HTML that are held and judged as a document; more is escaped as text. 0 stands for
    /// [`casemate_inspect::html::BYTES`].
    pub html_bytes: usize,
    /// How long a notification waits for the one that its text may go on in, at most.
    pub hold: Duration,
}

/// For whom and whence a text is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The tenant that gets it.
    pub tenant: Option<&'a str>,
    /// The upstream that it comes from.
    pub upstream: Option<&'a str>,
    /// The tool that it comes from.
    pub tool: Option<&'a str>,
    /// Whether no image may stay.
    pub sensitive: bool,
}

impl Policy {
    /// What holds there at that time (seconds since 1970).
    ///
    /// Each setting is that of the narrowest part that says anything of it; a part is the narrower the more of tenant,
    /// upstream and tool it names. Of several that are equally narrow the most restrictive counts: of lists of what may
    /// stay, what stands in all of them. Deterministic.
    #[must_use]
    pub fn filter(&self, scope: &Scope<'_>, now: u64) -> Arc<Filter> {
        Arc::new(Filter::new(self, &Resolved::new(self, scope, now), scope.sensitive))
    }

    /// What is said there of a rule; `None` where nothing is, and the rule does what it does by itself.
    #[must_use]
    pub fn treatment(&self, scope: &Scope<'_>, now: u64, rule: &str) -> Option<Treatment> {
        Resolved::new(self, scope, now).treatment(rule)
    }

    /// Why findings of a rule are expected there at that time; `None` where they are not.
    #[must_use]
    pub fn expected(&self, scope: &Scope<'_>, now: u64, rule: &str) -> Option<&str> {
        Resolved::new(self, scope, now).suppressed(rule)
    }
}

#[cfg(test)]
mod tests;
