//! Messages of the session era: `initialize` opens, and what follows belongs to the session that it opened.

use super::call::{Call, Capabilities, Inbound, RequestId};
use super::envelope::{KNOWN_PARAMS, no_look_alikes};
use super::read::SessionFacts;
use super::{Era, META_CAPABILITIES, Method, Revision, Target, params};
use crate::headers::{Mirrored, decode_value};
use crate::json::{Json, Kind, Limits, Value};
use crate::{Reason, Refusal, ServerName};
use bytes::Bytes;

/// Reads `initialize`. A client that asks for a revision that is not served is offered the newest that is.
pub(super) fn initialize(server: ServerName, json: Json, headers: &Mirrored<'_>) -> Result<Inbound, Refusal> {
    let root = json.root();
    no_modern_headers(headers)?;
    no_contradiction("initialize", root, headers)?;
    let id = root.get("id").and_then(RequestId::of).ok_or_else(|| Refusal::new(Reason::McpEnvelope).hint("id"))?;
    let invalid = |member: &str| Refusal::new(Reason::McpParams).hint(member);
    let params = root.get("params").ok_or_else(|| invalid("params"))?;
    no_look_alikes(params, &["protocolVersion", "capabilities", "clientInfo", "_meta"])?;
    no_modern_meta(params)?;
    let requested = params.get("protocolVersion").and_then(|v| v.as_str()).ok_or_else(|| invalid("protocolVersion"))?;
    let declared = params.get("capabilities").filter(Value::is_object).ok_or_else(|| invalid("capabilities"))?;
    no_look_alikes(declared, &["roots", "sampling", "elicitation", "experimental", "tasks", "extensions"])?;
    params.get("clientInfo").filter(Value::is_object).ok_or_else(|| invalid("clientInfo"))?;
    // The header is for what follows (2025-11-25, "Protocol Version Header"); here the body alone negotiates. Clients that
    // open a session again send what the one before had agreed on.
    let asked = Revision::parse(&requested).filter(|revision| revision.era() == Era::Session);
    let revision = asked.unwrap_or(Revision::V2025_11_25);
    let capabilities = Capabilities::of(declared);
    let (method, target) = (Method::Initialize, Target::Server);
    Ok(Inbound::Call(Box::new(Call { server, revision, id: Some(id), method, target, capabilities, json })))
}

/// Reads a request or a notification within a session.
pub(super) fn message(
    server: ServerName,
    json: Json,
    name: &str,
    headers: &Mirrored<'_>,
    facts: SessionFacts,
) -> Result<Inbound, Refusal> {
    agrees(headers, facts)?;
    let root = json.root();
    no_contradiction(name, root, headers)?;
    let params = root.get("params");
    if let Some(params) = params {
        no_look_alikes(params, KNOWN_PARAMS)?;
        no_modern_meta(params)?;
        for (member, why) in
            [("inputResponses", Reason::McpEra), ("requestState", Reason::McpEra), ("task", Reason::McpParams)]
        {
            if params.get(member).is_some() {
                return Err(Refusal::new(why).hint(member));
            }
        }
    }
    let (id, method, target) = match root.get("id") {
        None => {
            let method = Method::notification(name);
            let method = method.ok_or_else(|| {
                let is_notification = name.starts_with("notifications/");
                Refusal::new(if is_notification { Reason::McpNotification } else { Reason::McpEnvelope })
            })?;
            notification(method, params)?;
            (None, method, Target::Server)
        }
        Some(id) => {
            let id = RequestId::of(id).ok_or_else(|| Refusal::new(Reason::McpEnvelope).hint("id"))?;
            let method = Method::request(name, Era::Session).ok_or(Reason::SessionMethod)?;
            let target = params.map_or_else(|| bare_target(method), |params| params::target(method, params))?;
            (Some(id), method, target)
        }
    };
    let SessionFacts { revision, capabilities } = facts;
    Ok(Inbound::Call(Box::new(Call { server, revision, id, method, target, capabilities, json })))
}

