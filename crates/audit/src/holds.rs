//! Legal holds: of whom, and of which traces, nothing is erased and nothing pruned.

pub(crate) mod search;
pub(crate) mod watch;

use crate::record::{Fact, Facts};
use casemate_core::digest::Digest;
use casemate_core::{TenantId, TraceId};
use std::collections::BTreeSet;

/// A list of holds longer than this, in bytes, is recorded by its digest.
const LISTED: usize = 1000;

/// The legal holds that are on a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holds {
    /// Tenants, with every record of theirs.
    pub tenants: BTreeSet<TenantId>,
    /// Traces: their records, and whatever the subjects of those records are linked to.
    pub traces: BTreeSet<TraceId>,
}

impl Holds {
    /// Whether a record of that tenant and trace is held.
    #[must_use]
    pub fn holds(&self, tenant: Option<&TenantId>, trace: Option<TraceId>) -> bool {
        tenant.is_some_and(|tenant| self.tenants.contains(tenant))
            || trace.is_some_and(|trace| self.traces.contains(&trace))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tenants.is_empty() && self.traces.is_empty()
    }

    /// As a record says them, also that there is none: `held_tenants` and `held_traces`, in order, separated by spaces. Of
    /// more than 1,000 bytes, how many they are and the digest of that text.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let tenants: Vec<_> = self.tenants.iter().map(|tenant| tenant.as_str().to_owned()).collect();
        let traces: Vec<_> = self.traces.iter().map(ToString::to_string).collect();
        Facts::from([("held_tenants", listed(&tenants)), ("held_traces", listed(&traces))])
    }
}

fn listed(held: &[String]) -> Fact {
    let text = held.join(" ");
    Fact::Text(match text.len() {
        0..=LISTED => text,
        _ => format!("{} by the digest {}", held.len(), Digest::of(text.as_bytes()).hex()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_held_by_its_tenant_or_by_its_trace() {
        let tenant = |name| TenantId::parse(name).unwrap();
        let trace = |digit: &str| TraceId::parse(&format!("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d1{digit}")).unwrap();
        let holds = Holds { tenants: [tenant("acme")].into(), traces: [trace("a")].into() };
        assert!(holds.holds(Some(&tenant("acme")), Some(trace("b"))) && holds.holds(Some(&tenant("acme")), None));
        assert!(holds.holds(Some(&tenant("evil")), Some(trace("a"))) && holds.holds(None, Some(trace("a"))));
        assert!(!holds.holds(Some(&tenant("evil")), Some(trace("b"))) && !holds.holds(None, None));
        assert!(Holds::default().is_empty() && !holds.is_empty());
    }

    #[test]
    fn the_facts_say_all_of_them_and_also_none() {
        let text = |holds: &Holds| match holds.facts().remove("held_tenants") {
            Some(Fact::Text(text)) => text,
            other => panic!("{other:?}"),
        };
        let none =
            Facts::from([("held_tenants", Fact::Text(String::new())), ("held_traces", Fact::Text(String::new()))]);
        assert_eq!(Holds::default().facts(), none);
        let held = |count: usize| {
            let tenants = (0..count).map(|n| TenantId::parse(&format!("tenant-{n:03}")).unwrap()).collect();
            Holds { tenants, ..Holds::default() }
        };
        assert_eq!(text(&held(2)), "tenant-000 tenant-001");
        // A name has ten bytes and a space: 1,000 bytes are listed, one name more is not.
        assert_eq!(text(&held(91)).len(), 1000);
        let (more, other) = (text(&held(92)), text(&held(93)));
        assert!(more.starts_with("92 by the digest ") && more.len() < LISTED, "{more}");
        assert_ne!(
            more.split_once(' ').unwrap().1,
            other.split_once(' ').unwrap().1,
            "another list has another digest"
        );
    }
}
