//! A directory as a target: nothing is replaced, and whoever owns the directory can still delete.
//!
//! Each object is written to a temporary file beside its place, synced, and renamed only if nothing has the name
//! (`renameat2` with `RENAME_NOREPLACE`, or a hard link where the file system does not know that). No symbolic link below
//! the root is followed. A temporary file begins with a dot, as no key does; what a crash leaves of them is harmless.

mod probe;

use crate::error::ArchiveError;
use crate::object::{Key, Object, Source, Stored, blocking};
use crate::probe::Probe;
use crate::{MAX_OBJECT, ProbePlan};
use bytes::Bytes;
use casemate_core::digest::Digest;
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, fsync, linkat, mkdirat, openat, renameat_with, unlinkat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A directory that takes each object once. Best effort: it holds against mistakes, not against who may write there.
#[derive(Debug, Clone)]
pub struct Directory {
    path: Arc<Path>,
    root: Arc<OwnedFd>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Directory {
    /// Opens a directory, which must be there.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ArchiveError> {
        let path = path.into();
        let root = rustix::fs::open(&path, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|errno| fault("the directory cannot be opened", errno))?;
        // However it is spelled, and wherever that is read: one directory is one target.
        let path = path.canonicalize().map_err(|error| {
            let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
            fault("the directory cannot be found", errno)
        })?;
        Ok(Self { path: path.into(), root: Arc::new(root) })
    }

    pub(crate) fn describe(&self) -> String {
        format!("directory {} (best effort)", self.path.display())
    }

    pub(crate) async fn put(&self, object: &Object) -> Result<Stored, ArchiveError> {
        let (directory, object) = (self.clone(), object.clone());
        blocking(move || directory.put_now(&object)).await
    }

    pub(crate) async fn read(&self, stored: &Stored) -> Result<Bytes, ArchiveError> {
        let (directory, stored) = (self.clone(), stored.clone());
        blocking(move || directory.read_now(&stored)).await
    }

    pub(crate) async fn probe(&self, plan: &ProbePlan) -> Probe {
        let (directory, plan, target) = (self.clone(), plan.clone(), self.describe());
        let steps = blocking(move || Ok(probe::steps(&directory, &plan))).await.unwrap_or_default();
        Probe { target, steps }
    }

    fn put_now(&self, object: &Object) -> Result<Stored, ArchiveError> {
        let (parents, name) = split(&object.key);
        let parent = self.parent(parents, true)?;
        if let Some(found) = digest_at(&parent, name)? {
            return settled(object, &parent, found);
        }
        let temporary = format!(".{}.{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let written = write(&parent, &temporary, object).and_then(|size| Ok((size, place(&parent, &temporary, name)?)));
        if !matches!(written, Ok((_, true))) {
            // What matters is why it is not in its place; a temporary file that stays is harmless.
            let _ = unlinkat(&*parent, &temporary, AtFlags::empty());
        }
        let (size, placed) = written?;
        if !placed {
            let gone = || ArchiveError::Gone { key: object.key.clone() };
            return settled(object, &parent, digest_at(&parent, name)?.ok_or_else(gone)?);
        }
        sync(&parent)?;
        Ok(stored(object, size))
    }

    fn read_now(&self, stored: &Stored) -> Result<Bytes, ArchiveError> {
        let key = &stored.key;
        let (parents, name) = split(key);
        let gone = |error| match error {
            ArchiveError::Io { kind: io::ErrorKind::NotFound, .. } => ArchiveError::Gone { key: key.clone() },
            other => other,
        };
        let parent = self.parent(parents, false).map_err(gone)?;
        let file = open_at(&parent, name)?.ok_or_else(|| ArchiveError::Gone { key: key.clone() })?;
        let mut bytes = Vec::new();
        let cap = stored.size.min(MAX_OBJECT as u64).saturating_add(1);
        file.take(cap)
            .read_to_end(&mut bytes)
            .map_err(|error| ArchiveError::io("the object cannot be read", &error))?;
        if bytes.len() as u64 != stored.size {
            return Err(ArchiveError::Changed { key: key.clone(), what: "its length" });
        }
        if Digest::of(&bytes) != stored.sha256 {
            return Err(ArchiveError::Changed { key: key.clone(), what: "its digest" });
        }
        Ok(bytes.into())
    }

    /// The directory of a key; with `make`, made where it is missing and synced all the way, since whoever made one that
    /// is there may have stopped before that.
    fn parent(&self, parents: &str, make: bool) -> Result<Arc<OwnedFd>, ArchiveError> {
        const FLAGS: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::RDONLY).union(OFlags::CLOEXEC);
        let mut at = Arc::clone(&self.root);
        for part in parents.split('/').filter(|part| !part.is_empty()) {
            if make {
                match mkdirat(&*at, part, Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => sync(&at)?,
                    Err(errno) => return Err(fault("a directory cannot be made", errno)),
                }
            }
            let next = openat(&*at, part, FLAGS, Mode::empty());
            at = Arc::new(next.map_err(|errno| fault("a directory cannot be opened", errno))?);
        }
        Ok(at)
    }
}

