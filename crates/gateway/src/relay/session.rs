//! Messages of a session. They are carried to their end whether or not the client stays: in these revisions a lost
//! connection cancels nothing.

use super::carry::Carrying;
use super::events::Source;
use super::farewell::{dismiss, farewell};
use super::{Asker, Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::config::Upstream;
use crate::forward::{Failed, SessionHead, failed, outgoing, send_in_session};
use crate::reply::{self, Held, ReplyBody};
use crate::session::{Claim, Heard, Origin, Outlet, Place, RunningGuard, SESSION, Session, hear, heard};
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::json::Json;
use casemate_core::mcp::{Call, Capabilities, Listen, Method, RequestId, Revision, SessionFacts, Target};
use casemate_core::pin::Standing;
use casemate_core::policy::admit;
use casemate_core::{Reason, Refusal};
use casemate_output::{Interim as Event, Nod, Released, nod};
use http::{HeaderValue, Response, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout_at};

/// How long a cancelled request may still answer.
const GRACE: Duration = Duration::from_secs(5);

pub(super) type Head = oneshot::Sender<Response<ReplyBody>>;

/// Runs `work` to its end and waits for the head of its reply.
pub(super) async fn detached<F, W>(work: F) -> Option<Response<ReplyBody>>
where
    F: FnOnce(Head) -> W,
    W: Future<Output = ()> + Send + 'static,
{
    let (head, reply) = oneshot::channel();
    tokio::spawn(work(head));
    reply.await.ok()
}

/// `initialize`: what the upstream agrees to becomes a session of ours.
pub(super) async fn open(relay: Relay, flight: InFlight, asker: Asker, place: Place, mut held: Held, head: Head) {
    let limits = held.release_others();
    let call = relay.permitted.call();
    let body = outgoing(call, &relay.upstream, None);
    let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), (None, None), body);
    let sent = timeout_at(relay.deadline(), sending).await.unwrap_or_else(|_| Err(late()));
    let (sent, claim) = match sent.and_then(|(head, id)| Ok((head, relay.claim(id)?))) {
        Ok((head, claim)) => (Ok(head), claim),
        Err(failed) => (Err(failed), None),
    };
    // What the upstream opened and nobody gets is ended there too. An id that is another's is not ours to end.
    let vain = |claim: Option<Claim>| {
        if let Some(claim) = claim {
            let (gateway, upstream) = (Arc::clone(&relay.gateway), Arc::clone(&relay.upstream));
            tokio::spawn(async move { dismiss(&gateway, &upstream, claim.id(), None).await });
        }
    };
    let (message, status) = match relay.whole_or_failed(sent).await {
        Ok(answer) => answer,
        Err(failed) => {
            vain(claim);
            let released = relay.fail(flight, failed, 0).await;
            drop((place, limits));
            let _ = head.send(reply::whole(&released, held));
            return;
        }
    };
    let released = relay.conclude(flight, message, status, Interim::default()).await;
    relay.gateway.metrics.took("upstream", relay.started.elapsed());
    // What a call held is free before its reply is there: the next may follow at once.
    drop(limits);
    let mut response = reply::whole(&released, held);
    let Some(revision) = agreed(&released) else {
        vain(claim);
        drop(place);
        let _ = head.send(response);
        return;
    };
    let facts = SessionFacts { revision, capabilities: granted(call.capabilities, &relay.upstream) };
    match place.open(call.server.clone(), facts, claim, Arc::clone(&relay.upstream)) {
        Ok((session, id)) => {
            if let Ok(mut id) = HeaderValue::from_str(&id) {
                id.set_sensitive(true);
                response.headers_mut().insert(SESSION, id);
            }
            // Nobody has the id of a session whose answer was not taken.
            if head.send(response).is_err() && relay.gateway.sessions.remove(&session) {
                farewell(&relay.gateway, &session).await;
            }
        }
        Err(refusal) => tracing::error!(reason = refusal.reason.code(), "a session could not be opened"),
    }
}

/// The revision of a released answer to `initialize`, if it is a result.
fn agreed(released: &Released) -> Option<Revision> {
    let json = Json::parse(released.body().clone(), answer::limits()).ok()?;
    let result = json.root().get("result").filter(|_| released.status() == 200)?;
    answer::agreed(result).ok()
}

/// What a client declared and the entry lets its server use.
fn granted(declared: Capabilities, upstream: &Upstream) -> Capabilities {
    let allowed = upstream.requests;
    Capabilities {
        elicitation: declared.elicitation && allowed.elicitation,
        elicitation_url: declared.elicitation_url && allowed.elicitation_url,
        sampling: declared.sampling && allowed.sampling,
        roots: declared.roots && allowed.roots,
    }
}

pub(super) fn late() -> Failed {
    (Refusal::new(Reason::UpstreamTimeout), Effect::Unknown)
}

