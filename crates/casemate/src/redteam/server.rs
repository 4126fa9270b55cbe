//! The hostile server: MCP of revision 2026-07-28 that answers each probe with what it plays.

use bytes::{Bytes, BytesMut};
use casemate_redteam::{Channel, Probe};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// The tool and the prompt that play.
pub(super) const PLAYER: &str = "probe";
/// The URI below which resources play.
pub(super) const PAGES: &str = "probe://page/";

/// The path below which the server has a probe as its instructions.
pub(super) const INSTRUCTING: &str = "/instructions/";

/// What a call says to have a probe played: its number.
pub(super) fn key(at: usize) -> String {
    format!("p{at}")
}

/// The tool whose description is a probe.
pub(super) fn tool(at: usize) -> String {
    format!("page_{at}")
}

/// What is played, and what came of it.
#[derive(Default)]
struct Script {
    /// By key.
    probes: BTreeMap<String, (Channel, String)>,
    /// Descriptions by tool, in the order of the list.
    tools: Vec<(String, String)>,
    played: BTreeSet<String>,
    received: BTreeMap<String, Vec<String>>,
}

/// The server. Clones share what it plays.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl Server {
    /// Starts on a free port of the loopback interface.
    pub(super) async fn start(probes: &[Probe]) -> std::io::Result<Self> {
        let mut script = Script::default();
        for (at, probe) in probes.iter().enumerate() {
            if probe.channel == Channel::Description {
                script.tools.push((tool(at), probe.input.clone()));
            }
            script.probes.insert(key(at), (probe.channel, probe.input.clone()));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let server = Self { address: listener.local_addr()?, script: Arc::new(Mutex::new(script)) };
        tokio::spawn(serve(listener, server.clone()));
        Ok(server)
    }

    fn with<T>(&self, with: impl FnOnce(&mut Script) -> T) -> T {
        with(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the probe was played, and the texts that arrived with it.
    pub(super) fn seen(&self, at: usize) -> (bool, Vec<String>) {
        let key = key(at);
        self.with(|script| (script.played.contains(&key), script.received.get(&key).cloned().unwrap_or_default()))
    }

    fn answer(&self, path: &str, body: &[u8]) -> (StatusCode, &'static str, String) {
        const JSON: &str = "application/json";
        let Ok(request) = serde_json::from_slice::<Value>(body) else {
            return (StatusCode::BAD_REQUEST, JSON, String::new());
        };
        let Some(id) = request.get("id") else { return (StatusCode::ACCEPTED, JSON, String::new()) };
        let method = request.get("method").and_then(Value::as_str).unwrap_or_default();
        let params = request.get("params").unwrap_or(&Value::Null);
        let text = |pointer: &str| params.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let key = match method {
            "tools/call" | "prompts/get" => text("/arguments/case").to_owned(),
            "resources/read" => text("/uri").trim_start_matches(PAGES).to_owned(),
            "server/discover" => return (StatusCode::OK, JSON, self.discover(path, id)),
            "tools/list" => return (StatusCode::OK, JSON, reply(id, self.with(tools))),
            "prompts/list" => {
                let prompt = json!({ "name": PLAYER, "arguments": [{ "name": "case" }] });
                return (StatusCode::OK, JSON, reply(id, listed("prompts", vec![prompt])));
            }
            "resources/list" => return (StatusCode::OK, JSON, reply(id, listed("resources", Vec::new()))),
            "resources/templates/list" => {
                return (StatusCode::OK, JSON, reply(id, listed("resourceTemplates", Vec::new())));
            }
            _ => return (StatusCode::OK, JSON, unknown(id)),
        };
        let probe = self.with(|script| {
            let probe = script.probes.get(&key).cloned();
            if probe.is_some() {
                script.played.insert(key.clone());
                script.received.entry(key).or_default().extend(texts(&request));
            }
            probe
        });
        let Some((channel, text)) = probe else { return (StatusCode::OK, JSON, unknown(id)) };
        let message: Value = serde_json::from_str(&channel.message(&text)).unwrap_or_default();
        match channel {
            Channel::Argument => (StatusCode::OK, JSON, reply(id, json!({ "content": [] }))),
            Channel::Notification | Channel::Progress => {
                let last = reply(id, json!({ "content": [] }));
                (StatusCode::OK, "text/event-stream", format!("data: {message}\n\ndata: {last}\n\n"))
            }
            _ => {
                let body = match message.get("result") {
                    Some(result) => reply(id, result.clone()),
                    None => answered(id, "error", message.get("error").cloned().unwrap_or_default()),
                };
                (StatusCode::OK, JSON, body)
            }
        }
    }

    /// What the server is. Below [`INSTRUCTING`] it is one that has instructions and nothing else.
    fn discover(&self, path: &str, id: &Value) -> String {
        let offers = json!({ "tools": {}, "prompts": {}, "resources": {}, "logging": {} });
        let mut result = json!({
            "supportedVersions": ["2026-07-28"],
            "capabilities": offers,
            "serverInfo": { "name": "casemate-redteam", "version": env!("CARGO_PKG_VERSION") },
            "ttlMs": 0,
            "cacheScope": "private",
        });
        let instructions = self.with(|script| {
            let key = path.strip_prefix(INSTRUCTING)?;
            let (_, text) = script.probes.get(key)?;
            script.played.insert(key.to_owned());
            Some(text.clone())
        });
        if let (Some(object), Some(text)) = (result.as_object_mut(), instructions) {
            object.insert("capabilities".to_owned(), json!({}));
            object.insert("instructions".to_owned(), json!(text));
        }
        reply(id, result)
    }
}

/// Every string of a value, keys too.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| std::iter::once(key.clone()).chain(texts(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn tools(script: &mut Script) -> Value {
    let tool =
        |name: &str, text: &str| json!({ "name": name, "description": text, "inputSchema": { "type": "object" } });
    let player = tool(PLAYER, "Gives a page.");
    let others = script.tools.iter().map(|(name, text)| tool(name, text));
    let list = std::iter::once(player).chain(others).collect();
    let at = script.tools.iter().map(|(name, _)| name.replace("page_", "p")).collect::<Vec<_>>();
    script.played.extend(at);
    listed("tools", list)
}

fn listed(member: &str, items: Vec<Value>) -> Value {
    json!({ member: items, "ttlMs": 0, "cacheScope": "private" })
}

/// A response with this result, which says that it is one.
fn reply(id: &Value, mut result: Value) -> String {
    if let Some(object) = result.as_object_mut() {
        object.entry("resultType").or_insert_with(|| json!("complete"));
        // What may be kept says how long.
        if object.contains_key("contents") {
            object.insert("ttlMs".to_owned(), json!(0));
            object.insert("cacheScope".to_owned(), json!("private"));
        }
    }
    answered(id, "result", result)
}

fn answered(id: &Value, member: &str, value: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, member: value }).to_string()
}

fn unknown(id: &Value) -> String {
    answered(id, "error", json!({ "code": -32602, "message": "unknown" }))
}

async fn serve(listener: TcpListener, server: Server) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let server = server.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let server = server.clone();
                async move { Ok::<_, Infallible>(respond(request, &server).await) }
            });
            let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that goes away is no fault of the server.
            let _ = served.await;
        });
    }
}

async fn respond(request: Request<Incoming>, server: &Server) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let mut limited = Limited::new(request.into_body(), 8 << 20);
    let mut bytes = BytesMut::new();
    while let Some(Ok(frame)) = limited.frame().await {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    let (status, kind, text) = server.answer(&path, &bytes);
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
