//! The filters of a policy, each made once for the places that it is the same in.

use crate::filter::Filter;
use crate::policy::{Policy, Scope};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The most filters that are kept. A policy names fewer places than that, unless it names hundreds of tools.
const KEPT: usize = 1024;

/// A place as far as the policy tells it from others: numbers of names, 0 for each that it does not name.
type Key = (usize, usize, usize, bool);

/// A policy with the filters that were made from it.
#[derive(Debug)]
pub struct Filters {
    policy: Policy,
    /// The names that the policy tells apart, in order.
    tenants: Vec<String>,
    upstreams: Vec<String>,
    tools: Vec<String>,
    /// When suppressions end, in order.
    ends: Vec<u64>,
    /// Filters by place and by how many suppressions had ended.
    made: RwLock<HashMap<(Key, usize), Arc<Filter>>>,
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = items.collect();
    list.sort();
    list.dedup();
    list
}

/// The number of a name, counted from 1.
fn number(names: &[String], name: Option<&str>) -> usize {
    let found = name.and_then(|name| names.binary_search_by(|own| own.as_str().cmp(name)).ok());
    found.map_or(0, |at| at + 1)
}

impl Filters {
    /// With nothing made yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let places =
            || policy.overrides.iter().map(|(place, _)| place).chain(policy.suppressions.iter().map(|s| &s.place));
        Self {
            tenants: sorted(places().filter_map(|place| place.tenant.clone())),
            upstreams: sorted(places().filter_map(|place| place.upstream.clone())),
            tools: sorted(places().filter_map(|place| place.tool.clone())),
            ends: sorted(policy.suppressions.iter().map(|s| s.until)),
            made: RwLock::default(),
            policy,
        }
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What holds there at that time, as [`Policy::filter`] says it.
    #[must_use]
    pub fn get(&self, scope: &Scope<'_>, now: u64) -> Arc<Filter> {
        let place = (
            number(&self.tenants, scope.tenant),
            number(&self.upstreams, scope.upstream),
            number(&self.tools, scope.tool),
            scope.sensitive,
        );
        let key = (place, self.ends.partition_point(|end| *end <= now));
        if let Some(filter) = self.made.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(filter);
        }
        let filter = self.policy.filter(scope, now);
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= KEPT {
            made.clear();
        }
        Arc::clone(made.entry(key).or_insert(filter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Settings, Suppression, Treatment, Where};
    use casemate_core::glob::Glob;
    use casemate_inspect::Action;

    fn policy() -> Policy {
        let place = Where { tool: Some("t".into()), ..Where::default() };
        let rules = vec![(Glob::parse("deny.own.*").unwrap(), Treatment::Off)];
        Policy {
            overrides: vec![(place, Settings { rules, ..Settings::default() })],
            suppressions: vec![Suppression {
                rule: Glob::parse("deny.*").unwrap(),
                place: Where { upstream: Some("u".into()), ..Where::default() },
                until: 100,
                reason: "expected".into(),
            }],
            patterns: vec![crate::policy::Pattern {
                id: "deny.own.code".into(),
                regex: regex::Regex::new("launch code").unwrap(),
                action: Action::Deny,
            }],
            ..Policy::default()
        }
    }

    #[test]
    fn places_that_the_policy_does_not_tell_apart_share_a_filter() {
        let filters = Filters::new(policy());
        let scope = |upstream, tool| Scope { tenant: Some("a"), upstream, tool, sensitive: false };
        let one = filters.get(&scope(Some("v"), Some("x")), 0);
        assert!(Arc::ptr_eq(&one, &filters.get(&scope(Some("w"), Some("y")), 50)));
        assert!(!Arc::ptr_eq(&one, &filters.get(&scope(Some("w"), Some("t")), 50)));
        assert!(!Arc::ptr_eq(&one, &filters.get(&Scope { sensitive: true, ..scope(None, None) }, 50)));
    }

    #[test]
    fn a_place_gets_what_the_policy_says_of_it_at_that_time() {
        use crate::Verdict::{Denied, Pass};
        let filters = Filters::new(policy());
        for (upstream, tool, now, want) in [
            ("v", "x", 0, Denied),
            ("v", "t", 0, Pass),
            ("u", "x", 99, Pass),
            ("u", "x", 100, Denied),
            ("u", "t", 0, Pass),
        ] {
            let scope = Scope { tenant: None, upstream: Some(upstream), tool: Some(tool), sensitive: false };
            // Twice: made, and kept.
            for _ in 0..2 {
                let filtered = filters.get(&scope, now).text("the launch code is 1").verdict;
                assert_eq!(filtered, want, "{upstream} {tool} {now}");
            }
        }
    }
}
