//! A document as html5ever reads it: nodes in one list, with bounds on their number and depth.

use super::dropped::{Dropped, Holds, Parser};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, ExpandedName, LocalName, Namespace, QualName};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The most nodes.
const NODES: usize = 64 * 1024;
/// The deepest nesting.
const DEPTH: usize = 512;
/// So many nodes are searched for words.
const WORDLESS: usize = 64;
/// How much of a comment is kept.
const COMMENT: usize = 4 * 1024;
/// How many bytes are parsed before the bounds are looked at again.
const STEP: usize = 1024;

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// The root, or the content of a template.
    Root,
    /// An element.
    Element(QualName, Vec<Attribute>),
    /// Text.
    Text(String),
    /// A comment, as far as it is read.
    Comment(String),
    /// Whatever shows nothing.
    Other,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) children: Vec<usize>,
    /// The line of the document that its tag ends in, or that its text begins in, from 1.
    pub(super) line: u64,
    parent: Option<usize>,
    depth: usize,
}

/// A document.
#[derive(Debug, Default)]
pub(super) struct Dom {
    nodes: Vec<Node>,
    dropped: Vec<Dropped>,
    twice: bool,
    cut: bool,
}

impl Dom {
    /// Parses a document; `None` where it is larger or deeper than any that is written to be read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let over = Rc::new(Cell::new(false));
        let root = Handle::new(0, empty_name());
        let sink = Sink { dom: RefCell::default(), over: Rc::clone(&over), root, line: Cell::new(1) };
        sink.add(Kind::Root);
        // Without scripts, what stands in for them counts.
        let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        let parser = Parser::new(sink, tree_builder);
        let mut rest = text;
        while !rest.is_empty() {
            let len = (STEP.min(rest.len())..=rest.len()).find(|len| rest.is_char_boundary(*len))?;
            let (step, after) = rest.split_at_checked(len)?;
            parser.process(step);
            if over.get() {
                return None;
            }
            rest = after;
        }
        let (mut dom, dropped, cut) = parser.finish();
        (dom.dropped, dom.cut) = (dropped, cut);
        (!over.get()).then_some(dom)
    }

    /// Start tags that stand in the document and not in the tree.
    pub(super) fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Whether an element has an attribute twice: this parser knows the first, another may take the second.
    pub(super) fn has_attribute_twice(&self) -> bool {
        self.twice
    }

    /// Whether the document ends within a tag or a comment, which is not in the tree then.
    pub(super) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The node of that number.
    pub(super) fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The value of an element's attribute.
    pub(super) fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
        attributes.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
    }

    /// Whether there are words within an element; a large one is taken to have some.
    pub(super) fn has_words(&self, id: usize) -> bool {
        let mut todo = vec![id];
        for _ in 0..WORDLESS {
            let Some(node) = todo.pop().and_then(|id| self.node(id)) else { return false };
            let said = match &node.kind {
                Kind::Text(text) => !text.trim().is_empty(),
                Kind::Element(_, attributes) => attributes.iter().any(|a| {
                    matches!(&*a.name.local, "alt" | "title" | "aria-label" | "placeholder" | "value" | "label")
                        && !a.value.is_empty()
                }),
                Kind::Comment(_) => true,
                Kind::Root | Kind::Other => false,
            };
            if said {
                return true;
            }
            todo.extend(&node.children);
        }
        true
    }

    fn detach(&mut self, id: usize) {
        let Some(parent) = self.nodes.get_mut(id).and_then(|node| node.parent.take()) else { return };
        if let Some(parent) = self.nodes.get_mut(parent)
            && let Some(place) = parent.children.iter().rposition(|child| *child == id)
        {
            parent.children.remove(place);
        }
    }

    fn is_text(&self, id: Option<usize>) -> bool {
        id.and_then(|id| self.nodes.get(id)).is_some_and(|node| matches!(node.kind, Kind::Text(_)))
    }
}

/// What the parser knows a node by.
#[derive(Debug, Clone)]
struct Handle(Rc<(usize, QualName)>);

impl Handle {
    fn new(id: usize, name: QualName) -> Self {
        Self(Rc::new((id, name)))
    }

    fn id(&self) -> usize {
        self.0.0
    }
}

fn empty_name() -> QualName {
    QualName::new(None, Namespace::default(), LocalName::default())
}

struct Sink {
    dom: RefCell<Dom>,
    over: Rc<Cell<bool>>,
    root: Handle,
    line: Cell<u64>,
}

impl Sink {
    fn add(&self, kind: Kind) -> usize {
        let nodes = &mut self.dom.borrow_mut().nodes;
        if nodes.len() >= NODES {
            self.over.set(true);
        }
        nodes.push(Node { kind, children: Vec::new(), line: self.line.get(), parent: None, depth: 0 });
        nodes.len() - 1
    }

