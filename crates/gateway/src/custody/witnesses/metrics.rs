//! What the witnesses did, as metrics. Labels are names from the configuration.

use super::standing::{News, Standing};
use casemate_witness::{Collected, Failure};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Named {
    witness: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Failed {
    witness: String,
    kind: &'static str,
}

/// The metrics of cosigning; without witnesses they stay at zero.
#[derive(Default)]
pub(crate) struct Metrics {
    published: Gauge,
    behind: Gauge,
    cosignatures: Family<Named, Counter>,
    failures: Family<Failed, Counter>,
    disagrees: Family<Named, Gauge>,
}

impl Metrics {
    pub(crate) fn new(registry: &mut Registry) -> Self {
        let new = Self::default();
        registry.register("audit_published_entries", "Entries of the published checkpoint", new.published.clone());
        registry.register(
            "audit_unpublished_seconds",
            "Seconds since the published checkpoint was the newest, while there are entries beyond it",
            new.behind.clone(),
        );
        registry.register("witness_cosignatures", "Cosignatures by witness", new.cosignatures.clone());
        registry.register("witness_failures", "Checkpoints not cosigned, by witness and kind", new.failures.clone());
        registry.register(
            "witness_disagrees",
            "1 while a witness says that this log has shown it another history",
            new.disagrees.clone(),
        );
        new
    }

    pub(super) fn published(&self, size: u64, behind: u64) {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.published.set(number(size));
        self.behind.set(number(behind));
    }

    pub(super) fn count(&self, collected: &Collected) {
        for witness in &collected.cosigned {
            self.cosignatures.get_or_create(&Named { witness: witness.clone() }).inc();
        }
        for (witness, failure) in &collected.failed {
            self.failures.get_or_create(&Failed { witness: witness.clone(), kind: kind(failure) }).inc();
        }
    }

    pub(super) fn stands(&self, news: &News) {
        if let News::Witness { name, standing, .. } = news {
            let disagrees = i64::from(*standing != Standing::Agrees);
            self.disagrees.get_or_create(&Named { witness: name.clone() }).set(disagrees);
        }
    }
}

/// The name of a failure.
pub(super) const fn kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Ahead(_) => "ahead",
        Failure::Inconsistent => "inconsistent",
        Failure::UnknownLog => "unknown-log",
        Failure::Unsigned => "unsigned",
        Failure::Status(_) => "status",
        Failure::Answer(_) => "answer",
        Failure::Time(_) => "clock",
        Failure::Contradiction => "contradiction",
        Failure::Net(_) => "network",
        Failure::Late => "late",
        Failure::NoProof => "no-proof",
        Failure::NoRoom => "no-room",
    }
}
