//! The admin listener: a bare status for everyone, all else for people with a role.

use crate::harness::{AGENT, Authority, Call, Client, House, Reply};
use serde_json::{Value, json};

const OPERATOR: &str = "spiffe://acme.example/people/operator";

async fn house() -> House {
    let house = House::with(json!({ "admin": { "people": {
        "olga": { "identities": [OPERATOR], "roles": ["operator"] },
        "rolf": { "identities": ["spiffe://acme.example/people/none"], "roles": [] },
    } } }))
    .await;
    // The keys of tokens are fetched in the background.
    while get(&house, None, Call::http("GET", "/readyz")).await.status != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    house
}

async fn get(house: &House, identity: Option<&str>, call: Call) -> Reply {
    let leaf = identity.map(|identity| Authority::shared().client(identity));
    let address = house.running().admin.expect("an admin listener");
    Client::tls(address, leaf.as_ref()).ask(&call).await
}

fn reason(reply: &Reply) -> Value {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let json = reply.json();
    assert_eq!(json["status"], reply.status);
    assert_eq!(json["trace_id"], reply.trace());
    json["reason"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_needed_for_everything_but_health() {
    let house = house().await;
    let path = |path: &str| Call::http("GET", path);
    for identity in [None, Some(AGENT), Some(OPERATOR)] {
        let reply = get(&house, identity, path("/healthz")).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, "ok\n"));
        let reply = get(&house, identity, path("/readyz")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.text().contains("audit"), identity == Some(OPERATOR), "only a role sees more than a status");
    }
    let reply = get(&house, None, path("/metrics")).await;
    assert_eq!((reply.status, reason(&reply)), (401, json!("auth.required")));
    let reply = get(&house, Some(AGENT), path("/metrics")).await;
    assert_eq!((reply.status, reason(&reply)), (403, json!("admin.unknown")));
    let reply = get(&house, Some("spiffe://acme.example/people/none"), path("/metrics")).await;
    assert_eq!((reply.status, reason(&reply)), (403, json!("admin.role")));
    let token = path("/metrics").set("authorization", "Bearer a.b.c");
    assert_eq!(reason(&get(&house, Some(OPERATOR), token).await), "auth.token_unexpected");
    assert_eq!(reason(&get(&house, Some(OPERATOR), path("/nothing")).await), "http.route");
    let reply = get(&house, Some(OPERATOR), Call::http("POST", "/healthz")).await;
    assert_eq!((reply.status, reason(&reply)), (405, json!("http.method")));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_count_decisions_and_reasons() {
    let house = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    house
        .failed(&house.agent(), &Call::mcp("tools/list", json!({})).to("dead"), "upstream.connect", "not-attempted")
        .await;
    let reply = get(&house, Some(OPERATOR), Call::http("GET", "/metrics")).await;
    let text = reply.text();
    for line in [
        "casemate_requests_total{decision=\"deny\",reason=\"policy.tool\"} 1",
        "casemate_requests_total{decision=\"fail\",reason=\"upstream.connect\"} 1",
        "casemate_requests_total{decision=\"permit\",reason=\"\"} 2",
        "casemate_audit_writable 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in {text}");
    }
    assert!(!text.contains("audit_published") && !text.contains("witness"), "there are no witnesses");
    assert!(!text.contains("sesame") && !text.contains("spiffe:"), "metrics name nobody");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_ends_with_the_drain() {
    let house = house().await;
    let admin = house.running().admin.expect("an admin listener");
    house.running().gateway.drain();
    // The listener may have gone, which says the same.
    if let Ok(mut wire) = Client::tls(admin, None).connect().await {
        let _ = wire.send(&Call::http("GET", "/readyz").wire()).await;
        if let Ok(reply) = wire.reply().await {
            assert_eq!((reply.status, reply.text().as_str()), (503, "not ready\n"));
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_offers_http_2_is_served_with_http_1() {
    let house = house().await;
    let address = house.running().admin.expect("an admin listener");
    let leaf = Authority::shared().client(OPERATOR);
    let client = Client::tls_with(address, Some(&leaf), rustls::DEFAULT_VERSIONS, &[b"h2", b"http/1.1"]);
    let reply = client.ask(&Call::http("GET", "/readyz")).await;
    assert_eq!((reply.status, reply.text().contains("audit")), (200, true), "{}", reply.text());
    let only = Client::tls_with(address, Some(&leaf), rustls::DEFAULT_VERSIONS, &[b"h2"]);
    assert_eq!(only.alert().await, Some(rustls::AlertDescription::NoApplicationProtocol));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_recorded_and_bad_credentials_limited() {
    let people = json!({ "olga": { "identities": [OPERATOR], "roles": ["operator"] } });
    let house = House::with(json!({
        "mcp_gateway": { "rate_limits": { "unauthenticated_rpm": 5 } },
        "admin": { "public_url": "https://admin.example", "people": people },
    }))
    .await;
    let call = || Call::http("GET", "/metrics");
    let first = call();
    let reply = get(&house, None, first.clone()).await;
    assert_eq!((reply.status, Some(reply.trace())), (401, first.header("x-trace-id")));
    let record = &house.records(&reply.trace()).await[0];
    assert_eq!((&record["detail"], &record["peer"]), (&json!("admin"), &json!("127.0.0.1")), "{record}");
    let mut reasons = Vec::new();
    for _ in 0..8 {
        let reply = get(&house, None, call().set("authorization", "Bearer a.b.c")).await;
        reasons.push(reason(&reply));
        assert_eq!(reply.header("retry-after").is_some(), reply.status == 429);
    }
    assert_eq!(reasons.iter().filter(|reason| **reason == "auth.token_malformed").count(), 5, "{reasons:?}");
    assert!(reasons[5..].iter().all(|reason| *reason == "limit.unauthenticated"), "{reasons:?}");
    // Readiness stays what it is for anyone, and people with a certificate go on.
    assert_eq!(get(&house, None, Call::http("GET", "/readyz")).await.status, 200);
    assert_eq!(get(&house, Some(OPERATOR), call()).await.status, 200);
    house.finish().await;
}
