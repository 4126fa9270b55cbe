//! Bodies that are answered while they come: texts in pieces, lines of questions.

use super::{LINK, ORDER, ask, house, lenient, recorded, registered};
use crate::harness::{Call, Client, House, Reply, Token, Wire, now};
use serde_json::{Value, json};
use std::time::Duration;

fn text(body: impl Into<Vec<u8>>) -> Call {
    ask(body).set("content-type", "text/plain; charset=utf-8")
}

fn lines(body: impl Into<Vec<u8>>) -> Call {
    ask(body).set("content-type", "application/x-ndjson")
}

/// The head of a call whose body comes in chunks.
async fn begin(client: &Client, call: &Call) -> Wire {
    let call = client.signed(call).set("transfer-encoding", "chunked");
    let mut wire = client.connect().await.expect("a connection");
    wire.send(&call.head()).await.expect("bytes are taken");
    wire
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("{:x}\r\n", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
    out
}

/// Sends the body in these pieces and gives the answer.
async fn pieces(client: &Client, call: &Call, pieces: &[&[u8]]) -> Reply {
    let mut wire = begin(client, call).await;
    let mut body: Vec<u8> = pieces.iter().filter(|piece| !piece.is_empty()).flat_map(|piece| chunk(piece)).collect();
    body.extend_from_slice(b"0\r\n\r\n");
    // A stream that ends early is not read to its end.
    let _ = wire.send(&body).await;
    wire.reply().await.expect("an answer")
}

/// The messages of a streamed answer.
fn messages(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    match reply.header("content-type") {
        Some("text/event-stream") => reply.events(),
        Some("application/x-ndjson") => {
            reply.text().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// What was let out, and the last message.
fn parts(reply: &Reply) -> (String, Value) {
    let mut all = messages(reply);
    let last = all.pop().expect("a last message");
    (all.iter().map(|message| message["text"].as_str().expect("a text")).collect(), last)
}

/// What becomes of a text in one piece where nothing denies.
async fn whole(house: &House, text: &str) -> (String, Value) {
    let answer = lenient(house).ask(&ask(json!({ "text": text }).to_string())).await.json();
    (answer["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(), answer)
}

fn cut(bytes: &[u8], mut size: impl FnMut() -> usize) -> Vec<&[u8]> {
    let mut rest = bytes;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(size().clamp(1, rest.len()));
        out.push(piece);
        rest = more;
    }
    out
}

/// A text with something of everything that is changed and nothing that is denied.
fn poisoned() -> String {
    let invisible = "in\u{200b}visible\u{e0041}";
    let image = "![x](https://evil.example/p?d=1)";
    format!(
        "{LINK} and {image}, {invisible}, \u{4e2d}\u{6587} \u{e9}t\u{e9}, the value {}.\n\nSee <https://evil.example/a> or\n[1]: https://evil.example/b\nand the end of sesame street.",
        registered()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_gets_the_same_however_it_is_cut() {
    let house = house(json!({})).await;
    let (agent, poisoned) = (house.agent(), poisoned());
    let (expected, answer) = whole(&house, &poisoned).await;
    assert_eq!(answer["verdict"], "rewritten");
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for size in [1, 3, 7, 64, 0, 0, usize::MAX] {
        let next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if size == 0 { usize::try_from(seed % 90).unwrap_or(1) } else { size }
        };
        let cuts = cut(poisoned.as_bytes(), next);
        for accept in ["application/x-ndjson", "text/event-stream", "*/*"] {
            let reply = pieces(&agent, &text("").set("accept", accept), &cuts).await;
            let (given, last) = parts(&reply);
            assert_eq!(given, expected, "{size} {accept}");
            assert_eq!(last["verdict"], "rewritten", "{size}: {last}");
        }
    }
    let reply = pieces(&agent, &text(""), &cut(poisoned.as_bytes(), || 7)).await;
    assert!(messages(&reply).len() > 3, "it is let out while it comes: {}", reply.text());
    let outcome = recorded(&house, &reply).await;
    assert_eq!(
        (&outcome["facts"]["verdict"], &outcome["effect"]),
        (&json!("rewritten"), &json!("executed")),
        "{outcome}"
    );
    assert_eq!(outcome["sizes"], json!({ "answer": poisoned.len(), "released": expected.len() }), "{outcome}");
    let found: Vec<_> = messages(&reply).iter().flat_map(super::rules).collect();
    assert!(found.iter().any(|rule| rule.starts_with("registered")), "{found:?}");
    for rule in super::rules(&outcome) {
        assert!(found.contains(&rule), "{rule} {found:?}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_holds_nothing_passes_and_goes_out_while_the_rest_is_awaited() {
    let house = house(json!({})).await;
    let agent = house.agent();
    let call = text("").set("accept", "text/event-stream");
    let mut wire = begin(&agent, &call).await;
    wire.send(&chunk(b"sesame street is a street. And then ")).await.expect("taken");
    let head = wire.head().await.expect("a head");
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
    assert!(head.header("casemate-receipt").is_some(), "the intent is durable before anything is answered");
    let first = wire.event().await.expect("an event");
    assert!(first["text"].as_str().is_some_and(|text| text.starts_with("sesame street")), "{first}");
    wire.send(&chunk(b"comes the end.")).await.expect("taken");
    wire.send(b"0\r\n\r\n").await.expect("taken");
    let mut given = first["text"].as_str().expect("a text").to_owned();
    let last = loop {
        let event = wire.event().await.expect("an event");
        match event["text"].as_str() {
            Some(text) => given.push_str(text),
            None => break event,
        }
    };
    assert_eq!(
        (given.as_str(), &last["verdict"]),
        ("sesame street is a street. And then comes the end.", &json!("pass"))
    );
    assert!(wire.event().await.is_none(), "nothing follows the verdict");
    house.outcome(&head.trace(), "", "executed").await;
    // An empty text is one too.
    let (given, last) = parts(&agent.ask(&text("")).await);
    assert_eq!((given.as_str(), &last["verdict"]), ("", &json!("pass")));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_denial_ends_the_stream_and_nothing_follows() {
    let house = house(json!({})).await;
    let agent = house.agent();
    let long = format!("{}\n\n{ORDER}\n\n{} and more of sesame", poisoned(), "words go on. ".repeat(400));
    let (expected, _) = whole(&house, &long).await;
    for size in [1, 3, 7, 64, 5000] {
        for accept in ["text/event-stream", "application/x-ndjson"] {
            let reply = pieces(&agent, &text("").set("accept", accept), &cut(long.as_bytes(), || size)).await;
            let (given, last) = parts(&reply);
            assert!(expected.starts_with(&given) && given.len() < expected.len(), "{size}: {given}");
            assert!(!given.contains("evil.example/?q") && !given.contains(&registered()), "{given}");
            assert_eq!((&last["reason"], &last["verdict"]), (&json!("output.denied"), &json!("denied")), "{last}");
            assert_eq!(last["trace_id"], reply.trace(), "{last}");
            assert!(super::rules(&last).iter().any(|rule| rule.starts_with("deny.")), "{last}");
            if accept == "text/event-stream" {
                assert!(reply.text().contains("event: error\n"), "{}", reply.text());
            }
            let outcome = recorded(&house, &reply).await;
            assert_eq!(
                (&outcome["facts"]["verdict"], &outcome["reasons"]),
                (&json!("denied"), &json!(["output.denied"]))
            );
        }
    }
    // Named as an answer of a server that speaks of machines, a private address is redacted and not denied.
    let machines = "sesame at http://169.254.169.254/latest now";
    let (_, last) = parts(&agent.ask(&text(machines)).await);
    assert_eq!(last["reason"], "output.denied");
    let (given, last) = parts(&agent.ask(&text(machines).at("/filter?upstream=up")).await);
    assert!(last["verdict"] == "rewritten" && !given.contains("169.254"), "{given} {last}");
    house.refused(&agent, &text(machines).at("/filter?upstream=dead&tool=other"), "policy.tool").await;
    house.refused(&agent, &text(machines).at("/filter?upstream=unheard-of"), "policy.server").await;
    house.refused(&agent, &text(machines).at("/filter?tenant=globex"), "filter.question").await;
    house.refused(&agent, &lines("{}").at("/filter?upstream=up"), "filter.question").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_text_or_too_much_of_it_ends_with_its_reason() {
    let house = house(json!({})).await;
    let agent = house.agent();
    let too_much = "sesame street ".repeat(6_000);
    for (cuts, code) in [
        (vec![b"sesame \xe4".as_slice(), b"\xb8", b"\xad and \xff then"], "filter.text"),
        (vec![b"sesame \xe4", b"x"], "filter.text"),
        (vec![b"sesame \xe4\xb8".as_slice()], "filter.text"),
        (cut(too_much.as_bytes(), || 4096), "http.payload_too_large"),
    ] {
        let reply = pieces(&agent, &text(""), &cuts).await;
        let (_, last) = parts(&reply);
        assert_eq!(last["reason"], code, "{last}");
        assert!(last["verdict"].is_null(), "{last}");
        let outcome = recorded(&house, &reply).await;
        assert!(outcome["reasons"] == json!([code]) && outcome["facts"].is_null(), "{outcome}");
    }
    house.refused(&agent, &text(too_much), "http.payload_too_large").await;
    // A character may come in three pieces.
    let (given, last) = parts(&pieces(&agent, &text(""), &[b"a \xe4", b"\xb8", b"\xad b"]).await);
    assert_eq!((given.as_str(), &last["verdict"]), ("a \u{4e2d} b", &json!("pass")));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_answered_in_order_and_a_bad_one_ends_nothing() {
    let house = house(json!({})).await;
    let agent = house.agent();
    let body = [
        json!({ "id": 1, "text": "sesame" }).to_string(),
        String::new(),
        json!({ "id": 2, "text": ORDER }).to_string(),
        "{no json".to_owned(),
        json!({ "id": "x", "text": "a", "more": 1 }).to_string(),
        json!({ "id": 5, "text": "a", "upstream": "unheard-of" }).to_string(),
        json!({ "id": 6, "result": { "content": [{ "type": "text", "text": LINK }] } }).to_string(),
    ]
    .join("\n");
    for size in [1, 7, usize::MAX] {
        let reply = pieces(&agent, &lines(""), &cut(body.as_bytes(), || size)).await;
        let all = messages(&reply);
        let brief: Vec<_> =
            all.iter().map(|one| (one["id"].clone(), one["verdict"].clone(), one["reason"].clone())).collect();
        assert_eq!(
            brief,
            [
                (json!(1), json!("pass"), Value::Null),
                (json!(2), json!("denied"), Value::Null),
                (Value::Null, Value::Null, json!("json.syntax")),
                (json!("x"), Value::Null, json!("filter.question")),
                (json!(5), Value::Null, json!("policy.server")),
                (json!(6), json!("rewritten"), Value::Null),
            ],
            "{size}"
        );
        assert_eq!((&all[2]["line"], &all[1]["text"]), (&json!(4), &Value::Null));
        let outcome = recorded(&house, &reply).await;
        assert_eq!(outcome["facts"]["verdict"], "denied", "{outcome}");
        assert_eq!(outcome["reasons"], json!(["output.denied", "json.syntax", "filter.question", "policy.server"]));
        let places = outcome["findings"].to_string();
        assert!(places.contains("3/text:") && places.contains("7/"), "{outcome}");
    }
    let events = agent.ask(&lines(body).set("accept", "text/event-stream")).await;
    assert_eq!(messages(&events).len(), 6);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_goes_away_or_says_nothing_is_recorded() {
    let house = house(json!({ "mcp_gateway": { "timeouts": { "body": "300ms" } } })).await;
    let agent = house.agent();
    let call = text("");
    let mut wire = begin(&agent, &call).await;
    wire.send(&chunk(b"sesame street and ")).await.expect("taken");
    let head = wire.head().await.expect("a head");
    drop(wire);
    let records = house.records(&head.trace()).await;
    let reasons = records[1]["reasons"].to_string();
    assert!(reasons.contains("client.gone") || reasons.contains("http.body_aborted"), "{records:?}");
    // Who stops sending is told so, and gets what was let out.
    let mut wire = begin(&agent, &text("")).await;
    wire.send(&chunk(b"sesame street and ")).await.expect("taken");
    let reply = wire.reply().await.expect("an answer");
    let (given, last) = parts(&reply);
    assert!("sesame street and ".starts_with(&given) && last["reason"] == "http.body_timeout", "{given} {last}");
    let outcome = recorded(&house, &reply).await;
    assert_eq!(outcome["reasons"], json!(["http.body_timeout"]), "{outcome}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_the_right_to_it() {
    let mut house = house(json!({ "mcp_gateway": { "auth": { "jwt": { "skew": "0s" } } } })).await;
    let token = Token::new().claim("aud", json!(crate::harness::PUBLIC)).claim("scope", json!("filter"));
    let client = house.stranger().bearer(token.claim("exp", json!(now() + 2)).mint());
    let mut wire = begin(&client, &text("")).await;
    wire.send(&chunk(b"sesame street and ")).await.expect("taken");
    let (_, last) = parts(&wire.reply().await.expect("an answer"));
    assert_eq!(last["reason"], "auth.token_expired", "{last}");

    let mut wire = begin(&house.agent(), &text("")).await;
    wire.send(&chunk(b"sesame street and ")).await.expect("taken");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let without = json!([{ "san": "spiffe://acme.example/**", "scopes": ["mcp"] }]);
    house.reload(&json!({ "tenants": { "acme": { "certificates": without } } })).await.expect("a reload");
    let reply = wire.reply().await.expect("an answer");
    let (_, last) = parts(&reply);
    assert_eq!(last["reason"], "auth.scope", "{last}");
    house.outcome(&reply.trace(), "auth.scope", "executed").await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_holds_back_its_own_text_alone() {
    let house =
        house(json!({ "mcp_gateway": { "max_payload_bytes": 67_108_864, "timeouts": { "idle": "2s" } } })).await;
    let agent = house.agent();
    let mut wire = begin(&agent, &text("")).await;
    let piece = chunk("sesame street is a street. ".repeat(2_000).as_bytes());
    // More than every buffer on the way holds; the gateway stops taking it.
    let sending = async {
        for _ in 0..1_000 {
            if wire.send(&piece).await.is_err() {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), sending).await;
    let others = agent.ask(&ask(r#"{"text":"sesame"}"#)).await;
    assert_eq!(others.json()["verdict"], "pass");
    drop(wire);
    house.finish().await;
}
