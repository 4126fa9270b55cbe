//! One message of a client's, as everything after the reading sees it.

use super::{Era, META_CAPABILITIES, Method, Revision, Target};
use crate::ServerName;
use crate::digest::Digest;
use crate::json::{Json, Kind, Value, quote};
use std::fmt;

/// A JSON-RPC request id or a progress token: a string or an integer, however it was spelt.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    const MAX: usize = 256;

    /// Reads an id.
    #[must_use]
    pub fn of(value: Value<'_>) -> Option<Self> {
        if value.raw().len() > Self::MAX {
            return None;
        }
        match value.kind() {
            Kind::String => value.as_str().map(|text| Self(quote(&text))),
            Kind::Number => value.raw().parse::<i64>().ok().map(|number| Self(number.to_string())),
            _ => None,
        }
    }

    /// The id that is this number.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        Self(number.to_string())
    }

    /// Its JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which requests from server to client the client declared that it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// `elicitation` of forms: declared alone, or with `form`.
    pub elicitation: bool,
    /// `elicitation` of URLs.
    pub elicitation_url: bool,
    /// `sampling`
    pub sampling: bool,
    /// `roots`
    pub roots: bool,
}

impl Capabilities {
    /// Reads a `ClientCapabilities` object.
    #[must_use]
    pub fn of(declared: Value<'_>) -> Self {
        let has = |name: &str| declared.get(name).is_some_and(|v| v.is_object());
        let elicitation = declared.get("elicitation").filter(Value::is_object);
        let mode = |name: &str| elicitation.and_then(|modes| modes.get(name)).is_some();
        Self {
            elicitation: elicitation.is_some() && (mode("form") || !mode("url")),
            elicitation_url: mode("url"),
            sampling: has("sampling"),
            roots: has("roots"),
        }
    }
}

/// What a client sent.
#[derive(Debug)]
pub enum Inbound {
    /// A request.
    Call(Box<Call>),
    /// `notifications/cancelled` of the modern era: accepted, but over HTTP closing the stream is what cancels.
    Cancelled,
}

/// A message that was read completely and agrees with its headers.
#[derive(Debug)]
pub struct Call {
    /// The server it is for.
    pub server: ServerName,
    /// The revision that it is in.
    pub revision: Revision,
    /// Its id; none for notifications and for what has no body.
    pub id: Option<RequestId>,
    /// Its method.
    pub method: Method,
    /// What it is about.
    pub target: Target,
    /// What the client declared.
    pub capabilities: Capabilities,
    pub(super) json: Json,
}

impl Call {
    /// The whole message.
    #[must_use]
    pub const fn json(&self) -> &Json {
        &self.json
    }

    /// A member of `params`.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Value<'_>> {
        self.json.root().path(&["params", name])
    }

    /// Its era.
    #[must_use]
    pub const fn era(&self) -> Era {
        self.revision.era()
    }

    /// The client's declared capabilities as they stand in the message, if it is one that declares them.
    #[must_use]
    pub fn declared(&self) -> Option<Value<'_>> {
        match (self.era(), self.method) {
            (Era::Modern, _) => self.json.root().path(&["params", "_meta", META_CAPABILITIES]),
            (Era::Session, Method::Initialize) => self.param("capabilities"),
            (Era::Session, _) => None,
        }
    }

    /// The digest over server and message: what a permit is bound to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_parts("casemate/call/v1", &[self.server.as_str().as_bytes(), self.json.bytes()])
    }

    /// The digest over method, target and arguments, the same for a first request and its retry with input.
    #[must_use]
    pub fn request_digest(&self) -> Digest {
        let name = self.method.named_by().and_then(|member| self.param(member));
        let arguments = self.param("arguments").map_or("", |v| v.raw());
        Digest::of_parts(
            "casemate/request/v1",
            &[
                self.server.as_str().as_bytes(),
                self.method.as_str().as_bytes(),
                name.and_then(|v| v.as_str()).unwrap_or_default().as_bytes(),
                arguments.as_bytes(),
            ],
        )
    }
}
