//! The puppet over HTTP: what may come in, and the form in which an answer leaves.

use super::honest::{self, Honest, REVISIONS};
use super::play::{self, Play};
use super::reply::{Body, Reply, apply};
use super::state::{Inner, Seen, State};
use super::stream::Feed;
use super::{Eras, MODERN, REPLY};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;

const MAX_BODY: usize = 64 << 20;

type Answer = Response<Either<Full<Bytes>, Feed>>;

/// Answers one request.
pub(super) async fn answer(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let seen = read(request).await;
    let (reply, entry) = inner.change(|state| {
        let entry = enter(state, &seen);
        if seen.method == REPLY
            && let Ok(session) = &entry
        {
            state.heard.push((session.clone(), seen.json.clone()));
        }
        state.seen.push(seen.clone());
        let queued = state.queue.get_mut(&seen.method).and_then(std::collections::VecDeque::pop_front);
        let reply = queued.or_else(|| state.script.get(&seen.method).cloned()).unwrap_or_else(Reply::honest);
        (reply, entry)
    });
    let session = match entry {
        Ok(session) => session,
        Err((status, error)) => return Ok(message_answer(status, &seen, "error", error)),
    };
    // Dropped with this future where the client leaves before there is a head.
    let mut leaving = Leaving { inner: &inner, method: Some(&seen.method) };
    let waiting = Play { inner: &inner, seen: &seen, session: &session, changes: &[], stream: None };
    play::run(&waiting, reply.before.clone()).await;
    let answer = respond(&inner, &seen, &session, reply).await;
    leaving.method = None;
    Ok(answer)
}

struct Leaving<'a> {
    inner: &'a Inner,
    method: Option<&'a str>,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if let Some(method) = self.method {
            self.inner.left(method);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "`Limited` caps what is collected")]
async fn read(request: Request<Incoming>) -> Seen {
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = Limited::new(body, MAX_BODY).collect().await.map(http_body_util::Collected::to_bytes);
    let body = body.unwrap_or_default().to_vec();
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let verb = head.method.as_str().to_owned();
    let method = match (verb.as_str(), json.get("method").and_then(Value::as_str)) {
        ("GET" | "DELETE", _) => verb.clone(),
        ("POST", Some(method)) => method.to_owned(),
        ("POST", None) if json.get("result").or_else(|| json.get("error")).is_some() => REPLY.to_owned(),
        _ => String::new(),
    };
    let id = json.get("id").cloned().unwrap_or_default();
    Seen { verb, path: head.uri.to_string(), headers, body, json, method, id }
}

/// A status and an error.
type Refusal = (u16, Value);

fn refusal(status: u16, code: i64, message: &str) -> Refusal {
    (status, json!({ "code": code, "message": message }))
}

/// The session that a request belongs to. An `initialize` belongs to none yet.
fn enter(state: &State, seen: &Seen) -> Result<String, Refusal> {
    let unsupported = || refusal(400, -32000, "Unsupported protocol version");
    if seen.is_modern() {
        return if state.eras == Eras::Session { Err(unsupported()) } else { Ok(MODERN.to_owned()) };
    }
    if state.eras == Eras::Modern {
        let requested = seen.params().get("protocolVersion").unwrap_or(&Value::Null);
        let refused = (400, super::reply::unsupported(requested));
        return Err(if seen.verb == "POST" { refused } else { refusal(405, -32000, "Method not allowed") });
    }
    if seen.method == "initialize" {
        return Ok(String::new());
    }
    let revision = seen.header("mcp-protocol-version");
    if revision.is_some_and(|revision| !REVISIONS.contains(&revision)) {
        return Err(unsupported());
    }
    // A puppet without session ids keeps everything under the empty name.
    let named = seen.session().unwrap_or_default();
    match state.session(named) {
        Some(own) if named != MODERN => Ok(own.id.clone()),
        _ if named.is_empty() => Err(refusal(400, -32000, "Mcp-Session-Id is missing")),
        _ => Err(refusal(404, -32001, "Session not found")),
    }
}

