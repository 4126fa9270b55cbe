//! Checkpoints and proofs: what an auditor with nothing but the public key finds out about whoever keeps the log.

use super::*;
use crate::checkpoints;
use crate::storage::{DirSource, Source};
use crate::{Class, Fault, OpenError, Options, consistency, consistency_of, prove, public_key, verify, verify_with};
use casemate_tlog::tile::{Kind, Tile};
use casemate_tlog::{Checkpoint, Policy, Proof, Verifier};
use std::path::PathBuf;

const SEGMENT: &str = "00000000000000000000.log";
const CHECKPOINTS: &str = "00000000000000000000.checkpoints";

fn small(dir: &Path, segment_bytes: u64) -> Config {
    Config { segment_bytes, checkpoint_every: std::time::Duration::ZERO, ..config(dir) }
}

async fn grow(dir: &Path, calls: usize, segment_bytes: u64) {
    let (log, _) = Log::open(small(dir, segment_bytes), clock().0).unwrap();
    for _ in 0..calls {
        call(&log, "answer").await;
    }
    log.close().await;
}

async fn log(calls: usize, segment_bytes: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    grow(dir.path(), calls, segment_bytes).await;
    check(dir.path()).unwrap();
    dir
}

fn key(dir: &Path) -> Verifier {
    public_key(&dir.join("audit.key")).unwrap()
}

fn check(dir: &Path) -> Result<crate::Verified, Fault> {
    verify_with(dir, Options { keys: vec![key(dir)], ..Options::default() })
}

async fn reopen(dir: &Path) -> Result<(), OpenError> {
    Log::open(small(dir, 1 << 20), clock().0)?.0.close().await;
    Ok(())
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        std::fs::copy(&file, to.path().join(file.file_name().unwrap())).unwrap();
    }
    to
}

fn edit(dir: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(dir.join(name)).unwrap();
    change(&mut bytes);
    std::fs::write(dir.join(name), bytes).unwrap();
}

fn newest(dir: &Path) -> Checkpoint {
    let note = crate::checkpoint(dir).unwrap();
    Checkpoint::open(note.as_bytes(), [&key(dir)]).unwrap().0
}

#[tokio::test]
async fn every_entry_has_a_proof_that_holds_offline() {
    let dir = log(9, 2500).await;
    let policy = Policy::new("casemate/audit", vec![key(dir.path())], Vec::new(), 0).unwrap();
    let found = all(dir.path());
    assert_eq!(newest(dir.path()).size(), found.len() as u64);
    for entry in &found {
        let file = prove(dir.path(), entry.index).unwrap().to_string();
        let proof = Proof::parse(file.as_bytes()).unwrap();
        let checked = proof.check(casemate_tlog::hash::leaf(&entry.bytes), &policy).unwrap();
        assert_eq!((checked.index, checked.size), (entry.index, found.len() as u64));
        assert!(proof.check(casemate_tlog::hash::leaf(b"{}"), &policy).is_err());
    }
    let outside = prove(dir.path(), found.len() as u64).unwrap_err();
    assert_eq!((outside.class, outside.index), (Class::Absent, Some(found.len() as u64)));
}

#[tokio::test]
async fn a_log_has_grown_out_of_every_checkpoint_that_it_signed() {
    let dir = log(2, 2500).await;
    let mut old = vec![newest(dir.path())];
    for _ in 0..3 {
        grow(dir.path(), 3, 2500).await;
        old.push(newest(dir.path()));
    }
    for (at, older) in old.iter().enumerate() {
        assert!(consistency(dir.path(), older, None).is_ok());
        for newer in &old[at..] {
            let proof = consistency(dir.path(), older, Some(newer)).unwrap();
            // For whoever knows the roots, the sizes alone will do.
            assert_eq!(consistency_of(dir.path(), older.size(), newer.size()), Ok(proof));
        }
    }
    let other = log(9, 2500).await;
    let swapped = consistency(dir.path(), &old[3], Some(&old[1])).unwrap_err();
    assert!(swapped.class == Class::Unreadable && swapped.what.ends_with("they are swapped"), "{swapped}");
    assert_eq!(consistency(dir.path(), &old[1], Some(&old[1])), Ok(Vec::new()));
    let fork = consistency(other.path(), &old[1], None).unwrap_err();
    assert_eq!(fork.class, Class::Fork);
    let short = consistency(other.path(), &old[3], None).unwrap_err();
    assert_eq!(short.class, Class::Truncated);
    assert_eq!(consistency_of(other.path(), 1, old[3].size()).unwrap_err().class, Class::Truncated);
}

