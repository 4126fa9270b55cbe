//! Legal holds: of whom, and of which traces, nothing is erased and nothing pruned.

use casemate_core::{TenantId, TraceId};
use std::collections::BTreeSet;

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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_held_by_its_tenant_or_by_its_trace() {
        let tenant = |name| TenantId::parse(name).unwrap();
        let trace = |digit: &str| TraceId::parse(&digit.repeat(32)).unwrap();
        let holds = Holds { tenants: [tenant("acme")].into(), traces: [trace("a")].into() };
        assert!(holds.holds(Some(&tenant("acme")), Some(trace("b"))) && holds.holds(Some(&tenant("acme")), None));
        assert!(holds.holds(Some(&tenant("evil")), Some(trace("a"))) && holds.holds(None, Some(trace("a"))));
        assert!(!holds.holds(Some(&tenant("evil")), Some(trace("b"))) && !holds.holds(None, None));
        assert!(Holds::default().is_empty() && !holds.is_empty());
    }
}
