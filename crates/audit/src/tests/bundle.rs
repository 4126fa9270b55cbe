//! Bundles of evidence: what an auditor without the log finds out about whoever made one, and what one cannot do to them.

use super::*;
use crate::bundle::{Check, Checked, Export, Exported, check, export};
use crate::index::Filter;
use crate::{Class, Event, EventKind, Facts, Fault, public_key};
use casemate_core::json::quote;
use casemate_tlog::{Policy as Trust, Proof, Verifier, hash};
use std::os::unix::fs::symlink;

const MANIFEST: &str = "manifest.json";
const RECORDS: &str = "records.jsonl";
const PROOFS: &str = "proofs.txt";

fn key(dir: &Path) -> Verifier {
    public_key(&dir.join("audit.key")).unwrap()
}

fn trust(key: &Verifier) -> Trust {
    Trust::new(key.name(), vec![key.clone()], Vec::new(), 0).unwrap()
}

fn digest(text: &[u8]) -> Digest {
    Digest::of_policy(text)
}

/// A log with calls of a tenant, and events and strangers between them.
async fn log(calls: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let small = Config { segment_bytes: 20_000, ..config(dir.path()) };
    let (log, _) = Log::open(small, clock().0).unwrap();
    log.keep_policy(Digest::of_policy(b"policy"), b"policy".to_vec()).await.unwrap();
    for n in 0..calls {
        call(&log, "answer").await;
        let (actor, facts) = (format!("person {n}"), Facts::new());
        log.event(Event { kind: EventKind::Admin, actor, policy: None, detail: None, facts }).await.unwrap();
    }
    log.close().await;
    dir
}

fn acme() -> Filter {
    Filter { tenant: Some("acme".to_owned()), ..Filter::default() }
}

fn exported(dir: &Path, filter: Filter, with_policies: bool) -> Result<(tempfile::TempDir, Exported), Fault> {
    let to = tempfile::tempdir().unwrap();
    let export_ = Export {
        filter,
        keys: vec![key(dir)],
        checkpoint: crate::checkpoint(dir).unwrap(),
        with_policies,
        made: UnixMillis(NOW),
        by: "a test".to_owned(),
        progress: None,
    };
    export(dir, to.path(), export_).map(|done| (to, done))
}

fn judge(bundle: &Path, key: &Verifier, proof: Option<u64>) -> Result<Checked, Fault> {
    check(bundle, Check { policy: &trust(key), digest, proof, progress: None })
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed);
    std::fs::write(path, changed).unwrap();
}

/// Makes the manifest say what the files are now: whoever changes a bundle can do that.
fn resign(bundle: &Path) {
    edit_if(&bundle.join(MANIFEST), |text| {
        text.lines()
            .map(|line| {
                let name = [RECORDS, PROOFS, "README.txt", "keys.txt", "checkpoint"]
                    .into_iter()
                    .find(|name| line.trim_start().starts_with(&format!("{}:", quote(name))));
                let Some(name) = name else { return format!("{line}\n") };
                let bytes = std::fs::read(bundle.join(name)).unwrap();
                let comma = if line.ends_with(',') { "," } else { "" };
                let (len, sum) = (bytes.len(), Digest::of(&bytes).hex());
                format!("    {}: {{ \"bytes\": {len}, \"sha256\": \"{sum}\" }}{comma}\n", quote(name))
            })
            .collect()
    });
}

fn edit_if(path: &Path, change: impl FnOnce(String) -> String) {
    std::fs::write(path, change(std::fs::read_to_string(path).unwrap())).unwrap();
}

