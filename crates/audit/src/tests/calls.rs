//! What callers see, and what stands in the log afterwards.

use super::*;
use crate::{Effect, Event, EventKind, Facts, Field, FindingNote, OpenError, Refused, Revealed, reveal, verify};
use casemate_core::principal::{CertificateFacts, TokenFacts};
use std::time::Duration;

#[tokio::test]
async fn a_call_leaves_an_intent_and_an_outcome() {
    let dir = tempfile::tempdir().unwrap();
    let (log, recovery) = open(dir.path());
    assert_eq!(recovery, Recovery::default());
    let recorded = recorded(&log).await.unwrap();
    assert_eq!(recorded.call().server.as_str(), "kb");
    assert_eq!(recorded.principal().tenant.as_str(), "acme");
    let intent = recorded.receipt();
    let (_, mut flight) = recorded.dispatch();
    assert_eq!(flight.event(7, b"event ").open(), 7);
    flight.sent(b"EVENT ");
    let answered = flight.answered("x", b"answer").map(str::len);
    assert_eq!(*answered.get(), 1);
    let (_, flight) = answered.open();
    let outcome = Outcome {
        findings: vec![FindingNote {
            rule: "image.markdown".to_owned(),
            action: "strip",
            count: 2,
            ..FindingNote::default()
        }],
        released: Some(Bytes::from_static(b"ANSWER")),
        upstream_ms: 12,
        events: 1,
        ..Outcome::new(Effect::Executed, 200)
    };
    let end = flight.conclude(outcome).await.unwrap();
    log.close().await;

    let found = all(dir.path());
    assert_eq!(kinds(&found), ["intent", "outcome:executed"]);
    assert_eq!((found[0].leaf, found[1].leaf), (intent.leaf, end.leaf));
    let (first, second) = (&found[0].json, &found[1].json);
    for (name, value) in [
        ("trace", "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10"),
        ("tenant", "acme"),
        ("subject", "spiffe://acme/agent-1"),
        ("server", "kb"),
        ("method", "tools/call"),
        ("tool", "search"),
    ] {
        assert_eq!((first[name].as_str(), second[name].as_str()), (Some(value), Some(value)), "{name}");
    }
    assert_eq!(first["agent"], "claude/4.5");
    assert_eq!(first["peer"], "192.0.2.7");
    assert_eq!(first["policy"], Digest::of_policy(b"policy").hex());
    assert_eq!(first["received"], NOW - 3);
    assert_eq!(second["sizes"], serde_json::json!({"answer": 12, "released": 12}));
    assert_eq!(second["findings"], serde_json::json!([{"action": "strip", "count": 2, "rule": "image.markdown"}]));
    let value = |index, field, value: &[u8]| reveal(dir.path(), &keys(dir.path()), index, field, value);
    assert_eq!(value(0, Field::Arguments, ARGUMENTS.as_bytes()), Ok(Revealed::Match));
    assert_eq!(value(0, Field::Arguments, b"{}"), Ok(Revealed::NoMatch));
    assert_eq!(value(1, Field::Answer, b"event answer"), Ok(Revealed::Match));
    assert_eq!(value(1, Field::Released, b"EVENT ANSWER"), Ok(Revealed::Match));
    assert_eq!(value(1, Field::Released, b"event answer"), Ok(Revealed::NoMatch));
    assert_eq!(value(1, Field::Arguments, b""), Ok(Revealed::None));
    assert!(value(2, Field::Arguments, b"").is_err());
    assert_eq!(verify(dir.path()).map(|v| (v.entries, v.erased)), Ok((2, 0)));
}

/// A tool's name that no record may repeat.
pub(super) const ODD_NAME: &str = "\u{202e}evil \"}{\"kind\":\"event\" \u{e9}";

