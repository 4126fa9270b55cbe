//! One request of either era over HTTP, and the check of its answer.

use crate::answer::{prose, tool_name};
use crate::upstream::SESSION;
use crate::{Era, REVISION, SESSION_REVISION};
use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderValue, Request};
use http_body_util::Full;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use std::borrow::Cow;

const ARGUMENT_BYTES: usize = 256;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A tool's text of that many bytes, as JSON or as an event stream.
    Text {
        /// Bytes of text.
        text: usize,
        /// Whether it comes as events.
        stream: bool,
    },
    /// The list of tools, with so many items.
    Tools(usize),
    /// The list of resources, with so many items.
    Resources(usize),
}

/// A request that is repeated with a fresh id and a fresh trace id.
#[derive(Debug, Clone)]
pub struct Call {
    ask: Ask,
    era: Era,
    method: &'static str,
    tool: Option<String>,
    before_id: String,
    after_id: String,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub struct Place {
    /// The host.
    pub host: HeaderValue,
    /// The path.
    pub path: String,
}

impl Place {
    /// The headers that the gateway requires of every request.
    #[must_use]
    pub fn request(&self, method: http::Method, trace: u128) -> Builder {
        let trace = uuid::Builder::from_random_bytes(trace.to_be_bytes()).into_uuid();
        Request::builder()
            .method(method)
            .uri(&self.path)
            .header("host", &self.host)
            .header("x-trace-id", trace.hyphenated().to_string())
            .header("x-mcp-client", "bench-load/1.0.0")
    }
}

impl Call {
    /// The request for `ask`.
    #[must_use]
    pub fn new(ask: Ask, era: Era) -> Self {
        let (method, tool, mut params) = match ask {
            Ask::Text { text, stream } => {
                let tool = tool_name(text, stream);
                let params = json!({ "name": tool, "arguments": { "query": prose(ARGUMENT_BYTES) } });
                ("tools/call", Some(tool), params)
            }
            Ask::Tools(_) => ("tools/list", None, json!({})),
            Ask::Resources(_) => ("resources/list", None, json!({})),
        };
        let mut meta = json!({ "progressToken": "p" });
        if era == Era::Modern {
            meta = json!({
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientInfo": { "name": "bench-load", "version": "1.0.0" },
                "io.modelcontextprotocol/clientCapabilities": {},
                "progressToken": "p",
            });
        }
        if let Some(params) = params.as_object_mut() {
            params.insert("_meta".to_owned(), meta);
        }
        Self {
            ask,
            era,
            method,
            tool,
            before_id: r#"{"jsonrpc":"2.0","id":"#.to_owned(),
            after_id: format!(r#","method":"{method}","params":{params}}}"#),
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
    pub fn request(
        &self,
        place: &Place,
        id: u64,
        trace: u128,
        session: Option<&HeaderValue>,
    ) -> Result<Request<Full<Bytes>>> {
        let mut request = place
            .request(http::Method::POST, trace)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        request = match (self.era, session) {
            (Era::Modern, _) => request.header("mcp-protocol-version", REVISION).header("mcp-method", self.method),
            (Era::Session, session) => {
                let session = session.context("no session is open")?;
                request.header("mcp-protocol-version", SESSION_REVISION).header(SESSION, session)
            }
        };
        if let (Era::Modern, Some(tool)) = (self.era, &self.tool) {
            request = request.header("mcp-name", tool);
        }
        request.body(Full::new(self.body(id))).context("the request cannot be built")
    }

    /// Checks an answer: the id is the request's, there is no error, and what was asked for arrived whole.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    pub fn check(&self, body: &[u8], stream: bool, id: u64) -> Result<()> {
        if !stream {
            let message: Message<'_> = serde_json::from_slice(body).with_context(|| excerpt(body))?;
            return self.response(&message, id).with_context(|| excerpt(body));
        }
        let mut done = false;
        for line in body.split(|byte| *byte == b'\n') {
            let Some(data) = line.strip_prefix(b"data:").map(<[u8]>::trim_ascii) else { continue };
            // An event without data primes a client for resumption (MCP 2025-11-25, "Streamable HTTP").
            if data.is_empty() && self.era == Era::Session {
                continue;
            }
            ensure!(!done, "an event follows the response");
            let message: Message<'_> = serde_json::from_slice(data).with_context(|| excerpt(data))?;
            if message.method.is_some() && message.id.is_none() {
                continue;
            }
            self.response(&message, id).with_context(|| excerpt(data))?;
            done = true;
        }
        ensure!(done, "the stream ended without a response");
        Ok(())
    }

    fn response(&self, message: &Message<'_>, id: u64) -> Result<()> {
        ensure!(message.error.is_none(), "a JSON-RPC error");
        ensure!(message.id == Some(id), "the id is not the request's");
        let Some(result) = &message.result else { bail!("no result") };
        let kind = (self.era == Era::Modern).then_some("complete");
        ensure!(result.result_type.as_deref() == kind, "resultType is not {}", kind.unwrap_or("absent"));
        ensure!(!result.is_error, "the tool reports an error");
        let (found, wanted, what) = match self.ask {
            Ask::Text { text, .. } => {
                (result.content.iter().map(|block| block.text.len()).sum(), text, "bytes of text")
            }
            Ask::Tools(items) => (result.tools.len(), items, "tools"),
            Ask::Resources(items) => (result.resources.len(), items, "resources"),
        };
        ensure!(found == wanted, "{found} {what} instead of {wanted}");
        Ok(())
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    error: Option<IgnoredAny>,
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
    #[serde(default)]
    tools: Vec<IgnoredAny>,
    #[serde(default)]
    resources: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

/// The first bytes of an unexpected answer; it came from our own canned upstream or the program under test.
#[must_use]
pub fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const ASK: Ask = Ask::Text { text: 2, stream: false };

    fn check(body: &str, stream: bool) -> Result<()> {
        Call::new(ASK, Era::Modern).check(body.as_bytes(), stream, 7)
    }

    fn refused(body: &str, stream: bool) -> String {
        format!("{:#}", check(body, stream).unwrap_err())
    }

    #[test]
    fn a_wrong_answer_is_never_counted_as_a_call() {
        let good =
            r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","content":[{"type":"text","text":"ab"}]}}"#;
        check(good, false).unwrap();
        check(&format!(": note\n\ndata: {good}\n\n"), true).unwrap();
        check(&format!("data:{good}\r\n\r\n"), true).unwrap();
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
        assert!(check("<html>", false).is_err());
    }

    #[test]
    fn each_era_has_its_own_form_of_an_answer() {
        let session = r#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"ab"}]}}"#;
        assert!(refused(session, false).contains("resultType"));
        let call = Call::new(ASK, Era::Session);
        call.check(session.as_bytes(), false, 7).unwrap();
        call.check(format!("id: 1-0\ndata: \n\nid: 1-1\ndata: {session}\n\n").as_bytes(), true, 7).unwrap();
        assert!(refused(&format!("data: \n\ndata: {session}\n\n"), true).contains("EOF"));
    }

    #[test]
    fn a_list_has_as_many_items_as_were_asked_for() {
        let body = br#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","tools":[{"name":"a"},{}]}}"#;
        Call::new(Ask::Tools(2), Era::Modern).check(body, false, 7).unwrap();
        assert!(Call::new(Ask::Tools(3), Era::Modern).check(body, false, 7).is_err());
        assert!(Call::new(Ask::Resources(2), Era::Modern).check(body, false, 7).is_err());
    }

    #[test]
    fn header_and_body_agree_and_trace_ids_differ() {
        let place = Place { host: HeaderValue::from_static("127.0.0.1"), path: "/mcp/s00".to_owned() };
        let call = Call::new(ASK, Era::Modern);
        let first = call.request(&place, 1, 1, None).unwrap();
        let second = call.request(&place, 2, 2, None).unwrap();
        assert_ne!(first.headers()["x-trace-id"], second.headers()["x-trace-id"]);
        let body: Value = serde_json::from_slice(&call.body(1)).unwrap();
        assert_eq!(body["params"]["name"], first.headers()["mcp-name"].to_str().unwrap());
        assert_eq!(body["method"], first.headers()["mcp-method"].to_str().unwrap());
        let id = HeaderValue::from_static("x");
        let session = Call::new(ASK, Era::Session);
        let request = session.request(&place, 1, 1, Some(&id)).unwrap();
        assert!(request.headers().get("mcp-method").is_none() && request.headers()[SESSION] == "x");
        assert!(session.request(&place, 1, 1, None).is_err());
    }
}
