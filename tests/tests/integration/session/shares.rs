//! What is shared is shared fairly: streams, tenants, questions; and nothing outlives the right to it.

use crate::harness::Authority;
use crate::harness::session::{Session, SessionHouse, Stream, initialize};
use casemate_tests::session::{Eras, Event, Reply, Step};
use serde_json::{Value, json};

fn trace(call: &crate::harness::Call) -> String {
    call.header("x-trace-id").expect("a trace")
}

fn newest(house: &SessionHouse) -> String {
    house.puppet.session_ids().pop().expect("a session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_when_its_opener_belongs_elsewhere() {
    let mut house = SessionHouse::start().await;
    let session = house.open("2025-11-25").await;
    let get = session.get();
    let mut stream = session.stream(&get).await;
    // The same certificate now is another tenant's.
    let moved = json!({ "tenants": {
        "acme": { "certificates": [{ "san": "spiffe://nobody.example/**", "scopes": ["mcp"] }] },
        "globex": {
            "certificates": [{ "san": "spiffe://acme.example/**", "scopes": ["mcp"] }],
            "rules": [{ "servers": ["*"] }],
        },
    } });
    house.house.reload(&moved).await.expect("it loads");
    assert!(stream.message().await.is_none());
    house.outcome(&trace(&get), "auth.tenant_unknown", "executed").await;
    house.turned_away(&session.client, &session.tool("echo"), "session.unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_have_places_of_their_own() {
    let limits = json!({ "mcp_gateway": { "sessions": { "streams": 2 } } });
    let house = SessionHouse::with(Eras::Session, limits).await;
    let (first, second, third) =
        (house.open("2025-11-25").await, house.open("2025-11-25").await, house.open("2025-11-25").await);
    let one = first.stream(&first.get()).await;
    let _two = second.stream(&second.get()).await;
    house.turned_away(&third.client, &third.get(), "limit.sessions").await;
    house.done(&third.client, &third.tool("echo")).await;
    drop(one);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tenant_does_not_take_every_session() {
    let limits = json!({ "mcp_gateway": { "sessions": { "per_tenant": 2 } } });
    let house = SessionHouse::with(Eras::Session, limits).await;
    for _ in 0..2 {
        house.open("2025-11-25").await;
    }
    let open = initialize("up", "2025-11-25", json!({}));
    house.turned_away(&house.agent(), &open, "limit.sessions").await;
    let other = Authority::shared().client("spiffe://globex.example/agents/one");
    let other = Session::open(&house.holder(&other), "up", "2025-11-25").await;
    house.done(&other.client, &other.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_upstream_opened_in_vain_is_ended_there() {
    let house = SessionHouse::start().await;
    house.puppet.next("initialize", Reply::revision("2024-11-05"));
    let reply = house.agent().ask(&initialize("up", "2025-11-25", json!({}))).await;
    assert_eq!(reply.status, 502, "{}", reply.text());
    assert!(house.puppet.until(|puppet| puppet.sessions() == 0).await);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_progress_is_a_string_or_an_integer() {
    let house = SessionHouse::start().await;
    let session = house.asked("2025-11-25").await;
    let large: Vec<u32> = (0..10_000).collect();
    let token = json!({ "_meta": { "progressToken": large } });
    house.turned_away(&session.client, &session.call("ping", token.clone()), "mcp.params").await;
    house.puppet.next("tools/call", Reply::stream([Step::ask("q", "ping", &token), Step::Answer]));
    house.broken(&session.client, &session.tool("echo"), "upstream.malformed", "unknown").await;
    // The same id however it is spelt.
    house.puppet.next("tools/call", Reply::stream([Step::Progress(1, 2), Step::Answer]));
    let mut params = json!({ "name": "echo", "arguments": { "text": "x" } });
    params["_meta"] = json!({ "progressToken": "t" });
    let mut stream = session.stream(&session.call("tools/call", params)).await;
    assert_eq!(stream.message().await.expect("progress")["method"], "notifications/progress");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unanswered_pings_of_the_get_stream_make_room_for_others() {
    let house = SessionHouse::with(Eras::Session, json!({ "mcp_gateway": { "limits": { "events": 1000 } } })).await;
    let session = house.open("2025-11-25").await;
    let mut stream = Stream::open(&session.client, &session.get()).await;
    let upstream = newest(&house);
    let mut last = Value::Null;
    for number in 0..100 {
        let ping = json!({ "jsonrpc": "2.0", "id": number, "method": "ping" });
        assert!(house.puppet.push(&upstream, Event::of(&ping)));
        last = stream.message().await.unwrap_or_else(|| panic!("ping {number}"))["id"].clone();
    }
    session.tell(&session.answer(&last, json!({}))).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_era_carries_urls_that_nobody_allowed() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let urls = json!({ "code": -32042, "message": "open this", "data": { "elicitations": [
        { "mode": "url", "elicitationId": "e", "url": "https://evil.example/login", "message": "log in" },
    ] } });
    for revision in ["2026-07-28", "2025-11-25"] {
        let talk = crate::harness::session::Talk::begin(&house, "up", revision).await;
        let error = json!({ "jsonrpc": "2.0", "id": "{id}", "error": urls });
        house.puppet.next("tools/call", Reply::json(error.to_string().replace("\"{id}\"", "{id}")));
        let reply = house.agent().ask(&talk.tool("echo")).await;
        assert!(reply.text().contains("\"upstream.input_request\""), "{revision}: {}", reply.text());
        assert!(!reply.text().contains("evil.example"), "{revision}");
    }
    house.finish().await;
}
