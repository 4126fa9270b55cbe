//! The log as auditors meet it: receipts, the routes of the admin listener, and `casemate audit`.

use crate::harness::binary::{casemate, command};
use crate::harness::{AGENT, Authority, Call, Client, House, Reply};
use casemate_audit::tlog::tile::bundle;
use casemate_audit::tlog::{Checkpoint, Frontier, Hash, Signer, Verifier, hash};
use casemate_audit::{Entry, entries, public_key};
use casemate_tests::hostile::Act;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const AUDITOR: &str = "spiffe://acme.example/people/auditor";
const REVIEWER: &str = "spiffe://acme.example/people/reviewer";

async fn house() -> House {
    House::with(json!({ "admin": { "people": {
        "aldo": { "identities": [AUDITOR], "roles": ["auditor"] },
        "rita": { "identities": [REVIEWER], "roles": ["reviewer"] },
    } } }))
    .await
}

fn all(dir: &Path) -> Vec<Entry> {
    entries(dir).expect("a log").map(|entry| entry.expect("an entry")).collect()
}

fn key(house: &House) -> Verifier {
    public_key(&house.plan.state().join("keys/audit.key")).expect("a public key")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_answer_says_where_its_record_stands() {
    let house = house().await;
    house.upstream.on("tools/call", Act::Honest);
    let served = house.served(&house.agent(), &Call::tool("echo")).await;
    let refused = house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    house.upstream.on("tools/call", Act::Status(500, Vec::new()));
    let failed = house.agent().ask(&Call::tool("echo")).await;
    let stranger = house.stranger().ask(&Call::tool("echo")).await;
    assert_eq!(stranger.header("casemate-receipt"), None, "it has no durable record");
    let found = all(&house.audit_dir());
    for (reply, kind) in [(&served, "intent"), (&refused, "refusal"), (&failed, "intent")] {
        let receipt = reply.header("casemate-receipt").expect("a receipt");
        let (index, leaf) = receipt.split_once(':').expect("an index and a leaf");
        let entry = &found[index.parse::<usize>().expect("a number")];
        assert_eq!((entry.leaf.hex().as_str(), entry.json["kind"].as_str()), (leaf, Some(kind)));
        assert_eq!(entry.json["trace"], reply.trace().as_str());
    }
    house.finish().await;
}

async fn get(house: &House, identity: Option<&str>, call: Call) -> Reply {
    let leaf = identity.map(|identity| Authority::shared().client(identity));
    Client::tls(house.running().admin.expect("an admin listener"), leaf.as_ref()).ask(&call).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_reads_the_whole_log_and_checks_it_against_its_checkpoint() {
    let house = house().await;
    for _ in 0..150 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    let read = |path: String| get(&house, Some(AUDITOR), Call::http("GET", &path));
    let checkpoint = loop {
        let reply = read("/log/checkpoint".to_owned()).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/plain; charset=utf-8")));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let key = key(&house);
        let (checkpoint, _) = Checkpoint::open(&reply.body, [&key]).expect("signed by the log's key");
        if checkpoint.size() > 256 {
            break checkpoint;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let width = checkpoint.size() - 256;
    let mut tree = Frontier::new();
    for (path, width) in [("000".to_owned(), 256), (format!("001.p/{width}"), width)] {
        let bundled = read(format!("/log/tile/entries/{path}")).await;
        let hashes = read(format!("/log/tile/0/{path}")).await;
        for reply in [&bundled, &hashes] {
            assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/octet-stream")), "{path}");
            let cache = reply.header("cache-control").expect("a header");
            assert_eq!(cache.contains("immutable"), width == 256, "{path}: {cache}");
        }
        let found = bundle::entries(&bundled.body, u16::try_from(width).expect("small")).expect("a bundle");
        for (entry, expected) in found.iter().zip(hashes.body.chunks(32)) {
            let leaf = hash::leaf(entry);
            assert_eq!(Hash::from_slice(expected), Some(leaf));
            tree.push(leaf, |_, _, _| ()).expect("room");
        }
    }
    assert_eq!((tree.size(), tree.root()), (checkpoint.size(), checkpoint.root()));
    let earlier = read("/log/tile/0/000.p/255".to_owned()).await;
    assert_eq!((earlier.status, earlier.body.len()), (200, 255 * 32), "whoever has an earlier checkpoint is served");
    for path in ["tile/0/002", "tile/0/001", "tile/1/000", "tile/9/000", "tile/0/0", "other"] {
        assert_eq!(read(format!("/log/{path}")).await.status, 404, "{path}");
    }
    let refused = |identity, call| get(&house, identity, call);
    let path = || Call::http("GET", "/log/tile/entries/000");
    for (identity, call, code) in [
        (None, path(), "auth.required"),
        (Some(AGENT), path(), "admin.unknown"),
        (Some(REVIEWER), path(), "admin.role"),
        (Some(AUDITOR), path().set("origin", "https://page.example"), "http.origin"),
        (Some(AUDITOR), Call::http("POST", "/log/checkpoint"), "http.method"),
    ] {
        assert_eq!(refused(identity, call).await.json()["reason"], code);
    }
    house.finish().await;
}

/// A copy of a finished log with its keys, and the program to read it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(house: &House) -> Self {
        let desk = Self(tempfile::tempdir().expect("a directory"));
        for part in ["audit", "keys"] {
            std::fs::create_dir(desk.path(part)).expect("a directory");
            for file in std::fs::read_dir(house.plan.state().join(part)).expect("files") {
                let path = file.expect("a file").path();
                if path.is_file() {
                    let to = desk.path(part).join(path.file_name().expect("a name"));
                    std::fs::copy(path, to).expect("a copy");
                }
            }
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `casemate audit`; its exit code, and what it said on both ways out.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut program = command(casemate());
        let output = program.arg("audit").args(arguments).current_dir(self.0.path()).env_clear().output();
        let output = output.expect("casemate runs");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path("audit").join(name);
        let mut bytes = std::fs::read(&path).expect("a file");
        change(&mut bytes);
        std::fs::write(path, bytes).expect("a file");
    }
}

const SEGMENT: &str = "00000000000000000000.log";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_checked_without_the_log() {
    let mut house = house().await;
    let reply = house.served(&house.agent(), &Call::tool("echo")).await;
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let (desk, key) = (Desk::new(&house), key(&house).to_string());
    let index =
        reply.header("casemate-receipt").and_then(|r| r.split(':').next().map(str::to_owned)).expect("an index");
    let (code, entry, _) = desk.run(&["show", &index, "--dir", "audit"]);
    assert_eq!((code, entry.contains(&reply.trace())), (Some(0), true), "{entry}");
    std::fs::write(desk.path("entry.json"), &entry).expect("a file");
    assert_eq!(desk.run(&["prove", &index, "--dir", "audit", "-o", "one.tlog-proof"]).0, Some(0));
    // A proof takes the place of a proof, and of nothing else.
    assert_eq!(desk.run(&["prove", &index, "--dir", "audit", "-o", "one.tlog-proof"]).0, Some(0));
    let (code, _, said) = desk.run(&["prove", &index, "--dir", "audit", "-o", "entry.json"]);
    assert!(code == Some(2) && said.contains("is there already"), "{code:?} {said}");
    assert_eq!(std::fs::read_to_string(desk.path("entry.json")).expect("a file"), entry);
    std::fs::remove_dir_all(desk.path("audit")).expect("the log is gone");
    let (code, out, said) = desk.run(&["check-proof", "one.tlog-proof", "--key", &key]);
    assert_eq!((code, out.as_str()), (Some(0), entry.as_str()), "{said}");
    assert!(said.starts_with("good: entry "), "{said}");
    let check = |more: &[&str]| desk.run(&[&["check-proof", "one.tlog-proof", "--json"], more].concat());
    let (code, out, _) = check(&["--key", &key, "--entry", "entry.json"]);
    let json: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &json["ok"], &json["entry"]["trace"]), (Some(0), &json!(true), &json!(reply.trace())));
    std::fs::write(desk.path("entry.json"), entry.replace("echo", "evil")).expect("a file");
    assert_eq!(check(&["--key", &key, "--entry", "entry.json"]).0, Some(1));
    let (code, other, _) = desk.run(&["keygen", "--name", "elsewhere/audit", "-o", "other.key"]);
    assert_eq!((code, check(&["--key", other.trim()]).0), (Some(0), Some(8)));
    assert_eq!(check(&["--key", "keys/audit.pub"]).0, Some(0));
    assert_eq!(check(&["--key", "nothing"]).0, Some(2));
    house.audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_class_of_fault_has_its_exit_code() {
    let mut house = house().await;
    for _ in 0..3 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let key = key(&house).to_string();
    let fresh = || Desk::new(&house);
    let desk = fresh();
    let verify = |desk: &Desk| desk.run(&["verify", "--dir", "audit", "--json"]);
    let (code, out, _) = verify(&desk);
    let good: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &good["ok"], &good["key"]), (Some(0), &json!(true), &json!(key)));
    assert_eq!(good["entries"], good["signed"]);
    let (_, note, _) = desk.run(&["checkpoint", "--dir", "audit"]);
    std::fs::write(desk.path("kept"), &note).expect("a file");
    let grown = |desk: &Desk, from: &str| desk.run(&["verify", "--dir", "audit", "--key", &key, "--from", from]).0;
    assert_eq!(grown(&desk, "kept"), Some(0));
    assert_eq!(desk.run(&["verify", "--dir", "audit", "--range", "1..3"]).0, Some(0));
    assert_eq!(desk.run(&["verify", "--dir", "audit", "--range", "3..1"]).0, Some(2));
    std::fs::write(desk.path("kept"), note.replace("audit\n", "audit2\n")).expect("a file");
    assert_eq!(grown(&desk, "kept"), Some(8));

    let expect = |desk: &Desk, wanted: i32, class: &str| {
        let (code, out, said) = verify(desk);
        let json: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {said}"));
        assert_eq!((code, json["class"].as_str()), (Some(wanted), Some(class)), "{json}");
    };
    let desk = fresh();
    desk.edit(SEGMENT, |bytes| bytes[200] ^= 1);
    expect(&desk, 3, "changed");
    let desk = fresh();
    std::fs::remove_file(desk.path("audit").join(SEGMENT)).expect("removed");
    expect(&desk, 4, "removed");
    let desk = fresh();
    desk.edit(SEGMENT, |bytes| bytes.truncate(bytes.len() - 100));
    expect(&desk, 6, "truncated");
    let desk = fresh();
    desk.edit(SEGMENT, |bytes| bytes.extend_from_slice(b"torn"));
    expect(&desk, 7, "torn tail");
    let desk = fresh();
    desk.edit("checkpoint", |bytes| bytes.truncate(40));
    expect(&desk, 8, "signature");

    // Another log's files beside this one's checkpoints.
    let mut other = self::house().await;
    for _ in 0..3 {
        other.served(&other.agent(), &Call::tool("echo")).await;
    }
    other.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let desk = fresh();
    for name in [SEGMENT, "head"] {
        std::fs::copy(other.audit_dir().join(name), desk.path("audit").join(name)).expect("a copy");
    }
    other.audit();
    expect(&desk, 9, "fork");
    house.audit();
}

