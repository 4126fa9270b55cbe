//! Evidence for an auditor: exported beside a running gateway, checked where there is neither log nor network.

use crate::harness::binary::{casemate, command};
use crate::harness::{Call, House};
use casemate_audit::public_key;
use serde_json::Value;
use std::path::Path;

/// Runs `casemate audit` in a directory; its exit code, and what it said on both ways out.
fn run(place: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(casemate()).arg("audit").args(arguments).current_dir(place).env_clear().output();
    let output = output.expect("casemate runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

async fn busy() -> (House, String) {
    let house = House::start().await;
    let mut trace = String::new();
    for _ in 0..20 {
        trace = house.served(&house.agent(), &Call::tool("echo")).await.trace();
    }
    house.refused(&house.agent(), &Call::tool("secret"), "policy.tool").await;
    (house, trace)
}

/// Waits until the newest checkpoint has everything that was recorded so far.
fn signed(dir: &Path) {
    let entries = casemate_audit::verify(dir).expect("a whole log").entries;
    while casemate_audit::verify(dir).expect("a whole log").signed < entries {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_checked_by_the_program_and_by_the_recipe_in_it() {
    let (house, trace) = busy().await;
    let (dir, desk) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    signed(&dir);
    let key = public_key(&house.plan.state().join("keys/audit.key")).expect("a key").to_string();
    let log = dir.to_str().expect("text");
    let export = |more: &[&str]| run(desk.path(), &[&["export", "--dir", log, "--tenant", "acme"], more].concat());
    let (code, out, said) = export(&["--to", "all", "--with-policies", "--json"]);
    let done = json(&out);
    assert_eq!((code, &done["records"], &done["policies"]), (Some(0), &41.into(), &1.into()), "{said}");
    assert_eq!(export(&["--to", "one.tar", "--trace", &trace, "--tool", "echo"]).0, Some(0));
    house.finish().await;

    let check = |arguments: &[&str]| run(desk.path(), &[&["check-export"], arguments, &["--key", &key]].concat());
    let (code, out, said) = check(&["all"]);
    assert!(code == Some(0) && out.starts_with("good: 41 records of the tenant \"acme\""), "{out}{said}");
    assert!(said.contains("cannot be seen from a bundle") && out.contains("; no witness was asked for"), "{out}{said}");
    let (code, out, _) = check(&["all", "--json"]);
    let checked = json(&out);
    assert_eq!((code, &checked["ok"], &checked["policies"]), (Some(0), &true.into(), &1.into()));
    // One record, by hand: with the recipe of the README, and with the program.
    let index = checked["last"].as_u64().expect("an index").to_string();
    let readme = std::fs::read_to_string(desk.path().join("all/README.txt")).expect("a README");
    let recipe: String = readme.lines().filter(|line| line.starts_with("  ")).map(str::trim_start).fold(
        String::new(),
        |recipe, line| {
            if line.starts_with("{ echo") || !recipe.is_empty() { recipe + line + "\n" } else { recipe }
        },
    );
    let recipe = recipe.split("> 17.json").next().expect("a recipe").replace("17", &index) + "> record";
    let shell = command("/bin/sh").arg("-ec").arg(&recipe).current_dir(desk.path().join("all")).output();
    let shell = shell.expect("a shell");
    assert!(shell.status.success(), "{recipe}: {}", String::from_utf8_lossy(&shell.stderr));
    std::fs::rename(desk.path().join(format!("all/{index}.tlog-proof")), desk.path().join("proof")).expect("a proof");
    std::fs::rename(desk.path().join("all/record"), desk.path().join("record")).expect("a record");
    let by_hand = run(desk.path(), &["check-proof", "proof", "--entry", "record", "--key", &key]);
    assert_eq!(by_hand.0, Some(0), "{}", by_hand.2);
    let (code, proof, _) = check(&["all", "--proof", &index]);
    std::fs::write(desk.path().join("proof"), proof).expect("a file");
    assert_eq!((code, run(desk.path(), &["check-proof", "proof", "--key", &key]).0), (Some(0), Some(0)));
    assert_eq!(check(&["all", "--proof", "9999999"]).0, Some(4));

    let untar = command("tar").args(["xf", "one.tar"]).current_dir(desk.path()).status();
    assert!(untar.expect("tar runs").success());
    let (code, out, said) = check(&["one", "--json"]);
    assert_eq!((code, &json(&out)["records"]), (Some(0), &2.into()), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_a_bundle_has_its_exit_code_and_no_name_is_taken_twice() {
    let (house, _) = busy().await;
    let (dir, desk) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    signed(&dir);
    let log = dir.to_str().expect("text");
    let key = public_key(&house.plan.state().join("keys/audit.key")).expect("a key").to_string();
    let export = |more: &[&str]| run(desk.path(), &[&["export", "--dir", log], more].concat());
    for (arguments, code, wanted) in [
        (&["--tenant", "nobody", "--to", "x"][..], 1, "nothing was written"),
        (&["--tenant", "\u{1b}[2J", "--to", "x"], 2, "--tenant"),
        (&["--to", "x"], 2, "--tenant"),
        (&["--tenant", "acme", "--to", "no/such/place"], 2, "cannot be used"),
        (&["--tenant", "acme", "--to", log], 2, "is there already"),
        (&["--tenant", "acme", "--to", &format!("{log}/x")], 2, "name a place outside"),
    ] {
        let (found, out, said) = export(arguments);
        assert_eq!((found, out.as_str()), (Some(code), ""), "{arguments:?}: {said}");
        assert!(said.contains(wanted) && !said.contains("\u{1b}[2J"), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(desk.path()).expect("a directory").count(), 0, "nothing is left behind");
    assert_eq!(export(&["--tenant", "acme", "--to", "x"]).0, Some(0));
    assert_eq!(export(&["--tenant", "acme", "--to", "x"]).0, Some(2));
    house.finish().await;

    let check = |more: &[&str]| run(desk.path(), &[&["check-export", "x"], more].concat());
    let (code, other, _) = run(desk.path(), &["keygen", "--name", "elsewhere/audit", "-o", "other.key"]);
    assert_eq!((code, check(&["--key", other.trim()]).0), (Some(0), Some(8)));
    assert_eq!((check(&[]).0, check(&["--key", &key, "--quorum", "1"]).0), (Some(2), Some(2)));
    let path = desk.path().join("x/records.jsonl");
    let good = std::fs::read_to_string(&path).expect("records");
    let faults = [
        (good.replacen("\"permit\"", "\"permiT\"", 1), 3, "changed"),
        (good.lines().skip(1).map(|line| format!("{line}\n")).collect(), 3, "changed"),
        (format!("{}{good}", good.lines().next().map(|line| format!("{line}\n")).unwrap_or_default()), 5, "reordered"),
        (good.lines().take(3).map(|line| format!("{line}\n")).collect(), 4, "removed"),
        (format!("{{\"seq\":\"\u{1b}[2J\u{202e}\"}}\n{good}"), 3, "changed"),
    ];
    for (bad, code, class) in faults {
        std::fs::write(&path, bad).expect("a file");
        let (found, out, said) = check(&["--key", &key, "--json"]);
        assert_eq!((found, json(&out)["class"].as_str()), (Some(code), Some(class)), "{out}{said}");
        let (_, out, said) = check(&["--key", &key]);
        assert!(said.starts_with(&format!("bad: {class}: ")) && said.lines().count() == 1 && out.is_empty(), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said}");
    }
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(check(&["--key", &key]).0, Some(4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_name_fits_into_a_tar_file_or_is_refused_before_the_log_is_read() {
    let (house, _) = busy().await;
    let (dir, desk) = (house.audit_dir(), tempfile::tempdir().expect("a directory"));
    signed(&dir);
    let key = public_key(&house.plan.state().join("keys/audit.key")).expect("a key").to_string();
    let log = dir.to_str().expect("text");
    let export = |to: &str, log: &str| {
        run(desk.path(), &["export", "--dir", log, "--tenant", "acme", "--with-policies", "--to", to])
    };
    let long = "n".repeat(155);
    let (code, _, said) = export(&format!("{long}.tar"), log);
    assert_eq!(code, Some(0), "{said}");
    let untar = command("tar").args(["xf", &format!("{long}.tar")]).current_dir(desk.path()).status();
    assert!(untar.expect("tar runs").success());
    let (code, out, said) = run(desk.path(), &["check-export", &long, "--json", "--key", &key]);
    assert_eq!((code, &json(&out)["policies"]), (Some(0), &1.into()), "{said}");
    let (code, _, said) = export(&format!("{long}n.tar"), log);
    assert!(code == Some(2) && said.contains("155"), "{said}");
    // A list of keys that cannot be read is no reason to check no signature.
    std::fs::write(house.plan.state().join("keys/audit.keys"), "no key\n").expect("a file");
    let copy = desk.path().join("copy");
    for arguments in [
        &["verify", "--dir", log][..],
        &["backup", "--dir", log, "--to", copy.to_str().expect("text")],
        &["export", "--dir", log, "--tenant", "acme", "--to", "keyless"],
    ] {
        let (code, out, said) = run(desk.path(), arguments);
        assert!(code == Some(2) && said.contains("audit.keys") && out.is_empty(), "{arguments:?}: {said}");
    }
    assert!(!copy.exists() && !desk.path().join("keyless").exists());
    assert_eq!(run(desk.path(), &["verify", "--dir", log, "--key", &key]).0, Some(0));
    std::fs::remove_file(house.plan.state().join("keys/audit.keys")).expect("removed");
    house.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_cannot_listen_ends_its_log_in_order() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken_at = taken.local_addr().expect("an address");
    let people =
        serde_json::json!({ "aldo": { "identities": ["spiffe://acme.example/people/a"], "roles": ["auditor"] } });
    let mut house = House::with(serde_json::json!({ "admin": { "people": people } })).await;
    house.running.take().expect("it runs").stop().await.expect("it stops");
    let state = house.plan.state();
    let start = async |loaded| casemate::serve::Running::start(loaded, &state).await;
    for is_admin in [false, true] {
        let mut loaded = house.plan.load().expect("it loads");
        match &mut loaded.config.admin {
            Some(admin) if is_admin => admin.address = taken_at,
            _ => loaded.config.listener.address = taken_at,
        }
        let fault = start(loaded).await.err().expect("the port is taken").to_string();
        assert!(fault.contains("cannot listen"), "{is_admin}: {fault}");
        let last = crate::harness::record::read(&house.audit_dir()).pop().expect("an entry");
        assert_eq!(last["event"], "stop", "{is_admin}");
        // Whoever tries again at once finds the lock free.
        start(house.plan.load().expect("it loads")).await.expect("it starts").stop().await.expect("it stops");
    }
}