/// Reads a client's response to a request of the server's.
pub(super) fn reply(
    server: ServerName,
    json: Json,
    headers: &Mirrored<'_>,
    facts: SessionFacts,
) -> Result<Inbound, Refusal> {
    agrees(headers, facts)?;
    mirrors_nothing(headers)?;
    let id = json.root().get("id").and_then(RequestId::of);
    let id = id.ok_or_else(|| Refusal::new(Reason::McpEnvelope).hint("id"))?;
    let SessionFacts { revision, capabilities } = facts;
    let (method, target) = (Method::Reply, Target::Server);
    Ok(Inbound::Call(Box::new(Call { server, revision, id: Some(id), method, target, capabilities, json })))
}

impl Call {
    /// What a session does without a message: [`Method::Stream`] and [`Method::End`].
    ///
    /// # Errors
    /// A header that belongs to the other era or names another revision.
    pub fn bare(
        server: ServerName,
        method: Method,
        headers: &Mirrored<'_>,
        facts: SessionFacts,
    ) -> Result<Box<Self>, Refusal> {
        agrees(headers, facts)?;
        mirrors_nothing(headers)?;
        let json = Json::parse(Bytes::from_static(b"{}"), Limits::default()).map_err(|_| Reason::Internal)?;
        let SessionFacts { revision, capabilities } = facts;
        Ok(Box::new(Self { server, revision, id: None, method, target: Target::Server, capabilities, json }))
    }
}

/// What has no method mirrors none.
fn mirrors_nothing(headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let name = headers.method.map(|_| "Mcp-Method").or_else(|| headers.name.map(|_| "Mcp-Name"));
    name.map_or(Ok(()), |name| Err(Refusal::new(Reason::McpHeaderMismatch).hint(name)))
}

/// The headers must be those of the session's revision.
fn agrees(headers: &Mirrored<'_>, facts: SessionFacts) -> Result<(), Refusal> {
    no_modern_headers(headers)?;
    // Whoever leaves it out is known by the session (2025-06-18 and 2025-11-25, "Protocol Version Header").
    match headers.version {
        Some(version) if version != facts.revision.as_str() => {
            Err(Refusal::new(Reason::SessionVersion).hint("MCP-Protocol-Version"))
        }
        _ => Ok(()),
    }
}

fn no_modern_headers(headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let version = headers.version.and_then(Revision::parse);
    if version.is_some_and(|revision| revision.era() == Era::Modern) {
        return Err(Refusal::new(Reason::McpEra).hint("MCP-Protocol-Version"));
    }
    if headers.params.is_empty() { Ok(()) } else { Err(Refusal::new(Reason::McpEra).hint("Mcp-Param")) }
}

/// These revisions mirror nothing in headers. Where a client does so all the same, nobody in between may be misled.
fn no_contradiction(method: &str, root: Value<'_>, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    if headers.method.is_some_and(|header| header != method) {
        return Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Method"));
    }
    let Some(header) = headers.name else { return Ok(()) };
    let member = Method::request(method, Era::Session).and_then(Method::named_by);
    let name = member.and_then(|member| root.path(&["params", member])?.as_str());
    let decoded = decode_value(header).map_err(|reason| Refusal::new(reason).hint("Mcp-Name"))?;
    let agrees = name.is_some_and(|name| name == decoded);
    if agrees { Ok(()) } else { Err(Refusal::new(Reason::McpHeaderMismatch).hint("Mcp-Name")) }
}

fn no_modern_meta(params: Value<'_>) -> Result<(), Refusal> {
    match params.path(&["_meta", META_CAPABILITIES]) {
        Some(_) => Err(Refusal::new(Reason::McpEra).hint(META_CAPABILITIES)),
        None => Ok(()),
    }
}

/// The target of a request without params, which only lists and pings may be.
fn bare_target(method: Method) -> Result<Target, Refusal> {
    match method {
        _ if method.list_member().is_some() => Ok(Target::Server),
        Method::Ping => Ok(Target::Server),
        _ => Err(Refusal::new(Reason::McpParams).hint("params")),
    }
}

/// What a notification says must be what later steps read in it.
fn notification(method: Method, params: Option<Value<'_>>) -> Result<(), Refusal> {
    let member = match method {
        Method::Cancelled => "requestId",
        Method::Progress => "progressToken",
        _ => return Ok(()),
    };
    let named = params.and_then(|params| params.get(member)).and_then(RequestId::of);
    let fine =
        named.is_some() && params.and_then(|p| p.get("reason")).is_none_or(|reason| reason.kind() == Kind::String);
    if fine { Ok(()) } else { Err(Refusal::new(Reason::McpParams).hint(member)) }
}