#[tokio::test]
async fn names_that_are_no_tokens_are_committed() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let name = ODD_NAME;
    let uri = "file:///home/alice/secret-plan.txt";
    let quoted = casemate_core::json::quote(name);
    let encoded = format!("=?base64?{}?=", base64(name.as_bytes()));
    let tool = permitted_call("tools/call", Some(&encoded), &format!(r#""name":{quoted}"#));
    let resource = permitted_call("resources/read", Some(uri), &format!(r#""uri":"{uri}""#));
    let prompt = permitted_call("prompts/get", Some("plan"), r#""name":"plan","arguments":{"who":"alice"}"#);
    for permitted in [tool, resource, prompt] {
        drop(log.record(permitted, &about()).await.unwrap());
    }
    let refused = Refused {
        about: about(),
        principal: Some(principal()),
        server: None,
        method: Some("wrong\nmethod".to_owned()),
        tool: Some(name.to_owned()),
        refusal: Refusal::new(Reason::PolicyTool).detail("alice may not\n{\"kind\":\"event\"}"),
        arguments: Some(Bytes::from_static(b"{\"who\":\"alice\"}")),
        message: None,
        policy: None,
        inputs: None,
    };
    let receipt = log.refuse(&refused).await.unwrap();
    let (actor, detail) = ("local:0".to_owned(), Some("over\n\u{1b}[2J\u{202e}here".to_owned()));
    log.event(Event { kind: EventKind::Reload, actor, policy: None, detail, facts: Facts::new() }).await.unwrap();
    log.close().await;

    let found = all(dir.path());
    assert_one_outcome_each(&found);
    let bytes: Vec<u8> = std::fs::read(dir.path().join("00000000000000000000.log")).unwrap();
    for word in ["alice", "evil", "secret-plan", "hunter2", "wrong", "plan\"", "\n", "\u{202e}"] {
        let leaks = found.iter().any(|entry| entry.json.to_string().contains(word));
        assert!(!leaks && (word == "\n" || !contains(&bytes, word.as_bytes())), "{word}");
    }
    let at = |n: usize| found.iter().filter(|e| e.json["kind"] == "intent").nth(n).unwrap().index;
    assert_eq!(reveal(dir.path(), &keys(dir.path()), at(0), Field::Target, name.as_bytes()), Ok(Revealed::Match));
    assert_eq!(reveal(dir.path(), &keys(dir.path()), at(1), Field::Target, uri.as_bytes()), Ok(Revealed::Match));
    assert_eq!(reveal(dir.path(), &keys(dir.path()), at(2), Field::Target, b"plan"), Ok(Revealed::Match));
    assert_eq!(
        reveal(dir.path(), &keys(dir.path()), receipt.index, Field::Target, name.as_bytes()),
        Ok(Revealed::Match)
    );
    let event = found.iter().find(|e| e.json["kind"] == "event").unwrap();
    assert_eq!(event.json["detail"], "over??[2J?here");
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            text.push(if at <= chunk.len() { char::from(ALPHABET[n >> (18 - 6 * at) & 63]) } else { '=' });
        }
    }
    text
}

#[tokio::test]
async fn what_is_dropped_gets_its_outcome_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    drop(recorded(&log).await.unwrap());
    let (_, mut flight) = recorded(&log).await.unwrap().dispatch();
    let _ = flight.event((), b"part");
    drop(flight);
    let unpolled = recorded(&log).await.unwrap().dispatch().1;
    drop(unpolled.conclude(Outcome::new(Effect::Executed, 200)));
    drop(recorded(&log).await.unwrap().dispatch().1.answered((), b"all"));
    log.close().await;
    let found = all(dir.path());
    assert_one_outcome_each(&found);
    let mut effects: Vec<_> = found.iter().filter_map(|e| e.json["effect"].as_str()).collect();
    effects.sort_unstable();
    assert_eq!(effects, ["not-attempted", "unknown", "unknown", "unknown"]);
}

#[tokio::test]
async fn a_cancelled_record_ends_as_not_attempted() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    for _ in 0..50 {
        let about = about();
        let mut future = Box::pin(log.record(permitted(), &about));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
        drop(future);
        let _ = polled;
    }
    log.close().await;
    let found = all(dir.path());
    assert_one_outcome_each(&found);
    assert!(found.iter().filter(|e| e.json["kind"] == "outcome").all(|e| e.json["effect"] == "not-attempted"));
    assert_eq!(found.len(), 100);
}

#[tokio::test]
async fn closing_ends_what_is_in_flight_and_refuses_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    let other = log.clone();
    log.close().await;
    let late = flight.conclude(Outcome::new(Effect::Executed, 200)).await.unwrap_err();
    assert_eq!(late.reason, Reason::AuditOutcome);
    let refused = recorded(&other).await.unwrap_err();
    assert_eq!((refused.reason, refused.retry_after), (Reason::AuditUnavailable, Some(1)));
    assert!(!other.health().writable);
    assert_eq!(kinds(&all(dir.path())), ["intent", "outcome:unknown"]);
    drop(other);
    assert_eq!(open(dir.path()).1, Recovery { entries: 2, ..Recovery::default() });
}

#[tokio::test]
async fn one_writer_only() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    assert!(matches!(Log::open(config(dir.path()), clock().0), Err(OpenError::Locked)));
    log.close().await;
    assert!(Log::open(config(dir.path()), clock().0).is_ok());
}

#[tokio::test]
async fn a_full_queue_refuses_and_keeps_the_outcome_s_place() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(Config { queue: 2, ..config(dir.path()) }, clock().0).unwrap();
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    let refused = recorded(&log).await.unwrap_err();
    assert_eq!((refused.reason, refused.retry_after), (Reason::AuditUnavailable, Some(1)));
    assert_eq!(log.health().in_flight, 1);
    flight.conclude(Outcome::new(Effect::Executed, 200)).await.unwrap();
    assert!(recorded(&log).await.is_ok());
    log.close().await;
    assert_one_outcome_each(&all(dir.path()));
}

