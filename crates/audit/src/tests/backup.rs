//! Copies of a log while it is written, interrupted, set back, forked and tampered with.

use super::*;
use crate::backup::{BackedUp, Backup, backup};
use crate::{Class, Fault, Options, Verified, entry, prove, public_key, verify_with};
use casemate_tlog::Verifier;
use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

fn small(dir: &Path) -> Config {
    Config { segment_bytes: 20_000, checkpoint_every: std::time::Duration::ZERO, ..config(dir) }
}

async fn grow(dir: &Path, calls: usize) {
    let (log, _) = Log::open(small(dir), clock().0).unwrap();
    log.keep_policy(Digest::of_policy(b"policy"), b"policy".to_vec()).await.unwrap();
    for _ in 0..calls {
        call(&log, "answer").await;
    }
    log.close().await;
}

async fn log(calls: usize) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    grow(&dir.path().join("audit"), calls).await;
    let to = dir.path().join("copy");
    (dir, to)
}

fn audit(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("audit")
}

fn key(dir: &Path) -> Verifier {
    public_key(&dir.join("audit.key")).unwrap()
}

fn save(dir: &Path, to: &Path) -> Result<BackedUp, Fault> {
    backup(dir, to, Backup { keys: vec![key(dir)], ..Backup::default() })
}

fn good(dir: &Path, to: &Path) -> Verified {
    verify_with(to, Options { keys: vec![key(dir)], ..Options::default() }).unwrap()
}

