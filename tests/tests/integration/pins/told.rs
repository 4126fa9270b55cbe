//! Servers that say that something changed, and servers that say nothing.

use super::*;
use crate::harness::session::Stream;
use casemate_tests::session::{Event, Reply as Scripted, Step};

const NOTES: [(&str, Kind, &str); 3] = [
    ("notifications/tools/list_changed", Kind::Tool, "echo"),
    ("notifications/prompts/list_changed", Kind::Prompt, "greet"),
    ("notifications/resources/list_changed", Kind::Template, TEMPLATE),
];

/// Everything that the puppet offers, in another version.
fn offer(puppet: &SessionPuppet, version: &str) {
    puppet.set_tools(json!([tool("echo", version), tool("slow", "")]));
    puppet.set_prompts(json!([{ "name": "greet", "description": version }]));
    puppet.set_templates(json!([{ "uriTemplate": TEMPLATE, "name": "open", "description": version }]));
    puppet.set_instructions(json!(version));
}

/// A gateway that looks again only if it is told, as far as these tests last.
async fn patient(eras: Eras) -> SessionHouse {
    house(eras, "trust-first", |plan, puppet| {
        plan.config["upstreams"][0]["relist"] = json!("1h");
        offer(puppet, "first");
    })
    .await
}

async fn seen(house: &SessionHouse, version: &str) {
    for (_, kind, name) in NOTES {
        until_pin(house, kind, name, |pin| pin.seen.as_ref().is_some_and(|seen| seen.text.contains(version))).await;
        assert_eq!(state(house, kind, name), Some(State::Changed), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_told_on_the_stream_of_a_session_is_looked_at() {
    let house = patient(Eras::Session).await;
    let session = house.open("2025-11-25").await;
    let name = house.puppet.session_ids().pop().expect("a session");
    let mut stream = session.stream(&session.get()).await;
    for (n, (method, ..)) in NOTES.into_iter().enumerate() {
        let version = format!("version {n}");
        offer(&house.puppet, &version);
        assert!(house.puppet.push(&name, Event::of(&json!({ "jsonrpc": "2.0", "method": method }))));
        assert_eq!(stream.message().await.expect("it")["method"], method);
        seen(&house, &version).await;
    }
    drop(stream);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_told_while_a_call_runs_is_looked_at() {
    let house = patient(Eras::Session).await;
    let session = house.open("2025-06-18").await;
    for (n, (method, ..)) in NOTES.into_iter().enumerate() {
        let version = format!("version {n}");
        let gate = format!("gate {n}");
        house
            .puppet
            .next("tools/call", Scripted::stream([Step::note(method, &json!({})), Step::hold(&gate), Step::Answer]));
        let mut stream = Stream::open(&session.client, &session.tool("slow")).await;
        offer(&house.puppet, &version);
        // Whether the client asked to be told plays no part.
        seen(&house, &version).await;
        house.puppet.release(&gate);
        let last = stream.rest().await.pop().expect("an answer");
        assert!(last["result"].is_object(), "{last}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_told_to_a_listener_is_looked_at() {
    let house = patient(Eras::Modern).await;
    let call = Call::mcp("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
    let mut stream = Stream::open(&house.agent(), &call).await;
    let first = stream.message().await.expect("an acknowledgment");
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    for (n, (method, ..)) in NOTES.into_iter().enumerate() {
        let version = format!("version {n}");
        offer(&house.puppet, &version);
        let tie = json!({ "_meta": { "io.modelcontextprotocol/subscriptionId": call.id } });
        house.puppet.announce(method, tie);
        seen(&house, &version).await;
    }
    // Only what was asked for came through.
    assert_eq!(stream.message().await.expect("it")["method"], "notifications/tools/list_changed");
    drop(stream);
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_told_is_found_at_the_next_interval() {
    for (eras, _) in ERAS {
        let house = house(eras, "trust-first", |plan, _| plan.config["upstreams"][0]["relist"] = json!("1s")).await;
        offer(&house.puppet, "other");
        seen(&house, "other").await;
        let instructions = until(&house, Kind::Instructions, "", State::Changed).await;
        assert_eq!(instructions.history.last().expect("a step").actor, "survey");
        house.puppet.set_tools(json!([]));
        house.puppet.set_instructions(Value::Null);
        until(&house, Kind::Tool, "echo", State::Removed).await;
        until(&house, Kind::Instructions, "", State::Removed).await;
        house.finish().await;
    }
}
