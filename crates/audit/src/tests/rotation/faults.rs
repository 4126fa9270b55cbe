//! Every step of two changes of key fails once in every way, and the process ends at every one of them.

use crate::body::Body;
use crate::log::Rotated;
use crate::queue::{Queue, Rotation};
use crate::tests::memory::keys::{Keys, key};
use crate::tests::memory::{FAILURES, Memory};
use crate::tests::{clock, config};
use crate::verify::{Options, Verified, check_with};
use crate::writer::Writer;
use crate::{Config, Event, EventKind, Facts, Fault, Mode, OpenError, Receipt};
use casemate_core::Refusal;
use casemate_tlog::{Note, Verifier};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot::{Receiver, channel};

/// How a log is written: its mode, and how long its segments get, in bytes.
type Kind = (Mode, u64);

const FSYNC: Kind = (Mode::Fsync, 2500);
/// The segment is full at every opening.
const SHORT: Kind = (Mode::Fsync, 1);

/// A writer that is driven by hand.
struct Bench {
    queue: Arc<Queue>,
    writer: Option<Writer>,
    events: Vec<Receiver<Result<Receipt, Refusal>>>,
    rotations: Vec<Receiver<Result<Rotated, Refusal>>>,
    rotated: Vec<Rotated>,
    refused: usize,
}

impl Bench {
    fn open(disk: &Memory, keys: &Keys, (mode, segment_bytes): Kind) -> Result<Self, OpenError> {
        let checkpoint_every = Duration::ZERO;
        let config = Config { segment_bytes, checkpoint_every, mode, ..config(Path::new("")) };
        let queue = Queue::new(config, clock().0, crate::subjects::Subjects::default());
        let writer = Writer::open(Box::new(disk.clone()), keys.signers()?, Arc::clone(&queue))?;
        let (events, rotations, rotated) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { queue, writer: Some(writer.0), events, rotations, rotated, refused: 0 })
    }

    fn event(&mut self) {
        let (answer, receiver) = channel();
        let (kind, actor) = (EventKind::Admin, "alice".to_owned());
        let event = Event { kind, actor, policy: None, detail: None, facts: Facts::new() };
        if self.queue.event(Body::event(&event), answer).is_ok() {
            self.events.push(receiver);
        }
        self.turn();
    }

    fn rotate(&mut self) {
        let (answer, receiver) = channel();
        if self.queue.rotation(Rotation { actor: "alice".to_owned(), answer }).is_ok() {
            self.rotations.push(receiver);
        }
        self.turn();
    }

    fn turn(&mut self) {
        if self.writer.as_mut().is_some_and(|writer| !writer.turn(Duration::ZERO)) {
            self.writer = None;
        }
        for mut receiver in std::mem::take(&mut self.rotations) {
            match receiver.try_recv() {
                Ok(Ok(rotated)) => self.rotated.push(rotated),
                _ => self.refused += 1,
            }
        }
    }

    fn close(&mut self) {
        self.queue.close();
        while self.writer.is_some() {
            self.turn();
        }
    }
}

fn scenario(bench: &mut Bench) {
    bench.event();
    bench.rotate();
    bench.event();
    bench.event();
    bench.rotate();
    bench.event();
}

fn verify(disk: &Memory, keys: &[Verifier]) -> Result<Verified, Fault> {
    check_with(disk, &mut Options { keys: keys.to_vec(), ..Options::default() })
}

/// Who of the keys up to `last` has signed a note, the first key first.
fn signers(note: &str, last: u8) -> Vec<u8> {
    let note = Note::parse(note.as_bytes()).unwrap();
    (7..=last).filter(|of| note.open([key(*of).verifier()]).is_ok()).collect()
}

