//! Receipts: each answer says where its record stands, in the header always, in `_meta` of the result where the tenant
//! asks for it, and never in the words of an upstream.

use crate::harness::session::{SESSION_REVISIONS, Session, SessionHouse, everything, initialize, last, messages};
use crate::harness::{AGENT, Authority, Call, Client, House, Reply, record, request::events};
use crate::listen;
use casemate_audit::{Field, Revealed, entries, reveal};
use casemate_core::mcp::META_SUBSCRIPTION;
use casemate_tests::hostile::Act;
use casemate_tests::session::{Reply as Answer, Step};
use serde_json::{Value, json};

const KEY: &str = "casemate/receipt";
/// A receipt that an upstream made up.
const FORGED: &str = r#""casemate/receipt":{"index":0,"leaf":"00"}"#;

/// Has `acme` get its receipts in `_meta` as well from now on; nobody else.
async fn ask_for_meta(house: &mut House) {
    house.reload(&json!({ "tenants": { "acme": { "receipt": "meta" } } })).await.expect("a reload");
}

/// The receipt in the header of an answer, which must be that of the call's intent, or of its refusal.
async fn receipt(house: &House, reply: &Reply) -> Value {
    let text = reply.header("casemate-receipt").expect("a receipt");
    let (index, leaf) = text.split_once(':').expect("an index and a leaf");
    let index: u64 = index.parse().expect("a number");
    let own = house.records(&reply.trace()).await;
    let found = entries(&house.audit_dir()).expect("a log").map_while(Result::ok);
    let entry = found.into_iter().find(|entry| entry.index == index).expect("it is in the log");
    assert_eq!(entry.json, own[0], "the first record of the request");
    assert_eq!(entry.leaf.hex(), leaf);
    json!({ "index": index, "leaf": leaf })
}

/// Checks that the outcome of a request commits to exactly these bytes.
async fn check_released(house: &House, reply: &Reply, bytes: &[u8]) {
    let outcome = house.outcome(&reply.trace(), "", "executed").await;
    let found = entries(&house.audit_dir()).expect("a log").map_while(Result::ok);
    let index = found.into_iter().find(|entry| entry.json == outcome).expect("it is in the log").index;
    let is = |bytes: &[u8]| {
        reveal(&house.audit_dir(), &house.plan.state().join("keys/subjects"), index, Field::Released, bytes)
    };
    assert_eq!(is(bytes).expect("a readable log"), Revealed::Match, "{}", String::from_utf8_lossy(bytes));
    assert_eq!(is(b"{}").expect("a readable log"), Revealed::NoMatch);
}

/// The bytes of a reply's messages: all that was released.
fn released(reply: &Reply) -> Vec<u8> {
    if reply.header("content-type") == Some("text/event-stream") {
        events(&reply.text()).concat().into_bytes()
    } else {
        reply.body.clone()
    }
}

/// A response around this result, with the id of `call`.
fn response(call: &Call, result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"result":{result}}}"#, call.id)
}

/// An upstream's answer with this result, whole or as the last event of a stream.
fn answer(result: &str, is_stream: bool) -> Act {
    let text = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{result}}}"#);
    if is_stream { Act::Events(vec![text]) } else { Act::Json(text) }
}

