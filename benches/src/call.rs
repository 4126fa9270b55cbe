//! One `tools/call` of revision 2026-07-28 over HTTP, and the check of its answer.

use crate::REVISION;
use crate::answer::{prose, tool_name};
use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;
use serde::Deserialize;
use std::borrow::Cow;

const ARGUMENT_BYTES: usize = 256;

/// A call that is repeated with a fresh id and a fresh trace id.
#[derive(Debug, Clone)]
pub struct Call {
    tool: String,
    before_id: String,
    after_id: String,
}

impl Call {
    /// A call to the tool that answers with `bytes` of text, as JSON or as an event stream.
    #[must_use]
    pub fn new(bytes: usize, stream: bool) -> Self {
        let tool = tool_name(bytes, stream);
        let params = serde_json::json!({
            "name": tool,
            "arguments": { "query": prose(ARGUMENT_BYTES) },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientInfo": { "name": "bench-load", "version": "1.0.0" },
                "io.modelcontextprotocol/clientCapabilities": {},
                "progressToken": "p",
            },
        });
        Self {
            tool,
            before_id: r#"{"jsonrpc":"2.0","id":"#.to_owned(),
            after_id: format!(r#","method":"tools/call","params":{params}}}"#),
        }
    }

    /// The message with `id`.
    #[must_use]
    pub fn body(&self, id: u64) -> Bytes {
        format!("{}{id}{}", self.before_id, self.after_id).into()
    }

    /// The HTTP request with every header that the revision and the gateway require.
    ///
    /// # Errors
    /// The path or host cannot stand in a request.
    pub fn request(&self, host: &HeaderValue, path: &str, id: u64, trace: u128) -> Result<Request<Full<Bytes>>> {
        let trace = uuid::Builder::from_random_bytes(trace.to_be_bytes()).into_uuid();
        Request::post(path)
            .header("host", host)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", REVISION)
            .header("mcp-method", "tools/call")
            .header("mcp-name", &self.tool)
            .header("x-trace-id", trace.hyphenated().to_string())
            .header("x-mcp-client", "bench-load/1.0.0")
            .body(Full::new(self.body(id)))
            .context("the request cannot be built")
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    error: Option<serde::de::IgnoredAny>,
    #[serde(borrow)]
    result: Option<ToolResult<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'a> {
    #[serde(borrow)]
    result_type: Option<Cow<'a, str>>,
    #[serde(default)]
    is_error: bool,
    #[serde(borrow, default)]
    content: Vec<Block<'a>>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

/// Checks an answer: the id is the request's, there is no error, and the text arrived whole.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn check(body: &[u8], stream: bool, id: u64, text: usize) -> Result<()> {
    if !stream {
        let message: Message<'_> = serde_json::from_slice(body).with_context(|| excerpt(body))?;
        return response(&message, id, text).with_context(|| excerpt(body));
    }
    let mut done = false;
    for line in body.split(|byte| *byte == b'\n') {
        let Some(data) = line.strip_prefix(b"data:") else { continue };
        ensure!(!done, "an event follows the response");
        let message: Message<'_> = serde_json::from_slice(data).with_context(|| excerpt(data))?;
        if message.method.is_some() && message.id.is_none() {
            continue;
        }
        response(&message, id, text).with_context(|| excerpt(data))?;
        done = true;
    }
    ensure!(done, "the stream ended without a response");
    Ok(())
}

fn response(message: &Message<'_>, id: u64, text: usize) -> Result<()> {
    ensure!(message.error.is_none(), "a JSON-RPC error");
    ensure!(message.id == Some(id), "the id is not the request's");
    let Some(result) = &message.result else { bail!("no result") };
    ensure!(result.result_type.as_deref() == Some("complete"), "resultType is not complete");
    ensure!(!result.is_error, "the tool reports an error");
    let found: usize = result.content.iter().map(|block| block.text.len()).sum();
    ensure!(found == text, "{found} bytes of text instead of {text}");
    Ok(())
}

/// The first bytes of an unexpected answer; it came from our own canned upstream or the program under test.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str, stream: bool) -> String {
        format!("{:#}", check(body.as_bytes(), stream, 7, 2).unwrap_err())
    }

    #[test]
    fn a_wrong_answer_is_never_counted_as_a_call() {
        let good =
            r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[{"type":"text","text":"ab"}]}}"#;
        check(good.as_bytes(), false, 7, 2).unwrap();
        check(format!(": note\n\ndata: {good}\n\n").as_bytes(), true, 7, 2).unwrap();
        check(format!("data:{good}\r\n\r\n").as_bytes(), true, 7, 2).unwrap();
        for (from, to, why) in [
            ("\"id\":7", "\"id\":8", "the id"),
            ("\"ab\"", "\"abc\"", "3 bytes"),
            ("complete", "input_required", "resultType"),
            ("\"content\"", "\"isError\":true,\"content\"", "reports an error"),
            ("\"result\":", "\"error\":{},\"x\":", "JSON-RPC error"),
            ("\"result\":", "\"x\":", "no result"),
        ] {
            let bad = good.replace(from, to);
            assert!(refused(&bad, false).contains(why), "{bad}");
            assert!(refused(&format!("data: {bad}\n\n"), true).contains(why), "{bad}");
        }
        assert!(refused("", true).contains("without a response"));
        assert!(refused(&format!("data: {good}\n\ndata: {good}\n\n"), true).contains("follows"));
        assert!(check(b"<html>", false, 7, 2).is_err());
    }

    #[test]
    fn header_and_body_agree_and_trace_ids_differ() {
        let call = Call::new(300, false);
        let host = HeaderValue::from_static("127.0.0.1");
        let first = call.request(&host, "/mcp/s00", 1, 1).unwrap();
        let second = call.request(&host, "/mcp/s00", 2, 2).unwrap();
        assert_ne!(first.headers()["x-trace-id"], second.headers()["x-trace-id"]);
        let body: serde_json::Value = serde_json::from_slice(&call.body(1)).unwrap();
        assert_eq!(body["params"]["name"], first.headers()["mcp-name"].to_str().unwrap());
        assert_eq!(body["method"], first.headers()["mcp-method"].to_str().unwrap());
    }
}