/// Every file with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn lay_down(all: &BTreeMap<PathBuf, Vec<u8>>, from: &Path, to: &Path) {
    for (path, bytes) in all {
        let path = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[tokio::test]
async fn a_copy_is_a_log_and_grows_with_it() {
    let (dir, to) = log(150).await;
    let audit = audit(&dir);
    let first = save(&audit, &to).unwrap();
    let checked = good(&audit, &to);
    assert_eq!((first.entries, first.before, first.root), (checked.entries, 0, checked.root));
    assert_eq!(first.signed, checked.signed);
    assert_eq!(all(&to), all(&audit));
    assert!(prove(&to, 7).is_ok() && crate::policy(&to, Digest::of_policy(b"policy")).unwrap().is_some());
    assert!(!to.join("audit.key").exists() && !to.join("subjects").exists() && !to.join("index").exists());
    assert!(to.join("tile/0/000").exists());
    // Nothing is new: nothing is written.
    let again = save(&audit, &to).unwrap();
    assert_eq!((again.files, again.bytes, again.before), (0, 0, first.entries));
    let before = files(&to);
    grow(&audit, 30).await;
    let second = save(&audit, &to).unwrap();
    assert!(second.before == first.entries && second.entries > first.entries);
    assert_eq!(good(&audit, &to).entries, second.entries);
    assert_eq!(all(&to), all(&audit));
    let closed = |path: &Path| path.extension().is_some_and(|ending| ending == "log");
    let mut kept = before.iter().filter(|(path, _)| closed(path)).collect::<Vec<_>>();
    kept.pop();
    assert!(kept.len() > 3 && kept.iter().all(|(path, bytes)| std::fs::read(path).unwrap() == **bytes));
}

#[tokio::test]
async fn a_gateway_goes_on_from_a_copy() {
    let (dir, to) = log(20).await;
    let audit = audit(&dir);
    let keys = audit.join("subjects");
    let done =
        backup(&audit, &to, Backup { keys: vec![key(&audit)], subjects: Some(&keys), ..Backup::default() }).unwrap();
    std::fs::copy(to.join("keys/subjects"), to.join("subjects")).unwrap();
    std::fs::copy(audit.join("audit.key"), to.join("audit.key")).unwrap();
    std::fs::copy(audit.join("audit.pub"), to.join("audit.pub")).unwrap();
    grow(&to, 3).await;
    assert!(good(&audit, &to).entries > done.entries);
    // The log and its copy are two histories from here on, and the next backup says so.
    grow(&audit, 10).await;
    assert_eq!(save(&audit, &to).unwrap_err().class, Class::Fork);
}

#[tokio::test]
async fn while_the_log_is_written_each_copy_is_whole() {
    let (dir, to) = log(1).await;
    let audit = audit(&dir);
    let (log, _) = Log::open(small(&audit), clock().0).unwrap();
    let (from, copy) = (audit.clone(), to.clone());
    let saver = tokio::task::spawn_blocking(move || {
        let mut last = 0;
        for _ in 0..6 {
            let done = save(&from, &copy).unwrap();
            assert_eq!(good(&from, &copy).entries, done.entries);
            assert!(done.entries >= last);
            last = done.entries;
        }
    });
    while !saver.is_finished() {
        call(&log, "answer").await;
    }
    saver.await.unwrap();
    log.close().await;
    assert_eq!(save(&audit, &to).unwrap().root, good(&audit, &audit).root);
}

/// The copying as a list of steps: what the directory has after each file that was put into it.
#[tokio::test]
async fn killed_between_any_two_files_it_is_the_copy_before() {
    let (dir, to) = log(40).await;
    let audit = audit(&dir);
    save(&audit, &to).unwrap();
    let (old, entries) = (files(&to), good(&audit, &to).entries);
    grow(&audit, 40).await;
    save(&audit, &to).unwrap();
    let new = files(&to);
    // In the order in which they are put there; the head comes last.
    let mut order: Vec<_> = new.iter().filter(|(path, bytes)| old.get(*path) != Some(bytes)).collect();
    let rank = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_log = name.ends_with(".log") || name.ends_with(".checkpoints");
        let last = name == "head";
        (last, !is_log, name.split('.').next().unwrap().to_owned(), name.ends_with(".checkpoints"))
    };
    order.sort_by_key(|(path, _)| rank(path));
    assert!(order.len() > 6 && order.last().unwrap().0.ends_with("head"));
    for done in 0..=order.len() {
        let copy = tempfile::tempdir().unwrap();
        lay_down(&old, &to, copy.path());
        let some = order.iter().take(done).map(|(path, bytes)| ((*path).clone(), (*bytes).clone())).collect();
        lay_down(&some, &to, copy.path());
        std::fs::write(copy.path().join("00000000000000000000.log.partial"), "half").unwrap();
        match crate::verify(copy.path()) {
            Ok(verified) => assert!(verified.entries >= entries, "after {done} files"),
            Err(fault) => assert!(done > 0 && fault.what.contains("a backup was interrupted"), "{fault}"),
        }
        assert_eq!(entry(copy.path(), 3).unwrap(), entry(&audit, 3).unwrap());
        let resumed = save(&audit, copy.path()).unwrap();
        assert_eq!((resumed.entries, resumed.root), (good(&audit, &audit).entries, good(&audit, &audit).root));
        good(&audit, copy.path());
    }
    // The first copy has no head until it is whole, and says so.
    for done in 0..new.len() {
        let copy = tempfile::tempdir().unwrap();
        let mut some: Vec<_> = new.iter().collect();
        some.sort_by_key(|(path, _)| rank(path));
        let some = some.into_iter().take(done).map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
        lay_down(&some, &to, copy.path());
        let fault = crate::verify(copy.path()).unwrap_err();
        assert!(fault.class == Class::Removed && fault.what == "the log has no head", "{fault}");
        save(&audit, copy.path()).unwrap();
        good(&audit, copy.path());
    }
}

