//! Every reason that a caller can meet is provoked by some test here.

use casemate_core::Reason;
use casemate_core::mcp::{Era, Method};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Reasons that no test of this binary provokes, and where they are tested instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("limit.keys", "needs ten thousand identities: the limiter's own tests"),
    ("audit.begun", "needs a disk that fails between two steps: the log's own tests"),
    ("audit.outcome", "needs a disk that fails: the log's own tests"),
    ("internal", "a mistake of ours, which no input provokes"),
];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration")
}

/// Reads the tests, those in directories as well; the harness provokes nothing by itself.
fn read(dir: &Path, text: &mut String) {
    for entry in std::fs::read_dir(dir).expect("the tests").map(|entry| entry.expect("a file").path()) {
        if entry.is_dir() && !entry.ends_with("harness") {
            read(&entry, text);
        } else if entry.extension().is_some_and(|extension| extension == "rs") && !entry.ends_with("coverage.rs") {
            text.push_str(&std::fs::read_to_string(&entry).expect("readable"));
        }
    }
}

#[test]
fn each_reason_is_provoked_or_reviewed() {
    let mut text = String::new();
    read(&here(), &mut text);
    let elsewhere: BTreeSet<_> = ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let named = |reason: &Reason| text.contains(&format!("\"{}\"", reason.code()));
    let missing: Vec<_> = Reason::ALL.iter().filter(|r| !named(r) && !elsewhere.contains(r.code())).collect();
    assert!(missing.is_empty(), "no test provokes {missing:?}");
    for (code, _) in ELSEWHERE {
        let reason = Reason::from_code(code).unwrap_or_else(|| panic!("no reason is called {code}"));
        assert!(!named(&reason), "{code} is provoked here after all");
    }
}

#[test]
fn each_method_is_refused_and_served() {
    for file in ["hosts.rs", "upstreams.rs"] {
        let text = std::fs::read_to_string(here().join(file)).expect("readable");
        // Subscriptions have a file of their own for what is served.
        let named = |method: &Method| text.contains(&format!("\"{}\"", method.as_str()));
        let all = Method::ALL.into_iter().filter(|method| method.is_of(Era::Modern));
        let all = all.filter(|method| file == "hosts.rs" || *method != Method::Listen);
        let missing: Vec<_> = all.filter(|method| !named(method)).collect();
        assert!(missing.is_empty(), "{file} has no test of {missing:?}");
    }
    let mut text = String::new();
    read(&here().join("session"), &mut text);
    let all = Method::ALL.into_iter().filter(|method| method.is_of(Era::Session));
    let missing: Vec<_> = all.filter(|method| !text.contains(&format!("\"{}\"", method.as_str()))).collect();
    assert!(missing.is_empty(), "no test of sessions has {missing:?}");
}
