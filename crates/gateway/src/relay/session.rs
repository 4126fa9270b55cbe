//! Messages of a session. They are carried to their end whether or not the client stays: in these revisions a lost
//! connection cancels nothing.

use super::events::{Source, ended};
use super::watch::is_same;
use super::{Asker, Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::config::Upstream;
use crate::forward::{Failed, SessionHead, failed, outgoing, send_in_session};
use crate::gateway::Gateway;
use crate::reply::{self, Held, ReplyBody};
use crate::session::{Heard, Origin, Outlet, Place, RunningGuard, SESSION, Session, hear, heard};
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::json::Json;
use casemate_core::mcp::{Call, Capabilities, Listen, Method, RequestId, Revision, SessionFacts, Target};
use casemate_core::pin::Standing;
use casemate_core::policy::admit;
use casemate_core::{Reason, Refusal};
use casemate_net::Body;
use casemate_output::{Interim as Event, Nod, Released, inspect_event, nod};
use http::{HeaderValue, Response, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

/// How long a cancelled request may still answer.
const GRACE: Duration = Duration::from_secs(5);
/// How long an upstream is waited for before its stream is resumed, unless it says otherwise; and at most.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// How often one answer is resumed.
const RESUMES: usize = 32;
/// How long an upstream may take to hear that a session is over.
const FAREWELL: Duration = Duration::from_secs(5);

type Head = oneshot::Sender<Response<ReplyBody>>;

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
    let _limits = held.release_others();
    let call = relay.permitted.call();
    let body = outgoing(call, &relay.upstream, None);
    let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), (None, None), body);
    let sent = timeout_at(relay.deadline(), sending).await.unwrap_or_else(|_| Err(late()));
    let (message, status, id) = match relay.whole_answer(sent).await {
        Ok(answer) => answer,
        Err(failed) => {
            let _ = head.send(reply::whole(&relay.fail(flight, failed, 0).await, held));
            return;
        }
    };
    let released = relay.conclude(flight, message, status, Interim::default()).await;
    relay.gateway.metrics.took("upstream", relay.started.elapsed());
    let mut response = reply::whole(&released, held);
    let Some(revision) = agreed(&released) else {
        let _ = head.send(response);
        return;
    };
    let facts = SessionFacts { revision, capabilities: granted(call.capabilities, &relay.upstream) };
    match place.open(call.server.clone(), facts, id, Arc::clone(&relay.upstream)) {
        Ok((session, id)) => {
            if let Ok(mut id) = HeaderValue::from_str(&id) {
                id.set_sensitive(true);
                response.headers_mut().insert(SESSION, id);
            }
            // Nobody has the id of a session whose answer was not taken.
            if head.send(response).is_err() {
                relay.gateway.sessions.remove(&session);
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

fn late() -> Failed {
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
    let _limits = held.release_others();
    let call = relay.permitted.call();
    let watched = watched(call);
    if let Some(uri) = watched {
        session.watch(uri, call.method == Method::Subscribe);
    }
    let body = outgoing(call, &relay.upstream, None);
    let route = (session.upstream_id.as_ref(), None);
    let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), route, body);
    let sent = tokio::select! {
        sent = timeout_at(relay.deadline(), sending) => sent.unwrap_or_else(|_| Err(late())),
        failed = cut(&running, &session) => Err(failed),
    };
    let released = match sent.map(|(head, _)| head) {
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
            session.forget_questions(stream);
            let released = relay.settle(flight, ended, interim).await;
            carrying.outlet.last(&released).await;
            released
        }
        other => {
            let ended = relay.whole_or_failed(other).await;
            let released = relay.settle(flight, ended, Interim::default()).await;
            let _ = head.send(reply::whole(&released, held));
            released
        }
    };
    relay.gateway.metrics.took("upstream", relay.started.elapsed());
    lost(&relay, &session, &released);
    if let Some(uri) = watched.filter(|_| call.method == Method::Subscribe && !is_result(&released)) {
        session.watch(uri, false);
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

/// A session that the upstream does not know any more is over.
fn lost(relay: &Relay, session: &Session, released: &Released) {
    if released.status() == Reason::SessionUnknown.facts().status {
        relay.gateway.sessions.remove(session);
    }
}

/// Resolves when a request need not be waited for any longer.
async fn cut(running: &RunningGuard, session: &Session) -> Failed {
    let cancelled = async {
        running.cancelled().await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = cancelled => (Refusal::new(Reason::ClientCancelled), Effect::Unknown),
        () = session.over() => (Refusal::new(Reason::SessionUnknown).detail("it ended meanwhile"), Effect::Unknown),
    }
}

/// How an answer ended: with a final message under a status, or not.
type Ended = Result<(Bytes, StatusCode), Failed>;

/// A streamed answer on its way.
struct Carrying<'a> {
    relay: &'a Relay,
    session: &'a Arc<Session>,
    running: &'a RunningGuard,
    asker: &'a Asker,
    outlet: Outlet,
}

impl Carrying<'_> {
    async fn carry(&mut self, flight: &mut InFlight, body: Body) -> (Ended, Interim) {
        let mut interim = Interim::default();
        let ended = self.carry_to_end(flight, body, &mut interim).await;
        (ended, interim)
    }

    async fn carry_to_end(&mut self, flight: &mut InFlight, body: Body, interim: &mut Interim) -> Ended {
        let caps = &self.relay.state.config.caps;
        let mut source = Source::new(body, caps.answer);
        let end = self.relay.credential_end();
        let cut = cut(self.running, self.session);
        tokio::pin!(cut);
        let (mut seen, mut resumes) = (0_usize, 0_usize);
        loop {
            let next = tokio::select! {
                biased;
                reason = ended(end) => return Err((Refusal::new(reason), Effect::Unknown)),
                failed = &mut cut => return Err(failed),
                next = timeout_at(self.relay.deadline(), source.next()) => next.map_err(|_| late())?,
            };
            let message = match next {
                Ok(message) => message,
                // Once cancelled, a request need not be answered.
                Err(_) if self.running.is_cancelled() => {
                    return Err((Refusal::new(Reason::ClientCancelled), Effect::Unknown));
                }
                Err((refusal, _)) if refusal.reason == Reason::UpstreamClosed && source.last_id().is_some() => {
                    resumes += 1;
                    if resumes > RESUMES {
                        return Err((Refusal::new(Reason::UpstreamFlood), Effect::Unknown));
                    }
                    source = self.resume(&source).await?;
                    continue;
                }
                Err(failed) => return Err(failed),
            };
            seen += 1;
            if seen > caps.events {
                return Err((Refusal::new(Reason::UpstreamFlood), Effect::Unknown));
            }
            if let Some(message) = self.message(flight, message, interim).await? {
                return Ok((message, StatusCode::OK));
            }
        }
    }

    /// One message of the stream; the response is given back.
    async fn message(
        &mut self,
        flight: &mut InFlight,
        message: Bytes,
        interim: &mut Interim,
    ) -> Result<Option<Bytes>, Failed> {
        let unknown = |refusal| (refusal, Effect::Unknown);
        let json = Json::parse(message.clone(), answer::limits()).map_err(|e| unknown(unreadable(e)))?;
        let origin = Origin::Request { progress: self.running.progress(), stream: self.outlet.stream() };
        let Some(event) = self.relay.hear(json, self.session, origin).map_err(unknown)? else {
            return Ok(None);
        };
        let event = match event {
            Told::Response => return Ok(Some(message)),
            Told::Event(event) => event,
        };
        let untrusted = flight.event(event, &message);
        let clean = inspect_event(untrusted, flight, self.relay.rules(), &mut interim.spent).map_err(unknown)?;
        self.outlet.event(&clean).await;
        interim.sent += 1;
        Ok(None)
    }

    /// Asks the upstream for what follows the last event that it gave an id.
    async fn resume(&self, source: &Source) -> Result<Source, Failed> {
        let wait = source.retry().map_or(RETRY, Duration::from_millis).min(RETRY_MAX);
        let deadline = self.relay.deadline();
        if timeout_at(deadline, sleep(wait)).await.is_err() {
            return Err(late());
        }
        let stream = Call::bare(
            self.session.server.clone(),
            Method::Stream,
            &casemate_core::headers::Mirrored::default(),
            self.session.facts,
        );
        let stream = stream.map_err(|refusal| (refusal, Effect::Unknown))?;
        let route = (self.session.upstream_id.as_ref(), source.last_id());
        let caller = self.asker.caller();
        let sending = send_in_session(&self.relay.gateway, &self.relay.upstream, &stream, caller, route, Bytes::new());
        let closed = || (Refusal::new(Reason::UpstreamClosed).detail("it could not be resumed"), Effect::Unknown);
        match timeout_at(deadline, sending).await.map_err(|_| late())? {
            Ok((SessionHead::Events(body), _)) => {
                Ok(Source::resumed(body, self.relay.state.config.caps.answer, source))
            }
            Ok(_) | Err(_) => Err(closed()),
        }
    }
}

