//! Files that come from elsewhere: proofs, checkpoints, records, keys.

use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The most bytes of one. A record has 65,535 at most, and so has a note; what carries them is a little longer.
const MOST: u64 = 1 << 20;

/// Reads one whole, whatever is behind its name.
///
/// # Errors
/// It cannot be read, or is longer than anything of its kind.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(unreadable)?;
    file.take(MOST + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    if bytes.len() as u64 > MOST {
        bail!("{} has over {MOST} bytes, and nothing that is asked for here is as long", path.display());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
