//! `casemate filter` and `casemate rules` as a person and a pipeline use them.

use crate::harness::binary::{casemate, command};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// A value that nothing else holds, made so that no scanner of repositories takes it for one that is in use.
fn secret() -> String {
    let letters: String = (0..24_u8).map(|n| char::from(b'a' + n.wrapping_mul(n).wrapping_add(7 * n) % 26)).collect();
    format!("Zq7-{letters}-K4")
}

const POLICY: &str = r#"
output:
  links: { allow: ["https://docs.example/manual/"] }
  registered: [{ env: PARTNER_KEY }]
  patterns:
    - { name: plans, regex: "battle plans" }
    - { name: heron, regex: "project heron", action: redact }
    - { name: probation, regex: "on probation", action: report }
  rules: [{ rule: deny.own.probation, action: deny, shadow: true }]
  overrides: [{ upstream: birds, rules: [{ rule: deny.own.heron, action: report }] }]
"#;

/// A directory with a policy.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a directory"));
        desk.file("policy.yaml", POLICY.as_bytes());
        desk
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).expect("a file");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut program = command(casemate());
        program.args(arguments).current_dir(self.path()).env_clear().env("PARTNER_KEY", secret());
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("casemate starts")
    }

    fn run(&self, arguments: &[&str], text: &[u8]) -> Run {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = text.to_vec();
        // It may end before it has read everything.
        let writes = std::thread::spawn(move || drop(stdin.write_all(&text)));
        let output = child.wait_with_output().expect("it ends");
        writes.join().expect("written");
        Run::new(&output)
    }

    fn filter(&self, arguments: &[&str], text: &str) -> Run {
        let all: Vec<&str> = ["filter", "--policy", "policy.yaml"].iter().chain(arguments).copied().collect();
        self.run(&all, text.as_bytes())
    }

    fn lines(&self, arguments: &[&str], lines: &str) -> (Vec<Value>, Run) {
        let all: Vec<&str> = ["--jsonl"].iter().chain(arguments).copied().collect();
        let run = self.filter(&all, lines);
        (run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(), run)
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

#[test]
fn a_text_passes_or_is_rewritten_or_withheld_and_the_code_says_which() {
    let desk = Desk::new();
    let benign = "See [the manual](https://docs.example/manual/a). Caf\u{e9} \u{1f44d}\u{1f3fd} \u{4e2d}\u{6587}\n";
    for arguments in [&[][..], &["--stream"], &["--explain"]] {
        let run = desk.filter(arguments, benign);
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (Some(0), benign, ""), "{arguments:?}");
        let run = desk.filter(arguments, "");
        assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
        let run = desk.filter(arguments, "then project heron and then the end\n");
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.out.starts_with("then ") && run.out.ends_with(" and then the end\n"), "{run:?}");
        assert!(!run.out.contains("heron"), "{run:?}");
        let run = desk.filter(arguments, "a start\n\nof battle plans and more");
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!("a start\n\nof ".starts_with(&run.out) && run.err.contains("denied by deny.own.plans"), "{run:?}");
    }
    let run = desk.filter(&[], "we are on probation");
    assert_eq!((run.code, run.out.as_str()), (Some(0), "we are on probation"), "in shadow nothing is done");
    let run = desk.filter(&["--upstream", "birds"], "project heron");
    assert_eq!((run.code, run.out.as_str()), (Some(0), "project heron"), "that upstream may say it");
}

#[test]
fn without_a_policy_the_default_one_holds() {
    let desk = Desk::new();
    let run = desk.run(&["filter"], b"get http://169.254.169.254/latest/meta-data now");
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.err.contains("denied by host."), "{run:?}");
    let run = desk.run(&["filter"], b"![x](https://evil.example/?q=1)");
    assert_eq!(run.code, Some(1));
    assert!(!run.out.contains("evil.example"), "{run:?}");
    let benign = b"fn main() { println!(\"{}\", 1 << 4); } // 127 items of 10\n";
    assert_eq!(desk.run(&["filter"], benign).code, Some(0));
}

#[test]
fn findings_are_explained_and_never_repeat_a_secret() {
    let desk = Desk::new();
    let secret = secret();
    let text = format!("one\ntwo \u{e9} {secret} and project heron\n");
    for arguments in [&["--explain"][..], &["--explain", "--stream"]] {
        let run = desk.filter(arguments, &text);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(!run.out.contains(&secret) && !run.err.contains(&secret[4..20]), "{run:?}");
        assert!(run.err.contains("stdin:2:7: redact registered."), "{run:?}");
        assert!(run.err.contains(": redact deny.own.heron: A pattern of the policy."), "{run:?}");
    }
    let run = desk.filter(&["--explain"], "\nwe are on probation");
    assert!(run.err.starts_with("stdin:2:8: deny deny.own.probation, in shadow"), "{run:?}");
    let (_, run) = desk.lines(
        &["--explain"],
        "\n{\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"project heron\"}]}}",
    );
    assert!(run.err.starts_with("line 2: /result/content/0/text:0-13: redact deny.own.heron"), "{run:?}");
}

