//! A gateway without listeners and an upstream that answers as it is told, for tests.

use crate::config::{InputKinds, Mode, PinMode, Upstream};
use crate::gateway::{Gateway, Parts};
use crate::identity::fixture::{config, tenant_id};
use crate::pins::{Listing, Subject, Verdict};
use bytes::Bytes;
use casemate_audit::Log;
use casemate_core::json::{Json, Limits};
use casemate_core::mcp::{Era, Target as About};
use casemate_core::pin::{Kind, Standing, State};
use casemate_core::{Reason, Refusal, Secret, ServerName, UnixMillis};
use casemate_net::{Named, Target, Trust};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// What the upstream is and what was asked of it.
pub(super) struct Script {
    pub(super) modern: bool,
    /// The revision that `initialize` is answered with.
    pub(super) session: Option<&'static str>,
    /// The session's id, where it has one.
    pub(super) id: Option<&'static str>,
    pub(super) capabilities: Value,
    pub(super) instructions: Option<String>,
    pub(super) tools: Vec<Value>,
    pub(super) prompts: Vec<Value>,
    pub(super) templates: Vec<Value>,
    /// Items of a page.
    pub(super) page: usize,
    /// Messages that come before an answer; with any, or none, the answer is a stream.
    pub(super) events: Option<Vec<Value>>,
    /// Status and body instead of the answer to a method.
    pub(super) instead: Vec<(&'static str, u16, String)>,
    /// A method that is not answered as long as this stands.
    pub(super) held: Option<&'static str>,
    /// Method, headers and body of each request, in order.
    pub(super) asked: Vec<(String, HeaderMap, Value)>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            modern: true,
            session: None,
            id: Some("s-1"),
            capabilities: json!({ "tools": {} }),
            instructions: None,
            tools: vec![tool("echo", "Says it again.")],
            prompts: Vec::new(),
            templates: Vec::new(),
            page: 100,
            events: None,
            instead: Vec::new(),
            held: None,
            asked: Vec::new(),
        }
    }
}

pub(super) fn tool(name: &str, description: &str) -> Value {
    json!({ "name": name, "description": description, "inputSchema": { "type": "object" } })
}

/// A running upstream.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub(super) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(script));
        let shared = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let script = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&script), request));
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tcp), service));
            }
        });
        Self { address, script }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// How often a method was asked.
    pub(super) fn count(&self, method: &str) -> usize {
        self.script().asked.iter().filter(|(asked, ..)| asked == method).count()
    }

    /// Waits until a method was asked that often.
    pub(super) async fn until(&self, method: &str, count: usize) {
        while self.count(method) < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

async fn answer(script: Arc<Mutex<Script>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, mut body) = request.into_parts();
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
    }
    let message: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let method = message["method"].as_str().unwrap_or(head.method.as_str()).to_owned();
    script.lock().unwrap().asked.push((method.clone(), head.headers.clone(), message.clone()));
    while script.lock().unwrap().held.is_some_and(|held| held == method) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let script = script.lock().unwrap();
    if let Some((_, status, body)) = script.instead.iter().find(|(name, ..)| *name == method) {
        let body = body.replace("{id}", message["id"].as_str().unwrap_or_default());
        return Ok(reply(*status, "application/json", body));
    }
    let is_modern = !message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].is_null();
    if message["id"].is_null() || message["method"].is_null() {
        return Ok(reply(202, "text/plain", String::new()));
    }
    let result = if is_modern && !script.modern || !is_modern && script.session.is_none() {
        return Ok(reply(400, "application/json", error(-32000, "Bad Request").to_string()));
    } else {
        script.result(&method, &message, is_modern)
    };
    let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": result });
    let mut response = match &script.events {
        None => reply(200, "application/json", answer.to_string()),
        Some(events) => {
            let all = events.iter().chain([&answer]).map(|event| format!("data: {event}\n\n"));
            reply(200, "text/event-stream", format!("id: 1\ndata:\n\n{}", all.collect::<String>()))
        }
    };
    if let (Some(id), "initialize") = (script.id, method.as_str()) {
        response.headers_mut().insert("mcp-session-id", id.parse().unwrap());
    }
    Ok(response)
}

pub(super) fn error(code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code, "message": message } })
}

fn reply(status: u16, kind: &str, body: String) -> Response<Full<Bytes>> {
    Response::builder().status(status).header("content-type", kind).body(Full::from(body)).unwrap()
}

impl Script {
    fn result(&self, method: &str, message: &Value, is_modern: bool) -> Value {
        let mut result = match method {
            "server/discover" => json!({ "supportedVersions": ["2026-07-28"], "capabilities": self.capabilities }),
            "initialize" => json!({ "protocolVersion": self.session, "capabilities": self.capabilities }),
            "tools/list" => self.paged("tools", &self.tools, message),
            "prompts/list" => self.paged("prompts", &self.prompts, message),
            "resources/templates/list" => self.paged("resourceTemplates", &self.templates, message),
            _ => json!({}),
        };
        if let (Some(text), "server/discover" | "initialize") = (&self.instructions, method) {
            result["instructions"] = json!(text);
        }
        if is_modern {
            result["resultType"] = json!("complete");
        }
        result
    }

