//! How risky a text is by what was found in it.
//!
//! The risk is the weight of the gravest finding, and up to 1.5 more: 0.3 for each further rule that matched, and 0.1 for
//! each doubling of the number of findings. What is in shadow, or suppressed, does not count. Each part only grows with
//! the findings, so adding one never lowers the risk.

use super::Found;
use casemate_core::label::Risk;
use casemate_inspect::{Family, Severity};
use std::collections::BTreeSet;

/// The weight of one finding, in tenths.
pub(crate) const fn weight(family: Family, severity: Severity) -> u8 {
    let [low, medium, high] = match family {
        Family::Link => [5, 15, 40],
        Family::Image => [10, 25, 45],
        Family::Markup => [10, 25, 50],
        Family::Invisible => [5, 20, 60],
        Family::Secret => [20, 40, 60],
        Family::Registered => [85, 85, 85],
        Family::Personal => [10, 20, 30],
        Family::Host => [10, 25, 40],
        Family::Deny => [40, 60, 80],
        Family::Signal => [15, 40, 70],
        Family::Text => [5, 30, 60],
        Family::Receipt => [10, 30, 60],
    };
    match severity {
        Severity::Low => low,
        Severity::Medium => medium,
        Severity::High => high,
    }
}

/// The family that a rule's id names; ids of no family weigh as texts do.
pub(crate) fn family(id: &str) -> Family {
    let name = id.split('.').next().unwrap_or_default();
    Family::ALL.into_iter().find(|family| family.as_str() == name).unwrap_or(Family::Text)
}

/// Gathers what counts.
#[derive(Debug, Default, Clone)]
pub(crate) struct Score {
    heaviest: u8,
    rules: BTreeSet<String>,
    count: usize,
}

impl Score {
    pub(crate) fn add(&mut self, found: &Found) {
        if found.shadow {
            return;
        }
        self.heaviest = self.heaviest.max(weight(family(&found.rule), found.severity));
        self.count = self.count.saturating_add(1);
        if !self.rules.contains(found.rule.as_ref()) && self.rules.len() < 8 {
            self.rules.insert(found.rule.clone().into_owned());
        }
    }

    /// Counts what has no place in a list.
    pub(crate) fn add_unlisted(&mut self, heaviest: u8, count: usize) {
        self.heaviest = self.heaviest.max(heaviest);
        self.count = self.count.saturating_add(count);
    }

    pub(crate) fn risk(&self) -> Risk {
        if self.count == 0 {
            return Risk::NONE;
        }
        let further = self.rules.len().saturating_sub(1).saturating_mul(3);
        let doublings = usize::try_from(self.count.ilog2()).unwrap_or_default();
        let more = u8::try_from(further.saturating_add(doublings).min(15)).unwrap_or(15);
        Risk::from_tenths(self.heaviest.saturating_add(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_inspect::{Action, View};
    use proptest::prelude::*;

    fn found(rule: &'static str, severity: Severity, shadow: bool) -> Found {
        let (view, action) = (View::Plain, Action::Report);
        Found { rule: rule.into(), view, span: 0..1, action, shadow, severity, suppressed: None }
    }

    fn risk(found: &[Found]) -> Risk {
        let mut score = Score::default();
        found.iter().for_each(|found| score.add(found));
        score.risk()
    }

    #[test]
    fn graver_findings_weigh_more() {
        for family in Family::ALL {
            assert!(weight(family, Severity::Low) <= weight(family, Severity::Medium));
            assert!(weight(family, Severity::Medium) <= weight(family, Severity::High));
        }
        assert_eq!(risk(&[]), Risk::NONE);
        assert_eq!(risk(&[found("signal.role", Severity::High, false)]), Risk::from_tenths(70));
        assert_eq!(risk(&[found("signal.role", Severity::High, true)]), Risk::NONE);
    }

    proptest! {
        #[test]
        fn adding_a_finding_never_lowers(picks in proptest::collection::vec((0_usize..6, 0_usize..3, any::<bool>()), 0..40)) {
            let rules = ["link.a", "secret.b", "signal.c", "registered.d", "unknown.e", "host.f"];
            let grades = [Severity::Low, Severity::Medium, Severity::High];
            let all: Vec<_> = picks.iter().map(|(r, s, shadow)| found(rules[*r], grades[*s], *shadow)).collect();
            for n in 1..all.len() {
                prop_assert!(risk(&all[..n]) >= risk(&all[..n - 1]));
            }
        }
    }
}
