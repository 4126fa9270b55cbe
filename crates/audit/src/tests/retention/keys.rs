//! A log that changes its key and is pruned: before the change, up to it, and past it.

use super::*;
use crate::{Class, Options, Rotated, Verified, verify_with};
use casemate_tlog::Verifier;

fn by(dir: &Path, keys: &[&Verifier]) -> Result<Verified, crate::Fault> {
    let keys = keys.iter().copied().cloned().collect();
    verify_with(dir, Options { keys, ..Options::default() })
}

/// Old records, a change of key, old records, young ones.
async fn changed() -> (House, Rotated) {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(weekly(dir.path()), clock).unwrap();
    for _ in 0..3 {
        write(&log, 120).await;
    }
    // The record of the change is the last of its segment.
    let open = || std::fs::metadata(files(dir.path(), ".log").pop().unwrap()).unwrap().len();
    write(&log, 1).await;
    while open() < 2200 {
        write(&log, 1).await;
    }
    let rotated = log.rotate_key("alice").await.unwrap();
    for _ in 0..3 {
        write(&log, 120).await;
    }
    now.fetch_add(WEEK, Ordering::Relaxed);
    write(&log, 150).await;
    write(&log, 150).await;
    (House { dir, log, now }, rotated)
}

/// The log is opened, goes on, and is closed.
async fn again(dir: &Path) {
    let (log, recovery) = Log::open(weekly(dir), clock().0).unwrap();
    assert_eq!((recovery.torn_bytes, recovery.unknown_outcomes), (0, 0));
    write(&log, 3).await;
    log.close().await;
}

#[tokio::test]
async fn pruned_past_the_change_only_the_newer_key_is_of_use() {
    // The segment that ends with the checkpoint of both keys is the last that goes, or one after it.
    for further in [0, 1] {
        let (house, Rotated { old, new, size, receipt }) = changed().await;
        let end = house.end_of(size - 1 + further);
        assert_eq!(end == size, further == 0, "the change closes a segment");
        let pruned = house.log.prune(end, "x").await.unwrap();
        assert_eq!(pruned.to, end);
        assert!(receipt.unwrap().index < end, "the record of the change is gone");
        let House { dir, log, .. } = house;
        log.close().await;
        for _ in 0..2 {
            let verified = by(dir.path(), &[&new]).unwrap();
            assert_eq!((verified.first_index, verified.unverified), (end, 0));
            assert_eq!(by(dir.path(), &[&old, &new]).unwrap().unverified, 0);
            let fault = by(dir.path(), &[&old]).unwrap_err();
            assert_eq!(fault.class, Class::Signature, "{fault}");
            let id = new.id().to_string();
            assert!(fault.what.contains(&id) && fault.what.contains("the newer key is needed"), "{fault}");
            again(dir.path()).await;
        }
        let stranger = Signer::from_seed("casemate/audit", &[1; 32]).unwrap();
        assert_eq!(by(dir.path(), &[stranger.verifier()]).unwrap_err().class, Class::Signature);
    }
}

#[tokio::test]
async fn pruned_up_to_the_change_the_old_key_leads_to_the_new_one() {
    let (house, Rotated { old, new, size, .. }) = changed().await;
    let end = house.end_of(0);
    assert!(end < size);
    assert_eq!(house.log.prune(end, "x").await.unwrap().to, end);
    let House { dir, log, .. } = house;
    log.close().await;
    for _ in 0..2 {
        assert_eq!(by(dir.path(), &[&old]).unwrap().unverified, 0);
        assert_eq!(by(dir.path(), &[&old, &new]).unwrap().unverified, 0);
        // The checkpoint of the minimum is older than the new key.
        assert!(by(dir.path(), &[&new]).unwrap().unverified > 0);
        again(dir.path()).await;
    }
}

#[tokio::test]
async fn a_pruned_log_changes_its_key_and_is_pruned_again() {
    let house = House::new().await;
    let first = house.end_of(200);
    assert_eq!(house.log.prune(first, "x").await.unwrap().to, first);
    let Rotated { old, new, size, .. } = house.log.rotate_key("alice").await.unwrap();
    assert_eq!(by(house.path(), &[&old]).unwrap().first_index, first);
    // Until the next pruning the old key has signed where the log begins.
    again_beside(&house).await;
    write(&house.log, 200).await;
    write(&house.log, 200).await;
    house.now.fetch_add(2 * WEEK, Ordering::Relaxed);
    write(&house.log, 300).await;
    write(&house.log, 300).await;
    let last = house.end_of(size);
    assert_eq!(house.log.prune(last, "x").await.unwrap().to, last);
    let House { dir, log, .. } = house;
    log.close().await;
    assert_eq!(by(dir.path(), &[&new]).unwrap().first_index, last);
    let fault = by(dir.path(), &[&old]).unwrap_err();
    assert!(fault.class == Class::Signature && fault.what.contains("the newer key is needed"), "{fault}");
    again(dir.path()).await;
}

/// As [`again`], with a copy of the log as it is now.
async fn again_beside(house: &House) {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy");
    crate::backup::backup(house.path(), &copy, crate::backup::Backup::default()).unwrap();
    for name in ["audit.key", "audit.pub", "audit.keys", "subjects"] {
        std::fs::copy(house.path().join(name), copy.join(name)).unwrap();
    }
    again(&copy).await;
}
