//! What a disk that is full, or fails now and then, does to a log in each mode, and what is said before it is full.

use super::faults::{Bench, scenario};
use super::memory::{FAILURES, Failure, Memory};
use super::*;
use crate::{Mode, OpenError, scan};
use serde_json::Value;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// Where a segment has entries, its first one names the mode.
fn assert_mode_named(disk: &Memory, mode: Mode, what: &str) {
    let entries = disk.entries();
    for first in scan::segments(disk).unwrap() {
        if let Some(entry) = entries.get(usize::try_from(first).unwrap()) {
            assert_eq!(entry["event"], "mode", "{what}: the segment of {first} in {mode:?}");
        }
    }
}

#[test]
fn each_operation_may_fail_in_each_way_in_the_weaker_modes() {
    let runtime = runtime();
    let _entered = runtime.enter();
    for (mode, every) in [(Mode::DecisionOnly, HOUR), (Mode::Async, HOUR)] {
        let disk = Memory::default();
        let mut bench = Bench::open_as(disk.clone(), mode, every).unwrap();
        scenario(&mut bench);
        bench.close();
        let operations = disk.operations();
        for (at, operation) in operations.iter().enumerate() {
            for failure in FAILURES {
                let what = format!("{mode:?} {every:?} {at} {operation} {failure:?}");
                let disk = Memory::default();
                disk.fail(at, failure);
                let Ok(mut bench) = Bench::open_as(disk.clone(), mode, every) else {
                    assert!(Bench::open_as(disk.kill(), mode, every).is_ok(), "{what}");
                    continue;
                };
                scenario(&mut bench);
                let goes_on = bench.writer.is_some() && at < disk.operations().len();
                // No write that failed ends a log: only an fsync does, and only where records were ahead of it.
                assert!(bench.writer.is_some() || *operation == "sync", "{what}: {:?}", bench.queue.depths().4);
                bench.close();
                assert_mode_named(&disk, mode, &what);
                assert!(bench.conclusions.is_empty() && bench.intents.is_empty(), "{what}");
                // Whoever goes on after a fault has everything on the disk that was acknowledged before it.
                let after = if goes_on { disk.crash(|_| 0) } else { disk.kill() };
                bench.assert_kept(&after);
            }
        }
    }
}

#[test]
fn a_write_that_fails_is_survived_by_a_log_that_is_ahead_of_its_disk() {
    let runtime = runtime();
    let _entered = runtime.enter();
    for failure in FAILURES {
        let disk = Memory::default();
        let mut bench = Bench::open_as(disk.clone(), Mode::Async, HOUR).unwrap();
        bench.intent();
        bench.turn();
        disk.fail_next("append", failure);
        bench.intent();
        bench.turn();
        assert_eq!((bench.refused, bench.acknowledged.len()), (1, 1), "{failure:?}");
        // What was acknowledged ahead of the disk is on it now, before the log goes on.
        bench.assert_kept(&disk.crash(|_| 0));
    }
    let disk = Memory::default();
    let mut bench = Bench::open_as(disk.clone(), Mode::Async, HOUR).unwrap();
    bench.intent();
    bench.turn();
    disk.fail_next("append", Failure::Full);
    bench.intent();
    bench.turn();
    bench.intent();
    bench.turn();
    assert_eq!((bench.refused, bench.acknowledged.len()), (1, 2));
    bench.close();
    assert!(disk.entries().iter().any(|entry| entry["event"] == "recovery"));
    bench.assert_kept(&disk.crash(|_| 0));
}

#[test]
fn a_log_whose_acknowledged_records_may_be_lost_stays_down() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open_as(disk.clone(), Mode::Async, HOUR).unwrap();
    bench.intent();
    bench.turn();
    // The write fails, and then the fsync that was to show that what was acknowledged is on the disk.
    let next = disk.operations().len();
    disk.fail(next, Failure::NotDone);
    disk.fail(next + 1, Failure::NotDone);
    bench.intent();
    bench.turn();
    assert_eq!(disk.operations()[next..], ["append", "sync"]);
    assert_eq!((bench.refused, bench.acknowledged.len()), (1, 1));
    assert!(bench.writer.is_none());
    bench.intent();
    assert_eq!(bench.refused, 2);
    let fault = bench.queue.depths().4.unwrap();
    assert!(fault.contains("may be lost"), "{fault}");
    assert!(Bench::open(disk.kill()).is_ok());
}

