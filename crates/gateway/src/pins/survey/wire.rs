//! Asking an upstream one thing and hearing its one answer, in JSON or in a stream.

use super::message::{self, SESSION, Speech};
use super::{Surveyor, is_text};
use crate::answer::limits;
use crate::pins::unlisted;
use crate::request::{is_event_stream, is_json};
use crate::session::heard::is_list_change;
use crate::sse::Events;
use bytes::Bytes;
use casemate_core::json::{Json, Value, quote};
use casemate_core::mcp::{Era, Method, REVISION, RequestId};
use casemate_core::{Reason, Refusal};
use casemate_net::{Body, NetError};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use std::sync::atomic::Ordering;

/// Bytes of all answers of one survey.
const BYTES: usize = 32 << 20;
/// Events that may come before the answer.
const EVENTS: usize = 1000;
/// Requests of the server's that are refused one by one.
const ASKED: usize = 16;

/// What an upstream answered.
pub(super) enum Heard {
    /// A response with a result.
    Result(Json),
    /// A JSON-RPC error, by its code, and whether its `data.supported` names the modern revision.
    Error(i64, bool),
    /// Neither, under this status.
    Status(StatusCode),
}

/// An answer and the session that it opened.
pub(super) struct Answer {
    pub(super) heard: Heard,
    pub(super) session: Option<HeaderValue>,
}

/// The way to one upstream for the time of one survey.
pub(super) struct Wire<'a> {
    surveyor: &'a Surveyor,
    left: usize,
    asked: usize,
    count: u32,
}

fn fault(error: &NetError) -> Refusal {
    Refusal::new(error.reason()).detail(error.to_string())
}

fn unreadable(error: impl std::fmt::Display) -> Refusal {
    unlisted(error.to_string())
}

impl<'a> Wire<'a> {
    pub(super) const fn new(surveyor: &'a Surveyor) -> Self {
        Self { surveyor, left: BYTES, asked: 0, count: 0 }
    }

