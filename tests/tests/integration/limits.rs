//! Rates, concurrency and connections: who is over a limit is told when to come back, and nothing else happens.

use crate::harness::{Authority, Call, Client, Frames, House, Reply, Token};
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

fn reason(reply: &Reply) -> String {
    reply.json()["error"]["data"]["reason"].as_str().unwrap_or_default().to_owned()
}

fn strangers(rpm: u32) -> Value {
    json!({ "mcp_gateway": { "rate_limits": { "unauthenticated_rpm": rpm } } })
}

/// Whether the gateway lets this client call.
async fn is_served(client: &Client) -> bool {
    let Ok(mut wire) = client.connect().await else { return false };
    let _ = wire.send(&client.signed(&Call::tool("echo")).wire()).await;
    wire.reply().await.is_ok_and(|reply| reply.status == 200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_have_a_rate_of_their_own() {
    let house = House::with(strangers(5)).await;
    let mut agent = house.agent().connect().await.expect("a connection");
    let token = house.stranger().bearer(Token::new().mint());
    let mut known = token.connect().await.expect("a connection");
    assert_eq!(known.ask(&token.signed(&Call::tool("echo"))).await.status, 200);
    let mut wire = house.stranger().connect().await.expect("a connection");
    let bad = || Call::tool("echo").set("authorization", "Bearer a.b.c");
    for _ in 0..5 {
        assert_eq!(reason(&wire.ask(&bad()).await), "auth.token_malformed");
    }
    let reply = wire.ask(&bad()).await;
    assert_eq!((reply.status, reason(&reply)), (429, "limit.unauthenticated".to_owned()));
    assert!(retry_after(&reply) >= 1);
    assert_eq!(reply.header("connection"), Some("close"), "the last reply of this connection");
    assert!(wire.closed().await.is_empty());
    // New connections without a certificate do not stay.
    assert!(!is_served(&token).await);
    crate::harness::record::until(&house.audit_dir(), "the refused connection", |entries| {
        entries.iter().find(|entry| entry["detail"] == "connection").cloned()
    })
    .await;
    // Who has authenticated goes on, and who holds a certificate comes in, from the same address.
    assert_eq!(agent.ask(&Call::tool("echo")).await.status, 200);
    assert_eq!(known.ask(&token.signed(&Call::tool("echo"))).await.status, 200);
    assert_eq!(house.agent().ask(&Call::tool("echo")).await.status, 200);
    // A connection that fails once is no better than others.
    assert_eq!(known.ask(&bad()).await.status, 429);
    assert!(known.closed().await.is_empty());
    assert_eq!(house.upstream.count("tools/call"), 4);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_before_authentication_counts() {
    for (call, code) in [
        (Call::tool("echo").set("host", "evil.example"), "http.host"),
        (Call::tool("echo").set("origin", "https://evil.example"), "http.origin"),
        (Call::tool("echo").at("/mcp/a/b"), "http.route"),
        (Call::tool("echo"), "auth.required"),
    ] {
        let house = House::with(strangers(3)).await;
        let mut wire = house.stranger().connect().await.expect("a connection");
        let again = || call.clone().set("x-trace-id", &crate::harness::request::trace());
        for _ in 0..3 {
            assert_eq!(reason(&wire.ask(&again()).await), code);
        }
        assert_eq!(reason(&wire.ask(&again()).await), "limit.unauthenticated", "{code}");
        assert!(wire.closed().await.is_empty(), "{code}");
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_an_offender_comes_in_http_2_as_well() {
    let mut patch = strangers(3);
    patch["mcp_gateway"]["timeouts"] = json!({ "drain": "500ms" });
    let house = House::with(patch).await;
    let mut frames = Frames::open(house.running().address, None).await.expect("a connection");
    let mut codes = Vec::new();
    while let Ok(answer) = frames.ask(&Call::tool("echo")).await {
        let json: Value = serde_json::from_slice(&answer.body).expect("JSON");
        codes.push(json["error"]["data"]["reason"].as_str().unwrap_or_default().to_owned());
    }
    let (first, rest) = codes.split_at(3);
    assert!(first.iter().all(|code| code == "auth.required"), "{codes:?}");
    assert!(!rest.is_empty() && rest.iter().all(|code| code == "limit.unauthenticated"), "{codes:?}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_does_not_make_bad_tokens_free() {
    let house = House::with(strangers(5)).await;
    let agent = house.agent();
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(reason(&agent.bearer("a.b.c").ask(&Call::tool("echo")).await));
    }
    assert!(codes[..5].iter().all(|code| code == "auth.token_malformed"), "{codes:?}");
    assert!(codes[5..].iter().all(|code| code == "limit.unauthenticated"), "{codes:?}");
    // Not even a good one is looked at; the certificate alone still suffices, and others are not touched.
    let good = Token::new().mint();
    assert_eq!(reason(&agent.bearer(good.clone()).ask(&Call::tool("echo")).await), "limit.unauthenticated");
    house.served(&agent, &Call::tool("echo")).await;
    let other = house.holder(&Authority::shared().client("spiffe://acme.example/agents/two"));
    house.served(&other.bearer(good.clone()), &Call::tool("echo")).await;
    house.served(&house.stranger().bearer(good), &Call::tool("echo")).await;
    // A certificate that belongs to nobody proves nothing.
    let nobody = house.holder(&Authority::shared().client("spiffe://nobody.example/one"));
    let mut wire = nobody.connect().await.expect("a connection");
    for _ in 0..5 {
        assert_eq!(reason(&wire.ask(&Call::tool("echo")).await), "auth.tenant_unknown");
    }
    assert_eq!(reason(&wire.ask(&Call::tool("echo")).await), "limit.unauthenticated");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_cannot_take_every_connection() {
    let house = House::with(json!({ "mcp_gateway": { "limits": { "connections": 40 } } })).await;
    let address = house.running().address;
    // A quarter stays, in either protocol, and one of them at least says who it is.
    let token = house.stranger().bearer(Token::new().mint());
    let mut known = token.connect().await.expect("a connection");
    let mut silent = Vec::new();
    for _ in 0..9 {
        silent.push(Frames::open(address, None).await.expect("a connection"));
    }
    assert!(!is_served(&token).await, "the eleventh is closed");
    house.observed("refusal", "limit.connections", 1).await;
    // Holders of certificates come in from the same address, more of them than the quarter has places.
    let agent = house.agent();
    let mut wires = Vec::new();
    for _ in 0..20 {
        let mut wire = agent.connect().await.expect("a connection");
        assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
        wires.push(wire);
    }
    // Who authenticates gives its place back.
    assert_eq!(known.ask(&token.signed(&Call::tool("echo"))).await.status, 200);
    let mut next = token.connect().await.expect("a connection");
    assert_eq!(next.ask(&token.signed(&Call::tool("echo"))).await.status, 200);
    drop(silent);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_over_its_rate_cannot_fill_the_log() {
    let mut patch = acme(json!({ "rpm": 1, "burst": 3 }));
    patch["audit"] = json!({ "anonymous_per_minute": 5 });
    let house = House::with(patch).await;
    let mut wire = house.agent().connect().await.expect("a connection");
    let mut codes = std::collections::BTreeMap::<String, u64>::new();
    let mut entries_before = 0;
    for n in 0..300 {
        let call = if n % 2 == 0 { Call::tool("echo").without("x-mcp-client") } else { Call::tool("echo") };
        // The first fault is what is named as long as the rate allows, and each counts.
        let reply = wire.ask(&call).await;
        let code = if reply.status == 200 { "served".to_owned() } else { reason(&reply) };
        *codes.entry(code).or_default() += 1;
        if n == 2 {
            entries_before = crate::harness::record::read(&house.audit_dir()).len();
        }
    }
    assert_eq!(codes["header.missing"], 2, "{codes:?}");
    assert_eq!((codes["served"], codes["limit.rate"]), (1, 297), "{codes:?}");
    let entries = house.finish().await;
    // Ten of this caller, five of anyone in each of two minutes at most, summaries, the end.
    assert!(entries.len() - entries_before <= 10 + 10 + 5, "{} entries", entries.len());
    let listed = entries.iter().filter(|e| crate::harness::record::has_reason(e, "limit.rate")).count() as u64;
    let summed: u64 = entries.iter().map(|entry| entry["counts"]["limit.rate"].as_u64().unwrap_or(0)).sum();
    assert_eq!(listed + summed, 297, "none is lost");
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
