//! Changing a document by span: what is not edited stays byte for byte as it was.

use super::{Json, Value};
use bytes::Bytes;
use std::collections::HashSet;
use std::ops::Range;

/// A list of replacements over one document.
#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<(Range<usize>, String)>,
    /// Where the items and members begin that are removed.
    dropped: HashSet<usize>,
}

impl Edits {
    /// No edits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the document stays as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds all edits of `other`, which must be over the same document.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.dropped.extend(other.dropped);
    }

    /// Puts `json_text` where `value` stands.
    pub fn replace(&mut self, value: Value<'_>, json_text: impl Into<String>) {
        self.list.push((value.span(), json_text.into()));
    }

    /// Puts `json_text` where the bytes of `span` stand.
    pub fn replace_span(&mut self, span: Range<usize>, json_text: impl Into<String>) {
        self.list.push((span, json_text.into()));
    }

    /// Adds a member at the start of an object.
    pub fn insert_member(&mut self, object: Value<'_>, key: &str, json_text: &str) {
        let at = object.span().start + 1;
        let comma = if object.members().next().is_some() { "," } else { "" };
        self.list.push((at..at, format!("{}:{json_text}{comma}", super::quote(key))));
    }

    /// Whether this item of an array is removed.
    #[must_use]
    pub fn drops(&self, item: Value<'_>) -> bool {
        !self.dropped.is_empty() && self.dropped.contains(&item.span().start)
    }

    /// Removes the items of an array for which `keep` is false.
    pub fn retain_items<'a>(&mut self, array: Value<'a>, mut keep: impl FnMut(Value<'a>) -> bool) -> usize {
        let spans: Vec<_> = array.items().map(|item| (item.span(), keep(item))).collect();
        self.drop_spans(&spans)
    }

    /// Removes the members of an object for which `keep` is false.
    pub fn retain_members<'a>(&mut self, object: Value<'a>, mut keep: impl FnMut(&str, Value<'a>) -> bool) -> usize {
        let spans: Vec<_> = object.members().map(|m| (m.span(), keep(&m.key(), m.value))).collect();
        self.drop_spans(&spans)
    }

    fn drop_spans(&mut self, spans: &[(Range<usize>, bool)]) -> usize {
        let mut kept_before = false;
        let mut previous_end = None;
        let mut dropped = 0;
        for (at, (span, keep)) in spans.iter().enumerate() {
            if *keep {
                kept_before = true;
            } else {
                dropped += 1;
                self.dropped.insert(span.start);
                let range = match (kept_before, previous_end, spans.get(at + 1)) {
                    (true, Some(end), _) => end..span.end,
                    (_, _, Some((next, _))) => span.start..next.start,
                    _ => span.clone(),
                };
                self.list.push((range, String::new()));
            }
            previous_end = Some(span.end);
        }
        dropped
    }

    /// The document with all edits made. Where two overlap, the outer one wins.
    #[must_use]
    pub fn apply(mut self, json: &Json) -> Bytes {
        if self.list.is_empty() {
            return json.bytes().clone();
        }
        // At one place insertions come first, so that a removal that starts there does not swallow them.
        self.list.sort_by_key(|(span, _)| (span.start, !span.is_empty(), std::cmp::Reverse(span.end)));
        let source = json.bytes();
        let mut out = Vec::with_capacity(source.len() + 64);
        let mut at = 0;
        for (span, text) in self.list {
            if span.start < at {
                continue;
            }
            out.extend_from_slice(source.get(at..span.start).unwrap_or_default());
            out.extend_from_slice(text.as_bytes());
            at = span.end;
        }
        out.extend_from_slice(source.get(at..).unwrap_or_default());
        Bytes::from(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;
    use proptest::prelude::*;

    fn parse(text: &str) -> Json {
        Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default()).unwrap()
    }

    #[test]
    fn edits_leave_the_rest_alone() {
        let json = parse(r#"{ "a" : 1.0, "b":[ {"x":1}, 2 ,3 ], "c":"d" }"#);
        let root = json.root();
        let mut edits = Edits::new();
        edits.replace(root.get("c").unwrap(), "null");
        edits.retain_items(root.get("b").unwrap(), |v| v.as_i64() == Some(2));
        edits.insert_member(root, "z", "0");
        assert_eq!(&edits.apply(&json)[..], br#"{"z":0, "a" : 1.0, "b":[ 2 ], "c":null }"#);
        let tight = parse(r#"{"a":1,"b":2}"#);
        let mut edits = Edits::new();
        edits.insert_member(tight.root(), "z", "0");
        edits.retain_members(tight.root(), |key, _| key != "a");
        assert_eq!(&edits.apply(&tight)[..], br#"{"z":0,"b":2}"#);
    }

    proptest! {
        #[test]
        fn any_selection_leaves_valid_json(keep in proptest::collection::vec(any::<bool>(), 0..12)) {
            let items: Vec<String> = (0..keep.len()).map(|i| format!(" {i} ")).collect();
            let json = parse(&format!("[{}]", items.join(",")));
            let mut edits = Edits::new();
            let mut flags = keep.iter();
            edits.retain_items(json.root(), |_| *flags.next().unwrap());
            let out = parse(std::str::from_utf8(&edits.apply(&json)).unwrap());
            let left: Vec<i64> = out.root().items().filter_map(|v| v.as_i64()).collect();
            let want: Vec<i64> = keep.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i as i64).collect();
            prop_assert_eq!(left, want);
        }
    }
}
