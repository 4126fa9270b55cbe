//! The log in write-once targets: a store that keeps its word, one that does not, one that is away, and a directory that
//! somebody changes.

// The store of the tests of `archive`.
#[path = "../../../crates/archive/src/tests/store/mod.rs"]
#[expect(dead_code, reason = "its own tests use all of it")]
mod store;

use crate::harness::binary::{casemate, command};
use crate::harness::{Call, House, record};
use casemate::config::Loaded;
use casemate::serve::Running;
use casemate_audit::tlog::Verifier;
use casemate_audit::{Options, entries, minimum, segment_path, verify_with};
use casemate_gateway::custody::ArchiveTarget;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{ACCESS, BUCKET, Lie, REGION, SECRET, Store, TOKEN};

fn clock() -> Arc<AtomicU64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    Arc::new(AtomicU64::new(u64::try_from(since.as_millis()).expect("a time")))
}

/// A gateway of small segments.
async fn house(audit: Value, secrets: bool) -> Result<House, String> {
    let change = |plan: &mut crate::harness::Plan, _: &_| {
        for (name, text) in [("id", ACCESS), ("secret", SECRET), ("token", TOKEN)].into_iter().filter(|_| secrets) {
            let path = plan.dir.path().join(name);
            std::fs::write(&path, text).expect("a file");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("a mode");
        }
        std::fs::create_dir(plan.dir.path().join("copies")).expect("a directory");
        plan.patch(&json!({ "audit": audit }));
    };
    House::tuned(change, tune).await
}

fn tune(loaded: &mut Loaded) {
    loaded.audit.segment_bytes = 60_000;
    for target in &mut loaded.config.custody.archive.targets {
        if let ArchiveTarget::S3(config) = target {
            config.retry.attempts = 1;
        }
    }
}

async fn restart(house: &mut House) {
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let mut loaded = house.plan.load().expect("a configuration");
    tune(&mut loaded);
    house.running = Some(Running::start(loaded, &house.plan.state()).await.expect("it starts"));
}

fn bucket(store: &Store, worm: &str) -> Value {
    json!({ "worm": worm, "archive_retention": "1h", "archive": [{
        "endpoint": format!("http://{}", store.address), "bucket": BUCKET, "region": REGION, "prefix": "logs/gateway-1",
        "access_key_id": { "file": "id" }, "secret_access_key": { "file": "secret" },
        "session_token": { "file": "token" },
    }] })
}

fn copies() -> Value {
    json!({ "worm": "best-effort", "archive_retention": "1h", "archive": [{ "directory": "copies" }] })
}

