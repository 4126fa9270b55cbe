//! Random calls on a disk that fails at random, then the power goes: nothing that was acknowledged is lost.

use super::faults::Bench;
use super::memory::{FAILURES, Memory};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Intent,
    Abandoned,
    Event,
    Observe,
    Conclude,
    Abandon,
    Turn,
    Kill,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Intent),
        1 => Just(Step::Abandoned),
        1 => Just(Step::Event),
        1 => Just(Step::Observe),
        3 => Just(Step::Conclude),
        1 => Just(Step::Abandon),
        5 => Just(Step::Turn),
        1 => Just(Step::Kill),
        1 => Just(Step::Reopen),
    ]
}

/// 128 cases, or as many as the environment asks for.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(128);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_was_acknowledged_survives(
        steps in proptest::collection::vec(step(), 1..60),
        failures in proptest::collection::btree_map(8_usize..120, 0..FAILURES.len(), 0..4),
        choices in proptest::collection::vec(0_usize..1 << 20, 64),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let mut choices = choices.into_iter().cycle();
        let mut choose = |below: usize| choices.next().unwrap() % below;
        let disk = Memory::default();
        let mut bench = Bench::open(disk.clone()).unwrap();
        for (operation, failure) in failures {
            disk.fail(operation, FAILURES[failure]);
        }
        for step in steps {
            match step {
                Step::Intent => bench.intent(),
                Step::Abandoned => bench.abandoned(),
                Step::Event => bench.event(),
                Step::Observe => bench.observe(),
                Step::Conclude => bench.conclude(),
                Step::Abandon => bench.abandon(),
                Step::Turn => bench.turn(),
                Step::Kill | Step::Reopen => {
                    if matches!(step, Step::Reopen) {
                        bench.close();
                    }
                    let disk = if matches!(step, Step::Kill) { bench.disk.crash(&mut choose) } else { bench.disk.kill() };
                    let mut next = Bench::open(disk).map_err(|error| TestCaseError::fail(error.to_string()))?;
                    next.acknowledged = std::mem::take(&mut bench.acknowledged);
                    next.granted = std::mem::take(&mut bench.granted);
                    bench = next;
                }
            }
        }
        let after = bench.disk.crash(&mut choose);
        bench.assert_kept(&after);
    }
}
