//! What `explain` says.

use super::*;

#[test]
fn reasons_findings_and_keys_are_explained() {
    let (reason, json) = explain("limit.rate").unwrap();
    assert!(reason.starts_with("limit.rate: ") && reason.contains("HTTP status: 429"));
    assert_eq!((&json["kind"], &json["status"]), (&json!("reason"), &json!(429)));
    let (key, _) = explain("mcp_gateway.max_payload_bytes").unwrap();
    assert!(key.contains("default: 5242880"), "{key}");
    assert!(explain("mcp_gateway.auth.mode").unwrap().0.contains("mTLS+jwt"));
    assert!(explain("tenants.acme.limits.rpm").is_some());
    let (tools, _) = explain("tenants.acme.unmanaged_tools").unwrap();
    assert!(tools.contains("lists by name") && tools.contains("the exact name of a tool"), "{tools}");
    assert!(explain("upstreams.pins").unwrap().0.contains("trust-first"));
    assert!(explain("mcp_gateway.sessions.replay").unwrap().0.contains("default: 256KiB"));
    assert!(explain("tenants").unwrap().0.contains("rules"));
}

#[test]
fn every_reason_and_finding_has_an_explanation() {
    for code in Reason::ALL.iter().map(|reason| reason.code()).chain(Code::ALL.iter().map(|code| code.as_str())) {
        assert!(explain(code).is_some_and(|(text, _)| text.len() > 40), "{code}");
    }
}

#[test]
fn every_rule_of_the_filter_has_an_explanation() {
    for rule in casemate_inspect::catalogue() {
        let (text, json) = explain(rule.id).unwrap();
        assert!(text.contains(rule.about) && text.contains("\nseverity: "), "{text}");
        assert_eq!((&json["kind"], &json["code"]), (&json!("rule"), &json!(rule.id)));
    }
}

#[test]
fn every_key_has_an_explanation() {
    let keys = spec::all();
    assert!(keys.len() > 90, "{}", keys.len());
    for (path, key) in keys {
        let (text, json) = explain(&path).unwrap_or_else(|| panic!("{path}"));
        assert!(text.contains(key.doc) && text.contains("\ntakes: "), "{path}: {text}");
        assert_eq!((&json["kind"], &json["key"], &json["help"]), (&json!("key"), &json!(path), &json!(key.doc)));
        // As people write it: without brackets, and with a name of their own.
        let plain = path.replace("[]", "").replace("NAME", "acme");
        assert!(explain(&plain).is_some_and(|(text, _)| text.contains(key.doc)), "{plain}");
    }
}

#[test]
fn what_is_unknown_gets_one_suggestion() {
    for (name, near) in [
        ("limit.rat", Some("limit.rate")),
        ("config.unknown_keys", Some("config.unknown_key")),
        ("max_payload_bytes", Some("mcp_gateway.max_payload_bytes")),
        ("mcp_gateway.max_payload_byte", Some("mcp_gateway.max_payload_bytes")),
        ("quite something else", None),
        ("tenants.a.b", None),
    ] {
        assert!(explain(name).is_none(), "{name}");
        assert_eq!(suggestion(name).as_deref(), near, "{name}");
    }
    assert_eq!(
        run(&ExplainArgs { name: Some("nothing\u{1b}[2J".to_owned()), json: false }).unwrap(),
        ExitCode::from(2)
    );
}
