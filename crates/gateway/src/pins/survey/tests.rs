//! Surveys as an upstream sees them, and what is believed of its answers.

use super::super::fixture::{House, Script, Server, error, tool};
use crate::config::InputKinds;
use casemate_core::mcp::Era;
use casemate_core::mcp::{Completion, Revision, Target};
use casemate_core::pin::{Kind, Standing};
use casemate_core::{Reason, Refusal};
use serde_json::{Value, json};

fn all() -> Value {
    json!({ "tools": {}, "prompts": {}, "resources": {} })
}

fn full() -> Script {
    Script {
        capabilities: all(),
        instructions: Some("Be brief.".to_owned()),
        tools: (0..25).map(|n| tool(&format!("tool_{n}"), "Does it.")).collect(),
        prompts: vec![json!({ "name": "ask" })],
        templates: vec![json!({ "uriTemplate": "file:///{path}", "name": "files" })],
        page: 10,
        ..Script::default()
    }
}

async fn check_full(house: &House) {
    assert_eq!(house.tool("tool_0").await, Standing::Approved);
    assert_eq!(house.tool("tool_24").await, Standing::Approved);
    assert_eq!(house.tool("tool_25").await, Standing::Unknown);
    assert_eq!(house.judge(Target::Prompt("ask".to_owned())).await, Ok(Standing::Approved));
    let completions = [
        (Completion::Prompt("ask".to_owned()), Standing::Approved),
        (Completion::Resource("file:///{path}".to_owned()), Standing::Approved),
        (Completion::Resource("file:///{other}".to_owned()), Standing::Unknown),
    ];
    for (completion, standing) in completions {
        assert_eq!(house.judge(Target::Completion(completion)).await, Ok(standing));
    }
    assert_eq!(house.judge(Target::Resource("file:///a".to_owned())).await, Ok(Standing::Unpinned));
    let pins = house.gateway.pins();
    assert_eq!(pins.instructions(&house.upstream, Era::Modern, "Be brief."), Standing::Approved);
    assert_eq!(pins.instructions(&house.upstream, Era::Modern, "Be brief!"), Standing::Changed);
    assert_eq!(pins.list().len(), 28);
    assert!(pins.get(&house.upstream.name, Kind::Instructions, "").is_some());
}

#[tokio::test]
async fn a_modern_upstream_is_listed_page_by_page() {
    let server = Server::start(full()).await;
    let house = House::start(server.address, |_| {}).await;
    check_full(&house).await;
    let era = house.gateway.pins.era(&house.gateway, &house.upstream).await.unwrap();
    assert_eq!(era, Era::Modern);
    let mut ids = std::collections::HashSet::new();
    for (method, headers, body) in &server.script().asked {
        assert_eq!(headers["mcp-method"], method.as_str());
        assert_eq!(headers["mcp-protocol-version"], "2026-07-28");
        assert!(ids.insert(body["id"].to_string()), "{body}");
        assert_eq!(body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"], json!({}));
    }
}

#[tokio::test]
async fn an_upstream_with_sessions_is_listed_in_one() {
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let server = Server::start(Script { modern: false, session: Some(revision), ..full() }).await;
        let house = House::start(server.address, |upstream| {
            upstream.requests = InputKinds { sampling: true, elicitation: true, ..InputKinds::default() };
        })
        .await;
        check_full(&house).await;
        let era = house.gateway.pins.era(&house.gateway, &house.upstream).await.unwrap();
        assert_eq!(era, Era::Session);
        let script = server.script();
        let opening = script.asked.iter().find(|(method, ..)| method == "initialize").unwrap();
        assert_eq!(opening.2["params"]["capabilities"], json!({ "sampling": {}, "elicitation": { "form": {} } }));
        assert!(!opening.1.contains_key("mcp-session-id"));
        let within: Vec<_> = script.asked.iter().skip_while(|(method, ..)| method != "initialize").skip(1).collect();
        assert_eq!(within[0].0, "notifications/initialized");
        let end = within.iter().position(|(method, ..)| method == "DELETE").unwrap();
        for (_, headers, _) in &within[..=end] {
            assert_eq!(headers["mcp-session-id"], "s-1");
            let version = headers.get("mcp-protocol-version").map(|version| version.to_str().unwrap());
            assert_eq!(version, (revision != "2025-03-26").then_some(revision));
        }
    }
}

#[tokio::test]
async fn an_upstream_of_both_eras_is_asked_in_the_modern_one_alone() {
    let server = Server::start(Script { session: Some("2025-06-18"), ..full() }).await;
    let house = House::start(server.address, |_| {}).await;
    check_full(&house).await;
    let era = house.gateway.pins.era(&house.gateway, &house.upstream).await.unwrap();
    assert_eq!(era, Era::Modern);
    house.survey().await.unwrap();
    assert_eq!(server.count("initialize"), 0);
}

#[tokio::test]
async fn an_entry_with_a_revision_is_spoken_to_in_it_alone() {
    let server = Server::start(Script { session: Some("2025-06-18"), ..full() }).await;
    let house = House::start(server.address, |upstream| upstream.revision = Some(Revision::V2025_06_18)).await;
    let era = house.gateway.pins.era(&house.gateway, &house.upstream).await.unwrap();
    assert_eq!(era, Era::Session);
    assert_eq!(server.count("server/discover"), 0);
    let modern = House::start(server.address, |upstream| upstream.revision = Some(Revision::V2026_07_28)).await;
    let era = modern.gateway.pins.era(&modern.gateway, &modern.upstream).await.unwrap();
    assert_eq!(era, Era::Modern);
    assert_eq!(server.count("initialize"), 1);
    let other = House::start(server.address, |upstream| upstream.revision = Some(Revision::V2025_11_25)).await;
    assert_eq!(reason(other.survey().await), Some(Reason::UpstreamSchema));
    assert_eq!(server.count("DELETE"), 2, "the session that was opened in vain is ended");
}

