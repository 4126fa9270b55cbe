//! One text through every rule: what is found, what is done about it, what is left.

mod cut;
mod decide;
mod edit;
mod find;
mod findings;
pub(crate) mod fold;
mod judge;
mod pictures;
pub(crate) mod risk;
mod rounds;

use crate::marking;
use crate::policy::{ArgumentHosts, LinkMode, Marking, Policy, Query, Resolved};
use casemate_core::label::Risk;
use casemate_inspect::{Action, Family, Match, Registered, Severity, View, decoded, hosts};
pub(crate) use cut::HOLD;
use find::Detectors;
pub(crate) use find::{Hit, Names};
use findings::Findings;
pub(crate) use judge::{Judged, Number};
use rounds::End;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It stays as it is.
    Pass,
    /// Parts of it were taken out or put in another form.
    Rewritten,
    /// It is withheld.
    Denied,
}

impl Verdict {
    /// Its name in answers and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Rewritten => "rewritten",
            Self::Denied => "denied",
        }
    }
}

/// One place where a rule matched, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule's id, of the catalogue or of an operator's own pattern.
    pub rule: Cow<'static, str>,
    /// How the text was read.
    pub view: View,
    /// Where it stands in the text that was given, in bytes.
    pub span: Range<usize>,
    /// What was done; in shadow, what would have been.
    pub action: Action,
    /// Whether it was only noted because the rule is in shadow, or the finding is suppressed.
    pub shadow: bool,
    /// How grave it is.
    pub severity: Severity,
    /// Why it is expected there, where a suppression says so.
    pub suppressed: Option<Arc<str>>,
}

/// A text after the filter.
#[derive(Debug, Clone)]
pub struct Filtered<'t> {
    /// What may go out. Empty where the verdict is [`Verdict::Denied`].
    pub text: Cow<'t, str>,
    /// What became of it.
    pub verdict: Verdict,
    /// What was found, at most [`Filtered::FINDINGS`], ordered by place.
    pub findings: Vec<Found>,
    /// How many findings are left out of the list.
    pub unlisted: usize,
    /// How risky the text is by what was found: the more and the graver, the higher; adding a finding never lowers it.
    pub risk: Risk,
}

impl Filtered<'_> {
    /// The longest list of findings for one text.
    pub const FINDINGS: usize = 1000;
}

/// Every rule as it holds in one place. Made by [`crate::Policy::filter`].
#[derive(Debug)]
pub struct Filter {
    /// Links, images and markup of texts, and of values that are data as well.
    pub(crate) inspect: casemate_inspect::Policy,
    pub(crate) data: casemate_inspect::Policy,
    detectors: Detectors,
    marking: Marking,
    /// Whether arguments may name no private host.
    denies_hosts: bool,
    /// The most bytes of HTML that are judged as a document.
    pub(crate) html_bytes: usize,
    hold: Duration,
}

impl Filter {
    pub(crate) fn new(policy: &Policy, resolved: &Resolved<'_>, sensitive: bool) -> Self {
        let sensitive = sensitive || resolved.sensitive();
        let mut detectors = Detectors::new(resolved, policy);
        if sensitive {
            detectors.strip_images();
        }
        let made = Self::with_detectors(resolved, sensitive, detectors);
        let html_bytes = if policy.html_bytes == 0 { casemate_inspect::html::BYTES } else { policy.html_bytes };
        Self { html_bytes, hold: policy.hold, ..made }
    }

    fn with_detectors(resolved: &Resolved<'_>, sensitive: bool, mut detectors: Detectors) -> Self {
        let inspect = casemate_inspect::Policy {
            strip_images: sensitive,
            allowed_links: resolved.links(),
            allowed_images: resolved.images(),
            keep_bare_links: false,
            links: resolved.link_mode(),
            query: resolved.query(),
            treat: detectors.decisions.treatments(),
        };
        detectors.follow(&inspect);
        let data = casemate_inspect::Policy { keep_bare_links: true, ..inspect.clone() };
        let (marking, html_bytes) = (resolved.marking(), casemate_inspect::html::BYTES);
        let denies_hosts = resolved.arguments() == ArgumentHosts::Deny;
        Self { inspect, data, detectors, marking, denies_hosts, html_bytes, hold: Duration::ZERO }
    }

    /// How long a notification waits for the one that its text may go on in, at most.
    #[must_use]
    pub const fn hold(&self) -> Duration {
        self.hold
    }

