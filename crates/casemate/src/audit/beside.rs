//! The public keys of a log, as its host has them.

use super::{Keys, each};
use anyhow::{Context as _, Result};
use casemate_audit::tlog::Verifier;
use casemate_audit::{public_keys, public_path};
use std::io;
use std::path::{Path, PathBuf};

/// Where the key of the log in `dir` is, beside which its public keys are. A backup has its own, which are as old as it is.
pub(super) fn path(dir: &Path) -> PathBuf {
    let place = |dir: &Path| dir.join("keys").join("audit.key");
    let own = place(dir);
    if public_path(&own).exists() { own } else { place(dir.parent().unwrap_or(dir)) }
}

/// Where the keys of the subjects of the log in `dir` are. A backup may have its own.
pub(super) fn subjects(dir: &Path) -> PathBuf {
    let own = dir.join("keys").join("subjects");
    if own.exists() { own } else { casemate_audit::subjects_path(dir) }
}

/// The keys that were given; without any, those in `keys` beside the log in `dir`. None where no such file is there: only
/// that means that no key is known.
///
/// # Errors
/// A file of keys is there and cannot be read, or holds something else.
pub(super) fn known(given: &[Keys], dir: &Path) -> Result<Vec<Verifier>> {
    let given = each(given);
    if !given.is_empty() {
        return Ok(given);
    }
    match public_keys(&path(dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        keys => keys.context(
            "the public keys beside the log cannot be used, so no signature can be checked: give them with --key",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_audit::keygen;

    #[test]
    fn only_a_file_that_is_missing_means_that_no_key_is_known() {
        let state = tempfile::tempdir().unwrap();
        let (dir, keys) = (state.path().join("audit"), state.path().join("keys"));
        assert!(known(&[], &dir).unwrap().is_empty());
        let key = keygen(&keys.join("audit.key"), "gateway.example/audit").unwrap();
        assert_eq!(known(&[], &dir).unwrap(), std::slice::from_ref(&key));
        let (list, public) = (keys.join("audit.keys"), keys.join("audit.pub"));
        std::fs::write(&list, "no key\n").unwrap();
        let fault = format!("{:#}", known(&[], &dir).unwrap_err());
        assert!(fault.contains("audit.keys") && fault.contains("--key"), "{fault}");
        assert_eq!(known(&[Keys(vec![key.clone()])], &dir).unwrap(), std::slice::from_ref(&key));
        // What is there and is no file that can be read.
        std::fs::remove_file(&list).unwrap();
        std::fs::create_dir(&list).unwrap();
        assert!(known(&[], &dir).is_err());
        std::fs::remove_dir(&list).unwrap();
        std::fs::write(&public, "").unwrap();
        assert!(known(&[], &dir).is_err());
    }
}
