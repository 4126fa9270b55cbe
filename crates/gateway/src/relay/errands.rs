//! Messages of the gateway's own to an upstream in a session: no call of anybody's, and nothing depends on them.

use super::Relay;
use super::farewell::FAREWELL;
use super::session::Ended;
use crate::config::Upstream;
use crate::forward;
use crate::gateway::Gateway;
use crate::session::{SESSION, Session, Voice};
use bytes::Bytes;
use casemate_audit::Effect;
use casemate_core::Reason;
use casemate_core::mcp::Revision;
use http::{HeaderValue, Request, header};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long the messages of one session may take together; the rest is left out.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request of the gateway's own in a session.
pub(super) fn request(
    verb: http::Method,
    upstream: &Upstream,
    id: Option<&HeaderValue>,
    revision: Option<Revision>,
    body: Bytes,
) -> Request<Bytes> {
    let is_message = verb == http::Method::POST;
    let mut request = Request::new(body);
    *request.method_mut() = verb;
    let headers = request.headers_mut();
    if is_message {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    }
    if let Some(id) = id {
        headers.insert(SESSION, id.clone());
    }
    if let Some(revision) = revision.filter(|revision| revision.has_version_header()) {
        headers.insert("mcp-protocol-version", HeaderValue::from_static(revision.as_str()));
    }
    forward::credential(upstream, headers);
    request
}

/// Sends what waits in a session, until there is no more, the upstream does not take it, or `speak` gives no right to.
pub(super) async fn run(gateway: &Gateway, session: &Session, speak: fn(&Session) -> Option<Voice>) {
    while let Some(voice) = speak(session)
        && let Some(message) = session.next_errand()
    {
        let (upstream, revision) = (&session.entry, Some(session.facts.revision));
        let request = request(http::Method::POST, upstream, voice.id(), revision, message);
        // What comes back is not read.
        if gateway.net.send(&upstream.target, request, FAREWELL).await.is_err() {
            session.drop_errands();
        }
    }
}

/// Whether the gateway gives up a request that its upstream may still be working on.
///
/// Only such requests are cancelled (2025-11-25, "Cancellation", "Behavior Requirements"): not those whose answer came and
/// is withheld, nor those that never left. What the client cancels it has told the upstream itself.
fn is_given_up(ended: &Ended) -> bool {
    let told = [Reason::ClientCancelled, Reason::SessionUnknown, Reason::UpstreamStatus];
    matches!(ended, Err((refusal, Effect::Unknown)) if !told.contains(&refusal.reason))
}

impl Relay {
    /// Lets nothing wait at the upstream for a call that is over: neither its request nor what was asked on its stream.
    pub(super) fn wind_up(&self, session: &Arc<Session>, ended: &Ended, stream: Option<u64>) {
        if let Some(id) = self.permitted.call().id.as_ref().filter(|_| is_given_up(ended)) {
            session.give_up(id);
        }
        if let Some(stream) = stream {
            session.forget_questions(stream);
        }
        self.run_errands(session);
    }

    /// Sends what waits in a session, beside everything else. A session that is over says its last words elsewhere.
    pub(super) fn run_errands(&self, session: &Arc<Session>) {
        if session.is_over() || !session.has_errands() {
            return;
        }
        let (gateway, session) = (Arc::clone(&self.gateway), Arc::clone(session));
        tokio::spawn(async move {
            if timeout(PATIENCE, run(&gateway, &session, Session::speak)).await.is_err() {
                session.drop_errands();
            }
        });
    }
}
