//! A bare HTTP upstream with prepared answers: what it costs is almost only what HTTP costs.
//!
//! The path says what a `tools/call` gets: `/json/BYTES` one JSON object of about that size, `/sse/BYTES/EVENTS` a
//! stream whose last event is the answer. Whatever follows is ignored, so that one process is many upstreams. Before
//! them, `/session` makes it a server of 2025-11-25 that opens sessions and keeps an idle GET stream, and `/tools-COUNT`
//! makes the list of tools that long. Other methods get the least that the protocol allows.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// The largest request body that is read.
const MAX_BODY: usize = 8 << 20;
/// The largest answer, and the most events.
const MAX_ANSWER: usize = 64 << 20;
const MAX_EVENTS: usize = 100_000;
const MAX_TOOLS: usize = 100_000;
/// The text that answers are filled with: plain words, so that a filter has ordinary work.
const WORDS: &str = "The pump at station four was replaced in March and has run without a fault since then. ";

/// The tool that `tools/list` names first; the others are `echo_1` and so on.
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
    /// Whether it speaks 2025-11-25 with sessions.
    pub session: bool,
    /// How many tools it lists.
    pub tools: usize,
}

impl Shape {
    /// Reads `[/session][/tools-COUNT]`, then `/json/BYTES` or `/sse/BYTES/EVENTS`; any other path is JSON of 320 bytes.
    #[must_use]
    pub fn from_path(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        let session = parts.next_if_eq(&"session").is_some();
        let tools = parts.next_if(|part| part.starts_with("tools-"));
        let tools = tools.and_then(|part| part.trim_start_matches("tools-").parse().ok()).unwrap_or(1).min(MAX_TOOLS);
        let kind = parts.next().unwrap_or_default();
        let mut number = |default: usize| parts.next().and_then(|part| part.parse().ok()).unwrap_or(default);
        let bytes = number(320).min(MAX_ANSWER);
        let events = number(1).clamp(1, MAX_EVENTS);
        Self { stream: kind == "sse", bytes, events, session, tools }
    }

