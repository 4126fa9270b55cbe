//! `subscriptions/listen`: a stream that carries what was asked for, and that ends with the right to it.

use crate::harness::puppet::Scene;
use crate::harness::{Call, Client, House, Keys, Token, Wire, now};
use casemate_core::mcp::META_SUBSCRIPTION;
use casemate_tests::hostile::Act;
use serde_json::{Value, json};

pub(crate) fn listen() -> Call {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["docs://open/a"] });
    Call::mcp("subscriptions/listen", json!({ "notifications": filter })).to("stage")
}

fn note(id: &Value, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({ META_SUBSCRIPTION: id });
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

fn acknowledged(id: &Value) -> Value {
    let granted = json!({ "notifications": { "toolsListChanged": true, "resourceSubscriptions": ["docs://open/a"] } });
    note(id, "notifications/subscriptions/acknowledged", granted)
}

fn changed(id: &Value) -> Value {
    note(id, "notifications/tools/list_changed", json!({}))
}

/// Opens a stream up to and with its acknowledgment.
pub(crate) async fn open(house: &House, client: &Client, call: &Call) -> (Wire, Scene) {
    let mut wire = client.connect().await.expect("a connection");
    wire.send(&client.signed(call).wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    assert_eq!(wire.head().await.expect("an answer").status, 200);
    scene.say(&acknowledged(&call.id)).await;
    let first = wire.event().await.expect("an event");
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    (wire, scene)
}

/// The final response with which the gateway ends a stream in good order.
pub(crate) async fn final_response(wire: &mut Wire, call: &Call) {
    let last = wire.event().await.expect("the final response");
    assert_eq!((&last["id"], &last["result"]["resultType"]), (&call.id, &json!("complete")), "{last}");
    assert_eq!(last["result"]["_meta"][META_SUBSCRIPTION], call.id, "{last}");
    assert!(wire.event().await.is_none());
}

/// An acknowledgment of these subscriptions.
fn grant(id: &Value, granted: Value) -> Value {
    note(id, "notifications/subscriptions/acknowledged", json!({ "notifications": granted }))
}

/// A message made for the id of a subscription.
type Message = Box<dyn Fn(&Value) -> Value>;

fn trace(call: &Call) -> String {
    call.header("x-trace-id").expect("a trace")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_asked_for_comes_through() {
    let house = House::start().await;
    let agent = house.agent();
    let call = listen();
    let (mut wire, scene) = open(&house, &agent, &call).await;
    let updated = |uri: &str| note(&call.id, "notifications/resources/updated", json!({ "uri": uri }));
    for message in [
        note(&call.id, "notifications/prompts/list_changed", json!({})),
        note(&call.id, "notifications/resources/list_changed", json!({})),
        updated("docs://secret/x"),
        note(&call.id, "notifications/made/up", json!({})),
        changed(&call.id),
        updated("docs://open/a"),
    ] {
        scene.say(&message).await;
    }
    assert_eq!(wire.event().await.expect("an event"), changed(&call.id));
    assert_eq!(wire.event().await.expect("an event"), updated("docs://open/a"));
    scene.result(&json!({ "resultType": "complete", "_meta": { META_SUBSCRIPTION: call.id } })).await;
    final_response(&mut wire, &call).await;
    let outcome = house.outcome(&trace(&call), "", "executed").await;
    assert_eq!(outcome["events"], 3, "{outcome}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_not_the_one_asked_for_ends() {
    let house = House::start().await;
    let agent = house.agent();
    let cases: Vec<(bool, Message, &str)> = vec![
        (false, Box::new(changed), "upstream.malformed"),
        (false, Box::new(|_| acknowledged(&json!("another"))), "upstream.malformed"),
        (false, Box::new(|id| grant(id, json!({ "promptsListChanged": true }))), "upstream.malformed"),
        (false, Box::new(|id| grant(id, json!({ "resourceSubscriptions": ["docs://secret"] }))), "upstream.malformed"),
        (false, Box::new(|id| note(id, "notifications/subscriptions/acknowledged", json!({}))), "upstream.malformed"),
        (true, Box::new(|_| changed(&json!("another"))), "upstream.malformed"),
        (
            true,
            Box::new(|_| json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" })),
            "upstream.malformed",
        ),
        (true, Box::new(acknowledged), "upstream.malformed"),
        (true, Box::new(|_| json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })), "upstream.version"),
        (true, Box::new(|_| json!("text")), "upstream.malformed"),
    ];
    for (at, (after, message, code)) in cases.into_iter().enumerate() {
        let call = listen();
        let (mut wire, scene) = if after {
            open(&house, &agent, &call).await
        } else {
            let mut wire = agent.connect().await.expect("a connection");
            wire.send(&call.wire()).await.expect("bytes are taken");
            let scene = house.puppet.scene().await;
            wire.head().await.expect("an answer");
            (wire, scene)
        };
        scene.say(&message(&call.id)).await;
        let last = wire.event().await.expect("an error");
        assert_eq!(last["error"]["data"]["reason"], code, "case {at}: {last}");
        assert!(wire.event().await.is_none());
        scene.abandoned().await;
        house.outcome(&trace(&call), code, "unknown").await;
    }
    // A flood of what was asked for is a flood.
    let call = listen();
    let (mut wire, scene) = open(&house, &agent, &call).await;
    for _ in 0..20 {
        scene.say(&changed(&call.id)).await;
    }
    let mut last = Value::Null;
    while let Some(event) = wire.event().await {
        last = event;
    }
    assert_eq!(last["error"]["data"]["reason"], "upstream.flood");
    house.outcome(&trace(&call), "upstream.flood", "unknown").await;
    // An answer that is no stream, and a stream that never begins.
    house.upstream.on("subscriptions/listen", Act::Honest);
    house.failed(&agent, &listen().to("up"), "upstream.malformed", "unknown").await;
    house.upstream.on("subscriptions/listen", Act::KeepAlive(std::time::Duration::from_millis(50)));
    let call = listen().to("brief");
    let last = agent.ask(&call).await.json();
    assert_eq!(last["error"]["data"]["reason"], "upstream.timeout");
    house.outcome(&trace(&call), "upstream.timeout", "unknown").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_its_token_does() {
    let house = House::with(json!({ "mcp_gateway": { "auth": { "jwt": { "skew": "0s" } } } })).await;
    let token = Token::new().server("stage").claim("exp", json!(now() + 2));
    let client = house.stranger().bearer(token.mint());
    let call = listen();
    let (mut wire, scene) = open(&house, &client, &call).await;
    final_response(&mut wire, &call).await;
    scene.abandoned().await;
    house.outcome(&trace(&call), "auth.token_expired", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_the_gateway_does() {
    let house = House::start().await;
    let call = listen();
    let (mut wire, scene) = open(&house, &house.agent(), &call).await;
    house.running().gateway.drain();
    final_response(&mut wire, &call).await;
    scene.abandoned().await;
    house.outcome(&trace(&call), "gateway.draining", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_a_reload_takes_the_right_away() {
    let mut house = House::start().await;
    let agent = house.agent();
    let (kept, lost) = (listen(), listen());
    let other = house.holder(&crate::harness::Authority::shared().client("spiffe://globex.example/one"));
    let (mut kept_wire, kept_scene) = open(&house, &other, &kept).await;
    let (mut wire, scene) = open(&house, &agent, &lost).await;
    let narrower = json!([{ "servers": ["stage"], "resources": ["docs://open/b"], "subscriptions": true }]);
    house.reload(&json!({ "tenants": { "acme": { "rules": narrower } } })).await.expect("it loads");
    final_response(&mut wire, &lost).await;
    scene.abandoned().await;
    house.outcome(&trace(&lost), "policy.subscription", "executed").await;
    // Whoever keeps the right keeps the stream.
    kept_scene.say(&changed(&kept.id)).await;
    assert_eq!(kept_wire.event().await.expect("an event"), changed(&kept.id));
    house
        .reload(&json!({ "tenants": { "globex": { "certificates": [{ "san": "spiffe://gone.example/*" }] } } }))
        .await
        .expect("it loads");
    final_response(&mut kept_wire, &kept).await;
    house.outcome(&trace(&kept), "auth.tenant_unknown", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_before_the_answer_begins_counts_too() {
    let mut house = House::start().await;
    let agent = house.agent();
    let call = listen();
    let curtain = std::sync::Arc::clone(&house.puppet.curtain).write_owned().await;
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&agent.signed(&call).wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    house.reload(&json!({ "tenants": { "acme": { "rules": [{ "servers": ["stage"] }] } } })).await.expect("it loads");
    drop(curtain);
    assert_eq!(wire.head().await.expect("an answer").status, 200);
    final_response(&mut wire, &call).await;
    scene.abandoned().await;
    house.outcome(&trace(&call), "policy.subscription", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_the_key_of_its_token_goes() {
    let house = House::start().await;
    let client = house.stranger().bearer(Token::new().server("stage").mint());
    let call = listen();
    let (mut wire, scene) = open(&house, &client, &call).await;
    std::fs::write(house.plan.dir.path().join("jwks.json"), Keys::rotated().jwks()).expect("a file");
    // A token of the new key has the file read again.
    let new = house.stranger().bearer(Token::signed("EdDSA", Keys::rotated()).mint());
    house.served(&new, &Call::tool("echo")).await;
    final_response(&mut wire, &call).await;
    scene.abandoned().await;
    house.outcome(&trace(&call), "auth.token_key", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_its_server_moves() {
    let mut house = House::start().await;
    let call = listen();
    let (mut wire, scene) = open(&house, &house.agent(), &call).await;
    let mut upstreams = house.plan.config["upstreams"].clone();
    let entries = upstreams.as_array_mut().expect("a list");
    let entry = entries.iter_mut().find(|entry| entry["name"] == "stage").expect("the entry");
    entry["url"] = json!(format!("http://{}/elsewhere", house.puppet.address));
    house.reload(&json!({ "upstreams": upstreams })).await.expect("it loads");
    final_response(&mut wire, &call).await;
    scene.abandoned().await;
    house.outcome(&trace(&call), "policy.server", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_is_what_cancels() {
    let house = House::start().await;
    let agent = house.agent();
    let call = listen();
    let (wire, scene) = open(&house, &agent, &call).await;
    drop(wire);
    scene.abandoned().await;
    house.outcome(&trace(&call), "client.gone", "unknown").await;
    // A call whose answer streams.
    let call = Call::tool("echo").to("stage");
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&call.wire()).await.expect("bytes are taken");
    let scene = house.puppet.scene().await;
    assert_eq!(wire.head().await.expect("an answer").status, 200);
    drop(wire);
    scene.abandoned().await;
    house.outcome(&trace(&call), "client.gone", "unknown").await;
    // A call that has no answer yet.
    house.upstream.on("tools/call", Act::Hang);
    let call = Call::tool("echo");
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&call.wire()).await.expect("bytes are taken");
    while house.upstream.count("tools/call") == 0 {
        tokio::task::yield_now().await;
    }
    drop(wire);
    house.outcome(&trace(&call), "", "unknown").await;
    house.finish().await;
}
