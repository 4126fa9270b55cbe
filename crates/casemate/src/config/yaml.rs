//! YAML events become a tree. Only what a reader can see counts: no anchors, aliases, tags, merges or second documents.

use super::codes::Code;
use super::diagnostic::{Diagnostic, Sink, Span};
use super::tree::{Entry, Node, NodeKind, Scalar, Spanned};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as YamlSpan};

/// Bytes that a configuration may have.
pub const MAX_BYTES: usize = 1 << 20;
/// Levels that it may have.
const MAX_DEPTH: usize = 24;
/// Nodes that it may have.
const MAX_NODES: usize = 50_000;
/// Keys that one section may have.
const MAX_KEYS: usize = 4_096;

/// Reads `source`. `None` where no tree came of it; the reasons are in `sink`.
pub fn read(source: &str, sink: &mut Sink) -> Option<Node> {
    if source.len() > MAX_BYTES {
        sink.push(Diagnostic::error(Code::Size, None, "the configuration has more than 1 MiB"));
        return None;
    }
    let places = Places::new(source);
    if let Some((at, c)) = source.char_indices().find(|(_, c)| forbidden(*c)) {
        let span = places.at_byte(at, c.len_utf8());
        let message = format!("the character U+{:04X} does not belong in a configuration", u32::from(c));
        sink.push(Diagnostic::error(Code::Encoding, span, message).help("save the file as plain UTF-8 text"));
        return None;
    }
    let mut builder = Builder { places: &places, sink, stack: Vec::new(), root: None, nodes: 0, documents: 0 };
    for next in Parser::new_from_str(source) {
        match next {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => {
                let mark = *error.marker();
                builder.syntax(source, mark, error.info());
                return None;
            }
        }
    }
    let root = builder.root.take();
    if root.is_none() {
        sink.push(
            Diagnostic::error(Code::Empty, None, "the configuration is empty").help("`casemate init` writes one"),
        );
    }
    root
}

/// Control characters, byte order marks and characters that reorder or hide text.
const fn forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Turns the parser's character positions into byte positions.
struct Places<'s> {
    source: &'s str,
    /// The byte offset of each character; empty where the source is ASCII and both are the same.
    offsets: Vec<usize>,
}

impl<'s> Places<'s> {
    fn new(source: &'s str) -> Self {
        let offsets =
            if source.is_ascii() { Vec::new() } else { source.char_indices().map(|(offset, _)| offset).collect() };
        Self { source, offsets }
    }

    fn byte(&self, character: usize) -> usize {
        let end = self.source.len();
        if self.offsets.is_empty() { character.min(end) } else { self.offsets.get(character).copied().unwrap_or(end) }
    }

    fn span(&self, span: YamlSpan) -> Span {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index()).max(start);
        // Block collections and plain scalars end where the next token starts: the blank in between is not theirs.
        let kept = self.source.get(start..end).map_or(0, |text| text.trim_end().len());
        Span { start, end: start + kept, line: span.start.line().max(1), column: span.start.col() + 1 }
    }

    fn at_byte(&self, at: usize, length: usize) -> Span {
        let before = self.source.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Span { start: at, end: (at + length).min(self.source.len()), line, column }
    }
}

enum Open {
    Map { entries: Vec<Entry>, key: Option<Spanned<String>>, skip: bool, span: Span },
    List { items: Vec<Node>, span: Span },
}

struct Builder<'b> {
    places: &'b Places<'b>,
    sink: &'b mut Sink,
    stack: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

