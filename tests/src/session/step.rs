//! What a stream says, step by step.

use serde_json::{Value, json};
use std::time::Duration;

/// The id of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Id {
    /// The stream's next one.
    Next,
    None,
    Is(String),
}

/// One event of a stream, as the event stream format of HTML has it.
#[derive(Debug, Clone)]
pub struct Event {
    pub(super) id: Id,
    kind: Option<String>,
    retry: Option<u64>,
    data: String,
}

impl Event {
    /// An event with this text; `{id}` in it becomes the request's id, `{session}` the session's name.
    #[must_use]
    pub fn new(data: impl Into<String>) -> Self {
        Self { id: Id::Next, kind: None, retry: None, data: data.into() }
    }

    /// An event with this message.
    #[must_use]
    pub fn of(message: &Value) -> Self {
        Self::new(message.to_string())
    }

    /// The same with this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Id::Is(id.to_owned());
        self
    }

    /// The same without an id.
    #[must_use]
    pub fn no_id(mut self) -> Self {
        self.id = Id::None;
        self
    }

    /// The same with this event type.
    #[must_use]
    pub fn kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    /// The same with this reconnection time in milliseconds.
    #[must_use]
    pub const fn retry(mut self, milliseconds: u64) -> Self {
        self.retry = Some(milliseconds);
        self
    }

    pub(super) fn data(&self) -> &str {
        &self.data
    }

    pub(super) fn with_data(mut self, data: String) -> Self {
        self.data = data;
        self
    }

    /// The event's bytes under this id.
    pub(super) fn bytes(&self, id: Option<&str>) -> String {
        let mut text = String::new();
        for (name, value) in [
            ("id", id.map(str::to_owned)),
            ("event", self.kind.clone()),
            ("retry", self.retry.map(|ms| ms.to_string())),
        ] {
            if let Some(value) = value {
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        for line in self.data.split('\n') {
            text.push_str(&format!("data: {line}\n"));
        }
        text.push('\n');
        text
    }
}

/// One step of a stream. Without a last [`Step::Hang`], the stream ends after its steps.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends an event.
    Event(Event),
    /// Sends these bytes as they are; `{id}` and `{session}` are filled in.
    Raw(String),
    /// Sends the decent answer to the request.
    Answer,
    /// Answers the request with this result.
    Result(Value),
    /// Answers the request with this error.
    Error(i64, String),
    /// Answers another request: this id, this result.
    AnswerTo(Value, Value),
    /// Sends a progress notification under the request's token, if it has one: progress and total.
    Progress(u64, u64),
    /// Waits for the client's response to the server's request with this id.
    Heard(Value),
    /// Waits for the same and answers the request with a text that repeats it.
    Repeat(Value),
    /// Sends an event on the session's GET stream.
    Elsewhere(Event),
    /// From here on, this is the list of tools.
    Tools(Value),
    /// Waits this long.
    Wait(Duration),
    /// Waits for [`super::SessionPuppet::release`].
    Hold(String),
    /// Ends the connection in order; later steps wait to be fetched with `Last-Event-ID`.
    Cut,
    /// Breaks the connection off; later steps wait to be fetched with `Last-Event-ID`.
    Break,
    /// Forgets the session in which the request came.
    Forget,
    /// Stays open and silent.
    Hang,
}

impl Step {
    /// Sends a message as it is.
    #[must_use]
    pub fn message(message: &Value) -> Self {
        Self::Event(Event::of(message))
    }

    /// An event with an id, a reconnection time in milliseconds and no data, as 2025-11-25 opens its streams.
    #[must_use]
    pub fn prime(retry: u64) -> Self {
        Self::Event(Event::new("").retry(retry))
    }

    /// Sends a notification.
    #[must_use]
    pub fn note(method: &str, params: &Value) -> Self {
        Self::message(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Sends a log message.
    #[must_use]
    pub fn log(level: &str, data: &Value) -> Self {
        Self::note("notifications/message", &json!({ "level": level, "logger": "puppet", "data": data }))
    }

    /// Sends a request to the client, and does not wait.
    #[must_use]
    pub fn ask(id: impl Into<Value>, method: &str, params: &Value) -> Self {
        Self::message(&json!({ "jsonrpc": "2.0", "id": id.into(), "method": method, "params": params }))
    }

    /// Waits this many milliseconds.
    #[must_use]
    pub const fn wait(milliseconds: u64) -> Self {
        Self::Wait(Duration::from_millis(milliseconds))
    }

    /// Waits for [`super::SessionPuppet::release`] with this name.
    #[must_use]
    pub fn hold(gate: &str) -> Self {
        Self::Hold(gate.to_owned())
    }
}
