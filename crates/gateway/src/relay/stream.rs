//! The GET stream of a session: what its server says unasked, and what a client missed.

use super::events::Source;
use super::session::{Told, ended, is_lost};
use super::watch::{Credentials, Over, Watch};
use super::{Asker, Interim, Relay};
use crate::answer::{self, unreadable};
use crate::forward::{Failed, SessionHead};
use crate::reply::{self, EventSender, Held, ReplyBody};
use crate::session::{Origin, Outlet, STANDALONE, Seat, Session};
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::Reason;
use casemate_core::json::Json;
use casemate_core::mcp::RequestId;
use casemate_net::Body;
use casemate_output::{CleanEvent, Nod, Released, nod};
use http::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The window in which events are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// From where a client resumes: the id that it names and how many events are kept after it.
pub(crate) struct Resumption {
    pub(crate) id: String,
    pub(crate) stream: u64,
    pub(crate) after: usize,
}

/// Opens or resumes a stream.
pub(super) async fn open(
    relay: Relay,
    flight: InFlight,
    (asker, credentials): (Asker, Credentials),
    session: Arc<Session>,
    resumption: Option<Resumption>,
    held: Held,
) -> Response<ReplyBody> {
    match resumption {
        Some(missed) if missed.stream != STANDALONE => resume(&relay, flight, &session, &missed, held).await,
        resumption => standalone(relay, flight, (asker, credentials), session, resumption, held).await,
    }
}

/// A request's stream is resumed from what the session keeps; the upstream does not hear of it.
async fn resume(
    relay: &Relay,
    flight: InFlight,
    session: &Session,
    missed: &Resumption,
    held: Held,
) -> Response<ReplyBody> {
    let released = nod(flight, Nod::Stream, Effect::Executed, None, relay.passage(0), relay.trace, &relay.form).await;
    if released.status() != 200 {
        return reply::whole(&released, held);
    }
    let (sender, response) = reply::roomy_stream(held, missed.after);
    // Should the events have been dropped since they were counted, the stream ends at once.
    let _ = session.resume(&missed.id, sender);
    response
}

async fn standalone(
    relay: Relay,
    flight: InFlight,
    (asker, credentials): (Asker, Credentials),
    session: Arc<Session>,
    resumption: Option<Resumption>,
    held: Held,
) -> Response<ReplyBody> {
    let seat = match session.sit().await {
        Ok(seat) => seat,
        Err(refusal) => {
            return reply::whole(&relay.fail(flight, (refusal, Effect::NotAttempted), 0).await, held);
        }
    };
    let upstream_event = resumption.as_ref().and_then(|_| session.upstream_event());
    let sent = relay.say(&asker, &session, upstream_event.as_deref(), Bytes::new(), ended(&session)).await;
    let body = match sent {
        Ok(SessionHead::Events(body)) => body,
        Ok(_) => {
            let failed = (answer::malformed("a GET is answered by a stream"), Effect::Unknown);
            return reply::whole(&relay.fail(flight, failed, 0).await, held);
        }
        Err(failed) => {
            if is_lost(&failed) {
                relay.lost(&session);
            }
            return reply::whole(&relay.fail(flight, failed, 0).await, held);
        }
    };
    let (sender, response) = reply::roomy_stream(held, resumption.as_ref().map_or(0, |missed| missed.after));
    let config = &relay.state.config;
    let outlet = Outlet::standalone(&session, sender.clone(), config.sessions.replay, config.caps.idle);
    if let Some(missed) = resumption {
        let _ = session.resume(&missed.id, sender.clone());
    }
    let stream =
        Stream { relay, credentials, session, outlet, window: (Instant::now(), 0), interim: Interim::default(), seat };
    tokio::spawn(stream.run(flight, body, sender));
    response
}

struct Stream {
    relay: Relay,
    credentials: Credentials,
    session: Arc<Session>,
    outlet: Outlet,
    window: (Instant, usize),
    interim: Interim,
    seat: Seat,
}

