//! `input_required`: only what the upstream's entry allows and the client declared, with the state sealed on its way.

use crate::harness::{AGENT, Authority, Call, Client, House};
use casemate_tests::hostile::Act;
use serde_json::{Value, json};

const STATE: &str = "the-upstreams-own-state";

fn elicitation() -> Value {
    json!({ "method": "elicitation/create", "params": { "mode": "form", "message": "Who?",
        "requestedSchema": { "type": "object", "properties": { "name": { "type": "string" } } } } })
}

fn required(requests: Value) -> Value {
    json!({ "resultType": "input_required", "inputRequests": requests, "requestState": STATE })
}

fn everything() -> Value {
    json!({ "elicitation": {}, "sampling": {}, "roots": {} })
}

fn ask(arguments: &str, capabilities: Value) -> Call {
    let params = json!({ "name": "echo", "arguments": { "text": arguments } });
    Call::declaring("tools/call", params, capabilities).to("asking")
}

fn retry(state: &str, arguments: &str) -> Call {
    let params = json!({ "name": "echo", "arguments": { "text": arguments }, "requestState": state,
        "inputResponses": { "q": { "action": "accept", "content": { "name": "Ada" } } } });
    Call::declaring("tools/call", params, everything()).to("asking")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_asks_only_for_what_it_may() {
    let house = House::start().await;
    let agent = house.agent();
    let (sampling, roots) =
        (json!({ "method": "sampling/createMessage", "params": {} }), json!({ "method": "roots/list" }));
    for (request, declared) in [
        (elicitation(), json!({})),
        (elicitation(), json!({ "sampling": {}, "roots": {} })),
        (elicitation(), json!({ "elicitation": true })),
        (sampling.clone(), json!({ "elicitation": {} })),
        (roots.clone(), json!({ "elicitation": {} })),
        (json!({ "method": "tools/list" }), everything()),
        (json!({ "method": "elicitation/Create" }), everything()),
        (json!({}), everything()),
        (json!("elicitation/create"), everything()),
    ] {
        house.upstream.on("tools/call", Act::Result(required(json!({ "q": request }))));
        house.failed(&agent, &ask("a", declared), "upstream.input_request", "unknown").await;
    }
    // One that it may not ask spoils those that it may.
    let both = json!({ "q": elicitation(), "s": sampling });
    house.upstream.on("tools/call", Act::Result(required(both)));
    house.failed(&agent, &ask("a", json!({ "elicitation": {} })), "upstream.input_request", "unknown").await;
    // The entry `up` may ask for nothing, whatever the client declares.
    house.upstream.on("tools/call", Act::Result(required(json!({ "q": roots }))));
    house.failed(&agent, &ask("a", everything()).to("up"), "upstream.input_request", "unknown").await;
    // A URL is a kind of its own: a way out that a form is not.
    let url = json!({ "method": "elicitation/create", "params": { "mode": "url", "message": "Open this",
        "url": "https://evil.example/phish?x=1", "elicitationId": "1" } });
    for declared in [everything(), json!({ "elicitation": { "form": {} } }), json!({ "elicitation": { "url": {} } })] {
        house.upstream.on("tools/call", Act::Result(required(json!({ "q": url }))));
        house.failed(&agent, &ask("a", declared), "upstream.input_request", "unknown").await;
    }
    let mut disguised = elicitation();
    disguised["params"]["url"] = json!("https://evil.example/");
    for malformed in [
        required(json!({ "q": disguised })),
        json!({ "resultType": "complete", "content": [], "inputRequests": { "q": elicitation() } }),
        json!({ "resultType": "complete", "content": [], "requestState": STATE }),
        json!({ "resultType": "input_required", "requestState": "x", "RequestState": STATE }),
        json!({ "resultType": "input_required", "requestState": "x", "INPUTREQUESTS": { "q": roots } }),
    ] {
        house.upstream.on("tools/call", Act::Result(malformed));
        house.failed(&agent, &ask("a", everything()), "upstream.malformed", "unknown").await;
    }
    for malformed in [
        json!({ "resultType": "input_required" }),
        json!({ "resultType": "input_required", "inputRequests": [] }),
        json!({ "resultType": "input_required", "requestState": 7 }),
    ] {
        house.upstream.on("tools/call", Act::Result(malformed.clone()));
        house.failed(&agent, &ask("a", everything()), "upstream.malformed", "unknown").await;
        house.upstream.on("prompts/list", Act::Result(malformed));
        let list = Call::declaring("prompts/list", json!({}), everything()).to("asking");
        house.failed(&agent, &list, "upstream.malformed", "unknown").await;
    }
    house.finish().await;
}

/// Gets a sealed state for a call with these arguments.
async fn sealed(house: &House, client: &Client, arguments: &str) -> String {
    house.upstream.on("tools/call", Act::Result(required(json!({ "q": elicitation() }))));
    let result = house.served(client, &ask(arguments, everything())).await.json()["result"].clone();
    assert_eq!(result["inputRequests"], json!({ "q": elicitation() }));
    let state = result["requestState"].as_str().expect("a state").to_owned();
    assert!(!state.contains(STATE), "the state is sealed");
    house.upstream.on("tools/call", Act::Honest);
    state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_comes_back_only_for_the_call_it_was_made_for() {
    let house = House::start().await;
    house.keep_private(STATE);
    let agent = house.agent();
    let state = sealed(&house, &agent, "a").await;
    house.keep_private(&state);
    let again = sealed(&house, &agent, "a").await;
    assert_ne!(state, again, "a seal says nothing about its content");
    house.served(&agent, &retry(&state, "a")).await;
    let seen = house.upstream.seen();
    let sent: Value = serde_json::from_slice(&seen.last().expect("the retry").body).expect("JSON");
    assert_eq!(sent["params"]["requestState"], STATE);
    assert_eq!(sent["params"]["inputResponses"]["q"]["content"]["name"], "Ada");
    let mut tampered = state.clone().into_bytes();
    tampered[30] = if tampered[30] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).expect("text");
    for wrong in [
        retry(&tampered, "a"),
        retry(STATE, "a"),
        retry("", "a"),
        retry(&format!("{state}="), "a"),
        retry(&state[..state.len() - 4], "a"),
        retry(&state, "b"),
        retry(&state, "a").to("up"),
        retry(&state, "a").swap("\"name\":\"echo\"", "\"name\":\"ghost\"").set("mcp-name", "ghost"),
    ] {
        house.refused(&agent, &wrong, "mcp.request_state").await;
    }
    let others = ["spiffe://acme.example/agents/two", "spiffe://globex.example/agents/one"];
    for other in others {
        let other = house.holder(&Authority::shared().client(other));
        house.refused(&other, &retry(&state, "a"), "mcp.request_state").await;
    }
    // Another certificate of the same subject is the same principal.
    let renewed = house.holder(&Authority::shared().client(AGENT));
    house.served(&renewed, &retry(&state, "a")).await;
    house.finish().await;
}
