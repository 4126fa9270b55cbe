//! Copies of a log that is pruned: before, after and while they are made.

use super::*;
use crate::backup::{BackedUp, Backup, backup};
use crate::index::{Filter, Order, Query, Way};
use crate::{Class, Fault, Options, Verified, prove, verify_with};

fn save(dir: &Path, to: &Path) -> Result<BackedUp, Fault> {
    backup(dir, to, Backup { keys: vec![verifier(dir)], ..Backup::default() })
}

/// What `verify` finds in the copy with the log's key.
fn good(dir: &Path, to: &Path) -> Verified {
    verify_with(to, Options { keys: vec![verifier(dir)], ..Options::default() })
        .unwrap_or_else(|fault| panic!("{fault}"))
}

fn found(dir: &Path, order: Order) -> Vec<u64> {
    let found = Query::new(dir, Filter::default(), order, Way::Index).unwrap();
    found.map(|entry| entry.unwrap().index).collect()
}

fn to() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("copy");
    (dir, to)
}

#[tokio::test]
async fn a_copy_keeps_what_the_log_has_pruned_since() {
    let (house, (_dir, to)) = (House::new().await, to());
    let first = save(house.path(), &to).unwrap();
    assert_eq!((first.first_index, first.before), (0, 0));
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    write(&house.log, 300).await;
    let second = save(house.path(), &to).unwrap();
    assert!(second.before == first.entries && second.entries > first.entries);
    assert_eq!((second.first_index, second.damaged_tiles), (0, 0));
    let verified = good(house.path(), &to);
    assert_eq!((verified.first_index, verified.entries, verified.root), (0, second.entries, second.root));
    assert_eq!(crate::minimum(&to), Ok(0));
    let whole: Vec<_> = (0..second.entries).collect();
    assert_eq!(found(&to, Order::Oldest), whole);
    for index in [0, end - 1, end, verified.signed - 1] {
        assert_eq!(prove(&to, index).unwrap().index(), index);
    }
    assert_eq!(prove(house.path(), end - 1).unwrap_err().class, Class::Pruned);
    // The log goes on to be pruned, and the copy to have it all.
    let next = house.end_of(end + 200);
    house.log.prune(next, "x").await.unwrap();
    assert_eq!(save(house.path(), &to).unwrap().first_index, 0);
    good(house.path(), &to);
    house.log.close().await;
}

#[tokio::test]
async fn the_first_copy_of_a_pruned_log_is_a_pruned_log() {
    let (house, (_dir, to)) = (House::new().await, to());
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    write(&house.log, 300).await;
    let first = save(house.path(), &to).unwrap();
    assert_eq!((first.first_index, first.before, first.damaged_tiles), (end, 0, 0));
    assert_eq!(good(house.path(), &to).first_index, end);
    assert_eq!(crate::minimum(&to), Ok(end));
    assert_eq!(found(&to, Order::Newest).last(), Some(&end));
    assert_eq!(prove(&to, end).unwrap().index(), end);
    assert_eq!(prove(&to, end - 1).unwrap_err().class, Class::Pruned);
    // A copy that has more than the log keeps its own beginning, and the record of it.
    let next = house.end_of(end + 200);
    house.log.prune(next, "x").await.unwrap();
    let second = save(house.path(), &to).unwrap();
    assert_eq!((second.first_index, crate::minimum(&to)), (end, Ok(end)));
    assert_eq!(good(house.path(), &to).entries, second.entries);
    house.log.close().await;
    // A gateway goes on from it, and prunes it itself.
    for name in ["audit.key", "audit.pub", "subjects"] {
        std::fs::copy(house.dir.path().join(name), to.join(name)).unwrap();
    }
    let clock: Clock = Arc::new(move || UnixMillis(NOW + 2 * WEEK));
    let (log, _) = Log::open(weekly(&to), clock).unwrap();
    assert_eq!(log.prune(next, "x").await.unwrap().to, next);
    log.close().await;
    good(house.dir.path(), &to);
}

#[tokio::test]
async fn an_interrupted_first_copy_is_finished_after_the_log_was_pruned() {
    let (house, (_dir, to)) = (House::new().await, to());
    save(house.path(), &to).unwrap();
    std::fs::remove_file(to.join("head")).unwrap();
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    let done = save(house.path(), &to).unwrap();
    assert_eq!((done.first_index, done.before), (end, 0));
    assert_eq!(good(house.path(), &to).first_index, end);
    house.log.close().await;
}

#[tokio::test]
async fn a_copy_that_is_too_old_is_told_so_and_stays_good() {
    let (house, (_dir, to)) = (House::new().await, to());
    save(house.path(), &to).unwrap();
    let before = good(house.path(), &to);
    write(&house.log, 300).await;
    write(&house.log, 300).await;
    house.now.fetch_add(2 * WEEK, Ordering::Relaxed);
    write(&house.log, 300).await;
    house.log.prune(u64::MAX, "x").await.unwrap();
    assert!(crate::minimum(house.path()).unwrap() > before.entries);
    let fault = save(house.path(), &to).unwrap_err();
    assert!(fault.class == Class::Pruned && fault.what.contains("begin another copy"), "{fault}");
    assert_eq!(good(house.path(), &to), before);
    house.log.close().await;
}

