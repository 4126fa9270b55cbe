//! Keys of subjects in the log: what erasure takes away, what crashes leave, what attackers with the files can do.

use super::*;
use crate::{
    Capture, Captured, Class, Decision, Event, EventKind, Field, Kept, OpenError, Refused, Revealed, captured,
    decisions, frame, policy as kept_policy, reveal, verify,
};
use casemate_core::mcp::Target;
use casemate_core::policy::Inputs;
use std::path::PathBuf;

const SEGMENT: &str = "00000000000000000000.log";

fn capturing(dir: &Path) -> Log {
    Log::open(Config { capture: Capture::Calls, ..config(dir) }, clock().0).unwrap().0
}

fn decided(dir: &Path) -> Vec<Decision> {
    decisions(dir, &keys(dir), 0..u64::MAX, UnixMillis(0)).unwrap().map(Result::unwrap).collect()
}

fn argument(dir: &Path, index: u64) -> Result<Revealed, crate::Fault> {
    reveal(dir, &keys(dir), index, Field::Arguments, ARGUMENTS.as_bytes())
}

fn copy(dir: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    to
}

fn who() -> (TenantId, Subject) {
    (principal().tenant, principal().subject)
}

fn refused(principal: Principal, reason: Reason, target: &Target) -> Refused {
    let inputs = Inputs {
        tenant: principal.tenant.clone(),
        subject: principal.subject.clone(),
        scopes: principal.scopes,
        server: ServerName::parse("kb").unwrap(),
        method: casemate_core::mcp::Method::ToolsCall,
        target: target.clone(),
        evidence: Evidence { labels: Labels::default(), pin: Standing::Unpinned },
        at: UnixMillis(NOW),
    };
    Refused {
        about: about(),
        principal: Some(principal),
        server: ServerName::parse("kb").ok(),
        method: Some("tools/call".to_owned()),
        tool: None,
        refusal: Refusal::new(reason),
        arguments: Some(Bytes::from_static(ARGUMENTS.as_bytes())),
        message: None,
        policy: Some(policy().digest),
        inputs: Some(inputs),
    }
}

#[tokio::test]
async fn decisions_are_kept_with_what_they_read_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = capturing(dir.path());
    call(&log, "the answer").await;
    let target = Target::Tool("delete \u{202e}".to_owned());
    log.refuse(&refused(principal(), Reason::PolicyTool, &target)).await.unwrap();
    log.refuse(&Refused { inputs: None, ..refused(principal(), Reason::LimitRate, &target) }).await.unwrap();
    log.observe(observed(Reason::TokenExpired));
    log.close().await;
    let found = decided(dir.path());
    assert_eq!(
        found.iter().map(|d| (d.index, d.decided)).collect::<Vec<_>>(),
        [(0, Ok(0)), (2, Err(Reason::PolicyTool))]
    );
    let Kept::Inputs(first) = &found[0].kept else { panic!("{:?}", found[0].kept) };
    assert_eq!(first.target, Target::Tool("search".to_owned()));
    assert_eq!(first.decide(&policy()).map(|admitted| admitted.rule()), Ok(0));
    let Kept::Inputs(second) = &found[1].kept else { panic!("{:?}", found[1].kept) };
    assert_eq!((&second.target, second.decide(&policy())), (&target, Err(Reason::PolicyUnmanaged)));
    // Nothing of it is in the files in clear.
    let bytes = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    for word in [&b"delete"[..], b"the answer", b"hunter2", b"\"risk\""] {
        assert!(!bytes.windows(word.len()).any(|window| window == word));
    }
    // What was captured of the call and of its answer.
    let of = |index| captured(dir.path(), &keys(dir.path()), index).unwrap();
    let Captured::Bytes(message, size) = of(0) else { panic!() };
    assert!(size == message.len() as u64 && message.starts_with(b"{\"jsonrpc\":") && message.ends_with(b"}"));
    assert_eq!(of(1), Captured::Bytes(b"the answer".to_vec(), 10));
    assert_eq!((of(2), of(4)), (Captured::None, Captured::None));
}

