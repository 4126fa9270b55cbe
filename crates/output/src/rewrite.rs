//! Cleaning a JSON-RPC message: every text in it is inspected, and only what the protocol itself reads stays untouched.

mod place;
mod position;
mod walk;

pub use crate::media::{check_request, check_secrets};
use place::Place;

use casemate_core::Refusal;
use casemate_core::json::{Edits, Json};
use casemate_core::mcp::Method;
use casemate_inspect::{Action, Policy, Severity};
use position::Position;
use std::ops::Range;

/// What holds for one upstream's messages.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What text may hold.
    pub inspect: Policy,
    /// The most decoded bytes of each image, audio or blob.
    pub media_bytes: usize,
    /// What is left of the request's token budget.
    pub tokens: u64,
    /// Whether no image and no icon may go out.
    pub sensitive: bool,
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

/// How often a rule matched in one message, and what was done: what the record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The rule's id.
    pub rule: &'static str,
    /// What was done.
    pub action: &'static str,
    /// How often.
    pub count: u32,
}

/// A finding and where in the message it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The string, as a JSON Pointer (RFC 6901) that names only members that the protocol knows; others are `*`.
    pub place: String,
    /// The rule's id.
    pub rule: &'static str,
    /// Where in the decoded string, in bytes; empty where the finding is about the whole value.
    pub span: Range<usize>,
    /// What was done.
    pub action: Action,
    /// How grave it is.
    pub severity: Severity,
}

/// A message after inspection.
#[derive(Debug)]
pub struct Inspected {
    /// What has to change in it.
    pub edits: Edits,
    /// What was found, summed up by rule and action.
    pub notes: Vec<Note>,
    /// What was found, one by one, at most [`Inspected::FINDINGS`].
    pub findings: Vec<Located>,
    /// The counted tokens of its text.
    pub tokens: u64,
}

impl Inspected {
    /// The longest list of single findings; [`Inspected::notes`] counts them all.
    pub const FINDINGS: usize = 1000;
}

/// Inspects a whole JSON-RPC message.
///
/// Texts are cleaned. Names, keys, URIs and whatever else the protocol or another program must find unchanged are
/// judged, and the message is denied where they hold what is never innocent there: an external image or hidden words
/// in a name or a key, a URI that runs code.
///
/// # Errors
/// `limit.media_size`, `limit.token_budget`, `upstream.malformed` for media that is not base64, `output.denied`.
pub fn inspect_json(json: &Json, shape: Shape, rules: &Rules, spent: u64) -> Result<Inspected, Refusal> {
    inspect_rest(json, shape, rules, spent, &Edits::new())
}

/// Inspects what is left of a message once these edits are made: items of a list that they remove are not looked at.
///
/// # Errors
/// As [`inspect_json`].
pub fn inspect_rest(
    json: &Json,
    shape: Shape,
    rules: &Rules,
    spent: u64,
    decided: &Edits,
) -> Result<Inspected, Refusal> {
    let position = match shape {
        Shape::Result(method) => Position::Response(method),
        Shape::Error => Position::ErrorResponse,
        Shape::Notification => Position::Notification,
        Shape::Request => Position::Request,
    };
    walk::Walk::new(rules, decided, spent).run(json.root(), position)
}

#[cfg(test)]
mod tests;
