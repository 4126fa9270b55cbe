//! Servers that hand out the id of a session that is open: nobody comes into another's.

use crate::harness::Authority;
use crate::harness::session::{Session, SessionHouse, initialize};
use casemate_tests::session::{Event, Reply};
use serde_json::{Value, json};
use std::time::Duration;

/// How often a session of this id was ended at the upstream, whoever asked for it.
fn deletes(house: &SessionHouse, id: &str) -> usize {
    house.puppet.seen_of("DELETE").iter().filter(|seen| seen.session() == Some(id)).count()
}

fn changed() -> Event {
    Event::of(&json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_id_of_an_open_session_opens_no_other() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let other = house.holder(&Authority::shared().client("spiffe://globex.example/agents/one"));
    house.puppet.next("initialize", Reply::honest().session("shared"));
    let session = house.open("2025-11-25").await;
    // Not for another tenant, not for its owner, in whichever form the answer comes.
    for (client, reply) in [(&other, Reply::honest()), (&agent, Reply::honest()), (&other, Reply::streamed())] {
        house.puppet.next("initialize", reply.header("mcp-session-id", "shared").session("aside"));
        let call = initialize("up", "2025-11-25", json!({}));
        let reply = house.broken(client, &call, "upstream.malformed", "unknown").await;
        assert!(reply.header("mcp-session-id").is_none());
    }
    assert_eq!(deletes(&house, "shared"), 0, "it is another's to end");
    house.done(&agent, &session.tool("echo")).await;
    // Each entry has ids of its own.
    house.puppet.next("initialize", Reply::honest().session("aside").header("mcp-session-id", "shared"));
    let elsewhere =
        Session::of(&agent, "asking", "2025-11-25", &agent.ask(&initialize("asking", "2025-11-25", json!({}))).await);
    assert!(!elsewhere.id.is_empty());
    // What has ended is free.
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    house.puppet.next("initialize", Reply::honest().session("shared"));
    let again = Session::open(&other, "up", "2025-11-25").await;
    house.done(&other, &again.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_upstream_lost_leaves_its_id_to_the_next() {
    let house = SessionHouse::start().await;
    for round in 0..3 {
        house.puppet.next("initialize", Reply::honest().session("counted-1"));
        let session = house.open("2025-11-25").await;
        house.done(&session.client, &session.tool("echo")).await;
        assert!(house.puppet.forget("counted-1"), "{round}");
        house.broken(&session.client, &session.tool("echo"), "session.unknown", "refused").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_does_not_come_into_a_survey() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let session = house.open("2025-11-25").await;
    let name = house.puppet.session_ids().pop().expect("a session");
    let _stream = session.stream(&session.get()).await;
    let lists = house.puppet.count("tools/list");
    house.puppet.next("initialize", Reply::honest().session("surveyed"));
    house.puppet.next("tools/list", Reply::honest().held("listed"));
    assert!(house.puppet.push(&name, changed()));
    assert!(house.puppet.until_seen("tools/list", lists + 1).await, "a survey begins");
    assert_eq!(house.puppet.seen_of("tools/list").pop().expect("it").session(), Some("surveyed"));
    house.puppet.next("initialize", Reply::honest().session("aside").header("mcp-session-id", "surveyed"));
    let call = initialize("up", "2025-11-25", json!({}));
    house.broken(&agent, &call, "upstream.malformed", "unknown").await;
    assert_eq!(deletes(&house, "surveyed"), 0, "the survey goes on");
    house.puppet.release("listed");
    assert!(house.puppet.until(|_| deletes(&house, "surveyed") == 1).await, "the survey ends its own");
    house.done(&agent, &session.tool("echo")).await;
    house.puppet.next("initialize", Reply::honest().session("surveyed"));
    let next = house.open("2025-11-25").await;
    house.done(&agent, &next.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_survey_does_not_come_into_a_clients_session() {
    let house = SessionHouse::start().await;
    house.puppet.next("initialize", Reply::honest().session("clients"));
    let session = house.open("2025-11-25").await;
    let stream = session.stream(&session.get()).await;
    let before = (house.puppet.count("initialize"), house.puppet.count("tools/list"));
    house.puppet.script("initialize", Reply::honest().session("aside").header("mcp-session-id", "clients"));
    assert!(house.puppet.push("clients", changed()));
    assert!(house.puppet.until_seen("initialize", before.0 + 1).await, "a survey begins");
    let ping = session.call("ping", Value::Null);
    house.done(&session.client, &ping).await;
    // No call passes until a survey says how things are, and none lists within the client's session.
    let reply = session.ask(&session.tool("echo")).await;
    assert!(reply.status != 200, "{}", reply.text());
    assert_eq!((house.puppet.count("tools/list"), deletes(&house, "clients")), (before.1, 0));
    house.puppet.unscript("initialize");
    for _ in 0..600 {
        if session.ask(&session.tool("echo")).await.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    house.done(&session.client, &session.tool("echo")).await;
    assert_eq!(deletes(&house, "clients"), 0);
    drop(stream);
    house.finish().await;
}
