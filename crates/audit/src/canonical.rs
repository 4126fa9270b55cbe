//! Canonical JSON (RFC 8785) for the records: members in ascending order, integers only, minimal escapes.
//!
//! The caller adds members in ascending order of their ASCII names; the tests hold every kind of record to that.

use std::fmt::Write as _;

/// The largest integer that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3).
pub(crate) const MAX_SAFE: u64 = (1 << 53) - 1;

/// Writes one JSON text.
pub(crate) struct Object {
    text: String,
    first: bool,
}

impl Object {
    pub(crate) fn new() -> Self {
        Self { text: String::with_capacity(1024), first: true }
    }

    fn key(&mut self, key: &str) {
        self.text.push(if self.first { '{' } else { ',' });
        self.first = false;
        quote(&mut self.text, key);
        self.text.push(':');
    }

    pub(crate) fn str(&mut self, key: &str, value: &str) {
        self.key(key);
        quote(&mut self.text, value);
    }

    pub(crate) fn maybe(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.str(key, value);
        }
    }

    pub(crate) fn int(&mut self, key: &str, value: u64) {
        self.key(key);
        let _ = write!(self.text, "{}", value.min(MAX_SAFE));
    }

    pub(crate) fn maybe_int(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.int(key, value);
        }
    }

    /// A member that is true.
    pub(crate) fn yes(&mut self, key: &str) {
        self.key(key);
        self.text.push_str("true");
    }

    pub(crate) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        self.key(key);
        self.nested(fill);
    }

    pub(crate) fn array<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut one: impl FnMut(&mut Self, T),
    ) {
        self.key(key);
        self.text.push('[');
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            one(self, item);
        }
        self.text.push(']');
    }

    /// An object as an item of an array.
    pub(crate) fn nested(&mut self, fill: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.first, true);
        fill(self);
        if self.first {
            self.text.push('{');
        }
        self.text.push('}');
        self.first = outer;
    }

    /// A string as an item of an array.
    pub(crate) fn item(&mut self, value: &str) {
        quote(&mut self.text, value);
    }

    /// A member whose value is filled in later, at the offset that this gives.
    pub(crate) fn gap(&mut self, key: &str) -> usize {
        self.key(key);
        self.text.len()
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.first {
            self.text.push('{');
        }
        self.text.push('}');
        self.text.into_bytes()
    }
}

/// RFC 8785 section 3.2.2.2.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn it_is_compact_escaped_and_safe() {
        let mut object = Object::new();
        object.array("a", ["x", "y\n"], |o, s| o.item(s));
        object.object("b", |_| {});
        object.object("c", |o| o.int("d", u64::MAX));
        object.maybe("e", None);
        object.str("f", "\u{1b}\"\\\u{e9}");
        let text = String::from_utf8(object.finish()).unwrap();
        assert_eq!(
            text,
            "{\"a\":[\"x\",\"y\\n\"],\"b\":{},\"c\":{\"d\":9007199254740991},\"f\":\"\\u001b\\\"\\\\\u{e9}\"}"
        );
        assert_eq!(Object::new().finish(), b"{}");
        let mut object = Object::new();
        let at = object.gap("a");
        object.int("b", 1);
        let mut text = String::from_utf8(object.finish()).unwrap();
        text.insert(at, '7');
        assert_eq!(text, r#"{"a":7,"b":1}"#);
    }
}
