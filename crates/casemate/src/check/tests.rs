//! What `check` says about tools.

use super::*;
use crate::config::{Disk, load_from};

const CONFIG: &str = "
mcp_gateway:
  tls: { certificate: pki/server.pem, key: pki/server.key }
  auth: { mode: mTLS, trusted_certs_path: pki/ca.pem }
  allowlists: { allowed_mcp_servers: [10.0.0.1] }
  env: [{ name: MCP_ALLOWED_DOMAINS, value: 10.0.0.1 }]
upstreams:
  - { name: kb, url: https://10.0.0.1/kb, read_only: [search, read_page] }
  - { name: mail, url: https://10.0.0.1/mail }
  - { name: far, url: https://10.9.9.9/mcp }
tenants:
  acme:
    certificates: [{ san: spiffe://acme.example/*, scopes: [mcp] }]
    rules:
      - { servers: [kb], tools: [search] }
      - { servers: [kb, mail], tools: [\"write_*\"] }
      - { servers: [far, mail], prompts: [sum] }
    unmanaged_tools: { kb: [delete, search, append], mail: [send], far: [launch] }
  bravo:
    certificates: [{ san: spiffe://bravo.example/*, scopes: [mcp] }]
    unmanaged_tools: { kb: [delete] }
";

fn loaded() -> Loaded {
    let dir = tempfile::tempdir().unwrap();
    crate::init::write_pki(dir.path()).unwrap();
    let path = dir.path().join("casemate.yaml");
    std::fs::write(&path, CONFIG).unwrap();
    let environment = Environment { variables: Default::default(), ..Environment::of_process() };
    load_from(&path, &Disk, &environment).unwrap_or_else(|report| panic!("{}", report.render(false)))
}

fn line(word: &str) -> usize {
    CONFIG.lines().position(|line| line.contains(word)).unwrap() + 1
}

#[test]
fn what_is_reached_by_name_alone_is_listed() {
    let loaded = loaded();
    let text = words(&loaded);
    // `search` only reads; `far` cannot be reached; no rule of bravo covers `kb`.
    assert!(text.contains("unmanaged: acme → kb: tools append, delete\n"), "{text}");
    assert!(text.contains("unmanaged: acme → mail: tool send\n"), "{text}");
    assert_eq!(text.matches("unmanaged: ").count(), 2, "{text}");
    let json = describe(&loaded);
    assert_eq!(
        json["unmanaged_tools"],
        json!([
            { "tenant": "acme", "server": "kb", "tools": ["append", "delete"] },
            { "tenant": "acme", "server": "mail", "tools": ["send"] },
        ])
    );
}

#[test]
fn rules_whose_tools_reach_nothing_are_named() {
    let loaded = loaded();
    let text = words(&loaded);
    let place = format!("{}:{}", loaded.path.display(), line("write_*"));
    let said = format!(
        "no tools: acme, rule at {place}: nothing is under read_only of mail; no name under read_only of kb matches\n"
    );
    assert!(text.contains(&said), "{text}");
    assert_eq!(text.matches("no tools: ").count(), 1, "{text}");
    let json = describe(&loaded);
    assert_eq!(
        json["rules_without_tools"],
        json!([{ "tenant": "acme", "rule": place, "unlisted": ["mail"], "unmatched": ["kb"] }])
    );
}
