//! Whatever reads a log reads a pruned one: from its first entry, and says so of what was before.

use super::*;
use crate::index::{Filter, Follower, Order, Query, Tail, Way, stats, update};
use crate::{Class, Field, Options, verify_with};
use casemate_tlog::tile::Tile;

#[tokio::test]
async fn single_entries_below_the_minimum_were_pruned() {
    let (dir, end) = House::pruned(400).await;
    let (path, keys) = (dir.path(), keys(dir.path()));
    for index in [0, end - 1] {
        let faults = [
            crate::entry(path, index).unwrap_err(),
            crate::entries_from(path, index).err().unwrap(),
            crate::prove(path, index).unwrap_err(),
            crate::reveal(path, &keys, index, Field::Message, b"x").unwrap_err(),
            crate::captured(path, &keys, index).unwrap_err(),
            crate::decisions(path, &keys, index..index + 1, UnixMillis(0)).err().unwrap(),
            verify_with(path, Options { range: Some(index..end + 1), ..Options::default() }).unwrap_err(),
        ];
        for fault in faults {
            assert_eq!((fault.class, fault.index), (Class::Pruned, Some(index)), "{fault}");
            assert!(fault.to_string().ends_with("an archive may have it"), "{fault}");
        }
    }
    assert_eq!(crate::entry(path, end).unwrap().index, end);
    let proof = crate::prove(path, end).unwrap();
    assert_eq!(proof.index(), end);
    let ranged = verify_with(path, Options { range: Some(end..end + 1), ..Options::default() }).unwrap();
    assert_eq!(ranged.first_index, end);
}

#[tokio::test]
async fn whatever_reads_all_begins_with_the_first_that_is_left() {
    let (dir, end) = House::pruned(400).await;
    let path = dir.path();
    let entries = all(path);
    assert_eq!(entries.first().map(|entry| entry.index), Some(end));
    assert_eq!(crate::decisions(path, &keys(path), 0..u64::MAX, UnixMillis(0)).unwrap().count(), 0);
    for way in [Way::Log, Way::Index] {
        for order in [Order::Oldest, Order::Newest] {
            let found: Vec<_> = Query::new(path, Filter::default(), order, way).unwrap().map(Result::unwrap).collect();
            assert_eq!(found.len(), entries.len());
            assert_eq!(found.iter().map(|entry| entry.index).min(), Some(end));
        }
        let held = stats(path, way, |_, _| ()).unwrap();
        let total = end + entries.len() as u64;
        assert_eq!((held.minimum, held.entries, held.summary.entries()), (end, total, entries.len() as u64));
        update(path, |_, _| true).unwrap();
    }
    let mut tail = Tail::new(path, u64::MAX).unwrap();
    assert_eq!(tail.next_entry().unwrap().unwrap().index, end);
}

#[tokio::test]
async fn files_of_the_index_that_cover_what_was_pruned_are_removed_and_never_believed() {
    let house = House::new().await;
    update(house.path(), |_, _| true).unwrap();
    let first = house.path().join("index/00000000000000000000.idx");
    let (forged, end) = (std::fs::read(&first).unwrap(), house.end_of(400));
    house.log.prune(end, "x").await.unwrap();
    assert!(!first.exists());
    // One that names entries that are gone.
    std::fs::write(&first, forged).unwrap();
    drop(Follower::start(house.path(), 0).unwrap());
    let found = Query::new(house.path(), Filter::default(), Order::Oldest, Way::Index).unwrap();
    assert_eq!(found.map(|entry| entry.unwrap().index).min(), Some(end));
    house.log.close().await;
}

