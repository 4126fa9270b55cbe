//! The filter on a text that comes in pieces: what can no longer change goes out at once.
//!
//! What is held is what may still become a match: the word under way, words that a value may follow, markup that is not
//! closed; at most [`Stream::HELD`] bytes with everything that is remembered of what went out. A word ends at white space, and
//! in Chinese and Japanese behind their punctuation; one that is longer than 20 KiB is cut. Where the operator's own patterns or imported rules change texts,
//! whole lines are held. Phrases and patterns that are only reported or denied hold nothing: they are looked for in what went
//! out last with what came since, and may end a stream after their first words went out.

mod bytes;

use crate::filter::fold::{Flow, Go, Sink};
use crate::filter::{Filter, Found};
use bytes::Bytes;
use casemate_core::label::Risk;
use casemate_inspect::{has_stop, html};
use std::sync::Arc;

/// A piece is taken in parts of this size, so that what is held stays bounded.
const TAKEN: usize = 2 * 1024;

/// What a stream gives for a piece.
#[derive(Debug, Clone)]
pub struct Given {
    /// What goes out now.
    pub text: String,
    /// What was found in it; places count from the start of the stream.
    pub findings: Vec<Found>,
    /// How risky what came so far is.
    pub risk: Risk,
}

/// Why a stream has ended early. Nothing more may go out.
#[derive(Debug, Clone)]
pub struct Denied {
    /// What was found, with the rule that denied.
    pub findings: Vec<Found>,
    /// How risky what came so far is.
    pub risk: Risk,
}

/// What the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It does not tell yet.
    Unknown,
    Text,
    /// A document of HTML, which is held whole.
    Document,
    /// One that is too large: it is shown as text. So many bytes of it have come.
    Shown(usize),
    /// A rule denied it.
    Denied,
}

/// A text under way. What it has given at any time is a prefix of what [`Filter::text`] gives for the whole text with
/// denying rules set to report, however the text was cut.
#[derive(Debug)]
pub struct Stream {
    filter: Arc<Filter>,
    kind: Kind,
    bytes: Bytes,
    held: String,
    /// How much was held when it was last looked at and nothing could go out; whether a boundary has come since.
    looked: usize,
    bounded: bool,
    flow: Flow,
    sink: Sink,
}

impl Stream {
    /// The most bytes that a stream keeps, beside a document of HTML.
    pub const HELD: usize = 64 * 1024;

    /// Begins.
    #[must_use]
    pub fn new(filter: Arc<Filter>) -> Self {
        Self {
            filter,
            kind: Kind::Unknown,
            bytes: Bytes::default(),
            held: String::new(),
            looked: 0,
            bounded: false,
            flow: Flow::default(),
            sink: Sink::default(),
        }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// A rule denies the text.
    pub fn push(&mut self, piece: &str) -> Result<Given, Denied> {
        let mut out = String::new();
        let cut = self.bytes.cut();
        let done = self.take(cut, &mut out) && self.take(piece, &mut out);
        self.given(done, out)
    }

    /// Takes the next piece, which may end within a character. Bytes that are no UTF-8 become U+FFFD, as
    /// [`String::from_utf8_lossy`] has it for the whole.
    ///
    /// # Errors
    /// A rule denies the text.
    pub fn push_bytes(&mut self, piece: &[u8]) -> Result<Given, Denied> {
        let mut out = String::new();
        let mut bytes = std::mem::take(&mut self.bytes);
        let mut done = true;
        bytes.take(piece, |text| done = done && self.take(text, &mut out));
        self.bytes = bytes;
        self.given(done, out)
    }

    /// Ends.
    ///
    /// # Errors
    /// A rule denies the text.
    pub fn finish(mut self) -> Result<Given, Denied> {
        let mut out = String::new();
        let cut = self.bytes.cut();
        let mut done = self.take(cut, &mut out);
        if self.kind == Kind::Unknown {
            self.kind = Kind::Text;
        }
        if done && self.kind == Kind::Document {
            let text = self.filter.whole_document(&self.held, &mut self.sink);
            done = text.is_some();
            out.push_str(&text.unwrap_or_default());
        } else if done {
            done = self.advance(true, &mut out) && !self.filter.end(&mut self.flow, &mut self.sink);
        }
        self.given(done, out)
    }

    /// How risky what came so far is.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.sink.score.risk()
    }

