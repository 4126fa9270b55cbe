//! The end of sessions that nobody ends.

use super::watch::is_same;
use crate::config::Upstream;
use crate::gateway::{Gateway, draining};
use crate::session::{SESSION, Session};
use bytes::Bytes;
use casemate_core::mcp::Revision;
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// How long an upstream may take to hear that a session is over.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);
/// Farewells at once.
const AT_ONCE: usize = 16;
/// How often expired sessions are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// Tells the upstream that a session is over which nobody ended: expired, or never taken.
pub(crate) async fn farewell(gateway: &Gateway, session: &Session) {
    if let Some(id) = session.upstream_id.clone() {
        dismiss(gateway, &session.entry, id, Some(session.facts.revision)).await;
    }
}

/// Ends a session of an upstream's.
pub(super) async fn dismiss(gateway: &Gateway, upstream: &Upstream, id: HeaderValue, revision: Option<Revision>) {
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = http::Method::DELETE;
    request.headers_mut().insert(SESSION, id);
    if let Some(revision) = revision.filter(|revision| revision.has_version_header()) {
        request.headers_mut().insert("mcp-protocol-version", HeaderValue::from_static(revision.as_str()));
    }
    crate::forward::credential(upstream, request.headers_mut());
    // Nothing depends on it: the upstream has its own expiry.
    let _ = timeout(FAREWELL, gateway.net.send(&upstream.target, request, FAREWELL)).await.map(drop);
}

/// Ends sessions that have expired, until the gateway drains.
pub(crate) async fn sweep(gateway: Arc<Gateway>) {
    let mut drain = gateway.watch_drain();
    loop {
        tokio::select! {
            () = draining(&mut drain) => return,
            () = sleep_until(Instant::now() + SWEEP) => {}
        }
        let state = gateway.state();
        let gone =
            |session: &Session| !state.upstream(&session.server).is_some_and(|entry| is_same(&session.entry, &entry));
        // A few at a time: a reload may end thousands.
        let mut farewells = JoinSet::new();
        for session in gateway.sessions.sweep(&state.config.sessions, gone) {
            if farewells.len() >= AT_ONCE {
                let _ = farewells.join_next().await;
            }
            let gateway = Arc::clone(&gateway);
            farewells.spawn(async move { farewell(&gateway, &session).await });
        }
        farewells.detach_all();
    }
}
