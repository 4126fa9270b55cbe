//! The commands of the real program, one after the other, as the README has them.

use crate::harness::binary::{casemate, command, free_port};
use casemate_tests::hostile::Hostile;
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// A directory in which a person works.
struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    /// What `casemate init` leaves behind, in front of `upstream` and at free ports.
    fn new(upstream: std::net::SocketAddr) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let desk = Self { dir };
        let (text, _) = ok(&desk.run(&["init"]));
        assert_eq!(text.trim().split(':').count(), 32, "the fingerprint of the CA: {text}");
        let file = desk.path().join("casemate.yaml");
        let text = std::fs::read_to_string(&file).expect("a file");
        let changes = [
            ("port: 8443", format!("port: {}", free_port())),
            ("port: 9443", format!("port: {}", free_port())),
            ("allowed_mcp_servers: []", "allowed_mcp_servers: [127.0.0.1]".to_owned()),
            ("value: \"\"", "value: 127.0.0.1".to_owned()),
            ("upstreams: []\n", "upstreams:\n".to_owned()),
            ("#  - name: example", "  - name: example".to_owned()),
            ("#    url: http://127.0.0.1:3000/mcp", format!("    url: http://{upstream}/mcp")),
            ("#    read_only: [search]", "    read_only: [search, echo]".to_owned()),
            ("rules: []", "rules:".to_owned()),
            ("#      - servers: [example]", "      - servers: [example]".to_owned()),
            ("#        tools: [search, \"read_*\"]", "        tools: [search, echo]".to_owned()),
        ];
        let text = changes.into_iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "the template has no {from:?}");
            text.replacen(from, &to, 1)
        });
        // Whoever runs this may be able to remove files that are immutable, and `tempfile` is not.
        std::fs::write(file, text + "audit: { immutable: \"off\" }\n").expect("a file");
        desk
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut program = command(casemate());
        program.args(arguments).current_dir(self.path()).env_clear();
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("casemate starts")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.start(arguments).wait_with_output().expect("it ends")
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

fn ok(output: &Output) -> (String, String) {
    let (out, err) = texts(output);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    (out, err)
}

/// Ends a process when dropped.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The arguments of the commands of the README that work beside a running gateway.
fn readme() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(crate::tidy::root().join("README.md")).expect("a file");
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("casemate "));
    let lines: Vec<Vec<String>> = lines
        .map(|line| line.split('#').next().unwrap_or_default())
        .filter(|line| !line.starts_with("init") && !line.starts_with("serve"))
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect();
    assert!(lines.len() >= 5, "{lines:?}");
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_five_minutes() {
    let upstream = Hostile::start().await.expect("an upstream");
    let desk = Desk::new(upstream.address());
    let (text, _) = ok(&desk.run(&["check"]));
    assert!(text.starts_with("casemate.yaml is good\n") && text.contains("servers: example\n"), "{text}");
    let agent = "spiffe://casemate.local/agents/example";
    let (text, _) = ok(&desk.run(&["can", "--as", agent, "--server", "example", "--tool", "search"]));
    assert!(text.contains("permit: rule at casemate.yaml:"), "{text}");
    let denied = desk.run(&["can", "--as", agent, "--server", "example", "--tool", "other"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(texts(&denied).0.contains("deny: policy.tool"));

    let unready = desk.run(&["healthcheck"]);
    assert_eq!(unready.status.code(), Some(1), "nothing runs yet");
    let mut gateway = Ended(desk.start(&["serve"]));
    let mut line = String::new();
    let stdout = gateway.0.stdout.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
    let base = line.trim().to_owned();
    assert!(base.starts_with("https://127.0.0.1:"), "{line}");
    // The admin listener listens before the first line is printed.
    let (text, _) = ok(&desk.run(&["healthcheck"]));
    assert_eq!(text, "ready\n");
    let known = desk.run(&["healthcheck", "--cert", "pki/operator.pem", "--key", "pki/operator.key"]);
    assert!(ok(&known).0.contains("\"audit\""), "a role sees more");
    for line in readme() {
        let output = desk.run(&line.iter().map(String::as_str).collect::<Vec<_>>());
        // It says by its code that something waits for a reviewer.
        if !line.starts_with(&["pins".to_owned(), "list".to_owned()]) || output.status.code() != Some(1) {
            ok(&output);
        }
    }
    let (token, _) = ok(&desk.run(&["token", "--tenant", "example", "--subject", "me", "--server", "example"]));
    assert_eq!(token.trim().split('.').count(), 3, "a token and nothing else");

    let id = gateway.0.id().to_string();
    assert!(command("kill").arg("-TERM").arg(id).status().expect("kill runs").success());
    assert_eq!(gateway.0.wait().expect("it ends").code(), Some(0));
    let (text, _) = ok(&desk.run(&["audit", "verify"]));
    assert!(text.starts_with("good: "), "{text}");
    let (text, _) = ok(&desk.run(&["audit", "cat"]));
    assert!(text.lines().next().is_some_and(|line| line.contains("\"event\":\"start\"")), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_explains_and_describes_works_anywhere() {
    let desk = Desk { dir: tempfile::tempdir().expect("a directory") };
    ok(&desk.run(&["man", "pages"]));
    assert!(desk.path().join("pages/casemate-serve.1").is_file());
    for (shell, mark) in [("bash", "_casemate()"), ("zsh", "#compdef casemate"), ("fish", "__fish_casemate")] {
        assert!(ok(&desk.run(&["completions", shell])).0.contains(mark), "{shell}");
    }
    let schema: serde_json::Value = serde_json::from_str(&ok(&desk.run(&["schema"])).0).expect("JSON");
    assert_eq!(schema["properties"]["mcp_gateway"]["type"], "object");
    for name in ["policy.tool", "config.unknown_key", "mcp_gateway.max_payload_bytes"] {
        assert!(ok(&desk.run(&["explain", name])).0.starts_with(name), "{name}");
    }
    let all = ok(&desk.run(&["explain"])).0;
    assert!(casemate_core::Reason::ALL.iter().all(|reason| all.contains(reason.code())));
    let unknown = desk.run(&["explain", "policy.tol"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(texts(&unknown).1.contains("did you mean `policy.tool`?"));
    // Without a configuration every command says so, and how to get one.
    for arguments in [
        &["check"][..],
        &["serve"],
        &["token", "--subject", "me"],
        &["audit", "verify"],
        &["healthcheck"],
        &["can", "--as", "anonymous", "--server", "a"],
    ] {
        let output = desk.run(arguments);
        let (out, err) = texts(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.contains("casemate init"), "{arguments:?}: {err}");
        assert!(!err.contains('\u{1b}'), "colours without a terminal: {err}");
    }
}
