//! What verifiers find out with the old key, with the new one, and with both; and what a hostile administrator gets past
//! them who has the old one.

use crate::tests::{all, call, clock, config, kinds};
use crate::{Class, Config, Fault, Log, OpenError, Options, Rotated, Verified, prove, public_key, public_keys};
use crate::{verify, verify_with};
use casemate_tlog::{Checkpoint, Note, Policy, Proof, Signer, Verifier, hash};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

const CHECKPOINTS: &str = "00000000000000000000.checkpoints";

pub(super) fn settings(dir: &Path, segment_bytes: u64) -> Config {
    Config { segment_bytes, checkpoint_every: std::time::Duration::ZERO, ..config(dir) }
}

pub(super) fn open(dir: &Path) -> Log {
    Log::open(settings(dir, 1 << 20), clock().0).unwrap().0
}

pub(super) fn private(dir: &Path) -> Signer {
    Signer::parse(fs::read_to_string(dir.join("audit.key")).unwrap().trim_end()).unwrap()
}

pub(super) fn by(dir: &Path, keys: &[&Signer]) -> Result<Verified, Fault> {
    let keys = keys.iter().map(|key| key.verifier().clone()).collect();
    verify_with(dir, Options { keys, ..Options::default() })
}

/// Calls, a change of key, calls; and the two keys.
pub(super) async fn changed(dir: &Path) -> (Signer, Signer, Rotated) {
    let log = open(dir);
    let old = private(dir);
    call(&log, "one").await;
    let rotated = log.rotate_key("alice").await.unwrap();
    call(&log, "two").await;
    log.close().await;
    (old, private(dir), rotated)
}

/// Has the checkpoints beside the first segment, and the newest, signed by other keys.
pub(super) fn sign_again(dir: &Path, by: impl Fn(u64) -> Vec<Signer>) {
    let text = fs::read_to_string(dir.join(CHECKPOINTS)).unwrap();
    let mut newest = String::new();
    let mut again = String::new();
    for note in text.split_inclusive("\n\n").collect::<Vec<_>>().chunks(2) {
        let note = note.concat();
        let note = note.strip_suffix('\n').unwrap();
        let checkpoint = Checkpoint::parse(Note::parse(note.as_bytes()).unwrap().text()).unwrap();
        newest = checkpoint.sign(&by(checkpoint.size())).unwrap();
        again.push_str(&format!("{newest}\n"));
    }
    fs::write(dir.join(CHECKPOINTS), again).unwrap();
    fs::write(dir.join("checkpoint"), newest).unwrap();
}

fn copy(key: &Signer, from: &str) -> Signer {
    let signer = Signer::parse(from).unwrap();
    assert_eq!(signer.verifier(), key.verifier());
    signer
}

