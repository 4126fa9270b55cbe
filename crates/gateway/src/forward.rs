//! Sending a recorded call to its upstream, and judging the head of the answer.

use crate::config::Upstream;
use crate::gateway::Gateway;
use crate::request::{self, is_event_stream, is_json};
use bytes::Bytes;
use casemate_audit::Effect;
use casemate_core::headers::encode_value;
use casemate_core::json::{Edits, quote};
use casemate_core::mcp::{Call, Method};
use casemate_core::{Agent, Reason, Refusal, TraceId};
use casemate_net::{Body, NetError};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};

/// How the upstream answers.
pub(crate) enum Head {
    /// One JSON document, under this status.
    Json(StatusCode, Body),
    /// A stream of events.
    Events(Body),
}

/// A call that did not get an answer, and what that says of its effect.
pub(crate) type Failed = (Refusal, Effect);

/// The message as the upstream gets it: the client's own bytes, unless something in them is not for the upstream.
///
/// Removed are capabilities that are not carried: extensions, and requests to the client that this upstream's entry
/// does not allow. A sealed state is replaced by the upstream's own.
pub(crate) fn outgoing(call: &Call, upstream: &Upstream, opened: Option<&str>) -> Bytes {
    let mut edits = Edits::new();
    if let Some(declared) = call.declared() {
        let (allowed, can) = (upstream.requests, call.capabilities);
        let (form, url) = (allowed.elicitation && can.elicitation, allowed.elicitation_url && can.elicitation_url);
        edits.retain_members(declared, |name, _| match name {
            "extensions" => false,
            "elicitation" => form || url,
            "sampling" => allowed.sampling,
            "roots" => allowed.roots,
            _ => true,
        });
        if let Some(modes) = declared.get("elicitation").filter(|_| form || url) {
            edits.retain_members(modes, |name, _| match name {
                "form" => form,
                "url" => url,
                _ => true,
            });
        }
    }
    if let (Some(state), Some(value)) = (opened, call.param("requestState")) {
        edits.replace(value, quote(state));
    }
    edits.apply(call.json())
}

/// The headers that an upstream gets: made from the call, or taken from the short list of those that may pass.
fn headers(call: &Call, upstream: &Upstream, incoming: &HeaderMap, trace: TraceId, agent: Option<&Agent>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, "application/json");
    put(header::ACCEPT, "application/json, text/event-stream");
    put(HeaderName::from_static("mcp-protocol-version"), casemate_core::mcp::REVISION);
    put(HeaderName::from_static("mcp-method"), call.method.as_str());
    if let Some(name) = call.method.named_by().and_then(|member| call.param(member)).and_then(|v| v.as_str()) {
        put(HeaderName::from_static("mcp-name"), &encode_value(&name));
    }
    put(HeaderName::from_static(request::TRACE), &trace.to_string());
    if let Some(agent) = agent {
        put(HeaderName::from_static(request::CLIENT), agent.as_str());
    }
    for (name, value) in incoming {
        // An intermediary must forward the mirrored arguments that it does not know.
        if call.method == Method::ToolsCall && name.as_str().starts_with("mcp-param-") {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Some(parent) = incoming.get(TRACEPARENT).filter(|parent| is_traceparent(parent.as_bytes())) {
        headers.insert(TRACEPARENT, parent.clone());
        let state = incoming.get(TRACESTATE).filter(|state| state.len() <= 512 && state.to_str().is_ok());
        headers.extend(state.map(|state| (HeaderName::from_static(TRACESTATE), state.clone())));
    }
    credential(upstream, &mut headers);
    headers
}

/// Adds the gateway's own credential for an upstream.
pub(crate) fn credential(upstream: &Upstream, headers: &mut HeaderMap) {
    if let Some((name, secret)) = &upstream.credential
        && let Ok(mut value) = HeaderValue::from_bytes(secret.expose())
    {
        value.set_sensitive(true);
        headers.insert(name.clone(), value);
    }
}

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// Whether a value has the form of W3C Trace Context, section 3.2: `00-{32 hex}-{16 hex}-{2 hex}`.
fn is_traceparent(value: &[u8]) -> bool {
    let hex = |b: &u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
    let parts: Vec<&[u8]> = value.split(|b| *b == b'-').collect();
    let lengths = parts.iter().map(|part| part.len()).eq([2, 32, 16, 2]);
    lengths && parts.iter().all(|part| part.iter().all(hex))
}

/// Sends the call. Only `relay` does this, and only with a recorded call.
pub(crate) async fn send(
    gateway: &Gateway,
    upstream: &Upstream,
    call: &Call,
    incoming: &HeaderMap,
    (trace, agent): (TraceId, Option<&Agent>),
    opened: Option<&str>,
) -> Result<Head, Failed> {
    let mut outgoing = Request::new(outgoing(call, upstream, opened));
    *outgoing.method_mut() = http::Method::POST;
    *outgoing.headers_mut() = headers(call, upstream, incoming, trace, agent);
    let answered = gateway.net.send(&upstream.target, outgoing, upstream.first_byte).await;
    let response = answered.map_err(|fault| failed(&fault))?;
    let (head, body) = response.into_parts();
    judge(&head, body)
}

/// What an outbound fault means for client and record.
pub(crate) fn failed(fault: &NetError) -> Failed {
    let reason = fault.reason();
    let effect = if fault.may_have_effect() { Effect::Unknown } else { Effect::NotAttempted };
    (Refusal::new(reason).detail(fault.to_string()), effect)
}

fn judge(head: &http::response::Parts, body: Body) -> Result<Head, Failed> {
    let status = head.status;
    let refused = |reason, effect| Err((Refusal::new(reason).detail(format!("upstream status {status}")), effect));
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return refused(Reason::UpstreamAuth, Effect::Refused);
    }
    let mut kinds = head.headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kinds.next().is_some() {
        return refused(Reason::UpstreamMalformed, Effect::Unknown);
    }
    let may_be_error = matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND);
    if is_json(kind) && (status == StatusCode::OK || may_be_error) {
        Ok(Head::Json(status, body))
    } else if is_event_stream(kind) && status == StatusCode::OK {
        Ok(Head::Events(body))
    } else if status == StatusCode::OK {
        refused(Reason::UpstreamMalformed, Effect::Unknown)
    } else {
        refused(Reason::UpstreamStatus, Effect::Unknown)
    }
}
