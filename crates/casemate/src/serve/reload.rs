//! Reloading: on SIGHUP and when a watched file changes, also behind a symlink. All or nothing.

use super::local_actor;
use super::watch::Watch;
use crate::config::{Environment, Loaded, kept};
use casemate_gateway::{Gateway, GatewayError};
use std::path::{Path, PathBuf};

/// What only a start reads beside what the gateway itself knows of: a change of it needs another start.
pub(super) struct Fixed {
    /// `None` where the command line names the directory and the configuration's own has no say.
    state_dir: Option<PathBuf>,
    audit: casemate_audit::Config,
}

impl Fixed {
    pub(super) fn new(loaded: &Loaded, state_is_given: bool) -> Self {
        Self { state_dir: (!state_is_given).then(|| loaded.state_dir.clone()), audit: loaded.audit.clone() }
    }

    /// The first key that has changed.
    fn changed(&self, loaded: &Loaded) -> Option<&'static str> {
        let (old, new) = (&self.audit, &loaded.audit);
        let changed = [
            ("state.dir", self.state_dir.as_ref().is_some_and(|dir| *dir != loaded.state_dir)),
            ("audit.deadline", old.deadline != new.deadline),
            ("audit.reserve_bytes", old.reserve_bytes != new.reserve_bytes),
            ("audit.anonymous_per_minute", old.anonymous_per_minute != new.anonymous_per_minute),
            ("audit.mode", old.mode != new.mode),
            ("audit.heartbeat", old.heartbeat != new.heartbeat),
            ("audit.segment_age", old.segment_age != new.segment_age),
            ("audit.capture", old.capture != new.capture),
            ("audit.low_disk_bytes", old.low_disk_bytes != new.low_disk_bytes),
            ("audit.retention", old.retention != new.retention),
            ("audit.immutable", old.immutable != new.immutable),
        ];
        changed.into_iter().find_map(|(key, changed)| changed.then_some(key))
    }
}

/// Loads the file again and hands it to the gateway; whatever fails, the old configuration stays in force.
pub(super) async fn reload(gateway: &Gateway, path: &Path, watch: &mut Watch, fixed: &Fixed, cause: &'static str) {
    let actor = local_actor();
    let loaded = match watch.reload(path, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            let summary = report.summary();
            tracing::error!(cause, "not reloaded; the old configuration stays in force: {summary}");
            crate::out::show(&report.render(true));
            return gateway.reload_refused(&summary, &actor).await;
        }
    };
    if let Some(key) = fixed.changed(&loaded) {
        let fault = GatewayError::NeedsRestart(key);
        tracing::error!(cause, %fault, "not reloaded; the old configuration stays in force");
        return gateway.reload_refused(&fault.to_string(), &actor).await;
    }
    if let Err(error) = kept::keep(gateway.log(), &loaded).await {
        watch.again();
        tracing::error!(cause, %error, "not reloaded, for the policy could not be kept; the old one stays in force");
        return gateway.reload_refused("the policy could not be kept with the log", &actor).await;
    }
    match gateway.reload(loaded.config.clone(), &actor).await {
        Ok(()) => {
            watch.accept(&loaded);
            crate::out::show(&loaded.warnings.render(true));
            tracing::info!(cause, policy.digest = %loaded.digest, "reloaded");
        }
        Err(fault) => {
            // A right that was taken away must not come back for want of a record: it is tried until it is recorded.
            if matches!(fault, GatewayError::Audit(_)) {
                watch.again();
            }
            tracing::error!(cause, %fault, "not reloaded; the old configuration stays in force");
        }
    }
}