#[tokio::test]
async fn the_old_key_leads_to_the_new_one_and_the_new_one_is_enough_since() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new, rotated) = changed(dir.path()).await;
    assert_eq!((&rotated.old, &rotated.new), (old.verifier(), new.verifier()));
    assert_eq!(old.verifier().name(), new.verifier().name(), "the name is the origin");
    assert_ne!(old.verifier().id(), new.verifier().id());
    let entries = all(dir.path());
    assert_eq!(kinds(&entries)[2], "event:rotate");
    let record = &entries[2].json;
    assert_eq!((&record["actor"], rotated.receipt.unwrap().index), (&"alice".into(), 2));
    assert_eq!(record["facts"]["old"], old.verifier().to_string());
    assert_eq!(record["facts"]["new"], new.verifier().to_string());
    // Whoever has the old key learns of the new one from the log itself.
    assert_eq!(by(dir.path(), &[&old]).unwrap().unverified, 0);
    assert_eq!(by(dir.path(), &[&old, &new]).unwrap().unverified, 0);
    let later = by(dir.path(), &[&new]).unwrap();
    assert!(later.unverified > 0 && later.unverified < later.checkpoints, "{later:?}");
    let stranger = Signer::from_seed("casemate/audit", &[1; 32]).unwrap();
    assert_eq!(by(dir.path(), &[&stranger]).unwrap_err().class, Class::Signature);
    // And is told which one that is.
    let ends = |given: &[&Signer], range| {
        let keys = given.iter().map(|key| key.verifier().clone()).collect();
        let mut found = Vec::new();
        let options = Options { keys, range, ends_under: Some(&mut found), ..Options::default() };
        verify_with(dir.path(), options).unwrap();
        found
    };
    for given in [&[&old][..], &[&new], &[&old, &new], &[&new, &old]] {
        assert_eq!(ends(given, None), std::slice::from_ref(new.verifier()));
    }
    assert!(ends(&[], None).is_empty() && ends(&[&old], Some(0..1)).is_empty());
    // A key that has handed over counts as come to; one of another log does not, and is called that.
    let in_force = |key: &Signer, given: &[&Signer]| {
        let keys = given.iter().map(|key| key.verifier().clone()).collect();
        verify_with(dir.path(), Options { keys, in_force: Some(key.verifier().clone()), ..Options::default() })
    };
    assert!(in_force(&old, &[&new, &old]).is_ok());
    let other = Signer::from_seed("another/audit", &[1; 32]).unwrap();
    for given in [&[&new, &other][..], &[&other]] {
        let fault = in_force(&other, given).unwrap_err();
        let said = fault.what.contains("is of the log `another/audit`, and this is the log `casemate/audit`");
        assert!(fault.class == Class::Signature && said, "{fault}");
    }
    // What lies beside the log.
    let path = dir.path().join("audit.key");
    assert_eq!(public_key(&path).unwrap(), *new.verifier());
    assert_eq!(public_keys(&path).unwrap(), [old.verifier().clone(), new.verifier().clone()]);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert!(!dir.path().join("audit.key.next").exists());
    let log = open(dir.path());
    assert_eq!(log.verifiers(), [new.verifier().clone()]);
    log.close().await;
}

#[tokio::test]
async fn keys_change_again_and_across_segments() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(settings(dir.path(), 2500), clock().0).unwrap().0;
    let mut keys = vec![private(dir.path())];
    for _ in 0..3 {
        for _ in 0..4 {
            call(&log, "answer").await;
        }
        let rotated = log.rotate_key("alice").await.unwrap();
        assert_eq!(rotated.old, *keys.last().unwrap().verifier());
        keys.push(private(dir.path()));
    }
    log.close().await;
    assert_eq!(by(dir.path(), &[&keys[0]]).unwrap().unverified, 0);
    let mut last = 0;
    for key in &keys[1..] {
        let verified = by(dir.path(), &[key]).unwrap();
        assert!(verified.unverified > last, "{verified:?}");
        last = verified.unverified;
    }
    // A range is verified by whichever of the keys given signed there.
    let given: Vec<Verifier> = keys.iter().map(|key| key.verifier().clone()).collect();
    let entries = by(dir.path(), &[&keys[0]]).unwrap().entries;
    for at in 0..entries {
        let options = Options { keys: given.clone(), range: Some(at..at + 1), ..Options::default() };
        verify_with(dir.path(), options).unwrap_or_else(|fault| panic!("{at}: {fault}"));
    }
}

#[tokio::test]
async fn whoever_has_the_old_key_signs_nothing_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let text = {
        let log = open(dir.path());
        let text = fs::read_to_string(dir.path().join("audit.key")).unwrap();
        log.close().await;
        text
    };
    let (old, new, rotated) = changed(dir.path()).await;
    let fresh = fs::read_to_string(dir.path().join("audit.key")).unwrap();
    let (k, n) = (|| copy(&old, text.trim_end()), || copy(&new, fresh.trim_end()));
    let good = [CHECKPOINTS, "checkpoint"].map(|name| fs::read(dir.path().join(name)).unwrap());
    let at = rotated.size;
    type Signers<'a> = Box<dyn Fn(u64) -> Vec<Signer> + 'a>;
    let cases: Vec<(&str, Signers<'_>, bool)> = vec![
        (
            "as it was",
            Box::new(|size| {
                if size < at {
                    vec![k()]
                } else if size == at {
                    vec![k(), n()]
                } else {
                    vec![n()]
                }
            }),
            true,
        ),
        ("both keys to the end", Box::new(|size| if size < at { vec![k()] } else { vec![n(), k()] }), true),
        ("the old key after the change", Box::new(|size| if size == at { vec![k(), n()] } else { vec![k()] }), false),
        ("no checkpoint of both", Box::new(|size| if size < at { vec![k()] } else { vec![n()] }), false),
        ("the new key before its record", Box::new(|size| if size < at { vec![n()] } else { vec![k(), n()] }), false),
    ];
    for (what, signers, is_good) in cases {
        sign_again(dir.path(), signers);
        let found = by(dir.path(), &[&old]);
        assert_eq!(found.as_ref().err().map(|fault| fault.class), (!is_good).then_some(Class::Signature), "{what}");
        if let Err(fault) = found {
            assert!(!fault.what.is_empty(), "{what}");
        }
    }
    sign_again(dir.path(), |size| if size == at { vec![k(), n()] } else { vec![k()] });
    let fault = by(dir.path(), &[&old]).unwrap_err();
    assert!(fault.what.contains("which was replaced before"), "{fault}");
    // Nor does the log go on from there.
    let refused = Log::open(settings(dir.path(), 1 << 20), clock().0).map(drop).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged(fault) if fault.class == Class::Signature));
    for (name, bytes) in [CHECKPOINTS, "checkpoint"].iter().zip(good) {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    assert!(by(dir.path(), &[&old]).is_ok());
}

