//! Sending a recorded call to its upstream, and judging the head of the answer.

use crate::config::Upstream;
use crate::gateway::Gateway;
use crate::request::{self, is_event_stream, is_json};
use crate::session::{LAST_EVENT, SESSION, heard};
use bytes::Bytes;
use casemate_audit::Effect;
use casemate_core::headers::encode_value;
use casemate_core::json::{Edits, quote};
use casemate_core::mcp::{Call, Era, Method, REVISION};
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
    if let (Method::Initialize, Some(version)) = (call.method, call.param("protocolVersion")) {
        let offered = upstream.revision.filter(|revision| revision.era() == Era::Session).unwrap_or(call.revision);
        heard::proposal(version, offered, &mut edits);
    }
    if let Some(declared) = call.declared() {
        let (allowed, can) = (upstream.requests, call.capabilities);
        let (form, url) = (allowed.elicitation && can.elicitation, allowed.elicitation_url && can.elicitation_url);
        edits.retain_members(declared, |name, _| match name {
            "extensions" => false,
            "experimental" | "tasks" => call.era() == Era::Modern,
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

/// Who asks, for the upstream's own logs.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) trace: TraceId,
    pub(crate) agent: Option<&'a Agent>,
    /// The headers that came from the client, of which few may pass.
    pub(crate) incoming: &'a HeaderMap,
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The headers that an upstream gets of every call: made here, or taken from the short list of those that may pass.
fn common(headers: &mut HeaderMap, upstream: &Upstream, caller: Caller<'_>) {
    put(headers, request::TRACE, &caller.trace.to_string());
    if let Some(agent) = caller.agent {
        put(headers, request::CLIENT, agent.as_str());
    }
    let incoming = caller.incoming;
    if let Some(parent) = incoming.get(TRACEPARENT).filter(|parent| is_traceparent(parent.as_bytes())) {
        headers.insert(TRACEPARENT, parent.clone());
        let state = incoming.get(TRACESTATE).filter(|state| state.len() <= 512 && state.to_str().is_ok());
        headers.extend(state.map(|state| (HeaderName::from_static(TRACESTATE), state.clone())));
    }
    credential(upstream, headers);
}

/// The headers of a modern call.
fn headers(call: &Call, upstream: &Upstream, caller: Caller<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, "content-type", "application/json");
    put(&mut headers, "accept", "application/json, text/event-stream");
    put(&mut headers, "mcp-protocol-version", REVISION);
    put(&mut headers, "mcp-method", call.method.as_str());
    if let Some(name) = call.method.named_by().and_then(|member| call.param(member)).and_then(|v| v.as_str()) {
        put(&mut headers, "mcp-name", &encode_value(&name));
    }
    for (name, value) in caller.incoming {
        // An intermediary must forward the mirrored arguments that it does not know.
        if call.method == Method::ToolsCall && name.as_str().starts_with("mcp-param-") {
            headers.insert(name.clone(), value.clone());
        }
    }
    common(&mut headers, upstream, caller);
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

/// Sends a modern call. Only `relay` does this, and only with a recorded call.
pub(crate) async fn send(
    gateway: &Gateway,
    upstream: &Upstream,
    call: &Call,
    caller: Caller<'_>,
    opened: Option<&str>,
) -> Result<Head, Failed> {
    let mut outgoing = Request::new(outgoing(call, upstream, opened));
    *outgoing.method_mut() = http::Method::POST;
    *outgoing.headers_mut() = headers(call, upstream, caller);
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
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return refused(Reason::UpstreamAuth, Effect::Refused, status);
    }
    let kind = kind(head)?;
    let may_be_error = matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND);
    if is_json(kind) && (status == StatusCode::OK || may_be_error) {
        Ok(Head::Json(status, body))
    } else if is_event_stream(kind) && status == StatusCode::OK {
        Ok(Head::Events(body))
    } else if status == StatusCode::OK {
        refused(Reason::UpstreamMalformed, Effect::Unknown, status)
    } else {
        refused(Reason::UpstreamStatus, Effect::Unknown, status)
    }
}

fn refused<T>(reason: Reason, effect: Effect, status: StatusCode) -> Result<T, Failed> {
    Err((Refusal::new(reason).detail(format!("upstream status {status}")), effect))
}

/// The one media type of an answer; empty where it says none.
fn kind(head: &http::response::Parts) -> Result<&str, Failed> {
    let mut kinds = head.headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kinds.next().is_some() { refused(Reason::UpstreamMalformed, Effect::Unknown, head.status) } else { Ok(kind) }
}

/// How the upstream answers in a session.
pub(crate) enum SessionHead {
    /// One JSON document, under this status.
    Json(StatusCode, Body),
    /// A stream of events.
    Events(Body),
    /// It took what it was told.
    Accepted,
}

/// Sends a message, a GET or a DELETE of a session. Gives the session id that an answer to `initialize` brings.
pub(crate) async fn send_in_session(
    gateway: &Gateway,
    upstream: &Upstream,
    call: &Call,
    caller: Caller<'_>,
    (session, resume): (Option<&HeaderValue>, Option<&str>),
    body: Bytes,
) -> Result<(SessionHead, Option<HeaderValue>), Failed> {
    let mut outgoing = Request::new(body);
    let is_message = !matches!(call.method, Method::Stream | Method::End);
    *outgoing.method_mut() = match call.method {
        Method::Stream => http::Method::GET,
        Method::End => http::Method::DELETE,
        _ => http::Method::POST,
    };
    let headers = outgoing.headers_mut();
    if is_message {
        put(headers, "content-type", "application/json");
    }
    let accept = if is_message { "application/json, text/event-stream" } else { "text/event-stream" };
    put(headers, "accept", accept);
    if call.method != Method::Initialize && call.revision.has_version_header() {
        put(headers, "mcp-protocol-version", call.revision.as_str());
    }
    if let Some(session) = session {
        headers.insert(SESSION, session.clone());
    }
    if let Some(resume) = resume {
        // Event ids may hold any text (HTML, section 9.2.6): it travels as UTF-8.
        let id = HeaderValue::from_bytes(resume.as_bytes());
        let id = id.map_err(|_| (Refusal::new(Reason::UpstreamClosed).detail("an event id"), Effect::NotAttempted))?;
        headers.insert(HeaderName::from_static(LAST_EVENT), id);
    }
    common(headers, upstream, caller);
    let answered = gateway.net.send(&upstream.target, outgoing, upstream.first_byte).await;
    let response = answered.map_err(|fault| failed(&fault))?;
    let (head, body) = response.into_parts();
    let id = if call.method == Method::Initialize { upstream_session(&head)? } else { None };
    judge_in_session(&head, body, call.method, session.is_some()).map(|judged| (judged, id))
}

/// The upstream's session id: visible ASCII, once.
fn upstream_session(head: &http::response::Parts) -> Result<Option<HeaderValue>, Failed> {
    let mut ids = head.headers.get_all(SESSION).iter();
    let Some(id) = ids.next() else { return Ok(None) };
    let fine = !id.is_empty() && id.len() <= 1024 && id.as_bytes().iter().all(|b| matches!(b, 0x21..=0x7e));
    if !fine || ids.next().is_some() {
        return refused(Reason::UpstreamMalformed, Effect::Unknown, head.status);
    }
    let mut id = id.clone();
    id.set_sensitive(true);
    Ok(Some(id))
}

fn judge_in_session(
    head: &http::response::Parts,
    body: Body,
    method: Method,
    named: bool,
) -> Result<SessionHead, Failed> {
    let status = head.status;
    let is_told = method.is_notification() || matches!(method, Method::Reply | Method::End);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => refused(Reason::UpstreamAuth, Effect::Refused, status),
        StatusCode::NOT_FOUND if method == Method::End => Ok(SessionHead::Accepted),
        // Only what named a session can be told that it is gone; elsewhere there is no such route.
        StatusCode::NOT_FOUND if named && method != Method::Initialize => {
            let lost = Refusal::new(Reason::SessionUnknown).detail("the upstream has lost it");
            Err((lost, Effect::Refused))
        }
        // Some servers have no GET stream, and some let no client end a session.
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND if method == Method::Stream => {
            refused(Reason::HttpMethod, Effect::Refused, status)
        }
        StatusCode::METHOD_NOT_ALLOWED if method == Method::End => Ok(SessionHead::Accepted),
        _ if is_told && status.is_success() => Ok(SessionHead::Accepted),
        _ if is_told => refused(Reason::UpstreamStatus, Effect::Unknown, status),
        _ => match judge(head, body)? {
            Head::Json(..) if method == Method::Stream => refused(Reason::UpstreamMalformed, Effect::Unknown, status),
            Head::Json(status, body) => Ok(SessionHead::Json(status, body)),
            Head::Events(body) => Ok(SessionHead::Events(body)),
        },
    }
}
