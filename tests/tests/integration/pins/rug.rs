//! A definition that is no longer the approved one.

use super::*;
use crate::harness::session::last;
use casemate_tests::session::Reply as Scripted;

/// A tool with every member that a definition may have.
fn full(name: &str) -> Value {
    json!({
        "name": name, "title": "Notes", "description": "Finds notes.",
        "inputSchema": { "type": "object", "properties": { "a": { "type": "object", "properties": {
            "b": { "type": "string", "description": "A word.", "enum": ["x", "y"] } } } } },
        "outputSchema": { "type": "object", "properties": { "n": { "type": "integer", "maximum": 10 } } },
        "annotations": { "readOnlyHint": true },
        "icons": [{ "src": "https://a.example/i.png", "mimeType": "image/png" }],
        "_meta": { "io.modelcontextprotocol/ui": { "resourceUri": "ui://notes" }, "example.com/kind": "a" },
        "vendor": { "k": [1, 2] },
    })
}

const DEEP: &str = "/inputSchema/properties/a/properties/b";

/// Every way in which one member differs: where, and what stands there then; `null` takes it away.
fn changes() -> Vec<(String, Value)> {
    let deep = |member: &str| format!("{DEEP}/{member}");
    vec![
        ("/title".into(), json!("notes")),
        ("/title".into(), Value::Null),
        ("/description".into(), json!("Finds notes. ")),
        ("/description".into(), json!("Finds note\u{0455}.")),
        ("/description".into(), json!("Finds notes.\u{200b}")),
        ("/description".into(), Value::Null),
        ("/inputSchema/required".into(), json!(["a"])),
        ("/inputSchema/$defs".into(), json!({ "d": { "description": "x" } })),
        (deep("description"), json!("Another word.")),
        (deep("enum"), json!(["y", "x"])),
        (deep("default"), json!("x")),
        (deep("examples"), json!(["x"])),
        (deep("title"), json!("B")),
        ("/outputSchema".into(), Value::Null),
        ("/outputSchema/properties/n/maximum".into(), json!(10.5)),
        ("/annotations/readOnlyHint".into(), json!(false)),
        ("/annotations".into(), Value::Null),
        ("/icons/0/src".into(), json!("https://a.example/j.png")),
        ("/_meta/io.modelcontextprotocol~1ui/resourceUri".into(), json!("ui://other")),
        ("/_meta/example.com~1kind".into(), json!("b")),
        ("/_meta/example.com~1more".into(), json!("c")),
        ("/vendor/k/0".into(), json!("1")),
        ("/vendor".into(), Value::Null),
        ("/unheard".into(), json!("of")),
        ("/execution".into(), json!({ "taskSupport": "Call this first." })),
    ]
}

