//! The self-test: passed by a store that keeps its word, and by no other.

use super::*;

fn whole() -> ProbePlan {
    ProbePlan { legal_hold: true, suspend_versioning: true, ..plan() }
}

#[tokio::test]
async fn a_store_that_keeps_its_word_passes() {
    let setup = setup(Lie::None).await;
    let probe = setup.s3.probe(&whole()).await;
    assert_eq!(probe.verdict(), Verdict::Held, "{probe}");
    let names: Vec<_> = probe.steps.iter().map(|step| step.name).collect();
    let expected = [
        "write",
        "read",
        "put-again",
        "overwrite",
        "release-hold",
        "delete",
        "delete-marker",
        "delete-version",
        "delete-bypass",
        "extend",
        "shorten",
        "shorten-bypass",
        "downgrade",
        "downgrade-bypass",
        "suspend",
        "read-again",
    ];
    assert_eq!(names, expected);
    assert_eq!(step(&probe, "put-again").got, "412 PreconditionFailed");
    assert_eq!(step(&probe, "delete-version").got, "403 AccessDenied");
    assert_eq!(step(&probe, "suspend").got, "409 InvalidBucketState");
}

#[tokio::test]
async fn holds_and_versioning_are_left_alone_unless_asked_for() {
    let setup = setup(Lie::None).await;
    let probe = setup.s3.probe(&plan()).await;
    assert_eq!(probe.verdict(), Verdict::Held, "{probe}");
    assert!(probe.steps.iter().all(|step| !["release-hold", "suspend"].contains(&step.name)));
    let seen = setup.store.seen.lock().unwrap().join("\n");
    assert!(!seen.contains("legal-hold=") && !seen.contains("versioning="), "{seen}");
}

#[tokio::test]
async fn each_lie_is_found_by_name() {
    for (lie, name, got) in [
        (Lie::LosesLock, "write", "unlocked"),
        (Lie::LocksLess, "write", "unlocked"),
        (Lie::LocksShorter, "write", "unlocked"),
        (Lie::LosesHold, "write", "unlocked"),
        (Lie::LosesChecksum, "write", "unchecked"),
        (Lie::OtherChecksum, "write", "changed"),
        (Lie::Unversioned, "write", "unversioned"),
        (Lie::NullVersion, "write", "unversioned"),
        (Lie::OtherVersion, "write", "changed"),
        (Lie::Redirects, "write", "refused"),
        (Lie::Giant, "write", "net"),
        (Lie::Garbles, "write", "refused"),
        (Lie::OtherBytes, "read", "changed"),
        (Lie::MoreBytes, "read", "changed"),
        (Lie::IgnoresCondition, "put-again", "200: accepted"),
        (Lie::Overwrites, "overwrite", "the version has other contents"),
        (Lie::MarkerKills, "delete", "gone"),
        (Lie::Deletes, "delete-version", "204: accepted"),
        (Lie::SaysNoAndDeletes, "delete-version", "403 AccessDenied, yet gone"),
        (Lie::DeletesWithBypass, "delete-bypass", "204: accepted"),
        (Lie::ExtendsNot, "extend", "its retention is shorter"),
        (Lie::Shortens, "shorten", "200: accepted"),
        (Lie::ShortensWithBypass, "shorten-bypass", "200: accepted"),
        (Lie::Downgrades, "downgrade", "200: accepted"),
        (Lie::DowngradesWithBypass, "downgrade-bypass", "200: accepted"),
        (Lie::Suspends, "suspend", "200: accepted"),
    ] {
        let setup = setup(lie).await;
        let probe = setup.s3.probe(&whole()).await;
        assert_eq!(probe.verdict(), Verdict::Broken, "{lie:?}: {probe}");
        let first = probe.of(Verdict::Broken).next().unwrap();
        assert_eq!(first.name, name, "{lie:?}: {probe}");
        assert!(first.got.starts_with(got), "{lie:?}: {probe}");
    }
}

#[tokio::test]
async fn a_refusal_for_want_of_a_right_proves_nothing() {
    for (lie, unproven) in [
        (Lie::NoRightToDelete, &["delete-marker", "delete-version", "delete-bypass"][..]),
        (Lie::NoRightToRetain, &["extend", "shorten", "shorten-bypass", "downgrade", "downgrade-bypass"]),
    ] {
        let setup = setup(lie).await;
        let probe = setup.s3.probe(&whole()).await;
        assert_eq!(probe.verdict(), Verdict::Unproven, "{lie:?}: {probe}");
        let names: Vec<_> = probe.of(Verdict::Unproven).map(|step| step.name).collect();
        assert_eq!(names, unproven, "{lie:?}");
    }
}

#[tokio::test]
async fn a_store_that_is_away_proves_nothing() {
    let setup = setup(Lie::Busy(99)).await;
    let probe = setup.s3.probe(&plan()).await;
    assert_eq!(probe.verdict(), Verdict::Unproven, "{probe}");
    assert_eq!(probe.steps.len(), 1);
}

#[tokio::test]
async fn versioning_that_was_suspended_is_turned_on_again() {
    let setup = setup(Lie::Suspends).await;
    let probe = setup.s3.probe(&whole()).await;
    assert_eq!(step(&probe, "suspend").verdict, Verdict::Broken);
    assert_eq!(setup.store.seen.lock().unwrap().iter().filter(|line| line.contains("versioning=")).count(), 2);
}

#[tokio::test]
async fn a_probe_can_be_run_again_under_another_name_only() {
    let setup = setup(Lie::None).await;
    assert_eq!(setup.s3.probe(&plan()).await.verdict(), Verdict::Held);
    let again = setup.s3.probe(&plan()).await;
    // The first probe's key now has other contents on top.
    assert_eq!((again.verdict(), again.steps[0].name), (Verdict::Broken, "write"), "{again}");
    let other = ProbePlan::new(key("gateway-1-1795348801"));
    assert_eq!(setup.s3.probe(&other).await.verdict(), Verdict::Held);
}

#[tokio::test]
async fn the_table_shows_each_step_on_one_line() {
    let setup = setup(Lie::Shortens).await;
    let text = setup.s3.probe(&plan()).await.to_string();
    assert!(text.starts_with("s3 bucket audit-log/logs/gateway-1 at http://127.0.0.1:"));
    assert!(text.lines().next().unwrap().ends_with(": BROKEN"));
    assert!(text.contains("\n  BROKEN    shorten           refused, no effect"), "{text}");
    assert_eq!(text.lines().count(), 15, "{text}");
}
