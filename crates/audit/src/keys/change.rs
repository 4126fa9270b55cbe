//! The files of a key that changes: beside the key in force the next one, until that takes its place; and the public keys
//! of all, in their order.

use super::{create, fresh, keep_private, public_path, read, wrong};
use casemate_tlog::key::{Signer, Verifier};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The most bytes of a list of keys: that of a change of key a day for many years.
const LIST: u64 = 1 << 20;

/// Where the next key is while the key at `path` changes.
fn next_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    name.into()
}

/// Where the private keys of a log are whose key is at `path`: the one in force, and the next one while it changes.
#[must_use]
pub fn private_paths(path: &Path) -> [PathBuf; 2] {
    [path.to_owned(), next_path(path)]
}

/// Where the public keys are that have signed this log, one on each line, the one in force last; there since the first
/// change of the key at `path`.
#[must_use]
pub fn public_list_path(path: &Path) -> PathBuf {
    path.with_extension("keys")
}

/// The public keys that have signed the log whose private key is at `path`, the one in force last.
///
/// # Errors
/// They cannot be read, or one is no Ed25519 verifier key.
pub fn public_keys(path: &Path) -> io::Result<Vec<Verifier>> {
    let list = public_list_path(path);
    let mut keys = listed(&list)?;
    let newest = super::public_key(path);
    match newest {
        Ok(key) if keys.last() == Some(&key) => {}
        Ok(key) => {
            keys.retain(|known| *known != key);
            keys.push(key);
        }
        Err(error) if keys.is_empty() => return Err(error),
        Err(_) => {}
    }
    Ok(keys)
}

/// The keys of a list; none where it is missing.
pub(super) fn listed(list: &Path) -> io::Result<Vec<Verifier>> {
    let mut text = String::new();
    match crate::storage::plain(list).and_then(|file| file.take(LIST + 1).read_to_string(&mut text)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(crate::storage::named(list, &error)),
        _ => {}
    }
    if text.len() as u64 > LIST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{}: it has over {LIST} bytes", list.display()),
        ));
    }
    text.lines().map(|line| Verifier::parse(line).map_err(|error| wrong(list, &error))).collect()
}

/// The public keys that are written down.
#[derive(Default)]
pub(crate) struct Known {
    /// The one in force last; none where nothing is written down.
    pub(crate) keys: Vec<Verifier>,
    /// The file of that one, where it is on no list: no change of key was seen to lead to it.
    pub(crate) unlisted: Option<PathBuf>,
}

/// What a change of key does to files, behind a trait so that tests can make each step fail. Each step is durable when it
/// returns, and may be done twice.
pub(crate) trait KeyFiles: Send {
    /// The key that waits to take over, if one does.
    fn waiting(&mut self) -> io::Result<Option<Signer>>;
    /// The public keys that are written down, beside the private key of `own`.
    fn known(&mut self, own: &Verifier) -> io::Result<Known>;
    /// Makes one of this name.
    fn prepare(&mut self, name: &str) -> io::Result<Signer>;
    /// Writes down the public keys: `old`, and `new` as the one in force from now on.
    fn list(&mut self, old: &Verifier, new: &Verifier) -> io::Result<()>;
    /// Makes it the public key that auditors find.
    fn publish(&mut self, new: &Verifier) -> io::Result<()>;
    /// Puts it in the place of the key before, which is destroyed.
    fn promote(&mut self, new: &Verifier) -> io::Result<()>;
}

/// The files beside the key at a path.
pub(crate) struct Files(pub(crate) PathBuf);

impl KeyFiles for Files {
    fn waiting(&mut self) -> io::Result<Option<Signer>> {
        let next = next_path(&self.0);
        if !next.try_exists()? {
            return Ok(None);
        }
        keep_private(&next)?;
        Signer::parse(read(&next)?.trim_end()).map(Some).map_err(|error| wrong(&next, &error))
    }

    fn known(&mut self, own: &Verifier) -> io::Result<Known> {
        let mut keys = listed(&public_list_path(&self.0))?;
        let mut unlisted = None;
        // Where it is on the list, that says more: the list is written first.
        if let Some(key) = super::published(&self.0, own)? {
            unlisted = (!keys.contains(&key)).then(|| public_path(&self.0));
            crate::chain::add(&mut keys, &key);
        }
        Ok(Known { keys, unlisted })
    }

    fn prepare(&mut self, name: &str) -> io::Result<Signer> {
        let next = next_path(&self.0);
        let (signer, text) = fresh(&next, name)?;
        create(&next, &text, 0o600)?;
        Ok(signer)
    }

