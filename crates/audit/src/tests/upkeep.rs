//! What the log does by itself: heartbeats, segments by age, read-only files, and what the modes promise.

use super::faults::Bench;
use super::memory::Memory;
use super::*;
use crate::storage::{DirStorage, Storage as _};
use crate::{Event, EventKind, Facts, Mode, verify};
use rustix::fs::IFlags;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

async fn eventually(done: impl Fn() -> bool) {
    while !done() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn silence_is_provable_whatever_the_clock_does() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let often = Config { heartbeat: Duration::from_millis(1), ..config(dir.path()) };
    let (log, _) = Log::open(often, clock).unwrap();
    eventually(|| log.health().entries >= 1).await;
    now.fetch_sub(864_000_000, Ordering::Relaxed);
    let before = log.health().entries;
    eventually(|| log.health().entries > before).await;
    log.close().await;
    let found = all(dir.path());
    assert!(kinds(&found).iter().all(|kind| kind == "event:heartbeat"));
    // At most one a round of the writer: a second or so.
    assert!(found.len() < 20, "{}", found.len());
    assert_eq!(found[0].json["detail"], "fsync: no acknowledged record is lost");
}

#[tokio::test]
async fn a_segment_is_closed_by_age_and_then_read_only() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let hourly = Config { segment_age: Duration::from_secs(3600), ..config(dir.path()) };
    let (log, _) = Log::open(hourly, clock).unwrap();
    let event =
        || Event { kind: EventKind::Admin, actor: "alice".to_owned(), policy: None, detail: None, facts: Facts::new() };
    let twice = async || {
        log.event(event()).await.unwrap();
        log.event(event()).await.unwrap();
    };
    twice().await;
    now.fetch_add(3_600_000, Ordering::Relaxed);
    twice().await;
    // A clock that goes back closes nothing.
    now.fetch_sub(1_800_000, Ordering::Relaxed);
    twice().await;
    log.close().await;
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    let mut logs: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".log"))
        .collect();
    logs.sort();
    assert_eq!(logs, ["00000000000000000000.log", "00000000000000000002.log"]);
    assert_eq!((mode(&logs[0]), mode(&logs[1])), (0o400, 0o600));
    assert_eq!(mode("00000000000000000000.checkpoints"), 0o400);
    assert_eq!(verify(dir.path()).map(|v| v.entries), Ok(6));
}

/// Lifts the attributes, so that the directory can be removed.
struct Lift(tempfile::TempDir);

impl Lift {
    /// What each segment and each file of checkpoints has, in the order of their names.
    fn attributes(&self) -> Vec<(String, IFlags)> {
        let files = std::fs::read_dir(self.0.path()).unwrap().map(|file| file.unwrap().path());
        let grows = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "log" || e == "checkpoints");
        let of = |path: std::path::PathBuf| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), crate::attributes::of(&path).unwrap())
        };
        let mut all: Vec<_> = files.filter(grows).map(of).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

impl Drop for Lift {
    fn drop(&mut self) {
        for (name, _) in self.attributes() {
            crate::attributes::release(&self.0.path().join(name)).unwrap();
        }
    }
}

