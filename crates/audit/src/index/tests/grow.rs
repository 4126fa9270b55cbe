//! A log that grows while it is read, and several readers at once.

use super::*;
use crate::error::Class;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn readers_and_makers_at_once_see_what_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut log = made(dir, 10, 100_000);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    update(dir);
                    let filter = of_tenant("tenant-2");
                    let found = ask(dir, &filter, Order::Oldest, Way::Index);
                    let expected = |entry: &Entry| entry.index / 2 % 3 == 2;
                    assert!(found.iter().all(expected));
                    // Those before the last one are all there.
                    let last = found.last().unwrap().index;
                    assert_eq!(found.len() as u64, (0..=last).filter(|index| index / 2 % 3 == 2).count() as u64);
                }
            });
        }
        for seq in 10..3000 {
            log.push(&record(seq));
            if seq % 40 == 0 {
                log.head();
            }
        }
        log.head();
        done.store(true, Ordering::Relaxed);
    });
    update(dir);
    check(dir);
}

#[test]
fn a_follower_keeps_up_and_leaves_a_whole_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = made(dir.path(), 300, 50_000);
    let follower = Follower::start(dir.path(), 0).unwrap();
    (300..1500).for_each(|seq| log.push(&record(seq)));
    log.head();
    let until = Instant::now() + Duration::from_secs(60);
    let segments = crate::scan::segments(&crate::storage::DirSource::new(dir.path())).unwrap().len();
    let is_whole = |file: &PathBuf| file.extension() == Some("idx".as_ref());
    while index_files(dir.path()).iter().filter(|file| is_whole(file)).count() + 1 < segments && Instant::now() < until
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(follower);
    assert_eq!(stats(dir.path(), Way::Index, |_, _| ()).unwrap().read, 0);
    assert_eq!(update(dir.path()), Updated::default());
    check(dir.path());
}

#[test]
fn a_follower_without_room_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 300, 50_000));
    drop(Follower::start(dir.path(), u64::MAX).unwrap());
    assert!(index_files(dir.path()).is_empty());
}

#[test]
fn a_follower_that_could_not_read_for_a_while_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 300, 50_000));
    let (head, aside) = (dir.path().join("head"), dir.path().join("aside"));
    std::fs::rename(&head, &aside).unwrap();
    // To read it is an error of the file system.
    std::fs::create_dir(&head).unwrap();
    let follower = Follower::start(dir.path(), 0).unwrap();
    // Not to wait for something: it shall have met the error.
    std::thread::sleep(Duration::from_millis(300));
    assert!(index_files(dir.path()).is_empty());
    std::fs::remove_dir(&head).unwrap();
    std::fs::rename(&aside, &head).unwrap();
    while index_files(dir.path()).is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(follower);
    assert_eq!(update(dir.path()), Updated::default());
    check(dir.path());
}

#[test]
fn what_nobody_finished_goes_in_time() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 300, 50_000));
    update(dir.path());
    let home = plan::home(dir.path());
    let (old, young) = (home.join("1.idx.9-9.partial"), home.join("2.idx.9-9.partial"));
    std::fs::write(&young, "").unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    File::create(&old).unwrap().set_modified(long_ago).unwrap();
    std::fs::write(home.join(format::name(3)), "covers nothing").unwrap();
    update(dir.path());
    assert!(young.exists() && !old.exists() && !home.join(format::name(3)).exists());
}

#[test]
fn a_tail_goes_on_across_segments() {
    for indexed in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let mut log = made(dir.path(), 200, 10_000);
        if indexed {
            update(dir.path());
        }
        let mut tail = Tail::new(dir.path(), 50).unwrap();
        let read = |tail: &mut Tail| {
            std::iter::from_fn(|| tail.next_entry().unwrap()).map(|entry| entry.index).collect::<Vec<_>>()
        };
        assert_eq!(read(&mut tail), (150..200).collect::<Vec<_>>());
        for round in 0..5 {
            let from = 200 + round * 60;
            (from..from + 60).for_each(|seq| log.push(&record(seq)));
            assert_eq!(read(&mut tail), [0; 0], "what is not durable is not shown");
            log.head();
            assert_eq!(read(&mut tail), (from..from + 60).collect::<Vec<_>>());
        }
        assert_eq!(read(&mut Tail::new(dir.path(), 10_000).unwrap()).len(), 500);
        assert_eq!(read(&mut Tail::new(dir.path(), 0).unwrap()), [0; 0]);
    }
}

#[test]
fn a_tail_notices_that_the_log_became_shorter() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 200, 10_000));
    let mut tail = Tail::new(dir.path(), 1).unwrap();
    assert_eq!(tail.next_entry().unwrap().unwrap().index, 199);
    std::fs::remove_file(dir.path().join("head")).unwrap();
    drop(made(dir.path(), 150, 10_000));
    assert_eq!(tail.next_entry().unwrap_err().class, Class::Truncated);
}
