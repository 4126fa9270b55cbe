//! The routes: who may use them, and what they refuse.

use super::*;

/// Sends what must be refused, and checks its record and that nothing changed.
pub(super) async fn refused(house: &House, identity: Option<&str>, call: &Call, code: &str) {
    let reply = ask(house, identity, call).await;
    crate::harness::check_error(call, &reply, code);
    let records = house.records(&reply.trace()).await;
    assert_eq!(records.len(), 1, "{records:?}");
    assert!(crate::harness::record::has_reason(&records[0], code) && records[0]["detail"] == "admin", "{records:?}");
    assert_eq!(get(house, AUDITOR, ECHO).await["state"], "pending", "{code}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_needs_a_role_and_the_definition_that_was_shown() {
    let house = house().await;
    let digest = echo(&house).await["seen"].as_str().expect("a digest").to_owned();
    let body = json!({ "server": "up", "kind": "tool", "name": "echo", "digest": digest });
    for verb in ["approve", "block"] {
        let good = || decision(verb, &body);
        for (identity, code) in [
            (None, "auth.required"),
            (Some(AGENT), "admin.unknown"),
            (Some(NOBODY), "admin.role"),
            (Some(AUDITOR), "admin.role"),
        ] {
            refused(&house, identity, &good(), code).await;
        }
        let with = |name: &str, value: Value| {
            let mut body = body.clone();
            body[name] = value;
            decision(verb, &body)
        };
        let zeros = format!("sha256:{:064}", 0);
        let text = body.to_string();
        for (call, code) in [
            (good().set("origin", "https://127.0.0.1"), "http.origin"),
            (good().set("origin", "null"), "http.origin"),
            (good().without("content-type"), "http.content_type"),
            (good().set("content-type", "text/plain"), "http.content_type"),
            (good().add("content-type", "application/json"), "http.content_type"),
            (good().set("content-encoding", "gzip"), "http.content_encoding"),
            (good().bytes(format!("{text}{}", " ".repeat(16 << 10))), "http.payload_too_large"),
            (with("name", json!("x".repeat(200 << 10))), "http.payload_too_large"),
            (good().bytes(""), "json.syntax"),
            (good().bytes(text.replacen('{', "{\"kind\":\"tool\",", 1)), "json.duplicate_key"),
            (good().bytes(format!("{text}{text}")), "json.trailing"),
            (good().bytes(b"\"\xff\"".to_vec()), "json.encoding"),
            (good().bytes("[]"), "admin.request"),
            (with("force", json!(true)), "admin.request"),
            (with("server", json!("../up")), "admin.request"),
            (with("kind", json!("resource")), "admin.request"),
            (with("digest", json!(&digest[7..])), "admin.request"),
            (with("digest", Value::Null), "admin.request"),
            (with("state", json!("good")), "admin.request"),
            (with("state", Value::Null), "admin.request"),
            (with("state", json!("blocked")), "pin.moved"),
            (good().at(&format!("/pins/{verb}?force=1")), "admin.request"),
            (with("name", json!("ech0")), "pin.missing"),
            (with("server", json!("nowhere")), "pin.missing"),
            (with("kind", json!("prompt")), "pin.missing"),
            (with("digest", json!(zeros)), "pin.moved"),
            (good().verb("GET"), "http.method"),
            (good().verb("PUT"), "http.method"),
        ] {
            refused(&house, Some(OPERATOR), &call, code).await;
        }
    }
    let reply = ask(&house, Some(REVIEWER), &decision("approve", &body)).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("approved")), "{}", reply.text());
    let reply = ask(&house, Some(OPERATOR), &decision("block", &body)).await;
    assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("blocked")), "{}", reply.text());
    let item = get(&house, AUDITOR, ECHO).await;
    let actors: Vec<_> = item["history"].as_array().expect("steps").iter().map(|step| step["actor"].clone()).collect();
    assert_eq!(actors, ["survey", "rita", "olga"]);
    let events = crate::harness::record::read(&house.audit_dir());
    let events: Vec<_> = events.into_iter().filter(|entry| entry["event"] == "pin").collect();
    for (actor, word) in [("rita", "approved up tool echo sha256:"), ("olga", "blocked up tool echo sha256:")] {
        let found = events.iter().any(|event| {
            event["actor"] == actor && event["detail"].as_str().is_some_and(|detail| detail.starts_with(word))
        });
        assert!(found, "{actor}: {events:?}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_may_read_and_nobody_else() {
    let house = house().await;
    let item = echo(&house).await;
    assert_eq!(item["definitions"]["seen"]["name"], "echo");
    assert_eq!((&item["definitions"]["approved"], &item["changes"]), (&Value::Null, &json!([])));
    for identity in [OPERATOR, REVIEWER, AUDITOR] {
        let pins = get(&house, identity, "/pins?server=up&state=pending").await;
        let pins = pins["pins"].as_array().expect("pins");
        assert!(pins.iter().any(|pin| pin["name"] == "echo" && pin["changed_at"].as_u64() > Some(0)), "{pins:?}");
        assert!(pins.iter().all(|pin| pin["server"] == "up" && pin["state"] == "pending"), "{pins:?}");
        assert!(pins.iter().all(|pin| pin["definitions"].is_null()), "{pins:?}");
    }
    let full = get(&house, AUDITOR, "/pins?full=true").await;
    assert!(full["pins"].as_array().expect("pins").iter().all(|pin| pin["definitions"].is_object()), "{full}");
    assert_eq!(get(&house, AUDITOR, "/pins?server=none").await, json!({ "pins": [] }));
    for path in ["/pins", ECHO] {
        for (identity, code) in [(None, "auth.required"), (Some(AGENT), "admin.unknown"), (Some(NOBODY), "admin.role")]
        {
            refused(&house, identity, &Call::http("GET", path), code).await;
        }
        refused(&house, Some(OPERATOR), &Call::http("GET", path).set("origin", "https://a.example"), "http.origin")
            .await;
        refused(&house, Some(OPERATOR), &Call::http("POST", path), "http.method").await;
    }
    for path in [
        "/pins?state=good",
        "/pins?server=a%2Fb",
        "/pins?server=up&server=up",
        "/pins?limit=1",
        "/pins?full=yes",
        "/pins/item?server=up&kind=tool",
        "/pins/item?server=up&kind=tools&name=echo",
    ] {
        refused(&house, Some(AUDITOR), &Call::http("GET", path), "admin.request").await;
    }
    house.finish().await;
}
