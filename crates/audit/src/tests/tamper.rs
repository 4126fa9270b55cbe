//! What somebody with an editor can do to the files, and what `verify` says to it.

use super::*;
use crate::{Class, Fault, Field, OpenError, Revealed, decisions, frame, reveal, verify};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

const SEGMENT: &str = "00000000000000000000.log";
/// Bytes of the header of the first segment.
const HEADER: usize = 36;

/// A closed log of `calls` calls.
async fn log(calls: usize, segment_bytes: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(Config { segment_bytes, ..config(dir.path()) }, clock().0).unwrap();
    for _ in 0..calls {
        call(&log, "answer").await;
    }
    log.close().await;
    assert!(verify(dir.path()).is_ok());
    dir
}

/// Where the frames of a segment begin, and its end.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut offsets = vec![HEADER];
    while let Ok(frame) = frame::decode(&bytes[offsets[offsets.len() - 1]..]) {
        offsets.push(offsets[offsets.len() - 1] + frame.size());
    }
    offsets
}

fn edit(dir: &tempfile::TempDir, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = dir.path().join(name);
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

/// What is found, by `verify` and by opening alike.
fn found(dir: &tempfile::TempDir) -> Fault {
    let fault = verify(dir.path()).unwrap_err();
    match Log::open(config(dir.path()), clock().0) {
        Err(OpenError::Damaged(same)) => assert_eq!(same.class, fault.class),
        other => panic!("{other:?}"),
    }
    fault
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let dir = log(2, 1 << 20).await;
    let whole = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    let offsets = frames(&whole);
    let file = std::fs::OpenOptions::new().write(true).open(dir.path().join(SEGMENT)).unwrap();
    for at in 0..whole.len() {
        file.write_all_at(&[whole[at] ^ 0x20], at as u64).unwrap();
        let fault = verify(dir.path()).unwrap_err();
        if at >= HEADER {
            let index = offsets.partition_point(|offset| *offset <= at) as u64 - 1;
            assert_eq!(fault.index, Some(index), "byte {at}: {fault}");
            assert!(matches!(fault.class, Class::Changed | Class::Truncated), "byte {at}: {fault}");
        }
        file.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
    assert!(verify(dir.path()).is_ok());
}

#[tokio::test]
async fn entries_removed_repeated_or_swapped_are_named() {
    let dir = log(3, 1 << 20).await;
    let whole = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    let at = frames(&whole);
    let part = |n: usize| whole[at[n]..at[n + 1]].to_vec();
    let head = || whole[..HEADER].to_vec();
    let build = |order: &[usize]| {
        order.iter().fold(head(), |mut bytes, n| {
            bytes.extend(part(*n));
            bytes
        })
    };
    for (order, class, index) in [
        (&[0, 1, 3, 4, 5][..], Class::Removed, 2),
        (&[1, 2, 3, 4, 5], Class::Removed, 0),
        (&[0, 2, 1, 3, 4, 5], Class::Reordered, 1),
        (&[0, 1, 1, 2, 3, 4, 5], Class::Reordered, 2),
        (&[0, 1, 2, 3, 4], Class::Truncated, 5),
        (&[], Class::Truncated, 0),
    ] {
        edit(&dir, SEGMENT, |bytes| *bytes = build(order));
        let fault = found(&dir);
        assert_eq!((fault.class, fault.index), (class, Some(index)), "{order:?}: {fault}");
        assert_eq!(fault.segment, SEGMENT);
    }
}

#[tokio::test]
async fn a_record_forged_with_a_right_checksum_leads_to_another_root() {
    let dir = log(3, 1 << 20).await;
    replace(&dir, 2);
    let fault = found(&dir);
    assert_eq!(fault.class, Class::Changed);
    assert!(fault.to_string().contains("the tree does not lead to the checkpoint of 6 entries"), "{fault}");
}

#[tokio::test]
async fn a_log_cut_short_is_not_taken_for_a_torn_one() {
    for cut in [1, 39, 60, 400] {
        let dir = log(2, 1 << 20).await;
        edit(&dir, SEGMENT, |bytes| bytes.truncate(bytes.len() - cut));
        assert_eq!(found(&dir).class, Class::Truncated, "{cut}");
    }
}

#[tokio::test]
async fn what_follows_the_head_and_is_not_whole_is_cut_and_recorded() {
    let dir = log(2, 1 << 20).await;
    edit(&dir, SEGMENT, |bytes| bytes.extend_from_slice(&[0, 0, 2, 0, 9, 9, 9]));
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::TornTail);
    let (log, recovery) = open(dir.path());
    assert_eq!(recovery, Recovery { entries: 5, torn_bytes: 7, unknown_outcomes: 0 });
    log.close().await;
    assert_eq!(kinds(&all(dir.path())).last().map(String::as_str), Some("event:recovery"));
    assert_eq!(verify(dir.path()).map(|v| v.entries), Ok(5));
}

fn segments(dir: &tempfile::TempDir) -> Vec<PathBuf> {
    let files = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().path());
    let mut segments: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "log")).collect();
    segments.sort();
    segments
}

