//! Typed reading of a tree that was walked. What the walk refused reads as absent here, so that nothing is told twice.

use super::diagnostic::Span;
use super::scalar;
use super::spec::{self, Key, Kind};
use super::tree::{Node, Scalar, Spanned};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A section together with the keys that it takes.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    node: Option<&'a Node>,
    keys: &'static [Key],
    /// Where it stands, or the section around it where it is absent.
    pub span: Span,
}

impl<'a> Section<'a> {
    /// The whole file.
    #[must_use]
    pub const fn root(node: &'a Node) -> Self {
        Self { node: Some(node), keys: spec::ROOT, span: node.span }
    }

    /// An item of a list of sections.
    #[must_use]
    pub const fn item(node: &'a Node, keys: &'static [Key]) -> Self {
        Self { node: Some(node), keys, span: node.span }
    }

    /// The section below a key of the file as it is where nothing is written.
    #[must_use]
    pub fn defaults(name: &str) -> Self {
        let keys = spec::find(name).map_or(&[] as &[Key], |key| spec::below(key.kind));
        Self { node: None, keys, span: Span::default() }
    }

    /// Whether it is written in the file.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        self.node.is_some()
    }

    fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// What is written for a key, whether it can be used or not.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<&'a Node> {
        self.node?.get(name)
    }

    /// Where the value of a key stands, or else the section.
    #[must_use]
    pub fn span_of(&self, name: &str) -> Span {
        self.written(name).map_or(self.caret(), |node| node.span)
    }

    /// A caret at the start of the section.
    #[must_use]
    pub fn caret(&self) -> Span {
        self.span.caret()
    }

    /// The section below a key.
    #[must_use]
    pub fn section(&self, name: &str) -> Self {
        let keys = self.key(name).map_or(&[] as &[Key], |key| spec::below(key.kind));
        let node = self.written(name).filter(|node| matches!(node.kind, super::tree::NodeKind::Map(_)));
        Section { node, keys, span: node.map_or(self.span, |node| node.span) }
    }

    /// The sections in the list below a key.
    pub fn sections(&self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        let keys = self.key(name).map_or(&[] as &[Key], |key| spec::below(key.kind));
        let items = self.written(name).map_or(&[] as &[Node], Node::items);
        let maps = items.iter().filter(|item| matches!(item.kind, super::tree::NodeKind::Map(_)));
        maps.map(move |item| Section::item(item, keys))
    }

    /// The named sections below a key, where the name can be used.
    pub fn named(&self, name: &str) -> impl Iterator<Item = (&'a Spanned<String>, Self)> + use<'a> {
        let keys = self.key(name).map_or(&[] as &[Key], |key| spec::below(key.kind));
        let entries = self.written(name).map_or(&[] as &[super::tree::Entry], Node::entries);
        entries.iter().map(move |entry| (&entry.key, Section::item(&entry.value, keys)))
    }

    /// The scalar of a key, where it is written and of its kind.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Spanned<&'a str>> {
        let node = self.written(name)?;
        let kind = self.key(name)?.kind;
        valid(kind, node)
    }

    /// The scalars of a list, where they are of their kind.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<Spanned<&'a str>> {
        match (self.key(name).map(|key| key.kind), self.written(name)) {
            (Some(Kind::List(kind)), Some(node)) => node.items().iter().filter_map(|item| valid(*kind, item)).collect(),
            _ => Vec::new(),
        }
    }

    /// The lists of a section of lists, by name, with the scalars that are of their kind.
    #[must_use]
    pub fn lists(&self, name: &str) -> Vec<(&'a Spanned<String>, Vec<Spanned<&'a str>>)> {
        let (Some(Kind::Lists(_, item)), Some(node)) = (self.key(name).map(|key| key.kind), self.written(name)) else {
            return Vec::new();
        };
        let list = |entry: &'a super::tree::Entry| {
            (&entry.key, entry.value.items().iter().filter_map(|node| valid(*item, node)).collect())
        };
        node.entries().iter().map(list).collect()
    }

    /// The scalar as text, or its default.
    fn or_default(&self, name: &str) -> Option<&'a str> {
        self.text(name).map(|text| text.value).or_else(|| self.key(name)?.default)
    }

    /// A whole number, or its default.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        scalar::whole(self.or_default(name)?)
    }

    /// A whole number that fits 32 bits, or its default.
    #[must_use]
    pub fn count32(&self, name: &str) -> Option<u32> {
        self.count(name)?.try_into().ok()
    }

    /// A number of bytes or its default.
    #[must_use]
    pub fn bytes(&self, name: &str) -> u64 {
        self.or_default(name).and_then(scalar::read_bytes).unwrap_or(0)
    }

    /// A size in memory or its default.
    #[must_use]
    pub fn size(&self, name: &str) -> usize {
        usize::try_from(self.bytes(name)).unwrap_or(usize::MAX)
    }

    /// A time or its default.
    #[must_use]
    pub fn duration(&self, name: &str) -> Duration {
        self.or_default(name).and_then(scalar::read_duration).unwrap_or(Duration::ZERO)
    }

    /// A flag or its default.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.or_default(name) == Some("true")
    }

    /// A text or its default.
    #[must_use]
    pub fn word(&self, name: &str) -> &'a str {
        self.or_default(name).unwrap_or("")
    }

    /// A path, from `base` where it is relative.
    #[must_use]
    pub fn path(&self, name: &str, base: &Path) -> Option<Spanned<PathBuf>> {
        self.text(name).map(|text| Spanned { value: base.join(text.value), span: text.span })
    }
}

fn valid<'a>(kind: Kind, node: &'a Node) -> Option<Spanned<&'a str>> {
    let scalar: &'a Scalar = node.scalar()?;
    let null = scalar.is_null() && !matches!(kind, Kind::Variable);
    (!null && scalar::check(kind, scalar).is_ok()).then_some(Spanned { value: scalar.text.as_str(), span: node.span })
}
