//! Pins as people meet them: the routes of the admin listener, and `casemate pins`.

mod changes;
mod desk;
mod forget;
mod races;
mod review;
mod routes;

use crate::harness::{AGENT, Authority, Call, Client, House, Reply};
use casemate_tests::hostile::{Act, Hostile};
use desk::Desk;
use serde_json::{Value, json};

const OPERATOR: &str = "spiffe://acme.example/people/operator";
const REVIEWER: &str = "spiffe://acme.example/people/reviewer";
const AUDITOR: &str = "spiffe://acme.example/people/auditor";
const NOBODY: &str = "spiffe://acme.example/people/none";

async fn house() -> House {
    House::planned(|plan| {
        plan.patch(&json!({ "admin": { "people": {
            "olga": { "identities": [OPERATOR], "roles": ["operator"] },
            "rita": { "identities": [REVIEWER], "roles": ["reviewer"] },
            "aldo": { "identities": [AUDITOR], "roles": ["auditor"] },
            "rolf": { "identities": [NOBODY], "roles": [] },
        } } }));
        plan.config["upstreams"][0]["pins"] = json!("review");
    })
    .await
}

async fn ask(house: &House, identity: Option<&str>, call: &Call) -> Reply {
    let leaf = identity.map(|identity| Authority::shared().client(identity));
    Client::tls(house.running().admin.expect("an admin listener"), leaf.as_ref()).ask(call).await
}

async fn get(house: &House, identity: &str, path: &str) -> Value {
    let reply = ask(house, Some(identity), &Call::http("GET", path)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{}", reply.text());
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.json()
}

const ECHO: &str = "/pins/item?server=up&kind=tool&name=echo";

/// The pin of the tool `echo` once the upstream was surveyed.
async fn echo(house: &House) -> Value {
    for _ in 0..2_000 {
        let reply = ask(house, Some(AUDITOR), &Call::http("GET", ECHO)).await;
        if reply.status == 200 {
            return reply.json();
        }
        assert_eq!(reply.json()["reason"], "pin.missing");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the upstream was never surveyed");
}

fn decision(verb: &str, body: &Value) -> Call {
    Call::http("POST", &format!("/pins/{verb}")).set("content-type", "application/json").bytes(body.to_string())
}

fn tools(description: &str) -> Act {
    offer(&[("search", description), ("greet", "Says hello."), ("count", "Counts.")])
}

fn offer(tools: &[(&str, &str)]) -> Act {
    let tool = |(name, description): &(&str, &str)| json!({ "name": name, "description": description, "inputSchema": { "type": "object" } });
    let tools: Vec<_> = tools.iter().map(tool).collect();
    Act::Result(json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": tools }))
}