/// A key that no record names takes nothing over, whoever has signed with it.
#[tokio::test]
async fn a_change_that_the_log_does_not_record_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let text = fs::read_to_string(dir.path().join("audit.key")).unwrap();
    call(&log, "one").await;
    call(&log, "two").await;
    log.close().await;
    let key = || Signer::parse(text.trim_end()).unwrap();
    let other = || Signer::from_seed("casemate/audit", &[1; 32]).unwrap();
    sign_again(dir.path(), |size| match size {
        0..2 => vec![key()],
        2..4 => vec![key(), other()],
        _ => vec![other()],
    });
    assert_eq!(by(dir.path(), &[&key()]).unwrap_err().class, Class::Signature);
    assert_eq!(by(dir.path(), &[&key(), &other()]).unwrap_err().class, Class::Signature);
    // The other one alone vouches for nothing before it that it has not signed.
    sign_again(dir.path(), |size| if size < 4 { vec![key()] } else { vec![other()] });
    assert_eq!(by(dir.path(), &[&other()]).unwrap_err().class, Class::Signature);
}

#[tokio::test]
async fn an_interrupted_change_is_finished_by_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    let old = private(dir.path());
    // A new key lies beside the old one, and no more was done.
    let elsewhere = tempfile::tempdir().unwrap();
    crate::keygen(&elsewhere.path().join("k"), "casemate/audit").unwrap();
    let next = dir.path().join("audit.key.next");
    fs::copy(elsewhere.path().join("k"), &next).unwrap();
    fs::set_permissions(&next, fs::Permissions::from_mode(0o644)).unwrap();
    let refuses = |why: &str| {
        let refused = Log::open(settings(dir.path(), 1 << 20), clock().0).map(drop).unwrap_err().to_string();
        assert!(refused.contains(why) && refused.contains("audit"), "{refused}");
    };
    refuses("others may read or write the key");
    fs::set_permissions(&next, fs::Permissions::from_mode(0o600)).unwrap();
    let log = open(dir.path());
    let new = private(dir.path());
    assert_ne!(old.verifier(), new.verifier());
    assert_eq!(log.verifiers(), [new.verifier().clone()]);
    // Who opens the log to change its key learns that this is done.
    assert!(log.finished_rotation().is_some_and(|done| &done.old == old.verifier() && &done.new == new.verifier()));
    call(&log, "two").await;
    log.close().await;
    let log = open(dir.path());
    assert_eq!(log.finished_rotation(), None);
    log.close().await;
    assert!(!next.exists());
    let rotates = all(dir.path()).iter().filter(|entry| entry.json["event"] == "rotate").count();
    assert_eq!(rotates, 1);
    assert_eq!(by(dir.path(), &[&old]).unwrap().unverified, 0);
    // What is no key, or one of another log, is said so.
    fs::write(&next, "nothing\n").unwrap();
    fs::set_permissions(&next, fs::Permissions::from_mode(0o600)).unwrap();
    refuses("not a note key");
    fs::remove_file(&next).unwrap();
    crate::keygen(&elsewhere.path().join("other"), "another/audit").unwrap();
    fs::copy(elsewhere.path().join("other"), &next).unwrap();
    refuses("is of the log `another/audit`");
}