    /// Filters one text. Linear in its length; filtering the result again changes nothing (without marking).
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Filtered<'t> {
        self.filtered(text, &self.inspect, &[], false)
    }

    /// Filters a text in which something was found by looking at its neighbours as well.
    pub(crate) fn text_with<'t>(&self, text: &'t str, extra: &[Hit<'_>]) -> Filtered<'t> {
        self.filtered(text, &self.inspect, extra, false)
    }

    /// As [`Filter::text_with`], for a value that a program reads too: a URL that stands alone in it is data.
    pub(crate) fn data_with<'t>(&self, text: &'t str, extra: &[Hit<'_>]) -> Filtered<'t> {
        self.filtered(text, &self.data, extra, false)
    }

    /// As [`Filter::text_with`], for a text that is said to be HTML, whatever it begins with.
    pub(crate) fn html_with<'t>(&self, text: &'t str, extra: &[Hit<'_>]) -> Filtered<'t> {
        self.filtered(text, &self.inspect, extra, true)
    }

    /// What is found in strings that are put together: what detectors find, links and images. Registered values are looked for
    /// elsewhere.
    pub(crate) fn together(&self, text: &str) -> Vec<Hit<'_>> {
        let view = |view| if view == View::Plain { View::Joined } else { view };
        let hits = self.detectors.hits_in(text, true).into_iter();
        let hits = hits.filter(|hit| hit.decision.family != Family::Registered);
        let hits = hits.map(|hit| Hit { view: view(hit.view), ..hit });
        let leads = |rule: &str| rule.starts_with("link.") || rule.starts_with("image.");
        let cleaned = casemate_inspect::clean(text, &self.inspect).findings.into_iter();
        let leading = cleaned.filter(|found| leads(found.rule) && found.action != Action::Report).filter_map(|found| {
            let decision = self.detectors.decisions.of(found.rule)?;
            Some(Hit { rule: found.rule.into(), span: found.span, view: View::Joined, decision })
        });
        hits.chain(leading).collect()
    }

    /// What was found in a text, with what is done about it.
    pub(crate) fn hits_of(&self, text: &str, found: &[Match]) -> Vec<Hit<'_>> {
        self.detectors.judged(text, found)
    }

    /// What is found in a value because of what it is called.
    pub(crate) fn hits_under(&self, names: &Names<'_>, text: &str) -> Vec<Hit<'_>> {
        self.detectors.under(names, text)
    }

    /// What is found in a number once its exponent and fraction are undone.
    pub(crate) fn hits_written_out(&self, raw: &str) -> Vec<Hit<'_>> {
        self.detectors.written_out(raw)
    }

    /// The registered values, where they are looked for.
    pub(crate) fn registered(&self) -> Option<&Registered> {
        self.detectors.registered()
    }

    /// Whether arguments may name no private host.
    #[must_use]
    pub const fn denies_hosts(&self) -> bool {
        self.denies_hosts
    }

    /// The rule by which a text names a private host, as it stands or in an encoding; `None` where it names none, or one
    /// that is not looked for here.
    #[must_use]
    pub fn host(&self, text: &str) -> Option<&'static str> {
        let mut found = Vec::new();
        hosts::find(text, &mut found);
        decoded::through_pieces(&decoded::pieces(text), hosts::find, &mut found);
        found.into_iter().map(|found| found.rule).find(|rule| self.uses_host(rule))
    }

    /// The rule by which a text is a private host as a whole, where its name says that it is a host.
    #[must_use]
    pub fn host_named(&self, name: &str, text: &str) -> Option<&'static str> {
        hosts::named(name, text, true).filter(|rule| self.uses_host(rule))
    }

    fn uses_host(&self, rule: &str) -> bool {
        self.detectors.decisions.of(rule).is_some_and(|decision| !decision.shadow)
    }

    /// What becomes of a link that may not stay.
    #[must_use]
    pub const fn link_mode(&self) -> LinkMode {
        self.inspect.links
    }

    /// What becomes of the query of a link that may stay.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.inspect.query
    }

    /// Marks a text that was filtered, as the policy asks for it. What is marked is not for the filter again.
    #[must_use]
    pub fn mark<'t>(&self, text: &'t str) -> Cow<'t, str> {
        marking::mark(text, self.marking)
    }

    /// How untrusted text is marked.
    #[must_use]
    pub const fn marking(&self) -> Marking {
        self.marking
    }

    fn filtered<'t>(
        &self,
        text: &'t str,
        policy: &casemate_inspect::Policy,
        extra: &[Hit<'_>],
        html: bool,
    ) -> Filtered<'t> {
        let mut findings = Findings::default();
        let end = self.all(text, policy, extra, html, &mut findings);
        let (text, verdict) = match end {
            End::Rest(rest) if rest == text => (Cow::Borrowed(text), Verdict::Pass),
            End::Rest(rest) => (rest, Verdict::Rewritten),
            End::Denied | End::Unstable => (Cow::Borrowed(""), Verdict::Denied),
        };
        let listed = findings.list();
        Filtered { text, verdict, findings: listed.list, unlisted: listed.unlisted, risk: listed.risk }
    }
}

#[cfg(test)]
mod tests;