#[tokio::test]
async fn missing_segments_are_named() {
    let removed = [0, 1, 2].map(Some).into_iter().chain([None]);
    for at in removed {
        let dir = log(8, 2000).await;
        let segments = segments(&dir);
        assert!(segments.len() > 3);
        let path = at.map_or_else(|| segments.last().unwrap(), |at| &segments[at]);
        std::fs::remove_file(path).unwrap();
        let fault = found(&dir);
        assert_eq!(fault.class, Class::Removed, "{at:?}: {fault}");
    }
}

#[tokio::test]
async fn a_missing_or_broken_head_is_no_new_log() {
    let dir = log(1, 1 << 20).await;
    edit(&dir, "head", |bytes| bytes.fill(0xff));
    assert_eq!(found(&dir).class, Class::Changed);
    std::fs::remove_file(dir.path().join("head")).unwrap();
    assert_eq!(found(&dir).class, Class::Removed);
    std::fs::remove_file(dir.path().join(SEGMENT)).unwrap();
    assert!(verify(dir.path()).is_err());
}

#[tokio::test]
async fn one_torn_slot_of_the_head_does_no_harm() {
    // The one before it, which a cut of power in the middle of a write leaves alone.
    let generation = |bytes: &[u8], slot: usize| bytes[slot + 8..slot + 16].to_vec();
    for is_newest in [false, true] {
        let dir = log(3, 1 << 20).await;
        edit(&dir, "head", |bytes| {
            let newest = if generation(bytes, 0) > generation(bytes, 4096) { 0 } else { 4096 };
            bytes[if is_newest { newest } else { 4096 - newest } + 20] ^= 1;
        });
        let found = verify(dir.path());
        match is_newest {
            false => assert_eq!(found.map(|v| v.entries), Ok(6)),
            // A checkpoint was signed since: no cut of power leaves that.
            true => assert!(found.is_err_and(|fault| fault.class == Class::Truncated && fault.segment == "head")),
        }
    }
}

#[tokio::test]
async fn a_side_that_was_changed_or_wiped_is_a_fault_of_its_entry() {
    let dir = log(2, 1 << 20).await;
    let reveal = || reveal(dir.path(), &keys(dir.path()), 2, Field::Arguments, ARGUMENTS.as_bytes());
    let replay = || decisions(dir.path(), &keys(dir.path()), 2..3, UnixMillis(0)).unwrap().next().unwrap();
    assert_eq!(reveal(), Ok(Revealed::Match));
    let whole = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    let end = frames(&whole)[3];
    let at = end - frame::decode(&whole[frames(&whole)[2]..]).unwrap().side.len();
    type Change = fn(&mut [u8]);
    let changes: [(&str, Change); 4] = [
        ("one bit", |side| side[0] ^= 1),
        ("all of it", |side| side.fill(0)),
        ("its salt", |side| side[..32].fill(0)),
        ("its sealed parts", |side| side[32..].fill(0)),
    ];
    for (what, change) in changes {
        edit(&dir, SEGMENT, |bytes| change(&mut bytes[at..end]));
        let fault = found(&dir);
        assert_eq!((fault.class, fault.index, fault.segment.as_str()), (Class::Changed, Some(2), SEGMENT), "{what}");
        assert!(fault.to_string().contains("side"), "{fault}");
        assert_eq!(reveal().unwrap_err().class, Class::Changed, "{what}: it is no erasure");
        assert_eq!(replay().unwrap_err().class, Class::Changed, "{what}: it is no erasure");
        std::fs::write(dir.path().join(SEGMENT), &whole).unwrap();
    }
    assert!(verify(dir.path()).is_ok());
}

