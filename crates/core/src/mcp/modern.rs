//! Messages of the modern era: each names its revision in `_meta`, and headers mirror the body.

use super::call::{Call, Capabilities, Inbound, RequestId};
use super::envelope::{KNOWN_PARAMS, no_look_alikes};
use super::{Era, META_CAPABILITIES, META_VERSION, Method, REVISION, Revision, params};
use crate::headers::{Mirrored, decode_value};
use crate::json::{Json, Value, quote};
use crate::{Reason, Refusal, ServerName};

/// Reads a request or a notification. The order of checks is fixed: revision, `Mcp-Method`, method, `Mcp-Name`, `_meta`,
/// params.
pub(super) fn message(
    server: ServerName,
    json: Json,
    method_name: &str,
    headers: &Mirrored<'_>,
) -> Result<Inbound, Refusal> {
    let root = json.root();
    let params = root.get("params");
    if let Some(params) = params {
        no_look_alikes(params, KNOWN_PARAMS)?;
    }
    if root.get("id").is_none() {
        return notification(method_name, headers);
    }
    let id = root.get("id").and_then(RequestId::of).ok_or_else(|| Refusal::new(Reason::McpEnvelope).hint("id"))?;
    revision(root, method_name, headers)?;
    mirrored_method(method_name, headers)?;
    let method = Method::request(method_name, Era::Modern).ok_or_else(|| Refusal::new(Reason::McpMethodUnknown))?;
    mirrored_name(method, params, headers)?;
    let capabilities = meta(params)?;
    let params = params.ok_or_else(|| Refusal::new(Reason::McpMeta))?;
    let target = params::target(method, params)?;
    let revision = Revision::V2026_07_28;
    Ok(Inbound::Call(Box::new(Call { server, revision, id: Some(id), method, target, capabilities, json })))
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
            .hint(format!("served are {}", Revision::names()))
            // What `server/discover` says: whoever asks in this era gets no further with another's revision.
            .data("supported", Era::Modern.revisions_json())
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
    Ok(Capabilities::of(declared))
}