impl Builder<'_> {
    /// Takes one event; `None` ends the reading.
    fn take(&mut self, event: Event<'_>, yaml: YamlSpan) -> Option<()> {
        let span = self.places.span(yaml);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let d = Diagnostic::error(Code::Documents, span, "a second document starts here");
                    self.sink.push(d.help("one file is one configuration"));
                    return None;
                }
            }
            Event::Alias(_) => {
                self.refuse(Code::Anchor, span, "aliases are not supported", "write the value out");
                self.node(Node { kind: NodeKind::Scalar(Scalar { text: String::new(), plain: true }), span })?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_node(anchor, tag.is_some(), span);
                let scalar = Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
                self.node(Node { kind: NodeKind::Scalar(scalar), span })?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_node(anchor, tag.is_some(), span);
                self.open(Open::List { items: Vec::new(), span }, span)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_node(anchor, tag.is_some(), span);
                self.open(Open::Map { entries: Vec::new(), key: None, skip: false, span }, span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Some(())
    }

    fn refuse(&mut self, code: Code, span: Span, message: &str, help: &str) {
        self.sink.push(Diagnostic::error(code, span, message).help(help));
    }

    fn plain_node(&mut self, anchor: usize, tagged: bool, span: Span) {
        if anchor != 0 {
            self.refuse(Code::Anchor, span, "anchors are not supported", "write the value out where it is needed");
        }
        if tagged {
            self.refuse(Code::Tag, span, "tags are not supported", "remove the tag; the key says what type it takes");
        }
    }

    fn open(&mut self, open: Open, span: Span) -> Option<()> {
        if self.stack.len() >= MAX_DEPTH {
            self.refuse(Code::Size, span, "the configuration is nested too deeply", "no key lies this deep");
            return None;
        }
        self.stack.push(open);
        Some(())
    }

    fn close(&mut self, end: Span) -> Option<()> {
        let widen = |start: Span| {
            let body = self.places.source.get(start.start..end.end.max(start.end)).unwrap_or_default();
            Span { end: start.start + body.trim_end().len(), ..start }
        };
        let node = match self.stack.pop()? {
            Open::Map { entries, span, .. } => Node { span: widen(span), kind: NodeKind::Map(entries) },
            Open::List { items, span } => Node { span: widen(span), kind: NodeKind::List(items) },
        };
        self.node(node)
    }

    /// Puts a finished node where it belongs: as a key, as the value of one, as an item, or as the root.
    fn node(&mut self, node: Node) -> Option<()> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.refuse(Code::Size, node.span, "the configuration has too many values", "50,000 are read");
            return None;
        }
        if matches!(self.stack.last(), Some(Open::Map { entries, .. }) if entries.len() >= MAX_KEYS) {
            self.refuse(Code::Size, node.span, "the section has too many keys", "4,096 are read");
            return None;
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, skip, .. }) => match key.take() {
                Some(key) => {
                    if !std::mem::take(skip) {
                        entries.push(Entry { key, value: node });
                    }
                }
                None => {
                    let (name, refused) = read_key(&node, entries);
                    *skip = refused.is_some();
                    *key = Some(Spanned { value: name, span: node.span });
                    if let Some(refused) = refused {
                        self.sink.push(refused);
                    }
                }
            },
        }
        Some(())
    }

    fn syntax(&mut self, source: &str, mark: Marker, info: &str) {
        let at = self.places.byte(mark.index());
        let start = source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line = source.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let length = source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let length = if line.is_empty() { 0 } else { length };
        let span = Span { start: at, end: at + length, line: mark.line().max(1), column: mark.col() + 1 };
        let mut found = Diagnostic::error(Code::Syntax, span, format!("this is not valid YAML: {}", words(info)));
        if line.contains('\t') {
            found = found.help("indent with spaces; YAML does not allow tabs there");
        }
        self.sink.push(found);
    }
}

/// The scanner's words, on one line and bounded.
fn words(info: &str) -> String {
    info.chars().filter(|c| !c.is_control()).take(160).collect()
}

/// The name of a key and why it cannot be taken, if it cannot.
fn read_key(node: &Node, entries: &[Entry]) -> (String, Option<Diagnostic>) {
    let Some(scalar) = node.scalar() else {
        let refused = Diagnostic::error(Code::Type, node.span, format!("a key is text, this is {}", node.describe()));
        return (String::new(), Some(refused));
    };
    let name = scalar.text.clone();
    if scalar.is_null() {
        return (name, Some(Diagnostic::error(Code::Syntax, node.span, "there is a value without a key")));
    }
    if scalar.plain && name == "<<" {
        let refused = Diagnostic::error(Code::Anchor, node.span, "merge keys are not supported");
        return (name, Some(refused.help("write the values out")));
    }
    let first = entries.iter().find(|entry| entry.key.value == name);
    let refused = first.map(|first| {
        Diagnostic::error(Code::DuplicateKey, node.span, format!("the key `{}` is given twice", words(&name)))
            .label("the second time")
            .also(first.key.span, "the first time")
            .help("keep one of the two")
    });
    (name, refused)
}