#[tokio::test]
async fn a_side_that_the_record_does_not_name_is_found() {
    for (entry, change) in [(0, 0), (0, 5), (1, 31), (0, 32), (1, 49), (0, 4096)] {
        let dir = log(1, 1 << 20).await;
        edit(&dir, SEGMENT, |bytes| {
            let at = frames(bytes);
            let was = frame::decode(&bytes[at[entry]..]).unwrap();
            let side = vec![0; change];
            let mut framed = Vec::new();
            frame::encode(was.record, &side, was.leaf, &mut framed);
            bytes.splice(at[entry]..at[entry + 1], framed);
        });
        let fault = found(&dir);
        assert_eq!((fault.class, fault.index), (Class::Changed, Some(entry as u64)), "{fault}");
    }
}

#[tokio::test]
async fn another_format_is_named() {
    let dir = log(1, 1 << 20).await;
    edit(&dir, SEGMENT, |bytes| bytes[7] = 1);
    let fault = found(&dir);
    assert_eq!(fault.class, Class::Unreadable);
    assert!(fault.to_string().contains("format 1; this release reads and writes format 2"), "{fault}");
    edit(&dir, "head", |bytes| [7, 4096 + 7].iter().for_each(|at| bytes[*at] = 1));
    let fault = found(&dir);
    assert!(fault.to_string().contains("head") && fault.to_string().contains("format 1"), "{fault}");
}

#[tokio::test]
async fn a_fault_is_one_sentence() {
    let dir = log(1, 1 << 20).await;
    edit(&dir, SEGMENT, |bytes| bytes[200] ^= 1);
    let text = verify(dir.path()).unwrap_err().to_string();
    assert_eq!(text, "changed: entry 0, 00000000000000000000.log at byte 36: the record's checksum is wrong");
}

/// Replaces the record of an entry by one that is as whole as it was.
fn replace(dir: &tempfile::TempDir, entry: usize) {
    edit(dir, SEGMENT, |bytes| {
        let at = frames(bytes);
        let was = frame::decode(&bytes[at[entry]..]).unwrap();
        let forged = String::from_utf8(was.record.to_vec()).unwrap().replace("acme", "evil").into_bytes();
        assert_ne!(forged, was.record);
        let mut framed = Vec::new();
        frame::encode(&forged, was.side, frame::leaf(&forged), &mut framed);
        bytes.splice(at[entry]..at[entry + 1], framed);
    });
}

/// A log of one segment and 330 entries whose checkpoints are of 0, 10, 320 and 330 entries.
async fn signed_now_and_then() -> tempfile::TempDir {
    let dir = log(5, 1 << 20).await;
    for calls in [155, 5] {
        let (log, _) = open(dir.path());
        for _ in 0..calls {
            call(&log, "answer").await;
        }
        log.close().await;
    }
    assert_eq!(verify(dir.path()).map(|found| (found.entries, found.signed)), Ok((330, 330)));
    dir
}

