//! A bare HTTP upstream with prepared answers: what it costs is almost only what HTTP costs.
//!
//! The path says what a `tools/call` gets: `/json/BYTES` one JSON object of about that size, `/sse/BYTES/EVENTS` a
//! stream whose last event is the answer. Whatever follows is ignored, so that one process is many upstreams. Other
//! methods get the least that the protocol allows.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The largest request body that is read.
const MAX_BODY: usize = 8 << 20;
/// The largest answer, and the most events.
const MAX_ANSWER: usize = 64 << 20;
const MAX_EVENTS: usize = 100_000;
/// The text that answers are filled with: plain words, so that a filter has ordinary work.
const WORDS: &str = "The pump at station four was replaced in March and has run without a fault since then. ";

/// The tool that `tools/list` names.
pub const TOOL: &str = "echo";

/// What a path asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Whether the answer is an event stream.
    pub stream: bool,
    /// About how many bytes the whole answer has.
    pub bytes: usize,
    /// How many events the stream has, the answer included.
    pub events: usize,
}

impl Shape {
    /// Reads `/json/BYTES` or `/sse/BYTES/EVENTS`; any other path is JSON of 320 bytes.
    #[must_use]
    pub fn from_path(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let kind = parts.next().unwrap_or_default();
        let mut number = |default: usize| parts.next().and_then(|part| part.parse().ok()).unwrap_or(default);
        let bytes = number(320).min(MAX_ANSWER);
        let events = number(1).clamp(1, MAX_EVENTS);
        Self { stream: kind == "sse", bytes, events }
    }
}

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: &'a str,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    meta: Option<Meta<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, rename = "progressToken")]
    progress: Option<&'a RawValue>,
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Answers one request.
///
/// # Errors
/// Never; the type is what hyper asks for.
pub async fn answer(request: Request<Incoming>) -> Result<Answer, Infallible> {
    if request.method() != Method::POST {
        return Ok(plain(StatusCode::METHOD_NOT_ALLOWED));
    }
    let shape = Shape::from_path(request.uri().path());
    let Some(body) = read(request.into_body()).await else { return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE)) };
    let Ok(asked) = serde_json::from_slice::<Asked<'_>>(&body) else { return Ok(plain(StatusCode::BAD_REQUEST)) };
    let Some(id) = asked.id else { return Ok(plain(StatusCode::ACCEPTED)) };
    let result = match asked.method {
        "tools/call" => {
            let progress = asked.params.and_then(|params| params.meta).and_then(|meta| meta.progress);
            return Ok(call(id, progress, shape));
        }
        "tools/list" => json!({ "resultType": "complete", "ttlMs": 60_000, "cacheScope": "private", "tools": [
            { "name": TOOL, "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } } } }
        ] }),
        "server/discover" => json!({ "resultType": "complete", "ttlMs": 60_000, "cacheScope": "public",
            "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
            "serverInfo": { "name": "casemate-canned", "version": env!("CARGO_PKG_VERSION") } }),
        _ => {
            let error = json!({ "code": -32601, "message": "no such method" });
            return Ok(json_answer(StatusCode::NOT_FOUND, envelope(id, "error", &error.to_string())));
        }
    };
    Ok(json_answer(StatusCode::OK, envelope(id, "result", &result.to_string())))
}

#[expect(clippy::disallowed_methods, reason = "`Limited` caps what is collected")]
async fn read(body: Incoming) -> Option<Bytes> {
    Limited::new(body, MAX_BODY).collect().await.ok().map(http_body_util::Collected::to_bytes)
}

fn call(id: &RawValue, progress: Option<&RawValue>, shape: Shape) -> Answer {
    let body = envelope(id, "result", &filled(shape.bytes));
    if !shape.stream {
        return json_answer(StatusCode::OK, body);
    }
    let token = progress.map_or("1", RawValue::get);
    let mut events: VecDeque<Bytes> = (1..shape.events)
        .map(|n| {
            let params = format!(r#"{{"progressToken":{token},"progress":{n},"total":{}}}"#, shape.events);
            event(&format!(r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{params}}}"#))
        })
        .collect();
    events.push_back(event(&body));
    let mut response = Response::new(Events(events).boxed());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A tool result whose envelope comes to about `bytes`.
fn filled(bytes: usize) -> String {
    let around =
        r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":""}]}}"#.len();
    let text: String = WORDS.chars().cycle().take(bytes.saturating_sub(around)).collect();
    let text = Value::from(text);
    format!(r#"{{"resultType":"complete","content":[{{"type":"text","text":{text}}}]}}"#)
}

fn envelope(id: &RawValue, member: &str, value: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"{member}":{value}}}"#, id.get())
}

fn event(data: &str) -> Bytes {
    Bytes::from(format!("event: message\ndata: {data}\n\n"))
}

fn json_answer(status: StatusCode, body: String) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(body)).boxed());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn plain(status: StatusCode) -> Answer {
    let mut response = Response::new(Full::new(Bytes::new()).boxed());
    *response.status_mut() = status;
    response
}

/// A body of prepared events.
struct Events(VecDeque<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|event| Ok(Frame::data(event))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    // No exact size: a stream of events has no Content-Length.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_the_shape() {
        assert_eq!(Shape::from_path("/mcp"), Shape { stream: false, bytes: 320, events: 1 });
        assert_eq!(Shape::from_path("/json/4096/1/17"), Shape { stream: false, bytes: 4096, events: 1 });
        assert_eq!(Shape::from_path("/sse/65536/8"), Shape { stream: true, bytes: 65_536, events: 8 });
        assert_eq!(Shape::from_path("/sse/99999999999/0"), Shape { stream: true, bytes: MAX_ANSWER, events: 1 });
    }

    #[test]
    fn an_answer_has_the_asked_size_and_is_json() {
        for bytes in [320, 4096, 65_536] {
            let id = RawValue::from_string("1".to_owned()).unwrap();
            let body = envelope(&id, "result", &filled(bytes));
            assert_eq!(body.len(), bytes);
            assert!(serde_json::from_str::<Value>(&body).is_ok());
        }
    }
}