fn with(mut item: Value, pointer: &str, value: &Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let name = name.replace("~1", "/");
    match item.pointer_mut(parent).expect("a parent") {
        Value::Object(members) if value.is_null() => drop(members.remove(&name)),
        Value::Object(members) => drop(members.insert(name, value.clone())),
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value.clone(),
        other => panic!("{other} has no members"),
    }
    item
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_member_that_changes_alone_hides_its_tool_at_once() {
    let before: Vec<_> = (0..changes().len()).map(|n| full(&format!("t{n}"))).collect();
    let after: Vec<_> =
        before.iter().zip(changes()).map(|(item, (at, value))| with(item.clone(), &at, &value)).collect();
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |_, puppet| {
            puppet.set_tools(json!([&before[..], &[tool("echo", "")]].concat()))
        })
        .await;
        let talk = Talk::begin(&house, "up", revision).await;
        let first = pin(&house, Kind::Tool, "t0").expect("a pin");
        assert_eq!(tools(&house, &talk).await.len(), before.len() + 1, "{:?}", first.findings);
        house.puppet.set_tools(json!([&after[..], &[tool("echo", "")]].concat()));
        assert_eq!(tools(&house, &talk).await, ["echo"], "in the very next list");
        for (n, (place, _)) in changes().iter().enumerate() {
            refused(&house, &talk.tool(&format!("t{n}")), CHANGED).await;
            // What a reviewer is shown names the place.
            until(&house, Kind::Tool, &format!("t{n}"), State::Changed).await;
            let shown = item(&house, Kind::Tool, &format!("t{n}")).await;
            let paths: Vec<_> =
                shown["changes"].as_array().expect("changes").iter().map(|change| change["path"].clone()).collect();
            assert!(
                paths.iter().all(|path| path.as_str().is_some_and(|path| path.starts_with(place))),
                "{place}: {paths:?}"
            );
            assert!(!paths.is_empty(), "{place}");
        }
        served(&house, &talk.tool("echo")).await;
        // Back to what was approved, nobody has to say it again.
        house.puppet.set_tools(json!([&before[..], &[tool("echo", "")]].concat()));
        tools(&house, &talk).await;
        for n in 0..before.len() {
            until(&house, Kind::Tool, &format!("t{n}"), State::Approved).await;
        }
        served(&house, &talk.tool("t0")).await;
        assert_eq!(tools(&house, &talk).await.len(), before.len() + 1);
        let entries = house.finish().await;
        for n in 0..before.len() {
            let told = told(&moves(&entries, Kind::Tool, &format!("t{n}")));
            // The first call after each list waited for a survey, which saw the same.
            let steps =
                ["first sight: approved", "list: changed", "survey: changed", "list: changed", "survey: approved"];
            assert_eq!(told, steps, "t{n}");
        }
    }
}

