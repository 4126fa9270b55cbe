//! What `can` says, for every kind of identity and target.

use super::*;
use crate::config::{Disk, load_from};
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: CanArgs,
}

const CONFIG: &str = "
mcp_gateway:
  public_url: https://localhost:8443
  tls: { certificate: pki/server.pem, key: pki/server.key }
  auth:
    mode: mTLS
    trusted_certs_path: pki/ca.pem
    jwt: { issuer: https://issuer.example, jwks_uri: file:pki/jwks.json }
  allowlists: { allowed_mcp_servers: [10.0.0.1] }
  env: [{ name: MCP_ALLOWED_DOMAINS, value: 10.0.0.1 }]
upstreams:
  - { name: kb, url: https://10.0.0.1/kb, read_only: [search, read_page] }
  - { name: far, url: https://10.9.9.9/mcp }
tenants:
  acme:
    certificates: [{ san: spiffe://acme.example/*, scopes: [mcp] }, { san: spiffe://acme.example/quiet/* }]
    tokens: [{ claim: org, value: acme }]
    rules:
      - { servers: [kb], tools: [search], resources: [\"docs://**\"] }
      - { servers: [kb, far], tools: [\"read_*\"], prompts: [sum], completion: true }
      - { servers: [kb], resources: [\"docs://**\"], subscriptions: true }
    unmanaged_tools: { kb: [send] }
  other:
    certificates: [{ san: spiffe://*/both, scopes: [mcp] }]
";

fn judge_line(line: &str) -> Result<(Loaded, Verdict)> {
    let dir = tempfile::tempdir().unwrap();
    crate::init::write_pki(dir.path()).unwrap();
    let path = dir.path().join("casemate.yaml");
    std::fs::write(&path, CONFIG).unwrap();
    let environment = Environment { variables: Default::default(), ..Environment::of_process() };
    let loaded = load_from(&path, &Disk, &environment).unwrap_or_else(|report| panic!("{}", report.render(false)));
    let args = Line::try_parse_from(std::iter::once("can").chain(line.split(' ')))?.args;
    let verdict = judge(&loaded, &args)?;
    Ok((loaded, verdict))
}

#[test]
fn it_says_which_rule_admits_by_its_line() {
    let (loaded, verdict) = judge_line("--as spiffe://acme.example/a --server kb --tool read_page").unwrap();
    assert_eq!(verdict.outcome, Ok(1));
    let text = to_text(&loaded, &verdict);
    let line = CONFIG.lines().position(|line| line.contains("read_*")).unwrap() + 1;
    assert!(text.contains(&format!("permit: rule at {}:{line}", loaded.path.display())), "{text}");
    assert_eq!(to_json(&loaded, &verdict)["decision"], "permit");
}

#[test]
fn every_kind_of_target_is_judged_and_names_its_rule() {
    for (rest, word) in [
        ("--tool search", "docs://**"),
        ("--resource docs://a/b", "docs://**"),
        ("--method resources/read --resource docs://a/b", "docs://**"),
        ("--prompt sum", "prompts: [sum]"),
        ("--method prompts/get --prompt sum", "prompts: [sum]"),
        ("--method completion/complete --prompt sum", "prompts: [sum]"),
        ("--method tools/call --tool read_page", "prompts: [sum]"),
        ("--tool send", "docs://**"),
        ("--method resources/unsubscribe --resource docs://a/b", "subscriptions: true"),
        ("--method initialize", "docs://**"),
    ] {
        let (loaded, verdict) = judge_line(&format!("--as spiffe://acme.example/a --server kb {rest}")).unwrap();
        let line = CONFIG.lines().position(|line| line.contains(word)).unwrap() + 1;
        let rule = format!("{}:{line}", loaded.path.display());
        assert!(to_text(&loaded, &verdict).contains(&format!("permit: rule at {rule}\n")), "{rest}");
        assert_eq!(to_json(&loaded, &verdict)["rule"], rule, "{rest}");
    }
}

#[test]
fn every_refusal_has_its_reason() {
    let agent = "--as spiffe://acme.example/a --server";
    for (line, reason) in [
        (format!("{agent} kb --tool pay"), Reason::PolicyTool),
        (format!("{agent} kb --resource file:///etc/passwd"), Reason::PolicyResource),
        (format!("{agent} kb --resource docs://a/../b"), Reason::PolicyResource),
        (format!("{agent} kb --prompt other"), Reason::PolicyPrompt),
        (format!("{agent} kb --method completion/complete --prompt other"), Reason::PolicyCompletion),
        (format!("{agent} far --method subscriptions/listen"), Reason::PolicyAllowlist),
        (format!("{agent} kb --method subscriptions/listen --resource kb://x"), Reason::PolicySubscription),
        (format!("{agent} kb --method resources/subscribe --resource kb://x"), Reason::PolicySubscription),
        (format!("{agent} kb --tool read_mail"), Reason::PolicyUnmanaged),
        (format!("{agent} kb --tool Send"), Reason::PolicyTool),
        (format!("{agent} nowhere --tool search"), Reason::PolicyServer),
        (format!("{agent} far --tool read_x"), Reason::PolicyAllowlist),
        ("--as spiffe://acme.example/quiet/a --server kb --tool search".to_owned(), Reason::ScopeInsufficient),
        ("--as spiffe://else.example/a --server kb --tool search".to_owned(), Reason::TenantUnknown),
        ("--as spiffe://acme.example/both --server kb --tool search".to_owned(), Reason::TenantConflict),
        ("--as token:org=else --server kb --tool search".to_owned(), Reason::TenantUnknown),
        ("--as token:https://else|org=acme --server kb --tool search".to_owned(), Reason::TokenIssuer),
        ("--as token:org=acme --scope filter --server kb --tool search".to_owned(), Reason::ScopeInsufficient),
        ("--as anonymous --server kb --tool search".to_owned(), Reason::AuthRequired),
    ] {
        let (loaded, verdict) = judge_line(&line).unwrap();
        assert_eq!(verdict.outcome, Err(reason), "{line}");
        assert!(to_text(&loaded, &verdict).contains(&format!("deny: {reason}")), "{line}");
    }
}

#[test]
fn tokens_and_lists_are_permitted_too() {
    for line in [
        "--as token:org=acme --server kb --tool search",
        "--as token:https://issuer.example|org=acme --server kb --resource docs://a/b",
        "--as spiffe://acme.example/a --server kb --method tools/list",
        "--as spiffe://acme.example/a --server kb",
        "--as spiffe://acme.example/a --server kb --method completion/complete --prompt sum",
        "--as spiffe://acme.example/a --server kb --tenant acme --prompt sum",
    ] {
        assert!(judge_line(line).unwrap().1.outcome.is_ok(), "{line}");
    }
}

#[test]
fn what_makes_no_sense_is_an_error() {
    for line in [
        "--as spiffe://acme.example/a --server a/b --tool x",
        "--as spiffe://acme.example/a --server kb --tool x --prompt y",
        "--as spiffe://acme.example/a --server kb --method tools/cal --tool x",
        "--as spiffe://acme.example/a --server kb --method tools/list --tool x",
        "--as spiffe://acme.example/a --server kb --method tools/call",
        "--as spiffe://acme.example/a --server kb --method resources/subscribe",
        "--as spiffe://acme.example/a --server kb --method notifications/initialized",
        "--as spiffe://acme.example/a --server kb --method session/end",
        "--as spiffe://acme.example/a --server kb --tenant other --tool x",
        "--as token:acme --server kb --tool x",
    ] {
        assert!(judge_line(line).is_err(), "{line}");
    }
}

#[test]
fn it_says_what_admits_a_tool_that_may_do_more_than_read() {
    let (loaded, verdict) = judge_line("--as spiffe://acme.example/a --server kb --tool send").unwrap();
    let text = to_text(&loaded, &verdict);
    assert!(text.contains("yes: unmanaged_tools names it; the server is covered by "), "{text}");
    let steps = to_json(&loaded, &verdict)["steps"].clone();
    let step = |check: &str| steps.as_array().unwrap().iter().find(|step| step["check"] == check).unwrap().clone();
    assert_eq!(step("rule for the target")["unmanaged"], true);
    let (loaded, verdict) = judge_line("--as spiffe://acme.example/a --server kb --tool search").unwrap();
    assert!(!to_text(&loaded, &verdict).contains("unmanaged_tools"));
    let (loaded, verdict) = judge_line("--as spiffe://acme.example/a --server kb --tool read_mail").unwrap();
    let text = to_text(&loaded, &verdict);
    assert!(text.contains("deny: policy.unmanaged: ") && text.contains("read_only"), "{text}");
}

#[test]
fn it_does_not_pretend_to_know_the_pins() {
    let (loaded, verdict) = judge_line("--as spiffe://acme.example/a --server kb --tool search").unwrap();
    let text = to_text(&loaded, &verdict);
    assert!(text.contains("approved definition    judged by the running gateway: casemate pins list\n"), "{text}");
    let json = to_json(&loaded, &verdict);
    let last = json["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["check"], &last["ok"]), (&json!("approved definition"), &json!(null)));
    assert!(last["note"].as_str().unwrap().contains("running gateway"));
}
