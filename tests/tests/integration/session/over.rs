//! Sessions that are over: nothing goes out in them any more, and nobody gets their id before their farewell is said.

use crate::harness::request::Reply as Answer;
use crate::harness::session::{Session, SessionHouse, initialize};
use crate::harness::{Authority, Call, Client, record};
use casemate_tests::session::{Event, Reply, Seen, Step};
use serde_json::{Value, json};
use std::time::Duration;

const NOTE: &str = "notifications/roots/list_changed";

fn other(house: &SessionHouse) -> Client {
    house.holder(&Authority::shared().client("spiffe://globex.example/agents/one"))
}

/// A session that its upstream calls `id`.
async fn named(house: &SessionHouse, id: &str) -> Session {
    house.puppet.next("initialize", Reply::honest().session(id));
    house.open("2025-11-25").await
}

/// What the upstream got of a kind in the session that it calls `id`.
fn got(house: &SessionHouse, id: &str, method: &str) -> Vec<Seen> {
    house.puppet.seen_of(method).into_iter().filter(|seen| seen.session() == Some(id)).collect()
}

async fn until(house: &SessionHouse, id: &str, method: &str, count: usize) {
    assert!(house.puppet.until(|_| got(house, id, method).len() == count).await, "{count} {method}");
}

/// Another tenant opens a session to which the upstream gives this id; it must not get it.
async fn is_taken(house: &SessionHouse, id: &str) {
    house.puppet.next("initialize", Reply::honest().session("aside").header("mcp-session-id", id));
    let call = initialize("up", "2025-11-25", json!({}));
    house.broken(&other(house), &call, "upstream.malformed", "unknown").await;
}

async fn is_free(house: &SessionHouse, id: &str) {
    house.puppet.next("initialize", Reply::honest().session(id));
    let next = Session::open(&other(house), "up", "2025-11-25").await;
    house.done(&next.client, &next.tool("echo")).await;
}

/// Has the gateway ask the upstream what it offers, and keeps it waiting for the answer until `listed` is released.
async fn survey(house: &SessionHouse, id: &str) {
    let before = house.puppet.count("tools/list");
    house.puppet.next("tools/list", Reply::honest().held("listed"));
    let changed = json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
    assert!(house.puppet.push(id, Event::of(&changed)));
    assert!(house.puppet.until_seen("tools/list", before + 1).await, "a survey begins");
}

