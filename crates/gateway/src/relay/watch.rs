//! What ends a long stream: its credential, the caller's right, a reload, the drain, the client.

use super::Relay;
use super::events::ended;
use crate::config::Upstream;
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::gateway::draining;
use crate::reply::EventSender;
use crate::server::still_trusted;
use crate::session::Owner;
use crate::wellknown;
use casemate_core::pin::Standing;
use casemate_core::policy::admit;
use casemate_core::{Reason, Refusal, Secret};
use http::{HeaderMap, Uri};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, interval, sleep_until};

/// How often a quiet stream shows that it lives.
const PING: Duration = Duration::from_secs(15);
/// How often the issuer's keys are looked at.
const LOOK: Duration = Duration::from_secs(1);

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

/// Why a stream is over.
pub(super) enum Over {
    /// In good order, by our own decision.
    Ours(Option<Reason>),
    /// The client went away.
    Gone,
}

/// Watches over one stream.
pub(super) struct Watch {
    drain: watch::Receiver<bool>,
    generation: watch::Receiver<u64>,
    end: Option<(Instant, Reason)>,
    day: Instant,
    ping: Interval,
    look: Interval,
    keys: Option<u64>,
    /// The caller is to be judged again. It stays so until that is done, however often it is interrupted.
    doubt: bool,
}

impl Watch {
    pub(super) fn new(relay: &Relay) -> Self {
        let mut ping = interval(PING);
        ping.reset();
        let (drain, generation) = (relay.gateway.watch_drain(), relay.gateway.watch_generation());
        Self {
            drain,
            generation,
            end: relay.credential_end(),
            // Without an expiry a stream still ends, to be opened again.
            day: Instant::now() + Duration::from_hours(24),
            ping,
            look: interval(LOOK),
            keys: keys(relay),
            // What changed between the decision and now is judged once; what changes from here on is announced.
            doubt: !Arc::ptr_eq(&relay.gateway.state(), &relay.state),
        }
    }

    /// Resolves when the stream is over. Cancel-safe.
    pub(super) async fn over(&mut self, relay: &Relay, credentials: &Credentials, sender: &EventSender) -> Over {
        loop {
            if self.doubt {
                if let Err(refusal) = credentials.still_admitted(relay).await {
                    return Over::Ours(Some(refusal.reason));
                }
                self.doubt = false;
            }
            tokio::select! {
                biased;
                () = sender.gone() => return Over::Gone,
                () = draining(&mut self.drain) => return Over::Ours(Some(Reason::Draining)),
                reason = ended(self.end) => return Over::Ours(Some(reason)),
                () = sleep_until(self.day) => return Over::Ours(None),
                changed = self.generation.changed() => self.doubt |= changed.is_ok(),
                // The keys that vouch for the token may change without any reload.
                _ = self.look.tick() => {
                    let now = keys(relay);
                    self.doubt |= now != std::mem::replace(&mut self.keys, now);
                }
                _ = self.ping.tick() => sender.ping(),
            }
        }
    }
}

/// Which keys vouch for tokens now; `None` where there are none that may be used.
fn keys(relay: &Relay) -> Option<u64> {
    let health = relay.gateway.state().identity.keys()?;
    health.usable.then_some(health.generation)
}

impl Credentials {
    /// Judges the caller again under the state that is in force now.
    async fn still_admitted(&self, relay: &Relay) -> Result<(), Refusal> {
        let state = relay.gateway.state();
        let call = relay.permitted.call();
        let resource = wellknown::resource(&state.config, Some(&call.server)).unwrap_or_default();
        let now = relay.gateway.now();
        let Self { headers, uri, connection } = self;
        if !still_trusted(&relay.gateway, connection) {
            return Err(Reason::CertificateRevoked.into());
        }
        let certificate = connection.certificate();
        let principal = state.identity.authenticate(headers, uri, certificate, &resource, now).await?;
        if Owner::of(&principal) != Owner::of(relay.permitted.principal()) {
            return Err(Reason::TenantUnknown.into());
        }
        let same = state.upstream(&call.server).is_some_and(|entry| is_same(&relay.upstream, &entry));
        if !same {
            return Err(Reason::PolicyServer.into());
        }
        admit(&state.config.policy, &principal, &call.server, &call.target, Standing::Unpinned, |_| {})
            .map(|_| ())
            .map_err(Refusal::from)
    }
}

/// Whether an entry still is what the stream was opened to: a stream to another place, or under other rules, is
/// opened anew.
pub(crate) fn is_same(own: &Upstream, entry: &Upstream) -> bool {
    let credential = |name: &http::HeaderName, value: &Secret| {
        entry.credential.as_ref().is_some_and(|(other, with)| other == name && with.expose() == value.expose())
    };
    let same_credential = match &own.credential {
        Some((name, value)) => credential(name, value),
        None => entry.credential.is_none(),
    };
    own.url == entry.url
        && own.revision == entry.revision
        && own.requests == entry.requests
        && own.sensitive == entry.sensitive
        && same_credential
}