async fn respond(inner: &Arc<Inner>, seen: &Seen, session: &str, reply: Reply) -> Answer {
    let opened = opened(inner, seen, &reply);
    let session = opened.as_deref().unwrap_or(session);
    let Reply { status, headers, changes, body, .. } = reply;
    let mut answer = match body {
        Body::Honest => honest(inner, seen, session, &changes),
        Body::Member(name, value) => changed(200, seen, name, value, &changes),
        Body::Text(kind, text) => typed(200, kind, play::fill(&text, seen, session)),
        Body::Steps(steps) => streamed(inner, seen, session, changes, steps),
        Body::Hang => std::future::pending().await,
    };
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *answer.status_mut() = status;
    }
    let fields = answer.headers_mut();
    if let Some(id) = opened.filter(|id| !id.is_empty()).and_then(|id| HeaderValue::from_str(&id).ok()) {
        fields.insert("mcp-session-id", id);
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            fields.insert(name, value);
        }
    }
    answer
}

/// The session that an `initialize` opens, unless it is refused.
fn opened(inner: &Inner, seen: &Seen, reply: &Reply) -> Option<String> {
    let refused = reply.status.is_some_and(|status| status >= 400) || matches!(reply.body, Body::Member("error", _));
    if seen.method != "initialize" || refused {
        return None;
    }
    let name = match &reply.session {
        None => None,
        Some(None) => Some(String::new()),
        Some(Some(name)) => Some(name.clone()),
    };
    Some(inner.change(|state| state.open(name)))
}

fn honest(inner: &Arc<Inner>, seen: &Seen, session: &str, changes: &[(String, Value)]) -> Answer {
    match inner.change(|state| honest::answer(state, seen, session)) {
        Honest::Result(result) => changed(200, seen, "result", result, changes),
        Honest::Error(status, error) => changed(status, seen, "error", error, changes),
        Honest::Steps(steps) => streamed(inner, seen, session, changes.to_vec(), steps),
        Honest::Accepted => whole(StatusCode::ACCEPTED, None, Bytes::new()),
        Honest::End => {
            inner.end_session(session);
            whole(StatusCode::OK, None, Bytes::new())
        }
        Honest::Standing => standing(inner, seen, session),
    }
}

/// A GET: the standing stream, or the rest of the stream whose event `Last-Event-ID` names.
fn standing(inner: &Arc<Inner>, seen: &Seen, session: &str) -> Answer {
    let found = inner.look(|state| {
        let own = state.session(session)?;
        let Some(last) = seen.header("last-event-id") else { return Some((Arc::clone(&own.standing), None)) };
        let streams = own.streams.iter().rev().chain([&own.standing]);
        streams.filter_map(|stream| Some((Arc::clone(stream), Some(stream.after(last)?)))).next()
    });
    let Some((stream, place)) = found else {
        return message_answer(400, seen, "error", json!({ "code": -32000, "message": "Unknown Last-Event-ID" }));
    };
    // The newest reader takes over.
    if stream.readers() > 0 {
        stream.cut(false);
    }
    events(stream.read(inner, place))
}

fn streamed(
    inner: &Arc<Inner>,
    seen: &Seen,
    session: &str,
    changes: Vec<(String, Value)>,
    steps: Vec<super::Step>,
) -> Answer {
    let stream = inner.change(|state| state.stream(session, &seen.method, &seen.id));
    let feed = stream.read(inner, Some(0));
    let (inner, seen, session) = (Arc::clone(inner), seen.clone(), session.to_owned());
    tokio::spawn(async move {
        let play = Play {
            inner: &inner,
            seen: &seen,
            session: &session,
            changes: &changes,
            stream: Some(Arc::clone(&stream)),
        };
        tokio::select! {
            () = play::run(&play, steps) => stream.end(),
            () = stream.ended() => {}
        }
    });
    events(feed)
}

fn events(feed: Feed) -> Answer {
    let mut answer = Response::new(Either::Right(feed));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn changed(status: u16, seen: &Seen, member: &str, value: Value, changes: &[(String, Value)]) -> Answer {
    let message = apply(changes, json!({ "jsonrpc": "2.0", "id": seen.id, member: value }));
    typed(status, "application/json", message.to_string())
}

fn message_answer(status: u16, seen: &Seen, member: &str, value: Value) -> Answer {
    changed(status, seen, member, value, &[])
}

fn typed(status: u16, kind: &'static str, text: String) -> Answer {
    whole(StatusCode::from_u16(status).unwrap_or_default(), Some(kind), text.into())
}

fn whole(status: StatusCode, kind: Option<&'static str>, body: Bytes) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(body)));
    *answer.status_mut() = status;
    if let Some(kind) = kind {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    answer
}
