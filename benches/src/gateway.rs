//! The configuration under which `casemate` is measured: everything on, limits out of the way.

use crate::answer::{SIZES, tool_name};
use crate::catalogue;
use crate::fleet::{Row, server_name};
use crate::pki::{CLIENT_URI, Pki};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// What the rules admit of each upstream's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// All of the few tools that can be called.
    Calls,
    /// All of so many items.
    All(usize),
    /// About half of so many items.
    Half(usize),
}

impl Admitted {
    /// What a row's rules admit of lists of `items`; none are the tools that can be called.
    #[must_use]
    pub const fn of(row: Row, items: usize) -> Self {
        match (row, items) {
            (_, 0) => Self::Calls,
            (Row::CasemateAll, items) => Self::All(items),
            (_, items) => Self::Half(items),
        }
    }

    /// The patterns for tools and for resources.
    const fn patterns(self) -> (&'static str, &'static str) {
        match self {
            Self::Calls => ("*", "**"),
            Self::All(_) => (catalogue::EVERY_TOOL, catalogue::EVERY_RESOURCE),
            Self::Half(_) => (catalogue::TOOLS, catalogue::RESOURCES),
        }
    }
}

/// What `casemate.yaml` says in addition where no rule of the output filter is used. Answers are parsed and walked all the
/// same: what is inspected is what is forwarded.
pub const FILTER_OFF: &str = "output:\n  rules: [{ rule: \"**\", action: off }]\n";

/// The text of `casemate.yaml`: plain HTTP in mode `none`, or mTLS where there is a `pki`.
#[must_use]
pub fn config(port: u16, upstreams: &[SocketAddr], admitted: Admitted, pki: Option<&Pki>) -> String {
    let (auth, tls, identity) = match pki {
        None => ("mode: none".to_owned(), String::new(), "anonymous: true".to_owned()),
        Some(pki) => (
            format!("mode: mTLS\n    trusted_certs_path: {}", pki.ca.display()),
            format!("  tls:\n    certificate: {}\n    key: {}\n", pki.server.cert.display(), pki.server.key.display()),
            format!("certificates:\n      - san: \"{CLIENT_URI}\"\n        scopes: [mcp]"),
        ),
    };
    // Long lists are over the default of the token budget.
    let (tools, budget): (Vec<_>, _) = match admitted {
        Admitted::Calls => {
            let both = |bytes: &usize| [tool_name(*bytes, false), tool_name(*bytes, true)];
            (SIZES.iter().flat_map(both).collect(), 100_000)
        }
        Admitted::All(items) | Admitted::Half(items) => ((0..items).map(catalogue::tool_name).collect(), 1_000_000),
    };
    let tools = tools.join(", ");
    let (pattern, resources) = admitted.patterns();
    let mut entries = String::new();
    for (index, address) in upstreams.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(entries, "  - name: {}\n    url: http://{address}/mcp", server_name(index));
        let _ = writeln!(entries, "    read_only: [{tools}]\n    pins: trust-first");
    }
    format!(
        r#"mcp_gateway:
  host: 127.0.0.1
  port: {port}
  auth:
    {auth}
{tls}  rate_limits:
    tenant_default_rpm: 1000000
    tenant_default_burst: 1000000
  allowlists:
    allowed_mcp_servers:
      - 127.0.0.1
  headers:
    required: ["X-Trace-ID", "X-MCP-Client"]
  max_payload_bytes: 5242880
  limits:
    connections: 10000
  sessions:
    per_subject: 2000
    total: 5000
  env:
    - name: MCP_ALLOWED_DOMAINS
      value: "127.0.0.1"
    - name: TOKEN_BUDGET_PER_REQUEST
      value: "{budget}"
tenants:
  bench:
    {identity}
    rules:
      - servers: ["s*"]
        tools: ["{pattern}"]
        resources: ["{resources}"]
upstreams:
{entries}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_upstream_has_its_entry() {
        let upstreams: Vec<SocketAddr> = (1..=60).map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect();
        let text = config(8080, &upstreams, Admitted::Calls, None);
        assert!(text.contains("- name: s00\n    url: http://127.0.0.1:1/mcp\n"));
        assert!(text.contains("- name: s59\n    url: http://127.0.0.1:60/mcp\n"));
        assert!(text.contains("mode: none") && text.contains("anonymous: true") && !text.contains("tls:"));
        assert!(text.contains("tools: [\"*\"]") && text.contains("text_300"));
    }

    #[test]
    fn of_long_lists_every_tool_is_read_only_and_half_are_admitted() {
        let text = config(8080, &[SocketAddr::from(([127, 0, 0, 1], 1))], Admitted::Half(3), None);
        assert!(text.contains("read_only: [report_a_0000, report_b_0001, report_a_0002]"), "{text}");
        assert!(text.contains("tools: [\"report_a_*\"]") && text.contains("bench://a/**"));
    }
}
