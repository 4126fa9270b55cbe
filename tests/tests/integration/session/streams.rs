//! The GET stream, cancellation, and what a lost connection does not do.

use crate::harness::session::{SESSION_REVISIONS, SessionHouse, Stream};
use crate::harness::{Token, now};
use casemate_tests::session::{Eras, Event, Reply, Step};
use serde_json::{Value, json};

fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

fn note(method: &str, params: Value) -> Event {
    Event::of(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
}

fn trace(call: &crate::harness::Call) -> String {
    call.header("x-trace-id").expect("a trace")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_somebody_wants_comes_through() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        let name = newest(&house);
        let get = session.get();
        let mut stream = session.stream(&get).await;
        let updated = |uri: &str| note("notifications/resources/updated", json!({ "uri": uri }));
        let push = |event: Event| assert!(house.puppet.push(&name, event));
        // Nobody watches anything yet; nobody waits for progress.
        push(updated("docs://open/a"));
        push(note("notifications/progress", json!({ "progressToken": "p", "progress": 1 })));
        push(note("notifications/made/up", json!({})));
        push(note("notifications/elicitation/complete", json!({ "elicitationId": "1" })));
        push(note("notifications/tools/list_changed", json!({})));
        assert_eq!(stream.message().await.expect("it")["method"], "notifications/tools/list_changed");
        push(note("notifications/prompts/list_changed", json!({})));
        push(note("notifications/resources/list_changed", json!({})));
        push(note("notifications/message", json!({ "level": "error", "data": "x" })));
        for method in
            ["notifications/prompts/list_changed", "notifications/resources/list_changed", "notifications/message"]
        {
            assert_eq!(stream.message().await.expect("it")["method"], method);
        }
        let subscribe = session.call("resources/subscribe", json!({ "uri": "docs://open/a" }));
        house.done(&session.client, &subscribe).await;
        push(updated("docs://open/b"));
        push(updated("docs://secret/x"));
        push(updated("docs://open/a"));
        assert_eq!(stream.message().await.expect("it")["params"]["uri"], "docs://open/a");
        let unsubscribe = session.call("resources/unsubscribe", json!({ "uri": "docs://open/a" }));
        house.done(&session.client, &unsubscribe).await;
        push(updated("docs://open/a"));
        push(note("notifications/message", json!({ "level": "error", "data": "last" })));
        assert_eq!(stream.message().await.expect("it")["params"]["data"], "last");
        // A subscription that the server refuses is none.
        house.puppet.next("resources/subscribe", Reply::error(-32602, "no"));
        session.ask(&session.call("resources/subscribe", json!({ "uri": "docs://open/a" }))).await;
        push(updated("docs://open/a"));
        push(note("notifications/message", json!({ "level": "error", "data": "end" })));
        assert_eq!(stream.message().await.expect("it")["params"]["data"], "end");
        assert_eq!(session.ask(&session.delete()).await.status, 204);
        assert!(stream.message().await.is_none());
        house.outcome(&trace(&get), "session.unknown", "executed").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_subscriptions_in_a_rule_no_change_is_told() {
    let rules = json!([{ "servers": ["up"], "tools": ["echo"], "resources": ["docs://open/**"] }]);
    let house = SessionHouse::with(Eras::Session, json!({ "tenants": { "acme": { "rules": rules } } })).await;
    let session = house.open("2025-11-25").await;
    let subscribe = session.call("resources/subscribe", json!({ "uri": "docs://open/a" }));
    house.turned_away(&session.client, &subscribe, "policy.subscription").await;
    let mut stream = session.stream(&session.get()).await;
    for event in [
        note("notifications/tools/list_changed", json!({})),
        note("notifications/resources/updated", json!({ "uri": "docs://open/a" })),
        note("notifications/message", json!({ "level": "info", "data": "x" })),
    ] {
        assert!(house.puppet.push(&newest(&house), event));
    }
    assert_eq!(stream.message().await.expect("it")["method"], "notifications/message");
    drop(stream);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_have_no_stream() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    for (status, code, effect) in [
        (405, "http.method", "refused"),
        (400, "upstream.status", "unknown"),
        (500, "upstream.status", "unknown"),
        (401, "upstream.auth", "refused"),
    ] {
        house.puppet.next("GET", Reply::refuse(status));
        house.broken(&session.client, &session.get(), code, effect).await;
    }
    house.puppet.next("GET", Reply::json("{}"));
    house.broken(&session.client, &session.get(), "upstream.malformed", "unknown").await;
    house.done(&session.client, &session.tool("echo")).await;
    // Before `initialized` is as good as after.
    let call = crate::harness::session::initialize("up", "2025-11-25", json!({}));
    let reply = house.agent().ask(&call).await;
    let early = crate::harness::session::Session::of(&house.agent(), "up", "2025-11-25", &reply);
    drop(early.stream(&early.get()).await);
    let bare = early.get().set("accept", "application/json");
    house.turned_away(&early.client, &bare, "http.accept").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_stream_takes_the_place_of_the_old() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let mut streams = Vec::new();
    let mut traces = Vec::new();
    for _ in 0..5 {
        let get = session.get();
        traces.push(trace(&get));
        streams.push(session.stream(&get).await);
    }
    let mut last = streams.pop().expect("five");
    for (stream, trace) in streams.iter_mut().zip(&traces) {
        assert!(stream.message().await.is_none());
        house.outcome(trace, "session.stream", "executed").await;
    }
    assert!(house.puppet.push(&newest(&house), note("notifications/message", json!({ "level": "info", "data": "x" }))));
    assert!(last.message().await.is_some());
    drop(last);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_ends_with_the_token_that_opened_it() {
    let house =
        SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "auth": { "jwt": { "skew": "0s" } } } })).await;
    let token = |seconds: i64| Token::new().claim("exp", json!(now() + seconds)).mint();
    let client = house.stranger().bearer(token(600));
    let session = crate::harness::session::Session::open(&client, "up", "2025-11-25").await;
    let get = session.get();
    let mut stream = Stream::open(&house.stranger().bearer(token(2)), &get).await;
    assert!(stream.message().await.is_none());
    house.outcome(&trace(&get), "auth.token_expired", "executed").await;
    // The session goes on under the other token.
    house.done(&client, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_cancels_nothing() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        // A stream on its way.
        house
            .puppet
            .next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold(revision), Step::Answer]));
        let call = session.tool("echo");
        let mut stream = session.stream(&call).await;
        assert!(stream.message().await.is_some());
        drop(stream);
        house.puppet.release(revision);
        house.outcome(&trace(&call), "", "executed").await;
        // A body that has not begun.
        let gate = format!("{revision} again");
        house.puppet.next("tools/call", Reply::honest().held(&gate));
        let call = session.tool("echo");
        let before = house.puppet.count("tools/call");
        let mut wire = session.client.connect().await.expect("a connection");
        wire.send(&call.wire()).await.expect("bytes are taken");
        assert!(house.puppet.until_seen("tools/call", before + 1).await);
        drop(wire);
        house.puppet.release(&gate);
        house.outcome(&trace(&call), "", "executed").await;
        // Nor does a client that goes during `initialize` leave anything behind.
        let gate = format!("{revision} at the door");
        house.puppet.next("initialize", Reply::honest().held(&gate));
        let opened = house.puppet.sessions();
        let call = crate::harness::session::initialize("up", revision, json!({}));
        let before = house.puppet.count("initialize");
        let mut wire = session.client.connect().await.expect("a connection");
        wire.send(&call.wire()).await.expect("bytes are taken");
        assert!(house.puppet.until_seen("initialize", before + 1).await);
        drop(wire);
        // Its going must have been noticed, or the answer is taken to be on its way.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        house.puppet.release(&gate);
        house.outcome(&trace(&call), "", "executed").await;
        assert!(house.puppet.until(|puppet| puppet.sessions() == opened).await, "the upstream is told");
    }
    assert!(house.seen_of("notifications/cancelled").is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_goes_to_the_server() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        let cancel =
            |id: &Value| session.note("notifications/cancelled", json!({ "requestId": id, "reason": "enough" }));
        let before = house.seen_of("notifications/cancelled").len();
        for nothing in [json!(5), json!("x")] {
            session.tell(&cancel(&nothing)).await;
        }
        assert_eq!(house.seen_of("notifications/cancelled").len(), before, "nothing of that id runs");
        house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
        let call = session.tool("echo");
        let mut stream = session.stream(&call).await;
        assert!(stream.message().await.is_some());
        session.tell(&cancel(&json!(call.id.to_string()))).await;
        session.tell(&cancel(&call.id)).await;
        let seen = house.seen_of("notifications/cancelled");
        assert_eq!((seen.len(), &seen[before].params()["requestId"]), (before + 1, &call.id));
        let end = stream.message().await.expect("an end");
        assert_eq!((&end["id"], &end["error"]["data"]["reason"]), (&call.id, &json!("client.cancelled")), "{end}");
        house.outcome(&trace(&call), "client.cancelled", "unknown").await;
        // A server that answers all the same is heard.
        house.puppet.next("tools/call", Reply::honest().held(revision));
        let call = session.tool("echo");
        let mut wire = session.client.connect().await.expect("a connection");
        let count = house.puppet.count("tools/call");
        wire.send(&call.wire()).await.expect("bytes are taken");
        assert!(house.puppet.until_seen("tools/call", count + 1).await);
        session.tell(&cancel(&call.id)).await;
        house.puppet.release(revision);
        assert!(wire.reply().await.expect("an answer").json().get("result").is_some());
        for bad in [
            json!({}),
            json!({ "requestId": null }),
            json!({ "requestId": 1.5 }),
            json!({ "requestId": 1, "reason": {} }),
        ] {
            house.turned_away(&session.client, &session.note("notifications/cancelled", bad), "mcp.params").await;
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sessions_request_cannot_be_cancelled() {
    let house = SessionHouse::start().await;
    let (one, other) = (house.open("2025-11-25").await, house.open("2025-11-25").await);
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("on"), Step::Answer]));
    let call = one.tool("echo");
    let mut stream = one.stream(&call).await;
    assert!(stream.message().await.is_some());
    other.tell(&other.note("notifications/cancelled", json!({ "requestId": call.id }))).await;
    assert!(house.seen_of("notifications/cancelled").is_empty());
    house.puppet.release("on");
    assert!(stream.message().await.expect("the result").get("result").is_some());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_used_once_at_a_time() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let other = house.open("2025-11-25").await;
    let params = json!({ "name": "echo", "arguments": {} });
    for id in [json!(7), json!("7")] {
        house.puppet.next(
            "tools/call",
            Reply::stream([Step::log("info", &json!("x")), Step::hold(&id.to_string()), Step::Answer]),
        );
        let call = session.numbered(&id, "tools/call", params.clone());
        let mut stream = session.stream(&call).await;
        assert!(stream.message().await.is_some());
        house.turned_away(&session.client, &session.numbered(&id, "ping", json!({})), "session.request_id").await;
        house.turned_away(&session.client, &crate::harness::session::again(&call), "session.request_id").await;
        // Another session has ids of its own.
        house.done(&other.client, &other.numbered(&id, "tools/call", params.clone())).await;
        house.puppet.release(&id.to_string());
        assert!(stream.message().await.expect("the result").get("result").is_some());
        assert!(stream.message().await.is_none());
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_takes_its_calls_with_it() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    let end = stream.message().await.expect("an end");
    assert_eq!(end["error"]["data"]["reason"], "session.unknown", "{end}");
    house.outcome(&trace(&call), "session.unknown", "unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_stops_leaves_no_call_without_outcome() {
    let house = SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "timeouts": { "drain": "0s" } } })).await;
    let session = house.open("2025-11-25").await;
    house.puppet.script("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
    let (left, stays) = (session.tool("echo"), session.tool("echo"));
    let mut stream = session.stream(&left).await;
    assert!(stream.message().await.is_some());
    drop(stream);
    let mut stream = session.stream(&stays).await;
    assert!(stream.message().await.is_some());
    let get = session.stream(&session.get()).await;
    // `finish` checks that each intent has its outcome.
    let entries = house.finish().await;
    let ends: Vec<_> =
        entries.iter().filter(|entry| entry["kind"] == "outcome" && entry["trace"] == trace(&left)).collect();
    assert_eq!(ends.len(), 1);
    assert!(entries.iter().any(|entry| entry["kind"] == "intent" && entry["method"] == "session/stream"));
    drop((stream, get));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_message_is_dropped_alone() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let get = session.get();
    let mut stream = session.stream(&get).await;
    let push = |data: Value| {
        let event = note("notifications/message", json!({ "level": "info", "data": data }));
        assert!(house.puppet.push(&newest(&house), event));
    };
    push(json!("first"));
    push(json!("the database is at 10.20.30.40:5432 now"));
    push(json!({ "deep": ["or at 10.20.30.41"] }));
    push(json!("last"));
    for data in ["first", "last"] {
        assert_eq!(stream.message().await.expect("it")["params"]["data"], data);
    }
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    assert!(stream.message().await.is_none());
    let outcome = house.outcome(&trace(&get), "session.unknown", "executed").await;
    let found = &outcome["findings"][0];
    assert_eq!((found["rule"].as_str(), found["action"].as_str()), (Some("host.private"), Some("deny")), "{outcome}");
    house.finish().await;
}
