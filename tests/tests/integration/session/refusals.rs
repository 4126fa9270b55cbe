//! One road: each refusal of a message is the same in every revision, with its status, its error, its one record, and
//! no effect at the upstream.

use crate::harness::request::REVISION;
use crate::harness::session::{REVISIONS, SessionHouse, Talk, initialize, last};
use crate::harness::{Authority, Call, Client, Keys, MARKER, Token, now};
use casemate_tests::session::{Eras, Reply};
use serde_json::{Value, json};

/// The reason in the session revisions, where the protocol itself makes it another.
enum In {
    Same,
    /// The reason, and why it is another.
    Sessions(&'static str, &'static str),
}

use In::{Same, Sessions};

type Make = fn(&Talk) -> Call;

fn text(call: &Call) -> String {
    String::from_utf8(call.body.clone()).expect("text")
}

fn arguments(talk: &Talk, more: &str) -> Call {
    talk.tool("echo").swap("\"arguments\":{", &format!("{more}\"arguments\":{{"))
}

fn complete(talk: &Talk, reference: Value) -> Call {
    talk.call("completion/complete", json!({ "ref": reference, "argument": { "name": "a", "value": MARKER } }))
}

const REPEATED_KEY: Make = |talk| arguments(talk, "\"name\":\"ghost\",");

