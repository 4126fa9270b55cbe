//! How sessions begin and end, and which revision they are in.

use crate::harness::Authority;
use crate::harness::session::{SESSION_REVISIONS, Session, SessionHouse, everything, initialize, last};
use casemate_tests::session::{Eras, Reply, Step};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_revision_opens_and_ends() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        assert_eq!(session.offer["protocolVersion"], revision);
        assert_eq!(session.offer["serverInfo"]["name"], "puppet");
        assert_eq!(session.offer["instructions"], "Use echo for echoes.");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        assert!(session.id.len() >= 32 && session.id.bytes().all(is_plain), "{}", session.id);
        house.keep_private(&session.id);
        let call = session.tool("echo");
        house.done(&session.client, &call).await;
        let seen = house.seen_of("tools/call").pop().expect("the call");
        // The version header is of 2025-06-18; before, nobody sends it.
        let version = (revision != "2025-03-26").then_some(revision);
        assert_eq!(seen.header("mcp-protocol-version"), version);
        assert!(seen.header("mcp-method").is_none() && seen.header("mcp-name").is_none());
        let upstreams = seen.session().expect("the upstream's own name of it").to_owned();
        assert!(house.puppet.session_ids().contains(&upstreams));
        let reply = session.ask(&session.delete()).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        house.outcome(&reply.trace(), "", "executed").await;
        assert!(!house.puppet.session_ids().contains(&upstreams), "the upstream was told");
        // Nobody can go on with it, not even to end it.
        for call in [session.tool("echo"), session.get(), session.delete()] {
            house.turned_away(&session.client, &call, "session.unknown").await;
        }
    }
    let opened = house.seen_of("initialize");
    assert!(opened.iter().all(|seen| seen.header("mcp-protocol-version").is_none() && seen.session().is_none()));
    let entries = house.finish().await;
    let intents = |method: &str| entries.iter().filter(|e| e["kind"] == "intent" && e["method"] == method).count();
    for method in ["initialize", "notifications/initialized", "tools/call", "session/end"] {
        assert_eq!(intents(method), 3, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_revision_is_agreed_between_client_and_server() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    // What the gateway does not know is never offered to the server.
    for unknown in ["2024-11-05", "2099-01-01", "1.0", ""] {
        let call = initialize("up", unknown, json!({}));
        let reply = agent.ask(&call).await;
        assert_eq!(house.result(&call, &reply).await["protocolVersion"], "2025-11-25", "{unknown:?}");
        let sent = house.seen_of("initialize").pop().expect("the call").params().clone();
        assert_eq!(sent["protocolVersion"], "2025-11-25");
        let session = Session::of(&agent, "up", "2025-11-25", &reply);
        house.done(&agent, &session.tool("echo")).await;
    }
    // A server that knows only an older one: the session is in that.
    house.puppet.next("initialize", Reply::revision("2025-03-26"));
    let call = initialize("up", "2025-11-25", json!({}));
    let reply = agent.ask(&call).await;
    assert_eq!(house.result(&call, &reply).await["protocolVersion"], "2025-03-26");
    let session = Session::of(&agent, "up", "2025-03-26", &reply);
    let newer = session.tool("echo").set("mcp-protocol-version", "2025-11-25");
    house.turned_away(&agent, &newer, "session.version").await;
    house.done(&agent, &session.tool("echo").set("mcp-protocol-version", "2025-03-26")).await;
    // The header may be left out: the session says which revision it is in.
    let session = house.open("2025-11-25").await;
    house.done(&agent, &session.tool("echo").without("mcp-protocol-version")).await;
    for other in ["2025-06-18", "2024-11-05", "draft", ""] {
        let call = session.tool("echo").set("mcp-protocol-version", other);
        house.turned_away(&agent, &call, "session.version").await;
        house.turned_away(&agent, &session.get().set("mcp-protocol-version", other), "session.version").await;
        house.turned_away(&agent, &session.delete().set("mcp-protocol-version", other), "session.version").await;
    }
    let twice = session.tool("echo").add("mcp-protocol-version", "2025-11-25");
    house.turned_away(&agent, &twice, "header.repeated").await;
    // On `initialize` it says nothing: a client may still send what an earlier session agreed on.
    for earlier in ["2025-06-18", "2025-03-26", "2024-11-05", "draft", ""] {
        let call = initialize("up", "2025-11-25", json!({})).set("mcp-protocol-version", earlier);
        let reply = agent.ask(&call).await;
        assert_eq!(house.result(&call, &reply).await["protocolVersion"], "2025-11-25");
        let sent = house.seen_of("initialize").pop().expect("the call");
        assert!(sent.header("mcp-protocol-version").is_none() && sent.params()["protocolVersion"] == "2025-11-25");
    }
    let modern = initialize("up", "2025-11-25", json!({})).set("mcp-protocol-version", "2026-07-28");
    house.turned_away(&agent, &modern, "mcp.meta").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_may_fix_the_revision() {
    let house = SessionHouse::planned(Eras::Session, |plan, _| {
        plan.config["upstreams"][0]["revision"] = json!("2025-06-18");
    })
    .await;
    let call = initialize("up", "2025-11-25", json!({}));
    let reply = house.agent().ask(&call).await;
    assert_eq!(house.result(&call, &reply).await["protocolVersion"], "2025-06-18");
    assert_eq!(house.seen_of("initialize").pop().expect("it").params()["protocolVersion"], "2025-06-18");
    house.puppet.next("initialize", Reply::revision("2025-11-25"));
    house.broken(&house.agent(), &initialize("up", "2025-11-25", json!({})), "upstream.version", "unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_carried_is_declared() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    house.puppet.set_capabilities(json!({ "tools": {}, "logging": {}, "tasks": { "list": {} },
        "experimental": { "x": {} }, "extensions": { "y": {} } }));
    let mut declared = everything();
    for more in ["tasks", "experimental", "extensions"] {
        declared[more] = json!({ "z": {} });
    }
    let session = Session::declaring(&agent, "asking", "2025-11-25", declared.clone()).await;
    assert_eq!(session.offer["capabilities"], json!({ "tools": {}, "logging": {} }));
    let sent = |house: &SessionHouse| house.seen_of("initialize").pop().expect("it").params()["capabilities"].clone();
    assert_eq!(sent(&house), everything());
    Session::declaring(&agent, "up", "2025-11-25", declared).await;
    assert_eq!(sent(&house), json!({}), "`up` may ask for nothing");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn initialize_is_read_strictly() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let good = || initialize("up", "2025-11-25", json!({}));
    for (bad, code) in [
        (good().swap("\"protocolVersion\"", "\"version\""), "mcp.params"),
        (good().swap("\"2025-11-25\"", "20251125"), "mcp.params"),
        (good().swap("\"capabilities\":{}", "\"capabilities\":[]"), "mcp.params"),
        (good().swap("\"capabilities\":{}", "\"x\":{}"), "mcp.params"),
        (good().swap("\"clientInfo\"", "\"info\""), "mcp.params"),
        (good().swap("\"params\":{", "\"params\":{\"ProtocolVersion\":\"2025-03-26\","), "mcp.envelope"),
        (good().swap("\"capabilities\":{}", "\"capabilities\":{\"Sampling\":{}}"), "mcp.envelope"),
        (good().swap("\"capabilities\":{}", "\"capabilities\":{},\"capabilities\":{}"), "json.duplicate_key"),
        (good().set("mcp-session-id", "upstream-session-1"), "session.initialized"),
        (good().set("mcp-session-id", ""), "header.malformed"),
        (good().set("mcp-session-id", "a b"), "header.malformed"),
        (good().set("mcp-session-id", &"a".repeat(300)), "header.malformed"),
        (good().set("mcp-session-id", "a").add("mcp-session-id", "b"), "header.repeated"),
    ] {
        house.turned_away(&agent, &bad, code).await;
    }
    let note = crate::harness::session::post("up", None, "initialize", Value::Null);
    house.turned_away(&agent, &note, "mcp.envelope").await;
    // Within a session there is none, and the session goes on.
    let session = house.open("2025-11-25").await;
    let within = session.call(
        "initialize",
        json!({ "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "x", "version": "1" } }),
    );
    house.turned_away(&agent, &within, "session.initialized").await;
    house.done(&agent, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_no_session_is_told_so() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let session = house.open("2025-11-25").await;
    for call in
        [session.tool("echo"), session.note("notifications/initialized", Value::Null), session.call("ping", json!({}))]
    {
        house.turned_away(&agent, &call.without("mcp-session-id"), "session.missing").await;
    }
    for call in [session.get(), session.delete()] {
        house.turned_away(&agent, &call.without("mcp-session-id"), "http.method").await;
    }
    let reply = session.answer(&json!(1), json!({})).without("mcp-session-id");
    house.turned_away(&agent, &reply, "mcp.response").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_initialize_that_fails_opens_nothing() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let call = || initialize("up", "2025-11-25", json!({}));
    let text = |text: &str| Reply::json(text);
    let decent = r#"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"x","version":"1"}}"#;
    for (reply, code, effect) in [
        (Reply::revision("2024-11-05"), "upstream.version", "unknown"),
        (Reply::revision("2026-07-28"), "upstream.version", "unknown"),
        (Reply::revision(json!(7)), "upstream.malformed", "unknown"),
        (Reply::honest().change("/result/capabilities", json!([])), "upstream.malformed", "unknown"),
        (Reply::honest().change("/result/instructions", json!({})), "upstream.malformed", "unknown"),
        (Reply::honest().change("/result/inputRequests", json!({})), "upstream.malformed", "unknown"),
        (text(r#"{"jsonrpc":"2.0","id":{id}}"#), "upstream.malformed", "unknown"),
        (text("{}"), "upstream.malformed", "unknown"),
        (text(&format!(r#"[{{"jsonrpc":"2.0","id":{{id}},"result":{decent}}}]"#)), "upstream.malformed", "unknown"),
        (text(&format!(r#"{{"jsonrpc":"2.0","id":"x","result":{decent}}}"#)), "upstream.malformed", "unknown"),
        (Reply::honest().status(202), "upstream.status", "unknown"),
        (Reply::honest().status(400), "upstream.malformed", "unknown"),
        (Reply::refuse(401), "upstream.auth", "refused"),
        (Reply::refuse(500), "upstream.status", "unknown"),
        (Reply::refuse(404), "upstream.status", "unknown"),
        (Reply::text("text/html", "<p>"), "upstream.malformed", "unknown"),
        (Reply::stream([]), "upstream.closed", "unknown"),
        (Reply::honest().session("a b"), "upstream.malformed", "unknown"),
        (Reply::honest().session(&"a".repeat(2000)), "upstream.malformed", "unknown"),
        (Reply::honest().header("content-encoding", "gzip"), "upstream.encoding", "unknown"),
    ] {
        house.puppet.next("initialize", reply.clone());
        let reply = house.broken(&agent, &call(), code, effect).await;
        assert!(reply.header("mcp-session-id").is_none(), "{code}");
    }
    // An error of the server's is passed on, and opens nothing either.
    house.puppet.next("initialize", Reply::error(-32603, "not today"));
    let reply = agent.ask(&call()).await;
    assert_eq!((reply.status, &last(&reply)["error"]["code"]), (200, &json!(-32603)));
    assert!(reply.header("mcp-session-id").is_none());
    // On a stream it is as good as in a body.
    house.puppet.next("initialize", Reply::stream([Step::log("info", &json!("x")), Step::Answer]));
    let reply = agent.ask(&call()).await;
    let session = Session::of(&agent, "up", "2025-11-25", &reply);
    house.done(&agent, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_have_no_sessions_of_its_own() {
    let house = SessionHouse::start().await;
    house.puppet.script("initialize", Reply::honest().no_session());
    let session = house.open("2025-06-18").await;
    house.done(&session.client, &session.tool("echo")).await;
    assert!(house.seen_of("tools/call").pop().expect("the call").session().is_none());
    let (one, two) = (session.ask(&session.delete()).await, session.ask(&session.delete()).await);
    assert_eq!((one.status, two.status), (204, 404));
    assert!(house.seen_of("DELETE").is_empty(), "there is nothing to end");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_let_no_client_end_a_session() {
    let house = SessionHouse::start().await;
    for (status, reason) in [(405, ""), (404, ""), (500, "upstream.status"), (401, "upstream.auth")] {
        house.puppet.next("DELETE", Reply::refuse(status));
        let session = house.open("2025-11-25").await;
        let reply = session.ask(&session.delete()).await;
        assert_eq!(reply.status, 204, "here it is over in any case");
        let reasons = house.reasons(&reply.trace()).await;
        assert_eq!(reasons.first().map_or("", String::as_str), reason, "{status}");
        house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_forgets_a_session_ends_it() {
    let house = SessionHouse::start().await;
    let forgotten = async || {
        let session = house.open("2025-11-25").await;
        let name = house.puppet.session_ids().pop().expect("its name");
        assert!(house.puppet.forget(&name));
        session
    };
    let session = forgotten().await;
    let call = session.tool("echo");
    let reply = house.broken(&session.client, &call, "session.unknown", "refused").await;
    assert_eq!(reply.status, 404);
    house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    let session = forgotten().await;
    house.broken(&session.client, &session.get(), "session.unknown", "refused").await;
    house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    let session = forgotten().await;
    let note = session.note("notifications/roots/list_changed", Value::Null);
    house.broken(&session.client, &note, "session.unknown", "refused").await;
    house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    let session = forgotten().await;
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_when_its_entry_changes() {
    let mut house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let stays = Session::open(&house.agent(), "asking", "2025-11-25").await;
    let mut stream = session.stream(&session.get()).await;
    let mut upstreams = house.plan.config["upstreams"].clone();
    upstreams[0]["url"] = json!(format!("{}/elsewhere", house.puppet.url()));
    let before = house.seen().len();
    house.house.reload(&json!({ "upstreams": upstreams })).await.expect("it loads");
    while stream.event().await.is_some() {}
    house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    house.turned_away(&session.client, &session.delete(), "session.unknown").await;
    assert_eq!(house.seen().len(), before, "nothing of it goes to the new place");
    house.done(&stays.client, &stays.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_reload_takes_away_is_taken_from_sessions_too() {
    let mut house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let rules = json!([{ "servers": ["up"], "tools": ["add"] }]);
    house.house.reload(&json!({ "tenants": { "acme": { "rules": rules } } })).await.expect("it loads");
    house.turned_away(&session.client, &session.tool("echo"), "policy.tool").await;
    house.house.reload(&json!({ "tenants": { "acme": { "rules": [] } } })).await.expect("it loads");
    for call in [session.tool("echo"), session.get(), session.delete(), session.call("ping", json!({}))] {
        house.turned_away(&session.client, &call, "policy.server").await;
    }
    let other = Authority::shared().client("spiffe://globex.example/agents/one");
    let other = Session::open(&house.holder(&other), "up", "2025-11-25").await;
    house.done(&other.client, &other.tool("echo")).await;
    house.finish().await;
}