/// Calls until this many segments are closed.
async fn close(house: &House, segments: usize) {
    let client = house.agent();
    while casemate_audit::closed(&house.audit_dir()).expect("a log").len() < segments {
        let reply = client.ask(&Call::tool("echo")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

/// What the log says of segments that were archived.
fn archived(entries: &[Value]) -> Vec<Value> {
    let marks = entries.iter().filter(|entry| entry["event"] == "archived" && entry["facts"]["end"].is_u64());
    marks.map(|entry| entry["facts"].clone()).collect()
}

async fn until_archived(house: &House, segments: usize) -> Vec<Value> {
    record::until(&house.audit_dir(), &format!("{segments} archived segments"), |entries| {
        let found = archived(entries);
        (found.len() >= segments).then_some(found)
    })
    .await
}

/// Runs `casemate audit archive` beside the gateway: exit code and what it says.
fn archive(house: &House, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = command(casemate());
    command.args(["audit", "archive"]).args(arguments).arg("--config").arg(house.plan.file()).env_clear();
    let output = command.output().expect("casemate runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn files(dir: &Path, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("a file").path());
    let mut found: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_locks_gets_the_log_and_gives_it_back() {
    let store = Store::start(Lie::None, clock()).await;
    let mut audit = bucket(&store, "required");
    audit["retention"] = json!("1s");
    let mut house = house(audit, true).await.expect("it starts");
    close(&house, 4).await;
    let facts = until_archived(&house, 4).await;
    let name = facts[0]["key"].as_str().expect("a key").to_owned();
    let there = store.versions(&name);
    let first = std::fs::read(segment_path(&house.audit_dir(), 0)).expect("a segment");
    assert!(there.len() == 1 && there[0] == first, "one version, and its bytes");
    let (code, said) = archive(&house, &["check"]);
    assert!(code == Some(0) && said.starts_with("good: s3-"), "{said}");
    let (code, said) = archive(&house, &["self-test"]);
    assert!(code == Some(0) && said.contains("held      shorten "), "{said}");

    // Nothing is pruned before it is old and looked for again: at the start, then once an hour.
    assert_eq!(minimum(&house.audit_dir()), Ok(0));
    restart(&mut house).await;
    let pruned = record::until(&house.audit_dir(), "what was pruned", |entries| {
        entries.iter().find(|entry| entry["event"] == "prune").map(|entry| entry["facts"].clone())
    })
    .await;
    let shown = archive(&house, &["status", "--json"]).1;
    assert!(shown.contains("\"entries\":[[0,"), "{shown}");
    for _ in 0..400 {
        if minimum(&house.audit_dir()).is_ok_and(|minimum| minimum > 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(minimum(&house.audit_dir()).is_ok_and(|minimum| minimum > 0), "{pruned}");
    assert!(!segment_path(&house.audit_dir(), 0).exists());

    // What is gone here comes back from there.
    let (code, said) = archive(&house, &["check"]);
    assert_eq!(code, Some(0), "{said}");
    let to = house.plan.dir.path().join("restored");
    let (code, said) = archive(&house, &["fetch", "--to", to.to_str().expect("a path")]);
    assert_eq!(code, Some(0), "{said}");
    let verified = casemate_audit::verify(&to).expect("a whole log");
    assert!(verified.first_index == 0 && verified.signed == verified.entries);
    assert_eq!(std::fs::read(segment_path(&to, 0)).expect("a segment"), first);
    casemate_audit::prove(&to, 3).expect("a proof of what was pruned");
    assert!(entries(&to).expect("entries").count() > 256);
    let (code, said) = archive(&house, &["fetch", "--to", to.to_str().expect("a path")]);
    assert!(code != Some(0) && said.contains("not empty"), "{said}");
    // Of calls at the edge, the log has the outcome and the archive the intent.
    house.running.take().expect("it runs").stop().await.expect("it stops");
    casemate_audit::verify(&house.audit_dir()).expect("the log holds together");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_from_before_and_after_a_change_of_key_come_back_as_one_log() {
    let mut house = house(copies(), false).await.expect("it starts");
    close(&house, 1).await;
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let (config, state) = (house.plan.file(), house.plan.state());
    let mut rotate = command(casemate());
    rotate.args(["audit", "rotate-key", "--yes", "--config"]).arg(&config).arg("--state-dir").arg(&state).env_clear();
    let output = rotate.output().expect("casemate runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let loaded = house.plan.load().map(|mut loaded| {
        tune(&mut loaded);
        loaded
    });
    house.running = Some(Running::start(loaded.expect("a configuration"), &state).await.expect("it starts"));
    let before = casemate_audit::closed(&house.audit_dir()).expect("a log").len();
    close(&house, before + 2).await;
    until_archived(&house, before + 2).await;
    house.running.take().expect("it runs").stop().await.expect("it stops");

    let to = house.plan.dir.path().join("restored");
    let (code, said) = archive(&house, &["fetch", "--to", to.to_str().expect("a path")]);
    assert_eq!(code, Some(0), "{said}");
    let keys = casemate_audit::public_keys(&state.join("keys/audit.key")).expect("keys");
    let by = |keys: &[Verifier]| verify_with(&to, Options { keys: keys.to_vec(), ..Options::default() });
    let changed = entries(&to).expect("a log").map(|entry| entry.expect("an entry"));
    let changed = changed.filter(|entry| entry.json["event"] == "rotate").map(|entry| entry.index).collect::<Vec<_>>();
    assert_eq!((keys.len(), changed.len()), (2, 1));
    let whole = by(&keys).expect("one log");
    assert!((whole.first_index, whole.unverified) == (0, 0) && whole.signed == whole.entries);
    assert!(whole.entries > changed[0] + 1, "it goes on after the change");
    assert_eq!(by(&keys[..1]).map(|found| found.unverified), Ok(0), "the old key leads to the new one");
    assert!(by(&keys[1..]).is_ok_and(|found| found.unverified > 0));
    // What the old key alone has signed comes back as well.
    let part = house.plan.dir.path().join("part");
    let (code, said) = archive(&house, &["fetch", "--until", "0", "--to", part.to_str().expect("a path")]);
    assert_eq!(code, Some(0), "{said}");
    let by = |keys: &[Verifier]| verify_with(&part, Options { keys: keys.to_vec(), ..Options::default() });
    assert!(by(&keys[..1]).is_ok());
    house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_shortens_retention_is_not_served_where_write_once_is_required() {
    let store = Store::start(Lie::Shortens, clock()).await;
    let refused = house(bucket(&store, "required"), true).await.err().expect("it does not start");
    assert!(refused.contains("shorten BROKEN") && refused.contains("best-effort"), "{refused}");
    let house = house(bucket(&store, "best-effort"), true).await.expect("it starts");
    let said = record::until(&house.audit_dir(), "the self-test", |entries| {
        let facts = entries.iter().map(|entry| entry["facts"].clone());
        facts.into_iter().find(|facts| facts["self_test"] == "BROKEN")
    })
    .await;
    assert!(said["failing"].as_str().is_some_and(|failing| failing.contains("shorten")), "{said}");
    let (code, table) = archive(&house, &["self-test"]);
    assert!(code == Some(1) && table.contains("BROKEN    shorten"), "{table}");
    close(&house, 1).await;
    until_archived(&house, 1).await;
    // Of the two settings, a start speaks of its own only.
    let mut house = house;
    house.running.take().expect("it runs").stop().await.expect("it stops");
    house.plan.patch(&json!({ "audit": { "worm": "required" } }));
    house.plan.write();
    let mut serve = command(casemate());
    serve.arg("serve").arg("--config").arg(house.plan.file()).env_clear();
    let output = serve.output().expect("casemate runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("audit.worm is required"), "{said}");
    assert!(!said.contains("the archive is best effort"), "{said}");
    house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_goes_away_costs_no_call() {
    let store = Store::start(Lie::None, clock()).await;
    let house = house(bucket(&store, "required"), true).await.expect("it starts");
    close(&house, 1).await;
    until_archived(&house, 1).await;
    store.down.store(true, Ordering::Relaxed);
    close(&house, 3).await;
    let (code, said) = archive(&house, &["check"]);
    assert!(code == Some(2) && said.contains("unavailable"), "{said}");
    let have = archived(&record::read(&house.audit_dir())).len();
    store.down.store(false, Ordering::Relaxed);
    until_archived(&house, 3.max(have)).await;
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_does_to_a_copy_or_its_manifest_is_named() {
    let house = house(copies(), false).await.expect("it starts");
    close(&house, 2).await;
    until_archived(&house, 2).await;
    assert_eq!(archive(&house, &["check"]).0, Some(0));
    let (code, table) = archive(&house, &["self-test"]);
    assert!(code == Some(1) && table.contains("retention"), "{table}");
    let check = |wanted: i32, what: &str| {
        let (code, said) = archive(&house, &["check"]);
        assert!(code == Some(wanted) && said.contains(what), "{wanted} {what}: {code:?} {said}");
    };
    let copies = house.plan.dir.path().join("copies");
    let copy = files(&copies.join("segments"), ".log").remove(0);
    let good = std::fs::read(&copy).expect("a copy");
    let to = house.plan.dir.path().join("back");
    let fetch = |until: &str| archive(&house, &["fetch", "--to", to.to_str().expect("a path"), "--until", until]);
    std::fs::remove_file(&copy).expect("removed");
    check(4, "segments/00000000000000000000.log is gone");
    assert_eq!(fetch("3").0, Some(4));
    assert!(!to.exists(), "what a fetch that failed has made is gone again");
    let mut bad = good.clone();
    bad[500] ^= 1;
    std::fs::write(&copy, bad).expect("written");
    check(3, "segments/00000000000000000000.log is not what was stored: its digest");
    std::fs::write(&copy, good).expect("written");
    check(0, "good");
    let (code, said) = fetch("3");
    assert!(code == Some(0) && !said.contains("is not there"), "{said}");
    std::fs::remove_dir_all(&to).expect("removed");
    let (code, said) = fetch("99999");
    assert!(
        code == Some(2) && said.contains("entry 99999 is not there: what came back are the entries 0 to"),
        "{said}"
    );
    casemate_audit::verify(&to).expect("what is there is a whole log");

    let manifest = files(&house.audit_dir().join("archive"), ".manifest").remove(0);
    let good = std::fs::read_to_string(&manifest).expect("a manifest");
    std::fs::remove_dir_all(&to).expect("removed");
    let lines: Vec<_> = good.lines().collect();
    std::fs::write(&manifest, good.replacen(lines[0], lines[1], 1)).expect("written");
    check(3, "not the one that this record vouches for");
    let first = lines.iter().position(|line| line.contains("\"first\"")).expect("a mark");
    std::fs::write(&manifest, format!("{}\n", lines[..=first].join("\n"))).expect("written");
    check(6, "the manifest ends before");
    std::fs::write(&manifest, format!("{good}forged\n")).expect("written");
    check(3, "neither an object nor the mark of a segment");
    std::fs::remove_file(&manifest).expect("removed");
    check(4, "the manifest ends before");
    let (code, said) = fetch("3");
    assert!(code == Some(4) && said.contains("the manifest ends before"), "{said}");
    std::fs::write(&manifest, good).expect("written");
    check(0, "good");
    // However the directory is spelled it is the same target; moved, it is another one, and that is said.
    let known = archive(&house, &["status"]).1;
    let config = house.plan.file();
    let text = std::fs::read_to_string(&config).expect("a file");
    let spell = |spelled: &str| {
        let changed = text.replace("\"directory\":\"copies\"", &format!("\"directory\":\"{spelled}\""));
        assert_ne!(changed, text);
        std::fs::write(&config, changed).expect("a file");
    };
    let home = house.plan.dir.path().file_name().and_then(|name| name.to_str()).expect("a name");
    spell(&format!("../{home}/./copies"));
    check(0, "good");
    assert_eq!(archive(&house, &["status"]).1, known);
    let moved = house.plan.dir.path().join("moved");
    std::fs::rename(&copies, &moved).expect("moved");
    spell("moved");
    check(4, "which the configuration does not name: was the directory moved");
    assert!(archive(&house, &["status"]).1.contains("a target that the configuration does not name"));
    let (code, said) = fetch("3");
    assert!(code == Some(4) && said.contains("does not name: was the directory moved"), "{said}");
    assert!(!to.exists());
    std::fs::rename(&moved, &copies).expect("moved back");
    std::fs::write(&config, &text).expect("a file");
    check(0, "good");
    let (code, said) = archive(&house, &["check", "--target", "s3-nothing"]);
    assert!(code == Some(2) && said.contains("there is no target"), "{said}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_target_in_which_nothing_is_yet_nothing_is_missing() {
    let house = house(copies(), false).await.expect("it starts");
    let to = house.plan.dir.path().join("back");
    let fetch = |more: &[&str]| {
        let (code, said) = archive(&house, &[&["fetch", "--to", to.to_str().expect("a path")], more].concat());
        assert!(!to.exists(), "{said}");
        (code, said)
    };
    assert_eq!(archive(&house, &["check"]).0, Some(0));
    let (code, said) = fetch(&[]);
    assert!(code == Some(2) && said.contains("there is nothing in") && said.contains("no segment was"), "{said}");
    // Where there is no log, nothing tells.
    let (code, said) = fetch(&["--dir", "/none/audit"]);
    assert!(code == Some(2) && said.contains("there is no manifest") && said.contains("--dir"), "{said}");
    let inside = house.audit_dir().join("archive/back");
    let (code, said) = archive(&house, &["fetch", "--to", inside.to_str().expect("a path")]);
    assert!(code == Some(2) && said.contains("name a place outside") && !inside.exists(), "{said}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_begins_after_a_pruning_gives_back_what_it_has() {
    let mut audit = copies();
    (audit["retention"], audit["archive_retention"]) = (json!("1s"), json!("1s"));
    let mut house = house(audit, false).await.expect("it starts");
    close(&house, 5).await;
    until_archived(&house, 5).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    restart(&mut house).await;
    let begins = || minimum(&house.audit_dir()).expect("a log");
    for _ in 0..400 {
        if begins() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let begins = begins();
    assert!(begins > 0);
    // Of what is not locked any more, somebody has cleaned up the first.
    for ending in [".log", ".checkpoints"] {
        let copies = house.plan.dir.path().join("copies/segments");
        std::fs::remove_file(files(&copies, ending).remove(0)).expect("removed");
    }
    let (code, said) = archive(&house, &["check"]);
    assert!(code == Some(0) && said.contains("2 whose lock was over are gone"), "{said}");
    let to = house.plan.dir.path().join("late");
    let (code, said) = archive(&house, &["fetch", "--to", to.to_str().expect("a path")]);
    assert!(code == Some(0) && said.contains("they begin with entry") && said.contains("are gone"), "{said}");

    std::fs::create_dir(house.plan.dir.path().join("second")).expect("a directory");
    house.plan.patch(&json!({ "audit": { "archive": [{ "directory": "second" }], "retention": "1h",
        "archive_retention": "2h" } }));
    house.plan.write();
    restart(&mut house).await;
    record::until(&house.audit_dir(), "a segment in the second target", |entries| {
        let found = archived(entries);
        (found.iter().any(|facts| facts["target"] != found[0]["target"])).then_some(())
    })
    .await;
    let to = house.plan.dir.path().join("restored");
    let (code, said) = archive(&house, &["fetch", "--to", to.to_str().expect("a path")]);
    assert!(code == Some(0) && said.contains(&format!("they begin with entry {begins}:")), "{said}");
    casemate_audit::entry(&to, begins).expect("an entry");
    casemate_audit::prove(&to, begins).expect("a proof");
    // Of calls at the edge, the log has the outcome and the archive the intent.
    house.running.take().expect("it runs").stop().await.expect("it stops");
    casemate_audit::verify(&house.audit_dir()).expect("the log holds together");
}
