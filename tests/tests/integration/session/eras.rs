//! One endpoint, two eras: which one a message is in follows from how it opens, and nothing is of both.

use crate::harness::Call;
use crate::harness::request::REVISION;
use crate::harness::session::{Session, SessionHouse, again, initialize, last, post};
use casemate_tests::session::{Eras, Reply};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_eras_are_served_at_one_address() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let session = house.open("2025-11-25").await;
    let agent = house.agent();
    for _ in 0..3 {
        house.done(&agent, &Call::tool("echo")).await;
        house.done(&agent, &session.tool("echo")).await;
    }
    let seen = house.seen_of("tools/call");
    let modern = |at: usize| seen[at].header("mcp-protocol-version") == Some(REVISION);
    assert_eq!((0..6).map(modern).collect::<Vec<_>>(), [true, false, true, false, true, false]);
    assert!(seen.iter().all(|seen| (seen.header("mcp-method").is_some()) != seen.session().is_some()));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_of_both_eras() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    let session = house.asked("2025-11-25").await;
    let modern = || Call::tool("echo").to("asking");
    let own = |call: Call| call.set("mcp-session-id", &session.id);
    let tool = || session.tool("echo");
    let with = |member: &str, value: Value| {
        session.call("tools/call", json!({ "name": "echo", "arguments": {}, member: value }))
    };
    let meta = |key: &str, value: Value| with("_meta", json!({ key: value }));
    for (call, code) in [
        // A modern request in one's own session, in whichever way it shows.
        (own(modern()), "mcp.era"),
        (own(modern()).set("mcp-protocol-version", "2025-11-25"), "mcp.header_mismatch"),
        (own(modern()).without("mcp-protocol-version"), "mcp.header_missing"),
        // A message of the session that names the modern revision.
        (tool().set("mcp-protocol-version", REVISION), "mcp.meta"),
        (
            tool().set("mcp-protocol-version", REVISION).set("mcp-method", "tools/call").set("mcp-name", "echo"),
            "mcp.meta",
        ),
        (meta("io.modelcontextprotocol/protocolVersion", json!(REVISION)), "mcp.header_mismatch"),
        (meta("io.modelcontextprotocol/protocolVersion", json!("2025-11-25")), "mcp.version"),
        (meta("io.modelcontextprotocol/protocolVersion", json!(7)), "mcp.meta"),
        (meta("io.modelcontextprotocol/clientCapabilities", json!({ "sampling": {} })), "mcp.era"),
        // Parts of the modern era.
        (tool().set("mcp-param-text", "x"), "mcp.era"),
        (with("inputResponses", json!({})), "mcp.era"),
        (with("requestState", json!("x")), "mcp.era"),
        (with("InputResponses", json!({})), "mcp.envelope"),
        (with("task", json!({ "ttl": 1 })), "mcp.params"),
        (session.call("server/discover", json!({})), "session.method"),
        (session.call("subscriptions/listen", json!({ "notifications": {} })), "session.method"),
        (session.call("tasks/get", json!({ "taskId": "1" })), "session.method"),
        (session.call("sampling/createMessage", json!({})), "session.method"),
        (session.call("notifications/initialized", json!({})), "session.method"),
        (session.call("Tools/Call", json!({ "name": "echo" })), "session.method"),
        // Headers of the modern era may stand, if they say what the body says.
        (tool().set("mcp-method", "tools/list"), "mcp.header_mismatch"),
        (tool().set("mcp-method", "tools/call").set("mcp-name", "ghost"), "mcp.header_mismatch"),
        (session.call("tools/list", json!({})).set("mcp-name", "echo"), "mcp.header_mismatch"),
        // And the other way round.
        (modern().set("mcp-protocol-version", "2025-11-25"), "mcp.header_mismatch"),
        (Call::mcp("ping", json!({})).to("asking"), "mcp.method_unknown"),
        (Call::mcp("logging/setLevel", json!({ "level": "info" })).to("asking"), "mcp.method_unknown"),
        (Call::mcp("resources/subscribe", json!({ "uri": "docs://open/a" })).to("asking"), "mcp.method_unknown"),
        (
            Call::mcp("initialize", json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {} }))
                .to("asking"),
            "mcp.method_unknown",
        ),
        (initialize("asking", "2025-11-25", json!({})).set("mcp-protocol-version", REVISION), "mcp.meta"),
        (initialize("asking", "2025-11-25", json!({})).set("mcp-param-x", "1"), "mcp.era"),
        (
            post(
                "asking",
                Some(json!(1)),
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {},
                "_meta": { "io.modelcontextprotocol/clientCapabilities": {} } }),
            ),
            "mcp.era",
        ),
        (session.get().set("mcp-protocol-version", REVISION), "http.method"),
        (session.delete().set("mcp-protocol-version", REVISION), "http.method"),
    ] {
        house.turned_away(&agent, &call, code).await;
    }
    let unchanged = tool().set("mcp-method", "tools/call").set("mcp-name", "echo");
    house.done(&agent, &unchanged).await;
    // A stray id means nothing in the modern era: it is neither looked up nor sent on.
    house.done(&agent, &modern().set("mcp-session-id", "stray")).await;
    assert!(house.seen().last().expect("the call").session().is_none());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_the_other_era_is_named_with_both_revisions() {
    let session_names = json!(["2025-11-25", "2025-06-18", "2025-03-26"]);
    // A client of today in front of a server with sessions: asked for, or known by its entry.
    for patch in [None, Some("2025-11-25")] {
        let house = SessionHouse::planned(Eras::Session, |plan, _| {
            if let Some(only) = patch {
                plan.config["upstreams"][0]["revision"] = json!(only);
            }
        })
        .await;
        for call in [
            Call::mcp("server/discover", json!({})),
            Call::tool("echo"),
            Call::mcp("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } })),
        ] {
            let reply = house.turned_away(&house.agent(), &call, "upstream.era").await;
            check(&reply.json(), &session_names, REVISION);
        }
        house.finish().await;
    }
    let house = SessionHouse::planned(Eras::Modern, |plan, _| {
        plan.config["upstreams"][1]["revision"] = json!(REVISION);
    })
    .await;
    // The other way round: asked, and known by its entry.
    let call = initialize("up", "2025-06-18", json!({}));
    let reply = house.broken(&house.agent(), &call, "upstream.era", "refused").await;
    check(&reply.json(), &json!([REVISION]), "2025-06-18");
    assert!(reply.header("mcp-session-id").is_none());
    let call = initialize("asking", "2025-03-26", json!({}));
    let reply = house.turned_away(&house.agent(), &call, "upstream.era").await;
    check(&reply.json(), &json!([REVISION]), "2025-03-26");
    house.done(&house.agent(), &Call::tool("echo")).await;
    house.finish().await;
    // However a modern server says that it does not know `initialize`.
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    for reply in [
        Reply::unsupported_version(),
        Reply::error(-32601, "Method not found"),
        Reply::error(-32601, "Method not found").status(404),
    ] {
        house.puppet.next("initialize", reply);
        let call = initialize("up", "2025-11-25", json!({}));
        let reply = house.broken(&house.agent(), &call, "upstream.era", "refused").await;
        check(&reply.json(), &json!([REVISION]), "2025-11-25");
    }
    house.finish().await;
}

/// Both sides' revisions, for people and for clients that fall back on them.
fn check(message: &Value, supported: &Value, requested: &str) {
    let error = &message["error"];
    assert_eq!(
        (&error["code"], &error["data"]["supported"], &error["data"]["requested"]),
        (&json!(-32022), supported, &json!(requested))
    );
    let text = error["message"].as_str().expect("a text");
    let names = supported.as_array().expect("names").iter().filter_map(Value::as_str).chain([requested]);
    for name in names {
        assert!(text.contains(name), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_what_is_served_where_it_was_asked() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    let unknown = Call::tool("echo").swap(REVISION, "2099-01-01").set("mcp-protocol-version", "2099-01-01");
    let reply = house.turned_away(&agent, &unknown, "mcp.version").await.json();
    let text = reply["error"]["message"].as_str().expect("a text");
    for revision in crate::harness::session::REVISIONS {
        assert!(text.contains(revision), "{text}");
    }
    assert_eq!(reply["error"]["data"]["supported"], json!(["2026-07-28"]));
    let session = house.open("2025-11-25").await;
    let text = |reply: crate::harness::Reply| reply.json()["error"]["message"].as_str().expect("a text").to_owned();
    let get = session.get().set("accept", "application/json");
    let get = text(house.turned_away(&agent, &get, "http.accept").await);
    assert!(get.contains("text/event-stream") && !get.contains("application/json"), "{get}");
    let post = text(house.turned_away(&agent, &session.tool("echo").set("accept", "*/plain"), "http.accept").await);
    assert!(post.contains("text/event-stream") && post.contains("application/json"), "{post}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_says_it_is_complete_passes_as_it_is() {
    let house = SessionHouse::start().await;
    for revision in crate::harness::session::SESSION_REVISIONS {
        let session = house.open(revision).await;
        let result = json!({ "resultType": "complete", "content": [{ "type": "text", "text": "x" }] });
        house.puppet.next("tools/call", Reply::result(result.clone()));
        assert_eq!(house.done(&session.client, &session.tool("echo")).await, result);
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_falls_back_is_judged_as_before() {
    let house = SessionHouse::with(
        Eras::Session,
        json!({ "tenants": { "acme": { "rules": [{ "servers": ["asking"], "tools": ["echo"] }] } } }),
    )
    .await;
    let agent = house.agent();
    // What a client asks first, and what it does when that is refused.
    house.turned_away(&agent, &Call::mcp("server/discover", json!({})), "policy.server").await;
    house.turned_away(&agent, &initialize("up", "2025-11-25", json!({})), "policy.server").await;
    house.turned_away(&agent, &Call::mcp("server/discover", json!({})).to("asking"), "upstream.era").await;
    let session = Session::open(&agent, "asking", "2025-11-25").await;
    house.done(&agent, &session.tool("echo")).await;
    house.turned_away(&agent, &session.tool("add"), "policy.tool").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_are_refused_in_each_revision() {
    let house = SessionHouse::start().await;
    for revision in crate::harness::session::SESSION_REVISIONS {
        let session = house.open(revision).await;
        let call = session.tool("echo");
        let body = String::from_utf8(call.body.clone()).expect("text");
        for batch in [format!("[{body}]"), format!("[{body},{body}]"), "[]".to_owned()] {
            let reply = house.turned_away(&session.client, &again(&call).bytes(batch), "mcp.batch").await;
            assert!(reply.json()["id"].is_null());
        }
        house.puppet.next("tools/call", Reply::json(r#"[{"jsonrpc":"2.0","id":{id},"result":{}}]"#));
        house.broken(&session.client, &session.tool("echo"), "upstream.malformed", "unknown").await;
        // What else is no message.
        for (note, code) in [
            ("notifications/made/up", "mcp.notification"),
            ("notifications/message", "mcp.notification"),
            ("notifications/tools/list_changed", "mcp.notification"),
            ("tools/call", "mcp.envelope"),
            ("made/up", "mcp.envelope"),
        ] {
            house.turned_away(&session.client, &session.note(note, json!({})), code).await;
        }
        assert_eq!(last(&session.ask(&session.call("ping", Value::Null)).await)["result"], json!({}));
    }
    house.finish().await;
}
