//! Start tags of which a document's tree keeps nothing: a frame in a division, a cell outside of a table, a form within a
//! form. Another reader, or the same in another place, makes elements of them.

use html5ever::Attribute;
use html5ever::interface::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use std::cell::{Cell, RefCell};

/// What the tokenizer says of an end within a tag, a comment or a declaration.
const CUT: &str = "Saw EOF";

/// A start tag that was dropped.
#[derive(Debug, Clone)]
pub(super) struct Dropped {
    /// Its name, in lower case.
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
}

/// A tree that can say what it holds.
pub(super) trait Holds {
    /// How many nodes were made.
    fn made(&self) -> usize;
    /// Whether one of the nodes from that number on is an element of this name.
    fn has_from(&self, first: usize, name: &str) -> bool;
}

/// A tree builder beside which it is noted what it drops.
pub(super) struct Noting<S: TreeSink> {
    tree: TreeBuilder<S::Handle, S>,
    dropped: RefCell<Vec<Dropped>>,
    /// Whether the document ends within a tag or a comment.
    cut: Cell<bool>,
}

/// A parser of documents.
pub(super) struct Parser<S: TreeSink + Holds> {
    tokenizer: Tokenizer<Noting<S>>,
    input: BufferQueue,
}

impl<S: TreeSink + Holds> Parser<S> {
    pub(super) fn new(sink: S, options: TreeBuilderOpts) -> Self {
        let tree = TreeBuilder::new(sink, options);
        let sink = Noting { tree, dropped: RefCell::default(), cut: Cell::default() };
        Self { tokenizer: Tokenizer::new(sink, TokenizerOpts::default()), input: BufferQueue::default() }
    }

    pub(super) fn process(&self, text: &str) {
        self.input.push_back(StrTendril::from_slice(text));
        // Scripts do not run, and the encoding is known.
        while !matches!(self.tokenizer.feed(&self.input), TokenizerResult::Done) {}
    }

    /// The tree, what is not in it, and whether the document ends within a tag or a comment.
    pub(super) fn finish(self) -> (S::Output, Vec<Dropped>, bool) {
        self.tokenizer.end();
        let Noting { tree, dropped, cut } = self.tokenizer.sink;
        (tree.sink.finish(), dropped.into_inner(), cut.get())
    }
}

impl<S: TreeSink + Holds> TokenSink for Noting<S> {
    type Handle = S::Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<S::Handle> {
        if matches!(&token, Token::ParseError(fault) if fault.starts_with(CUT)) {
            self.cut.set(true);
        }
        let tag = match &token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => Some((tag.name.clone(), tag.attrs.clone())),
            _ => None,
        };
        let first = self.tree.sink.made();
        let result = self.tree.process_token(token, line);
        if let Some((name, attributes)) = tag
            && !self.tree.sink.has_from(first, &name)
        {
            self.dropped.borrow_mut().push(Dropped { name: name.to_string(), attributes });
        }
        result
    }

    fn end(&self) {
        self.tree.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.tree.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