#[tokio::test]
async fn another_log_another_history_and_an_older_one_are_told_apart() {
    let (dir, to) = log(30).await;
    let audit = audit(&dir);
    let past = files(&audit);
    grow(&audit, 10).await;
    save(&audit, &to).unwrap();
    let saved = files(&to);
    // The log was set back to an older state of itself.
    let old = tempfile::tempdir().unwrap();
    lay_down(&past, &audit, old.path());
    assert_eq!(save(old.path(), &to).unwrap_err().class, Class::Truncated);
    // It went on from there: the same length, another history.
    grow(old.path(), 30).await;
    assert_eq!(save(old.path(), &to).unwrap_err().class, Class::Fork);
    // Another log altogether.
    let (other, _) = log(50).await;
    let foreign = self::audit(&other);
    let done = backup(&foreign, &to, Backup::default());
    assert_eq!(done.unwrap_err().class, Class::Fork);
    // So it is by its key, which has not signed the copy, and where it is the shorter one.
    let fault = save(&foreign, &to).unwrap_err();
    assert!(fault.class == Class::Fork && fault.what.contains("of another log"), "{fault}");
    let (short, _) = log(3).await;
    let short = self::audit(&short);
    assert_eq!(save(&short, &to).unwrap_err().class, Class::Fork);
    assert_eq!(backup(&short, &to, Backup::default()).unwrap_err().class, Class::Fork);
    // The same entries, signed by none of the keys that are given: nobody can tell whose they are.
    let stranger = Backup { keys: vec![key(&foreign)], ..Backup::default() };
    assert_eq!(backup(&audit, &to, stranger).unwrap_err().class, Class::Signature);
    // An interrupted copy of another log: it has no head yet.
    std::fs::remove_file(to.join("head")).unwrap();
    assert_eq!(save(&foreign, &to).unwrap_err().class, Class::Fork);
    std::fs::write(to.join("head"), &saved[&to.join("head")]).unwrap();
    assert_eq!(files(&to), saved, "nothing of it was touched");
    save(&audit, &to).unwrap();
}

#[tokio::test]
async fn a_copy_that_was_tampered_with_is_found_by_verify_and_by_the_next_backup() {
    let (dir, to) = log(60).await;
    let audit = audit(&dir);
    save(&audit, &to).unwrap();
    grow(&audit, 2).await;
    let saved = files(&to);
    let logs: Vec<_> = saved.keys().filter(|path| path.extension().is_some_and(|ending| ending == "log")).collect();
    for path in [logs[0], logs[1], logs[logs.len() - 1]] {
        let bytes = &saved[path];
        for at in [8, bytes.len() / 2, bytes.len() - 40] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            std::fs::remove_file(path).unwrap();
            std::fs::write(path, &bad).unwrap();
            let by_verify = crate::verify(&to).unwrap_err();
            let by_backup = save(&audit, &to).unwrap_err();
            assert_eq!((by_verify.class, by_verify.index), (by_backup.class, by_backup.index), "{}", path.display());
            assert!(by_backup.what.starts_with("in the copy: "), "{by_backup}");
            assert_eq!(std::fs::read(path).unwrap(), bad, "it is left as it is for whoever looks into it");
        }
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::remove_file(logs[1]).unwrap();
    assert_eq!(save(&audit, &to).unwrap_err().class, Class::Removed);
    std::fs::write(logs[1], &saved[logs[1]]).unwrap();
    let policy = to.join("policies").join(format!("{}.policy", Digest::of_policy(b"policy").hex()));
    std::fs::write(&policy, "another").unwrap();
    let fault = save(&audit, &to).unwrap_err();
    assert!(fault.class == Class::Changed && fault.segment.starts_with("policies/"), "{fault}");
    std::fs::remove_file(policy).unwrap();
    // Tiles are derived: one that was changed is put right.
    std::fs::create_dir_all(to.join("tile/0")).unwrap();
    save(&audit, &to).unwrap();
    good(&audit, &to);
}

#[tokio::test]
async fn a_log_that_is_damaged_makes_no_copy_good() {
    let (dir, to) = log(60).await;
    let audit = audit(&dir);
    save(&audit, &to).unwrap();
    let saved = files(&to);
    grow(&audit, 10).await;
    let last = files(&audit).into_keys().rfind(|path| path.extension().is_some_and(|ending| ending == "log")).unwrap();
    let mut bytes = std::fs::read(&last).unwrap();
    let at = bytes.len() - 700;
    bytes[at] ^= 1;
    std::fs::write(&last, bytes).unwrap();
    let fault = save(&audit, &to).unwrap_err();
    assert_eq!(fault.class, Class::Changed, "{fault}");
    assert_eq!(std::fs::read(to.join("head")).unwrap(), saved[&to.join("head")], "it keeps its head");
}

