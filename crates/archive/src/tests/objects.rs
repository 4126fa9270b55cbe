//! Putting objects into a store that keeps its word, and reading them back.

use super::*;

#[tokio::test]
async fn an_object_is_stored_once_and_read_by_version() {
    let setup = setup(Lie::None).await;
    let object = object("tile/0/x001/067", b"tile");
    let stored = setup.s3.put(&object).await.unwrap();
    assert_eq!(stored.key.as_str(), "tile/0/x001/067");
    assert_eq!((stored.sha256, stored.size), (object.sha256, 4));
    assert_eq!(stored.retain_until, object.retain_until);
    assert!(stored.version.is_some());
    assert_eq!(setup.s3.read(&stored).await.unwrap(), "tile");
    // The same again is the same version.
    assert_eq!(setup.s3.put(&object).await.unwrap(), stored);
    assert_eq!(setup.store.versions("tile/0/x001/067").len(), 1);
}

#[tokio::test]
async fn other_contents_are_a_conflict_and_touch_nothing() {
    let setup = setup(Lie::None).await;
    let stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    let error = setup.s3.put(&object("checkpoint/7", b"two")).await.unwrap_err();
    assert_eq!(error, ArchiveError::Conflict { key: key("checkpoint/7"), found: Digest::of(b"one") });
    assert!(!error.may_pass());
    assert_eq!(setup.s3.read(&stored).await.unwrap(), "one");
}

#[tokio::test]
async fn a_part_of_a_second_of_retention_is_rounded_up() {
    let setup = setup(Lie::None).await;
    let mut object = object("segments/1.log", b"one");
    object.retain_until = UnixMillis(START + HOUR + 1);
    assert_eq!(setup.s3.put(&object).await.unwrap().retain_until, UnixMillis(START + HOUR + 1000));
}

#[tokio::test]
async fn the_same_object_with_longer_retention_or_a_hold_gets_them() {
    let setup = setup(Lie::None).await;
    let mut object = object("segments/1.log", b"one");
    let first = setup.s3.put(&object).await.unwrap();
    object.retain_until = UnixMillis(START + 2 * HOUR);
    object.legal_hold = true;
    let second = setup.s3.put(&object).await.unwrap();
    assert_eq!(second.version, first.version);
    assert_eq!(second.retain_until, UnixMillis(START + 2 * HOUR));
    let documents = |name: &str| setup.store.seen.lock().unwrap().iter().filter(|line| line.contains(name)).count();
    assert_eq!((documents("retention="), documents("legal-hold=")), (1, 1));
    // A shorter one is what is there.
    object.retain_until = UnixMillis(START + HOUR);
    assert_eq!(setup.s3.put(&object).await.unwrap().retain_until, UnixMillis(START + 2 * HOUR));
    assert_eq!((documents("retention="), documents("legal-hold=")), (1, 1));
}

#[tokio::test]
async fn what_someone_put_there_without_a_lock_is_not_ours() {
    let setup = setup(Lie::LosesLock).await;
    assert_eq!(setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err().name(), "unlocked");
    // Now it is there, and still not locked.
    assert_eq!(setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err().name(), "unlocked");
}

#[tokio::test]
async fn a_file_is_stored_if_it_is_what_it_should_be() {
    let setup = setup(Lie::None).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("segment");
    let bytes = vec![7; 3 << 20];
    std::fs::write(&path, &bytes).unwrap();
    let mut object = object("segments/1.log", b"");
    (object.source, object.sha256) = (Source::File(path.clone()), Digest::of(&bytes));
    let stored = setup.s3.put(&object).await.unwrap();
    assert_eq!(stored.size, 3 << 20);
    assert_eq!(setup.s3.read(&stored).await.unwrap(), bytes);
    object.key = key("segments/2.log");
    std::fs::write(&path, b"something else").unwrap();
    assert_eq!(setup.s3.put(&object).await.unwrap_err(), ArchiveError::Source { key: key("segments/2.log") });
    object.source = Source::File(directory.path().join("nothing"));
    assert_eq!(setup.s3.put(&object).await.unwrap_err().name(), "io");
    std::fs::File::create(&path).unwrap().set_len(MAX_OBJECT as u64 + 1).unwrap();
    object.source = Source::File(path);
    assert_eq!(setup.s3.put(&object).await.unwrap_err().name(), "too_large");
    assert!(setup.store.versions("segments/2.log").is_empty());
}

#[tokio::test]
async fn a_version_that_is_not_there_is_gone() {
    let setup = setup(Lie::None).await;
    let mut stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    stored.version = Some(Version::new("another").unwrap());
    assert_eq!(setup.s3.read(&stored).await.unwrap_err().name(), "gone");
    stored.version = None;
    assert_eq!(setup.s3.read(&stored).await.unwrap_err().name(), "unversioned");
}

