//! What the demonstration needs on disk: a development CA with certificates, its configuration, and a ticket with its key.

use super::poisoned::Ticket;
use anyhow::Context as _;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The files of the demonstration.
pub(super) struct Files {
    pub(super) config: PathBuf,
    /// The text of the ticket that its tool gives.
    pub(super) ticket: PathBuf,
    pub(super) ca: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Makes the certificates where they are missing, and writes the configuration.
pub(super) fn prepare(dir: &Path, upstream: SocketAddr, poisoned: &Ticket) -> anyhow::Result<Files> {
    // What is printed is pasted elsewhere, where a relative path would lead nowhere.
    let dir = &std::path::absolute(dir)?;
    let pki = dir.join("pki");
    if !pki.join("ca.pem").exists() {
        crate::init::write_pki(dir)?;
    }
    let config = dir.join("demo.yaml");
    fs::create_dir_all(dir)?;
    let ticket = dir.join("ticket.md");
    let files = [
        (&config, configuration(upstream)),
        (&ticket, poisoned.text.clone()),
        (&dir.join("ticket.key"), poisoned.secret().to_owned()),
    ];
    for (path, text) in files {
        replace(path, &text).with_context(|| format!("{}", path.display()))?;
    }
    Ok(Files { config, ticket, ca: pki.join("ca.pem"), certificate: pki.join("agent.pem"), key: pki.join("agent.key") })
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text)?;
    // A registered value is nobody else's to read.
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o600))?;
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
        tools: [search, read_ticket, report]
upstreams:
  - name: demo
    url: http://{upstream}/mcp
    read_only: [search, read_ticket, report]
    pins: trust-first
output:
  registered: [{{ file: ticket.key }}]
audit:
  # What a demonstration leaves is removed like any other file.
  immutable: \"off\"
state:
  dir: state
"
    )
}
