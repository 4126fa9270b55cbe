//! The file of keys as crashes, damage and hands leave it.

use super::slot::MAGIC;
use super::*;
use casemate_core::{Subject, TenantId};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

fn who(subject: &str) -> Owner {
    Owner::new(TenantId::parse("acme").ok().as_ref(), Subject::parse(subject).ok().as_ref())
}

fn open(path: &Path) -> Subjects {
    Subjects::open(path, false, 0).unwrap().unwrap()
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
        assert_eq!((held.named.slot, held.key), (at as u32, made[at].key.clone()));
    }
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 * SLOT as u64);
    assert!(Subjects::open(&path, false, 0).unwrap().is_none(), "one writer only");
    drop(subjects);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Subjects::open(&path, false, 0).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
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
        let fault = Subjects::open(&path, false, 0).unwrap_err();
        let slot = at / SLOT - 1;
        assert_eq!(fault.kind(), io::ErrorKind::InvalidData);
        assert!(fault.to_string().contains(&format!("subjects: the key in slot {slot} (bytes ")), "{fault}");
        fs::write(&path, &whole).unwrap();
    }
    // Slots that were durable and are zeroes now, or stand in another's place.
    edit(&path, |bytes| bytes[SLOT..2 * SLOT].fill(0));
    assert!(Subjects::open(&path, false, 0).unwrap_err().to_string().contains("slot 0"));
    fs::write(&path, &whole).unwrap();
    edit(&path, |bytes| bytes.copy_within(SLOT..2 * SLOT, 2 * SLOT));
    assert!(Subjects::open(&path, false, 0).unwrap_err().to_string().contains("slot 1"));
    fs::write(&path, b"something else entirely").unwrap();
    edit(&path, |bytes| bytes.resize(SLOT * 2, 0));
    assert_eq!(Subjects::open(&path, false, 0).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

/// No later key vouches for the last ones; that they were durable is said by the file itself.
#[test]
fn a_file_that_was_cut_or_blanked_is_damaged_and_no_slot_of_it_is_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    three(&path);
    let whole = fs::read(&path).unwrap();
    let refused = |slot: usize, change: &dyn Fn(&mut Vec<u8>)| {
        edit(&path, |bytes| change(bytes));
        let left = fs::read(&path).unwrap();
        let fault = Subjects::open(&path, true, 0).unwrap_err();
        assert_eq!(fault.kind(), io::ErrorKind::InvalidData);
        assert!(fault.to_string().contains(&format!("the key in slot {slot} (bytes ")), "{fault}");
        assert_eq!(fs::read(&path).unwrap(), left, "nothing was written");
        fs::write(&path, &whole).unwrap();
    };
    for slot in 0..3 {
        refused(slot, &|bytes| bytes[(slot + 1) * SLOT..(slot + 2) * SLOT].fill(0));
        for len in [0, 1, 72, SLOT - 1] {
            refused(slot, &|bytes| bytes.truncate((slot + 1) * SLOT + len));
        }
        // Blanked to the end, and the end cut off.
        refused(slot, &|bytes| bytes[(slot + 1) * SLOT..].fill(0));
        refused(slot, &|bytes| {
            bytes.truncate((slot + 1) * SLOT);
            bytes.resize(4 * SLOT, 0);
        });
    }
    for at in MAGIC.len()..MAGIC.len() + 8 {
        edit(&path, |bytes| bytes[at] ^= 1);
        let fault = Subjects::open(&path, true, 0).unwrap_err().to_string();
        assert!(fault.contains("the number of its keys"), "{fault}");
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(open(&path).used(), 3);
}

#[test]
fn a_file_of_a_release_that_did_not_count_is_counted_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let subjects = open(&path);
    erase(&subjects, "b");
    drop(subjects);
    edit(&path, |bytes| bytes[MAGIC.len()..SLOT].fill(0));
    assert!(is_used(&path));
    let subjects = Subjects::open(&path, true, 0).unwrap().unwrap();
    assert_eq!(subjects.key(who("a"), NOW).unwrap().key, made[0].key);
    let again = subjects.key(who("d"), NOW).unwrap();
    assert_eq!((again.named.slot, again.named.generation), (1, 1));
    drop(subjects);
    assert_eq!(file::counted(&path).unwrap(), 3);
    // A slot that was erased is a slot as well.
    edit(&path, |bytes| bytes[2 * SLOT..3 * SLOT].fill(0));
    assert!(Subjects::open(&path, true, 0).unwrap_err().to_string().contains("slot 1"));
}