/// The copy ends where a segment does, and that was closed after the copy was made.
#[tokio::test]
async fn a_copy_without_the_checkpoint_that_was_pruned_is_told_so() {
    let (dir, (_to, to)) = (tempfile::tempdir().unwrap(), to());
    let (clock, now) = clock();
    let every = Duration::from_secs(3600);
    let (log, _) = Log::open(Config { checkpoint_every: every, ..weekly(dir.path()) }, clock).unwrap();
    write(&log, 300).await;
    let saved = save(dir.path(), &to).unwrap();
    let before = crate::verify(&to).unwrap();
    assert!(saved.signed < saved.entries, "{saved:?}");
    write(&log, 300).await;
    now.fetch_add(WEEK, Ordering::Relaxed);
    write(&log, 300).await;
    let pruned = log.prune(saved.entries, "x").await.unwrap();
    assert_eq!(pruned.to, saved.entries, "{pruned:?}");
    let fault = save(dir.path(), &to).unwrap_err();
    assert!(fault.class == Class::Pruned && fault.what.contains("begin another copy"), "{fault}");
    assert_eq!(crate::verify(&to).unwrap(), before);
    log.close().await;
}

#[tokio::test]
async fn each_copy_of_a_log_that_is_pruned_meanwhile_is_whole() {
    let house = House::new().await;
    let (dir, log) = (house.path().to_owned(), house.log.clone());
    let saver = tokio::task::spawn_blocking(move || {
        let mut firsts = Vec::new();
        while firsts.len() < 5 {
            let ((_dir, to), minimum) = (to(), crate::minimum(&dir).unwrap());
            let done = match save(&dir, &to) {
                Ok(done) => done,
                // It was overtaken each time that it began again.
                Err(fault) => {
                    assert!(crate::minimum(&dir).unwrap() > minimum && !to.join("head").exists(), "{fault}");
                    continue;
                }
            };
            let verified = good(&dir, &to);
            assert_eq!((verified.entries, verified.first_index), (done.entries, done.first_index));
            firsts.push(done.first_index);
        }
        assert!(firsts.is_sorted());
    });
    while !saver.is_finished() {
        write(&log, 60).await;
        house.now.fetch_add(WEEK, Ordering::Relaxed);
        if let Some(oldest) = crate::closed(house.path()).unwrap().first() {
            log.prune(oldest.end, "x").await.unwrap();
        }
    }
    saver.await.unwrap();
    house.log.close().await;
}

#[tokio::test]
async fn a_damaged_tile_of_pruned_entries_is_a_fault_of_the_copy() {
    let (house, (_dir, to)) = (House::new().await, to());
    let kept = to.with_file_name("kept");
    save(house.path(), &kept).unwrap();
    house.log.prune(house.end_of(600), "x").await.unwrap();
    write(&house.log, 300).await;
    let House { dir, log, .. } = house;
    log.close().await;
    let tile = |index: u64| dir.path().join(format!("tile/0/{index:03}"));
    for index in [0, 1] {
        let honest = std::fs::read(tile(index)).unwrap();
        let mut bad = honest.clone();
        bad[100] ^= 1;
        for bytes in [bad, honest[..100].to_vec()] {
            std::fs::write(tile(index), bytes).unwrap();
            let before = good(dir.path(), &kept);
            for place in [&to, &kept] {
                let fault = save(dir.path(), place).unwrap_err();
                assert!(matches!(fault.class, Class::Changed | Class::Removed), "{fault}");
                assert!(fault.segment.starts_with("tile/0/00") && fault.what.contains("were pruned"), "{fault}");
            }
            assert!(!to.join("head").exists(), "no copy is good without it");
            assert_eq!(good(dir.path(), &kept), before);
        }
        std::fs::write(tile(index), honest).unwrap();
    }
    // The one in which the minimum lies: what was pruned is whole, the rest comes from the entries.
    let minimum = crate::minimum(dir.path()).unwrap();
    let (index, pruned) = (minimum / 256, usize::try_from(minimum % 256).unwrap());
    let honest = std::fs::read(tile(index)).unwrap();
    let mut bad = honest.clone();
    bad[pruned * 32 + 1] ^= 1;
    std::fs::write(tile(index), &bad).unwrap();
    assert_eq!(save(dir.path(), &to).unwrap().damaged_tiles, 1);
    assert_eq!(std::fs::read(to.join(format!("tile/0/{index:03}"))).unwrap(), honest);
    good(dir.path(), &to);
    // Above the minimum it is only left out.
    std::fs::write(tile(index), honest).unwrap();
    let above = index + 1;
    let mut bad = std::fs::read(tile(above)).unwrap();
    bad[7] ^= 1;
    std::fs::write(tile(above), bad).unwrap();
    let (_other, other) = self::to();
    assert_eq!(save(dir.path(), &other).unwrap().damaged_tiles, 1);
    assert!(!other.join(format!("tile/0/{above:03}")).exists());
    good(dir.path(), &other);
}
