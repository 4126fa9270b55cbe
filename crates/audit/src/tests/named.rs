//! Logs beside the main one.

use super::*;
use crate::{Class, Event, EventKind, Facts, LogName, Named, OpenError, check_heads, checkpoint, prove, verify};
use std::path::{Path, PathBuf};

fn name() -> LogName {
    "mail".parse().unwrap()
}

fn event() -> Event {
    Event { kind: EventKind::Admin, actor: "alice".to_owned(), policy: None, detail: None, facts: Facts::new() }
}

fn main_log(state: &Path) -> Log {
    Log::open(Config { key: None, ..config(&state.join("audit")) }, clock().0).unwrap().0
}

fn open(main: &Log) -> Result<Named, OpenError> {
    Named::open(main, &name(), config(Path::new("unused")), clock().0).map(|(named, _)| named)
}

/// A main log with one other, of this many entries at least, both closed; the directories of both.
async fn pair(state: &Path, events: usize) -> (PathBuf, PathBuf) {
    let main = main_log(state);
    let named = open(&main).unwrap();
    for _ in 0..events {
        named.log().event(event()).await.unwrap();
    }
    named.close().await.unwrap();
    main.close().await;
    (state.join("audit"), state.join("audit/logs/mail"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &to);
        } else {
            std::fs::copy(file.path(), to).unwrap();
        }
    }
}

