//! The JSON-RPC envelope, the same in every era, and keys that two parsers may read differently.

use crate::json::{JsonError, Kind, Value};
use crate::{Reason, Refusal};

pub(super) fn json_refusal(error: JsonError) -> Refusal {
    Refusal::new(error.fault.reason()).hint(format!("byte {}", error.at))
}

pub(super) const KNOWN_PARAMS: &[&str] = &[
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
    "requestId",
    "progressToken",
    "level",
    "task",
];

/// The one of `known` that a key of `object` looks like to a parser that ignores case, without being equal to it.
#[must_use]
pub fn look_alike<'k>(object: Value<'_>, known: &[&'k str]) -> Option<&'k str> {
    object.members().find_map(|member| {
        let key = member.key();
        let is_known = known.contains(&key.as_ref());
        if is_known { None } else { known.iter().find(|name| resembles(&key, name)).copied() }
    })
}

/// Whether a parser that ignores case takes `key` for `name`.
#[must_use]
pub fn resembles(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}

/// Refuses a request in which two parsers may see two different things.
pub(in crate::mcp) fn no_look_alikes(object: Value<'_>, known: &[&str]) -> Result<(), Refusal> {
    match look_alike(object, known) {
        Some(name) => Err(Refusal::new(Reason::McpEnvelope).hint(format!("a member looks like `{name}`"))),
        None => Ok(()),
    }
}

/// What an envelope holds.
pub(super) enum Envelope {
    /// A request or a notification, by method.
    Method(String),
    /// A response of the client's.
    Response,
}

/// Reads the envelope.
pub(super) fn envelope(root: Value<'_>) -> Result<Envelope, Refusal> {
    let bad = |what: &str| Refusal::new(Reason::McpEnvelope).hint(what);
    match root.kind() {
        Kind::Array => return Err(Reason::McpBatch.into()),
        Kind::Object => {}
        _ => return Err(bad("not an object")),
    }
    if root.get("method").is_none() && (root.get("result").is_some() || root.get("error").is_some()) {
        return response(root);
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
    Ok(Envelope::Method(method.into_owned()))
}

fn response(root: Value<'_>) -> Result<Envelope, Refusal> {
    let bad = |what: &str| Refusal::new(Reason::McpEnvelope).hint(what);
    if root.members().any(|m| !matches!(m.key().as_ref(), "jsonrpc" | "id" | "result" | "error")) {
        return Err(bad("an unknown member"));
    }
    if root.get("jsonrpc").and_then(|v| v.as_str()).as_deref() != Some("2.0") {
        return Err(bad("jsonrpc"));
    }
    match (root.get("result"), root.get("error")) {
        (Some(result), None) if result.is_object() => Ok(Envelope::Response),
        (None, Some(error)) if error.is_object() => Ok(Envelope::Response),
        _ => Err(bad("neither one result nor one error")),
    }
}