#[tokio::test]
async fn what_was_made_longer_than_the_log_is_not_copied() {
    let (dir, to) = log(60).await;
    let audit = audit(&dir);
    let whole = files(&audit);
    let of = |ending: &str| {
        let all = whole.keys().filter(|path| path.extension().is_some_and(|there| there == ending));
        all.cloned().collect::<Vec<_>>()
    };
    let (logs, signed) = (of("log"), of("checkpoints"));
    let longer = |path: &Path, first: &[u8]| {
        let _ = std::fs::remove_file(path);
        std::fs::write(path, first).unwrap();
        // It takes no room, and would fill every disk that it is copied to.
        std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
        let fault = save(&audit, &to).unwrap_err();
        assert!(fault.class == Class::Changed && path.ends_with(&fault.segment), "{}: {fault}", path.display());
        let copied = std::fs::metadata(to.join(path.file_name().unwrap())).map_or(0, |there| there.len());
        assert!(copied <= whole[path].len() as u64 && !to.join("head").exists());
        std::fs::write(path, &whole[path]).unwrap();
        fault.what
    };
    let mut bad = whole[&logs[1]].clone();
    bad[20] ^= 1;
    assert!(longer(&logs[1], &bad).contains("its header is damaged"));
    assert!(longer(&logs[1], &whole[&logs[1]]).contains("bytes follow the last of its"));
    longer(&logs[1], &whole[&logs[1]][..1000]);
    assert!(longer(&signed[0], &whole[&signed[0]]).contains("can have"));
    let policy = of("policy").remove(0);
    let place = policy.strip_prefix(&audit).unwrap();
    std::fs::OpenOptions::new().write(true).open(&policy).unwrap().set_len(1 << 40).unwrap();
    let fault = save(&audit, &to).unwrap_err();
    assert!(place == Path::new(&fault.segment) && fault.what.contains("no policy has over"), "{fault}");
    std::fs::write(&policy, &whole[&policy]).unwrap();
    save(&audit, &to).unwrap();
    good(&audit, &to);
}

