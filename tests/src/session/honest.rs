//! What an unscripted puppet answers, in either era.

use super::state::{Seen, State, note, subscribed};
use super::step::Step;
use super::{DELETE, GET, MODERN, REPLY};
use serde_json::{Map, Value, json};

/// The revisions that open with `initialize`, newest first.
pub(super) const REVISIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// A decent answer.
pub(super) enum Honest {
    Result(Value),
    /// A status and an error.
    Error(u16, Value),
    Steps(Vec<Step>),
    /// 202 and nothing.
    Accepted,
    /// The session's GET stream, from the place that `Last-Event-ID` names.
    Standing,
    /// The end of the session.
    End,
}

fn error(code: i64, message: &str) -> Honest {
    Honest::Error(200, json!({ "code": code, "message": message }))
}

fn complete(members: Value) -> Honest {
    Honest::Result(members)
}

/// A tool result of one text.
pub(super) fn text(text: impl Into<Value>) -> Value {
    json!({ "content": [{ "type": "text", "text": text.into() }] })
}

/// The answer to a request that came in this session.
pub(super) fn answer(state: &mut State, seen: &Seen, session: &str) -> Honest {
    let modern = session == MODERN;
    let method = seen.method.as_str();
    let is_note = seen.id.is_null();
    let found = match method {
        GET if modern => Honest::Error(405, json!({ "code": -32000, "message": "Method not allowed" })),
        DELETE if modern => Honest::Error(405, json!({ "code": -32000, "message": "Method not allowed" })),
        GET => Honest::Standing,
        DELETE => Honest::End,
        REPLY => Honest::Accepted,
        "" => Honest::Error(400, json!({ "code": -32600, "message": "Invalid Request" })),
        "notifications/cancelled" => {
            cancel(state, session, seen.params().get("requestId").unwrap_or(&Value::Null));
            Honest::Accepted
        }
        _ if is_note => Honest::Accepted,
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => {
            match state.data.list(method, seen.params().get("cursor").and_then(Value::as_str)) {
                Some(members) => complete(Value::Object(members)),
                None => error(-32602, "Invalid cursor"),
            }
        }
        "tools/call" => call(state, seen, modern),
        "prompts/get" => prompt(state, seen),
        "resources/read" => resource(state, seen, modern),
        "completion/complete" => complete(json!({ "completion": { "values": ["anna", "anton"], "hasMore": false } })),
        _ if modern => only_modern(state, seen),
        _ => only_session(state, seen, session),
    };
    match found {
        Honest::Result(result) if modern => Honest::Result(in_full(method, result)),
        Honest::Error(200, error) if modern && error.get("code") == Some(&json!(-32601)) => Honest::Error(404, error),
        other => other,
    }
}

/// What 2026-07-28 wants in each result.
fn in_full(method: &str, result: Value) -> Value {
    let Value::Object(mut members) = result else { return result };
    members.entry("resultType").or_insert_with(|| json!("complete"));
    if method.ends_with("/list") || matches!(method, "server/discover" | "resources/read") {
        members.insert("ttlMs".to_owned(), json!(0));
        members.insert("cacheScope".to_owned(), json!("private"));
    }
    Value::Object(members)
}

/// The server's part of `initialize` and of `server/discover`.
fn identity(state: &State) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("capabilities".to_owned(), state.data.capabilities.clone());
    members.insert("serverInfo".to_owned(), json!({ "name": "puppet", "version": "1" }));
    if !state.data.instructions.is_null() {
        members.insert("instructions".to_owned(), state.data.instructions.clone());
    }
    members
}

fn only_modern(state: &State, seen: &Seen) -> Honest {
    match seen.method.as_str() {
        "server/discover" => {
            let mut members = identity(state);
            members.insert("supportedVersions".to_owned(), json!(["2026-07-28"]));
            complete(Value::Object(members))
        }
        "subscriptions/listen" => {
            let granted = json!({ "notifications": seen.params().get("notifications").unwrap_or(&Value::Null) });
            let first = subscribed(note("notifications/subscriptions/acknowledged", granted), &seen.id);
            Honest::Steps(vec![Step::message(&first), Step::Hang])
        }
        _ => error(-32601, "Method not found"),
    }
}

