//! A pruned log as operators and auditors meet it: what `casemate audit` says of entries that are gone.

use crate::harness::binary::{casemate, command};
use casemate_audit::{Config, Event, EventKind, Facts, Log, closed, minimum, public_path};
use casemate_core::UnixMillis;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NOW: u64 = 1_700_000_000_000;
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// A log of which all but the youngest entries were pruned, a checkpoint from before that, and its minimum.
struct Pruned {
    state: tempfile::TempDir,
    earlier: PathBuf,
    minimum: u64,
    entries: u64,
}

async fn write(log: &Log, count: usize) {
    let event =
        || Event { kind: EventKind::Admin, actor: "alice".to_owned(), policy: None, detail: None, facts: Facts::new() };
    let all = (0..count).map(|_| {
        let log = log.clone();
        let event = event();
        tokio::spawn(async move { log.event(event).await })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.expect("it ends").expect("it is recorded");
    }
}

async fn pruned() -> Pruned {
    let state = tempfile::tempdir().expect("a directory");
    let dir = state.path().join("audit");
    let now = Arc::new(AtomicU64::new(NOW));
    let shared = Arc::clone(&now);
    let config = Config {
        segment_bytes: 2500,
        retention: Some(WEEK),
        deadline: Duration::from_secs(20),
        reserve_bytes: 0,
        checkpoint_every: Duration::ZERO,
        ..Config::new(&dir)
    };
    let clock: casemate_audit::Clock = Arc::new(move || UnixMillis(shared.load(Ordering::Relaxed)));
    let (log, _) = Log::open(config, clock).expect("a log");
    write(&log, 200).await;
    let earlier = state.path().join("earlier");
    // The round that wrote the last batch signs it too, or the next one does.
    let note = loop {
        if let Ok(note) = casemate_audit::checkpoint(&dir) {
            break note;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    std::fs::write(&earlier, note).expect("a file");
    write(&log, 200).await;
    now.fetch_add(u64::try_from(WEEK.as_millis()).expect("a number"), Ordering::Relaxed);
    write(&log, 300).await;
    write(&log, 300).await;
    let end = closed(&dir).expect("segments").iter().map(|closed| closed.end).find(|end| *end >= 400).expect("an end");
    let pruned = log.prune(end, "bucket audit,\nprefix gw-1").await.expect("it is pruned");
    assert_eq!((pruned.from, pruned.to), (0, end));
    log.close().await;
    let entries = casemate_audit::verify(&dir).expect("the log holds together").entries;
    Pruned { state, earlier, minimum: end, entries }
}

impl Pruned {
    fn dir(&self) -> PathBuf {
        self.state.path().join("audit")
    }

    /// Runs `casemate audit`; its exit code, and what it said on both ways out.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut program = command(casemate());
        program.arg("audit").args(arguments).arg("--dir").arg(self.dir()).env_clear();
        let output = program.stdin(Stdio::null()).output().expect("casemate runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_were_pruned_are_said_to_be() {
    let log = pruned().await;
    let begins = log.minimum.to_string();
    let range = format!("3..{}", log.minimum + 1);
    let value = log.earlier.to_str().expect("a path");
    for arguments in [
        &["show", "3"][..],
        &["prove", "3"],
        &["reveal", "3", "--field", "message", "--value", value],
        &["replay", "3"],
        &["replay", "--range", &range],
        &["verify", "--range", &range],
    ] {
        let (code, out, said) = log.run(arguments);
        assert_eq!((code, out.as_str()), (Some(12), ""), "{arguments:?}: {said}");
        assert!(said.starts_with("bad: pruned: entry 3,"), "{arguments:?}: {said}");
        assert!(said.contains(&format!("begins with entry {begins}; an archive may have it")), "{said}");
    }
    let (code, out, said) = log.run(&["query", "--until", "2001-01-01"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(said.contains(&format!("entries before {begins} were pruned, and are not searched")), "{said}");
    let (code, out, _) = log.run(&["show", &begins]);
    assert_eq!((code, &json(&out)["seq"]), (Some(0), &log.minimum.into()));
    let (code, ..) = log.run(&["prove", &begins]);
    assert_eq!(code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_is_read_and_verified() {
    let log = pruned().await;
    let (code, out, said) = log.run(&["verify"]);
    assert_eq!(code, Some(0), "{said}");
    let words = format!("good: {} entries, root ", log.entries);
    assert!(out.starts_with(&words), "{out}");
    let words = format!("those before {} were pruned, and a record says so; by the key beside the log", log.minimum);
    assert!(out.contains(&words), "{out}");
    let (_, out, _) = log.run(&["verify", "--json"]);
    let value = json(&out);
    assert_eq!((&value["minimum"], &value["first"]), (&log.minimum.into(), &log.minimum.into()));
    let earlier = log.earlier.to_str().expect("a path");
    let key = public_path(&log.state.path().join("keys/audit.key"));
    let (code, out, said) = log.run(&["verify", "--from", earlier, "--key", key.to_str().expect("a path")]);
    let words = format!("good: {} entries, grown out of the ", log.entries);
    assert!(code == Some(0) && out.starts_with(&words) && out.ends_with("by the key given\n"), "{out}{said}");
    let left = log.entries - log.minimum;
    for arguments in
        [&["cat"][..], &["query", "--json"], &["query", "--json", "--scan"], &["tail", "-n", "100000", "--json"]]
    {
        let (code, out, said) = log.run(arguments);
        assert_eq!((code, out.lines().count() as u64), (Some(0), left), "{arguments:?}: {said}");
        assert_eq!(json(out.lines().next().expect("a line"))["seq"], log.minimum, "{arguments:?}");
    }
    let (code, out, _) = log.run(&["query", "--kind", "event", "--json"]);
    assert_eq!((code, out.lines().count() as u64), (Some(0), left));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stats_say_where_the_log_begins_and_why() {
    let log = pruned().await;
    for arguments in [&["stats", "--json"][..], &["stats", "--json", "--scan"]] {
        let (code, out, said) = log.run(arguments);
        let value = json(&out);
        assert_eq!(
            (code, &value["minimum"], &value["entries"]),
            (Some(0), &log.minimum.into(), &log.entries.into()),
            "{said}"
        );
        assert_eq!(value["kinds"]["event"], log.entries - log.minimum);
        let pruned = &value["pruned"];
        assert_eq!(
            (&pruned["retention_seconds"], &pruned["archived"]),
            (&604_800.into(), &"bucket audit,?prefix gw-1".into())
        );
    }
    let (code, out, _) = log.run(&["stats"]);
    let line = out.lines().find(|line| line.starts_with("pruned ")).expect("a line");
    let words = format!("entries before {}, on 2023-11-21T22:13:20.000Z (entry ", log.minimum);
    assert!(code == Some(0) && line.contains(&words), "{line}");
    assert!(line.ends_with("after 7 days, archived: bucket audit,?prefix gw-1"), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pruned_log_that_somebody_cut_further_is_found_out() {
    let log = pruned().await;
    let path = |first: u64| casemate_audit::segment_path(&log.dir(), first);
    let honest = std::fs::read(path(log.minimum)).expect("a segment");
    std::fs::remove_file(path(log.minimum)).expect("it is removed");
    let (code, _, said) = log.run(&["verify"]);
    assert!(code == Some(4) && said.contains("the segment that the log begins with is missing"), "{said}");
    std::fs::write(path(log.minimum), honest).expect("it is back");
    assert_eq!(log.run(&["verify"]).0, Some(0));
    let tile = log.dir().join("tile/0/000");
    let mut bytes = std::fs::read(&tile).expect("a tile");
    bytes[7] ^= 1;
    std::fs::write(&tile, bytes).expect("it is changed");
    let (code, _, said) = log.run(&["verify"]);
    assert!(code == Some(3) && said.contains("tile/0/00") && said.contains("its entries were pruned"), "{said}");
    std::fs::remove_file(log.dir().join("minimum")).expect("it is removed");
    let (code, _, said) = log.run(&["verify"]);
    assert!(code == Some(4) && said.contains("the first segment is missing"), "{said}");
    assert_eq!(minimum(Path::new(&log.dir())), Ok(0));
}
