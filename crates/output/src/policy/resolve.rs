//! Which parts of a policy hold in one place, and what they say together.

use super::{ArgumentHosts, LinkMode, Marking, Policy, Query, Scope, Settings, Suppression, Treatment, Where};
use casemate_core::glob::Glob;
use casemate_inspect::{Action, Prefix, answers};
use std::borrow::Cow;

impl Where {
    /// Whether it covers the scope.
    pub(crate) fn covers(&self, scope: &Scope<'_>) -> bool {
        let fits = |own: &Option<String>, given: Option<&str>| own.is_none() || own.as_deref() == given;
        fits(&self.tenant, scope.tenant) && fits(&self.upstream, scope.upstream) && fits(&self.tool, scope.tool)
    }

    /// How many of tenant, upstream and tool it names.
    const fn narrowness(&self) -> usize {
        self.tenant.is_some() as usize + self.upstream.is_some() as usize + self.tool.is_some() as usize
    }
}

/// How much less a treatment lets through than another.
const fn strictness(treatment: Treatment) -> u8 {
    const fn rank(action: Action) -> u8 {
        match action {
            Action::Report => 0,
            Action::Rewrite => 1,
            Action::Redact => 2,
            Action::Deny => 3,
        }
    }
    match treatment {
        Treatment::Off => 0,
        Treatment::Shadow(action) => 1 + rank(action),
        Treatment::Do(action) => 5 + rank(action),
    }
}

/// Whether a pattern may let through what that rule finds: registered values only where it names them.
fn reaches(glob: &Glob, id: &str) -> bool {
    const NAMED: &str = "registered.";
    !id.starts_with(NAMED) || glob.as_str().starts_with(NAMED)
}

/// Whether nothing of what a rule finds is let through.
const fn takes_out(treatment: Treatment) -> bool {
    matches!(treatment, Treatment::Do(Action::Rewrite | Action::Redact | Action::Deny))
}

fn stricter(a: Treatment, b: Treatment) -> Treatment {
    if strictness(b) > strictness(a) { b } else { a }
}

/// The parts of a policy that hold in one place at one time.
#[derive(Debug)]
pub(crate) struct Resolved<'p> {
    /// The parts by how narrow they are, the narrowest first.
    parts: [Vec<&'p Settings>; 4],
    suppressions: Vec<&'p Suppression>,
}

impl<'p> Resolved<'p> {
    pub(crate) fn new(policy: &'p Policy, scope: &Scope<'_>, now: u64) -> Self {
        let mut parts: [Vec<&'p Settings>; 4] = Default::default();
        let everywhere = Where::default();
        let all = std::iter::once((&everywhere, &policy.base)).chain(policy.overrides.iter().map(|(w, s)| (w, s)));
        for (place, settings) in all.filter(|(place, _)| place.covers(scope)) {
            if let Some(part) = parts.get_mut(3 - place.narrowness()) {
                part.push(settings);
            }
        }
        let holds = |s: &&Suppression| now < s.until && s.place.covers(scope);
        Self { parts, suppressions: policy.suppressions.iter().filter(holds).collect() }
    }

    /// What the narrowest parts say; where several are equally narrow, the stricter of each two.
    fn pick<T>(&self, says: impl Fn(&'p Settings) -> Option<T>, stricter: impl Fn(T, T) -> T) -> Option<T> {
        self.parts.iter().find_map(|equal| equal.iter().filter_map(|settings| says(settings)).reduce(&stricter))
    }

    fn prefixes(&self, of: impl Fn(&'p Settings) -> Option<&'p Vec<Prefix>>) -> Vec<Prefix> {
        let both = |a: Cow<'p, [Prefix]>, b: Cow<'p, [Prefix]>| {
            Cow::Owned(a.iter().filter(|entry| b.contains(entry)).cloned().collect())
        };
        self.pick(|settings| of(settings).map(|list| Cow::Borrowed(list.as_slice())), both)
            .unwrap_or_default()
            .into_owned()
    }

    pub(crate) fn links(&self) -> Vec<Prefix> {
        self.prefixes(|settings| settings.links.as_ref())
    }

    pub(crate) fn images(&self) -> Vec<Prefix> {
        self.prefixes(|settings| settings.images.as_ref())
    }

    pub(crate) fn link_mode(&self) -> LinkMode {
        let rank = |mode: LinkMode| match mode {
            LinkMode::Keep => 0,
            LinkMode::Rewrite => 1,
            LinkMode::Drop => 2,
        };
        self.pick(|settings| settings.link_mode, |a, b| if rank(b) > rank(a) { b } else { a }).unwrap_or_default()
    }

    pub(crate) fn query(&self) -> Query {
        let both = |a: Query, b: Query| match (a, b) {
            (Query::Keep, other) | (other, Query::Keep) => other,
            (Query::Only(a), Query::Only(b)) => Query::Only(a.into_iter().filter(|name| b.contains(name)).collect()),
        };
        self.pick(|settings| settings.query.clone(), both).unwrap_or_default()
    }

    pub(crate) fn marking(&self) -> Marking {
        let rank = |marking: Marking| match marking {
            Marking::Off => 0,
            Marking::Delimit => 1,
            Marking::Datamark => 2,
        };
        self.pick(|settings| settings.marking, |a, b| if rank(b) > rank(a) { b } else { a }).unwrap_or_default()
    }

    pub(crate) fn arguments(&self) -> ArgumentHosts {
        let stricter = |a, b| if b == ArgumentHosts::Deny { b } else { a };
        self.pick(|settings| settings.argument_hosts, stricter).unwrap_or_default()
    }

    /// Whether no image may stay.
    pub(crate) fn sensitive(&self) -> bool {
        self.parts.iter().flatten().any(|settings| settings.sensitive)
    }

    /// What the policy says of a rule; `None` where it says nothing.
    pub(crate) fn treatment(&self, id: &str) -> Option<Treatment> {
        if answers::is_fixed(id) {
            return None;
        }
        let covers =
            |glob: &Glob, treatment: Treatment| glob.matches(id) && (reaches(glob, id) || takes_out(treatment));
        let says = |settings: &'p Settings| {
            settings
                .rules
                .iter()
                .rev()
                .find(|(glob, treatment)| covers(glob, *treatment))
                .map(|(_, treatment)| *treatment)
        };
        self.pick(says, stricter)
    }

    /// Why findings of a rule are expected here; `None` where they are not.
    pub(crate) fn suppressed(&self, id: &str) -> Option<&'p str> {
        let covers = |s: &&&Suppression| s.rule.matches(id) && reaches(&s.rule, id) && !answers::is_fixed(id);
        self.suppressions.iter().find(covers).map(|s| s.reason.as_str())
    }
}