/// What must hold once the log was opened again, whatever happened before.
fn assert_whole(disk: &Memory, keys: &Keys, kind: Kind, what: &str) {
    let before = keys.contents();
    let mut bench = Bench::open(disk, keys, kind).unwrap_or_else(|error| panic!("{what}: {error}"));
    bench.event();
    bench.close();
    let contents = keys.contents();
    assert_eq!(contents.next, None, "{what}: the change was finished");
    assert_eq!(contents.key, before.next.unwrap_or(before.key), "{what}: no further key was made");
    let newest = key(contents.key).verifier().clone();
    if contents.key > 7 {
        assert_eq!(contents.public, newest.to_string(), "{what}");
        let all: Vec<String> = (7..=contents.key).map(|of| key(of).verifier().to_string()).collect();
        assert_eq!(contents.list, all, "{what}");
    }
    // Whichever key a verifier has, the log is good to it.
    let (mut given, mut unverified) = (Vec::new(), u64::MAX);
    for of in 7..=contents.key {
        let one = key(of).verifier().clone();
        let verified = verify(disk, std::slice::from_ref(&one)).unwrap_or_else(|fault| panic!("{what}: {of}: {fault}"));
        // A later key is enough where the first checkpoint failed and the next one bears both signatures.
        assert!(verified.unverified == 0 || of > 7, "{what}");
        given.push(one);
        unverified = unverified.min(verify(disk, &given).unwrap().unverified);
    }
    assert_eq!(unverified, 0, "{what}");
    assert_eq!(rotations(disk), u64::from(contents.key - 7), "{what}: each change has one record");
    // From the first checkpoint on that a key has signed, written or not, none is signed by those before it alone.
    let mut highest = 7;
    for note in disk.signed() {
        let by = signers(note.strip_suffix('\n').unwrap(), contents.key);
        assert!(by.last().is_some_and(|last| *last >= highest), "{what}: {by:?} after {highest}");
        assert!(by.len() <= 2, "{what}: {by:?}");
        highest = by.last().copied().unwrap();
    }
}

fn run(kind: Kind, prepare: impl FnOnce(&Memory)) -> (Memory, Keys, Option<Bench>) {
    let disk = Memory::default();
    prepare(&disk);
    let keys = Keys::new(&disk);
    let bench = Bench::open(&disk, &keys, kind).ok().map(|mut bench| {
        scenario(&mut bench);
        bench
    });
    (disk, keys, bench)
}

#[test]
fn each_step_of_a_change_of_key_may_fail_in_each_way() {
    for kind in [FSYNC, (Mode::Async, 2500), SHORT] {
        let (disk, keys, bench) = run(kind, |_| ());
        let mut bench = bench.unwrap();
        bench.close();
        assert_eq!((bench.rotated.len(), bench.refused, keys.contents().key), (2, 0, 9));
        let [first, second] = [&bench.rotated[0], &bench.rotated[1]];
        assert_eq!((&first.old, &first.new), (key(7).verifier(), key(8).verifier()));
        assert_eq!((&second.old, &second.new), (key(8).verifier(), key(9).verifier()));
        assert!(second.receipt.is_some_and(|receipt| receipt.index < second.size));
        let operations = disk.operations();
        for step in ["prepare key", "list keys", "publish key", "promote key"] {
            assert!(operations.contains(&step));
        }
        assert_whole(&disk.kill(), &keys.on(&disk.kill()), kind, "nothing");
        for (at, operation) in operations.iter().enumerate() {
            for failure in FAILURES {
                let what = format!("{kind:?} {at} {operation} {failure:?}");
                let (disk, keys, bench) = run(kind, |disk| disk.fail(at, failure));
                if let Some(mut bench) = bench {
                    bench.close();
                }
                let after = disk.kill();
                assert_whole(&after, &keys.on(&after), kind, &what);
            }
        }
    }
}

#[test]
fn the_process_may_end_and_the_power_may_go_between_any_two_steps() {
    for kind in [FSYNC, SHORT] {
        let operations = run(kind, |_| ()).0.operations().len();
        for at in 0..operations {
            dies(kind, at);
        }
    }
}

fn dies(kind: Kind, at: usize) {
    let (disk, keys, bench) = run(kind, |disk| disk.die(at));
    drop(bench);
    for seed in 0..4_usize {
        let mut state = seed.wrapping_mul(0x9e37_79b9) + at;
        let choose = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let after = if seed == 0 { disk.kill() } else { disk.crash(choose) };
        assert_whole(&after, &keys.on(&after), kind, &format!("{kind:?} operation {at}, seed {seed}"));
    }
}

