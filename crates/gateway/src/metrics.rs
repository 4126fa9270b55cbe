//! Counters and histograms in the Prometheus text format.

use crate::custody::witnesses;
use crate::gateway::State;
use crate::pins::Pins;
use crate::session::Sessions;
use casemate_audit::Log;
use casemate_core::Reason;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Decision {
    decision: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Stage {
    stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Pinned {
    server: String,
    state: &'static str,
}

/// The gateway's metrics. Labels come from fixed sets and the configuration only, never from a request.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<Decision, Counter>,
    durations: Family<Stage, Histogram>,
    /// Open connections.
    pub connections: Gauge,
    queue: Gauge,
    anonymous_queue: Gauge,
    entries: Gauge,
    fsync: Gauge,
    disk_free: Gauge,
    disk_low: Gauge,
    signed: Gauge,
    in_flight: Gauge,
    summarised: Gauge,
    subject_keys: Gauge,
    subject_keys_most: Gauge,
    cached_tokens: Gauge,
    limited_subjects: Gauge,
    limited_addresses: Gauge,
    writable: Gauge,
    pinned: Family<Pinned, Gauge>,
    /// What the witnesses of the log do.
    pub(crate) cosigning: witnesses::Metrics,
    pins: Pins,
    sessions: Arc<Sessions>,
    open_sessions: Gauge,
    log: Log,
}

impl Metrics {
    /// Registers everything.
    #[must_use]
    pub(crate) fn new(log: Log, pins: Pins, sessions: Arc<Sessions>, has_witnesses: bool) -> Self {
        let mut registry = Registry::with_prefix("casemate");
        let requests = Family::<Decision, Counter>::default();
        registry.register("requests", "Requests by decision and reason", requests.clone());
        let durations =
            Family::<Stage, Histogram>::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_05, 2.0, 20)));
        registry.register_with_unit(
            "duration",
            "Time by stage: the whole request, the upstream, the durable record, the filter of a list, the filter as a service",
            Unit::Seconds,
            durations.clone(),
        );
        let pinned = Family::<Pinned, Gauge>::default();
        registry.register("pins", "Pins by server and state", pinned.clone());
        let mut unserved = Registry::default();
        // Without witnesses nothing is published, and a zero would look like a log that falls behind.
        let cosigning = witnesses::Metrics::new(if has_witnesses { &mut registry } else { &mut unserved });
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        Self {
            open_sessions: gauge("sessions", "Open sessions"),
            connections: gauge("connections", "Open connections"),
            queue: gauge("audit_queue_depth", "Records that wait for the writer"),
            anonymous_queue: gauge("audit_anonymous_queue_depth", "Records of unauthenticated peers that wait"),
            entries: gauge("audit_entries", "Entries in the log"),
            fsync: gauge("audit_fsync_microseconds", "Time of the last fsync"),
            in_flight: gauge("calls_in_flight", "Recorded calls that owe their outcome"),
            summarised: gauge("audit_summarised", "Refusals of unauthenticated peers that were only counted"),
            subject_keys: gauge("audit_subject_keys", "Keys of subjects that are in use"),
            subject_keys_most: gauge("audit_subject_keys_limit", "Beyond it, records of new subjects are refused"),
            cached_tokens: gauge("token_cache_entries", "Verified tokens that are remembered"),
            limited_subjects: gauge("limit_subjects", "Subjects that the limiter remembers"),
            limited_addresses: gauge(
                "limit_addresses",
                "Addresses of unauthenticated peers that the limiter remembers",
            ),
            disk_free: gauge("audit_disk_free_bytes", "Free space where the log lies"),
            disk_low: gauge("audit_disk_low", "1 while that is less than the threshold of the alarm"),
            signed: gauge("audit_signed_entries", "Entries that the newest checkpoint is of"),
            writable: gauge("audit_writable", "1 while the log takes records"),
            registry: Mutex::new(registry),
            requests,
            durations,
            pinned,
            cosigning,
            pins,
            sessions,
            log,
        }
    }

    /// Adds metrics of a part of the gateway.
    pub(crate) fn add(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Counts a request that went through.
    pub fn permitted(&self) {
        self.requests.get_or_create(&Decision { decision: "permit", reason: "" }).inc();
    }

    /// Counts a refusal.
    pub fn refused(&self, reason: Reason) {
        self.requests.get_or_create(&Decision { decision: "deny", reason: reason.code() }).inc();
    }

    /// Counts a call that was permitted and then failed.
    pub fn failed(&self, reason: Reason) {
        self.requests.get_or_create(&Decision { decision: "fail", reason: reason.code() }).inc();
    }

    /// Notes how long a stage took.
    pub fn took(&self, stage: &'static str, duration: Duration) {
        self.durations.get_or_create(&Stage { stage }).observe(duration.as_secs_f64());
    }

    /// The text exposition, with the log's state as it is now.
    #[must_use]
    pub fn render(&self, state: &State) -> String {
        let health = self.log.health();
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.queue.set(number(health.queue_depth));
        self.anonymous_queue.set(number(health.anonymous_queue_depth));
        self.entries.set(number(health.entries));
        self.fsync.set(number(health.last_fsync));
        self.disk_free.set(number(health.disk_free));
        self.disk_low.set(i64::from(health.disk_low));
        self.signed.set(number(health.signed));
        self.writable.set(i64::from(health.writable));
        self.in_flight.set(number(health.in_flight));
        self.summarised.set(number(health.summarised));
        self.subject_keys.set(number(health.subject_keys));
        self.subject_keys_most.set(number(health.subject_keys_most));
        let size = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.cached_tokens.set(size(state.identity.verifier().map_or(0, |verifier| verifier.remembered())));
        let counts = state.limits.counts();
        self.limited_subjects.set(size(counts.subjects));
        self.limited_addresses.set(size(counts.addresses));
        for ((server, state), count) in self.pins.counts() {
            let labels = Pinned { server: server.to_string(), state: state.as_str() };
            self.pinned.get_or_create(&labels).set(size(count));
        }
        self.open_sessions.set(size(self.sessions.count()));
        let mut text = String::new();
        if let Ok(registry) = self.registry.lock() {
            // Writing into a String does not fail.
            let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        }
        text
    }
}
