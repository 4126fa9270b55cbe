//! `subscriptions/listen`: a long stream that carries only what was asked for and admitted, and that ends with the
//! credential that opened it.

use super::events::{Source, end, flush, gone, notification, pass};
use super::watch::{Credentials, Over, Watch};
use super::{Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::forward::Failed;
use crate::reply::EventSender;
use crate::session::heard::is_list_change;
use casemate_audit::{Effect, InFlight};
use casemate_core::json::{Json, Value};
use casemate_core::mcp::{Listen, META_SUBSCRIPTION, RequestId, Target};
use casemate_core::{Reason, Refusal};
use casemate_net::Body;
use casemate_output::{META_RECEIPT, Passage, receipt_json};
use http::StatusCode;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The window in which events are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// Why a stream stops.
enum Stop {
    /// In good order, by our own decision.
    Ours(Option<Reason>),
    /// With an error.
    Failed(Failed),
    /// With the upstream's final response.
    Final(bytes::Bytes),
}

struct Stream {
    relay: Relay,
    credentials: Credentials,
    filter: Listen,
    acknowledged: bool,
    interim: Interim,
    window: (Instant, usize),
}

/// Carries a subscription to its end.
pub(super) async fn run(relay: Relay, credentials: Credentials, mut flight: InFlight, body: Body, sender: EventSender) {
    let Target::Listen(filter) = relay.permitted.call().target.clone() else { return };
    let cap = relay.state.config.caps.answer;
    let window = (Instant::now(), 0);
    let mut stream = Stream { relay, credentials, filter, acknowledged: false, interim: Interim::default(), window };
    let stop = stream.carry(&mut flight, Source::new(body, cap), &sender).await;
    let Stream { relay, mut interim, .. } = stream;
    let (relay, sent) = (&relay, interim.sent);
    interim.refill();
    match stop {
        Stop::Ours(reason) => {
            let id = relay.permitted.call().id.as_ref().map_or("null", RequestId::as_json);
            let receipt = relay.receipted().then(|| receipt_json(flight.receipt()));
            let receipt = receipt.map(|json| format!(",\"{META_RECEIPT}\":{json}")).unwrap_or_default();
            let message = format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"resultType\":\"complete\",\"_meta\":{{\"{META_SUBSCRIPTION}\":{id}{receipt}}}}}}}"
            );
            let passage = Passage { upstream_ms: 0, events: sent };
            end(relay, flight, message, reason, passage, sender).await;
        }
        Stop::Failed(failed) => {
            let released = relay.fail(flight, failed, sent).await;
            let _ = sender.last(released).await;
        }
        Stop::Final(message) => {
            let released = relay.conclude(flight, message, StatusCode::OK, interim).await;
            let _ = sender.last(released).await;
        }
    }
}

impl Stream {
    async fn carry(&mut self, flight: &mut InFlight, mut source: Source, sender: &EventSender) -> Stop {
        let mut watch = Watch::new(&self.relay);
        let first = Instant::now() + self.relay.upstream.first_byte;
        loop {
            tokio::select! {
                biased;
                over = watch.over(&self.relay, &self.credentials, sender) => return match over {
                    Over::Ours(reason) => Stop::Ours(reason),
                    Over::Gone => Stop::Failed(gone()),
                },
                () = sleep_until(first), if !self.acknowledged => {
                    return Stop::Failed((Refusal::new(Reason::UpstreamTimeout), Effect::Unknown));
                }
                next = source.next() => {
                    let message = match next {
                        Ok(message) => message,
                        Err(failed) => return Stop::Failed(failed),
                    };
                    if let Some(stop) = self.message(flight, message, sender).await {
                        return stop;
                    }
                }
            }
        }
    }

    async fn message(&mut self, flight: &mut InFlight, message: bytes::Bytes, sender: &EventSender) -> Option<Stop> {
        let unknown = |refusal| Some(Stop::Failed((refusal, Effect::Unknown)));
        if self.floods() {
            return Some(Stop::Failed(self.relay.flooded()));
        }
        let json = match Json::parse(message.clone(), answer::limits()) {
            Ok(json) => json,
            Err(error) => return unknown(unreadable(error)),
        };
        let begun = self.acknowledged;
        match self.judge(&json) {
            Ok(None) => return Some(Stop::Final(message)),
            Ok(Some(false)) => return None,
            Ok(Some(true)) => {}
            Err(refusal) => return unknown(refusal),
        }
        // A subscription has no end, so each of its events has the whole budget.
        self.interim.refill();
        let sent = self.interim.sent;
        let mut passed = pass(&self.relay, flight, json, &message, sender, &mut self.interim).await;
        // What says that something changed holds no text that could go on.
        if passed.is_ok() {
            passed = flush(&self.relay, flight, sender, &mut self.interim).await;
        }
        match passed {
            // Without the acknowledgment there is no subscription.
            Ok(()) if !begun && self.interim.sent == sent => unknown(Reason::OutputDenied.into()),
            Ok(()) => None,
            Err(failed) => Some(Stop::Failed(failed)),
        }
    }

    fn floods(&mut self) -> bool {
        let (since, count) = &mut self.window;
        if since.elapsed() >= WINDOW {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += 1;
        *count > self.relay.state.config.caps.events
    }

    /// Whether a message goes on: `None` is the final response, `Some(false)` is left out.
    fn judge(&mut self, json: &Json) -> Result<Option<bool>, Refusal> {
        let root = json.root();
        let Some(method) = notification(root)? else { return Ok(None) };
        // Whatever else is wrong with it, it says that something changed.
        if is_list_change(json) {
            self.relay.gateway.pins.stir(&self.relay.gateway, &self.relay.upstream);
        }
        let id = self.relay.permitted.call().id.as_ref();
        let tied = root.path(&["params", "_meta", META_SUBSCRIPTION]).and_then(RequestId::of);
        if tied.is_none() || tied.as_ref() != id {
            return Err(malformed("a notification of another subscription"));
        }
        if method == "notifications/subscriptions/acknowledged" {
            let granted =
                root.path(&["params", "notifications"]).ok_or_else(|| malformed("an empty acknowledgment"))?;
            if std::mem::replace(&mut self.acknowledged, true) || !self.within(granted) {
                return Err(malformed("an acknowledgment that was not asked for"));
            }
            return Ok(Some(true));
        }
        if !self.acknowledged {
            return Err(malformed("a notification before the acknowledgment"));
        }
        Ok(Some(match method.as_str() {
            "notifications/tools/list_changed" => self.filter.tools,
            "notifications/prompts/list_changed" => self.filter.prompts,
            "notifications/resources/list_changed" => self.filter.resources,
            "notifications/resources/updated" => {
                let uri = root.path(&["params", "uri"]).and_then(|v| v.as_str());
                uri.is_some_and(|uri| self.filter.uris.iter().any(|asked| *asked == uri))
            }
            _ => false,
        }))
    }

    /// Whether what was granted is part of what was asked for.
    fn within(&self, granted: Value<'_>) -> bool {
        granted.members().all(|member| {
            let flag = |asked: bool| asked || member.value.as_bool() == Some(false);
            match member.key().as_ref() {
                "toolsListChanged" => flag(self.filter.tools),
                "promptsListChanged" => flag(self.filter.prompts),
                "resourcesListChanged" => flag(self.filter.resources),
                "resourceSubscriptions" => member
                    .value
                    .items()
                    .all(|uri| uri.as_str().is_some_and(|uri| self.filter.uris.iter().any(|asked| *asked == uri))),
                _ => false,
            }
        })
    }
}
