//! Asking the log, following it and counting it, beside the gateway that writes it.

use crate::harness::binary::{casemate, command};
use crate::harness::{Call, House};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

fn start(dir: &Path, arguments: &[&str]) -> Child {
    let mut program = command(casemate());
    program.arg("audit").args(arguments).arg("--dir").arg(dir).env_clear();
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("casemate starts")
}

/// Runs `casemate audit`; its exit code, and what it said on both ways out.
fn run(dir: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = start(dir, arguments).wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// A house with calls and refusals in its log.
async fn busy() -> (House, Vec<String>) {
    let house = House::start().await;
    let mut traces = Vec::new();
    for _ in 0..20 {
        traces.push(house.served(&house.agent(), &Call::tool("echo")).await.trace());
    }
    house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    (house, traces)
}

/// A copy of the log's files, its index among them.
fn copy(from: &Path) -> tempfile::TempDir {
    fn all(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).expect("files").map(|entry| entry.expect("a file")) {
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                std::fs::create_dir(&to).expect("a directory");
                all(&entry.path(), &to);
            } else {
                std::fs::copy(entry.path(), to).expect("a copy");
            }
        }
    }
    let to = tempfile::tempdir().expect("a directory");
    all(from, to.path());
    to
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let Ok(found) = std::fs::read_dir(dir.join("index")) else { return Vec::new() };
    found.map(|file| file.expect("a file").path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_is_followed_while_the_gateway_writes() {
    let (house, traces) = busy().await;
    let dir = house.audit_dir();
    let trace = traces[7].as_str();
    let expected = house.records(trace).await;
    let (code, out, said) = run(&dir, &["query", "--trace", trace, "--json"]);
    assert_eq!((code, json(&out), said.as_str()), (Some(0), expected, ""));
    let (code, out, _) = run(&dir, &["query", "--trace", trace]);
    let lines: Vec<_> = out.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 3), "{out}");
    assert!(lines[0].starts_with("INDEX") && !out.contains('\u{1b}'), "{out}");
    assert!(lines[1].contains(" intent ") && lines[2].contains("   outcome "), "{out}");
    assert!(lines[1..].iter().all(|line| line.ends_with(trace) && line.contains("up")), "{out}");
    let (code, out, _) = run(&dir, &["query", "--trace", trace, "--csv"]);
    let rows: Vec<_> = out.split("\r\n").collect();
    assert_eq!((code, rows.len(), rows[3]), (Some(0), 4, ""), "{out}");
    assert!(
        rows[0].starts_with("seq,time,kind,trace,") && rows[1].contains(&format!("\"intent\",\"{trace}\"")),
        "{out}"
    );

    // Several at once, as the log grows.
    let readers: Vec<_> =
        (0..2).map(|_| start(&dir, &["query", "--tool", "echo", "--kind", "intent", "--json"])).collect();
    for _ in 0..10 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    for reader in readers {
        let output = reader.wait_with_output().expect("it ends");
        let found = json(std::str::from_utf8(&output.stdout).expect("text"));
        assert!(output.status.success() && (20..=30).contains(&found.len()), "{}", found.len());
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_has_its_answer_and_its_exit_code() {
    let (house, traces) = busy().await;
    let dir = house.audit_dir();
    let count = |arguments: &[&str]| {
        let (code, out, said) = run(&dir, &[&["query", "--json"], arguments].concat());
        assert_eq!((code, said.as_str()), (Some(if out.is_empty() { 1 } else { 0 }), ""), "{arguments:?}");
        json(&out).len()
    };
    let all = count(&[]);
    for (arguments, expected) in [
        (&["--tenant", "acme"][..], 41),
        (&["--tenant", "acme", "--kind", "outcome"], 20),
        (&["--reason", "policy.tool"], 1),
        (&["--server", "up", "--method", "tools/call", "--tool", "echo", "--limit", "7"], 7),
        (&["--tenant", "nobody"], 0),
        (&["--since", "1h"], all),
        (&["--until", "1h"], 0),
        (&["--since", "2999-01-01"], 0),
        (&["--trace", &traces[3], "--subject", "nobody"], 0),
    ] {
        assert_eq!(count(arguments), expected, "{arguments:?}");
        assert_eq!(count(&[arguments, &["--scan"]].concat()), expected, "{arguments:?}");
    }
    let (_, oldest, _) = run(&dir, &["query", "--json", "--tool", "echo"]);
    let (_, newest, _) = run(&dir, &["query", "--json", "--tool", "echo", "--newest"]);
    assert_eq!(json(&oldest), json(&newest).into_iter().rev().collect::<Vec<_>>());
    for (arguments, wanted) in [
        (&["--reason", "policy.tol"][..], "did you mean `policy.tool`?"),
        (&["--kind", "other"], "intent"),
        (&["--trace", "7"], "xxxxxxxx-xxxx"),
        (&["--since", "yesterday"], "2026-07-01"),
        (&["--json", "--csv"], "cannot be used with"),
    ] {
        let (code, out, said) = run(&dir, &[&["query"], arguments].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(said.contains(wanted), "{said}");
    }
    let nothing = tempfile::tempdir().expect("a directory");
    for command in [&["query"][..], &["tail"], &["stats"]] {
        let (code, out, said) = run(nothing.path(), command);
        assert_eq!((code, out.as_str(), said.starts_with("there is no log in ")), (Some(2), "", true), "{said}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_the_index_the_answer_is_the_same() {
    let (mut house, _) = busy().await;
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let dir = house.audit_dir();
    let files = index_files(&dir);
    assert_eq!(files.len(), 1, "the gateway has made it: {files:?}");
    let ask = |dir: &Path| run(dir, &["query", "--tool", "echo", "--json"]);
    let (code, truth, said) = ask(&dir);
    assert_eq!((code, json(&truth).len(), said.as_str()), (Some(0), 40, ""));
    let whole = std::fs::read(&files[0]).expect("a file");
    let name = files[0].file_name().expect("a name");
    for damage in [Vec::new(), whole[..whole.len() / 2].to_vec(), vec![0xff; whole.len()], {
        let mut flipped = whole.clone();
        flipped.iter_mut().skip(200).step_by(50).for_each(|byte| *byte ^= 4);
        flipped
    }] {
        let desk = copy(&dir);
        std::fs::write(desk.path().join("index").join(name), damage).expect("a file");
        assert_eq!(ask(desk.path()), (Some(0), truth.clone(), String::new()));
    }
    let desk = copy(&dir);
    std::fs::remove_dir_all(desk.path().join("index")).expect("removed");
    std::fs::write(desk.path().join("index"), "in the way").expect("a file");
    assert_eq!(ask(desk.path()), (Some(0), truth.clone(), String::new()));

    // A damaged log is named with the exit code that verify has for it.
    let desk = copy(&dir);
    let segment = desk.path().join("00000000000000000000.log");
    let mut bytes = std::fs::read(&segment).expect("a file");
    let at = bytes.windows(6).rposition(|window| window == b"\"echo\"").expect("a call");
    bytes[at + 1] = b'E';
    std::fs::write(&segment, bytes).expect("a file");
    let (code, _, said) = ask(desk.path());
    assert_eq!(code, run(desk.path(), &["verify"]).0, "{said}");
    assert_eq!((code, said.starts_with("bad: changed: entry ")), (Some(3), true), "{said}");
    house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_shows_what_comes_and_ends_when_it_is_told() {
    let (house, _) = busy().await;
    let dir = house.audit_dir();
    let (code, out, _) = run(&dir, &["tail", "-n", "3", "--json"]);
    let last = json(&out);
    assert_eq!((code, last.len()), (Some(0), 3));
    assert_eq!(run(&dir, &["tail", "-n", "3"]).1.lines().count(), 4);

    let mut tail = start(&dir, &["tail", "-f", "-n", "1", "--json"]);
    let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().expect("more").expect("a line")).expect("JSON") };
    assert_eq!(next(), last[2]);
    let reply = house.served(&house.agent(), &Call::tool("echo")).await;
    let (intent, outcome) = (next(), next());
    assert_eq!((&intent["kind"], &outcome["kind"]), (&"intent".into(), &"outcome".into()));
    assert_eq!(intent["trace"], reply.trace().as_str());
    assert!(command("kill").arg("-INT").arg(tail.id().to_string()).status().expect("kill runs").success());
    assert_eq!(tail.wait().expect("it ends").code(), Some(0));
    let mut said = String::new();
    tail.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
    assert_eq!(said, "");

    // Where nobody reads, it ends though nothing is written.
    let mut tail = start(&dir, &["tail", "-f", "-n", "0"]);
    drop(tail.stdout.take());
    assert_eq!(tail.wait().expect("it ends").code(), Some(0));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_counted() {
    let (house, _) = busy().await;
    let dir = house.audit_dir();
    let (code, out, _) = run(&dir, &["stats", "--json"]);
    let held: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &held["kinds"]["intent"], &held["tools"]["echo"]), (Some(0), &20.into(), &40.into()), "{held}");
    assert_eq!((&held["reasons"]["policy.tool"], &held["days_left"]), (&1.into(), &Value::Null), "{held}");
    assert_eq!(held["entries"], json(&run(&dir, &["query", "--json"]).1).len());
    let (_, scanned, _) = run(&dir, &["stats", "--json", "--scan"]);
    let scanned: Value = serde_json::from_str(&scanned).expect("JSON");
    assert_eq!((&scanned["kinds"], &scanned["read"]), (&held["kinds"], &held["entries"]));
    let (_, out, _) = run(&dir, &["stats"]);
    assert!(out.contains("  acme ") && out.contains('\u{2588}') && !out.contains('\u{1b}'), "{out}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_beyond_the_end_or_no_log_is_no_damage() {
    let (house, _) = busy().await;
    let dir = house.audit_dir();
    let entries = casemate_audit::entries(&dir).expect("a log").count();
    let value = dir.join("head");
    let value = value.to_str().expect("a path");
    for command in [
        &["show", "9999"][..],
        &["prove", "9999"],
        &["prove", "9999", "--signed"],
        &["reveal", "9999", "--field", "arguments", "--value", value],
        &["reveal", "9999", "--captured"],
    ] {
        let (code, out, said) = run(&dir, command);
        let expected = format!("there is no entry 9999: there are {entries} entries\n");
        assert_eq!((code, out.as_str(), said), (Some(2), "", expected), "{command:?}");
    }
    let empty = tempfile::tempdir().expect("a directory");
    for command in [
        &["verify"][..],
        &["cat"],
        &["query"],
        &["tail"],
        &["stats"],
        &["show", "0"],
        &["prove", "0"],
        &["checkpoint"],
        &["reveal", "0", "--captured"],
        &["replay", "0"],
        &["suggest", "--since", "1d"],
        &["export", "--tenant", "acme", "--to", "bundle"],
        &["backup", "--to", "backup"],
    ] {
        let (code, out, said) = run(empty.path(), command);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{command:?}: {said}");
        assert!(said.starts_with("there is no log in "), "{command:?}: {said}");
    }
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_that_nobody_reads_ends_quietly() {
    let (house, _) = busy().await;
    let dir = house.audit_dir();
    while !dir.join("checkpoint").exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for command in [&["cat"][..], &["query"], &["tail"], &["stats"], &["checkpoint"], &["show", "0"], &["prove", "0"]] {
        let mut child = start(&dir, command);
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            matches!(output.status.code(), Some(0 | 141)) && said.is_empty(),
            "{command:?}: {:?} {said}",
            output.status
        );
    }
    // What could not be said is not good.
    let mut child = start(&dir, &["verify"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(141));
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_shows_one_kind_where_that_is_asked_for() {
    let (house, _) = busy().await;
    let dir = house.audit_dir();
    let kinds = |text: &str| json(text).iter().map(|entry| entry["kind"].clone()).collect::<Vec<_>>();
    let (code, out, _) = run(&dir, &["tail", "-n", "3", "--kind", "intent", "--json"]);
    assert_eq!((code, kinds(&out)), (Some(0), vec!["intent".into(); 3]), "{out}");
    let newest = run(&dir, &["query", "--kind", "intent", "--newest", "--limit", "3", "--json"]).1;
    assert_eq!(json(&out), json(&newest).into_iter().rev().collect::<Vec<_>>());
    assert_eq!(run(&dir, &["tail", "--kind", "handshake", "--json"]).1, "");
    assert_eq!(run(&dir, &["tail", "--kind", "call"]).0, Some(2));

    let mut tail = start(&dir, &["tail", "-f", "-n", "1", "--kind", "refusal", "--json"]);
    let mut lines = BufReader::new(tail.stdout.take().expect("a pipe")).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().expect("more").expect("a line")).expect("JSON") };
    assert_eq!(next()["kind"], "refusal");
    house.served(&house.agent(), &Call::tool("echo")).await;
    let reply = house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    assert_eq!(next()["trace"], reply.trace().as_str());
    assert!(command("kill").arg("-INT").arg(tail.id().to_string()).status().expect("kill runs").success());
    assert_eq!(tail.wait().expect("it ends").code(), Some(0));
    house.finish().await;
}
