//! A streamed answer: each event is inspected on its own, and the final response is released like any other.

use super::interim::is_upstreams;
use super::{Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::forward::{self, Failed};
use crate::reply::EventSender;
use crate::session::heard::is_list_change;
use crate::sse::Events;
use bytes::Bytes;
use casemate_audit::{Effect, InFlight};
use casemate_core::json::{Edits, Json, Kind, Value};
use casemate_core::{Reason, Refusal};
use casemate_net::Body;
use casemate_output::{CleanEvent, Interim as Event, Passage, Shape, finish};
use http::StatusCode;
use tokio::time::{Instant, sleep_until, timeout_at};

/// What to do with one message of a stream.
pub(super) enum Message {
    /// The answer to the request.
    Final,
    /// A notification that belongs to the request.
    Notification,
    /// A notification that the client did not ask for: left out.
    Unasked,
}

/// Reads messages off the upstream's stream.
pub(super) struct Source {
    body: Body,
    events: Events,
    ready: std::collections::VecDeque<Bytes>,
}

impl Source {
    pub(super) fn new(body: Body, cap: usize) -> Self {
        Self { body, events: Events::new(cap), ready: std::collections::VecDeque::new() }
    }

    /// A stream that goes on where another broke off.
    pub(super) fn resumed(body: Body, cap: usize, before: &Self) -> Self {
        Self { body, events: Events::resumed(cap, &before.events), ready: std::collections::VecDeque::new() }
    }

    /// The id of the last event that the stream gave one, from where it can be resumed.
    pub(super) fn last_id(&self) -> Option<&str> {
        self.events.last_id()
    }

    /// How long the stream asks to wait before it is resumed, in milliseconds.
    pub(super) const fn retry(&self) -> Option<u64> {
        self.events.retry()
    }

    /// The next message. Cancel-safe: what was read stays.
    pub(super) async fn next(&mut self) -> Result<Bytes, Failed> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(message);
            }
            let oversize = || (Refusal::new(Reason::UpstreamOversize), Effect::Unknown);
            match self.body.next().await {
                Some(Ok(chunk)) => {
                    let mut found = Vec::new();
                    self.events.push(&chunk, &mut found).map_err(|_| oversize())?;
                    self.ready.extend(found.into_iter().filter(|message| !message.is_empty()));
                }
                Some(Err(fault)) => return Err((forward::failed(&fault).0, Effect::Unknown)),
                None => {
                    let detail = if self.events.is_torn() { "within an event" } else { "before the final response" };
                    return Err((Refusal::new(Reason::UpstreamClosed).detail(detail), Effect::Unknown));
                }
            }
        }
    }
}

/// Carries a request-scoped stream to its end.
pub(super) async fn run(relay: Relay, mut flight: InFlight, body: Body, sender: EventSender) {
    let caps = &relay.state.config.caps;
    let mut source = Source::new(body, caps.answer);
    let mut interim = Interim::default();
    let mut seen = 0_usize;
    let end = relay.credential_end();
    let failed = loop {
        let next = tokio::select! {
            biased;
            () = sender.gone() => break gone(),
            reason = ended(end) => break (Refusal::new(reason), Effect::Unknown),
            next = timeout_at(relay.deadline(), source.next()) => Some(next),
            () = interim.due() => None,
        };
        let message = match next {
            Some(Ok(Ok(message))) => message,
            Some(Ok(Err(failed))) => break failed,
            Some(Err(_)) => break (Refusal::new(Reason::UpstreamTimeout), Effect::Unknown),
            None => match flush(&relay, &mut flight, &sender, &mut interim).await {
                Ok(()) => continue,
                Err(failed) => break failed,
            },
        };
        seen += 1;
        if seen > caps.events {
            break relay.flooded();
        }
        let json = match Json::parse(message.clone(), answer::limits()) {
            Ok(json) => json,
            Err(error) => break (unreadable(error), Effect::Unknown),
        };
        match classify(&relay, &json) {
            Ok(Message::Final) => {
                if let Err(failed) = flush(&relay, &mut flight, &sender, &mut interim).await {
                    break failed;
                }
                let released = relay.conclude(flight, message, StatusCode::OK, interim).await;
                let _ = sender.last(released).await;
                relay.gateway.metrics.took("upstream", relay.started.elapsed());
                return;
            }
            Ok(Message::Unasked) => {}
            Ok(Message::Notification) => {
                if let Err(failed) = pass(&relay, &mut flight, json, &message, &sender, &mut interim).await {
                    break failed;
                }
            }
            Err(refusal) => break (refusal, Effect::Unknown),
        }
    };
    if is_upstreams(&failed) {
        let _ = flush(&relay, &mut flight, &sender, &mut interim).await;
    }
    let released = relay.fail(flight, failed, interim.sent).await;
    let _ = sender.last(released).await;
}