#[test]
fn what_a_power_cut_left_unfinished_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    // Of the last batch: the slot in the middle never reached the disk, and half of a fourth one did. What the file says
    // of their number follows a batch.
    edit(&path, |bytes| {
        bytes[MAGIC.len()..SLOT].fill(0);
        bytes[2 * SLOT..3 * SLOT].fill(0);
        bytes.extend_from_slice(&[0; SLOT / 2]);
    });
    let subjects = open(&path);
    assert_eq!(subjects.key(who("a"), NOW).unwrap().key, made[0].key);
    assert_eq!(subjects.key(who("c"), NOW).unwrap().key, made[2].key);
    let again = subjects.key(who("b"), NOW).unwrap();
    assert!(again.named.slot == 1 && again.key != made[1].key);
    // No record was made under the one that is lost; if one says so, it was not erased.
    assert!(matches!(Ring::new(&path).find(&made[1].named, who("b")).unwrap(), Lookup::Missing));
    subjects.flush().unwrap();
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(subjects.key(who("b"), NOW).unwrap().key, again.key);
    assert!(matches!(Ring::new(&path).find(&made[1].named, who("b")).unwrap(), Lookup::Missing));
    // An empty file is what an interrupted creation leaves.
    drop(subjects);
    assert_eq!(Subjects::open(&dir.path().join("none"), true, 0).unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).key(who("a"), NOW).unwrap().named.slot, 0);
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
    let ring = || Ring::new(&path).find(&made[1].named, who("b")).unwrap();
    let bytes_of = |key: &Key| Slot { key: key.clone(), ..Slot::void(0, 0) }.encode()[64..96].to_vec();
    let has = |needle: &[u8]| fs::read(&path).unwrap().windows(32).any(|window| window == needle);
    let key = bytes_of(&made[1].key);
    assert!(has(&key) && matches!(ring(), Lookup::Found(_)));
    let subjects = open(&path);
    assert_eq!(subjects.doom(who("nobody")).unwrap(), Vec::<u32>::new());
    let slots = subjects.doom(who("b")).unwrap();
    assert_eq!(slots, [1]);
    assert!(matches!(ring(), Lookup::Ending));
    let fresh = subjects.key(who("b"), NOW).unwrap();
    assert!(fresh.named.slot == 3 && fresh.key != made[1].key);
    subjects.flush().unwrap();
    // Interrupted here, the next opening knows of it.
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(ending(&subjects), [(1, State::Doomed)]);
    subjects.wipe(&slots, NOW).unwrap();
    assert!(!has(&key));
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(ending(&subjects), [(1, State::Wiped)]);
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
fn a_key_is_found_by_its_owner_generation_and_fingerprint_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let named = made[0].named;
    let find = |named: Named, name| Ring::new(&path).find(&named, who(name)).unwrap();
    assert!(matches!(find(named, "a"), Lookup::Found(key) if key == made[0].key));
    assert!(matches!(find(named, "b"), Lookup::Missing));
    assert!(matches!(find(Named { check: made[1].named.check, ..named }, "a"), Lookup::Missing));
    assert!(matches!(find(Named { slot: 9, ..named }, "a"), Lookup::Missing));
    assert!(matches!(find(Named { generation: 1, ..named }, "a"), Lookup::Missing), "an older copy of the file");
    assert!(Ring::new(&dir.path().join("none")).find(&named, who("a")).is_err());
    // A file of something else is no file in which the key is missing.
    let other = dir.path().join("other");
    for (text, is_error) in [(&b"something else"[..], true), (&[0; 4096], false), (b"", false)] {
        fs::write(&other, text).unwrap();
        assert_eq!(Ring::new(&other).find(&named, who("a")).is_err(), is_error);
    }
    assert!(Ring::new(Path::new("/dev/null")).find(&named, who("a")).is_err());
    // Destroyed is the one that was there, and no other.
    let subjects = open(&path);
    let slots = subjects.doom(who("a")).unwrap();
    subjects.wipe(&slots, NOW).unwrap();
    assert!(matches!(find(named, "a"), Lookup::Ending));
    subjects.settle(&slots).unwrap();
    assert!(matches!(find(named, "a"), Lookup::Erased));
    assert!(matches!(find(Named { check: made[1].named.check, ..named }, "a"), Lookup::Missing));
    assert!(matches!(find(named, "b"), Lookup::Missing));
}

