//! Where a copy, a bundle or a proof is written: never in a log, nor among the keys of one. There it would be a file that
//! no log has, in the way of the next backup, and removed or hidden with the rest.

use crate::files;
use crate::scan;
use crate::storage::{DirSource, Source as _};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The directory of a gateway's log in its state directory, and its key there.
const LOG: &str = "audit";
const KEY: &str = "keys/audit.key";

/// The place of what is to be written at `path`, with nothing relative or linked in it. It need not be there yet, nor
/// the directories above it.
///
/// # Errors
/// It lies in the directory of a log, or in that of a log's keys; a link leads nowhere; the file system refuses.
pub fn outside(path: &Path) -> io::Result<PathBuf> {
    let whole = resolved(path)?;
    for dir in whole.ancestors().skip(1) {
        let what = if is_log(dir) {
            "a log is"
        } else if has_keys(dir) {
            "the keys of a log are"
        } else {
            continue;
        };
        let what = format!("it lies in {}, where {what} kept: name a place outside", dir.display());
        return Err(invalid(what));
    }
    Ok(whole)
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// Resolves what there is of a path; the rest is put behind it.
pub(crate) fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    for above in path.ancestors() {
        match above.canonicalize() {
            Ok(whole) => {
                let Ok(rest) = path.strip_prefix(above) else { break };
                return Ok(if rest.as_os_str().is_empty() { whole } else { whole.join(rest) });
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // What would be made there is made where the link leads.
            Err(_) if above.symlink_metadata().is_ok() => {
                return Err(invalid(format!("the link {} leads nowhere", above.display())));
            }
            Err(_) if above.file_name().is_none() => {
                return Err(invalid(format!("{} goes back from a directory that is not there", above.display())));
            }
            Err(_) => {}
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// Whether `one` lies in `other` or is it, by whatever name.
pub(crate) fn lies_in(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).ok().map(|dir| (dir.dev(), dir.ino()));
    let wanted = identity(other);
    one.ancestors().any(|dir| dir == other || (wanted.is_some() && identity(dir) == wanted))
}

/// Whether that is the directory of a log, or where a gateway has its own.
fn is_log(dir: &Path) -> bool {
    let source = DirSource::new(dir);
    let has_files = || source.names().is_ok_and(|names| names.iter().any(|name| files::belongs_to(name).is_some()));
    matches!(scan::head(&source), Ok(Some(_))) || has_files() || is_of_gateway(dir)
}

/// Whether a gateway has its log there, or will.
pub(crate) fn is_of_gateway(dir: &Path) -> bool {
    let is_named = dir.file_name().is_some_and(|name| name == LOG);
    is_named && dir.parent().is_some_and(|state| state.join(KEY).exists())
}

/// Whether the keys of a log are kept there.
pub(crate) fn has_keys(dir: &Path) -> bool {
    dir.join("audit.key").exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_place_is_found_by_whatever_path() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        fs::create_dir_all(at.join("state/audit/tile/0")).unwrap();
        fs::create_dir_all(at.join("state/keys/logs")).unwrap();
        fs::create_dir_all(at.join("copy/archive")).unwrap();
        fs::create_dir_all(at.join("free/audit")).unwrap();
        fs::write(at.join("state/keys/audit.key"), "").unwrap();
        fs::write(at.join("copy/00000000000000000000.log"), "").unwrap();
        symlink(at.join("state/audit/tile"), at.join("free/link")).unwrap();
        symlink(at.join("state/audit/none"), at.join("free/dangling")).unwrap();
        let inside = ["state/audit/x", "state/audit/tile/0/x/y", "state/keys/x", "state/keys/logs/x", "copy/archive/x"];
        let round = ["free/link/x", "free/link/0/x/y", "free/../state/audit/x", "free/link/../x", "state/keys/./x"];
        for name in inside.into_iter().chain(round) {
            let fault = outside(&at.join(name)).unwrap_err().to_string();
            assert!(fault.contains("name a place outside"), "{name}: {fault}");
        }
        assert!(outside(&at.join("free/dangling/x")).unwrap_err().to_string().contains("leads nowhere"));
        assert!(outside(&at.join("free/dangling")).is_err());
        assert!(outside(&at.join("free/none/../../state/audit/x")).is_err());
        for (name, place) in [
            ("free/audit/x", "free/audit/x"),
            ("free/none/x/y", "free/none/x/y"),
            ("state/x", "state/x"),
            ("free/../state/x", "state/x"),
            ("copy", "copy"),
        ] {
            assert_eq!(outside(&at.join(name)).unwrap(), at.join(place), "{name}");
        }
    }
}
