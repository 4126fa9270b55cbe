//! Which files a configuration was read from, what they looked like, and whether they have changed since.

use crate::config::{self, Disk, Environment, Files, Loaded, Report, files::FileData};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the files are looked at. Looking costs a stat for each file, and unlike notifications it sees a swapped
/// symlink, a remounted volume and a file that comes back after it was gone.
const INTERVAL: Duration = Duration::from_secs(1);

/// What a file looked like: device, inode, size and times of what its path leads to; `None` where there is none.
type Look = Option<(u64, u64, u64, i64, i64)>;
/// Files with their looks.
type Looks = BTreeMap<PathBuf, Look>;

fn look(path: &Path) -> Look {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
}

/// Looks at each file just before it is read: a write during or after the reading then shows as a change. Files that
/// are asked for and missing are remembered too.
struct Looking<'f> {
    files: &'f dyn Files,
    seen: RefCell<Looks>,
}

impl Files for Looking<'_> {
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData> {
        self.seen.borrow_mut().entry(path.to_owned()).or_insert_with(|| look(path));
        self.files.read(path, cap)
    }
}

/// The files of the configuration that is in force and, after a refusal, those that the refused one named.
pub(super) struct Watch {
    in_force: Vec<PathBuf>,
    seen: Looks,
    /// Whether the last load is to be tried again although nothing has changed.
    is_pending: bool,
}

impl Watch {
    /// Loads a first configuration, and watches its files from the moment at which they were read.
    pub(super) fn load(path: &Path, environment: &Environment) -> Result<(Loaded, Self), Report> {
        let mut watch = Self { in_force: Vec::new(), seen: Looks::new(), is_pending: false };
        let loaded = watch.reload(path, environment)?;
        watch.accept(&loaded);
        Ok((loaded, watch))
    }

    /// Loads a configuration. Until it is accepted, the files of the one in force stay watched beside its own.
    pub(super) fn reload(&mut self, path: &Path, environment: &Environment) -> Result<Loaded, Report> {
        self.reload_from(path, &Disk, environment)
    }

    fn reload_from(&mut self, path: &Path, files: &dyn Files, environment: &Environment) -> Result<Loaded, Report> {
        self.is_pending = false;
        // What brought this load about must not bring about the next one.
        let before: Looks = self.in_force.iter().map(|path| (path.clone(), look(path))).collect();
        let looking = Looking { files, seen: RefCell::new(before) };
        let loaded = config::load_from(path, &looking, environment);
        self.seen = looking.seen.into_inner();
        loaded
    }

    /// The configuration that was loaded last is in force now.
    pub(super) fn accept(&mut self, loaded: &Loaded) {
        self.in_force.clone_from(&loaded.config.watched);
        self.seen.retain(|path, _| self.in_force.contains(path));
    }

    /// What was loaded last could not be taken over for a passing reason: it is to be loaded again soon.
    pub(super) const fn again(&mut self) {
        self.is_pending = true;
    }

    /// Resolves when a file has changed and has then been quiet for one interval, or when a load is to be tried again.
    pub(super) async fn changed(&self) {
        if self.is_pending {
            return tokio::time::sleep(INTERVAL).await;
        }
        let mut last = None;
        loop {
            tokio::time::sleep(INTERVAL).await;
            let now = self.look();
            let changed = !now.iter().eq(self.seen.values());
            if changed && last.as_ref() == Some(&now) {
                return;
            }
            last = changed.then_some(now);
        }
    }

    fn look(&self) -> Vec<Look> {
        self.seen.keys().map(|path| look(path)).collect()
    }
}

#[cfg(test)]
mod tests;