#[tokio::test]
async fn an_older_copy_of_the_log_is_found_by_its_newest_checkpoint() {
    let dir = log(2, 1 << 20).await;
    let old = copy(dir.path());
    grow(dir.path(), 2, 1 << 20).await;
    for name in [SEGMENT, "head"] {
        std::fs::copy(old.path().join(name), dir.path().join(name)).unwrap();
    }
    let fault = check(dir.path()).unwrap_err();
    assert_eq!((fault.class, fault.index), (Class::Truncated, Some(4)), "{fault}");
    assert!(matches!(reopen(dir.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Truncated));
    // With the checkpoints taken back beside the segment, the file of the newest one still tells.
    std::fs::copy(old.path().join(CHECKPOINTS), dir.path().join(CHECKPOINTS)).unwrap();
    assert_eq!(check(dir.path()).unwrap_err().class, Class::Truncated);
    assert!(matches!(reopen(dir.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Truncated));
    // A copy of all files holds together; only somebody who has a newer checkpoint can tell.
    std::fs::copy(old.path().join("checkpoint"), dir.path().join("checkpoint")).unwrap();
    assert!(check(dir.path()).is_ok());
}

/// Another history of as many entries, with the head and all, but without the log's key.
async fn rewritten() -> tempfile::TempDir {
    let dir = log(2, 1 << 20).await;
    let other = log(2, 1 << 20).await;
    for name in [SEGMENT, "head"] {
        std::fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
    }
    dir
}

#[tokio::test]
async fn another_history_without_the_key_is_a_fork() {
    let dir = rewritten().await;
    let fault = check(dir.path()).unwrap_err();
    assert_eq!(fault.class, Class::Fork, "{fault}");
    assert!(matches!(reopen(dir.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Fork));
    // With checkpoints of another key it holds together, and is not this log.
    let other = log(2, 1 << 20).await;
    for name in [SEGMENT, "head", CHECKPOINTS, "checkpoint"] {
        std::fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
    }
    assert!(verify(dir.path()).is_ok());
    assert_eq!(check(dir.path()).unwrap_err().class, Class::Signature);
    assert!(matches!(reopen(dir.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Signature));
}

#[tokio::test]
async fn every_flipped_byte_of_a_checkpoint_is_found() {
    let dir = log(2, 1 << 20).await;
    for name in [CHECKPOINTS, "checkpoint"] {
        let whole = std::fs::read(dir.path().join(name)).unwrap();
        for at in 0..whole.len() {
            edit(dir.path(), name, |bytes| bytes[at] ^= 4);
            let fault = check(dir.path()).unwrap_err();
            let known = [Class::Signature, Class::Removed, Class::Fork, Class::Truncated, Class::Reordered];
            assert!(known.contains(&fault.class), "{name} {at}: {fault}");
            std::fs::write(dir.path().join(name), &whole).unwrap();
        }
    }
    assert!(check(dir.path()).is_ok());
}

#[tokio::test]
async fn checkpoints_removed_or_swapped_are_found() {
    let dir = log(9, 2500).await;
    let files: Vec<PathBuf> = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().path()).collect();
    let mut kept: Vec<_> = files.iter().filter(|p| p.extension().is_some_and(|e| e == "checkpoints")).collect();
    kept.sort();
    assert!(kept.len() > 3);
    for (at, path) in kept.iter().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!(check(dir.path()).unwrap_err().class, Class::Removed, "{at}");
        std::fs::write(path, &bytes).unwrap();
    }
    assert!(check(dir.path()).is_ok());
    let bytes = std::fs::read(kept[1]).unwrap();
    std::fs::write(kept[1], std::fs::read(kept[0]).unwrap()).unwrap();
    assert_eq!(check(dir.path()).unwrap_err().class, Class::Reordered);
    std::fs::write(kept[1], bytes).unwrap();
    edit(dir.path(), CHECKPOINTS, |bytes| drop(bytes.drain(..10)));
    assert_eq!(check(dir.path()).unwrap_err().class, Class::Signature);
}

#[tokio::test]
async fn a_checkpoint_that_was_not_written_to_its_end_is_cut_off() {
    let dir = log(1, 1 << 20).await;
    edit(dir.path(), CHECKPOINTS, |bytes| bytes.extend_from_slice(b"casemate/audit\n3\n"));
    assert!(check(dir.path()).is_ok());
    let (log, recovery) = Log::open(small(dir.path(), 1 << 20), clock().0).unwrap();
    log.close().await;
    assert_eq!(recovery.torn_bytes, 17);
    assert!(kinds(&all(dir.path())).contains(&"event:recovery".to_owned()));
    grow(dir.path(), 1, 1 << 20).await;
    assert!(check(dir.path()).is_ok());
    // The newest one is made again.
    std::fs::remove_file(dir.path().join("checkpoint")).unwrap();
    assert!(reopen(dir.path()).await.is_ok());
    assert!(dir.path().join("checkpoint").exists());
}

/// What a power cut can leave of a checkpoint that was being written: any part of it, zeroes in the place of the rest.
#[tokio::test]
async fn whatever_a_power_cut_leaves_of_the_last_checkpoint_is_cut_off() {
    let dir = log(1, 1 << 20).await;
    let before = copy(dir.path());
    grow(dir.path(), 1, 1 << 20).await;
    // The file of the newest one was not written yet.
    std::fs::copy(before.path().join("checkpoint"), dir.path().join("checkpoint")).unwrap();
    let whole = std::fs::read(dir.path().join(CHECKPOINTS)).unwrap();
    let last = whole[..whole.len() - 1].windows(2).rposition(|pair| pair == b"\n\n").unwrap();
    let last = whole[..last].windows(2).rposition(|pair| pair == b"\n\n").unwrap() + 2;
    let long = 200_000;
    for (from, to, more) in [
        (last, last + 1, 0),
        (last, last + 40, 0),
        (last, whole.len() - 2, 0),
        (last, whole.len(), 0),
        (whole.len() - 1, whole.len(), 0),
        (last, whole.len(), 90_000),
    ] {
        let copied = copy(dir.path());
        edit(copied.path(), CHECKPOINTS, |bytes| {
            bytes[from..to].fill(0);
            bytes.resize(bytes.len() + more, 0);
        });
        assert_eq!(checkpoints::end(&DirSource::new(copied.path()), 0).unwrap().whole, last as u64, "{from}..{to}");
        let (log, recovery) = Log::open(small(copied.path(), 1 << 20), clock().0).unwrap();
        log.close().await;
        assert_eq!(recovery.torn_bytes, (whole.len() - last + more) as u64);
        assert!(check(copied.path()).is_ok());
        // It is none of a power cut where it had been published.
        edit(copied.path(), CHECKPOINTS, |bytes| bytes.truncate(last));
        assert!(
            matches!(reopen(copied.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Truncated)
        );
        // Nor is so much of it.
        edit(copied.path(), CHECKPOINTS, |bytes| bytes.resize(last + long, 0));
        assert!(
            matches!(reopen(copied.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Signature)
        );
    }
}

#[tokio::test]
async fn a_damaged_checkpoint_before_the_last_one_stops_the_start() {
    let dir = log(3, 1 << 20).await;
    let whole = std::fs::read(dir.path().join(CHECKPOINTS)).unwrap();
    for (from, to) in [(0, 10), (60, 62), (0, 200), (100, 400)] {
        edit(dir.path(), CHECKPOINTS, |bytes| bytes[from..to].fill(0));
        assert_eq!(check(dir.path()).unwrap_err().class, Class::Signature, "{from}..{to}");
        assert!(matches!(reopen(dir.path()).await, Err(OpenError::Damaged(fault)) if fault.class == Class::Signature));
        std::fs::write(dir.path().join(CHECKPOINTS), &whole).unwrap();
    }
    assert!(reopen(dir.path()).await.is_ok());
}

/// A file of checkpoints of which nothing is read twice, and little at once.
struct Counted(Vec<u8>, std::cell::RefCell<(usize, usize)>);

impl Source for Counted {
    fn names(&self) -> std::io::Result<Vec<String>> {
        Ok(vec![CHECKPOINTS.to_owned()])
    }

    fn len(&self, _: &str) -> std::io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, _: &str, offset: u64, len: usize) -> std::io::Result<Vec<u8>> {
        let from = usize::try_from(offset).unwrap();
        let bytes = self.0[from..].iter().copied().take(len).collect::<Vec<_>>();
        let mut counted = self.1.borrow_mut();
        *counted = (counted.0 + bytes.len(), counted.1.max(bytes.len()));
        Ok(bytes)
    }
}

#[test]
fn a_day_of_checkpoints_is_read_in_small_parts_and_the_last_one_from_the_end() {
    let mut bytes = Vec::new();
    let count = 20_000;
    for size in 0..count {
        let checkpoint = Checkpoint::new("casemate/audit", size, casemate_tlog::hash::leaf(&[1])).unwrap();
        bytes.extend_from_slice(format!("{}\n", checkpoint.sign([&signer()]).unwrap()).as_bytes());
    }
    let length = bytes.len();
    let source = Counted(bytes, std::cell::RefCell::default());
    let end = checkpoints::end(&source, 0).unwrap();
    assert_eq!((end.whole, end.last.as_ref().unwrap().checkpoint.size()), (length as u64, count - 1));
    assert!(source.1.borrow().0 < 10_000);
    let mut all = checkpoints::Checkpoints::new(0, &end);
    for size in 0..count {
        assert_eq!(all.next(&source).unwrap().unwrap().checkpoint.size(), size);
    }
    assert!(all.next(&source).unwrap().is_none());
    let (read, most) = *source.1.borrow();
    assert!(read < length + 10_000 + 70_000 && most <= 1 << 16, "{read} {most}");
}

#[tokio::test]
async fn a_range_is_checked_up_to_whatever_vouches_for_it() {
    let dir = log(9, 2500).await;
    let range = |range| {
        verify_with(dir.path(), Options { keys: vec![key(dir.path())], range: Some(range), ..Options::default() })
    };
    let some = range(7..9).unwrap();
    assert!(some.first_index <= 7 && some.entries >= 9 && some.entries < 18, "{some:?}");
    assert_eq!(range(0..18).unwrap().entries, 18);
    // Damage outside the range is not its concern.
    edit(dir.path(), SEGMENT, |bytes| bytes[100] ^= 1);
    assert!(range(12..14).is_ok());
    assert_eq!(range(0..1).unwrap_err().class, Class::Changed);
    let mut told = Vec::new();
    let mut progress = |at, of| told.push((at, of));
    let options = Options { progress: Some(&mut progress), range: Some(12..14), ..Options::default() };
    assert!(verify_with(dir.path(), options).is_ok());
}

#[tokio::test]
async fn a_damaged_tile_never_makes_a_wrong_proof_and_is_made_again() {
    let dir = log(150, 1 << 20).await;
    let size = newest(dir.path()).size();
    assert!(size > 256);
    let path = dir.path().join("tile/0/000");
    let whole = std::fs::read(&path).unwrap();
    let good = prove(dir.path(), 7).unwrap().to_string();
    let tile = Tile::new(Kind::Hashes(0), 0, 256).unwrap();
    for damage in [vec![0; 8192], whole[..8191].to_vec(), Vec::new()] {
        std::fs::write(&path, &damage).unwrap();
        assert_eq!(prove(dir.path(), 7).unwrap().to_string(), good);
        assert!(crate::tile(dir.path(), tile).unwrap().is_some_and(|bytes| bytes == whole));
        let (log, _) = Log::open(small(dir.path(), 1 << 20), clock().0).unwrap();
        while std::fs::read(&path).unwrap() != whole {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        log.close().await;
    }
    // What a client of an earlier checkpoint asks for is the beginning of what is there now.
    let earlier = crate::tile(dir.path(), Tile::new(Kind::Hashes(0), 0, 255).unwrap()).unwrap();
    assert_eq!(earlier.as_deref(), whole.get(..255 * 32));
    // What is beyond the checkpoint is not there.
    for (kind, index, width) in [(Kind::Hashes(0), 2, 1), (Kind::Entries, 1, 256)] {
        assert_eq!(crate::tile(dir.path(), Tile::new(kind, index, width).unwrap()), Ok(None));
    }
    let entries = crate::tile(dir.path(), Tile::new(Kind::Entries, 0, 256).unwrap()).unwrap().unwrap();
    assert_eq!(casemate_tlog::tile::bundle::entries(&entries, 256).unwrap().len(), 256);
    // Entries that lead elsewhere are damage, whatever the tiles say.
    edit(dir.path(), SEGMENT, |bytes| {
        let at = bytes.windows(6).position(|window| window == b"\"acme\"").unwrap();
        let frame = crate::frame::decode(&bytes[36..]).unwrap();
        let mut record = frame.record.to_vec();
        record[at - 36 - 44 + 1] ^= 2;
        let (mut framed, size) = (Vec::new(), frame.size());
        crate::frame::encode(&record, frame.side, crate::frame::leaf(&record), &mut framed);
        bytes.splice(36..36 + size, framed);
    });
    assert_eq!(prove(dir.path(), 0).unwrap_err().class, Class::Changed);
    let bundle = Tile::new(Kind::Entries, 0, 256).unwrap();
    assert_eq!(crate::tile(dir.path(), bundle).unwrap_err().class, Class::Changed);
}

#[tokio::test]
async fn a_log_whose_key_is_gone_gets_no_other_one() {
    let dir = log(1, 1 << 20).await;
    std::fs::rename(dir.path().join("audit.key"), dir.path().join("kept.key")).unwrap();
    let refused = reopen(dir.path()).await.unwrap_err().to_string();
    assert!(refused.contains("the key that signed this log's checkpoints is not there"), "{refused}");
    assert!(!dir.path().join("audit.key").exists());
    std::fs::rename(dir.path().join("kept.key"), dir.path().join("audit.key")).unwrap();
    assert!(reopen(dir.path()).await.is_ok());
}
