//! Clients of the session revisions, in front of an upstream that the test scripts.

use super::client::{Client, Wire};
use super::request::{Call, MARKER, REVISION, Reply, trace};
use super::{House, Plan, check_error, record};
use casemate_core::pin::Kind;
use casemate_tests::session::{Eras, Seen, SessionPuppet};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The revisions with sessions.
pub(crate) const SESSION_REVISIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
/// All revisions.
pub(crate) const REVISIONS: [&str; 4] = [REVISION, "2025-11-25", "2025-06-18", "2025-03-26"];

/// How many entries the puppet has.
const ENTRIES: usize = 4;

const TOOLS: [&str; 6] = ["echo", "add", "slow", "ask", "ghost", "mail"];

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1_000_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A gateway in front of a scripted upstream.
pub(crate) struct SessionHouse {
    pub(crate) house: House,
    pub(crate) puppet: SessionPuppet,
}

impl std::ops::Deref for SessionHouse {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

/// An entry of the puppet.
fn entry(name: &str, puppet: &SessionPuppet) -> Value {
    // Everything but `mail` only reads.
    json!({ "name": name, "url": format!("http://{}/{name}", puppet.address()), "read_only": &TOOLS[..5], "pins": "trust-first" })
}

impl SessionHouse {
    /// A gateway whose upstream has sessions only.
    pub(crate) async fn start() -> Self {
        Self::with(Eras::Session, json!({})).await
    }

    /// A gateway whose upstream speaks these eras, with a patch to its configuration.
    pub(crate) async fn with(eras: Eras, patch: Value) -> Self {
        Self::planned(eras, |plan, _| plan.patch(&patch)).await
    }

    /// A gateway whose configuration and upstream `change` has changed.
    pub(crate) async fn planned(eras: Eras, change: impl FnOnce(&mut Plan, &SessionPuppet)) -> Self {
        let puppet = SessionPuppet::of(eras).await.expect("an upstream");
        let house = House::planned(|plan| {
            stand(plan, &puppet);
            change(plan, &puppet);
        })
        .await;
        let house = Self { house, puppet };
        house.surveyed().await;
        house
    }

    /// Waits until the gateway has seen what the upstream offers, under each name that it has.
    async fn surveyed(&self) {
        let pins = &self.running().gateway.pins();
        for _ in 0..6_000 {
            let known = pins.list().iter().filter(|(_, pin)| pin.kind == Kind::Instructions).count();
            if known == ENTRIES {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the upstream is never surveyed");
    }

    /// What the upstream got of clients; requests of the gateway's own name no trace.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.puppet.seen().into_iter().filter(|seen| seen.header("x-trace-id").is_some()).collect()
    }

    /// What the upstream got of clients with this method.
    pub(crate) fn seen_of(&self, method: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.method == method).collect()
    }

    /// Opens a session of the usual agent with `up`.
    pub(crate) async fn open(&self, revision: &str) -> Session {
        Session::open(&self.agent(), "up", revision).await
    }

    /// Opens a session of a client that answers everything with `asking`, which may ask it everything.
    pub(crate) async fn asked(&self, revision: &str) -> Session {
        Session::declaring(&self.agent(), "asking", revision, everything()).await
    }

    /// Sends a call that must be refused before it reaches an upstream, and checks what everyone sees of it.
    pub(crate) async fn turned_away(&self, client: &Client, call: &Call, code: &str) -> Reply {
        let before = self.seen().len();
        let reply = client.ask(call).await;
        self.check_refusal(call, &reply, code).await;
        let seen = self.seen();
        assert_eq!(seen.len(), before, "{code}: the upstream saw a refused call: {:?}", seen.last());
        reply
    }

    /// Sends a call that is passed on and then fails, as a whole or as the last event of a stream.
    pub(crate) async fn broken(&self, client: &Client, call: &Call, code: &str, effect: &str) -> Reply {
        let reply = client.ask(call).await;
        if is_stream(&reply) {
            let last = last(&reply);
            assert_eq!((reply.status, &last["error"]["data"]["reason"]), (200, &json!(code)), "{last}");
            assert_eq!(last["id"], call.id, "{last}");
        } else {
            check_error(call, &reply, code);
        }
        self.outcome(&reply.trace(), code, effect).await;
        reply
    }