/// What was heard in a session, ready for inspection.
pub(super) enum Told {
    /// A response.
    Response,
    /// An interim message.
    Event(Event),
}

impl Relay {
    /// Judges one message of the upstream's in a session; `None` is left out.
    pub(super) fn hear(&self, json: Json, session: &Session, origin: Origin<'_>) -> Result<Option<Told>, Refusal> {
        if heard::is_list_change(&json) {
            self.gateway.pins.stir(&self.gateway, &self.upstream);
        }
        let state = self.gateway.state();
        let (principal, server) = (self.permitted.principal(), &self.permitted.call().server);
        let wants = |listen: &Listen| {
            let target = Target::Listen(listen.clone());
            admit(&state.config.policy, principal, server, &target, Standing::Unpinned, |_| {}).is_ok()
        };
        Ok(match hear(&json, session, origin, self.upstream.requests, &wants)? {
            Heard::Response => Some(Told::Response),
            Heard::Pass(shape, edits) => Some(Told::Event(Event { json, shape, edits })),
            Heard::Drop => None,
        })
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
                }
                Err((Refusal::new(Reason::UpstreamFlood), Effect::Unknown))
            }
            SessionHead::Accepted => Err((malformed("a request without an answer"), Effect::Unknown)),
        }
    }

    async fn whole_answer(
        &self,
        sent: Result<(SessionHead, Option<HeaderValue>), Failed>,
    ) -> Result<(Bytes, StatusCode, Option<HeaderValue>), Failed> {
        let (head, id) = sent?;
        let (message, status) = self.whole_or_failed(Ok(head)).await?;
        Ok((message, status, id))
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
    lost(&relay, &session, &released);
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
        Method::Progress if !call.param("progressToken").is_some_and(|t| session.is_asked_for_progress(t.raw())) => {
            let nothing = Effect::NotAttempted;
            return nod(flight, Nod::Accepted, nothing, None, passage(relay), relay.trace, &relay.form).await;
        }
        _ => call.json().bytes().clone(),
    };
    let route = (session.upstream_id.as_ref(), None);
    let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), route, body);
    match timeout_at(relay.deadline(), sending).await.unwrap_or_else(|_| Err(late())) {
        Ok(_) => {
            let effect = Effect::Executed;
            nod(flight, Nod::Accepted, effect, None, passage(relay), relay.trace, &relay.form).await
        }
        Err(failed) => relay.fail(flight, failed, 0).await,
    }
}

/// `DELETE`: the session is over here, whatever its upstream says.
pub(super) async fn end(relay: Relay, flight: InFlight, asker: Asker, session: Arc<Session>, held: Held, head: Head) {
    relay.gateway.sessions.remove(&session);
    let call = relay.permitted.call();
    let route = (session.upstream_id.as_ref(), None);
    let sending = send_in_session(&relay.gateway, &relay.upstream, call, asker.caller(), route, Bytes::new());
    let deadline = relay.deadline().min(Instant::now() + FAREWELL);
    let (effect, reason) = if session.upstream_id.is_none() {
        (Effect::Executed, None)
    } else {
        match timeout_at(deadline, sending).await.unwrap_or_else(|_| Err(late())) {
            Ok(_) => (Effect::Executed, None),
            Err((refusal, effect)) => (effect, Some(refusal.reason)),
        }
    };
    let released = nod(flight, Nod::NoContent, effect, reason, relay.passage(0), relay.trace, &relay.form).await;
    let _ = head.send(reply::whole(&released, held));
}

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
            () = crate::gateway::draining(&mut drain) => return,
            () = sleep_until(Instant::now() + Duration::from_secs(10)) => {}
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
