//! The demonstration's client: real HTTPS with a client certificate.

use super::setup::Files;
use anyhow::Context as _;
use bytes::Bytes;
use casemate_core::Secret;
use casemate_core::mcp::REVISION;
use casemate_net::{ClientConfig, ClientIdentity, Named, Target, Trust};
use http::{HeaderValue, Method, Request, StatusCode};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// A client with the agent's certificate.
pub(super) struct Client {
    net: casemate_net::Client,
    base: Url,
    trust: Trust,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    pub(super) trace: String,
}

impl Reply {
    /// The reason code of a refusal.
    pub(super) fn reason(&self) -> Option<&str> {
        self.body.pointer("/error/data/reason")?.as_str()
    }

    /// The text of a tool's result.
    pub(super) fn text(&self) -> Option<&str> {
        self.body.pointer("/result/content/0/text")?.as_str()
    }
}

impl Client {
    pub(super) fn new(address: SocketAddr, files: &Files) -> anyhow::Result<Self> {
        let roots = certificates(&files.ca)?;
        let key = PrivateKeyDer::from_pem_file(&files.key).context("the agent's key")?;
        let chain = certificates(&files.certificate)?;
        let client = Some(ClientIdentity { chain, key: Secret::new(key.secret_der().to_vec()) });
        Ok(Self {
            net: casemate_net::Client::new(ClientConfig::default()),
            base: Url::parse(&format!("https://{address}/mcp/"))?,
            trust: Trust { roots, client },
        })
    }

    /// Calls a method on a server through the gateway.
    pub(super) async fn call(&self, server: &str, method: &str, mut params: Value) -> anyhow::Result<Reply> {
        if let Some(object) = params.as_object_mut() {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientInfo": {"name": "casemate-demo", "version": env!("CARGO_PKG_VERSION")},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            object.insert("_meta".to_owned(), meta);
        }
        let name = params.get("name").and_then(Value::as_str).map(str::to_owned);
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let trace = uuid::Uuid::new_v4().to_string();
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        let mut put = |name: &'static str, value: &str| -> anyhow::Result<()> {
            request.headers_mut().insert(name, HeaderValue::from_str(value)?);
            Ok(())
        };
        put("content-type", "application/json")?;
        put("accept", "application/json, text/event-stream")?;
        put("mcp-protocol-version", REVISION)?;
        put("mcp-method", method)?;
        put("x-trace-id", &trace)?;
        put("x-mcp-client", concat!("casemate-demo/", env!("CARGO_PKG_VERSION")))?;
        if let Some(name) = &name {
            put("mcp-name", name)?;
        }
        let target = Target::new(&self.base.join(server)?, Named::ByOperator, &self.trust)?;
        let response = self.net.send(&target, request, Duration::from_secs(10)).await?;
        let status = response.status();
        let bytes = response.into_body().collect_capped(8 << 20).await?;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? };
        Ok(Reply { status, body, trace })
    }

    /// Calls a tool.
    pub(super) async fn tool(&self, server: &str, tool: &str, arguments: Value) -> anyhow::Result<Reply> {
        self.call(server, "tools/call", json!({"name": tool, "arguments": arguments})).await
    }
}

fn certificates(path: &std::path::Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.with_context(|| format!("{} holds no certificates", path.display()))
}