    pub(super) const fn surveyor(&self) -> &'a Surveyor {
        self.surveyor
    }

    /// Sends a request and waits for its response.
    pub(super) async fn ask(&mut self, speech: &Speech, method: Method, members: &str) -> Result<Answer, Refusal> {
        self.count += 1;
        let id = format!("casemate-{}", self.count);
        let body = message::body(speech, &self.surveyor.upstream, Some(&id), method, members);
        let headers = message::headers(speech, &self.surveyor.upstream, method);
        let response = self.send(http::Method::POST, headers, body).await?;
        let (head, body) = response.into_parts();
        if matches!(head.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(Refusal::new(Reason::UpstreamAuth).detail(format!("upstream status {}", head.status)));
        }
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let heard = if head.status == StatusCode::OK && is_event_stream(kind) {
            self.events(body, speech, &id).await?
        } else if head.status == StatusCode::OK && is_json(kind) {
            self.whole(body, &id).await?
        } else if head.status.is_client_error() {
            // Each era refuses the other's messages in its own way; what is no JSON-RPC error is one by its status.
            let error = if is_json(kind) { self.whole(body, &id).await.ok() } else { None };
            error.filter(|heard| matches!(heard, Heard::Error(..))).unwrap_or(Heard::Status(head.status))
        } else {
            return Err(unlisted(format!("{}: status {}, type {kind:?}", method.as_str(), head.status)));
        };
        let lists = matches!(method, Method::ToolsList | Method::PromptsList | Method::TemplatesList);
        if lists && matches!(heard, Heard::Result(_)) {
            self.surveyor.has_read.store(true, Ordering::Relaxed);
        }
        Ok(Answer { heard, session: head.headers.get(SESSION).cloned() })
    }

    /// Sends what is not answered; what comes back is not read.
    pub(super) async fn tell(&self, speech: &Speech, method: Method) -> Result<(), Refusal> {
        let headers = message::headers(speech, &self.surveyor.upstream, method);
        let (verb, body) = if method == Method::End {
            (http::Method::DELETE, String::new())
        } else {
            (http::Method::POST, message::body(speech, &self.surveyor.upstream, None, method, ""))
        };
        let response = self.send(verb, headers, body).await?;
        if response.status().is_success() {
            Ok(())
        } else {
            Err(unlisted(format!("{}: status {}", method.as_str(), response.status())))
        }
    }

    async fn send(&self, verb: http::Method, headers: HeaderMap, body: String) -> Result<Response<Body>, Refusal> {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = verb;
        *request.headers_mut() = headers;
        let upstream = &self.surveyor.upstream;
        let sent = self.surveyor.net.send(&upstream.target, request, upstream.first_byte).await;
        sent.map_err(|error| fault(&error))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| unlisted("the lists are over the limit"))?;
        Ok(())
    }

    async fn whole(&mut self, body: Body, id: &str) -> Result<Heard, Refusal> {
        let message = body.collect_capped(self.surveyor.cap.min(self.left)).await.map_err(|error| fault(&error))?;
        self.spend(message.len())?;
        let json = Json::parse(message, limits()).map_err(unreadable)?;
        response(json, id)
    }

    async fn events(&mut self, mut body: Body, speech: &Speech, id: &str) -> Result<Heard, Refusal> {
        let mut reader = Events::new(self.surveyor.cap.min(self.left));
        let mut count = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| fault(&error))?;
            self.spend(chunk.len())?;
            let mut events = Vec::new();
            reader.push(&chunk, &mut events).map_err(unreadable)?;
            for event in events {
                count += 1;
                if count > EVENTS {
                    return Err(unlisted("too many events"));
                }
                // An event without data primes a client for resumption (MCP 2025-11-25, "Streamable HTTP").
                if event.is_empty() {
                    continue;
                }
                let json = Json::parse(event, limits()).map_err(unreadable)?;
                let root = json.root();
                match (root.get("method").is_some(), root.get("id").and_then(RequestId::of)) {
                    (true, None) => self.note(&json),
                    (true, Some(theirs)) => self.refuse(speech, &theirs).await?,
                    (false, _) => return response(json, id),
                }
            }
        }
        Err(unlisted("the stream ended without the answer"))
    }

    /// Heeds an announcement that comes after a list was read, which that list may not show yet. One that comes before
    /// says nothing new: there are servers that announce at the beginning of each session.
    fn note(&self, json: &Json) {
        let Surveyor { gateway, upstream, heeds, has_read, .. } = self.surveyor;
        if *heeds && has_read.load(Ordering::Relaxed) && is_list_change(json) {
            gateway.pins.overtake(gateway, upstream);
        }
    }

    /// Refuses a request of the server's, which a session may make and the modern era may not.
    async fn refuse(&mut self, speech: &Speech, id: &RequestId) -> Result<(), Refusal> {
        self.asked += 1;
        if matches!(speech, Speech::Modern) || self.asked > ASKED {
            return Err(unlisted("the server asks instead of answering"));
        }
        let error = "{\"code\":-32601,\"message\":\"Method not found\"}";
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{},\"error\":{error}}}", id.as_json());
        let headers = message::headers(speech, &self.surveyor.upstream, Method::Reply);
        self.send(http::Method::POST, headers, body).await.map(drop)
    }
}

/// Reads the response to the request `id`. An error may have the id `null`: its request could not be read.
fn response(json: Json, id: &str) -> Result<Heard, Refusal> {
    let root = json.root();
    if !root.get("jsonrpc").is_some_and(|version| is_text(version, "2.0")) {
        return Err(unlisted("no JSON-RPC"));
    }
    let is_ours = root.get("id").is_some_and(|own| is_text(own, id));
    let is_unread = root.get("id").is_none_or(|own: Value<'_>| own.is_null());
    match (root.get("result"), root.get("error")) {
        (Some(result), None) if is_ours && result.is_object() => Ok(Heard::Result(json)),
        (None, Some(error)) if is_ours || is_unread => {
            let supported = error.path(&["data", "supported"]);
            let offers = supported.is_some_and(|list| list.items().any(|revision| is_text(revision, REVISION)));
            let code = error.get("code").and_then(|code| code.as_i64());
            code.map(|code| Heard::Error(code, offers)).ok_or_else(|| unlisted("no code"))
        }
        _ => Err(unlisted(format!("no response to {}", quote(id)))),
    }
}

impl Speech {
    /// The era that is spoken.
    pub(super) const fn era(&self) -> Era {
        match self {
            Self::Modern => Era::Modern,
            Self::Opening(_) | Self::Session(..) => Era::Session,
        }
    }
}
