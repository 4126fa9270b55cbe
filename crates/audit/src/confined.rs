//! A directory that others may have prepared: nothing in it is followed out of it, and only plain files are read.

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// What a file is called until it is whole.
const PARTIAL: &str = ".partial";

/// An open directory. Names are single components.
pub(crate) struct Dir(OwnedFd);

/// The error where a name is not what it has to be.
fn explained(error: Errno, wanted: &str) -> io::Error {
    match error {
        Errno::LOOP | Errno::MLINK | Errno::NOTDIR => {
            io::Error::new(io::ErrorKind::InvalidInput, format!("it is not {wanted}; links are not followed"))
        }
        other => other.into(),
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Dir {
    /// Opens a directory that the caller has chosen; it may be a link.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(fs::open(path, flags, Mode::empty())?))
    }

    /// A directory in this one.
    pub(crate) fn sub(&self, name: &str) -> io::Result<Self> {
        fs::openat(&self.0, name, DIRECTORY, Mode::empty()).map(Self).map_err(|e| explained(e, "a directory"))
    }

    /// A directory in this one, made where it is missing.
    pub(crate) fn make(&self, name: &str) -> io::Result<Self> {
        match fs::mkdirat(&self.0, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => self.sub(name),
            Err(error) => Err(error.into()),
        }
    }

    /// The plain file of this name.
    pub(crate) fn file(&self, name: &str) -> io::Result<File> {
        // A pipe does not hold up whoever opens it.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = fs::openat(&self.0, name, flags, Mode::empty()).map_err(|e| explained(e, "a plain file"))?;
        if FileType::from_raw_mode(fs::fstat(&file)?.st_mode) != FileType::RegularFile {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"));
        }
        Ok(file.into())
    }

    /// The plain file of this name, where there is one.
    pub(crate) fn find(&self, name: &str) -> io::Result<Option<File>> {
        match self.file(name) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names in it, in order. An error where there are more than `most`.
    pub(crate) fn names(&self, most: usize) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_str().map_err(|_| io::Error::other("a name in it is no text"))?;
            if name == "." || name == ".." {
                continue;
            }
            if names.len() >= most {
                return Err(io::Error::other(format!("there are more than {most} files in it")));
            }
            names.push(name.to_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// A new file; an error where there is one.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    /// Puts a file there, whole or not at all, and in the place of one that is there. Its bytes are durable; its name is
    /// after [`Dir::sync`].
    pub(crate) fn put(
        &self,
        name: &str,
        mode: u32,
        durable: bool,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let partial = format!("{name}{PARTIAL}");
        let mut file = match self.create(&partial) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::unlinkat(&self.0, &partial, AtFlags::empty())?;
                self.create(&partial)?
            }
            created => created?,
        };
        let done = write(&mut file).and_then(|()| {
            fs::fchmod(&file, Mode::from_raw_mode(mode))?;
            if durable { file.sync_all() } else { Ok(()) }
        });
        if let Err(error) = done.and_then(|()| Ok(fs::renameat(&self.0, &partial, &self.0, name)?)) {
            let _ = fs::unlinkat(&self.0, &partial, AtFlags::empty());
            return Err(error);
        }
        Ok(())
    }

    /// Makes the names in it durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }

    /// Makes everything on its file system durable.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        Ok(fs::syncfs(&self.0)?)
    }

    /// A file for a lock, made where it is missing.
    pub(crate) fn lock(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = fs::openat(&self.0, name, flags, Mode::RUSR | Mode::WUSR);
        file.map(File::from).map_err(|e| explained(e, "a plain file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_is_followed_out_of_it() {
        let (outside, inside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        let dir = Dir::open(inside.path()).unwrap();
        symlink(outside.path(), inside.path().join("sub")).unwrap();
        symlink(outside.path().join("secret"), inside.path().join("file")).unwrap();
        symlink(outside.path().join("new"), inside.path().join("file.partial")).unwrap();
        assert!(dir.sub("sub").is_err() && dir.make("sub").is_err());
        assert!(dir.file("file").unwrap_err().to_string().contains("links are not followed"));
        assert!(dir.lock("file").is_err());
        // A link in the place of the file, or of its beginnings, is replaced and not followed.
        dir.put("file", 0o600, true, |file| file.write_all(b"mine")).unwrap();
        assert_eq!(std::fs::read(outside.path().join("secret")).unwrap(), b"secret");
        assert!(!outside.path().join("new").exists());
        assert_eq!(std::fs::read(inside.path().join("file")).unwrap(), b"mine");
        assert!(!inside.path().join("file.partial").exists());
    }

    #[test]
    fn only_plain_files_are_read_and_what_fails_leaves_nothing() {
        let inside = tempfile::tempdir().unwrap();
        let dir = Dir::open(inside.path()).unwrap();
        fs::mknodat(fs::CWD, inside.path().join("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert!(dir.file("pipe").is_err());
        assert!(dir.find("missing").unwrap().is_none());
        assert!(dir.put("file", 0o600, true, |_| Err(io::ErrorKind::StorageFull.into())).is_err());
        assert_eq!(dir.names(9).unwrap(), ["pipe"]);
        assert!(dir.names(0).is_err());
        assert!(Dir::open(&inside.path().join("pipe2")).is_err());
    }
}
