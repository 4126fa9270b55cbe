//! What is listed is what may be called: by one function, for every rule.

use crate::harness::{Call, House, Wire};
use casemate_tests::hostile::Act;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TOOLS: [&str; 8] = ["read", "read_all", "write", "write/one", "a.b", "delete", "echo", "search-1"];
const PROMPTS: [&str; 3] = ["greet", "greet_all", "sum.up"];
const RESOURCES: [&str; 6] =
    ["docs://a", "docs://a/b", "docs://a/b/c.md", "docs://a/../b", "file:///x", "docs://a/%2e%2e/b"];

/// Names, patterns that cover some, and patterns that cover all.
fn globs(names: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let pattern = (prop::sample::select(names), 0..4_u8, 0..9_usize).prop_map(|(name, kind, cut)| match kind {
        0 => name.to_owned(),
        1 => format!("{}*", &name[..cut.min(name.len())]),
        2 => "**".to_owned(),
        _ => format!("?{}", &name[1..]),
    });
    prop::collection::vec(pattern, 0..3)
}

fn rule() -> impl Strategy<Value = Value> {
    let servers = prop::sample::select(&["up", "u*", "other"][..]);
    (servers, globs(&TOOLS), globs(&PROMPTS), globs(&RESOURCES)).prop_map(|(server, tools, prompts, resources)| {
        json!({ "servers": [server], "tools": tools, "prompts": prompts, "resources": resources })
    })
}

/// Tools that are to be reached by name: of the server, and of another one.
fn unmanaged() -> impl Strategy<Value = Value> {
    let some = || prop::sample::subsequence(TOOLS.to_vec(), 0..4);
    (some(), some()).prop_map(|(up, other)| json!({ "up": up, "asking": other }))
}

fn named(key: &str, names: &[&str], more: &Value) -> Vec<Value> {
    let item = |name: &&str| {
        let mut item = more.clone();
        item[key] = json!(name);
        item
    };
    names.iter().map(item).collect()
}

fn list(member: &str, items: Vec<Value>) -> Act {
    Act::Result(json!({ "resultType": "complete", "ttlMs": 1000, "cacheScope": "public", member: items }))
}

async fn listed(wire: &mut Wire, method: &str, member: &str, key: &str) -> Option<BTreeSet<String>> {
    let reply = wire.ask(&Call::mcp(method, json!({}))).await;
    if reply.status == 403 {
        return None;
    }
    let result = &reply.json()["result"];
    assert_eq!(result["cacheScope"], "private", "{result}");
    let items = result[member].as_array().expect("a list");
    Some(items.iter().map(|item| item[key].as_str().expect("a name").to_owned()).collect())
}

async fn allowed(wire: &mut Wire, names: &[&str], call: impl Fn(&str) -> Call) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in names {
        match wire.ask(&call(name)).await.status {
            200 => drop(found.insert((*name).to_owned())),
            status => assert_eq!(status, 403, "{name}"),
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_listed_is_what_may_be_called() {
    let item = json!({ "inputSchema": { "type": "object" } });
    let x = json!({ "name": "x" });
    let mut house = House::prepared(|plan, upstream| {
        // The others do more than read.
        plan.config["upstreams"][0]["read_only"] = json!(["read", "read_all", "write", "echo", "a.b", "search-1"]);
        upstream.on("tools/list", list("tools", named("name", &TOOLS, &item)));
        upstream.on("prompts/list", list("prompts", named("name", &PROMPTS, &json!({}))));
        upstream.on("resources/list", list("resources", named("uri", &RESOURCES, &x)));
        upstream.on("resources/templates/list", list("resourceTemplates", named("uriTemplate", &RESOURCES, &x)));
    })
    .await;
    house.keep_private("docs:");
    let seed = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    let strategy = (prop::collection::vec(rule(), 0..3), unmanaged());
    let mut wire = house.agent().connect().await.expect("a connection");
    for _ in 0..16 {
        let (rules, unmanaged) = strategy.new_tree(&mut runner).expect("rules").current();
        let patch = json!({ "tenants": { "acme": { "rules": rules, "unmanaged_tools": unmanaged } } });
        house.reload(&patch).await.expect("it loads");
        let tool = |name: &str| Call::mcp("tools/call", json!({ "name": name, "arguments": {} }));
        let prompt = |name: &str| Call::mcp("prompts/get", json!({ "name": name }));
        let resource = |uri: &str| Call::mcp("resources/read", json!({ "uri": uri }));
        let seen = [
            listed(&mut wire, "tools/list", "tools", "name").await,
            listed(&mut wire, "prompts/list", "prompts", "name").await,
            listed(&mut wire, "resources/list", "resources", "uri").await,
            listed(&mut wire, "resources/templates/list", "resourceTemplates", "uriTemplate").await,
        ];
        let resources = allowed(&mut wire, &RESOURCES, resource).await;
        let may = [
            allowed(&mut wire, &TOOLS, tool).await,
            allowed(&mut wire, &PROMPTS, prompt).await,
            resources.clone(),
            resources,
        ];
        for (seen, may) in seen.iter().zip(&may) {
            match seen {
                Some(seen) => assert_eq!(seen, may, "{rules:?} {unmanaged}"),
                None => assert!(may.is_empty(), "{rules:?} {unmanaged}"),
            }
        }
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_cannot_be_filtered_does_not_go_out() {
    let house = House::start().await;
    let agent = house.agent();
    let bad = [
        json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private" }),
        json!({ "resultType": "complete", "tools": {} }),
        json!({ "resultType": "complete", "tools": [{ "title": "no name" }] }),
        json!({ "resultType": "complete", "tools": [{ "name": 1 }] }),
        json!({ "resultType": "complete", "tools": ["echo"] }),
        json!({ "resultType": "complete", "tools": [], "cacheScope": "shared" }),
        json!({ "resultType": "complete", "tools": [], "ttlMs": -1 }),
        json!({ "resultType": "complete", "tools": [], "ttlMs": "1" }),
    ];
    for result in bad {
        house.upstream.on("tools/list", Act::Result(result));
        house.failed(&agent, &Call::mcp("tools/list", json!({})), "upstream.malformed", "unknown").await;
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_with_invalid_annotations_is_neither_listed_nor_called() {
    let tool = |name: &str, kind: &str| {
        let property = json!({ "type": kind, "x-mcp-header": "A" });
        json!({ "name": name, "inputSchema": { "type": "object", "properties": { "a": property } } })
    };
    let tools = vec![tool("test_good", "string"), tool("test_bad", "number")];
    let house = House::offering([("tools/list", list("tools", tools))]).await;
    let agent = house.agent();
    let reply = house.served(&agent, &Call::mcp("tools/list", json!({}))).await;
    let tools = reply.json()["result"]["tools"].clone();
    assert_eq!(tools.as_array().map(Vec::len), Some(1), "{tools}");
    assert_eq!(tools[0]["name"], "test_good");
    house.served(&agent, &Call::tool("test_good")).await;
    let before = house.upstream.count("tools/call");
    house.failed(&agent, &Call::tool("test_bad"), "upstream.schema", "not-attempted").await;
    assert_eq!(house.upstream.count("tools/call"), before);
    house.finish().await;
}