    /// How a result begins.
    const fn opening(self) -> &'static str {
        if self.session { "{" } else { r#"{"resultType":"complete","# }
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
    let shape = Shape::from_path(request.uri().path());
    if request.method() != Method::POST {
        return Ok(match *request.method() {
            Method::GET if shape.session => events(Idle.boxed()),
            Method::DELETE if shape.session => plain(StatusCode::OK),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED),
        });
    }
    let Some(body) = read(request.into_body()).await else { return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE)) };
    let Ok(asked) = serde_json::from_slice::<Asked<'_>>(&body) else { return Ok(plain(StatusCode::BAD_REQUEST)) };
    let Some(id) = asked.id else { return Ok(plain(StatusCode::ACCEPTED)) };
    let identity = || json!({ "name": "casemate-canned", "version": env!("CARGO_PKG_VERSION") });
    let result = match asked.method {
        "tools/call" => {
            let progress = asked.params.and_then(|params| params.meta).and_then(|meta| meta.progress);
            return Ok(call(id, progress, shape));
        }
        "tools/list" => {
            let kept = if shape.session { "" } else { r#""ttlMs":60000,"cacheScope":"private","# };
            format!(r#"{}{kept}"tools":{}}}"#, shape.opening(), tools(shape.tools))
        }
        "server/discover" if !shape.session => {
            json!({ "resultType": "complete", "ttlMs": 60_000, "cacheScope": "public",
            "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} }, "serverInfo": identity() })
            .to_string()
        }
        "initialize" if shape.session => {
            let result = json!({ "protocolVersion": "2025-11-25", "serverInfo": identity(),
                "capabilities": { "tools": { "listChanged": true }, "logging": {} } });
            let mut answer = json_answer(StatusCode::OK, envelope(id, "result", &result.to_string()));
            answer.headers_mut().insert("mcp-session-id", HeaderValue::from(OPENED.fetch_add(1, Ordering::Relaxed)));
            return Ok(answer);
        }
        "ping" | "logging/setLevel" if shape.session => "{}".to_owned(),
        _ => {
            let error = json!({ "code": -32601, "message": "no such method" });
            let status = if shape.session { StatusCode::OK } else { StatusCode::NOT_FOUND };
            return Ok(json_answer(status, envelope(id, "error", &error.to_string())));
        }
    };
    Ok(json_answer(StatusCode::OK, envelope(id, "result", &result)))
}

/// Numbers the sessions.
static OPENED: AtomicU64 = AtomicU64::new(1);
/// Lists of tools by their length, made once.
static TOOLS: Mutex<BTreeMap<usize, Arc<str>>> = Mutex::new(BTreeMap::new());

/// A list of this many tools, as JSON. The first is [`TOOL`].
fn tools(count: usize) -> Arc<str> {
    let mut made = TOOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        let tool = |n: usize| {
            let name = if n == 0 { TOOL.to_owned() } else { format!("{TOOL}_{n}") };
            json!({ "name": name, "description": WORDS.trim_end(),
                "inputSchema": { "type": "object", "properties": { "text": { "type": "string" } } } })
        };
        Value::Array((0..count).map(tool).collect()).to_string().into()
    };
    Arc::clone(made.entry(count).or_insert_with(make))
}

#[expect(clippy::disallowed_methods, reason = "`Limited` caps what is collected")]
async fn read(body: Incoming) -> Option<Bytes> {
    Limited::new(body, MAX_BODY).collect().await.ok().map(http_body_util::Collected::to_bytes)
}

fn call(id: &RawValue, progress: Option<&RawValue>, shape: Shape) -> Answer {
    let body = envelope(id, "result", &filled(shape));
    if !shape.stream {
        return json_answer(StatusCode::OK, body);
    }
    let token = progress.map_or("1", RawValue::get);
    let mut queue: VecDeque<Bytes> = (1..shape.events)
        .map(|n| {
            let params = format!(r#"{{"progressToken":{token},"progress":{n},"total":{}}}"#, shape.events);
            event(shape, n, &format!(r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{params}}}"#))
        })
        .collect();
    queue.push_back(event(shape, shape.events, &body));
    events(Events(queue).boxed())
}

/// A tool result whose envelope comes to about the asked size.
fn filled(shape: Shape) -> String {
    let opening = shape.opening();
    let around = r#"{"jsonrpc":"2.0","id":1,"result":"content":[{"type":"text","text":""}]}}"#.len() + opening.len();
    let text: String = WORDS.chars().cycle().take(shape.bytes.saturating_sub(around)).collect();
    let text = Value::from(text);
    format!(r#"{opening}"content":[{{"type":"text","text":{text}}}]}}"#)
}

fn envelope(id: &RawValue, member: &str, value: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"{member}":{value}}}"#, id.get())
}

fn event(shape: Shape, number: usize, data: &str) -> Bytes {
    let id = if shape.session { format!("id: {number}\n") } else { String::new() };
    Bytes::from(format!("event: message\n{id}data: {data}\n\n"))
}

fn events(body: BoxBody<Bytes, Infallible>) -> Answer {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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

/// A stream on which nothing happens.
struct Idle;

impl Body for Idle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_the_shape() {
        let plain = Shape { stream: false, bytes: 320, events: 1, session: false, tools: 1 };
        assert_eq!(Shape::from_path("/mcp"), plain);
        assert_eq!(Shape::from_path("/json/4096/1/17"), Shape { bytes: 4096, ..plain });
        assert_eq!(Shape::from_path("/sse/65536/8"), Shape { stream: true, bytes: 65_536, events: 8, ..plain });
        assert_eq!(Shape::from_path("/sse/99999999999/0"), Shape { stream: true, bytes: MAX_ANSWER, ..plain });
        assert_eq!(Shape::from_path("/session"), Shape { session: true, ..plain });
        assert_eq!(Shape::from_path("/session/tools-500/mcp"), Shape { session: true, tools: 500, ..plain });
        let stream = Shape { stream: true, bytes: 4096, events: 4, tools: 2, ..plain };
        assert_eq!(Shape::from_path("/tools-2/sse/4096/4/x"), stream);
    }

    #[test]
    fn an_answer_has_the_asked_size_and_is_json() {
        for path in ["/json/320", "/json/4096", "/json/65536", "/session/json/4096"] {
            let (id, shape) = (RawValue::from_string("1".to_owned()).unwrap(), Shape::from_path(path));
            let body = envelope(&id, "result", &filled(shape));
            assert_eq!(body.len(), shape.bytes);
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["result"].get("resultType").is_none(), shape.session);
        }
    }

    #[test]
    fn a_list_of_tools_is_as_long_as_asked() {
        for count in [1, 500] {
            let list: Value = serde_json::from_str(&tools(count)).unwrap();
            assert_eq!((list.as_array().unwrap().len(), &list[0]["name"]), (count, &json!(TOOL)));
        }
    }
}