#[test]
fn each_line_of_json_is_answered_in_one_line() {
    let desk = Desk::new();
    let encoded: String = secret().bytes().map(|byte| format!("{byte:02x}")).collect();
    let lines = [
        json!({"id": "a", "text": "nothing to see"}),
        json!({"id": 2, "text": "the project heron"}),
        json!({"id": 3, "text": "battle plans"}),
        json!({"id": 4, "upstream": "birds", "text": "the project heron"}),
        json!({"id": 5, "text": format!("it is {encoded}")}),
        json!({"text": "no id"}),
        json!({"jsonrpc": "2.0", "id": 7, "result": {"content": [
            {"type": "text", "text": "[a](https://docs.example/manual/) ![b](https://evil.example/x.png)"},
            {"type": "text", "text": "kept"},
        ], "structuredContent": {"name": "project heron"}}}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (answers, run) = desk.lines(&[], &text);
    assert_eq!((run.code, answers.len(), run.err.as_str()), (Some(1), lines.len(), ""));
    let verdicts: Vec<_> = answers.iter().map(|answer| answer["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["pass", "rewritten", "denied", "pass", "rewritten", "pass", "rewritten"]);
    let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(ids, [json!("a"), json!(2), json!(3), json!(4), json!(5), json!(null), json!(7)]);
    assert_eq!(
        (&answers[0]["text"], &answers[0]["findings"], &answers[0]["risk"]),
        (&json!("nothing to see"), &json!([]), &json!(0.0))
    );
    assert_eq!(answers[2]["text"], json!(null));
    let finding = &answers[4]["findings"][0];
    assert!(finding["rule"].as_str().unwrap().starts_with("registered."), "{finding}");
    for key in ["rule", "view", "span", "action", "severity", "shadow"] {
        assert!(!finding[key].is_null(), "{key}: {finding}");
    }
    assert!(!run.out.contains(&encoded) && !run.out.contains("evil.example"));
    let result = &answers[6]["result"];
    assert_eq!(result["content"][1]["text"], "kept");
    assert!(result["content"][0]["text"].as_str().unwrap().starts_with("[a](https://docs.example/manual/)"));
    assert!(!result["structuredContent"]["name"].as_str().unwrap().contains("heron"));
    assert!(answers.iter().all(|answer| answer["risk"].as_f64().is_some_and(|risk| (0.0..=10.0).contains(&risk))));
    let (_, run) = desk.lines(&[], "{\"id\":1,\"text\":\"fine\"}\n\n{\"id\":2,\"text\":\"good\"}");
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 2));
}

#[test]
fn a_bad_line_is_told_and_the_rest_goes_on() {
    let desk = Desk::new();
    let lines = "{\"id\":1,\"text\":\"a\"}\nnot json at all\n{\"id\":3}\n{\"id\":4,\"text\":\"a\",\"text\":\"b\"}\n{\"id\":5,\"text\":\"e\"}\n";
    let (answers, run) = desk.lines(&[], lines);
    assert_eq!((run.code, answers.len()), (Some(2), 5));
    assert_eq!((&answers[1]["id"], &answers[1]["line"]), (&json!(null), &json!(2)));
    assert!([1, 2, 3].iter().all(|at| answers[*at]["error"].is_string()), "{answers:?}");
    assert_eq!((&answers[0]["verdict"], &answers[4]["text"]), (&json!("pass"), &json!("e")));
    assert!(!run.out.contains("not json at all"), "what cannot be read is not repeated");
}

#[test]
fn a_line_of_64_mb_is_refused_and_the_next_one_answered() {
    let desk = Desk::new();
    let mut lines = format!("{{\"id\":1,\"text\":\"{}\"}}\n", "a".repeat(64_000_000));
    lines.push_str("{\"id\":2,\"text\":\"short\"}\n");
    let (answers, run) = desk.lines(&[], &lines);
    assert_eq!((run.code, answers.len()), (Some(2), 2));
    assert!(answers[0]["error"].as_str().unwrap().contains("16 MiB"), "{}", answers[0]);
    assert_eq!((&answers[1]["id"], &answers[1]["verdict"]), (&json!(2), &json!("pass")));
}

#[test]
fn an_upstream_that_the_configuration_does_not_know_is_an_error_of_its_line() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["init"], b"").code, Some(0));
    let lines = ["{\"id\":1,\"text\":\"a\",\"upstream\":\"nosuch\"}", "{\"id\":2,\"text\":\"a\"}"].join("\n");
    let run = desk.run(&["filter", "--jsonl", "--policy", "casemate.yaml"], lines.as_bytes());
    let answers: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((run.code, answers.len()), (Some(2), 2), "{run:?}");
    assert_eq!(answers[0]["error"], "no upstream is called `nosuch`; there is none");
    assert_eq!((&answers[0]["id"], &answers[1]["verdict"]), (&json!(1), &json!("pass")));
}

