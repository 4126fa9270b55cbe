//! What a stretch of the log holds, in numbers.

use super::terms::Row;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values of one member that are counted by themselves; the others are counted together, under the empty name.
const VALUES: usize = 1024;
const DAY: u64 = 86_400_000;

/// How many entries and how many bytes of the segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// How many entries there are of each value of a member.
pub type Counts = BTreeMap<String, u64>;

/// What entries hold, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Entries of each kind.
    pub kinds: Counts,
    /// Refusals and faults of each reason. Those that were only counted are in it.
    pub reasons: Counts,
    /// Entries of each tenant.
    pub tenants: Counts,
    /// Entries of each server.
    pub servers: Counts,
    /// Entries of each tool.
    pub tools: Counts,
    /// By day of the clock that stamped them, in days since 1970.
    pub days: BTreeMap<u64, Day>,
    /// The lowest and the highest time, in milliseconds since 1970.
    pub times: Option<[u64; 2]>,
}

impl Day {
    const fn plus(self, more: Self) -> Self {
        Self { entries: self.entries.saturating_add(more.entries), bytes: self.bytes.saturating_add(more.bytes) }
    }
}

fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
}

fn count(counts: &mut Counts, value: &str, n: u64) {
    if let Some(counted) = counts.get_mut(value) {
        *counted = counted.saturating_add(n);
    } else if counts.len() < VALUES {
        counts.insert(value.to_owned(), n);
    } else {
        let others = counts.entry(String::new()).or_default();
        *others = others.saturating_add(n);
    }
}

impl Summary {
    pub(super) fn add(&mut self, row: &Row<'_>, bytes: u64) {
        count(&mut self.kinds, row.kind.as_str(), 1);
        row.reasons().for_each(|(reason, n)| count(&mut self.reasons, reason, n));
        for (counts, value) in
            [(&mut self.tenants, &row.tenant), (&mut self.servers, &row.server), (&mut self.tools, &row.tool)]
        {
            if let Some(value) = value {
                count(counts, value.as_str(), 1);
            }
        }
        let day = self.days.entry(row.time / DAY).or_default();
        *day = day.plus(Day { entries: 1, bytes });
        let [lowest, highest] = self.times.unwrap_or([u64::MAX, 0]);
        self.times = Some([lowest.min(row.time), highest.max(row.time)]);
    }

    /// Adds what another one counted.
    pub(super) fn merge(&mut self, other: &Self) {
        let each = [
            (&mut self.kinds, &other.kinds),
            (&mut self.reasons, &other.reasons),
            (&mut self.tenants, &other.tenants),
            (&mut self.servers, &other.servers),
            (&mut self.tools, &other.tools),
        ];
        for (counts, others) in each {
            others.iter().for_each(|(value, n)| count(counts, value, *n));
        }
        for (day, more) in &other.days {
            let day = self.days.entry(*day).or_default();
            *day = day.plus(*more);
        }
        let both = [self.times, other.times].into_iter().flatten();
        self.times = both.reduce(|[a, b], [c, d]| [a.min(c), b.max(d)]);
    }

    /// How many entries.
    #[must_use]
    pub fn entries(&self) -> u64 {
        total(self.kinds.values().copied())
    }

    /// Bytes a day: over the last seven days, or as long as there is a log, up to its newest entry. `None` where it is
    /// younger than an hour.
    #[must_use]
    pub fn growth(&self) -> Option<f64> {
        let [first, last] = self.times?;
        let from = (last / DAY).saturating_sub(6);
        let bytes = total(self.days.range(from..).map(|(_, day)| day.bytes));
        let span = last.saturating_sub(first.max(from * DAY));
        (span >= DAY / 24).then(|| bytes as f64 * DAY as f64 / span as f64)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
