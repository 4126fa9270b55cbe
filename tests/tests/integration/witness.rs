//! A witness as a process: what it has cosigned outlives it, and it does not start without it.

use crate::harness::binary::{Process, casemate, command};
use casemate_audit::tlog::hash::leaf;
use casemate_audit::tlog::nodes::{consistency, root_at};
use casemate_audit::tlog::{Checkpoint, Frontier, Hash, Nodes, Policy, Signer, Verifier};
use casemate_core::UnixMillis;
use casemate_net::Trust;
use casemate_witness::{Client, ClientConfig, Failure, Peer, Proofs, Published};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const ORIGIN: &str = "gateway.example/audit";
const ROUNDS: u64 = 20;
const SIZE: u64 = 20_000;
/// Where the other history begins.
const COMMON: u64 = 3;

/// A log that keeps every node, in one of two histories.
struct TestLog {
    signer: Signer,
    nodes: BTreeMap<(u8, u64), Hash>,
}

impl TestLog {
    fn new(branch: u8) -> Self {
        let (mut nodes, mut frontier) = (BTreeMap::new(), Frontier::new());
        for index in 0..SIZE {
            let branch = if index < COMMON { 0 } else { branch };
            let complete = |level, index, hash| {
                nodes.insert((level, index), hash);
            };
            frontier.push(leaf(format!("{branch} {index}").as_bytes()), complete).expect("there is room");
        }
        Self { signer: Signer::from_seed(ORIGIN, &[7; 32]).expect("a key"), nodes }
    }

    fn note(&self, size: u64) -> String {
        let root = root_at(self, size).expect("a root");
        Checkpoint::new(ORIGIN, size, root).expect("a checkpoint").sign([&self.signer]).expect("signed")
    }
}

impl Nodes for TestLog {
    type Error = String;

    fn node(&self, level: u8, index: u64) -> Result<Hash, String> {
        self.nodes.get(&(level, index)).copied().ok_or_else(|| format!("no node {level} {index}"))
    }
}

impl Proofs for TestLog {
    fn consistency(&self, old: u64, new: u64) -> std::io::Result<Vec<Hash>> {
        consistency(self, old, new).map_err(|fault| std::io::Error::other(fault.to_string()))
    }
}

fn witness(state: &Path, vkey: &str) -> Command {
    let mut command = command(casemate());
    command.args(["audit", "witness", "--listen", "127.0.0.1:0", "--name", "witness.example/w1", "--log", vkey]);
    command.arg("--state").arg(state).env_clear().stdout(Stdio::piped());
    command
}

