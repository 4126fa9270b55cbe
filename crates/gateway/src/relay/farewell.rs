//! The end of sessions, whether or not somebody ends them.

use super::session::{Head, late, over};
use super::watch::is_same;
use super::{Asker, Relay, errands};
use crate::config::Upstream;
use crate::forward::send_in_session;
use crate::gateway::{Gateway, draining};
use crate::reply::{self, Held};
use crate::session::Session;
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::ServerName;
use casemate_core::mcp::Revision;
use casemate_output::{Nod, nod};
use http::{HeaderValue, StatusCode};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// How long an upstream may take to hear that a session is over.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);
/// How long what is open in a session may take to be closed before that.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long all farewells of the drain may take.
const PARTING: Duration = Duration::from_secs(3);
/// The same for those of one sweep.
const SWEEPING: Duration = Duration::from_secs(60);
/// Farewells of one upstream at once.
const AT_ONCE: usize = 16;
/// How often expired sessions are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// `DELETE`: the session is over here, whatever its upstream says.
pub(super) async fn end(relay: Relay, flight: InFlight, asker: Asker, session: Arc<Session>, held: Held, head: Head) {
    // Who ends it tells the upstream, and nobody else.
    let voice = session.speak().filter(|_| relay.gateway.sessions.remove(&session));
    let Some(voice) = voice else {
        let _ = head.send(reply::whole(&relay.fail(flight, (over(), Effect::NotAttempted), 0).await, held));
        return;
    };
    last_words(&relay.gateway, &session).await;
    let call = relay.permitted.call();
    let deadline = relay.deadline().min(Instant::now() + FAREWELL);
    let (effect, reason) = if voice.id().is_none() {
        (Effect::Executed, None)
    } else {
        let route = (voice.id(), None);
        let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), route, Bytes::new());
        match timeout_at(deadline, sending).await.unwrap_or_else(|_| Err(late())) {
            Ok(_) => {
                session.release();
                (Effect::Executed, None)
            }
            Err((refusal, effect)) => (effect, Some(refusal.reason)),
        }
    };
    drop(voice);
    let released = nod(flight, Nod::NoContent, effect, reason, relay.passage(0), relay.trace, &relay.form).await;
    let _ = head.send(reply::whole(&released, held));
}

/// Tells the upstream that a session is over which nobody ended: expired, or never taken.
pub(crate) async fn farewell(gateway: &Gateway, session: &Session) {
    let Some(voice) = session.speak_last() else { return };
    last_words(gateway, session).await;
    let Some(id) = voice.id() else { return };
    if dismiss(gateway, &session.entry, id, Some(session.facts.revision)).await {
        session.release();
    }
}

/// Answers the questions of a session that is over, which nobody else will answer.
async fn last_words(gateway: &Gateway, session: &Session) {
    session.forget_all_questions();
    let _ = timeout(LAST_WORDS, errands::run(gateway, session, Session::speak_last)).await;
    session.drop_errands();
}

/// Ends a session of an upstream's. Says whether the upstream has heard it.
pub(super) async fn dismiss(
    gateway: &Gateway,
    upstream: &Upstream,
    id: &HeaderValue,
    revision: Option<Revision>,
) -> bool {
    let request = errands::request(http::Method::DELETE, upstream, Some(id), revision, Bytes::new());
    // Nothing depends on it: the upstream has its own expiry.
    let heard = timeout(FAREWELL, gateway.net.send(&upstream.target, request, FAREWELL)).await;
    let ends = |status: StatusCode| status.is_success() || status == StatusCode::NOT_FOUND;
    heard.is_ok_and(|answer| answer.is_ok_and(|answer| ends(answer.status())))
}

/// Says farewell, a few at a time for each upstream: one that does not answer holds up no other.
async fn see_off(gateway: &Arc<Gateway>, sessions: Vec<Arc<Session>>) {
    let mut by_server: HashMap<ServerName, Vec<Arc<Session>>> = HashMap::new();
    for session in sessions {
        by_server.entry(session.server.clone()).or_default().push(session);
    }
    let mut upstreams = JoinSet::new();
    for sessions in by_server.into_values() {
        let gateway = Arc::clone(gateway);
        upstreams.spawn(async move {
            let mut farewells = JoinSet::new();
            for session in sessions {
                if farewells.len() >= AT_ONCE {
                    let _ = farewells.join_next().await;
                }
                let gateway = Arc::clone(&gateway);
                farewells.spawn(async move { farewell(&gateway, &session).await });
            }
            while farewells.join_next().await.is_some() {}
        });
    }
    while upstreams.join_next().await.is_some() {}
}

/// Ends the sessions at the drain, those in which something runs only if asked to, and tells their upstreams.
pub(crate) async fn part(gateway: &Arc<Gateway>, and_running: bool, until: Instant) {
    let sessions = gateway.sessions.leave(and_running);
    let count = sessions.len();
    if timeout_at(until.min(Instant::now() + PARTING), see_off(gateway, sessions)).await.is_err() {
        tracing::warn!(sessions = count, "not every upstream has heard in time that its sessions are over");
    }
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
        // A reload may end thousands; the next sweep does not wait for them.
        let sessions = gateway.sessions.sweep(&state.config.sessions, gone);
        if !sessions.is_empty() {
            let gateway = Arc::clone(&gateway);
            tokio::spawn(async move { timeout(SWEEPING, see_off(&gateway, sessions)).await });
        }
    }
}