#[tokio::test]
async fn consistency_of_any_two_sizes_is_still_proved() {
    let house = House::new().await;
    let leaves: Vec<_> = all(house.path()).iter().map(|entry| Hash(entry.leaf.0)).collect();
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    house.log.close().await;
    let roots = roots(&leaves);
    let of = |size: u64| Checkpoint::new("casemate/audit", size, roots[size as usize]).unwrap();
    for old in (1..leaves.len() as u64).step_by(37) {
        for new in [old, (old + 200).min(leaves.len() as u64), leaves.len() as u64] {
            assert!(crate::consistency(house.dir.path(), &of(old), Some(&of(new))).is_ok(), "{old} {new}");
        }
        let other = Checkpoint::new("casemate/audit", old, Hash([7; 32])).unwrap();
        assert_eq!(crate::consistency(house.dir.path(), &other, None).unwrap_err().class, Class::Fork);
    }
}

#[tokio::test]
async fn tiles_of_hashes_are_served_and_bundles_of_pruned_entries_are_not() {
    let (dir, end) = House::pruned(400).await;
    let tile = |path: &str| crate::tile(dir.path(), Tile::parse(path).unwrap()).unwrap();
    for path in ["tile/0/000", "tile/0/001", "tile/0/001.p/17", "tile/0/002", "tile/1/000.p/2"] {
        assert!(tile(path).is_some(), "{path}");
    }
    assert_eq!(tile("tile/entries/000"), None);
    // Of the bundle that the minimum lies in some entries are gone.
    let index = end / 256;
    assert_ne!(end % 256, 0);
    assert_eq!(tile(&format!("tile/entries/{index:03}")), None);
    assert!(tile(&format!("tile/entries/{:03}.p/9", index + 1)).is_some());
}

#[tokio::test]
async fn a_reader_that_is_overtaken_is_told_so() {
    let house = House::new().await;
    let mut reader = entries(house.path()).unwrap();
    reader.next().unwrap().unwrap();
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    let fault = reader.find_map(Result::err).unwrap();
    assert_eq!(fault.class, Class::Pruned, "{fault}");
    house.log.close().await;
}

#[tokio::test]
async fn policies_stay() {
    let house = House::new().await;
    let digest = Digest::of_policy(b"policy");
    house.log.keep_policy(digest, b"policy".to_vec()).await.unwrap();
    house.log.prune(house.end_of(400), "x").await.unwrap();
    assert_eq!(crate::policy(house.path(), digest).unwrap().as_deref(), Some(&b"policy"[..]));
    house.log.close().await;
}

#[tokio::test]
async fn tiles_go_on_after_the_log_was_opened_again() {
    let (dir, _) = House::pruned(600).await;
    let (log, _) = Log::open(weekly(dir.path()), clock().0).unwrap();
    for _ in 0..3 {
        write(&log, 256).await;
    }
    log.close().await;
    let (log, _) = Log::open(weekly(dir.path()), clock().0).unwrap();
    let last = log.health().entries / 256 - 1;
    while !dir.path().join(format!("tile/0/{last:03}")).exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    log.close().await;
    assert!(crate::verify(dir.path()).is_ok());
}

