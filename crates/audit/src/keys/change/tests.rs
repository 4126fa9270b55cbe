//! The files of a change of key.

use super::*;
use crate::keys::{keygen, public_key};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

#[test]
fn each_step_may_be_done_twice_and_the_old_key_is_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys/audit.key");
    let old = keygen(&path, "casemate/audit").unwrap();
    assert_eq!(public_keys(&path).unwrap(), std::slice::from_ref(&old), "there is no list before the first change");
    // Another name of the same file shows what becomes of its bytes.
    let second = dir.path().join("second");
    fs::hard_link(&path, &second).unwrap();
    let mut files = Files(path.clone());
    assert!(files.waiting().unwrap().is_none());
    // What an interrupted write of the public key left, which anyone may read.
    let partial = path.with_extension("partial");
    fs::write(&partial, "x").unwrap();
    fs::set_permissions(&partial, fs::Permissions::from_mode(0o644)).unwrap();
    let new = files.prepare("casemate/audit").unwrap().verifier().clone();
    assert_eq!(fs::metadata(next_path(&path)).unwrap().mode() & 0o777, 0o600);
    assert_eq!(files.waiting().unwrap().unwrap().verifier(), &new);
    for _ in 0..2 {
        files.list(&old, &new).unwrap();
        assert_eq!(public_keys(&path).unwrap(), [new.clone(), old.clone()], "the public key counts more");
    }
    for _ in 0..2 {
        files.publish(&new).unwrap();
        assert_eq!(public_keys(&path).unwrap(), [old.clone(), new.clone()]);
        assert_eq!(public_key(&path).unwrap(), new);
    }
    for _ in 0..2 {
        files.promote(&new).unwrap();
        assert!(files.waiting().unwrap().is_none());
    }
    assert!(fs::read(&second).unwrap().iter().all(|byte| *byte == 0), "its bytes are overwritten");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert!(files.promote(&old).unwrap_err().to_string().contains("neither here nor beside it"));
    let list = fs::read_to_string(public_list_path(&path)).unwrap();
    assert_eq!(list, format!("{old}\n{new}\n"));
    fs::write(public_list_path(&path), "nothing\n").unwrap();
    assert!(public_keys(&path).unwrap_err().to_string().contains("audit.keys"));
}
