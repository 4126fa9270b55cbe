//! Reloading: on SIGHUP and when a watched file changes, also behind a symlink.

use super::local_actor;
use crate::config::{self, Environment};
use casemate_gateway::Gateway;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the files are looked at. Looking costs a stat for each file, and unlike notifications it sees a swapped
/// symlink, a remounted volume and a file that comes back after it was gone.
const INTERVAL: Duration = Duration::from_secs(1);

/// What a file looked like: device, inode, size and times of what its path leads to now.
type Look = Option<(u64, u64, u64, i64, i64)>;

fn look(path: &Path) -> Look {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
}

/// The watched files as they were at the last load.
pub(super) struct Watch {
    files: BTreeMap<PathBuf, Look>,
}

impl Watch {
    pub(super) fn new(paths: &[PathBuf]) -> Self {
        Self { files: paths.iter().map(|path| (path.clone(), look(path))).collect() }
    }

    /// Resolves when a file has changed and has then been quiet for one interval.
    pub(super) async fn changed(&self) {
        let mut last = None;
        loop {
            tokio::time::sleep(INTERVAL).await;
            let now: Vec<Look> = self.files.keys().map(|path| look(path)).collect();
            let changed = !now.iter().eq(self.files.values());
            if changed && last.as_ref() == Some(&now) {
                return;
            }
            last = changed.then_some(now);
        }
    }
}

/// Loads the file again and hands it to the gateway; whatever fails, the old configuration stays in force.
pub(super) async fn reload(gateway: &Gateway, path: &Path, watch: &mut Watch, cause: &'static str) {
    let actor = local_actor();
    match config::load(path, &Environment::of_process()) {
        Ok(loaded) => {
            *watch = Watch::new(&loaded.config.watched);
            match gateway.reload(loaded.config, &actor).await {
                Ok(()) => tracing::info!(cause, policy.digest = %loaded.digest, "reloaded"),
                Err(fault) => tracing::error!(cause, %fault, "not reloaded; the old configuration stays in force"),
            }
        }
        Err(report) => {
            // A broken file is reported once, and again when it changes.
            *watch = Watch::new(&watch.files.keys().cloned().collect::<Vec<_>>());
            let summary = report.summary();
            tracing::error!(cause, "not reloaded; the old configuration stays in force: {summary}");
            crate::out::show(&report.render(true));
            gateway.reload_refused(&summary, &actor).await;
        }
    }
}