#[tokio::test]
async fn the_records_of_a_tenant_are_proved_without_the_log() {
    let dir = log(200).await;
    let key = key(dir.path());
    let (bundle, done) = exported(dir.path(), acme(), true).unwrap();
    assert_eq!((done.records, done.policies, done.missing), (400, 1, 0));
    let wanted: Vec<Entry> = all(dir.path()).into_iter().filter(|entry| entry.json["tenant"] == "acme").collect();
    let text = std::fs::read_to_string(bundle.path().join(RECORDS)).unwrap();
    assert!(text.lines().map(str::as_bytes).eq(wanted.iter().map(|entry| entry.bytes.as_slice())), "the exact bytes");
    let everything: String = ["manifest.json", RECORDS, PROOFS, "keys.txt", "checkpoint", "README.txt"]
        .map(|name| std::fs::read_to_string(bundle.path().join(name)).unwrap())
        .concat();
    assert!(!everything.contains("person"), "nothing of anybody else");
    drop(dir);
    for entry in wanted.iter().step_by(37) {
        let checked = judge(bundle.path(), &key, Some(entry.index)).unwrap();
        assert_eq!((checked.records, checked.policies, checked.tenant.as_str()), (400, (1, 0), "acme"));
        assert_eq!(checked.range, Some((wanted[0].index, wanted[399].index)));
        let proof = checked.proof.unwrap();
        assert_eq!(proof.check(hash::leaf(&entry.bytes), &trust(&key)).unwrap().index, entry.index);
        // The recipe of the README: a standard file from three parts.
        let proofs = std::fs::read_to_string(bundle.path().join(PROOFS)).unwrap();
        let block = proofs.split("\n\n").find(|block| block.starts_with(&format!("index {}\n", entry.index))).unwrap();
        let note = std::fs::read_to_string(bundle.path().join("checkpoint")).unwrap();
        let file = format!("c2sp.org/tlog-proof@v1\n{block}\n\n{note}");
        let standard = Proof::parse(file.as_bytes()).unwrap();
        assert!(standard.check(hash::leaf(&entry.bytes), &trust(&key)).is_ok());
    }
    assert_eq!(judge(bundle.path(), &key, Some(u64::MAX)).unwrap().proof, None);
}

#[tokio::test]
async fn a_question_that_finds_nothing_or_everything_is_a_bundle_too() {
    let dir = log(3).await;
    for (filter, records) in [
        (Filter { tenant: Some("nobody".to_owned()), ..Filter::default() }, 0),
        (Filter { tool: Some("search".to_owned()), ..acme() }, 6),
        (Filter { until: Some(UnixMillis(NOW)), ..acme() }, 0),
        (Filter { since: Some(UnixMillis(NOW)), trace: Some(about().trace), ..acme() }, 6),
    ] {
        let (bundle, done) = exported(dir.path(), filter.clone(), false).unwrap();
        assert_eq!(done.records, records, "{filter:?}");
        assert_eq!(judge(bundle.path(), &key(dir.path()), None).unwrap().records, records);
    }
    let no_tenant = exported(dir.path(), Filter { tool: Some("search".to_owned()), ..Filter::default() }, false);
    assert!(no_tenant.unwrap_err().what.contains("none is named"));
    assert!(exported(dir.path(), Filter { kind: Some("intent".to_owned()), ..acme() }, false).is_err());
}

#[tokio::test]
async fn nothing_is_exported_from_a_log_that_does_not_hold() {
    let dir = log(3).await;
    let name = "00000000000000000000.log";
    let bytes = std::fs::read(dir.path().join(name)).unwrap();
    let mut bad = bytes.clone();
    let at = bytes.windows(8).position(|window| window == b"person 0").unwrap();
    bad[at] ^= 1;
    std::fs::write(dir.path().join(name), &bad).unwrap();
    let fault = exported(dir.path(), acme(), false).unwrap_err();
    assert_eq!((fault.class, fault.index), (Class::Changed, Some(2)));
    std::fs::write(dir.path().join(name), bytes).unwrap();
    let other = log(3).await;
    let foreign = Export {
        filter: acme(),
        keys: vec![key(other.path())],
        checkpoint: crate::checkpoint(other.path()).unwrap(),
        with_policies: false,
        made: UnixMillis(NOW),
        by: String::new(),
        progress: None,
    };
    let to = tempfile::tempdir().unwrap();
    assert!(matches!(export(dir.path(), to.path(), foreign), Err(Fault { class: Class::Changed | Class::Fork, .. })));
    let mut unsigned = exported_with(dir.path());
    unsigned.keys = vec![key(other.path())];
    let to = tempfile::tempdir().unwrap();
    assert_eq!(export(dir.path(), to.path(), unsigned).unwrap_err().class, Class::Signature);
    std::fs::write(to.path().join("there"), "").unwrap();
    assert!(export(dir.path(), to.path(), exported_with(dir.path())).unwrap_err().what.contains("empty"));
}

