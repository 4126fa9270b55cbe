//! The client: MCP over HTTP, and everything that it got.

use super::scratch::instructing;
use super::server::{PAGES, PLAYER, key, texts};
use anyhow::Result;
use bytes::Bytes;
use casemate_core::mcp::REVISION;
use casemate_net::{ClientConfig, Named, Target, Trust};
use casemate_redteam::{Channel, Probe};
use http::{HeaderValue, Method, Request};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the gateway.
pub(super) struct Client {
    net: casemate_net::Client,
    address: SocketAddr,
    target: Target,
}

/// What came back.
pub(super) struct Reply {
    /// The messages: notifications, then the answer.
    pub(super) messages: Vec<Value>,
    pub(super) trace: String,
}

impl Reply {
    /// The reason code of a refusal.
    pub(super) fn refused(&self) -> Option<String> {
        let reason = |message: &Value| Some(message.pointer("/error/data/reason")?.as_str()?.to_owned());
        self.messages.iter().find_map(reason)
    }

    /// Each string of everything that came.
    pub(super) fn texts(&self) -> Vec<String> {
        self.messages.iter().flat_map(texts).collect()
    }

    /// The tool of that name in the list.
    pub(super) fn tool(&self, name: &str) -> Option<&Value> {
        let tools = self.messages.iter().find_map(|message| message.pointer("/result/tools")?.as_array());
        tools?.iter().find(|tool| tool.get("name").is_some_and(|own| own == name))
    }
}

impl Client {
    pub(super) fn new(address: SocketAddr, server: &str) -> Result<Self> {
        Ok(Self { net: casemate_net::Client::new(ClientConfig::default()), address, target: target(address, server)? })
    }

    /// The call that has a probe played.
    pub(super) async fn play(&self, at: usize, probe: &Probe) -> Result<Reply> {
        let key = key(at);
        match probe.channel {
            Channel::Read => self.call("resources/read", json!({ "uri": format!("{PAGES}{key}") })).await,
            Channel::Prompt => self.call("prompts/get", json!({ "name": PLAYER, "arguments": { "case": key } })).await,
            Channel::Instructions => {
                self.send(&target(self.address, &instructing(at))?, "server/discover", json!({})).await
            }
            Channel::Description => self.call("tools/list", json!({})).await,
            Channel::Argument => {
                let arguments = json!({ "case": key, "text": probe.input });
                self.call("tools/call", json!({ "name": PLAYER, "arguments": arguments })).await
            }
            _ => self.call("tools/call", json!({ "name": PLAYER, "arguments": { "case": key } })).await,
        }
    }

    async fn call(&self, method: &str, params: Value) -> Result<Reply> {
        self.send(&self.target, method, params).await
    }

    async fn send(&self, target: &Target, method: &str, mut params: Value) -> Result<Reply> {
        let name = params.get("name").or(params.get("uri")).and_then(Value::as_str).map(str::to_owned);
        if let Some(object) = params.as_object_mut() {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientInfo": { "name": "casemate-redteam", "version": env!("CARGO_PKG_VERSION") },
                "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {}, "url": {} } },
                "io.modelcontextprotocol/logLevel": "debug",
                "progressToken": "p",
            });
            object.insert("_meta".to_owned(), meta);
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let trace = uuid::Uuid::new_v4().to_string();
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        let mut put = |name: &'static str, value: &str| -> Result<()> {
            request.headers_mut().insert(name, HeaderValue::from_str(value)?);
            Ok(())
        };
        put("content-type", "application/json")?;
        put("accept", "application/json, text/event-stream")?;
        put("mcp-protocol-version", REVISION)?;
        put("mcp-method", method)?;
        put("x-trace-id", &trace)?;
        put("x-mcp-client", concat!("casemate-redteam/", env!("CARGO_PKG_VERSION")))?;
        if let Some(name) = &name {
            put("mcp-name", name)?;
        }
        let response = self.net.send(target, request, PATIENCE).await?;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_stream = kind.starts_with("text/event-stream");
        let bytes = response.into_body().collect_capped(64 << 20).await?;
        let messages =
            if is_stream { events(&String::from_utf8_lossy(&bytes))? } else { vec![serde_json::from_slice(&bytes)?] };
        Ok(Reply { messages, trace })
    }
}

/// A server behind the gateway at this address.
fn target(address: SocketAddr, server: &str) -> Result<Target> {
    let url = Url::parse(&format!("http://{address}/mcp/{server}"))?;
    Ok(Target::new(&url, Named::ByOperator, &Trust::default())?)
}

/// The messages of a stream of events (HTML, section 9.2), each in one line of data or several.
fn events(stream: &str) -> Result<Vec<Value>> {
    let data = |event: &str| -> String {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    };
    let events = stream.split("\n\n").map(data).filter(|data| !data.is_empty());
    events.map(|data| Ok(serde_json::from_str(&data)?)).collect()
}
