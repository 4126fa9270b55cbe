//! Reloads: all or nothing, recorded, and obeyed by what is open already.

use crate::harness::pki::days;
use crate::harness::served::Served;
use crate::harness::{AGENT, Authority, Call, Client, Frames, House, Keys, Token, idle_upstream, record};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_policy_is_in_force_at_once_and_recorded() {
    let mut house = House::start().await;
    let agent = house.agent();
    let mut wire = agent.connect().await.expect("a connection");
    assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    house
        .reload(&json!({ "tenants": { "acme": { "rules": [{ "servers": ["up"], "tools": ["ghost"] }] } } }))
        .await
        .expect("it loads");
    // On the same connection as well.
    let call = Call::tool("echo");
    let reply = wire.ask(&call).await;
    house.check_refusal(&call, &reply, "policy.tool").await;
    let call = Call::tool("ghost");
    assert_eq!(wire.ask(&call).await.status, 200);
    let before = house.records(&reply.trace()).await[0]["policy"].clone();
    let intent = &house.records(&call.header("x-trace-id").expect("a trace")).await[0];
    assert_eq!(intent["policy"], before);
    let entries = house.finish().await;
    let reload = entries.iter().find(|entry| entry["event"] == "reload").expect("its record");
    assert_eq!((&reload["actor"], &reload["policy"]), (&json!("local:tests"), &before), "{reload}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_taken_over_changes_nothing() {
    let mut house = House::start().await;
    let agent = house.agent();
    let before = house.running().gateway.state().config.policy.digest;
    // Together with a change that could be.
    let patch = json!({
        "mcp_gateway": { "tls": null, "public_url": null, "auth": { "mode": "none", "trusted_certs_path": null, "jwt": null } },
        "tenants": { "acme": { "anonymous": true, "certificates": null, "tokens": null, "rules": [] },
            "globex": { "certificates": null, "tokens": null }, "idle": null },
    });
    assert!(house.reload(&patch).await.is_err());
    assert_eq!(house.running().gateway.state().config.policy.digest, before);
    house.served(&agent, &Call::tool("echo")).await;
    house.running().gateway.reload_refused("a test says so", "local:tests").await;
    let entries = house.finish().await;
    let refused: Vec<_> = entries.iter().filter(|entry| entry["event"] == "reload-refused").collect();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|entry| entry["policy"] == before.hex()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_revoked_by_a_reload_loses_its_connections() {
    let mut house = House::planned(|plan| {
        plan.patch(&json!({ "mcp_gateway": { "auth": { "crl_paths": ["crl.pem"] } } }));
        std::fs::write(plan.dir.path().join("crl.pem"), Authority::shared().crl(&[], days(5))).expect("a file");
    })
    .await;
    let leaf = Authority::shared().numbered(AGENT, 99);
    let client = house.holder(&leaf);
    let mut wire = client.connect().await.expect("a connection");
    assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    let mut other = house.agent().connect().await.expect("a connection");
    std::fs::write(house.plan.dir.path().join("crl.pem"), Authority::shared().crl(&[99], days(5))).expect("a file");
    house.reload(&json!({})).await.expect("it loads");
    assert!(wire.closed().await.is_empty());
    assert!(client.alert().await.is_some());
    house.observed("handshake", "tls.certificate_revoked", 1).await;
    assert_eq!(other.ask(&Call::tool("echo")).await.status, 200, "others stay");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_certificate_cannot_call_on_a_connection_whose_end_it_ignores() {
    let mut house = House::planned(|plan| {
        plan.patch(&json!({ "mcp_gateway": {
            "auth": { "crl_paths": ["crl.pem"] }, "timeouts": { "drain": "1s" },
        } }));
        std::fs::write(plan.dir.path().join("crl.pem"), Authority::shared().crl(&[], days(5))).expect("a file");
    })
    .await;
    let leaf = Authority::shared().numbered(AGENT, 97);
    // Not one ping is answered, so that the HTTP layer alone would go on taking requests.
    let mut frames = Frames::open(house.running().address, Some(&leaf)).await.expect("a connection");
    for _ in 0..2 {
        let answer = frames.ask(&Call::tool("echo")).await.expect("an answer");
        assert!(answer.complete && answer.text().contains("\"result\""), "{}", answer.text());
    }
    let seen = house.upstream.count("tools/call");
    std::fs::write(house.plan.dir.path().join("crl.pem"), Authority::shared().crl(&[97], days(5))).expect("a file");
    house.reload(&json!({})).await.expect("it loads");
    let mut refused = 0;
    while let Ok(answer) = frames.ask(&Call::tool("echo")).await {
        assert!(answer.text().contains("\"auth.certificate_untrusted\""), "{}", answer.text());
        refused += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(refused > 0, "the connection was closed before it was used");
    assert_eq!(house.upstream.count("tools/call"), seen);
    let entries = house.finish().await;
    let told = entries.iter().filter(|entry| record::has_reason(entry, "auth.certificate_untrusted")).count();
    // The end of the connection may overtake the last answer.
    assert!(told == refused || told == refused + 1, "{told} {refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_certificate_loses_its_subscriptions_and_not_its_running_calls() {
    let mut house = House::planned(|plan| {
        plan.patch(&json!({ "mcp_gateway": { "auth": { "crl_paths": ["crl.pem"] } } }));
        std::fs::write(plan.dir.path().join("crl.pem"), Authority::shared().crl(&[], days(5))).expect("a file");
    })
    .await;
    let client = house.holder(&Authority::shared().numbered(AGENT, 98));
    let call = Call::tool("echo").to("stage");
    let mut running = client.connect().await.expect("a connection");
    running.send(&call.wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    let listen = crate::listen::listen();
    let (mut wire, subscription) = crate::listen::open(&house, &client, &listen).await;
    std::fs::write(house.plan.dir.path().join("crl.pem"), Authority::shared().crl(&[98], days(5))).expect("a file");
    house.reload(&json!({})).await.expect("it loads");
    crate::listen::final_response(&mut wire, &listen).await;
    subscription.abandoned().await;
    let trace = listen.header("x-trace-id").expect("a trace");
    house.outcome(&trace, "tls.certificate_revoked", "executed").await;
    assert!(wire.closed().await.is_empty());
    scene.result(&json!({ "resultType": "complete", "content": [] })).await;
    assert_eq!(running.reply().await.expect("an answer").json()["id"], call.id);
    assert!(running.closed().await.is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_in_a_file_follow_a_rotation() {
    let house = House::start().await;
    let old = house.stranger().bearer(Token::new().mint());
    let new = house.stranger().bearer(Token::signed("EdDSA", Keys::rotated()).mint());
    house.served(&old, &Call::tool("echo")).await;
    std::fs::write(house.plan.dir.path().join("jwks.json"), Keys::rotated().jwks()).expect("a file");
    // An unknown key has the file read again, and with the keys goes what was verified by them.
    house.served(&new, &Call::tool("echo")).await;
    house.refused(&old, &Call::tool("echo"), "auth.token_key").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_keys_no_token_is_judged() {
    let nowhere = json!({ "jwks_uri": format!("https://{}/jwks", idle_upstream()) });
    let house = House::with(json!({ "mcp_gateway": { "auth": { "jwt": nowhere } } })).await;
    let client = house.stranger().bearer(Token::new().mint());
    house.refused(&client, &Call::tool("echo"), "auth.keys_unavailable").await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.finish().await;
}

fn reason(reply: &crate::harness::Reply) -> String {
    reply.json()["error"]["data"]["reason"].as_str().unwrap_or_default().to_owned()
}

/// Calls until the answer has this status.
async fn until(agent: &Client, status: u16) {
    for _ in 0..1_000 {
        if agent.ask(&Call::tool("echo")).await.status == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no answer ever had the status {status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_followed_through_symlinks_and_a_bad_one_changes_nothing() {
    let served = Served::start(|_| {}).await;
    let agent = served.agent();
    assert_eq!(agent.ask(&Call::tool("echo")).await.status, 200);
    let path = served.plan.file();
    let swap = |name: &str, text: &str| {
        let target = served.plan.dir.path().join(name);
        std::fs::write(&target, text).expect("a file");
        let link = served.plan.dir.path().join("next");
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        std::fs::rename(&link, &path).expect("a swap");
    };
    let mut narrower = served.plan.config.clone();
    narrower["tenants"]["acme"]["rules"] = json!([{ "servers": ["up"], "tools": ["ghost"] }]);
    swap("one.yaml", &narrower.to_string());
    served.event("reload", 1).await;
    // The record comes first, then the change.
    until(&agent, 403).await;
    swap("two.yaml", "mcp_gateway: [");
    served.event("reload-refused", 1).await;
    assert_eq!(reason(&agent.ask(&Call::tool("echo")).await), "policy.tool");
    assert_eq!(agent.ask(&Call::tool("ghost")).await.status, 200);
    // At once on a signal.
    swap("three.yaml", &served.plan.config.to_string());
    served.process.signal("HUP");
    served.event("reload", 2).await;
    until(&agent, 200).await;
    let entries = served.finish();
    let events: Vec<_> = entries.iter().filter_map(|entry| entry["event"].as_str()).collect();
    assert_eq!((events.first(), events.last()), (Some(&"start"), Some(&"stop")), "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_start_reads_is_refused_by_its_name() {
    let mut house = House::with(json!({ "admin": { "people": {} } })).await;
    let before = house.running().gateway.state().config.policy.digest;
    let (caps, plan) = (house.running().gateway.state().config.caps.clone(), house.plan.config.clone());
    let narrower = json!([{ "servers": ["up"], "tools": ["ghost"] }]);
    let plain = crate::modes::open();
    for (mut patch, key) in [
        (json!({ "mcp_gateway": { "host": "127.0.0.5" } }), "mcp_gateway.host and port"),
        (json!({ "mcp_gateway": { "limits": { "connections": 7 } } }), "mcp_gateway.limits.connections"),
        (json!({ "mcp_gateway": { "timeouts": { "drain": "7s" } } }), "mcp_gateway.timeouts.drain"),
        (json!({ "admin": { "host": "127.0.0.5" } }), "admin.host and port"),
        (json!({ "admin": null }), "admin.host and port"),
        (plain, "whether mcp_gateway uses TLS"),
    ] {
        // Together with a change that could be taken over.
        patch["tenants"]["acme"]["rules"] = narrower.clone();
        house.plan.config = plan.clone();
        let refused = house.reload(&patch).await.expect_err(key).to_string();
        assert!(refused.starts_with(&format!("{key} cannot change while the gateway runs")), "{refused}");
        let entries = record::read(&house.audit_dir());
        let last =
            entries.iter().rfind(|entry| entry["kind"] == "event" && entry["event"] != "pin").expect("its record");
        assert_eq!((&last["event"], &last["detail"]), (&json!("reload-refused"), &json!(refused)), "{last}");
    }
    let state = house.running().gateway.state();
    assert_eq!((state.config.policy.digest, state.config.caps.drain), (before, caps.drain));
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.plan.config = plan;
    house.reload(&json!({ "tenants": { "acme": { "rules": narrower } } })).await.expect("it loads");
    house.refused(&house.agent(), &Call::tool("echo"), "policy.tool").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_log_lies_and_what_it_waits_for_do_not_change_while_it_runs() {
    let mut served = Served::start(|_| {}).await;
    let plan = served.plan.config.clone();
    let key = "witness.example/w1+0ad7d35e+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
    let list = json!([{ "url": "http://127.0.0.1:9", "key": key }]);
    let witnesses = json!({ "audit": { "witnesses": { "quorum": 1, "list": list } } });
    for (at, (patch, key)) in [
        (json!({ "state": { "dir": "elsewhere" } }), "state.dir"),
        (json!({ "audit": { "deadline": "7s" } }), "audit.deadline"),
        (json!({ "audit": { "reserve_bytes": "2MiB" } }), "audit.reserve_bytes"),
        (json!({ "audit": { "anonymous_per_minute": 7 } }), "audit.anonymous_per_minute"),
        (json!({ "audit": { "low_disk_bytes": "2GiB" } }), "audit.low_disk_bytes"),
        (json!({ "audit": { "retention": "30d" } }), "audit.retention"),
        (json!({ "audit": { "immutable": "auto" } }), "audit.immutable"),
        (witnesses, "audit.witnesses"),
        (json!({ "audit": { "worm": "best-effort", "archive_retention": "1d", "archive": [{ "directory": "copies" }] } }), "audit.worm"),
    ]
    .into_iter()
    .enumerate()
    {
        served.plan.config = plan.clone();
        served.plan.patch(&patch);
        served.plan.patch(&json!({ "tenants": { "acme": { "rules": [] } } }));
        served.plan.write();
        served.process.signal("HUP");
        let refused = served.event("reload-refused", at + 1).await;
        assert_eq!(refused["detail"], format!("{key} cannot change while the gateway runs; restart it"));
    }
    assert_eq!(served.agent().ask(&Call::tool("echo")).await.status, 200, "nothing of it is in force");
    // The same file as at the start is good again.
    served.plan.config = plan;
    served.plan.write();
    served.process.signal("HUP");
    served.event("reload", 1).await;
    assert!(!served.plan.dir.path().join("elsewhere").exists());
    served.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_lost_neither_after_a_signal_nor_where_a_file_was_missing() {
    let mut served = Served::start(|_| {}).await;
    let agent = served.agent();
    let plan = served.plan.config.clone();
    // A write on the heels of a signal, which the reload for the signal may or may not have seen.
    for tools in ["ghost", "echo", "ghost"] {
        served.plan.patch(&json!({ "tenants": { "acme": { "rules": [{ "servers": ["up"], "tools": [tools] }] } } }));
        let next = served.plan.dir.path().join("next");
        std::fs::write(&next, served.plan.config.to_string()).expect("a file");
        served.process.signal("HUP");
        std::fs::rename(&next, served.plan.file()).expect("a swap");
        until(&agent, if tools == "echo" { 200 } else { 403 }).await;
    }
    // A revocation list that is there only later.
    served.plan.config = plan;
    served.plan.patch(&json!({ "mcp_gateway": { "auth": { "crl_paths": ["crl.pem"] } } }));
    served.plan.write();
    let refused = served.event("reload-refused", 1).await;
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("crl.pem")), "{refused}");
    assert_eq!(agent.ask(&Call::tool("echo")).await.status, 403, "the last good one is in force");
    let crl = Authority::shared().crl(&[], days(5));
    std::fs::write(served.plan.dir.path().join("crl.pem"), crl).expect("a file");
    until(&agent, 200).await;
    served.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_fetched_by_https_and_follow_a_rotation() {
    let jwks = crate::harness::jwks::Server::start(Keys::shared().jwks()).await;
    let uri = format!("https://{}/jwks", jwks.address);
    let served =
        Served::start(|plan| plan.patch(&json!({ "mcp_gateway": { "auth": { "jwt": { "jwks_uri": uri } } } }))).await;
    let stranger = Client::tls(served.process.address, None);
    let old = stranger.bearer(Token::new().mint());
    assert_eq!(old.ask(&Call::tool("echo")).await.status, 200);
    let fetched = jwks.fetched();
    for _ in 0..5 {
        assert_eq!(old.ask(&Call::tool("echo")).await.status, 200);
    }
    assert_eq!(jwks.fetched(), fetched, "fresh keys are not fetched again");
    jwks.publish(Keys::rotated().jwks());
    let new = stranger.bearer(Token::signed("EdDSA", Keys::rotated()).mint());
    assert_eq!(new.ask(&Call::tool("echo")).await.status, 200);
    assert_eq!(reason(&old.ask(&Call::tool("echo")).await), "auth.token_key");
    // Unknown keys do not make the gateway hammer the issuer.
    let fetched = jwks.fetched();
    for n in 0..20 {
        let token = Token::new().header("kid", json!(format!("made-up-{n}"))).mint();
        assert_eq!(reason(&stranger.bearer(token).ask(&Call::tool("echo")).await), "auth.token_key");
    }
    assert!(jwks.fetched() <= fetched + 1, "{} fetches for made-up keys", jwks.fetched() - fetched);
    tokio::time::timeout(Duration::from_secs(60), tokio::task::spawn_blocking(move || served.finish()))
        .await
        .expect("it ends in time")
        .expect("its log is in order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_legal_hold_that_comes_or_goes_is_in_the_log() {
    let mut house = House::with(json!({ "audit": { "retention": "30d" } })).await;
    let trace = "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d1a";
    let audit = json!({ "legal_hold": ["acme"], "legal_hold_traces": [trace] });
    house.reload(&json!({ "audit": audit })).await.expect("it loads");
    house.reload(&json!({ "audit": { "legal_hold": [], "legal_hold_traces": [] } })).await.expect("it loads");
    house.reload(&json!({})).await.expect("it loads");
    let entries = house.finish().await;
    let reloads: Vec<_> = entries.iter().filter(|entry| entry["event"] == "reload").collect();
    let facts: Vec<_> = reloads
        .iter()
        .map(|entry| ["held_tenants", "held_traces", "retention_seconds"].map(|name| entry["facts"][name].clone()))
        .collect();
    let month = json!(30 * 86_400);
    let none = [json!(""), json!(""), month.clone()];
    assert_eq!(facts, [[json!("acme"), json!(trace), month], none.clone(), none]);
}