#[tokio::test]
async fn an_erased_subject_is_erased_for_good_and_goes_on_with_a_new_key() {
    let dir = tempfile::tempdir().unwrap();
    let log = capturing(dir.path());
    let (tenant, subject) = who();
    assert_eq!(log.erase(&tenant, &subject, "ann").await, Ok(None), "nothing was recorded of it yet");
    call(&log, "one").await;
    let other = Principal { subject: Subject::parse("other").unwrap(), ..principal() };
    log.refuse(&refused(other, Reason::PolicyTool, &Target::Tool("x".to_owned()))).await.unwrap();
    let erasure = log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
    call(&log, "two").await;
    log.close().await;

    let found = all(dir.path());
    assert_eq!(kinds(&found)[3..5], ["event:erase", "event:erased"]);
    assert_eq!(erasure.receipt.index, 4);
    for event in &found[3..5] {
        assert_eq!((&event.json["actor"], &event.json["tenant"]), (&"ann".into(), &"acme".into()));
        assert_eq!(event.json["fingerprint"], *erasure.fingerprint);
        assert!(event.json.get("subject").is_none());
    }
    assert_eq!(verify(dir.path()).map(|v| (v.entries, v.erased)), Ok((7, 1)));
    let value = |index, field| reveal(dir.path(), &keys(dir.path()), index, field, ARGUMENTS.as_bytes());
    assert_eq!(value(0, Field::Arguments), Ok(Revealed::Erased));
    assert_eq!(value(1, Field::Released), Ok(Revealed::Erased));
    assert_eq!(value(2, Field::Arguments), Ok(Revealed::Match), "another subject's");
    assert_eq!(value(5, Field::Arguments), Ok(Revealed::Match), "after it");
    let kept: Vec<_> = decided(dir.path()).into_iter().map(|d| (d.index, d.kept)).collect();
    assert_eq!((kept[0].0, &kept[0].1), (0, &Kept::Erased));
    assert!(kept[1..].iter().all(|(_, kept)| matches!(kept, Kept::Inputs(_))));
    assert_eq!(captured(dir.path(), &keys(dir.path()), 0), Ok(Captured::Erased));
    // A second erasure takes the new key.
    let (log, _) = open(dir.path());
    assert!(log.erase(&tenant, &subject, "ann").await.unwrap().is_some());
    assert_eq!(log.erase(&tenant, &subject, "ann").await, Ok(None));
    log.close().await;
    assert_eq!(value(5, Field::Arguments), Ok(Revealed::Erased));
}

#[tokio::test]
async fn a_slot_that_another_subject_uses_opens_nothing_of_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let log = capturing(dir.path());
    let (tenant, subject) = who();
    call(&log, "one").await;
    log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
    let other = Principal { subject: Subject::parse("other").unwrap(), ..principal() };
    log.refuse(&refused(other, Reason::PolicyTool, &Target::Tool("x".to_owned()))).await.unwrap();
    call(&log, "two").await;
    log.close().await;
    let slots = |from: u64| -> Vec<u32> {
        let source = crate::storage::DirSource::new(dir.path());
        let found = (from..7).map(|index| crate::read::find(&source, index).unwrap());
        found.filter_map(|found| crate::side::named_key(&found.side)).map(|named| named.slot).collect()
    };
    assert_eq!((slots(0)[0], slots(4)), (0, vec![0, 1, 1]), "the other subject has the slot now");
    assert_eq!(argument(dir.path(), 0), Ok(Revealed::Erased));
    assert_eq!(captured(dir.path(), &keys(dir.path()), 0), Ok(Captured::Erased));
    assert_eq!(decided(dir.path())[0].kept, Kept::Erased);
    assert_eq!(argument(dir.path(), 4), Ok(Revealed::Match));
    assert_eq!(argument(dir.path(), 5), Ok(Revealed::Match));
    assert_eq!(verify(dir.path()).map(|v| (v.entries, v.erased)), Ok((7, 1)));
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_is_finished_at_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    let (tenant, subject) = who();
    let whose = crate::subjects::Owner::new(Some(&tenant), Some(&subject));
    // The power goes: after the key was marked, after the record that it begins, after the key was destroyed.
    for (recorded, wiped) in [(false, false), (true, false), (true, true)] {
        let copy = copy(dir.path());
        let mut before = 2;
        if recorded {
            // As the record is, but for who asked.
            let (log, _) = open(copy.path());
            let event = Event {
                kind: EventKind::Erase,
                actor: "ann".to_owned(),
                policy: None,
                detail: None,
                facts: crate::Facts::new(),
            };
            log.event(event).await.unwrap();
            log.close().await;
            before += 1;
        }
        {
            let keys = crate::subjects::Subjects::open(&keys(copy.path()), true, 0).unwrap().unwrap();
            let slots = keys.doom(whose).unwrap();
            if wiped {
                keys.wipe(&slots, UnixMillis(NOW)).unwrap();
            }
        }
        assert_eq!(argument(copy.path(), 0), Ok(Revealed::Erased));
        let (log, recovery) = open(copy.path());
        log.close().await;
        let found = all(copy.path());
        let last = if wiped { vec!["event:erased"] } else { vec!["event:erase", "event:erased"] };
        assert_eq!(kinds(&found)[before..], last, "{recorded} {wiped}");
        assert_eq!(recovery.entries, found.len() as u64);
        assert!(
            found.last().unwrap().json["fingerprint"].as_str().is_some_and(|text| whose.id.hex().starts_with(text))
        );
        assert_eq!(argument(copy.path(), 0), Ok(Revealed::Erased));
        // That is all: nothing is repeated.
        let (log, recovery) = open(copy.path());
        log.close().await;
        assert_eq!(recovery.entries, found.len() as u64);
    }
}

