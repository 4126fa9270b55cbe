//! What the demonstration needs on disk: a development CA with certificates, and its configuration.

use anyhow::Context as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The files of the demonstration.
pub(super) struct Files {
    pub(super) config: PathBuf,
    pub(super) ca: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Makes the certificates where they are missing, and writes the configuration.
pub(super) fn prepare(dir: &Path, upstream: SocketAddr) -> anyhow::Result<Files> {
    let pki = dir.join("pki");
    if !pki.join("ca.pem").exists() {
        crate::init::write_pki(dir)?;
    }
    let config = dir.join("demo.yaml");
    fs::create_dir_all(dir)?;
    replace(&config, &configuration(upstream)).with_context(|| format!("{}", config.display()))?;
    Ok(Files { config, ca: pki.join("ca.pem"), certificate: pki.join("agent.pem"), key: pki.join("agent.key") })
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text)?;
    fs::rename(partial, path)
}

fn configuration(upstream: SocketAddr) -> String {
    format!(
        "\
mcp_gateway:
  host: 127.0.0.1
  port: 0
  tls: {{ certificate: pki/server.pem, key: pki/server.key }}
  auth:
    mode: mTLS
    trusted_certs_path: pki/ca.pem
  allowlists:
    allowed_mcp_servers: [127.0.0.1]
  max_payload_bytes: 65536
  env:
    - name: MCP_ALLOWED_DOMAINS
      value: 127.0.0.1
tenants:
  demo:
    certificates:
      - san: spiffe://casemate.local/agents/*
        scopes: [mcp]
    limits:
      tools:
        - {{ server: demo, tool: report, rpm: 2, burst: 2 }}
    rules:
      - servers: [demo]
        tools: [search, read_page, report]
upstreams:
  - name: demo
    url: http://{upstream}/mcp
state:
  dir: state
"
    )
}

/// A configuration for MCP clients, ready to paste.
pub(super) fn client_configuration(address: SocketAddr, files: &Files) -> String {
    let text = serde_json::json!({
        "mcpServers": {
            "casemate-demo": {
                "type": "http",
                "url": format!("https://{address}/mcp/demo"),
                "headers": {
                    "X-Trace-ID": "<a new UUID for each request>",
                    "X-MCP-Client": "my-agent/1.0",
                },
                "tls": {
                    "ca": files.ca,
                    "cert": files.certificate,
                    "key": files.key,
                },
            }
        }
    });
    let pretty = serde_json::to_string_pretty(&text).unwrap_or_default();
    format!("\nA client of your own, with the agent's certificate:\n{pretty}\n")
}
