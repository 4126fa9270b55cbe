//! The messages of a survey, as each era writes them.

use crate::config::{InputKinds, Upstream};
use casemate_core::mcp::{META_CAPABILITIES, META_VERSION, Method, REVISION, Revision};
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// The header that names a session.
pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// How an upstream is spoken to.
pub(super) enum Speech {
    /// Each message names the revision.
    Modern,
    /// The first message of a session.
    Opening(Revision),
    /// A message in a session; servers need not name theirs.
    Session(Revision, Option<HeaderValue>),
}

const INFO: &str = concat!("{\"name\":\"casemate\",\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");

/// The capabilities that a client of this upstream could have, so that it shows what it hides from others.
fn capabilities(kinds: InputKinds) -> String {
    let modes: Vec<&str> = [(kinds.elicitation, "\"form\":{}"), (kinds.elicitation_url, "\"url\":{}")]
        .into_iter()
        .filter_map(|(allowed, mode)| allowed.then_some(mode))
        .collect();
    let elicitation = format!("\"elicitation\":{{{}}}", modes.join(","));
    let all: Vec<&str> =
        [(!modes.is_empty(), elicitation.as_str()), (kinds.sampling, "\"sampling\":{}"), (kinds.roots, "\"roots\":{}")]
            .into_iter()
            .filter_map(|(allowed, member)| allowed.then_some(member))
            .collect();
    format!("{{{}}}", all.join(","))
}

/// A request or, without an id, a notification. `members` are members of `params`, as JSON text.
pub(super) fn body(speech: &Speech, upstream: &Upstream, id: Option<&str>, method: Method, members: &str) -> String {
    let own = match speech {
        Speech::Modern => format!(
            "\"_meta\":{{\"{META_VERSION}\":\"{REVISION}\",\"io.modelcontextprotocol/clientInfo\":{INFO},\
             \"{META_CAPABILITIES}\":{}}}",
            capabilities(upstream.requests)
        ),
        Speech::Opening(revision) => format!(
            "\"protocolVersion\":\"{revision}\",\"capabilities\":{},\"clientInfo\":{INFO}",
            capabilities(upstream.requests)
        ),
        Speech::Session(..) => String::new(),
    };
    let comma = if members.is_empty() || own.is_empty() { "" } else { "," };
    let id = id.map(|id| format!("\"id\":\"{id}\",")).unwrap_or_default();
    let params = match format!("{members}{comma}{own}") {
        none if none.is_empty() => String::new(),
        params => format!(",\"params\":{{{params}}}"),
    };
    format!("{{\"jsonrpc\":\"2.0\",{id}\"method\":\"{}\"{params}}}", method.as_str())
}

/// The headers of a message.
pub(super) fn headers(speech: &Speech, upstream: &Upstream, method: Method) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    match speech {
        Speech::Modern => {
            headers.insert("mcp-protocol-version", HeaderValue::from_static(REVISION));
            headers.insert("mcp-method", HeaderValue::from_static(method.as_str()));
        }
        Speech::Opening(_) => {}
        Speech::Session(revision, id) => {
            if revision.has_version_header() {
                headers.insert("mcp-protocol-version", HeaderValue::from_static(revision.as_str()));
            }
            if let Some(id) = id {
                headers.insert(SESSION, id.clone());
            }
        }
    }
    crate::forward::credential(upstream, &mut headers);
    headers
}
