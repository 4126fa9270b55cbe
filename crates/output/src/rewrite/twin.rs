//! A result that says the same twice, as structured content and as its JSON in a text, says the same after the filter.

use casemate_core::json::{Json, Kind, Limits, Value};
use std::collections::BTreeMap;

/// Structured content that was changed.
pub(super) struct Twin<'v> {
    pub(super) before: Value<'v>,
    /// Its JSON as it goes out.
    pub(super) after: String,
}

impl Twin<'_> {
    /// Whether a text is the JSON of the structured content as it came.
    pub(super) fn is(&self, text: &str) -> bool {
        if !text.trim_start().starts_with(['{', '[']) {
            return false;
        }
        let limits = Limits { depth: 128, nodes: 2_000_000, key_len: 4096, number_len: 512 };
        let json = Json::parse(bytes::Bytes::copy_from_slice(text.as_bytes()), limits);
        json.is_ok_and(|json| same(json.root(), self.before))
    }
}

/// Whether two values mean the same. Numbers are compared as they are written.
fn same(a: Value<'_>, b: Value<'_>) -> bool {
    match (a.kind(), b.kind()) {
        (Kind::Object, Kind::Object) => {
            let others: BTreeMap<_, _> = b.members().map(|member| (member.key(), member.value)).collect();
            a.members().count() == others.len()
                && a.members().all(|own| others.get(&own.key()).is_some_and(|other| same(own.value, *other)))
        }
        (Kind::Array, Kind::Array) => {
            a.items().count() == b.items().count() && a.items().zip(b.items()).all(|(a, b)| same(a, b))
        }
        (Kind::String, Kind::String) => a.as_str() == b.as_str(),
        (a_kind, b_kind) => a_kind == b_kind && a.raw() == b.raw(),
    }
}
