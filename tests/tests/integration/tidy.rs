//! Every source file says what it is, is short enough to read, and carries nothing unfinished.

use std::path::{Path, PathBuf};

/// No file is longer than this; half of them should be under 150 lines.
const MAX_LINES: usize = 800;
const MEDIAN_LINES: usize = 200;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie inside the workspace").to_path_buf()
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if entry.is_dir() && name != "target" && !name.starts_with('.') {
            walk(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// Every Rust file of the repository with its text and its path from the root.
fn sources() -> Vec<(String, String)> {
    let (root, mut files) = (root(), Vec::new());
    for top in ["crates", "tests", "benches", "fuzz"].map(|top| root.join(top)).into_iter().filter(|top| top.exists()) {
        walk(&top, &mut files);
    }
    let named = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("readable");
        (file.strip_prefix(&root).expect("below the root").display().to_string(), text)
    };
    files.into_iter().map(named).collect()
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "these files do not start with a `//!` line: {silent:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut lines: Vec<(usize, String)> =
        sources().into_iter().map(|(name, text)| (text.lines().count(), name)).collect();
    lines.sort();
    let at = |percent: usize| lines[(lines.len() - 1) * percent / 100].0;
    println!("{} files: median {} lines, 90th percentile {}, longest {:?}", lines.len(), at(50), at(90), lines.last());
    let long: Vec<_> = lines.iter().filter(|(count, _)| *count > MAX_LINES).collect();
    assert!(long.is_empty(), "these files have more than {MAX_LINES} lines: {long:#?}");
    assert!(at(50) <= MEDIAN_LINES, "half of the files have more than {MEDIAN_LINES} lines");
}

#[test]
fn nothing_is_left_unfinished() {
    // Written in two parts, so that this file does not find itself.
    let banned = [("to", "do!"), ("unimple", "mented!"), ("db", "g!("), ("TO", "DO"), ("FIX", "ME"), ("XX", "X")];
    let banned = banned.map(|(start, end)| format!("{start}{end}"));
    let mut found = Vec::new();
    for (name, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            found.extend(
                banned.iter().filter(|word| line.contains(*word)).map(|word| format!("{name}:{}: {word}", number + 1)),
            );
        }
    }
    assert!(found.is_empty(), "unfinished: {found:#?}");
}

#[test]
fn unsafe_code_is_forbidden_outside_the_sandbox() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("readable");
    assert!(manifest.contains(r#"unsafe_code = "forbid""#));
    for entry in std::fs::read_dir(root().join("crates")).expect("readable") {
        let file = entry.expect("readable").path().join("Cargo.toml");
        let Ok(manifest) = std::fs::read_to_string(&file) else { continue };
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} does not take the workspace's lints",
            file.display()
        );
    }
}
