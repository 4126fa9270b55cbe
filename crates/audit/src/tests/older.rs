//! An older copy of the keys of subjects is put in their place: the log knows how far they had come.

use super::*;
use crate::head::Head;
use crate::index::{Filter, Order, Query, Tail, Way, stats};
use crate::{Class, Event, EventKind, Facts, Fault, OpenError, Options, Refused, Revealed};
use std::fs;

const LOG: &str = "00000000000000000000.log";

/// Records what concerns that subject.
async fn concern(log: &Log, subject: &str) {
    let refused = Refused {
        about: about(),
        principal: Some(Principal { subject: Subject::parse(subject).unwrap(), ..principal() }),
        server: None,
        method: None,
        tool: None,
        refusal: Refusal::new(Reason::LimitRate),
        arguments: Some(Bytes::from_static(b"{\"q\":1}")),
        message: None,
        policy: None,
        inputs: None,
    };
    log.refuse(&refused).await.unwrap();
}

/// The start with that file of keys is refused and writes nothing; with the newest one the log goes on.
async fn is_refused(dir: &Path, older: &[u8]) {
    let newest = fs::read(keys(dir)).unwrap();
    let log = || fs::read(dir.join(LOG)).unwrap();
    let before = log();
    fs::write(keys(dir), older).unwrap();
    let Err(OpenError::Io(error)) = Log::open(config(dir), clock().0) else { panic!("an older copy is taken") };
    assert!(error.to_string().contains("this is an older copy of the keys of subjects"), "{error}");
    assert_eq!((fs::read(keys(dir)).unwrap(), log()), (older.to_vec(), before));
    fs::write(keys(dir), newest).unwrap();
    let (log, _) = open(dir);
    concern(&log, "a").await;
    log.close().await;
}

#[tokio::test]
async fn a_copy_from_before_a_subject_or_an_erasure_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    concern(&log, "a").await;
    let first = fs::read(keys(dir.path())).unwrap();
    concern(&log, "b").await;
    log.close().await;
    is_refused(dir.path(), &first).await;

    let (log, _) = open(dir.path());
    let second = fs::read(keys(dir.path())).unwrap();
    let (tenant, subject) = (principal().tenant, Subject::parse("b").unwrap());
    log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
    log.close().await;
    assert_ne!(second, fs::read(keys(dir.path())).unwrap());
    is_refused(dir.path(), &second).await;
    is_refused(dir.path(), &first).await;
}

/// The file may be ahead of the log, as after a crash between the two and in a copy that was taken of a log in use.
#[tokio::test]
async fn keys_that_are_newer_than_the_log_are_taken() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = |name: &str| {
        fs::copy(dir.path().join(name), other.path().join(name)).unwrap();
    };
    let (log, _) = open(dir.path());
    concern(&log, "a").await;
    ["head", LOG, "audit.key"].into_iter().for_each(copy);
    concern(&log, "b").await;
    log.close().await;
    copy("subjects");
    let (log, _) = open(other.path());
    concern(&log, "b").await;
    log.close().await;
    assert!(crate::verify(other.path()).is_ok());
}

/// An old head with the old keys: the checkpoints beside the entries say that more was signed.
#[tokio::test]
async fn an_older_head_does_not_vouch_for_older_keys() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    concern(&log, "a").await;
    log.close().await;
    let files = ["head", "subjects"].map(|name| dir.path().join(name));
    let older = files.each_ref().map(|file| fs::read(file).unwrap());
    let (log, _) = open(dir.path());
    concern(&log, "b").await;
    log.close().await;
    let newest = files.each_ref().map(|file| fs::read(file).unwrap());
    let put = |bytes: &[Vec<u8>; 2]| files.iter().zip(bytes).for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
    put(&older);
    let Err(OpenError::Damaged(fault)) = Log::open(config(dir.path()), clock().0) else { panic!("it is taken") };
    assert!(fault.segment == "head" && fault.what.contains("it is an older copy"), "{fault}");
    put(&newest);
    let (log, _) = open(dir.path());
    concern(&log, "b").await;
    log.close().await;
}

/// Whoever reads the log is told, instead of being shown less of it.
#[tokio::test]
async fn an_older_head_hides_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = Log::open(Config { segment_bytes: 1, ..config(dir.path()) }, clock().0).unwrap();
    concern(&log, "a").await;
    let early = fs::read(dir.path().join("head")).unwrap();
    concern(&log, "b").await;
    concern(&log, "c").await;
    log.close().await;
    let older = |fault: Fault| fault.class == Class::Truncated && fault.segment == "head" && fault.index == Some(1);
    let all = || Query::new(dir.path(), Filter::default(), Order::Oldest, Way::Log).map(Iterator::count);
    assert_eq!((all(), crate::verify(dir.path()).map(|verified| verified.entries)), (Ok(3), Ok(3)));
    fs::write(dir.path().join("head"), early).unwrap();
    let fault = crate::verify(dir.path()).unwrap_err();
    assert!(fault.what.contains("an older copy, or a backup was interrupted"), "{fault}");
    assert!(older(fault));
    let range = Options { range: Some(0..1), ..Options::default() };
    assert!(older(crate::verify_with(dir.path(), range).unwrap_err()));
    assert!(older(all().unwrap_err()));
    assert!(Tail::new(dir.path(), 1).is_err_and(older) && Tail::from(dir.path(), 0).is_err_and(older));
    assert!(stats(dir.path(), Way::Log, |_, _| ()).is_err_and(older));
    // The checkpoint beside the last segment is not all that says so.
    fs::write(dir.path().join("00000000000000000002.checkpoints"), "").unwrap();
    assert!(older(all().unwrap_err()));
    // What was changed after such a head is no end that was not written.
    let last = dir.path().join("00000000000000000002.log");
    let mut bytes = fs::read(&last).unwrap();
    let end = bytes.len() - 9;
    bytes[end] ^= 1;
    let file = fs::OpenOptions::new().write(true).open(&last).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &bytes, 0).unwrap();
    assert!(older(crate::verify(dir.path()).unwrap_err()));
}

