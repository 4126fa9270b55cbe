//! The envelope and its agreement with the headers, pair by pair.

use super::*;
use crate::mcp::{Method, Target};

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn call_body() -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"echo","arguments":{{"a":1}},{META}}}}}"#
    )
}

fn headers() -> Mirrored<'static> {
    Mirrored { version: Some(REVISION), method: Some("tools/call"), name: Some("echo"), params: Vec::new() }
}

fn outcome(body: &str, headers: &Mirrored<'_>) -> Result<Inbound, Reason> {
    let server = ServerName::parse("kb").unwrap();
    read(server, Bytes::copy_from_slice(body.as_bytes()), headers, Limits::default()).map_err(|(r, _)| r.reason)
}

fn refused(body: &str, headers: &Mirrored<'_>) -> Option<Reason> {
    outcome(body, headers).err()
}

#[test]
fn a_call_is_read() {
    let Ok(Inbound::Call(call)) = outcome(&call_body(), &headers()) else { panic!("refused") };
    assert_eq!(call.method, Method::ToolsCall);
    assert_eq!(call.target, Target::Tool("echo".to_owned()));
    assert_eq!(call.id.as_ref().unwrap().as_json(), "1");
    let encoded = Mirrored { name: Some("=?base64?ZWNobw==?="), ..headers() };
    assert!(outcome(&call_body(), &encoded).is_ok());
}

#[test]
fn every_pair_of_header_and_body_must_agree() {
    let body = call_body();
    let h = headers;
    for (headers, reason) in [
        (Mirrored { version: None, ..h() }, Reason::McpHeaderMissing),
        (Mirrored { version: Some("2025-11-25"), ..h() }, Reason::McpHeaderMismatch),
        (Mirrored { method: None, ..h() }, Reason::McpHeaderMissing),
        (Mirrored { method: Some("tools/list"), ..h() }, Reason::McpHeaderMismatch),
        (Mirrored { method: Some("TOOLS/CALL"), ..h() }, Reason::McpHeaderMismatch),
        (Mirrored { name: None, ..h() }, Reason::McpHeaderMissing),
        (Mirrored { name: Some("ech0"), ..h() }, Reason::McpHeaderMismatch),
        (Mirrored { name: Some("Echo"), ..h() }, Reason::McpHeaderMismatch),
        (Mirrored { name: Some("=?base64?ZWNobw?="), ..h() }, Reason::HeaderMalformed),
    ] {
        assert_eq!(refused(&body, &headers), Some(reason), "{headers:?}");
    }
    let list = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{{META}}}}}"#);
    let with_name = Mirrored { method: Some("tools/list"), ..headers() };
    assert_eq!(refused(&list, &with_name), Some(Reason::McpHeaderMismatch));
}

#[test]
fn revisions_are_told_apart() {
    let legacy = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#;
    assert_eq!(refused(legacy, &Mirrored::default()), Some(Reason::McpVersion));
    let old = call_body().replace(REVISION, "2025-11-25");
    let old_header = Mirrored { version: Some("2025-11-25"), ..headers() };
    assert_eq!(refused(&old, &old_header), Some(Reason::McpVersion));
    assert_eq!(refused(&old, &headers()), Some(Reason::McpHeaderMismatch));
    let without = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#;
    assert_eq!(refused(without, &headers()), Some(Reason::McpMeta));
    let no_capabilities = call_body().replace("clientCapabilities", "clientCapabilitiez");
    assert_eq!(refused(&no_capabilities, &headers()), Some(Reason::McpMeta));
}

#[test]
fn envelopes_have_one_reading() {
    let with = |from: &str, to: &str| call_body().replace(from, to);
    for (body, reason) in [
        (format!("[{}]", call_body()), Reason::McpBatch),
        ("1".to_owned(), Reason::McpEnvelope),
        (with("\"2.0\"", "2.0"), Reason::McpEnvelope),
        (with("\"id\":1", "\"id\":null"), Reason::McpEnvelope),
        (with("\"id\":1", "\"id\":1.5"), Reason::McpEnvelope),
        (with("\"id\":1", "\"id\":{}"), Reason::McpEnvelope),
        (with("\"id\":1,", ""), Reason::McpEnvelope),
        (with("\"id\":1", "\"id\":1,\"extra\":2"), Reason::McpEnvelope),
        (with("\"id\":1", "\"id\":1,\"Method\":\"tools/list\""), Reason::McpEnvelope),
        (with("\"name\":\"echo\"", "\"name\":\"echo\",\"Name\":\"rm\""), Reason::McpEnvelope),
        (with("\"arguments\"", "\"argument\u{17f}\":{},\"arguments\""), Reason::McpEnvelope),
        (with("\"method\":\"tools/call\"", "\"method\":7"), Reason::McpEnvelope),
        (with("{\"a\":1}", "[1]"), Reason::McpParams),
        (with("\"name\":\"echo\"", "\"name\":\"echo\",\"name\":\"rm\""), Reason::JsonDuplicateKey),
        (with("\"name\":\"echo\",", ""), Reason::McpParams),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), Reason::McpResponse),
        (format!("{} x", call_body()), Reason::JsonTrailing),
    ] {
        assert_eq!(refused(&body, &headers()), Some(reason), "{body}");
    }
    let long_id = with("\"id\":1", &format!("\"id\":\"{}\"", "x".repeat(300)));
    assert_eq!(refused(&long_id, &headers()), Some(Reason::McpEnvelope));
}

#[test]
fn unknown_methods_end_here() {
    for method in ["ping", "initialize", "logging/setLevel", "resources/subscribe", "tasks/get", "tools/Call"] {
        let body = call_body().replace("tools/call", method);
        let headers = Mirrored { method: Some(method), name: None, ..headers() };
        assert_eq!(refused(&body, &headers), Some(Reason::McpMethodUnknown), "{method}");
    }
}

#[test]
fn notifications() {
    let cancelled = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    assert!(matches!(outcome(cancelled, &Mirrored::default()), Ok(Inbound::Cancelled)));
    let other = r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#;
    assert_eq!(refused(other, &Mirrored::default()), Some(Reason::McpNotification));
    let mismatch = Mirrored { method: Some("tools/call"), ..Mirrored::default() };
    assert_eq!(refused(cancelled, &mismatch), Some(Reason::McpHeaderMismatch));
}

#[test]
fn a_retry_has_the_digest_of_its_first_request() {
    let retry = call_body().replace("\"arguments\"", "\"requestState\":\"x\",\"inputResponses\":{},\"arguments\"");
    let read = |body: &str| match outcome(body, &headers()) {
        Ok(Inbound::Call(call)) => (call.request_digest(), call.digest()),
        _ => panic!("refused"),
    };
    assert_eq!(read(&retry).0, read(&call_body()).0);
    assert_ne!(read(&retry).1, read(&call_body()).1);
}
