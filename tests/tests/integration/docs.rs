//! The documents name tests as proof: each of them must exist.

use super::tidy::root;

/// The `integration::module::test` names in a text, each module as a path.
fn named(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in text.split('`').skip(1).step_by(2) {
        if let Some((module, test)) = part.strip_prefix("integration::").and_then(|rest| rest.rsplit_once("::")) {
            found.push((module.replace("::", "/"), test.to_owned()));
        }
    }
    found
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut count = 0;
    for document in ["ARCHITECTURE.md", "docs/threats.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for (module, test) in named(&text) {
            let file = root().join("tests/tests/integration").join(format!("{module}.rs"));
            let source = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(source.contains(&format!("fn {test}(")), "{document} names `{module}::{test}`, which is not there");
            count += 1;
        }
    }
    assert!(count > 30, "the documents name only {count} tests");
}
