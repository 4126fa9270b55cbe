//! The cases in the program, their format, and the schema that is checked in.

use super::cases::{EMBEDDED, embedded, load};
use super::standin::StandIns;
use crate::config::diagnostic::Sink;
use crate::config::{Files as _, yaml};
use casemate_redteam::{Channel, Payload, Written};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../redteam")
}

fn own() -> Vec<Written> {
    embedded().unwrap_or_else(|report| panic!("{report}"))
}

/// What is said of a file with this text.
fn said(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cases.yaml");
    std::fs::write(&path, text).unwrap();
    match load(&path) {
        Ok(cases) => format!("{} cases", cases.len()),
        Err(report) => crate::out::plain(&report),
    }
}

#[test]
fn the_cases_in_the_program_are_those_of_the_directory() {
    let names: BTreeSet<String> = EMBEDDED.iter().map(|(path, _)| (*path).to_owned()).collect();
    let mut found = BTreeSet::new();
    for part in ["output", "input"] {
        for file in std::fs::read_dir(root().join(part)).unwrap() {
            found.insert(format!("redteam/{part}/{}", file.unwrap().file_name().to_string_lossy()));
        }
    }
    assert_eq!(names, found);
    let all = own();
    for part in ["output", "input"] {
        let of_directory = load(&root().join(part)).unwrap_or_else(|report| panic!("{report}"));
        assert!(of_directory.iter().all(|case| all.contains(case)));
    }
}

#[test]
fn they_try_every_channel_and_each_has_a_benign_twin() {
    let all = own();
    let channels: BTreeSet<_> = all.iter().flat_map(|case| case.channels.clone()).collect();
    assert_eq!(channels, BTreeSet::from(Channel::ALL));
    let written: Vec<_> = all.iter().filter(|case| matches!(case.payload, Payload::Text(_))).collect();
    assert!(written.len() >= 30, "{}", written.len());
    for case in &written {
        assert!(case.twin.is_some(), "{} has no twin", case.id);
    }
    assert!(all.iter().all(|case| case.tags.iter().any(|tag| tag.starts_with("MCP"))));
}

#[test]
fn the_schema_that_is_checked_in_is_current() {
    let kept = std::fs::read_to_string(root().join("schema.json")).unwrap();
    let schema = format!("{:#}\n", super::schema());
    assert_eq!(kept, schema, "casemate redteam schema > redteam/schema.json");
}

const ONE: &str = "id: a.b, title: One., tags: [MCP10]";

fn one(keys: &str) -> String {
    format!("cases:\n  - {{ {ONE}, {keys} }}\n")
}

#[test]
fn a_case_is_read_strictly_and_each_mistake_has_its_place() {
    assert_eq!(said(&one("text: x, expect: { unreachable: true }")), "1 cases");
    assert_eq!(said(&one("matrix: { family: css, most: 3 }")), "1 cases");
    let wrong = [
        ("text: x, expects: { unreachable: true }", "there is no key `expects`", "did you mean `expect`?"),
        ("text: x, payload: y, expect: { unreachable: true }", "there is no key `payload`", "casemate redteam schema"),
        ("text: x", "nothing is expected of this case", "unreachable"),
        ("text: x, expect: { unreachable: false }", "nothing is expected of this case", "add `expect`"),
        ("expect: { unreachable: true }", "has neither `text` nor `matrix`", "give one of the two"),
        ("text: x, matrix: { family: css }, expect: { unlisted: true }", "has both `text` and `matrix`", "give one"),
        ("matrix: { family: css }, twin: x", "say this themselves", "remove it"),
        ("matrix: { family: csss }", "`cases.matrix.family` has a value", "did you mean `css`?"),
        (
            "text: '${secret:githubpat}', expect: { unlisted: true }",
            "no variable",
            "did you mean `${secret:github-pat}`?",
        ),
        ("text: '${dat}', expect: { unlisted: true }", "there is no variable `${dat}`", "allowed_image"),
        ("text: x, expect: { gone: ['${x}'] }", "there is no variable `${x}`", "stands for itself"),
        ("text: x, encodings: [bas64], expect: { unlisted: true }", "no encoding `bas64`", "did you mean `base64`?"),
        ("text: x, channels: [tool], expect: { unlisted: true }", "has a value", "did you mean `result`"),
        ("text: x, expect: { refused: output.denyed }", "there is no reason `output.denyed`", "casemate explain"),
        ("text: x, least: 0, expect: { unlisted: true }", "out of range", "zero never"),
    ];
    for (keys, message, help) in wrong {
        let said = said(&one(keys));
        assert!(said.contains(message) && said.contains(help), "{keys}: {said}");
        assert!(said.contains("cases.yaml:2:") && said.contains('^'), "a place and a caret: {said}");
    }
    assert!(said(&one("text: x, expect: { unlisted: true }").replace("MCP10", "MCP11")).contains("`MCP11` is no tag"));
    assert!(said("cases: []").contains("the file has no case"));
    assert!(said("").contains("the file is empty"));
    assert!(said("case: []").contains("`cases` is missing"));
}

#[test]
fn a_name_is_given_once_in_a_file_and_among_files() {
    let case =
        |id: &str| format!("  - {{ id: {id}, title: T., tags: [MCP10], text: x, expect: {{ unlisted: true }} }}\n");
    let twice = said(&format!("cases:\n{}{}", case("a.b"), case("a.b")));
    assert!(twice.contains("two cases are called `a.b`") && twice.contains("the first time"), "{twice}");
    let dir = tempfile::tempdir().unwrap();
    for name in ["one.yaml", "two.yml"] {
        std::fs::write(dir.path().join(name), format!("cases:\n{}", case("a.b"))).unwrap();
    }
    let among = crate::out::plain(&load(dir.path()).unwrap_err());
    assert!(among.contains("one.yaml` has a case `a.b` as well") && among.contains("two.yml:2"), "{among}");
    assert!(load(&dir.path().join("none.yaml")).unwrap_err().contains("there is no such file"));
    let empty = tempfile::tempdir().unwrap();
    assert!(load(empty.path()).unwrap_err().contains("holds no file"));
}

#[test]
fn no_secret_of_an_operator_is_read() {
    let text = "output: { registered: [{ file: secret }, { env: TOKEN }], gitleaks: rules.toml }";
    let root = yaml::read(text, &mut Sink::default()).unwrap();
    let base = Path::new("/nowhere");
    let stand_ins = StandIns::of(&root, base, 5);
    let data = stand_ins.read(&base.join("secret"), 100).unwrap();
    assert!(data.bytes.len() >= 12);
    assert!(stand_ins.environment().variables.keys().eq(["TOKEN"]), "no other variable is there");
    assert_eq!(stand_ins.values().count(), 2);
    assert!(stand_ins.read(&base.join("rules.toml"), 100).is_err(), "what is no secret is read as it is");
}
