//! What a load generator counts, and its percentiles.

use serde::{Deserialize, Serialize};
use std::time::Instant;

/// What came back. Times are in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Calls that were measured and answered correctly.
    pub requests: u64,
    /// Calls before the measurement that were answered correctly.
    pub warmup: u64,
    /// Calls that failed or were answered wrongly, at any time.
    pub errors: u64,
    /// The first of these errors.
    pub first_error: Option<String>,
    /// Times that a peer had closed a connection and it was opened again.
    pub reconnects: u64,
    /// Measured calls a second.
    pub rps: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The slowest call.
    pub max: f64,
}

/// Calls as they come in.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    nanos: Vec<u64>,
    pub(crate) outcome: Outcome,
    last: Option<Instant>,
}

impl Tally {
    pub(crate) fn count(&mut self, start: Instant, end: Instant, measure_from: Instant) {
        if start < measure_from {
            self.outcome.warmup += 1;
            return;
        }
        self.outcome.requests += 1;
        self.nanos.push(u64::try_from((end - start).as_nanos()).unwrap_or(u64::MAX));
        self.last = Some(end);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.last = self.last.max(other.last);
        self.outcome.requests += other.outcome.requests;
        self.outcome.warmup += other.outcome.warmup;
        self.outcome.errors += other.outcome.errors;
        self.outcome.reconnects += other.outcome.reconnects;
        if self.outcome.first_error.is_none() {
            self.outcome.first_error = other.outcome.first_error;
        }
    }

    pub(crate) fn finish(mut self, measure_from: Instant) -> Outcome {
        self.nanos.sort_unstable();
        let seconds = self.last.map_or(0.0, |last| last.saturating_duration_since(measure_from).as_secs_f64());
        let mut outcome = self.outcome;
        if seconds > 0.0 {
            outcome.rps = outcome.requests as f64 / seconds;
        }
        outcome.p50 = percentile(&self.nanos, 50);
        outcome.p90 = percentile(&self.nanos, 90);
        outcome.p99 = percentile(&self.nanos, 99);
        outcome.max = percentile(&self.nanos, 100);
        outcome
    }
}

/// The nearest-rank percentile of sorted nanoseconds, in microseconds; zero of nothing.
fn percentile(sorted: &[u64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |nanos| *nanos as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_rank() {
        let nanos: Vec<u64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!(percentile(&nanos, 50), 50.0);
        assert_eq!(percentile(&nanos, 99), 99.0);
        assert_eq!(percentile(&nanos, 100), 100.0);
        assert_eq!(percentile(&[7000], 50), 7.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }
}
