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
    std::fs::remove_dir_all(state.join("audit/tile")).unwrap();
    // Only the key is left of it: nothing tells.
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
    let below = ["archive/directory-1.manifest", "index/00000000000000000000.idx", "policies/0a.policy"];
    let more = ["tile/0/000.p/5", "tile/1/000", "logs/tools/head", "checkpoint.partial", "../keys/audit.keys"];
    for name in traces.into_iter().chain(below).chain(more) {
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
async fn the_index_and_the_policies_alone_tell_of_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    let (log, _) = Log::open(config_in(state), clock().0).unwrap();
    for policy in [&b"one"[..], b"two"] {
        log.keep_policy(Digest::of_policy(policy), policy.to_vec()).await.unwrap();
    }
    log.close().await;
    for path in audit(state).into_iter().filter(|path| !path.ends_with("policies")) {
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }
    std::fs::remove_file(state.join("keys/subjects")).unwrap();
    let why = refused(state);
    assert!(why.contains(".policy and 1 more in") && why.contains("audit/policies"), "{why}");
    std::fs::remove_dir_all(state.join("audit/policies")).unwrap();
    std::fs::create_dir(state.join("audit/index")).unwrap();
    std::fs::write(state.join("audit/index/00000000000000000000.idx"), b"left").unwrap();
    assert!(refused(state).contains("index/00000000000000000000.idx"));
    // The same key, and nothing else: a first start.
    std::fs::remove_dir_all(state.join("audit")).unwrap();
    assert_eq!(opened(state, 1).await, Recovery::default());
}

#[tokio::test]
async fn a_first_start_is_one_with_a_key_that_was_made_beforehand() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    let key = state.join("keys/audit.key");
    let made = keygen(&key, "casemate/audit").unwrap();
    // Another log's copies may lie beside; the root of a file system is not empty, and its directories may be made first.
    for name in ["copies/segments/1", "audit/archive/notes.txt", "audit/lost+found/0a.policy"] {
        std::fs::create_dir_all(state.join(name).parent().unwrap()).unwrap();
        std::fs::write(state.join(name), b"another's").unwrap();
    }
    for name in ["index", "policies", "tile/0", "logs/tools"] {
        std::fs::create_dir_all(state.join("audit").join(name)).unwrap();
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
    // What is left of one that was cut off, or that a crash blanked.
    for left in [&text[..0], &text[..1], &text[..30], &text[..text.len() - 4], b"\n", &[0; 90]] {
        std::fs::write(&public, left).unwrap();
        opened(state, 0).await;
        assert_eq!(std::fs::read(&public).unwrap(), text, "{left:?}");
    }
}

/// Why it is not opened; the public key stays as it is.
fn refused_for_its_public_key(state: &Path) -> String {
    let public = crate::public_path(&state.join("keys/audit.key"));
    let before = std::fs::read(&public).ok();
    let fault = Log::open(config_in(state), clock().0).unwrap_err().to_string();
    assert_eq!(before, std::fs::read(&public).ok());
    assert!(fault.contains("keys/audit.pub"), "{fault}");
    fault
}

#[tokio::test]
async fn a_public_key_that_is_another_one_is_named_and_kept() {
    for is_begun in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path();
        let key = state.join("keys/audit.key");
        keygen(&key, "casemate/audit").unwrap();
        if is_begun {
            opened(state, 1).await;
        }
        let public = crate::public_path(&key);
        // It may be that of a key which replaced the one at hand.
        let stranger = keygen(&state.join("stranger.key"), "casemate/audit").unwrap();
        std::fs::write(&public, format!("{stranger}\n")).unwrap();
        let why = refused_for_its_public_key(state);
        assert!(why.contains(&stranger.id().to_string()) && why.contains("remove this file"), "{why}");
        assert!(why.contains("before a change of key") && !why.contains("was replaced by"), "{why}");
        let other = keygen(&state.join("other.key"), "another/log").unwrap();
        std::fs::write(&public, format!("{other}\n")).unwrap();
        let why = refused_for_its_public_key(state);
        assert!(why.contains("`another/log`") && why.contains("`casemate/audit`"), "{why}");
        for text in [&b"-----BEGIN PUBLIC KEY-----\n"[..], b"casemate/audit+00", b"\xff\xfe"] {
            std::fs::write(&public, text).unwrap();
            assert!(refused_for_its_public_key(state).contains("remove it"));
        }
        // What it says helps.
        std::fs::remove_file(&public).unwrap();
        opened(state, 1).await;
        assert_eq!(crate::public_key(&key).unwrap().name(), "casemate/audit");
        std::fs::remove_file(&public).unwrap();
        std::fs::create_dir(&public).unwrap();
        refused_for_its_public_key(state);
    }
}

#[tokio::test]
async fn keys_that_a_head_knows_of_are_wanted_back() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path();
    opened(state, 1).await;
    std::fs::rename(state.join("keys"), state.join("aside")).unwrap();
    let why = Log::open(config_in(state), clock().0).unwrap_err().to_string();
    assert!(why.contains("keys/audit.key") && why.contains("put back what is missing"), "{why}");
    assert!(!state.join("keys").exists(), "no other key is made");
    // The key of the log alone is not all of them.
    std::fs::create_dir(state.join("keys")).unwrap();
    std::fs::copy(state.join("aside/audit.key"), state.join("keys/audit.key")).unwrap();
    let why = Log::open(config_in(state), clock().0).unwrap_err().to_string();
    assert!(why.contains("keys/subjects") && why.contains("put back what is missing"), "{why}");
    std::fs::remove_dir_all(state.join("keys")).unwrap();
    std::fs::rename(state.join("aside"), state.join("keys")).unwrap();
    assert_eq!(opened(state, 0).await.entries, 2);
}
