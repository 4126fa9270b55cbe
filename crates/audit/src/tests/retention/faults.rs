//! Each operation of a pruning fails once in every way, and the power goes at every one of them.

use super::super::memory::FAILURES;
use super::*;
use crate::Holds;

/// Prunes the first segments and goes on writing.
fn run(disk: &Memory) -> (Option<Bench>, bool) {
    let Ok(mut bench) = Bench::open(disk.clone()) else { return (None, false) };
    let done = bench.prune(200, &Holds::default()).is_ok();
    bench.event();
    bench.turn();
    (Some(bench), done)
}

/// The log is good and is as it was, or pruned; it can be pruned then.
fn assert_sound(after: &Memory, bench: Option<Bench>, before: &[crate::Receipt], done: bool, what: &str) {
    let mut acknowledged = before.to_vec();
    acknowledged.extend(bench.into_iter().flat_map(|bench| bench.acknowledged));
    let mut next = Bench::open(after.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let first = assert_whole(after, &acknowledged);
    assert!(first == 200 || (first == 0 && !done), "{what}: {first}");
    if first == 0 {
        next.prune(200, &Holds::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
        next.close();
        assert_eq!(assert_whole(after, &acknowledged), 200, "{what}");
    }
    let left = crate::storage::Source::names(after).unwrap();
    let old = |name: &&String| crate::files::belongs_to(name).is_some_and(|first| first < 200);
    assert_eq!(left.iter().filter(old).count(), 0, "{what}: {left:?}");
}

fn base() -> (Memory, Vec<crate::Receipt>) {
    let mut bench = full(3);
    bench.close();
    (bench.disk.kill(), bench.acknowledged)
}

#[test]
fn each_operation_of_a_pruning_may_fail_in_each_way() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let (base, before) = base();
    let disk = base.kill();
    let (bench, done) = run(&disk);
    assert!(done);
    let operations = disk.operations();
    assert!(["keep", "remove"].iter().all(|wanted| operations.contains(wanted)));
    assert_sound(&disk.kill(), bench, &before, done, "no fault");
    for (at, operation) in operations.iter().enumerate() {
        for failure in FAILURES {
            let disk = base.kill();
            disk.fail(at, failure);
            let (bench, done) = run(&disk);
            assert_sound(&disk.kill(), bench, &before, done, &format!("{at} {operation} {failure:?}"));
        }
    }
}

#[test]
fn the_power_may_go_at_each_operation_of_a_pruning() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let (base, before) = base();
    let whole = base.kill();
    run(&whole);
    for at in 0..whole.operations().len() {
        for seed in 0..2_usize {
            let disk = base.kill();
            disk.die(at);
            let (bench, done) = run(&disk);
            let mut state = seed.wrapping_mul(0x9e37_79b9) + at;
            let choose = |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % below
            };
            assert_sound(&disk.crash(choose), bench, &before, done, &format!("operation {at}, seed {seed}"));
        }
    }
}

#[test]
fn a_tile_that_the_disk_lost_is_made_again_before_its_entries_go() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    let mut disk = bench.disk.clone();
    crate::storage::Storage::keep(&mut disk, &[("tile/0/000".to_owned(), vec![0; 8192])]).unwrap();
    assert_eq!(bench.prune(300, &Holds::default()).unwrap().to, 300);
    assert_eq!(assert_whole(&disk, &bench.acknowledged), 300);
}