    /// A call that must succeed.
    pub(crate) async fn done(&self, client: &Client, call: &Call) -> Value {
        let reply = client.ask(call).await;
        let json = self.result(call, &reply).await;
        self.outcome(&reply.trace(), "", "executed").await;
        json
    }

    /// The result in a reply.
    pub(crate) async fn result(&self, call: &Call, reply: &Reply) -> Value {
        assert_eq!(reply.status, 200, "{}", reply.text());
        let json = last(reply);
        assert_eq!(json["id"], call.id, "{json}");
        assert!(json.get("result").is_some(), "{json}");
        json["result"].clone()
    }

    /// The reasons in the records of a request.
    pub(crate) async fn reasons(&self, trace: &str) -> Vec<String> {
        let ends = self.records(trace).await;
        let end = ends.iter().find(|entry| record::text(entry, "kind") != "intent").expect("its end");
        let reasons = end["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
        reasons.iter().filter_map(|reason| Some(reason.as_str()?.to_owned())).collect()
    }

    /// Stops the gateway, checks the log, and that no session's name crossed the gateway.
    pub(crate) async fn finish(self) -> Vec<Value> {
        let ids: Vec<_> = self.puppet.seen().iter().filter_map(|seen| seen.session().map(str::to_owned)).collect();
        let foreign: Vec<_> = ids.iter().filter(|id| id.len() == 43).collect();
        assert!(foreign.is_empty(), "the upstream saw our own names of sessions: {foreign:?}");
        self.house.finish().await
    }
}

/// Puts the puppet in place of the usual upstreams.
fn stand(plan: &mut Plan, puppet: &SessionPuppet) {
    // The usual upstream writes what no library would write.
    let mut wild = plan.config["upstreams"][0].clone();
    (wild["name"], wild["revision"]) = (json!("wild"), json!("2025-11-25"));
    let up = entry("up", puppet);
    let mut asking = entry("asking", puppet);
    asking["requests"] = json!(["elicitation", "elicitation-url", "sampling", "roots"]);
    let mut brief = entry("brief", puppet);
    brief["timeouts"] = json!({ "first_byte": "300ms", "total": "900ms" });
    let bare = |name: &str, url: &str| json!({ "name": name, "url": url, "pins": "trust-first" });
    plan.config["upstreams"] = json!([
        up,
        asking,
        brief,
        entry("hidden", puppet),
        bare("unlisted", "http://127.0.0.2:9/mcp"),
        bare("outside", "http://127.0.0.3:9/mcp"),
        bare("dead", "http://127.0.0.1:1/mcp"),
        wild,
    ]);
    let rule = json!({
        "servers": ["up", "asking", "brief", "unlisted", "outside", "dead", "wild"],
        "tools": ["echo", "add", "slow", "ask", "ghost", "mail"],
        "resources": ["docs://open/**"], "prompts": ["greet"], "completion": true, "subscriptions": true,
    });
    for tenant in ["acme", "globex"] {
        plan.config["tenants"][tenant]["rules"] = json!([rule]);
    }
}

/// Capabilities of a client that answers everything.
pub(crate) fn everything() -> Value {
    json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": { "listChanged": true } })
}

/// An open session, as its client knows it.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) server: String,
    pub(crate) revision: String,
    pub(crate) id: String,
    /// The result of `initialize`.
    pub(crate) offer: Value,
}

/// `initialize`, as clients of the revision send it.
pub(crate) fn initialize(server: &str, revision: &str, capabilities: Value) -> Call {
    let info = json!({ "name": "tests", "version": "1" });
    let params = json!({ "protocolVersion": revision, "capabilities": capabilities, "clientInfo": info });
    post(server, Some(json!(next())), "initialize", params)
}

/// A message outside any session.
pub(crate) fn post(server: &str, id: Option<Value>, method: &str, params: Value) -> Call {
    let mut body = json!({ "jsonrpc": "2.0", "method": method });
    if let Some(id) = &id {
        body["id"] = id.clone();
    }
    if !params.is_null() {
        body["params"] = params;
    }
    raw(server, id.unwrap_or_default(), body.to_string())
}

/// These bytes as a message.
pub(crate) fn raw(server: &str, id: Value, body: String) -> Call {
    let call = Call { id, ..Call::http("POST", &format!("/mcp/{server}")) };
    call.bytes(body)
        .set("content-type", "application/json")
        .set("accept", "application/json, text/event-stream")
        .set("x-mcp-client", "tests/1.0")
}

impl Session {
    /// Opens a session whose client answers nothing.
    pub(crate) async fn open(client: &Client, server: &str, revision: &str) -> Self {
        Self::declaring(client, server, revision, json!({})).await
    }

