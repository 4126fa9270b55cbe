//! The log gets another key, while it is written and while it is not; and proofs that witnesses stand behind.

use crate::harness::binary::{casemate, command};
use crate::harness::{AGENT, Authority, Call, Client, House, Reply, check_error};
use casemate_audit::tlog::{Checkpoint, Cosigner, Note, Signer, Verifier};
use casemate_audit::{Class, Options, Verified, private_paths, public_key, public_keys, public_list_path, verify_with};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;

const OPERATOR: &str = "spiffe://acme.example/people/operator";
const AUDITOR: &str = "spiffe://acme.example/people/auditor";

async fn house() -> House {
    House::with(json!({ "admin": { "people": {
        "olga": { "identities": [OPERATOR], "roles": ["operator"] },
        "aldo": { "identities": [AUDITOR], "roles": ["auditor"] },
    } } }))
    .await
}

async fn ask(house: &House, identity: Option<&str>, call: &Call) -> Reply {
    let leaf = identity.map(|identity| Authority::shared().client(identity));
    Client::tls(house.running().admin.expect("an admin listener"), leaf.as_ref()).ask(call).await
}

fn request(body: &str) -> Call {
    Call::http("POST", "/log/rotate-key").set("content-type", "application/json").bytes(body.to_owned())
}

