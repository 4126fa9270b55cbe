//! A streamed answer in a session: inspected event by event, kept for clients that come back, resumed where the upstream
//! breaks off.

use super::events::{Source, ended};
use super::interim::is_upstreams;
use super::session::{Ended, Told, cut, late, over};
use super::{Asker, Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::forward::{Failed, SessionHead, send_in_session};
use crate::session::{Origin, Outlet, RunningGuard, Session};
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::headers::Mirrored;
use casemate_core::json::Json;
use casemate_core::mcp::{Call, Method, RequestId};
use casemate_core::{Reason, Refusal};
use casemate_net::Body;
use casemate_output::CleanEvent;
use http::StatusCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout_at};

/// How long an upstream is waited for before its stream is resumed, unless it says otherwise; and at most.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// How often one answer is resumed.
const RESUMES: usize = 32;

/// A streamed answer on its way.
pub(super) struct Carrying<'a> {
    pub(super) relay: &'a Relay,
    pub(super) session: &'a Arc<Session>,
    pub(super) running: &'a RunningGuard,
    pub(super) asker: &'a Asker,
    pub(super) outlet: Outlet,
}

impl Carrying<'_> {
    pub(super) async fn carry(&mut self, flight: &mut InFlight, body: Body) -> (Ended, Interim) {
        let mut interim = Interim::default();
        let ended = self.carry_to_end(flight, body, &mut interim).await;
        // What waits goes before the last message.
        let ended = match ended {
            Ok(answer) => self.flush(flight, &mut interim).await.map(|()| answer),
            Err(failed) => {
                if is_upstreams(&failed) {
                    let _ = self.flush(flight, &mut interim).await;
                }
                Err(failed)
            }
        };
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
                next = timeout_at(self.relay.deadline(), source.next()) => Some(next.map_err(|_| late())?),
                () = interim.due() => None,
            };
            let Some(next) = next else {
                self.flush(flight, interim).await?;
                continue;
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
                        return Err(self.relay.flooded());
                    }
                    self.flush(flight, interim).await?;
                    source = tokio::select! {
                        biased;
                        reason = ended(end) => return Err((Refusal::new(reason), Effect::Unknown)),
                        failed = &mut cut => return Err(failed),
                        resumed = self.resume(&source) => resumed?,
                    };
                    continue;
                }
                Err(failed) => return Err(failed),
            };
            seen += 1;
            if seen > caps.events {
                return Err(self.relay.flooded());
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
        // Another's response ends the call, and the request is not answered by it.
        if json.root().get("method").is_none() && json.root().get("id").and_then(RequestId::of) != self.call_id() {
            return Err(unknown(malformed("the id is not the request's")));
        }
        let origin = Origin::Request { progress: self.running.progress(), stream: self.outlet.stream() };
        let Some(event) = self.relay.hear(json, self.session, origin).map_err(unknown)? else {
            return Ok(None);
        };
        let event = match event {
            Told::Response => return Ok(Some(message)),
            Told::Event(event) => event,
        };
        let untrusted = flight.event(event, &message);
        let (events, fault) = interim.take(untrusted, flight, &self.relay.rules());
        self.send(&events).await;
        fault.map(|()| None)
    }

    /// Sends what waits for what follows.
    async fn flush(&self, flight: &mut InFlight, interim: &mut Interim) -> Result<(), Failed> {
        let (events, fault) = interim.flush(flight, self.relay);
        self.send(&events).await;
        fault
    }

    /// Sends events; what the client does not take is kept for it.
    async fn send(&self, events: &[CleanEvent]) {
        for event in events {
            let _ = self.outlet.event(event).await;
        }
    }

    fn call_id(&self) -> Option<RequestId> {
        self.relay.permitted.call().id.clone()
    }

    /// Asks the upstream for what follows the last event that it gave an id.
    async fn resume(&self, source: &Source) -> Result<Source, Failed> {
        let wait = source.retry().map_or(RETRY, Duration::from_millis).min(RETRY_MAX);
        let deadline = self.relay.deadline();
        if timeout_at(deadline, sleep(wait)).await.is_err() {
            return Err(late());
        }
        let stream = Call::bare(self.session.server.clone(), Method::Stream, &Mirrored::default(), self.session.facts);
        let stream = stream.map_err(|refusal| (refusal, Effect::Unknown))?;
        let voice = self.session.speak().ok_or_else(|| (over(), Effect::Unknown))?;
        let route = (voice.id(), source.last_id());
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
