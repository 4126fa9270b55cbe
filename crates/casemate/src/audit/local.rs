//! Where a command that changes the log is carried out: at the gateway while one runs, and otherwise in its state
//! directory, by whoever owns that.

use crate::config::{self, Environment, Loaded};
use crate::out;
use crate::pins::{Access, Admin};
use crate::serve::now;
use anyhow::{Result, anyhow, bail};
use casemate_audit::{Log, OpenError};
use std::io::IsTerminal as _;
use std::sync::Arc;

/// Where it is carried out.
pub(super) enum Place {
    /// At the admin listener of a gateway that runs.
    Gateway(Admin),
    /// In the state directory of one that does not.
    Here(Box<Loaded>),
}

/// Finds it; `None` where the configuration cannot be used, which has been shown.
pub(super) async fn place(access: &Access) -> Result<Option<Place>> {
    if let Some(url) = &access.admin {
        return Ok(Some(Place::Gateway(Admin::new(access, url.clone(), Vec::new())?)));
    }
    let loaded = match config::load(&access.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::show(&report.render(true));
            return Ok(None);
        }
    };
    let running = Admin::running(access, &loaded).await?;
    Ok(Some(running.map_or_else(|| Place::Here(Box::new(loaded)), Place::Gateway)))
}

/// Asks whoever sits there.
pub(super) fn agrees(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to be asked; with --yes nobody is");
    }
    out::show(&format!("{question} [y/N] "));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Opens the log for writing. `what` is what is to be done, for messages.
pub(super) fn open(access: &Access, loaded: Loaded, what: &str) -> Result<Log> {
    let state = access.state_dir.clone().unwrap_or(loaded.state_dir);
    let dir = state.join("audit");
    if !dir.is_dir() {
        bail!("no gateway answers, and `{}` holds no log", state.display());
    }
    out::say(&format!("no gateway answers: working in `{}`", state.display()));
    let config = casemate_audit::Config { dir, ..loaded.audit };
    let (log, recovery) = Log::open(config, Arc::new(now)).map_err(|fault| match fault {
        OpenError::Locked => anyhow!(
            "a gateway runs on `{}`, and its admin listener does not answer: {what} there, or stop it first",
            state.display()
        ),
        fault => anyhow!(fault).context("the audit log cannot be opened"),
    })?;
    if recovery.torn_bytes > 0 || recovery.unknown_outcomes > 0 {
        out::say("the log was left open; it has been recovered");
    }
    Ok(log)
}