#[tokio::test]
async fn links_lead_nowhere_and_neither_directory_lies_in_the_other() {
    let (dir, to) = log(150).await;
    let audit = audit(&dir);
    let outside = dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::create_dir(&to).unwrap();
    for name in ["tile", "policies"] {
        symlink(&outside, to.join(name)).unwrap();
        assert!(save(&audit, &to).unwrap_err().what.contains("links are not followed"));
        std::fs::remove_file(to.join(name)).unwrap();
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    // The log's own files under the names of the copy are no copy.
    let segment = "00000000000000000000.log";
    for link in [symlink::<PathBuf, PathBuf>, std::fs::hard_link::<PathBuf, PathBuf>] {
        let _ = std::fs::remove_dir_all(&to);
        save(&audit, &to).unwrap();
        std::fs::remove_file(to.join(segment)).unwrap();
        link(audit.join(segment), to.join(segment)).unwrap();
        assert_eq!(save(&audit, &to).unwrap_err().class, Class::Unreadable);
    }
    let inside = audit.join("copy");
    symlink(&audit, dir.path().join("by-link")).unwrap();
    for bad in [inside, audit.clone(), dir.path().to_owned(), dir.path().join("by-link"), dir.path().join("by-link/x")]
    {
        let fault = save(&audit, &bad).unwrap_err();
        assert!(fault.what.contains("in one another"), "{fault}");
    }
    assert!(!audit.join("copy").exists() && !audit.join("x").exists());
    assert!(save(&audit, &dir.path().join("no/such/place")).is_err());
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert!(save(&audit, &dir.path().join("file")).is_err());
}

#[tokio::test]
async fn a_log_that_lost_its_checkpoints_makes_no_good_copy() {
    let (dir, to) = log(150).await;
    let audit = audit(&dir);
    let names = files(&audit).into_keys().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let segment = names.filter(|name| name.ends_with(".checkpoints")).max().unwrap();
    let whole = std::fs::read(audit.join(&segment)).unwrap();
    std::fs::set_permissions(audit.join(&segment), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(audit.join(&segment), "").unwrap();
    let fault = save(&audit, &to).unwrap_err();
    assert!(fault.class == Class::Removed && fault.what.contains("not beside its segment"), "{fault}");
    assert!(!to.join("head").exists());
    std::fs::write(audit.join(&segment), whole).unwrap();
    save(&audit, &to).unwrap();
    // Its own file is only a copy of what stands there.
    std::fs::write(audit.join("checkpoint"), "").unwrap();
    save(&audit, &to).unwrap();
    good(&audit, &to);
}

#[tokio::test]
async fn what_is_no_plain_file_is_not_waited_for() {
    let (dir, to) = log(150).await;
    let audit = audit(&dir);
    let key = vec![key(&audit)];
    for name in ["head", "checkpoint", "00000000000000000000.log", "00000000000000000000.checkpoints", "audit.pub"] {
        let (place, aside) = (audit.join(name), dir.path().join("aside"));
        std::fs::rename(&place, &aside).unwrap();
        let (pipe, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, &place, pipe, mode, 0).unwrap();
        let (options, how) = (Options { keys: key.clone(), ..Options::default() }, Backup::default());
        let done = [verify_with(&audit, options).err(), backup(&audit, &to, how).err()];
        if name == "audit.pub" {
            assert!(public_key(&audit.join("audit.key")).unwrap_err().to_string().contains("plain file"));
        } else {
            for fault in done {
                let fault = fault.unwrap();
                assert!(fault.class == Class::Unreadable && fault.what.contains("plain file"), "{name}: {fault}");
            }
        }
        std::fs::rename(&aside, &place).unwrap();
    }
    assert_eq!(entries(&audit).unwrap().filter(|entry| entry.is_err()).count(), 0);
    let pipe = dir.path().join("pipe");
    let mode = rustix::fs::Mode::RWXU;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let fault = backup(&audit, &to, Backup { subjects: Some(&pipe), ..Backup::default() }).unwrap_err();
    assert!(fault.segment.ends_with("pipe") && fault.what.contains("plain file"), "{fault}");
    std::fs::rename(audit.join("policies"), dir.path().join("aside")).unwrap();
    std::fs::rename(&pipe, audit.join("policies")).unwrap();
    assert_eq!(backup(&audit, &to, Backup::default()).unwrap_err().class, Class::Unreadable);
}

/// A log whose key lies where a gateway has it.
async fn gateway(state: &Path) -> PathBuf {
    let audit = state.join("audit");
    let (log, _) = Log::open(Config { key: None, ..small(&audit) }, clock().0).unwrap();
    for _ in 0..140 {
        call(&log, "answer").await;
    }
    log.keep_policy(Digest::of_policy(b"policy"), b"policy".to_vec()).await.unwrap();
    log.close().await;
    audit
}

#[tokio::test]
async fn no_copy_lies_in_the_log_or_among_the_keys_of_another_gateway() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    let (audit, theirs) = (gateway(&one).await, gateway(&other).await);
    std::fs::create_dir(theirs.join("archive")).unwrap();
    symlink(theirs.join("tile"), dir.path().join("link")).unwrap();
    let before = files(&other);
    let copy = |to: &Path| backup(&audit, to, Backup::default());
    let inside = ["", "copy", "archive", "archive/copy", "tile", "tile/0/copy", "policies", "../keys", "../keys/copy"];
    let elsewhere = ["link", "link/copy", "link/../copy", "one/../other/audit/tile/copy", "one/keys", "one/keys/copy"];
    let places = inside.iter().map(|name| theirs.join(name)).chain(elsewhere.iter().map(|name| dir.path().join(name)));
    for to in places {
        let fault = copy(&to).unwrap_err();
        assert_eq!(fault.class, Class::Unreadable);
        let said = ["name a place outside", "a directory of its own", "one another"];
        assert!(said.iter().any(|said| fault.what.contains(said)), "{}: {fault}", to.display());
        assert_eq!(before, files(&other), "{}", to.display());
    }
    // What was lost of it is not taken for a free place either.
    std::fs::remove_dir_all(&theirs).unwrap();
    std::fs::create_dir_all(theirs.join("tile")).unwrap();
    assert!(copy(&theirs.join("tile/copy")).is_err());
    // A directory beside them is one.
    for to in [other.join("copy"), one.join("backups"), dir.path().join("audit")] {
        copy(&to).unwrap();
        copy(&to).unwrap();
        assert!(copy(&to.join("archive/copy")).is_err(), "a copy is a log");
    }
}

#[tokio::test]
async fn one_writer_at_a_time() {
    let (dir, to) = log(3).await;
    let audit = audit(&dir);
    save(&audit, &to).unwrap();
    for name in ["audit.key", "audit.pub", "subjects"] {
        std::fs::copy(audit.join(name), to.join(name)).unwrap();
    }
    let (log, _) = Log::open(small(&to), clock().0).unwrap();
    let fault = save(&audit, &to).unwrap_err();
    assert!(fault.what.contains("another process writes there"), "{fault}");
    log.close().await;
}

#[tokio::test]
async fn a_copy_has_the_public_keys_of_its_time() {
    let (dir, to) = log(5).await;
    let audit = audit(&dir);
    let private = audit.join("audit.key");
    let copy = || backup(&audit, &to, Backup { key_path: Some(&private), keys: Vec::new(), ..Backup::default() });
    copy().unwrap();
    let beside = to.join("keys/audit.key");
    assert_eq!(crate::public_keys(&beside).unwrap(), [key(&audit)]);
    assert!(!to.join("keys/audit.keys").exists() && !beside.exists(), "the private key stays behind");
    let (log, _) = Log::open(small(&audit), clock().0).unwrap();
    let rotated = log.rotate_key("alice").await.unwrap();
    log.close().await;
    let check = || {
        let keys = crate::public_keys(&beside).unwrap();
        let in_force = keys.last().cloned();
        verify_with(&to, Options { keys, in_force, ..Options::default() })
    };
    assert!(check().is_ok(), "an older copy is verified by the keys of its time");
    copy().unwrap();
    assert_eq!(crate::public_keys(&beside).unwrap(), [rotated.old, rotated.new]);
    assert!(check().is_ok());
    assert_eq!(copy().unwrap().files, 0, "nothing is new");
    std::fs::write(audit.join("audit.keys"), "nothing\n").unwrap();
    assert_eq!(copy().unwrap_err().class, Class::Unreadable);
    std::fs::remove_file(audit.join("audit.keys")).unwrap();
    std::fs::remove_file(audit.join("audit.pub")).unwrap();
    assert_eq!(copy().unwrap().files, 0, "what is not there is not copied");
}

#[tokio::test]
async fn a_copy_has_no_more_of_a_manifest_than_its_log_vouches_for() {
    let (dir, to) = log(20).await;
    let audit = audit(&dir);
    let entries = good(&audit, &audit).entries;
    let mark = |entry: u64| format!("{{\"end\":{entry},\"entry\":{entry},\"first\":0}}\n");
    let object = "{\"key\":\"tile/0/000\"}\n";
    // What the archiver wrote after the head was read, and what it is writing.
    let whole = [object, &mark(3), object, object, &mark(entries - 1)].concat();
    let all = [&whole, object, &mark(entries), object, "{\"key\":"].concat();
    std::fs::create_dir_all(audit.join("archive")).unwrap();
    let place = "archive/s3-0123456789ab.manifest";
    std::fs::write(audit.join(place), all).unwrap();
    save(&audit, &to).unwrap();
    assert_eq!(std::fs::read_to_string(to.join(place)).unwrap(), whole);
    save(&audit, &to).unwrap();
    std::fs::write(audit.join(place), format!("{whole}{object}")).unwrap();
    save(&audit, &to).unwrap();
    assert_eq!(std::fs::read_to_string(to.join(place)).unwrap(), whole);
}