fn damage(result: Result<Named, OpenError>) -> Class {
    match result {
        Err(OpenError::Damaged(fault)) => fault.class,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_log_has_its_own_origin_and_its_heads_are_in_the_main_one() {
    let state = tempfile::tempdir().unwrap();
    let (main, other) = pair(state.path(), 3).await;
    let origins = [&main, &other].map(|dir| checkpoint(dir).unwrap().lines().next().unwrap().to_owned());
    assert_eq!(origins[1], format!("{}/mail", origins[0]));
    assert_eq!(prove(&other, 1).unwrap().index(), 1);
    pair(state.path(), 2).await;
    assert_eq!(verify(&main).map(|_| ()), Ok(()));
    assert_eq!(verify(&other).map(|v| v.entries), Ok(5));
    assert_eq!(check_heads(&main, &other), Ok(2));
    let heads: Vec<_> = all(&main).into_iter().filter(|entry| entry.json["event"] == "head").collect();
    assert_eq!(heads[1].json["facts"]["size"], 5);
    assert_eq!(heads[1].json["facts"]["origin"], origins[1]);
    // Each has its own key, and its own keys of subjects.
    let keys = |path: &str| std::fs::read(state.path().join("keys").join(path)).unwrap();
    assert_ne!(keys("audit.key"), keys("logs/mail/audit.key"));
}

#[tokio::test]
async fn a_head_is_entered_once() {
    let state = tempfile::tempdir().unwrap();
    let main = main_log(state.path());
    let named = open(&main).unwrap();
    named.log().event(event()).await.unwrap();
    let mut receipt = None;
    while receipt.is_none() {
        receipt = named.enter_head().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(named.enter_head().await.unwrap(), None);
}

#[tokio::test]
async fn an_older_copy_a_fork_and_a_missing_log_are_found_by_the_main_one() {
    for (attack, class) in [("old", Class::Truncated), ("fork", Class::Fork), ("missing", Class::Removed)] {
        let state = tempfile::tempdir().unwrap();
        let kept = state.path().join("kept");
        let (main, other) = pair(state.path(), 2).await;
        copy(&other, &kept);
        pair(state.path(), 2).await;
        std::fs::remove_dir_all(&other).unwrap();
        if attack != "missing" {
            copy(&kept, &other);
        }
        if attack == "fork" {
            // The copy goes on by itself, with the true key: good signatures, and another history.
            let key = Some(state.path().join("keys/logs/mail/audit.key"));
            let (log, _) = Log::open(Config { key, ..config(&other) }, clock().0).unwrap();
            for _ in 0..4 {
                log.event(Event { actor: "mallory".to_owned(), ..event() }).await.unwrap();
            }
            log.close().await;
            assert!(verify(&other).is_ok());
        }
        if attack != "missing" {
            assert_eq!(check_heads(&main, &other).map_err(|fault| fault.class), Err(class), "{attack}");
        }
        let log = main_log(state.path());
        assert_eq!(damage(open(&log)), class, "{attack}");
    }
}

/// The other log's file of checkpoints.
fn signed(other: &Path) -> PathBuf {
    crate::checkpoints_path(other, 0)
}

#[tokio::test]
async fn a_checkpoint_that_the_disk_may_lose_is_not_entered() {
    let state = tempfile::tempdir().unwrap();
    let main = main_log(state.path());
    let named = open(&main).unwrap();
    let other = named.log().dir().to_owned();
    named.log().event(event()).await.unwrap();
    while named.log().health().signed < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    named.enter_head().await.unwrap();
    // As if it were written and the disk were still at it.
    let key = state.path().join("keys/logs/mail/audit.key");
    let signer = crate::keys::open(&key, None, true).unwrap();
    let note = casemate_tlog::Checkpoint::new(named.origin(), 99, casemate_tlog::Hash([7; 32])).unwrap();
    let mut bytes = std::fs::read(signed(&other)).unwrap();
    bytes.extend_from_slice(format!("{}\n", note.sign([&signer]).unwrap()).as_bytes());
    std::fs::write(signed(&other), bytes).unwrap();
    assert_eq!(checkpoint(&other).unwrap().lines().nth(1), Some("99"));
    assert_eq!(named.enter_head().await.unwrap(), None);
}

#[tokio::test]
async fn a_log_that_lost_its_last_checkpoints_in_a_power_cut_opens_and_signs_again() {
    for kept in [0, 1] {
        let state = tempfile::tempdir().unwrap();
        let (main, other) = pair(state.path(), 2).await;
        pair(state.path(), 2).await;
        let text = std::fs::read_to_string(signed(&other)).unwrap();
        let at = text.match_indices("\n\n").nth(1).map_or(0, |(at, _)| at + 2);
        std::fs::write(signed(&other), &text[..at * kept]).unwrap();
        // This one is only written after it was durable there.
        match kept {
            0 => std::fs::remove_file(other.join("checkpoint")).unwrap(),
            _ => std::fs::write(other.join("checkpoint"), &text[..at - 1]).unwrap(),
        }
        assert_eq!(checkpoint(&other).is_ok(), kept == 1);
        assert!(check_heads(&main, &other).is_err(), "nothing that is signed says so");
        let log = main_log(state.path());
        open(&log).unwrap().close().await.unwrap();
        log.close().await;
        assert!(check_heads(&main, &other).unwrap() >= 2);
    }
}

#[tokio::test]
async fn an_older_copy_without_its_checkpoints_is_found_and_not_written() {
    let state = tempfile::tempdir().unwrap();
    let kept = state.path().join("kept");
    let (_, other) = pair(state.path(), 2).await;
    copy(&other, &kept);
    pair(state.path(), 2).await;
    std::fs::remove_dir_all(&other).unwrap();
    std::fs::write(signed(&kept), "").unwrap();
    copy(&kept, &other);
    let before = std::fs::read(crate::segment_path(&other, 0)).unwrap();
    let log = main_log(state.path());
    assert_eq!(damage(open(&log)), Class::Removed);
    assert_eq!(std::fs::read(crate::segment_path(&other, 0)).unwrap(), before);
    assert_eq!(std::fs::read(signed(&other)).unwrap(), b"");
}

#[tokio::test]
async fn a_main_log_that_is_pruned_keeps_a_head_of_an_idle_log() {
    const DAY: u64 = 24 * 3_600_000;
    for is_kept in [true, false] {
        let state = tempfile::tempdir().unwrap();
        let (clock, now) = clock();
        let retention = Some(std::time::Duration::from_secs(7 * 24 * 3600));
        let weekly = Config { segment_bytes: 2500, retention, key: None, ..config(&state.path().join("audit")) };
        let (main, _) = Log::open(weekly.clone(), Arc::clone(&clock)).unwrap();
        let named = open(&main).unwrap();
        named.log().event(event()).await.unwrap();
        let other = named.log().dir().to_owned();
        named.log().clone().close().await;
        assert!(named.enter_head().await.unwrap().is_some());
        for _ in 0..8 {
            now.fetch_add(DAY, Ordering::Relaxed);
            for _ in 0..100 {
                main.event(event()).await.unwrap();
            }
            if is_kept {
                named.enter_head().await.unwrap();
            }
        }
        assert!(main.prune(u64::MAX, "x").await.unwrap().to > 10);
        drop(named);
        main.close().await;
        let heads = check_heads(&state.path().join("audit"), &other);
        if is_kept {
            // After 4 days and after 8; the first was pruned.
            assert_eq!(heads, Ok(2));
        } else {
            assert_eq!(heads.map_err(|fault| fault.class), Err(Class::Pruned));
        }
        std::fs::remove_dir_all(&other).unwrap();
        let (main, _) = Log::open(weekly, clock).unwrap();
        assert_eq!(open(&main).is_err(), is_kept, "a log that is gone is missed as long as there is a head");
    }
}

#[tokio::test]
async fn heads_are_entered_by_themselves() {
    let state = tempfile::tempdir().unwrap();
    let main = main_log(state.path());
    let named = open(&main).unwrap();
    named.log().event(event()).await.unwrap();
    let heads =
        || entries(main.dir()).unwrap().map_while(Result::ok).filter(|entry| entry.json["event"] == "head").count();
    tokio::select! {
        _ = named.keep(std::time::Duration::ZERO) => {}
        () = calls::eventually(|| heads() == 1) => {}
    }
}

#[tokio::test]
async fn a_head_among_many_segments_is_found() {
    let state = tempfile::tempdir().unwrap();
    let (_, other) = pair(state.path(), 2).await;
    let small = Config { segment_bytes: 2048, key: None, ..config(&state.path().join("audit")) };
    let (main, _) = Log::open(small, clock().0).unwrap();
    for _ in 0..64 {
        main.event(event()).await.unwrap();
    }
    std::fs::remove_dir_all(other).unwrap();
    assert_eq!(damage(open(&main)), Class::Removed);
}

#[test]
fn names_are_parts_of_paths_and_of_origins() {
    for bad in ["", ".", "..", "a/b", "A", "1a", "-a", "a b", "a\n", "ä", &"a".repeat(65)] {
        assert!(bad.parse::<LogName>().is_err(), "{bad:?}");
    }
    assert_eq!(name().as_str(), "mail");
}