fn key_path(house: &House) -> PathBuf {
    house.plan.state().join("keys/audit.key")
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = command(casemate());
    program.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = program.output().expect("casemate starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn audit(dir: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(&[&["audit"], arguments, &["--dir", text(dir)]].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

fn by(house: &House, keys: &[&Verifier]) -> Result<Verified, Class> {
    let keys = keys.iter().copied().cloned().collect();
    verify_with(&house.audit_dir(), Options { keys, ..Options::default() }).map_err(|fault| fault.class)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_changed_by_an_operator_while_calls_run() {
    let mut house = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    let first = public_key(&key_path(&house)).expect("a key");
    for (identity, call, code) in [
        (None, request("{}"), "auth.required"),
        (Some(AGENT), request("{}"), "admin.unknown"),
        (Some(AUDITOR), request("{}"), "admin.role"),
        (Some(OPERATOR), request("{}").set("origin", "https://evil.example"), "http.origin"),
        (Some(OPERATOR), request(r#"{"force":true}"#), "admin.request"),
        (Some(OPERATOR), request("{}").set("content-type", "text/plain"), "http.content_type"),
        (Some(OPERATOR), Call::http("GET", "/log/rotate-key"), "http.method"),
    ] {
        check_error(&call, &ask(&house, identity, &call).await, code);
    }
    assert_eq!(public_key(&key_path(&house)).expect("a key"), first, "none of that changed anything");
    let calls = async {
        for _ in 0..30 {
            house.served(&house.agent(), &Call::tool("echo")).await;
        }
    };
    let changes = async {
        let mut changes = Vec::new();
        for _ in 0..2 {
            let reply = ask(&house, Some(OPERATOR), &request("{}")).await;
            assert_eq!(reply.status, 200, "{}", reply.json());
            changes.push(reply.json());
        }
        changes
    };
    let ((), changes) = tokio::join!(calls, changes);
    let keys = public_keys(&key_path(&house)).expect("keys");
    assert_eq!(keys[0], first);
    for (change, pair) in changes.iter().zip(keys.windows(2)) {
        assert_eq!((&change["old"], &change["new"]), (&json!(pair[0].to_string()), &json!(pair[1].to_string())));
        assert!(change["index"].as_u64() < change["size"].as_u64(), "{change}");
    }
    // What the admin listener shows is signed by the newest key.
    house.served(&house.agent(), &Call::tool("echo")).await;
    let shown = ask(&house, Some(AUDITOR), &Call::http("GET", "/log/checkpoint")).await;
    assert!(Checkpoint::open(&shown.body, [&keys[2]]).is_ok());
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    assert_eq!(by(&house, &[&keys[0]]).map(|verified| verified.unverified), Ok(0), "the first key leads to the others");
    assert!(by(&house, &[&keys[2]]).is_ok_and(|verified| verified.unverified > 0));
    let entries = house.audit();
    let rotates: Vec<_> = entries.iter().filter(|entry| entry["event"] == "rotate").collect();
    assert_eq!(rotates.iter().map(|entry| &entry["actor"]).collect::<Vec<_>>(), ["olga", "olga"]);
    assert!(!format!("{rotates:?}").contains("PRIVATE"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_changed_at_the_command_line() {
    let mut house = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    let first = public_key(&key_path(&house)).expect("a key");
    let dir = house.plan.dir.path().to_owned();
    let leaf = Authority::shared().client(OPERATOR);
    std::fs::write(dir.join("olga.pem"), &leaf.pem).expect("a file");
    std::fs::write(dir.join("olga.key"), &leaf.key_pem).expect("a file");
    let url = format!("https://{}", house.running().admin.expect("an admin listener"));
    let [ca, pem, key] = ["ca.pem", "olga.pem", "olga.key"].map(|name| dir.join(name));
    let rotate = ["audit", "rotate-key", "--yes"];
    let access = ["--admin", &url, "--ca", text(&ca), "--certificate", text(&pem), "--key", text(&key)];
    let (code, out, said) = run(&[&rotate[..], &access].concat());
    let second = public_key(&key_path(&house)).expect("a key");
    assert_eq!((code, out.trim_end()), (Some(0), &*second.to_string()), "{said}");
    assert!(said.contains(&first.id().to_string()) && said.contains("is signed by both"), "{said}");
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");

    // The state directory, while no gateway runs.
    let (config, state) = (house.plan.file(), house.plan.state());
    let local = ["--config", text(&config), "--state-dir", text(&state)];
    assert_eq!(run(&[&rotate[..2], &local].concat()).0, Some(2), "nobody is there to be asked");
    let before = dir.join("before");
    copy(&house.audit_dir(), &before.join("audit"));
    let log = house.audit_dir();
    let earlier = dir.join("earlier");
    std::fs::copy(log.join("checkpoint"), &earlier).expect("a copy");
    let (code, out, said) = run(&[&rotate[..], &local, &["--json"]].concat());
    let third = public_key(&key_path(&house)).expect("a key");
    let done: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &done["ok"], &done["new"]), (Some(0), &json!(true), &json!(third.to_string())), "{said}");
    assert!(done["old"] == second.to_string() && done["index"].as_u64() < done["size"].as_u64(), "{done}");
    assert!(said.contains("no gateway answers"), "{said}");
    let (code, out, _) = audit(&log, &["verify"]);
    assert!(code == Some(0) && !out.contains("not verified"), "{out}");
    // A log that ends under a key that was replaced, beside the keys of now.
    std::fs::create_dir(before.join("keys")).expect("a directory");
    for name in ["audit.keys", "audit.pub"] {
        std::fs::copy(state.join("keys").join(name), before.join("keys").join(name)).expect("a file");
    }
    let (code, _, said) = audit(&before.join("audit"), &["verify"]);
    assert!(code == Some(8) && said.contains(&format!("the key in force is {}", third.id())), "{code:?} {said}");
    let given = ["verify", "--key", &first.to_string(), "--key", &third.to_string()];
    assert_eq!(audit(&before.join("audit"), &given).0, Some(8), "the key given last is the one in force");
    assert_eq!(audit(&before.join("audit"), &given[..3]).0, Some(0));
    assert_eq!(audit(&log, &given).0, Some(0));
    // A backup has the public keys with it.
    let saved = dir.join("saved");
    assert_eq!(audit(&log, &["backup", "--to", text(&saved)]).0, Some(0));
    assert_eq!(public_keys(&saved.join("keys/audit.key")).expect("keys").last(), Some(&third));
    let (code, out, _) = audit(&saved, &["verify"]);
    assert!(code == Some(0) && out.contains("by the key beside the log"), "{out}");
    let [first, third] = [first, third].map(|key| key.to_string());
    let (code, out, _) = audit(&log, &["verify", "--key", &third]);
    assert!(code == Some(0) && out.contains("older than that key: their signatures are not verified"), "{out}");
    old_keys_lead_to_the_one_in_force(&log, &first, &third);

    // A proof is signed by the newest key; who has an older one is told so.
    let proof = dir.join("one.tlog-proof");
    assert_eq!(audit(&log, &["prove", "0", "-o", text(&proof)]).0, Some(0));
    let check = |keys: &[&str]| run(&[&["audit", "check-proof", text(&proof)], keys].concat());
    let (code, _, said) = check(&["--key", &first]);
    assert!(code == Some(8) && said.contains("the log's key was changed"), "{said}");
    assert_eq!(check(&["--key", &third]).0, Some(0));
    assert_eq!(check(&["--key", &first, "--key", &third]).0, Some(0));
    assert_eq!(check(&["--key", text(&state.join("keys/audit.keys"))]).0, Some(0));

    // So is who checks a bundle.
    let bundle = dir.join("bundle");
    let export = ["export", "--tenant", "acme", "--to", text(&bundle)];
    let (code, _, said) = audit(&log, &export);
    assert_eq!(code, Some(0), "{said}");
    let check = |keys: &[&str]| run(&[&["audit", "check-export", text(&bundle)], keys].concat());
    let (code, _, said) = check(&["--key", &first]);
    assert!(code == Some(8) && said.contains("the log's key was changed"), "{said}");
    let (code, out, _) = check(&["--key", &first, "--json"]);
    assert!(code == Some(8) && out.contains("Get the key"), "{out}");
    assert_eq!(check(&["--key", &third]).0, Some(0));

    // And who compares a checkpoint from before with the log.
    let second = second.to_string();
    let grown = |keys: &[&str]| audit(&log, &[&["verify", "--from", text(&earlier)], keys].concat());
    assert_eq!(grown(&["--key", &second, "--key", &third]).0, Some(0));
    for key in [&first, &third] {
        let (code, _, said) = grown(&["--key", key]);
        assert!(code == Some(8) && said.contains("the log's key was changed"), "{said}");
    }
    let newest = log.join("checkpoint");
    let both = ["--to", text(&newest), "--key", &second, "--key", &third];
    assert_eq!(grown(&both).0, Some(0));
    house.audit();
}

/// The text of the private key in a file of one, without its name and id.
fn secret(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.trim_end().strip_prefix("PRIVATE+KEY+")?.splitn(3, '+').nth(2).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_a_registered_value_from_then_on() {
    let mut house = house().await;
    let agent = house.agent();
    let say = |text: &str| Call::mcp("tools/call", json!({ "name": "echo", "arguments": { "text": text } }));
    let mut keys = vec![secret(&key_path(&house)).expect("a key")];
    for _ in 0..2 {
        let reply = ask(&house, Some(OPERATOR), &request("{}")).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        keys.push(secret(&key_path(&house)).expect("a key"));
    }
    // The ones before as well: copies of them may be about.
    for key in &keys {
        house.refused(&agent, &say(&format!("it is {key}.")), "input.secret").await;
    }
    let other: String = keys[2].chars().rev().map(|c| if c == 'A' { 'B' } else { 'A' }).collect();
    house.served(&agent, &say(&other)).await;
    // So is one whose change does not come to its end.
    let list = public_list_path(&key_path(&house));
    std::fs::remove_file(&list).expect("removed");
    std::fs::create_dir(&list).expect("a directory");
    assert_eq!(ask(&house, Some(OPERATOR), &request("{}")).await.status, 503);
    let [now, next] = private_paths(&key_path(&house)).map(|path| secret(&path));
    assert_eq!(now.as_ref(), keys.last());
    house.refused(&agent, &say(&next.expect("a key that waits")), "input.secret").await;
    std::fs::remove_dir(&list).expect("removed");
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
}

/// Whoever has an old key is told of the one in force, which whoever stole the old one could have made up.
fn old_keys_lead_to_the_one_in_force(log: &Path, old: &str, new: &str) {
    let (code, out, _) = audit(log, &["verify", "--key", new]);
    assert!(code == Some(0) && !out.contains("has handed over"), "{out}");
    for given in [&["--key", old][..], &["--key", new, "--key", old]] {
        let verify = [&["verify"], given].concat();
        let (code, out, _) = audit(log, &verify);
        assert!(code == Some(0) && out.contains(&format!("the log ends under {new}")), "{out}");
        let (code, out, _) = audit(log, &[&verify[..], &["--json"]].concat());
        let told: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((code, &told["in_force"], &told["key"]), (Some(0), &json!([new]), &json!(old)), "{told}");
    }
}

/// The files of a log but for its tiles and its index, which can be made again.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for file in std::fs::read_dir(from).expect("a log").flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a file");
    }
}

fn cosigner(of: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{of}"), &[of; 32]).expect("a key")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_says_which_witnesses_have_seen_its_checkpoint() {
    let mut house = house().await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let log = house.audit_dir();
    let key = public_key(&key_path(&house)).expect("a key").to_string();
    let note = std::fs::read_to_string(log.join("checkpoint")).expect("a checkpoint");
    let signed = Note::parse(note.as_bytes()).expect("a note").text().to_owned();
    let line = |of, time| cosigner(of).cosign(&signed, time).expect("a cosignature");
    let cosigned = format!("{note}{}{}", line(1, 1_700_000_000), line(2, 1_700_000_060));
    std::fs::write(log.join("published"), &cosigned).expect("a file");
    assert!(audit(&log, &["verify"]).1.contains("published up to"));
    let dir = house.plan.dir.path().to_owned();
    let proof = dir.join("one.tlog-proof");
    let prove = |more: &[&str]| audit(&log, &[&["prove", "0", "-o", text(&proof)], more].concat());
    let (code, _, said) = prove(&[]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let vkeys = [1, 2, 3].map(|of| cosigner(of).verifier().to_string());
    let check = |more: &[&str]| run(&[&["audit", "check-proof", text(&proof), "--key", &key], more].concat());
    let witnesses = |count: usize| vkeys[..count].iter().flat_map(|vkey| ["--witness", vkey]).collect::<Vec<_>>();
    let (code, _, said) = check(&[&witnesses(3)[..], &["--quorum", "2"]].concat());
    assert_eq!(code, Some(0), "{said}");
    for line in ["cosigned by witness.example/w1 at 2023-11-14T22:13:20Z", "cosigned by witness.example/w2 at 2023"] {
        assert!(said.contains(line), "{said}");
    }
    assert_eq!(check(&witnesses(2)).0, Some(0), "without a quorum all count");
    let list = dir.join("witnesses");
    std::fs::write(&list, format!("# ours\n{}\n{}\n", vkeys[0], vkeys[1])).expect("a file");
    let (code, out, _) = check(&["--witness", text(&list), "--json"]);
    let json: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &json["witnesses"][1]["name"]), (Some(0), &json!("witness.example/w2")));
    assert_eq!((&json["time"], &json["witnesses"][0]["time"]), (&json!(1_700_000_060), &json!(1_700_000_000)));
    for more in [&witnesses(3)[..], &[&witnesses(3)[..], &["--quorum", "3"]].concat()] {
        let (code, _, said) = check(more);
        let why = "2 of the 3 witnesses needed have cosigned the checkpoint";
        assert!(code == Some(8) && said.contains(why), "{said}");
    }
    // What cannot be meant.
    let other = Signer::from_seed("w", &[9; 32]).expect("a key").verifier().to_string();
    for (more, why) in [
        (vec!["--quorum", "1"], "--witness"),
        ([&witnesses(1)[..], &["--quorum", "2"]].concat(), "2 witnesses cannot be had from 1"),
        ([&witnesses(1)[..], &["--quorum", "0"]].concat(), "no witness counts"),
        (vec!["--witness", other.as_str()], "is not for cosignatures"),
        (vec!["--witness", "nothing"], "neither a file nor a public key"),
        (vec!["--witness", ML_DSA], "keys of the algorithm 0x06 (ML-DSA-44) are not supported yet"),
    ] {
        let (code, _, said) = check(&more);
        assert!(code == Some(2) && said.contains(why), "{code:?} {said}");
    }
    // The newest checkpoint instead, which no witness has seen; and a published one of another history.
    std::fs::write(log.join("published"), format!("{note}{}", line(1, 7))).expect("a file");
    let (code, _, said) = prove(&["--signed"]);
    assert!(code == Some(0) && said.contains("was not published"), "{said}");
    assert_eq!(check(&witnesses(1)).0, Some(8));
    let checkpoint = Checkpoint::parse(&signed).expect("a checkpoint");
    let signer = std::fs::read_to_string(key_path(&house)).expect("a key");
    let signer = Signer::parse(signer.trim_end()).expect("a key");
    let fork = Checkpoint::new(checkpoint.origin(), checkpoint.size(), casemate_audit::tlog::hash::EMPTY);
    let fork = fork.and_then(|fork| Ok(fork.sign([&signer])?)).expect("a note");
    std::fs::write(log.join("published"), fork).expect("a file");
    assert_eq!((audit(&log, &["verify"]).0, prove(&[]).0), (Some(9), Some(9)));
    std::fs::remove_file(log.join("published")).expect("removed");
    house.audit();
}

/// The name, an id and the beginning of a key of ML-DSA-44.
const ML_DSA: &str = "witness.example/w+00000000+BgAAAAAA";
