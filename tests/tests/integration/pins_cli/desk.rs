//! The program at work in a directory of its own.

use crate::harness::binary::{casemate, command, free_port};
use serde_json::Value;
use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// A directory as `casemate init` leaves it, in front of an upstream.
pub(super) struct Desk {
    dir: tempfile::TempDir,
}

impl Desk {
    pub(super) fn new(upstream: std::net::SocketAddr) -> Self {
        let desk = Self { dir: tempfile::tempdir().expect("a directory") };
        desk.expect(&["init"], 0);
        let file = desk.path().join("casemate.yaml");
        let text = std::fs::read_to_string(&file).expect("a file");
        let text = text
            .replacen("port: 8443", &format!("port: {}", free_port()), 1)
            .replacen("port: 9443", &format!("port: {}", free_port()), 1)
            .replacen("allowed_mcp_servers: []", "allowed_mcp_servers: [127.0.0.1]", 1)
            .replacen("value: \"\"", "value: 127.0.0.1", 1)
            .replacen(
                "upstreams: []\n",
                &format!("upstreams:\n  - {{ name: files, url: \"http://{upstream}/mcp\", relist: 1s }}\n"),
                1,
            );
        std::fs::write(file, text + "audit: { immutable: \"off\" }\n").expect("a file");
        desk
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn start(&self, arguments: &[&str]) -> Child {
        let mut program = command(casemate());
        program.args(arguments).current_dir(self.path()).env_clear();
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("casemate starts")
    }

    /// Runs a command to its end, which must be this one; what it writes steers no terminal.
    pub(super) fn expect(&self, arguments: &[&str], code: i32) -> (String, String) {
        let output = self.start(arguments).wait_with_output().expect("it ends");
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        assert!(![&out, &err].iter().any(|text| text.chars().any(|c| c.is_control() && c != '\n')), "{out:?} {err:?}");
        (out, err)
    }

    /// Answers at a terminal.
    pub(super) fn at_a_terminal(&self, arguments: &str, answer: &str) -> (i32, String) {
        let line = format!("{} {arguments}", casemate().display());
        let mut program = command("script");
        program.args(["-qec", &line, "/dev/null"]).current_dir(self.path()).env_remove("NO_COLOR").env("TERM", "xterm");
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script starts");
        child.stdin.take().expect("a pipe").write_all(answer.as_bytes()).expect("an answer");
        let output = child.wait_with_output().expect("it ends");
        (output.status.code().expect("a code"), texts(&output).0)
    }

    /// Answers at a terminal, after something has happened that the person does not see.
    pub(super) fn asked_too_early(&self, arguments: &str, meanwhile: impl FnOnce()) -> (i32, String) {
        let line = format!("{} {arguments}", casemate().display());
        let mut program = command("script");
        program.args(["-qec", &line, "/dev/null"]).current_dir(self.path());
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script starts");
        let (mut seen, mut stdout) = (Vec::new(), child.stdout.take().expect("a pipe"));
        while !String::from_utf8_lossy(&seen).contains("[y/N]") {
            let mut some = [0; 4096];
            let length = stdout.read(&mut some).expect("readable");
            assert_ne!(length, 0, "never asked: {}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&some[..length]);
        }
        meanwhile();
        child.stdin.take().expect("a pipe").write_all(b"y\n").expect("an answer");
        stdout.read_to_end(&mut seen).expect("readable");
        let code = child.wait().expect("it ends").code().expect("a code");
        (code, String::from_utf8(seen).expect("UTF-8"))
    }

    /// What a shell makes of a line.
    pub(super) fn in_a_shell(&self, line: &str) -> (i32, String) {
        let program = casemate().display().to_string();
        let line = line.replacen("casemate ", &format!("{program} "), 1);
        let output = command("sh").args(["-c", &line]).current_dir(self.path()).output().expect("it ends");
        (output.status.code().expect("a code"), texts(&output).0)
    }

    /// Starts the gateway and waits until it listens.
    pub(super) fn serve(&self) -> Ended {
        let mut gateway = Ended(self.start(&["serve"]));
        let stdout = gateway.0.stdout.take().expect("a pipe");
        let mut line = String::new();
        std::io::BufReader::new(stdout).read_line(&mut line).expect("a line");
        assert!(line.starts_with("https://127.0.0.1:"), "{line}");
        gateway
    }

    /// Waits until the list of pins has a line with all of these words.
    pub(super) async fn until(&self, words: &[&str]) {
        for _ in 0..300 {
            let output = self.start(&["pins", "list"]).wait_with_output().expect("it ends");
            if texts(&output).0.lines().any(|line| words.iter().all(|word| line.split_whitespace().any(|w| w == *word)))
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("never: {words:?}");
    }

    /// The digest that was seen last.
    pub(super) fn digest(&self, name: &str) -> String {
        let (text, _) = self.expect(&["pins", "show", "files", name, "--json"], 0);
        let item: Value = serde_json::from_str(&text).expect("JSON");
        item["seen"].as_str().expect("a digest").to_owned()
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

/// Ends a process when dropped.
pub(super) struct Ended(Child);

impl Ended {
    pub(super) fn stop(mut self) {
        assert!(command("kill").arg("-TERM").arg(self.0.id().to_string()).status().expect("kill runs").success());
        assert_eq!(self.0.wait().expect("it ends").code(), Some(0));
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