#[tokio::test]
async fn answers_may_be_streams_with_other_messages_before() {
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info" } });
    let asks = json!({ "jsonrpc": "2.0", "id": "x", "method": "roots/list" });
    let script = Script { modern: false, session: Some("2025-11-25"), ..full() };
    let server = Server::start(Script { events: Some(vec![note.clone(), asks.clone()]), ..script }).await;
    let house = House::start(server.address, |_| {}).await;
    check_full(&house).await;
    let refused = server.script().asked.iter().any(|(_, _, body)| body["error"]["code"] == -32601 && body["id"] == "x");
    assert!(refused, "a request of the server's is refused");
    let server = Server::start(Script { events: Some(vec![note]), ..full() }).await;
    check_full(&House::start(server.address, |_| {}).await).await;
    let server = Server::start(Script { events: Some(vec![asks]), ..full() }).await;
    let house = House::start(server.address, |_| {}).await;
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamSchema), "the modern era has no such requests");
}

fn reason<T>(result: Result<T, Refusal>) -> Option<Reason> {
    result.err().map(|refusal| refusal.reason)
}

#[tokio::test]
async fn a_page_that_fails_moves_no_pin() {
    let server = Server::start(full()).await;
    let house = House::start(server.address, |_| {}).await;
    house.survey().await.unwrap();
    let before = house.gateway.pins.list();
    let list = |member: &str, value: Value| {
        let result = json!({ "resultType": "complete", member: value });
        json!({ "jsonrpc": "2.0", "id": "{id}", "result": result }).to_string()
    };
    let faults = [
        ("prompts/list", 500, String::new()),
        ("prompts/list", 200, "{".to_owned()),
        ("prompts/list", 200, json!({ "jsonrpc": "2.0", "id": "other", "result": {} }).to_string()),
        ("prompts/list", 200, list("prompts", json!({}))),
        ("prompts/list", 200, list("tools", json!([]))),
        ("prompts/list", 400, error(-32603, "no").to_string()),
        ("prompts/list", 404, String::new()),
        ("tools/list", 200, error(-32000, "no").to_string()),
        ("server/discover", 503, String::new()),
        ("server/discover", 302, String::new()),
    ];
    for (method, status, body) in faults {
        {
            let mut script = server.script();
            script.tools.clear();
            script.instructions = Some("Now listen to me.".to_owned());
            script.instead = vec![(method, status, body.clone())];
        }
        assert_eq!(reason(house.survey().await), Some(Reason::UpstreamSchema), "{method} {status} {body}");
        assert_eq!(house.gateway.pins.list(), before, "{method} {status} {body}");
    }
    server.script().instead = vec![("prompts/list", 401, String::new())];
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamAuth));
    server.script().instead = vec![("prompts/list", 404, error(-32601, "unknown").to_string())];
    house.survey().await.unwrap();
    let state = |kind, name| house.gateway.pins.get(&house.upstream.name, kind, name).unwrap().state.as_str();
    assert_eq!(state(Kind::Prompt, "ask"), "removed", "an unknown method is an empty list");
    assert_eq!(state(Kind::Instructions, ""), "changed");
}

#[tokio::test]
async fn endless_lists_end() {
    let cursor = json!({ "resultType": "complete", "tools": [], "nextCursor": "0" });
    let server = Server::start(Script { page: 0, ..full() }).await;
    let house = House::start(server.address, |_| {}).await;
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamSchema), "{cursor}");
    assert_eq!(server.count("tools/list"), 64);
    let many = (0..10_001).map(|n| json!({ "name": format!("t{n}") })).collect();
    let server = Server::start(Script { tools: many, page: 20_000, ..Script::default() }).await;
    let house = House::start(server.address, |_| {}).await;
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamSchema));
    let big = vec![tool("big", &"x".repeat(2 << 20))];
    let server = Server::start(Script { tools: big, ..Script::default() }).await;
    let house = House::start(server.address, |_| {}).await;
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamOversize));
    assert!(house.gateway.pins.list().is_empty());
}

#[tokio::test]
async fn what_is_no_mcp_server_has_no_pins() {
    let server = Server::start(Script { modern: false, ..Script::default() }).await;
    let house = House::start(server.address, |_| {}).await;
    let refusal = house.judge(Target::Tool("echo".to_owned())).await.unwrap_err();
    assert_eq!(refusal.reason, Reason::UpstreamSchema);
    assert!(refusal.detail.unwrap().contains("initialize is refused"));
    let unreachable = House::start(([127, 0, 0, 1], 1).into(), |_| {}).await;
    assert_eq!(reason(unreachable.survey().await), Some(Reason::UpstreamConnect));
}

#[tokio::test]
async fn names_that_no_client_can_ask_for_are_not_pinned() {
    let mut tools = vec![tool("fine", ""), tool("", ""), tool("a\u{1b}[2J", ""), tool(&"x".repeat(257), "")];
    let server = Server::start(Script { tools: tools.clone(), ..Script::default() }).await;
    let house = House::start(server.address, |_| {}).await;
    house.survey().await.unwrap();
    assert_eq!(house.gateway.pins.list().len(), 1);
    assert_eq!(house.item(&tools[2]), Standing::Unknown);
    tools.push(json!({ "description": "nameless" }));
    server.script().tools = tools;
    assert_eq!(reason(house.survey().await), Some(Reason::UpstreamSchema));
}