/// A request of the client's.
pub(super) async fn call(
    relay: Relay,
    mut flight: InFlight,
    asker: Asker,
    (session, running): (Arc<Session>, RunningGuard),
    mut held: Held,
    head: Head,
) {
    let limits = held.release_others();
    let call = relay.permitted.call();
    let watched = watched(call);
    let mut is_new = false;
    match (watched, call.method) {
        (Some(uri), Method::Subscribe) => match session.watch(uri) {
            Ok(new) => is_new = new,
            Err(refusal) => {
                let released = relay.fail(flight, (refusal, Effect::NotAttempted), 0).await;
                let _ = head.send(reply::whole(&released, held));
                return;
            }
        },
        (Some(uri), _) => session.unwatch(uri),
        (None, _) => {}
    }
    let body = outgoing(call, &relay.upstream, None);
    let sent = relay.say(&asker, &session, None, body, cut(&running, &session)).await;
    // Whatever follows from the end of a call has followed before its reply is there: the next may come at once.
    let over = |released: &Released, is_lost: bool, running: RunningGuard| {
        drop((limits, running));
        relay.gateway.metrics.took("upstream", relay.started.elapsed());
        if is_lost {
            relay.lost(&session);
        }
        if let Some(uri) = watched.filter(|_| is_new && !is_result(released)) {
            session.unwatch(uri);
        }
    };
    match sent {
        Ok(SessionHead::Events(body)) => {
            let (sender, response) = reply::stream(held);
            let _ = head.send(response);
            let config = &relay.state.config;
            let outlet = Outlet::open(&session, sender, config.sessions.replay, config.caps.idle);
            if call.revision >= Revision::V2025_11_25 {
                outlet.prime().await;
            }
            let stream = outlet.stream();
            let mut carrying = Carrying { relay: &relay, session: &session, running: &running, asker: &asker, outlet };
            let (ended, interim) = carrying.carry(&mut flight, body).await;
            relay.wind_up(&session, &ended, Some(stream));
            let is_lost = ended.as_ref().is_err_and(is_lost);
            let released = relay.settle(flight, ended, interim).await;
            let Carrying { outlet, .. } = carrying;
            over(&released, is_lost, running);
            outlet.last(&released).await;
        }
        other => {
            let ended = relay.whole_or_failed(other).await;
            relay.wind_up(&session, &ended, None);
            let is_lost = ended.as_ref().is_err_and(is_lost);
            let released = relay.settle(flight, ended, Interim::default()).await;
            over(&released, is_lost, running);
            let _ = head.send(reply::whole(&released, held));
        }
    }
}

/// The resource that a call begins or ends to watch.
fn watched(call: &Call) -> Option<&str> {
    match &call.target {
        Target::Listen(filter) if call.era() == casemate_core::mcp::Era::Session => {
            filter.uris.first().map(String::as_str)
        }
        _ => None,
    }
}

fn is_result(released: &Released) -> bool {
    let json = Json::parse(released.body().clone(), answer::limits());
    released.status() == 200 && json.is_ok_and(|json| json.root().get("result").is_some())
}

/// Whether the upstream says that it does not know the session any more. One that ended here has its farewell to come.
pub(super) fn is_lost(failed: &Failed) -> bool {
    matches!(failed, (refusal, Effect::Refused) if refusal.reason == Reason::SessionUnknown)
}

/// The refusal of what comes too late for its session.
pub(crate) fn over() -> Refusal {
    Refusal::new(Reason::SessionUnknown).detail("it ended meanwhile")
}

/// Resolves when the session is over.
pub(super) async fn ended(session: &Session) -> Failed {
    session.over().await;
    (over(), Effect::Unknown)
}

/// Resolves when a request need not be waited for any longer.
pub(super) async fn cut(running: &RunningGuard, session: &Session) -> Failed {
    let cancelled = async {
        running.cancelled().await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = cancelled => (Refusal::new(Reason::ClientCancelled), Effect::Unknown),
        failed = ended(session) => failed,
    }
}

/// How an answer ended: with a final message under a status, or not.
pub(super) type Ended = Result<(Bytes, StatusCode), Failed>;

/// What was heard in a session, ready for inspection.
pub(super) enum Told {
    /// A response.
    Response,
    /// An interim message.
    Event(Event),
}

impl Relay {
    /// Judges one message of the upstream's in a session; `None` is left out.
    pub(super) fn hear(&self, json: Json, session: &Arc<Session>, origin: Origin<'_>) -> Result<Option<Told>, Refusal> {
        if heard::is_list_change(&json) {
            self.gateway.pins.stir(&self.gateway, &self.upstream);
        }
        let state = self.gateway.state();
        let (principal, server) = (self.permitted.principal(), &self.permitted.call().server);
        let wants = |listen: &Listen| {
            let target = Target::Listen(listen.clone());
            admit(&state.config.policy, principal, server, &target, Standing::Unpinned, |_| {}).is_ok()
        };
        let heard = hear(&json, session, origin, self.upstream.requests, &wants);
        if let Err(refusal) = &heard {
            heard::decline(&json, session, refusal);
        }
        self.run_errands(session);
        Ok(match heard? {
            Heard::Response => Some(Told::Response),
            Heard::Pass(shape, edits) => Some(Told::Event(Event { json, shape, edits })),
            Heard::Drop => None,
        })
    }

