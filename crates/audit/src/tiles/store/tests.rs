//! The store that makes what is missing.

use super::*;
use crate::files::{Header, segment};
use crate::{frame, head};
use casemate_tlog::Frontier;
use casemate_tlog::tile::{TileNodes, tiles_of};

/// A log of `entries` small records in segments of 1,000.
fn log(dir: &Path, entries: u64) -> Frontier {
    let (mut tree, mut bytes, mut first) = (Frontier::new(), Vec::new(), 0);
    for index in 0..=entries {
        if index.is_multiple_of(1000) || index == entries {
            if index > first || index == entries && entries > 0 {
                fs::write(dir.join(segment(first)), &bytes).unwrap();
            }
            bytes = Header { before: tree.clone(), previous: first, begun: 0 }.encode();
            first = index;
        }
        if index < entries {
            let record = format!("{{\"seq\":{index},\"kind\":\"event\"}}");
            let leaf = frame::leaf(record.as_bytes());
            frame::encode(record.as_bytes(), &[], leaf, &mut bytes);
            tree.push(Hash(leaf.0), |_, _, _| ()).unwrap();
        }
    }
    let head =
        head::Head { generation: 1, entries, root: tree.root(), open_from: entries, segment: 0, len: 0, keys: 0 };
    let (offset, slot) = head.slot();
    fs::write(dir.join("head"), [vec![0; usize::try_from(offset).unwrap()], slot].concat()).unwrap();
    tree
}

fn store(dir: &Path) -> Store {
    Store::new(dir, Arc::default(), 0)
}

/// Every full tile is there, and leads to the root with those that come from the segments.
fn assert_whole(dir: &Path, tree: &Frontier) {
    let source = DirSource::new(dir);
    for tile in tiles_of(tree.size()).filter(Tile::is_full) {
        assert_eq!(fs::read(dir.join(tile.path())).map(|bytes| bytes.len()).ok(), Some(8192), "{tile}");
    }
    for stored in [true, false] {
        let nodes = TileNodes::open(LogTiles::new(&source, stored), tree.size(), tree.root(), 64).unwrap();
        for index in (0..tree.size()).step_by(97) {
            let hashes = casemate_tlog::nodes::inclusion(&nodes, index, tree.size()).unwrap();
            assert!(hashes.len() > 8);
        }
    }
}

#[test]
fn tiles_that_are_missing_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 66_000);
    store(dir.path()).resume(tree.size()).unwrap();
    assert_whole(dir.path(), &tree);
    // One lost in the middle, one above, one cut short, one of zeroes at the end.
    let path = |level, index| dir.path().join(Tile::new(Kind::Hashes(level), index, FULL_WIDTH).unwrap().path());
    fs::remove_file(path(0, 70)).unwrap();
    fs::remove_file(path(1, 0)).unwrap();
    fs::write(path(0, 90), b"short").unwrap();
    fs::write(path(0, 256), [0; 8192]).unwrap();
    store(dir.path()).resume(tree.size()).unwrap();
    assert_whole(dir.path(), &tree);
    fs::remove_file(path(1, 0)).unwrap();
    store(dir.path()).resume(tree.size()).unwrap();
    assert_whole(dir.path(), &tree);
}

#[test]
fn batches_that_were_lost_are_read_from_the_segments() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 3000);
    let mut leaves = Vec::new();
    frames(&DirSource::new(dir.path()), 0, 3000, |leaf, _| leaves.push(leaf)).unwrap();
    let (sender, receiver) = sync_channel(9);
    for range in [0..10, 10..700, 1500..1501, 1400..2000, 2900..3000] {
        sender.send((range.start as u64, leaves[range].to_vec())).unwrap();
    }
    drop(sender);
    let mut store = store(dir.path());
    store.run(&mut 0, &receiver).unwrap();
    assert_eq!(store.entries, 3000);
    assert_whole(dir.path(), &tree);
}

/// Where a tile of leaves is.
fn path(dir: &Path, index: u64) -> PathBuf {
    dir.join(Tile::new(Kind::Hashes(0), index, FULL_WIDTH).unwrap().path())
}

