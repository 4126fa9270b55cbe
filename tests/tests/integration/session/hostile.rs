//! Servers that break the rules of sessions: whatever they do, the client gets one clear end, and no more than its own.

use crate::harness::session::{SESSION_REVISIONS, SessionHouse, initialize, messages};
use casemate_tests::hostile::Act;
use casemate_tests::session::{Eras, Event, Reply, Step};
use serde_json::{Value, json};

fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

fn result(id: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": { "content": [{ "type": "text", "text": "poison" }] } })
}

fn log(text: &str) -> Step {
    Step::log("info", &json!(text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_answers_anything_else_ends_with_an_error() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        let message = |text: &str| Step::Event(Event::new(text));
        for (steps, code) in [
            (
                vec![log("x"), Step::AnswerTo(json!("another"), json!({ "content": [] })), Step::Answer],
                "upstream.malformed",
            ),
            (vec![Step::AnswerTo(json!(null), json!({})), Step::Answer], "upstream.malformed"),
            (vec![message(r#"{"jsonrpc":"2.0","result":{}}"#), Step::Answer], "upstream.malformed"),
            (vec![message(r#"{"jsonrpc":"2.0","id":"{id}","result":{}}"#), Step::Answer], "upstream.malformed"),
            (vec![message(r#"[{"jsonrpc":"2.0","id":{id},"result":{}}]"#), Step::Answer], "upstream.malformed"),
            (
                vec![
                    message(r#"{"jsonrpc":"2.0","id":{id},"result":{},"error":{"code":1,"message":""}}"#),
                    Step::Answer,
                ],
                "upstream.malformed",
            ),
            (
                vec![message(r#"{"jsonrpc":"2.0","id":{id},"result":{},"method":"ping"}"#), Step::Answer],
                "upstream.malformed",
            ),
            (
                vec![message(r#"{"jsonrpc":"2.0","id":{id},"result":{},"result":{}}"#), Step::Answer],
                "upstream.malformed",
            ),
            (
                vec![message(r#"{"jsonrpc":"1.0","method":"notifications/message"}"#), Step::Answer],
                "upstream.malformed",
            ),
            (
                vec![message(r#"{"jsonrpc":"2.0","method":"notifications/message","params":[]}"#), Step::Answer],
                "upstream.malformed",
            ),
            (vec![message(r#"{"jsonrpc":"2.0","method":7}"#), Step::Answer], "upstream.malformed"),
            (vec![message("no json"), Step::Answer], "upstream.malformed"),
            (vec![message("{}"), Step::Answer], "upstream.malformed"),
            (vec![Step::Result(json!({ "resultType": "input_required", "inputRequests": {} }))], "upstream.version"),
            (vec![Step::Result(json!({ "content": [], "requestState": "x" }))], "upstream.malformed"),
            (vec![Step::Result(json!({ "task": { "taskId": "1" } }))], "upstream.malformed"),
            (vec![Step::Error(-31_403, "no".to_owned())], "upstream.malformed"),
            (vec![Step::Error(-32_022, "no".to_owned())], "upstream.version"),
            (vec![], "upstream.closed"),
        ] {
            house.puppet.next("tools/call", Reply::stream(steps));
            let reply = house.broken(&session.client, &session.tool("echo"), code, "unknown").await;
            assert!(messages(&reply).len() <= 2, "{}", reply.text());
        }
        // Only the first answer counts.
        house.puppet.next(
            "tools/call",
            Reply::stream([Step::Answer, Step::Result(json!({ "content": [{ "type": "text", "text": "poison" }] }))]),
        );
        let reply = session.ask(&session.tool("echo")).await;
        assert!(!reply.text().contains("poison") && messages(&reply).len() == 1, "{}", reply.text());
        house.done(&session.client, &session.tool("echo")).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_messages_of_the_server_comes_on_the_get_stream() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    house.puppet.script("tools/call", Reply::stream([log("x"), Step::hold("on"), Step::Answer]));
    let call = session.tool("echo");
    let mut running = session.stream(&call).await;
    assert!(running.message().await.is_some());
    for bad in [
        result(&json!("never asked")),
        // Not even the answer to what runs elsewhere.
        result(&call.id),
        json!({ "jsonrpc": "2.0", "id": call.id, "error": { "code": -32603, "message": "poison" } }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }),
        json!({ "jsonrpc": "2.0", "id": null, "method": "ping" }),
        json!([{ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": "poison" } }]),
        json!("poison"),
    ] {
        let get = session.get();
        let mut stream = session.stream(&get).await;
        assert!(house.puppet.push(&newest(&house), Event::of(&bad)));
        assert!(stream.message().await.is_none(), "{bad}");
        let code = if bad["method"] == "tools/list" { "upstream.input_request" } else { "upstream.malformed" };
        house.outcome(&get.header("x-trace-id").expect("a trace"), code, "unknown").await;
    }
    house.puppet.release("on");
    let end = running.message().await.expect("the result");
    assert!(end.get("result").is_some() && !end.to_string().contains("poison"), "{end}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_capped() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let flood = |count: usize| (0..count).map(|_| log("x"));
    house.puppet.next("tools/call", Reply::stream(flood(50).chain([Step::Answer])));
    house.broken(&session.client, &session.tool("echo"), "upstream.flood", "unknown").await;
    // What is left out counts too.
    let unasked = (0..50).map(|n| Step::note("notifications/progress", &json!({ "progressToken": n, "progress": 1 })));
    house.puppet.next("tools/call", Reply::stream(unasked.chain([Step::Answer])));
    house.broken(&session.client, &session.tool("echo"), "upstream.flood", "unknown").await;
    let long = "x".repeat(70_000);
    house.puppet.next("tools/call", Reply::stream([log(&long), Step::Answer]));
    house.broken(&session.client, &session.tool("echo"), "upstream.oversize", "unknown").await;
    let get = session.get();
    let mut stream = session.stream(&get).await;
    let note = |text: &str| json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": text } });
    for _ in 0..50 {
        assert!(house.puppet.push(&newest(&house), Event::of(&note("x"))));
    }
    assert_eq!(stream.rest().await.len(), 20);
    house.outcome(&get.header("x-trace-id").expect("a trace"), "upstream.flood", "unknown").await;
    let session = house.open("2025-11-25").await;
    let get = session.get();
    let mut stream = session.stream(&get).await;
    assert!(house.puppet.push(&newest(&house), Event::of(&note(&long))));
    assert!(stream.message().await.is_none());
    house.outcome(&get.header("x-trace-id").expect("a trace"), "upstream.oversize", "unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_under_odd_ids_are_resumed_from_there_or_not_at_all() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let note = |id: &str| {
        Step::Event(
            Event::of(&json!({ "jsonrpc": "2.0", "method": "notifications/message",
        "params": { "level": "info", "data": "x" } }))
            .id(id)
            .retry(10),
        )
    };
    for id in
        ["a b", "caf\u{e9}", "\u{1f600}", "tab\there", "\u{1}", "\u{7f}", "~", &"i".repeat(1000), &"i".repeat(2000)]
    {
        let before = house.seen_of("GET").len();
        house.puppet.next("tools/call", Reply::stream([note(id), Step::Cut, Step::Answer]));
        let call = session.tool("echo");
        let reply = session.ask(&call).await;
        let end = messages(&reply).pop().expect("an end");
        assert!(end.get("result").is_some() || end["error"]["data"]["reason"] == "upstream.closed", "{id:?}: {end}");
        for get in &house.seen_of("GET")[before..] {
            assert!(get.header("last-event-id").is_some(), "{id:?}: a new stream instead of the rest of the old");
        }
        // Whatever the upstream calls its events, ours have ids of our own.
        for event in crate::harness::session::events(&reply) {
            assert!(event.id.expect("an id").bytes().all(|b| b.is_ascii_digit() || b == b'-'));
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_wants_to_be_waited_for_is_waited_for_no_longer_than_any() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let session = crate::harness::session::Session::open(&agent, "brief", "2025-11-25").await;
    house.puppet.next("tools/call", Reply::stream([Step::prime(86_400_000), Step::Cut, Step::Answer]));
    house.broken(&agent, &session.tool("echo"), "upstream.timeout", "unknown").await;
    house.puppet.next("tools/call", Reply::stream([Step::prime(10), Step::Hang]));
    house.broken(&agent, &session.tool("echo"), "upstream.timeout", "unknown").await;
    house.puppet.next("tools/call", Reply::hang());
    house.broken(&agent, &session.tool("echo"), "upstream.timeout", "unknown").await;
    house.puppet.next("notifications/roots/list_changed", Reply::hang());
    let note = session.note("notifications/roots/list_changed", Value::Null);
    house.broken(&agent, &note, "upstream.timeout", "unknown").await;
    house.puppet.next("GET", Reply::hang());
    house.broken(&agent, &session.get(), "upstream.timeout", "unknown").await;
    house.puppet.next("initialize", Reply::hang());
    house.broken(&agent, &initialize("brief", "2025-11-25", json!({})), "upstream.timeout", "unknown").await;
    house.puppet.next("DELETE", Reply::hang());
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_library_writes_opens_no_session() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let call = || initialize("wild", "2025-11-25", json!({}));
    let opening = |headers: &str| {
        let body = r#"{"jsonrpc":"2.0","id":{id},"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x","version":"1"}}}"#;
        let length = body.len() + call().id.to_string().len() - 4;
        Act::Raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        ))
    };
    for headers in [
        "Mcp-Session-Id: a\r\nMcp-Session-Id: b\r\n",
        "Mcp-Session-Id: a\r\nMcp-Session-Id: a\r\n",
        "Mcp-Session-Id:\r\n",
        "Mcp-Session-Id: a b\r\n",
        "Mcp-Session-Id: caf\u{e9}\r\n",
    ] {
        house.upstream.on("initialize", opening(headers));
        let reply = house.broken(&agent, &call(), "upstream.malformed", "unknown").await;
        assert!(reply.header("mcp-session-id").is_none(), "{headers:?}");
    }
    house.upstream.on("initialize", opening("Mcp-Session-Id: fine\r\n"));
    let reply = agent.ask(&call()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    // The session of another's choosing: what a later answer names is not taken over.
    let session = crate::harness::session::Session::of(&agent, "wild", "2025-11-25", &reply);
    house.upstream.on("ping", Act::Headers(vec![("Mcp-Session-Id", "other".to_owned())]));
    for _ in 0..2 {
        let reply = session.ask(&session.call("ping", Value::Null)).await;
        assert_eq!((reply.status, reply.header("mcp-session-id")), (200, None));
    }
    let seen = house.upstream.seen();
    let pings = seen.iter().filter(|seen| seen.method == "ping");
    assert!(pings.clone().count() == 2 && pings.clone().all(|seen| seen.header("mcp-session-id") == Some("fine")));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_changes_within_a_session_is_withheld() {
    let house = SessionHouse::with(Eras::Session, json!({})).await;
    let session = house.open("2025-11-25").await;
    let changed = json!([{ "name": "echo", "description": "Now different", "inputSchema": { "type": "object" } }]);
    house.puppet.set_tools(changed);
    let list = house.done(&session.client, &session.call("tools/list", Value::Null)).await;
    assert_eq!(list["tools"], json!([]), "{list}");
    house.finish().await;
}
