//! Reading the scanned nodes.

use super::scan::{self, Limits, Node};
use super::{JsonError, Kind, unescape};
use bytes::Bytes;
use std::borrow::Cow;
use std::ops::Range;

/// A parsed document: the original bytes and the nodes over them.
#[derive(Clone)]
pub struct Json {
    bytes: Bytes,
    nodes: Vec<Node>,
}

impl std::fmt::Debug for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Json({} bytes)", self.bytes.len())
    }
}

impl Json {
    /// Reads one document.
    ///
    /// # Errors
    /// The first fault and its place.
    pub fn parse(bytes: Bytes, limits: Limits) -> Result<Self, JsonError> {
        let nodes = scan::scan(&bytes, limits)?;
        Ok(Self { bytes, nodes })
    }

    /// The original bytes.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        Value { json: self, at: 0 }
    }
}

/// A value within a [`Json`].
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    json: &'a Json,
    at: usize,
}

const NOTHING: Node = Node { kind: Kind::Null, escaped: false, start: 0, end: 0, next: 0 };

impl<'a> Value<'a> {
    fn node(&self) -> &'a Node {
        self.json.nodes.get(self.at).unwrap_or(&NOTHING)
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.node().kind
    }

    /// Where it stands in the original bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.node().start as usize..self.node().end as usize
    }

    /// Its original text.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        let bytes = self.json.bytes.get(self.span()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The decoded text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        let node = self.node();
        if node.kind != Kind::String {
            return None;
        }
        let inner = self.json.bytes.get(node.start as usize + 1..(node.end as usize).saturating_sub(1))?;
        if node.escaped {
            Some(unescape::decode(inner, true))
        } else {
            std::str::from_utf8(inner).ok().map(Cow::Borrowed)
        }
    }

    /// The value of a Boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.raw() == "true")
    }

    /// The value of a number written as an integer that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if self.kind() == Kind::Number { self.raw().parse().ok() } else { None }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// The member of an object under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        self.members().find(|member| member.key_is(key)).map(|member| member.value)
    }

    /// The value at a path of keys.
    #[must_use]
    pub fn path(&self, keys: &[&str]) -> Option<Value<'a>> {
        keys.iter().try_fold(*self, |value, key| value.get(key))
    }

    /// The members of an object in order; none for anything else.
    #[must_use]
    pub fn members(&self) -> Members<'a> {
        let end = if self.kind() == Kind::Object { self.node().next as usize } else { 0 };
        Members { json: self.json, at: self.at + 1, end }
    }

    /// The items of an array in order; none for anything else.
    #[must_use]
    pub fn items(&self) -> Items<'a> {
        let end = if self.kind() == Kind::Array { self.node().next as usize } else { 0 };
        Items { json: self.json, at: self.at + 1, end }
    }

    /// Every string value and every key within, depth first, with whether it is a key.
    pub fn strings(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let json = self.json;
        let end = self.node().next as usize;
        (self.at..end).map(move |at| Value { json, at }).filter(|v| v.kind() == Kind::String)
    }
}

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    key: Value<'a>,
    /// Its value.
    pub value: Value<'a>,
}

impl<'a> Member<'a> {
    /// The decoded key.
    #[must_use]
    pub fn key(&self) -> Cow<'a, str> {
        self.key.as_str().unwrap_or_default()
    }

    /// Whether the decoded key is `key`.
    #[must_use]
    pub fn key_is(&self, key: &str) -> bool {
        self.key.as_str().is_some_and(|k| k == key)
    }

    /// From the start of the key to the end of the value.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.key.span().start..self.value.span().end
    }
}

/// Iterator over the members of an object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    json: &'a Json,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        if self.at + 1 >= self.end {
            return None;
        }
        let key = Value { json: self.json, at: self.at };
        let value = Value { json: self.json, at: self.at + 1 };
        self.at = value.node().next as usize;
        Some(Member { key, value })
    }
}

/// Iterator over the items of an array.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    json: &'a Json,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.at >= self.end {
            return None;
        }
        let value = Value { json: self.json, at: self.at };
        self.at = value.node().next as usize;
        Some(value)
    }
}

#[cfg(test)]
mod tests;
