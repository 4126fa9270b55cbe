//! What has to be found before anything is pruned.

use super::retain::{Told, held, prunable};
use super::*;

const ZERO: Duration = Duration::ZERO;

#[tokio::test]
async fn only_what_every_target_gives_back_may_go() {
    let house = House::new();
    let closed = house.close(5).await;
    let archiver = house.archiver(Worm::BestEffort).await.unwrap();
    let mut told = Told::new();
    assert_eq!(prunable(&archiver, ZERO, &mut told).await.unwrap(), None, "nothing is copied");
    house.copy().await;
    let end = plan::closed(house.log.dir()).unwrap().last().unwrap().end;
    let whole = prunable(&archiver, ZERO, &mut told).await.unwrap();
    assert_eq!(whole, Some(end / 256 * 256));
    assert_eq!(prunable(&archiver, Duration::from_hours(1), &mut told).await.unwrap(), None, "nothing is old");

    // The third segment is lost behind our back: only what comes before may go.
    let [name, _] = closed[2].files();
    let (there, away) = (house.copies().join("segments").join(&name), house.dir.path().join("away"));
    std::fs::rename(&there, &away).unwrap();
    let found = held(&house.place(), house.log.dir(), 0, end).await;
    assert_eq!((found.end, found.fault.map(|fault| fault.name())), (closed[2].first, Some("gone")));
    let before = (closed[2].first / 256 > 0).then_some(closed[2].first / 256 * 256);
    assert_eq!(prunable(&archiver, ZERO, &mut told).await.unwrap(), before);
    assert_eq!(prunable(&archiver, ZERO, &mut told).await.unwrap(), before);

    let mut bytes = std::fs::read(&away).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&there, bytes).unwrap();
    let found = held(&house.place(), house.log.dir(), 0, end).await;
    assert_eq!(found.fault.map(|fault| fault.name()), Some("changed"));

    std::fs::remove_file(&there).unwrap();
    std::fs::rename(&away, &there).unwrap();
    assert_eq!(prunable(&archiver, ZERO, &mut told).await.unwrap(), whole);
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
    assert_eq!(held(&house.place(), house.log.dir(), 0, u64::MAX).await.end, 0);
    std::fs::write(&path, format!("{text}no line\n")).unwrap();
    let found = held(&house.place(), house.log.dir(), 0, u64::MAX).await;
    assert_eq!(found.fault.map(|fault| fault.name()), Some("file"));
}
