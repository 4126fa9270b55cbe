//! What the canned upstream answers: `server/discover`, `tools/list` and one tool for each size and form.

use crate::REVISION;
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The sizes of the text in a tool's result, in bytes: 0.3, 4 and 64 KiB.
pub const SIZES: [usize; 3] = [300, 4096, 65_536];

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
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
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

/// Every result that the upstream can give, made once.
#[derive(Debug)]
pub struct Canned {
    discover: String,
    tools: String,
    results: BTreeMap<String, String>,
}

impl Default for Canned {
    fn default() -> Self {
        let mut results = BTreeMap::new();
        for bytes in SIZES {
            let result = result(json!({ "content": [{ "type": "text", "text": prose(bytes) }], "isError": false }));
            results.insert(tool_name(bytes, false), result.clone());
            results.insert(tool_name(bytes, true), result);
        }
        let tools: Vec<Value> = results.keys().map(|name| tool(name)).collect();
        Self {
            discover: result(json!({
                "supportedVersions": [REVISION],
                "capabilities": { "tools": {} },
                "ttlMs": 3_600_000,
                "cacheScope": "public",
            })),
            tools: result(json!({ "tools": tools, "ttlMs": 3_600_000, "cacheScope": "public" })),
            results,
        }
    }
}

fn result(mut members: Value) -> String {
    if let Some(object) = members.as_object_mut() {
        object.insert("resultType".into(), "complete".into());
        object.insert(
            "_meta".into(),
            json!({ "io.modelcontextprotocol/serverInfo": { "name": "bench-upstream", "version": "1.0.0" } }),
        );
    }
    members.to_string()
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
    /// Answers one message.
    #[must_use]
    pub fn answer(&self, body: &[u8]) -> Answer {
        let Ok(request) = serde_json::from_slice::<Request<'_>>(body) else {
            return Answer::Json(400, error("null", -32700, "not a request"));
        };
        let id = request.id.get();
        match request.method.as_ref() {
            "server/discover" => Answer::Json(200, response(id, &self.discover)),
            "tools/list" => Answer::Json(200, response(id, &self.tools)),
            "tools/call" => self.call(id, &request.params),
            _ => Answer::Json(404, error(id, -32601, "unknown method")),
        }
    }

    fn call(&self, id: &str, params: &Params<'_>) -> Answer {
        let name = params.name.as_deref().unwrap_or_default();
        let Some(result) = self.results.get(name) else {
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
    use crate::call::{Call, check};

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
            let Answer::Json(200, bytes) = Canned::default().answer(body.as_bytes()) else { panic!("{method}") };
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
        for bytes in SIZES {
            for stream in [false, true] {
                let call = Call::new(bytes, stream);
                match canned.answer(&call.body(7)) {
                    Answer::Json(200, body) => {
                        assert!(!stream);
                        check(&body, false, 7, bytes).unwrap();
                    }
                    Answer::Events(events) => {
                        assert!(stream);
                        assert_eq!(events.len(), 2, "a progress event and the response");
                        check(&events.concat(), true, 7, bytes).unwrap();
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn what_it_does_not_know_is_an_error() {
        let canned = Canned::default();
        let unknown = |body: &str| match canned.answer(body.as_bytes()) {
            Answer::Json(status, body) => {
                (status, serde_json::from_slice::<Value>(&body).unwrap()["error"]["code"].as_i64())
            }
            Answer::Events(_) => panic!("a stream"),
        };
        assert_eq!(unknown(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#), (404, Some(-32601)));
        assert_eq!(
            unknown(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#),
            (200, Some(-32602))
        );
        assert_eq!(unknown("{"), (400, Some(-32700)));
    }
}
