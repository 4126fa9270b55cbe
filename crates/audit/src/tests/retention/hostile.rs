//! What somebody with an editor can do to a pruned log, and what `verify` and the next start say to it.

use super::*;
use crate::{Class, Fault, OpenError, Options, verify_with};

/// What `verify` finds with the log's key.
fn verify(dir: &Path) -> Result<crate::Verified, Fault> {
    verify_with(dir, Options { keys: vec![verifier(dir)], ..Options::default() })
}

fn assert_removed(dir: &Path) -> Fault {
    let fault = verify(dir).unwrap_err();
    assert_eq!(fault.class, Class::Removed, "{fault}");
    match Log::open(weekly(dir), clock().0) {
        Err(OpenError::Damaged(same)) => assert_eq!(same.class, Class::Removed, "{same}"),
        other => panic!("{other:?}"),
    }
    fault
}

/// The minimum's text with other contents.
fn forge(dir: &Path, change: impl FnOnce(String) -> String) {
    let path = dir.join("minimum");
    let text = change(std::fs::read_to_string(&path).unwrap());
    std::fs::write(path, text).unwrap();
}

/// The last checkpoint beside the segment that begins with `first`.
fn closing(dir: &Path, first: u64) -> String {
    let text = std::fs::read_to_string(crate::checkpoints_path(dir, first)).unwrap();
    let text = text.strip_suffix("\n\n").unwrap();
    let (_, last) = text.rsplit_once("\n\ncasemate/audit\n").unwrap_or(("", text));
    let last = last.strip_prefix("casemate/audit\n").unwrap_or(last);
    format!("casemate/audit\n{last}\n")
}

#[tokio::test]
async fn a_segment_deleted_by_hand_is_missed() {
    let (dir, end) = House::pruned(400).await;
    assert!(verify(dir.path()).is_ok());
    std::fs::remove_file(crate::segment_path(dir.path(), end)).unwrap();
    assert_eq!(assert_removed(dir.path()).index, Some(end));
}

#[tokio::test]
async fn the_first_segment_deleted_by_hand_is_missed_where_nothing_was_pruned() {
    let house = House::new().await;
    house.log.close().await;
    std::fs::remove_file(crate::segment_path(house.dir.path(), 0)).unwrap();
    assert_eq!(assert_removed(house.dir.path()).what, "the first segment is missing");
}

#[tokio::test]
async fn without_its_minimum_a_pruned_log_has_lost_its_beginning() {
    let (dir, _) = House::pruned(400).await;
    std::fs::remove_file(dir.path().join("minimum")).unwrap();
    assert_eq!(assert_removed(dir.path()).what, "the first segment is missing");
}

#[tokio::test]
async fn a_minimum_with_an_older_or_a_newer_checkpoint_is_no_excuse() {
    let house = House::new().await;
    let (older, dir) = (house.end_of(10), house.path().to_owned());
    let kept = closing(&dir, 0);
    assert!(kept.contains(&format!("\n{older}\n")), "{kept}");
    let end = house.end_of(400);
    house.log.prune(end, "x").await.unwrap();
    let newer = closing(&dir, end);
    let next = house.end_of(end);
    house.log.close().await;
    let honest = std::fs::read_to_string(dir.join("minimum")).unwrap();
    let with = |note: &str| format!("{}\n\n{note}", honest.split_once("\n\n").unwrap().0);
    forge(&dir, |_| with(&kept));
    assert_removed(&dir);
    // As if the next segment had been pruned as well: before and after it is deleted.
    forge(&dir, |_| with(&newer));
    assert_eq!(assert_removed(&dir).index, Some(next));
    std::fs::remove_file(crate::segment_path(&dir, end)).unwrap();
    let fault = assert_removed(&dir);
    assert!(fault.what.starts_with("no record says that the entries before"), "{fault}");
    forge(&dir, |_| honest.clone());
    assert_removed(&dir);
}

