//! Registered values on their way up: refused before anything keeps, logs or repeats them.

use crate::harness::served::Served;
use crate::harness::{Call, House, Reply};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;

/// 32 hexadecimal digits, made here so that none stands in the source: what a trace id may be as well.
fn value() -> String {
    (0..16u8).map(|n| format!("{:02x}", n.wrapping_mul(89) ^ 0xa7)).collect()
}

fn uuid(value: &str) -> String {
    format!("{}-{}-{}-{}-{}", &value[..8], &value[8..12], &value[12..16], &value[16..20], &value[20..])
}

/// What a value reads like wherever somebody wrote it down.
fn spellings(value: &str) -> Vec<String> {
    let hex: String = value.bytes().map(|b| format!("{b:02x}")).collect();
    // The digits that its base64 has at any place of a longer text.
    let within = (0..3).map(|skip| {
        let text = STANDARD.encode(format!("{}{value}", "x".repeat(skip)));
        text[[0, 2, 3][skip]..text.len() - 4].to_owned()
    });
    [value.to_owned(), uuid(value), hex].into_iter().chain(within).collect()
}

/// Every file under a directory.
fn files(dir: &Path, out: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, out);
        } else {
            out.push(std::fs::read(&entry).unwrap_or_default());
        }
    }
}

/// What is left of the log once the gateway has stopped.
async fn left(mut house: House) -> Vec<Vec<u8>> {
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    house.audit();
    let mut all = Vec::new();
    files(&house.audit_dir(), &mut all);
    all
}

fn check_absent(what: &str, bytes: &[u8], value: &str) {
    let lower = bytes.to_ascii_lowercase();
    for spelling in spellings(value) {
        let low = spelling.to_ascii_lowercase();
        let is_there = lower.windows(low.len()).any(|window| window == low.as_bytes());
        assert!(!is_there, "{what} holds the value");
    }
}

fn check_reply(reply: &Reply, value: &str) {
    check_absent("an answer", &reply.body, value);
    for (name, text) in &reply.headers {
        check_absent(name, text.as_bytes(), value);
    }
}

fn plan(plan: &mut crate::harness::Plan) {
    std::fs::write(plan.dir.path().join("held"), value()).expect("a file");
    plan.config["output"] = json!({ "registered": [{ "file": "held" }] });
}

