//! What all connections share, and how a reload replaces it: whole or not at all.

mod own;

use crate::config::{Config, Upstream};
use crate::custody::archive::Archiver;
use crate::custody::witnesses::{self, Cosigning};
use crate::error::GatewayError;
use crate::identity::{Identity, IdentityError};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::pins::Pins;
use crate::seal::Sealer;
use crate::session::Sessions;
use crate::tls::ClientVerifier;
use arc_swap::ArcSwap;
use casemate_audit::{Clock, Event, EventKind, Facts, Log};
use casemate_core::{Secret, ServerName, UnixMillis};
use casemate_inspect::Registered;
use casemate_output::{Rules, Scope};
pub use own::Held;
use own::{Own, Secrets};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// One generation of everything that a reload may change.
pub struct State {
    /// The configuration.
    pub config: Config,
    /// Authentication under it.
    pub identity: Identity,
    /// Limits under it.
    pub limits: Arc<Limits>,
    /// TLS of the data listener under it.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Judges client certificates of connections that are already open.
    pub(crate) clients: Option<ClientVerifier>,
    upstreams: BTreeMap<ServerName, Arc<Upstream>>,
    secrets: ArcSwap<Secrets>,
}

impl State {
    fn new(config: Config, identity: Identity, limits: Arc<Limits>, own: &[Secret]) -> Result<Self, GatewayError> {
        let tls = config.listener.tls.as_ref().map(crate::tls::server_config).transpose();
        let tls = tls.map_err(|e| GatewayError::Tls(e.to_string()))?;
        let trust = config.listener.tls.as_ref().and_then(|tls| tls.clients.as_ref());
        let clients = trust.map(ClientVerifier::new).transpose().map_err(|e| GatewayError::Tls(e.to_string()))?;
        let upstreams = config.upstreams.iter().map(|(name, entry)| (name.clone(), Arc::new(entry.clone()))).collect();
        let secrets = ArcSwap::from_pointee(Secrets::new(&config, own));
        Ok(Self { secrets, identity, upstreams, limits, tls, clients, config })
    }

    /// What holds for answers there at that time.
    pub(crate) fn rules(&self, scope: &Scope<'_>, now: UnixMillis) -> Rules {
        let filter = self.secrets.load().filters.get(scope, now.0 / 1000);
        Rules { filter, media_bytes: self.config.caps.media, tokens: self.config.caps.tokens }
    }

    /// The registered values under it.
    pub(crate) fn registered(&self) -> Arc<Registered> {
        Arc::clone(&self.secrets.load().registered)
    }

    /// The entry of an upstream.
    #[must_use]
    pub fn upstream(&self, name: &ServerName) -> Option<Arc<Upstream>> {
        self.upstreams.get(name).cloned()
    }
}

/// What a gateway is made of at start.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The open audit log.
    pub log: Log,
    /// The clock.
    pub clock: Clock,
    /// 32 bytes that seal states which travel through clients.
    pub seal_key: Secret,
    /// Secrets of this process that no configuration names, such as the keys of the log: registered like credentials.
    pub held: Held,
    /// The directory of the pins.
    pub pins: PathBuf,
    /// Who starts it, for the log.
    pub actor: String,
}

/// A running gateway.
pub struct Gateway {
    state: ArcSwap<State>,
    pub(crate) log: Log,
    pub(crate) net: casemate_net::Client,
    pub(crate) metrics: Metrics,
    pub(crate) sealer: Sealer,
    own: Own,
    pub(crate) pins: Pins,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) archive: Option<Archiver>,
    /// Where the log has witnesses.
    pub(crate) cosigning: Option<Cosigning>,
    clock: Clock,
    generation: watch::Sender<u64>,
    drain: watch::Sender<bool>,
    bound: OnceLock<SocketAddr>,
}