#[test]
fn what_got_stuck_goes_on_when_it_is_asked_for_again() {
    for step in ["prepare key", "append", "sync", "list keys", "publish key", "promote key"] {
        for failure in FAILURES {
            let what = format!("{step} {failure:?}");
            let disk = Memory::default();
            let keys = Keys::new(&disk);
            let mut bench = Bench::open(&disk, &keys, FSYNC).unwrap();
            bench.event();
            disk.fail_next(step, failure);
            bench.rotate();
            assert_eq!((bench.refused, bench.rotated.len()), (1, 0), "{what}");
            bench.event();
            bench.rotate();
            assert_eq!(bench.rotated.len(), 1, "{what}");
            assert_eq!((&bench.rotated[0].old, keys.contents().key), (key(7).verifier(), 8), "{what}");
            bench.close();
            assert_whole(&disk.kill(), &keys.on(&disk.kill()), FSYNC, &what);
        }
    }
}

/// How many records of a change of key there are.
fn rotations(disk: &Memory) -> u64 {
    disk.entries().iter().filter(|json| json["event"] == "rotate").map(|_| 1).sum()
}

#[test]
fn a_start_goes_on_where_the_files_of_the_keys_do_not_and_records_nothing_again() {
    for step in ["list keys", "publish key", "promote key"] {
        let disk = Memory::default();
        let keys = Keys::new(&disk);
        let mut bench = Bench::open(&disk, &keys, FSYNC).unwrap();
        bench.event();
        disk.fail_next(step, FAILURES[0]);
        bench.rotate();
        assert_eq!((bench.refused, bench.rotated.len()), (1, 0), "{step}");
        bench.close();
        for _ in 0..3 {
            disk.fail_next(step, FAILURES[0]);
            let mut bench = Bench::open(&disk, &keys, FSYNC).unwrap_or_else(|error| panic!("{step}: {error}"));
            bench.event();
            bench.close();
            assert_eq!((keys.contents().key, keys.contents().next), (7, Some(8)), "{step}");
            assert_eq!(rotations(&disk), 1, "{step}");
            let newest = crate::verify::newest(&disk).unwrap().unwrap();
            assert_eq!(signers(&newest.note, 8), [7, 8], "{step}: both sign until the files take it");
        }
        assert_whole(&disk.kill(), &keys.on(&disk.kill()), FSYNC, step);
    }
}

#[test]
fn the_next_key_signs_nothing_before_its_record() {
    let disk = Memory::default();
    let keys = Keys::new(&disk);
    let mut bench = Bench::open(&disk, &keys, SHORT).unwrap();
    bench.event();
    bench.close();
    // The process ended when the key had been made.
    crate::keys::KeyFiles::prepare(&mut keys.clone(), "casemate/audit").unwrap();
    let mut bench = Bench::open(&disk, &keys, SHORT).unwrap();
    bench.event();
    bench.close();
    let record = disk.entries().iter().find(|json| json["event"] == "rotate").unwrap()["seq"].as_u64().unwrap();
    for note in disk.signed() {
        let note = note.strip_suffix('\n').unwrap();
        let size = casemate_tlog::Checkpoint::parse(Note::parse(note.as_bytes()).unwrap().text()).unwrap().size();
        assert_eq!(signers(note, 8).contains(&8), size > record, "{size}");
    }
}

#[test]
fn a_log_without_files_of_its_key_keeps_it() {
    let disk = Memory::default();
    let queue = Queue::new(config(Path::new("")), clock().0, crate::subjects::Subjects::default());
    let (mut writer, _) = Writer::open(Box::new(disk.clone()), key(7), Arc::clone(&queue)).unwrap();
    let (answer, mut receiver) = channel();
    queue.rotation(Rotation { actor: "alice".to_owned(), answer }).unwrap();
    assert!(writer.turn(Duration::ZERO));
    let refused = receiver.try_recv().unwrap().unwrap_err();
    assert!(refused.detail.is_some_and(|detail| detail.contains("the key of this log is in no file")));
    drop(writer);
    let (answer, _) = channel();
    assert!(queue.rotation(Rotation { actor: "alice".to_owned(), answer }).is_err(), "the log has ended");
    assert_eq!(verify(&disk, &[key(7).verifier().clone()]).map(|verified| verified.unverified), Ok(0));
}
