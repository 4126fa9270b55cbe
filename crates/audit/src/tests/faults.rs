//! Every operation on the disk fails once in every way, and the power goes at every one of them.

use super::memory::{FAILURES, Failure, Memory};
use super::*;
use crate::body::Body;
use crate::flight::Ticket;
use crate::holds::Holds;
use crate::queue::Queue;
use crate::retention::{Plan, PruneError, Pruned, carry_out, prepare};
use crate::verify::check;
use crate::writer::Writer;
use crate::{Effect, Event, EventKind, Facts, InFlight, Mode, OpenError, Receipt};
use casemate_tlog::{Checkpoint, Frontier, Hash, hash};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::oneshot::Receiver;

type Conclusion = Pin<Box<dyn Future<Output = Result<Receipt, Refusal>>>>;

/// A writer that is driven by hand, and what its callers were told.
pub(super) struct Bench {
    pub(super) disk: Memory,
    pub(super) queue: Arc<Queue>,
    pub(super) writer: Option<Writer>,
    pub(super) intents: Vec<Receiver<Result<Ticket, Refusal>>>,
    plain: Vec<Receiver<Result<Receipt, Refusal>>>,
    tickets: Vec<Ticket>,
    pub(super) conclusions: Vec<Conclusion>,
    pub(super) acknowledged: Vec<Receipt>,
    /// Intents that their callers hold or held a receipt for.
    pub(super) granted: Vec<u64>,
    pub(super) refused: usize,
}

impl Bench {
    pub(super) fn open(disk: Memory) -> Result<Self, OpenError> {
        Self::open_as(disk, Mode::Fsync, Duration::ZERO)
    }

    pub(super) fn open_as(disk: Memory, mode: Mode, checkpoint_every: Duration) -> Result<Self, OpenError> {
        Self::with(disk, Config { segment_bytes: 2500, checkpoint_every, mode, ..config(Path::new("")) })
    }

    pub(super) fn with(disk: Memory, config: Config) -> Result<Self, OpenError> {
        let queue = Queue::new(config, clock().0, crate::subjects::Subjects::default());
        let (writer, _) = Writer::open(Box::new(disk.clone()), signer(), Arc::clone(&queue))?;
        Ok(Self {
            disk,
            queue,
            writer: Some(writer),
            intents: Vec::new(),
            plain: Vec::new(),
            tickets: Vec::new(),
            conclusions: Vec::new(),
            acknowledged: Vec::new(),
            granted: Vec::new(),
            refused: 0,
        })
    }

    pub(super) fn intent(&mut self) {
        let (answer, receiver) = tokio::sync::oneshot::channel();
        match self.queue.intent(Body::intent(&permitted(), &about(), crate::Capture::None), answer) {
            Ok(()) => self.intents.push(receiver),
            Err(_) => self.refused += 1,
        }
    }

    /// An intent whose caller goes away at once.
    pub(super) fn abandoned(&mut self) {
        let (answer, _) = tokio::sync::oneshot::channel();
        let _ = self.queue.intent(Body::intent(&permitted(), &about(), crate::Capture::None), answer);
    }

    pub(super) fn event(&mut self) {
        let (answer, receiver) = tokio::sync::oneshot::channel();
        let event = Event {
            kind: EventKind::Admin,
            actor: "alice".to_owned(),
            policy: None,
            detail: None,
            facts: Facts::new(),
        };
        match self.queue.event(Body::event(&event), answer) {
            Ok(()) => self.plain.push(receiver),
            Err(_) => self.refused += 1,
        }
    }

    /// Prunes as far as `end`, by hand as well.
    pub(super) fn prune(&mut self, end: u64, holds: &Holds) -> Result<Pruned, PruneError> {
        let (mut storage, keys) = (self.disk.clone(), || vec![signer().verifier().clone()]);
        let plan = Plan {
            end,
            now: UnixMillis(NOW),
            retention: Duration::ZERO,
            archived: "an archive",
            holds,
            keys: &keys,
            go_on: &|| true,
        };
        let prepared = prepare(&mut storage, &plan)?;
        let Some(event) = prepared.event() else { return Ok(prepared.nothing()) };
        let (answer, mut receiver) = tokio::sync::oneshot::channel();
        self.queue.event(Body::event(&event), answer).map_err(PruneError::Unrecorded)?;
        self.turn();
        let ended = || Refusal::new(Reason::AuditUnavailable);
        let receipt = receiver.try_recv().unwrap_or_else(|_| Err(ended())).map_err(PruneError::Unrecorded)?;
        self.acknowledged.push(receipt);
        carry_out(&mut storage, prepared, receipt, &keys, || Some(()))
    }

    pub(super) fn observe(&mut self) {
        self.queue.observe(&observed(Reason::TokenExpired));
    }

    fn take(&mut self) -> Option<InFlight> {
        (!self.tickets.is_empty()).then(|| Recorded::new(permitted(), self.tickets.remove(0)).dispatch().1)
    }

