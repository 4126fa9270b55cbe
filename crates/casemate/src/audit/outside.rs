//! Files that come from elsewhere: proofs, checkpoints, records, keys.

use anyhow::{Context as _, Result, bail};
use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// The most bytes of one. A record has 65,535 at most, and so has a note; what carries them is a little longer.
const MOST: u64 = 1 << 20;

/// Reads one whole, whatever is behind its name: a pipe, too, such as a shell's `<(…)`, if somebody writes to it.
///
/// # Errors
/// It cannot be read, or is longer than anything of its kind; nobody writes to the pipe.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    let Some(file) = opened(path, &mut bytes).with_context(unreadable)? else {
        bail!("{} is a pipe, and nobody writes to it", path.display());
    };
    let rest = (MOST + 1).saturating_sub(bytes.len() as u64);
    file.take(rest).read_to_end(&mut bytes).with_context(unreadable)?;
    if bytes.len() as u64 > MOST {
        bail!("{} has over {MOST} bytes, and nothing that is asked for here is as long", path.display());
    }
    Ok(bytes)
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
    use std::io::Write as _;
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