#[tokio::test]
async fn the_entry_that_was_replaced_is_named_as_exactly_as_it_can_be() {
    let dir = signed_now_and_then().await;
    let whole = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    let tile = dir.path().join("tile/0/000");
    let hashes = std::fs::read(&tile).unwrap();
    let expect = |entry: usize, index: usize, what: &str| {
        replace(&dir, entry);
        let fault = found(&dir);
        std::fs::write(dir.path().join(SEGMENT), &whole).unwrap();
        let offset = frames(&whole)[index] as u64;
        assert_eq!((fault.class, fault.index), (Class::Changed, Some(index as u64)), "{fault}");
        assert_eq!((fault.segment.as_str(), fault.offset), (SEGMENT, offset), "{fault}");
        assert!(fault.what.contains(what), "{fault}");
    };
    // The tile of the first 256 has all hashes, and with them the tree leads to the next checkpoint.
    for entry in [0, 9, 10, 100, 255] {
        let end = if entry < 10 { 10 } else { 320 };
        expect(entry, entry, &format!("tile/0/000 has another hash of it, which leads to the checkpoint of {end} "));
    }
    // Beyond it, and without it, one of those between two checkpoints.
    expect(256, 10, "an entry from 10 to 319 was replaced: the tree does not lead to the checkpoint of 320 entries");
    expect(329, 320, "an entry from 320 to 329 was replaced");
    std::fs::remove_file(&tile).unwrap();
    expect(9, 0, "an entry from 0 to 9 was replaced");
    expect(255, 10, "an entry from 10 to 319 was replaced");
    // A tile that was changed as well names nobody.
    let mut forged = hashes.clone();
    forged[200 * 32] ^= 1;
    std::fs::write(&tile, &forged).unwrap();
    expect(255, 10, "an entry from 10 to 319 was replaced");
    std::fs::write(&tile, &hashes).unwrap();
    assert!(verify(dir.path()).is_ok());
}

#[tokio::test]
async fn the_first_entry_of_another_history_is_named_where_the_tiles_are_of_the_signed_one() {
    let dir = signed_now_and_then().await;
    replace(&dir, 100);
    // The head is made to agree: only what was signed does not.
    let mut tree = casemate_tlog::Frontier::new();
    let whole = std::fs::read(dir.path().join(SEGMENT)).unwrap();
    for at in frames(&whole) {
        if let Ok(frame) = frame::decode(&whole[at..]) {
            tree.push(casemate_tlog::Hash(frame.leaf.0), |_, _, _| ()).unwrap();
        }
    }
    let there = crate::scan::head(&crate::storage::DirSource::new(dir.path())).unwrap().unwrap();
    let head = crate::head::Head { generation: there.generation + 1, root: tree.root(), ..there };
    edit(&dir, "head", |bytes| {
        let (offset, slot) = head.slot();
        let at = usize::try_from(offset).unwrap();
        bytes[at..at + slot.len()].copy_from_slice(&slot);
    });
    let fault = verify(dir.path()).unwrap_err();
    assert_eq!((fault.class, fault.index), (Class::Fork, Some(100)), "{fault}");
    std::fs::remove_file(dir.path().join("tile/0/000")).unwrap();
    let fault = verify(dir.path()).unwrap_err();
    assert_eq!((fault.class, fault.index), (Class::Fork, None), "{fault}");
}

#[tokio::test]
async fn an_entry_that_no_checkpoint_has_signed_is_one_after_the_last_checkpoint() {
    let dir = log(2, 1 << 20).await;
    let (log, _) = Log::open(Config { checkpoint_every: HOUR, ..config(dir.path()) }, clock().0).unwrap();
    call(&log, "answer").await;
    call(&log, "answer").await;
    let copy = tempfile::tempdir().unwrap();
    for name in [SEGMENT, "head", "00000000000000000000.checkpoints", "checkpoint"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    replace(&copy, 6);
    let fault = verify(copy.path()).unwrap_err();
    assert_eq!((fault.class, fault.index), (Class::Changed, Some(4)), "{fault}");
    assert!(fault.what.contains("an entry from 4 to 7 was replaced: the tree does not lead to the head"), "{fault}");
    log.close().await;
}
