//! What is copied, in which order, and what interruptions leave.

use super::*;
use casemate_audit::tlog::nodes::{inclusion, verify_inclusion};
use casemate_audit::tlog::tile::{Tile, TileNodes, Tiles, bundle, bundles_between};
use casemate_audit::tlog::{Checkpoint, Note, hash};
use casemate_core::digest::Digest;
use std::collections::BTreeMap;
use std::path::Path;

/// The tiles of an archive, as a C2SP client reads them.
struct Copied(PathBuf);

impl Tiles for Copied {
    type Error = std::io::Error;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error> {
        std::fs::read(self.0.join(tile.path()))
    }
}

/// Every file below a directory, by its path.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut left) = (BTreeMap::new(), vec![dir.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                left.push(entry);
            } else {
                let name = entry.strip_prefix(dir).unwrap().display().to_string();
                found.insert(name, std::fs::read(&entry).unwrap());
            }
        }
    }
    found
}

#[tokio::test]
async fn the_archive_is_a_log_that_any_client_can_read() {
    let house = House::new();
    let digest = Digest::of_policy(b"policy");
    house.log.keep_policy(digest, b"policy".to_vec()).await.unwrap();
    let closed = house.close(6).await;
    let marks = house.copy().await;
    assert!(marks.len() >= closed.len() && closed[5].end > 300, "{closed:?}");
    let copies = house.copies();
    assert_eq!(std::fs::read(copies.join(format!("policies/{}.policy", digest.hex()))).unwrap(), b"policy");
    for segment in closed {
        for name in segment.files() {
            let there = std::fs::read(copies.join("segments").join(&name)).unwrap();
            assert_eq!(there, std::fs::read(house.log.dir().join(&name)).unwrap(), "{name}");
        }
        // From here on, nothing but the archive is read.
        let note = std::fs::read_to_string(copies.join(format!("checkpoint/{}", segment.end))).unwrap();
        let checkpoint = Checkpoint::parse(Note::parse(note.as_bytes()).unwrap().text()).unwrap();
        let (size, root) = (checkpoint.size(), checkpoint.root());
        let nodes = TileNodes::open(Copied(copies.clone()), size, root, 8).unwrap();
        for tile in bundles_between(segment.first, segment.end) {
            let bytes = std::fs::read(copies.join(tile.path())).unwrap();
            for (at, entry) in bundle::entries(&bytes, tile.width()).unwrap().into_iter().enumerate() {
                let index = tile.leaves().0 + at as u64;
                let proof = inclusion(&nodes, index, size).unwrap();
                verify_inclusion(hash::leaf(entry), index, size, &proof, root).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_policy_that_was_changed_is_not_copied() {
    let house = House::new();
    let digest = Digest::of_policy(b"policy");
    house.log.keep_policy(digest, b"policy".to_vec()).await.unwrap();
    let closed = house.close(6).await;
    let policy = house.log.dir().join(format!("policies/{}.policy", digest.hex()));
    std::fs::write(&policy, b"Policy").unwrap();
    assert!(matches!(house.copier().step().await, Err(CopyError::Log(_))));
    assert!(!house.copies().join(format!("policies/{}.policy", digest.hex())).exists());
    std::fs::write(&policy, b"policy").unwrap();
    assert!(house.copy().await.len() >= closed.len());
}

#[tokio::test]
async fn the_log_vouches_for_the_manifest() {
    let house = House::new();
    house.close(3).await;
    let marks = house.copy().await;
    let said = house.recorded();
    let bytes = std::fs::read(house.manifest()).unwrap();
    let mut lines = Lines::open(&house.manifest()).unwrap().unwrap();
    for (mark, entry) in marks.iter().zip(&said) {
        let facts = &entry["facts"];
        let part = lines.part().unwrap().unwrap();
        assert_eq!((part.mark, entry["seq"].as_u64()), (*mark, Some(mark.entry)));
        assert_eq!((facts["first"].as_u64(), facts["end"].as_u64()), (Some(mark.first), Some(mark.end)));
        let length = usize::try_from(part.above.bytes).unwrap();
        assert_eq!(facts["manifest_bytes"].as_u64(), Some(part.above.bytes));
        assert_eq!(facts["manifest_sha256"], Digest::of(&bytes[..length]).hex());
        let segment = part.objects.iter().find(|stored| stored.key.as_str() == facts["key"]).unwrap();
        assert_eq!(facts["sha256"], segment.sha256.hex());
        assert!(facts["retain_until"].as_u64() > Some(now().0));
    }
    assert_eq!(said.len(), marks.len());
}

#[tokio::test]
async fn killed_after_any_line_it_goes_on_from_there() {
    let house = House::new();
    house.close(2).await;
    house.copy().await;
    let (whole, there) = (std::fs::read(house.manifest()).unwrap(), files(&house.copies()));
    let objects = |bytes: &[u8]| -> Vec<String> {
        let lines = std::str::from_utf8(bytes).unwrap().lines();
        let key = |line: &str| serde_json::from_str::<Value>(line).unwrap()["key"].as_str().map(str::to_owned);
        lines.filter_map(key).filter(|key| !key.starts_with("checkpoint/")).collect()
    };
    let ends: Vec<_> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    for cut in std::iter::once(0).chain(ends.into_iter().flat_map(|end| [end - 7, end])) {
        std::fs::write(house.manifest(), &whole[..cut]).unwrap();
        house.copy().await;
        let after = files(&house.copies());
        assert!(there.iter().all(|(name, bytes)| after.get(name) == Some(bytes)), "{cut}: nothing is written twice");
        let again = std::fs::read(house.manifest()).unwrap();
        // The head may have closed one more meanwhile.
        assert!(objects(&again).starts_with(&objects(&whole)), "{cut}: {again:?}");
    }
}

#[tokio::test]
async fn a_target_that_is_gone_stops_its_copies_and_nothing_else() {
    let house = House::new();
    let mut keeper = Keeper::new(house.copier(), ArchiveMetrics::default());
    house.close(1).await;
    // A file where a directory belongs: no user can write there.
    std::fs::write(house.copies().join("segments"), "").unwrap();
    let pauses = [keeper.turn().await.unwrap_err(), keeper.turn().await.unwrap_err(), keeper.turn().await.unwrap_err()];
    assert_eq!(pauses.map(|pause| pause.as_secs()), [1, 2, 4]);
    house.close(2).await;
    assert!(house.recorded().is_empty(), "a short fault is no record");
    keeper.trouble.as_mut().unwrap().since -= ALARM;
    keeper.turn().await.unwrap_err();
    keeper.turn().await.unwrap_err();
    std::fs::remove_file(house.copies().join("segments")).unwrap();
    assert!(matches!(keeper.turn().await, Ok(Step::Copied(mark)) if mark.first == 0));
    let said: Vec<_> = house.recorded().iter().map(|entry| entry["facts"]["state"].clone()).collect();
    assert_eq!(said, [Value::from("failing"), Value::Null, Value::from("copying")]);
}

#[tokio::test]
async fn what_has_the_name_already_is_left_and_ours_is_put_beside_it() {
    let house = House::new();
    let segment = house.close(1).await[0];
    let [log, _] = segment.files();
    for planted in [format!("segments/{log}"), "tile/0/000".to_owned()] {
        let path = house.copies().join(planted);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "planted").unwrap();
    }
    house.close(3).await;
    house.copy().await;
    assert_eq!(std::fs::read(house.copies().join("segments").join(&log)).unwrap(), b"planted");
    let part = Lines::open(&house.manifest()).unwrap().unwrap().part().unwrap().unwrap();
    let stored = part.file(&log).unwrap();
    assert_eq!(stored.key.as_str(), format!("segments/{log}.{}", stored.sha256.short()));
    let ours = std::fs::read(house.copies().join(stored.key.as_str())).unwrap();
    assert_eq!(ours, std::fs::read(house.log.dir().join(&log)).unwrap());
    assert_eq!(std::fs::read(house.copies().join("tile/0/000")).unwrap(), b"planted");
    let found =
        retain::held(&house.place(), house.log.dir(), 0..u64::MAX, retain::Lock::new(now(), Duration::ZERO)).await;
    assert!(found.fault.is_none() && found.end > segment.end);
}

#[tokio::test]
async fn a_line_of_the_manifest_is_used_again_only_for_the_same_file() {
    let house = House::new();
    let segment = house.close(1).await[0];
    house.copy().await;
    // As if it had been copied while it still grew, and the gateway had been killed before the mark.
    let text = std::fs::read_to_string(house.manifest()).unwrap();
    let first = text.lines().next().unwrap();
    let sha256 = serde_json::from_str::<Value>(first).unwrap()["sha256"].as_str().unwrap().to_owned();
    std::fs::write(house.manifest(), format!("{}\n", first.replace(&sha256, &"0".repeat(64)))).unwrap();
    house.copy().await;
    let part = Lines::open(&house.manifest()).unwrap().unwrap().part().unwrap().unwrap();
    let [log, _] = segment.files();
    assert_eq!(part.file(&log).unwrap().sha256.hex(), sha256);
}

/// The marks of a manifest, as lines.
fn marks(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.starts_with("{\"end\"")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_manifest_that_knows_more_than_a_restored_log_stops_the_copies() {
    let house = House::new();
    house.close(2).await;
    house.copy().await;
    let older = std::fs::read_to_string(house.manifest()).unwrap();
    // A log that was restored has no record there, and what it writes from then on is another segment.
    let next = house.close(4).await.last().unwrap().end;
    let mark = Line::Segment(Mark { first: next - 100, end: next + 1000, entry: next + 5000 });
    let restored = format!("{older}{mark}\n");
    std::fs::write(house.manifest(), &restored).unwrap();
    let mut keeper = Keeper::new(house.copier(), ArchiveMetrics::default());
    keeper.turn().await.unwrap_err();
    let said = house.recorded();
    let said = said.iter().find(|entry| entry["facts"]["state"] == "failing").expect("an alarm at once");
    let detail = said["detail"].as_str().unwrap();
    assert_eq!(said["facts"]["code"], "manifest");
    assert!(detail.contains(&format!("truncate --size={} ", older.len())), "{detail}");
    assert_eq!(std::fs::read_to_string(house.manifest()).unwrap(), restored, "nothing is touched");
    // What it says to do is what helps.
    std::fs::write(house.manifest(), &older).unwrap();
    while let Step::Copied(_) = keeper.turn().await.unwrap() {}
    let end = plan::closed(house.log.dir()).unwrap().last().unwrap().end;
    assert!(marks(&std::fs::read_to_string(house.manifest()).unwrap()).len() > marks(&older).len());
    let found =
        retain::held(&house.place(), house.log.dir(), 0..u64::MAX, retain::Lock::new(now(), Duration::ZERO)).await;
    assert!(found.fault.is_none() && found.end >= end, "{found:?}");
}

#[tokio::test]
async fn a_record_that_went_with_the_power_is_written_again() {
    let house = House::new();
    house.close(2).await;
    house.copy().await;
    let text = std::fs::read_to_string(house.manifest()).unwrap();
    let last = marks(&text).pop().unwrap();
    let mark = Line::parse(last.as_bytes()).unwrap();
    let Line::Segment(mark) = mark else { panic!("{mark:?}") };
    let lost = Line::Segment(Mark { entry: mark.entry + 100_000, ..mark });
    std::fs::write(house.manifest(), text.replace(&last, &lost.to_string())).unwrap();
    house.copy().await;
    let text = std::fs::read_to_string(house.manifest()).unwrap();
    assert_eq!(manifest::standing(house.log.dir(), &house.place().id).unwrap(), manifest::Standing::Vouched, "{text}");
    // One that is there and says something else is no such loss.
    std::fs::write(house.manifest(), text.replacen("\"version\":null", "\"version\":\"v\"", 1)).unwrap();
    assert_eq!(house.copier().step().await.unwrap_err().name(), "manifest");
}

#[tokio::test]
async fn a_target_that_begins_after_a_pruning_gets_what_is_left() {
    let house = House::new();
    house.close(4).await;
    house.copy().await;
    let pruned = house.log.prune(house.close(4).await[1].end, "elsewhere").await.unwrap();
    assert!(pruned.to > 0 && pruned.to % 256 > 0, "{pruned:?}");
    let fresh = house.dir.path().join("fresh");
    std::fs::create_dir(&fresh).unwrap();
    let place = Place::new(Target::Directory(Directory::open(&fresh).unwrap()));
    let mut copier = Copier::new(place.clone(), house.log.clone(), Duration::from_hours(1), house.clock.clone());
    let Step::Copied(mark) = copier.step().await.unwrap() else { panic!("nothing was copied") };
    assert_eq!(mark.first, pruned.to);
    while let Step::Copied(_) = copier.step().await.unwrap() {}
    let tile = bundles_between(pruned.to, mark.end).next().unwrap();
    assert!(!fresh.join(tile.path()).exists(), "its first entries are gone");
    let hashes = Tile::new(casemate_audit::tlog::tile::Kind::Hashes(0), tile.index(), tile.width()).unwrap();
    let there = std::fs::read(fresh.join(hashes.path())).unwrap();
    assert_eq!(Some(there), casemate_audit::tile(house.log.dir(), hashes).unwrap());
    let lock = retain::Lock::new(now(), Duration::ZERO);
    let found = retain::held(&place, house.log.dir(), pruned.to..u64::MAX, lock).await;
    assert!(found.fault.is_none() && found.end > mark.first, "{found:?}");
}

#[tokio::test]
async fn a_manifest_that_was_lost_is_made_again() {
    let house = House::new();
    house.close(2).await;
    let marks = house.copy().await;
    std::fs::remove_file(house.manifest()).unwrap();
    let again = house.copy().await;
    let ranges = |marks: &[Mark]| marks.iter().map(|mark| (mark.first, mark.end)).collect::<Vec<_>>();
    assert_eq!(ranges(&again)[..marks.len()], ranges(&marks));
}