impl Stream {
    async fn run(mut self, mut flight: InFlight, body: Body, sender: EventSender) {
        let stop = self.carry(&mut flight, body, &sender).await;
        drop(sender);
        let passage = self.relay.passage(self.interim.sent);
        // A stream without a request has no last message: it ends, and the record says why.
        let _: Released = match stop {
            Ok(reason) => {
                let (trace, form) = (self.relay.trace, &self.relay.form);
                nod(flight, Nod::Stream, Effect::Executed, reason, passage, trace, form).await
            }
            Err(failed) => self.relay.fail(flight, failed, self.interim.sent).await,
        };
        self.outlet.close();
    }

    /// Carries events until the stream is over: in good order for a reason, if there is one, or with a fault.
    async fn carry(
        &mut self,
        flight: &mut InFlight,
        body: Body,
        sender: &EventSender,
    ) -> Result<Option<Reason>, Failed> {
        let mut source = Source::new(body, self.relay.state.config.caps.answer);
        let mut watch = Watch::new(&self.relay);
        loop {
            let next = tokio::select! {
                biased;
                over = watch.over(&self.relay, &self.credentials, sender) => return match over {
                    Over::Ours(reason) => Ok(reason),
                    Over::Gone => Ok(Some(Reason::ClientGone)),
                },
                () = self.session.over() => return Ok(Some(Reason::SessionUnknown)),
                () = self.seat.wanted() => return Ok(Some(Reason::SessionStream)),
                next = source.next() => next,
            };
            self.session.note_upstream_event(source.last_id());
            match next {
                // What the client did not take is kept; it gets the rest when it comes back.
                Ok(message) => {
                    if !self.message(flight, message).await? {
                        return Ok(Some(Reason::ClientGone));
                    }
                }
                Err((refusal, _)) if refusal.reason == Reason::UpstreamClosed => return Ok(None),
                Err(failed) => return Err(failed),
            }
        }
    }

    async fn message(&mut self, flight: &mut InFlight, message: Bytes) -> Result<bool, Failed> {
        let unknown = |refusal| (refusal, Effect::Unknown);
        if self.floods() {
            return Err(self.relay.flooded());
        }
        let json = Json::parse(message.clone(), answer::limits()).map_err(|e| unknown(unreadable(e)))?;
        let question = json.root().get("method").and(json.root().get("id")).and_then(RequestId::of);
        let event = match self.relay.hear(json, &self.session, Origin::Standalone).map_err(unknown)? {
            Some(Told::Event(event)) => event,
            // Responses belong to requests, and those have streams of their own.
            Some(Told::Response) => return Err(unknown(answer::malformed("a response that nobody waits for"))),
            None => return Ok(true),
        };
        let untrusted = flight.event(event, &message);
        // The stream has no end, so each of its events has the whole budget.
        self.interim.refill();
        let (mut events, mut fault) = self.interim.take(untrusted, flight, &self.relay.rules());
        // What is said beside the calls is heard before their answers.
        if fault.is_ok() {
            let (rest, last) = self.interim.flush(flight, &self.relay);
            events.extend(rest);
            fault = last;
        }
        let taken = self.send(&events).await;
        if let (Err(_), Some(question)) = (&fault, question) {
            self.session.withdraw(&question);
            self.relay.run_errands(&self.session);
        }
        fault.map(|()| taken)
    }

    /// Sends events; whether somebody is there who takes them, or may come back for them.
    async fn send(&self, events: &[CleanEvent]) -> bool {
        let mut taken = true;
        for event in events {
            taken &= self.outlet.event(event).await;
        }
        taken
    }

    fn floods(&mut self) -> bool {
        let (since, count) = &mut self.window;
        if since.elapsed() >= WINDOW {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += 1;
        *count > self.relay.state.config.caps.events
    }
}
