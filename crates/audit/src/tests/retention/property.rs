//! Whatever is written, pruned and lost in whichever order: what is left is a log, and its proofs hold.

use super::*;
use crate::Holds;
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize),
    Call,
    Prune(u64),
    /// The power goes at that operation of a pruning.
    Cut(u64, usize),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1_usize..150).prop_map(Step::Write),
        1 => Just(Step::Call),
        3 => (0_u64..900).prop_map(Step::Prune),
        2 => (0_u64..900, 0_usize..40).prop_map(|(end, at)| Step::Cut(end, at)),
        1 => Just(Step::Reopen),
    ]
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_left_is_a_log(
        steps in proptest::collection::vec(step(), 4..40),
        choices in proptest::collection::vec(0_usize..1 << 20, 64),
    ) {
        let runtime = runtime();
        let _entered = runtime.enter();
        let mut choices = choices.into_iter().cycle();
        let mut choose = |below: usize| choices.next().unwrap() % below;
        let (mut bench, mut acknowledged, mut least) = (Bench::open(Memory::default()).unwrap(), Vec::new(), 0);
        // A log without entries has no checkpoint.
        for step in std::iter::once(Step::Write(1)).chain(steps) {
            match step {
                Step::Write(count) => {
                    (0..count).for_each(|_| bench.event());
                    bench.turn();
                }
                Step::Call => {
                    bench.intent();
                    bench.turn();
                    bench.conclude();
                    bench.turn();
                }
                Step::Prune(end) => {
                    let pruned = bench.prune(end, &Holds::default()).unwrap();
                    prop_assert!(pruned.from == least && pruned.to >= least && pruned.to <= end.max(least));
                    least = pruned.to;
                }
                Step::Cut(end, at) => {
                    bench.disk.die(bench.disk.operations().len() + at);
                    let _ = bench.prune(end, &Holds::default());
                    acknowledged.append(&mut bench.acknowledged);
                    bench = Bench::open(bench.disk.crash(&mut choose)).map_err(|e| TestCaseError::fail(e.to_string()))?;
                }
                Step::Reopen => {
                    bench.close();
                    acknowledged.append(&mut bench.acknowledged);
                    bench = Bench::open(bench.disk.kill()).map_err(|e| TestCaseError::fail(e.to_string()))?;
                }
            }
            let now = crate::retention::index(&bench.disk).unwrap();
            prop_assert!(now >= least);
            least = now;
        }
        bench.close();
        acknowledged.append(&mut bench.acknowledged);
        prop_assert_eq!(assert_whole(&bench.disk, &acknowledged), least);
    }
}
