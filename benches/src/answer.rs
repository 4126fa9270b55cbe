//! What the canned upstream answers in both eras: openings, lists, and one tool for each size and form.

use crate::catalogue;
use crate::{Era, REVISION, SESSION_REVISION};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The sizes of the text in a tool's result, in bytes: 0.3, 1, 4 and 64 KiB.
pub const SIZES: [usize; 4] = [300, 1024, 4096, 65_536];

/// The name of the tool that answers with `bytes` of text, as JSON or as an event stream.
#[must_use]
pub fn tool_name(bytes: usize, stream: bool) -> String {
    format!("{}_{bytes}", if stream { "stream" } else { "text" })
}

/// One answer, before it becomes an HTTP response.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// A JSON object with its HTTP status.
    Json(u16, Bytes),
    /// Server-sent events, one buffer each.
    Events(Vec<Bytes>),
    /// The JSON answer to `initialize`, which opens a session.
    Opened(Bytes),
    /// Nothing to say to a notification.
    Accepted,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: Params<'a>,
}

#[derive(Deserialize, Default)]
struct Params<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "_meta")]
    meta: Meta<'a>,
}

#[derive(Deserialize, Default)]
struct Meta<'a> {
    #[serde(borrow, default, rename = "progressToken")]
    progress: Option<&'a RawValue>,
}

/// Every result that the upstream can give, made once for each era.
#[derive(Debug)]
pub struct Canned {
    modern: Results,
    session: Results,
}

#[derive(Debug)]
struct Results {
    opening: String,
    tools: String,
    resources: String,
    calls: BTreeMap<String, String>,
}

impl Canned {
    /// The answers of an upstream that lists its own tools, or a [`catalogue`] of `items` tools and as many resources.
    #[must_use]
    pub fn new(items: usize) -> Self {
        Self { modern: Results::new(Era::Modern, items), session: Results::new(Era::Session, items) }
    }

    const fn results(&self, era: Era) -> &Results {
        match era {
            Era::Modern => &self.modern,
            Era::Session => &self.session,
        }
    }
}

impl Default for Canned {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Results {
    fn new(era: Era, items: usize) -> Self {
        let mut calls = BTreeMap::new();
        for bytes in SIZES {
            let content = json!({ "content": [{ "type": "text", "text": prose(bytes) }], "isError": false });
            let result = result(era, content);
            calls.insert(tool_name(bytes, false), result.clone());
            calls.insert(tool_name(bytes, true), result);
        }
        let tools: Vec<Value> =
            if items == 0 { calls.keys().map(|name| tool(name)).collect() } else { catalogue::tools(items).collect() };
        let resources: Vec<Value> = catalogue::resources(items).collect();
        let capabilities = json!({ "tools": {}, "resources": {} });
        let opening = match era {
            Era::Modern => json!({ "supportedVersions": [REVISION], "capabilities": capabilities }),
            Era::Session => json!({
                "protocolVersion": SESSION_REVISION,
                "capabilities": capabilities,
                "serverInfo": { "name": "bench-upstream", "version": "1.0.0" },
            }),
        };
        Self {
            opening: result(era, cacheable(era, opening)),
            tools: result(era, cacheable(era, json!({ "tools": tools }))),
            resources: result(era, cacheable(era, json!({ "resources": resources }))),
            calls,
        }
    }
}

fn with(mut object: Value, era: Era, more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let (Era::Modern, Some(members)) = (era, object.as_object_mut()) {
        members.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

fn cacheable(era: Era, result: Value) -> Value {
    with(result, era, [("ttlMs", json!(3_600_000)), ("cacheScope", json!("public"))])
}

fn result(era: Era, members: Value) -> String {
    let info = json!({ "io.modelcontextprotocol/serverInfo": { "name": "bench-upstream", "version": "1.0.0" } });
    with(members, era, [("resultType", json!("complete")), ("_meta", info)]).to_string()
}

fn tool(name: &str) -> Value {
    json!({
        "name": name,
        "description": "Answers with canned text of a fixed size.",
        "inputSchema": {
            "type": "object",
            "properties": { "query": { "type": "string" } },
            "required": ["query"],
        },
    })
}

/// `bytes` bytes of plain ASCII prose, without links, markup or control characters other than line feeds.
#[must_use]
pub fn prose(bytes: usize) -> String {
    const SENTENCE: &str = "The quarterly report lists twelve open items; four were settled in March, \
        and the rest wait for a second signature. Stock at the northern depot fell by 7.5 percent.\n";
    SENTENCE.chars().cycle().take(bytes).collect()
}

impl Canned {
    /// Answers one message; in a session where `era` says so.
    #[must_use]
    pub fn answer(&self, body: &[u8], era: Era) -> Answer {
        let results = self.results(era);
        let Ok(request) = serde_json::from_slice::<Request<'_>>(body) else {
            return Answer::Json(400, error("null", -32700, "not a request"));
        };
        let Some(id) = request.id.map(RawValue::get) else { return Answer::Accepted };
        match (request.method.as_ref(), era) {
            ("initialize", _) => Answer::Opened(response(id, &self.session.opening)),
            ("server/discover", Era::Modern) => Answer::Json(200, response(id, &results.opening)),
            ("tools/list", _) => Answer::Json(200, response(id, &results.tools)),
            ("resources/list", _) => Answer::Json(200, response(id, &results.resources)),
            ("tools/call", _) => results.call(id, &request.params),
            _ => Answer::Json(404, error(id, -32601, "unknown method")),
        }
    }
}

impl Results {
    fn call(&self, id: &str, params: &Params<'_>) -> Answer {
        let name = params.name.as_deref().unwrap_or_default();
        let Some(result) = self.calls.get(name) else {
            return Answer::Json(200, error(id, -32602, "unknown tool"));
        };
        let response = response(id, result);
        if !name.starts_with("stream_") {
            return Answer::Json(200, response);
        }
        let mut events = Vec::with_capacity(2);
        if let Some(token) = params.meta.progress {
            events.push(event(
                format!(
                    r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{},"progress":1,"total":2}}}}"#,
                    token.get()
                )
                .as_bytes(),
            ));
        }
        events.push(event(&response));
        Answer::Events(events)
    }
}