impl Gateway {
    /// Builds everything that the configuration asks for, and records the start.
    ///
    /// # Errors
    /// TLS material that does not fit, an unusable token issuer, an archive that is not what is required of it, a published
    /// checkpoint that cannot be taken back where there are no witnesses, or a log that takes no record.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, GatewayError> {
        let net = casemate_net::Client::new(casemate_net::ClientConfig::default());
        let witnesses = parts.config.custody.witnesses.as_ref();
        let cosigning = witnesses.map(|w| Cosigning::new(w, &parts.log, net.clone(), Arc::clone(&parts.clock)));
        let cosigning = cosigning.transpose()?;
        let own = Own::new(parts.held, &parts.seal_key);
        let state = {
            let identity = Identity::new(&parts.config, net.clone()).map_err(unusable)?;
            let limits = Arc::new(Limits::new(&parts.config));
            State::new(parts.config, identity, limits, &own.known())?
        };
        let sealer = Sealer::new(&parts.seal_key)
            .ok_or_else(|| GatewayError::Identity("the sealing key must have 32 bytes".to_owned()))?;
        let pins = Pins::open(&parts.pins)?;
        let sessions: Arc<Sessions> = Arc::default();
        if cosigning.is_none() {
            unpublish(&parts.log).await?;
        }
        let archive = Archiver::start(&state.config.custody.archive, &net, &parts.clock, &parts.log).await?;
        let gateway = Arc::new(Self {
            metrics: Metrics::new(parts.log.clone(), pins.clone(), Arc::clone(&sessions), cosigning.is_some()),
            state: ArcSwap::from_pointee(state),
            log: parts.log,
            net,
            sealer,
            own,
            pins,
            sessions,
            archive,
            cosigning,
            clock: parts.clock,
            generation: watch::Sender::new(0),
            drain: watch::Sender::new(false),
            bound: OnceLock::new(),
        });
        if let Some(archive) = &gateway.archive {
            gateway.metrics.add(|registry| archive.register(registry));
        }
        let facts = gateway.state().config.custody.facts(gateway.log.retention());
        gateway.record_with(EventKind::Start, &parts.actor, None, facts).await?;
        own::follow(&gateway);
        Ok(gateway)
    }

    /// The current generation.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// The audit log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The pins of what upstreams offer.
    #[must_use]
    pub const fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Where the data listener really is, also where the configuration left the port to the system.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.bound.get().copied().unwrap_or_else(|| self.state().config.listener.address)
    }

    pub(crate) fn bound_to(&self, address: SocketAddr) {
        // A gateway binds once.
        let _ = self.bound.set(address);
    }

    /// The outbound client must never be led back to our own listeners.
    pub fn set_own_listeners(&self, listeners: Vec<SocketAddr>) {
        self.net.set_own_listeners(listeners);
    }

    /// Takes over a new configuration, all or nothing. Running calls finish under the old one.
    ///
    /// # Errors
    /// The old configuration stays in force, and the refusal is recorded.
    pub async fn reload(&self, config: Config, actor: &str) -> Result<(), GatewayError> {
        let prepared = self.prepare(config);
        let state = match prepared {
            Ok(state) => state,
            Err(fault) => {
                self.record(EventKind::ReloadRefused, actor, Some(fault.to_string())).await?;
                return Err(fault);
            }
        };
        let digest = state.config.policy.digest;
        let event = Event {
            kind: EventKind::Reload,
            actor: actor.to_owned(),
            policy: Some(digest),
            detail: None,
            facts: state.config.custody.facts(self.log.retention()),
        };
        self.log.event(event).await.map_err(|e| GatewayError::Audit(e.to_string()))?;
        self.log.hold(state.config.custody.holds.clone());
        if let Some(archive) = &self.archive {
            archive.renew(&state.config.custody.archive);
        }
        state.limits.update(&state.config);
        self.state.store(Arc::new(state));
        // The log may have got a key since it was prepared.
        self.register_anew();
        self.generation.send_modify(|generation| *generation += 1);
        tracing::info!(policy.digest = %digest, "configuration reloaded");
        Ok(())
    }

    /// Records that a new configuration could not even be read.
    pub async fn reload_refused(&self, why: &str, actor: &str) {
        if let Err(fault) = self.record(EventKind::ReloadRefused, actor, Some(why.to_owned())).await {
            tracing::error!(%fault, "a refused reload could not be recorded");
        }
    }

    fn prepare(&self, config: Config) -> Result<State, GatewayError> {
        let old = self.state();
        if let Some(key) = fixed_at_start(&old.config, &config) {
            return Err(GatewayError::NeedsRestart(key));
        }
        // The admin listener makes its own from the same material later, when nothing can be refused any more.
        if let Some(tls) = config.admin.as_ref().and_then(|admin| admin.tls.as_ref()) {
            crate::tls::server_config(tls).map_err(|e| GatewayError::Tls(format!("admin: {e}")))?;
        }
        // Keys that are known stay known: a reload while the issuer is down locks nobody out.
        let identity = old.identity.renew(&config, self.net.clone()).map_err(unusable)?;
        State::new(config, identity, Arc::clone(&old.limits), &self.own.known())
    }

    async fn record(&self, kind: EventKind, actor: &str, detail: Option<String>) -> Result<(), GatewayError> {
        self.record_with(kind, actor, detail, Facts::new()).await
    }

    async fn record_with(
        &self,
        kind: EventKind,
        actor: &str,
        detail: Option<String>,
        facts: Facts,
    ) -> Result<(), GatewayError> {
        let policy = Some(self.state().config.policy.digest);
        let event = Event { kind, actor: actor.to_owned(), policy, detail, facts };
        self.log.event(event).await.map(|_| ()).map_err(|e| GatewayError::Audit(e.to_string()))
    }

    /// Tells every connection to finish.
    pub fn drain(&self) {
        self.drain.send_replace(true);
    }

    /// Whether the gateway is shutting down.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        *self.drain.borrow()
    }

    pub(crate) fn watch_drain(&self) -> watch::Receiver<bool> {
        self.drain.subscribe()
    }

    pub(crate) fn watch_generation(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// Records the end, lets witnesses see it as far as they answer, and closes the log.
    ///
    /// # Errors
    /// The log takes no record. It is closed all the same.
    pub async fn stop(&self, actor: &str) -> Result<(), GatewayError> {
        let recorded = self.record(EventKind::Stop, actor, None).await;
        witnesses::last(self).await;
        self.log.clone().close().await;
        recorded
    }
}

