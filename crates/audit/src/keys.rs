//! The key that signs the log's checkpoints: an Ed25519 key in the text form of Go's note package, in a file of its own
//! beside the log; and the public key in a second file beside it, for whoever verifies.

mod change;
mod force;

pub(crate) use change::{Files, Signers};
#[cfg(test)]
pub(crate) use change::{KeyFiles, Known};
pub use change::{private_paths, public_keys, public_list_path};

use crate::commitment::random;
use crate::storage;
use casemate_tlog::key::{Algorithm, KeyError, Signer, Verifier, private_text};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key is far shorter.
const MAX: u64 = 4096;

/// Where the public key of the private key at `path` is.
#[must_use]
pub fn public_path(path: &Path) -> PathBuf {
    path.with_extension("pub")
}

/// Reads the public key that was written beside the private key at `path`.
///
/// # Errors
/// It cannot be read, or is no Ed25519 verifier key.
pub fn public_key(path: &Path) -> io::Result<Verifier> {
    let path = public_path(path);
    Verifier::parse(read(&path)?.trim_end()).map_err(|error| wrong(&path, &error))
}

/// The key that the public file beside the private key `own` at `path` holds; `None` where it is missing, and where
/// nothing is left in it but the beginning of `own`: an interrupted copy, or a crash, leaves that.
pub(crate) fn published(path: &Path, own: &Verifier) -> io::Result<Option<Verifier>> {
    match public_key(path) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(error),
        Err(_) if is_rest_of(&public_path(path), own)? => Ok(None),
        Err(error) => {
            let what = format!("{error}. It is not the log's public key: remove it, and the start writes that again");
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
    }
}

/// Whether a file holds nothing but the beginning of the text of `own`; a crash leaves zeroes as well.
fn is_rest_of(public: &Path, own: &Verifier) -> io::Result<bool> {
    let mut bytes = Vec::new();
    let read = storage::plain(public).and_then(|file| file.take(MAX).read_to_end(&mut bytes));
    read.map_err(|error| storage::named(public, &error))?;
    let is_blank = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let end = bytes.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    Ok(own.to_string().as_bytes().starts_with(bytes.get(..end).unwrap_or_default()))
}

/// Writes the public key in force beside the private one at `path` where auditors would not find it there, and says what
/// they would have found. A key that is on no list of the log's is left: somebody else put it there.
pub(crate) fn publish_missing(path: &Path, key: &Verifier) -> io::Result<Option<&'static str>> {
    let why = match published(path, key)? {
        None => "it was missing or cut off",
        Some(there) if there != *key && change::listed(&public_list_path(path))?.contains(&there) => {
            "the one from before a change of key was there"
        }
        Some(_) => return Ok(None),
    };
    create(&public_path(path), &format!("{key}\n"), 0o644)?;
    Ok(Some(why))
}

/// Makes a new key of this name at `path`, which must not exist, and its public key beside it.
///
/// # Errors
/// The name will not do, there is a key already, or the file system refuses.
pub fn keygen(path: &Path, name: &str) -> io::Result<Verifier> {
    let (signer, private) = fresh(path, name)?;
    if public_path(path) == path {
        let what = format!("{}: the ending is that of the public key: name the private one otherwise", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    // `file_name` takes no notice of it.
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        let what = format!("{}: that is a directory: name a file in it", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    if path.try_exists().map_err(|error| storage::named(path, &error))? {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{}: there is a key already", path.display()),
        ));
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|error| storage::named(dir, &error))?;
    }
    let verifier = signer.verifier().clone();
    // The private key comes last: as long as it is missing there is no key.
    create(&public_path(path), &format!("{verifier}\n"), 0o644)?;
    create(path, &private, 0o600)?;
    Ok(verifier)
}

/// A new key for the file at `path`, and the text of that file.
fn fresh(path: &Path, name: &str) -> io::Result<(Signer, Zeroizing<String>)> {
    let mut seed = Zeroizing::new([0; 32]);
    random(&mut *seed)?;
    let private = private_text(name, Algorithm::Ed25519, &seed).map_err(|error| wrong(path, &error))?;
    let signer = Signer::from_seed(name, &seed).map_err(|error| wrong(path, &error))?;
    Ok((signer, Zeroizing::new([private.as_str(), "\n"].concat())))
}

