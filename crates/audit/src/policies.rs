//! The policies that records name, each in a file of its digest's name, so that decisions can be made again.

use crate::log::Log;
use crate::storage;
use casemate_core::digest::Digest;
use std::fs::{DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Their directory in that of the log.
const DIR: &str = "policies";
/// Bytes of a policy's canonical form.
const MAX: u64 = 64 << 20;

fn path(dir: &Path, digest: Digest) -> PathBuf {
    dir.join(DIR).join(format!("{}.policy", digest.hex()))
}

/// The canonical form of the policy with that digest, as it was kept with the log in `dir`; `None` where it was not.
///
/// # Errors
/// It cannot be read, or the file of that name holds another one ([`io::ErrorKind::InvalidData`]).
pub fn policy(dir: &Path, digest: Digest) -> io::Result<Option<Vec<u8>>> {
    let file = match storage::plain(&path(dir, digest)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX).read_to_end(&mut bytes)?;
    check(digest, &bytes)?;
    Ok(Some(bytes))
}

/// Whether that is the policy with that digest.
pub(crate) fn check(digest: Digest, text: &[u8]) -> io::Result<()> {
    if Digest::of_policy(text) == digest {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "it is not the policy that its name says"))
}

impl Log {
    /// Keeps the canonical form of a policy with the log, durably. To be called before the first record that names it.
    ///
    /// # Errors
    /// The file system refuses.
    pub async fn keep_policy(&self, digest: Digest, text: Vec<u8>) -> io::Result<()> {
        let dir = self.dir().to_owned();
        tokio::task::spawn_blocking(move || keep(&dir, digest, &text)).await.map_err(io::Error::other)?
    }
}

fn keep(dir: &Path, digest: Digest, text: &[u8]) -> io::Result<()> {
    match policy(dir, digest) {
        Ok(Some(kept)) if kept == text => return Ok(()),
        Ok(_) => {}
        // It is written anew.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
        Err(error) => return Err(error),
    }
    let policies = dir.join(DIR);
    if !policies.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(&policies)?;
        File::open(dir)?.sync_all()?;
    }
    let path = path(dir, digest);
    let partial = path.with_extension("partial");
    let mut file = storage::replacement(&partial)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&partial, &path)?;
    File::open(&policies)?.sync_all()
}
