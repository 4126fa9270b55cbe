//! Upstreams that misbehave: a clear error with blame, the effect in the record, and nothing of theirs for the client.

use crate::harness::{Call, House, Reply};
use casemate_core::Reason;
use casemate_tests::hostile::Act;
use serde_json::{Value, json};
use std::time::Duration;

/// Nothing of what the upstream sent is in the error.
fn check_silence(reply: &Reply) {
    for text in ["realm", "evil.example", "honest", "old", "set-cookie"] {
        assert!(!reply.text().contains(text), "{}", reply.text());
    }
    for name in ["set-cookie", "location", "link", "www-authenticate", "content-encoding"] {
        assert_eq!(reply.header(name), None);
    }
    let code = reply.json()["error"]["data"]["reason"].as_str().and_then(Reason::from_code).expect("a reason");
    assert!(matches!(code.facts().blame.as_str(), "upstream" | "policy"));
}

/// What an upstream may do wrong, the reason that it has, and what is known of the effect.
fn faults() -> Vec<(&'static str, Act, &'static str, &'static str)> {
    let raw = |text: &str| Act::Raw(text.to_owned());
    let answer = |text: &str| Act::Json(text.to_owned());
    let typed = |kind: &'static str, text: &str| Act::Typed(kind, text.as_bytes().to_vec());
    let ok = r#"{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}"#;
    vec![
        ("401", Act::challenge(401), "upstream.auth", "refused"),
        ("403", Act::challenge(403), "upstream.auth", "refused"),
        ("301", Act::redirect(301, "https://evil.example"), "upstream.status", "unknown"),
        ("307", Act::redirect(307, "/mcp"), "upstream.status", "unknown"),
        ("308", Act::redirect(308, "http://169.254.169.254"), "upstream.status", "unknown"),
        ("500", Act::Status(500, vec![]), "upstream.status", "unknown"),
        ("429", Act::Status(429, vec![("Retry-After", "1".to_owned())]), "upstream.status", "unknown"),
        ("204", Act::Status(204, vec![]), "upstream.status", "unknown"),
        ("gzip", Act::coded("gzip"), "upstream.encoding", "unknown"),
        ("br", Act::coded("br"), "upstream.encoding", "unknown"),
        ("chained", Act::coded("identity, gzip"), "upstream.encoding", "unknown"),
        ("wrong id", Act::wrong_id(), "upstream.malformed", "unknown"),
        ("duplicate keys", Act::duplicate_keys(), "upstream.malformed", "unknown"),
        ("result and error", Act::result_and_error(), "upstream.malformed", "unknown"),
        ("deep", Act::deep(200), "upstream.malformed", "unknown"),
        ("no json", answer("<html>"), "upstream.malformed", "unknown"),
        ("empty", answer(""), "upstream.malformed", "unknown"),
        ("batch", answer(&format!("[{ok}]")), "upstream.malformed", "unknown"),
        ("trailing", answer(&format!("{ok}{ok}")), "upstream.malformed", "unknown"),
        ("extra member", answer(&ok.replace("\"jsonrpc\"", "\"x\":1,\"jsonrpc\"")), "upstream.malformed", "unknown"),
        ("no version", answer(&ok.replace("\"jsonrpc\":\"2.0\",", "")), "upstream.malformed", "unknown"),
        ("string id", answer(&ok.replace("{id}", "\"{id}\"")), "upstream.malformed", "unknown"),
        ("half an error", answer(r#"{"jsonrpc":"2.0","id":{id},"error":{"code":1}}"#), "upstream.malformed", "unknown"),
        (
            "lone surrogate",
            answer(&ok.replace("[]", r#"[{"type":"text","text":"\ud800"}]"#)),
            "upstream.malformed",
            "unknown",
        ),
        (
            "a refusal of the gateway's own",
            answer(
                r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-31403,"message":"no","data":{"reason":"policy.tool"}}}"#,
            ),
            "upstream.malformed",
            "unknown",
        ),
        (
            "a reason of the gateway's own",
            answer(
                r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-32603,"message":"no","data":{"reason":"policy.tool"}}}"#,
            ),
            "upstream.malformed",
            "unknown",
        ),
        ("look-alike", answer(&ok.replace("content", "Content")), "upstream.malformed", "unknown"),
        ("html", typed("text/html", ok), "upstream.malformed", "unknown"),
        ("utf-16", typed("application/json; charset=utf-16", ok), "upstream.malformed", "unknown"),
        ("two types", Act::Headers(vec![("Content-Type", "text/html".to_owned())]), "upstream.malformed", "unknown"),
        ("other era", Act::OtherEra, "upstream.version", "unknown"),
        (
            "version error",
            answer(r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-32022,"message":"old"}}"#),
            "upstream.version",
            "unknown",
        ),
        ("other era's refusal", Act::OtherEraRefusal, "upstream.status", "unknown"),
        ("request on the stream", Act::server_request(), "upstream.version", "unknown"),
        ("extension", Act::extension_result(), "upstream.extension", "unknown"),
        ("oversize", Act::Oversize(70_000), "upstream.oversize", "unknown"),
        ("oversize event", Act::OversizeEvent(70_000), "upstream.oversize", "unknown"),
        ("flood", Act::Flood(50), "upstream.flood", "unknown"),
        ("torn stream", Act::TruncatedStream, "upstream.closed", "unknown"),
        ("empty stream", Act::Events(vec![]), "upstream.closed", "unknown"),
        ("longer than sent", Act::LongerThanSent, "upstream.closed", "unknown"),
        ("cut off", raw("HTTP/1.1 200 OK\r\nContent-Type: appl"), "upstream.closed", "unknown"),
        ("nothing", raw(""), "upstream.closed", "unknown"),
        ("no http", raw("220 smtp.example ESMTP\r\n"), "upstream.malformed", "unknown"),
        ("both lengths", Act::BothLengths, "upstream.malformed", "unknown"),
        ("shorter than sent", Act::ShorterThanSent, "upstream.malformed", "unknown"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_with_any_fault_becomes_a_clear_error() {
    let house = House::start().await;
    let agent = house.agent();
    for (name, act, code, effect) in faults() {
        house.upstream.on("tools/call", act);
        let reply = agent.ask(&Call::tool("echo")).await;
        let last = reply.json();
        assert_eq!(last["error"]["data"]["reason"], code, "{name}: {last}");
        if reply.header("content-type") == Some("application/json") {
            assert_eq!(reply.status, Reason::from_code(code).expect("a reason").facts().status, "{name}");
        }
        check_silence(&Reply { headers: reply.headers.clone(), ..reply.clone() });
        house.outcome(&reply.trace(), code, effect).await;
    }
    // What it left behind does not spoil the next call.
    house.upstream.on("tools/call", Act::Honest);
    house.served(&agent, &Call::tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_takes_its_time_is_left() {
    let house = House::start().await;
    let agent = house.agent();
    let pace = Duration::from_millis(50);
    for act in [Act::Hang, Act::HangInside, Act::KeepAlive(pace), Act::Drip(pace)] {
        house.upstream.on("tools/call", act);
        let reply = agent.ask(&Call::tool("echo").to("brief")).await;
        assert_eq!(reply.json()["error"]["data"]["reason"], "upstream.timeout");
        house.outcome(&reply.trace(), "upstream.timeout", "unknown").await;
    }
    house.failed(&agent, &Call::mcp("tools/list", json!({})).to("dead"), "upstream.connect", "not-attempted").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_must_prove_who_it_is() {
    let (listener, address) = casemate_tests::listen::bind(0).await.expect("a port");
    let server = crate::harness::Authority::foreign().server();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![server.certificate.clone()], server.key())
        .expect("a pair");
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The gateway breaks the handshake off.
            assert!(acceptor.accept(stream).await.is_err(), "the gateway trusts a foreign CA");
        }
    });
    let url = format!("https://{address}/mcp");
    let house =
        House::with(json!({ "upstreams": [{ "name": "foreign", "url": url, "tls": { "ca": "ca.pem" } }] })).await;
    let call = Call::mcp("tools/list", json!({})).to("foreign");
    house.failed(&house.agent(), &call, "upstream.tls", "not-attempted").await;
    house.finish().await;
    task.abort();
    assert!(task.await.is_err_and(|ended| ended.is_cancelled()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_first_answer_counts_and_only_notifications_of_the_request_pass() {
    let house = House::start().await;
    let agent = house.agent();
    house.upstream.on("tools/call", Act::two_answers());
    let reply = agent.ask(&Call::tool("echo")).await;
    assert_eq!(reply.events().len(), 1, "{}", reply.text());
    house.outcome(&reply.trace(), "", "executed").await;
    let note = |method: &str, params: &str| format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{params}}}"#);
    house.upstream.on(
        "tools/call",
        Act::Events(vec![
            note("notifications/progress", r#"{"progressToken":"mine","progress":1}"#),
            note("notifications/progress", r#"{"progressToken":"other","progress":2}"#),
            note("notifications/message", r#"{"level":"info","data":"x"}"#),
            note("notifications/tools/list_changed", "{}"),
            note("notifications/made/up", "{}"),
            r#"{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}"#.to_owned(),
        ]),
    );
    let reply = agent.ask(&Call::tool("echo")).await;
    assert_eq!(reply.events().len(), 1, "nothing was asked for: {}", reply.text());
    let asking =
        Call::mcp("tools/call", json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "mine" } }));
    let reply = agent.ask(&asking).await;
    let events = reply.events();
    assert_eq!((events.len(), &events[0]["params"]["progress"]), (2, &json!(1)), "{}", reply.text());
    let outcome = house.outcome(&reply.trace(), "", "executed").await;
    assert_eq!(outcome["events"], 1);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_the_upstream_is_passed_on_as_it_is() {
    let house = House::start().await;
    let error = r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-32602,"message":"no such tool","data":{"x":1}}}"#;
    house.upstream.on("tools/call", Act::Json(error.to_owned()));
    let call = Call::tool("ghost");
    let reply = house.agent().ask(&call).await;
    assert_eq!((reply.status, reply.json()["error"]["code"].clone()), (200, json!(-32602)));
    house.outcome(&reply.trace(), "", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_nobody_changes_pass_unchanged() {
    let house = House::start().await;
    let agent = house.agent();
    // Order, spaces, escapes, long numbers and unknown members: everything that a parser would tidy up.
    let call = Call::tool("echo");
    let body = format!(
        " {{ \"params\" : {{\"_meta\":{{\"io.modelcontextprotocol/clientCapabilities\":{{\"elicitation\" : {{}} }},\
         \"io.modelcontextprotocol/protocolVersion\":\"2026-\\u00307-28\", \"x\":[ ]}},\t\"unknown\":1.0e+2,\
         \"arguments\":{{\"b\":123456789012345678901234567890,\"a\":0.10, \"sesame\":\"\\u0041\\/\\ud83d\\ude00\"}},\
         \"name\":\"ec\\u0068o\"}},\r\n\"method\":\"tools\\/call\",\"id\":{},\"jsonrpc\":\"2.0\"}}\n",
        call.id
    );
    let call = call.to("asking").bytes(body);
    let answer = "{ \"result\" :{\"content\":[ ],\"n\":1.10,\"resultType\":\"\\u0063omplete\",\"z\":\"\\/\"},\"id\":{id},\n\"jsonrpc\":\"2.0\"}";
    house.upstream.on("tools/call", Act::Json(answer.to_owned()));
    let reply = house.served(&agent, &call).await;
    assert_eq!(reply.text(), answer.replace("{id}", &call.id.to_string()));
    let seen = house.upstream.seen();
    let seen = seen.iter().find(|seen| seen.method == "tools/call").expect("the call");
    assert_eq!(String::from_utf8_lossy(&seen.body), String::from_utf8_lossy(&call.body));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_method_reaches_its_upstream() {
    let house = House::start().await;
    let agent = house.agent();
    let complete = |more: Value| {
        let mut result = json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private" });
        let members = more.as_object().expect("an object").clone();
        result.as_object_mut().expect("an object").extend(members);
        Act::Result(result)
    };
    let uri = "docs://open/a";
    let reference = json!({ "type": "ref/prompt", "name": "greet" });
    for (method, params, result) in [
        ("server/discover", json!({}), None),
        ("tools/list", json!({}), None),
        ("tools/call", json!({ "name": "echo", "arguments": {} }), None),
        ("prompts/list", json!({}), Some(json!({ "prompts": [{ "name": "greet" }] }))),
        ("prompts/get", json!({ "name": "greet" }), Some(json!({ "messages": [] }))),
        ("resources/list", json!({}), Some(json!({ "resources": [] }))),
        ("resources/templates/list", json!({}), Some(json!({ "resourceTemplates": [] }))),
        ("resources/read", json!({ "uri": uri }), Some(json!({ "contents": [] }))),
        (
            "completion/complete",
            json!({ "ref": reference, "argument": { "name": "a", "value": "" } }),
            Some(json!({ "completion": { "values": [] } })),
        ),
    ] {
        if let Some(result) = result {
            house.upstream.on(method, complete(result));
        }
        house.served(&agent, &Call::mcp(method, params)).await;
        assert!(house.upstream.count(method) >= 1, "{method}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_nobody_asked_for_answers_nobody() {
    let house = House::start().await;
    let agent = house.agent();
    let answer = |text: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{{id}},"result":{{"resultType":"complete","content":[{{"type":"text","text":"{text}"}}]}}}}"#
        );
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    // Four digits, as many as `{id}` has characters.
    let numbered = || {
        let call = Call::tool("echo");
        let call = call.clone().swap(&format!("\"id\":{}", call.id), "\"id\":7777");
        Call { id: json!(7777), ..call }
    };
    house.served(&agent, &Call::tool("echo")).await;
    house.upstream.on("tools/call", Act::Raw(format!("{}{}", answer("first"), answer("poison"))));
    let reply = agent.ask(&numbered()).await;
    assert!(!reply.text().contains("poison"), "{}", reply.text());
    house.upstream.on("tools/call", Act::Honest);
    let reply = house.served(&agent, &numbered()).await;
    assert!(!reply.text().contains("poison"), "{}", reply.text());
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn extensions_are_taken_out_in_both_directions() {
    let house = House::start().await;
    let discovered: Value = json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "public",
        "supportedVersions": ["2025-11-25", "2026-07-28"],
        "capabilities": { "tools": {}, "extensions": { "io.modelcontextprotocol/tasks": {} } },
        "serverInfo": { "name": "x", "version": "1" } });
    house.upstream.on("server/discover", Act::Result(discovered));
    let capabilities = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} }, "elicitation": {}, "sampling": {},
        "roots": {}, "experimental": { "x": {} } });
    let call = Call::declaring("server/discover", json!({}), capabilities);
    let result = house.served(&house.agent(), &call).await.json()["result"].clone();
    assert_eq!(result["supportedVersions"], json!(["2026-07-28"]));
    assert_eq!(result["capabilities"], json!({ "tools": {} }));
    assert_eq!(result["cacheScope"], "private");
    let seen = house.upstream.seen();
    let sent: Value = serde_json::from_slice(&seen.last().expect("the call").body).expect("JSON");
    let declared = &sent["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"];
    assert_eq!(*declared, json!({ "experimental": { "x": {} } }), "`up` may ask for nothing");
    let discovered = json!({ "resultType": "complete", "supportedVersions": ["2025-11-25"], "capabilities": {} });
    house.upstream.on("server/discover", Act::Result(discovered));
    house.failed(&house.agent(), &Call::mcp("server/discover", json!({})), "upstream.version", "unknown").await;
    house.finish().await;
}
