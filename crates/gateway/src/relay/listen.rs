//! `subscriptions/listen`: a long stream that carries only what was asked for and admitted, and that ends with the
//! credential that opened it.

use super::events::{Source, end, ended, gone, notification, pass};
use super::{Interim, Relay};
use crate::answer::{self, malformed, unreadable};
use crate::config::Upstream;
use crate::connection::Connection;
use crate::forward::Failed;
use crate::gateway::draining;
use crate::pipeline::Exchange;
use crate::reply::EventSender;
use crate::server::still_trusted;
use crate::wellknown;
use casemate_audit::{Effect, InFlight};
use casemate_core::json::{Json, Value};
use casemate_core::mcp::{Listen, META_SUBSCRIPTION, Target};
use casemate_core::policy::admit;
use casemate_core::{Reason, Refusal, Secret};
use casemate_net::Body;
use casemate_output::Passage;
use http::{HeaderMap, StatusCode, Uri};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often a quiet stream shows that it lives.
const PING: Duration = Duration::from_secs(15);
/// How often the issuer's keys are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// The window in which events are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// What opened the stream, kept to be judged again after a reload.
pub(super) struct Credentials {
    headers: HeaderMap,
    uri: Uri,
    connection: Arc<Connection>,
}

impl Credentials {
    pub(super) fn of(exchange: &Exchange) -> Self {
        Self {
            headers: exchange.parts.headers.clone(),
            uri: exchange.parts.uri.clone(),
            connection: Arc::clone(&exchange.connection),
        }
    }
}

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
    sent: u64,
    window: (Instant, usize),
}

/// Carries a subscription to its end.
pub(super) async fn run(relay: Relay, credentials: Credentials, mut flight: InFlight, body: Body, sender: EventSender) {
    let Target::Listen(filter) = relay.permitted.call().target.clone() else { return };
    let cap = relay.state.config.caps.answer;
    let window = (Instant::now(), 0);
    let mut stream = Stream { relay, credentials, filter, acknowledged: false, sent: 0, window };
    let stop = stream.carry(&mut flight, Source::new(body, cap), &sender).await;
    let (relay, sent) = (&stream.relay, stream.sent);
    match stop {
        Stop::Ours(reason) => {
            let id = relay.permitted.call().id.as_json();
            let message = format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"resultType\":\"complete\",\"_meta\":{{\"{META_SUBSCRIPTION}\":{id}}}}}}}"
            );
            let passage = Passage { upstream_ms: 0, events: sent };
            end(relay, flight, message, reason, passage, sender).await;
        }
        Stop::Failed(failed) => {
            let released = relay.fail(flight, failed, sent).await;
            let _ = sender.last(released).await;
        }
        Stop::Final(message) => {
            let released = relay.conclude(flight, message, StatusCode::OK, Interim { sent, spent: 0 }).await;
            let _ = sender.last(released).await;
        }
    }
}

impl Stream {
    async fn carry(&mut self, flight: &mut InFlight, mut source: Source, sender: &EventSender) -> Stop {
        let mut drain = self.relay.gateway.watch_drain();
        let mut generation = self.relay.gateway.watch_generation();
        let end = self.relay.credential_end();
        // Without an expiry a stream still ends, to be opened again.
        let day = Instant::now() + Duration::from_hours(24);
        let first = Instant::now() + self.relay.upstream.first_byte;
        let mut ping = tokio::time::interval(PING);
        ping.reset();
        // What changed between the decision and now is judged once; what changes from here on is announced.
        if !Arc::ptr_eq(&self.relay.gateway.state(), &self.relay.state)
            && let Err(refusal) = self.still_admitted().await
        {
            return Stop::Ours(Some(refusal.reason));
        }
        let mut keys = self.keys();
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                biased;
                () = sender.gone() => return Stop::Failed(gone()),
                () = draining(&mut drain) => return Stop::Ours(Some(Reason::Draining)),
                reason = ended(end) => return Stop::Ours(Some(reason)),
                () = sleep_until(day) => return Stop::Ours(None),
                () = sleep_until(first), if !self.acknowledged => {
                    return Stop::Failed((Refusal::new(Reason::UpstreamTimeout), Effect::Unknown));
                }
                changed = generation.changed() => if let (Ok(()), Err(refusal)) = (changed, self.still_admitted().await) {
                    return Stop::Ours(Some(refusal.reason));
                },
                // The keys that vouch for the token may change without any reload.
                _ = look.tick() => if self.keys() != keys {
                    keys = self.keys();
                    if let Err(refusal) = self.still_admitted().await {
                        return Stop::Ours(Some(refusal.reason));
                    }
                },
                _ = ping.tick() => if sender.ping().await.is_err() {
                    return Stop::Failed(gone());
                },
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

    /// Which keys vouch for tokens now; `None` where there are none that may be used.
    fn keys(&self) -> Option<u64> {
        let health = self.relay.gateway.state().identity.keys()?;
        health.usable.then_some(health.generation)
    }

    async fn message(&mut self, flight: &mut InFlight, message: bytes::Bytes, sender: &EventSender) -> Option<Stop> {
        let unknown = |refusal| Some(Stop::Failed((refusal, Effect::Unknown)));
        if self.floods() {
            return unknown(Refusal::new(Reason::UpstreamFlood));
        }
        let json = match Json::parse(message.clone(), answer::limits()) {
            Ok(json) => json,
            Err(error) => return unknown(unreadable(error)),
        };
        match self.judge(&json) {
            Ok(None) => return Some(Stop::Final(message)),
            Ok(Some(false)) => return None,
            Ok(Some(true)) => {}
            Err(refusal) => return unknown(refusal),
        }
        // A subscription has no end, so each of its events has the whole budget.
        match pass(&self.relay, flight, json, &message, sender, &mut 0).await {
            Ok(()) => {
                self.sent += 1;
                None
            }
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
        let id = self.relay.permitted.call().id.as_json();
        let tied = root.path(&["params", "_meta", META_SUBSCRIPTION]).map(|v| v.raw());
        if tied != Some(id) {
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

    /// Judges the caller again under the state that a reload brought.
    async fn still_admitted(&self) -> Result<(), Refusal> {
        let state = self.relay.gateway.state();
        let call = self.relay.permitted.call();
        let resource = wellknown::resource(&state.config, Some(&call.server)).unwrap_or_default();
        let now = self.relay.gateway.now();
        let Credentials { headers, uri, connection } = &self.credentials;
        if !still_trusted(&self.relay.gateway, connection) {
            return Err(Reason::CertificateRevoked.into());
        }
        let certificate = connection.certificate();
        let principal = state.identity.authenticate(headers, uri, certificate, &resource, now).await?;
        let same = state.upstream(&call.server).is_some_and(|entry| self.is_same(&entry));
        if !same {
            return Err(Reason::PolicyServer.into());
        }
        admit(&state.config.policy, &principal, &call.server, &call.target, |_| {}).map(|_| ()).map_err(Refusal::from)
    }

    /// Whether an entry still is what the stream was opened to: a stream to another place, or under other rules, is
    /// opened anew.
    fn is_same(&self, entry: &Upstream) -> bool {
        let own = &self.relay.upstream;
        let credential = |name: &http::HeaderName, value: &Secret| {
            entry.credential.as_ref().is_some_and(|(other, with)| other == name && with.expose() == value.expose())
        };
        let same_credential = match &own.credential {
            Some((name, value)) => credential(name, value),
            None => entry.credential.is_none(),
        };
        own.url == entry.url && own.requests == entry.requests && own.sensitive == entry.sensitive && same_credential
    }
}