#[tokio::test]
async fn a_bundle_says_from_where_the_log_was_read_and_none_is_made_of_what_was_pruned() {
    use crate::bundle::{Check, Export, check, export};
    let house = House::new().await;
    let (path, end) = (house.path(), house.end_of(400));
    let source = crate::storage::DirSource::new(path);
    let old = crate::checkpoints::beside(&source, 0).unwrap().unwrap();
    house.log.prune(end, "bucket audit").await.unwrap();
    house.now.store(NOW, Ordering::Relaxed);
    call(&house.log, "answer").await;
    house.log.clone().close().await;
    let key = verifier(path);
    let exported = |checkpoint: String| {
        let to = tempfile::tempdir().unwrap();
        let (filter, keys) = (Filter { tenant: Some("acme".to_owned()), ..Filter::default() }, vec![key.clone()]);
        let (made, by) = (UnixMillis(NOW), "a test".to_owned());
        let asked = Export { filter, keys, checkpoint, with_policies: false, made, by, progress: None };
        export(path, to.path(), asked).map(|done| (to, done))
    };
    for note in [old.note, crate::retention::Minimum::read(&source).unwrap().unwrap().kept().note.clone()] {
        let fault = exported(note).unwrap_err();
        assert!(fault.class == Class::Pruned && fault.what.contains("--signed"), "the log is no fork: {fault}");
    }
    let (bundle, done) = exported(crate::checkpoint(path).unwrap()).unwrap();
    assert_eq!((done.first, done.records), (end, 2));
    let read = |name: &str| std::fs::read_to_string(bundle.path().join(name)).unwrap();
    assert!(read("README.txt").contains(&format!("from entry {end} on")) && read("README.txt").is_ascii());
    let trust = casemate_tlog::Policy::new(key.name(), vec![key.clone()], Vec::new(), 0).unwrap();
    let judge =
        || check(bundle.path(), Check { policy: &trust, digest: Digest::of_policy, proof: None, progress: None });
    let checked = judge().unwrap();
    assert_eq!((checked.log_first, checked.records), (end, 2));
    let (lowest, _) = checked.range.unwrap();
    // It cannot say that it has less than it has, nor more than the checkpoint does.
    let manifest = read("manifest.json");
    for first in [lowest + 1, done.size] {
        let other = manifest.replace(&format!("\"first\": {end}"), &format!("\"first\": {first}"));
        assert_ne!(other, manifest);
        std::fs::write(bundle.path().join("manifest.json"), other).unwrap();
        assert_eq!(judge().unwrap_err().class, Class::Changed, "{first}");
    }
}

#[test]
fn a_log_that_lost_a_whole_tile_of_tiles_proves_what_it_did() {
    use crate::storage::{Source as _, Storage as _};
    const WHOLE: u64 = 1 << 16;
    let runtime = runtime();
    let _entered = runtime.enter();
    let large = Config { segment_bytes: 9_000_000, checkpoint_every: Duration::ZERO, ..config(Path::new("")) };
    let mut bench = Bench::with(Memory::default(), large).unwrap();
    while bench.queue.metrics.entries.load(Ordering::Relaxed) < WHOLE + 5000 {
        (0..1000).for_each(|_| bench.event());
        bench.turn();
    }
    let mut disk = bench.disk.clone();
    let old: Vec<_> = disk
        .signed()
        .iter()
        .map(|note| {
            Checkpoint::parse(note.split_inclusive("\n\n").next().unwrap().strip_suffix('\n').unwrap()).unwrap()
        })
        .collect();
    let pruned = bench.prune(u64::MAX, &Holds::default()).unwrap();
    assert!(pruned.to > WHOLE, "{pruned:?}");
    bench.close();
    let minimum = crate::retention::Minimum::read(&disk).unwrap().unwrap();
    crate::retention::check_tiles(&disk, &minimum).unwrap();
    assert_eq!(crate::verify::check(&disk).map(|verified| verified.first_index), Ok(pruned.to));
    let last = crate::checkpoints::last(&disk, &crate::scan::segments(&disk).unwrap()).unwrap().unwrap();
    let grown = |old: &Checkpoint| crate::prove::has_grown(&disk, &last, old);
    assert!(old.iter().filter(|old| old.size() < WHOLE).count() > 1);
    assert!(old.iter().step_by(12).all(|old| grown(old) == Ok(true)));
    let other = Checkpoint::new("casemate/audit", old[0].size(), Hash([7; 32])).unwrap();
    assert_eq!(grown(&other), Ok(false));
    // A hash in it is not what was written.
    let name = "tile/1/000".to_owned();
    let mut bytes = disk.read_at(&name, 0, 9000).unwrap();
    bytes[77] ^= 1;
    disk.keep(&[(name.clone(), bytes)]).unwrap();
    let fault = crate::retention::check_tiles(&disk, &minimum).unwrap_err();
    assert_eq!((fault.class, fault.segment), (Class::Changed, name));
}
