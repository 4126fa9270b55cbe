//! The algorithm against its definition.

use super::*;
use proptest::prelude::*;

const START: u64 = 1_800_000_000_000;

fn quota(rpm: u32, burst: u32) -> Quota {
    Quota::new(Rate { rpm, burst })
}

#[test]
fn a_burst_and_then_the_rate() {
    let (bucket, quota) = (Bucket::default(), quota(60, 3));
    let now = UnixMillis(START);
    assert_eq!(bucket.take(quota, now), Ok(Left { remaining: 2, reset: 1 }));
    assert_eq!(bucket.take(quota, now), Ok(Left { remaining: 1, reset: 2 }));
    assert_eq!(bucket.take(quota, now), Ok(Left { remaining: 0, reset: 3 }));
    assert_eq!(bucket.take(quota, now), Err(1));
    assert_eq!(bucket.take(quota, now.plus(999)), Err(1));
    assert!(bucket.take(quota, now.plus(1000)).is_ok());
    assert_eq!(bucket.take(quota, now.plus(1000)), Err(1));
    assert_eq!(bucket.take(quota, now.plus(60_000)), Ok(Left { remaining: 2, reset: 1 }));
}

#[test]
fn slow_rates_say_how_long() {
    let (bucket, quota) = (Bucket::default(), quota(1, 1));
    let now = UnixMillis(START);
    assert!(bucket.take(quota, now).is_ok());
    assert_eq!(bucket.take(quota, now), Err(60));
    assert_eq!(bucket.take(quota, now.plus(59_001)), Err(1));
    assert!(bucket.take(quota, now.plus(60_000)).is_ok());
}

#[test]
fn zero_allows_nothing() {
    for (rpm, burst) in [(0, 0), (0, 10), (10, 0)] {
        assert!(Bucket::default().take(quota(rpm, burst), UnixMillis(START)).is_err());
    }
}

#[test]
fn what_is_given_back_can_be_taken_again() {
    let (bucket, quota) = (Bucket::default(), quota(60, 1));
    let now = UnixMillis(START);
    assert!(bucket.take(quota, now).is_ok());
    assert!(bucket.peek(quota, now).is_err());
    bucket.give_back(quota);
    assert!(bucket.peek(quota, now).is_ok() && bucket.is_idle(quota, now));
}

#[test]
fn a_clock_that_jumps_back_neither_locks_out_nor_lets_through() {
    let (bucket, quota) = (Bucket::default(), quota(600, 10));
    assert!(bucket.take(quota, UnixMillis(START + 86_400_000)).is_ok());
    let now = UnixMillis(START);
    assert_eq!(bucket.take(quota, now), Err(1), "it counts as empty");
    let passed = (0..=2000).filter(|ms| bucket.take(quota, now.plus(*ms)).is_ok()).count();
    assert_eq!(passed, 20, "and fills at its rate");
    assert!(!bucket.is_idle(quota, now.plus(2000)) && bucket.is_idle(quota, now.plus(3000)));
}

#[test]
fn threads_that_read_the_clock_apart_gain_nothing() {
    let (bucket, quota) = (Bucket::default(), quota(60, 1));
    assert!(bucket.take(quota, UnixMillis(START)).is_ok());
    for behind in [1, 10, 500] {
        assert!(bucket.take(quota, UnixMillis(START - behind)).is_err());
    }
    assert!(bucket.take(quota, UnixMillis(START + 999)).is_err());
    assert!(bucket.take(quota, UnixMillis(START + 1000)).is_ok());
}

proptest! {
    /// In any window no more pass than the burst and what the rate brings in it.
    #[test]
    fn never_more_than_burst_and_rate(
        rpm in 1_u32..100_000,
        burst in 1_u32..200,
        steps in prop::collection::vec((0_u64..400, 1_usize..30), 1..60),
    ) {
        let (bucket, quota) = (Bucket::default(), quota(rpm, burst));
        let mut now = START;
        let mut passed: Vec<u64> = Vec::new();
        for (pause, tries) in steps {
            now += pause;
            for _ in 0..tries {
                if bucket.take(quota, UnixMillis(now)).is_ok() {
                    passed.push(now);
                }
            }
        }
        for (at, from) in passed.iter().enumerate() {
            for (count, to) in passed[at..].iter().enumerate() {
                let allowed = u128::from(burst) + u128::from(to - from) * u128::from(rpm) / 60_000;
                prop_assert!((count as u128) < allowed, "{} in {} ms", count + 1, to - from);
            }
        }
    }

    /// Whoever waits as long as was said gets through, and not before a second less.
    #[test]
    fn waiting_helps(rpm in 1_u32..10_000, burst in 1_u32..50) {
        let (bucket, quota) = (Bucket::default(), quota(rpm, burst));
        let now = UnixMillis(START);
        for _ in 0..burst {
            prop_assert!(bucket.take(quota, now).is_ok());
        }
        let seconds = bucket.take(quota, now).unwrap_err();
        prop_assert!(seconds >= 1);
        prop_assert!(bucket.peek(quota, now.plus(seconds * 1000)).is_ok());
        if seconds > 1 {
            prop_assert!(bucket.peek(quota, now.plus((seconds - 1) * 1000)).is_err());
        }
    }
}