    pub(super) fn conclude(&mut self) {
        if let Some(flight) = self.take() {
            let ((), flight) = flight.answered((), b"answer").open();
            let released = Some(Bytes::from_static(b"answer"));
            let outcome = Outcome { released, ..Outcome::new(Effect::Executed, 200) };
            self.conclusions.push(Box::pin(flight.conclude(outcome)));
            self.listen();
        }
    }

    pub(super) fn abandon(&mut self) {
        drop(self.take());
    }

    /// The writer does one round, and its callers hear of it.
    pub(super) fn turn(&mut self) {
        if self.writer.as_mut().is_some_and(|writer| !writer.turn(Duration::ZERO)) {
            self.writer = None;
        }
        self.listen();
    }

    fn listen(&mut self) {
        for mut receiver in std::mem::take(&mut self.intents) {
            match receiver.try_recv() {
                Ok(Ok(ticket)) => {
                    let receipt = ticket.receipt();
                    self.acknowledged.push(receipt);
                    self.granted.push(receipt.index);
                    self.tickets.push(ticket);
                }
                Ok(Err(refusal)) => {
                    assert_eq!((refusal.reason, refusal.retry_after), (Reason::AuditUnavailable, Some(1)));
                    self.refused += 1;
                }
                Err(_) => self.intents.push(receiver),
            }
        }
        for mut receiver in std::mem::take(&mut self.plain) {
            match receiver.try_recv() {
                Ok(Ok(receipt)) => self.acknowledged.push(receipt),
                Ok(Err(_)) => self.refused += 1,
                Err(_) => self.plain.push(receiver),
            }
        }
        for mut conclusion in std::mem::take(&mut self.conclusions) {
            match conclusion.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(receipt)) => self.acknowledged.push(receipt),
                Poll::Ready(Err(refusal)) => {
                    assert_eq!((refusal.reason, refusal.retry_after), (Reason::AuditOutcome, None));
                    self.refused += 1;
                }
                Poll::Pending => self.conclusions.push(conclusion),
            }
        }
    }

    /// Closes the log as far as the disk lets it.
    pub(super) fn close(&mut self) {
        self.queue.close();
        while self.writer.is_some() {
            self.turn();
        }
    }

    /// What must hold once `disk` was opened again: whatever was acknowledged is there, and every intent has one outcome.
    pub(super) fn assert_kept(&self, disk: &Memory) {
        let mut next = Self::open(disk.clone()).unwrap_or_else(|error| panic!("{error}"));
        next.close();
        assert!(check(disk).is_ok(), "{:?}", check(disk));
        let entries: Vec<Entry> = disk.entries().into_iter().map(entry).collect();
        for receipt in &self.acknowledged {
            let there = entries.get(usize::try_from(receipt.index).unwrap()).map(|entry| entry.leaf);
            assert_eq!(there, Some(receipt.leaf), "entry {} was acknowledged", receipt.index);
        }
        assert_one_outcome_each(&entries);
        assert_one_history(&disk.signed(), &entries);
        // A caller who was refused must not find in the log that its call was made.
        for entry in entries.iter().filter(|entry| entry.json["kind"] == "outcome") {
            let intent = entry.json["intent"].as_u64().unwrap();
            assert!(self.granted.contains(&intent) || entry.json["effect"] != "executed", "intent {intent}");
        }
    }
}

/// Whatever the disk did, the log has never signed a tree that is not the beginning of the one that it has now.
fn assert_one_history(signed: &[String], entries: &[Entry]) {
    let (mut tree, mut roots) = (Frontier::new(), vec![hash::EMPTY]);
    for entry in entries {
        tree.push(Hash(entry.leaf.0), |_, _, _| ()).unwrap();
        roots.push(tree.root());
    }
    for note in signed {
        let note = note.strip_suffix('\n').unwrap();
        let (checkpoint, _) = Checkpoint::open(note.as_bytes(), [signer().verifier()]).unwrap();
        let root = roots.get(usize::try_from(checkpoint.size()).unwrap());
        assert_eq!(root, Some(&checkpoint.root()), "{} entries were signed", checkpoint.size());
    }
}

fn entry(json: serde_json::Value) -> Entry {
    let bytes = serde_json::to_vec(&json).unwrap();
    let leaf = crate::frame::leaf(&bytes);
    Entry { index: json["seq"].as_u64().unwrap(), leaf, time: UnixMillis(0), bytes, json }
}

/// Calls of every kind over three segments.
pub(super) fn scenario(bench: &mut Bench) {
    for round in 0..3 {
        bench.intent();
        bench.intent();
        bench.observe();
        bench.turn();
        bench.conclude();
        bench.intent();
        bench.abandoned();
        bench.event();
        bench.turn();
        if round != 1 {
            bench.abandon();
        }
        bench.turn();
        bench.conclude();
        bench.turn();
    }
}

