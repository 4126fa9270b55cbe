//! What an upstream may say in a session: the response to what was asked, notifications that somebody wants, and
//! requests of the kinds that its entry allows. All else ends here.

use super::errands::{INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND};
use super::{Asked, STANDALONE, Session};
use crate::answer::malformed;
use crate::config::InputKinds;
use crate::input;
use casemate_core::json::{Edits, Json, Kind, Value, quote};
use casemate_core::mcp::{Listen, RequestId};
use casemate_core::{Reason, Refusal};
use casemate_output::Shape;

/// Where a message was heard.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// On the stream that answers a request.
    Request {
        /// The request's progress token.
        progress: Option<&'a RequestId>,
        /// The stream's number.
        stream: u64,
    },
    /// On the GET stream.
    Standalone,
}

/// What is done with a message.
pub(crate) enum Heard {
    /// A response: judged as the answer of the request.
    Response,
    /// It goes on, after inspection.
    Pass(Shape, Edits),
    /// It is left out.
    Drop,
}

/// Judges one message. `wants` says whether the caller may learn of a change.
pub(crate) fn hear(
    json: &Json,
    session: &Session,
    origin: Origin<'_>,
    allowed: InputKinds,
    wants: &dyn Fn(&Listen) -> bool,
) -> Result<Heard, Refusal> {
    let root = json.root();
    let Some(method) = root.get("method") else { return Ok(Heard::Response) };
    let fine = root.is_object()
        && root.get("jsonrpc").and_then(|v| v.as_str()).as_deref() == Some("2.0")
        && root.members().all(|m| matches!(m.key().as_ref(), "jsonrpc" | "id" | "method" | "params"))
        && root.get("params").is_none_or(|params| params.kind() == Kind::Object);
    let Some(method) = method.as_str().filter(|_| fine) else { return Err(malformed("a malformed message")) };
    match root.get("id") {
        Some(id) => question(root, id, &method, session, origin, allowed),
        None => Ok(notification(root, &method, session, origin, allowed, wants)),
    }
}

/// A request of the server's gets an id of ours, under which its answer is expected.
fn question(
    root: Value<'_>,
    id: Value<'_>,
    method: &str,
    session: &Session,
    origin: Origin<'_>,
    allowed: InputKinds,
) -> Result<Heard, Refusal> {
    let upstream = RequestId::of(id).ok_or_else(|| malformed("the id of a request to the client"))?;
    let method = match method {
        "ping" => "ping",
        _ => input::request(root, allowed, session.facts.capabilities)?,
    };
    let progress = root.path(&["params", "_meta", "progressToken"]);
    let progress =
        progress.map(|token| RequestId::of(token).ok_or_else(|| malformed("a progress token"))).transpose()?;
    let stream = match origin {
        Origin::Request { stream, .. } => stream,
        Origin::Standalone => STANDALONE,
    };
    let opened = session.busy().questions.open(Asked { upstream, method, progress, stream, number: 0 });
    let (own, evicted) = opened?;
    if let Some(evicted) = evicted {
        session.decline(&evicted, INTERNAL_ERROR);
    }
    let mut edits = Edits::new();
    edits.replace(id, own.as_json());
    Ok(Heard::Pass(Shape::Request, edits))
}

fn notification(
    root: Value<'_>,
    method: &str,
    session: &Session,
    origin: Origin<'_>,
    allowed: InputKinds,
    wants: &dyn Fn(&Listen) -> bool,
) -> Heard {
    let param = |name: &str| root.path(&["params", name]);
    let mut edits = Edits::new();
    let passes = match method {
        "notifications/progress" => param("progressToken").and_then(RequestId::of).is_some_and(|token| match origin {
            Origin::Request { progress, .. } => progress == Some(&token),
            Origin::Standalone => session.awaits_progress(&token),
        }),
        "notifications/message" => true,
        "notifications/cancelled" => {
            let own = param("requestId").and_then(RequestId::of).and_then(|id| session.busy().questions.withdraw(&id));
            if let (Some(own), Some(id)) = (&own, param("requestId")) {
                edits.replace(id, own.as_json());
            }
            own.is_some()
        }
        "notifications/tools/list_changed" => wants(&Listen { tools: true, ..Listen::default() }),
        "notifications/prompts/list_changed" => wants(&Listen { prompts: true, ..Listen::default() }),
        "notifications/resources/list_changed" => wants(&Listen { resources: true, ..Listen::default() }),
        "notifications/resources/updated" => param("uri").and_then(|uri| uri.as_str()).is_some_and(|uri| {
            session.watches(&uri) && wants(&Listen { uris: vec![uri.into_owned()], ..Listen::default() })
        }),
        "notifications/elicitation/complete" => allowed.elicitation_url && session.facts.capabilities.elicitation_url,
        _ => false,
    };
    if passes { Heard::Pass(Shape::Notification, edits) } else { Heard::Drop }
}

/// Has a request of the server's that was refused answered with an error, so that it does not wait for ever.
///
/// What has no usable id cannot be answered, and under the id of an open question the answer would be that question's.
pub(crate) fn decline(json: &Json, session: &Session, refusal: &Refusal) {
    let root = json.root();
    let (Some(method), Some(id)) = (root.get("method"), root.get("id").and_then(RequestId::of)) else { return };
    if session.busy().questions.is_open(&id) {
        return;
    }
    let declared = session.facts.capabilities;
    let code = match refusal.reason {
        // The client elicits, but not in this mode (2025-11-25, "Elicitation", "Error Handling").
        Reason::UpstreamInputRequest
            if (declared.elicitation || declared.elicitation_url)
                && method.as_str().as_deref() == Some("elicitation/create") =>
        {
            INVALID_PARAMS
        }
        Reason::UpstreamInputRequest => METHOD_NOT_FOUND,
        Reason::UpstreamMalformed => INVALID_REQUEST,
        _ => INTERNAL_ERROR,
    };
    session.decline(&id, code);
}

/// Whether a notification says that a list of the upstream's is no longer what it was.
pub(crate) fn is_list_change(json: &Json) -> bool {
    let method = json.root().get("method").and_then(|method| method.as_str());
    method.is_some_and(|method| method.starts_with("notifications/") && method.ends_with("/list_changed"))
}

/// A client's response as the upstream expects it: under the id of its own question.
pub(crate) fn answered(json: &Json, asked: &Asked) -> Edits {
    let mut edits = Edits::new();
    if let Some(id) = json.root().get("id") {
        edits.replace(id, asked.upstream.as_json());
    }
    edits
}

/// An `initialize` in the revision that the upstream is to be asked for.
pub(crate) fn proposal(version: Value<'_>, revision: casemate_core::mcp::Revision, edits: &mut Edits) {
    if version.as_str().as_deref() != Some(revision.as_str()) {
        edits.replace(version, quote(revision.as_str()));
    }
}
