//! Pruned logs as operators, auditors, attackers and the disk see them.

mod faults;
mod hostile;
mod property;
mod reading;

use super::faults::Bench;
use super::memory::Memory;
use super::*;
use crate::Holds;
use crate::{Event, EventKind, Facts, Pruned};
use casemate_tlog::{Checkpoint, Frontier, Hash};
use std::path::PathBuf;
use std::time::Duration;

/// The key of a log that was opened with [`config`].
fn verifier(dir: &Path) -> casemate_tlog::Verifier {
    crate::public_key(&dir.join("audit.key")).unwrap()
}

fn event() -> Event {
    Event { kind: EventKind::Admin, actor: "alice".to_owned(), policy: None, detail: None, facts: Facts::new() }
}

fn weekly(dir: &Path) -> Config {
    let retention = Some(Duration::from_secs(7 * 24 * 3600));
    Config { segment_bytes: 2500, retention, ..config(dir) }
}

/// So many records that come together.
async fn write(log: &Log, count: usize) {
    let all: Vec<_> = (0..count)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move { log.event(event()).await.unwrap() })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
}

/// A log whose segments are closed and old, and its clock.
struct House {
    dir: tempfile::TempDir,
    log: Log,
    now: Arc<AtomicU64>,
}

const WEEK: u64 = 7 * 24 * 3_600_000;

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (clock, now) = clock();
        let (log, _) = Log::open(weekly(dir.path()), clock).unwrap();
        for _ in 0..6 {
            write(&log, 120).await;
        }
        now.fetch_add(WEEK, Ordering::Relaxed);
        // Some that are young, so that the last old one is not of the open segment.
        write(&log, 150).await;
        write(&log, 150).await;
        Self { dir, log, now }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The end of the closed segment that holds entry `index`.
    fn end_of(&self, index: u64) -> u64 {
        crate::closed(self.path()).unwrap().iter().find(|closed| closed.end > index).unwrap().end
    }

    /// Prunes so that entry `index` goes, and closes the log.
    async fn pruned(index: u64) -> (tempfile::TempDir, u64) {
        let house = Self::new().await;
        let end = house.end_of(index);
        let pruned = house.log.prune(end, "bucket audit, prefix gw-1").await.unwrap();
        assert_eq!((pruned.from, pruned.to, pruned.entries, &pruned.stopped.is_some()), (0, end, end, &true));
        house.log.close().await;
        (house.dir, end)
    }
}

/// The roots of the trees of every size.
fn roots(leaves: &[Hash]) -> Vec<Hash> {
    let mut tree = Frontier::new();
    let mut roots = vec![tree.root()];
    for leaf in leaves {
        tree.push(*leaf, |_, _, _| ()).unwrap();
        roots.push(tree.root());
    }
    roots
}

fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    found.retain(|path| path.to_str().unwrap().ends_with(ending));
    found.sort();
    found
}

#[tokio::test]
async fn what_is_archived_and_old_goes_and_that_is_recorded() {
    let house = House::new().await;
    let closed = crate::closed(house.path()).unwrap();
    let end = house.end_of(500);
    let sums: String = closed
        .iter()
        .filter(|closed| closed.end <= end)
        .map(|closed| {
            let path = crate::segment_path(house.path(), closed.first);
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            format!("{}  {name}\n", hex(&std::fs::read(path).unwrap()))
        })
        .collect();
    let pruned = house.log.prune(end, "bucket audit").await.unwrap();
    let why = format!("entries {end} to {} are not archived", house.end_of(end) - 1);
    assert_eq!(pruned, Pruned { from: 0, to: end, entries: end, bytes: pruned.bytes, stopped: Some(why) });
    let record = crate::last_pruned(house.path()).unwrap().unwrap().json;
    let facts = &record["facts"];
    assert_eq!((&record["event"], &record["actor"]), (&"prune".into(), &"casemate".into()));
    assert_eq!((&facts["from"], &facts["to"], &facts["entries"]), (&0.into(), &end.into(), &end.into()));
    assert_eq!((&facts["archived"], &facts["bytes"]), (&"bucket audit".into(), &pruned.bytes.into()));
    assert_eq!((&facts["sha256"], &facts["retention_seconds"]), (&hex(sums.as_bytes()).into(), &604_800.into()));
    assert_eq!(crate::minimum(house.path()).unwrap(), end);
    assert!(files(house.path(), ".log").iter().all(|path| *path >= crate::segment_path(house.path(), end)));
    assert!(files(house.path(), ".checkpoints").iter().all(|path| *path >= crate::checkpoints_path(house.path(), end)));
    // The log goes on, and again.
    write(&house.log, 3).await;
    let next = house.end_of(end);
    let again = house.log.prune(next, "bucket audit").await.unwrap();
    assert_eq!((again.from, again.to, again.entries), (end, next, next - end));
    let House { dir, log, .. } = house;
    log.close().await;
    let keys = vec![verifier(dir.path())];
    let verified = crate::verify_with(dir.path(), crate::Options { keys, ..crate::Options::default() }).unwrap();
    assert_eq!(verified.first_index, next);
    let (log, recovery) = Log::open(weekly(dir.path()), clock().0).unwrap();
    assert_eq!(recovery, Recovery { entries: verified.entries, ..Recovery::default() });
    log.close().await;
}