#[tokio::test]
async fn an_erasure_is_on_the_disk_in_every_mode() {
    for mode in crate::Mode::ALL {
        let memory = memory::Memory::default();
        let config = Config { mode, ..config(Path::new("")) };
        let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), config, clock().0).unwrap();
        let (tenant, subject) = who();
        call(&log, "one").await;
        log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
        let found = memory.crash(|_| 0).entries();
        let last: Vec<_> = found.iter().rev().take(2).map(|json| json["event"].clone()).collect();
        assert_eq!(last, ["erased", "erase"], "{}", mode.as_str());
        log.close().await;
    }
}

#[tokio::test]
async fn no_key_is_destroyed_before_the_record_of_it_is_durable() {
    for mode in crate::Mode::ALL {
        let memory = memory::Memory::default();
        let config = Config { mode, ..config(Path::new("")) };
        let (log, _) = Log::open_in(Box::new(memory.clone()), signer(), config, clock().0).unwrap();
        let (tenant, subject) = who();
        call(&log, "one").await;
        memory.fail_next("append", memory::Failure::Full);
        assert_eq!(log.erase(&tenant, &subject, "ann").await.unwrap_err().reason, Reason::AuditBegun);
        let states: Vec<_> = log.queue().subjects.ending().into_iter().map(|ending| ending.state).collect();
        let is_recorded = memory.crash(|_| 0).entries().iter().any(|json| json["event"] == "erase");
        assert!(is_recorded || states == [crate::subjects::State::Doomed], "{}: {states:?}", mode.as_str());
        log.close().await;
    }
}

#[tokio::test]
async fn equal_names_in_two_tenants_have_two_keys() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let target = Target::Tool("x".to_owned());
    let evil = Principal { tenant: TenantId::parse("evil").unwrap(), ..principal() };
    for principal in [principal(), evil.clone()] {
        log.refuse(&refused(principal, Reason::PolicyTool, &target)).await.unwrap();
    }
    assert!(log.erase(&evil.tenant, &evil.subject, "ann").await.unwrap().is_some());
    log.close().await;
    assert_eq!(argument(dir.path(), 0), Ok(Revealed::Match));
    assert_eq!(argument(dir.path(), 1), Ok(Revealed::Erased));
}

/// Puts something else in the place of an entry's side.
fn with_side(dir: &Path, entry: usize, change: impl FnOnce(Vec<Vec<u8>>) -> Vec<u8>) {
    let path = dir.join(SEGMENT);
    let bytes = std::fs::read(&path).unwrap();
    let (header, mut rest) = bytes.split_at(36);
    let mut parts = Vec::new();
    while let Ok(frame) = frame::decode(rest) {
        parts.push((frame.record.to_vec(), frame.side.to_vec(), frame.leaf));
        rest = &rest[frame.size()..];
    }
    parts[entry].1 = change(parts.iter().map(|(_, side, _)| side.clone()).collect());
    let mut out = header.to_vec();
    parts.iter().for_each(|(record, side, leaf)| frame::encode(record, side, *leaf, &mut out));
    std::fs::write(path, out).unwrap();
}

/// What somebody makes of the sides of all entries to stand beside one.
type Change = fn(Vec<Vec<u8>>) -> Vec<u8>;

