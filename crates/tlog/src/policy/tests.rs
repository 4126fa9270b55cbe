//! What a policy asks for, and what it refuses to mean.

use super::{Distrust, Policy, PolicyError};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::EMPTY;
use crate::key::{Signer, Verifier};
use crate::note::OpenError;
use crate::testing::{cosigner, signer};
use std::slice::from_ref;

fn note(origin: &str, log: &Signer, cosigners: &[(&str, u8, u64)]) -> String {
    let checkpoint = Checkpoint::new(origin, 0, EMPTY).unwrap();
    let lines = cosigners.iter().map(|(name, seed, time)| cosigner(name, *seed).cosign(&checkpoint.to_string(), *time));
    checkpoint.sign([log]).unwrap() + &lines.map(Result::unwrap).collect::<String>()
}

fn key(name: &str, seed: u8) -> Verifier {
    cosigner(name, seed).verifier().clone()
}

#[test]
fn enough_different_witnesses_must_have_seen_it() {
    let log = signer("log", 1);
    let witnesses = vec![key("a", 2), key("b", 3), key("b", 4), key("c", 5)];
    let policy = |quorum| Policy::new("log", vec![log.verifier().clone()], witnesses.clone(), quorum).unwrap();
    let seen = |cosigners: &[(&str, u8, u64)], quorum| {
        let trusted = policy(quorum).trust(note("log", &log, cosigners).as_bytes())?;
        Ok::<_, Distrust>((trusted.witnesses, trusted.time))
    };
    let names = |list: &[(&str, u64)]| list.iter().map(|(name, time)| ((*name).to_owned(), *time)).collect::<Vec<_>>();
    assert_eq!(seen(&[], 0), Ok((vec![], None)));
    assert_eq!(seen(&[("a", 2, 50)], 0), Ok((names(&[("a", 50)]), None)));
    assert_eq!(seen(&[], 1), Err(Distrust::Witnesses { found: 0, needed: 1 }));
    let all = [("a", 2, 50), ("b", 3, 40), ("c", 5, 60)];
    assert_eq!(seen(&all, 1), Ok((names(&[("a", 50), ("b", 40), ("c", 60)]), Some(40))));
    assert_eq!(seen(&all, 2).unwrap().1, Some(50));
    assert_eq!(seen(&all, 3).unwrap().1, Some(60));
    // Two keys of one name are one witness; strangers are none.
    let two_keys = [("b", 3, 40), ("b", 4, 30), ("stranger", 9, 1)];
    assert_eq!(seen(&two_keys, 2), Err(Distrust::Witnesses { found: 1, needed: 2 }));
    assert_eq!(seen(&two_keys, 1), Ok((names(&[("b", 30)]), Some(30))));
}

#[test]
fn the_log_itself_must_have_signed_for_its_origin() {
    let (log, other) = (signer("log", 1), signer("other", 7));
    let policy = Policy::new("log", vec![log.verifier().clone()], vec![key("a", 2)], 1).unwrap();
    let trust = |note: String| policy.trust(note.as_bytes()).map(|trusted| trusted.checkpoint.size());
    assert_eq!(trust(note("log", &log, &[("a", 2, 50)])), Ok(0));
    assert_eq!(trust(note("elsewhere", &log, &[("a", 2, 50)])), Err(Distrust::Origin));
    assert_eq!(trust(note("log", &other, &[("a", 2, 50)])), Err(Distrust::Log), "a witness does not stand for the log");
    let unsigned = Distrust::Checkpoint(CheckpointError::Open(OpenError::Unsigned));
    assert_eq!(trust(note("log", &other, &[])), Err(unsigned));
    let text = crate::note::sign("no checkpoint\n", [&log]).unwrap();
    assert_eq!(trust(text), Err(Distrust::Checkpoint(CheckpointError::Lines)));
}

#[test]
fn who_has_an_older_key_is_told_which_one_is_needed() {
    let (old, new, other) = (signer("log", 1), signer("log", 2), signer("other", 2));
    let policy = Policy::new("log", vec![old.verifier().clone()], vec![key("a", 3)], 1).unwrap();
    let why = |note: String| policy.why(note.as_bytes(), &policy.trust(note.as_bytes()).unwrap_err());
    let id = new.verifier().id().to_string();
    for cosigners in [&[][..], &[("a", 3, 50)]] {
        let said = why(note("log", &new, cosigners));
        assert!(said.contains(&format!("Get the key {id} from whoever runs the log")), "{said}");
    }
    assert_eq!(why(note("log", &other, &[])), "no known key has signed the note");
    assert_eq!(why(note("log", &old, &[])), Distrust::Witnesses { found: 0, needed: 1 }.to_string());
    assert_eq!(why(note("elsewhere", &old, &[("a", 3, 50)])), Distrust::Origin.to_string());
    assert!(policy.why(b"nothing", &Distrust::Log).contains("has not signed"));
}

#[test]
fn a_policy_means_what_it_says() {
    let log = signer("log", 1).verifier().clone();
    let made = |log: &[Verifier], witnesses: &[Verifier], quorum| {
        Policy::new("log", log.to_vec(), witnesses.to_vec(), quorum).map(|_| ())
    };
    let (a, b) = (key("a", 2), key("b", 3));
    assert_eq!(made(&[], &[], 0), Err(PolicyError::NoKey));
    assert_eq!(made(from_ref(&log), &[a.clone(), b.clone()], 2), Ok(()));
    let quorum = Err(PolicyError::Quorum { quorum: 2, witnesses: 1 });
    assert_eq!(made(from_ref(&log), from_ref(&a), 2), quorum);
    assert_eq!(made(from_ref(&log), &[a.clone(), key("a", 8)], 2), quorum);
    assert_eq!(made(from_ref(&log), &[a.clone(), a.clone()], 1), Err(PolicyError::Twice("a".to_owned())));
    // One key under two names would count twice.
    assert_eq!(made(from_ref(&log), &[a, key("c", 2)], 2), Err(PolicyError::Twice("c".to_owned())));
    // The log must not witness itself.
    assert_eq!(made(from_ref(&log), &[key("w", 1)], 1), Err(PolicyError::Twice("w".to_owned())));
    let plain = signer("plain", 6).verifier().clone();
    assert_eq!(made(&[log], &[plain], 1), Err(PolicyError::NotCosigner("plain".to_owned())));
}
