//! What a puppet answers in place of the decent answer.

use super::step::Step;
use serde_json::{Value, json};
use std::time::Duration;

/// What is in the answer.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// What an unscripted puppet answers.
    Honest,
    /// A JSON-RPC message with this member.
    Member(&'static str, Value),
    /// A media type and a text with places for the id and the session.
    Text(&'static str, String),
    Steps(Vec<Step>),
    Hang,
}

/// An answer to one method.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    /// The session that `initialize` opens, where that is not for the puppet to say.
    pub(super) session: Option<Option<String>>,
    pub(super) before: Vec<Step>,
    pub(super) changes: Vec<(String, Value)>,
    pub(super) body: Body,
}

impl Reply {
    const fn with(body: Body) -> Self {
        Self { status: None, headers: Vec::new(), session: None, before: Vec::new(), changes: Vec::new(), body }
    }

    /// The decent answer.
    #[must_use]
    pub const fn honest() -> Self {
        Self::with(Body::Honest)
    }

    /// The decent answer as a primed stream.
    #[must_use]
    pub fn streamed() -> Self {
        Self::stream([Step::prime(100), Step::Answer])
    }

    /// This result.
    #[must_use]
    pub const fn result(result: Value) -> Self {
        Self::with(Body::Member("result", result))
    }

    /// This error, under status 200.
    #[must_use]
    pub fn error(code: i64, message: &str) -> Self {
        Self::with(Body::Member("error", json!({ "code": code, "message": message })))
    }

    /// The refusal of a server of 2026-07-28: 400 and `-32022` with the revision that it supports.
    #[must_use]
    pub fn unsupported_version() -> Self {
        let error = unsupported(&json!("2025-11-25"));
        Self::with(Body::Member("error", error)).status(400)
    }

    /// A JSON body of this text; `{id}` becomes the request's id, `{session}` the session's name.
    #[must_use]
    pub fn json(text: impl Into<String>) -> Self {
        Self::with(Body::Text("application/json", text.into()))
    }

    /// A body of this media type and text, with the same places.
    #[must_use]
    pub fn text(kind: &'static str, text: impl Into<String>) -> Self {
        Self::with(Body::Text(kind, text.into()))
    }

    /// Only a status, and a short plain text.
    #[must_use]
    pub fn refuse(status: u16) -> Self {
        Self::text("text/plain", "no").status(status)
    }

    /// A stream of these steps.
    #[must_use]
    pub fn stream(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(Body::Steps(steps.into_iter().collect()))
    }

    /// No answer, ever.
    #[must_use]
    pub const fn hang() -> Self {
        Self::with(Body::Hang)
    }

    /// An `initialize` result with this revision.
    #[must_use]
    pub fn revision(revision: impl Into<Value>) -> Self {
        Self::honest().change("/result/protocolVersion", revision)
    }

    /// The same under this status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with a further header field; one that the puppet sets itself is replaced.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, and `initialize` opens a session with this name.
    #[must_use]
    pub fn session(mut self, id: &str) -> Self {
        self.session = Some(Some(id.to_owned()));
        self
    }

    /// The same, and `initialize` opens no session: later requests come without a name.
    #[must_use]
    pub fn no_session(mut self) -> Self {
        self.session = Some(None);
        self
    }

    /// The same with another value at this JSON pointer of the decent message; `null` takes the member away.
    #[must_use]
    pub fn change(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        self.changes.push((pointer.to_owned(), value.into()));
        self
    }

    /// The same after a step, which may wait or change something; it cannot speak on the answer's own stream.
    #[must_use]
    pub fn first(mut self, step: Step) -> Self {
        self.before.push(step);
        self
    }

    /// The same, this long after the request.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        self.first(Step::Wait(delay))
    }

    /// The same, once this gate is released.
    #[must_use]
    pub fn held(self, gate: &str) -> Self {
        self.first(Step::hold(gate))
    }
}

/// The error of 2026-07-28 for another revision.
pub(super) fn unsupported(requested: &Value) -> Value {
    let data = json!({ "supported": ["2026-07-28"], "requested": requested });
    json!({ "code": -32022, "message": "Unsupported protocol version", "data": data })
}

/// Puts the changes into a message.
pub(super) fn apply(changes: &[(String, Value)], mut message: Value) -> Value {
    for (pointer, value) in changes {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        match message.pointer_mut(parent) {
            Some(Value::Object(members)) if value.is_null() => drop(members.remove(name)),
            Some(Value::Object(members)) => drop(members.insert(name.to_owned(), value.clone())),
            _ => {}
        }
    }
    message
}
