//! What `casemate audit verify` vouches for, and what it says of the rest.

use crate::harness::binary::{casemate, command};
use casemate_audit::{Config, Event, EventKind, Facts, Log, public_path};
use casemate_core::UnixMillis;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NOW: u64 = 1_700_000_000_000;

/// Its time goes on by five seconds at each look.
fn open(dir: &Path) -> Log {
    let config = Config { deadline: Duration::from_secs(20), reserve_bytes: 0, ..Config::new(dir) };
    let now = AtomicU64::new(NOW);
    let clock = move || UnixMillis(now.fetch_add(5000, Ordering::Relaxed));
    Log::open(config, Arc::new(clock)).expect("a log").0
}

async fn write(log: &Log, count: usize) {
    let event =
        || Event { kind: EventKind::Admin, actor: "alice".to_owned(), policy: None, detail: None, facts: Facts::new() };
    let all = (0..count).map(|_| {
        let (log, event) = (log.clone(), event());
        tokio::spawn(async move { log.event(event).await })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.expect("it ends").expect("it is recorded");
    }
}

/// A state directory with a closed log of this many entries, and an earlier checkpoint of it.
async fn log(count: usize) -> (tempfile::TempDir, PathBuf) {
    let state = tempfile::tempdir().expect("a directory");
    let dir = state.path().join("audit");
    let log = open(&dir);
    write(&log, 2).await;
    log.close().await;
    let earlier = state.path().join("earlier");
    std::fs::write(&earlier, casemate_audit::checkpoint(&dir).expect("a checkpoint")).expect("a file");
    let log = open(&dir);
    write(&log, count - 2).await;
    log.close().await;
    (state, earlier)
}

fn audit(state: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = command(casemate());
    command.arg("audit").args(arguments).arg("--dir").arg(state.join("audit")).env_clear();
    let output = command.output().expect("casemate runs");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn key(state: &Path) -> String {
    public_path(&Config::new(state.join("audit")).key_path()).display().to_string()
}

/// Takes every checkpoint away, as somebody would who rewrites a log without its key.
fn unsign(dir: &Path) {
    for file in std::fs::read_dir(dir).expect("a directory").map(|file| file.expect("a file").path()) {
        if file.to_string_lossy().contains("checkpoint") {
            std::fs::remove_file(file).expect("removed");
        }
    }
}

#[tokio::test]
async fn a_log_that_nobody_signed_is_not_called_good() {
    let (state, _) = log(40).await;
    let dir = state.path().join("audit");
    let key = key(state.path());
    let (code, said) = audit(state.path(), &["verify", "--key", &key]);
    assert!(code == Some(0) && said.starts_with("good: 40 entries"), "{said}");
    unsign(&dir);
    let (code, said) = audit(state.path(), &["verify", "--key", &key]);
    assert!(code == Some(13) && said.starts_with("unsigned: ") && said.contains("last 40 entries"), "{said}");
    let (code, said) = audit(state.path(), &["verify", "--key", &key, "--json"]);
    assert!(code == Some(13) && said.contains("\"ok\":false") && said.contains("\"unsigned\":40"), "{said}");
    // A start signs what is there, and says so for good.
    open(&dir).close().await;
    let said = audit(state.path(), &["cat"]).1;
    assert!(said.contains("the last 40 entries were signed by no checkpoint before this start"), "{said}");
}

#[tokio::test]
async fn a_checkpoint_from_elsewhere_vouches_for_entries_and_not_for_tiles_alone() {
    let (state, earlier) = log(600).await;
    let key = key(state.path());
    let arguments = ["verify", "--key", &key, "--from", earlier.to_str().expect("a path")];
    let (code, said) = audit(state.path(), &arguments);
    let grown = "600 entries, grown out of the 2 of the checkpoint given into the 600 of its newest,";
    assert!(code == Some(0) && said.contains(grown), "{said}");
    let (code, said) = audit(state.path(), &[&arguments[..], &["--to", arguments[4]]].concat());
    let grown = "600 entries, grown out of the 2 of the checkpoint given and the 2 of the later one given,";
    assert!(code == Some(0) && said.contains(grown), "{said}");
    let (code, said) = audit(state.path(), &[&arguments[..], &["--to", arguments[4], "--json"]].concat());
    assert!(code == Some(0) && said.contains("\"from\":2,") && said.contains("\"to\":2,"), "{said}");
    // Entry 100 lies below full tiles, which still lead from the one checkpoint to the other.
    let segment = state.path().join("audit/00000000000000000000.log");
    assert!(state.path().join("audit/tile/0/000").exists());
    let mut bytes = std::fs::read(&segment).expect("a segment");
    let at = bytes.len() / 6;
    bytes[at] ^= 1;
    std::fs::remove_file(&segment).expect("removed");
    std::fs::write(&segment, bytes).expect("a segment");
    assert_eq!(audit(state.path(), &arguments).0, Some(3));
}

#[tokio::test]
async fn a_range_that_is_not_there_is_not_called_good() {
    let (state, _) = log(20).await;
    let (code, said) = audit(state.path(), &["verify", "--range", "5..10"]);
    assert!(code == Some(0) && said.contains("entries 5 to 9 of the first 20 entries"), "{said}");
    for range in ["5..21", "1000..2000"] {
        let (code, said) = audit(state.path(), &["verify", "--range", range]);
        assert!(code == Some(2) && said.contains("the log has 20 entries"), "{range}: {said}");
    }
}

#[tokio::test]
async fn a_backup_leaves_a_directory_of_something_else_alone() {
    let (state, _) = log(20).await;
    let other = state.path().join("etc");
    std::fs::create_dir(&other).expect("a directory");
    std::fs::write(other.join("passwd"), "root").expect("a file");
    let link = state.path().join("link");
    std::os::unix::fs::symlink(&other, &link).expect("a link");
    for to in [&other, &link] {
        let (code, said) = audit(state.path(), &["backup", "--to", to.to_str().expect("a path")]);
        assert!(code == Some(2) && said.contains("`passwd`, which is of no log"), "{said}");
    }
    assert_eq!(std::fs::read_dir(&other).expect("a directory").count(), 1);
}

#[tokio::test]
async fn stderr_without_room_ends_nothing() {
    let (state, _) = log(20).await;
    let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
    let mut program = command(casemate());
    program.args(["audit", "verify", "--dir"]).arg(state.path().join("audit")).env("CASEMATE_LOG", "trace");
    let output = program.stderr(full).output().expect("casemate runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