fn exported_with(dir: &Path) -> Export<'static> {
    Export {
        filter: acme(),
        keys: vec![key(dir)],
        checkpoint: crate::checkpoint(dir).unwrap(),
        with_policies: false,
        made: UnixMillis(NOW),
        by: String::new(),
        progress: None,
    }
}

#[tokio::test]
async fn a_policy_that_was_changed_gets_into_no_bundle_and_no_copy() {
    let dir = log(2).await;
    let policy = dir.path().join(format!("policies/{}.policy", Digest::of_policy(b"policy").hex()));
    std::fs::write(&policy, b"Policy").unwrap();
    let to = tempfile::tempdir().unwrap();
    let saved = crate::backup::backup(dir.path(), &to.path().join("copy"), crate::backup::Backup::default());
    for fault in [exported(dir.path(), acme(), true).map(drop).unwrap_err(), saved.map(drop).unwrap_err()] {
        assert!(fault.class == Class::Changed && fault.segment.starts_with("policies/"), "{fault}");
    }
    assert!(exported(dir.path(), acme(), false).is_ok());
}

#[tokio::test]
async fn every_byte_of_a_bundle_counts() {
    let dir = log(2).await;
    let key = key(dir.path());
    let (bundle, _) = exported(dir.path(), acme(), true).unwrap();
    let mut files: Vec<_> = std::fs::read_dir(bundle.path()).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.push(bundle.path().join(format!("policies/{}.policy", Digest::of_policy(b"policy").hex())));
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        // The manifest vouches for the others; what it says of times and programs is for people.
        if path.ends_with(MANIFEST) {
            continue;
        }
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert!(judge(bundle.path(), &key, None).is_err(), "{} at {at}", path.display());
        }
        for bad in [&bytes[..bytes.len() - 1], &[&bytes[..], b"x"].concat(), &[&bytes[..], b"\n"].concat()] {
            std::fs::write(&path, bad).unwrap();
            assert!(judge(bundle.path(), &key, None).is_err(), "{}", path.display());
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(judge(bundle.path(), &key, None).unwrap_err().class, Class::Removed, "{}", path.display());
        std::fs::write(&path, bytes).unwrap();
    }
    judge(bundle.path(), &key, None).unwrap();
}

