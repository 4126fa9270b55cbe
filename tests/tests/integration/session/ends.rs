//! What the gateway ends, its upstream hears of: requests that are given up, and questions that nobody answers.

use crate::harness::session::{SESSION_REVISIONS, Session, SessionHouse, everything, pass};
use casemate_tests::session::{Eras, Event, Reply, Seen, Step};
use serde_json::{Value, json};
use std::time::Duration;

const CANCELLED: &str = "notifications/cancelled";

/// The name of the newest session at the upstream.
fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

/// Waits until the upstream has heard this many messages of a kind, and gives them.
async fn heard(house: &SessionHouse, method: &str, count: usize) -> Vec<Seen> {
    let came = house.puppet.until_seen(method, count).await;
    let seen = house.puppet.seen_of(method);
    assert!(came && seen.len() == count, "{method}: {seen:?}");
    seen
}

fn ask(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": method, "params": params })
}

/// A message of the gateway's own: in the upstream's session, with nothing of the client's.
fn check_own(seen: &Seen, session: &str, revision: &str) {
    assert_eq!(seen.session(), Some(session));
    assert_eq!(seen.header("mcp-protocol-version"), (revision != "2025-03-26").then_some(revision));
    assert_eq!((seen.header("x-trace-id"), seen.header("x-mcp-client")), (None, None));
    assert_eq!(seen.header("content-type"), Some("application/json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_given_up_is_cancelled() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let log = || Step::log("info", &json!("x"));
    let mut count = 0;
    for revision in SESSION_REVISIONS {
        let session = Session::open(&agent, "brief", revision).await;
        let upstream = newest(&house);
        for (reply, code) in [
            (Reply::hang(), "upstream.timeout"),
            (Reply::stream([log(), Step::Hang]), "upstream.timeout"),
            (Reply::stream((0..50).map(|_| log()).chain([Step::Hang])), "upstream.flood"),
            (Reply::stream([Step::Event(Event::new("no json")), Step::Hang]), "upstream.malformed"),
            (
                Reply::stream([Step::AnswerTo(json!("another"), json!({ "content": [] })), Step::Hang]),
                "upstream.malformed",
            ),
            (Reply::stream([Step::ask("q", "roots/list", &json!({})), Step::Hang]), "upstream.input_request"),
        ] {
            house.puppet.next("tools/call", reply);
            let call = session.tool("echo");
            house.broken(&agent, &call, code, "unknown").await;
            count += 1;
            let seen = heard(&house, CANCELLED, count).await.pop().expect("it");
            assert_eq!(seen.params()["requestId"], call.id, "{code}");
            check_own(&seen, &upstream, revision);
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_or_was_never_there_is_not_cancelled() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let session = Session::open(&agent, "brief", "2025-11-25").await;
    for (reply, code) in [
        // It was answered, and the answer is withheld.
        (Reply::stream([Step::Result(json!({ "content": [], "requestState": "x" }))]), "upstream.malformed"),
        (Reply::result(json!({ "content": [], "requestState": "x" })), "upstream.malformed"),
        (Reply::refuse(500), "upstream.status"),
    ] {
        house.puppet.next("tools/call", reply);
        house.broken(&agent, &session.tool("echo"), code, "unknown").await;
    }
    // Nobody may cancel `initialize`.
    house.puppet.next("initialize", Reply::hang());
    let opening = crate::harness::session::initialize("brief", "2025-11-25", json!({}));
    house.broken(&agent, &opening, "upstream.timeout", "unknown").await;
    // What the client cancels it has cancelled itself.
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("one of them is done\n")), Step::Hang]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    assert!(stream.message().await.is_some());
    session.tell(&session.note(CANCELLED, json!({ "requestId": call.id }))).await;
    assert!(stream.message().await.is_some(), "its end");
    house.puppet.next("tools/call", Reply::hang());
    let last = session.tool("echo");
    house.broken(&agent, &last, "upstream.timeout", "unknown").await;
    let seen = heard(&house, CANCELLED, 2).await;
    assert_eq!((&seen[0].params()["requestId"], &seen[1].params()["requestId"]), (&call.id, &last.id));
    assert!(seen[0].header("x-trace-id").is_some() && seen[1].header("x-trace-id").is_none());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_refused_is_answered_with_an_error() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let url = json!({ "mode": "url", "message": "Go", "url": "https://auth.example/", "elicitationId": "1" });
    let mut count = 0;
    for revision in SESSION_REVISIONS {
        let forbidden = Session::declaring(&agent, "up", revision, everything()).await;
        let at_forbidden = newest(&house);
        let forms = Session::declaring(&agent, "asking", revision, json!({ "elicitation": {} })).await;
        let at_forms = newest(&house);
        for (session, upstream, method, params, code) in [
            (&forbidden, &at_forbidden, "roots/list", json!({}), -32601),
            (&forbidden, &at_forbidden, "sampling/createMessage", json!({ "messages": [], "maxTokens": 1 }), -32601),
            (&forbidden, &at_forbidden, "elicitation/create", url.clone(), -32601),
            (&forbidden, &at_forbidden, "made/up", json!({}), -32601),
            (&forms, &at_forms, "elicitation/create", url.clone(), -32602),
            (&forms, &at_forms, "elicitation/create", json!({ "message": "Go", "url": "x" }), -32600),
            (&forms, &at_forms, "ping", json!([]), -32600),
        ] {
            let id = format!("q{count}");
            house
                .puppet
                .next("tools/call", Reply::stream([Step::message(&ask(id.clone(), method, params)), Step::Hang]));
            let reply = session.ask(&session.tool("echo")).await;
            assert!(reply.text().contains("\"upstream."), "{}", reply.text());
            count += 1;
            let seen = heard(&house, "reply", count).await.pop().expect("it");
            assert_eq!((&seen.json["id"], &seen.json["error"]["code"]), (&json!(id), &json!(code)), "{method}");
            check_own(&seen, upstream, revision);
        }
        // On the GET stream as well.
        let mut stream = forbidden.stream(&forbidden.get()).await;
        assert!(house.puppet.push(&at_forbidden, Event::of(&ask("g", "roots/list", json!({})))));
        assert!(stream.message().await.is_none());
        count += 1;
        let seen = heard(&house, "reply", count).await.pop().expect("it");
        assert_eq!((&seen.json["id"], &seen.json["error"]["code"]), (&json!("g"), &json!(-32601)));
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_of_what_has_ended_are_answered_with_an_error() {
    let house = SessionHouse::planned(Eras::Session, |plan, _| {
        plan.config["upstreams"][1]["timeouts"] = json!({ "first_byte": "900ms", "total": "900ms" });
    })
    .await;
    let session = house.asked("2025-11-25").await;
    let upstream = newest(&house);
    // Of a call that is out of time.
    house.puppet.next("tools/call", Reply::stream([Step::ask("a", "roots/list", &json!({})), Step::Hang]));
    house.broken(&session.client, &session.tool("echo"), "upstream.timeout", "unknown").await;
    let seen = heard(&house, "reply", 1).await.pop().expect("it");
    assert_eq!((&seen.json["id"], &seen.json["error"]["code"]), (&json!("a"), &json!(-32603)));
    // An id that is open is answered once, for the question that has it.
    let twice = Step::ask("b", "roots/list", &json!({}));
    house.puppet.next("tools/call", Reply::stream([twice.clone(), twice, Step::Hang]));
    house.broken(&session.client, &session.tool("echo"), "upstream.malformed", "unknown").await;
    heard(&house, CANCELLED, 2).await;
    assert_eq!(heard(&house, "reply", 2).await.pop().expect("it").json["id"], "b");
    // Of a session that its client ends, before it is ended there.
    let mut stream = session.stream(&session.get()).await;
    assert!(house.puppet.push(&upstream, Event::of(&ask("c", "roots/list", json!({})))));
    assert!(stream.message().await.is_some());
    assert_eq!(session.ask(&session.delete()).await.status, 204);
    let seen = heard(&house, "reply", 3).await.pop().expect("it");
    check_own(&seen, &upstream, "2025-11-25");
    assert_eq!(seen.json["id"], "c");
    let order: Vec<_> = house.puppet.seen().into_iter().filter(|seen| seen.session() == Some(&upstream)).collect();
    assert_eq!(order.last().map(|seen| seen.method.as_str()), Some("DELETE"));
    house.finish().await;
}

/// On one thread, so that the clock can be moved.
#[tokio::test]
async fn questions_of_a_session_that_expires_are_answered_with_an_error() {
    let caps = json!({ "mcp_gateway": { "sessions": { "idle": "60s" } } });
    let house = SessionHouse::with(Eras::Session, caps).await;
    let session = house.asked("2025-11-25").await;
    let upstream = newest(&house);
    let get = session.get();
    let mut stream = session.stream(&get).await;
    assert!(house.puppet.push(&upstream, Event::of(&ask("late", "roots/list", json!({})))));
    assert!(stream.message().await.is_some());
    drop(stream);
    house.outcome(&get.header("x-trace-id").expect("a trace"), "client.gone", "executed").await;
    // The record of a later call is there only after the stream has left the session.
    house.done(&session.client, &session.call("ping", Value::Null)).await;
    pass(Duration::from_secs(90)).await;
    assert!(house.puppet.until(|puppet| puppet.seen_of("DELETE").iter().any(|s| s.session() == Some(&upstream))).await);
    let seen = heard(&house, "reply", 1).await.pop().expect("it");
    assert_eq!((&seen.json["id"], seen.session()), (&json!("late"), Some(upstream.as_str())));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_does_not_listen_holds_up_nothing() {
    let house = SessionHouse::start().await;
    let agent = house.agent();
    let session = Session::open(&agent, "brief", "2025-11-25").await;
    for method in [CANCELLED, "reply"] {
        house.puppet.script(method, Reply::hang());
    }
    for _ in 0..3 {
        house.puppet.next("tools/call", Reply::hang());
        house.broken(&agent, &session.tool("echo"), "upstream.timeout", "unknown").await;
        house.done(&agent, &session.tool("echo")).await;
    }
    house.puppet.next("tools/call", Reply::stream([Step::ask("q", "roots/list", &json!({})), Step::Hang]));
    house.broken(&agent, &session.tool("echo"), "upstream.input_request", "unknown").await;
    house.done(&agent, &session.tool("echo")).await;
    let deleted = tokio::time::timeout(Duration::from_secs(20), session.ask(&session.delete())).await;
    assert_eq!(deleted.expect("an end").status, 204);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_questions_at_once_are_a_bounded_effort() {
    let house = SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "limits": { "events": 20_000 } } })).await;
    let session = house.asked("2025-11-25").await;
    let upstream = newest(&house);
    let steps = (0..10_000).map(|id| Step::ask(id, "roots/list", &json!({}))).chain([Step::Hang]);
    house.puppet.next("tools/call", Reply::stream(steps));
    house.broken(&session.client, &session.tool("echo"), "upstream.flood", "unknown").await;
    // The open ones, and the one that was too many.
    heard(&house, CANCELLED, 1).await;
    heard(&house, "reply", 65).await;
    house.done(&session.client, &session.tool("echo")).await;
    // On the GET stream the older make room, and are answered as far as the upstream takes it.
    let mut stream = session.stream(&session.get()).await;
    for id in 0..10_000 {
        assert!(house.puppet.push(&upstream, Event::of(&ask(format!("g{id}"), "roots/list", json!({})))));
    }
    for _ in 0..10_000 {
        let Some(message) = stream.message().await else { break };
        assert_eq!(message["method"], "roots/list");
    }
    drop(stream);
    house.done(&session.client, &session.tool("echo")).await;
    let replies = house.puppet.seen_of("reply");
    let ids: std::collections::HashSet<_> = replies.iter().map(|seen| seen.json["id"].to_string()).collect();
    assert_eq!(ids.len(), replies.len(), "each once at most");
    house.finish().await;
}
