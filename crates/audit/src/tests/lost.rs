//! A log that is gone is not begun again in silence, and one that never was begins as ever.

use super::*;
use crate::{Class, OpenError, keygen, public_list_path};
use std::path::PathBuf;

/// A state directory as the gateway has it.
fn config_in(state: &Path) -> Config {
    let checkpoint_every = std::time::Duration::ZERO;
    Config { key: None, checkpoint_every, segment_bytes: 4000, ..config(&state.join("audit")) }
}

async fn opened(state: &Path, calls: usize) -> Recovery {
    let (log, recovery) = Log::open(config_in(state), clock().0).unwrap();
    for _ in 0..calls {
        call(&log, "answer").await;
    }
    log.close().await;
    recovery
}

/// Why it is not opened; nothing was written.
fn refused(state: &Path) -> String {
    let names = |dir: &Path| {
        let files = std::fs::read_dir(dir).into_iter().flatten().map(|file| file.unwrap().path());
        let mut names: Vec<PathBuf> = files.filter(|path| !path.ends_with("lock")).collect();
        names.sort();
        names.into_iter().map(|path| (std::fs::read(&path).ok(), path)).collect::<Vec<_>>()
    };
    let all = || (names(&state.join("audit")), names(&state.join("keys")));
    let before = all();
    match Log::open(config_in(state), clock().0) {
        Err(OpenError::Damaged(fault)) if fault.class == Class::Removed => {
            assert_eq!(before, all());
            assert!(fault.what.contains("the log is gone") && fault.what.contains("from a backup"), "{fault}");
            fault.to_string()
        }
        other => panic!("{other:?}"),
    }
}

fn audit(state: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(state.join("audit")).unwrap().map(|file| file.unwrap().path()).collect()
}

#[tokio::test]
async fn a_log_that_is_gone_is_not_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    opened(state, 140).await;
    for path in audit(state) {
        let ending = path.extension().is_some_and(|ending| ending == "log" || ending == "checkpoints");
        if ending || path.ends_with("head") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let why = refused(state);
    assert!(["checkpoint", "tile/0/000", "keys/subjects with keys"].iter().all(|left| why.contains(left)), "{why}");
    std::fs::remove_file(state.join("audit/checkpoint")).unwrap();
    std::fs::remove_file(state.join("keys/subjects")).unwrap();
    let why = refused(state);
    assert!(why.contains("tile/0/000") && !why.contains("with keys"), "{why}");
    // An empty head is what an interrupted creation leaves, and a broken one as well.
    for head in [&b""[..], b"broken"] {
        std::fs::write(state.join("audit/head"), head).unwrap();
        refused(state);
    }
    std::fs::remove_file(state.join("audit/head")).unwrap();
    // Only the key is left of it: nothing tells.
    std::fs::remove_dir_all(state.join("audit/tile")).unwrap();
    assert_eq!(opened(state, 1).await.entries, 0);
}

#[tokio::test]
async fn a_directory_that_is_not_mounted_is_no_new_log() {
    for is_there in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path();
        opened(state, 1).await;
        let aside = state.join("aside");
        std::fs::rename(state.join("audit"), &aside).unwrap();
        if is_there {
            std::fs::create_dir(state.join("audit")).unwrap();
        }
        let why = refused(state);
        assert!(why.contains("keys/subjects with keys"), "{why}");
        std::fs::remove_dir_all(state.join("audit")).unwrap();
        std::fs::rename(&aside, state.join("audit")).unwrap();
        assert_eq!(opened(state, 0).await.entries, 2);
    }
}

#[tokio::test]
async fn each_trace_alone_is_enough() {
    let traces = ["checkpoint", "published", "minimum", "00000000000000000007.checkpoints", "tile/0/000"];
    for name in traces.into_iter().chain(["archive/directory-1.manifest", "../keys/audit.keys"]) {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path();
        keygen(&state.join("keys/audit.key"), "casemate/audit").unwrap();
        let path = state.join("audit").join(name);
        std::fs::create_dir_all(state.join("audit")).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, b"left").unwrap();
        if name == "minimum" {
            // Its text is read first, and says that it is no minimum.
            assert!(matches!(Log::open(config_in(state), clock().0), Err(OpenError::Damaged(_))));
        } else {
            let why = refused(state);
            assert!(why.contains(name.trim_start_matches("../")), "{name}: {why}");
        }
    }
}

#[tokio::test]
async fn a_first_start_is_one_with_a_key_that_was_made_beforehand() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    let key = state.join("keys/audit.key");
    let made = keygen(&key, "casemate/audit").unwrap();
    // Another log's copies may lie beside, and policies are written before the log is opened.
    for name in ["copies/segments/1", "audit/policies/0a", "audit/archive/notes.txt"] {
        std::fs::create_dir_all(state.join(name).parent().unwrap()).unwrap();
        std::fs::write(state.join(name), b"another's").unwrap();
    }
    // A start that was killed before the log had a head.
    std::fs::write(state.join("audit/00000000000000000000.log"), b"CMSEG").unwrap();
    std::fs::write(state.join("audit/head"), b"").unwrap();
    assert_eq!(opened(state, 1).await, Recovery::default());
    assert_eq!(crate::public_key(&key).unwrap(), made);
    assert!(!public_list_path(&key).exists());
    assert_eq!(opened(state, 0).await.entries, 2);
}

#[tokio::test]
async fn a_public_key_that_is_missing_is_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    opened(state, 1).await;
    let key = state.join("keys/audit.key");
    let (public, text) = (crate::public_path(&key), std::fs::read(crate::public_path(&key)).unwrap());
    std::fs::remove_file(&public).unwrap();
    opened(state, 0).await;
    assert_eq!(std::fs::read(&public).unwrap(), text);
    // What is there stays as it is: it may be that of a key which replaced the one at hand.
    let stranger = keygen(&state.join("stranger.key"), "casemate/audit").unwrap();
    std::fs::write(&public, format!("{stranger}\n")).unwrap();
    assert!(matches!(Log::open(config_in(state), clock().0), Err(OpenError::Damaged(_))));
    assert_eq!(crate::public_key(&key).unwrap(), stranger);
}