fn spawn(client: &Client, call: &Call) -> tokio::task::JoinHandle<Answer> {
    let (client, call) = (client.clone(), call.clone());
    tokio::spawn(async move { client.ask(&call).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_not_free_before_the_farewell_is_said() {
    let house = SessionHouse::start().await;
    let session = named(&house, "shared").await;
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::Hang]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    house.puppet.script("DELETE", Reply::honest().held("end"));
    let delete = spawn(&session.client, &session.delete());
    until(&house, "shared", "DELETE", 1).await;
    // What ran has ended, with the session and not by the upstream.
    let end = stream.message().await.expect("an end");
    assert_eq!(end["error"]["data"]["reason"], "session.unknown", "{end}");
    house.outcome(&call.header("x-trace-id").expect("a trace"), "session.unknown", "unknown").await;
    is_taken(&house, "shared").await;
    house.puppet.unscript("DELETE");
    house.puppet.release("end");
    assert_eq!(delete.await.expect("an answer").status, 204);
    assert_eq!(got(&house, "shared", "DELETE").len(), 1);
    is_free(&house, "shared").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_ended_once() {
    let house = SessionHouse::start().await;
    for round in 0..5 {
        let session = named(&house, "shared").await;
        let gate = format!("end {round}");
        house.puppet.next("DELETE", Reply::honest().held(&gate));
        let deletes: Vec<_> = (0..6).map(|_| session.delete()).collect();
        let asked: Vec<_> = deletes.iter().map(|delete| spawn(&session.client, delete)).collect();
        until(&house, "shared", "DELETE", round + 1).await;
        house.turned_away(&session.client, &session.delete(), "session.unknown").await;
        house.puppet.release(&gate);
        let mut statuses = Vec::new();
        for reply in asked {
            statuses.push(reply.await.expect("an answer").status);
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404]);
        assert_eq!(got(&house, "shared", "DELETE").len(), round + 1);
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_judgement_does_not_go_out_after_the_end() {
    let house = SessionHouse::start().await;
    let session = named(&house, "shared").await;
    let stream = session.stream(&session.get()).await;
    survey(&house, "shared").await;
    let calls: Vec<_> = (0..8).map(|_| session.tool("echo")).collect();
    let asked: Vec<_> = calls.iter().map(|call| spawn(&session.client, call)).collect();
    // Time to be read. Whoever comes later is refused as well.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    house.puppet.release("listed");
    for (call, reply) in calls.iter().zip(asked) {
        let reply = reply.await.expect("an answer");
        assert_eq!(reply.status, 404);
        house.check_refusal(call, &reply, "session.unknown").await;
    }
    assert!(got(&house, "shared", "tools/call").is_empty());
    is_free(&house, "shared").await;
    assert_eq!(got(&house, "shared", "tools/call").len(), 1, "the call of the next");
    drop(stream);
    house.finish().await;
}

/// Calls that the end meets anywhere on their way: the record says of none that it never left which the upstream saw.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_record_tells_what_left_before_the_end() {
    let house = SessionHouse::start().await;
    for round in 0..6 {
        let id = format!("shared-{round}");
        let session = named(&house, &id).await;
        let calls: Vec<_> = (0..24).map(|_| session.tool("echo")).collect();
        let asked: Vec<_> = calls.iter().map(|call| spawn(&session.client, call)).collect();
        tokio::time::sleep(Duration::from_millis(4 * round)).await;
        assert_eq!(session.ask(&session.delete()).await.status, 204);
        for (call, reply) in calls.iter().zip(asked) {
            let trace = call.header("x-trace-id").expect("a trace");
            let status = reply.await.expect("an answer").status;
            let end = house.records(&trace).await.pop().expect("its end");
            let has_left = house.seen().iter().any(|seen| seen.header("x-trace-id") == Some(&trace));
            match (status, end["kind"].as_str(), end["effect"].as_str()) {
                (200, Some("outcome"), Some("executed")) => assert!(has_left),
                (404, Some("outcome"), Some("unknown")) => {}
                (404, Some("refusal"), None) | (404, Some("outcome"), Some("not-attempted")) => {
                    assert!(!has_left, "{end}");
                }
                _ => panic!("{status} {end}"),
            }
            assert!(status == 200 || record::has_reason(&end, "session.unknown"), "{end}");
        }
        is_free(&house, &id).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_told_is_cut_off_by_the_end() {
    let house = SessionHouse::start().await;
    let session = named(&house, "shared").await;
    house.puppet.next(NOTE, Reply::hang());
    house.puppet.next("GET", Reply::hang());
    let calls = [session.note(NOTE, Value::Null), session.get()];
    let asked: Vec<_> = calls.iter().map(|call| spawn(&session.client, call)).collect();
    until(&house, "shared", NOTE, 1).await;
    until(&house, "shared", "GET", 1).await;
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    for reply in asked {
        let reply = reply.await.expect("an answer");
        assert_eq!(reply.status, 404, "{}", reply.text());
        house.outcome(&reply.trace(), "session.unknown", "unknown").await;
    }
    is_free(&house, "shared").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_gateways_own_follows_into_a_session_that_is_lost() {
    let house = SessionHouse::start().await;
    let session = named(&house, "shared").await;
    // The first answer to a question is under way, the next two wait for it.
    house.puppet.next("reply", Reply::honest().held("on"));
    for id in 0..3 {
        let question = Step::ask(id, "roots/list", &json!({}));
        house.puppet.next("tools/call", Reply::stream([question, Step::Hang]));
        house.broken(&session.client, &session.tool("echo"), "upstream.input_request", "unknown").await;
        until(&house, "shared", "reply", 1).await;
    }
    assert!(house.puppet.forget("shared"));
    house.broken(&session.client, &session.tool("echo"), "session.unknown", "refused").await;
    is_taken(&house, "shared").await;
    house.puppet.release("on");
    // As soon as that one has its answer.
    tokio::time::sleep(Duration::from_millis(500)).await;
    is_free(&house, "shared").await;
    assert_eq!(got(&house, "shared", "reply").len(), 1, "the rest is nobody's");
    assert!(got(&house, "shared", "DELETE").is_empty());
    house.finish().await;
}

/// A stream that breaks off is not resumed in a session that has ended meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstreams_stream_is_not_resumed_after_the_end() {
    let house = SessionHouse::start().await;
    let session = named(&house, "shared").await;
    house.puppet.next("tools/call", Reply::stream([Step::prime(1_000), Step::log("info", &json!("x")), Step::Break]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    let end = stream.message().await.expect("an end");
    assert_eq!(end["error"]["data"]["reason"], "session.unknown", "{end}");
    house.outcome(&call.header("x-trace-id").expect("a trace"), "session.unknown", "unknown").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(got(&house, "shared", "GET").is_empty());
    house.finish().await;
}