    /// Puts a child below a parent: before the child at `place`, or last.
    fn put(&self, parent: usize, place: Option<usize>, child: NodeOrText<Handle>) {
        let child = match child {
            NodeOrText::AppendNode(node) => node.id(),
            NodeOrText::AppendText(text) => {
                let dom = &mut *self.dom.borrow_mut();
                let siblings = dom.nodes.get(parent).map_or(&[][..], |node| &node.children);
                let last = match place {
                    Some(place) => place.checked_sub(1).and_then(|before| siblings.get(before)),
                    None => siblings.last(),
                }
                .copied();
                if dom.is_text(last)
                    && let Some(Node { kind: Kind::Text(before), .. }) = last.and_then(|id| dom.nodes.get_mut(id))
                {
                    before.push_str(&text);
                    return;
                }
                let lines = text.bytes().filter(|b| *b == b'\n').count();
                dom.nodes.push(Node {
                    kind: Kind::Text(text.to_string()),
                    children: Vec::new(),
                    line: self.line.get().saturating_sub(lines as u64).max(1),
                    parent: None,
                    depth: 0,
                });
                dom.nodes.len() - 1
            }
        };
        let dom = &mut *self.dom.borrow_mut();
        let Some(above) = dom.nodes.get_mut(parent) else { return };
        let depth = above.depth + 1;
        match place.filter(|place| *place <= above.children.len()) {
            Some(place) => above.children.insert(place, child),
            None => above.children.push(child),
        }
        if depth > DEPTH || dom.nodes.len() >= NODES {
            self.over.set(true);
        }
        if let Some(node) = dom.nodes.get_mut(child) {
            (node.parent, node.depth) = (Some(parent), depth);
        }
    }
}

impl Holds for Sink {
    fn made(&self) -> usize {
        self.dom.borrow().nodes.len()
    }

    fn has_from(&self, first: usize, name: &str) -> bool {
        let is = |node: &Node| matches!(&node.kind, Kind::Element(own, _) if (*own.local).eq_ignore_ascii_case(name));
        self.dom.borrow().nodes.get(first..).is_some_and(|new| new.iter().any(is))
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Dom;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        if message == "Duplicate attribute" {
            self.dom.borrow_mut().twice = true;
        }
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(line);
    }

    fn get_document(&self) -> Handle {
        self.root.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.0.1.expanded()
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        Handle::new(self.add(Kind::Element(name.clone(), attrs)), name)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        let text = text.get(..text.floor_char_boundary(COMMENT)).unwrap_or_default().to_owned();
        Handle::new(self.add(Kind::Comment(text)), empty_name())
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        Handle::new(self.add(Kind::Other), empty_name())
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(parent.id(), None, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, prev: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.dom.borrow().nodes.get(element.id()).is_some_and(|node| node.parent.is_some());
        if has_parent { self.append_before_sibling(element, child) } else { self.append(prev, child) }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    /// The content of a template stands below it, as that of any element.
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.id() == y.id()
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new_node: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(node) = &new_node {
            self.dom.borrow_mut().detach(node.id());
        }
        let found = {
            let dom = self.dom.borrow();
            let parent = dom.nodes.get(sibling.id()).and_then(|node| node.parent);
            let place = parent
                .and_then(|parent| dom.nodes.get(parent))
                .and_then(|node| node.children.iter().rposition(|child| *child == sibling.id()));
            parent.zip(place)
        };
        if let Some((parent, place)) = found {
            self.put(parent, Some(place), new_node);
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        let mut dom = self.dom.borrow_mut();
        if let Some(Node { kind: Kind::Element(_, known), .. }) = dom.nodes.get_mut(target.id()) {
            for attribute in attrs {
                if !known.iter().any(|a| a.name == attribute.name) {
                    known.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.dom.borrow_mut().detach(target.id());
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let dom = &mut *self.dom.borrow_mut();
        let moved = dom.nodes.get_mut(node.id()).map(|node| std::mem::take(&mut node.children)).unwrap_or_default();
        for child in &moved {
            if let Some(child) = dom.nodes.get_mut(*child) {
                child.parent = Some(new_parent.id());
            }
        }
        if let Some(parent) = dom.nodes.get_mut(new_parent.id()) {
            parent.children.extend(moved);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read() {
        let dom = Dom::parse("<p>a<b>c</b><table>x<tr><td>y</table>").unwrap();
        let mut text = String::new();
        let mut todo = vec![0];
        while let Some(id) = todo.pop() {
            let node = dom.node(id).unwrap();
            if let Kind::Text(t) = &node.kind {
                text.push_str(t);
            }
            todo.extend(node.children.iter().rev());
        }
        assert_eq!(text, "acxy");
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_not_read() {
        for unit in ["<div>", "<b id=1>", "<p><b><i><u><s>", "<table><tr><td>", "<x>", "<svg><g>", "<a href=x><p>"] {
            assert!(Dom::parse(&unit.repeat(100_000)).is_none(), "{unit}");
        }
        let formatting: String = (0..300).map(|n| format!("<b id={n}>")).collect();
        assert!(Dom::parse(&format!("<p>{formatting}{}", "</p><p>x".repeat(50_000))).is_none());
        assert!(Dom::parse(&"<p>text</p>".repeat(10_000)).is_some());
    }
}
