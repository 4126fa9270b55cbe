//! What a hostile upstream can do with one request.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// One misbehaviour.
#[derive(Debug, Clone)]
pub enum Act {
    /// A correct answer.
    Honest,
    /// A correct answer with this result.
    Result(Value),
    /// A correct answer with further header fields.
    Headers(Vec<(&'static str, String)>),
    /// This status, these header fields and a short text.
    Status(u16, Vec<(&'static str, String)>),
    /// An answer with this body; `{id}` in it becomes the request's id.
    Json(String),
    /// An answer with this body and media type.
    Typed(&'static str, Vec<u8>),
    /// A stream of these events' data, then its end; `{id}` becomes the request's id.
    Events(Vec<String>),
    /// These bytes in place of an HTTP answer, then the end of the connection; `{id}` becomes the request's id.
    Raw(String),
    /// Nothing at all, for ever.
    Hang,
    /// The headers and half of the answer, then nothing, for ever.
    HangInside,
    /// An open event stream with a comment line each time this has passed, for ever.
    KeepAlive(Duration),
    /// A correct answer, one byte each time this has passed.
    Drip(Duration),
    /// `Content-Length` larger than the body, then the end of the connection.
    LongerThanSent,
    /// `Content-Length` smaller than the body: the rest would be the next answer.
    ShorterThanSent,
    /// `Content-Length` and `Transfer-Encoding` together.
    BothLengths,
    /// This many progress notifications, then the answer.
    Flood(usize),
    /// A text of this many bytes.
    Oversize(usize),
    /// One event of this many bytes.
    OversizeEvent(usize),
    /// A stream that ends before the answer.
    TruncatedStream,
    /// The answer of a server of 2025-11-25: no `resultType`, and a session.
    OtherEra,
    /// The refusal of a server of 2025-11-25: 400 and a plain text.
    OtherEraRefusal,
}

impl Act {
    /// An answer to another request.
    #[must_use]
    pub fn wrong_id() -> Self {
        Self::Json(format!(r#"{{"jsonrpc":"2.0","id":"another","result":{}}}"#, result("tools/call")))
    }

    /// A member twice: the second result says something else.
    #[must_use]
    pub fn duplicate_keys() -> Self {
        let result = result("tools/call");
        Self::Json(format!(
            r#"{{"jsonrpc":"2.0","id":{{id}},"result":{result},"result":{{"resultType":"complete","content":[]}}}}"#
        ))
    }

    /// Two answers on one stream.
    #[must_use]
    pub fn two_answers() -> Self {
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{}}}"#, result("tools/call"));
        Self::Events(vec![answer.clone(), answer])
    }

    /// Both a result and an error.
    #[must_use]
    pub fn result_and_error() -> Self {
        let result = result("tools/call");
        Self::Json(format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{result},"error":{{"code":1,"message":"no"}}}}"#))
    }

    /// A request to the client on the stream, which 2026-07-28 forbids.
    #[must_use]
    pub fn server_request() -> Self {
        let request = r#"{"jsonrpc":"2.0","id":"mine","method":"sampling/createMessage","params":{"messages":[],"maxTokens":10}}"#;
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{}}}"#, result("tools/call"));
        Self::Events(vec![request.to_owned(), answer])
    }

    /// A result type of an extension.
    #[must_use]
    pub fn extension_result() -> Self {
        Self::Result(json!({ "resultType": "task", "task": { "taskId": "1", "status": "working" } }))
    }

    /// Arrays inside arrays, this deep.
    #[must_use]
    pub fn deep(depth: usize) -> Self {
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let result = format!(r#"{{"resultType":"complete","content":[],"structuredContent":{{"v":{value}}}}}"#);
        Self::Json(format!(r#"{{"jsonrpc":"2.0","id":{{id}},"result":{result}}}"#))
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::Status(status, vec![("Location", location.to_owned())])
    }

    /// A correct answer that claims a content coding.
    #[must_use]
    pub fn coded(coding: &str) -> Self {
        Self::Headers(vec![("Content-Encoding", coding.to_owned())])
    }

    /// A refusal with a challenge, as an upstream's own authorization would send.
    #[must_use]
    pub fn challenge(status: u16) -> Self {
        Self::Status(status, vec![("WWW-Authenticate", r#"Bearer realm="the upstream's own""#.to_owned())])
    }

    /// Plays the act; whether the connection can be used again.
    pub(super) async fn play(
        &self,
        to: &mut (impl AsyncWrite + Unpin),
        method: &str,
        id: &str,
    ) -> std::io::Result<bool> {
        // An honest server of the modern era knows no `initialize`.
        let honest = match method {
            "initialize" => {
                format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"Method not found"}}}}"#)
            }
            _ => answer(id, &result(method)),
        };
        match self {
            Self::Honest if id == "null" => {
                send(to, &status_line(202, &[("Content-Length", "0".to_owned())]), b"").await
            }
            Self::Honest => send(to, &head("application/json", honest.len(), &[]), honest.as_bytes()).await,
            Self::Result(result) => json_body(to, &answer(id, result)).await,
            Self::Headers(extra) => send(to, &head("application/json", honest.len(), extra), honest.as_bytes()).await,
            Self::Status(status, extra) => {
                let mut fields = vec![("Content-Type", "text/plain".to_owned()), ("Content-Length", "2".to_owned())];
                fields.extend(extra.iter().cloned());
                send(to, &status_line(*status, &fields), b"no").await
            }
            Self::Json(body) => json_body(to, &body.replace("{id}", id)).await,
            Self::Typed(kind, body) => send(to, &head(kind, body.len(), &[]), body).await,
            Self::Events(events) => stream(to, events.iter().map(|event| event.replace("{id}", id))).await,
            Self::Raw(bytes) => send(to, "", bytes.replace("{id}", id).as_bytes()).await.map(|_| false),
            Self::Flood(count) => {
                let note =
                    r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#;
                stream(to, std::iter::repeat_n(note.to_owned(), *count).chain([honest])).await
            }
            Self::Oversize(bytes) => json_body(to, &answer(id, &long(*bytes))).await,
            Self::OversizeEvent(bytes) => stream(to, [answer(id, &long(*bytes))].into_iter()).await,
            Self::OtherEra => {
                let body = answer(id, &json!({ "content": [{ "type": "text", "text": "old" }] }));
                let session = [("Mcp-Session-Id", "5f0c".to_owned())];
                send(to, &head("application/json", body.len(), &session), body.as_bytes()).await
            }
            Self::OtherEraRefusal => {
                let body = b"Bad Request: No valid session ID provided";
                let fields = [("Content-Type", "text/plain".to_owned()), ("Content-Length", body.len().to_string())];
                send(to, &status_line(400, &fields), body).await
            }
            _ => self.play_badly(to, &honest).await.map(|()| false),
        }
    }

    /// The acts after which the connection is of no use.
    async fn play_badly(&self, to: &mut (impl AsyncWrite + Unpin), honest: &str) -> std::io::Result<()> {
        let body = honest.as_bytes();
        let (first, _) = body.split_at(body.len() / 2);
        match self {
            Self::HangInside => {
                send(to, &head("application/json", body.len(), &[]), first).await?;
                std::future::pending().await
            }
            Self::KeepAlive(every) => {
                send(to, &status_line(200, &[("Content-Type", "text/event-stream".to_owned())]), b"").await?;
                loop {
                    send(to, "", b": still here\n\n").await?;
                    tokio::time::sleep(*every).await;
                }
            }
            Self::Drip(every) => {
                send(to, &head("application/json", body.len(), &[]), b"").await?;
                for byte in body {
                    send(to, "", &[*byte]).await?;
                    tokio::time::sleep(*every).await;
                }
                Ok(())
            }
            Self::LongerThanSent => send(to, &head("application/json", body.len() + 100, &[]), body).await.map(drop),
            Self::ShorterThanSent => send(to, &head("application/json", first.len(), &[]), body).await.map(drop),
            Self::BothLengths => {
                let extra = [("Transfer-Encoding", "chunked".to_owned())];
                send(to, &head("application/json", body.len(), &extra), body).await.map(drop)
            }
            Self::TruncatedStream => {
                send(to, &status_line(200, &[("Content-Type", "text/event-stream".to_owned())]), b"data: ").await?;
                send(to, "", first).await.map(drop)
            }
            // `Hang`: nothing is written, and the peer waits.
            _ => std::future::pending().await,
        }
    }
}

/// An honest result for a method.
fn result(method: &str) -> Value {
    match method {
        "tools/list" => list("tools", TOOLS.map(tool)),
        "prompts/list" => list("prompts", [json!({ "name": "greet" })]),
        "resources/list" => list("resources", [json!({ "name": "x", "uri": "docs://open/x" })]),
        "resources/templates/list" => {
            list("resourceTemplates", [json!({ "name": "x", "uriTemplate": "docs://open/{name}" })])
        }
        "server/discover" => json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
            "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {}, "resources": {}, "prompts": {} },
            "serverInfo": { "name": "hostile", "version": "1" } }),
        _ => json!({ "resultType": "complete", "content": [{ "type": "text", "text": "honest" }] }),
    }
}

/// The tools of an honest list.
const TOOLS: [&str; 4] = ["echo", "ghost", "test_a", "test_b"];

fn tool(name: &str) -> Value {
    let properties = json!({ "text": { "type": "string" } });
    json!({ "name": name, "inputSchema": { "type": "object", "properties": properties } })
}

fn list<const N: usize>(member: &str, items: [Value; N]) -> Value {
    json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", member: items.to_vec() })
}

fn long(bytes: usize) -> Value {
    json!({ "resultType": "complete", "content": [{ "type": "text", "text": "x".repeat(bytes) }] })
}

fn answer(id: &str, result: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

fn status_line(status: u16, fields: &[(&str, String)]) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} X\r\n{fields}\r\n")
}

fn head(kind: &str, length: usize, extra: &[(&str, String)]) -> String {
    let mut fields = vec![("Content-Type", kind.to_owned()), ("Content-Length", length.to_string())];
    fields.extend(extra.iter().cloned());
    status_line(200, &fields)
}

async fn send(to: &mut (impl AsyncWrite + Unpin), head: &str, body: &[u8]) -> std::io::Result<bool> {
    to.write_all(head.as_bytes()).await?;
    to.write_all(body).await?;
    to.flush().await?;
    Ok(true)
}

async fn json_body(to: &mut (impl AsyncWrite + Unpin), body: &str) -> std::io::Result<bool> {
    send(to, &head("application/json", body.len(), &[]), body.as_bytes()).await
}

/// Events until the end of the connection.
async fn stream(to: &mut (impl AsyncWrite + Unpin), events: impl Iterator<Item = String>) -> std::io::Result<bool> {
    send(
        to,
        &status_line(200, &[("Content-Type", "text/event-stream".to_owned()), ("Connection", "close".to_owned())]),
        b"",
    )
    .await?;
    for event in events {
        send(to, "data: ", event.as_bytes()).await?;
        send(to, "", b"\n\n").await?;
    }
    Ok(false)
}