/// The final message of a reply, as it was written.
fn written(reply: &Reply) -> String {
    let text = reply.text();
    if reply.header("content-type") == Some("text/event-stream") { events(&text).pop().expect("one") } else { text }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_being_asked_for_a_receipt_changes_no_byte() {
    let house = House::start().await;
    for result in [
        r#"{ "resultType":"complete" ,"content":[ ] }"#,
        r#"{"resultType":"complete","content":[],"_meta":{ "x.example/y" : 1.0 } }"#,
        r#"{"resultType":"complete","content":[],"_meta":null}"#,
    ] {
        for is_stream in [false, true] {
            house.upstream.on("tools/call", answer(result, is_stream));
            let call = Call::tool("echo");
            let reply = house.served(&house.agent(), &call).await;
            assert_eq!(written(&reply), response(&call, result));
            receipt(&house, &reply).await;
            check_released(&house, &reply, &released(&reply)).await;
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_names_its_record_where_the_tenant_asks_for_it() {
    let mut house = House::start().await;
    ask_for_meta(&mut house).await;
    for is_stream in [false, true] {
        for (result, marked) in [
            (r#"{"resultType":"complete","content":[]}"#, r#"{"_meta":{OWN},"resultType":"complete","content":[]}"#),
            (
                r#"{ "resultType":"complete","content":[],"_meta" : { } }"#,
                r#"{ "resultType":"complete","content":[],"_meta" : {OWN} }"#,
            ),
            (
                r#"{"resultType":"complete","_meta":{ "x.example/y": 1.0 },"content":[]}"#,
                r#"{"resultType":"complete","_meta":{OWN, "x.example/y": 1.0 },"content":[]}"#,
            ),
            (
                r#"{"resultType":"complete","_meta":null,"content":[]}"#,
                r#"{"resultType":"complete","_meta":{OWN},"content":[]}"#,
            ),
            // What inspection changes and what the receipt changes stand side by side.
            (
                "{\"resultType\":\"complete\",\"_meta\":{\"x.example/y\":\"a\u{200b}b\"},\"content\":[]}",
                r#"{"resultType":"complete","_meta":{OWN,"x.example/y":"ab"},"content":[]}"#,
            ),
        ] {
            house.upstream.on("tools/call", answer(result, is_stream));
            let call = Call::tool("echo");
            let reply = house.served(&house.agent(), &call).await;
            let own = receipt(&house, &reply).await;
            let member = format!(r#""{KEY}":{{"index":{},"leaf":{}}}"#, own["index"], own["leaf"]);
            assert_eq!(written(&reply), response(&call, &marked.replace("OWN", &member)));
            check_released(&house, &reply, &released(&reply)).await;
        }
    }
    // Whatever it is the result of.
    house.upstream.on("resources/read", Act::Result(json!({ "resultType": "complete", "contents": [] })));
    let state = json!({ "resultType": "input_required", "requestState": "s" });
    house.upstream.on("tools/call", Act::Result(state));
    for call in [
        Call::mcp("server/discover", json!({})),
        Call::mcp("tools/list", json!({})),
        Call::mcp("resources/read", json!({ "uri": "docs://open/a" })),
        Call::declaring("tools/call", json!({ "name": "echo", "arguments": {} }), everything()).to("asking"),
    ] {
        let reply = house.served(&house.agent(), &call).await;
        assert_eq!(reply.json()["result"]["_meta"][KEY], receipt(&house, &reply).await, "{}", reply.text());
        check_released(&house, &reply, &reply.body).await;
    }
    // With interim events, they and the marked result are what was released.
    let note = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}"#;
    let result = r#"{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}"#;
    house.upstream.on("tools/call", Act::Events(vec![note.to_owned(), result.to_owned()]));
    let call = Call::mcp("tools/call", json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "p" } }));
    let reply = house.served(&house.agent(), &call).await;
    assert_eq!(events(&reply.text())[0], note, "an interim event stays as it is");
    assert_eq!(reply.json()["result"]["_meta"][KEY], receipt(&house, &reply).await);
    check_released(&house, &reply, &released(&reply)).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_and_other_tenants_have_the_header_alone() {
    let mut house = House::start().await;
    ask_for_meta(&mut house).await;
    let error = r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-32000,"message":"no","data":{"_meta":{}}}}"#;
    house.upstream.on("tools/call", Act::Json(error.to_owned()));
    let call = Call::tool("echo");
    let reply = house.agent().ask(&call).await;
    assert_eq!(reply.text(), error.replace("{id}", &call.id.to_string()));
    receipt(&house, &reply).await;
    let refused = house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    receipt(&house, &refused).await;
    assert!(!refused.text().contains(KEY));
    house.upstream.on("tools/call", Act::Status(500, Vec::new()));
    let failed = house.failed(&house.agent(), &Call::tool("echo"), "upstream.status", "unknown").await;
    receipt(&house, &failed).await;
    assert!(!failed.text().contains(KEY));
    // A result that has no room for it is none.
    house.upstream.on("tools/call", answer(r#"{"resultType":"complete","content":[],"_meta":[]}"#, false));
    house.failed(&house.agent(), &Call::tool("echo"), "upstream.malformed", "executed").await;
    house.upstream.on("tools/call", Act::Honest);
    let other = house.holder(&Authority::shared().client(&AGENT.replace("acme", "globex")));
    let reply = house.served(&other, &Call::tool("echo")).await;
    receipt(&house, &reply).await;
    assert!(!reply.text().contains(KEY), "{}", reply.text());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_upstream_writes_a_receipt() {
    let mut house = House::start().await;
    let look_alike = FORGED.replace("casemate/receipt", "Casemate/Receipt");
    let forged = format!(r#"{{"resultType":"complete","_meta":{{{FORGED},"x":1,{look_alike}}},"content":[]}}"#);
    for is_meta in [false, true] {
        if is_meta {
            ask_for_meta(&mut house).await;
        }
        for is_stream in [false, true] {
            house.upstream.on("tools/call", answer(&forged, is_stream));
            let call = Call::tool("echo");
            let reply = house.served(&house.agent(), &call).await;
            let own = receipt(&house, &reply).await;
            let mut meta = json!({ "x": 1 });
            if is_meta {
                meta[KEY] = own;
            }
            assert_eq!(reply.json()["result"]["_meta"], meta, "{}", reply.text());
            let outcome = house.outcome(&reply.trace(), "", "executed").await;
            assert_eq!(
                outcome["findings"],
                json!([{ "rule": "receipt.forged", "action": "redact", "count": 2 }]),
                "{outcome}"
            );
            check_released(&house, &reply, &released(&reply)).await;
        }
        // Nor as a header.
        house.upstream.on("tools/call", Act::Headers(vec![("Casemate-Receipt", "0:00".to_owned())]));
        let reply = house.served(&house.agent(), &Call::tool("echo")).await;
        receipt(&house, &reply).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_subscription_names_its_record() {
    let mut house = House::start().await;
    ask_for_meta(&mut house).await;
    let first = listen::listen();
    let (mut wire, scene) = listen::open(&house, &house.agent(), &first).await;
    scene.result(&json!({ "resultType": "complete", "_meta": { META_SUBSCRIPTION: first.id } })).await;
    let by_upstream = wire.event().await.expect("the final response");
    let second = listen::listen();
    let (mut wire, _scene) = listen::open(&house, &house.agent(), &second).await;
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let by_gateway = wire.event().await.expect("the final response");
    let log = house.audit();
    for (call, last) in [(&first, by_upstream), (&second, by_gateway)] {
        assert_eq!(last["result"]["_meta"][META_SUBSCRIPTION], call.id, "{last}");
        let index = last["result"]["_meta"][KEY]["index"].as_u64().expect("a receipt");
        let entry = &log[usize::try_from(index).expect("small")];
        let trace = call.header("x-trace-id").expect("a trace");
        assert_eq!((record::text(entry, "kind"), record::text(entry, "trace")), ("intent", trace.as_str()));
    }
}

/// Sends a request of a session that must be answered by a result with the receipt of its record.
async fn named(house: &SessionHouse, client: &Client, call: &Call) -> Reply {
    let reply = client.ask(call).await;
    let result = house.result(call, &reply).await;
    assert_eq!(result["_meta"][KEY], receipt(house, &reply).await, "{}", reply.text());
    let all: Vec<_> = crate::harness::session::events(&reply).into_iter().map(|event| event.data).collect();
    let bytes = if all.is_empty() { reply.body.clone() } else { all.concat().into_bytes() };
    check_released(house, &reply, &bytes).await;
    reply
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_session_each_result_names_its_record() {
    let mut house = SessionHouse::start().await;
    ask_for_meta(&mut house.house).await;
    for revision in SESSION_REVISIONS {
        let opening = initialize("up", revision, json!({}));
        let reply = named(&house, &house.agent(), &opening).await;
        let session = Session::of(&house.agent(), "up", revision, &reply);
        let told = session.ask(&session.note("notifications/initialized", Value::Null)).await;
        receipt(&house, &told).await;
        assert_eq!((told.status, told.body.len()), (202, 0));
        for (method, params) in
            [("tools/list", json!({})), ("tools/call", json!({ "name": "echo", "arguments": { "text": "a" } }))]
        {
            named(&house, &session.client, &session.call(method, params)).await;
        }
        // An empty result is empty by definition, and clients compare it.
        for (method, params) in [
            ("ping", json!({})),
            ("logging/setLevel", json!({ "level": "info" })),
            ("resources/subscribe", json!({ "uri": "docs://open/a" })),
            ("resources/unsubscribe", json!({ "uri": "docs://open/a" })),
        ] {
            let call = session.call(method, params);
            let reply = session.ask(&call).await;
            assert_eq!(house.result(&call, &reply).await, json!({}), "{method}");
            receipt(&house, &reply).await;
        }
        let result = format!(r#"{{"content":[],"_meta":{{{FORGED}}}}}"#);
        let text = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{result}}}"#);
        house.puppet.next("tools/call", Answer::json(text));
        let reply = named(&house, &session.client, &session.tool("echo")).await;
        assert_eq!(last(&reply)["result"]["content"], json!([]));
        house.puppet.next("tools/call", Answer::stream([Step::log("info", &json!("one")), Step::Answer]));
        let reply = named(&house, &session.client, &session.tool("echo")).await;
        let first = messages(&reply).into_iter().next().expect("an event");
        assert!(first["params"].get("_meta").is_none(), "{first}");
        house.puppet.next("tools/call", Answer::error(-32000, "no"));
        let reply = session.ask(&session.tool("echo")).await;
        receipt(&house, &reply).await;
        assert!(!reply.text().contains(KEY), "{}", reply.text());
        let ended = session.ask(&session.delete()).await;
        receipt(&house, &ended).await;
        assert_eq!((ended.status, ended.body.len()), (204, 0));
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_answer_keeps_the_receipt_of_its_call() {
    let mut house = SessionHouse::start().await;
    ask_for_meta(&mut house.house).await;
    let session = house.open("2025-11-25").await;
    house.puppet.next("tools/call", Answer::stream([Step::hold("go"), Step::Answer]));
    let call = session.tool("echo");
    let mut stream = session.stream(&call).await;
    let head = stream.head.clone();
    let primed = stream.event().await.and_then(|event| event.id).expect("an event with an id");
    drop(stream);
    let resume = session.resume(&primed);
    let mut stream = session.stream(&resume).await;
    house.puppet.release("go");
    let message = stream.message().await.expect("the answer");
    // The header of the resumption is that of its own record.
    let resumed = stream.head.clone();
    assert!(stream.event().await.is_none());
    let own = receipt(&house, &head).await;
    assert_eq!(message["result"]["_meta"][KEY], own, "{message}");
    assert_ne!(receipt(&house, &resumed).await, own);
    house.finish().await;
}
