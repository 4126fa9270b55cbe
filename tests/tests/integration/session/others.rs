//! Sessions are of use to nobody but the one who opened them, and only for as long as they live.

use crate::harness::session::{SESSION_REVISIONS, Session, SessionHouse, pass};
use crate::harness::{AGENT, Authority, Client, Token, now};
use casemate_tests::session::{Eras, Reply, Step};
use serde_json::{Value, json};
use std::time::Duration;

/// Whatever one may try in a session that is not one's own.
async fn refused(house: &SessionHouse, session: &Session) {
    let answer = session.answer(&json!(1), json!({}));
    for call in [
        session.tool("echo"),
        session.call("ping", Value::Null),
        session.note("notifications/initialized", Value::Null),
        session.note("notifications/cancelled", json!({ "requestId": 1 })),
        answer,
        session.get(),
        session.resume("1-0"),
        session.delete(),
    ] {
        house.turned_away(&session.client, &call, "session.unknown").await;
    }
}

fn holder(house: &SessionHouse, identity: &str) -> Client {
    house.holder(&Authority::shared().client(identity))
}

fn bearer(house: &SessionHouse, token: &Token) -> Client {
    house.stranger().bearer(token.mint())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_a_certificate_is_of_that_certificate() {
    let house = SessionHouse::start().await;
    let same = Token::new().claim("sub", json!(AGENT));
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        for other in [
            holder(&house, "spiffe://acme.example/agents/two"),
            holder(&house, "spiffe://globex.example/agents/one"),
            // The same subject, with another certificate.
            holder(&house, AGENT),
            bearer(&house, &Token::new()),
            bearer(&house, &same),
            bearer(&house, &Token::new().claim("tenant", json!("globex"))),
        ] {
            refused(&house, &session.held_by(&other)).await;
        }
        // It still is its owner's, on any connection.
        house.done(&session.client, &session.tool("echo")).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_a_token_goes_on_with_its_renewals_alone() {
    let house = SessionHouse::start().await;
    let token = || Token::new().claim("client_id", json!("app"));
    let owner = bearer(&house, &token());
    for revision in SESSION_REVISIONS {
        let session = Session::open(&owner, "up", revision).await;
        let renewed = bearer(&house, &token().claim("exp", json!(now() + 900)).claim("jti", json!("another")));
        let renewed = session.held_by(&renewed);
        house.done(&renewed.client, &renewed.tool("echo")).await;
        for other in [
            token().claim("sub", json!("agent-8")),
            token().claim("client_id", json!("other-app")),
            token().claim("tenant", json!("globex")),
        ] {
            refused(&house, &session.held_by(&bearer(&house, &other))).await;
        }
        refused(&house, &session.held_by(&house.agent())).await;
        // What is no credential at all is told that first.
        for (bad, code) in [
            (house.stranger(), "auth.required"),
            (bearer(&house, &token().claim("exp", json!(now() - 300))), "auth.token_expired"),
            (bearer(&house, &token().server("other")), "auth.token_audience"),
        ] {
            for call in [session.tool("echo"), session.get(), session.delete()] {
                house.turned_away(&bad, &call, code).await;
            }
        }
        house.done(&owner, &session.tool("echo")).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_both_credentials_both_must_stay() {
    let mode = json!({ "mcp_gateway": { "auth": { "mode": "mTLS+jwt" } } });
    let house = SessionHouse::with(Eras::Session, mode).await;
    let token = |subject: &str| Token::new().claim("sub", json!(subject)).mint();
    let owner = house.agent().bearer(token("one"));
    let session = Session::open(&owner, "up", "2025-11-25").await;
    house.done(&owner, &session.tool("echo")).await;
    refused(&house, &session.held_by(&house.agent().bearer(token("two")))).await;
    refused(&house, &session.held_by(&holder(&house, AGENT).bearer(token("one")))).await;
    house.turned_away(&house.agent(), &session.tool("echo"), "auth.token_required").await;
    house.done(&owner, &session.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessed_and_foreign_ids_find_nothing() {
    let house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let mut close = session.id.clone().into_bytes();
    close[0] = if close[0] == b'A' { b'B' } else { b'A' };
    let close = String::from_utf8(close).expect("text");
    let upstreams = house.puppet.session_ids();
    let mut ids = vec![
        close,
        session.id.to_uppercase(),
        session.id.to_lowercase(),
        format!("{}=", session.id),
        session.id[..42].to_owned(),
        "1".to_owned(),
        "undefined".to_owned(),
        "*".to_owned(),
        "../x".to_owned(),
    ];
    ids.extend(upstreams);
    for id in ids {
        let guess = Session { id, ..session.held_by(&session.client) };
        refused(&house, &guess).await;
    }
    for (id, code) in [("", "header.malformed"), ("a b", "header.malformed")] {
        for call in [session.tool("echo"), session.get(), session.delete()] {
            house.turned_away(&session.client, &call.set("mcp-session-id", id), code).await;
        }
    }
    let binary = session.tool("echo").without("mcp-session-id").raw("mcp-session-id", b"\xff\xfe");
    house.turned_away(&session.client, &binary, "header.malformed").await;
    let twice = session.tool("echo").add("mcp-session-id", &session.id);
    house.turned_away(&session.client, &twice, "header.repeated").await;
    // Another server's session, though the same upstream stands behind both.
    let elsewhere = Session { server: "asking".to_owned(), ..session.held_by(&session.client) };
    refused(&house, &elsewhere).await;
    house.done(&session.client, &session.tool("echo")).await;
    house.finish().await;
}

/// On one thread, so that the clock can be moved.
#[tokio::test]
async fn sessions_expire() {
    let caps = json!({ "mcp_gateway": { "sessions": { "idle": "60s", "lifetime": "200s" } } });
    let house = SessionHouse::with(Eras::Session, caps).await;
    let idle = house.open("2025-11-25").await;
    let used = house.open("2025-11-25").await;
    let streaming = house.open("2025-11-25").await;
    let calling = house.open("2025-11-25").await;
    let get = streaming.get();
    let stream = streaming.stream(&get).await;
    house.puppet.next("tools/call", Reply::stream([Step::log("info", &json!("x")), Step::hold("on"), Step::Answer]));
    let mut call = calling.stream(&calling.tool("echo")).await;
    assert!(call.message().await.is_some());
    for _ in 0..2 {
        pass(Duration::from_secs(40)).await;
        house.done(&used.client, &used.tool("add")).await;
    }
    house.turned_away(&idle.client, &idle.tool("echo"), "session.unknown").await;
    // What a stream was open in, or a call ran in, was in use until then.
    drop(stream);
    house.outcome(&get.header("x-trace-id").expect("a trace"), "client.gone", "executed").await;
    house.done(&streaming.client, &streaming.tool("echo")).await;
    house.puppet.release("on");
    assert!(call.message().await.expect("the result").get("result").is_some());
    house.done(&calling.client, &calling.tool("echo")).await;
    // The lifetime ends what is in use as well.
    pass(Duration::from_secs(55)).await;
    house.done(&used.client, &used.tool("add")).await;
    pass(Duration::from_secs(55)).await;
    house.done(&used.client, &used.tool("add")).await;
    pass(Duration::from_secs(15)).await;
    house.turned_away(&used.client, &used.tool("add"), "session.unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_either_side_stay_on_their_side() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    let name = house.puppet.session_ids().pop().expect("its name");
    let replies = [
        session.ask(&session.tool("echo")).await,
        session.ask(&session.call("tools/call", json!({ "name": "slow", "arguments": {} }))).await,
        session.ask(&session.call("tools/call", json!({ "name": "no such tool" }))).await,
        session.ask(&session.delete()).await,
    ];
    for reply in replies {
        let headers: String = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        assert!(!reply.text().contains(&name) && !headers.contains(&name), "{headers}{}", reply.text());
        assert!(!headers.contains("mcp-session-id"), "only `initialize` names it");
    }
    for seen in house.puppet.seen() {
        let all = format!("{:?} {}", seen.headers, String::from_utf8_lossy(&seen.body));
        assert!(!all.contains(&session.id), "{all}");
    }
    house.keep_private(&name);
    house.keep_private(&session.id);
    house.finish().await;
}
