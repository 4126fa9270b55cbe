//! Where pins are read and decided: at a running gateway, or in its state directory while none runs.

use super::admin::Admin;
use super::args::Access;
use super::decide::Decision;
use super::local::Local;
use super::view::{self, Pin};
use crate::config::{self, Environment};
use crate::out;
use anyhow::{Result, bail};
use casemate_core::Reason;
use casemate_core::json::{Json, quote};
use std::fmt;

/// A refusal, with its reason and what to do about it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(super) reason: Reason,
    message: String,
}

impl Refused {
    pub(super) fn of(reason: Reason) -> Self {
        Self { reason, message: reason.facts().message.to_owned() }
    }

    pub(crate) fn new(reason: Reason, message: String) -> Self {
        Self { reason, message }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\nhelp: {}", self.reason, self.message, self.reason.facts().help)
    }
}

impl std::error::Error for Refused {}

/// Either place.
pub(super) enum Source {
    Admin(Admin),
    Local(Local),
}

impl Source {
    /// Finds the gateway that `access` names, or its state directory where none runs; `None` where the configuration
    /// cannot be used, which has been shown.
    pub(super) async fn open(access: &Access) -> Result<Option<Self>> {
        if let Some(url) = &access.admin {
            // Nothing is left to be read from a configuration.
            return Ok(Some(Self::Admin(Admin::new(access, url.clone(), Vec::new())?)));
        }
        let loaded = match config::load(&access.config, &Environment::of_process()) {
            Ok(loaded) => loaded,
            Err(report) => {
                out::show(&report.render(true));
                return Ok(None);
            }
        };
        let state = access.state_dir.clone().unwrap_or_else(|| loaded.state_dir.clone());
        if let Some(admin) = Admin::running(access, &loaded).await? {
            return Ok(Some(Self::Admin(admin)));
        }
        if !state.join("pins").is_dir() {
            bail!("no gateway answers, and `{}` holds no pins yet: casemate serve", state.display());
        }
        out::say(&format!("no gateway answers: working in `{}`", state.display()));
        let is_its_own = state.canonicalize().ok() == loaded.state_dir.canonicalize().ok();
        let servers = is_its_own.then(|| loaded.config.upstreams.keys().cloned().collect());
        Ok(Some(Self::Local(Local::new(state, loaded.audit, servers))))
    }

    /// The list of pins, as the admin listener gives it.
    pub(super) async fn list(&mut self, server: Option<&str>, state: Option<&str>, full: bool) -> Result<Json> {
        let bytes = match self {
            Self::Admin(admin) => {
                let mut query = vec![("full", if full { "true" } else { "false" })];
                query.extend(server.map(|server| ("server", server)));
                query.extend(state.map(|state| ("state", state)));
                admin.get("/pins", &query).await?
            }
            Self::Local(local) => local.list(server, state, full)?,
        };
        view::parse(bytes)
    }

    /// One pin with all that is known of it.
    pub(super) async fn item(&mut self, pin: &Pin) -> Result<Json> {
        let bytes = match self {
            Self::Admin(admin) => {
                let query = [("server", pin.server.as_str()), ("kind", &pin.kind), ("name", &pin.name)];
                admin.get("/pins/item", &query).await?
            }
            Self::Local(local) => local.item(pin)?,
        };
        view::parse(bytes)
    }

    /// Decides about the definition with this digest, if the pin is still in the state in which it was shown.
    pub(super) async fn decide(&mut self, decision: Decision, pin: &Pin, digest: &str) -> Result<()> {
        match self {
            Self::Admin(admin) => {
                let [server, kind, name, digest, state] =
                    [&pin.server, &pin.kind, &pin.name, digest, &pin.state].map(quote);
                let body = format!(
                    "{{\"server\":{server},\"kind\":{kind},\"name\":{name},\"digest\":{digest},\"state\":{state}}}"
                );
                admin.post(&format!("/pins/{}", decision.as_str()), body).await.map(drop)
            }
            Self::Local(local) => local.decide(decision, pin, digest).await,
        }
    }

    /// Forgets one pin, or whatever can be of a server. Gives the document of what was forgotten.
    pub(super) async fn forget(&mut self, server: &str, one: Option<&Pin>) -> Result<Json> {
        let bytes = match self {
            Self::Admin(admin) => {
                let which = match one {
                    Some(pin) => format!("\"kind\":{},\"name\":{}", quote(&pin.kind), quote(&pin.name)),
                    None => "\"all\":true".to_owned(),
                };
                admin.post("/pins/forget", format!("{{\"server\":{},{which}}}", quote(server))).await?
            }
            Self::Local(local) => local.forget(server, one).await?,
        };
        view::parse(bytes)
    }

    /// Ends what was begun: a log that was opened gets its head.
    pub(super) async fn close(self) {
        if let Self::Local(local) = self {
            local.close().await;
        }
    }
}