    /// Takes the id of a session that is being opened, which no other open session may have.
    fn claim(&self, id: Option<HeaderValue>) -> Result<Option<Claim>, Failed> {
        let claim = id.map(|id| self.gateway.sessions.claim(&self.upstream, id)).transpose();
        claim.map_err(|refusal| (refusal, Effect::Unknown))
    }

    /// Sends in a session and waits for the head of the answer, unless it is cut off. Once the session is over nothing
    /// is sent.
    pub(super) async fn say(
        &self,
        asker: &Asker,
        session: &Session,
        resume: Option<&str>,
        body: Bytes,
        cut: impl Future<Output = Failed>,
    ) -> Result<SessionHead, Failed> {
        let voice = session.speak().ok_or_else(|| (over(), Effect::NotAttempted))?;
        let (call, route) = (self.permitted.call(), (voice.id(), resume));
        let sending = send_in_session(&self.gateway, &self.upstream, call, asker.caller(), route, body);
        tokio::select! {
            biased;
            failed = cut => Err(failed),
            sent = timeout_at(self.deadline(), sending) => sent.map_err(|_| late())?.map(|(head, _)| head),
        }
    }

    /// Ends a session that the upstream knows no more.
    pub(super) fn lost(&self, session: &Session) {
        self.gateway.sessions.remove(session);
        session.release();
    }

    /// The final message of an answer that is not streamed to the client.
    async fn whole_or_failed(&self, head: Result<SessionHead, Failed>) -> Ended {
        let cap = self.state.config.caps.answer;
        match head? {
            SessionHead::Json(status, body) => {
                let collected = timeout_at(self.deadline(), body.collect_capped(cap)).await.map_err(|_| late())?;
                collected.map(|message| (message, status)).map_err(|fault| (failed(&fault).0, Effect::Unknown))
            }
            SessionHead::Events(body) => {
                let mut source = Source::new(body, cap);
                for _ in 0..self.state.config.caps.events {
                    let message = timeout_at(self.deadline(), source.next()).await.map_err(|_| late())??;
                    let json = Json::parse(message.clone(), answer::limits());
                    let json = json.map_err(|error| (unreadable(error), Effect::Unknown))?;
                    if json.root().get("method").is_none() {
                        return Ok((message, StatusCode::OK));
                    }
                    if heard::is_list_change(&json) {
                        self.gateway.pins.stir(&self.gateway, &self.upstream);
                    }
                }
                Err(self.flooded())
            }
            SessionHead::Accepted => Err((malformed("a request without an answer"), Effect::Unknown)),
        }
    }

    async fn settle(&self, flight: InFlight, ended: Ended, interim: Interim) -> Released {
        match ended {
            Ok((message, status)) => self.conclude(flight, message, status, interim).await,
            Err(failed) => self.fail(flight, failed, interim.sent).await,
        }
    }
}

/// A notification or a response of the client's.
pub(super) async fn tell(relay: Relay, flight: InFlight, asker: Asker, session: Arc<Session>, held: Held, head: Head) {
    let released = told(&relay, flight, &asker, &session).await;
    let _ = head.send(reply::whole(&released, held));
}

async fn told(relay: &Relay, flight: InFlight, asker: &Asker, session: &Session) -> Released {
    let call = relay.permitted.call();
    let named = |member: &str| call.param(member).and_then(RequestId::of);
    let passage = |relay: &Relay| relay.passage(0);
    let body = match call.method {
        Method::Reply => {
            let Some(asked) = call.id.as_ref().and_then(|id| session.take_asked(id)) else {
                return relay.fail(flight, (Reason::SessionReply.into(), Effect::NotAttempted), 0).await;
            };
            heard::answered(call.json(), &asked).apply(call.json())
        }
        // What names nothing that runs or was asked says nothing to the upstream.
        Method::Cancelled if !named("requestId").is_some_and(|id| session.cancel(&id)) => {
            let nothing = Effect::NotAttempted;
            return nod(flight, Nod::Accepted, nothing, None, passage(relay), relay.trace, &relay.form).await;
        }
        Method::Progress if !named("progressToken").is_some_and(|token| session.is_asked_for_progress(&token)) => {
            let nothing = Effect::NotAttempted;
            return nod(flight, Nod::Accepted, nothing, None, passage(relay), relay.trace, &relay.form).await;
        }
        _ => call.json().bytes().clone(),
    };
    match relay.say(asker, session, None, body, ended(session)).await {
        Ok(_) => {
            let effect = Effect::Executed;
            nod(flight, Nod::Accepted, effect, None, passage(relay), relay.trace, &relay.form).await
        }
        Err(failed) => {
            if is_lost(&failed) {
                relay.lost(session);
            }
            relay.fail(flight, failed, 0).await
        }
    }
}