fn ending(subjects: &Subjects) -> Vec<(u32, State)> {
    subjects.ending().into_iter().map(|ending| (ending.number, ending.state)).collect()
}

/// Erases and notes it.
fn erase(subjects: &Subjects, name: &str) {
    let slots = subjects.doom(who(name)).unwrap();
    subjects.wipe(&slots, NOW).unwrap();
    subjects.settle(&slots).unwrap();
}

#[test]
fn a_slot_is_used_again_and_its_earlier_keys_stay_erased() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let mut subjects = open(&path);
    let mut before = vec![(made[1].named, who("b"))];
    for (old, name) in [("b", "d"), ("d", "b"), ("b", "e"), ("e", "b")] {
        erase(&subjects, old);
        let next = subjects.key(who(name), NOW).unwrap();
        subjects.flush().unwrap();
        assert_eq!((next.named.slot, next.named.generation), (1, before.len() as u32));
        for (named, owner) in &before {
            for owner in [*owner, who(name), who("a")] {
                assert!(matches!(Ring::new(&path).find(named, owner).unwrap(), Lookup::Erased), "{named:?}");
            }
            // Not even where the fingerprints of both were equal.
            let same = Named { check: next.named.check, ..*named };
            assert!(matches!(Ring::new(&path).find(&same, who(name)).unwrap(), Lookup::Erased));
        }
        assert!(matches!(Ring::new(&path).find(&next.named, who(name)).unwrap(), Lookup::Found(_)));
        before.push((next.named, who(name)));
        drop(subjects);
        subjects = open(&path);
        assert_eq!(subjects.key(who(name), NOW).unwrap().key, next.key);
        assert_eq!(subjects.used(), 3);
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 * SLOT as u64, "nothing was appended");
}

#[test]
fn a_slot_is_free_only_when_its_erasure_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    three(&path);
    let subjects = open(&path);
    let slots = subjects.doom(who("a")).unwrap();
    assert_eq!(subjects.key(who("d"), NOW).unwrap().named.slot, 3);
    subjects.wipe(&slots, NOW).unwrap();
    assert_eq!(subjects.key(who("e"), NOW).unwrap().named.slot, 4);
    drop(subjects);
    let subjects = open(&path);
    assert_eq!(subjects.key(who("f"), NOW).unwrap().named.slot, 3, "what was not flushed never was");
    subjects.settle(&slots).unwrap();
    assert_eq!(subjects.key(who("g"), NOW).unwrap().named.slot, 0);
    // A slot whose generations are at an end stays as it is.
    let mut inner = Inner::default();
    inner.release(&Slot { state: State::Erased, generation: u32::MAX, ..Slot::void(7, 0) });
    inner.release(&Slot { state: State::Erased, generation: u32::MAX - 1, ..Slot::void(8, 0) });
    assert_eq!((inner.place(0), inner.place(0)), (Some((8, u32::MAX)), None));
}