/// The scenario on a disk that fails at one operation; the disk and what callers were told.
fn run(failing: Option<(usize, Failure)>) -> (Memory, Option<Bench>) {
    let disk = Memory::default();
    if let Some((operation, failure)) = failing {
        disk.fail(operation, failure);
    }
    let bench = Bench::open(disk.clone()).ok().map(|mut bench| {
        scenario(&mut bench);
        bench
    });
    (disk, bench)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

#[test]
fn each_operation_may_fail_in_each_way() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let (disk, bench) = run(None);
    let mut bench = bench.unwrap();
    bench.close();
    assert_eq!(bench.refused, 0);
    bench.assert_kept(&disk);
    let operations = disk.operations();
    assert!(
        ["open", "append", "sync", "write head", "sync head", "sync dir", "replace"]
            .iter()
            .all(|o| operations.contains(o))
    );
    for (at, operation) in operations.iter().enumerate() {
        for failure in FAILURES {
            let (disk, bench) = run(Some((at, failure)));
            let Some(mut bench) = bench else {
                // Opening itself failed: nobody was told anything, and the next opening works.
                assert!(Bench::open(disk.kill()).is_ok(), "{at} {operation} {failure:?}");
                continue;
            };
            bench.close();
            assert!(bench.conclusions.is_empty() && bench.intents.is_empty(), "{at} {operation} {failure:?}");
            bench.assert_kept(&disk.kill());
        }
    }
}

#[test]
fn the_power_may_go_at_each_operation() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let operations = run(None).0.operations().len();
    for at in 0..operations {
        for seed in 0..6_usize {
            let disk = Memory::default();
            disk.die(at);
            let bench = Bench::open(disk.clone()).ok().map(|mut bench| {
                scenario(&mut bench);
                bench
            });
            let mut state = seed.wrapping_mul(0x9e37_79b9) + at;
            let choose = |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % below
            };
            let after = disk.crash(choose);
            match bench {
                Some(bench) => bench.assert_kept(&after),
                None => assert!(Bench::open(after).is_ok(), "operation {at}, seed {seed}"),
            }
        }
    }
}

#[test]
fn a_failed_disk_refuses_and_the_log_goes_on_after_it() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open(disk.clone()).unwrap();
    bench.intent();
    bench.turn();
    disk.fail_next("sync", Failure::NotDone);
    bench.conclude();
    bench.intent();
    bench.turn();
    assert_eq!((bench.refused, bench.acknowledged.len()), (2, 1));
    bench.intent();
    bench.turn();
    assert_eq!((bench.refused, bench.acknowledged.len()), (2, 2));
    bench.conclude();
    bench.close();
    let found = disk.entries();
    let kinds: Vec<_> = found.iter().map(|json| json["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["intent", "outcome", "event", "intent", "outcome"]);
    assert_eq!((&found[1]["effect"], &found[1]["reasons"][0]), (&"unknown".into(), &"audit.outcome".into()));
    assert_eq!((&found[2]["event"], &found[4]["effect"]), (&"recovery".into(), &"executed".into()));
    bench.assert_kept(&disk.kill());
}

#[test]
fn a_log_that_does_not_hold_stays_down() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open(disk.clone()).unwrap();
    bench.intent();
    bench.turn();
    disk.flip("00000000000000000000.log", 100);
    disk.fail_next("sync", Failure::NotDone);
    bench.intent();
    bench.turn();
    assert!(bench.writer.is_none());
    bench.intent();
    bench.conclude();
    bench.turn();
    assert_eq!((bench.refused, bench.acknowledged.len()), (3, 1));
    let (_, _, _, writable, fault) = bench.queue.depths();
    let fault = fault.unwrap();
    assert!(!writable && fault.contains("checksum") && fault.contains("until the gateway is restarted"), "{fault}");
    let (answer, _) = tokio::sync::oneshot::channel();
    let refused = bench.queue.intent(Body::intent(&permitted(), &about(), crate::Capture::None), answer).unwrap_err();
    assert_eq!((refused.reason, refused.retry_after), (Reason::AuditUnavailable, Some(60)));
    assert_eq!(refused.detail, Some(fault));
    assert!(matches!(Bench::open(disk.kill()), Err(OpenError::Damaged(_))));
}

#[test]
fn an_outcome_that_comes_too_late_is_followed_by_withheld() {
    let runtime = runtime();
    let _entered = runtime.enter();
    let disk = Memory::default();
    let mut bench = Bench::open(disk.clone()).unwrap();
    bench.intent();
    bench.turn();
    bench.conclude();
    bench.conclusions.clear();
    bench.turn();
    bench.close();
    let found = disk.entries();
    assert_eq!(found.len(), 3);
    assert_eq!(
        (&found[2]["event"], &found[2]["intent"], &found[2]["trace"]),
        (&"withheld".into(), &0.into(), &found[0]["trace"])
    );
}