#[test]
fn after_a_fault_an_opening_reads_from_the_lowest_open_intent() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open(disk.clone()).unwrap();
    for _ in 0..3 {
        bench.intent();
        bench.turn();
        bench.conclude();
        bench.turn();
    }
    bench.intent();
    bench.turn();
    let lowest = bench.acknowledged.last().unwrap().index;
    assert!(lowest > 0);
    // The head that the way back wrote is the last one: the next write fails as well, and then the process is killed.
    disk.fail_next("append", Failure::NotDone);
    bench.intent();
    bench.turn();
    let head = scan::head(&disk).unwrap().unwrap();
    assert_eq!((head.open_from, head.entries), (lowest, lowest + 1));
    bench.assert_kept(&disk.kill());
}

fn alarms(disk: &Memory) -> Vec<(String, u64)> {
    let of = |entry: &Value| {
        (entry["facts"]["state"].as_str().unwrap().to_owned(), entry["facts"]["free"].as_u64().unwrap())
    };
    disk.entries().iter().filter(|entry| entry["event"] == "disk").map(of).collect()
}

#[test]
fn a_low_disk_is_said_once_and_its_end_once_and_nothing_is_refused() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let config = Config { low_disk_bytes: 1000, reserve_bytes: 10, ..config(Path::new("")) };
    disk.free(1000);
    let mut bench = Bench::with(disk.clone(), config).unwrap();
    let mut turn = |free: u64| {
        disk.free(free);
        bench.writer.as_mut().unwrap().ask_disk_again();
        bench.intent();
        bench.turn();
        bench.conclude();
        bench.turn();
        bench.queue.metrics.health().disk_low
    };
    let low: Vec<_> = [1000, 999, 500, 1000, 1249, 1250, 1000, 20].into_iter().map(&mut turn).collect();
    assert_eq!(low, [false, true, true, true, true, false, false, true]);
    let said = [("low", 999), ("over", 1250), ("low", 20)].map(|(state, free)| (state.to_owned(), free));
    assert_eq!(alarms(&disk), said);
    assert_eq!((bench.refused, bench.acknowledged.len()), (0, 16));
    bench.close();
}

#[test]
fn an_alarm_that_cannot_be_written_is_written_later_and_only_the_last_one() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let config = Config { low_disk_bytes: 1000, ..config(Path::new("")) };
    let mut bench = Bench::with(disk.clone(), config).unwrap();
    for free in [10, 5000, 20, 5000, 30] {
        disk.free(free);
        disk.fail_next("append", Failure::Full);
        bench.writer.as_mut().unwrap().ask_disk_again();
        bench.turn();
    }
    assert_eq!(alarms(&disk), []);
    bench.turn();
    assert_eq!(alarms(&disk), [("low".to_owned(), 30)]);
    bench.close();
}

#[test]
fn a_file_system_without_room_for_files_is_full() {
    let stat = |f_files, f_favail| rustix::fs::StatVfs { f_files, f_favail, ..some() };
    fn some() -> rustix::fs::StatVfs {
        rustix::fs::statvfs("/").unwrap()
    }
    assert_eq!(crate::storage::room(&stat(100, 0)), 0);
    assert_eq!(crate::storage::room(&stat(100, 1)), some().f_bavail * some().f_frsize);
    // Some count no files at all.
    assert_eq!(crate::storage::room(&stat(0, 0)), some().f_bavail * some().f_frsize);
}

