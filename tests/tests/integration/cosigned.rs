//! The gateway and its witnesses: what counts as published, and who finds a log that was rolled back or rewritten.

use crate::harness::binary::{Process, casemate, command, free_port};
use crate::harness::served::Served;
use crate::harness::{Authority, Call, Client, House, Plan, Reply, record};
use casemate_audit::tlog::{Checkpoint, Hash, Note, Policy, Signer, Verifier};
use casemate_audit::{keygen, published};
use serde_json::{Value, json};
use signed_note::{StandardVerifier, VerifierList};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

const AUDITOR: &str = "spiffe://acme.example/people/auditor";
const OPERATOR: &str = "spiffe://acme.example/people/operator";
const ORIGIN: &str = "gateway.example/audit";

/// A witness in a process of its own.
struct Seat {
    name: String,
    state: PathBuf,
    port: u16,
    key: Verifier,
    process: Option<Process>,
}

impl Seat {
    fn new(dir: &Path, at: usize, log: &Verifier) -> Self {
        let (name, state) = (format!("witness.example/w{at}"), dir.join(format!("w{at}")));
        let port = free_port();
        let (process, key) = start(&name, &state, port, std::slice::from_ref(log));
        Self { name, state, port, key, process: Some(process) }
    }

    fn kill(&mut self) {
        self.process = None;
    }

    fn revive(&mut self, log: &Verifier) {
        self.revive_with(std::slice::from_ref(log));
    }