fn only_session(state: &mut State, seen: &Seen, session: &str) -> Honest {
    let uri = seen.params().get("uri").and_then(Value::as_str).unwrap_or_default().to_owned();
    match seen.method.as_str() {
        "initialize" => {
            let asked = seen.params().get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
            let revision = REVISIONS.iter().find(|own| **own == asked).unwrap_or(&"2025-11-25");
            let mut members = identity(state);
            members.insert("protocolVersion".to_owned(), json!(revision));
            complete(Value::Object(members))
        }
        "ping" | "logging/setLevel" => complete(json!({})),
        "resources/subscribe" | "resources/unsubscribe" => {
            if let Some(own) = state.session_mut(session) {
                own.subscriptions.retain(|known| *known != uri);
                if seen.method == "resources/subscribe" {
                    own.subscriptions.push(uri);
                }
            }
            complete(json!({}))
        }
        _ => error(-32601, "Method not found"),
    }
}

fn call(state: &mut State, seen: &Seen, modern: bool) -> Honest {
    let name = seen.params().get("name").and_then(Value::as_str).unwrap_or_default();
    if !state.data.has_tool(name) {
        return error(-32602, &format!("Unknown tool: {name}"));
    }
    let argument = |name: &str| seen.params().pointer(&format!("/arguments/{name}"));
    match name {
        "echo" => complete(text(argument("text").cloned().unwrap_or_else(|| json!("")))),
        "add" => {
            let number = |name: &str| argument(name).and_then(Value::as_f64).unwrap_or_default();
            let sum = json!({ "sum": number("a") + number("b") });
            complete(json!({ "content": [{ "type": "text", "text": sum.to_string() }], "structuredContent": sum }))
        }
        "slow" => {
            let count = argument("steps").and_then(Value::as_u64).unwrap_or(3).min(1000);
            let mut steps: Vec<Step> = (1..=count).map(|n| Step::Progress(n, count)).collect();
            if !modern {
                steps.insert(0, Step::prime(100));
            }
            steps.extend(argument("hold").and_then(Value::as_str).map(Step::hold));
            let result = text("slow");
            steps.push(Step::Result(if modern { in_full("tools/call", result) } else { result }));
            Honest::Steps(steps)
        }
        "ask" => ask(state, seen, modern),
        _ => complete(text("ok")),
    }
}

/// A request to the client: on the stream inside a session, in the result without one.
fn ask(state: &mut State, seen: &Seen, modern: bool) -> Honest {
    let argument = |name: &str| seen.params().pointer(&format!("/arguments/{name}")).and_then(Value::as_str);
    let said = argument("text").unwrap_or("Who are you?");
    let (method, params) = match argument("kind") {
        Some("sampling") => {
            let message = json!({ "role": "user", "content": { "type": "text", "text": said } });
            ("sampling/createMessage", json!({ "messages": [message], "maxTokens": 100 }))
        }
        Some("roots") => ("roots/list", json!({})),
        _ => {
            let form =
                json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
            ("elicitation/create", json!({ "mode": "form", "message": said, "requestedSchema": form }))
        }
    };
    if !modern {
        let id = json!(format!("ask-{}", state.number()));
        return Honest::Steps(vec![Step::prime(100), Step::ask(id.clone(), method, &params), Step::Repeat(id)]);
    }
    match seen.params().get("inputResponses") {
        Some(answers) => complete(text(answers.to_string())),
        None => complete(json!({ "resultType": "input_required",
            "inputRequests": { "q": { "method": method, "params": params } }, "requestState": "the state of the puppet" })),
    }
}

fn prompt(state: &State, seen: &Seen) -> Honest {
    let name = seen.params().get("name").and_then(Value::as_str).unwrap_or_default();
    if !state.data.has_prompt(name) {
        return error(-32602, &format!("Unknown prompt: {name}"));
    }
    let whom = seen.params().pointer("/arguments/name").and_then(Value::as_str).unwrap_or("you");
    let content = json!({ "type": "text", "text": format!("Greet {whom}.") });
    complete(json!({ "messages": [{ "role": "user", "content": content }] }))
}

fn resource(state: &State, seen: &Seen, modern: bool) -> Honest {
    let uri = seen.params().get("uri").and_then(Value::as_str).unwrap_or_default();
    if !state.data.has_resource(uri) {
        let code = if modern { -32602 } else { -32002 };
        let error = json!({ "code": code, "message": "Resource not found", "data": { "uri": uri } });
        return Honest::Error(200, error);
    }
    complete(json!({ "contents": [{ "uri": uri, "mimeType": "text/plain", "text": format!("The text of {uri}.") }] }))
}

/// Ends the stream of a request that the client no longer wants.
fn cancel(state: &State, session: &str, request: &Value) {
    let streams = state.session(session).map(|own| own.streams.as_slice()).unwrap_or_default();
    if let Some(stream) = streams.iter().rev().find(|stream| stream.request == *request) {
        stream.end();
    }
}