/// The directories of a key, and its last part.
fn split(key: &Key) -> (&str, &str) {
    key.as_str().rsplit_once('/').unwrap_or(("", key.as_str()))
}

fn fault(what: &'static str, errno: Errno) -> ArchiveError {
    ArchiveError::io(what, &io::Error::from(errno))
}

fn stored(object: &Object, size: u64) -> Stored {
    let (key, sha256, retain_until) = (object.key.clone(), object.sha256, object.retain_until);
    Stored { key, version: None, sha256, size, retain_until }
}

fn sync(directory: &OwnedFd) -> Result<(), ArchiveError> {
    fsync(directory).map_err(|errno| fault("the directory cannot be synced", errno))
}

/// What it means that something has the key already. Whoever put it there may not have synced its name.
fn settled(object: &Object, parent: &OwnedFd, (found, size): (Digest, u64)) -> Result<Stored, ArchiveError> {
    if found != object.sha256 {
        return Err(ArchiveError::Conflict { key: object.key.clone(), found });
    }
    sync(parent)?;
    Ok(stored(object, size))
}

fn open_at(parent: &OwnedFd, name: &str) -> Result<Option<File>, ArchiveError> {
    const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);
    match openat(parent, name, FLAGS, Mode::empty()) {
        Ok(file) => Ok(Some(File::from(file))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(fault("an object cannot be opened", errno)),
    }
}

/// Digest and length of what has a name, if anything has.
fn digest_at(parent: &OwnedFd, name: &str) -> Result<Option<(Digest, u64)>, ArchiveError> {
    let Some(file) = open_at(parent, name)? else { return Ok(None) };
    copy(file, |_| Ok(())).map(Some).map_err(|error| ArchiveError::io("an object cannot be read", &error))
}

/// Writes an object's bytes to a new file, read-only and synced, if they have their digest.
fn write(parent: &OwnedFd, temporary: &str, object: &Object) -> Result<u64, ArchiveError> {
    const FLAGS: OFlags = OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::CLOEXEC);
    let failed = |error: io::Error| ArchiveError::io("an object cannot be written", &error);
    let file = openat(parent, temporary, FLAGS, Mode::RUSR).map_err(|errno| failed(errno.into()))?;
    let mut file = File::from(file);
    let (digest, size) = match &object.source {
        Source::Bytes(bytes) => copy(bytes.as_ref(), |piece| file.write_all(piece)).map_err(failed)?,
        Source::File(path) => {
            let source = File::open(path);
            let source = source.map_err(|error| ArchiveError::io("the file to be stored cannot be read", &error))?;
            copy(source.take(MAX_OBJECT as u64 + 1), |piece| file.write_all(piece)).map_err(failed)?
        }
    };
    if size > MAX_OBJECT as u64 {
        return Err(ArchiveError::TooLarge { key: object.key.clone(), cap: MAX_OBJECT });
    }
    if digest != object.sha256 {
        return Err(ArchiveError::Source { key: object.key.clone() });
    }
    file.sync_all().map_err(failed)?;
    Ok(size)
}

/// Gives a temporary file its name, unless something has that name: then `false`.
fn place(parent: &OwnedFd, temporary: &str, name: &str) -> Result<bool, ArchiveError> {
    let named = match renameat_with(parent, temporary, parent, name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link(parent, temporary, name),
        other => other,
    };
    match named {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        Err(errno) => Err(fault("an object cannot be given its name", errno)),
    }
}

/// The same for file systems that cannot rename so: a hard link replaces nothing either.
fn link(parent: &OwnedFd, temporary: &str, name: &str) -> Result<(), Errno> {
    linkat(parent, temporary, parent, name, AtFlags::empty())?;
    unlinkat(parent, temporary, AtFlags::empty())
}

/// Reads to the end, passing each piece on; digest and length of the whole.
fn copy(mut from: impl Read, mut piece: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<(Digest, u64)> {
    let (mut hasher, mut size) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok((Digest(hasher.finalize().into()), size)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        hasher.update(bytes);
        piece(bytes)?;
        size = size.saturating_add(bytes.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::{Directory, link};
    use rustix::io::Errno;

    #[test]
    fn without_a_rename_that_replaces_nothing_a_link_does_it() {
        let directory = tempfile::tempdir().unwrap();
        let root = Directory::open(directory.path()).unwrap().root;
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("a.tmp"), "a").unwrap();
        std::fs::write(path("b.tmp"), "b").unwrap();
        assert_eq!(link(&root, "a.tmp", "name"), Ok(()));
        assert_eq!(link(&root, "b.tmp", "name"), Err(Errno::EXIST));
        assert_eq!(std::fs::read_to_string(path("name")).unwrap(), "a");
        assert!(!path("a.tmp").exists() && path("b.tmp").exists());
    }
}
