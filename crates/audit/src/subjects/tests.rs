//! The file of keys as crashes, damage and hands leave it.

use super::*;
use casemate_core::{Subject, TenantId};
use std::os::unix::fs::PermissionsExt as _;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn who(subject: &str) -> Digest {
    id(TenantId::parse("acme").ok().as_ref(), Subject::parse(subject).ok().as_ref())
}

fn open(path: &Path) -> Subjects {
    Subjects::open(path, false).unwrap().unwrap()
}

/// Three durable keys, and what they are.
fn three(path: &Path) -> Vec<Held> {
    let subjects = open(path);
    let held = ["a", "b", "c"].map(|name| subjects.key(who(name), NOW).unwrap()).to_vec();
    subjects.flush().unwrap();
    held
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn keys_are_made_once_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys/subjects");
    let made = three(&path);
    assert!(made[0].key != made[1].key && made[1].key != made[2].key);
    let subjects = open(&path);
    for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
        let held = subjects.key(who(name), NOW).unwrap();
        assert_eq!((held.slot, held.key), (at as u32, made[at].key.clone()));
    }
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 * SLOT as u64);
    assert!(Subjects::open(&path, false).unwrap().is_none(), "one writer only");
    drop(subjects);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Subjects::open(&path, false).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
}

#[test]
fn a_damaged_slot_is_named_and_nothing_opens() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    three(&path);
    // A fourth key vouches for the three.
    let subjects = open(&path);
    subjects.key(who("d"), NOW).unwrap();
    subjects.flush().unwrap();
    drop(subjects);
    let whole = fs::read(&path).unwrap();
    for at in SLOT..whole.len() {
        edit(&path, |bytes| bytes[at] ^= 1);
        let fault = Subjects::open(&path, false).unwrap_err();
        let slot = at / SLOT - 1;
        assert_eq!(fault.kind(), io::ErrorKind::InvalidData);
        assert!(fault.to_string().contains(&format!("subjects: the key in slot {slot} (bytes ")), "{fault}");
        fs::write(&path, &whole).unwrap();
    }
    // Slots that were durable and are zeroes now, or stand in another's place.
    edit(&path, |bytes| bytes[SLOT..2 * SLOT].fill(0));
    assert!(Subjects::open(&path, false).unwrap_err().to_string().contains("slot 0"));
    fs::write(&path, &whole).unwrap();
    edit(&path, |bytes| bytes.copy_within(SLOT..2 * SLOT, 2 * SLOT));
    assert!(Subjects::open(&path, false).unwrap_err().to_string().contains("slot 1"));
    fs::write(&path, b"something else entirely").unwrap();
    edit(&path, |bytes| bytes.resize(SLOT * 2, 0));
    assert_eq!(Subjects::open(&path, false).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn what_a_power_cut_left_unfinished_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    // Of the last batch: the slot in the middle never reached the disk, and half of a fourth one did.
    edit(&path, |bytes| {
        bytes[2 * SLOT..3 * SLOT].fill(0);
        bytes.extend_from_slice(&[0; SLOT / 2]);
    });
    let subjects = open(&path);
    assert_eq!(subjects.key(who("a"), NOW).unwrap().key, made[0].key);
    assert_eq!(subjects.key(who("c"), NOW).unwrap().key, made[2].key);
    let again = subjects.key(who("b"), NOW).unwrap();
    assert!(again.slot == 3 && again.key != made[1].key);
    subjects.flush().unwrap();
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(subjects.key(who("b"), NOW).unwrap().key, again.key);
    // An empty file is what an interrupted creation leaves.
    drop(subjects);
    assert_eq!(Subjects::open(&dir.path().join("none"), true).unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).key(who("a"), NOW).unwrap().slot, 0);
}

#[test]
fn what_cannot_be_written_is_written_later() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let subjects = open(&path);
    let held = subjects.key(who("a"), NOW).unwrap();
    let aside = dir.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    assert!(subjects.flush().unwrap_err().to_string().contains("subjects"));
    assert!(subjects.doom(who("a")).is_err());
    fs::rename(&aside, &path).unwrap();
    subjects.flush().unwrap();
    drop(subjects);
    assert_eq!(open(&path).key(who("a"), NOW).unwrap().key, held.key);
}

#[test]
fn an_erasure_goes_through_its_steps_and_leaves_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let ring = || Ring::new(&path).find(1, &made[1].key.check(), who("b")).unwrap();
    let bytes_of = |key: &Key| Slot { key: key.clone(), ..Slot::void(0, 0) }.encode()[64..96].to_vec();
    let has = |needle: &[u8]| fs::read(&path).unwrap().windows(32).any(|window| window == needle);
    let key = bytes_of(&made[1].key);
    assert!(has(&key) && matches!(ring(), Lookup::Found(_)));
    let subjects = open(&path);
    assert_eq!(subjects.doom(who("nobody")).unwrap(), Vec::<u32>::new());
    let slots = subjects.doom(who("b")).unwrap();
    assert_eq!(slots, [1]);
    assert!(matches!(ring(), Lookup::Erased));
    let fresh = subjects.key(who("b"), NOW).unwrap();
    assert!(fresh.slot == 3 && fresh.key != made[1].key);
    subjects.flush().unwrap();
    // Interrupted here, the next opening knows of it.
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(subjects.ending(), [(1, who("b"), false)]);
    subjects.wipe(&slots, NOW).unwrap();
    assert!(!has(&key));
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(subjects.ending(), [(1, who("b"), true)]);
    subjects.settle(&slots).unwrap();
    assert!(subjects.ending().is_empty() && matches!(ring(), Lookup::Erased));
    drop(subjects);
    let subjects = open(&path);
    assert!(subjects.ending().is_empty());
    assert_eq!(subjects.key(who("b"), NOW).unwrap().key, fresh.key);
    assert_eq!(subjects.key(who("a"), NOW).unwrap().key, made[0].key);
    // The new key is another one to erase.
    assert_eq!(subjects.doom(who("b")).unwrap(), [3]);
}

#[test]
fn a_key_is_found_by_its_owner_and_fingerprint_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let ring = Ring::new(&path);
    let check = made[0].key.check();
    assert!(matches!(ring.find(0, &check, who("a")).unwrap(), Lookup::Found(_)));
    assert!(matches!(ring.find(0, &check, who("b")).unwrap(), Lookup::Missing));
    assert!(matches!(ring.find(0, &made[1].key.check(), who("a")).unwrap(), Lookup::Missing));
    assert!(matches!(ring.find(9, &check, who("a")).unwrap(), Lookup::Missing));
    assert!(Ring::new(&dir.path().join("none")).find(0, &check, who("a")).is_err());
}
