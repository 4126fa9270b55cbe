//! What goes back to the client, and how a refusal looks on the wire.

use bytes::Bytes;
use casemate_audit::Receipt;
use casemate_core::json::quote;
use casemate_core::mcp::RequestId;
use casemate_core::{Refusal, TraceId};

/// The form of an error: JSON-RPC on the MCP routes, `application/problem+json` (RFC 9457) elsewhere.
#[derive(Debug, Clone)]
pub enum Form {
    /// A JSON-RPC error response; without an id where none could be read.
    Rpc(Option<RequestId>),
    /// A problem document.
    Problem,
}

/// The header that says where the record of a call's intent, or of a refusal, stands: `<index>:<leaf hash>`.
pub const RECEIPT: &str = "casemate-receipt";

/// A reply whose record is durable. Nothing else can be sent.
#[derive(Debug)]
#[must_use]
pub struct Released {
    status: u16,
    content_type: &'static str,
    body: Bytes,
    headers: Vec<(&'static str, String)>,
}

impl Released {
    pub(crate) fn json(status: u16, body: Bytes) -> Self {
        Self { status, content_type: "application/json", body, headers: Vec::new() }
    }

    /// Renders a refusal.
    pub(crate) fn refusal(refusal: &Refusal, trace: TraceId, form: &Form) -> Self {
        let status = refusal.reason.facts().status;
        let (content_type, body) = match form {
            _ if status == 202 => ("application/json", String::new()),
            Form::Rpc(id) => ("application/json", rpc_error(refusal, trace, id.as_ref())),
            Form::Problem => ("application/problem+json", problem(refusal, trace)),
        };
        let headers = refusal.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
        Self { status, content_type, body: Bytes::from(body), headers: headers.into_iter().collect() }
    }

    /// Renders a refusal as a problem document with further members, each written `,"key":value`.
    pub(crate) fn problem(refusal: &Refusal, trace: TraceId, more: &str) -> Self {
        let plain = Self::refusal(refusal, trace, &Form::Problem);
        let mut body = plain.body.to_vec();
        if body.pop() == Some(b'}') {
            body.extend_from_slice(more.as_bytes());
            body.push(b'}');
        }
        Self { body: Bytes::from(body), ..plain }
    }

    /// Says where the record of this reply stands.
    pub(crate) fn receipted(mut self, receipt: Receipt) -> Self {
        self.headers.push((RECEIPT, receipt.to_string()));
        self
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The media type of the body.
    #[must_use]
    pub const fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Headers that belong to this reply.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }
}

fn rpc_error(refusal: &Refusal, trace: TraceId, id: Option<&RequestId>) -> String {
    let facts = refusal.reason.facts();
    let id = id.map(|id| format!("\"id\":{},", id.as_json())).unwrap_or_default();
    let further: String = refusal.data.iter().map(|(key, json)| format!(",{}:{json}", quote(key))).collect();
    format!(
        "{{\"jsonrpc\":\"2.0\",{id}\"error\":{{\"code\":{},\"message\":{},\"data\":{{\"reason\":{},\"trace_id\":\"{trace}\"{further}}}}}}}",
        facts.rpc,
        quote(&refusal.message()),
        quote(facts.code),
    )
}

fn problem(refusal: &Refusal, trace: TraceId) -> String {
    let facts = refusal.reason.facts();
    let detail = refusal.hint.as_ref().map(|hint| format!(",\"detail\":{}", quote(hint))).unwrap_or_default();
    format!(
        "{{\"type\":\"about:blank\",\"title\":{},\"status\":{},\"reason\":{},\"trace_id\":\"{trace}\"{detail}}}",
        quote(facts.message),
        facts.status,
        quote(facts.code),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::Reason;

    #[test]
    fn refusals_say_reason_and_trace_and_nothing_internal() {
        let trace = TraceId::parse("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10").unwrap();
        let refusal =
            Refusal::new(Reason::McpVersion).detail("inside").data("supported", "[\"2026-07-28\"]").retry_after(3);
        let rpc = Released::refusal(&refusal, trace, &Form::Rpc(None));
        let body: serde_json::Value = serde_json::from_slice(rpc.body()).unwrap();
        assert_eq!(body["error"]["code"], -32022);
        assert_eq!(body["error"]["data"]["reason"], "mcp.version");
        assert_eq!(body["error"]["data"]["supported"][0], "2026-07-28");
        assert!(body.get("id").is_none());
        assert!(!body.to_string().contains("inside"));
        assert_eq!(rpc.headers(), [("retry-after", "3".to_owned())]);
        let problem = Released::refusal(&refusal, trace, &Form::Problem);
        let body: serde_json::Value = serde_json::from_slice(problem.body()).unwrap();
        assert_eq!(body["reason"], "mcp.version");
        assert_eq!(body["status"], 400);
    }
}
