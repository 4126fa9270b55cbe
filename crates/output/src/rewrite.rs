//! Cleaning a JSON-RPC message: every text in it is inspected, and only what the protocol itself reads stays untouched.

mod across;
mod before;
mod named;
mod notes;
mod place;
mod position;
mod seams;
mod slots;
mod twin;
mod waiting;
mod walk;

pub use crate::media::check_request;
pub(crate) use across::holds;
pub use before::Before;
use place::Place;
pub(crate) use waiting::{Judged, Waiting};

use crate::filter::Filter;
use casemate_core::Refusal;
use casemate_core::json::{Edits, Json};
use casemate_core::label::Risk;
use casemate_core::mcp::Method;
use casemate_inspect::{Action, Severity, View};
use position::Position;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// What holds for one answer's messages.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What they may hold.
    pub filter: Arc<Filter>,
    /// The most decoded bytes of each image, audio or blob.
    pub media_bytes: usize,
    /// What is left of the request's token budget.
    pub tokens: u64,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The response to a request of that method, a result or an error.
    Result(Method),
    /// A response that can only be an error.
    Error,
    /// A notification.
    Notification,
    /// A request from server to client.
    Request,
}

/// How often a rule matched in one message, how and where, and what was done: what the record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// How the text was read.
    pub view: View,
    /// What was done; in shadow, what would have been.
    pub action: Action,
    /// Whether it was only noted, because the rule is in shadow or the finding is suppressed.
    pub shadow: bool,
    /// Why it is expected, where a suppression says so.
    pub suppressed: Option<Arc<str>>,
    /// How often.
    pub count: u32,
    /// Where, at most [`Note::PLACES`]: each a place as [`Located::place`] has it and the bytes in it, such as
    /// `/result/content/0/text:12-40`.
    pub places: Vec<String>,
}

impl Note {
    /// The most places of one note.
    pub const PLACES: usize = 8;
}

/// A finding and where in the message it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The string, as a JSON Pointer (RFC 6901) that names only members that the protocol knows; others are `*`.
    pub place: String,
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// How the text was read.
    pub view: View,
    /// Where in the decoded string, in bytes; empty where the finding is about the whole value.
    pub span: Range<usize>,
    /// What was done; in shadow, what would have been.
    pub action: Action,
    /// Whether it was only noted.
    pub shadow: bool,
    /// How grave it is.
    pub severity: Severity,
}

/// What was found in a message.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Summed up by rule, view and action.
    pub notes: Vec<Note>,
    /// One by one, at most [`Inspected::FINDINGS`]; the notes count them all.
    pub findings: Vec<Located>,
    /// How risky the message is by it.
    pub risk: Risk,
    /// Whether anything in it looks like an instruction to the model.
    pub untrusted: bool,
}

/// A message after inspection.
#[derive(Debug)]
pub struct Inspected {
    /// What has to change in it.
    pub edits: Edits,
    /// What was found.
    pub report: Report,
    /// The counted tokens of its text.
    pub tokens: u64,
}

impl Inspected {
    /// The longest list of single findings.
    pub const FINDINGS: usize = 1000;
}

/// A message that may not go out.
#[derive(Debug)]
pub struct Withheld {
    /// Why.
    pub refusal: Refusal,
    /// What was found until then.
    pub report: Report,
}

/// Inspects a whole JSON-RPC message.
///
/// Texts are filtered. Names, keys, URIs and whatever else the protocol or another program must find unchanged are
/// judged, and the message is denied where they hold what is never innocent there: a credential, a registered value, a
/// denied host, an external image or hidden words in a name or a key, a URI that runs code. Where a text is denied, the
/// item of a listing that holds it is left out, and so are a server's instructions and words about itself; elsewhere the
/// message is denied.
///
/// # Errors
/// `limit.media_size`, `limit.token_budget`, `upstream.malformed` for media that is not base64, `output.denied`.
pub fn inspect_json(json: &Json, shape: Shape, rules: &Rules, spent: u64) -> Result<Inspected, Box<Withheld>> {
    inspect_rest(json, shape, rules, spent, (&Edits::new(), &Before::default()))
}

/// Inspects what is left of a message once these edits are made, behind the messages that went out before it: items of a list
/// that they remove are not looked at.
///
/// # Errors
/// As [`inspect_json`].
pub fn inspect_rest(
    json: &Json,
    shape: Shape,
    rules: &Rules,
    spent: u64,
    (decided, before): (&Edits, &Before),
) -> Result<Inspected, Box<Withheld>> {
    let (root, position) = (json.root(), Position::of(shape));
    let across = across::look(&[across::Seen { root, position, decided }], &rules.filter, before).pop();
    walk::Walk::new(rules, decided, spent).run(root, position, across.unwrap_or_default())
}

#[cfg(test)]
mod tests;
