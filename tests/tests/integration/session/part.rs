//! The end of the gateway: upstreams hear that their sessions are over, and none of them can hold it up.

use crate::harness::record::has_reason;
use crate::harness::session::{Session, SessionHouse};
use crate::harness::{Token, now};
use casemate_tests::session::{Eras, Event, Reply, Step};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Stops the gateway while its upstream is still there; it must not take long.
async fn stop(house: &mut SessionHouse) {
    let running = house.house.running.take().expect("it runs");
    tokio::time::timeout(Duration::from_secs(60), running.stop()).await.expect("an end").expect("in order");
}

fn ended(house: &SessionHouse) -> BTreeSet<String> {
    house.puppet.seen_of("DELETE").iter().filter_map(|seen| seen.session().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_session_is_ended_at_its_upstream() {
    let mut house = SessionHouse::start().await;
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        for _ in 0..20 {
            house.open(revision).await;
        }
    }
    let streaming = house.open("2025-11-25").await;
    let get = streaming.get();
    let mut stream = streaming.stream(&get).await;
    let open: BTreeSet<_> = house.puppet.session_ids().into_iter().collect();
    assert_eq!(open.len(), 61);
    stop(&mut house).await;
    assert!(ended(&house).is_superset(&open));
    assert_eq!(house.puppet.sessions(), 0);
    assert!(stream.message().await.is_none());
    // The end of the session, or that of the gateway: either may be seen first.
    let records = house.records(&get.header("x-trace-id").expect("a trace")).await;
    let outcome = records.last().expect("an outcome");
    assert!(["gateway.draining", "session.unknown"].iter().any(|code| has_reason(outcome, code)), "{outcome}");
    assert_eq!(outcome["effect"], "executed", "{outcome}");
    house.house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_in_which_a_call_runs_ends_after_it() {
    let mut house = SessionHouse::start().await;
    let idle = house.open("2025-11-25").await;
    let upstream = house.puppet.session_ids().pop().expect("a session");
    let session = house.open("2025-11-25").await;
    let busy = house.puppet.session_ids().pop().expect("a session");
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("on"), Step::Answer]));
    let mut call = session.stream(&session.tool("echo")).await;
    assert!(call.message().await.is_some());
    house.running().gateway.drain();
    assert!(house.puppet.until(|_| ended(&house).contains(&upstream)).await, "the idle one at once");
    assert!(!ended(&house).contains(&busy));
    house.puppet.release("on");
    assert!(call.message().await.expect("the result").get("result").is_some());
    drop((call, idle));
    stop(&mut house).await;
    assert!(ended(&house).contains(&busy));
    house.house.audit();
}

/// A call runs as soon as it has found its session, though its judgement takes a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_being_judged_keeps_its_session() {
    let mut house = SessionHouse::start().await;
    house.open("2025-11-25").await;
    let idle = house.puppet.session_ids().pop().expect("a session");
    let session = house.open("2025-11-25").await;
    let busy = house.puppet.session_ids().pop().expect("a session");
    let stream = session.stream(&session.get()).await;
    let lists = house.puppet.count("tools/list");
    house.puppet.next("tools/list", Reply::honest().held("listed"));
    let changed = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
    assert!(house.puppet.push(&busy, Event::of(&changed)));
    assert!(house.puppet.until_seen("tools/list", lists + 1).await, "a survey begins");
    let (client, call) = (session.client.clone(), session.tool("echo"));
    let asked = tokio::spawn(async move { (client.ask(&call).await, call) });
    tokio::time::sleep(Duration::from_millis(500)).await;
    house.running().gateway.drain();
    assert!(house.puppet.until(|_| ended(&house).contains(&idle)).await, "the idle one at once");
    house.puppet.release("listed");
    let (reply, call) = asked.await.expect("an answer");
    house.result(&call, &reply).await;
    drop(stream);
    stop(&mut house).await;
    assert!(ended(&house).contains(&busy));
    house.house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_hangs_holds_up_neither_the_end_nor_the_others() {
    let patch = json!({ "mcp_gateway": { "timeouts": { "drain": "10s" } } });
    let mut house = SessionHouse::with(Eras::Session, patch).await;
    let agent = house.agent();
    // More than are told at once.
    for _ in 0..40 {
        house.open("2025-11-25").await;
    }
    let hanging = house.puppet.session_ids().len();
    Session::open(&agent, "asking", "2025-11-25").await;
    let other = house.puppet.session_ids().pop().expect("a session");
    // A call that never ends, in one of those.
    let busy = Session::open(&agent, "asking", "2025-11-25").await;
    let last = house.puppet.session_ids().pop().expect("a session");
    house.puppet.script("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
    let call = busy.tool("echo");
    let mut stream = busy.stream(&call).await;
    assert!(stream.message().await.is_some());
    house.puppet.script("DELETE", Reply::hang());
    stop(&mut house).await;
    let told = ended(&house);
    assert!(told.contains(&other) && told.contains(&last), "{told:?}");
    assert!(told.len() < hanging, "those that hang are not waited for");
    // What ran ended in order, before the log did.
    house.outcome(&call.header("x-trace-id").expect("a trace"), "session.unknown", "unknown").await;
    let end = stream.message().await.expect("an end");
    assert_eq!(end["error"]["data"]["reason"], "session.unknown", "{end}");
    house.house.audit();
}

/// Requests and streams end at the same time: when the token has ended and its skew is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_has_the_skew_of_its_token() {
    let patch = json!({ "mcp_gateway": { "auth": { "jwt": { "skew": "40s" } } } });
    let house = SessionHouse::with(Eras::Session, patch).await;
    let end = now() + 1;
    let client = house.stranger().bearer(Token::new().claim("exp", json!(end)).mint());
    let session = Session::open(&client, "up", "2025-11-25").await;
    let upstream = house.puppet.session_ids().pop().expect("a session");
    let mut stream = session.stream(&session.get()).await;
    while now() <= end {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    house.done(&client, &session.call("ping", Value::Null)).await;
    let note =
        json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": "x" } });
    assert!(house.puppet.push(&upstream, Event::of(&note)));
    assert!(stream.message().await.is_some(), "as good as any");
    drop(stream);
    house.finish().await;
}
