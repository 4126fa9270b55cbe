//! Files that come from elsewhere, or go there: proofs, checkpoints, records, keys.

use anyhow::{Context as _, Result, bail};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;

/// The most bytes of one. A record has 65,535 at most, and so has a note; what carries them is a little longer.
const MOST: u64 = 1 << 20;

/// Reads one whole, whatever is behind its name: a pipe, too, such as a shell's `<(…)`, if somebody writes to it.
///
/// # Errors
/// It cannot be read, or is longer than anything of its kind; nobody writes to the pipe.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    up_to(path, MOST)
}

/// The same for what may have `most` bytes.
///
/// # Errors
/// As [`read`].
pub(super) fn up_to(path: &Path, most: u64) -> Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    let Some(file) = opened(path, &mut bytes).with_context(unreadable)? else {
        bail!("{} is a pipe, and nobody writes to it", path.display());
    };
    let rest = most.saturating_add(1).saturating_sub(bytes.len() as u64);
    file.take(rest).read_to_end(&mut bytes).with_context(unreadable)?;
    if bytes.len() as u64 > most {
        bail!("{} has over {most} bytes, and nothing that is asked for here is as long", path.display());
    }
    Ok(bytes)
}

/// Writes a file that is to leave this host, whole or not at all; a pipe or a terminal is written to as it is. A file that
/// is there is replaced where it is empty, or one `of_kind`.
///
/// # Errors
/// It would lie in a log, something else is there, or the file system refuses.
pub(super) fn write(path: &Path, bytes: &[u8], of_kind: impl FnOnce(&[u8]) -> bool) -> Result<()> {
    let unwritable = || format!("{} cannot be written", path.display());
    if path.metadata().is_ok_and(|there| there.is_file() && there.len() > 0) {
        let replaceable = read(path).is_ok_and(|there| there == bytes || of_kind(&there));
        if !replaceable {
            bail!("{} is there already and is no file of this kind: remove it, or name another", path.display());
        }
    }
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return File::options().write(true).open(path).and_then(|mut to| to.write_all(bytes)).with_context(unwritable);
    }
    let place = casemate_audit::outside(path).with_context(unwritable)?;
    replace(&place, bytes).with_context(unwritable)
}

fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mode = Permissions::from_mode(0o666);
    let dir = place.parent().unwrap_or(Path::new("/"));
    // The process's umask takes from that mode what others are not given.
    let mut file = tempfile::Builder::new().prefix(".casemate-").permissions(mode).tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(place).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}

/// Opens it without waiting for anybody. `None` where it is a pipe with nothing in it that nobody writes to; `first` gets
/// what was read to find that out.
fn opened(path: &Path, first: &mut Vec<u8>) -> io::Result<Option<File>> {
    let mut file = File::from(open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?);
    let is_pipe = file.metadata()?.file_type().is_fifo();
    if is_pipe {
        let mut piece = [0; 4096];
        match file.read(&mut piece) {
            Ok(0) => return Ok(None),
            Ok(count) => first.extend(piece.iter().take(count)),
            // Somebody has it open for writing.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    // From here on a pipe, or a terminal, is waited for.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(Some(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd as _;

    #[test]
    fn a_pipe_is_read_if_somebody_writes_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, Mode::RWXU, 0).unwrap();
        let fault = read(&path).unwrap_err().to_string();
        assert!(fault.ends_with("is a pipe, and nobody writes to it"), "{fault}");
        // Somebody does, and says nothing yet. What is written before it is read stays while another end is open.
        let _end = open(&path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty()).unwrap();
        let mut writer = File::options().write(true).open(&path).unwrap();
        let reader = std::thread::spawn(move || read(&path).unwrap());
        writer.write_all(b"late").unwrap();
        drop(writer);
        assert_eq!(reader.join().unwrap(), b"late");
        // As a shell's `<(…)` is: by the number of an open end, with more than one piece in it.
        let (from, mut to) = io::pipe().unwrap();
        let writer = std::thread::spawn(move || to.write_all(&[b'x'; 10_000]).unwrap());
        let number = format!("/dev/fd/{}", from.as_raw_fd());
        assert_eq!(read(Path::new(&number)).unwrap().len(), 10_000);
        writer.join().unwrap();
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all_and_into_no_log() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for bytes in [&b"one"[..], b"another"] {
            write(&at("proof"), bytes, |there| there == b"one").unwrap();
            assert_eq!(std::fs::read(at("proof")).unwrap(), bytes);
        }
        let fault = write(&at("proof"), b"one", |_| false).unwrap_err().to_string();
        assert!(fault.contains("is there already") && std::fs::read(at("proof")).unwrap() == b"another", "{fault}");
        std::os::unix::fs::symlink(at("proof"), at("link")).unwrap();
        write(&at("link"), b"by the link", |_| true).unwrap();
        assert_eq!(std::fs::read(at("proof")).unwrap(), b"by the link");
        assert!(at("link").is_symlink());
        std::fs::create_dir_all(at("log")).unwrap();
        std::fs::write(at("log/00000000000000000000.log"), "an entry").unwrap();
        for name in ["log/new", "log/00000000000000000000.log", "log/../log/new"] {
            let fault = format!("{:#}", write(&at(name), b"proof", |_| true).unwrap_err());
            assert!(fault.contains("name a place outside"), "{fault}");
        }
        assert_eq!(std::fs::read(at("log/00000000000000000000.log")).unwrap(), b"an entry");
        assert!(write(&at("log"), b"proof", |_| true).is_err() && write(&at("none/new"), b"proof", |_| true).is_err());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left of what failed");
        let (mut from, to) = io::pipe().unwrap();
        write(Path::new(&format!("/dev/fd/{}", to.as_raw_fd())), b"through a pipe", |_| false).unwrap();
        drop(to);
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        assert_eq!(text, "through a pipe");
    }

    #[test]
    fn what_never_ends_is_not_read_to_its_end() {
        let fault = read(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(fault.starts_with("/dev/zero has over 1048576 bytes"), "{fault}");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        assert!(read(&path).is_err());
        for (size, is_read) in [(0, true), (1 << 20, true), ((1 << 20) + 1, false)] {
            std::fs::write(&path, vec![b'x'; size]).unwrap();
            assert_eq!(read(&path).map(|bytes| bytes.len() == size).is_ok(), is_read, "{size}");
        }
    }
}