#[tokio::test]
async fn a_lapsed_permit_is_not_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(config(dir.path()), clock).unwrap();
    let permitted = permitted();
    now.fetch_add(60_001, Ordering::Relaxed);
    assert_eq!(log.record(permitted, &about()).await.unwrap_err().reason, Reason::Internal);
    log.close().await;
    assert!(all(dir.path()).is_empty());
}

#[tokio::test]
async fn a_full_disk_refuses_intents_and_takes_outcomes() {
    let memory = memory::Memory::default();
    memory.free(1000);
    let config = Config { reserve_bytes: 500, ..config(Path::new("")) };
    let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), config, clock().0).unwrap();
    log.observe(observed(Reason::TokenExpired));
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    memory.free(999);
    eventually(|| log.health().disk_free == 999).await;
    log.observe(observed(Reason::TokenExpired));
    eventually(|| log.health().summarised == 1).await;
    assert!(log.health().writable);
    memory.free(499);
    eventually(|| !log.health().writable).await;
    assert_eq!(recorded(&log).await.unwrap_err().reason, Reason::AuditUnavailable);
    flight.conclude(Outcome::new(Effect::Executed, 200)).await.unwrap();
    log.close().await;
    let found: Vec<_> = memory.entries();
    assert_eq!(found.iter().filter(|json| json["kind"] == "outcome").count(), 1);
    assert_eq!(found.last().unwrap()["counts"], serde_json::json!({"auth.token_expired": 1}));
}

pub(super) async fn eventually(done: impl Fn() -> bool) {
    while !done() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn strangers_are_recorded_up_to_a_rate_and_counted_above_it() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(Config { anonymous_per_minute: 3, ..config(dir.path()) }, clock).unwrap();
    for _ in 0..10 {
        log.observe(observed(Reason::CertificateExpired));
    }
    now.fetch_add(60_000, Ordering::Relaxed);
    eventually(|| log.health().entries == 4).await;
    log.observe(observed(Reason::TokenExpired));
    log.close().await;
    let found = all(dir.path());
    assert_eq!(kinds(&found), ["handshake", "handshake", "handshake", "summary", "refusal"]);
    assert_eq!((&found[3].json["count"], &found[3].json["counts"]["tls.certificate_expired"]), (&7.into(), &7.into()));
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_stop_the_counting() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(Config { anonymous_per_minute: 3, ..config(dir.path()) }, clock).unwrap();
    now.fetch_add(864_000_000, Ordering::Relaxed);
    log.observe(observed(Reason::TokenExpired));
    eventually(|| log.health().entries == 1).await;
    now.fetch_sub(864_000_000, Ordering::Relaxed);
    for _ in 0..5 {
        log.observe(observed(Reason::TokenExpired));
    }
    eventually(|| log.health().entries == 4).await;
    now.fetch_add(60_000, Ordering::Relaxed);
    eventually(|| log.health().entries == 5).await;
    log.close().await;
    let found = all(dir.path());
    assert_eq!(kinds(&found), ["refusal", "refusal", "refusal", "refusal", "summary"]);
    assert_eq!(found[4].json["count"], 2);
}

#[tokio::test]
async fn refusals_and_both_proofs_are_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let subject = |text: &str| Subject::parse(text).unwrap();
    let certificate =
        CertificateFacts { identity: subject("spiffe://acme/a"), thumbprint: String::new(), not_after: UnixMillis(0) };
    let token = TokenFacts {
        issuer: "https://issuer.example".to_owned(),
        subject: subject("alice"),
        client_id: Some(subject("app")),
        expires: UnixMillis(0),
    };
    let principal = Principal { subject: subject("alice"), how: How::Both(certificate, token), ..principal() };
    let refused = Refused {
        about: about(),
        principal: Some(principal),
        server: ServerName::parse("kb").ok(),
        method: Some("tools/call".to_owned()),
        tool: Some("delete".to_owned()),
        refusal: Refusal::new(Reason::PolicyTool),
        arguments: None,
        message: None,
        policy: Some(Digest::of(b"p")),
        inputs: None,
    };
    let receipt = log.refuse(&refused).await.unwrap();
    log.close().await;
    let entry = all(dir.path()).remove(usize::try_from(receipt.index).unwrap());
    let expected = serde_json::json!({
        "agent": "claude/4.5", "certificate": "spiffe://acme/a", "client": "app", "decision": "deny",
        "how": "certificate+token", "issuer": "https://issuer.example", "kind": "refusal", "method": "tools/call",
        "peer": "192.0.2.7", "policy": Digest::of(b"p").hex(), "reasons": ["policy.tool"], "received": NOW - 3,
        "revision": "2026-07-28", "seq": 0, "server": "kb", "sizes": {"request": 321}, "status": 403,
        "subject": "alice", "tenant": "acme", "time": NOW, "tool": "delete",
        "trace": "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10", "v": 2
    });
    assert_eq!(entry.json, expected);
}

