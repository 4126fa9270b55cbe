//! What has to be found before anything is pruned.

use super::retain::{Lock, Told, held, prunable};
use super::*;

/// A lock that is over nowhere.
fn lock() -> Lock {
    Lock::new(UnixMillis(0), Duration::ZERO)
}

#[tokio::test]
async fn only_what_every_target_gives_back_may_go() {
    let house = House::new();
    let closed = house.close(5).await;
    let archiver = house.archiver(Worm::BestEffort).await.unwrap();
    let mut told = Told::new();
    assert_eq!(prunable(&archiver, &mut told).await.unwrap(), None, "nothing is copied");
    house.copy().await;
    let end = plan::closed(house.log.dir()).unwrap().last().unwrap().end;
    let whole = prunable(&archiver, &mut told).await.unwrap();
    assert!(whole.is_some_and(|whole| whole > closed[2].end && whole <= end / 256 * 256), "{whole:?} {closed:?}");

    // The third segment is lost behind our back: only what comes before may go.
    let [name, _] = closed[2].files();
    let (there, away) = (house.copies().join("segments").join(&name), house.dir.path().join("away"));
    std::fs::rename(&there, &away).unwrap();
    let found = held(&house.place(), house.log.dir(), 0..end, lock()).await;
    assert_eq!((found.end, found.fault.map(|fault| fault.name())), (closed[2].first, Some("gone")));
    let before = (closed[2].first / 256 > 0).then_some(closed[2].first / 256 * 256);
    assert_eq!(prunable(&archiver, &mut told).await.unwrap(), before);
    assert_eq!(prunable(&archiver, &mut told).await.unwrap(), before);

    let mut bytes = std::fs::read(&away).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&there, bytes).unwrap();
    let found = held(&house.place(), house.log.dir(), 0..end, lock()).await;
    assert_eq!(found.fault.map(|fault| fault.name()), Some("changed"));

    std::fs::remove_file(&there).unwrap();
    std::fs::rename(&away, &there).unwrap();
    assert_eq!(prunable(&archiver, &mut told).await.unwrap(), whole);
    let said = house.recorded();
    let states: Vec<_> = said.iter().filter_map(|entry| entry["facts"]["state"].as_str()).collect();
    assert_eq!(states, ["not whole", "whole"], "once each time");
}

#[tokio::test]
async fn what_was_never_copied_is_no_reason_to_go_on_behind_it() {
    let house = House::new();
    house.close(3).await;
    house.copy().await;
    let path = house.manifest();
    let text = std::fs::read_to_string(&path).unwrap();
    let marks: Vec<_> = text.lines().filter(|line| line.starts_with("{\"end\"")).collect();
    // Without the mark of the first segment, the second does not begin where the log does.
    std::fs::write(&path, text.replacen(&format!("{}\n", marks[0]), "", 1)).unwrap();
    assert_eq!(held(&house.place(), house.log.dir(), 0..u64::MAX, lock()).await.end, 0);
    std::fs::write(&path, format!("{text}no line\n")).unwrap();
    let found = held(&house.place(), house.log.dir(), 0..u64::MAX, lock()).await;
    assert_eq!(found.fault.map(|fault| fault.name()), Some("file"));
}

#[tokio::test]
async fn nothing_is_read_back_that_the_log_would_not_give_away() {
    let house = House::with(Some(Duration::from_hours(1)));
    house.close(3).await;
    house.copy().await;
    let archiver = house.archiver(Worm::BestEffort).await.unwrap();
    std::fs::remove_dir_all(house.copies().join("segments")).unwrap();
    assert_eq!(prunable(&archiver, &mut Told::new()).await.unwrap(), None, "nothing is old");
    assert!(house.recorded().iter().all(|entry| entry["facts"]["state"].is_null()), "and nothing was missed");
}

#[tokio::test]
async fn a_segment_that_is_not_the_one_that_was_copied_stays() {
    let house = House::new();
    let closed = house.close(3).await;
    house.copy().await;
    let [log, checkpoints] = closed[1].files();
    for name in [log, checkpoints] {
        let path = house.log.dir().join(&name);
        let good = std::fs::read(&path).unwrap();
        let other = [&good[..], b"x"].concat();
        let replace = |bytes: &[u8]| {
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, bytes).unwrap();
        };
        replace(&other);
        let found = held(&house.place(), house.log.dir(), 0..u64::MAX, lock()).await;
        assert_eq!((found.end, found.fault.map(|fault| fault.name())), (closed[1].first, Some("manifest")), "{name}");
        replace(&good);
    }
    assert!(held(&house.place(), house.log.dir(), 0..u64::MAX, lock()).await.end >= closed[2].end);
    // A manifest of a log that went on where this one does not.
    let text = std::fs::read_to_string(house.manifest()).unwrap();
    let end = |end: u64| format!("{{\"end\":{end},");
    std::fs::write(house.manifest(), text.replace(&end(closed[1].end), &end(closed[1].end + 1))).unwrap();
    let found = held(&house.place(), house.log.dir(), 0..u64::MAX, lock()).await;
    assert_eq!((found.end, found.fault.map(|fault| fault.name())), (closed[1].first, Some("manifest")));
}

#[test]
fn a_store_that_is_away_is_not_called_broken() {
    let key = || Key::new("segments/1.log").unwrap();
    let last = Box::new(ArchiveError::Net(casemate_net::NetError::Timeout));
    let away = [ArchiveError::Unavailable { attempts: 5, last }, ArchiveError::Net(casemate_net::NetError::Closed)];
    assert!(away.into_iter().all(|error| CopyError::from(error).is_away()));
    let wrong = [ArchiveError::Gone { key: key() }, ArchiveError::Unlocked { key: key(), what: "" }];
    assert!(!wrong.into_iter().any(|error| CopyError::from(error).is_away()));
}