/// Starts it; gives its key, too.
fn start(state: &Path, vkey: &str) -> (Process, Verifier) {
    let mut child = witness(state, vkey).stderr(Stdio::null()).spawn().expect("casemate starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    let address = lines.next().and_then(|line| line.strip_prefix("http://")?.parse().ok()).expect("an address");
    let key = lines.next().and_then(|line| Verifier::parse(line.strip_prefix("witness ")?).ok()).expect("a key");
    (Process { child, address }, key)
}

/// The exit code and what it says of a start that fails.
fn refused(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().expect("casemate starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn client(log: &Arc<TestLog>, process: &Process, key: &Verifier) -> Client {
    let url = format!("http://{}/", process.address).parse().expect("a URL");
    let peer = Peer::new(&url, &key.to_string(), &Trust::default()).expect("a witness");
    let net = casemate_net::Client::new(casemate_net::ClientConfig::default());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let clock = Arc::new(move || UnixMillis(u64::try_from(now().as_millis()).unwrap_or_default()));
    let config = ClientConfig { backoff: Duration::from_millis(1), ..ClientConfig::default() };
    Client::new(net, vec![peer], Arc::clone(log) as _, clock, config).expect("a client")
}

/// A sequence that looks random and is the same every time.
fn pause(round: u64) -> Duration {
    Duration::from_micros(((round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 120_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_it_makes_it_forget_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("witness");
    let (log, fork) = (Arc::new(TestLog::new(0)), Arc::new(TestLog::new(1)));
    let vkey = log.signer.verifier().to_string();
    let cosigned = Arc::new(AtomicU64::new(0));
    let published = Arc::new(Mutex::new(Vec::new()));
    let mut first = None;
    for round in 0..ROUNDS {
        let (mut process, key) = start(&state, &vkey);
        assert_eq!(first.get_or_insert_with(|| key.clone()), &key, "the key stays");
        let before = cosigned.load(Ordering::Relaxed);
        let ask = client(&log, &process, &key);
        if before > COMMON {
            // What any caller was told is still known, so that neither an old copy nor another history passes.
            let old = ask.cosign(&log.note(before - 1)).await.expect("a checkpoint").failed;
            assert!(matches!(old.as_slice(), [(_, Failure::Ahead(size))] if *size >= before), "{before}: {old:?}");
            let other = client(&fork, &process, &key).cosign(&fork.note(SIZE)).await.expect("a checkpoint").failed;
            assert!(matches!(other.as_slice(), [(_, Failure::Inconsistent)]), "{other:?}");
        }
        let hammer = tokio::spawn({
            let (log, cosigned, published) = (Arc::clone(&log), Arc::clone(&cosigned), Arc::clone(&published));
            async move {
                // The one that was under way when it was killed may have been stored: this one is larger.
                for size in before + 2..SIZE {
                    let collected = ask.cosign(&log.note(size)).await.expect("a checkpoint");
                    if collected.cosigned.is_empty() {
                        return;
                    }
                    cosigned.store(size, Ordering::Relaxed);
                    published.lock().expect("no panic").push(collected.note);
                }
            }
        });
        tokio::time::sleep(pause(round)).await;
        process.kill();
        hammer.await.expect("no panic");
    }
    let published = published.lock().expect("no panic");
    assert!(published.len() > 20, "{} were cosigned", published.len());
    let keys = (vec![log.signer.verifier().clone()], vec![first.expect("a key")]);
    let policy = Policy::new(ORIGIN, keys.0, keys.1, 1).expect("a policy");
    for note in published.iter() {
        Published::new(note.clone(), &policy).expect("cosigned");
    }
}

#[test]
fn it_does_not_start_over_what_is_wrong_and_stops_when_told_to() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("witness");
    let vkey = TestLog::new(0).signer.verifier().to_string();
    let mut nameless = command(casemate());
    nameless.args(["audit", "witness", "--listen", "127.0.0.1:0", "--log", &vkey, "--state"]).arg(&state);
    let (code, said) = refused(nameless);
    assert!(code == Some(2) && said.contains("the first start needs `--name`"), "{said}");
    let (mut process, _) = start(&state, &vkey);
    let (code, said) = refused(witness(&state, &vkey));
    assert!(code == Some(2) && said.contains("another witness runs here"), "{said}");
    process.signal("TERM");
    assert_eq!(process.child.wait().expect("it ends").code(), Some(0));

    let file = std::fs::read_dir(&state).expect("readable").filter_map(|entry| Some(entry.ok()?.path()));
    let file = file.into_iter().find(|path| path.extension().is_some_and(|end| end == "checkpoint")).expect("a state");
    // What it remembers is there, and its key is not: no first start.
    let (key, aside) = (state.join("witness.key"), dir.path().join("aside"));
    std::fs::rename(&key, &aside).expect("moved");
    let mut keyless = command(casemate());
    keyless.args(["audit", "witness", "--listen", "127.0.0.1:0", "--log", &vkey, "--state"]).arg(&state);
    let (code, said) = refused(keyless);
    assert!(code == Some(2) && said.contains("put the key back") && !said.contains("first start"), "{said}");
    std::fs::rename(&aside, &key).expect("moved back");
    let good = std::fs::read(&file).expect("readable");
    std::fs::write(&file, &good[1..]).expect("written");
    let (code, said) = refused(witness(&state, &vkey));
    assert!(code == Some(2) && said.contains("damaged"), "{said}");
    std::fs::remove_file(&file).expect("removed");
    let (code, said) = refused(witness(&state, &vkey));
    assert!(code == Some(2) && said.contains("missing"), "{said}");
    std::fs::remove_file(state.join("logs")).expect("removed");
    let (code, said) = refused(witness(&state, &vkey));
    assert!(code == Some(2) && said.contains("never cosigned"), "{said}");
    let mut anew = witness(&state, &vkey);
    let mut child = anew.arg("--empty-state").stderr(Stdio::null()).spawn().expect("casemate starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.starts_with("http://"), "{line}");
    child.kill().expect("killed");
    child.wait().expect("it has ended");
}