#[test]
fn a_reused_slot_is_whole_before_and_after_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    three(&path);
    let subjects = open(&path);
    erase(&subjects, "b");
    let before = fs::read(&path).unwrap();
    let next = subjects.key(who("d"), NOW).unwrap();
    subjects.flush().unwrap();
    drop(subjects);
    // The write never reached the disk: no record was made under that key.
    let after = fs::read(&path).unwrap();
    fs::write(&path, &before).unwrap();
    let again = open(&path).key(who("d"), NOW).unwrap();
    assert!(again.named.slot == 1 && again.named.generation == 1 && again.key != next.key);
    assert!(matches!(Ring::new(&path).find(&next.named, who("d")).unwrap(), Lookup::Erased | Lookup::Missing));
    // Or it did, and was in the page cache only: it is the one batch that is written once more.
    fs::write(&path, &after).unwrap();
    let loaded = load(&path).unwrap();
    assert_eq!(loaded.last, [1]);
    assert_eq!(open(&path).key(who("d"), NOW).unwrap().key, next.key);
}

#[test]
fn the_later_of_two_keys_is_used_wherever_they_lie() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    three(&path);
    let subjects = open(&path);
    erase(&subjects, "a");
    // The mark on `c` is lost with a write that failed; its next key comes to lie before it.
    let marked = fs::read(&path).unwrap();
    subjects.doom(who("c")).unwrap();
    let next = subjects.key(who("c"), NOW).unwrap();
    assert_eq!(next.named.slot, 0);
    subjects.flush().unwrap();
    drop(subjects);
    edit(&path, |bytes| bytes[3 * SLOT..4 * SLOT].copy_from_slice(&marked[3 * SLOT..4 * SLOT]));
    let subjects = open(&path);
    assert_eq!(subjects.key(who("c"), NOW).unwrap().key, next.key);
    assert_eq!(ending(&subjects), [(2, State::Doomed)]);
}

#[test]
fn a_held_key_is_read_and_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("subjects");
    let made = three(&path);
    let mut subjects = open(&path);
    let slots = subjects.doom(who("a")).unwrap();
    subjects.hold(&slots).unwrap();
    for _ in 0..2 {
        assert_eq!(ending(&subjects), [(0, State::Held)]);
        assert!(matches!(Ring::new(&path).find(&made[0].named, who("a")).unwrap(), Lookup::Found(_)));
        drop(subjects);
        subjects = open(&path);
    }
    assert_eq!(subjects.key(who("a"), NOW).unwrap().named.slot, 3);
    // Asked for again, both go.
    assert_eq!(subjects.doom(who("a")).unwrap(), [0, 3]);
    assert!(matches!(Ring::new(&path).find(&made[0].named, who("a")).unwrap(), Lookup::Ending));
    subjects.wipe(&[0, 3], NOW).unwrap();
    subjects.hold(&[0, 3]).unwrap();
    assert_eq!(ending(&subjects), [(0, State::Wiped), (3, State::Wiped)], "what is destroyed is not held");
}

#[test]
fn when_all_are_in_use_a_new_one_is_refused_and_erasure_makes_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut subjects = open(&dir.path().join("subjects"));
    subjects.most = 5;
    for (n, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        assert_eq!(subjects.read().is_told, n >= 4, "at four of five it is told");
        subjects.key(who(name), NOW).unwrap();
    }
    assert!(subjects.read().is_told);
    for _ in 0..2 {
        let error = subjects.key(who("f"), NOW).unwrap_err();
        assert!(error.to_string().contains("all 5 keys of subjects are in use"), "{error}");
    }
    assert!(subjects.key(who("a"), NOW).is_ok(), "those that have one go on");
    subjects.flush().unwrap();
    erase(&subjects, "a");
    erase(&subjects, "b");
    assert!(!subjects.read().is_told && subjects.used() == 3);
    assert_eq!(subjects.key(who("f"), NOW).unwrap().named.slot, 0);
}