/// Reads the key at `path`. Where there is none it makes one named `origin`, unless the log is `signed` already: then
/// the key that signed it is wanted.
pub(crate) fn open(path: &Path, origin: Option<&str>, signed: bool) -> io::Result<Signer> {
    if !path.try_exists()? {
        if signed {
            let what = format!("{}: the key that signed this log's checkpoints is not there", path.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, what));
        }
        let mut digits = [0; 8];
        random(&mut digits)?;
        let unnamed = || format!("casemate/audit/{:016x}", u64::from_be_bytes(digits));
        keygen(path, &origin.map_or_else(unnamed, str::to_owned))?;
    }
    keep_private(path)?;
    Signer::parse(read(path)?.trim_end()).map_err(|error| wrong(path, &error))
}

/// Refuses a key that others can read.
fn keep_private(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!("{}: others may read or write the key (mode {:o})", path.display(), mode & 0o777);
    Err(io::Error::new(io::ErrorKind::PermissionDenied, what))
}

fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    let read = storage::plain(path).and_then(|file| file.take(MAX).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        // The error of the standard library says nothing of what the bytes are of.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            let what = format!("{}: it is damaged: a key is text, and this is none", path.display());
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
        Err(error) => Err(storage::named(path, &error)),
    }
}

fn wrong(path: &Path, error: &KeyError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
}

/// Writes a file, durably, whole or not at all.
fn create(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let partial = path.with_extension("partial");
    // It may hold a private key.
    write(&partial, path, text, mode).inspect_err(|_| drop(fs::remove_file(&partial)))
}

fn write(partial: &Path, path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let named = |error: io::Error| storage::named(partial, &error);
    // What an interrupted write left may be readable by others.
    match fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(error)),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(partial).map_err(named)?;
    file.write_all(text.as_bytes()).map_err(named)?;
    file.sync_all().map_err(named)?;
    fs::rename(partial, path).map_err(|error| storage::named(path, &error))?;
    match path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/audit.key");
        let first = open(&path, Some("casemate.example/audit"), false).unwrap().verifier().clone();
        assert_eq!(first.name(), "casemate.example/audit");
        assert_eq!(open(&path, Some("another"), true).unwrap().verifier(), &first);
        assert_eq!(public_key(&path).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(keygen(&path, "x").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(open(&path, None, false).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        fs::write(&path, "PRIVATE+KEY+what").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(open(&path, None, false).unwrap_err().kind(), io::ErrorKind::InvalidData);
        // One flipped bit: the file is named, whatever the bytes are now.
        let made = dir.path().join("made");
        keygen(&made, "casemate.example/audit").unwrap();
        for bit in [0x01, 0x80] {
            let mut bytes = fs::read(&made).unwrap();
            bytes[20] ^= bit;
            fs::write(&path, bytes).unwrap();
            let fault = open(&path, None, true).unwrap_err();
            assert_eq!(fault.kind(), io::ErrorKind::InvalidData);
            assert!(fault.to_string().starts_with(&path.display().to_string()), "{fault}");
        }
        let other = dir.path().join("other");
        assert_eq!(open(&other, None, true).unwrap_err().kind(), io::ErrorKind::NotFound);
        let unnamed = open(&other, None, false).unwrap();
        assert!(unnamed.verifier().name().starts_with("casemate/audit/"), "{unnamed:?}");
        // What cannot be made leaves nothing behind, and no private key in a file of another name.
        fs::create_dir(dir.path().join("sub")).unwrap();
        for place in ["sub/there/", "sub/", "sub", "made/key"] {
            assert!(keygen(&dir.path().join(place), "x").is_err(), "{place}");
        }
        fs::create_dir(dir.path().join("sub/key.pub")).unwrap();
        assert!(keygen(&dir.path().join("sub/key"), "x").unwrap_err().to_string().contains("sub/key.pub"));
        let left: Vec<_> =
            fs::read_dir(dir.path().join("sub")).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["key.pub"]);
        let fault = keygen(&dir.path().join("made.pub"), "x").unwrap_err();
        assert!(fault.kind() == io::ErrorKind::InvalidInput && public_key(&made).is_ok(), "{fault}");
        assert_eq!(keygen(&dir.path().join("k"), "a name").unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