#[tokio::test]
async fn a_proof_against_a_later_checkpoint_is_of_the_new_key() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new, _) = changed(dir.path()).await;
    let proof = prove(dir.path(), 0).unwrap();
    let proof = Proof::parse(proof.to_string().as_bytes()).unwrap();
    let leaf = hash::leaf(&all(dir.path())[0].bytes);
    let check = |keys: Vec<Verifier>| proof.check(leaf, &Policy::new("casemate/audit", keys, Vec::new(), 0).unwrap());
    assert!(check(vec![new.verifier().clone()]).is_ok());
    assert!(check(vec![old.verifier().clone(), new.verifier().clone()]).is_ok());
    assert!(check(vec![old.verifier().clone()]).is_err());
}

#[tokio::test]
async fn the_published_checkpoint_is_of_this_tree() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    let key = private(dir.path());
    let note = loop {
        let note = crate::checkpoint(dir.path()).unwrap_or_default();
        if note.contains("\n2\n") {
            break note;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    log.publish(&note).await.unwrap();
    log.close().await;
    assert_eq!(by(dir.path(), &[&key]).unwrap().published, Some(2));
    // A proof is against what others have seen, as far as that goes.
    assert_eq!(prove(dir.path(), 1).unwrap().checkpoint(), note);
    let forged = |size: u64, root, by: &Signer| {
        let note = Checkpoint::new("casemate/audit", size, root).unwrap().sign([by]).unwrap();
        fs::write(dir.path().join("published"), note).unwrap();
    };
    let root = Checkpoint::parse(Note::parse(note.as_bytes()).unwrap().text()).unwrap().root();
    let stranger = Signer::from_seed("casemate/audit", &[1; 32]).unwrap();
    forged(2, hash::EMPTY, &key);
    assert_eq!(by(dir.path(), &[&key]).unwrap_err().class, Class::Fork);
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::Fork);
    assert_eq!(prove(dir.path(), 1).unwrap_err().class, Class::Fork);
    forged(9, root, &key);
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::Truncated);
    forged(2, root, &stranger);
    assert_eq!(by(dir.path(), &[&key]).unwrap_err().class, Class::Signature);
    fs::write(dir.path().join("published"), "nothing").unwrap();
    assert_eq!(verify(dir.path()).unwrap_err().class, Class::Signature);
    fs::write(dir.path().join("published"), &note).unwrap();
    let log = open(dir.path());
    call(&log, "two").await;
    log.close().await;
    // What no witness has seen yet is proved against the newest checkpoint.
    assert!(prove(dir.path(), 3).unwrap().checkpoint().contains("\n4\n"));
    assert!(by(dir.path(), &[&key]).is_ok());
}

/// Signature lines of algorithms that are not known yet stand beside those of the log's key.
#[tokio::test]
async fn lines_of_other_algorithms_are_ignored() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    log.close().await;
    // As long as one of ML-DSA-44 with its key id and its time.
    let line = format!("\u{2014} casemate/audit {}AAA=\n", "AAAA".repeat(810));
    let text = fs::read_to_string(dir.path().join(CHECKPOINTS)).unwrap();
    let again: String = text
        .split_inclusive("\n\n")
        .enumerate()
        .map(
            |(at, part)| {
                if at % 2 == 0 { part.to_owned() } else { format!("{}{line}\n", part.strip_suffix('\n').unwrap()) }
            },
        )
        .collect();
    fs::write(dir.path().join(CHECKPOINTS), again).unwrap();
    let newest = fs::read_to_string(dir.path().join("checkpoint")).unwrap();
    fs::write(dir.path().join("checkpoint"), format!("{newest}{line}")).unwrap();
    let key = private(dir.path());
    assert_eq!(by(dir.path(), &[&key]).unwrap().unverified, 0);
    let policy = Policy::new("casemate/audit", vec![key.verifier().clone()], Vec::new(), 0).unwrap();
    let proof = prove(dir.path(), 0).unwrap();
    assert!(proof.checkpoint().ends_with(&line));
    assert!(proof.check(hash::leaf(&all(dir.path())[0].bytes), &policy).is_ok());
    let log = open(dir.path());
    log.publish(&format!("{newest}{line}")).await.unwrap();
    call(&log, "two").await;
    log.close().await;
    assert!(by(dir.path(), &[&key]).is_ok());
}
