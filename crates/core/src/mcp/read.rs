//! Which era a message is in, by how it opens; then the one strict reading of it.

use super::call::{Capabilities, Inbound, RequestId};
use super::envelope::{Envelope, envelope, json_refusal};
use super::{META_VERSION, REVISION, Revision, modern, session};
use crate::headers::Mirrored;
use crate::json::{Json, Limits, Value};
use crate::{Reason, Refusal, ServerName};
use bytes::Bytes;

/// A refusal together with the id to answer under, as far as it could be read.
pub type Unread = (Refusal, Option<RequestId>);

/// What a session fixes for its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// The revision that `initialize` agreed on.
    pub revision: Revision,
    /// What the client declared there and the gateway lets it have.
    pub capabilities: Capabilities,
}

/// The session that a request names in its headers.
pub enum Session<'a> {
    /// None: the header is not there.
    None,
    /// One that is looked up only if the message turns out to be one of a session.
    Named(&'a mut dyn FnMut() -> Result<SessionFacts, Refusal>),
}

/// Reads a message of the modern era for `server` and compares it with the mirrored headers.
///
/// # Errors
/// The first fault, with the request's id where one was found.
pub fn read(server: ServerName, body: Bytes, headers: &Mirrored<'_>, limits: Limits) -> Result<Inbound, Unread> {
    let json = Json::parse(body, limits).map_err(|e| (json_refusal(e), None))?;
    let id = json.root().get("id").and_then(RequestId::of);
    let read = envelope(json.root()).and_then(|envelope| match envelope {
        Envelope::Method(method) => modern::message(server, json, &method, headers),
        Envelope::Response => Err(Reason::McpResponse.into()),
    });
    read.map_err(|refusal| (refusal, id))
}

/// Reads a message of any era.
///
/// The era follows from how the message opens, never from a guess: a revision in `_meta` or a header that names the
/// modern revision is modern, `initialize` opens a session, and what names a session belongs to it. The order of checks
/// is fixed: JSON, envelope, era, then those of the era.
///
/// # Errors
/// The first fault, with the request's id where one was found.
pub fn receive(
    server: ServerName,
    body: Bytes,
    headers: &Mirrored<'_>,
    session: Session<'_>,
    limits: Limits,
) -> Result<Inbound, Unread> {
    let json = Json::parse(body, limits).map_err(|e| (json_refusal(e), None))?;
    let root = json.root();
    // The id of a response is one of the server's requests; the client has others of its own under the same.
    let is_response = root.get("method").is_none() && (root.get("result").or(root.get("error"))).is_some();
    let id = root.get("id").and_then(RequestId::of).filter(|_| !is_response);
    one(server, json, headers, session).map_err(|refusal| (refusal, id))
}

fn one(server: ServerName, json: Json, headers: &Mirrored<'_>, session: Session<'_>) -> Result<Inbound, Refusal> {
    let method = match envelope(json.root())? {
        Envelope::Method(method) => method,
        Envelope::Response => {
            return match session {
                Session::Named(facts) if headers.version != Some(REVISION) => {
                    session::reply(server, json, headers, facts()?)
                }
                _ => Err(Reason::McpResponse.into()),
            };
        }
    };
    if is_modern(json.root(), headers) {
        return modern::message(server, json, &method, headers);
    }
    match session {
        Session::Named(_) if method == "initialize" => Err(Reason::SessionInitialized.into()),
        Session::Named(facts) => session::message(server, json, &method, headers, facts()?),
        Session::None if method == "initialize" => session::initialize(server, json, headers),
        // Half a modern request is told what is missing there; everything else lacks its session.
        Session::None if headers.method.is_some() || names_unknown(headers) => {
            modern::message(server, json, &method, headers)
        }
        Session::None => Err(Reason::SessionMissing.into()),
    }
}

/// Whether a message opens as one of the modern era.
fn is_modern(root: Value<'_>, headers: &Mirrored<'_>) -> bool {
    root.path(&["params", "_meta", META_VERSION]).is_some() || headers.version == Some(REVISION)
}

/// Whether the version header names what is no revision of ours.
fn names_unknown(headers: &Mirrored<'_>) -> bool {
    headers.version.is_some_and(|version| Revision::parse(version).is_none())
}

#[cfg(test)]
mod tests;