    /// How many bytes of what came may still become a match with what follows.
    pub(crate) const fn held(&self) -> usize {
        self.held.len()
    }

    /// How many bytes are kept.
    #[cfg(test)]
    fn kept(&self) -> usize {
        self.held.capacity() + self.flow.kept()
    }

    fn given(&mut self, done: bool, text: String) -> Result<Given, Denied> {
        let findings = self.sink.out(matches!(self.kind, Kind::Shown(_)).then(|| self.came()));
        let risk = self.risk();
        if done {
            return Ok(Given { text, findings, risk });
        }
        self.kind = Kind::Denied;
        (self.held, self.flow) = (String::new(), Flow::default());
        Err(Denied { findings, risk })
    }

    /// How much of a document that is shown has come.
    const fn came(&self) -> usize {
        match self.kind {
            Kind::Shown(came) => came,
            _ => 0,
        }
    }

    /// Takes text; whether nothing denies it.
    fn take(&mut self, mut piece: &str, out: &mut String) -> bool {
        while !piece.is_empty() {
            let (part, rest) = piece.split_at(piece.floor_char_boundary(TAKEN));
            piece = rest;
            if !self.take_part(part, out) {
                return false;
            }
        }
        self.kind != Kind::Denied
    }

    fn take_part(&mut self, part: &str, out: &mut String) -> bool {
        match self.kind {
            Kind::Denied => return false,
            Kind::Shown(came) => {
                self.kind = Kind::Shown(came + part.len());
                return self.shown(part, out);
            }
            Kind::Document => {
                self.held.push_str(part);
                return self.held.len() <= self.filter.html_bytes || self.show(out);
            }
            Kind::Unknown | Kind::Text => self.hold(part),
        }
        if self.kind == Kind::Unknown {
            match html::begins(&self.held) {
                None => return true,
                Some(false) => self.kind = Kind::Text,
                Some(true) => {
                    self.kind = Kind::Document;
                    return self.held.len() <= self.filter.html_bytes || self.show(out);
                }
            }
        }
        self.advance(false, out)
    }

    /// Shows a document as text that is too large to be held.
    fn show(&mut self, out: &mut String) -> bool {
        let held = std::mem::take(&mut self.held);
        self.kind = Kind::Shown(held.len());
        self.filter.too_large(held.len(), &mut self.sink);
        let mut rest = held.as_str();
        while !rest.is_empty() {
            let (part, more) = rest.split_at(rest.floor_char_boundary(TAKEN));
            rest = more;
            if !self.shown(part, out) {
                return false;
            }
        }
        true
    }

    fn shown(&mut self, part: &str, out: &mut String) -> bool {
        for piece in part.split_inclusive('<') {
            match piece.strip_suffix('<') {
                Some(before) => {
                    self.hold(before);
                    self.hold("&lt;");
                }
                None => self.hold(piece),
            }
        }
        self.advance(false, out)
    }

    /// Keeps text. What is kept never grows by more than it must.
    fn hold(&mut self, part: &str) {
        let needed = self.held.len() + part.len();
        if needed > self.held.capacity() {
            let most = (2 * needed).min(crate::filter::HOLD + TAKEN).max(needed);
            self.held.reserve_exact(most - self.held.len());
        }
        self.bounded |= part.bytes().any(|byte| matches!(byte, b' ' | b'\n' | b'\t')) || has_stop(part);
        self.held.push_str(part);
    }

    /// Lets out what can go; whether nothing denies it.
    fn advance(&mut self, ended: bool, out: &mut String) -> bool {
        // A long hold is not looked at again for every byte.
        let grown = self.held.len() >= self.looked + self.looked / 4;
        let full = self.held.len() > crate::filter::HOLD;
        let long = self.looked == 0 || self.held.len() >= 2 * self.looked;
        if !(ended || full || self.bounded && grown || long && self.held.len() > TAKEN) {
            return true;
        }
        let mut at = 0;
        loop {
            let rest = self.held.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            match self.filter.go(rest, ended, &mut self.flow, &mut self.sink) {
                Go::Hold => break,
                Go::Denied => return false,
                Go::Out(step) => {
                    out.push_str(&step.text);
                    at += step.taken.max(1);
                }
            }
        }
        self.held.drain(..at.min(self.held.len()));
        self.looked = self.held.len();
        self.bounded = false;
        true
    }
}

#[cfg(test)]
mod tests;
