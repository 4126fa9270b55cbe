//! The key of a witness: an Ed25519 cosigner key in the text form of Go's note package, in a file that nobody else may
//! read. Made at the first start.

use casemate_tlog::Cosigner;
use casemate_tlog::key::{Algorithm, private_text};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use zeroize::Zeroizing;

/// A key is far shorter.
const MAX: u64 = 4096;

/// Reads the key at `path`; makes one with this name where there is none. Also says whether it was made.
///
/// # Errors
/// The file is no such key, has another name than `name`, or others may read it; there is neither a key nor a name; the
/// file system refuses.
pub fn open(path: &Path, name: Option<&str>) -> io::Result<(Cosigner, bool)> {
    let made = match (path.try_exists()?, name) {
        (true, _) => false,
        (false, Some(name)) => {
            make(path, name)?;
            true
        }
        (false, None) => {
            let what = format!("{}: there is no key yet, and no name for one", path.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
    };
    let there = std::fs::metadata(path)?;
    // A pipe would be waited for.
    if !there.is_file() {
        return Err(wrong(path, "it is no file"));
    }
    let mode = there.mode();
    if mode & 0o077 != 0 {
        let what = format!("{}: others may read or write the key (mode {:o})", path.display(), mode & 0o777);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, what));
    }
    let mut text = Zeroizing::new(String::with_capacity(1024));
    File::open(path)?.take(MAX).read_to_string(&mut text)?;
    let key = Cosigner::parse(text.trim_end()).map_err(|error| wrong(path, &error.to_string()))?;
    if let Some(name) = name.filter(|name| *name != key.verifier().name()) {
        return Err(wrong(path, &format!("the name of the key is {}, not {name}", key.verifier().name())));
    }
    Ok((key, made))
}

fn wrong(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
}

/// Makes a new key, whole and durable or not at all.
fn make(path: &Path, name: &str) -> io::Result<()> {
    let mut seed = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *seed).map_err(|_| io::Error::other("there are no random numbers"))?;
    let text = private_text(name, Algorithm::CosignatureV1, &seed).map_err(|error| wrong(path, &error.to_string()))?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let partial = path.with_extension("partial");
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // A link, unlike a rename, does not replace a key that another start has made meanwhile.
    let linked = std::fs::hard_link(&partial, path);
    std::fs::remove_file(&partial)?;
    linked?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/witness.key");
        assert_eq!(open(&path, None).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(open(&path, Some("a name")).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let (key, made) = open(&path, Some("witness.example/w1")).unwrap();
        assert!(made);
        for name in [None, Some("witness.example/w1")] {
            let (again, made) = open(&path, name).unwrap();
            assert!(!made);
            assert_eq!(again.verifier(), key.verifier());
        }
        assert_eq!(open(&path, Some("another")).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert_eq!(make(&path, "x").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(open(&path, None).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        fs::write(&path, "PRIVATE+KEY+what").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(open(&path, None).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