#[test]
fn a_disk_that_fails_at_the_start_is_not_called_damage() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let whole = Memory::default();
    let mut bench = Bench::open(whole.clone()).unwrap();
    scenario(&mut bench);
    let left = whole.kill();
    let opened = left.kill();
    drop(Bench::open(opened.clone()).unwrap());
    for at in 0..opened.operations().len() {
        for failure in [Failure::Full, Failure::NotDone] {
            let disk = left.kill();
            disk.fail(at, failure);
            match Bench::open(disk.clone()) {
                Ok(_) => {}
                Err(OpenError::Io(error)) => {
                    assert_eq!(error.kind() == std::io::ErrorKind::StorageFull, failure == Failure::Full);
                }
                Err(error) => panic!("{at} {failure:?}: {error}"),
            }
            bench.assert_kept(&disk.kill());
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_not_called_damage() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    runtime().block_on(log.close());
    let segment = dir.path().join("00000000000000000000.log");
    std::fs::remove_file(&segment).unwrap();
    std::fs::create_dir(&segment).unwrap();
    let error = Log::open(config(dir.path()), clock().0).unwrap_err();
    assert!(matches!(error, OpenError::Io(_)), "{error}");
    assert!(error.to_string().contains("00000000000000000000.log"), "{error}");
}

#[test]
fn a_checkpoint_that_finds_no_room_is_one_trouble_and_tried_less_and_less() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let config = Config { checkpoint_every: Duration::ZERO, ..config(Path::new("")) };
    let mut bench = Bench::with(disk.clone(), config).unwrap();
    let recoveries = |disk: &Memory| disk.entries().iter().filter(|entry| entry["event"] == "recovery").count();
    for round in 1..=2 {
        disk.crowd(Some(".checkpoints"));
        bench.event();
        bench.turn();
        let mut waits = Vec::new();
        for _ in 0..8 {
            let signed = disk.signed().len();
            // Entries go on, and nothing is signed before its time.
            bench.event();
            bench.turn();
            assert_eq!((bench.refused, disk.signed().len()), (0, signed));
            waits.push(bench.writer.as_mut().unwrap().publish_again().unwrap().as_secs());
            bench.turn();
            assert_eq!(disk.signed().len(), signed + 1);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(recoveries(&disk), round);
        disk.crowd(None);
        bench.writer.as_mut().unwrap().publish_again().unwrap();
        bench.turn();
        assert_eq!(bench.writer.as_mut().unwrap().publish_again(), None);
    }
    bench.close();
    bench.assert_kept(&disk.kill());
}

/// The way back from a fault writes, too: where it finds no room it is tried again, whichever of its steps that was.
#[test]
fn a_disk_that_is_full_on_the_way_back_ends_no_log() {
    let runtime = runtime();
    let _entered = runtime.enter();
    // A batch is appended, synced, and the head written.
    let way = ["write head", "sync head", "write head", "sync head", "cut", "sync dir", "cut", "open", "sync dir"];
    for (first, operation) in ["append", "sync", "write head"].into_iter().enumerate() {
        for (step, name) in way.into_iter().enumerate() {
            for is_killed in [false, true] {
                let what = format!("{operation} {step} {name}");
                let disk = Memory::default();
                let mut bench = Bench::open_as(disk.clone(), Mode::Fsync, HOUR).unwrap();
                bench.intent();
                bench.turn();
                let next = disk.operations().len();
                disk.fail(next + first, Failure::Full);
                // It is tried twice in vain.
                disk.fail(next + first + 1 + step, Failure::Full);
                disk.fail(next + first + 2 + 2 * step, Failure::Full);
                bench.intent();
                bench.turn();
                assert_eq!((bench.refused, bench.acknowledged.len()), (1, 1), "{what}");
                let operations = disk.operations();
                assert_eq!((operations[next + first], operations.last()), (operation, Some(&name)), "{what}");
                let (.., is_writable, fault) = bench.queue.depths();
                assert!(!is_writable && fault.unwrap().contains("waits for room"), "{what}");
                // Who comes now is refused at once, and the outcome of the call that runs becomes `unknown`.
                bench.intent();
                bench.conclude();
                bench.observe();
                bench.turn();
                assert_eq!((bench.refused, bench.acknowledged.len()), (3, 1), "{what}");
                assert!(bench.writer.is_some() && disk.operations().last() == Some(&name), "{what}");
                if is_killed {
                    bench.assert_kept(&disk.kill());
                    continue;
                }
                bench.turn();
                let (.., is_writable, fault) = bench.queue.depths();
                assert!(is_writable && fault.is_none(), "{what}: {fault:?}");
                bench.intent();
                bench.turn();
                bench.conclude();
                bench.turn();
                assert_eq!((bench.refused, bench.acknowledged.len()), (3, 3), "{what}");
                bench.close();
                let recoveries = disk.entries().iter().filter(|entry| entry["event"] == "recovery").count();
                assert_eq!(recoveries, 1, "{what}");
                bench.assert_kept(&disk.crash(|_| 0));
            }
        }
    }
}

#[test]
fn a_log_that_is_closed_while_it_waits_for_room_is_opened_again() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open_as(disk.clone(), Mode::Fsync, HOUR).unwrap();
    bench.intent();
    bench.turn();
    (0..64).for_each(|more| disk.fail(disk.operations().len() + more, Failure::Full));
    bench.intent();
    bench.turn();
    bench.close();
    assert!(bench.writer.is_none());
    bench.assert_kept(&disk.kill());
}

/// It gives no error: only time tells. Nobody has to call for it to show.
#[tokio::test]
async fn a_disk_that_hangs_is_not_writable_until_it_answers() {
    let memory = Memory::default();
    let settings = Config { deadline: Duration::from_millis(2), ..config(Path::new("")) };
    let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), settings, clock().0).unwrap();
    let writable = async |wanted: bool| {
        while log.health().writable != wanted {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    writable(true).await;
    assert_eq!(log.health().fault, None);
    memory.hang(true);
    assert_eq!(recorded(&log).await.unwrap_err().reason, Reason::AuditUnavailable);
    writable(false).await;
    assert!(log.health().fault.unwrap().contains("has not answered the log for"));
    memory.hang(false);
    writable(true).await;
    log.close().await;
}
