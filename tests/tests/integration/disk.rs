//! A disk that runs full under a running gateway: an alarm, then refusals, and calls again once there is room.

use crate::harness::binary::{Process, casemate, command, free_port};
use crate::harness::{AGENT, Authority, Call, Client, Plan, Reply, check_error, idle_upstream, record};
use casemate_tests::hostile::Hostile;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const OPERATOR: &str = "spiffe://acme.example/people/operator";

/// Mounts a small file system in a namespace of its own and runs a program that has it.
const SCRIPT: &str = r#"mount -t tmpfs -o size=16m,mode=0700 tmpfs "$1" && shift && exec "$@""#;

/// The command of a program that sees a small file system at `state`; none where this user may not make it.
fn confined(state: &Path) -> Option<Command> {
    let shell = |script: &str| {
        let mut unshare = command("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(state);
        unshare
    };
    let tried = shell(SCRIPT).arg("true").output();
    let fault = match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(fault) = fault {
        println!("skipped: no file system can be mounted in a user namespace: {}", fault.trim());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "in CI nothing may be skipped");
        return None;
    }
    let mut command = shell(SCRIPT);
    command.arg(casemate());
    Some(command)
}

/// The gateway, and the two that ask it.
struct Small {
    process: Process,
    agent: Client,
    operator: Client,
    /// Its directory of state, as seen from here.
    state: PathBuf,
}

impl Small {
    async fn status(&self) -> Reply {
        self.operator.ask(&Call::http("GET", "/readyz")).await
    }

    async fn metrics(&self) -> String {
        let reply = self.operator.ask(&Call::http("GET", "/metrics")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text()
    }

    async fn call(&self) -> (Call, Reply) {
        let call = Call::tool("echo");
        let reply = self.agent.ask(&call).await;
        (call, reply)
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.state.join("ballast")).expect("a file");
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![1; size];
            while file.write_all(&block).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.state.join("ballast")).expect("the file is there");
    }
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|found| found == line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_said_before_it_refuses_and_calls_go_on_after_it() {
    let upstream = Hostile::start().await.expect("an upstream");
    let mut plan = Plan::with(upstream.address(), idle_upstream());
    let admin = free_port();
    plan.patch(&json!({
        "mcp_gateway": { "port": free_port() },
        "admin": { "port": admin, "people": { "olga": { "identities": [OPERATOR], "roles": ["operator"] } } },
    }));
    plan.write();
    std::fs::create_dir(plan.state()).expect("a directory");
    let Some(command) = confined(&plan.state()) else { return };
    let process = Process::start(command, &plan.file(), &plan.dir.path().join("ca.pem"));
    let holder = |identity: &str, address| Client::tls(address, Some(&Authority::shared().client(identity)));
    let small = Small {
        agent: holder(AGENT, process.address),
        operator: holder(OPERATOR, (process.address.ip(), admin).into()),
        state: PathBuf::from(format!("/proc/{}/root{}", process.child.id(), plan.state().display())),
        process,
    };
    while small.status().await.status != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    // Far from full it is low already: calls go on, and whoever looks is told.
    let ready: Value = small.status().await.json();
    assert!(ready["warning"].as_str().is_some_and(|text| text.contains("disk is low")), "{ready}");
    let bare = Client::tls(small.operator.address, None).ask(&Call::http("GET", "/readyz")).await;
    assert_eq!((bare.status, bare.text().as_str()), (200, "ready, with a warning\n"));
    let metrics = small.metrics().await;
    assert!(has_line(&metrics, "casemate_audit_disk_low 1") && has_line(&metrics, "casemate_audit_writable 1"));
    assert_eq!(small.call().await.1.status, 200);

    small.fill();
    let (mut refused, mut traces) = (0, Vec::new());
    while refused < 3 {
        let before = upstream.seen().len();
        let (call, reply) = small.call().await;
        match reply.status {
            200 => traces.push(reply.trace()),
            // An outcome that finds no room: the answer is withheld.
            500 => check_error(&call, &reply, casemate_core::Reason::AuditOutcome.code()),
            _ => {
                check_error(&call, &reply, "audit.unavailable");
                assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
                assert_eq!(upstream.seen().len(), before, "a refused call does not reach the server");
                refused += 1;
            }
        }
    }
    assert_eq!(small.status().await.status, 503);
    assert!(has_line(&small.metrics().await, "casemate_audit_writable 0"));

    small.make_room();
    loop {
        let (call, reply) = small.call().await;
        if reply.status == 200 {
            traces.push(reply.trace());
            break;
        }
        check_error(&call, &reply, "audit.unavailable");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(small.status().await.status, 200);

    let dir = small.state.join("audit");
    casemate_audit::verify(&dir).expect("the log holds together");
    let entries = record::read(&dir);
    for trace in traces {
        let ends = entries.iter().filter(|entry| entry["trace"] == trace && entry["effect"] == "executed");
        assert_eq!(ends.count(), 1, "{trace} was acknowledged");
    }
    let alarm = entries.iter().find(|entry| entry["event"] == "disk").expect("the alarm is recorded");
    assert_eq!((&alarm["facts"]["state"], &alarm["facts"]["threshold"]), (&json!("low"), &json!(1 << 30)));
    small.process.signal("TERM");
}
