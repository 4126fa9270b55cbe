//! The few operations on files that the log needs, behind a trait so that tests can make each of them fail.

use crate::{attributes, files};
use rustix::fs::{FlockOperation, IFlags, Mode, OFlags, flock, open};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Reading.
pub(crate) trait Source {
    /// The names of all files.
    fn names(&self) -> io::Result<Vec<String>>;
    /// The length of a file.
    fn len(&self, name: &str) -> io::Result<u64>;
    /// Up to `len` bytes from `offset`; fewer only at the end of the file.
    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>>;
}

/// An open file that only grows.
pub(crate) trait Tail: Send {
    /// Appends all of `bytes`.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was appended durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// Writing. After an error of a [`Tail`] it is dropped and a new one opened.
pub(crate) trait Storage: Source + Send {
    /// Opens a file for appending; makes it where it is missing.
    fn tail(&mut self, name: &str) -> io::Result<Box<dyn Tail>>;
    /// Shortens a file, durably.
    fn cut(&mut self, name: &str, len: u64) -> io::Result<()>;
    /// Writes what the file has from `offset` on once more, in place and durably: after a failed fsync of an earlier
    /// process the page cache may show bytes that the disk does not have and that no fsync will write any more.
    fn rewrite(&mut self, name: &str, offset: u64) -> io::Result<()>;
    /// Removes a file.
    fn remove(&mut self, name: &str) -> io::Result<()>;
    /// Writes into the head file; makes it where it is missing.
    fn write_head(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Puts a file in the place of another, whole or not at all. Durable only after a while: for what can be made again.
    fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// Puts files with these names and bytes in the places of others, each whole or not at all, and makes all of them
    /// durable, those too that are there already; directories are made where they are missing.
    fn keep(&mut self, files: &[(String, Vec<u8>)]) -> io::Result<()>;
    /// Makes a file read-only, for it will not change any more.
    fn seal(&mut self, name: &str) -> io::Result<()>;
    /// Makes the head file durable.
    fn sync_head(&mut self) -> io::Result<()>;
    /// Makes the names of new and removed files durable.
    fn sync_dir(&mut self) -> io::Result<()>;
    /// Bytes free on the file system.
    fn free(&self) -> io::Result<u64>;
}

/// Opens a plain file for reading: what lies in the place of one, such as a pipe, is not waited for.
pub(crate) fn plain(path: &Path) -> io::Result<File> {
    let file = File::from(open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?);
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(not_plain())
}

/// The file, where it has just these bytes.
pub(crate) fn has(path: &Path, bytes: &[u8]) -> Option<File> {
    let file = plain(path).ok()?;
    let (len, mut there) = (bytes.len() as u64, Vec::with_capacity(bytes.len()));
    (&file).take(len.saturating_add(1)).read_to_end(&mut there).ok()?;
    (there == bytes).then_some(file)
}

/// Opens a plain file for writing, private where it is made. What lies in the place of one is not waited for, nor written.
pub(crate) fn writable(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let opened = options.write(true).mode(0o600).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path);
    // A pipe that nobody reads.
    let file =
        opened.map_err(|e| if e.raw_os_error() == Some(Errno::NXIO.raw_os_error()) { not_plain() } else { e })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_plain()) }
}

fn not_plain() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file")
}

/// A directory that is read.
pub(crate) struct DirSource(PathBuf);

impl DirSource {
    pub(crate) fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }
}

impl Source for DirSource {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        let there = std::fs::metadata(self.0.join(name))?;
        if there.is_file() { Ok(there.len()) } else { Err(not_plain()) }
    }

    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let file = plain(&self.0.join(name))?;
        let left = usize::try_from(file.metadata()?.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; len.min(left)];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// A directory that is written, and its lock.
pub(crate) struct DirStorage {
    source: DirSource,
    head: Option<File>,
    dir: File,
    guard: Guard,
    _lock: File,
}

/// Whether files are made append-only and immutable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    Off,
    /// It is wanted, and was not tried yet.
    Wanted,
    Works,
}

impl DirStorage {
    /// Makes the directory where it is missing and takes the lock; `None` where another holds it.
    pub(crate) fn open(dir: &Path) -> io::Result<Option<Self>> {
        if !dir.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
            if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                File::open(parent)?.sync_all()?;
            }
        }
        let lock = lock_file(&dir.join(files::LOCK))?;
        if !take(&lock)? {
            return Ok(None);
        }
        let (source, dir) = (DirSource::new(dir), File::open(dir)?);
        Ok(Some(Self { source, head: None, dir, guard: Guard::Off, _lock: lock }))
    }

    /// Makes files append-only and immutable from now on, where that is possible.
    pub(crate) const fn guarded(mut self, wanted: bool) -> Self {
        self.guard = if wanted { Guard::Wanted } else { Guard::Off };
        self
    }

    /// Another handle of the same directory, which holds the lock as well.
    pub(crate) fn again(&self) -> io::Result<Self> {
        let (dir, lock) = (self.dir.try_clone()?, self._lock.try_clone()?);
        Ok(Self { source: DirSource(self.source.0.clone()), head: None, dir, guard: self.guard, _lock: lock })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.source.0.join(name)
    }

    /// Makes a file that grows append-only. The first attempt tells whether that is possible here.
    fn guard(&mut self, path: &Path) {
        if self.guard == Guard::Off {
            return;
        }
        match (attributes::append_only(path), self.guard) {
            (Ok(()), Guard::Wanted) => {
                tracing::info!("files of the audit log are append-only, and immutable once they are closed");
                self.guard = Guard::Works;
            }
            (Ok(()), _) => {}
            (Err(error), Guard::Wanted) => {
                tracing::info!(%error, "files of the audit log cannot be made append-only and immutable here");
                self.guard = Guard::Off;
            }
            (Err(error), _) => tracing::warn!(%error, path = %path.display(), "a file could not be made append-only"),
        }
    }

    /// Puts a file in its place, durably but for its name.
    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = has(path, bytes) {
            return file.sync_all();
        }
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        }
        let partial = path.with_extension("durable.partial");
        let mut file = replacement(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    }
}

