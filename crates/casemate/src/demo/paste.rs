//! What a client of one's own needs to talk to the demonstration, ready to paste.

use super::setup::Files;
use casemate_core::mcp::REVISION;
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;

/// A configuration for MCP clients and a command for a shell.
pub(super) fn clients(address: SocketAddr, files: &Files) -> String {
    format!(
        "
A client of your own, with the agent's certificate:
{}
Each request should carry an X-Trace-ID of its own. For clients that send the same headers every time,
`mcp_gateway.headers.required: [X-MCP-Client]` makes it optional: Casemate then mints one for each request.

Or from a shell:
{}

",
        configuration(address, files),
        curl(address, files)
    )
}

fn configuration(address: SocketAddr, files: &Files) -> String {
    let text = json!({
        "mcpServers": {
            "casemate-demo": {
                "type": "http",
                "url": url(address),
                "headers": {
                    "X-Trace-ID": trace(),
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
    format!("{text:#}")
}

fn curl(address: SocketAddr, files: &Files) -> String {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientInfo": { "name": "curl", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    } } });
    let mut lines = vec![
        format!("curl -sS -w '\\n' {}", url(address)),
        format!("--cacert {}", quoted(&shown(&files.ca))),
        // curl takes what follows a colon for a password.
        format!("--cert {}", quoted(&shown(&files.certificate).replace('\\', "\\\\").replace(':', "\\:"))),
        format!("--key {}", quoted(&shown(&files.key))),
    ];
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Accept", "application/json, text/event-stream".to_owned()),
        ("MCP-Protocol-Version", REVISION.to_owned()),
        ("Mcp-Method", "tools/list".to_owned()),
        ("X-Trace-ID", trace()),
        ("X-MCP-Client", "curl/1".to_owned()),
    ];
    lines.extend(headers.map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    lines.push(format!("-d {}", quoted(&body.to_string())));
    lines.join(" \\\n  ")
}

fn url(address: SocketAddr) -> String {
    format!("https://{address}/mcp/demo")
}

fn trace() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// One word for a POSIX shell, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_stands_on_its_own() {
        let (dir, ticket) = (tempfile::tempdir().unwrap(), super::super::poisoned::Ticket::new());
        let files = super::super::setup::prepare(dir.path(), ([127, 0, 0, 1], 9).into(), &ticket).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 4321));
        let json: serde_json::Value = serde_json::from_str(&configuration(address, &files)).unwrap();
        let client = &json["mcpServers"]["casemate-demo"];
        assert_eq!(client["url"], "https://127.0.0.1:4321/mcp/demo");
        for name in ["ca", "cert", "key"] {
            assert!(Path::new(client["tls"][name].as_str().unwrap()).is_absolute(), "{client}");
        }
        assert!(uuid::Uuid::parse_str(client["headers"]["X-Trace-ID"].as_str().unwrap()).is_ok());
        assert_ne!(configuration(address, &files), configuration(address, &files), "nobody shares a trace id");
    }

    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(quoted("/it's $HOME"), "'/it'\\''s $HOME'");
    }
}