#[tokio::test]
async fn segments_follow_each_other_and_reopening_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let small = || Config { segment_bytes: 2000, ..config(dir.path()) };
    for round in 1..=3_u64 {
        let (log, recovery) = Log::open(small(), clock().0).unwrap();
        assert_eq!(recovery, Recovery { entries: (round - 1) * 20, ..Recovery::default() });
        for _ in 0..10 {
            call(&log, "answer").await;
        }
        log.close().await;
        assert_eq!(verify(dir.path()).map(|v| v.entries), Ok(round * 20));
    }
    let segments = std::fs::read_dir(dir.path()).unwrap();
    assert!(segments.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "log")).count() > 5);
    assert_one_outcome_each(&all(dir.path()));
    assert_eq!(reveal(dir.path(), &keys(dir.path()), 30, Field::Arguments, ARGUMENTS.as_bytes()), Ok(Revealed::Match));
}

#[tokio::test]
async fn every_record_is_canonical_and_small_enough() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "x").await;
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    let note = |n: usize| FindingNote {
        rule: format!("{n}{}", "\\".repeat(500)),
        action: "strip",
        count: u32::MAX,
        view: Some("nested"),
        shadow: true,
        reason: Some("\\".repeat(500).into()),
        places: vec!["\\".repeat(500); 20],
    };
    let outcome = Outcome {
        findings: (0..1000).map(note).collect(),
        reasons: vec![Reason::OutputDenied; 1000],
        ..Outcome::new(Effect::Executed, 200)
    };
    flight.conclude(outcome).await.unwrap();
    let (actor, detail) = ("\"".repeat(5000), Some("\\".repeat(5000)));
    log.event(Event { kind: EventKind::Admin, actor, policy: Some(Digest::of(b"")), detail, facts: Facts::new() })
        .await
        .unwrap();
    for reason in [Reason::TlsTimeout, Reason::ClientGone] {
        log.observe(observed(reason));
    }
    log.close().await;
    let bytes = std::fs::read(dir.path().join("00000000000000000000.log")).unwrap();
    let mut rest = &bytes[36..];
    let mut seen = 0;
    while !rest.is_empty() {
        let frame = crate::frame::decode(rest).unwrap();
        // serde_json's own maps are sorted and compact, which for ASCII keys and integers is RFC 8785.
        let value: serde_json::Value = serde_json::from_slice(frame.record).unwrap();
        assert_eq!(serde_json::to_vec(&value).unwrap(), frame.record);
        rest = &rest[frame.size()..];
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[tokio::test]
async fn what_an_interrupted_run_left_open_becomes_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "x").await;
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    drop(flight);
    log.close().await;
    let (log, recovery) = open(copy.path());
    assert_eq!(recovery, Recovery { entries: 5, torn_bytes: 0, unknown_outcomes: 1 });
    log.close().await;
    let found = all(copy.path());
    assert_eq!(kinds(&found), ["intent", "outcome:executed", "intent", "outcome:unknown", "event:recovery"]);
    assert_eq!((&found[3].json["intent"], &found[3].json["tenant"]), (&2.into(), &"acme".into()));
}

#[tokio::test]
async fn a_disk_that_hangs_is_not_waited_for() {
    let memory = memory::Memory::default();
    let config = Config { deadline: Duration::from_millis(20), ..config(Path::new("")) };
    let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), config, clock().0).unwrap();
    let (_, flight) = recorded(&log).await.unwrap().dispatch();
    memory.hang(true);
    let refused = recorded(&log).await.unwrap_err();
    assert_eq!((refused.reason, refused.retry_after), (Reason::AuditUnavailable, Some(1)));
    let released = Some(Bytes::from_static(b"answer"));
    let outcome = Outcome { released, ..Outcome::new(Effect::Executed, 200) };
    assert_eq!(flight.conclude(outcome).await.unwrap_err().reason, Reason::AuditOutcome);
    memory.hang(false);
    log.close().await;
    let found: Vec<_> = memory.entries();
    let line = |json: &serde_json::Value| {
        ["kind", "event", "effect"].iter().filter_map(|name| json[*name].as_str()).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<_> = found.iter().map(line).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["event withheld", "intent", "intent", "outcome executed", "outcome not-attempted"]);
}
