//! The state directory: its format version and its keys.

use anyhow::{Context as _, bail};
use casemate_core::Secret;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The format that this release writes and reads.
const FORMAT: u32 = 1;

/// An open state directory.
pub(super) struct State {
    dir: PathBuf,
}

impl State {
    /// Opens or makes the directory. State of a newer format is refused.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        make(dir)?;
        let version = dir.join("format");
        match fs::read_to_string(&version) {
            Ok(text) => match text.trim().parse::<u32>() {
                Ok(found) if found <= FORMAT => {}
                Ok(found) => bail!("the state in {} has format {found}; this release knows {FORMAT}", dir.display()),
                Err(_) => bail!("{} does not hold a format version", version.display()),
            },
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                create(&version, format!("{FORMAT}\n").as_bytes())?;
            }
            Err(fault) => return Err(fault).with_context(|| format!("{} cannot be read", version.display())),
        }
        make(&dir.join("keys"))?;
        Ok(Self { dir: dir.to_owned() })
    }

    pub(super) fn audit_dir(&self) -> PathBuf {
        self.dir.join("audit")
    }

    pub(super) fn pins_dir(&self) -> PathBuf {
        self.dir.join("pins")
    }

    /// The key that seals states which travel through clients; made at first use.
    pub(super) fn seal_key(&self) -> anyhow::Result<Secret> {
        let path = self.dir.join("keys").join("seal.key");
        if !path.exists() {
            let mut key = vec![0_u8; 32];
            aws_lc_rs::rand::fill(&mut key).map_err(|_| anyhow::anyhow!("no randomness"))?;
            create(&path, &key)?;
        }
        let mut key = Vec::new();
        let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        file.take(64).read_to_end(&mut key)?;
        if key.len() != 32 {
            bail!("{} must hold 32 bytes; remove it to have a new one made", path.display());
        }
        Ok(Secret::new(key))
    }
}

/// The key in the file of a log's key: what stands behind its name and id. `None` where the file is not of that form; whoever
/// opens the log says so.
pub(super) fn log_key(path: &Path) -> Option<Secret> {
    let mut bytes = Vec::with_capacity(4096);
    File::open(path).ok()?.take(4096).read_to_end(&mut bytes).ok()?;
    let file = Secret::new(bytes);
    let key = file.expose_str()?.trim().strip_prefix("PRIVATE+KEY+")?.splitn(3, '+').nth(2)?;
    Some(Secret::new(key.as_bytes().to_vec()))
}

fn make(dir: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| format!("{} cannot be made", dir.display()))
}

/// Writes a new file that only its owner can read, whole or not at all.
fn create(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        let partial = path.with_extension("partial");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    };
    written().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_state_is_refused_and_the_key_stays() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(dir.path()).unwrap();
        let first = state.seal_key().unwrap().expose().to_vec();
        assert_eq!(State::open(dir.path()).unwrap().seal_key().unwrap().expose(), first);
        let mut file = File::create(dir.path().join("format")).unwrap();
        file.write_all(b"999\n").unwrap();
        assert!(State::open(dir.path()).is_err());
    }
}