fn response(id: &str, result: &str) -> Bytes {
    concat(&[br#"{"jsonrpc":"2.0","id":"#, id.as_bytes(), br#","result":"#, result.as_bytes(), b"}"])
}

fn error(id: &str, code: i32, message: &str) -> Bytes {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#).into()
}

fn event(data: &[u8]) -> Bytes {
    concat(&[b"event: message\ndata: ", data, b"\n\n"])
}

fn concat(parts: &[&[u8]]) -> Bytes {
    let mut buffer = BytesMut::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| buffer.extend_from_slice(part));
    buffer.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Ask, Call};

    #[test]
    fn prose_has_the_size_it_promises() {
        for bytes in SIZES {
            assert_eq!(prose(bytes).len(), bytes);
        }
    }

    #[test]
    fn discovery_and_lists_have_the_members_of_the_revision() {
        for (method, member) in [("server/discover", "supportedVersions"), ("tools/list", "tools")] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":"a","method":"{method}","params":{{}}}}"#);
            let Answer::Json(200, bytes) = Canned::default().answer(body.as_bytes(), Era::Modern) else {
                panic!("{method}")
            };
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["id"], "a");
            assert_eq!(value["result"]["resultType"], "complete");
            assert_eq!(value["result"]["cacheScope"], "public");
            assert!(value["result"]["ttlMs"].is_u64());
            assert!(value["result"][member].is_array());
        }
    }

    #[test]
    fn every_tool_gives_what_the_load_generator_accepts() {
        let canned = Canned::default();
        for (text, stream, era) in
            SIZES.into_iter().flat_map(|n| [(n, false, Era::Modern), (n, true, Era::Modern), (n, true, Era::Session)])
        {
            let call = Call::new(Ask::Text { text, stream }, era);
            match canned.answer(&call.body(7), era) {
                Answer::Json(200, body) => {
                    assert!(!stream);
                    call.check(&body, false, 7).unwrap();
                }
                Answer::Events(events) => {
                    assert!(stream);
                    assert_eq!(events.len(), 2, "a progress event and the response");
                    call.check(&events.concat(), true, 7).unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_session_is_opened_by_initialize_and_a_notification_has_no_answer() {
        let canned = Canned::default();
        let opening = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#;
        let Answer::Opened(bytes) = canned.answer(opening, Era::Modern) else { panic!("not opened") };
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["result"]["protocolVersion"], SESSION_REVISION);
        assert!(value["result"].get("resultType").is_none());
        let told = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        assert_eq!(canned.answer(told, Era::Session), Answer::Accepted);
    }

    #[test]
    fn what_it_does_not_know_is_an_error() {
        let canned = Canned::default();
        let unknown = |body: &str| match canned.answer(body.as_bytes(), Era::Modern) {
            Answer::Json(status, body) => {
                (status, serde_json::from_slice::<Value>(&body).unwrap()["error"]["code"].as_i64())
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(unknown(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#), (404, Some(-32601)));
        assert_eq!(
            unknown(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#),
            (200, Some(-32602))
        );
        assert_eq!(unknown("{"), (400, Some(-32700)));
    }
}
