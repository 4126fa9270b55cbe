//! What the admin listener shows of the log. Reading it costs nothing to the writer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The upper bounds of the fsync histogram in microseconds; one more bucket holds the rest.
pub const FSYNC_BUCKETS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000];

/// The state of the log at one moment.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Whether intents are taken: the writer runs, and the disk is not low and answers.
    pub writable: bool,
    /// Records of authenticated callers that wait.
    pub queue_depth: u64,
    /// Records of unauthenticated peers that wait.
    pub anonymous_queue_depth: u64,
    /// Intents that owe an outcome.
    pub in_flight: u64,
    /// How long the last fsync took, in microseconds.
    pub last_fsync: u64,
    /// How many fsyncs there were.
    pub fsync_count: u64,
    /// How long they took together, in microseconds.
    pub fsync_sum: u64,
    /// How many fell into each of [`FSYNC_BUCKETS`], not cumulative; the last one holds the rest.
    pub fsync_histogram: [u64; 13],
    /// Entries that are durable.
    pub entries: u64,
    /// Entries that the newest checkpoint is of.
    pub signed: u64,
    /// Bytes free on the log's file system.
    pub disk_free: u64,
    /// Whether that is less than [`crate::Config::low_disk_bytes`]; until it is a quarter more. Nothing is refused for it.
    pub disk_low: bool,
    /// Observations that were only counted.
    pub summarised: u64,
    /// Faults of the disk that the writer recovered from.
    pub recovered_faults: u64,
    /// Keys of subjects that are in use.
    pub subject_keys: u64,
    /// How many there may be: beyond, records of new subjects are refused.
    pub subject_keys_most: u64,
    /// What is wrong, where something is.
    pub fault: Option<String>,
}

/// The counters behind it.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) last_fsync: AtomicU64,
    pub(crate) fsync_count: AtomicU64,
    pub(crate) fsync_sum: AtomicU64,
    pub(crate) histogram: [AtomicU64; 13],
    pub(crate) entries: AtomicU64,
    pub(crate) signed: AtomicU64,
    pub(crate) disk_free: AtomicU64,
    pub(crate) disk_low: AtomicBool,
    pub(crate) summarised: AtomicU64,
    pub(crate) recovered: AtomicU64,
}

impl Metrics {
    pub(crate) fn fsync(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.last_fsync.store(micros, Relaxed);
        self.fsync_count.fetch_add(1, Relaxed);
        self.fsync_sum.fetch_add(micros, Relaxed);
        let bucket = FSYNC_BUCKETS.iter().position(|bound| micros <= *bound).unwrap_or(FSYNC_BUCKETS.len());
        if let Some(count) = self.histogram.get(bucket) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn free(&self) -> u64 {
        self.disk_free.load(Relaxed)
    }

    pub(crate) fn health(&self) -> Health {
        let mut health = Health {
            last_fsync: self.last_fsync.load(Relaxed),
            fsync_count: self.fsync_count.load(Relaxed),
            fsync_sum: self.fsync_sum.load(Relaxed),
            entries: self.entries.load(Relaxed),
            signed: self.signed.load(Relaxed),
            disk_free: self.free(),
            disk_low: self.disk_low.load(Relaxed),
            summarised: self.summarised.load(Relaxed),
            recovered_faults: self.recovered.load(Relaxed),
            ..Health::default()
        };
        for (to, from) in health.fsync_histogram.iter_mut().zip(&self.histogram) {
            *to = from.load(Relaxed);
        }
        health
    }
}

/// Whether the writer gets on: a disk that hangs gives no error, and only time tells.
#[derive(Debug)]
pub(crate) struct Pulse {
    from: Instant,
    /// Since when it waits for the disk, in milliseconds after `from` and one more; 0 while it does not.
    since: AtomicU64,
    /// Whether it was told that the disk hangs.
    is_told: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { from: Instant::now(), since: AtomicU64::new(0), is_told: AtomicBool::new(false) }
    }
}

impl Pulse {
    /// The writer begins to work, or got on with it.
    pub(crate) fn begin(&self) {
        let now = u64::try_from(self.from.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(now.saturating_add(1), Relaxed);
    }

    /// The disk has answered.
    pub(crate) fn beat(&self) {
        self.begin();
        self.revive();
    }

    /// The writer is done.
    pub(crate) fn end(&self) {
        self.since.store(0, Relaxed);
        self.revive();
    }

    fn revive(&self) {
        if self.is_told.swap(false, Relaxed) {
            tracing::warn!("the disk answers the audit log again");
        }
    }

    /// For how long the disk has not answered, where that is longer than `patience`. Whoever finds that first tells it.
    pub(crate) fn stalled(&self, patience: Duration) -> Option<Duration> {
        let since = Duration::from_millis(self.since.load(Relaxed).checked_sub(1)?);
        let waited = self.from.elapsed().saturating_sub(since);
        if waited <= patience {
            return None;
        }
        if !self.is_told.swap(true, Relaxed) {
            let waited = waited.as_secs_f32();
            tracing::error!(waited, "the disk does not answer the audit log: calls are refused until it does");
        }
        Some(waited)
    }
}
