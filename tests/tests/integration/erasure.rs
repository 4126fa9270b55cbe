//! What links the log to people: erased on request, held by the law, opened by those who have the keys, decided again.

use crate::harness::binary::{Process, casemate, command, free_port};
use crate::harness::served::Served;
use crate::harness::{AGENT, Authority, Call, Client, House, Reply, Token, check_error};
use casemate::serve::Running;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;

const OPERATOR: &str = "spiffe://acme.example/people/operator";
const AUDITOR: &str = "spiffe://acme.example/people/auditor";

async fn house(audit: Value) -> House {
    House::with(json!({ "audit": audit, "admin": { "people": {
        "olga": { "identities": [OPERATOR], "roles": ["operator"] },
        "aldo": { "identities": [AUDITOR], "roles": ["auditor"] },
    } } }))
    .await
}

async fn ask(house: &House, identity: Option<&str>, call: &Call) -> Reply {
    let leaf = identity.map(|identity| Authority::shared().client(identity));
    Client::tls(house.running().admin.expect("an admin listener"), leaf.as_ref()).ask(call).await
}

fn request(body: &Value) -> Call {
    Call::http("POST", "/log/erase").set("content-type", "application/json").bytes(body.to_string())
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = command(casemate());
    program.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = program.output().expect("casemate starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Runs `casemate audit` on a log.
fn audit(dir: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(&[&["audit"], arguments, &["--dir", dir.to_str().expect("a path")]].concat())
}

/// The index in the receipt of an answer.
fn index(reply: &Reply) -> String {
    let receipt = reply.header("casemate-receipt").expect("a receipt");
    receipt.split(':').next().expect("an index").to_owned()
}

/// What stands in the message under `params.arguments`.
fn arguments(call: &Call) -> String {
    let body: Value = serde_json::from_slice(&call.body).expect("JSON");
    body["params"]["arguments"].to_string()
}

/// What `reveal` says of the arguments of a call.
fn revealed(house: &House, at: &str, value: &str) -> (Option<i32>, String) {
    revealed_as(house, at, "arguments", value)
}

fn revealed_as(house: &House, at: &str, field: &str, value: &str) -> (Option<i32>, String) {
    let file = house.plan.dir.path().join("value");
    std::fs::write(&file, value).expect("a file");
    let file = file.to_str().expect("a path").to_owned();
    let (code, out, said) = audit(&house.audit_dir(), &["reveal", at, "--field", field, "--value", &file]);
    (code, out + &said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_is_erased_by_an_operator_and_by_nobody_else() {
    let house = house(json!({ "capture": "calls" })).await;
    let call = Call::tool("echo");
    let reply = house.served(&house.agent(), &call).await;
    let at = index(&reply);
    assert_eq!(revealed(&house, &at, &arguments(&call)).0, Some(0));
    assert_eq!(revealed(&house, &at, "{}").0, Some(1));
    let body = json!({ "tenant": "acme", "subject": AGENT });
    for (identity, call, code) in [
        (None, request(&body), "auth.required"),
        (Some(AGENT), request(&body), "admin.unknown"),
        (Some(AUDITOR), request(&body), "admin.role"),
        (Some(OPERATOR), request(&body).set("origin", "https://evil.example"), "http.origin"),
        (Some(OPERATOR), request(&json!({ "tenant": "acme" })), "admin.request"),
        (Some(OPERATOR), request(&body).set("content-type", "text/plain"), "http.content_type"),
        (Some(OPERATOR), Call::http("GET", "/log/erase"), "http.method"),
    ] {
        check_error(&call, &ask(&house, identity, &call).await, code);
    }
    assert_eq!(revealed(&house, &at, &arguments(&call)).0, Some(0), "none of that erased anything");
    let nobody = ask(&house, Some(OPERATOR), &request(&json!({ "tenant": "globex", "subject": AGENT }))).await;
    assert_eq!((nobody.status, nobody.json()), (200, json!({ "erased": false })));

    let erased = ask(&house, Some(OPERATOR), &request(&body)).await.json();
    assert_eq!(erased["erased"], true);
    assert_eq!(
        revealed(&house, &at, &arguments(&call)),
        (Some(10), format!("erased: what entry {at} is linked to is gone\n"))
    );
    assert_eq!(audit(&house.audit_dir(), &["reveal", &at, "--captured"]).0, Some(10));
    let (code, out, _) = audit(&house.audit_dir(), &["replay", &at]);
    assert_eq!((code, out.as_str()), (Some(10), &*format!("entry {at}: not replayable: what it read was erased\n")));
    // Life goes on, under a new key.
    let next = Call::tool("echo");
    let again = house.served(&house.agent(), &next).await;
    assert_eq!(revealed(&house, &index(&again), &arguments(&next)).0, Some(0));
    let entries = house.finish().await;
    let events: Vec<_> = entries.iter().filter(|entry| entry.get("fingerprint").is_some()).collect();
    assert_eq!(events.iter().map(|event| &event["event"]).collect::<Vec<_>>(), ["erase", "erased"]);
    for event in events {
        assert_eq!((&event["actor"], &event["tenant"]), (&json!("olga"), &json!("acme")));
        assert_eq!(event["fingerprint"], erased["fingerprint"]);
        assert!(!event.to_string().contains(AGENT), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_commits_to_what_an_intent_commits_to() {
    let house = house(json!({})).await;
    let call = Call::tool("secret");
    let at = index(&house.refused(&house.agent(), &call, "policy.tool").await);
    let message = String::from_utf8(call.body.clone()).expect("text");
    for (field, value, code) in
        [("arguments", arguments(&call), 0), ("message", message.clone(), 0), ("arguments", message, 1)]
    {
        assert_eq!(revealed_as(&house, &at, field, &value).0, Some(code), "{field}");
    }
    // What cannot be parsed is a message without arguments.
    let broken = Call::tool("secret").bytes("{");
    let at = index(&house.refused(&house.agent(), &broken, "json.syntax").await);
    assert_eq!(revealed_as(&house, &at, "message", "{").0, Some(0));
    assert_eq!(revealed_as(&house, &at, "arguments", "{").0, Some(11));
    let entries = house.finish().await;
    let sizes: Vec<_> =
        entries.iter().filter(|entry| entry["kind"] == "refusal").map(|entry| &entry["sizes"]).collect();
    assert_eq!(sizes[0]["message"], call.body.len(), "{sizes:?}");
    assert_eq!(sizes[0]["arguments"], arguments(&call).len());
    assert_eq!((&sizes[1]["message"], sizes[1].get("arguments")), (&json!(1), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_restart_takes_away_is_in_the_log() {
    let trace = "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d1a";
    let first = json!({
        "legal_hold": ["acme"], "legal_hold_traces": [trace], "retention": "30d",
        "worm": "best-effort", "archive_retention": "60d", "archive": [{ "directory": "copies" }],
    });
    let mut served = Served::start(|plan| {
        std::fs::create_dir(plan.dir.path().join("copies")).expect("a directory");
        plan.patch(&json!({ "audit": first }));
    })
    .await;
    // Nothing changes; the holds are lifted; then nothing is kept elsewhere any more.
    let lifted = json!({ "legal_hold": null, "legal_hold_traces": [], "retention": "7d" });
    let alone = json!({ "retention": null, "worm": null, "archive_retention": null, "archive": null });
    for (starts, crash, audit) in [(2, true, json!({})), (3, false, lifted), (4, true, alone)] {
        if crash {
            served.process.kill();
        } else {
            served.process.signal("TERM");
            assert_eq!(served.process.child.wait().expect("it has ended").code(), Some(0));
        }
        served.plan.patch(&json!({ "audit": audit }));
        served.plan.write();
        served.process = Process::serve(&served.plan.file(), &served.plan.dir.path().join("ca.pem"));
        served.event("start", starts).await;
    }
    let dir = served.plan.state().join("audit");
    let (code, out, said) = audit(&dir, &["query", "--kind", "event", "--json"]);
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let starts: Vec<_> = events.iter().filter(|entry| entry["event"] == "start").map(|entry| &entry["facts"]).collect();
    let facts = |held: [&str; 2], retention: Value, archived: Value, worm: &str| {
        json!({
            "held_tenants": held[0], "held_traces": held[1], "retention_seconds": retention,
            "archive_retention_seconds": archived, "worm": worm, "witnesses": "none",
        })
    };
    let days = |days: u64| json!(days * 86_400);
    let held = facts(["acme", trace], days(30), days(60), "best-effort");
    let lifted = facts(["", ""], days(7), days(60), "best-effort");
    let alone = facts(["", ""], json!("none"), json!("none"), "none");
    assert_eq!((code, starts), (Some(0), vec![&held, &held, &lifted, &alone]), "{said}");
    served.finish();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_legal_hold_keeps_what_it_names() {
    let mut house = house(json!({ "legal_hold": ["acme"] })).await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    let call = request(&json!({ "tenant": "acme", "subject": AGENT }));
    check_error(&call, &ask(&house, Some(OPERATOR), &call).await, "audit.hold");
    let (state, config, audit_dir) = (house.plan.state(), house.plan.file(), house.audit_dir());
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let entries = house.audit();
    assert!(entries.iter().all(|entry| entry["event"] != "erase"));
    let start = entries.iter().find(|entry| entry["event"] == "start").expect("a start");
    assert_eq!(start["facts"]["held_tenants"], "acme", "who was held is in the log");
    // Whatever listens where an admin listener does by default is no gateway of this log.
    let text = std::fs::read_to_string(&config).expect("a file");
    let text = text.replacen("\"admin\":{", &format!("\"admin\":{{\"port\":{},", free_port()), 1);
    std::fs::write(&config, text).expect("a file");
    // Nor is it erased while the gateway is down.
    let paths = [config.to_str().expect("a path"), state.to_str().expect("a path")];
    let erase = ["audit", "erase", "--yes", "--tenant", "acme", "--subject", AGENT, "--config", paths[0]];
    let erase = [&erase[..], &["--state-dir", paths[1]]].concat();
    let (code, _, said) = run(&erase);
    assert!(code != Some(0) && said.contains("audit.hold") && said.contains("help: "), "{code:?} {said}");
    // Without the hold it is, by whoever owns the files.
    let text =
        std::fs::read_to_string(&config).expect("a file").replace("\"legal_hold\":[\"acme\"]", "\"legal_hold\":[]");
    std::fs::write(&config, text).expect("a file");
    let (code, out, said) = run(&[&erase[..], &["--json"]].concat());
    let erased: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {said}"));
    assert_eq!((code, &erased["ok"], &erased["erased"]), (Some(0), &json!(true), &json!(true)));
    assert!(erased["fingerprint"].is_string() && erased["index"].is_u64() && said.contains("no gateway answers"));
    assert_eq!(run(&erase).0, Some(1), "it is gone already");
    let (code, out, _) = run(&[&erase[..], &["--json"]].concat());
    assert_eq!((code, out.trim_end()), (Some(1), r#"{"erased":false,"ok":false}"#));
    assert_eq!(run(&erase[..erase.len() - 2].iter().copied().filter(|a| *a != "--yes").collect::<Vec<_>>()).0, Some(2));
    let (code, out, _) = run(&["audit", "cat", "--dir", audit_dir.to_str().expect("a path")]);
    assert!(code == Some(0) && out.contains("\"actor\":\"local:") && out.contains("\"event\":\"erased\""), "{out}");
    // No start says that the hold was lifted; the erasure does.
    let lifted = r#""event":"erase","facts":{"held_tenants":"","held_traces":""}"#;
    assert!(out.contains(lifted), "{out}");
    assert_eq!(audit(&audit_dir, &["verify"]).0, Some(0));
}

/// With it the key that was destroyed would be back, and nothing would say so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_does_not_start_with_older_keys_than_its_log() {
    let mut house = house(json!({})).await;
    let at = index(&house.served(&house.agent(), &Call::tool("echo")).await);
    let (keys, state) = (house.plan.state().join("keys/subjects"), house.plan.state());
    let older = std::fs::read(&keys).expect("keys");
    let reply = ask(&house, Some(OPERATOR), &request(&json!({ "tenant": "acme", "subject": AGENT }))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    house.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
    let newest = std::fs::read(&keys).expect("keys");
    std::fs::write(&keys, &older).expect("keys");
    let refused = Running::start(house.plan.load().expect("it loads"), &state).await.err().expect("it is refused");
    let said = format!("{refused:#}");
    assert!(said.contains("keys/subjects: this is an older copy of the keys of subjects"), "{said}");
    assert_eq!(revealed(&house, &at, "{}").0, Some(10), "the log says that it is erased");
    let (code, out, said) = audit(&house.audit_dir(), &["replay", &at]);
    assert!(code != Some(0) && out.contains("not replayable"), "{code:?} {out} {said}");
    let (code, out, said) = audit(&house.audit_dir(), &["verify"]);
    assert!(code == Some(3) && (out + &said).contains("is there again"), "{code:?} {said}");
    std::fs::write(&keys, &newest).expect("keys");
    house.running = Some(Running::start(house.plan.load().expect("it loads"), &state).await.expect("it starts"));
    assert_eq!(revealed(&house, &at, "{}").0, Some(10), "it is erased");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_is_asked_for_at_the_command_line() {
    let house = house(json!({})).await;
    house.served(&house.agent(), &Call::tool("echo")).await;
    let dir = house.plan.dir.path();
    let leaf = Authority::shared().client(OPERATOR);
    std::fs::write(dir.join("olga.pem"), &leaf.pem).expect("a file");
    std::fs::write(dir.join("olga.key"), &leaf.key_pem).expect("a file");
    let file = |name: &str| dir.join(name).to_str().expect("a path").to_owned();
    let url = format!("https://{}", house.running().admin.expect("an admin listener"));
    let [ca, pem, key] = ["ca.pem", "olga.pem", "olga.key"].map(file);
    let erase = ["audit", "erase", "--yes", "--tenant", "acme", "--subject", AGENT, "--admin", &url, "--ca", &ca];
    let erase = [&erase[..], &["--certificate", &pem, "--key", &key]].concat();
    let (code, out, said) = run(&erase);
    assert!(code == Some(0) && out.starts_with("erased: "), "{out} {said}");
    let (code, _, said) = run(&erase);
    assert!(code == Some(1) && said.contains("no key of this subject"), "{said}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn decisions_are_made_again_and_another_policy_is_held_against_them() {
    let mut house = house(json!({})).await;
    for _ in 0..3 {
        house.served(&house.agent(), &Call::tool("echo")).await;
    }
    let refused = house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    let last = house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    let dir = house.audit_dir();
    let all = format!("0..{}", index(&last).parse::<u64>().expect("a number") + 1);
    let (code, out, said) = audit(&dir, &["replay", "--range", &all]);
    assert_eq!((code, out.as_str(), said.as_str()), (Some(0), "5 equal, 0 different, 0 not replayable\n", ""));
    let (code, out, _) = audit(&dir, &["replay", &index(&refused)]);
    assert!(code == Some(0) && out.ends_with("equal: refused: policy.tool, tool secret on up\n"), "{out}");
    let (code, out, _) = audit(&dir, &["replay", "--range", &all, "--json"]);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((code, lines.len()), (Some(0), 6));
    assert_eq!(lines[5], json!({ "equal": 5, "different": 0, "not_replayable": 0 }));
    // What is not there is not equal.
    assert_eq!(audit(&dir, &["replay", "--range", "0..1000"]).0, Some(2));
    // An event is no decision.
    assert_eq!(audit(&dir, &["replay", "0"]).0, Some(10));

    // A policy file that somebody changed is no policy; without it nothing can be said.
    let kept: Vec<_> =
        std::fs::read_dir(dir.join("policies")).expect("policies").map(|file| file.expect("a file")).collect();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(kept[0].path()).expect("a policy");
    assert!(!text.contains("PRIVATE KEY") && text.contains("server.up.read_only="), "{text}");
    std::fs::write(kept[0].path(), text.replace("echo", "secret")).expect("a file");
    let (code, out, _) = audit(&dir, &["replay", &index(&refused)]);
    assert!(code == Some(10) && out.contains("is not the policy that its name says"), "{out}");
    std::fs::write(kept[0].path(), &text).expect("a file");

    // What another configuration would have said.
    let config = house.plan.file();
    let config = config.to_str().expect("a path");
    let check = |more: &[&str]| run(&[&["check", "--config", config, "--against-log"], more].concat());
    let (code, out, _) = check(&[]);
    assert!(code == Some(0) && out.contains("against the log: 5 decided the same, 0 differently"), "{out}");
    let before = house.plan.config.clone();
    let rules = json!([{ "servers": ["up"], "resources": ["docs://open/**"] }]);
    house.plan.patch(&json!({ "tenants": { "acme": { "rules": rules, "unmanaged_tools": { "up": ["secret"] } } } }));
    house.plan.write();
    let (code, out, _) = check(&[]);
    assert_eq!(code, Some(3), "{out}");
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(rows.contains(&"3 acme up tool echo permitted by rule 0 policy.tool".split(' ').collect()), "{out}");
    assert!(rows.contains(&"2 acme up tool secret policy.tool permitted by rule 0".split(' ').collect()), "{out}");
    assert_eq!(check(&["--since", "2999-01-01"]).0, Some(0));
    let (_, out, _) = check(&["--json"]);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(found["against_log"]["different"], 5, "{found}");
    house.plan.config = before;

    // What somebody might want to admit.
    let (code, out, _) = audit(&dir, &["suggest"]);
    assert!(
        code == Some(0) && out.contains("\"acme\":") && out.contains("- \"secret\"  # 2 refused (policy.tool)"),
        "{out}"
    );
    let (code, out, _) = audit(&dir, &["suggest", "--json"]);
    let value: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &value["ok"]), (Some(0), &json!(true)), "{value}");
    let rows = value["refused"].as_array().expect("rows");
    let secret = rows.iter().find(|row| row["name"] == "secret").expect("what was refused");
    assert!(secret["count"] == 2 && secret["reasons"][0] == "policy.tool" && secret["tenant"] == "acme", "{secret}");
    let (code, out, _) = audit(&dir, &["suggest", "--json", "--tenant", "globex"]);
    assert!(code == Some(1) && out.contains("\"refusals\":0"), "{out}");
    let (code, _, said) = audit(&dir, &["suggest", "--tenant", "globex"]);
    assert!(code == Some(1) && said.contains("nothing to propose"), "{said}");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_credential_is_in_records_or_beside_them() {
    let token = Token::new().claim("client_id", json!("app-1")).mint();
    let house = House::planned(|plan| {
        std::fs::write(plan.dir.path().join("upstream-key"), "upstream-s3cret-value").expect("a file");
        plan.patch(&json!({ "audit": { "capture": "calls" } }));
        plan.config["upstreams"][0]["credential"] = json!({ "header": "X-Api-Key", "file": "upstream-key" });
    })
    .await;
    let client = house.agent().bearer(token.clone());
    let served = house.served(&client, &Call::tool("echo")).await;
    house.refused(&client, &Call::tool("secret"), "policy.tool").await;
    let at: u64 = index(&served).parse().expect("a number");
    let (code, message, _) = audit(&house.audit_dir(), &["reveal", &at.to_string(), "--captured"]);
    assert!(code == Some(0) && message.contains("tools/call"), "{message}");
    let mut entries = casemate_audit::entries(&house.audit_dir()).expect("a log").map(|entry| entry.expect("whole"));
    let outcome = entries.find(|entry| entry.json["intent"] == at).expect("an outcome").index;
    let (code, answer, _) = audit(&house.audit_dir(), &["reveal", &outcome.to_string(), "--captured"]);
    assert_eq!((code, answer.as_str()), (Some(0), served.text().as_str()));
    let (keys, mut seen) = (house.plan.state().join("keys/subjects"), message + &answer);
    for decision in
        casemate_audit::decisions(&house.audit_dir(), &keys, 0..u64::MAX, casemate_core::UnixMillis(0)).expect("a log")
    {
        seen.push_str(&format!("{:?}", decision.expect("a decision")));
    }
    for entry in house.finish().await {
        seen.push_str(&entry.to_string());
    }
    for secret in [token.as_str(), "upstream-s3cret-value", "Bearer"] {
        assert!(!seen.contains(secret), "{secret}");
    }
}
