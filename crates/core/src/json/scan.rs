//! The one pass: bytes to nodes. Iterative, so that depth costs no stack.

use super::unescape::{self, eq_keys};
use super::{JsonError, JsonFault, Kind};

/// Bounds of what is read. Zero means none allowed, never unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How deep arrays and objects may nest.
    pub depth: usize,
    /// How many values and keys in all.
    pub nodes: usize,
    /// Bytes of a key.
    pub key_len: usize,
    /// Bytes of a number.
    pub number_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, nodes: 500_000, key_len: 1024, number_len: 128 }
    }
}

/// One value or key. `next` is the index after its whole subtree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Whether a string holds a backslash.
    pub(super) escaped: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) next: u32,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    nodes: Vec<Node>,
    /// Indices of the open containers.
    open: Vec<usize>,
}

pub(super) fn scan(bytes: &[u8], limits: Limits) -> Result<Vec<Node>, JsonError> {
    if let Err(e) = std::str::from_utf8(bytes) {
        return Err(JsonError { fault: JsonFault::Encoding, at: e.valid_up_to() });
    }
    if u32::try_from(bytes.len()).is_err() {
        return Err(JsonError { fault: JsonFault::Nodes, at: 0 });
    }
    let capacity = (bytes.len() / 12).min(limits.nodes).min(4096);
    let mut scanner = Scanner { bytes, at: 0, limits, nodes: Vec::with_capacity(capacity), open: Vec::new() };
    scanner.document()?;
    Ok(scanner.nodes)
}

impl Scanner<'_> {
    fn fail<T>(&self, fault: JsonFault) -> Result<T, JsonError> {
        Err(JsonError { fault, at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Result<(), JsonError> {
        self.space();
        self.value()?;
        while let Some(&container) = self.open.last() {
            self.step(container)?;
        }
        self.space();
        if self.peek().is_some() { self.fail(JsonFault::Trailing) } else { Ok(()) }
    }

    /// One member or item of the innermost container, or its end.
    fn step(&mut self, container: usize) -> Result<(), JsonError> {
        let is_object = self.nodes.get(container).is_some_and(|n| n.kind == Kind::Object);
        let first = self.nodes.len() == container + 1;
        self.space();
        let close = if is_object { b'}' } else { b']' };
        match self.peek() {
            Some(b) if b == close => return self.close(container, is_object),
            Some(b',') if !first => {
                self.at += 1;
                self.space();
            }
            Some(_) if first => {}
            _ => return self.fail(JsonFault::Syntax),
        }
        if is_object {
            if self.peek() != Some(b'"') {
                return self.fail(JsonFault::Syntax);
            }
            let start = self.at;
            self.string()?;
            if self.at - start > self.limits.key_len.saturating_add(2) {
                return self.fail(JsonFault::KeyLength);
            }
            self.space();
            if self.peek() != Some(b':') {
                return self.fail(JsonFault::Syntax);
            }
            self.at += 1;
            self.space();
        }
        self.value()
    }

    fn close(&mut self, container: usize, is_object: bool) -> Result<(), JsonError> {
        self.at += 1;
        let (end, next) = (self.offset(), u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        if let Some(node) = self.nodes.get_mut(container) {
            node.end = end;
            node.next = next;
        }
        self.open.pop();
        if is_object { self.unique_keys(container) } else { Ok(()) }
    }

    fn value(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.container(Kind::Object),
            Some(b'[') => self.container(Kind::Array),
            Some(b'"') => self.string(),
            Some(b't') => self.word(b"true", Kind::Bool),
            Some(b'f') => self.word(b"false", Kind::Bool),
            Some(b'n') => self.word(b"null", Kind::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.fail(JsonFault::Syntax),
        }
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn push(&mut self, kind: Kind, start: usize, escaped: bool) -> Result<(), JsonError> {
        if self.nodes.len() >= self.limits.nodes {
            return self.fail(JsonFault::Nodes);
        }
        let next = u32::try_from(self.nodes.len() + 1).unwrap_or(u32::MAX);
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        self.nodes.push(Node { kind, escaped, start, end: self.offset(), next });
        Ok(())
    }

    fn container(&mut self, kind: Kind) -> Result<(), JsonError> {
        if self.open.len() >= self.limits.depth {
            return self.fail(JsonFault::Depth);
        }
        self.open.push(self.nodes.len());
        self.push(kind, self.at, false)?;
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<(), JsonError> {
        let start = self.at;
        if !self.bytes.get(start..).is_some_and(|rest| rest.starts_with(word)) {
            return self.fail(JsonFault::Syntax);
        }
        self.at += word.len();
        self.push(kind, start, false)
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fail(JsonFault::Syntax) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        if self.at - start > self.limits.number_len {
            return self.fail(JsonFault::NumberLength);
        }
        self.push(Kind::Number, start, false)
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let (plain, _) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            // One test over all bytes, which the compiler turns into few instructions; the place matters only on a fault.
            if plain.iter().any(|b| *b < b' ') {
                self.at += plain.iter().position(|b| *b < b' ').unwrap_or_default();
                return self.fail(JsonFault::Syntax);
            }
            self.at += plain.len();
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    match unescape::escape_len(self.bytes.get(self.at..).unwrap_or_default()) {
                        Ok(len) => self.at += len,
                        Err(fault) => return self.fail(fault),
                    }
                }
                _ => return self.fail(JsonFault::Syntax),
            }
        }
        self.at += 1;
        self.push(Kind::String, start, escaped)
    }

    /// Keys are compared as decoded, so that `"a"` and `"\u0061"` are one key.
    fn unique_keys(&self, container: usize) -> Result<(), JsonError> {
        let Some(end) = self.nodes.get(container).map(|n| n.next as usize) else { return Ok(()) };
        let mut keys: Vec<&Node> = Vec::new();
        let mut at = container + 1;
        while at < end {
            let Some(key) = self.nodes.get(at) else { break };
            keys.push(key);
            at = self.nodes.get(at + 1).map_or(end, |value| value.next as usize);
        }
        let inner =
            |n: &Node| self.bytes.get(n.start as usize + 1..(n.end as usize).saturating_sub(1)).unwrap_or_default();
        let duplicate = if keys.len() <= 12 {
            keys.iter().enumerate().find_map(|(i, a)| {
                keys.iter().skip(i + 1).find(|b| eq_keys(inner(a), a.escaped, inner(b), b.escaped)).copied()
            })
        } else {
            let mut seen = std::collections::HashSet::with_capacity(keys.len());
            keys.iter().find(|k| !seen.insert(unescape::decode(inner(k), k.escaped))).copied()
        };
        match duplicate {
            Some(key) => Err(JsonError { fault: JsonFault::DuplicateKey, at: key.start as usize }),
            None => Ok(()),
        }
    }
}
