//! Rates, concurrency and connections: who is over a limit is told when to come back, and nothing else happens.

use crate::harness::{Authority, Call, House, Reply, Token};
use casemate_tests::hostile::Act;
use serde_json::{Value, json};

fn acme(limits: Value) -> Value {
    json!({ "tenants": { "acme": { "limits": limits } } })
}

fn retry_after(reply: &Reply) -> u64 {
    reply.header("retry-after").and_then(|text| text.parse().ok()).expect("when to try again")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_of_a_tenant_is_shared_by_its_subjects() {
    let house = House::with(acme(json!({ "rpm": 1, "burst": 3 }))).await;
    let ca = Authority::shared();
    let one = house.agent();
    let two = house.holder(&ca.client("spiffe://acme.example/agents/two"));
    let reply = house.served(&one, &Call::tool("echo")).await;
    assert_eq!(reply.header("ratelimit-policy"), Some("\"tenant\";q=1;w=60"));
    assert!(reply.header("ratelimit").is_some_and(|left| left.starts_with("\"tenant\";r=2;t=")), "{:?}", reply.headers);
    house.served(&two, &Call::tool("echo")).await;
    // A refused call counts as well: it was authenticated work.
    house.refused(&one, &Call::tool("secret"), "policy.tool").await;
    for client in [&one, &two] {
        let reply = house.refused(client, &Call::tool("echo"), "limit.rate").await;
        assert!((1..=60).contains(&retry_after(&reply)));
        assert!(reply.header("ratelimit").is_some_and(|left| left.contains("r=0")), "{:?}", reply.headers);
    }
    // Another tenant has a rate of its own.
    house.served(&house.holder(&ca.client("spiffe://globex.example/one")), &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_of_a_subject_is_its_own() {
    let house = House::with(acme(json!({ "subject": { "rpm": 1, "burst": 2 } }))).await;
    let agent = house.agent();
    for _ in 0..2 {
        house.served(&agent, &Call::tool("echo")).await;
    }
    let reply = house.refused(&agent, &Call::tool("echo"), "limit.subject").await;
    assert!((1..=60).contains(&retry_after(&reply)));
    // Names that a client chooses change nothing.
    let renamed = Call::tool("echo").set("x-mcp-client", "other/2").set("x-forwarded-for", "10.1.1.1");
    house.refused(&agent, &renamed, "limit.subject").await;
    house.served(&house.stranger().bearer(Token::new().mint()), &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rate_of_a_tool_is_shared_and_of_that_tool_alone() {
    let tools = json!([{ "server": "up", "tool": "test_*", "rpm": 1, "burst": 1 }]);
    let house = House::with(acme(json!({ "tools": tools }))).await;
    let agent = house.agent();
    house.served(&agent, &Call::tool("test_a")).await;
    let reply = house.refused(&agent, &Call::tool("test_b"), "limit.tool").await;
    assert!((1..=60).contains(&retry_after(&reply)));
    house.served(&agent, &Call::tool("echo")).await;
    house.served(&agent, &Call::tool("test_a").to("asking")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrency_is_given_back_when_a_call_ends() {
    for limits in [
        json!({ "concurrency": 1 }),
        json!({ "subject": { "concurrency": 1 } }),
        json!({ "tools": [{ "server": "stage", "tool": "*", "concurrency": 1 }] }),
    ] {
        let house = House::with(acme(limits)).await;
        let agent = house.agent();
        let call = || Call::tool("echo").to("stage");
        let mut wire = agent.connect().await.expect("a connection");
        wire.send(&call().wire()).await.expect("bytes are taken");
        let scene = house.puppet.scene().await;
        let reply = house.refused(&agent, &call(), "limit.concurrency").await;
        assert!(reply.header("retry-after").is_none_or(|text| text != "0"));
        assert!(house.puppet.is_idle().await);
        scene.result(&json!({ "resultType": "complete", "content": [] })).await;
        assert_eq!(wire.reply().await.expect("an answer").status, 200);
        // The same once a client goes away in the middle.
        let mut wire = agent.connect().await.expect("a connection");
        wire.send(&call().wire()).await.expect("bytes are taken");
        let scene = house.puppet.scene().await;
        drop(wire);
        scene.abandoned().await;
        // The place is free as soon as the outcome is written, which may be a moment later.
        let mut wire = agent.connect().await.expect("a connection");
        wire.send(&call().wire()).await.expect("bytes are taken");
        while wire.head().await.expect("an answer").status == 429 {
            while wire.piece().await.expect("a body").is_some() {}
            wire.send(&call().wire()).await.expect("bytes are taken");
        }
        let scene = house.puppet.scene().await;
        scene.result(&json!({ "resultType": "complete", "content": [] })).await;
        assert!(wire.event().await.expect("an answer").get("result").is_some());
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_have_a_rate_of_their_own() {
    let house = House::with(json!({ "mcp_gateway": { "rate_limits": { "unauthenticated_rpm": 5 } } })).await;
    let mut agent = house.agent().connect().await.expect("a connection");
    let mut wire = house.stranger().connect().await.expect("a connection");
    let mut codes = Vec::new();
    for _ in 0..8 {
        let call = Call::tool("echo").set("authorization", "Bearer a.b.c");
        let reply = wire.ask(&call).await;
        codes.push(reply.json()["error"]["data"]["reason"].as_str().unwrap_or_default().to_owned());
        if codes.last().is_some_and(|code| code == "limit.unauthenticated") {
            assert_eq!(reply.status, 429);
            assert!(retry_after(&reply) >= 1);
        }
    }
    assert_eq!(codes.iter().filter(|code| *code == "auth.token_malformed").count(), 5, "{codes:?}");
    assert!(codes[5..].iter().all(|code| code == "limit.unauthenticated"), "{codes:?}");
    // New connections from there are not even taken.
    assert!(house.stranger().connect().await.is_err());
    crate::harness::record::until(&house.audit_dir(), "the refused connection", |entries| {
        entries.iter().find(|entry| entry["detail"] == "connection").cloned()
    })
    .await;
    // Who is authenticated goes on.
    assert_eq!(agent.ask(&Call::tool("echo")).await.status, 200);
    assert_eq!(house.upstream.count("tools/call"), 1);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_too_many_is_closed_and_recorded() {
    let house = House::with(json!({ "mcp_gateway": { "limits": { "connections": 2 } } })).await;
    let agent = house.agent();
    let mut first = agent.connect().await.expect("a connection");
    let mut second = agent.connect().await.expect("a connection");
    assert!(agent.connect().await.is_err());
    house.observed("refusal", "limit.connections", 1).await;
    for wire in [&mut first, &mut second] {
        assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    }
    drop(first);
    // The place is free once the gateway has seen the end of the connection.
    let mut tries = 0;
    while agent.connect().await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "the place is never given back");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn above_a_rate_strangers_are_counted_and_not_listed() {
    let house = House::with(json!({ "audit": { "anonymous_per_minute": 5 } })).await;
    let stranger = house.stranger();
    for _ in 0..20 {
        assert_eq!(stranger.ask(&Call::tool("echo")).await.status, 401);
    }
    // They take nothing from those who are known.
    house.upstream.on("tools/call", Act::Honest);
    house.served(&house.agent(), &Call::tool("echo")).await;
    let entries = house.finish().await;
    let counted = |entry: &Value| entry["counts"]["auth.required"].as_u64().unwrap_or(0);
    let listed = entries.iter().filter(|e| crate::harness::record::has_reason(e, "auth.required")).count() as u64;
    let summed: u64 = entries.iter().map(counted).sum();
    assert_eq!(listed + summed, 20);
    assert!((5..=10).contains(&listed), "{listed}");
}
