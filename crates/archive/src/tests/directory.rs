//! A directory as a target.

use super::*;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

struct Place {
    directory: tempfile::TempDir,
    target: Target,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Directory(Directory::open(directory.path()).unwrap());
        Self { directory, target }
    }

    fn path(&self, key: &str) -> std::path::PathBuf {
        self.directory.path().join(key)
    }

    /// All files below, without those of other names.
    fn files(&self, below: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(below)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn an_object_is_stored_once_and_read_back() {
    let place = Place::new();
    let object = object("tile/0/x001/067", b"tile");
    let stored = place.target.put(&object).await.unwrap();
    assert_eq!((stored.version.as_ref(), stored.size), (None, 4));
    let metadata = std::fs::metadata(place.path("tile/0/x001/067")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o400);
    assert_eq!(std::fs::metadata(place.path("tile/0")).unwrap().permissions().mode() & 0o077, 0);
    assert_eq!(place.target.read(&stored).await.unwrap(), "tile");
    assert_eq!(place.target.put(&object).await.unwrap(), stored);
    assert_eq!(std::fs::metadata(place.path("tile/0/x001/067")).unwrap().ino(), metadata.ino());
    assert_eq!(place.files("tile/0/x001"), ["067"]);
}

#[tokio::test]
async fn other_contents_are_a_conflict_and_touch_nothing() {
    let place = Place::new();
    let stored = place.target.put(&object("checkpoint/7", b"one")).await.unwrap();
    let error = place.target.put(&object("checkpoint/7", b"two")).await.unwrap_err();
    assert_eq!(error, ArchiveError::Conflict { key: key("checkpoint/7"), found: Digest::of(b"one") });
    assert_eq!(place.target.read(&stored).await.unwrap(), "one");
    assert_eq!(place.files("checkpoint"), ["7"]);
}

#[tokio::test]
async fn of_many_writers_one_wins_and_the_others_say_so() {
    let place = Place::new();
    let texts: [&'static [u8]; 8] = [b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7"];
    let puts = texts.map(|text| {
        let (target, object) = (place.target.clone(), object("checkpoint/7", text));
        tokio::spawn(async move { target.put(&object).await })
    });
    let mut won = Vec::new();
    for put in puts {
        match put.await.unwrap() {
            Ok(stored) => won.push(stored),
            Err(error) => assert_eq!(error.name(), "conflict"),
        }
    }
    assert_eq!(won.len(), 1);
    assert!(place.target.read(&won[0]).await.is_ok());
    assert_eq!(place.files("checkpoint"), ["7"]);
}

#[tokio::test]
async fn a_file_is_stored_if_it_is_what_it_should_be() {
    let place = Place::new();
    let path = place.path("segment");
    let bytes = vec![7; 3 << 20];
    std::fs::write(&path, &bytes).unwrap();
    let mut object = object("segments/1.log", b"");
    (object.source, object.sha256) = (Source::File(path.clone()), Digest::of(&bytes));
    let stored = place.target.put(&object).await.unwrap();
    assert_eq!(place.target.read(&stored).await.unwrap(), bytes);
    object.key = key("segments/2.log");
    std::fs::write(&path, b"something else").unwrap();
    assert_eq!(place.target.put(&object).await.unwrap_err().name(), "source");
    std::fs::File::create(&path).unwrap().set_len(MAX_OBJECT as u64 + 1).unwrap();
    assert_eq!(place.target.put(&object).await.unwrap_err().name(), "too_large");
    object.source = Source::File(place.path("nothing"));
    assert_eq!(place.target.put(&object).await.unwrap_err().name(), "io");
    assert_eq!(place.files("segments"), ["1.log"]);
}

#[tokio::test]
async fn a_reader_is_given_nothing_but_what_was_stored() {
    let place = Place::new();
    let stored = place.target.put(&object("checkpoint/7", b"one")).await.unwrap();
    let path = place.path("checkpoint/7");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(place.target.read(&stored).await.unwrap_err().name(), "gone");
    for other in ["two", "", "ones"] {
        std::fs::write(&path, other).unwrap();
        assert_eq!(place.target.read(&stored).await.unwrap_err().name(), "changed", "{other}");
    }
    std::fs::remove_dir_all(place.path("checkpoint")).unwrap();
    assert_eq!(place.target.read(&stored).await.unwrap_err().name(), "gone");
}

#[tokio::test]
async fn no_symbolic_link_leads_out() {
    let (place, other) = (Place::new(), tempfile::tempdir().unwrap());
    symlink(other.path(), place.path("checkpoint")).unwrap();
    assert_eq!(place.target.put(&object("checkpoint/7", b"one")).await.unwrap_err().name(), "io");
    let secret = other.path().join("secret");
    std::fs::write(&secret, "one").unwrap();
    symlink(&secret, place.path("link")).unwrap();
    assert_eq!(place.target.put(&object("link", b"one")).await.unwrap_err().name(), "io");
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_not_made() {
    let place = Place::new();
    assert_eq!(Directory::open(place.path("nothing")).unwrap_err().name(), "io");
}

#[tokio::test]
async fn the_self_test_says_what_a_directory_cannot_promise() {
    let place = Place::new();
    let probe = place.target.probe(&plan()).await;
    assert_eq!(probe.verdict(), Verdict::Broken, "{probe}");
    for name in ["write", "put-again"] {
        assert_eq!(step(&probe, name).verdict, Verdict::Held, "{probe}");
    }
    for name in ["delete", "retention"] {
        assert_eq!(step(&probe, name).verdict, Verdict::Broken, "{probe}");
    }
    assert!(probe.to_string().contains("(best effort): BROKEN"), "{probe}");
    assert!(place.files("probe").is_empty());
}
