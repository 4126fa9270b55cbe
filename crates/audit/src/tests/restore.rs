//! Closed segments that were brought back from copies, and reading from the middle of a log.

use super::*;
use crate::{Class, Options, checkpoints_path, closed, entries_from, restored, segment_path, verify_with};

async fn log(segments: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(Config { segment_bytes: 4000, ..config(dir.path()) }, clock().0).unwrap();
    while closed(dir.path()).unwrap().len() < segments {
        call(&log, "answer").await;
    }
    log.close().await;
    dir
}

/// The first so many closed segments in a new directory; how many entries they have.
fn fetched(from: &Path, segments: usize) -> (tempfile::TempDir, u64) {
    let to = tempfile::tempdir().unwrap();
    let all = closed(from).unwrap();
    for segment in &all[..segments] {
        for path in [segment_path, checkpoints_path] {
            std::fs::copy(path(from, segment.first), path(to.path(), segment.first)).unwrap();
        }
    }
    let end = all[segments - 1].end;
    (to, end)
}

fn verified(log: &Path, dir: &Path) -> Result<crate::Verified, crate::Fault> {
    let keys = vec![crate::public_key(&log.join("audit.key")).unwrap()];
    verify_with(dir, Options { keys, ..Options::default() })
}

#[tokio::test]
async fn closed_segments_become_a_log_that_verifies() {
    let from = log(3).await;
    for segments in 1..=3 {
        let (to, end) = fetched(from.path(), segments);
        assert_eq!(restored(to.path()), Ok(end));
        let found = verified(from.path(), to.path()).unwrap();
        assert_eq!((found.first_index, found.entries, found.signed), (0, end, end));
        assert_eq!(all(to.path()), all(from.path())[..usize::try_from(end).unwrap()]);
        assert_eq!(crate::prove(to.path(), end - 1).unwrap().index(), end - 1);
        // Nothing that is a log already gets another head.
        let fault = restored(to.path()).unwrap_err();
        assert_eq!((fault.class, fault.segment.as_str()), (Class::Unreadable, "head"));
        assert!(verified(from.path(), to.path()).is_ok());
    }
}

#[tokio::test]
async fn what_is_no_closed_segment_becomes_no_log() {
    let from = log(2).await;
    let empty = tempfile::tempdir().unwrap();
    let fault = restored(empty.path()).unwrap_err();
    assert!(fault.class == Class::Removed && fault.what == "there is no segment", "{fault}");
    let (to, _) = fetched(from.path(), 2);
    let last = closed(from.path()).unwrap()[1].first;
    let path = checkpoints_path(to.path(), last);
    let honest = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(restored(to.path()).unwrap_err().class, Class::Removed);
    std::fs::write(&path, b"nothing").unwrap();
    assert!(matches!(restored(to.path()).unwrap_err().class, Class::Removed | Class::Signature));
    assert!(!to.path().join("head").exists());
    std::fs::write(&path, honest).unwrap();
    restored(to.path()).unwrap();
}

/// The head is made from what came back, so that nothing is believed for it: `verify` names what is wrong.
#[tokio::test]
async fn what_somebody_did_to_the_copies_is_found_when_they_are_verified() {
    let from = log(3).await;
    let firsts: Vec<_> = closed(from.path()).unwrap().iter().map(|segment| segment.first).collect();
    let found = |change: &dyn Fn(&Path)| {
        let (to, _) = fetched(from.path(), 3);
        change(to.path());
        restored(to.path()).and_then(|_| verified(from.path(), to.path())).unwrap_err().class
    };
    let edit = |path: std::path::PathBuf, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        change(&mut bytes);
        std::fs::write(path, bytes).unwrap();
    };
    for first in &firsts {
        let flipped = found(&|dir| edit(segment_path(dir, *first), &|bytes| bytes[700] ^= 1));
        assert_eq!(flipped, Class::Changed);
    }
    let cut = found(&|dir| edit(segment_path(dir, firsts[2]), &|bytes| bytes.truncate(bytes.len() - 9)));
    assert!(matches!(cut, Class::Truncated | Class::Changed), "{cut:?}");
    assert_eq!(found(&|dir| std::fs::remove_file(segment_path(dir, firsts[0])).unwrap()), Class::Removed);
    assert_eq!(found(&|dir| std::fs::remove_file(segment_path(dir, firsts[1])).unwrap()), Class::Removed);
    assert_eq!(found(&|dir| std::fs::remove_file(checkpoints_path(dir, firsts[0])).unwrap()), Class::Removed);
    // The closing checkpoint of another key.
    let stranger = Signer::from_seed("casemate/audit", &[1; 32]).unwrap();
    let forged = found(&|dir| {
        edit(checkpoints_path(dir, firsts[2]), &|bytes| {
            let text = String::from_utf8(std::mem::take(bytes)).unwrap();
            let notes: Vec<_> = text.split_inclusive("\n\n").collect();
            let (signed, before) = notes.split_last_chunk::<2>().map(|(before, last)| (last.concat(), before)).unwrap();
            let note = casemate_tlog::Note::parse(signed.trim_end_matches('\n').as_bytes());
            let body = signed.split_once("\n\n").unwrap().0.to_owned() + "\n";
            assert!(note.is_err(), "a note ends with a newline");
            let checkpoint = casemate_tlog::Checkpoint::parse(&body).unwrap();
            *bytes = format!("{}{}\n", before.concat(), checkpoint.sign([&stranger]).unwrap()).into_bytes();
        });
    });
    assert_eq!(forged, Class::Signature);
}

#[tokio::test]
async fn a_log_is_read_from_any_entry_on() {
    let dir = log(3).await;
    let whole = all(dir.path());
    let total = whole.len() as u64;
    for index in [0, 1, closed(dir.path()).unwrap()[0].end, total - 1] {
        let read: Vec<_> = entries_from(dir.path(), index).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, whole[usize::try_from(index).unwrap()..], "{index}");
    }
    assert_eq!(entries_from(dir.path(), total).unwrap().count(), 0);
    assert_eq!(entries_from(dir.path(), u64::MAX).unwrap().count(), 0);
    // What stands before it in its segment is checked, and segments before that are not read.
    let segments = closed(dir.path()).unwrap();
    for (at, is_seen) in [(0, false), (1, true)] {
        let path = segment_path(dir.path(), segments[at].first);
        let honest = std::fs::read(&path).unwrap();
        let mut bad = honest.clone();
        bad[700] ^= 1;
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bad).unwrap();
        let found = entries_from(dir.path(), segments[1].end - 1).unwrap().find_map(Result::err);
        assert_eq!(found.map(|fault| fault.class), is_seen.then_some(Class::Changed));
        std::fs::write(&path, honest).unwrap();
    }
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(entries_from(empty.path(), 0).err().map(|fault| fault.class), Some(Class::Removed));
}