/// Takes the lock. Whoever has just let go of it may have a child process that holds it between its fork and its exec.
pub(crate) fn take(lock: &File) -> io::Result<bool> {
    for _ in 0..20 {
        match flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => std::thread::sleep(Duration::from_millis(25)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

/// Bytes that a file system has left for this process. None where it has no more files to give, whatever its blocks
/// say; some file systems count none at all.
pub(crate) const fn room(stat: &rustix::fs::StatVfs) -> u64 {
    if stat.f_files > 0 && stat.f_favail == 0 { 0 } else { stat.f_bavail.saturating_mul(stat.f_frsize) }
}

/// Whether the file system of `dir` has as many bytes left. Not knowing it means it has not.
pub(crate) fn has_room(dir: &Path, reserve: u64) -> bool {
    rustix::fs::statvfs(dir).is_ok_and(|stat| room(&stat) >= reserve)
}

/// The error with the path that it is about.
pub(crate) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file that is written to be put in the place of another.
pub(crate) fn replacement(partial: &Path) -> io::Result<File> {
    writable(OpenOptions::new().create(true).truncate(true), partial)
}

fn lock_file(path: &Path) -> io::Result<File> {
    writable(OpenOptions::new().create(true).truncate(false), path).map_err(|error| named(path, &error))
}

impl Source for DirStorage {
    fn names(&self) -> io::Result<Vec<String>> {
        self.source.names()
    }

    fn len(&self, name: &str) -> io::Result<u64> {
        self.source.len(name)
    }

    fn read_at(&self, name: &str, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.source.read_at(name, offset, len)
    }
}

impl Storage for DirStorage {
    fn tail(&mut self, name: &str) -> io::Result<Box<dyn Tail>> {
        let path = self.path(name);
        let file =
            writable(OpenOptions::new().append(true).create(true), &path).map_err(|error| named(&path, &error))?;
        self.guard(&path);
        Ok(Box::new(FileTail { file, path }))
    }

    fn cut(&mut self, name: &str, len: u64) -> io::Result<()> {
        let path = self.path(name);
        attributes::release(&path)?;
        let cut = || {
            let file = writable(&mut OpenOptions::new(), &path)?;
            file.set_len(len)?;
            file.sync_all()
        };
        cut().map_err(|error| named(&path, &error))
    }

    fn rewrite(&mut self, name: &str, offset: u64) -> io::Result<()> {
        let path = self.path(name);
        attributes::release(&path)?;
        let rewrite = || {
            let file = writable(&mut OpenOptions::new(), &path)?;
            let mut at = offset;
            loop {
                let bytes = self.read_at(name, at, 1 << 20)?;
                if bytes.is_empty() {
                    return file.sync_all();
                }
                file.write_all_at(&bytes, at)?;
                at += bytes.len() as u64;
            }
        };
        rewrite().map_err(|error| named(&path, &error))
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        attributes::release(&path)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(|error| named(&path, &error)),
        }
    }

    fn write_head(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(files::HEAD);
        let open = || writable(OpenOptions::new().create(true).truncate(false), &path);
        let file = self.head.take().map_or_else(open, Ok);
        let written = file.and_then(|file| file.write_all_at(bytes, offset).map(|()| file));
        self.head = Some(written.map_err(|error| named(&path, &error))?);
        Ok(())
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let partial = self.path(&format!("{name}.partial"));
        let replace = || {
            let mut file = replacement(&partial)?;
            file.write_all(bytes)?;
            std::fs::rename(&partial, self.path(name))
        };
        replace().map_err(|error| named(&partial, &error))
    }

    fn keep(&mut self, files: &[(String, Vec<u8>)]) -> io::Result<()> {
        let mut dirs = BTreeSet::new();
        for (name, bytes) in files {
            let path = self.path(name);
            self.place(&path, bytes)?;
            dirs.extend(path.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.source.0)).map(Path::to_owned));
        }
        dirs.iter().rev().try_for_each(|dir| File::open(dir)?.sync_all())
    }

    fn seal(&mut self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        let seal = || {
            if attributes::of(&path)?.contains(IFlags::IMMUTABLE) {
                return Ok(());
            }
            // The mode of a file that is append-only cannot be changed either.
            attributes::release(&path)?;
            std::fs::set_permissions(&path, Permissions::from_mode(0o400))?;
            if self.guard == Guard::Works { attributes::immutable(&path) } else { Ok(()) }
        };
        match seal() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn sync_head(&mut self) -> io::Result<()> {
        // A file whose fsync failed is not used again.
        if let Some(file) = self.head.take() {
            file.sync_data().map_err(|error| named(&self.path(files::HEAD), &error))?;
            self.head = Some(file);
        }
        Ok(())
    }

    fn sync_dir(&mut self) -> io::Result<()> {
        self.dir.sync_all().map_err(|error| named(&self.source.0, &error))
    }

    fn free(&self) -> io::Result<u64> {
        Ok(room(&rustix::fs::fstatvfs(&self.dir)?))
    }
}

struct FileTail {
    file: File,
    path: PathBuf,
}

impl Tail for FileTail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).map_err(|error| named(&self.path, &error))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data().map_err(|error| named(&self.path, &error))
    }
}
