//! Which arguments of a tool are mirrored in headers, by the upstream's current schema.

use crate::answer::limits;
use crate::config::Upstream;
use crate::gateway::Gateway;
use bytes::Bytes;
use casemate_core::headers::{Mirrored, param_agrees};
use casemate_core::json::Json;
use casemate_core::mcp::{Call, MirroredParam, REVISION, mirrored_params};
use casemate_core::{Reason, Refusal, ServerName};
use http::{HeaderMap, HeaderValue, Request, header};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a tool list counts as current.
const FRESH: Duration = Duration::from_secs(30);
/// How soon a list may be read again because a header did not agree with it.
const AGAIN: Duration = Duration::from_secs(1);
/// Pages of a tool list.
const PAGES: usize = 64;

/// By tool; `None` where its annotations are invalid, so that nobody can say which headers belong to it.
type Mirrors = HashMap<String, Option<Vec<MirroredParam>>>;
type Tools = Arc<Mirrors>;
/// The tools of one upstream and when they were read; locked while they are read again.
type Slot = Arc<Mutex<Option<(Instant, Result<Tools, Refusal>)>>>;

/// The mirrored arguments of every tool, by upstream.
#[derive(Default)]
pub(crate) struct Schemas {
    slots: std::sync::Mutex<HashMap<ServerName, Slot>>,
}

impl Schemas {
    fn slot(&self, server: &ServerName) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(slots.entry(server.clone()).or_default())
    }

    /// The current mirrored arguments; one reader fetches while the others wait for it.
    async fn tools(&self, gateway: &Gateway, upstream: &Upstream, within: Duration) -> Result<Tools, Refusal> {
        let slot = self.slot(&upstream.name);
        let mut slot = slot.lock().await;
        if let Some((at, read)) = slot.as_ref()
            && at.elapsed() < read.as_ref().map_or(AGAIN, |_| within)
        {
            return read.clone();
        }
        // A failure is kept for a moment too, so that those who waited do not each wait for another.
        let fetching = tokio::time::timeout(upstream.total, fetch(gateway, upstream)).await;
        let read = fetching.unwrap_or_else(|_| Err(no_list("no list in time"))).map(Arc::new);
        *slot = Some((Instant::now(), read.clone()));
        read
    }

    /// Compares the `Mcp-Param-*` headers of a tool call with its arguments.
    pub(crate) async fn check(
        &self,
        gateway: &Gateway,
        upstream: &Upstream,
        call: &Call,
        tool: &str,
        headers: &Mirrored<'_>,
    ) -> Result<(), Refusal> {
        let tools = self.tools(gateway, upstream, FRESH).await?;
        if agree(&tools, tool, call, headers).is_ok() {
            return Ok(());
        }
        // The schema may have changed since it was read.
        let tools = self.tools(gateway, upstream, AGAIN).await?;
        agree(&tools, tool, call, headers)
    }
}

fn agree(tools: &Tools, tool: &str, call: &Call, headers: &Mirrored<'_>) -> Result<(), Refusal> {
    let params = match tools.get(tool) {
        Some(None) => return Err(no_list("the tool's header annotations are invalid")),
        Some(Some(params)) => params.as_slice(),
        None => &[],
    };
    for param in params {
        let header = headers.params.iter().find(|(name, _)| *name == param.header).map(|(_, value)| *value);
        let path: Vec<&str> = param.path.iter().map(String::as_str).collect();
        let argument = call.param("arguments").and_then(|arguments| arguments.path(&path));
        param_agrees(header, argument)
            .map_err(|reason| Refusal::new(reason).hint(format!("Mcp-Param-{}", param.header)))?;
    }
    Ok(())
}

async fn fetch(gateway: &Gateway, upstream: &Upstream) -> Result<Mirrors, Refusal> {
    let mut tools = HashMap::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let Some(json) = page(gateway, upstream, cursor.as_deref()).await? else { return Ok(tools) };
        let Some(result) = json.root().get("result") else { return Err(no_list("no result")) };
        for tool in result.get("tools").into_iter().flat_map(|list| list.items()) {
            let Some(name) = tool.get("name").and_then(|v| v.as_str()) else { continue };
            let mirrored = tool.get("inputSchema").map_or_else(|| Some(Vec::new()), mirrored_params);
            tools.insert(name.into_owned(), mirrored);
        }
        cursor = result.get("nextCursor").and_then(|v| v.as_str()).map(std::borrow::Cow::into_owned);
        if cursor.is_none() {
            return Ok(tools);
        }
    }
    Err(no_list("too many pages"))
}

fn no_list(detail: &str) -> Refusal {
    Refusal::new(Reason::UpstreamSchema).detail(detail)
}

/// One page of the upstream's own tool list; `None` where the upstream has no tools at all.
async fn page(gateway: &Gateway, upstream: &Upstream, cursor: Option<&str>) -> Result<Option<Json>, Refusal> {
    let cursor = cursor.map(|c| format!("\"cursor\":{},", casemate_core::json::quote(c))).unwrap_or_default();
    let body = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":\"casemate\",\"method\":\"tools/list\",\"params\":{{{cursor}\"_meta\":{{\
         \"io.modelcontextprotocol/protocolVersion\":\"{REVISION}\",\
         \"io.modelcontextprotocol/clientInfo\":{{\"name\":\"casemate\",\"version\":\"{}\"}},\
         \"io.modelcontextprotocol/clientCapabilities\":{{}}}}}}}}",
        env!("CARGO_PKG_VERSION"),
    );
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    *request.headers_mut() = list_headers(upstream);
    let fault = |e: casemate_net::NetError| no_list(&e.to_string());
    let response = gateway.net.send(&upstream.target, request, upstream.first_byte).await.map_err(fault)?;
    if !matches!(response.status().as_u16(), 200 | 400 | 404) {
        return Err(no_list(&format!("status {}", response.status())));
    }
    let is_stream = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let is_stream = is_stream.is_some_and(crate::request::is_event_stream);
    let cap = gateway.state().config.caps.answer;
    let reading = response.into_body().collect_capped(cap);
    let bytes = tokio::time::timeout(upstream.total, reading).await.map_err(|_| no_list("no list in time"))?;
    let bytes = bytes.map_err(fault)?;
    let message = if is_stream { last_event(&bytes, cap)? } else { bytes };
    let json = Json::parse(message, limits()).map_err(|e| no_list(&e.to_string()))?;
    let unknown = json.root().path(&["error", "code"]).and_then(|v| v.as_i64()) == Some(-32601);
    Ok((!unknown).then_some(json))
}

fn list_headers(upstream: &Upstream) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    headers.insert("mcp-protocol-version", HeaderValue::from_static(REVISION));
    headers.insert("mcp-method", HeaderValue::from_static("tools/list"));
    crate::forward::credential(upstream, &mut headers);
    headers
}

/// The message of a stream that answers the request, which is its last.
fn last_event(bytes: &[u8], cap: usize) -> Result<Bytes, Refusal> {
    let mut events = Vec::new();
    crate::sse::Events::new(cap).push(bytes, &mut events).map_err(|e| no_list(&e.to_string()))?;
    events.pop().ok_or_else(|| no_list("an empty stream"))
}
