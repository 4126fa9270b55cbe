//! A witness does not start with a state that is missing, damaged, or in use.

use super::memory::Memory;
use super::{ORIGIN, TestLog, clock, cosigner, logs};
use crate::directory::Directory;
use crate::error::OpenError;
use crate::logs::Logs;
use crate::state::{LIST, file, origin_hash};
use crate::storage::Storage as _;
use crate::witness::{Answer, Witness};
use casemate_tlog::nodes::consistency;
use casemate_tlog::witness::{Refusal, request};
use casemate_tlog::{Checkpoint, Cosigner, Signer};

fn open(memory: &Memory, logs: Logs, new: bool) -> Result<Witness, OpenError> {
    Witness::with(Box::new(memory.clone()), logs, cosigner("w"), clock(5).0, new)
}

fn damaged(result: Result<Witness, OpenError>) -> String {
    match result {
        Err(OpenError::Damaged { file, .. }) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_never_begins_anew_on_its_own() {
    let log = TestLog::new(ORIGIN, 9);
    let known = || logs(&[log.vkey()]);
    let memory = Memory::default();
    assert!(matches!(open(&memory, known(), false), Err(OpenError::NoState)));
    let state = file(&origin_hash(ORIGIN));
    for cosigned in [false, true] {
        let witness = open(&memory, known(), true).unwrap();
        if cosigned {
            assert!(matches!(witness.add(log.body(0, 9).as_bytes()), Answer::Cosigned(_)));
        }
        drop(witness);
        let good = memory.read(&state).unwrap().unwrap();
        memory.put(&state, None);
        for new in [false, true] {
            assert!(matches!(open(&memory, known(), new), Err(OpenError::Missing(origin)) if origin == ORIGIN));
        }
        for at in [0, 70, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            memory.put(&state, Some(&bad));
            assert_eq!(damaged(open(&memory, known(), false)), state);
            memory.put(&state, Some(&good[..at]));
            assert_eq!(damaged(open(&memory, known(), true)), state);
        }
        memory.put(&state, Some(&good));
        assert!(open(&memory, known(), false).is_ok());
    }
    let list = memory.read(LIST).unwrap().unwrap();
    memory.put(LIST, Some(&list[1..]));
    assert_eq!(damaged(open(&memory, known(), false)), LIST);
    memory.put(LIST, None);
    assert!(matches!(open(&memory, known(), false), Err(OpenError::NoState)));
}

#[test]
fn the_state_of_another_log_or_witness_is_not_taken() {
    let (a, b) = (TestLog::new("a", 9), TestLog::new("b", 9));
    let memory = Memory::default();
    let known = || logs(&[a.vkey(), b.vkey()]);
    let witness = open(&memory, known(), true).unwrap();
    for log in [&a, &b] {
        assert!(matches!(witness.add(log.body(0, 9).as_bytes()), Answer::Cosigned(_)));
    }
    let [of_a, of_b] = ["a", "b"].map(|origin| file(&origin_hash(origin)));
    let good = memory.read(&of_a).unwrap().unwrap();
    memory.put(&of_a, Some(&memory.read(&of_b).unwrap().unwrap()));
    assert_eq!(damaged(open(&memory, known(), false)), of_a);
    memory.put(&of_a, Some(&good));
    // With another key of the log its own cosignature vouches for the state, with another key of its own the log's
    // signature does; with neither, nothing does.
    let other = Signer::from_seed("a", &[8; 32]).unwrap().verifier().to_string();
    let stranger = || Cosigner::from_seed("stranger", &[1; 32]).unwrap();
    let with = |key: &str, own: Cosigner| {
        Witness::with(Box::new(memory.clone()), logs(&[key.to_owned()]), own, clock(5).0, false)
    };
    assert!(with(&other, cosigner("w")).is_ok());
    let witness = with(&a.vkey(), stranger()).unwrap();
    assert_eq!(witness.add(a.body(0, 9).as_bytes()), Answer::Refused(Refusal::Conflict(9)));
    assert_eq!(damaged(with(&other, stranger())), of_a);
}

/// A log whose key changes: one checkpoint is signed by both keys, and those after it by the new one alone.
#[test]
fn a_log_that_changes_its_key_is_followed_when_it_is_told() {
    let log = TestLog::new(ORIGIN, 30);
    let new = Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    let note = |size, by: &[&Signer]| {
        Checkpoint::new(ORIGIN, size, log.state(size).root).unwrap().sign(by.iter().copied()).unwrap()
    };
    let body = |old, size, by: &[&Signer]| request(old, &consistency(&log, old, size).unwrap(), &note(size, by));
    let (old_key, new_key) = (log.vkey(), new.verifier().to_string());
    let memory = Memory::default();
    let witness = open(&memory, logs(std::slice::from_ref(&old_key)), true).unwrap();
    let cosigns = |witness: &Witness, body: String| match witness.add(body.as_bytes()) {
        Answer::Cosigned(_) => Ok(()),
        Answer::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    };
    assert_eq!(cosigns(&witness, body(0, 9, &[&log.signer])), Ok(()));
    // It knows the old key only: that of both is good to it, and nothing after.
    assert_eq!(cosigns(&witness, body(9, 12, &[&log.signer, &new])), Ok(()));
    assert_eq!(cosigns(&witness, body(12, 15, &[&new])), Err(Refusal::Unsigned));
    // With the new key added it goes on from there.
    let witness = open(&memory, logs(&[old_key, new_key.clone()]), false).unwrap();
    assert_eq!(cosigns(&witness, body(0, 15, &[&new])), Err(Refusal::Conflict(12)));
    assert_eq!(cosigns(&witness, body(12, 15, &[&new])), Ok(()));
    // The old key can be taken away, and whoever has it gets nothing more cosigned.
    let witness = open(&memory, logs(&[new_key]), false).unwrap();
    assert_eq!(cosigns(&witness, body(15, 20, &[&log.signer])), Err(Refusal::Unsigned));
    assert_eq!(cosigns(&witness, body(15, 20, &[&new, &log.signer])), Ok(()));
}

#[test]
fn logs_come_and_go_and_keep_their_state() {
    let (a, b) = (TestLog::new("a", 9), TestLog::new("b", 9));
    let memory = Memory::default();
    let witness = open(&memory, logs(&[a.vkey()]), true).unwrap();
    assert!(matches!(witness.add(a.body(0, 9).as_bytes()), Answer::Cosigned(_)));
    let witness = open(&memory, logs(&[b.vkey()]), false).unwrap();
    assert_eq!(witness.add(a.body(0, 9).as_bytes()), Answer::Refused(Refusal::Unknown));
    assert!(matches!(witness.add(b.body(0, 4).as_bytes()), Answer::Cosigned(_)));
    let witness = open(&memory, logs(&[a.vkey(), b.vkey()]), false).unwrap();
    assert_eq!(witness.logs(), 2);
    assert_eq!(witness.add(a.body(0, 9).as_bytes()), Answer::Refused(Refusal::Conflict(9)));
    assert_eq!(witness.add(b.body(0, 9).as_bytes()), Answer::Refused(Refusal::Conflict(4)));
    memory.put(&file(&origin_hash("a")), None);
    assert!(open(&memory, logs(&[b.vkey()]), false).is_ok(), "only what is witnessed is looked at");
    assert!(matches!(open(&memory, logs(&[a.vkey(), b.vkey()]), false), Err(OpenError::Missing(_))));
}

#[test]
fn a_log_does_not_witness_itself() {
    let own = Cosigner::from_seed("w", &[3; 32]).unwrap();
    let log = Signer::from_seed("a", &[3; 32]).unwrap();
    let logs = logs(&[log.verifier().to_string()]);
    let refused = Witness::with(Box::new(Memory::default()), logs, own, clock(5).0, true);
    assert!(matches!(refused, Err(OpenError::OwnKey(_))));
}

#[test]
fn one_process_at_a_time_works_in_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("witness");
    let log = TestLog::new(ORIGIN, 9);
    let start = |new| Witness::open(Directory::open(&path)?, logs(&[log.vkey()]), cosigner("w"), clock(5).0, new);
    let witness = start(true).unwrap();
    assert!(matches!(start(false), Err(OpenError::Locked(_))));
    assert!(matches!(witness.add(log.body(0, 9).as_bytes()), Answer::Cosigned(_)));
    std::fs::write(path.join("x.checkpoint.partial"), "half").unwrap();
    drop(witness);
    let witness = start(false).unwrap();
    assert_eq!(witness.add(log.body(0, 9).as_bytes()), Answer::Refused(Refusal::Conflict(9)));
    assert!(!path.join("x.checkpoint.partial").exists());
    // The directory goes away under it: no cosignature.
    std::fs::remove_dir_all(&path).unwrap();
    let log = TestLog::new(ORIGIN, 12);
    assert!(matches!(witness.add(log.body(9, 12).as_bytes()), Answer::Unavailable(_)));
}

#[test]
fn a_note_that_could_not_be_read_again_is_not_cosigned() {
    let log = TestLog::new(ORIGIN, 9);
    let witness = open(&Memory::default(), logs(&[log.vkey()]), true).unwrap();
    let root = log.state(9).root;
    let of = |length: usize| {
        let text = format!("{ORIGIN}\n9\n{root}\n{}\n", "x".repeat(length));
        format!("old 0\n\n{}", casemate_tlog::note::sign(&text, [&log.signer]).unwrap())
    };
    let room = 65_536 - of(0).len();
    assert_eq!(witness.add(of(room + 1).as_bytes()), Answer::Refused(Refusal::Malformed));
    assert_eq!(witness.add(of(room).as_bytes()), Answer::Refused(Refusal::Malformed));
    assert!(matches!(witness.add(of(room - 200).as_bytes()), Answer::Cosigned(_)));
}
