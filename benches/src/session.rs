//! A client's session of revision 2025-11-25: opened, used, closed.

use crate::SESSION_REVISION;
use crate::call::{Place, excerpt};
use crate::upstream::SESSION;
use crate::wire::read_capped;
use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use serde_json::{Value, json};

/// A connection to a hop.
pub type Sender = SendRequest<Full<Bytes>>;

/// Trace ids, each used once.
#[derive(Debug, Clone, Copy)]
pub struct Traces(pub u128);

impl Traces {
    /// Another one.
    pub const fn fresh(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// Opens a session: `initialize`, then `notifications/initialized`.
///
/// # Errors
/// The peer does not agree.
pub async fn open(sender: &mut Sender, place: &Place, traces: &mut Traces) -> Result<HeaderValue> {
    let message = json!({
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": SESSION_REVISION,
            "capabilities": {},
            "clientInfo": { "name": "bench-load", "version": "1.0.0" },
        },
    });
    let (status, headers, body) = exchange(sender, post(place, traces, None, &message)?).await?;
    ensure!(status == StatusCode::OK, "initialize: status {status}: {}", excerpt(&body));
    let id = headers.get(SESSION).cloned().context("initialize gave no session id")?;
    let answer: Value = serde_json::from_slice(&body).with_context(|| excerpt(&body))?;
    let agreed = answer.pointer("/result/protocolVersion").and_then(Value::as_str);
    ensure!(agreed == Some(SESSION_REVISION), "initialize: {}", excerpt(&body));
    let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let (status, _, body) = exchange(sender, post(place, traces, Some(&id), &told)?).await?;
    ensure!(status == StatusCode::ACCEPTED, "initialized: status {status}: {}", excerpt(&body));
    Ok(id)
}

/// Closes a session.
///
/// # Errors
/// The peer does not agree.
pub async fn close(sender: &mut Sender, place: &Place, traces: &mut Traces, id: &HeaderValue) -> Result<()> {
    let request = bare(place, Method::DELETE, traces, id)?;
    let (status, _, body) = exchange(sender, request).await?;
    ensure!(status.is_success(), "DELETE: status {status}: {}", excerpt(&body));
    Ok(())
}

/// Opens the GET stream of a session, which stays open as long as the body is kept.
///
/// # Errors
/// The peer does not agree.
pub async fn listen(sender: &mut Sender, place: &Place, traces: &mut Traces, id: &HeaderValue) -> Result<Incoming> {
    sender.ready().await.context("the connection is closed")?;
    let response = sender.send_request(bare(place, Method::GET, traces, id)?).await.context("no response")?;
    let (head, body) = response.into_parts();
    if head.status == StatusCode::OK {
        return Ok(body);
    }
    bail!("GET: status {}: {}", head.status, excerpt(&read_capped(body).await?))
}

fn post(place: &Place, traces: &mut Traces, id: Option<&HeaderValue>, message: &Value) -> Result<Request<Full<Bytes>>> {
    let mut request = place
        .request(Method::POST, traces.fresh())
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    if let Some(id) = id {
        request = request.header("mcp-protocol-version", SESSION_REVISION).header(SESSION, id);
    }
    request.body(Full::new(message.to_string().into())).context("the request cannot be built")
}

fn bare(place: &Place, method: Method, traces: &mut Traces, id: &HeaderValue) -> Result<Request<Full<Bytes>>> {
    place
        .request(method, traces.fresh())
        .header("accept", "text/event-stream")
        .header("mcp-protocol-version", SESSION_REVISION)
        .header(SESSION, id)
        .body(Full::default())
        .context("the request cannot be built")
}

async fn exchange(sender: &mut Sender, request: Request<Full<Bytes>>) -> Result<(StatusCode, HeaderMap, Bytes)> {
    sender.ready().await.context("the connection is closed")?;
    let (head, body) = sender.send_request(request).await.context("no response")?.into_parts();
    Ok((head.status, head.headers, read_capped(body).await?))
}