/// A head that was forged so that the start passes a call over that was left open.
#[tokio::test]
async fn a_call_that_a_start_left_without_outcome_is_named() {
    let start = || {
        let (kind, actor) = (EventKind::Start, "test".to_owned());
        Event { kind, actor, policy: None, detail: None, facts: Facts::new() }
    };
    for is_forged in [false, true] {
        let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let config = |dir: &Path| Config { segment_bytes: 1, ..config(dir) };
        let (log, _) = Log::open(config(dir.path()), clock().0).unwrap();
        log.event(start()).await.unwrap();
        let flight = recorded(&log).await.unwrap().dispatch();
        concern(&log, "b").await;
        // As a kill leaves it, once all that there is was signed.
        while log.health().signed < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        for file in fs::read_dir(dir.path()).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
            fs::copy(file.path(), killed.path().join(file.file_name())).unwrap();
        }
        drop(flight);
        log.close().await;
        if is_forged {
            let path = killed.path().join("head");
            let mut file = fs::read(&path).unwrap();
            let head = Head::read(&file).unwrap();
            assert_eq!((head.open_from, head.entries), (1, 3));
            let (at, bytes) = Head { open_from: 3, generation: head.generation + 2, ..head }.slot();
            file.resize(8192, 0);
            file[usize::try_from(at).unwrap()..][..bytes.len()].copy_from_slice(&bytes);
            fs::write(path, file).unwrap();
        }
        let (log, recovery) = Log::open(config(killed.path()), clock().0).unwrap();
        assert_eq!(recovery.unknown_outcomes, u64::from(!is_forged));
        assert!(crate::verify(killed.path()).is_ok(), "until the gateway starts it may be in flight");
        log.event(start()).await.unwrap();
        log.close().await;
        match crate::verify(killed.path()) {
            Ok(_) => assert!(!is_forged),
            Err(fault) => assert!(is_forged && fault.class == Class::Removed && fault.index == Some(1), "{fault}"),
        }
    }
}

#[tokio::test]
async fn starts_in_between_do_not_make_it_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    concern(&log, "a").await;
    let older = fs::read(keys(dir.path())).unwrap();
    concern(&log, "b").await;
    log.close().await;
    for _ in 0..3 {
        let (log, _) = open(dir.path());
        log.close().await;
    }
    is_refused(dir.path(), &older).await;
}

/// Somebody puts keys back that were destroyed: the log says so, and nothing is read with them.
#[tokio::test]
async fn a_key_that_was_destroyed_opens_nothing_when_it_is_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path());
    concern(&log, "b").await;
    concern(&log, "c").await;
    log.close().await;
    let older = fs::read(keys(dir.path())).unwrap();
    let value = |index| crate::reveal(dir.path(), &keys(dir.path()), index, crate::Field::Arguments, b"{\"q\":1}");
    assert_eq!((value(0), value(1)), (Ok(Revealed::Match), Ok(Revealed::Match)));
    let (log, _) = open(dir.path());
    let (tenant, subject) = (principal().tenant, Subject::parse("b").unwrap());
    log.erase(&tenant, &subject, "ann").await.unwrap().unwrap();
    log.close().await;
    let newest = fs::read(keys(dir.path())).unwrap();
    let verified = || {
        let options = Options { subjects: Some(keys(dir.path())), ..Options::default() };
        crate::verify_with(dir.path(), options)
    };
    assert!(verified().is_ok());
    fs::write(keys(dir.path()), &older).unwrap();
    assert_eq!((value(0), value(1)), (Ok(Revealed::Erased), Ok(Revealed::Match)), "of others nothing is lost");
    let fault = verified().unwrap_err();
    assert!(fault.class == Class::Changed && fault.what.contains("is there again"), "{fault}");

    // The slot goes to somebody else, whose key is not taken for the one that was destroyed.
    fs::write(keys(dir.path()), &newest).unwrap();
    let (log, _) = open(dir.path());
    concern(&log, "b").await;
    let last = log.health().entries - 1;
    log.close().await;
    assert_eq!((value(0), value(last)), (Ok(Revealed::Erased), Ok(Revealed::Match)));
    assert!(verified().is_ok());
}
