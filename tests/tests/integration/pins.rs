//! Pins as clients and servers meet them: what is not approved is neither shown nor used, in either era.

mod faults;
mod lists;
mod poison;
mod review;
mod rug;
mod told;
mod trust;
mod unmanaged;

use crate::harness::client::Client;
use crate::harness::pki::Authority;
use crate::harness::session::{Session, SessionHouse, Talk};
use crate::harness::{Call, Plan, Reply, record};
use casemate::serve::Running;
use casemate_core::ServerName;
use casemate_core::pin::{Kind, Pin, State};
use casemate_tests::session::{Eras, SessionPuppet};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const REVIEWER: &str = "spiffe://acme.example/people/reviewer";

/// Why something that is not approved is refused.
const PENDING: &str = "pin.pending";
const CHANGED: &str = "pin.changed";
const BLOCKED: &str = "pin.blocked";
const UNKNOWN: &str = "pin.unknown";

/// An upstream of each era, and a revision in which clients speak with it.
const ERAS: [(Eras, &str); 2] = [(Eras::Modern, "2026-07-28"), (Eras::Session, "2025-06-18")];

/// Tools that only read: those of the puppet, and those that tests make up.
fn read_only() -> Vec<String> {
    let own = ["echo", "add", "slow", "ask", "ghost", "later", "notes", "lookup"].map(str::to_owned);
    own.into_iter().chain((0..32).map(|n| format!("t{n}"))).collect()
}

/// A gateway whose `up` has its pins in this mode, and that admits whatever is approved.
async fn house(eras: Eras, mode: &str, change: impl FnOnce(&mut Plan, &SessionPuppet)) -> SessionHouse {
    SessionHouse::planned(eras, |plan, puppet| {
        plan.patch(&json!({ "admin": { "people": { "rita": { "identities": [REVIEWER], "roles": ["reviewer"] } } } }));
        let up = &mut plan.config["upstreams"][0];
        (up["pins"], up["read_only"]) = (json!(mode), json!(read_only()));
        plan.config["tenants"]["acme"]["rules"] = json!([{ "servers": ["up", "hidden"], "tools": ["**"],
            "resources": ["**"], "prompts": ["**"], "completion": true, "subscriptions": true }]);
        change(plan, puppet);
    })
    .await
}

fn up() -> ServerName {
    ServerName::parse("up").expect("a name")
}

fn pin(house: &SessionHouse, kind: Kind, name: &str) -> Option<Arc<Pin>> {
    house.running().gateway.pins().get(&up(), kind, name)
}

fn state(house: &SessionHouse, kind: Kind, name: &str) -> Option<State> {
    pin(house, kind, name).map(|pin| pin.state)
}

