//! What the record of a request says, and that nothing happens that it cannot say.

use crate::harness::{AGENT, Authority, Call, House, Token, now, record};
use casemate_tests::hostile::Act;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_says_who_did_what_and_repeats_nothing_they_wrote() {
    let house = House::start().await;
    let token = Token::new().claim("client_id", json!("app-1"));
    let client = house.agent().bearer(token.mint());
    let call = Call::tool("echo");
    let reply = house.served(&client, &call).await;
    let records = house.records(&reply.trace()).await;
    let (intent, outcome) = (&records[0], &records[1]);
    for (name, value) in [
        ("tenant", json!("acme")),
        ("subject", json!("agent-7")),
        ("certificate", json!(AGENT)),
        ("client", json!("app-1")),
        ("issuer", json!("https://issuer.example")),
        ("agent", json!("tests/1.0")),
        ("method", json!("tools/call")),
        ("server", json!("up")),
        ("tool", json!("echo")),
        ("decision", json!("permit")),
        ("revision", json!("2026-07-28")),
        ("peer", json!("127.0.0.1")),
    ] {
        assert_eq!(intent[name], value, "{name} in {intent}");
    }
    assert_eq!(intent["sizes"]["request"], call.body.len());
    for name in ["arguments", "message"] {
        assert!(intent["commitments"][name].as_str().is_some_and(|text| text.len() == 64), "{intent}");
    }
    assert!(intent["side"].as_str().is_some_and(|text| text.len() == 64), "{intent}");
    assert_eq!((&outcome["status"], &outcome["upstream_status"]), (&json!(200), &json!(200)), "{outcome}");
    assert_eq!(outcome["sizes"]["released"], reply.body.len(), "{outcome}");
    assert!(outcome["commitments"]["answer"].is_string() && outcome["commitments"]["released"].is_string());
    // Two equal calls do not look equal.
    let again = house.served(&client, &Call { headers: Call::tool("echo").headers, ..call.clone() }).await;
    let again = house.records(&again.trace()).await;
    assert_ne!(again[0]["commitments"]["arguments"], intent["commitments"]["arguments"]);
    // A name that is no token, and a refusal with arguments, are committed.
    let odd = Call::tool("open sesame \u{e9}").set("mcp-name", "=?base64?b3BlbiBzZXNhbWUgw6k=?=");
    let reply = house.refused(&client, &odd, "policy.tool").await;
    let refusal = &house.records(&reply.trace()).await[0];
    assert!(refusal["tool"].is_null() && refusal["commitments"]["target"].is_string(), "{refusal}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_record_nothing_happens() {
    let house = House::with(json!({ "audit": { "reserve_bytes": 1_u64 << 40 } })).await;
    let before = house.upstream.seen().len();
    let call = Call::tool("echo");
    let reply = house.agent().ask(&call).await;
    crate::harness::check_error(&call, &reply, "audit.unavailable");
    assert!(reply.header("retry-after").is_some());
    assert_eq!(house.upstream.seen().len(), before);
    // A refusal that cannot be recorded says so too, and gives nothing away.
    let call = Call::tool("secret");
    let reply = house.agent().ask(&call).await;
    crate::harness::check_error(&call, &reply, "audit.unavailable");
    let entries = house.finish().await;
    assert!(entries.iter().all(|entry| record::text(entry, "kind") != "intent"));
    let counted: u64 = entries.iter().filter_map(|entry| entry["counts"]["audit.unavailable"].as_u64()).sum();
    assert_eq!(counted, 2, "{entries:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_ends_during_its_connection_is_refused() {
    let house = House::start().await;
    let leaf = Authority::shared().issue(vec![crate::harness::pki::uri(AGENT)], |params| {
        params.not_after = time::OffsetDateTime::from_unix_timestamp(now() + 2).expect("a time");
    });
    let mut wire = house.holder(&leaf).connect().await.expect("a connection");
    let mut reply = wire.ask(&Call::tool("echo")).await;
    assert_eq!(reply.status, 200);
    let patience = now() + 20;
    while reply.status == 200 && now() < patience {
        reply = wire.ask(&Call::tool("echo")).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(reply.json()["error"]["data"]["reason"], "auth.certificate_expired");
    let records = house.records(&reply.trace()).await;
    assert!(record::has_reason(&records[0], "auth.certificate_expired"));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_at_once_have_their_records_each() {
    let house = House::start().await;
    house.upstream.on("tools/call", Act::Honest);
    let mut callers = Vec::new();
    for _ in 0..8 {
        let client = house.agent();
        callers.push(tokio::spawn(async move {
            let mut wire = client.connect().await.expect("a connection");
            for n in 0..25 {
                let tool = if n % 5 == 0 { "secret" } else { "echo" };
                let reply = wire.ask(&Call::tool(tool)).await;
                assert_eq!(reply.status, if tool == "echo" { 200 } else { 403 });
            }
        }));
    }
    for caller in callers {
        caller.await.expect("no caller fails");
    }
    let entries = house.finish().await;
    let count = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
    assert_eq!((count("intent"), count("outcome"), count("refusal")), (160, 160, 40));
    let order: Vec<_> = entries.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    assert!(order.iter().copied().eq(0..order.len() as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_gateway_on_the_same_state_does_not_start() {
    let house = House::start().await;
    let loaded = house.plan.load().expect("it loads");
    let second = casemate::serve::Running::start(loaded, &house.plan.state()).await;
    assert!(second.is_err());
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_log_is_found_out() {
    let mut house = House::start().await;
    for _ in 0..3 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    house.audit();
    let files = std::fs::read_dir(house.audit_dir()).expect("the log").map(|entry| entry.expect("a file").path());
    let records =
        |path: &std::path::PathBuf| std::fs::read(path).is_ok_and(|bytes| contains(&bytes, b"\"kind\":\"intent\""));
    let segment = files.into_iter().find(records).expect("a segment");
    let bytes = std::fs::read(&segment).expect("readable");
    // Another tool, in the middle of the log.
    let text = b"\"tool\":\"echo\"";
    let at = bytes.windows(text.len()).position(|window| window == text).expect("an entry");
    let mut forged = bytes.clone();
    forged[at + 8] = b'g';
    std::fs::write(&segment, &forged).expect("writable");
    assert!(casemate_audit::verify(&house.audit_dir()).is_err(), "a changed entry is not noticed");
    std::fs::write(&segment, &bytes[..bytes.len() - 40]).expect("writable");
    assert!(casemate_audit::verify(&house.audit_dir()).is_err(), "a lost end is not noticed");
    std::fs::write(&segment, &bytes).expect("writable");
    house.audit();
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
