//! SIGTERM: calls that run get their time, and whatever becomes of them, the log ends in order.

use crate::harness::record::{self, has_reason};
use crate::harness::served::Served;
use crate::harness::{Call, Client, Wire};
use serde_json::{Value, json};

/// A call that the upstream has, and that has no answer yet.
async fn running(served: &Served, client: &Client) -> (Wire, Call, crate::harness::puppet::Scene) {
    let call = Call::tool("echo").to("stage");
    let mut wire = client.connect().await.expect("a connection");
    wire.send(&call.wire()).await.expect("bytes are taken");
    (wire, call, served.puppet.scene().await)
}

fn outcome<'e>(entries: &'e [Value], call: &Call) -> &'e Value {
    let trace = call.header("x-trace-id").expect("a trace");
    let own = |entry: &&Value| entry["trace"] == trace && entry["kind"] == "outcome";
    entries.iter().find(own).unwrap_or_else(|| panic!("no outcome of {trace} in {entries:?}"))
}

/// Waits for the end of the process beside the test's own upstreams.
async fn ended(served: Served) -> Vec<Value> {
    let waiting = tokio::task::spawn_blocking(move || served.ended());
    tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await.expect("it ends in time").expect("in order")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_call_is_answered_before_the_end() {
    let served = Served::start(|_| {}).await;
    let client = served.agent();
    let (mut wire, call, scene) = running(&served, &client).await;
    let mut idle = client.connect().await.expect("a connection");
    served.process.signal("TERM");
    assert!(idle.closed().await.is_empty(), "a connection without a call is closed at once");
    // A connection may have been accepted in the same instant.
    while client.connect().await.is_ok() {}
    scene.result(&json!({ "resultType": "complete", "content": [] })).await;
    let reply = wire.reply().await.expect("an answer");
    assert_eq!((reply.status, &reply.json()["id"]), (200, &call.id));
    let entries = ended(served).await;
    let outcome = outcome(&entries, &call);
    assert_eq!((record::text(outcome, "effect"), &outcome["reasons"]), ("executed", &Value::Null), "{outcome}");
    assert_eq!(entries.last().expect("entries")["event"], "stop");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_outlasts_the_drain_is_recorded_as_unknown() {
    let served =
        Served::start(|plan| plan.patch(&json!({ "mcp_gateway": { "timeouts": { "drain": "200ms" } } }))).await;
    let client = served.agent();
    let (mut wire, call, _scene) = running(&served, &client).await;
    served.process.signal("TERM");
    assert!(wire.reply().await.is_err(), "no answer");
    let entries = ended(served).await;
    let outcome = outcome(&entries, &call);
    assert_eq!(record::text(outcome, "effect"), "unknown", "{outcome}");
    assert!(!has_reason(outcome, casemate_core::Reason::Internal.code()), "{outcome}");
    // The log itself ends what nobody else has ended, which may come after the gateway's last word.
    assert!(entries.iter().any(|entry| entry["event"] == "stop"), "{entries:?}");
}