/// Waits until a pin of `up` is as `holds` says.
async fn until_pin(house: &SessionHouse, kind: Kind, name: &str, holds: impl Fn(&Pin) -> bool) -> Arc<Pin> {
    for _ in 0..6_000 {
        if let Some(pin) = pin(house, kind, name).filter(|pin| holds(pin)) {
            return pin;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{kind} {name} is {:?}", pin(house, kind, name));
}

async fn until(house: &SessionHouse, kind: Kind, name: &str, state: State) -> Arc<Pin> {
    until_pin(house, kind, name, |pin| pin.state == state).await
}

/// The same while a client asks for what is not there, which makes the gateway look again.
async fn sought(house: &SessionHouse, talk: &Talk, kind: Kind, name: &str, wanted: State) -> Arc<Pin> {
    for _ in 0..600 {
        house.agent().ask(&talk.tool("ghost")).await;
        if let Some(pin) = pin(house, kind, name).filter(|pin| pin.state == wanted) {
            return pin;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{kind} {name} is {:?}", pin(house, kind, name));
}

/// A reviewer at the admin listener.
async fn ask(house: &SessionHouse, call: &Call) -> Reply {
    let leaf = Authority::shared().client(REVIEWER);
    Client::tls(house.running().admin.expect("an admin listener"), Some(&leaf)).ask(call).await
}

fn decision(verb: &str, kind: Kind, name: &str, digest: &str) -> Call {
    let body = json!({ "server": "up", "kind": kind.as_str(), "name": name, "digest": digest });
    Call::http("POST", &format!("/pins/{verb}")).set("content-type", "application/json").bytes(body.to_string())
}

/// What a reviewer is shown about a pin of `up`.
async fn item(house: &SessionHouse, kind: Kind, name: &str) -> Value {
    let escaped: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let path = format!("/pins/item?server=up&kind={kind}&name={escaped}");
    let reply = ask(house, &Call::http("GET", &path)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// Decides about the definition that the reviewer is shown.
async fn decide(house: &SessionHouse, verb: &str, kind: Kind, name: &str) {
    let item = item(house, kind, name).await;
    let body =
        json!({ "server": "up", "kind": kind.as_str(), "name": name, "digest": item["seen"], "state": item["state"] });
    let call = Call::http("POST", &format!("/pins/{verb}")).set("content-type", "application/json");
    let reply = ask(house, &call.bytes(body.to_string())).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let state = if verb == "approve" { "approved" } else { "blocked" };
    assert_eq!(reply.json()["state"], state);
}

/// The names in a list, as a client sees it.
async fn names(house: &SessionHouse, talk: &Talk, method: &str) -> Vec<String> {
    let (member, key) = match method {
        "tools/list" => ("tools", "name"),
        "prompts/list" => ("prompts", "name"),
        "resources/templates/list" => ("resourceTemplates", "uriTemplate"),
        _ => ("resources", "uri"),
    };
    let result = house.done(&house.agent(), &talk.call(method, json!({}))).await;
    let text = |item: &Value| item[key].as_str().expect("a name").to_owned();
    result[member].as_array().expect("a list").iter().map(text).collect()
}

async fn tools(house: &SessionHouse, talk: &Talk) -> Vec<String> {
    names(house, talk, "tools/list").await
}

/// The instructions of `up`, as a client gets them that comes now.
async fn instructions(house: &SessionHouse, revision: &str) -> Value {
    if revision == crate::harness::request::REVISION {
        house.done(&house.agent(), &Call::mcp("server/discover", json!({}))).await["instructions"].clone()
    } else {
        Session::open(&house.agent(), "up", revision).await.offer["instructions"].clone()
    }
}

/// A call that must be refused before it reaches the upstream.
async fn refused(house: &SessionHouse, call: &Call, code: &str) {
    house.turned_away(&house.agent(), call, code).await;
}

async fn served(house: &SessionHouse, call: &Call) -> Value {
    house.done(&house.agent(), call).await
}

/// What a prompt and a template can be asked, beside their lists.
fn greet(talk: &Talk) -> Call {
    talk.call("prompts/get", json!({ "name": "greet", "arguments": { "name": "anna" } }))
}

fn complete(talk: &Talk, reference: &Value) -> Call {
    let argument = json!({ "name": "name", "value": "an" });
    talk.call("completion/complete", json!({ "ref": reference, "argument": argument }))
}

fn of_prompt() -> Value {
    json!({ "type": "ref/prompt", "name": "greet" })
}

fn of_template() -> Value {
    json!({ "type": "ref/resource", "uri": TEMPLATE })
}

const TEMPLATE: &str = "docs://open/{name}";

fn tool(name: &str, description: &str) -> Value {
    json!({ "name": name, "description": description, "inputSchema": { "type": "object" } })
}

/// Stops the gateway, lets `meanwhile` happen, and starts it on the same state.
async fn restart(house: &mut SessionHouse, meanwhile: impl FnOnce(&SessionHouse)) {
    stop(house).await;
    meanwhile(house);
    house.house.running = Some(start(house).await.expect("the gateway starts"));
}

async fn stop(house: &mut SessionHouse) {
    house.house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
}

async fn start(house: &SessionHouse) -> Result<Running, String> {
    let loaded = house.plan.load()?;
    Running::start(loaded, &house.plan.state()).await.map_err(|fault| format!("{fault:#}"))
}

/// What the log says of the pins of `up`: who, and what became of which.
fn events(entries: &[Value]) -> Vec<(String, String)> {
    let pins = entries.iter().filter(|entry| entry["event"] == "pin");
    let told = pins.map(|entry| {
        let words: Vec<_> = record::text(entry, "detail").split(' ').collect();
        (record::text(entry, "actor").to_owned(), words.get(..4).expect("four words").join(" "))
    });
    told.filter(|(_, detail)| detail.split(' ').nth(1) == Some("up")).collect()
}

/// The moves of one pin in a log, oldest first.
fn moves(entries: &[Value], kind: Kind, name: &str) -> Vec<(String, String)> {
    let end = format!(" up {kind} {name}");
    let own =
        events(entries).into_iter().filter_map(|(actor, detail)| Some((actor, detail.strip_suffix(&end)?.to_owned())));
    own.collect()
}

/// The same as texts, to be compared with.
fn told(moves: &[(String, String)]) -> Vec<String> {
    moves.iter().map(|(actor, what)| format!("{actor}: {what}")).collect()
}