/// Calls with the value wherever a client may write something. Most of them the policy would refuse as well.
fn calls(value: &str) -> Vec<(&'static str, Call)> {
    let body = |method: &str, params: Value| Call::mcp(method, params);
    let tool = |name: &str| body("tools/call", json!({ "name": name, "arguments": { "text": "hello" } }));
    let echo = || tool("echo");
    let text = |text: String| body("tools/call", json!({ "name": "echo", "arguments": { "text": text } }));
    let meta = json!({ "name": "echo", "arguments": {}, "_meta": { "note": value } });
    let percent: String = value.bytes().map(|b| format!("%{b:02X}")).collect();
    let escaped: String = value.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let completion =
        json!({ "ref": { "type": "ref/prompt", "name": value }, "argument": { "name": "a", "value": "b" } });
    let completed =
        json!({ "ref": { "type": "ref/prompt", "name": "greet" }, "argument": { "name": "a", "value": value } });
    let id = echo();
    let id = id.clone().swap(&format!("\"id\":{}", id.id), &format!("\"id\":\"{value}\""));
    vec![
        ("a tool nobody may call", tool(value)),
        ("a part of its name", tool(&format!("delete_{}", value.to_uppercase()))),
        (
            "an argument of a tool nobody may call",
            body("tools/call", json!({ "name": "nope", "arguments": { "k": value } })),
        ),
        ("an argument", text(format!("it is {value}."))),
        ("in base64", text(STANDARD.encode(format!("k={value}")))),
        ("in hexadecimal", text(value.bytes().map(|b| format!("{b:02x}")).collect())),
        ("percent-encoded", text(percent.clone())),
        ("a key", body("tools/call", json!({ "name": "nope", "arguments": { (value): 1 } }))),
        ("escaped", echo().swap("hello", &escaped)),
        ("a prompt", body("prompts/get", json!({ "name": value }))),
        ("a resource", body("resources/read", json!({ "uri": format!("docs://closed/{value}") }))),
        ("a resource, encoded", body("resources/read", json!({ "uri": format!("docs://closed/{percent}") }))),
        ("a prompt to complete for", body("completion/complete", completion)),
        ("a value to complete", body("completion/complete", completed)),
        ("a member of _meta", body("tools/call", meta)),
        ("a method", body(&format!("tools/{value}"), json!({}))),
        ("a client's name", echo().set("x-mcp-client", &format!("{value}/1.0"))),
        ("a trace id", echo().set("x-trace-id", &uuid(value))),
        ("a session id", echo().set("mcp-session-id", value)),
        ("the name in a header", echo().set("mcp-name", &format!("=?base64?{}?=", STANDARD.encode(value)))),
        ("a header of a parameter", echo().set(&format!("mcp-param-{value}"), "a")),
        (
            "a header of a parameter, twice",
            echo().add(&format!("mcp-param-{value}"), "a").add(&format!("mcp-param-{value}"), "b"),
        ),
        ("a header nobody reads", echo().set("x-note", value)),
        ("an id", id),
        ("no JSON", echo().bytes(format!("{{\"{value}\": 1, \"{value}\": 2}}"))),
        ("a server", echo().to(value)),
        ("a query", echo().at(&format!("/mcp/up?k={value}"))),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_holds_a_registered_value_is_refused_and_nothing_keeps_it() {
    let value = value();
    let house = House::planned(plan).await;
    let agent = house.agent();
    let before = house.upstream.seen().len();
    for (what, call) in calls(&value) {
        let reply = agent.ask(&call).await;
        let json = reply.json();
        assert_eq!(json["error"]["data"]["reason"], "input.secret", "{what}: {json}");
        check_reply(&reply, &value);
        let records = house.records(&reply.trace()).await;
        assert_eq!(records.len(), 1, "{what}: {records:?}");
        assert_eq!(records[0]["kind"], "refusal", "{what}");
    }
    assert_eq!(house.upstream.seen().len(), before, "nothing went up");
    // A message that the policy refuses is recorded by its name where the value stands elsewhere.
    let named = Call::mcp("tools/call", json!({ "name": "nope", "arguments": { "k": value } }));
    let reply = house.refused(&agent, &named, "input.secret").await;
    let record = house.records(&reply.trace()).await.remove(0);
    assert_eq!((record["tool"].as_str(), record["method"].as_str()), (Some("nope"), Some("tools/call")), "{record}");
    // Its twins: a part of it, another of its kind, the caller's own credential.
    let other: String = value.chars().rev().map(|c| if c == 'a' { 'b' } else { 'a' }).collect();
    for fine in [&value[..12], other.as_str(), "The registered value is not here."] {
        let call = Call::mcp("tools/call", json!({ "name": "echo", "arguments": { "text": fine } }));
        house.served(&agent, &call).await;
    }
    let all = left(house).await;
    assert!(all.len() > 2, "the log, what lies beside it, and its index");
    all.iter().for_each(|bytes| check_absent("the log", bytes, &value));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_who_sends_one_is_told_and_recorded_nothing_of_it() {
    let value = value();
    let house = House::planned(plan).await;
    let stranger = house.stranger();
    for (what, call) in calls(&value) {
        let reply = stranger.ask(&call).await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.text());
        check_reply(&reply, &value);
    }
    let metadata = "/.well-known/oauth-protected-resource/mcp/";
    let reply = stranger.ask(&Call::http("GET", &format!("{metadata}{value}"))).await;
    assert_eq!(reply.status, 404);
    check_reply(&reply, &value);
    assert_eq!(stranger.ask(&Call::http("GET", &format!("{metadata}up"))).await.status, 200);
    let all = left(house).await;
    all.iter().for_each(|bytes| check_absent("the log", bytes, &value));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_logs_and_counts_nothing_of_it() {
    let value = value();
    let served = Served::start(plan).await;
    let agent = served.agent();
    for (what, call) in calls(&value) {
        let reply = agent.ask(&call).await;
        assert_eq!(reply.json()["error"]["data"]["reason"], "input.secret", "{what}");
        check_reply(&reply, &value);
    }
    let (log, state) = (served.plan.file().with_extension("stderr"), served.plan.state());
    served.process.signal("TERM");
    let log = std::fs::read(log).expect("a log");
    assert!(String::from_utf8_lossy(&log).contains("input.secret"), "refusals are logged");
    check_absent("the program's log", &log, &value);
    let mut all = Vec::new();
    files(&state.join("audit"), &mut all);
    all.iter().for_each(|bytes| check_absent("the log", bytes, &value));
    served.ended();
}
