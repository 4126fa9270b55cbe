//! A key that was replaced, and a log from before the change: neither is taken for what is in force.

use super::verifiers::{by, open, private, settings};
use crate::tests::{call, clock};
use crate::{Class, Log, OpenError, Options, verify_with};
use std::fs;
use std::path::Path;

/// What a start says that refuses.
fn refused(dir: &Path) -> String {
    match Log::open(settings(dir, 1 << 20), clock().0) {
        Err(OpenError::Damaged(fault)) => {
            assert_eq!(fault.class, Class::Signature, "{fault}");
            fault.what
        }
        other => panic!("{other:?}"),
    }
}

/// The files of a directory and what they hold.
fn files(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[tokio::test]
async fn a_key_that_was_replaced_does_not_sign_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let log = open(dir.path());
    call(&log, "one").await;
    let stolen = fs::read(path("audit.key")).unwrap();
    let public = fs::read(path("audit.pub")).unwrap();
    let old = private(dir.path());
    // Both have signed the last checkpoint.
    let rotated = log.rotate_key("alice").await.unwrap();
    log.close().await;
    let new = fs::read(path("audit.key")).unwrap();
    let list = fs::read(path("audit.keys")).unwrap();
    fs::write(path("audit.key"), &stolen).unwrap();
    let why = refused(dir.path());
    assert!(why.contains("was replaced by") && why.contains(&rotated.new.id().to_string()), "{why}");
    // Nor where what lies beside it was put back as well.
    fs::write(path("audit.pub"), &public).unwrap();
    assert!(refused(dir.path()).contains("was replaced by"));
    fs::remove_file(path("audit.keys")).unwrap();
    let why = refused(dir.path());
    assert!(why.contains("was replaced by") && why.contains(&rotated.new.id().to_string()), "{why}");
    fs::write(path("audit.key"), &new).unwrap();
    fs::write(path("audit.keys"), &list).unwrap();
    fs::write(path("audit.pub"), format!("{}\n", rotated.new)).unwrap();
    let log = open(dir.path());
    call(&log, "two").await;
    log.close().await;
    assert_eq!(by(dir.path(), &[&old]).unwrap().unverified, 0);
    // Nor where the new key alone has signed the end.
    fs::write(path("audit.key"), &stolen).unwrap();
    fs::write(path("audit.pub"), &public).unwrap();
    assert!(refused(dir.path()).contains("was replaced by"));
}

#[tokio::test]
async fn auditors_find_the_public_key_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let public = dir.path().join("audit.pub");
    let log = open(dir.path());
    call(&log, "one").await;
    let before = fs::read(&public).unwrap();
    let rotated = log.rotate_key("alice").await.unwrap();
    log.close().await;
    let after = fs::read(&public).unwrap();
    assert_eq!(after, format!("{}\n", rotated.new).as_bytes());
    // One from before the change is an old copy: by it nothing of the log's end could be verified.
    fs::write(&public, &before).unwrap();
    open(dir.path()).close().await;
    assert_eq!(fs::read(&public).unwrap(), after);
    // With no list that knows it, it is somebody's.
    fs::write(&public, &before).unwrap();
    fs::remove_file(dir.path().join("audit.keys")).unwrap();
    assert!(refused(dir.path()).contains("remove this file"));
    assert_eq!(fs::read(&public).unwrap(), before);
}

#[tokio::test]
async fn a_log_from_before_the_change_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    let before = files(dir.path());
    let log = open(dir.path());
    let rotated = log.rotate_key("alice").await.unwrap();
    log.close().await;
    let new = fs::read(dir.path().join("audit.key")).unwrap();
    let restore = |with_key: bool| {
        for (path, bytes) in &before {
            if with_key || path.file_stem().is_none_or(|stem| stem != "audit") {
                let _ = fs::remove_file(path);
                fs::write(path, bytes).unwrap();
                fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        }
    };
    // The log of a backup, and the keys of now.
    restore(false);
    let why = refused(dir.path());
    assert!(why.contains(&rotated.old.id().to_string()) && why.contains("before the change of key"), "{why}");
    // With the old key: the public keys say which one is in force.
    fs::write(dir.path().join("audit.key"), &before.iter().find(|file| file.0.ends_with("audit.key")).unwrap().1)
        .unwrap();
    let why = refused(dir.path());
    assert!(why.contains("was replaced by") && why.contains(&rotated.new.id().to_string()), "{why}");
    // A state that is older as a whole goes on as another history.
    restore(true);
    fs::remove_file(dir.path().join("audit.keys")).unwrap();
    open(dir.path()).close().await;
    fs::write(dir.path().join("audit.key"), new).unwrap();
    assert!(!refused(dir.path()).contains("replaced"), "as far as is known the old key is in force");
}

#[tokio::test]
async fn a_history_that_a_replaced_key_has_signed_is_not_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let stolen = fs::read_to_string(dir.path().join("audit.key")).unwrap();
    call(&log, "one").await;
    log.rotate_key("alice").await.unwrap();
    call(&log, "two").await;
    log.close().await;
    let known = crate::public_keys(&dir.path().join("audit.key")).unwrap();
    let check = |at: &Path, in_force: usize| {
        let in_force = known.get(in_force).cloned();
        verify_with(at, Options { keys: known.clone(), in_force, ..Options::default() })
    };
    assert!(check(dir.path(), 1).is_ok());
    assert!(check(dir.path(), 0).is_ok(), "the log may have gone on to a newer key than is known");
    // Whoever has the old key writes another log with it, under the same name.
    let forged = tempfile::tempdir().unwrap();
    fs::write(forged.path().join("audit.key"), stolen).unwrap();
    fs::set_permissions(forged.path().join("audit.key"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let log = open(forged.path());
    call(&log, "another").await;
    log.close().await;
    assert!(check(forged.path(), 2).is_ok(), "nobody has said which key is in force");
    let fault = check(forged.path(), 1).unwrap_err();
    assert_eq!(fault.class, Class::Signature);
    assert!(fault.what.contains(&format!("the key in force is {}", known[1].id())), "{fault}");
    // Nor with a change of its own, to a key that nobody knows.
    let log = open(forged.path());
    log.rotate_key("mallory").await.unwrap();
    call(&log, "more").await;
    log.close().await;
    assert_eq!(check(forged.path(), 1).unwrap_err().class, Class::Signature);
}
