//! What is shown to others is what the log has signed, never an older one, and whole.

use super::*;
use crate::tests::{call, clock, config};
use crate::{Log, checkpoint};
use casemate_tlog::{Cosigner, Hash, Signer};

fn open(dir: &Path) -> Log {
    let config = crate::Config { checkpoint_every: std::time::Duration::ZERO, ..config(dir) };
    Log::open(config, clock().0).unwrap().0
}

/// The newest checkpoint with this many entries or more.
async fn signed(log: &Log, size: u64) -> String {
    loop {
        let note = checkpoint(log.dir()).unwrap_or_default();
        if note.lines().nth(1).is_some_and(|there| there.parse::<u64>().unwrap() >= size) {
            return note;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn cosigned(note: &str, time: u64) -> String {
    let witness = Cosigner::from_seed("witness.example/w1", &[9; 32]).unwrap();
    let text = casemate_tlog::Note::parse(note.as_bytes()).unwrap().text().to_owned();
    format!("{note}{}", witness.cosign(&text, time).unwrap())
}

#[tokio::test]
async fn only_a_checkpoint_of_this_log_is_published_and_never_an_older_one() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!(published(dir.path()), Ok(None));
    call(&log, "one").await;
    let first = cosigned(&signed(&log, 2).await, 7);
    log.publish(&first).await.unwrap();
    assert_eq!(published(dir.path()).unwrap().as_deref(), Some(first.as_str()));
    call(&log, "two").await;
    let second = cosigned(&signed(&log, 4).await, 8);
    log.publish(&second).await.unwrap();
    // The same once more, with another cosignature, is well.
    let again = cosigned(&signed(&log, 4).await, 9);
    log.publish(&again).await.unwrap();
    let older = log.publish(&first).await.unwrap_err();
    assert!(matches!(older, PublishError::Older { size: 2, published: 4 }), "{older}");

    // Another history, signed by the log's own key; and one that the log has not reached.
    let text = fs::read_to_string(dir.path().join("audit.key")).unwrap();
    let key = Signer::parse(text.trim_end()).unwrap();
    let by = |name: &str, size, key: &Signer| {
        let forged = Checkpoint::new(name, size, Hash([3; 32])).unwrap();
        forged.sign([key]).unwrap()
    };
    let stranger = Signer::from_seed("casemate/audit", &[7; 32]).unwrap();
    for (what, note, class) in [
        ("a fork", by("casemate/audit", 4, &key), Class::Fork),
        ("more than there is", by("casemate/audit", 9, &key), Class::Truncated),
        ("another key", by("casemate/audit", 4, &stranger), Class::Signature),
        ("another log", by("another/audit", 4, &key), Class::Signature),
        ("no note", "nothing\n".to_owned(), Class::Signature),
        ("a changed size", again.replacen("\n4\n", "\n5\n", 1), Class::Signature),
    ] {
        let refused = log.publish(&note).await.unwrap_err();
        assert!(matches!(&refused, PublishError::Refused(fault) if fault.class == class), "{what}: {refused}");
        assert_eq!(published(dir.path()).unwrap().as_deref(), Some(again.as_str()), "{what}");
    }
    log.close().await;
}

#[tokio::test]
async fn whatever_the_disk_does_the_file_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    let note = signed(&log, 2).await;
    // Nothing can be written beside it: it stays as it was.
    let partial = dir.path().join("published.partial");
    fs::create_dir(&partial).unwrap();
    let refused = log.publish(&note).await.unwrap_err();
    assert!(matches!(&refused, PublishError::Io(_)) && refused.to_string().contains("published.partial"), "{refused}");
    assert_eq!(published(dir.path()), Ok(None));
    fs::remove_dir(&partial).unwrap();
    // What a process left that was killed while it wrote is no hindrance.
    fs::write(&partial, &note[..9]).unwrap();
    assert_eq!(published(dir.path()), Ok(None));
    log.publish(&note).await.unwrap();
    assert_eq!(published(dir.path()).unwrap().as_deref(), Some(note.as_str()));
    // A file that cannot be read is said so, and the next publication takes its place.
    for damage in ["nothing", "a\n\nb\n"] {
        fs::write(dir.path().join(PUBLISHED), damage).unwrap();
        assert_eq!(published(dir.path()).unwrap_err().class, Class::Signature);
        log.publish(&note).await.unwrap();
    }
    log.close().await;
}

#[tokio::test]
async fn a_checkpoint_of_another_history_that_was_published_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    call(&log, "one").await;
    let first = signed(&log, 2).await;
    log.publish(&first).await.unwrap();
    call(&log, "two").await;
    let second = signed(&log, 4).await;
    // What was published before the log was put back and went on as another history.
    let text = fs::read_to_string(dir.path().join("audit.key")).unwrap();
    let key = Signer::parse(text.trim_end()).unwrap();
    let forked = |size| Checkpoint::new("casemate/audit", size, Hash([3; 32])).unwrap().sign([&key]).unwrap();
    for other in [forked(2), forked(4)] {
        fs::write(dir.path().join(PUBLISHED), &other).unwrap();
        let refused = log.publish(&second).await.unwrap_err();
        let is_fork = matches!(&refused, PublishError::Refused(fault) if fault.class == Class::Fork);
        assert!(is_fork && refused.to_string().contains("does not continue the checkpoint"), "{refused}");
        assert_eq!(published(dir.path()).unwrap().as_deref(), Some(other.as_str()));
    }
    log.close().await;
}

#[tokio::test]
async fn what_was_published_is_taken_back_with_whatever_a_crash_left_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!(log.withdraw().await.unwrap(), None);
    call(&log, "one").await;
    let note = signed(&log, 2).await;
    for left in [note.as_str(), "nothing"] {
        fs::write(dir.path().join("published.partial"), &note[..9]).unwrap();
        fs::write(dir.path().join(PUBLISHED), left).unwrap();
        assert_eq!(log.withdraw().await.unwrap(), (left == note).then_some(2));
        assert!(!dir.path().join(PUBLISHED).exists() && !dir.path().join("published.partial").exists());
    }
    log.publish(&note).await.unwrap();
    // A file that cannot be removed is no success.
    fs::remove_file(dir.path().join(PUBLISHED)).unwrap();
    fs::create_dir(dir.path().join(PUBLISHED)).unwrap();
    assert!(log.withdraw().await.unwrap_err().to_string().contains("published"));
    log.close().await;
}

#[tokio::test]
async fn a_list_of_keys_that_cannot_be_read_is_no_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let [old] = log.verifiers_ever().unwrap().try_into().unwrap();
    log.rotate_key("alice").await.unwrap();
    let now = log.verifiers();
    assert_eq!(log.verifiers_ever().unwrap(), [std::slice::from_ref(&old), &now].concat());
    fs::write(dir.path().join("audit.keys"), "no key\n").unwrap();
    assert!(log.verifiers_ever().unwrap_err().to_string().contains("audit.keys"));
    for name in ["audit.keys", "audit.pub"] {
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    assert_eq!(log.verifiers_ever().unwrap(), now, "the key in force is known without files");
    log.close().await;
}
