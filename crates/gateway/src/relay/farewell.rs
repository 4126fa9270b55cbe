//! The end of sessions that nobody ends.

use super::watch::is_same;
use crate::gateway::{Gateway, draining};
use crate::session::{SESSION, Session};
use bytes::Bytes;
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// How long an upstream may take to hear that a session is over.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);
/// How often expired sessions are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// Tells the upstream that a session is over which nobody ended: expired, or never taken.
pub(crate) async fn farewell(gateway: &Gateway, session: &Session) {
    let Some(id) = &session.upstream_id else { return };
    let mut request = http::Request::new(Bytes::new());
    *request.method_mut() = http::Method::DELETE;
    request.headers_mut().insert(SESSION, id.clone());
    if session.facts.revision.has_version_header() {
        let version = HeaderValue::from_static(session.facts.revision.as_str());
        request.headers_mut().insert("mcp-protocol-version", version);
    }
    crate::forward::credential(&session.entry, request.headers_mut());
    // Nothing depends on it: the upstream has its own expiry.
    let _ = timeout(FAREWELL, gateway.net.send(&session.entry.target, request, FAREWELL)).await.map(drop);
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
        for session in gateway.sessions.sweep(&state.config.sessions, gone) {
            let gateway = Arc::clone(&gateway);
            tokio::spawn(async move { farewell(&gateway, &session).await });
        }
    }
}