    fn list(&mut self, old: &Verifier, new: &Verifier) -> io::Result<()> {
        let path = public_list_path(&self.0);
        let mut keys = listed(&path)?;
        keys.retain(|key| key != new);
        crate::chain::add(&mut keys, old);
        keys.push(new.clone());
        let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
        create(&path, &text, 0o644)
    }

    fn publish(&mut self, new: &Verifier) -> io::Result<()> {
        create(&public_path(&self.0), &format!("{new}\n"), 0o644)
    }

    fn promote(&mut self, new: &Verifier) -> io::Result<()> {
        let next = next_path(&self.0);
        if next.try_exists()? {
            // Opened before it loses its name, and overwritten after: as long as it has one it is whole.
            let old = crate::storage::writable(&mut OpenOptions::new(), &self.0);
            fs::rename(&next, &self.0).map_err(|error| crate::storage::named(&next, &error))?;
            sync_dir(&self.0)?;
            if let Err(error) = old.and_then(overwrite) {
                tracing::warn!(%error, "the bytes of the old key could not be overwritten; its file is removed");
            }
        } else {
            sync_dir(&self.0)?;
        }
        let there = Signer::parse(read(&self.0)?.trim_end()).map_err(|error| wrong(&self.0, &error))?;
        if there.verifier() == new {
            return Ok(());
        }
        Err(io::Error::other(format!("{}: neither here nor beside it is the key {}", self.0.display(), new.id())))
    }
}

/// Writes zeroes over what the file holds. File systems that write elsewhere, and flash, may keep what was there.
fn overwrite(mut file: File) -> io::Result<()> {
    let len = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX).min(4096);
    file.write_all(&Zeroizing::new(vec![0; len]))?;
    file.sync_all()
}

fn sync_dir(path: &Path) -> io::Result<()> {
    match path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        Some(dir) => File::open(dir)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// Who signs the checkpoints of a log: one key, and during a change of key the next one as well.
pub(crate) struct Signers {
    pub(crate) current: Signer,
    pub(crate) next: Option<Signer>,
    /// The key of a change that an earlier process began, as long as no record is known that names it: it signs nothing.
    pub(crate) aside: Option<Signer>,
    /// The public keys that were written down at the opening, the one in force last.
    pub(super) known: Vec<Verifier>,
    /// The file of the last of them, where it is on no list.
    pub(super) unlisted: Option<PathBuf>,
    /// Where they are kept; without files the key does not change.
    pub(crate) files: Option<Box<dyn KeyFiles>>,
}

impl From<Signer> for Signers {
    fn from(current: Signer) -> Self {
        Self { current, next: None, aside: None, known: Vec::new(), unlisted: None, files: None }
    }
}

impl Signers {
    /// With the files in which they are kept: a change that an earlier process began is taken up.
    pub(crate) fn kept(current: Signer, mut files: Box<dyn KeyFiles>) -> io::Result<Self> {
        let Known { keys: known, unlisted } = files.known(current.verifier())?;
        let mut signers = Self { known, unlisted, files: Some(files), ..Self::from(current) };
        signers.aside = signers.waiting()?;
        Ok(signers)
    }

    /// The next key: the one that waits, or a new one. It does not sign yet.
    pub(crate) fn prepare(&mut self) -> io::Result<Signer> {
        if let Some(next) = self.waiting()? {
            return Ok(next);
        }
        let name = self.current.verifier().name();
        let files = self.files.as_deref_mut();
        files.ok_or_else(|| io::Error::other("the key of this log is in no file"))?.prepare(name)
    }

    /// Whether a change was begun, or may have been: a key that waits takes over sooner or later.
    pub(crate) fn is_changing(&mut self) -> bool {
        self.next.is_some() || !matches!(self.waiting(), Ok(None))
    }

    fn waiting(&mut self) -> io::Result<Option<Signer>> {
        let Some(files) = self.files.as_deref_mut() else { return Ok(None) };
        let current = self.current.verifier();
        let Some(next) = files.waiting()?.filter(|next| next.verifier() != current) else { return Ok(None) };
        if next.verifier().name() == current.name() {
            return Ok(Some(next));
        }
        let (other, name) = (next.verifier().name(), current.name());
        let what = format!("the key that waits to take over is of the log `{other}`, and this log is `{name}`");
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    }

    /// Both.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Signer> {
        std::iter::once(&self.current).chain(&self.next)
    }

    /// Their public keys.
    pub(crate) fn verifiers(&self) -> Vec<Verifier> {
        self.iter().map(|signer| signer.verifier().clone()).collect()
    }
}

#[cfg(test)]
mod tests;
