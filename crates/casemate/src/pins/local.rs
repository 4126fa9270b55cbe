//! The pins in the state directory while no gateway runs: read as they are, decided under the log's lock.

use super::decide::Decision;
use super::source::Refused;
use super::view::Pin;
use super::visible;
use crate::out;
use crate::serve::{local_actor, now};
use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use casemate_audit::{Log, OpenError};
use casemate_core::digest::Digest;
use casemate_core::pin::{Kind, State};
use casemate_core::{Reason, Refusal, ServerName};
use casemate_gateway::admin::document;
use casemate_gateway::pins::{Pins, Subject, Verdict};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A state directory.
pub(super) struct Local {
    state: PathBuf,
    audit: casemate_audit::Config,
    /// The upstreams of the configuration; none where the state is not the one that it names.
    servers: Option<HashSet<ServerName>>,
    /// Opened for the first decision. Pins that were read before it are read again.
    open: Option<(Log, Pins)>,
}

impl Local {
    pub(super) fn new(state: PathBuf, audit: casemate_audit::Config, servers: Option<HashSet<ServerName>>) -> Self {
        let audit = casemate_audit::Config { dir: state.join("audit"), ..audit };
        Self { state, audit, servers, open: None }
    }

    fn pins(&self) -> Result<Pins> {
        match &self.open {
            Some((_, pins)) => Ok(pins.clone()),
            None => Ok(Pins::open(&self.state.join("pins"))?),
        }
    }

    pub(super) fn list(&self, server: Option<&str>, state: Option<&str>, full: bool) -> Result<Bytes> {
        let all = self.pins()?;
        let (pins, mut origins) = (all.reviewed(), all.origins());
        let fits = pins.iter().filter(|(name, pin)| {
            server.is_none_or(|server| name.as_str() == server) && state.is_none_or(|state| pin.state.as_str() == state)
        });
        let fits = fits.map(|(name, pin)| (name, pin.as_ref()));
        origins.retain(|name, _| server.is_none_or(|server| name.as_str() == server));
        Ok(if full { document::full(fits, &origins) } else { document::list(fits) }.into())
    }

    pub(super) fn item(&self, pin: &Pin) -> Result<Bytes> {
        let (server, kind) = key(pin)?;
        let found = self.pins()?.review(&server, kind, &pin.name).ok_or_else(|| Refused::of(Reason::PinMissing))?;
        Ok(document::item(&server, &found).into())
    }

    pub(super) async fn decide(&mut self, decision: Decision, pin: &Pin, digest: &str) -> Result<()> {
        let (server, kind) = key(pin)?;
        let digest = digest.strip_prefix("sha256:").and_then(Digest::from_hex).context("the digest cannot be read")?;
        let shown = Some(State::parse(&pin.state).context("the state cannot be read")?);
        let verdict = match decision {
            Decision::Approve => Verdict::Approve(digest),
            Decision::Block => Verdict::Block(digest),
        };
        let subject = Subject { server: &server, kind, name: &pin.name, shown };
        let (log, pins) = self.opened()?;
        pins.decide(log, now(), subject, verdict, &local_actor()).await.map(drop).map_err(refused)
    }

    pub(super) async fn forget(&mut self, server: &str, one: Option<&Pin>) -> Result<Bytes> {
        let server = ServerName::parse(server).context("the server's name cannot be read")?;
        let one = one.map(|pin| Ok::<_, anyhow::Error>((key(pin)?.1, pin.name.as_str()))).transpose()?;
        let is_configured = self.servers.as_ref().is_none_or(|servers| servers.contains(&server));
        let (log, pins) = self.opened()?;
        let gone = pins.forget(log, &server, one, || is_configured, &local_actor()).await.map_err(refused)?;
        Ok(document::forgotten(&server, &gone).into())
    }

    /// The log, whose lock says that no gateway runs, and the pins as they are since.
    fn opened(&mut self) -> Result<&(Log, Pins)> {
        if self.open.is_none() {
            let (log, recovery) = Log::open(self.audit.clone(), Arc::new(now)).map_err(|fault| match fault {
                OpenError::Locked => anyhow!(
                    "a gateway runs on `{}`, and its admin listener does not answer: decide there, or stop it first",
                    self.state.display()
                ),
                fault => anyhow!(fault).context("the audit log cannot be opened"),
            })?;
            if recovery.torn_bytes > 0 || recovery.unknown_outcomes > 0 {
                out::say("the log was left open; it has been recovered");
            }
            let pins = Pins::open(&self.state.join("pins"))?;
            self.open = Some((log, pins));
        }
        self.open.as_ref().context("the state cannot be opened")
    }

    pub(super) async fn close(self) {
        if let Some((log, _)) = self.open {
            log.close().await;
        }
    }
}

fn refused(refusal: Refusal) -> anyhow::Error {
    Refused::new(refusal.reason, visible::safe(&refusal.message())).into()
}

fn key(pin: &Pin) -> Result<(ServerName, Kind)> {
    let server = ServerName::parse(&pin.server).context("the server's name cannot be read")?;
    Ok((server, Kind::parse(&pin.kind).context("the kind cannot be read")?))
}
