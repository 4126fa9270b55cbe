//! Pruning, and a key that changes before, after or meanwhile.

use super::*;
use crate::retention::{Plan, prepare};
use crate::storage::DirStorage;
use std::cell::Cell;

#[tokio::test]
async fn a_log_that_was_pruned_before_its_key_changed_starts_without_the_tiles_below() {
    let house = House::new().await;
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    house.log.rotate_key("alice").await.unwrap();
    write(&house.log, 3).await;
    house.log.close().await;
    std::fs::remove_dir_all(house.dir.path().join("tile")).unwrap();
    let (log, _) = Log::open(weekly(house.dir.path()), clock().0).unwrap();
    log.close().await;
    assert_eq!(crate::minimum(house.dir.path()), Ok(end));
}

#[tokio::test]
async fn a_key_may_change_while_the_log_is_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(weekly(dir.path()), clock().0).unwrap();
    write(&log, 120).await;
    write(&log, 120).await;
    let changed = log.rotate_key("alice").await.unwrap();
    for _ in 0..6 {
        write(&log, 120).await;
    }
    log.close().await;
    let prune = |keys: &dyn Fn() -> Vec<casemate_tlog::Verifier>| {
        let mut storage = DirStorage::open(dir.path()).unwrap().unwrap();
        let (now, holds) = (UnixMillis(u64::MAX), Holds::default());
        let (retention, go_on) = (Duration::ZERO, || true);
        let plan = Plan { end: u64::MAX, now, retention, archived: "x", holds: &holds, keys, go_on: &go_on };
        prepare(&mut storage, &plan).map(|prepared| prepared.event())
    };
    let asked = Cell::new(0);
    let meanwhile = || {
        asked.set(asked.get() + 1);
        vec![if asked.get() == 1 { changed.old.clone() } else { changed.new.clone() }]
    };
    let event = prune(&meanwhile).unwrap().unwrap();
    let beyond = |fact: &crate::Fact| matches!(fact, crate::Fact::Number(to) if *to > changed.size);
    assert!(beyond(&event.facts["to"]), "{event:?}");
    // A key that did not sign the end of the log vouches for nothing there.
    assert!(matches!(prune(&|| vec![changed.old.clone()]), Err(crate::PruneError::Damaged(_))));
    assert!(matches!(prune(&Vec::new), Err(crate::PruneError::Damaged(_))));
}
