//! Killing the gateway at any instant loses nothing that a caller was told, and leaves no intent without an outcome.

use crate::harness::binary::{Process, free_port};
use crate::harness::session::{Session, initialize};
use crate::harness::{AGENT, Authority, Call, Client, Plan, Reply, Wire, record};
use casemate_tests::hostile::Hostile;
use casemate_tests::session::SessionPuppet;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ROUNDS: u64 = 30;
const CALLERS: usize = 6;

/// What callers were told, by trace: whether the call was executed.
type Told = Arc<Mutex<BTreeMap<String, bool>>>;

/// Calls until the gateway is gone.
async fn hammer(client: Client, told: Told) {
    let Ok(mut wire) = client.connect().await else { return };
    loop {
        for tool in ["echo", "secret"] {
            let call = Call::tool(tool);
            if wire.send(&call.wire()).await.is_err() {
                return;
            }
            let Ok(reply) = wire.reply().await else { return };
            let executed = reply.status == 200;
            assert!(executed || reply.status == 403, "{}", reply.text());
            told.lock().expect("no panic").insert(reply.trace(), executed);
        }
    }
}

/// The same in sessions, one after the other: streams, answers to the server, and ends.
async fn converse(client: Client, told: Told) {
    let Ok(mut wire) = client.connect().await else { return };
    loop {
        let opening = initialize("stage", "2025-11-25", json!({}));
        let Some(reply) = exchange(&mut wire, &opening, 200, &told).await else { return };
        let session = Session::of(&client, "stage", "2025-11-25", &reply);
        let slow = session.call("tools/call", json!({ "name": "slow", "arguments": { "steps": 2 } }));
        for (call, status) in [
            (session.note("notifications/initialized", Value::Null), 202),
            (session.tool("echo"), 200),
            (session.tool("secret"), 403),
            (slow, 200),
            (session.delete(), 204),
        ] {
            if exchange(&mut wire, &call, status, &told).await.is_none() {
                return;
            }
        }
    }
}

/// One call that must end in this status, unless the gateway is gone.
async fn exchange(wire: &mut Wire, call: &Call, status: u16, told: &Told) -> Option<Reply> {
    wire.send(&call.wire()).await.ok()?;
    let reply = wire.reply().await.ok()?;
    assert_eq!(reply.status, status, "{}", reply.text());
    told.lock().expect("no panic").insert(reply.trace(), status != 403);
    Some(reply)
}

/// A sequence that looks random and is the same every time. The first call of each start waits until the upstream is
/// surveyed, so that some crashes come before any answer.
fn pause(round: u64) -> Duration {
    let mixed = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    Duration::from_micros(mixed % 750_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_the_gateway_loses_no_acknowledged_record() {
    let upstream = Hostile::start().await.expect("an upstream");
    let sessions = SessionPuppet::start().await.expect("an upstream");
    let mut plan = Plan::with(upstream.address(), sessions.address());
    plan.config["tenants"]["acme"]["rules"][0]["tools"] = json!(["echo", "slow"]);
    plan.config["upstreams"][3]["read_only"] = json!(["echo", "slow"]);
    plan.patch(&json!({ "mcp_gateway": { "port": free_port() } }));
    plan.write();
    let leaf = Authority::shared().client(AGENT);
    let told = Told::default();
    for round in 0..ROUNDS {
        let mut process = Process::serve(&plan.file(), &plan.dir.path().join("ca.pem"));
        let client = Client::tls(process.address, Some(&leaf));
        let mut callers: Vec<_> =
            (0..CALLERS).map(|_| tokio::spawn(hammer(client.clone(), Arc::clone(&told)))).collect();
        callers.extend((0..CALLERS / 3).map(|_| tokio::spawn(converse(client.clone(), Arc::clone(&told)))));
        // Not to wait for something: the instant of the crash is what varies.
        tokio::time::sleep(pause(round)).await;
        process.kill();
        for caller in callers {
            caller.await.expect("a caller ends with its connection");
        }
    }
    // One more start recovers what the last crash left, and ends in order.
    let mut process = Process::serve(&plan.file(), &plan.dir.path().join("ca.pem"));
    process.signal("TERM");
    assert!(process.child.wait().expect("it has ended").success());
    let dir = plan.state().join("audit");
    let verified = casemate_audit::verify(&dir).expect("the log holds together");
    let entries = record::read(&dir);
    assert_eq!(entries.len() as u64, verified.entries);
    record::check_balance(&entries);
    let mut ends: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| ["outcome", "refusal"].contains(&record::text(entry, "kind"))) {
        let before =
            ends.insert(record::text(entry, "trace"), (record::text(entry, "kind"), record::text(entry, "effect")));
        assert!(before.is_none(), "two ends of one request: {entry}");
    }
    let told = told.lock().expect("no panic");
    for (trace, executed) in told.iter() {
        let wanted = if *executed { ("outcome", "executed") } else { ("refusal", "") };
        assert_eq!(ends.get(trace.as_str()), Some(&wanted), "{trace} was acknowledged and is not in the log");
    }
    println!("{} acknowledged requests, {} entries, {} crashes", told.len(), entries.len(), ROUNDS);
    assert!(told.len() > 100, "only {} requests were answered", told.len());
    let reached = upstream.count("tools/call");
    let intents = entries.iter().filter(|entry| entry["kind"] == "intent").count();
    assert!(reached <= intents, "{reached} calls reached the upstream, {intents} were recorded before");
}