/// A checkpoint in a file, signed by a key that the test has.
fn write_note(path: &Path, origin: &str, size: u64, root: Hash, by: &Signer) {
    let note = Checkpoint::new(origin, size, root).expect("a checkpoint").sign([by]).expect("a note");
    std::fs::write(path, note).expect("a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_checkpoints_are_compared_with_the_log_and_each_mistake_is_named() {
    let mut house = house().await;
    for _ in 0..3 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let (desk, key) = (Desk::new(&house), key(&house).to_string());
    let (code, out, _) = desk.run(&["checkpoint", "--dir", "audit", "--json"]);
    let head: Value = serde_json::from_str(&out).expect("JSON");
    let (origin, size) = (head["origin"].as_str().expect("an origin"), head["size"].as_u64().expect("a size"));
    assert_eq!((code, &head["ok"], head["signatures"][0]["name"].as_str()), (Some(0), &json!(true), Some(origin)));
    let (_, note, _) = desk.run(&["checkpoint", "--dir", "audit"]);
    assert_eq!(head["note"], note);
    let root = Hash::from_base64(head["root"].as_str().expect("a root")).expect("a root");
    let private = std::fs::read_to_string(house.plan.state().join("keys/audit.key")).expect("a key");
    let signer = Signer::parse(private.trim_end()).expect("a key");
    // The tree of the first entry is its leaf hash.
    let (_, first, _) = desk.run(&["show", "0", "--dir", "audit"]);
    let leaf = hash::leaf(first.trim_end_matches('\n').as_bytes());
    let stranger = Signer::from_seed("elsewhere/audit", &[7; 32]).expect("a key");
    let foreign = stranger.verifier().to_string();
    let write =
        |name: &str, origin: &str, size, root, by: &Signer| write_note(&desk.path(name), origin, size, root, by);
    write("old", origin, 1, leaf, &signer);
    write("new", origin, size, root, &signer);
    write("other", origin, size, leaf, &signer);
    write("later", origin, size + 9, root, &signer);
    write("foreign", "elsewhere/audit", 1, leaf, &stranger);
    write("posing", "elsewhere/audit", 1, leaf, &signer);
    write("forged", origin, 1, leaf, &stranger);
    std::fs::write(desk.path("empty"), "").expect("a file");
    std::fs::write(desk.path("letter"), "x").expect("a file");
    let (_, proof, _) = desk.run(&["prove", "0", "--dir", "audit"]);
    std::fs::write(desk.path("proof"), proof).expect("a file");
    let both = &[&*key, &*foreign][..];
    let cases = [
        ("old", Some("new"), &[&*key][..], 0, "good"),
        ("old", None, &[&*key], 0, "good"),
        ("old", Some("old"), &[&*key], 0, "grown out of the 1 of"),
        ("new", Some("new"), &[&*key], 0, "good"),
        ("new", Some("old"), &[&*key], 2, "they are swapped"),
        ("other", None, &[&*key], 9, "another history"),
        ("other", Some("new"), &[&*key], 9, "another history"),
        ("new", Some("other"), &[&*key], 9, "another history"),
        ("later", None, &[&*key], 6, "the log's newest is of fewer"),
        ("old", Some("later"), &[&*key], 6, "the log's newest is of fewer"),
        ("foreign", None, &[&*key], 8, "of the log `elsewhere/audit`"),
        ("foreign", None, both, 8, "of the log `elsewhere/audit`"),
        ("old", Some("foreign"), both, 8, "of the log `elsewhere/audit`"),
        ("posing", None, &[&*key], 8, "of the log `elsewhere/audit`"),
        ("old", None, &[&*foreign], 8, "no key of that name was given"),
        ("forged", None, both, 8, "no known key has signed"),
        ("nothing", None, &[&*key], 2, "cannot be read"),
        ("empty", None, &[&*key], 2, "it is no checkpoint"),
        ("letter", None, &[&*key], 2, "it is no checkpoint"),
        ("proof", None, &[&*key], 2, "it is no checkpoint"),
        ("old", Some("letter"), &[&*key], 2, "it is no checkpoint"),
    ];
    for (from, to, keys, wanted, what) in cases {
        let keys = keys.iter().flat_map(|key| ["--key", *key]);
        let to = to.map(|to| ["--to", to]).into_iter().flatten();
        let arguments: Vec<_> =
            ["verify", "--dir", "audit", "--from", from].into_iter().chain(to).chain(keys).collect();
        let (code, out, said) = desk.run(&arguments);
        assert!(code == Some(wanted) && format!("{out}{said}").contains(what), "{arguments:?}: {code:?} {out}{said}");
        let (code, out, _) = desk.run(&[&arguments[..], &["--json"]].concat());
        assert_eq!(code, Some(wanted), "{arguments:?}");
        if from != "nothing" {
            let json: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{arguments:?}: {out}"));
            assert_eq!(json["ok"], wanted == 0, "{arguments:?}: {json}");
        }
    }
    house.audit();
}

#[test]
fn a_key_is_made_once_and_told_as_json() {
    let desk = Desk(tempfile::tempdir().expect("a directory"));
    let arguments = ["keygen", "--name", "gateway.example/audit", "-o", "made.key", "--json"];
    let (code, out, said) = desk.run(&arguments);
    let made: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {said}"));
    assert_eq!((code, &made["ok"], &made["name"]), (Some(0), &json!(true), &json!("gateway.example/audit")));
    let public = std::fs::read_to_string(desk.path("made.pub")).expect("a key");
    assert_eq!((&made["key"], &made["public"]), (&json!(public.trim_end()), &json!("made.pub")));
    assert!(!out.contains("PRIVATE"));
    let (code, out, said) = desk.run(&arguments);
    assert!(code == Some(2) && out.is_empty() && said.contains("there is a key already"), "{said}");
}