#[tokio::test]
async fn a_reader_is_given_nothing_but_what_was_stored() {
    for (lie, what) in [(Lie::OtherBytes, "changed"), (Lie::MoreBytes, "changed")] {
        let setup = setup(lie).await;
        let stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
        assert_eq!(setup.s3.read(&stored).await.unwrap_err().name(), what, "{lie:?}");
    }
    let setup = setup(Lie::None).await;
    let mut stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    stored.size = 4;
    assert_eq!(setup.s3.read(&stored).await.unwrap_err().name(), "changed");
    (stored.size, stored.sha256) = (3, Digest::of(b"two"));
    assert_eq!(setup.s3.read(&stored).await.unwrap_err().name(), "changed");
}

#[tokio::test]
async fn an_object_whose_retention_has_ended_is_retained_again() {
    let setup = setup(Lie::None).await;
    let mut object = object("checkpoint/7", b"one");
    let first = setup.s3.put(&object).await.unwrap();
    setup.now.fetch_add(2 * HOUR, Ordering::Relaxed);
    object.retain_until = UnixMillis(START + 3 * HOUR);
    let again = setup.s3.put(&object).await.unwrap();
    assert_eq!((again.version, again.retain_until), (first.version, object.retain_until));
}

#[tokio::test]
async fn a_version_is_verified_with_its_lock() {
    let setup = setup(Lie::None).await;
    let stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    setup.s3.verify(&stored).await.unwrap();
    let longer = Stored { retain_until: UnixMillis(START + 2 * HOUR), ..stored.clone() };
    assert_eq!(setup.s3.verify(&longer).await.unwrap_err().name(), "unlocked");
    let other = Stored { sha256: Digest::of(b"two"), ..stored.clone() };
    assert_eq!(setup.s3.verify(&other).await.unwrap_err().name(), "changed");
    setup.now.fetch_add(3 * HOUR, Ordering::Relaxed);
    setup.s3.verify(&longer).await.unwrap();
    let gone = Stored { version: Some(Version::new("another").unwrap()), ..stored };
    assert_eq!(setup.s3.verify(&gone).await.unwrap_err().name(), "gone");
}

#[tokio::test]
async fn a_store_that_is_away_is_not_taken_for_one_that_lost_something() {
    let setup = setup(Lie::None).await;
    let stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    setup.store.down.store(true, Ordering::Relaxed);
    assert!(setup.s3.verify(&stored).await.unwrap_err().may_pass());
    setup.store.down.store(false, Ordering::Relaxed);
    setup.s3.verify(&stored).await.unwrap();
}

#[tokio::test]
async fn a_lock_that_is_over_begins_again_and_one_that_is_not_is_left() {
    let setup = setup(Lie::None).await;
    let stored = setup.s3.put(&object("segments/1.log", b"one")).await.unwrap();
    let at = |hours: u64| UnixMillis(START + hours * HOUR);
    assert_eq!(setup.s3.extend(&stored, at(0), at(5)).await, Ok(false));
    setup.now.store(START + 2 * HOUR, Ordering::Relaxed);
    assert_eq!(setup.s3.extend(&stored, at(2), at(5)).await, Ok(true));
    let longer = Stored { retain_until: at(5), ..stored.clone() };
    setup.s3.verify(&longer).await.unwrap();
    assert_eq!(setup.s3.extend(&stored, at(2), at(6)).await, Ok(false), "once");
    assert_eq!(setup.store.versions("segments/1.log").len(), 1, "no other version");
    let other = Stored { version: Some(Version::new("none").unwrap()), ..stored };
    assert_eq!(setup.s3.extend(&other, at(2), at(6)).await.unwrap_err().name(), "gone");
}

#[tokio::test]
async fn a_store_that_extends_nothing_is_found_out() {
    let setup = setup(Lie::ExtendsNot).await;
    let stored = setup.s3.put(&object("segments/1.log", b"one")).await.unwrap();
    let until = UnixMillis(START + 9 * HOUR);
    assert_eq!(setup.s3.extend(&stored, UnixMillis(START + HOUR), until).await.unwrap_err().name(), "unlocked");
}

#[tokio::test]
async fn new_credentials_are_taken_over_and_unusable_ones_are_not() {
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    let old = |config: &mut S3Config| config.credentials.session_token = Some(secret("expired"));
    let setup = setup_with(Lie::None, old).await;
    assert_eq!(setup.s3.put(&object("a", b"one")).await.unwrap_err().name(), "refused");
    let Target::S3(s3) = setup.s3.clone() else { panic!("no bucket") };
    s3.renew(credentials()).unwrap();
    setup.s3.put(&object("a", b"one")).await.unwrap();
    let bad = Credentials { secret_key: secret("with blanks"), ..credentials() };
    assert_eq!(s3.renew(bad).unwrap_err().name(), "setting");
    setup.s3.put(&object("b", b"two")).await.unwrap();
}