/// Resolves at the end of a credential; never without one.
pub(super) async fn ended(end: Option<(Instant, Reason)>) -> Reason {
    match end {
        Some((at, reason)) => {
            sleep_until(at).await;
            reason
        }
        None => std::future::pending().await,
    }
}

pub(super) fn gone() -> Failed {
    (Refusal::new(Reason::ClientGone), Effect::Unknown)
}

/// Inspects an interim event and sends what may go.
pub(super) async fn pass(
    relay: &Relay,
    flight: &mut InFlight,
    json: Json,
    message: &Bytes,
    sender: &EventSender,
    interim: &mut Interim,
) -> Result<(), Failed> {
    let event = Event { json, shape: Shape::Notification, edits: Edits::new() };
    let untrusted = flight.event(event, message);
    let (events, fault) = interim.take(untrusted, flight, &relay.rules());
    send(relay, &events, sender).await?;
    fault
}

/// Sends what waits for what follows.
pub(super) async fn flush(
    relay: &Relay,
    flight: &mut InFlight,
    sender: &EventSender,
    interim: &mut Interim,
) -> Result<(), Failed> {
    let (events, fault) = interim.flush(flight, relay);
    send(relay, &events, sender).await?;
    fault
}

async fn send(relay: &Relay, events: &[CleanEvent], sender: &EventSender) -> Result<(), Failed> {
    for event in events {
        match timeout_at(relay.stalled(), sender.event(event)).await {
            Ok(Ok(())) => {}
            _ => return Err(gone()),
        }
    }
    Ok(())
}

impl Relay {
    /// When a client that does not read counts as gone.
    fn stalled(&self) -> Instant {
        Instant::now() + self.state.config.caps.idle
    }
}

/// A message must be the answer, or a notification that revision 2026-07-28 knows on a request's stream.
fn classify(relay: &Relay, json: &Json) -> Result<Message, Refusal> {
    let root = json.root();
    let Some(method) = notification(root)? else { return Ok(Message::Final) };
    if is_list_change(json) {
        relay.gateway.pins.stir(&relay.gateway, &relay.upstream);
    }
    let call = relay.permitted.call();
    let meta = |key: &str| call.json().root().path(&["params", "_meta", key]);
    match method.as_str() {
        "notifications/progress" => {
            let token = root.path(&["params", "progressToken"]).map(|v| v.raw());
            let asked = meta("progressToken").map(|v| v.raw());
            Ok(if asked.is_some() && token == asked { Message::Notification } else { Message::Unasked })
        }
        "notifications/message" => {
            let asked = meta("io.modelcontextprotocol/logLevel").is_some();
            Ok(if asked { Message::Notification } else { Message::Unasked })
        }
        _ => Ok(Message::Unasked),
    }
}

/// The method of a notification; `None` for a response.
pub(super) fn notification(root: Value<'_>) -> Result<Option<String>, Refusal> {
    let Some(method) = root.get("method") else { return Ok(None) };
    if root.get("id").is_some() {
        // The older revisions let servers send requests on streams; this one has none.
        return Err(Refusal::new(Reason::UpstreamVersion).detail("a request from server to client"));
    }
    let fine = root.is_object()
        && root.get("jsonrpc").and_then(|v| v.as_str()).as_deref() == Some("2.0")
        && root.members().all(|m| matches!(m.key().as_ref(), "jsonrpc" | "method" | "params"))
        && root.get("params").is_none_or(|params| params.kind() == Kind::Object);
    match method.as_str() {
        Some(method) if fine => Ok(Some(method.into_owned())),
        _ => Err(malformed("a malformed notification")),
    }
}

/// Ends a stream in good order with a message of our own.
pub(super) async fn end(
    relay: &Relay,
    flight: InFlight,
    message: String,
    reason: Option<Reason>,
    passage: Passage,
    sender: EventSender,
) {
    let released = finish(flight, message, reason, passage, relay.trace, &relay.form).await;
    let _ = sender.last(released).await;
}
