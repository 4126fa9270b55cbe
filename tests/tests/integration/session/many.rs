//! Many sessions: their caps, their limits, and each by itself.

use crate::harness::session::{Session, SessionHouse, initialize, pass};
use crate::harness::{AGENT, Authority, Call};
use casemate_tests::session::{Eras, Reply, Step};
use serde_json::{Value, json};
use std::time::Duration;

fn caps(sessions: Value) -> Value {
    json!({ "mcp_gateway": { "sessions": sessions } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_sessions_opened_and_left_are_the_callers_own_trouble() {
    let house = SessionHouse::with(Eras::Session, caps(json!({ "per_subject": 50 }))).await;
    let agent = house.agent();
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let agent = agent.clone();
        tasks.push(tokio::spawn(async move {
            let mut wire = agent.connect().await.expect("a connection");
            let mut opened = 0;
            for _ in 0..125 {
                let reply = wire.ask(&initialize("up", "2025-11-25", json!({}))).await;
                if reply.status == 200 {
                    opened += 1;
                } else {
                    assert_eq!(reply.json()["error"]["data"]["reason"], "limit.sessions");
                    assert_eq!(reply.header("retry-after"), Some("60"));
                }
            }
            opened
        }));
    }
    let mut opened = 0;
    for task in tasks {
        opened += task.await.expect("a caller");
    }
    assert_eq!((opened, house.seen_of("initialize").len()), (50, 50), "the upstream sees no more than may be");
    house.turned_away(&agent, &initialize("asking", "2025-06-18", json!({})), "limit.sessions").await;
    // Whoever renews the certificate is the same subject.
    let renewed = house.holder(&Authority::shared().client(AGENT));
    house.turned_away(&renewed, &initialize("up", "2025-11-25", json!({})), "limit.sessions").await;
    for other in ["spiffe://acme.example/agents/two", "spiffe://globex.example/agents/one"] {
        let session = Session::open(&house.holder(&Authority::shared().client(other)), "up", "2025-11-25").await;
        house.done(&session.client, &session.tool("echo")).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_or_never_opened_makes_room() {
    let house = SessionHouse::with(Eras::Session, caps(json!({ "per_subject": 2 }))).await;
    let agent = house.agent();
    let first = house.open("2025-11-25").await;
    let _second = house.open("2025-11-25").await;
    let opening = || initialize("up", "2025-11-25", json!({}));
    house.turned_away(&agent, &opening(), "limit.sessions").await;
    assert_eq!(first.ask(&first.delete()).await.status, 204);
    for reply in [Reply::refuse(500), Reply::error(-32603, "no"), Reply::json("{}"), Reply::unsupported_version()] {
        house.puppet.next("initialize", reply);
        agent.ask(&opening()).await;
    }
    house.open("2025-11-25").await;
    house.turned_away(&agent, &opening(), "limit.sessions").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zero_is_not_unlimited() {
    let house = SessionHouse::with(Eras::Both, caps(json!({ "total": 0 }))).await;
    house.turned_away(&house.agent(), &initialize("up", "2025-11-25", json!({})), "limit.sessions").await;
    house.done(&house.agent(), &Call::tool("echo")).await;
    house.finish().await;
}

/// On one thread, so that the clock can be moved.
#[tokio::test]
async fn a_caller_at_its_cap_makes_room_by_its_own_oldest_unused_session() {
    let house = SessionHouse::with(Eras::Session, caps(json!({ "per_subject": 3, "total": 4 }))).await;
    let agent = house.agent();
    let other = house.holder(&Authority::shared().client("spiffe://acme.example/agents/two"));
    let theirs = Session::open(&other, "up", "2025-11-25").await;
    let oldest = house.open("2025-11-25").await;
    let middle = house.open("2025-11-25").await;
    let newest = house.open("2025-11-25").await;
    let opening = || initialize("up", "2025-11-25", json!({}));
    house.turned_away(&agent, &opening(), "limit.sessions").await;
    house.done(&agent, &oldest.tool("echo")).await;
    pass(Duration::from_secs(61)).await;
    // One is in use again; a call runs in another.
    house.done(&agent, &newest.tool("echo")).await;
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("on"), Step::Answer]));
    let mut call = oldest.stream(&oldest.tool("echo")).await;
    assert!(call.message().await.is_some());
    let names = house.puppet.session_ids();
    let added = house.open("2025-11-25").await;
    house.turned_away(&agent, &middle.tool("echo"), "session.unknown").await;
    for session in [&newest, &added] {
        house.done(&agent, &session.tool("echo")).await;
    }
    house.puppet.release("on");
    assert!(call.message().await.expect("the result").get("result").is_some());
    assert!(house.puppet.until(|puppet| !puppet.session_ids().contains(&names[2])).await, "the upstream is told");
    // Never that of another, even where all places are taken and theirs is the oldest of all.
    house.turned_away(&agent, &opening(), "limit.sessions").await;
    let third = house.holder(&Authority::shared().client("spiffe://acme.example/agents/three"));
    house.turned_away(&third, &opening(), "limit.sessions").await;
    house.done(&other, &theirs.tool("echo")).await;
    house.finish().await;
}

#[tokio::test]
async fn what_was_kept_is_dropped_and_no_id_is_used_twice() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let name = house.puppet.session_ids().pop().expect("its name");
    let note = |text: &str| {
        let params = json!({ "level": "info", "data": text });
        let message = json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": params });
        assert!(house.puppet.push(&name, casemate_tests::session::Event::of(&message)));
    };
    let get = session.get();
    let mut stream = session.stream(&get).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        note(&format!("before {n}"));
        ids.push(stream.event().await.expect("an event").id.expect("an id"));
    }
    drop(stream);
    house.outcome(&get.header("x-trace-id").expect("a trace"), "client.gone", "executed").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Longer than events of a stream that has ended are kept.
    pass(Duration::from_secs(61)).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut stream = session.stream(&session.get()).await;
    for n in 0..3 {
        note(&format!("after {n}"));
        let id = stream.event().await.expect("an event").id.expect("an id");
        assert!(!ids.contains(&id), "{id} named another event before");
    }
    drop(stream);
    house.turned_away(&session.client, &session.resume(&ids[0]), "session.event").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sessions_at_once_are_each_by_itself() {
    let house = SessionHouse::with(Eras::Session, caps(json!({ "per_subject": 100 }))).await;
    let agent = house.agent();
    house
        .puppet
        .script("tools/call", Reply::stream([Step::ask("q", "roots/list", &json!({})), Step::Repeat(json!("q"))]));
    let mut tasks = Vec::new();
    for n in 0..24 {
        let agent = agent.clone();
        let revision = crate::harness::session::SESSION_REVISIONS[n % 3];
        tasks.push(tokio::spawn(async move {
            let session = Session::declaring(&agent, "asking", revision, json!({ "roots": {} })).await;
            let own = format!("root {n}");
            let call = session.tool("echo");
            let mut stream = session.stream(&call).await;
            let asked = stream.message().await.expect("a question");
            session.tell(&session.answer(&asked["id"], json!({ "roots": [{ "name": own }] }))).await;
            let end = stream.message().await.expect("the result");
            assert_eq!(end["id"], call.id);
            assert!(end["result"]["content"][0]["text"].as_str().is_some_and(|text| text.contains(&own)), "{end}");
            assert!(stream.event().await.is_none());
            assert_eq!(session.ask(&session.delete()).await.status, 204);
        }));
    }
    for task in tasks {
        task.await.expect("a session");
    }
    let entries = house.finish().await;
    for method in ["initialize", "tools/call", "response", "session/end"] {
        let intents = entries.iter().filter(|entry| entry["kind"] == "intent" && entry["method"] == method);
        assert_eq!(intents.count(), 24, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_one_session_run_beside_each_other() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    house.puppet.script("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("all"), Step::Answer]));
    let mut streams = Vec::new();
    for _ in 0..8 {
        let call = session.tool("echo");
        let mut stream = session.stream(&call).await;
        assert!(stream.message().await.is_some());
        streams.push((call, stream));
    }
    house.puppet.release("all");
    for (call, mut stream) in streams.into_iter().rev() {
        assert_eq!(stream.message().await.expect("the result")["id"], call.id);
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrency_counts_calls_that_run_and_nothing_else() {
    let limit = json!({ "tenants": { "acme": { "limits": { "subject": { "concurrency": 1 } } } } });
    let house = SessionHouse::with(Eras::Session, limit).await;
    let session = house.asked("2025-11-25").await;
    // One call after the other never is two at once.
    let mut wire = session.client.connect().await.expect("a connection");
    for n in 0..200 {
        if n % 2 == 0 {
            house.puppet.next("tools/call", Reply::streamed());
        }
        let reply = wire.ask(&session.tool("echo")).await;
        assert_eq!(reply.status, 200, "call {n}: {}", reply.text());
    }
    // A GET stream takes no place.
    let get = session.stream(&session.get()).await;
    // While one runs, there is no second, also once the client has gone.
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("on"), Step::Answer]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    house.turned_away(&session.client, &session.tool("echo"), "limit.concurrency").await;
    drop(stream);
    house.turned_away(&session.client, &session.tool("echo"), "limit.concurrency").await;
    house.puppet.release("on");
    house.outcome(&call.header("x-trace-id").expect("a trace"), "", "executed").await;
    while session.ask(&session.tool("echo")).await.status == 429 {}
    drop(get);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_running_call_waits_for_gets_through_at_the_limit() {
    let limit = json!({ "tenants": { "acme": { "limits": { "subject": { "concurrency": 1 } } } } });
    let house = SessionHouse::with(Eras::Session, limit).await;
    let session = house.asked("2025-11-25").await;
    // The answer to the server's question.
    house
        .puppet
        .next("tools/call", Reply::stream([Step::ask("q", "roots/list", &json!({})), Step::Repeat(json!("q"))]));
    let mut stream = session.stream(&session.tool("echo")).await;
    let asked = stream.message().await.expect("a question");
    session.tell(&session.answer(&asked["id"], json!({ "roots": [] }))).await;
    assert!(stream.message().await.expect("the result").get("result").is_some());
    while session.ask(&session.tool("echo")).await.status == 429 {}
    // Its cancellation.
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    session.tell(&session.note("notifications/cancelled", json!({ "requestId": call.id }))).await;
    assert_eq!(stream.message().await.expect("its end")["error"]["data"]["reason"], "client.cancelled");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_session_runs_no_more_than_its_share() {
    let house =
        SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "limits": { "connections": 1000 } } })).await;
    let session = house.open("2025-11-25").await;
    house.puppet.script("tools/call", Reply::honest().held("all"));
    let mut wires = Vec::new();
    for _ in 0..256 {
        let mut wire = session.client.connect().await.expect("a connection");
        wire.send(&session.tool("echo").wire()).await.expect("bytes are taken");
        wires.push(wire);
    }
    assert!(house.puppet.until_seen("tools/call", 256).await);
    let reply = house.turned_away(&session.client, &session.tool("echo"), "limit.concurrency").await;
    assert_eq!(reply.header("retry-after"), Some("1"));
    house.puppet.release("all");
    for mut wire in wires {
        assert_eq!(wire.reply().await.expect("an answer").status, 200);
    }
    house.done(&session.client, &session.tool("add")).await;
    house.finish().await;
}
