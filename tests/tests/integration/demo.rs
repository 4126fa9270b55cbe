//! `casemate demo`: what it prints can be pasted.

use crate::harness::binary::{casemate, command};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

/// A demonstration that stays up; killed when dropped.
struct Demo {
    child: Child,
    /// What it printed before it began to wait.
    text: String,
}

impl Demo {
    /// In `dir`, with `state` as a relative path.
    fn start(dir: &std::path::Path, state: &str) -> Self {
        let mut program = command(casemate());
        program.args(["demo", "--state", state]).current_dir(dir);
        let mut child = program.stdout(Stdio::piped()).spawn().expect("casemate starts");
        let mut text = String::new();
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            let line = line.expect("text");
            if line == "Ctrl-C ends it." {
                return Self { child, text };
            }
            text.push_str(&line);
            text.push('\n');
        }
        let _ = child.kill();
        panic!("it ended by itself: {:?} {text}", child.wait());
    }

    /// The block that begins with this text, to the next empty line.
    fn block(&self, start: &str) -> &str {
        let at = self.text.find(start).unwrap_or_else(|| panic!("no {start:?} in {}", self.text));
        self.text[at..].split("\n\n").next().unwrap_or_default()
    }

    /// Pastes the command that begins so into a shell: its exit code, and what it prints.
    fn pasted(&self, start: &str) -> (Option<i32>, String) {
        let line = self.text.lines().map(str::trim_start).find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no {start:?} in {}", self.text));
        let pasted = line.replacen("casemate", "\"$0\"", 1);
        let mut shell = command("sh");
        let output = shell.args(["-c", &pasted]).arg(casemate()).current_dir("/").output().expect("a shell runs");
        println!("{pasted}\n{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn signal(&mut self, name: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(command("kill").arg(format!("-{name}")).arg(id).status().expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn its_client_configuration_and_its_command_work_from_anywhere() {
    let dir = tempfile::tempdir().expect("a directory");
    // A path that a shell would take apart.
    let mut demo = Demo::start(dir.path(), "it's a demo: $1");
    assert!(!demo.text.contains("BAD"), "{}", demo.text);
    let (json, _) = demo.block("{\n").rsplit_once("\n}").expect("an object");
    let client: Value = serde_json::from_str(&format!("{json}\n}}")).expect("JSON");
    let client = &client["mcpServers"]["casemate-demo"];
    for name in ["ca", "cert", "key"] {
        let path = std::path::PathBuf::from(client["tls"][name].as_str().expect("a path"));
        assert!(path.is_absolute() && path.is_file(), "{name}: {client}");
    }
    let pasted = demo.block("curl ").to_owned();
    if command("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("skipped: the pasted command needs curl");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "in CI nothing may be skipped");
    } else {
        // Somewhere else, and twice: a trace id is no password.
        for _ in 0..2 {
            let mut shell = command("sh");
            shell.args(["-c", &pasted]).current_dir("/").env_remove("CURL_HOME").env("HOME", dir.path());
            let output = shell.output().expect("a shell runs");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{pasted}\n{}", String::from_utf8_lossy(&output.stderr));
            let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{pasted}\n{text}"));
            let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("{text}"));
            let names: Vec<_> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
            assert_eq!(names, ["search", "read_ticket", "report"]);
        }
    }
    // What it printed works from anywhere: its proof is checked, its findings and its poisoned text are seen again.
    let (code, _) = demo.pasted("casemate audit check-proof ");
    assert_eq!(code, Some(0));
    let (code, record) = demo.pasted("casemate audit query --trace ");
    assert!(code == Some(0) && record.contains("\"registered.encoded\""), "{record}");
    let (code, rule) = demo.pasted("casemate rules explain ");
    assert!(code == Some(0) && rule.contains("registered.encoded"), "{rule}");
    let (code, text) = demo.pasted("casemate filter ");
    assert!(code == Some(1) && text.contains("Debug key: [secret removed]"), "{text}");
    assert!(!text.contains("evil.example") && text.is_ascii(), "{text}");
    assert_eq!(demo.signal("TERM"), Some(0));
    casemate_audit::verify(&dir.path().join("it's a demo: $1/state/audit")).expect("the log holds together");
    // Again on the same state, ended from the keyboard.
    let mut demo = Demo::start(dir.path(), "it's a demo: $1");
    assert_eq!(demo.signal("INT"), Some(0));
}
