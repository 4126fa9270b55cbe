//! Changing a document by span: what is not edited stays byte for byte as it was.

use super::{Json, Value};
use bytes::Bytes;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// The items or members of one array or object, and which of them stay.
type Kept = Vec<(Range<usize>, bool)>;

/// A list of replacements over one document.
#[derive(Debug, Default)]
pub struct Edits {
    list: Vec<(Range<usize>, String)>,
    /// The arrays and objects of which something is removed, by where they begin.
    thinned: BTreeMap<usize, Kept>,
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
        self.list.is_empty() && self.thinned.is_empty()
    }

    /// Adds all edits of `other`, which must be over the same document.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
        self.dropped.extend(other.dropped);
        for (at, kept) in other.thinned {
            self.thin(at, kept);
        }
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

    /// Removes the items of an array for which `keep` is false; what was removed before stays removed.
    pub fn retain_items<'a>(&mut self, array: Value<'a>, mut keep: impl FnMut(Value<'a>) -> bool) -> usize {
        let spans: Vec<_> = array.items().map(|item| (item.span(), keep(item))).collect();
        self.drop_spans(array.span().start, spans)
    }

    /// Removes the members of an object for which `keep` is false; what was removed before stays removed.
    pub fn retain_members<'a>(&mut self, object: Value<'a>, mut keep: impl FnMut(&str, Value<'a>) -> bool) -> usize {
        let spans: Vec<_> = object.members().map(|m| (m.span(), keep(&m.key(), m.value))).collect();
        self.drop_spans(object.span().start, spans)
    }

    fn drop_spans(&mut self, at: usize, spans: Kept) -> usize {
        let dropped = spans.iter().filter(|(_, keep)| !keep).count();
        if dropped > 0 {
            self.dropped.extend(spans.iter().filter(|(_, keep)| !keep).map(|(span, _)| span.start));
            self.thin(at, spans);
        }
        dropped
    }

    /// Notes what goes of one array or object, beside what goes of it already.
    fn thin(&mut self, at: usize, spans: Kept) {
        match self.thinned.entry(at) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(spans)),
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                entry.get_mut().iter_mut().zip(spans).for_each(|((_, kept), (_, keep))| *kept &= keep);
            }
        }
    }

    /// What is taken out for these items or members to go, with one comma for each.
    fn gaps(spans: &[(Range<usize>, bool)]) -> Vec<Range<usize>> {
        let mut gaps = Vec::new();
        let mut kept_before = false;
        let mut previous_end = None;
        for (at, (span, keep)) in spans.iter().enumerate() {
            if *keep {
                kept_before = true;
            } else {
                gaps.push(match (kept_before, previous_end, spans.get(at + 1)) {
                    (true, Some(end), _) => end..span.end,
                    (_, _, Some((next, _))) => span.start..next.start,
                    _ => span.clone(),
                });
            }
            previous_end = Some(span.end);
        }
        gaps
    }

    /// A value with the edits made that lie within it.
    #[must_use]
    pub fn within(&self, value: Value<'_>) -> String {
        let whole = value.span();
        let inside = |span: &Range<usize>| whole.start <= span.start && span.end <= whole.end;
        let gaps = self.thinned.range(whole.clone()).flat_map(|(_, kept)| Self::gaps(kept)).map(|gap| (gap, ""));
        let mut list: Vec<_> = self.list.iter().map(|(span, text)| (span.clone(), text.as_str())).chain(gaps).collect();
        list.retain(|(span, _)| inside(span));
        let mut out = String::with_capacity(value.raw().len() + 64);
        made(value.raw(), whole.start, list, &mut out);
        out
    }

    /// The document with all edits made. Where two overlap, the outer one wins.
    #[must_use]
    pub fn apply(self, json: &Json) -> Bytes {
        if self.is_empty() {
            return json.bytes().clone();
        }
        let (source, root) = (json.bytes(), json.root());
        let mut out = Vec::with_capacity(source.len() + 64);
        // White space around the document stays.
        out.extend_from_slice(source.get(..root.span().start).unwrap_or_default());
        out.extend_from_slice(self.within(root).as_bytes());
        out.extend_from_slice(source.get(root.span().end..).unwrap_or_default());
        Bytes::from(out)
    }
}

/// Makes the edits of a text that begins at `base` of its document.
fn made(text: &str, base: usize, mut list: Vec<(Range<usize>, &str)>, out: &mut String) {
    // At one place insertions come first, so that a removal that starts there does not swallow them.
    list.sort_by_key(|(span, _)| (span.start, !span.is_empty(), std::cmp::Reverse(span.end)));
    let mut at = base;
    for (span, edit) in list {
        if span.start < at {
            continue;
        }
        out.push_str(text.get(at - base..span.start - base).unwrap_or_default());
        out.push_str(edit);
        at = span.end;
    }
    out.push_str(text.get(at - base..).unwrap_or_default());
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

    #[test]
    fn what_two_decisions_remove_is_gone() {
        for (first, second, left) in
            [([0], [1], "[2,3]"), ([1], [0], "[2,3]"), ([3], [2], "[0,1]"), ([1], [2], "[0,3]")]
        {
            let json = parse("[0,1,2,3]");
            let but = |gone: [i64; 1]| {
                let mut edits = Edits::new();
                edits.retain_items(json.root(), |v| v.as_i64() != Some(gone[0]));
                edits
            };
            let mut edits = but(first);
            edits.extend(but(second));
            assert_eq!(&edits.apply(&json)[..], left.as_bytes(), "{first:?} {second:?}");
        }
    }

    #[test]
    fn a_part_of_a_document_is_given_with_its_edits() {
        let json = parse(r#" {"a":{"x":"s","y":[1,2]},"b":"t"} "#);
        let mut edits = Edits::new();
        let a = json.root().get("a").unwrap();
        edits.replace(a.get("x").unwrap(), "\"S\"");
        edits.retain_items(a.get("y").unwrap(), |v| v.as_i64() == Some(2));
        edits.replace(json.root().get("b").unwrap(), "null");
        assert_eq!(edits.within(a), r#"{"x":"S","y":[2]}"#);
        assert_eq!(&edits.apply(&json)[..], br#" {"a":{"x":"S","y":[2]},"b":null} "#);
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