#[tokio::test]
async fn files_are_append_only_and_then_immutable_where_that_is_possible() {
    let dir = Lift(tempfile::tempdir().unwrap());
    let probe = dir.0.path().join("probe.log");
    std::fs::write(&probe, b"").unwrap();
    let possible = crate::attributes::append_only(&probe).is_ok();
    crate::attributes::release(&probe).unwrap();
    std::fs::remove_file(&probe).unwrap();
    let config = |immutable| Config { immutable, segment_bytes: 2500, ..config(dir.0.path()) };
    let mut segments = 0;
    // The last start is one without: it writes the same log.
    for immutable in [true, true, false] {
        let (log, recovery) = Log::open(config(immutable), clock().0).unwrap();
        assert_eq!(recovery.torn_bytes, 0);
        for _ in 0..4 {
            call(&log, "x").await;
        }
        log.close().await;
        let found = dir.attributes();
        let ends = [format!("{:020}.log", all(dir.0.path()).len())];
        assert!(found.len() > segments + 2 && !ends.contains(&found[0].0));
        segments = found.len();
        if immutable {
            let none = (IFlags::empty(), IFlags::empty());
            let (open, closed) = if possible { (IFlags::APPEND, IFlags::IMMUTABLE) } else { none };
            let last = found.last().unwrap().0.split('.').next().unwrap().to_owned();
            assert!(
                found.iter().all(|(name, has)| *has == if name.starts_with(&last) { open } else { closed }),
                "{found:?}"
            );
        }
    }
    // What was not written to its end is cut off all the same.
    let name = dir.attributes().pop().unwrap().0;
    let last = dir.0.path().join(name);
    let append = std::fs::OpenOptions::new().append(true).open(&last);
    std::io::Write::write_all(&mut append.unwrap(), b"torn").unwrap();
    let (log, recovery) = Log::open(config(true), clock().0).unwrap();
    assert_eq!(recovery.torn_bytes, 4);
    log.close().await;
    assert!(verify(dir.0.path()).is_ok());
    if possible {
        let closed = dir.0.path().join("00000000000000000000.log");
        assert!(
            std::fs::OpenOptions::new().append(true).open(&closed).is_err() && std::fs::remove_file(&closed).is_err()
        );
        // Whoever prunes lifts it.
        let mut storage = DirStorage::open(dir.0.path()).unwrap().unwrap();
        storage.remove("00000000000000000000.log").unwrap();
        assert!(!closed.exists());
    }
}

#[tokio::test]
async fn a_weaker_mode_names_itself_at_each_opening_and_in_each_segment() {
    for mode in Mode::ALL {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let (log, _) = Log::open(Config { mode, segment_bytes: 2500, ..config(dir.path()) }, clock().0).unwrap();
            for _ in 0..4 {
                call(&log, "x").await;
            }
            log.close().await;
        }
        let found = all(dir.path());
        assert_eq!(verify(dir.path()).map(|v| v.entries), Ok(found.len() as u64));
        let count = |kind: &str| found.iter().filter(|entry| entry.json["kind"] == kind).count();
        assert_eq!((count("intent"), count("outcome")), (8, 8));
        let told = found.iter().filter(|entry| entry.json["event"] == "mode");
        let told: Vec<_> = told.filter_map(|entry| entry.json["detail"].as_str()?.split(':').next()).collect();
        let starts = crate::scan::segments(&crate::storage::DirSource::new(dir.path())).unwrap();
        match mode {
            Mode::Fsync => assert!(told.is_empty()),
            _ => {
                assert!(told.iter().all(|name| *name == mode.as_str()) && told.len() >= starts.len(), "{told:?}");
                for first in starts.into_iter().filter(|first| *first < found.len() as u64) {
                    assert_eq!(found[usize::try_from(first).unwrap()].json["event"], "mode", "{mode:?} {first}");
                }
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

#[test]
fn decisions_are_never_lost_in_decision_only_and_everything_holds_after_a_power_cut_in_each_mode() {
    let runtime = runtime();
    let _entered = runtime.enter();
    for mode in Mode::ALL {
        for keep in [0, 1, usize::MAX] {
            let disk = Memory::default();
            let mut bench = Bench::open_as(disk.clone(), mode, Duration::from_secs(3600)).unwrap();
            for _ in 0..6 {
                bench.intent();
                bench.turn();
                bench.conclude();
                bench.turn();
            }
            let after = disk.crash(|below| keep.min(below - 1));
            let entries = after.entries();
            let count = |kind: &str| entries.iter().filter(|json| json["kind"] == kind).count();
            match mode {
                Mode::Fsync => bench.assert_kept(&after),
                Mode::DecisionOnly => assert_eq!(count("intent"), 6),
                Mode::Async => {}
            }
            // Whatever was lost, what is left is a log.
            let mut next = Bench::open(after.clone()).unwrap_or_else(|error| panic!("{mode:?} {keep}: {error}"));
            next.close();
            assert!(verify::check(&after).is_ok());
        }
    }
}