#[test]
fn each_answer_comes_before_the_next_question() {
    let desk = Desk::new();
    let mut child = desk.start(&["filter", "--jsonl"]);
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    for id in 0..3 {
        writeln!(stdin, "{{\"id\":{id},\"text\":\"a word\"}}").expect("written");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON")["id"], id);
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn what_cannot_run_says_why_and_gives_nothing_out() {
    let desk = Desk::new();
    desk.file("bad.yaml", b"output:\n  patterns: [{ name: a, regex: '(x' }]\n");
    for (arguments, text, why) in [
        (&["filter", "--policy", "bad.yaml"][..], &b"x"[..], "2 |   patterns: [{ name: a, regex: '(x' }]"),
        (&["filter", "--policy", "nowhere.yaml"], b"x", "there is no such file"),
        (&["filter"], b"abc\xff", "not UTF-8 at byte 3"),
        (&["filter", "--stream"], b"\xff", "not UTF-8"),
        (&["filter", "--stream"], "\u{e9}".as_bytes().get(..1).unwrap(), "within a character"),
        (&["filter", "--stream", "--jsonl"], b"", "cannot be used with"),
        (&["rules", "explain", "secret.nothing"], b"", "no rule is called `secret.nothing`"),
        (&["rules", "test", "hots.metadata"], b"", "did you mean `host.metadata`?"),
        (&["rules", "test", "--all", "nowhere.txt"], b"", "nowhere.txt: there is no such file"),
        (&["rules", "test"], b"", "ID"),
    ] {
        let run = desk.run(arguments, text);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?} {run:?}");
        assert!(run.err.contains(why), "{arguments:?} {run:?}");
    }
    let help = desk.run(&["filter", "--help"], b"").out;
    assert!(help.contains("Exit codes:") && help.contains("could not run"), "{help}");
}

#[test]
fn rules_are_listed_explained_and_tested() {
    let desk = Desk::new();
    let list = desk.run(&["rules", "list"], b"");
    assert_eq!(list.code, Some(0));
    assert!(casemate_inspect::catalogue().all(|rule| list.out.contains(rule.id)));
    let hosts = desk.run(&["rules", "list", "--family", "host", "--json"], b"");
    let hosts: Vec<Value> = serde_json::from_str(&hosts.out).expect("JSON");
    assert!(!hosts.is_empty() && hosts.iter().all(|rule| rule["id"].as_str().unwrap().starts_with("host.")));
    let own = desk.run(&["rules", "list", "--policy", "policy.yaml", "--family", "deny"], b"").out;
    let line = own.lines().find(|line| line.starts_with("deny.own.probation")).unwrap();
    assert!(line.contains("deny (shadow)"), "{own}");
    let explained = desk.run(&["rules", "explain", "host.metadata"], b"");
    assert!(explained.out.starts_with("host.metadata: ") && explained.out.contains("default: deny"), "{explained:?}");
    assert_eq!(desk.run(&["explain", "host.metadata"], b"").out, explained.out);

    let secret = secret();
    desk.file("a.txt", format!("one\nhas {secret}\n").as_bytes());
    desk.file("b.txt", b"an ordinary text\n");
    let test = ["rules", "test", "--policy", "policy.yaml", "registered.*", "a.txt", "b.txt"];
    let run = desk.run(&test, b"");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.starts_with("a.txt:2:5: registered.") && run.out.lines().count() == 1, "{run:?}");
    assert!(!run.out.contains(&secret[4..20]));
    let run = desk.run(&["rules", "test", "--all", "b.txt"], b"");
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{run:?}");
    let run = desk.run(&["rules", "test", "host.metadata"], b"to 169.254.169.254");
    assert_eq!((run.code, run.out.as_str()), (Some(1), "stdin:1:4: host.metadata high\n"), "{run:?}");
}
