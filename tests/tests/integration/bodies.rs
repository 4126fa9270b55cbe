//! Bodies and messages: size, time and form; each fault ends before an upstream hears of it.

use crate::harness::{Call, Client, Frames, House, MARKER, record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_one_strict_json_message_is_refused() {
    let house = House::start().await;
    let agent = house.agent();
    let call = || Call::tool("echo");
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    let body = String::from_utf8(call().body).expect("text");
    let with = |bytes: &[u8]| {
        let mut text = body.clone().into_bytes();
        let at = body.find(MARKER).expect("an argument");
        text.splice(at..at + MARKER.len(), bytes.iter().copied());
        call().bytes(text)
    };
    for (bad, code) in [
        (call().bytes(""), "json.syntax"),
        (call().bytes(" "), "json.syntax"),
        (call().bytes("{"), "json.syntax"),
        (call().bytes(body.replace("\"2.0\"", "'2.0'")), "json.syntax"),
        (call().bytes(body.replace('}', ",}")), "json.syntax"),
        (call().bytes(body.replace("\"2.0\"", "\"2.0\" /* x */")), "json.syntax"),
        (call().bytes(body.replace("\"arguments\":", "\"n\":NaN,\"arguments\":")), "json.syntax"),
        (call().bytes(body.replace("\"arguments\":", "\"n\":01,\"arguments\":")), "json.syntax"),
        (call().bytes(format!("\u{feff}{body}")), "json.syntax"),
        (with(b"a\nb"), "json.syntax"),
        (with(b"\0"), "json.syntax"),
        (with(b"\\x41"), "json.syntax"),
        (with(b"\xff"), "json.encoding"),
        (with(b"\xc0\xaf"), "json.encoding"),
        (with(b"\xed\xa0\x80"), "json.encoding"),
        (with(b"\\ud800"), "json.encoding"),
        (with(b"\\udc00\\ud800"), "json.encoding"),
        (call().bytes(body.replace("\"arguments\":", "\"name\":\"ghost\",\"arguments\":")), "json.duplicate_key"),
        (call().bytes(body.replace("\"arguments\":", "\"n\\u0061me\":\"ghost\",\"arguments\":")), "json.duplicate_key"),
        (call().swap("\"text\"", "\"text\":1,\"text\""), "json.duplicate_key"),
        (call().bytes(body.replace("\"arguments\":", &format!("\"x\":{deep},\"arguments\":"))), "json.depth"),
        (
            call().bytes(body.replace("\"arguments\":", &format!("\"{}\":1,\"arguments\":", "k".repeat(5_000)))),
            "json.size",
        ),
        (
            call().bytes(body.replace("\"arguments\":", &format!("\"x\":{},\"arguments\":", "9".repeat(2_000)))),
            "json.size",
        ),
        (call().bytes(format!("{body}{body}")), "json.trailing"),
        (call().bytes(format!("{body}\0")), "json.trailing"),
        (call().bytes(format!("{body} x")), "json.trailing"),
        (call().bytes(format!("[{body}]")), "mcp.batch"),
        (call().bytes("[]"), "mcp.batch"),
        (call().bytes("1"), "mcp.envelope"),
        (call().bytes("null"), "mcp.envelope"),
    ] {
        house.refused(&agent, &bad, code).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_of_this_revision_is_refused() {
    let house = House::start().await;
    let agent = house.agent();
    let call = || Call::tool("echo");
    let text = |text: &str| Call { id: json!(1), ..call() }.bytes(text);
    let id = |id: &str| {
        let call = call();
        let from = format!("\"id\":{}", call.id);
        Call { id: serde_json::Value::Null, ..call.swap(&from, &format!("\"id\":{id}")) }
    };
    let mcp = |method: &str, params: serde_json::Value| Call::mcp(method, params);
    for (bad, code) in [
        (call().swap("\"2.0\"", "\"1.0\""), "mcp.envelope"),
        (call().swap("\"jsonrpc\":\"2.0\",", ""), "mcp.envelope"),
        (call().swap("\"jsonrpc\"", "\"extra\":1,\"jsonrpc\""), "mcp.envelope"),
        (call().swap("\"params\"", "\"Params\":{},\"params\""), "mcp.envelope"),
        (call().swap("\"arguments\"", "\"Name\":\"ghost\",\"arguments\""), "mcp.envelope"),
        (call().swap("\"method\":\"tools/call\"", "\"method\":1"), "mcp.envelope"),
        (id("null"), "mcp.envelope"),
        (id("1.5"), "mcp.envelope"),
        (id("{}"), "mcp.envelope"),
        (id(&format!("\"{}\"", "i".repeat(300))), "mcp.envelope"),
        (text(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}"#), "mcp.envelope"),
        (text(r#"{"jsonrpc":"2.0","method":"tools/call","params":{}}"#), "mcp.envelope"),
        (text(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), "mcp.response"),
        (text(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#), "mcp.response"),
        (mcp("tools/run", json!({})), "mcp.method_unknown"),
        (mcp("Tools/Call", json!({ "name": "echo" })), "mcp.method_unknown"),
        (mcp("sampling/createMessage", json!({})), "mcp.method_unknown"),
        (mcp("logging/setLevel", json!({ "level": "info" })), "mcp.method_unknown"),
        (mcp("tasks/get", json!({ "taskId": "1" })), "mcp.method_unknown"),
        (mcp("ping", json!({})), "mcp.method_unknown"),
        (call().swap("io.modelcontextprotocol/clientCapabilities", "io.example/clientCapabilities"), "mcp.meta"),
        (call().swap("io.modelcontextprotocol/protocolVersion", "io.example/protocolVersion"), "mcp.meta"),
        (call().swap("\"name\":\"echo\"", "\"name\":7"), "mcp.params"),
        (call().swap("\"arguments\":{", "\"arguments\":[],\"x\":{"), "mcp.params"),
        (mcp("tools/list", json!({ "cursor": 1 })), "mcp.params"),
        (mcp("tools/list", json!({ "requestState": "x" })), "mcp.params"),
        (mcp("completion/complete", json!({})), "mcp.params"),
        (mcp("subscriptions/listen", json!({})), "mcp.params"),
        (mcp("resources/read", json!({ "uri": "" })), "mcp.params"),
        (mcp("resources/read", json!({ "uri": 1 })).set("mcp-name", "1"), "mcp.params"),
    ] {
        house.refused(&agent, &bad, code).await;
    }
    let notification = |method: &str| text(&format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{}}}}"#));
    let cancelled = notification("notifications/cancelled").set("mcp-method", "notifications/cancelled");
    house.refused(&agent, &cancelled, "mcp.cancelled").await;
    let other = notification("notifications/initialized").set("mcp-method", "notifications/initialized");
    house.refused(&agent, &other, "mcp.notification").await;
    house.refused(&agent, &notification("notifications/cancelled"), "mcp.header_mismatch").await;
    // A client of the other era is told what the server speaks.
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
        "capabilities":{},"clientInfo":{"name":"tests","version":"1"}}}"#;
    let old = text(initialize).without("mcp-protocol-version").without("mcp-method").without("mcp-name");
    let reply = house.failed(&agent, &old, "upstream.era", "refused").await;
    assert_eq!(reply.json()["error"]["data"]["supported"], json!(["2026-07-28"]));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_over_the_cap_is_refused_however_it_comes() {
    let house = House::start().await;
    let agent = house.agent();
    let big = Call::mcp("tools/call", json!({ "name": "echo", "arguments": { "text": "x".repeat(66_000) } }));
    house.refused(&agent, &big, "http.payload_too_large").await;
    // Only announced: nothing of it is waited for.
    let mut wire = agent.connect().await.expect("a connection");
    let announced = Call::tool("echo").set("content-length", "99999999999");
    wire.send(&announced.head()).await.expect("bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&announced, &reply, "http.payload_too_large").await;
    // In chunks, without saying how much will come.
    let mut wire = agent.connect().await.expect("a connection");
    let chunked = Call::tool("echo").set("transfer-encoding", "chunked");
    wire.send(&chunked.head()).await.expect("bytes are taken");
    for _ in 0..5 {
        let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        if wire.send(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&chunked, &reply, "http.payload_too_large").await;
    assert!(house.upstream.seen().is_empty());
    // Within the cap chunks are as good as one piece.
    let call = Call::tool("echo").set("transfer-encoding", "chunked");
    let mut bytes = call.head();
    for piece in call.body.chunks(7) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&bytes).await.expect("bytes are taken");
    assert_eq!(wire.reply().await.expect("an answer").status, 200);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_is_still_writing_gets_its_refusal() {
    let house = House::start().await;
    // Three megabytes that are written to the end before anything is read.
    let big = Call::mcp("tools/call", json!({ "name": "echo", "arguments": { "text": "x".repeat(3 << 20) } }));
    let mut wire = house.agent().connect().await.expect("a connection");
    wire.send(&big.wire()).await.expect("all bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&big, &reply, "http.payload_too_large").await;
    // The same of a stranger, whose body nobody reads.
    let big = big.set("x-trace-id", &crate::harness::request::trace());
    let mut wire = house.stranger().connect().await.expect("a connection");
    wire.send(&big.wire()).await.expect("all bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&big, &reply, "auth.required").await;
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zero_is_not_unlimited() {
    let house = House::with(json!({ "mcp_gateway": { "max_payload_bytes": 0 } })).await;
    house.refused(&house.agent(), &Call::tool("echo"), "http.payload_too_large").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_too_slow_is_let_go() {
    let slow = json!({ "header": "300ms", "body": "300ms", "idle": "500ms" });
    let house = House::with(json!({ "mcp_gateway": { "timeouts": slow } })).await;
    let agent = house.agent();
    // Headers that never end.
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(b"POST /mcp/up HTTP/1.1\r\nhost: 127.0.0.1\r\n").await.expect("bytes are taken");
    wire.closed().await;
    house.observed("refusal", "http.header_timeout", 1).await;
    // In HTTP/2: no request at all, and half a head.
    let address = house.running().address;
    let mut silent = Frames::open(address, Some(house.leaf())).await.expect("a connection");
    silent.closed().await;
    let mut half = Frames::open(address, None).await.expect("a connection");
    half.head(&Call::tool("echo"), false).await.expect("bytes are taken");
    half.closed().await;
    house.observed("refusal", "http.header_timeout", 3).await;
    // A second head that never ends.
    let mut wire = agent.connect().await.expect("a connection");
    assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    wire.send(b"POST /mcp/up HTTP/1.1\r\n").await.expect("bytes are taken");
    wire.closed().await;
    house.observed("refusal", "http.header_timeout", 4).await;
    // A body that never ends.
    let mut wire = agent.connect().await.expect("a connection");
    let call = Call::tool("echo");
    wire.send(&call.head()).await.expect("bytes are taken");
    wire.send(&call.body[..10]).await.expect("bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&call, &reply, "http.body_timeout").await;
    // A connection on which nothing happens any more.
    let mut wire = agent.connect().await.expect("a connection");
    assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    wire.closed().await;
    assert_eq!(house.upstream.count("tools/call"), 2);
    let entries = house.finish().await;
    let late = entries.iter().filter(|entry| record::has_reason(entry, "http.header_timeout")).count();
    assert_eq!(late, 4, "a connection at rest is not late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_breaks_off_is_recorded() {
    let house = House::start().await;
    let agent = house.agent();
    let call = Call::tool("echo");
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&call.head()).await.expect("bytes are taken");
    wire.send(&call.body[..20]).await.expect("bytes are taken");
    drop(wire);
    let records = house.records(&call.header("x-trace-id").expect("a trace")).await;
    assert!(record::has_reason(&records[0], "http.body_aborted"), "{records:?}");
    // A broken chunk as well.
    let call = Call::tool("echo").set("transfer-encoding", "chunked");
    let mut wire = agent.connect().await.expect("a connection");
    wire.send(&call.head()).await.expect("bytes are taken");
    wire.send(b"zz\r\n{}\r\n0\r\n\r\n").await.expect("bytes are taken");
    let records = house.records(&call.header("x-trace-id").expect("a trace")).await;
    assert!(record::has_reason(&records[0], "http.body_aborted"), "{records:?}");
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

async fn raw(client: &Client, bytes: &[u8]) -> String {
    let mut wire = client.connect().await.expect("a connection");
    // The gateway may close before it has taken everything.
    let _ = wire.send(bytes).await;
    String::from_utf8_lossy(&wire.closed().await).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused_and_recorded() {
    let house = House::start().await;
    let agent = house.agent();
    let mut malformed = 0;
    let host = "host: 127.0.0.1\r\n";
    for bytes in [
        "\u{1}\u{2}\u{3}\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        format!("POST /mcp/up HTTP/9.9\r\n{host}\r\n"),
        format!("POST /mcp/up HTTP/1.1\r\n{host}bad header\r\n\r\n"),
        format!("POST /mcp/up HTTP/1.1\r\n{host}a b: c\r\n\r\n"),
        format!("POST /mcp/up HTTP/1.1\r\n{host}content-length: -1\r\n\r\n"),
        format!("POST /mcp/up HTTP/1.1\r\n{host}content-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        format!("POST /mcp/up HTTP/1.1\r\n{host}transfer-encoding: gzip\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&agent, bytes.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{bytes:?}: {answer}");
        malformed += 1;
        house.observed("refusal", "http.malformed", malformed).await;
    }
    let long = format!("POST /mcp/up HTTP/1.1\r\n{host}x-long: {}\r\n\r\n", "x".repeat(40_000));
    let answer = raw(&agent, long.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let answer = raw(&agent, format!("POST /mcp/up HTTP/1.1\r\n{host}{many}\r\n").as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    house.observed("refusal", "http.header_size", 2).await;
    assert!(house.upstream.seen().is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_request_hidden_in_a_body_is_never_served() {
    let house = House::start().await;
    let agent = house.agent();
    let hidden = String::from_utf8(Call::tool("echo").to("asking").wire()).expect("text");
    let call = Call::tool("echo").set("transfer-encoding", "chunked").set("content-length", "6");
    let mut bytes = call.head();
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes.extend_from_slice(hidden.as_bytes());
    let answer = raw(&agent, &bytes).await;
    assert!(!answer.contains("\"result\""), "{answer}");
    let seen: Vec<_> = house.upstream.seen().into_iter().filter(|seen| seen.line.contains("asking")).collect();
    assert!(seen.is_empty(), "both lengths in one request: the rest was taken for a request");
    // RFC 9112 section 6.1: the coding counts, and the connection ends. In the other order and after others as well.
    let mut call = Call::tool("echo");
    call.headers.retain(|(name, _)| name != "content-length");
    let head =
        String::from_utf8(call.set("content-length", "6").add("Transfer-Encoding", "chunked").head()).expect("text");
    let mut wire = agent.connect().await.expect("a connection");
    assert_eq!(wire.ask(&Call::tool("echo")).await.status, 200);
    wire.send(format!("{head}0\r\n\r\n").as_bytes()).await.expect("bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    assert_eq!((reply.status, reply.json()["error"]["data"]["reason"].clone()), (400, json!("json.syntax")));
    assert!(wire.closed().await.is_empty());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_in_one_breath_are_answered_one_after_the_other() {
    let house = House::start().await;
    let calls = [Call::tool("echo"), Call::tool("secret"), Call::tool("echo")];
    let mut wire = house.agent().connect().await.expect("a connection");
    let bytes: Vec<u8> = calls.iter().flat_map(Call::wire).collect();
    wire.send(&bytes).await.expect("bytes are taken");
    for call in &calls {
        let reply = wire.reply().await.expect("an answer");
        assert_eq!(reply.json()["id"], call.id);
        assert_eq!(Some(reply.trace()), call.header("x-trace-id"));
    }
    // Who asks whether to send is told by the refusal not to.
    let mut wire = house.agent().connect().await.expect("a connection");
    let call = Call::tool("echo").set("expect", "100-continue").set("content-length", "70000");
    wire.send(&call.head()).await.expect("bytes are taken");
    let reply = wire.reply().await.expect("an answer");
    house.check_refusal(&call, &reply, "http.payload_too_large").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_does_not_read_is_let_go() {
    let house = House::with(json!({ "mcp_gateway": {
        "timeouts": { "idle": "300ms" },
        "limits": { "answer_bytes": "16MiB", "events": 10_000 },
        "env": [{ "name": "MCP_ALLOWED_DOMAINS", "value": "127.0.0.1" }, { "name": "TOKEN_BUDGET_PER_REQUEST", "value": "100000000" }],
    } }))
    .await;
    let text = "word ".repeat(20_000);
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/progress",
        "params": { "progressToken": "p", "progress": 1, "message": text } });
    let events = vec![note.to_string(); 200];
    house.upstream.on("tools/call", casemate_tests::hostile::Act::Events(events));
    let call = Call::mcp("tools/call", json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "p" } }));
    let mut wire = house.agent().connect().await.expect("a connection");
    wire.send(&call.wire()).await.expect("bytes are taken");
    house.outcome(&call.header("x-trace-id").expect("a trace"), "client.gone", "unknown").await;
    house.finish().await;
}
