//! Working on the log of a gateway that does not run, by whoever owns its files.

use crate::config::Loaded;
use crate::out;
use crate::pins::Access;
use crate::serve::now;
use anyhow::{Result, anyhow, bail};
use casemate_audit::{Log, OpenError};
use std::sync::Arc;

/// Opens it for writing. `what` is what is to be done, for messages.
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
