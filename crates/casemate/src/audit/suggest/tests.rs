//! What is proposed can be loaded, admits what was refused, and nothing else.

use super::*;
use crate::config;
use casemate_core::Subject;
use casemate_core::label::Labels;
use casemate_core::mcp::{Listen, Method};
use casemate_core::pin::Standing;
use casemate_core::policy::Evidence;
use casemate_core::principal::Scope;

fn inputs(tenant: &str, target: Target) -> Inputs {
    Inputs {
        tenant: TenantId::parse(tenant).unwrap(),
        subject: Subject::parse("a").unwrap(),
        scopes: [Scope::Mcp].into_iter().collect(),
        server: ServerName::parse("kb").unwrap(),
        method: Method::ToolsCall,
        target,
        evidence: Evidence { labels: Labels::default(), pin: Standing::Unpinned },
        at: UnixMillis(0),
    }
}

/// A configuration without rules, and then with those of a fragment.
fn policy(fragment: &str) -> Policy {
    let tenants: String =
        fragment.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let named = |tenants: &str, name: &str| {
        tenants.replacen(&format!("  \"{name}\":\n"), &format!("  \"{name}\":\n    anonymous: true\n"), 1)
    };
    let text = format!(
        "mcp_gateway:\n  auth: {{ mode: none }}\n  allowlists: {{ allowed_mcp_servers: [10.0.0.1] }}\n  \
         env: [{{ name: MCP_ALLOWED_DOMAINS, value: 10.0.0.1 }}]\n\
         upstreams:\n  - {{ name: kb, url: \"https://10.0.0.1/mcp\", read_only: [search, read] }}\n{}",
        named(&tenants, "acme")
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("casemate.yaml");
    std::fs::write(&path, &text).unwrap();
    match config::load(&path, &config::Environment::of_process()) {
        Ok(loaded) => (*loaded.config.policy).clone(),
        Err(report) => panic!("{text}\n{}", report.render(false)),
    }
}

fn targets() -> Vec<Target> {
    let watched = Listen { uris: vec!["docs://w".to_owned()], ..Listen::default() };
    vec![
        Target::Server,
        Target::Tool("search".to_owned()),
        Target::Tool("delete".to_owned()),
        Target::Prompt("sum\"mary \u{202e}\u{1f600}".to_owned()),
        Target::Resource("docs://a/b#c: d".to_owned()),
        Target::Completion(Completion::Prompt("plan".to_owned())),
        Target::Completion(Completion::Resource("docs://{id}".to_owned())),
        Target::Listen(watched),
        Target::Listen(Listen { tools: true, ..Listen::default() }),
    ]
}

#[test]
fn what_is_proposed_admits_what_was_refused_and_no_more() {
    let before = policy("tenants:\n  \"acme\":\n    rules: []\n");
    let mut proposal = Proposal::default();
    for (at, target) in targets().into_iter().enumerate() {
        let inputs = inputs("acme", target);
        let reason = inputs.decide(&before).unwrap_err();
        proposal.refused(UnixMillis(1_700_000_000_000 + at as u64), reason, Some(&inputs), Some(&before));
    }
    let text = write::yaml(&proposal);
    assert!(text.is_ascii() && text.lines().all(|line| line.len() < 200), "{text}");
    let after = policy(&text);
    for target in targets() {
        assert!(inputs("acme", target.clone()).decide(&after).is_ok(), "{target:?}\n{text}");
    }
    for target in [
        Target::Tool("read".to_owned()),
        Target::Tool("searchx".to_owned()),
        Target::Tool("delete2".to_owned()),
        Target::Prompt("summary".to_owned()),
        Target::Resource("docs://a/b".to_owned()),
        Target::Completion(Completion::Prompt("sum\"mary \u{202e}\u{1f600}".to_owned())),
        Target::Listen(Listen { uris: vec!["docs://a/b#c: d".to_owned()], ..Listen::default() }),
    ] {
        assert!(inputs("acme", target.clone()).decide(&after).is_err(), "{target:?}");
    }
    assert!(inputs("other", Target::Server).decide(&after).is_err());
}

#[test]
fn what_no_exact_rule_can_admit_is_only_told() {
    let before = policy("tenants:\n  \"acme\":\n    rules: []\n");
    let mut proposal = Proposal::default();
    let now = UnixMillis(1_700_000_000_000);
    let star = inputs("acme", Target::Resource("docs://*\n- servers: [\"*\"]".to_owned()));
    proposal.refused(now, Reason::PolicyResource, Some(&star), Some(&before));
    let elsewhere = Inputs { server: ServerName::parse("other").unwrap(), ..inputs("acme", Target::Server) };
    proposal.refused(now, Reason::PolicyServer, Some(&elsewhere), Some(&before));
    proposal.refused(now, Reason::PolicyAllowlist, Some(&inputs("acme", Target::Server)), Some(&before));
    proposal.refused(now, Reason::PolicyTool, None, Some(&before));
    proposal.refused(now, Reason::PolicyTool, Some(&inputs("acme", Target::Tool("sea*".to_owned()))), Some(&before));
    let text = write::yaml(&proposal);
    assert!(text.contains("# no key takes \"sea*\" as a name") && !text.contains("unmanaged_tools:"), "{text}");
    assert!(text.contains("# no pattern stands for exactly \"docs://*\\u000a- servers: [\\\"*\\\"]\""), "{text}");
    assert!(text.contains("# 1 on \"other\": policy.server.") && text.contains("# 1 on \"kb\": policy.allowlist."));
    assert!(text.contains("# Of 1 of them it is not known"), "{text}");
    let after = policy(&text);
    assert!(star.decide(&after).is_err());
}

#[test]
fn programs_get_every_refusal_with_its_count() {
    let mut proposal = Proposal::default();
    assert_eq!(value::json(&proposal)["ok"], false);
    let known = policy("tenants:\n  \"acme\":\n    rules: []\n");
    for at in [5, 9] {
        for target in targets() {
            proposal.refused(UnixMillis(at), Reason::PolicyTool, Some(&inputs("acme", target)), Some(&known));
        }
    }
    proposal.refused(UnixMillis(9), Reason::PolicyAllowlist, Some(&inputs("acme", Target::Server)), Some(&known));
    proposal.refused(UnixMillis(9), Reason::PolicyTool, None, None);
    let made = value::json(&proposal);
    let rows = made["refused"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &made["ok"], &made["refusals"], &made["unknown"]),
        (9, &true.into(), &20.into(), &1.into())
    );
    assert!(rows.iter().all(|row| row["tenant"] == "acme" && row["server"] == "kb" && row["count"] == 2));
    let of = |kind: &str| rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {made}"));
    assert_eq!((&of("tool")["name"], &of("unmanaged_tool")["name"]), (&"search".into(), &"delete".into()));
    assert_eq!(of("prompt")["name"], "sum\"mary \u{202e}\u{1f600}");
    assert!(of("server")["name"].is_null() && of("list_subscription")["name"].is_null());
    assert_eq!((&of("tool")["reasons"][0], &of("tool")["last"]), (&"policy.tool".into(), &made["last"]));
    let beyond = &made["beyond_rules"][0];
    assert_eq!(
        (&beyond["server"], &beyond["reason"], &beyond["count"]),
        (&"kb".into(), &"policy.allowlist".into(), &1.into())
    );
    let line = visible::json_line(&made);
    assert!(!line.chars().any(visible::hides), "{line}");
}
