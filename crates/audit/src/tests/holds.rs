//! Legal holds against erasures: before, between and after their steps, over restarts and reloads.

use super::calls::eventually;
use super::*;
use crate::subjects::{Owner, State, Subjects};
use crate::{Field, Holds, Refused, Revealed, reveal};

fn who() -> (TenantId, Subject) {
    (principal().tenant, principal().subject)
}

fn owner() -> Owner {
    let (tenant, subject) = who();
    Owner::new(Some(&tenant), Some(&subject))
}

fn on_tenant() -> Holds {
    Holds { tenants: [who().0].into(), ..Holds::default() }
}

fn on_trace() -> Holds {
    Holds { traces: [about().trace].into(), ..Holds::default() }
}

fn held(dir: &Path, holds: Holds) -> Log {
    let config = Config { legal_hold: holds.tenants, held_traces: holds.traces, ..config(dir) };
    Log::open(config, clock().0).unwrap().0
}

fn argument(dir: &Path) -> Revealed {
    reveal(dir, &keys(dir), 0, Field::Arguments, ARGUMENTS.as_bytes()).unwrap()
}

/// A refusal of another subject in a trace.
fn refused(subject: &str, trace: TraceId) -> Refused {
    Refused {
        about: About { trace, ..about() },
        principal: Some(Principal { subject: Subject::parse(subject).unwrap(), ..principal() }),
        server: None,
        method: None,
        tool: None,
        refusal: Refusal::new(Reason::PolicyTool),
        arguments: Some(Bytes::from_static(ARGUMENTS.as_bytes())),
        message: None,
        policy: None,
        inputs: None,
    }
}

async fn erase(log: &Log) -> Result<Option<crate::Erasure>, Refusal> {
    let (tenant, subject) = who();
    log.erase(&tenant, &subject, "ann").await
}

fn says(refusal: &Refusal, what: &str) -> bool {
    refusal.reason == Reason::AuditHold && refusal.message().contains(what)
}

fn states(log: &Log) -> Vec<State> {
    log.queue().subjects.ending().into_iter().map(|ending| ending.state).collect()
}

/// The events of erasures in a log, with what is said of them.
fn events(dir: &Path) -> Vec<(String, bool)> {
    let erasures = all(dir).into_iter().filter(|entry| entry.json.get("fingerprint").is_some());
    let is_held = |text: Option<&str>| text.is_some_and(|text| text.contains("a legal hold keeps the key"));
    erasures
        .map(|entry| (entry.json["event"].as_str().unwrap().to_owned(), is_held(entry.json["detail"].as_str())))
        .collect()
}

#[tokio::test]
async fn a_hold_on_the_tenant_refuses_erasure() {
    let dir = tempfile::tempdir().unwrap();
    let log = held(dir.path(), on_tenant());
    call(&log, "one").await;
    assert!(says(&erase(&log).await.unwrap_err(), "on the tenant"));
    log.hold(Holds { tenants: [TenantId::parse("other").unwrap()].into(), ..Holds::default() });
    assert!(erase(&log).await.unwrap().is_some());
    log.close().await;
}

#[tokio::test]
async fn a_hold_on_a_trace_keeps_the_subjects_of_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = TraceId::parse("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d11").unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    log.refuse(&refused("other", elsewhere)).await.unwrap();
    log.refuse(&refused("late", elsewhere)).await.unwrap();
    log.close().await;
    // Whatever the index says: it is not asked.
    let log = held(dir.path(), on_trace());
    assert_eq!(erase(&log).await.unwrap_err().reason, Reason::AuditHold, "found already, or still looked for");
    log.searched().await;
    assert!(says(&erase(&log).await.unwrap_err(), "on a trace"));
    let tenant = who().0;
    let of = |subject: &str| Subject::parse(subject).unwrap();
    assert!(log.erase(&tenant, &of("other"), "ann").await.unwrap().is_some(), "has no record in it");
    // A record that is made now counts as well, and one of an unknown caller does no harm.
    log.observe(Observed { trace: Some(about().trace), ..observed(Reason::TokenExpired) });
    log.refuse(&refused("late", about().trace)).await.unwrap();
    assert!(says(&log.erase(&tenant, &of("late"), "ann").await.unwrap_err(), "on a trace"));
    // A reload changes it.
    log.hold(Holds { traces: [elsewhere].into(), ..Holds::default() });
    log.searched().await;
    assert!(says(&log.erase(&tenant, &of("late"), "ann").await.unwrap_err(), "on a trace"));
    assert!(erase(&log).await.unwrap().is_some());
    log.hold(Holds::default());
    assert!(log.erase(&tenant, &of("late"), "ann").await.unwrap().is_some());
    log.close().await;
}

