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
    let digest = Digest::of(b"policy");
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
        assert_eq!(objects(&again), objects(&whole), "{cut}");
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
async fn another_object_of_the_same_name_needs_a_person() {
    let house = House::new();
    let segment = house.close(1).await[0];
    let [log, _] = segment.files();
    std::fs::create_dir(house.copies().join("segments")).unwrap();
    std::fs::write(house.copies().join("segments").join(&log), "planted").unwrap();
    let error = house.copier().step().await.unwrap_err();
    assert_eq!(error.name(), "conflict");
    assert_eq!(std::fs::read(house.copies().join("segments").join(&log)).unwrap(), b"planted");
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