fn eventually(done: impl Fn() -> bool) {
    while !done() {
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_disk_that_takes_nothing_for_a_while_ends_no_thread() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 3100);
    let mut leaves = Vec::new();
    frames(&DirSource::new(dir.path()), 0, 3100, |leaf, _| leaves.push(leaf)).unwrap();
    // At its beginning and in the middle of its work something lies where a tile shall be.
    let blocked = [0, 11].map(|index| path(dir.path(), index));
    blocked.iter().for_each(|path| fs::create_dir_all(path.join("in the way")).unwrap());
    let (sender, receiver) = sync_channel(9);
    let store = store(dir.path());
    let thread = std::thread::spawn(move || keep(store, 700, &receiver, Duration::from_millis(1)));
    sender.send((700, leaves[700..1500].to_vec())).unwrap();
    sender.send((1500, leaves[1500..2900].to_vec())).unwrap();
    for (path, last) in blocked.iter().zip([2900..2900, 2900..3100]) {
        sender.send((last.start as u64, leaves[last].to_vec())).unwrap();
        eventually(|| path.with_extension("partial").exists());
        fs::remove_dir_all(path).unwrap();
        eventually(|| path.is_file());
    }
    drop(sender);
    thread.join().unwrap();
    assert_whole(dir.path(), &tree);
}

/// Prunes a log by hand up to entry `end`: makes its tiles, says so, and removes the segments.
fn prune(dir: &Path, end: u64, entries: u64) {
    store(dir).resume(entries).unwrap();
    let (source, mut tree) = (DirSource::new(dir), Frontier::new());
    frames(&source, 0, end, |leaf, _| tree.push(leaf, |_, _, _| ()).unwrap()).unwrap();
    let signer = casemate_tlog::Signer::from_seed("casemate/audit", &[7; 32]).unwrap();
    let note = casemate_tlog::Checkpoint::new("casemate/audit", end, tree.root()).unwrap().sign([&signer]).unwrap();
    let last = (entries - 1) / 1000 * 1000;
    fs::write(dir.join("minimum"), format!("casemate/minimum/v1\nrecord {last} {last} 0\n\n{note}")).unwrap();
    (0..end).step_by(1000).for_each(|first| fs::remove_file(dir.join(segment(first))).unwrap());
}

#[test]
fn a_log_that_is_pruned_under_it_ends_no_thread() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 5000);
    let mut leaves = Vec::new();
    frames(&DirSource::new(dir.path()), 0, 5000, |leaf, _| leaves.push(leaf)).unwrap();
    let (sender, receiver) = sync_channel(9);
    let (store, at) = (store(dir.path()), dir.path().to_owned());
    let thread = std::thread::spawn(move || keep(store, 700, &receiver, Duration::from_millis(1)));
    eventually(|| path(dir.path(), 1).is_file());
    // It has 700 entries when those up to 2,000 go, and is told of the next ones only then.
    prune(dir.path(), 2000, 2304);
    sender.send((2500, leaves[2500..5000].to_vec())).unwrap();
    eventually(|| thread.is_finished() || path(&at, 18).is_file());
    drop(sender);
    thread.join().unwrap();
    assert_eq!(fs::read(path(dir.path(), 18)).unwrap(), encode(&leaves[18 * 256..19 * 256]));
    let source = DirSource::new(dir.path());
    let nodes = TileNodes::open(LogTiles::new(&source, true), tree.size(), tree.root(), 64).unwrap();
    assert!(casemate_tlog::nodes::inclusion(&nodes, 5, tree.size()).is_ok());
}

#[test]
fn the_room_for_records_is_left_to_them() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 600);
    let mut store = Store::new(dir.path(), Arc::default(), u64::MAX);
    let error = store.resume(tree.size()).unwrap_err();
    assert!(matches!(error, StoreError::Io(error) if error.kind() == io::ErrorKind::StorageFull));
    assert!(!dir.path().join("tile").exists());
}

#[test]
fn a_damaged_log_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let tree = log(dir.path(), 600);
    let name = dir.path().join(segment(0));
    let mut bytes = fs::read(&name).unwrap();
    bytes[300] ^= 1;
    fs::write(&name, bytes).unwrap();
    // The sender stays: only the damage ends it.
    let (_sender, receiver) = sync_channel(1);
    keep(store(dir.path()), tree.size(), &receiver, Duration::from_secs(3600));
    assert!(!dir.path().join("tile").exists());
}

#[test]
fn bundles_come_from_the_segments() {
    let dir = tempfile::tempdir().unwrap();
    log(dir.path(), 1300);
    let source = DirSource::new(dir.path());
    for (index, width) in [(0, 256), (3, 256), (5, 20)] {
        let tile = Tile::new(Kind::Entries, index, width).unwrap();
        let bytes = super::super::entries(&source, tile).unwrap();
        let entries = casemate_tlog::tile::bundle::entries(&bytes, width).unwrap();
        let first = format!("{{\"seq\":{},\"kind\":\"event\"}}", index * 256);
        assert_eq!(entries.first().copied(), Some(first.as_bytes()));
    }
    let beyond = Tile::new(Kind::Entries, 5, 21).unwrap();
    assert!(super::super::entries(&source, beyond).is_err());
}