/// Without witnesses the newest checkpoint is what the log shows: one that witnesses had cosigned would stay for ever.
async fn unpublish(log: &Log) -> Result<(), GatewayError> {
    let withdrawn = log.withdraw().await;
    let withdrawn = withdrawn.map_err(|fault| {
        let what = format!("none are configured, and what was published cannot be taken back: {fault}");
        GatewayError::Witnesses(what)
    })?;
    if let Some(size) = withdrawn {
        tracing::warn!(size, "no witnesses are configured any more: the published checkpoint is withdrawn");
    }
    Ok(())
}

/// Resolves when the gateway begins to drain.
pub(crate) async fn draining(drain: &mut watch::Receiver<bool>) {
    // The sender lives as long as the gateway; should it be gone, the end has come as well.
    let _ = drain.wait_for(|draining| *draining).await.map(drop);
}

/// The first key that has changed and that only a start reads.
fn fixed_at_start(old: &Config, new: &Config) -> Option<&'static str> {
    let admin = |config: &Config| config.admin.as_ref().map(|admin| admin.address);
    let admin_tls = |config: &Config| config.admin.as_ref().map(|admin| admin.tls.is_some());
    let changed = [
        ("mcp_gateway.host and port", old.listener.address != new.listener.address),
        ("whether mcp_gateway uses TLS", old.listener.tls.is_some() != new.listener.tls.is_some()),
        ("mcp_gateway.limits.connections", old.caps.connections != new.caps.connections),
        ("mcp_gateway.timeouts.drain", old.caps.drain != new.caps.drain),
        ("admin.host and port", admin(old) != admin(new)),
        ("whether admin uses TLS", admin_tls(old) != admin_tls(new)),
    ];
    let custody = || old.custody.changed(&new.custody);
    changed.into_iter().find_map(|(key, changed)| changed.then_some(key)).or_else(custody)
}

fn unusable(fault: IdentityError) -> GatewayError {
    GatewayError::Identity(fault.to_string())
}

#[cfg(test)]
mod tests;
