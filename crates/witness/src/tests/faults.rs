//! Whatever the disk does and whenever the witness dies: what it has cosigned stays on one branch.

use super::memory::{Fault, Memory};
use super::{ORIGIN, TestLog, asked, clock, cosigner, logs};
use crate::witness::{Answer, Unavailable, Witness};
use casemate_tlog::witness::{Refusal, State};
use proptest::prelude::*;

fn open(memory: &Memory, log: &TestLog, new: bool, now: u64) -> Witness {
    Witness::with(Box::new(memory.clone()), logs(&[log.vkey()]), cosigner("w"), clock(now).0, new).unwrap()
}

#[test]
fn what_cannot_be_stored_is_not_cosigned() {
    let log = TestLog::new(ORIGIN, 20);
    for (at, fault) in (0..3).flat_map(|at| [Fault::Nothing, Fault::Done, Fault::Half].map(|fault| (at, fault))) {
        for keeps in [false, true] {
            let memory = Memory::default();
            let witness = open(&memory, &log, true, 5);
            assert!(matches!(witness.add(log.body(0, 3).as_bytes()), Answer::Cosigned(_)));
            memory.fail(at, fault);
            let refused = witness.add(log.body(3, 10).as_bytes());
            assert_eq!(refused, Answer::Unavailable(Unavailable::Storage), "{at} {fault:?}");
            assert!(!witness.is_healthy());
            // It goes on from what it has cosigned, and so does one that starts again.
            let next = witness.add(log.body(3, 7).as_bytes());
            assert!(matches!(next, Answer::Cosigned(_)), "{at} {fault:?}: {next:?}");
            assert!(witness.is_healthy());
            memory.fail(at, fault);
            assert_eq!(witness.add(log.body(7, 20).as_bytes()), Answer::Unavailable(Unavailable::Storage));
            drop(witness);
            memory.crash(keeps);
            let again = open(&memory, &log, false, 6);
            let Answer::Refused(Refusal::Conflict(size)) = again.add(log.body(0, 20).as_bytes()) else {
                panic!("it has forgotten")
            };
            assert!(size == 7 || size == 20, "{size}");
            assert!(matches!(again.add(log.body(size, 20).as_bytes()), Answer::Cosigned(_)));
            assert!(!memory.names_end_in_partial(), "nothing half written stays");
        }
    }
}

impl Memory {
    fn names_end_in_partial(&self) -> bool {
        use crate::storage::Storage as _;
        self.names().unwrap().iter().any(|name| name.ends_with(".partial"))
    }
}

#[test]
fn the_same_checkpoint_is_cosigned_anew_without_writing_each_time() {
    let log = TestLog::new(ORIGIN, 8);
    let memory = Memory::default();
    let (time, now) = clock(1000);
    let witness = Witness::with(Box::new(memory.clone()), logs(&[log.vkey()]), cosigner("w"), time, true).unwrap();
    let set = |seconds| now.store(seconds, std::sync::atomic::Ordering::Relaxed);
    let add = |old, new| witness.add(log.body(old, new).as_bytes());
    let (Answer::Cosigned(first), before) = (add(0, 8), memory.operations()) else { panic!("refused") };
    assert_eq!(add(8, 8), Answer::Cosigned(first.clone()));
    set(1059);
    assert!(matches!(add(8, 8), Answer::Cosigned(line) if line != first));
    assert_eq!(memory.operations(), before);
    // Its last time was 1059: no cosignature may say that it was made before.
    set(1058);
    assert_eq!(add(8, 8), Answer::Unavailable(Unavailable::Clock));
    set(1060);
    let Answer::Cosigned(third) = add(8, 8) else { panic!("refused") };
    assert!(memory.operations() > before, "what is served lags by a minute at most");
    let hash = crate::state::origin_hash(ORIGIN);
    assert_eq!(witness.latest(&hash).as_deref(), Some(format!("{}{third}", log.note(8)).as_str()));
    assert_eq!(witness.latest("0"), None);
    // The time is remembered, too.
    let again = open(&memory, &log, false, 1059);
    assert_eq!(again.add(log.body(8, 8).as_bytes()), Answer::Unavailable(Unavailable::Clock));
    let zero = open(&Memory::default(), &log, true, 0);
    assert_eq!(zero.add(log.body(0, 8).as_bytes()), Answer::Unavailable(Unavailable::Clock), "no clock");
}

