//! Requests as a client writes them, with every header and byte in the test's hands.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const REVISION: &str = "2026-07-28";

/// What stands in every argument and URI, so that it can be looked for where it must not be.
pub(crate) const MARKER: &str = "sesame";

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A trace id that no other request has.
pub(crate) fn trace() -> String {
    format!("0192d3c5-7d5f-7b3a-8b1e-{:012x}", next())
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) id: Value,
}

impl Call {
    /// A request for an MCP method of the server `up`, in agreement with its headers.
    pub(crate) fn mcp(method: &str, params: Value) -> Self {
        Self::declaring(method, params, json!({}))
    }

    /// The same with client capabilities.
    pub(crate) fn declaring(method: &str, mut params: Value, capabilities: Value) -> Self {
        let id = json!(next());
        let meta = &mut params["_meta"];
        meta["io.modelcontextprotocol/protocolVersion"] = json!(REVISION);
        meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": "tests", "version": "1" });
        meta["io.modelcontextprotocol/clientCapabilities"] = capabilities;
        let name = match method {
            "tools/call" | "prompts/get" => params["name"].as_str().map(str::to_owned),
            "resources/read" => params["uri"].as_str().map(str::to_owned),
            _ => None,
        };
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let call = Self {
            verb: "POST".to_owned(),
            path: "/mcp/up".to_owned(),
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            id,
        };
        let call = call
            .set("host", "127.0.0.1")
            .set("content-type", "application/json")
            .set("accept", "application/json, text/event-stream")
            .set("x-trace-id", &trace())
            .set("x-mcp-client", "tests/1.0")
            .set("mcp-protocol-version", REVISION)
            .set("mcp-method", method);
        match name {
            Some(name) => call.set("mcp-name", &name),
            None => call,
        }
    }

    /// A call of a tool with one text argument.
    pub(crate) fn tool(name: &str) -> Self {
        Self::mcp("tools/call", json!({ "name": name, "arguments": { "text": format!("{MARKER} {}", next()) } }))
    }

    /// A request that is no MCP message.
    pub(crate) fn http(verb: &str, path: &str) -> Self {
        let call = Self {
            verb: verb.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            id: Value::Null,
        };
        call.set("host", "127.0.0.1").set("x-trace-id", &trace())
    }

    /// To another server.
    pub(crate) fn to(self, server: &str) -> Self {
        self.at(&format!("/mcp/{server}"))
    }

    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub(crate) fn verb(mut self, verb: &str) -> Self {
        verb.clone_into(&mut self.verb);
        self
    }

    /// Sets a header, in place of all of its name.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        self.without(name).add(name, value)
    }

    /// Adds a header beside those of its name.
    pub(crate) fn add(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// Adds a header whose value is no text.
    pub(crate) fn raw(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Other bytes as the body.
    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The body with one text replaced by another.
    pub(crate) fn swap(self, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.body.clone()).expect("text");
        assert!(text.contains(from), "{text} does not contain {from}");
        self.bytes(text.replacen(from, to, 1))
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header(name).is_some()
    }

    /// The head of the request alone, in HTTP/1.1.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.verb, self.path).into_bytes();
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        if !self.has("content-length") && !self.has("transfer-encoding") {
            out.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out
    }

    /// The whole request in HTTP/1.1.
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut out = self.head();
        out.extend_from_slice(&self.body);
        out
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn trace(&self) -> String {
        self.header("x-trace-id").expect("every answer names its trace").to_owned()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; of an event stream the last event.
    pub(crate) fn json(&self) -> Value {
        let text = self.text();
        let is_stream = self.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let json = if is_stream { events(&text).pop().unwrap_or_default() } else { text.clone() };
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The events of a stream as JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        events(&self.text()).iter().map(|event| serde_json::from_str(event).expect("an event of JSON")).collect()
    }
}

/// The data of the events in a text.
pub(crate) fn events(text: &str) -> Vec<String> {
    let data = |block: &str| {
        let lines: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    text.split("\n\n").filter_map(data).collect()
}
