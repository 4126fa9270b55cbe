//! What the metrics say of the archive.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    target: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Failed {
    target: String,
    code: &'static str,
}

/// The metrics of all targets. Labels are the names of configured targets and fixed codes.
#[derive(Clone, Default)]
pub(super) struct ArchiveMetrics {
    entries: Family<Of, Gauge>,
    objects: Family<Of, Gauge>,
    bytes: Family<Of, Gauge>,
    waiting: Family<Of, Gauge>,
    failures: Family<Failed, Counter>,
}

impl ArchiveMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("archive_entries", "Entries of the log that a target has", self.entries.clone());
        registry.register("archive_objects", "Objects in a target", self.objects.clone());
        let bytes = "Bytes of the objects in a target";
        registry.register_with_unit("archive_stored", bytes, Unit::Bytes, self.bytes.clone());
        let waiting = "Age of the oldest closed segment that a target does not have; 0 where it has all";
        registry.register_with_unit("archive_waiting", waiting, Unit::Seconds, self.waiting.clone());
        registry.register("archive_failures", "Faults of a target by their code", self.failures.clone());
    }

    pub(super) fn stored(&self, target: &str, entries: u64, (objects, bytes): (u64, u64)) {
        let of = Of { target: target.to_owned() };
        self.entries.get_or_create(&of).set(number(entries));
        self.objects.get_or_create(&of).set(number(objects));
        self.bytes.get_or_create(&of).set(number(bytes));
    }

    pub(super) fn waiting(&self, target: &str, seconds: u64) {
        self.waiting.get_or_create(&Of { target: target.to_owned() }).set(number(seconds));
    }

    pub(super) fn failed(&self, target: &str, code: &'static str) {
        self.failures.get_or_create(&Failed { target: target.to_owned(), code }).inc();
    }
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