fn hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    Digest(sha2::Sha256::digest(bytes).into()).hex()
}

#[tokio::test]
async fn without_a_retention_nothing_is_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    assert!(matches!(log.prune(u64::MAX, "x").await, Err(crate::PruneError::NoRetention)));
    assert_eq!(crate::minimum(dir.path()), Ok(0));
    assert!(crate::last_pruned(dir.path()).unwrap().is_none());
}

#[tokio::test]
async fn what_is_young_stays() {
    let house = House::new().await;
    house.now.fetch_sub(1, Ordering::Relaxed);
    let pruned = house.log.prune(u64::MAX, "x").await.unwrap();
    assert_eq!((pruned.to, pruned.entries), (0, 0));
    assert!(pruned.stopped.unwrap().ends_with("are younger than the retention"));
    house.now.fetch_add(1, Ordering::Relaxed);
    let pruned = house.log.prune(u64::MAX, "x").await.unwrap();
    assert!(pruned.to >= 600 && pruned.stopped.unwrap().ends_with("are younger than the retention"));
}

#[tokio::test]
async fn a_call_without_outcome_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(weekly(dir.path()), clock).unwrap();
    write(&log, 120).await;
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    for _ in 0..4 {
        write(&log, 120).await;
    }
    now.fetch_add(WEEK, Ordering::Relaxed);
    let at = flight.receipt().index;
    let pruned = log.prune(u64::MAX, "x").await.unwrap();
    assert!(pruned.to > 0 && pruned.to <= at, "{pruned:?}");
    assert_eq!(pruned.stopped, Some(format!("the call of entry {at} has no outcome yet")));
    drop(flight);
    write(&log, 300).await;
    // The head that is written with an outcome still counts its call as open.
    write(&log, 1).await;
    assert!(log.prune(u64::MAX, "x").await.unwrap().to > at);
    log.close().await;
    assert!(crate::verify(dir.path()).is_ok());
}

#[tokio::test]
async fn what_is_held_stays_with_all_that_follows() {
    for by_trace in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (clock, now) = clock();
        let held_traces = if by_trace { [about().trace].into() } else { Default::default() };
        let (log, _) = Log::open(Config { held_traces, ..weekly(dir.path()) }, clock).unwrap();
        write(&log, 120).await;
        call(&log, "answer").await;
        for _ in 0..4 {
            write(&log, 120).await;
        }
        now.fetch_add(WEEK, Ordering::Relaxed);
        if !by_trace {
            log.hold(Holds { tenants: [principal().tenant].into(), ..Holds::default() });
        }
        let pruned = log.prune(u64::MAX, "x").await.unwrap();
        let first = all(dir.path()).iter().find(|entry| entry.json["kind"] == "intent").unwrap().index;
        assert!(pruned.to > 0 && pruned.to <= first, "{pruned:?}");
        assert_eq!(pruned.stopped, Some(format!("a legal hold is on entry {first}")));
        if !by_trace {
            log.hold(Holds { tenants: [TenantId::parse("another").unwrap()].into(), ..Holds::default() });
            assert!(log.prune(u64::MAX, "x").await.unwrap().to > first);
        }
    }
}

#[tokio::test]
async fn a_closed_log_is_not_pruned() {
    let house = House::new().await;
    let log = house.log.clone();
    house.log.close().await;
    assert!(matches!(log.prune(u64::MAX, "x").await, Err(crate::PruneError::Closed)));
    assert_eq!(crate::minimum(house.dir.path()), Ok(0));
}