#[test]
fn a_fork_is_kept_as_evidence_once() {
    use crate::storage::Storage as _;
    let (log, fork) = (TestLog::new(ORIGIN, 12), TestLog::branch(ORIGIN, 12, 6, 1));
    let memory = Memory::default();
    let witness = open(&memory, &log, true, 5);
    assert!(matches!(witness.add(log.body(0, 9).as_bytes()), Answer::Cosigned(_)));
    let forks = || memory.names().unwrap().into_iter().filter(|name| name.contains(".fork.")).collect::<Vec<_>>();
    // Another size with a bad proof proves nothing.
    assert_eq!(witness.add(fork.body(9, 12).as_bytes()), Answer::Refused(Refusal::Inconsistent));
    assert_eq!(forks(), [""; 0]);
    for body in [fork.body(9, 9), fork.body(0, 9), fork.body(9, 9)] {
        assert!(matches!(witness.add(body.as_bytes()), Answer::Refused(_)));
        let [file] = forks().try_into().unwrap();
        assert_eq!(memory.read(&file).unwrap().unwrap(), fork.note(9).as_bytes());
    }
    // The key holder cannot fill the disk with them.
    for branch in 2..30 {
        let fork = TestLog::branch(ORIGIN, 9, 6, branch);
        assert_eq!(witness.add(fork.body(9, 9).as_bytes()), Answer::Refused(Refusal::Fork(9)));
    }
    assert_eq!(forks().len(), crate::config::MAX_FORKS);
    let again = open(&memory, &log, false, 5);
    assert_eq!(again.add(TestLog::branch(ORIGIN, 9, 6, 99).body(9, 9).as_bytes()), Answer::Refused(Refusal::Fork(9)));
    assert_eq!(forks().len(), crate::config::MAX_FORKS);
}

/// One step of a hostile log with a failing disk under the witness.
#[derive(Debug, Clone)]
enum Step {
    /// Submits a checkpoint of one of two branches, with a proof from the size that is told.
    Submit { fork: bool, new: u64 },
    /// The operation after this many fails so.
    Fail(usize, Fault),
    /// The process dies; what was not synced may be lost or not.
    Crash(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![Just(Fault::Nothing), Just(Fault::Done), Just(Fault::Half)];
    prop_oneof![
        4 => (any::<bool>(), 0..40_u64).prop_map(|(fork, new)| Step::Submit { fork, new }),
        2 => (0..4_usize, fault).prop_map(|(at, fault)| Step::Fail(at, fault)),
        1 => any::<bool>().prop_map(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    /// Nobody ever holds two cosigned checkpoints that do not fit together, and each later one continues the one before.
    #[test]
    fn what_was_cosigned_stays_on_one_branch(steps in prop::collection::vec(step(), 1..60)) {
        let (log, fork) = (TestLog::new(ORIGIN, 40), TestLog::branch(ORIGIN, 40, 7, 1));
        let memory = Memory::default();
        let mut witness = open(&memory, &log, true, 5);
        let mut cosigned: Vec<(State, bool)> = Vec::new();
        for step in steps {
            match step {
                Step::Fail(at, fault) => memory.fail(at, fault),
                Step::Crash(keeps) => {
                    drop(witness);
                    memory.crash(keeps);
                    witness = open(&memory, &log, false, 5);
                }
                Step::Submit { fork: is_fork, new } => {
                    let tree = if is_fork { &fork } else { &log };
                    let mut body = tree.body(0, new);
                    let mut answer = witness.add(body.as_bytes());
                    if let Answer::Refused(Refusal::Conflict(old)) = answer {
                        body = tree.body(old.min(new), new);
                        answer = witness.add(body.as_bytes());
                    }
                    if let Answer::Cosigned(_) = answer {
                        let state = asked(&body);
                        let before = cosigned.last().map_or(0, |(state, _)| state.size);
                        prop_assert!(state.size >= before, "it went back");
                        cosigned.push((state, is_fork));
                    }
                }
            }
        }
        memory.mend();
        let fits = |tree: &TestLog| cosigned.iter().all(|(state, _)| tree.state(state.size) == *state);
        prop_assert!(fits(&log) || fits(&fork), "two histories are cosigned");
    }
}

#[test]
fn of_two_at_once_neither_is_rolled_back() {
    let log = TestLog::new(ORIGIN, 40);
    let memory = Memory::default();
    let witness = open(&memory, &log, true, 5);
    assert!(matches!(witness.add(log.body(0, 5).as_bytes()), Answer::Cosigned(_)));
    for round in 0..10_u64 {
        let old = 5 + 3 * round;
        let answers = std::thread::scope(|scope| {
            let add = |new| {
                scope.spawn({
                    let (witness, log) = (&witness, &log);
                    move || witness.add(log.body(old, new).as_bytes())
                })
            };
            let both = [add(old + 1), add(old + 3)];
            both.map(|thread| thread.join().unwrap())
        });
        let cosigned = answers.iter().filter(|answer| matches!(answer, Answer::Cosigned(_))).count();
        assert_eq!(cosigned, 1, "{answers:?}");
        // Whichever came first, the larger one follows it.
        let Answer::Refused(Refusal::Conflict(size)) = witness.add(log.body(0, 40).as_bytes()) else { panic!() };
        assert!(size == old + 1 || size == old + 3);
        let answer = witness.add(log.body(size, old + 3).as_bytes());
        assert!(matches!(answer, Answer::Cosigned(_)), "{answer:?}");
    }
}