/// What is refused of the usual agent, before any upstream hears of it: headers and bytes.
fn rim() -> Vec<(Make, &'static str, In)> {
    vec![
        // The required headers.
        (|talk| talk.tool("echo").without("x-trace-id"), "header.missing", Same),
        (|talk| talk.tool("echo").set("x-trace-id", "1"), "header.trace_id", Same),
        (|talk| talk.tool("echo").add("x-trace-id", "1"), "header.repeated", Same),
        (|talk| talk.tool("echo").without("x-mcp-client"), "header.missing", Same),
        (|talk| talk.tool("echo").set("x-mcp-client", "no slash"), "header.client", Same),
        (|talk| talk.tool("echo").set("x-mcp-client", "a/1").add("x-mcp-client", "a/1"), "header.repeated", Same),
        // The rim and the content.
        (|talk| talk.tool("echo").set("host", "evil.example"), "http.host", Same),
        (|talk| talk.tool("echo").set("origin", "https://evil.example"), "http.origin", Same),
        (|talk| talk.tool("echo").verb("PUT"), "http.method", Same),
        (|talk| talk.tool("echo").at("/mcp/up/x"), "http.route", Same),
        (|talk| talk.tool("echo").set("content-type", "text/plain"), "http.content_type", Same),
        (|talk| talk.tool("echo").without("content-type"), "http.content_type", Same),
        (|talk| talk.tool("echo").set("content-type", "application/json; charset=utf-16"), "http.content_type", Same),
        (|talk| talk.tool("echo").set("content-encoding", "gzip"), "http.content_encoding", Same),
        (|talk| talk.tool("echo").set("accept", "application/json"), "http.accept", Same),
        (|talk| talk.tool("echo").without("accept"), "http.accept", Same),
        (
            |talk| talk.call("tools/call", json!({ "name": "echo", "arguments": { "text": "x".repeat(66_000) } })),
            "http.payload_too_large",
            Same,
        ),
        // JSON.
        (|talk| talk.bytes(""), "json.syntax", Same),
        (|talk| talk.bytes("{"), "json.syntax", Same),
        (|talk| talk.bytes(b"{\"x\":\"\xff\"}".to_vec()), "json.encoding", Same),
        (|talk| talk.bytes(r#"{"x":"\ud800"}"#), "json.encoding", Same),
        (REPEATED_KEY, "json.duplicate_key", Same),
        (|talk| arguments(talk, &format!("\"x\":{}{},", "[".repeat(70), "]".repeat(70))), "json.depth", Same),
        (|talk| arguments(talk, &format!("\"{}\":1,", "k".repeat(5_000))), "json.size", Same),
        (|talk| arguments(talk, &format!("\"x\":{},", "9".repeat(2_000))), "json.size", Same),
        (|talk| talk.bytes(text(&talk.tool("echo")).repeat(2)), "json.trailing", Same),
    ]
}

/// The message, and what policy says to it.
fn messages() -> Vec<(Make, &'static str, In)> {
    vec![
        // The message.
        (|talk| talk.bytes(format!("[{}]", text(&talk.tool("echo")))), "mcp.batch", Same),
        (|talk| talk.bytes("1"), "mcp.envelope", Same),
        (|talk| talk.tool("echo").swap("\"2.0\"", "\"1.0\""), "mcp.envelope", Same),
        (|talk| talk.tool("echo").swap("\"jsonrpc\"", "\"extra\":1,\"jsonrpc\""), "mcp.envelope", Same),
        (|talk| arguments(talk, "\"Name\":\"ghost\","), "mcp.envelope", Same),
        (|talk| null_id(talk.tool("echo")), "mcp.envelope", Same),
        (|talk| talk.bytes(r#"{"jsonrpc":"2.0","method":"tools/call","params":{}}"#), "mcp.envelope", Same),
        (
            |talk| Call { id: json!(1), ..talk.bytes(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#) },
            "mcp.response",
            Sessions("session.reply", "a session has responses, each to something that was asked"),
        ),
        (
            |talk| talk.call("tools/run", json!({})),
            "mcp.method_unknown",
            Sessions("session.method", "the older revisions answer an unknown method under status 200"),
        ),
        (
            |talk| talk.call("sampling/createMessage", json!({})),
            "mcp.method_unknown",
            Sessions("session.method", "as above"),
        ),
        (|talk| note(talk, "notifications/made/up"), "mcp.notification", Same),
        (|talk| note(talk, "notifications/message"), "mcp.notification", Same),
        (|talk| talk.tool("echo").swap("\"name\":\"echo\"", "\"name\":7"), "mcp.params", Same),
        (|talk| arguments(talk, "\"x\":[],").swap("\"arguments\":{", "\"arguments\":[],\"y\":{"), "mcp.params", Same),
        (|talk| talk.call("tools/list", json!({ "cursor": 1 })), "mcp.params", Same),
        (|talk| talk.call("resources/read", json!({ "uri": "" })), "mcp.params", Same),
        (|talk| talk.call("completion/complete", json!({})), "mcp.params", Same),
        (|talk| complete(talk, json!({ "type": "ref/made-up", "name": "greet" })), "mcp.params", Same),
        // What both eras say twice must agree.
        (|talk| talk.tool("echo").set("mcp-method", "tools/list"), "mcp.header_mismatch", Same),
        (
            |talk| talk.tool("echo").set("mcp-method", "tools/call").set("mcp-name", "ghost"),
            "mcp.header_mismatch",
            Same,
        ),
        // Policy.
        (|talk| talk.tool("unlisted"), "policy.tool", Same),
        (|talk| talk.tool("ECHO"), "policy.tool", Same),
        (|talk| talk.tool("mail"), "policy.unmanaged", Same),
        (|talk| talk.call("prompts/get", json!({ "name": "other" })), "policy.prompt", Same),
        (
            |talk| talk.call("resources/read", json!({ "uri": format!("docs://secret/{MARKER}") })),
            "policy.resource",
            Same,
        ),
        (|talk| talk.call("resources/read", json!({ "uri": "docs://open/../secret/x" })), "policy.resource", Same),
        (|talk| complete(talk, json!({ "type": "ref/prompt", "name": "other" })), "policy.completion", Same),
        (|talk| watch(talk, "docs://secret/x"), "policy.subscription", Same),
        // What is offered as echo, and no more.
        (|talk| talk.tool("ghost"), "pin.unknown", Same),
    ]
}

fn null_id(call: Call) -> Call {
    let from = format!("\"id\":{}", call.id);
    Call { id: Value::Null, ..call.swap(&from, "\"id\":null") }
}

fn note(talk: &Talk, method: &str) -> Call {
    let call = talk.bytes(json!({ "jsonrpc": "2.0", "method": method, "params": {} }).to_string());
    let call = Call { id: Value::Null, ..call };
    if talk.is_modern() { call.set("mcp-method", method).without("mcp-name") } else { call }
}

fn watch(talk: &Talk, uri: &str) -> Call {
    if talk.is_modern() {
        talk.call("subscriptions/listen", json!({ "notifications": { "resourceSubscriptions": [uri] } }))
    } else {
        talk.call("resources/subscribe", json!({ "uri": uri }))
    }
}

fn expected(talk: &Talk, code: &'static str, other: &In) -> &'static str {
    match other {
        Sessions(own, why) if !talk.is_modern() => {
            assert!(!why.is_empty());
            own
        }
        _ => code,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_of_the_gateway_in_every_revision() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    for revision in REVISIONS {
        let talk = Talk::begin(&house, "up", revision).await;
        for (make, code, other) in rim().into_iter().chain(messages()) {
            let call = make(&talk);
            let code = expected(&talk, code, &other);
            let reply = house.turned_away(&agent, &call, code).await;
            let record = house.records(&reply.trace()).await.pop().expect("its record");
            // What is wrong with a request as such is judged before its caller.
            let early = ["http.host", "http.origin", "http.method", "http.route"].contains(&code);
            assert_eq!(record["tenant"].as_str(), (!early).then_some("acme"), "{record}");
        }
        // Nothing of it has spoiled anything.
        house.done(&agent, &talk.tool("echo")).await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_of_a_caller_in_every_revision() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let time = now();
    let bearer = |token: Token| house.stranger().bearer(token.mint());
    let holder = |identity: &str| house.holder(&Authority::shared().client(identity));
    let callers: Vec<(Client, &str)> = vec![
        (house.stranger(), "auth.required"),
        (house.stranger().bearer("a.b.c"), "auth.token_malformed"),
        (bearer(Token::new().claim("exp", json!(time - 300))), "auth.token_expired"),
        (bearer(Token::new().claim("nbf", json!(time + 300))), "auth.token_not_yet_valid"),
        (bearer(Token::new().server("other")), "auth.token_audience"),
        (bearer(Token::new().claim("iss", json!("https://other.example"))), "auth.token_issuer"),
        (bearer(Token::signed("EdDSA", Keys::rotated())), "auth.token_key"),
        (bearer(Token::signed("HS256", Keys::shared())), "auth.token_algorithm"),
        (bearer(Token::new().claim("sub", Value::Null)), "auth.token_claim"),
        (bearer(Token::new().claim("scope", json!("other"))), "auth.scope"),
        (bearer(Token::new().claim("tenant", json!("nobody"))), "auth.tenant_unknown"),
        (holder("spiffe://nobody.example/one"), "auth.tenant_unknown"),
        (holder("spiffe://idle.example/one"), "auth.scope"),
    ];
    for revision in REVISIONS {
        let talk = Talk::begin(&house, "up", revision).await;
        for (client, code) in &callers {
            let is_known = *code == "auth.scope";
            let calls = match &talk {
                // Whoever is not let in opens, reads and ends nothing, and nobody reads what they write.
                Talk::Session(session) if !is_known => {
                    let bare =
                        [session.get(), session.delete(), session.resume("1-0"), session.answer(&json!(1), json!({}))];
                    let messages =
                        [talk.tool("echo"), talk.bytes("not even JSON"), initialize("up", revision, json!({}))];
                    [&bare[..], &messages].concat()
                }
                Talk::Modern if !is_known => vec![talk.tool("echo"), talk.bytes("not even JSON")],
                // Scope is a question of policy. In another's session it does not come to that.
                Talk::Session(_) => {
                    house.turned_away(client, &talk.tool("echo"), "session.unknown").await;
                    vec![initialize("up", revision, json!({}))]
                }
                Talk::Modern => vec![talk.tool("echo")],
            };
            for call in calls {
                house.turned_away(client, &call, code).await;
            }
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_may_go_no_session_opens() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    for (server, code) in [
        ("nowhere", "policy.server"),
        ("hidden", "policy.server"),
        ("unlisted", "policy.allowlist"),
        ("outside", "policy.domain"),
    ] {
        for revision in REVISIONS {
            let call = if revision == REVISION {
                Call::tool("echo").to(server)
            } else {
                initialize(server, revision, json!({}))
            };
            house.turned_away(&agent, &call, code).await;
        }
    }
    for revision in REVISIONS {
        let call = if revision == REVISION {
            Call::mcp("tools/list", json!({})).to("dead")
        } else {
            initialize("dead", revision, json!({}))
        };
        house.broken(&agent, &call, "upstream.connect", "not-attempted").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_limit_holds_in_every_revision() {
    for revision in REVISIONS {
        // `initialize` and `initialized` count as any request does.
        let before = if revision == REVISION { 0 } else { 2 };
        for (limits, code) in [
            (json!({ "rpm": 1, "burst": 2 + before }), "limit.rate"),
            (json!({ "subject": { "rpm": 1, "burst": 2 + before } }), "limit.subject"),
            (json!({ "tools": [{ "server": "up", "tool": "e*", "rpm": 1, "burst": 2 }] }), "limit.tool"),
        ] {
            let house = SessionHouse::with(Eras::Both, json!({ "tenants": { "acme": { "limits": limits } } })).await;
            let agent = house.agent();
            let talk = Talk::begin(&house, "up", revision).await;
            for _ in 0..2 {
                house.done(&agent, &talk.tool("echo")).await;
            }
            let reply = house.turned_away(&agent, &talk.tool("echo"), code).await;
            assert!(reply.header("retry-after").is_some());
            if let (Talk::Session(session), true) = (&talk, code != "limit.tool") {
                for call in [session.get(), session.delete(), session.answer(&json!(1), json!({}))] {
                    let reply = agent.ask(&call).await;
                    assert_eq!((reply.status, &last(&reply)["error"]["data"]["reason"]), (429, &json!(code)));
                }
            }
            house.finish().await;
        }
        for limits in [
            json!({ "concurrency": 1 }),
            json!({ "subject": { "concurrency": 1 } }),
            json!({ "tools": [{ "server": "up", "tool": "*", "concurrency": 1 }] }),
        ] {
            let house = SessionHouse::with(Eras::Both, json!({ "tenants": { "acme": { "limits": limits } } })).await;
            let agent = house.agent();
            let talk = Talk::begin(&house, "up", revision).await;
            house.puppet.next("tools/call", Reply::honest().held("on"));
            let mut wire = agent.connect().await.expect("a connection");
            wire.send(&talk.tool("echo").wire()).await.expect("bytes are taken");
            assert!(house.puppet.until_seen("tools/call", 1).await);
            house.turned_away(&agent, &talk.tool("echo"), "limit.concurrency").await;
            house.puppet.release("on");
            assert_eq!(wire.reply().await.expect("an answer").status, 200);
            house.finish().await;
        }
    }
}