#[tokio::test]
async fn a_log_that_cannot_be_read_through_frees_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(Config { segment_bytes: 1, ..config(dir.path()) }, clock().0).unwrap();
    for _ in 0..3 {
        call(&log, "one").await;
    }
    let first = dir.path().join("00000000000000000000.log");
    let whole = std::fs::read(&first).unwrap();
    // The segment is closed and made read-only.
    std::fs::remove_file(&first).unwrap();
    std::fs::write(&first, [&whole[..60], &[7], &whole[61..]].concat()).unwrap();
    log.hold(Holds { traces: [TraceId::from_random([7; 16])].into(), ..Holds::default() });
    log.searched().await;
    assert!(says(&erase(&log).await.unwrap_err(), "could not be found"));
    std::fs::write(&first, &whole).unwrap();
    // Asked again, it looks again.
    while let Err(refusal) = erase(&log).await {
        assert_eq!(refusal.reason, Reason::AuditHold);
        log.searched().await;
    }
    log.close().await;
}

#[tokio::test]
async fn a_hold_that_comes_while_an_erasure_waits_for_its_turn_keeps_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    let turn = log.queue().holds.erasing.lock().await;
    let waiting = tokio::spawn({
        let log = log.clone();
        async move { erase(&log).await }
    });
    tokio::task::yield_now().await;
    log.hold(on_tenant());
    drop(turn);
    assert!(says(&waiting.await.unwrap().unwrap_err(), "on the tenant"));
    assert!(states(&log).is_empty());
    log.close().await;
    assert!(events(dir.path()).is_empty() && argument(dir.path()) == Revealed::Match);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_comes_at_the_last_moment_keeps_the_key_until_it_is_lifted() {
    for holds in [on_tenant(), on_trace()] {
        let memory = memory::Memory::default();
        let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), config(Path::new("")), clock().0).unwrap();
        call(&log, "one").await;
        memory.hang(true);
        let erasing = tokio::spawn({
            let log = log.clone();
            async move { erase(&log).await }
        });
        // The key is marked, and the record that it begins is on its way.
        eventually(|| states(&log) == [State::Doomed]).await;
        log.hold(holds);
        memory.hang(false);
        assert_eq!(erasing.await.unwrap().unwrap_err().reason, Reason::AuditHold);
        assert_eq!(states(&log), [State::Held]);
        let erasures = || -> Vec<_> {
            let all = memory.entries().into_iter().filter(|json| json.get("fingerprint").is_some());
            all.map(|json| json["event"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(erasures(), ["erase", "erase"]);
        // Lifted, it goes on by itself.
        log.hold(Holds::default());
        eventually(|| states(&log).is_empty()).await;
        assert_eq!(erasures(), ["erase", "erase", "erase", "erased"]);
        log.close().await;
    }
}

#[tokio::test]
async fn an_erasure_that_was_begun_and_is_held_now_is_kept_at_the_opening() {
    for holds in [on_tenant(), on_trace()] {
        let dir = tempfile::tempdir().unwrap();
        let (log, _) = open(dir.path());
        call(&log, "one").await;
        log.close().await;
        let subjects = Subjects::open(&keys(dir.path()), true, 0).unwrap().unwrap();
        subjects.doom(owner()).unwrap();
        drop(subjects);
        assert_eq!(argument(dir.path()), Revealed::Erased, "about to be");
        for _ in 0..2 {
            let log = held(dir.path(), holds.clone());
            eventually(|| states(&log) == [State::Held]).await;
            assert_eq!(erase(&log).await.unwrap_err().reason, Reason::AuditHold);
            log.close().await;
            assert_eq!(events(dir.path()), [("erase".to_owned(), true)], "that is recorded, once");
            assert_eq!(argument(dir.path()), Revealed::Match, "what is held can be read");
        }
        let (log, _) = open(dir.path());
        assert!(states(&log).is_empty());
        log.close().await;
        assert_eq!(events(dir.path())[1..], [("erase".to_owned(), false), ("erased".to_owned(), false)]);
        assert_eq!(argument(dir.path()), Revealed::Erased);
    }
}

#[tokio::test]
async fn a_key_that_is_destroyed_already_is_recorded_under_a_hold_too() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    let subjects = Subjects::open(&keys(dir.path()), true, 0).unwrap().unwrap();
    let slots = subjects.doom(owner()).unwrap();
    subjects.wipe(&slots, UnixMillis(NOW)).unwrap();
    drop(subjects);
    let log = held(dir.path(), on_tenant());
    assert!(states(&log).is_empty());
    log.close().await;
    assert_eq!(events(dir.path()), [("erased".to_owned(), false)]);
}