    /// Opens a session with these capabilities of the client.
    pub(crate) async fn declaring(client: &Client, server: &str, revision: &str, capabilities: Value) -> Self {
        let call = initialize(server, revision, capabilities);
        let reply = client.ask(&call).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let session = Self::of(client, server, revision, &reply);
        let reply = session.ask(&session.note("notifications/initialized", Value::Null)).await;
        assert_eq!((reply.status, reply.body.len()), (202, 0), "{}", reply.text());
        session
    }

    /// The session that an answer to `initialize` opened.
    pub(crate) fn of(client: &Client, server: &str, revision: &str, reply: &Reply) -> Self {
        let id = reply.header("mcp-session-id").unwrap_or_else(|| panic!("no session: {}", reply.text())).to_owned();
        let (server, revision) = (server.to_owned(), revision.to_owned());
        Self { client: client.clone(), server, revision, id, offer: last(reply)["result"].clone() }
    }

    /// The same session in the hands of another.
    pub(crate) fn held_by(&self, client: &Client) -> Self {
        let (server, revision, id) = (self.server.clone(), self.revision.clone(), self.id.clone());
        Self { client: client.clone(), server, revision, id, offer: Value::Null }
    }

    /// Adds the headers of the session.
    pub(crate) fn dress(&self, call: Call) -> Call {
        let call = call.set("mcp-session-id", &self.id);
        if self.revision == "2025-03-26" { call } else { call.set("mcp-protocol-version", &self.revision) }
    }

    /// A request.
    pub(crate) fn call(&self, method: &str, params: Value) -> Call {
        self.numbered(&json!(next()), method, params)
    }

    /// A request under this id.
    pub(crate) fn numbered(&self, id: &Value, method: &str, params: Value) -> Call {
        self.dress(post(&self.server, Some(id.clone()), method, params))
    }

    /// A call of a tool with one text argument.
    pub(crate) fn tool(&self, name: &str) -> Call {
        self.call("tools/call", json!({ "name": name, "arguments": { "text": format!("{MARKER} {}", next()) } }))
    }

    /// A notification.
    pub(crate) fn note(&self, method: &str, params: Value) -> Call {
        self.dress(post(&self.server, None, method, params))
    }

    /// A response to a request of the server's.
    pub(crate) fn answer(&self, id: &Value, result: Value) -> Call {
        let body = json!({ "jsonrpc": "2.0", "id": id, "result": result });
        self.dress(raw(&self.server, id.clone(), body.to_string()))
    }

    /// An error response to a request of the server's.
    pub(crate) fn decline(&self, id: &Value) -> Call {
        let error = json!({ "code": -1, "message": "declined" });
        let body = json!({ "jsonrpc": "2.0", "id": id, "error": error });
        self.dress(raw(&self.server, id.clone(), body.to_string()))
    }

    /// A GET.
    pub(crate) fn get(&self) -> Call {
        let call = Call::http("GET", &format!("/mcp/{}", self.server)).set("accept", "text/event-stream");
        self.dress(call.set("x-mcp-client", "tests/1.0"))
    }

    /// A GET that resumes after an event.
    pub(crate) fn resume(&self, event: &str) -> Call {
        self.get().set("last-event-id", event)
    }

    /// A DELETE.
    pub(crate) fn delete(&self) -> Call {
        let call = Call::http("DELETE", &format!("/mcp/{}", self.server));
        self.dress(call.set("x-mcp-client", "tests/1.0"))
    }

    pub(crate) async fn ask(&self, call: &Call) -> Reply {
        self.client.ask(call).await
    }

    /// Sends a notification or a response, which must be taken.
    pub(crate) async fn tell(&self, call: &Call) {
        let reply = self.ask(call).await;
        assert_eq!((reply.status, reply.body.len()), (202, 0), "{}", reply.text());
    }