    /// As during a change of key, when a log has two.
    fn revive_with(&mut self, log: &[Verifier]) {
        self.kill();
        self.process = Some(start(&self.name, &self.state, self.port, log).0);
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Has it cosign another history of the log, as one does who has the log's key.
    async fn mislead(&self, key: &Signer, size: u64) {
        let other = Checkpoint::new(ORIGIN, size, Hash([9; 32])).expect("a checkpoint").sign([key]).expect("signed");
        let call = Call::http("POST", "/add-checkpoint").bytes(format!("old 0\n\n{other}"));
        let address = ([127, 0, 0, 1], self.port).into();
        assert_eq!(Client::plain(address).ask(&call).await.status, 200);
    }
}

fn start(name: &str, state: &Path, port: u16, log: &[Verifier]) -> (Process, Verifier) {
    let mut command = command(casemate());
    command.args(["audit", "witness", "--name", name]);
    for key in log {
        command.args(["--log", &key.to_string()]);
    }
    command.args(["--listen", &format!("127.0.0.1:{port}")]).arg("--state").arg(state).env_clear();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("casemate starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    let address = lines.next().and_then(|line| line.strip_prefix("http://")?.parse().ok()).expect("an address");
    let key = lines.next().and_then(|line| Verifier::parse(line.strip_prefix("witness ")?).ok()).expect("a key");
    (Process { child, address }, key)
}

/// The key of the log, made before its first start; three witnesses that know it; and the configuration of two of them.
struct Jury {
    _dir: tempfile::TempDir,
    log: Verifier,
    key: Signer,
    seats: Vec<Seat>,
}

impl Jury {
    fn of(plan: &mut Plan) -> Self {
        let path = plan.state().join("keys/audit.key");
        let log = keygen(&path, ORIGIN).expect("a key");
        let key = Signer::parse(std::fs::read_to_string(path).expect("a key").trim_end()).expect("a key");
        let dir = tempfile::tempdir().expect("a directory");
        let seats: Vec<_> = (1..=3).map(|at| Seat::new(dir.path(), at, &log)).collect();
        let list: Vec<_> = seats.iter().map(|seat| json!({ "url": seat.url(), "key": seat.key.to_string() })).collect();
        plan.patch(&json!({
            "admin": { "people": { "aldo": { "identities": [AUDITOR], "roles": ["auditor"] } } },
            "audit": { "witnesses": { "quorum": 2, "every": "1s", "list": list } },
        }));
        Self { _dir: dir, log, key, seats }
    }

    fn policy(&self, quorum: usize) -> Policy {
        let keys = self.seats.iter().map(|seat| seat.key.clone()).collect();
        Policy::new(ORIGIN, vec![self.log.clone()], keys, quorum).expect("a policy")
    }
}

async fn house() -> (House, Jury) {
    let mut jury = None;
    let house = House::planned(|plan| jury = Some(Jury::of(plan))).await;
    (house, jury.expect("it was planned"))
}

async fn get(house: &House, path: &str) -> Reply {
    let leaf = Authority::shared().client(AUDITOR);
    Client::tls(house.running().admin.expect("an admin listener"), Some(&leaf)).ask(&Call::http("GET", path)).await
}

/// Waits until a checkpoint of at least `size` entries is published.
async fn at_least(house: &House, size: u64) -> Vec<u8> {
    for _ in 0..600 {
        let reply = get(house, "/log/checkpoint").await;
        if reply.status == 200 && of(&reply.body) >= size {
            return reply.body.to_vec();
        }
        assert!(matches!(reply.status, 200 | 404), "{}", reply.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no checkpoint of {size} entries is published");
}

fn of(note: &[u8]) -> u64 {
    Checkpoint::parse(Note::parse(note).expect("a note").text()).expect("a checkpoint").size()
}

fn entries(dir: &Path) -> u64 {
    record::read(dir).len() as u64
}

/// The value of a metric, by its name and labels.
async fn metric(house: &House, name: &str) -> f64 {
    let text = get(house, "/metrics").await.text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in\n{text}"))
}

/// Waits for the event `witness` that says `what`.
async fn says(dir: &Path, what: &str) -> Value {
    record::until(dir, what, |entries| {
        entries.iter().find(|entry| entry["event"] == "witness" && entry["facts"]["what"] == what).cloned()
    })
    .await
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("files") {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).expect("a file");
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

fn restore(copy_of: &Path, state: &Path) {
    std::fs::remove_dir_all(state).expect("removed");
    copy(copy_of, state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_three_witnesses_are_enough_and_everyone_can_check_it() {
    let (mut house, mut jury) = house().await;
    jury.seats[2].kill();
    for _ in 0..20 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    let note = at_least(&house, entries(&house.audit_dir())).await;
    let trusted = jury.policy(2).trust(&note).expect("two have seen it");
    assert_eq!(trusted.witnesses.len(), 2);
    assert!(jury.policy(3).trust(&note).is_err(), "the third is dead");
    // Another library reads it, and finds the signature of the log beside two that it does not know.
    let theirs = signed_note::Note::from_bytes(&note).expect("a note");
    let log = StandardVerifier::new(&jury.log.to_string()).expect("a key");
    let (verified, others) = theirs.verify(&VerifierList::new(vec![Box::new(log)])).expect("it verifies");
    assert_eq!((verified.len(), others.len()), (1, 2));
    // What is served is in the file for `prove` and `export`, or a later one is.
    let kept = published(&house.audit_dir()).expect("readable").expect("published");
    assert!(of(kept.as_bytes()) >= of(&note));
    for seat in &jury.seats[..2] {
        let name = format!("casemate_witness_cosignatures_total{{witness=\"{}\"}}", seat.name);
        assert!(metric(&house, &name).await >= 1.0);
    }
    let dead = |line: &&str| line.starts_with("casemate_witness_failures_total{witness=\"witness.example/w3\",kind=");
    assert!(get(&house, "/metrics").await.text().lines().any(|line| dead(&line)));
    assert!(metric(&house, "casemate_audit_published_entries").await >= 20.0);
    // The end is published, too.
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let last = published(&house.audit_dir()).expect("readable").expect("published");
    let all = house.audit();
    assert_eq!(of(last.as_bytes()), all.len() as u64);
    assert_eq!(all.last().map(|entry| &entry["event"]), Some(&json!("stop")));
    jury.policy(2).trust(last.as_bytes()).expect("two have seen it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_witnesses_calls_go_on_and_nothing_is_published_until_they_return() {
    let mut jury = None;
    let house = House::planned(|plan| {
        let of = jury.insert(Jury::of(plan));
        of.seats.iter_mut().for_each(Seat::kill);
    })
    .await;
    let mut jury = jury.expect("it was planned");
    house.served(&house.agent(), &Call::tool("echo")).await;
    assert_eq!(get(&house, "/log/checkpoint").await.status, 404);
    let behind = says(&house.audit_dir(), "behind").await;
    assert_eq!((&behind["facts"]["found"], &behind["facts"]["needed"]), (&json!(0), &json!(2)), "{behind}");
    assert_eq!(get(&house, "/log/checkpoint").await.status, 404);
    assert_eq!(get(&house, "/log/tile/0/000.p/1").await.status, 200, "the log itself can be read");
    assert!(metric(&house, "casemate_audit_unpublished_seconds").await >= 5.0);
    let ready = get(&house, "/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert!(ready.json()["checks"]["witnesses"]["detail"].as_str().is_some_and(|text| text.contains("0 of the 2")));
    house.served(&house.agent(), &Call::tool("echo")).await;
    let log = jury.log.clone();
    jury.seats.iter_mut().for_each(|seat| seat.revive(&log));
    let back = says(&house.audit_dir(), "published").await;
    at_least(&house, back["facts"]["size"].as_u64().expect("a size")).await;
    let told = house.finish().await.iter().filter(|entry| entry["event"] == "witness").count();
    assert_eq!(told, 2, "each change is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_was_shown_another_history_says_so_and_stops_nothing() {
    let mut jury = None;
    let upstream = casemate_tests::hostile::Hostile::start().await.expect("an upstream");
    let puppet = crate::harness::puppet::Puppet::start().await;
    let mut plan = Plan::new(&upstream, &puppet);
    let of_plan = jury.insert(Jury::of(&mut plan));
    of_plan.seats[2].mislead(&of_plan.key, 2).await;
    plan.write();
    let loaded = plan.load().expect("it loads");
    let running = casemate::serve::Running::start(loaded, &plan.state()).await.expect("the gateway starts");
    let dir = plan.state().join("audit");
    let said = says(&dir, "inconsistent").await;
    assert_eq!(said["facts"]["witness"], "witness.example/w3");
    let jury = jury.expect("it was planned");
    for _ in 0..600 {
        if published(&dir).expect("readable").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    running.stop().await.expect("it stops");
    let note = published(&dir).expect("readable").expect("the other two are enough");
    jury.policy(2).trust(note.as_bytes()).expect("two have seen it");
    let told = record::read(&dir).iter().filter(|entry| entry["event"] == "witness").count();
    assert_eq!(told, 1, "it is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_put_back_to_an_older_copy_is_found_by_the_witnesses_alone() {
    let (mut house, jury) = house().await;
    let state = house.plan.state();
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let older = tempfile::tempdir().expect("a directory");
    copy(&state, older.path());
    let again = async |house: &mut House| {
        let loaded = house.plan.load().expect("it loads");
        house.running = Some(casemate::serve::Running::start(loaded, &state).await.expect("the gateway starts"));
    };
    again(&mut house).await;
    for _ in 0..5 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    at_least(&house, entries(&house.audit_dir())).await;
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let (dir, newest) = (house.audit_dir(), published(&house.audit_dir()).expect("readable").expect("published"));

    restore(older.path(), &state);
    casemate_audit::verify(&dir).expect("verify finds nothing: it is a good log");
    again(&mut house).await;
    let said = says(&dir, "ahead").await;
    assert_eq!(said["facts"]["cosigned"], of(newest.as_bytes()), "{said}");
    assert!(metric(&house, "casemate_witness_disagrees{witness=\"witness.example/w1\"}").await > 0.0);
    // Until the new history is as long as the old one; then it is another.
    while entries(&dir) <= of(newest.as_bytes()) {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    says(&dir, "inconsistent").await;
    let shown = of(&get(&house, "/log/checkpoint").await.body);
    assert!(shown < of(newest.as_bytes()), "nothing of the new history is published");
    house.running.take().expect("it runs").stop().await.expect("it stops");

    // Where the published checkpoint was not put back, the gateway finds it as well, without any witness.
    restore(older.path(), &state);
    std::fs::write(dir.join("published"), &newest).expect("a file");
    again(&mut house).await;
    let said = says(&dir, "broken").await;
    assert_eq!(said["facts"]["published"], of(newest.as_bytes()), "{said}");
    assert_eq!(get(&house, "/log/checkpoint").await.body, newest.as_bytes());
    house.running.take().expect("it runs").stop().await.expect("it stops");
    drop(jury);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_killed_goes_on_where_it_was() {
    let mut jury = None;
    let mut served = Served::start(|plan| jury = Some(Jury::of(plan))).await;
    let jury = jury.expect("it was planned");
    let dir = served.plan.state().join("audit");
    let mut before = 0;
    for round in 0..3 {
        assert_eq!(served.agent().ask(&Call::tool("echo")).await.status, 200);
        let size = loop {
            match published(&dir).expect("readable") {
                Some(note) if of(note.as_bytes()) > before => break of(note.as_bytes()),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        assert!(size > before, "round {round}");
        before = size;
        served.process.kill();
        served.process = Process::serve(&served.plan.file(), &served.plan.dir.path().join("ca.pem"));
    }
    served.process.signal("TERM");
    served.process.child.wait().expect("it has ended");
    let last = published(&dir).expect("readable").expect("published");
    let all = served.ended();
    assert_eq!(of(last.as_bytes()), all.len() as u64);
    jury.policy(2).trust(last.as_bytes()).expect("two have seen it");
    assert!(all.iter().all(|entry| entry["event"] != "witness"), "nobody disagrees");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_of_the_log_is_no_witness_of_it() {
    let mut plan = Plan::with(crate::harness::idle_upstream(), crate::harness::idle_upstream());
    let jury = Jury::of(&mut plan);
    // A cosignature key with the public key of the log.
    let public = jury.log.public();
    let own = Verifier::new("witness.example/own", casemate_audit::tlog::key::Algorithm::CosignatureV1, public);
    let own = json!([{ "url": "http://127.0.0.1:9", "key": own.expect("a key").to_string() }]);
    plan.patch(&json!({ "audit": { "witnesses": { "quorum": 1, "list": own } } }));
    plan.write();
    let refused = casemate::serve::Running::start(plan.load().expect("it loads"), &plan.state()).await;
    let fault = refused.err().expect("it does not start").to_string();
    assert!(fault.contains("audit.witnesses") && fault.contains("listed twice"), "{fault}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_changes_its_key_and_is_published_again_once_its_witnesses_have_the_new_one() {
    let mut jury = None;
    let mut house = House::planned(|plan| {
        jury = Some(Jury::of(plan));
        let operator = json!({ "identities": [OPERATOR], "roles": ["operator"] });
        plan.patch(&json!({ "admin": { "people": { "olga": operator } } }));
    })
    .await;
    let mut jury = jury.expect("it was planned");
    house.served(&house.agent(), &Call::tool("echo")).await;
    let before = of(&at_least(&house, 3).await);

    let leaf = Authority::shared().client(OPERATOR);
    let call = Call::http("POST", "/log/rotate-key").set("content-type", "application/json").bytes("{}".to_owned());
    let reply = Client::tls(house.running().admin.expect("an admin listener"), Some(&leaf)).ask(&call).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let changed = reply.json();
    let new = changed["new"].as_str().and_then(|key| Verifier::parse(key).ok()).expect("a key");
    let size = changed["size"].as_u64().expect("a size");
    assert!(size > before);
    // Who knows the old key alone cosigns nothing that the new one has signed alone.
    house.served(&house.agent(), &Call::tool("echo")).await;
    says(&house.audit_dir(), "behind").await;
    let shown = of(&get(&house, "/log/checkpoint").await.body);
    assert!((before..=size).contains(&shown), "{before} {shown} {size}");
    // One witness with the new key is too few of two; the second makes it published.
    let keys = [jury.log.clone(), new.clone()];
    jury.seats[0].revive_with(&keys);
    let name = format!("casemate_witness_cosignatures_total{{witness=\"{}\"}}", jury.seats[0].name);
    let had = metric(&house, &name).await;
    while metric(&house, &name).await <= had {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(of(&get(&house, "/log/checkpoint").await.body) <= size);
    // Once it has a checkpoint of the new key, a witness needs the old one no more.
    jury.seats[1].revive_with(&keys);
    says(&house.audit_dir(), "published").await;
    jury.seats[0].revive_with(&keys[1..]);
    let last = entries(&house.audit_dir());
    house.served(&house.agent(), &Call::tool("echo")).await;
    let note = at_least(&house, last + 1).await;
    let policy = |log: &Verifier| {
        let seats = jury.seats.iter().map(|seat| seat.key.clone()).collect();
        Policy::new(ORIGIN, vec![log.clone()], seats, 2).expect("a policy")
    };
    assert_eq!(policy(&new).trust(&note).map(|trusted| trusted.witnesses.len()), Ok(2));
    policy(&jury.log).trust(&note).expect_err("the old key has signed nothing since");
    house.running.take().expect("it runs").stop().await.expect("it stops");

    // A proof of a record from before is made against it, and checked without the log.
    let audit = |arguments: &[&str]| {
        let output = command(casemate()).arg("audit").args(arguments).env_clear().output().expect("casemate runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let text = |path: &Path| path.to_str().expect("a path").to_owned();
    let (log, proof) = (text(&house.audit_dir()), text(&house.plan.dir.path().join("one.tlog-proof")));
    assert_eq!(audit(&["prove", "0", "--dir", &log, "-o", &proof]).0, Some(0));
    let witnesses: Vec<_> = jury.seats.iter().flat_map(|seat| ["--witness".to_owned(), seat.key.to_string()]).collect();
    let witnesses: Vec<&str> = witnesses.iter().map(String::as_str).collect();
    let check = |key: &Verifier, quorum: &str| {
        let key = key.to_string();
        audit(&[&["check-proof", &proof, "--key", &key, "--quorum", quorum][..], &witnesses].concat())
    };
    let (code, said) = check(&new, "2");
    assert!(code == Some(0) && said.matches("cosigned by witness.example/w").count() == 2, "{said}");
    assert_eq!(check(&new, "3").0, Some(8), "the third knows the old key");
    let (code, said) = check(&jury.log, "2");
    assert!(code == Some(8) && said.contains(&new.id().to_string()), "{said}");
    house.audit();
}

async fn again(house: &mut House) {
    let loaded = house.plan.load().expect("it loads");
    let running = casemate::serve::Running::start(loaded, &house.plan.state()).await;
    house.running = Some(running.expect("the gateway starts"));
}

async fn ended(house: &mut House) -> String {
    house.running.take().expect("it runs").stop().await.expect("it stops");
    published(&house.audit_dir()).expect("readable").expect("published")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_published_stays_so_after_a_change_of_key_and_a_restart() {
    let (mut house, mut jury) = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    at_least(&house, 1).await;
    jury.seats.iter_mut().for_each(Seat::kill);
    house.running().gateway.log().rotate_key("olga").await.expect("another key");
    let kept = ended(&mut house).await;
    again(&mut house).await;
    let shown = get(&house, "/log/checkpoint").await;
    assert_eq!((shown.status, shown.text()), (200, kept.clone()), "the old key and its cosignatures still count");
    jury.policy(2).trust(kept.as_bytes()).expect("two have seen it");
    house.running.take().expect("it runs").stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_more_witnesses_are_needed_what_was_published_is_still_what_the_log_must_continue() {
    let (mut house, mut jury) = house().await;
    jury.seats[2].kill();
    house.served(&house.agent(), &Call::tool("echo")).await;
    at_least(&house, 1).await;
    let older = tempfile::tempdir().expect("a directory");
    let first = ended(&mut house).await;
    copy(&house.plan.state(), older.path());
    again(&mut house).await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    at_least(&house, of(first.as_bytes()) + 1).await;
    let newest = ended(&mut house).await;
    // Put back, with the published checkpoint left as it was; and now all three are needed.
    restore(older.path(), &house.plan.state());
    std::fs::write(house.audit_dir().join("published"), &newest).expect("a file");
    house.plan.patch(&json!({ "audit": { "witnesses": { "quorum": 3 } } }));
    house.plan.write();
    again(&mut house).await;
    assert_eq!(get(&house, "/log/checkpoint").await.status, 404, "two are too few now");
    let said = says(&house.audit_dir(), "broken").await;
    assert_eq!(said["facts"]["published"], of(newest.as_bytes()), "{said}");
    assert_eq!(ended(&mut house).await, newest, "it is not replaced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_says_what_lies_beyond_the_checkpoint_that_it_took() {
    let (mut house, mut jury) = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    at_least(&house, entries(&house.audit_dir())).await;
    jury.seats.iter_mut().for_each(Seat::kill);
    house.served(&house.agent(), &Call::tool("echo")).await;
    let shown = of(ended(&mut house).await.as_bytes());
    let beyond = entries(&house.audit_dir()) - shown;
    assert!(beyond >= 3, "a call and the end");
    let desk = tempfile::tempdir().expect("a directory");
    let export = |more: &[&str]| {
        let mut program = command(casemate());
        program.args(["audit", "export", "--tenant", "acme", "--json"]).args(more).arg("--dir").arg(house.audit_dir());
        let output = program.current_dir(desk.path()).env_clear().output().expect("casemate runs");
        assert!(output.status.success(), "{output:?}");
        let done: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (done["beyond"].clone(), String::from_utf8(output.stderr).expect("text"))
    };
    let (told, said) = export(&["--to", "shown"]);
    assert_eq!(told, json!(beyond));
    assert!(said.contains(&format!("{beyond} signed entries lie beyond")) && said.contains("--signed"), "{said}");
    let (told, said) = export(&["--to", "all", "--signed"]);
    assert!(told == json!(0) && !said.contains("beyond"), "{told}: {said}");
}