#[tokio::test]
async fn a_side_of_another_record_or_a_part_of_its_own_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    call(&log, "two").await;
    log.close().await;
    let changes: [Change; 5] = [
        |sides| sides[2].clone(),
        |sides| sides[0][..sides[0].len() - 1].to_vec(),
        |sides| sides[0][..32].to_vec(),
        |sides| [&sides[2][..32], &sides[0][32..]].concat(),
        |_| Vec::new(),
    ];
    for change in changes {
        let copy = copy(dir.path());
        with_side(copy.path(), 0, change);
        let fault = verify(copy.path()).unwrap_err();
        assert_eq!((fault.class, fault.index), (Class::Changed, Some(0)));
        assert_eq!(argument(copy.path(), 0).unwrap_err().class, Class::Changed);
        let first = decisions(copy.path(), &keys(copy.path()), 0..9, UnixMillis(0)).unwrap().next().unwrap();
        assert_eq!(first.unwrap_err().class, Class::Changed);
    }
}

#[tokio::test]
async fn without_the_key_nothing_opens_and_no_guess_is_confirmed() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    // The file of keys of another log, whose first slot is the same subject's.
    let other = tempfile::tempdir().unwrap();
    let (log, _) = open(other.path());
    call(&log, "one").await;
    log.close().await;
    let stolen = |keys: PathBuf| {
        let guess = reveal(dir.path(), &keys, 0, Field::Arguments, ARGUMENTS.as_bytes());
        let first = decisions(dir.path(), &keys, 0..9, UnixMillis(0)).unwrap().next().unwrap();
        (guess, first)
    };
    let (guess, first) = stolen(keys(other.path()));
    assert_eq!(guess.unwrap_err().class, Class::Removed);
    assert!(matches!(first.unwrap().kept, Kept::Missing(why) if why.contains("slot 0")));
    let (guess, first) = stolen(dir.path().join("none"));
    assert_eq!(guess.unwrap_err().class, Class::Unreadable);
    assert_eq!(first.unwrap_err().class, Class::Unreadable);
    // Whoever has record and side, but no key, finds no relation between guess, salt and commitment.
    let entry = &all(dir.path())[0].json;
    let kept = entry["commitments"]["arguments"].as_str().unwrap();
    let bytes = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    let salt: [u8; 32] = frame::decode(&bytes[36..]).unwrap().side[..32].try_into().unwrap();
    let value = Digest::of(ARGUMENTS.as_bytes());
    let name = b"arguments";
    let guesses = [
        crate::subjects::mac(&salt, value),
        crate::subjects::mac(&[0; 32], value),
        Digest::of_parts("casemate/commitment/v2", &[name, &value.0]),
        crate::subjects::mac(
            &crate::subjects::mac(&salt, Digest::of_parts("casemate/salt/v1", &[name])).0,
            Digest::of_parts("casemate/commitment/v1", &[name, &value.0]),
        ),
    ];
    assert!(guesses.iter().all(|guess| guess.hex() != kept));
}

