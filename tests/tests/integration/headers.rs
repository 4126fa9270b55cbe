//! Headers: required, mirrored and of content; each fault has its reason and no effect.

use crate::harness::{Call, House, MARKER, now};
use casemate_tests::hostile::Act;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_required_headers_must_be_there_once_and_well_formed() {
    let house = House::start().await;
    let agent = house.agent();
    let call = || Call::tool("echo");
    let good = call().header("x-trace-id").expect("a trace");
    for (bad, code) in [
        (call().without("x-trace-id"), "header.missing"),
        (call().set("x-trace-id", ""), "header.trace_id"),
        (call().set("x-trace-id", "1"), "header.trace_id"),
        (call().set("x-trace-id", &good.replace('-', "")), "header.trace_id"),
        (call().set("x-trace-id", &format!("{{{good}}}")), "header.trace_id"),
        (call().set("x-trace-id", &format!("{good}\"")), "header.trace_id"),
        (call().add("x-trace-id", &good), "header.repeated"),
        (call().without("x-trace-id").raw("x-trace-id", b"\xff\xfe"), "header.malformed"),
        (call().without("x-mcp-client"), "header.missing"),
        (call().set("x-mcp-client", "tests"), "header.client"),
        (call().set("x-mcp-client", "/1"), "header.client"),
        (call().set("x-mcp-client", "a/b/c"), "header.client"),
        (call().set("x-mcp-client", "a b/1"), "header.client"),
        (call().set("x-mcp-client", &format!("{}/1", "a".repeat(65))), "header.client"),
        (call().add("x-mcp-client", "tests/1.0"), "header.repeated"),
        (call().without("x-mcp-client").raw("x-mcp-client", b"te\xffst/1"), "header.malformed"),
    ] {
        house.refused(&agent, &bad, code).await;
    }
    // What is valid is echoed, forwarded and recorded.
    let call = call();
    let reply = house.served(&agent, &call).await;
    let (trace, seen) = (call.header("x-trace-id").expect("a trace"), house.upstream.seen());
    let seen = seen.last().expect("the call");
    assert_eq!((reply.header("x-mcp-client"), seen.header("x-mcp-client")), (Some("tests/1.0"), Some("tests/1.0")));
    assert_eq!(seen.header("x-trace-id"), Some(trace.as_str()));
    assert_eq!(house.records(&trace).await[0]["agent"], "tests/1.0");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_is_not_required_is_minted_or_left_out() {
    let house = House::with(json!({ "mcp_gateway": { "headers": { "required": [] } } })).await;
    let bare = Call::tool("echo").without("x-trace-id").without("x-mcp-client");
    let reply = house.served(&house.agent(), &bare).await;
    let trace = reply.trace();
    assert!(casemate_core::TraceId::parse(&trace).is_ok());
    assert_eq!(reply.header("x-mcp-client"), None);
    let seen = house.upstream.seen();
    let seen = seen.last().expect("the call");
    assert_eq!((seen.header("x-trace-id"), seen.header("x-mcp-client")), (Some(trace.as_str()), None));
    // What is sent must still be valid.
    house.refused(&house.agent(), &Call::tool("echo").set("x-trace-id", "1"), "header.trace_id").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_and_body_must_agree_in_every_pair() {
    let house = House::start().await;
    let agent = house.agent();
    let call = || Call::tool("echo");
    let read = || Call::mcp("resources/read", json!({ "uri": "docs://open/a" }));
    let prompt = || Call::mcp("prompts/get", json!({ "name": "greet" }));
    let list = || Call::mcp("tools/list", json!({}));
    let version = "mcp-protocol-version";
    for (bad, code) in [
        (call().set("mcp-method", "tools/list"), "mcp.header_mismatch"),
        (call().set("mcp-method", "Tools/Call"), "mcp.header_mismatch"),
        (call().set("mcp-name", "test_other"), "mcp.header_mismatch"),
        (call().set("mcp-name", "ECHO"), "mcp.header_mismatch"),
        (call().set("mcp-name", "=?base64?b3RoZXI=?="), "mcp.header_mismatch"),
        (call().set("mcp-name", "=?base64?ZWNobw?="), "header.malformed"),
        (call().set("mcp-name", "=?base64?/w==?="), "header.malformed"),
        (call().set("mcp-name", "=?BASE64?ZWNobw==?="), "mcp.header_mismatch"),
        (call().set(version, "2025-11-25"), "mcp.header_mismatch"),
        (call().swap("2026-07-28", "2025-11-25"), "mcp.header_mismatch"),
        (call().set(version, "2099-01-01").swap("2026-07-28", "2099-01-01"), "mcp.version"),
        (call().without(version), "mcp.header_missing"),
        (call().without("mcp-method"), "mcp.header_missing"),
        (call().without("mcp-name"), "mcp.header_missing"),
        (read().without("mcp-name"), "mcp.header_missing"),
        (read().set("mcp-name", "docs://open/b"), "mcp.header_mismatch"),
        (prompt().without("mcp-name"), "mcp.header_missing"),
        (prompt().set("mcp-name", "other"), "mcp.header_mismatch"),
        (list().set("mcp-name", "echo"), "mcp.header_mismatch"),
        (call().add("mcp-method", "tools/call"), "header.repeated"),
        (call().add("mcp-name", "echo"), "header.repeated"),
        (call().add(version, "2026-07-28"), "header.repeated"),
        (call().add("mcp-param-a", "1").add("mcp-param-a", "1"), "header.repeated"),
        (call().without("mcp-name").raw("mcp-name", b"ec\xffho"), "header.malformed"),
    ] {
        house.refused(&agent, &bad, code).await;
    }
    house.served(&agent, &call().set("mcp-name", "=?base64?ZWNobw==?=")).await;
    let reply = house.refused(&agent, &call().set(version, "1").swap("2026-07-28", "1"), "mcp.version").await;
    assert_eq!(reply.json()["error"]["data"]["supported"], json!(["2026-07-28"]));
    assert_eq!(reply.json()["error"]["data"]["requested"], "1");
    house.finish().await;
}

/// A tool list whose one tool mirrors arguments of every type.
pub(crate) fn mirroring() -> Act {
    Act::Result(json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": [
        { "name": "test_mirror", "inputSchema": { "type": "object", "properties": {
            "region": { "type": "string", "x-mcp-header": "Region" },
            "count": { "type": "integer", "x-mcp-header": "Count" },
            "dry": { "type": "boolean", "x-mcp-header": "Dry" },
            "inner": { "type": "object", "properties": { "id": { "type": "string", "x-mcp-header": "Inner-Id" } } },
        } } },
    ] }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mirrored_arguments_must_agree_with_the_schema_of_the_tool() {
    let house = House::offering([("tools/list", mirroring())]).await;
    let agent = house.agent();
    let call = |arguments: Value| Call::mcp("tools/call", json!({ "name": "test_mirror", "arguments": arguments }));
    let full = || call(json!({ "region": "eu", "count": 42, "dry": true, "inner": { "id": MARKER }, "other": 1 }));
    let good = || {
        let call = full().set("mcp-param-region", "eu").set("Mcp-Param-Count", "42");
        call.set("mcp-param-dry", "true").set("mcp-param-inner-id", MARKER)
    };
    house.served(&agent, &good()).await;
    let seen = house.upstream.seen();
    let sent = seen.last().expect("the call");
    assert_eq!((sent.header("mcp-param-region"), sent.header("mcp-param-count")), (Some("eu"), Some("42")));
    house.served(&agent, &good().set("mcp-param-region", "=?base64?ZXU=?=")).await;
    house.served(&agent, &good().set("mcp-param-count", "42.0")).await;
    house.served(&agent, &call(json!({}))).await;
    let before = house.upstream.count("tools/call");
    for bad in [
        good().set("mcp-param-region", "us"),
        good().set("mcp-param-region", "EU"),
        good().without("mcp-param-region"),
        good().set("mcp-param-count", "43"),
        good().set("mcp-param-count", "0x2a"),
        good().set("mcp-param-dry", "True"),
        good().set("mcp-param-inner-id", "other"),
        good().without("mcp-param-inner-id"),
        call(json!({})).set("mcp-param-region", "eu"),
        call(json!({ "region": null })).set("mcp-param-region", "eu"),
        call(json!({ "region": ["eu"] })).set("mcp-param-region", "eu"),
    ] {
        house.failed(&agent, &bad, "mcp.param_header", "not-attempted").await;
    }
    assert_eq!(house.upstream.count("tools/call"), before, "no such call left the gateway");
    house.failed(&agent, &good().set("mcp-param-region", "=?base64?!?="), "header.malformed", "not-attempted").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_schema_no_tool_is_called() {
    let house = House::offering([("tools/list", Act::Status(500, vec![]))]).await;
    house.refused(&house.agent(), &Call::tool("echo"), "upstream.schema").await;
    assert_eq!(house.upstream.count("tools/call"), 0);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_headers_are_checked_before_the_body_is_read() {
    let house = House::start().await;
    let agent = house.agent();
    let call = || Call::tool("echo");
    for (bad, code) in [
        (call().without("content-type"), "http.content_type"),
        (call().set("content-type", "text/plain"), "http.content_type"),
        (call().set("content-type", "application/json; charset=utf-16"), "http.content_type"),
        (call().set("content-type", "application/json-patch+json"), "http.content_type"),
        (call().set("content-type", "multipart/form-data; boundary=x"), "http.content_type"),
        (call().add("content-type", "application/json"), "header.repeated"),
        (call().set("content-encoding", "gzip"), "http.content_encoding"),
        (call().set("content-encoding", "identity, gzip"), "http.content_encoding"),
        (call().set("content-encoding", "br"), "http.content_encoding"),
        (call().add("content-encoding", "identity").add("content-encoding", "gzip"), "header.repeated"),
        (call().without("accept"), "http.accept"),
        (call().set("accept", "application/json"), "http.accept"),
        (call().set("accept", "text/event-stream"), "http.accept"),
        (call().set("accept", "text/html"), "http.accept"),
        (call().set("accept", "application/json, text/event-stream;q=0"), "http.accept"),
    ] {
        house.refused(&agent, &bad, code).await;
    }
    house.served(&agent, &call().set("accept", "*/*")).await;
    house.served(&agent, &call().set("content-type", "Application/JSON; charset=\"UTF-8\"")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_listed_headers_cross_in_either_direction() {
    let house = House::start().await;
    let extra = |name: &'static str, value: &str| (name, value.to_owned());
    house.upstream.on(
        "tools/call",
        Act::Headers(vec![
            extra("Set-Cookie", "a=b"),
            extra("Location", "https://evil.example"),
            extra("Link", "<https://evil.example>; rel=preload"),
            extra("WWW-Authenticate", "Bearer realm=x"),
            extra("Access-Control-Allow-Origin", "*"),
            extra("Refresh", "0;url=https://evil.example"),
            extra("Mcp-Session-Id", "1"),
            extra("X-Trace-ID", "forged"),
            extra("Server", "upstream"),
            extra("Clear-Site-Data", "*"),
            extra("X-Anything", "at all"),
        ]),
    );
    let smuggled = Call::tool("echo")
        .set("cookie", "a=b")
        .set("accept-encoding", "gzip, br")
        .set("x-forwarded-for", "10.0.0.1")
        .set("forwarded", "for=10.0.0.1")
        .set("mcp-session-id", "1")
        .set("last-event-id", "1")
        .set("te", "trailers")
        .set("x-anything", "at all")
        .set("proxy-authorization", "Basic eA==")
        .set("traceparent", "00-0192d3c57d5f7b3a8b1e000000000000-0192d3c57d5f7b3a-01");
    let reply = house.served(&house.agent(), &smuggled).await;
    let allowed = [
        "content-type",
        "content-length",
        "cache-control",
        "x-content-type-options",
        "x-trace-id",
        "x-mcp-client",
        "date",
        "ratelimit",
        "ratelimit-policy",
        "casemate-receipt",
    ];
    let wrong: Vec<_> = reply.headers.iter().filter(|(name, _)| !allowed.contains(&name.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(reply.header("x-trace-id"), smuggled.header("x-trace-id").as_deref());
    let seen = house.upstream.seen();
    let seen = seen.last().expect("the call");
    let passed = [
        "host",
        "content-type",
        "content-length",
        "accept",
        "accept-encoding",
        "mcp-protocol-version",
        "mcp-method",
        "mcp-name",
        "x-trace-id",
        "x-mcp-client",
        "traceparent",
        "user-agent",
    ];
    let wrong: Vec<_> = seen.headers.iter().filter(|(name, _)| !passed.contains(&name.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(seen.header("accept-encoding").is_none_or(|coding| coding == "identity"), "{:?}", seen.headers);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_callers_credential_stays_and_the_gateways_own_goes_out() {
    let house = House::planned(|plan| {
        std::fs::write(plan.dir.path().join("credential"), "open-barley\n").expect("a file");
        let credential = json!({ "file": "credential", "prefix": "Bearer" });
        plan.config["upstreams"][0]["credential"] = credential;
    })
    .await;
    house.keep_private("open-barley");
    let token = crate::harness::Token::new().claim("jti", json!(now())).mint();
    house.served(&house.stranger().bearer(&*token), &Call::tool("echo")).await;
    for seen in house.upstream.seen() {
        assert_eq!(seen.header("authorization"), Some("Bearer open-barley"), "{}", seen.method);
        assert!(seen.headers.iter().all(|(_, value)| !value.contains(&token)));
    }
    house.finish().await;
}