    fn paged(&self, member: &str, items: &[Value], message: &Value) -> Value {
        let from: usize = message["params"]["cursor"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let to = items.len().min(from + self.page);
        let mut result = json!({ member: items[from..to] });
        if to < items.len() {
            result["nextCursor"] = json!(to.to_string());
        }
        result
    }
}

/// A gateway with one upstream.
pub(super) struct House {
    pub(super) gateway: Arc<Gateway>,
    pub(super) upstream: Arc<Upstream>,
    pub(super) dir: TempDir,
}

pub(super) fn server(name: &str) -> ServerName {
    ServerName::parse(name).unwrap()
}

pub(super) fn upstream(name: &str, address: SocketAddr) -> Upstream {
    let url: url::Url = format!("http://{address}/mcp").parse().unwrap();
    Upstream {
        name: server(name),
        target: Target::new(&url, Named::ByOperator, &Trust::default()).unwrap(),
        url,
        credential: None,
        first_byte: Duration::from_secs(5),
        total: Duration::from_secs(10),
        requests: InputKinds::default(),
        revision: None,
        pins: PinMode::TrustFirst,
        relist: Duration::from_mins(5),
        sensitive: false,
    }
}

pub(super) fn log(dir: &TempDir) -> Log {
    Log::open(casemate_audit::Config::new(dir.path().join("audit")), Arc::new(|| UnixMillis(1000))).unwrap().0
}

impl House {
    pub(super) async fn start(address: SocketAddr, change: impl FnOnce(&mut Upstream)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), address, change).await
    }

    pub(super) async fn start_in(dir: TempDir, address: SocketAddr, change: impl FnOnce(&mut Upstream)) -> Self {
        let mut upstream = upstream("up", address);
        change(&mut upstream);
        let mut config = config(Mode::None, None, None);
        config.auth.anonymous = Some(tenant_id("acme"));
        config.upstreams.insert(upstream.name.clone(), upstream);
        let parts = Parts {
            config,
            log: log(&dir),
            clock: Arc::new(|| UnixMillis(1000)),
            seal_key: Secret::new(vec![7; 32]),
            held: Box::new(Vec::new),
            pins: dir.path().join("pins"),
            actor: "test".to_owned(),
        };
        let gateway = Gateway::start(parts).await.unwrap();
        let upstream = gateway.state().upstream(&server("up")).unwrap();
        Self { gateway, upstream, dir }
    }

    pub(super) async fn judge(&self, target: About) -> Result<Standing, Refusal> {
        self.gateway.pins.judge(&self.gateway, &self.upstream, &target).await
    }

    pub(super) async fn tool(&self, name: &str) -> Standing {
        self.judge(About::Tool(name.to_owned())).await.unwrap()
    }

    /// What Ann decides about a tool, however it is shown to her.
    pub(super) async fn decide(&self, name: &str, verdict: Verdict) -> Result<State, Reason> {
        let (server, pins) = (server("up"), &self.gateway.pins);
        let shown = pins.get(&server, Kind::Tool, name).map(|pin| pin.state);
        let subject = Subject { server: &server, kind: Kind::Tool, name, shown };
        let done = pins.decide(self.gateway.log(), self.gateway.now(), subject, verdict, "ann").await;
        done.map(|pin| pin.state).map_err(|refusal| refusal.reason)
    }

    /// A survey now, whatever the schedule says.
    pub(super) async fn survey(&self) -> Result<(), Refusal> {
        self.gateway.pins.within(&self.gateway, &self.upstream, Duration::ZERO).await.map(drop)
    }

    /// Surveys one more upstream.
    pub(super) async fn survey_of(&self, name: &str, address: SocketAddr) {
        let mut config = self.gateway.state().config.clone();
        config.upstreams.insert(server(name), upstream(name, address));
        self.gateway.reload(config, "test").await.unwrap();
        let entry = self.gateway.state().upstream(&server(name)).unwrap();
        self.gateway.pins.within(&self.gateway, &entry, Duration::ZERO).await.unwrap();
    }

    /// Changes the entry of the upstream, as a reload does.
    pub(super) async fn change(&mut self, change: impl FnOnce(&mut Upstream)) {
        let mut config = self.gateway.state().config.clone();
        change(config.upstreams.get_mut(&server("up")).unwrap());
        self.gateway.reload(config, "test").await.unwrap();
        self.upstream = self.gateway.state().upstream(&server("up")).unwrap();
    }

    /// Records and keeps what lists showed, now.
    pub(super) async fn note(&self) -> Result<(), Refusal> {
        let slot = self.gateway.pins.slot(&self.upstream.name);
        let _pen = slot.pen.lock().await;
        self.gateway.pins.settle_lists(&slot, &self.gateway, &self.upstream.name).await
    }

    /// Restarts the gateway over the same files.
    pub(super) async fn restart(self, address: SocketAddr, change: impl FnOnce(&mut Upstream)) -> Self {
        self.gateway.stop("test").await.unwrap();
        let Self { gateway, dir, .. } = self;
        drop(gateway);
        Self::start_in(dir, address, change).await
    }

    /// How a tool stands in a whole list of the modern era.
    pub(super) fn item(&self, item: &Value) -> Standing {
        self.shows(Listing::begin(Era::Modern, true), item)
    }

    pub(super) fn shows(&self, listing: Listing, item: &Value) -> Standing {
        let json = Json::parse(Bytes::from(item.to_string()), Limits::default()).unwrap();
        self.gateway.pins.item(&self.upstream, listing, Kind::Tool, json.root())
    }

    /// The details of the pin records.
    pub(super) fn records(&self) -> Vec<String> {
        let entries = casemate_audit::entries(&self.dir.path().join("audit")).unwrap();
        let all = entries.map(|entry| entry.unwrap().json);
        all.filter(|json| json["detail"].is_string()).map(|json| json["detail"].as_str().unwrap().to_owned()).collect()
    }
}