#[tokio::test]
async fn whoever_changes_a_bundle_and_its_manifest_is_found_out() {
    let dir = log(4).await;
    let verifier = key(dir.path());
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let judged = |change: &dyn Fn(&Path)| {
        let (bundle, _) = exported(dir.path(), acme(), false).unwrap();
        change(bundle.path());
        resign(bundle.path());
        judge(bundle.path(), &verifier, None)
    };
    let in_file = |name: &'static str, change: fn(Vec<String>) -> Vec<String>| {
        judged(&|bundle| edit(&bundle.join(name), |text| change(lines(&text)).concat()))
    };
    let class = |found: Result<Checked, Fault>| found.map(|_| ()).map_err(|fault| (fault.class, fault.index));
    // A record that was changed is named.
    let changed = judged(&|bundle| edit(&bundle.join(RECORDS), |text| text.replacen("\"permit\"", "\"permiT\"", 1)));
    assert_eq!(class(changed), Err((Class::Changed, Some(0))));
    assert_eq!(
        class(in_file(RECORDS, |mut all| {
            all.swap(1, 2);
            all
        })),
        Err((Class::Changed, Some(3)))
    );
    assert_eq!(
        class(in_file(RECORDS, |mut all| {
            all.remove(1);
            all
        })),
        Err((Class::Changed, Some(3)))
    );
    assert_eq!(
        class(in_file(RECORDS, |mut all| {
            let one = all[0].clone();
            all.insert(1, one);
            all
        })),
        Err((Class::Reordered, Some(0)))
    );
    assert_eq!(
        class(in_file(RECORDS, |mut all| {
            all.pop();
            all
        })),
        Err((Class::Removed, None))
    );
    assert_eq!(class(in_file(RECORDS, |_| vec!["{}\n".to_owned()])), Err((Class::Changed, None)));
    assert_eq!(class(in_file(RECORDS, |_| vec!["x".repeat(70_000)])), Err((Class::Changed, None)));
    assert_eq!(class(in_file(PROOFS, |all| all.into_iter().skip(1).collect())), Err((Class::Changed, Some(0))));
    assert_eq!(
        class(in_file(PROOFS, |mut all| {
            all.extend(vec!["\n".to_owned(); 9]);
            all
        })),
        Err((Class::Changed, None))
    );
    assert_eq!(
        class(in_file(PROOFS, |_| vec![format!("index 0\n{}\n", format!("{}\n", "A".repeat(43) + "=").repeat(70))])),
        Err((Class::Changed, Some(0)))
    );
    // Another question than was asked: the records are not those.
    let other = judged(&|bundle| edit(&bundle.join(MANIFEST), |text| text.replace("\"acme\"", "\"evil\"")));
    assert_eq!(class(other), Err((Class::Changed, Some(0))));
    for (from, to) in [("\"size\": 12", "\"size\": 13"), ("casemate/audit", "another/audit")] {
        let other = judged(&|bundle| edit(&bundle.join(MANIFEST), |text| text.replace(from, to)));
        assert!(other.is_err(), "{from}");
    }
    // Another log that calls itself the same, with its own key.
    let forger = log(4).await;
    let (bundle, _) = exported(forger.path(), acme(), false).unwrap();
    assert_eq!(class(judge(bundle.path(), &verifier, None)), Err((Class::Signature, None)));
}

#[tokio::test]
async fn a_bundle_reaches_nothing_outside_of_itself() {
    let dir = log(2).await;
    let verifier = key(dir.path());
    let outside = tempfile::tempdir().unwrap();
    for name in [MANIFEST, RECORDS, PROOFS, "checkpoint", "keys.txt", "README.txt"] {
        let (bundle, _) = exported(dir.path(), acme(), false).unwrap();
        let (inside, moved) = (bundle.path().join(name), outside.path().join(name));
        std::fs::copy(&inside, &moved).unwrap();
        std::fs::remove_file(&inside).unwrap();
        symlink(&moved, &inside).unwrap();
        let fault = judge(bundle.path(), &verifier, None).unwrap_err();
        assert!(fault.class == Class::Unreadable && fault.what.contains("links"), "{name}: {fault}");
        std::fs::remove_file(&inside).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &inside, pipe, rustix::fs::Mode::RWXU, 0).unwrap();
        assert_eq!(judge(bundle.path(), &verifier, None).unwrap_err().class, Class::Unreadable, "{name}");
    }
    for name in ["more", "records.jsonl~", "policies/x.policy", "\u{1b}[2J"] {
        let (bundle, _) = exported(dir.path(), acme(), false).unwrap();
        let path = bundle.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
        let fault = judge(bundle.path(), &verifier, None).unwrap_err();
        assert!(fault.what.contains("does not name") && !fault.to_string().contains('\u{1b}'), "{fault}");
    }
    let (bundle, _) = exported(dir.path(), acme(), false).unwrap();
    for n in 0..50 {
        std::fs::write(bundle.path().join(format!("{n}")), "").unwrap();
    }
    assert!(judge(bundle.path(), &verifier, None).unwrap_err().what.contains("more than"));
    // A file without end: no more of it is read than the manifest names.
    let (bundle, _) = exported(dir.path(), acme(), false).unwrap();
    let sparse = std::fs::OpenOptions::new().write(true).open(bundle.path().join(RECORDS)).unwrap();
    sparse.set_len(1 << 42).unwrap();
    assert!(judge(bundle.path(), &verifier, None).is_err());
    edit(&bundle.path().join(MANIFEST), |text| text.replace("\"bytes\": ", "\"bytes\": 4398046511"));
    assert!(judge(bundle.path(), &verifier, None).is_err());
}
