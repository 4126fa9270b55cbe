//! `casemate redteam run --self`: the cases hold as delivered, and fail where the filter is off.

use crate::harness::binary::{casemate, command};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;

/// Runs the program, without any variable and in a directory of its own.
fn redteam(dir: &Path, arguments: &[&str]) -> Output {
    let mut program = command(casemate());
    program.arg("redteam").args(arguments).current_dir(dir).env_clear();
    program.output().expect("casemate runs")
}

/// Runs cases, and what the program says of them for programs.
fn run(dir: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let all: Vec<_> = ["run", "--self", "--json"].iter().chain(arguments).copied().collect();
    let output = redteam(dir, &all);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn cases_of(report: &Value) -> Vec<&str> {
    let failures = report["failures"].as_array().expect("failures");
    let mut cases: Vec<_> = failures.iter().filter_map(|failure| failure["case"].as_str()).collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

#[test]
fn as_delivered_every_attack_is_neutralised_and_every_twin_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let (code, report) = run(dir.path(), &[]);
    assert_eq!((code, &report["held"]), (Some(0), &json!(true)), "{:#}", report["failures"]);
    let families = report["families"].as_array().expect("families");
    let sum = |name: &str| families.iter().filter_map(|family| family[name].as_u64()).sum::<u64>();
    assert!(sum("attacks") > 800 && sum("twins") > 200, "{families:#?}");
    assert_eq!(sum("kept"), sum("twins"));
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(report["known_but_held"], json!([]), "these pass now: remove `known`");
    for family in families {
        let name = family["family"].as_str().expect("a name");
        assert!(name.starts_with("injection") || family["neutralised"] == family["attacks"], "{family}");
    }
    let left: Vec<_> = std::fs::read_dir(dir.path()).expect("the directory").collect();
    assert!(left.is_empty(), "nothing is left behind: {left:?}");
}

#[test]
fn where_the_filter_is_off_the_cases_fail() {
    let dir = tempfile::tempdir().expect("a directory");
    let off = json!({ "output": {
        "links": { "mode": "keep", "allow": ["https://docs.example.com/manual/"] },
        "images": { "allow": ["https://docs.example.com/manual/"] },
        "rules": [{ "rule": "*", "action": "off" }, { "rule": "registered.*", "action": "off" }],
    } });
    std::fs::write(dir.path().join("off.yaml"), off.to_string()).expect("a file");
    let (code, report) = run(dir.path(), &["--config", "off.yaml"]);
    assert_eq!(code, Some(1));
    let failed = cases_of(&report);
    for case in [
        "links.inline",
        "links.structured",
        "loads.image",
        "loads.css",
        "secrets.registered",
        "secrets.github",
        "injection.ignore",
        "injection.tags",
        "hosts.private",
        "hosts.listed",
        "hosts.instructions",
        "elicitation.url-registered",
        "elicitation.url-inside",
        "css.matrix",
        "vendor.matrix",
        "registered.matrix",
        "injection-encoded.matrix",
    ] {
        assert!(failed.contains(&case), "{case} cannot fail: {failed:?}");
    }
    let failures = report["failures"].as_array().expect("failures");
    assert!(failures.iter().all(|failure| failure["twin"] == false), "nobody touches a twin");
    assert!(failures.iter().all(|failure| failure["seed"] == 5 && failure["help"].is_string()));
    // Only recorded, the links go out all the same, and what is looked for in the record alone is there.
    let report_only = off.to_string().replace("\"off\"", "\"report\"");
    std::fs::write(dir.path().join("report.yaml"), report_only).expect("a file");
    let (code, report) = run(dir.path(), &["--config", "report.yaml", "--filter", "links.inline"]);
    assert_eq!((code, cases_of(&report)), (Some(1), vec!["links.inline"]));
    let (code, _) = run(dir.path(), &["--config", "report.yaml", "--filter", "injection.ignore"]);
    assert_eq!(code, Some(0));
}

#[test]
fn a_twin_that_is_touched_fails() {
    let dir = tempfile::tempdir().expect("a directory");
    let strict = json!({ "output": {
        "links": { "allow": ["https://docs.example.com/manual/"] },
        "patterns": [{ "name": "details", "regex": "the details", "action": "redact" }],
    } });
    std::fs::write(dir.path().join("strict.yaml"), strict.to_string()).expect("a file");
    let (code, report) = run(dir.path(), &["--config", "strict.yaml", "--filter", "links.autolink"]);
    assert_eq!(code, Some(0), "{report:#}");
    let (code, report) = run(dir.path(), &["--config", "strict.yaml", "--filter", "links.inline"]);
    assert_eq!(code, Some(1));
    let failures = report["failures"].as_array().expect("failures");
    assert!(!failures.is_empty() && failures.iter().all(|failure| failure["twin"] == true), "{report:#}");
}

#[test]
fn the_settings_of_a_whole_configuration_are_tried_and_its_secrets_are_not_read() {
    let dir = tempfile::tempdir().expect("a directory");
    // No file and no variable that it names is there: none of them is needed.
    let config = json!({
        "mcp_gateway": { "auth": { "mode": "none" }, "port": 1 },
        "tenants": { "acme": { "anonymous": true, "sensitive": true } },
        "upstreams": [{ "name": "kb", "url": "https://kb.example/mcp", "credential": { "env": "KB_TOKEN" } }],
        "output": {
            "registered": [{ "file": "none" }],
            "links": { "allow": ["https://wiki.example/a"] },
            "overrides": [{ "upstream": "kb", "links": { "allow": ["https://wiki.example/b"] } }],
        },
        "state": { "dir": "state" },
    });
    std::fs::write(dir.path().join("casemate.yaml"), config.to_string()).expect("a file");
    let place = ["--config", "casemate.yaml", "--tenant", "acme", "--upstream", "kb"];
    let (code, report) = run(dir.path(), &[&place[..], &["--filter", "links"]].concat());
    assert_eq!(code, Some(0), "{report:#}");
    assert!(report["families"][0]["kept"].as_u64().is_some_and(|kept| kept > 50), "{report:#}");
    // No image may be loaded, so that no twin of one can be kept.
    let (code, report) = run(dir.path(), &[&place[..], &["--filter", "loads.image"]].concat());
    assert_eq!(code, Some(0), "{report:#}");
    assert!(report["skipped"].as_array().is_some_and(|skipped| skipped.len() > 10), "{report:#}");
    assert!(!dir.path().join("state").exists(), "its state is not touched");
}

#[test]
fn cases_of_ones_own_are_read_strictly_and_said_by_the_exit_code() {
    let dir = tempfile::tempdir().expect("a directory");
    let case = "cases:\n  - id: own.words\n    title: A word of ours.\n    tags: [MCP10]\n    text: \"the word is \
                ${data}\\u200b\\e[2J\"\n    expect: { gone: [\"${data}\"] }\n";
    std::fs::write(dir.path().join("own.yaml"), case).expect("a file");
    let output = redteam(dir.path(), &["run", "--self", "--cases", "own.yaml", "--seed", "7"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("FAILED own.words.plain.alone.result") && text.contains("--seed 7"), "{text}");
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{200b}'),
        "what an attacker wrote steers no terminal: {text:?}"
    );
    // The same seed gives the same.
    let again = redteam(dir.path(), &["run", "--self", "--cases", "own.yaml", "--seed", "7"]);
    assert_eq!(String::from_utf8(again.stdout).expect("text"), text);
    let known = case.replace("    expect", "    known: nobody removes this word\n    expect");
    std::fs::write(dir.path().join("own.yaml"), &known).expect("a file");
    let output = redteam(dir.path(), &["run", "--self", "--cases", "own.yaml"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("known to fail") && text.contains("nobody removes this word"), "{text}");
    // What is no case, no target, no such case.
    std::fs::write(dir.path().join("own.yaml"), case.replace("expect", "expects")).expect("a file");
    for (arguments, said) in [
        (&["run", "--self", "--cases", "own.yaml"][..], "there is no key `expects`"),
        (&["run"], "--self is missing"),
        (&["run", "--self", "--filter", "nothing"], "no case is called `nothing`"),
        (&["run", "--self", "--config", "none.yaml"], "there is no such file"),
    ] {
        let output = redteam(dir.path(), arguments);
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {words}");
        assert!(words.contains(said), "{arguments:?}: {words}");
    }
}
