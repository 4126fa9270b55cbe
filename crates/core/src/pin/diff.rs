//! What differs between two definitions, member by member.

use crate::json::{Json, Kind, Limits, Value};
use bytes::Bytes;

/// One place in which two definitions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where: a JSON pointer (RFC 6901), empty for the whole.
    pub path: String,
    /// What stood there, as JSON; none where there was nothing.
    pub old: Option<String>,
    /// What stands there now, as JSON; none where there is nothing.
    pub new: Option<String>,
}

/// The differences between two canonical texts, in the order of the keys.
#[must_use]
pub fn diff(old: &str, new: &str) -> Vec<Change> {
    let read = |text: &str| Json::parse(Bytes::copy_from_slice(text.as_bytes()), limits()).ok();
    let mut changes = Vec::new();
    match (read(old), read(new)) {
        (Some(a), Some(b)) => compare(&mut String::new(), Some(a.root()), Some(b.root()), &mut changes),
        _ if old == new => {}
        // Texts of ours are JSON; anything else differs as a whole.
        _ => changes.push(Change { path: String::new(), old: Some(old.to_owned()), new: Some(new.to_owned()) }),
    }
    changes
}

/// What was read once under stricter limits is read again.
pub(super) const fn limits() -> Limits {
    Limits { depth: 160, nodes: 8_000_000, key_len: usize::MAX / 2, number_len: usize::MAX / 2 }
}

fn compare(path: &mut String, old: Option<Value<'_>>, new: Option<Value<'_>>, changes: &mut Vec<Change>) {
    if let (Some(a), Some(b)) = (old, new) {
        if a.raw() == b.raw() {
            return;
        }
        match (a.kind(), b.kind()) {
            (Kind::Object, Kind::Object) => return members(path, a, b, changes),
            (Kind::Array, Kind::Array) => return items(path, a, b, changes),
            _ => {}
        }
    }
    let text = |value: Option<Value<'_>>| value.map(|value| value.raw().to_owned());
    changes.push(Change { path: path.clone(), old: text(old), new: text(new) });
}

/// Both have their keys in order, so that one pass finds the pairs.
fn members(path: &mut String, old: Value<'_>, new: Value<'_>, changes: &mut Vec<Change>) {
    let (mut left, mut right) = (old.members().peekable(), new.members().peekable());
    loop {
        let (key, a, b) = match (left.peek(), right.peek()) {
            (None, None) => return,
            (Some(a), None) => (a.key(), Some(a.value), None),
            (None, Some(b)) => (b.key(), None, Some(b.value)),
            (Some(a), Some(b)) => match a.key().cmp(&b.key()) {
                std::cmp::Ordering::Less => (a.key(), Some(a.value), None),
                std::cmp::Ordering::Greater => (b.key(), None, Some(b.value)),
                std::cmp::Ordering::Equal => (a.key(), Some(a.value), Some(b.value)),
            },
        };
        if a.is_some() {
            left.next();
        }
        if b.is_some() {
            right.next();
        }
        within(path, &key, |path| compare(path, a, b, changes));
    }
}

fn items(path: &mut String, old: Value<'_>, new: Value<'_>, changes: &mut Vec<Change>) {
    let (mut left, mut right) = (old.items(), new.items());
    for at in 0_usize.. {
        match (left.next(), right.next()) {
            (None, None) => return,
            (a, b) => within(path, &at.to_string(), |path| compare(path, a, b, changes)),
        }
    }
}

fn within(path: &mut String, step: &str, then: impl FnOnce(&mut String)) {
    let length = path.len();
    push_step(path, step);
    then(path);
    path.truncate(length);
}

/// Adds a reference token to a JSON pointer (RFC 6901 section 3).
pub(super) fn push_step(path: &mut String, step: &str) {
    path.push('/');
    for c in step.chars() {
        match c {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            c => path.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &str, new: &str) -> Vec<(String, Option<String>, Option<String>)> {
        diff(old, new).into_iter().map(|c| (c.path, c.old, c.new)).collect()
    }

    #[test]
    fn each_difference_has_its_place() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(changes(r#"{"a":1}"#, r#"{"a":1}"#), []);
        assert_eq!(
            changes(r#"{"a":1,"c":{"x/y":[1,2],"z":0}}"#, r#"{"b":"n","c":{"x/y":[1,3,4],"z":0}}"#),
            [
                ("/a".to_owned(), some("1"), None),
                ("/b".to_owned(), None, some("\"n\"")),
                ("/c/x~1y/1".to_owned(), some("2"), some("3")),
                ("/c/x~1y/2".to_owned(), None, some("4")),
            ]
        );
        assert_eq!(changes("\"a\"", "\"b\""), [(String::new(), some("\"a\""), some("\"b\""))]);
        assert_eq!(changes(r#"{"a":{}}"#, r#"{"a":[]}"#), [("/a".to_owned(), some("{}"), some("[]"))]);
    }
}