#[test]
fn a_good_tile_is_not_replaced_by_a_wrong_one() {
    use crate::storage::{Source as _, Storage as _};
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    let mut disk = bench.disk.clone();
    let (tile, name) = ("tile/0/001".to_owned(), crate::files::segment(300));
    let mut leaves = Vec::new();
    crate::tiles::frames(&disk, 256, 512, |leaf, _| leaves.push(leaf)).unwrap();
    let good = casemate_tlog::tile::encode(&leaves);
    disk.keep(&[(tile.clone(), good.clone())]).unwrap();
    // Somebody rewrites a record that stays, and is in the last tile of what goes.
    let whole = disk.read_at(&name, 0, usize::MAX).unwrap();
    let at = usize::try_from(crate::files::header_len(300)).unwrap();
    let frame = crate::frame::decode(&whole[at..]).unwrap();
    let record = String::from_utf8(frame.record.to_vec()).unwrap().replace("alice", "mally");
    let mut forged = whole[..at].to_vec();
    crate::frame::encode(record.as_bytes(), &[], crate::frame::leaf(record.as_bytes()), &mut forged);
    forged.extend_from_slice(&whole[at + frame.size()..]);
    disk.keep(&[(name.clone(), forged)]).unwrap();
    let fault = bench.prune(300, &Holds::default()).unwrap_err();
    assert!(fault.to_string().contains("changed: entry 300, tile"), "{fault}");
    assert_eq!(disk.read_at(&tile, 0, 9000).unwrap(), good);
    assert_eq!(crate::retention::index(&disk), Ok(0));
    // A tile that is provably wrong is replaced.
    disk.keep(&[(name, whole), (tile.clone(), vec![7; 8192])]).unwrap();
    assert_eq!(bench.prune(300, &Holds::default()).unwrap().to, 300);
    assert_eq!(disk.read_at(&tile, 0, 9000).unwrap(), good);
    assert_eq!(assert_whole(&disk, &bench.acknowledged), 300);
}

#[test]
fn a_segment_that_was_changed_is_not_pruned() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    bench.disk.flip("00000000000000000100.log", 500);
    let fault = bench.prune(300, &Holds::default()).unwrap_err();
    assert!(fault.to_string().starts_with("nothing is pruned, for the log is damaged: changed: entry 1"), "{fault}");
    assert_eq!(crate::retention::index(&bench.disk), Ok(0));
}

#[test]
fn a_segment_without_its_last_checkpoint_is_not_pruned() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    let mut disk = bench.disk.clone();
    crate::storage::Storage::keep(&mut disk, &[("00000000000000000100.checkpoints".to_owned(), Vec::new())]).unwrap();
    let fault = bench.prune(300, &Holds::default()).unwrap_err();
    assert!(fault.to_string().contains("the checkpoint of 200 entries"), "{fault}");
    assert_eq!(crate::retention::index(&disk), Ok(0));
}

#[test]
fn the_last_tile_must_be_full_first() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    // 600 entries: the tile of entry 599 covers 512 to 767.
    bench.event();
    bench.turn();
    let pruned = bench.prune(u64::MAX, &Holds::default()).unwrap();
    assert_eq!(pruned.stopped.as_deref(), Some("the tile of entry 599 is not full yet"));
    assert_eq!(pruned.to, 500);
    assert_eq!(assert_whole(&bench.disk, &bench.acknowledged), 500);
}

#[test]
fn a_head_from_before_the_pruning_is_an_older_copy_and_does_no_harm() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let mut bench = full(6);
    let head = crate::storage::Source::read_at(&bench.disk, "head", 0, 8192).unwrap();
    bench.prune(300, &Holds::default()).unwrap();
    let disk = bench.disk.kill();
    let newest = crate::storage::Source::read_at(&disk, "head", 0, 8192).unwrap();
    crate::storage::Storage::write_head(&mut disk.clone(), 0, &head).unwrap();
    let Err(crate::OpenError::Damaged(fault)) = Bench::open(disk.clone()) else { panic!("it is taken") };
    assert!(fault.segment == "head" && fault.what.contains("older copy"), "{fault}");
    crate::storage::Storage::write_head(&mut disk.clone(), 0, &newest).unwrap();
    let mut next = Bench::open(disk.clone()).unwrap();
    next.close();
    assert_eq!(assert_whole(&disk, &bench.acknowledged), 300);
}