#[tokio::test]
async fn the_end_of_a_segment_tells_when_its_last_record_was_written() {
    let house = House::new().await;
    let entries = all(house.path());
    for closed in crate::closed(house.path()).unwrap() {
        let last = &entries[usize::try_from(closed.end - 1).unwrap()];
        assert_eq!((last.index, last.time), (closed.end - 1, closed.newest));
    }
}

/// A bench with `segments` segments of 100 entries; the last one is open.
fn full(segments: usize) -> Bench {
    let mut bench = Bench::open(Memory::default()).unwrap();
    for _ in 0..segments {
        (0..100).for_each(|_| bench.event());
        bench.turn();
    }
    bench
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// The log on `disk` holds together from `minimum` on, by its key as well, and has what was acknowledged.
fn assert_whole(disk: &Memory, acknowledged: &[crate::Receipt]) -> u64 {
    use crate::scan;
    let verified = crate::verify::check(disk).unwrap_or_else(|fault| panic!("{fault}"));
    let entries = disk.entries();
    let first = verified.first_index;
    let at = |index: u64| entries.iter().find(|json| json["seq"] == index);
    for receipt in acknowledged.iter().filter(|receipt| receipt.index >= first) {
        let bytes = serde_json::to_vec(at(receipt.index).unwrap()).unwrap();
        assert_eq!(crate::frame::leaf(&bytes), receipt.leaf);
    }
    let last = crate::checkpoints::last(disk, &scan::segments(disk).unwrap()).unwrap().unwrap();
    last.verify(signer().verifier()).unwrap();
    let mut leaves = vec![None; usize::try_from(verified.entries).unwrap()];
    for receipt in acknowledged {
        leaves[usize::try_from(receipt.index).unwrap()] = Some(Hash(receipt.leaf.0));
    }
    for json in &entries {
        let leaf = crate::frame::leaf(&serde_json::to_vec(json).unwrap());
        leaves[json["seq"].as_u64().unwrap() as usize] = Some(Hash(leaf.0));
    }
    // Without the log's own records before the minimum, which nobody was told of, no root can be made.
    if let Some(leaves) = leaves.into_iter().collect::<Option<Vec<_>>>() {
        let roots = roots(&leaves);
        for size in (1..=last.checkpoint.size()).step_by(149) {
            let old = Checkpoint::new("casemate/audit", size, roots[size as usize]).unwrap();
            assert_eq!(crate::prove::has_grown(disk, &last, &old), Ok(true), "{size}");
            let other = Checkpoint::new("casemate/audit", size, Hash([7; 32])).unwrap();
            assert_eq!(crate::prove::has_grown(disk, &last, &other), Ok(false), "{size}");
        }
    }
    first
}

#[tokio::test]
async fn a_segment_that_still_grows_is_not_closed_by_the_file_of_the_next() {
    let house = House::new().await;
    let (closed, ranges) = (crate::closed(house.path()).unwrap(), crate::closed_ranges(house.path()).unwrap());
    assert!(closed.iter().map(|closed| closed.first..closed.end).eq(ranges.iter().cloned()));
    // Its segment was begun, and the disk failed before the head could say so.
    let entries = entries(house.path()).unwrap().count() as u64;
    let next = crate::segment_path(house.path(), entries);
    std::fs::write(&next, "").unwrap();
    assert_eq!(crate::closed(house.path()).unwrap(), closed);
    assert_eq!(crate::closed_ranges(house.path()).unwrap(), ranges);
    assert_eq!(crate::closed_ranges(tempfile::tempdir().unwrap().path()).unwrap(), []);
}

#[tokio::test]
async fn how_far_the_log_can_be_pruned_is_known_before() {
    let house = House::new().await;
    let end = house.end_of(500);
    assert_eq!(house.log.prunable(end).await.unwrap(), end);
    let far = house.log.prunable(u64::MAX).await.unwrap();
    assert_eq!(crate::minimum(house.path()).unwrap(), 0);
    assert!(crate::last_pruned(house.path()).unwrap().is_none());
    assert_eq!(house.log.prune(u64::MAX, "bucket audit").await.unwrap().to, far);
    assert_eq!(house.log.prunable(u64::MAX).await.unwrap(), far);
    house.now.fetch_sub(WEEK, Ordering::Relaxed);
    assert_eq!(house.log.prunable(u64::MAX).await.unwrap(), far, "nothing is old");
}
