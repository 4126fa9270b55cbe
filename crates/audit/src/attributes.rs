//! The attributes of files that forbid even their owner to change them (`chattr +a`, `chattr +i`): append-only while a
//! file grows, immutable once it is closed. They take a file system that has them and the capability
//! `CAP_LINUX_IMMUTABLE`; whoever has that can lift them too, so that they stop mistakes and the gateway's own user, and
//! nobody with root.

use crate::storage::{named, plain};
use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::path::Path;

const BOTH: IFlags = IFlags::APPEND.union(IFlags::IMMUTABLE);

/// Which of the two a file has; none where the file system knows no attributes.
pub(crate) fn of(path: &Path) -> io::Result<IFlags> {
    Ok(read(&plain(path)?)?.intersection(BOTH))
}

fn read(file: &File) -> io::Result<IFlags> {
    match ioctl_getflags(file) {
        Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(IFlags::empty()),
        flags => Ok(flags?),
    }
}

/// Lets a file only grow from now on.
pub(crate) fn append_only(path: &Path) -> io::Result<()> {
    set(path, IFlags::APPEND)
}

/// Lets a file not change any more, nor be removed.
pub(crate) fn immutable(path: &Path) -> io::Result<()> {
    set(path, IFlags::IMMUTABLE)
}

/// Lifts both, so that a file can be changed and removed. A missing file has none.
pub(crate) fn release(path: &Path) -> io::Result<()> {
    match set(path, IFlags::empty()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let what = "it is append-only or immutable, and this process may not lift that (as root: `chattr -ai`)";
            Err(io::Error::new(error.kind(), format!("{}: {what}", path.display())))
        }
        done => done.map_err(|error| named(path, &error)),
    }
}

fn set(path: &Path, wanted: IFlags) -> io::Result<()> {
    let file = plain(path)?;
    let flags = read(&file)?;
    if flags.intersection(BOTH) == wanted {
        return Ok(());
    }
    Ok(ioctl_setflags(&file, flags.difference(BOTH).union(wanted))?)
}