#[tokio::test]
async fn a_minimum_that_is_not_signed_or_not_whole_is_none() {
    let (dir, _) = House::pruned(400).await;
    let honest = std::fs::read_to_string(dir.path().join("minimum")).unwrap();
    let forger = Signer::from_seed("casemate/audit", &[9; 32]).unwrap();
    let note = honest.split_once("\n\n").unwrap().1;
    let lines: Vec<_> = note.lines().collect();
    let (size, root) = (lines[1].parse().unwrap(), lines[2]);
    let forged = Checkpoint::parse(&format!("casemate/audit\n{size}\n{root}\n")).unwrap();
    let other: u64 = size;
    assert_eq!(forged.size(), other);
    let swapped = {
        let mut bytes = honest.clone().into_bytes();
        let at = bytes.len() - 20;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let another_root = honest.replace(root, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let no_record = honest.replacen("\nrecord ", "\nrecord 9", 1);
    for text in
        [String::new(), "x".to_owned(), honest.replace("v1", "v2"), swapped.clone(), another_root, format!("{honest}x")]
    {
        let is_signature = text == swapped;
        forge(dir.path(), |_| text);
        if is_signature {
            assert_eq!(verify(dir.path()).unwrap_err().class, Class::Signature);
            assert!(matches!(Log::open(weekly(dir.path()), clock().0), Err(OpenError::Damaged(_))));
        } else {
            assert_removed(dir.path());
        }
    }
    // `verify` finds the record wherever it is; who opens the log looks where the file says.
    forge(dir.path(), |_| no_record);
    assert!(matches!(Log::open(weekly(dir.path()), clock().0), Err(OpenError::Damaged(_))));
    // Signed by nobody we know, with everything else in order: what our key signed later has grown out of it, so that the
    // log goes on; `verify` names the signature, for no record names such a key.
    forge(dir.path(), |_| format!("{}\n\n{}", honest.split_once("\n\n").unwrap().0, forged.sign([&forger]).unwrap()));
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::Signature);
    Log::open(weekly(dir.path()), clock().0).unwrap().0.close().await;
}

#[tokio::test]
async fn tiles_below_the_minimum_cannot_be_made_again_and_are_checked() {
    let (dir, end) = House::pruned(600).await;
    assert!(end > 512);
    let path = |index: u64| dir.path().join(format!("tile/0/{index:03}"));
    for index in [0, 1] {
        let honest = std::fs::read(path(index)).unwrap();
        let mut bad = honest.clone();
        bad[100] ^= 1;
        for bytes in [bad, honest[..100].to_vec()] {
            std::fs::write(path(index), bytes).unwrap();
            let fault = verify(dir.path()).unwrap_err();
            assert!(matches!(fault.class, Class::Changed | Class::Removed), "{fault}");
            assert!(fault.segment.starts_with("tile/0/"), "{fault}");
            let fault =
                crate::tile(dir.path(), casemate_tlog::tile::Tile::parse(&format!("tile/0/{index:03}")).unwrap());
            assert!(fault.unwrap_err().segment.starts_with("tile/0/"));
        }
        std::fs::write(path(index), honest).unwrap();
    }
    // Two of them swapped.
    std::fs::rename(path(0), path(7)).unwrap();
    std::fs::rename(path(1), path(0)).unwrap();
    std::fs::rename(path(7), path(1)).unwrap();
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::Changed);
}

#[tokio::test]
async fn a_record_of_pruning_taken_out_is_missed() {
    let (dir, _) = House::pruned(400).await;
    let record = crate::last_pruned(dir.path()).unwrap().unwrap();
    let path = files(dir.path(), ".log").pop().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(record.bytes.len()).position(|window| window == record.bytes).unwrap();
    // Another event with a right checksum in its place.
    let other = String::from_utf8(record.bytes.clone()).unwrap().replace(r#""event":"prune""#, r#""event":"start""#);
    let (from, mut framed) = (at - crate::frame::OVERHEAD, Vec::new());
    crate::frame::encode(other.as_bytes(), &[], crate::frame::leaf(other.as_bytes()), &mut framed);
    let mut forged = bytes.clone();
    forged.splice(from..from + framed.len(), framed);
    std::fs::write(&path, forged).unwrap();
    assert!(matches!(verify(dir.path()).unwrap_err().class, Class::Changed | Class::Fork));
    assert!(matches!(Log::open(weekly(dir.path()), clock().0), Err(OpenError::Damaged(_))));
    std::fs::write(&path, bytes).unwrap();
    assert!(verify(dir.path()).is_ok());
}
