//! What an entry can be found by.

use casemate_core::{TraceId, UnixMillis};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A string that is copied only where it has escapes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// What the index reads of a record.
#[derive(Debug, Deserialize)]
pub(crate) struct Row<'a> {
    pub(crate) seq: u64,
    pub(super) time: u64,
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    trace: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tenant: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) server: Option<Text<'a>>,
    #[serde(borrow)]
    method: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tool: Option<Text<'a>>,
    #[serde(borrow)]
    fingerprint: Option<Text<'a>>,
    #[serde(borrow, default)]
    reasons: Vec<Text<'a>>,
    /// Of a summary: refusals that were only counted.
    #[serde(borrow, default)]
    counts: BTreeMap<Text<'a>, u64>,
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The members that an entry can be found by. The number is part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Trace = 1,
    Tenant = 2,
    Subject = 3,
    Server = 4,
    Method = 5,
    Tool = 6,
    Reason = 7,
    Kind = 8,
    Fingerprint = 9,
}

/// A field and its value, as a number that nobody can make collide by choosing one of them. A collision costs one entry
/// that is read in vain.
pub(super) type Key = u64;

fn key(field: Field, value: &str) -> Key {
    let digest: [u8; 32] = Sha256::new().chain_update([field as u8]).chain_update(value.as_bytes()).finalize().into();
    digest.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

impl<'a> Row<'a> {
    /// Reads it from a record's canonical bytes; `None` where those are another format.
    pub(crate) fn read(record: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(record).ok()
    }

    fn fields(&self) -> impl Iterator<Item = (Field, &str)> {
        let each = [
            (Field::Trace, &self.trace),
            (Field::Tenant, &self.tenant),
            (Field::Subject, &self.subject),
            (Field::Server, &self.server),
            (Field::Method, &self.method),
            (Field::Tool, &self.tool),
            (Field::Fingerprint, &self.fingerprint),
        ];
        let single = each.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?.as_str())));
        single
            .chain(self.reasons().map(|(reason, _)| (Field::Reason, reason)))
            .chain([(Field::Kind, self.kind.as_str())])
    }

    /// Its reasons, and how often each: a summary counts.
    pub(super) fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        let counted = self.counts.iter().map(|(reason, count)| (reason.as_str(), *count));
        self.reasons.iter().map(|reason| (reason.as_str(), 1)).chain(counted)
    }

    /// What it is found by; the same one may come twice.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.fields().map(|(field, value)| key(field, value))
    }
}

/// Which entries are wanted: those that have everything that is named here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The correlation id.
    pub trace: Option<TraceId>,
    /// The tenant.
    pub tenant: Option<String>,
    /// Who called.
    pub subject: Option<String>,
    /// The server that was called.
    pub server: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The tool.
    pub tool: Option<String>,
    /// The code of a reason; a summary has each reason that it counts.
    pub reason: Option<String>,
    /// The kind of the entry.
    pub kind: Option<String>,
    /// By what an erasure names its subject.
    pub fingerprint: Option<String>,
    /// Written at this time or later.
    pub since: Option<UnixMillis>,
    /// Written before this time.
    pub until: Option<UnixMillis>,
}

impl Filter {
    fn fields(&self) -> impl Iterator<Item = (Field, Cow<'_, str>)> {
        let each = [
            (Field::Tenant, &self.tenant),
            (Field::Subject, &self.subject),
            (Field::Server, &self.server),
            (Field::Method, &self.method),
            (Field::Tool, &self.tool),
            (Field::Reason, &self.reason),
            (Field::Kind, &self.kind),
            (Field::Fingerprint, &self.fingerprint),
        ];
        let trace = self.trace.map(|trace| (Field::Trace, Cow::Owned(trace.to_string())));
        let others = each.into_iter().filter_map(|(field, text)| Some((field, Cow::Borrowed(text.as_deref()?))));
        trace.into_iter().chain(others)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.fields().map(|(field, value)| key(field, &value)).collect()
    }

    /// Whether anything written within these times may be wanted.
    pub(super) fn may_lie_within(&self, first: u64, last: u64) -> bool {
        self.since.is_none_or(|since| last >= since.0) && self.until.is_none_or(|until| first < until.0)
    }

    pub(crate) fn matches(&self, row: &Row<'_>) -> bool {
        let has = |field, value: &str| row.fields().any(|(at, found)| at == field && found == value);
        self.may_lie_within(row.time, row.time) && self.fields().all(|(field, value)| has(field, &value))
    }
}
