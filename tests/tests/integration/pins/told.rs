//! Servers that say that something changed, and servers that say nothing.

use super::*;
use crate::harness::session::{Stream, last};
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
        plan.patch(&json!({ "mcp_gateway": { "limits": { "events": 1000 } } }));
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
async fn what_is_told_beyond_the_cap_of_a_stream_counts() {
    for eras in [Eras::Session, Eras::Modern] {
        let house = house(eras, "trust-first", |plan, puppet| {
            plan.patch(&json!({ "mcp_gateway": { "limits": { "events": 5 } } }));
            plan.config["upstreams"][0]["relist"] = json!("1h");
            offer(puppet, "first");
        })
        .await;
        let talk = match eras {
            Eras::Session => Talk::Session(house.open("2025-11-25").await),
            _ => Talk::Modern,
        };
        served(&house, &talk.tool("echo")).await;
        let rest = (0..5).map(|n| Step::note("notifications/progress", &json!({ "progressToken": n, "progress": 1 })));
        let told = Step::note(TOOLS, &json!({}));
        house.puppet.next("tools/call", Scripted::stream(rest.chain([told, Step::Hang])));
        offer(&house.puppet, "second");
        let reply = house.agent().ask(&talk.tool("slow")).await;
        assert!(reply.text().contains("upstream.flood"), "{}", reply.text());
        refused(&house, &talk.tool("echo"), CHANGED).await;
        house.finish().await;
    }
}

/// How a server tells a client that its tools changed, in each era.
struct Told {
    talk: Talk,
    stream: Stream,
    /// The session or the subscription that is told.
    name: Value,
}

const TOOLS: &str = "notifications/tools/list_changed";

impl Told {
    async fn begin(house: &SessionHouse, revision: &str) -> Self {
        if revision == crate::harness::request::REVISION {
            let call = Call::mcp("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
            let mut stream = Stream::open(&house.agent(), &call).await;
            stream.message().await.expect("an acknowledgment");
            return Self { talk: Talk::Modern, stream, name: call.id };
        }
        let session = house.open(revision).await;
        let stream = session.stream(&session.get()).await;
        let name = json!(house.puppet.session_ids().pop().expect("a session"));
        Self { talk: Talk::Session(session), stream, name }
    }

    /// Says it, and waits until the gateway has heard it.
    async fn tell(&mut self, house: &SessionHouse) {
        match self.name.as_str().filter(|_| !self.talk.is_modern()) {
            Some(name) => {
                assert!(house.puppet.push(name, Event::of(&json!({ "jsonrpc": "2.0", "method": TOOLS }))));
            }
            None => {
                let tie = json!({ "_meta": { "io.modelcontextprotocol/subscriptionId": self.name } });
                house.puppet.announce(TOOLS, tie);
            }
        }
        assert_eq!(self.stream.message().await.expect("it")["method"], TOOLS);
    }
}

/// How often the gateway has asked for the tools of its own accord.
fn surveys(house: &SessionHouse) -> usize {
    let asked = house.puppet.seen_of("tools/list");
    asked.iter().filter(|seen| seen.id.as_str().is_some_and(|id| id.starts_with("casemate-"))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_reaches_a_tool_after_its_server_said_that_it_changed() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let mut told = Told::begin(&house, revision).await;
        served(&house, &told.talk.tool("echo")).await;
        for version in ["second", "third"] {
            offer(&house.puppet, version);
            told.tell(&house).await;
            refused(&house, &told.talk.tool("echo"), CHANGED).await;
            refused(&house, &greet(&told.talk), CHANGED).await;
            offer(&house.puppet, "first");
            told.tell(&house).await;
            served(&house, &told.talk.tool("echo")).await;
        }
        drop(told);
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_told_while_a_call_runs_counts_for_the_next() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let talk = Talk::begin(&house, "up", revision).await;
        let steps = [
            Step::note(TOOLS, &json!({})),
            Step::note("notifications/message", &json!({ "level": "info", "data": "x" })),
            Step::hold("gate"),
            Step::Answer,
        ];
        house.puppet.next("tools/call", Scripted::stream(steps));
        let call = json!({ "name": "slow", "arguments": {}, "_meta": { "io.modelcontextprotocol/logLevel": "info" } });
        let mut stream = Stream::open(&house.agent(), &talk.call("tools/call", call)).await;
        offer(&house.puppet, "second");
        while stream.message().await.expect("it")["method"] != "notifications/message" {}
        refused(&house, &talk.tool("echo"), CHANGED).await;
        house.puppet.release("gate");
        let last = stream.rest().await.pop().expect("an answer");
        assert!(last["result"].is_object(), "{last}");
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_announces_all_the_time_is_asked_a_few_times() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let mut told = Told::begin(&house, revision).await;
        let before = surveys(&house);
        for _ in 0..50 {
            told.tell(&house).await;
        }
        let calls = (0..8).map(|_| {
            let (agent, call) = (house.agent(), told.talk.tool("echo"));
            tokio::spawn(async move { agent.ask(&call).await })
        });
        for call in calls.collect::<Vec<_>>() {
            let reply = call.await.expect("an answer");
            assert!(last(&reply)["result"].is_object(), "{}", reply.text());
        }
        told.tell(&house).await;
        served(&house, &told.talk.tool("echo")).await;
        let asked = surveys(&house) - before;
        assert!((1..=5).contains(&asked), "{asked} surveys");
        drop(told);
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_tells_the_time_does_not_hold_up_the_others() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let talk = Talk::begin(&house, "up", revision).await;
        served(&house, &talk.tool("echo")).await;
        let before = surveys(&house);
        for n in 0..16 {
            // It is another one each time that somebody asks.
            house.puppet.set_tools(json!([tool("echo", "first"), tool("slow", ""), tool("later", &format!("{n}"))]));
            served(&house, &talk.call("tools/list", json!({}))).await;
            served(&house, &talk.tool("echo")).await;
        }
        refused(&house, &talk.tool("later"), CHANGED).await;
        let asked = surveys(&house) - before;
        assert!((1..=6).contains(&asked), "{asked} surveys");
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_told_to_a_survey_counts_for_the_next_call() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let mut told = Told::begin(&house, revision).await;
        served(&house, &told.talk.tool("echo")).await;
        let before = (surveys(&house), house.puppet.count("prompts/list"));
        let steps = [Step::hold("gate"), Step::note(TOOLS, &json!({})), Step::Answer];
        house.puppet.next("prompts/list", Scripted::stream(steps));
        told.tell(&house).await;
        // The tools are read, the prompts are not.
        assert!(house.puppet.until_seen("prompts/list", before.1 + 1).await);
        house.puppet.set_tools(json!([tool("echo", "second"), tool("slow", "")]));
        house.puppet.release("gate");
        refused(&house, &told.talk.tool("echo"), CHANGED).await;
        assert_eq!(surveys(&house) - before.0, 2);
        drop(told);
        house.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_announces_and_cannot_be_surveyed_gets_no_call() {
    for (eras, revision) in ERAS {
        let house = patient(eras).await;
        let mut told = Told::begin(&house, revision).await;
        served(&house, &told.talk.tool("echo")).await;
        house.puppet.script("tools/list", Scripted::refuse(500));
        told.tell(&house).await;
        for _ in 0..3 {
            refused(&house, &told.talk.tool("echo"), "upstream.schema").await;
        }
        house.puppet.unscript("tools/list");
        sought(&house, &told.talk, Kind::Tool, "echo", State::Approved).await;
        while house.agent().ask(&told.talk.tool("echo")).await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        drop(told);
        house.finish().await;
    }
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