#[tokio::test]
async fn a_key_that_was_destroyed_without_a_record_is_not_erased() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let (tenant, subject) = who();
    call(&log, "one").await;
    log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
    call(&log, "two").await;
    log.close().await;
    // Somebody with the file, and without the log: the later key goes, or makes room for another.
    let whose = crate::subjects::Owner::new(Some(&tenant), Some(&subject));
    let subjects = crate::subjects::Subjects::open(&keys(dir.path()), true, 0).unwrap().unwrap();
    let slots = subjects.doom(whose).unwrap();
    subjects.wipe(&slots, UnixMillis(NOW)).unwrap();
    subjects.settle(&slots).unwrap();
    for reused in [false, true] {
        if reused {
            subjects.key(whose, UnixMillis(NOW)).unwrap();
            subjects.flush().unwrap();
        }
        let fault = argument(dir.path(), 4).unwrap_err();
        assert_eq!((fault.class, fault.index), (Class::Removed, Some(4)));
        assert!(fault.to_string().contains("destroyed, and no record says so"), "{fault}");
        let kept: Vec<_> = decided(dir.path()).into_iter().map(|decision| decision.kept).collect();
        assert_eq!(kept[0], Kept::Erased);
        assert!(matches!(&kept[1], Kept::Missing(why) if why.contains("no record says so")));
        assert_eq!(argument(dir.path(), 0), Ok(Revealed::Erased), "the earlier one was erased by a record");
    }
    // A record says so after all, and an index that knows of nothing changes nothing.
    drop(subjects);
    let (log, _) = open(dir.path());
    call(&log, "three").await;
    assert!(log.erase(&tenant, &subject, "ann").await.unwrap().is_some());
    log.close().await;
    let _ = std::fs::remove_dir_all(dir.path().join("index"));
    assert_eq!(argument(dir.path(), 6), Ok(Revealed::Erased));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_are_made_during_an_erasure_are_erased_by_it_or_have_the_next_key() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let (tenant, subject) = who();
    let writers = (0..4).map(|_| {
        let log = log.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                call(&log, "answer").await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    for _ in 0..5 {
        log.erase(&tenant, &subject, "ann").await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    log.close().await;
    let entries = all(dir.path());
    let last = entries.iter().rev().find(|entry| entry.json["event"] == "erased").map_or(0, |entry| entry.index);
    for entry in entries.iter().filter(|entry| entry.json["kind"] == "intent") {
        match argument(dir.path(), entry.index) {
            Ok(Revealed::Erased) => assert!(entry.index < last),
            found => assert_eq!(found, Ok(Revealed::Match), "entry {}", entry.index),
        }
    }
}

#[tokio::test]
async fn a_damaged_file_of_keys_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    let path = keys(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    match Log::open(config(dir.path()), clock().0) {
        Err(OpenError::Io(error)) => assert!(error.to_string().contains("the key in slot 0"), "{error}"),
        other => panic!("{other:?}"),
    }
    // Nor is a new one made beside records that were made under the old one.
    std::fs::remove_file(&path).unwrap();
    match Log::open(config(dir.path()), clock().0) {
        Err(OpenError::Io(error)) => assert!(error.to_string().contains("keys that this log's records"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_record_whose_key_cannot_be_kept_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    call(&log, "one").await;
    let aside = dir.path().join("aside");
    std::fs::rename(keys(dir.path()), &aside).unwrap();
    let other = Principal { subject: Subject::parse("other").unwrap(), ..principal() };
    let refused = refused(other, Reason::PolicyTool, &Target::Tool("x".to_owned()));
    assert_eq!(log.refuse(&refused).await.unwrap_err().reason, Reason::AuditUnavailable);
    std::fs::rename(&aside, keys(dir.path())).unwrap();
    // The writer goes back and checks first; what comes meanwhile is refused.
    let receipt = loop {
        if let Ok(receipt) = log.refuse(&refused).await {
            break receipt;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    log.close().await;
    assert_eq!(argument(dir.path(), receipt.index), Ok(Revealed::Match));
    assert_eq!(argument(dir.path(), 0), Ok(Revealed::Match));
}

#[tokio::test]
async fn decisions_are_read_from_a_time_and_within_a_range() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, now) = clock();
    let (log, _) = Log::open(Config { segment_bytes: 2000, ..config(dir.path()) }, clock).unwrap();
    for _ in 0..6 {
        call(&log, "answer").await;
        now.fetch_add(1000, Ordering::Relaxed);
    }
    log.close().await;
    let of = |range, since| -> Vec<u64> {
        decisions(dir.path(), &keys(dir.path()), range, UnixMillis(since)).unwrap().map(|d| d.unwrap().index).collect()
    };
    assert_eq!(of(0..u64::MAX, 0), [0, 2, 4, 6, 8, 10]);
    assert_eq!(of(0..u64::MAX, NOW + 2500), [6, 8, 10]);
    assert_eq!(of(2..8, 0), [2, 4, 6]);
    assert_eq!(of(3..4, 0), Vec::<u64>::new());
}

#[tokio::test]
async fn policies_are_kept_by_their_digest() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    let digest = Digest::of_policy(b"the policy");
    assert_eq!(kept_policy(dir.path(), digest).unwrap(), None);
    for _ in 0..2 {
        log.keep_policy(digest, b"the policy".to_vec()).await.unwrap();
    }
    // What was changed is not given out, and is kept anew.
    std::fs::write(dir.path().join(format!("policies/{}.policy", digest.hex())), b"another").unwrap();
    assert_eq!(kept_policy(dir.path(), digest).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
    log.keep_policy(digest, b"the policy".to_vec()).await.unwrap();
    log.close().await;
    assert_eq!(kept_policy(dir.path(), digest).unwrap().as_deref(), Some(&b"the policy"[..]));
    assert!(verify(dir.path()).is_ok());
}