/// A list as text, in the words of either era.
fn spelt(items: &str) -> Scripted {
    let rest = r#""resultType":"complete","ttlMs":0,"cacheScope":"private""#;
    Scripted::json(format!("{{\"jsonrpc\":\"2.0\",\"id\":{{id}},\"result\":{{\"tools\":[{items}],{rest}}}}}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_spelling_is_no_change() {
    let first = r#"{"name":"echo","description":"Says it.","inputSchema":{"type":"object","properties":{"n":{"maximum":10,"default":-0.5}}},"_meta":{"a.example/k":[true]}}"#;
    let spellings = [
        r#"{ "inputSchema" : {"properties":{"n":{"default":-0.5,"maximum":10}},"type":"object"},"_meta":{"a.example/k":[true]}, "description":"Says it.","name":"echo" }"#,
        r#"{"name":"\u0065cho","description":"Says it\u002e","inputSchema":{"type":"object","properties":{"n":{"maximum":1.0e1,"default":-5E-1}}},"_meta":{"a.example/k":[true]}}"#,
        r#"{"name":"echo","description":"Says it.","inputSchema":{"type":"object","properties":{"n":{"maximum":10.00,"default":-0.50}}},"_meta":{"a.example/k":[true]}}"#,
        r#"{"name":"echo","description":"Says it.","inputSchema":{"type":"object","properties":{"n":{"maximum":10,"default":-0.5}}},"_meta":{"a.example/k":[true]},"execution":{"taskSupport":"optional"}}"#,
    ];
    for (eras, revision) in ERAS {
        let house = house(eras, "review", |_, puppet| puppet.script("tools/list", spelt(first))).await;
        let talk = Talk::begin(&house, "up", revision).await;
        decide(&house, "approve", Kind::Tool, "echo").await;
        for spelling in spellings {
            house.puppet.script("tools/list", spelt(spelling));
            assert_eq!(tools(&house, &talk).await, ["echo"], "{spelling}");
            // A survey sees it in the same way.
            refused(&house, &talk.tool("ghost"), UNKNOWN).await;
            served(&house, &talk.tool("echo")).await;
        }
        // One number more, one letter in another case, and a note under a prefix of the protocol's.
        for other in [
            first.replace("10", "10.0000000000000000000001"),
            first.replace("\"type\":\"object\",\"p", "\"Type\":\"object\",\"p"),
            first.replace("\"_meta\":{", "\"_meta\":{\"io.modelcontextprotocol/note\":\"Obey.\","),
        ] {
            house.puppet.script("tools/list", spelt(&other));
            assert_eq!(tools(&house, &talk).await, Vec::<String>::new(), "{other}");
            refused(&house, &talk.tool("echo"), CHANGED).await;
        }
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_by_another_name_is_another_tool() {
    let house = house(Eras::Both, "review", |_, puppet| puppet.set_tools(json!([tool("echo", "One.")]))).await;
    let talk = Talk::Modern;
    decide(&house, "approve", Kind::Tool, "echo").await;
    house.puppet.set_tools(json!([tool("later", "One.")]));
    assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
    until(&house, Kind::Tool, "later", State::Pending).await;
    refused(&house, &talk.tool("later"), PENDING).await;
    refused(&house, &talk.tool("echo"), UNKNOWN).await;
    // The old name comes back with another meaning.
    house.puppet.set_tools(json!([tool("echo", "Two."), tool("later", "One.")]));
    assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
    until(&house, Kind::Tool, "echo", State::Changed).await;
    refused(&house, &talk.tool("echo"), CHANGED).await;
    house.puppet.set_tools(json!([tool("echo", "One."), tool("later", "One.")]));
    tools(&house, &talk).await;
    until(&house, Kind::Tool, "echo", State::Approved).await;
    assert_eq!(state(&house, Kind::Tool, "later"), Some(State::Pending));
    served(&house, &talk.tool("echo")).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prompts_templates_and_instructions_are_held_to_their_word() {
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |_, _| {}).await;
        let talk = Talk::begin(&house, "up", revision).await;
        served(&house, &greet(&talk)).await;
        assert_eq!(instructions(&house, revision).await, "Use echo for echoes.");
        house.puppet.set_prompts(json!([{ "name": "greet", "description": "A greeting",
            "arguments": [{ "name": "name", "required": true, "description": "Whom" }] }]));
        house.puppet.set_templates(json!([{ "uriTemplate": TEMPLATE, "name": "open", "mimeType": "text/html" }]));
        house.puppet.set_instructions(json!("Use echo for echoes!"));
        assert_eq!(instructions(&house, revision).await, Value::Null);
        assert_eq!(names(&house, &talk, "prompts/list").await, Vec::<String>::new());
        assert_eq!(names(&house, &talk, "resources/templates/list").await, Vec::<String>::new());
        for call in [greet(&talk), complete(&talk, &of_prompt()), complete(&talk, &of_template())] {
            refused(&house, &call, CHANGED).await;
        }
        served(&house, &talk.tool("echo")).await;
        house.puppet.set_instructions(Value::Null);
        assert_eq!(instructions(&house, revision).await, Value::Null);
        until(&house, Kind::Prompt, "greet", State::Changed).await;
        for (kind, name) in [(Kind::Prompt, "greet"), (Kind::Template, TEMPLATE)] {
            decide(&house, "approve", kind, name).await;
        }
        for call in [greet(&talk), complete(&talk, &of_prompt()), complete(&talk, &of_template())] {
            served(&house, &call).await;
        }
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_while_a_call_runs_counts_from_the_next() {
    for (eras, revision) in ERAS {
        let house = house(eras, "trust-first", |_, _| {}).await;
        let talk = Talk::begin(&house, "up", revision).await;
        let call = talk.call("tools/call", json!({ "name": "slow", "arguments": { "steps": 1, "hold": "gate" } }));
        let agent = house.agent();
        let running = {
            let (agent, call) = (agent.clone(), call.clone());
            tokio::spawn(async move { agent.ask(&call).await })
        };
        assert!(house.puppet.until_seen("tools/call", 1).await);
        house.puppet.set_tools(json!([tool("slow", "Does something else.")]));
        assert_eq!(tools(&house, &talk).await, Vec::<String>::new());
        refused(&house, &talk.tool("slow"), CHANGED).await;
        house.puppet.release("gate");
        let reply = running.await.expect("an answer");
        assert_eq!(last(&reply)["result"]["content"][0]["text"], "slow", "{}", reply.text());
        house.outcome(&reply.trace(), "", "executed").await;
        house.finish().await;
    }
}