    /// Sends a call that is answered by a stream, and reads its head.
    pub(crate) async fn stream(&self, call: &Call) -> Stream {
        Stream::open(&self.client, call).await
    }
}

/// One event of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    pub(crate) data: String,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {:?}", self.data))
    }
}

/// An open stream of events.
pub(crate) struct Stream {
    wire: Wire,
    pub(crate) head: Reply,
    text: String,
}

impl Stream {
    pub(crate) async fn open(client: &Client, call: &Call) -> Self {
        let mut wire = client.connect().await.expect("a connection");
        wire.send(&client.signed(call).wire()).await.expect("bytes are taken");
        let head = wire.head().await.expect("an answer");
        let mut stream = Self { wire, head, text: String::new() };
        if !is_stream(&stream.head) {
            while let Some(piece) = stream.wire.piece().await.expect("a body") {
                stream.head.body.extend_from_slice(&piece);
            }
            panic!("no stream: {} {}", stream.head.status, stream.head.text());
        }
        stream
    }

    /// The next event, empty ones included; `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let found = parse(block);
                self.text = rest.to_owned();
                if found.is_some() {
                    return found;
                }
            }
            let piece = self.wire.piece().await.expect("a stream that ends in order")?;
            self.text.push_str(&String::from_utf8_lossy(&piece));
        }
    }

    /// The next event with a message.
    pub(crate) async fn message(&mut self) -> Option<Value> {
        loop {
            let event = self.event().await?;
            if !event.data.is_empty() {
                return Some(event.json());
            }
        }
    }

    /// All messages until the end.
    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(message) = self.message().await {
            all.push(message);
        }
        all
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let lines: Vec<_> = block.lines().filter_map(|line| line.strip_prefix(name)).collect();
        let text = |line: &&str| line.strip_prefix(' ').unwrap_or(line).to_owned();
        (!lines.is_empty()).then(|| lines.iter().map(text).collect::<Vec<_>>().join("\n"))
    };
    let id = field("id:");
    let data = field("data:");
    (id.is_some() || data.is_some()).then(|| Event { id, data: data.unwrap_or_default() })
}

/// The events of a whole reply.
pub(crate) fn events(reply: &Reply) -> Vec<Event> {
    reply.text().split("\n\n").filter_map(parse).collect()
}

/// The messages in the events of a whole reply.
pub(crate) fn messages(reply: &Reply) -> Vec<Value> {
    events(reply).iter().filter(|event| !event.data.is_empty()).map(Event::json).collect()
}

pub(crate) fn is_stream(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// The message of a reply; of a stream the last.
pub(crate) fn last(reply: &Reply) -> Value {
    if is_stream(reply) { messages(reply).pop().unwrap_or_default() } else { reply.json() }
}

/// A client that speaks one revision: alone in each request, or in a session.
pub(crate) enum Talk {
    Modern,
    Session(Session),
}

impl Talk {
    /// The usual agent, speaking with `server`.
    pub(crate) async fn begin(house: &SessionHouse, server: &str, revision: &str) -> Self {
        if revision == REVISION {
            Self::Modern
        } else {
            Self::Session(Session::declaring(&house.agent(), server, revision, everything()).await)
        }
    }

    pub(crate) const fn is_modern(&self) -> bool {
        matches!(self, Self::Modern)
    }

    /// A request to the server `up`, unless the session is with another.
    pub(crate) fn call(&self, method: &str, params: Value) -> Call {
        match self {
            Self::Modern => Call::declaring(method, params, everything()),
            Self::Session(session) => session.call(method, params),
        }
    }

    pub(crate) fn tool(&self, name: &str) -> Call {
        self.call("tools/call", json!({ "name": name, "arguments": { "text": format!("{MARKER} {}", next()) } }))
    }

    /// Other bytes as a message with the usual headers; those of the modern revision are for a call of `echo`.
    pub(crate) fn bytes(&self, body: impl Into<Vec<u8>>) -> Call {
        self.tool("echo").bytes(body)
    }
}

/// The same call under a new trace.
pub(crate) fn again(call: &Call) -> Call {
    call.clone().set("x-trace-id", &trace())
}

/// Lets time pass, in a test on one thread.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}
