//! Copies of the log beside the gateway that writes it: whole at every moment, whatever happens to them.

use crate::harness::binary::{casemate, command};
use crate::harness::{Call, House};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

fn program(from: &Path, to: &Path) -> Command {
    let mut program = command(casemate());
    program.arg("audit").arg("backup").arg("--dir").arg(from).arg("--to").arg(to).arg("--json").env_clear();
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// Its exit code and its result.
fn save(from: &Path, to: &Path) -> (Option<i32>, Value) {
    let output = program(from, to).output().expect("casemate runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::String(said)))
}

fn audit(arguments: &[&str], dir: &Path) -> (Option<i32>, String) {
    let output = command(casemate()).arg("audit").args(arguments).arg("--dir").arg(dir).env_clear().output();
    let output = output.expect("casemate runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Calls as long as something else goes on.
async fn call_until(house: &House, mut done: impl FnMut() -> bool) -> usize {
    let mut calls = 0;
    while !done() {
        house.served(&house.agent(), &Call::tool("echo")).await;
        calls += 1;
    }
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_made_while_calls_run_and_killed_in_the_middle() {
    let mut house = House::start().await;
    let (dir, place) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    let to: PathBuf = place.path().join("copy");
    for _ in 0..200 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    // Killed after another while each time: what is there is a log, or says that it is none yet.
    for millis in [0, 2, 4, 6, 9, 13, 20, 40] {
        let mut child = program(&dir, &to).spawn().expect("casemate starts");
        let end = tokio::time::Instant::now() + Duration::from_millis(millis);
        call_until(&house, || tokio::time::Instant::now() >= end).await;
        let _ = child.kill();
        child.wait().expect("it has ended");
        match audit(&["verify"], &to).0 {
            Some(0) => assert_eq!(audit(&["show", "3"], &to), audit(&["show", "3"], &dir)),
            // Files of the next copy are there, and its head is not.
            Some(6) => assert!(audit(&["verify", "--json"], &to).1.contains("a backup was interrupted")),
            code => assert!(!to.join("head").exists() && matches!(code, Some(2 | 4)), "{code:?}"),
        }
    }
    let mut child = program(&dir, &to).spawn().expect("casemate starts");
    let calls = call_until(&house, || child.try_wait().expect("a child").is_some()).await;
    assert!(calls > 0, "the gateway goes on meanwhile");
    let output = child.wait_with_output().expect("it ends");
    let done: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &done["ok"], &done["signatures"]), (Some(0), &true.into(), &true.into()));
    let (code, said) = audit(&["verify", "--json"], &to);
    let verified: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &verified["entries"], &verified["root"]), (Some(0), &done["entries"], &done["root"]));
    for arguments in
        [&["query", "--tenant", "acme", "--kind", "outcome", "--json", "--limit", "50"][..], &["prove", "7"]]
    {
        assert_eq!(audit(arguments, &to).0, Some(0), "{arguments:?}");
    }
    let keys = std::fs::read_dir(to.join("keys")).expect("keys").flatten().map(|file| file.file_name());
    assert_eq!(keys.collect::<Vec<_>>(), ["audit.pub"], "no private key is in it, and none of a subject");
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let (code, last) = save(&dir, &to);
    assert_eq!((code, &last["before"]), (Some(0), &done["entries"]), "{last}");
    assert_eq!(save(&dir, &to).1["files"], 0, "nothing is new");
    assert_eq!(audit(&["cat"], &to), audit(&["cat"], &dir));
    house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_copy_of_this_log_is_refused() {
    let house = House::start().await;
    let (dir, place) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    let call = Call::tool("echo");
    let reply = house.served(&house.agent(), &call).await;
    let to = place.path().join("copy");
    assert_eq!(save(&dir, &to).0, Some(0));
    let other = House::start().await;
    for _ in 0..5 {
        other.served(&other.agent(), &Call::tool("echo")).await;
    }
    let (code, said) = save(&other.audit_dir(), &to);
    assert!(code == Some(9) && said["class"] == "fork", "another log: {said}");
    let (code, said) = save(&dir, &to);
    assert_eq!(code, Some(0), "{said}");
    // A gateway's own log is none, whether it runs or not.
    let (code, said) = save(&dir, &other.audit_dir());
    assert!(code == Some(2) && said["fault"].as_str().is_some_and(|said| said.contains("log of a gateway")), "{said}");
    let (code, said) = save(&to, &dir);
    assert!(code == Some(2) && said["fault"].as_str().is_some_and(|said| said.contains("log of a gateway")), "{said}");
    assert!(!dir.join("keys").exists(), "nothing was written there");
    let (code, said) = save(&dir, &dir.join("copy"));
    assert!(code == Some(2) && said["fault"].as_str().is_some_and(|said| said.contains("in one another")), "{said}");
    assert_eq!(save(&dir, Path::new("/proc/none")).0, Some(2));
    assert_eq!(save(&place.path().join("nothing"), &to).0, Some(2));
    let keys = command(casemate())
        .args(["audit", "backup", "--with-subject-keys", "--dir"])
        .arg(&dir)
        .arg("--to")
        .arg(&to)
        .env_clear()
        .output()
        .expect("casemate runs");
    assert!(keys.status.success() && String::from_utf8_lossy(&keys.stderr).contains("an erasure does not reach"));
    assert!(to.join("keys/subjects").exists());
    let at = reply.header("casemate-receipt").and_then(|receipt| receipt.split(':').next()).expect("a receipt");
    let value = place.path().join("value");
    let body: Value = serde_json::from_slice(&call.body).expect("JSON");
    std::fs::write(&value, body["params"]["arguments"].to_string()).expect("a file");
    let asked = |words: &[&str]| {
        let mut program = command(casemate());
        program.arg("audit").args(words).arg("--dir").arg(&to);
        if words.contains(&"reveal") {
            program.arg("--value").arg(&value);
        }
        program.output().expect("casemate runs")
    };
    let revealed = asked(&["reveal", at, "--field", "arguments"]);
    assert_eq!(revealed.status.code(), Some(0), "{}", String::from_utf8_lossy(&revealed.stderr));
    let replayed = asked(&["replay", at]);
    let said = String::from_utf8_lossy(&replayed.stdout);
    assert!(replayed.status.success() && said.contains("equal"), "{said}");
    other.finish().await;
    house.finish().await;
}

/// A file system of a few hundred kilobytes, in a namespace of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_the_copy_as_it_was() {
    let mut house = House::start().await;
    let (dir, place) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    for _ in 0..300 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let script = r#"
        mount -t tmpfs -o size=64k tmpfs "$1" || exit 77
        "$2" audit backup --dir "$3" --to "$1/copy"; echo "first $?"
        ls "$1/copy" | grep -c partial; test -e "$1/copy/head"; echo "head $?"
        mount -o remount,size=64m "$1" || exit 77
        "$2" audit backup --dir "$3" --to "$1/copy"; echo "second $?"
        "$2" audit verify --dir "$1/copy"; echo "verify $?"
    "#;
    let output = command("unshare")
        .args(["-rm", "/bin/sh", "-c", script, "sh"])
        .arg(place.path())
        .arg(casemate())
        .arg(&dir)
        .output();
    let output = output.expect("unshare runs");
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(77) || said.contains("unshare failed") {
        println!("skipped: no file system can be mounted here: {said}");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "in CI nothing may be skipped");
        return;
    }
    let lines: Vec<_> = out.lines().filter(|line| !line.starts_with("good")).collect();
    assert_eq!(lines, ["first 2", "0", "head 1", "second 0", "verify 0"], "{out}{said}");
    assert!(said.contains("No space left on device"), "{said}");
    house.audit();
}
