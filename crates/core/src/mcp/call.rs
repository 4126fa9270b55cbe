//! The envelope: JSON-RPC 2.0 as MCP 2026-07-28 has it, and its agreement with the mirrored headers.

use super::{META_CAPABILITIES, META_VERSION, Method, REVISION, Target, params};
use crate::digest::Digest;
use crate::headers::{Mirrored, decode_value};
use crate::json::{Json, JsonError, JsonFault, Kind, Limits, Value, quote};
use crate::{Reason, Refusal, ServerName};
use bytes::Bytes;
use std::fmt;

/// A JSON-RPC request id: the original JSON text of a string or an integer.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    const MAX: usize = 256;

    /// Reads an id.
    #[must_use]
    pub fn of(value: Value<'_>) -> Option<Self> {
        let raw = value.raw();
        let fits = match value.kind() {
            Kind::String => true,
            Kind::Number => raw.parse::<i64>().is_ok(),
            _ => false,
        };
        (fits && raw.len() <= Self::MAX).then(|| Self(raw.to_owned()))
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

/// What a client sent.
#[derive(Debug)]
pub enum Inbound {
    /// A request.
    Call(Box<Call>),
    /// `notifications/cancelled`: accepted, but over HTTP closing the stream is what cancels.
    Cancelled,
}

/// A request that was read completely and agrees with its headers.
#[derive(Debug)]
pub struct Call {
    /// The server it is for.
    pub server: ServerName,
    /// Its id.
    pub id: RequestId,
    /// Its method.
    pub method: Method,
    /// What it is about.
    pub target: Target,
    /// What the client declared.
    pub capabilities: Capabilities,
    json: Json,
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

    /// The client's declared capabilities as they stand in the message.
    #[must_use]
    pub fn declared(&self) -> Option<Value<'_>> {
        self.json.root().path(&["params", "_meta", META_CAPABILITIES])
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

/// A refusal together with the id to answer under, as far as it could be read.
pub type Unread = (Refusal, Option<RequestId>);

/// Reads a message for `server` and compares it with the mirrored headers.
///
/// The order of checks is fixed: JSON, envelope, revision, `Mcp-Method`, method, `Mcp-Name`, `_meta`, params.
///
/// # Errors
/// The first fault, with the request's id where one was found.
pub fn read(server: ServerName, body: Bytes, headers: &Mirrored<'_>, limits: Limits) -> Result<Inbound, Unread> {
    let json = Json::parse(body, limits).map_err(|e| (json_refusal(e), None))?;
    let id = json.root().get("id").and_then(RequestId::of);
    read_json(server, json, headers).map_err(|refusal| (refusal, id))
}

fn json_refusal(error: JsonError) -> Refusal {
    let reason = match error.fault {
        JsonFault::Syntax => Reason::JsonSyntax,
        JsonFault::Encoding | JsonFault::Surrogate => Reason::JsonEncoding,
        JsonFault::DuplicateKey => Reason::JsonDuplicateKey,
        JsonFault::Depth => Reason::JsonDepth,
        JsonFault::Nodes | JsonFault::KeyLength | JsonFault::NumberLength => Reason::JsonSize,
        JsonFault::Trailing => Reason::JsonTrailing,
    };
    Refusal::new(reason).hint(format!("byte {}", error.at))
}

fn read_json(server: ServerName, json: Json, headers: &Mirrored<'_>) -> Result<Inbound, Refusal> {
    let root = json.root();
    let method_name = envelope(root)?;
    let params = root.get("params");
    if let Some(params) = params {
        no_look_alikes(params, KNOWN_PARAMS)?;
    }
    let is_notification = root.get("id").is_none();
    if is_notification {
        return notification(&method_name, headers);
    }
    let id = root.get("id").and_then(RequestId::of).ok_or_else(|| Refusal::new(Reason::McpEnvelope).hint("id"))?;
    revision(root, &method_name, headers)?;
    mirrored_method(&method_name, headers)?;
    let method = Method::parse(&method_name).ok_or_else(|| Refusal::new(Reason::McpMethodUnknown))?;
    mirrored_name(method, params, headers)?;
    let capabilities = meta(params)?;
    let params = params.ok_or_else(|| Refusal::new(Reason::McpMeta))?;
    let target = params::target(method, params)?;
    Ok(Inbound::Call(Box::new(Call { server, id, method, target, capabilities, json })))
}

const KNOWN_PARAMS: &[&str] = &[
    "_meta",
    "name",
    "uri",
    "arguments",
    "cursor",
    "ref",
    "argument",
    "context",
    "notifications",
    "inputResponses",
    "requestState",
];

/// The one of `known` that a key of `object` looks like to a parser that ignores case, without being equal to it.
#[must_use]
pub fn look_alike<'k>(object: Value<'_>, known: &[&'k str]) -> Option<&'k str> {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    object.members().find_map(|member| {
        let key = member.key();
        let is_known = known.contains(&key.as_ref());
        let similar = |name: &&&str| key.chars().map(fold).eq(name.chars().map(fold));
        if is_known { None } else { known.iter().find(similar).copied() }
    })
}

/// Refuses a request in which two parsers may see two different things.
pub(super) fn no_look_alikes(object: Value<'_>, known: &[&str]) -> Result<(), Refusal> {
    match look_alike(object, known) {
        Some(name) => Err(Refusal::new(Reason::McpEnvelope).hint(format!("a member looks like `{name}`"))),
        None => Ok(()),
    }
}

fn envelope(root: Value<'_>) -> Result<String, Refusal> {
    let bad = |what: &str| Refusal::new(Reason::McpEnvelope).hint(what);
    match root.kind() {
        Kind::Array => return Err(Reason::McpBatch.into()),
        Kind::Object => {}
        _ => return Err(bad("not an object")),
    }
    if root.get("method").is_none() && (root.get("result").is_some() || root.get("error").is_some()) {
        return Err(Reason::McpResponse.into());
    }
    if root.members().any(|m| !matches!(m.key().as_ref(), "jsonrpc" | "id" | "method" | "params")) {
        return Err(bad("an unknown member"));
    }
    if root.get("jsonrpc").and_then(|v| v.as_str()).as_deref() != Some("2.0") {
        return Err(bad("jsonrpc"));
    }
    if root.get("params").is_some_and(|params| !params.is_object()) {
        return Err(bad("params"));
    }
    let method = root.get("method").and_then(|v| v.as_str()).ok_or_else(|| bad("method"))?;
    if method.is_empty() || method.len() > 128 || !method.bytes().all(|b| matches!(b, 0x21..=0x7e)) {
        return Err(bad("method"));
    }
    Ok(method.into_owned())
}

fn notification(method: &str, headers: &Mirrored<'_>) -> Result<Inbound, Refusal> {
    if let Some(header) = headers.method.filter(|header| *header != method) {
        let _ = header;
        return Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Method"));
    }
    match method {
        "notifications/cancelled" => Ok(Inbound::Cancelled),
        name if name.starts_with("notifications/") => Err(Reason::McpNotification.into()),
        _ => Err(Refusal::new(Reason::McpEnvelope).hint("id")),
    }
}

/// The header and `_meta` must name one and the same revision, and it must be ours.
fn revision(root: Value<'_>, method: &str, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let stated = root.path(&["params", "_meta", META_VERSION]);
    let stated = match stated {
        Some(value) => Some(value.as_str().ok_or(Refusal::new(Reason::McpMeta))?),
        None => None,
    };
    let unsupported = |requested: &str| {
        let requested: String = requested.chars().take(64).collect();
        Refusal::new(Reason::McpVersion)
            .data("supported", format!("[{}]", quote(REVISION)))
            .data("requested", quote(&requested))
    };
    match (headers.version, stated.as_deref()) {
        (Some(header), Some(body)) if header != body => {
            Err(Refusal::new(Reason::McpHeaderMismatch).hint("MCP-Protocol-Version"))
        }
        (Some(header), _) if header != REVISION => Err(unsupported(header)),
        (None, None) if method == "initialize" => {
            let requested = root.path(&["params", "protocolVersion"]).and_then(|v| v.as_str());
            Err(unsupported(requested.as_deref().unwrap_or_default()))
        }
        (None, _) => Err(Refusal::new(Reason::McpHeaderMissing).hint("MCP-Protocol-Version")),
        (Some(_), None) => Err(Refusal::new(Reason::McpMeta).hint(META_VERSION)),
        (Some(_), Some(_)) => Ok(()),
    }
}

fn mirrored_method(method: &str, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    match headers.method {
        None => Err(Refusal::new(Reason::McpHeaderMissing).hint("Mcp-Method")),
        Some(header) if header != method => Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Method")),
        Some(_) => Ok(()),
    }
}

fn mirrored_name(method: Method, params: Option<Value<'_>>, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let value = method.named_by().and_then(|member| params?.get(member)?.as_str());
    match (headers.name, value) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::new(Reason::McpHeaderMissing).hint("Mcp-Name")),
        // A name that mirrors nothing says something that the body does not say.
        (Some(_), None) if method.named_by().is_none() => Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Name")),
        (Some(_), None) => Err(Refusal::new(Reason::McpParams).hint("name")),
        (Some(header), Some(value)) => {
            let decoded = decode_value(header).map_err(|reason| Refusal::new(reason).hint("Mcp-Name"))?;
            if decoded == value { Ok(()) } else { Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Name")) }
        }
    }
}

fn meta(params: Option<Value<'_>>) -> Result<Capabilities, Refusal> {
    let missing = || Refusal::new(Reason::McpMeta).hint(META_CAPABILITIES);
    let declared =
        params.and_then(|p| p.path(&["_meta", META_CAPABILITIES])).filter(Value::is_object).ok_or_else(missing)?;
    let has = |name: &str| declared.get(name).is_some_and(|v| v.is_object());
    let elicitation = declared.get("elicitation").filter(Value::is_object);
    let mode = |name: &str| elicitation.and_then(|modes| modes.get(name)).is_some();
    Ok(Capabilities {
        elicitation: elicitation.is_some() && (mode("form") || !mode("url")),
        elicitation_url: mode("url"),
        sampling: has("sampling"),
        roots: has("roots"),
    })
}

#[cfg(test)]
mod tests;
