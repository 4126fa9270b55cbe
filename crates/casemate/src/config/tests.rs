//! What an operator sees: every valid file loads, every invalid one is shown with all that is wrong.

use super::files::{FileData, Memory};
use super::*;
use crate::pki::{Authority, TokenIssuer};
use casemate_core::mcp::Revision;
use casemate_gateway::config::{JwksSource, Mode, PinMode, Rate, Sessions};
use std::sync::LazyLock;
use std::time::Duration;

mod custody;
mod output;
mod resolved;

/// Keys take long to make in a debug build, so all tests share them.
static FILES: LazyLock<Memory> = LazyLock::new(|| {
    let ca = Authority::new("test CA").unwrap();
    let server = ca.server("server", &["localhost"]).unwrap();
    let other = ca.server("other", &["localhost"]).unwrap();
    let mut files = Memory::default();
    let mut add = |name: &str, bytes: &[u8], mode: u32| {
        files.0.insert(PathBuf::from(name), FileData { bytes: bytes.to_vec(), mode: Some(mode) });
    };
    for path in ["ca.pem", "/etc/mcp/ca.pem"] {
        add(path, ca.own().certificate.as_bytes(), 0o644);
    }
    add("server.pem", server.certificate.as_bytes(), 0o644);
    add("server.key", server.key.expose(), 0o600);
    add("other.key", other.key.expose(), 0o600);
    add("jwks.json", TokenIssuer::new().unwrap().jwks.as_bytes(), 0o644);
    add("ca.crl", ca.empty_crl().unwrap().as_bytes(), 0o644);
    add("garbage.pem", b"no PEM at all\n", 0o600);
    add("secret", b"s3cr3t-barley-7Qx4-Lk9v\n", 0o600);
    add("weak", b"hunter2\n", 0o600);
    add("guessable", b"aaaaaaaaaaaaaaaaaaaa\n", 0o600);
    for (name, length) in [("gitleaks.toml", 20), ("other.toml", 30)] {
        let rule = format!("[[rules]]\nid = 'ours'\nregex = 'ours-[a-z0-9]{{{length}}}'\nkeywords = ['ours-']\n");
        add(name, rule.as_bytes(), 0o644);
    }
    add("empty", b"\n", 0o600);
    add("two_lines", b"one\ntwo\n", 0o600);
    add("w2.pub", b"witness.example/w2+92e6b37c+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU\n", 0o644);
    files
});

fn environment() -> Environment {
    let mut environment = Environment::of_process();
    environment.variables = [("KB_TOKEN", "hunter2-Wm5z-oat-R8c3")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    environment
}

fn load_text(source: &str, environment: &Environment) -> Result<Loaded, Report> {
    let mut files = FILES.clone();
    let data = FileData { bytes: source.as_bytes().to_vec(), mode: None };
    files.0.insert(PathBuf::from("casemate.yaml"), data);
    load_from(Path::new("casemate.yaml"), &files, environment)
}

fn cases(folder: &str) -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config").join(folder);
    let mut cases: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// Every valid file, loaded.
pub(super) fn every_valid() -> Vec<(String, Loaded)> {
    let load =
        |source: &str| load_text(source, &environment()).unwrap_or_else(|report| panic!("{}", report.render(false)));
    cases("valid").into_iter().map(|(name, source)| (name, load(&source))).collect()
}

fn valid(name: &str) -> Loaded {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == name).unwrap();
    load_text(&source, &environment()).unwrap_or_else(|report| panic!("{}", report.render(false)))
}

#[test]
fn every_valid_file_loads_without_a_word() {
    for (name, source) in cases("valid") {
        match load_text(&source, &environment()) {
            Ok(loaded) => assert_eq!(loaded.warnings.render(false), "", "{name}"),
            Err(report) => panic!("{name}\n{}", report.render(false)),
        }
    }
}

#[test]
fn every_invalid_file_is_refused_and_shown() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../testdata/config/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, source) in cases("invalid") {
            let report = load_text(&source, &environment()).err().unwrap_or_else(|| panic!("{name} loads"));
            insta::assert_snapshot!(name, report.render(false));
        }
    });
}

#[test]
fn the_quotes_of_the_playbook_as_printed_are_named() {
    let source = "mcp_gateway:\n  headers:\n    required: [\u{201d}X-Trace-ID\u{201d}, \u{201c}X-MCP-Client\u{201d}]\n";
    let found = parse_str(source).unwrap_err();
    assert_eq!(found.iter().filter(|d| d.code == Code::Quotes).count(), 2);
}

#[test]
fn codes_are_unique_and_every_error_has_one_way_out() {
    let codes: std::collections::HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(Code::parse(code.as_str()), Some(*code));
        assert!(code.as_str().starts_with("config.") && !code.help().is_empty());
        assert!(casemate_core::Reason::from_code(code.as_str()).is_none());
    }
}

#[test]
fn every_default_is_one_that_its_key_takes() {
    for (path, key) in spec::all() {
        let Some(default) = key.default else { continue };
        if let spec::Kind::List(item) = key.kind {
            let inner = default.trim_start_matches('[').trim_end_matches(']');
            for word in inner.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                let scalar = tree::Scalar { text: word.to_owned(), plain: true };
                assert_eq!(scalar::check(*item, &scalar), Ok(()), "{path}");
            }
            continue;
        }
        let scalar = tree::Scalar { text: default.to_owned(), plain: true };
        assert_eq!(scalar::check(key.kind, &scalar), Ok(()), "{path}");
    }
}

#[test]
fn every_key_can_be_explained() {
    for (path, key) in spec::all() {
        let found = spec::find(&path.replace("[]", "")).unwrap_or_else(|| panic!("{path}"));
        assert!(std::ptr::eq(found, key), "{path}");
        assert!(crate::explain::explain(&path).is_some(), "{path}");
        assert!(key.doc.ends_with('.') || key.doc.ends_with(')'), "{path}");
    }
}

#[test]
fn whatever_the_text_reading_and_rendering_it_does_not_panic() {
    let mut sources: Vec<String> =
        cases("valid").into_iter().chain(cases("invalid")).map(|(_, source)| source).collect();
    sources.extend(
        [
            "",
            "\u{feff}a: 1",
            "a: [",
            "{",
            "? a\n: b",
            "? [a]\n: b",
            "a: \"\u{1f600}\n",
            "\r\n",
            ": :",
            "- - - -",
            "%YAML 9.9\n---\na",
        ]
        .map(str::to_owned),
    );
    sources.push("[".repeat(300));
    sources.push("a: ".to_owned() + &"[".repeat(100));
    sources.push("a: {b: ".repeat(60));
    sources.push("- ".repeat(500));
    sources.push("x".repeat(yaml::MAX_BYTES + 1));
    for source in sources {
        // A file that is cut off: anywhere where it is small, at the end where it is huge.
        let step = match source.len() {
            0..700 => 1,
            700..10_000 => 97,
            _ => source.len(),
        };
        for end in (0..=source.len()).step_by(step).filter(|end| source.is_char_boundary(*end)) {
            if let Err(found) = parse_str(&source[..end]) {
                let report = Report::new(Path::new("casemate.yaml"), &source[..end], found);
                let _ = (report.render(false), report.to_json(), report.summary());
            }
        }
    }
}

#[test]
fn secrets_are_shown_nowhere() {
    let loaded = valid("everything");
    let shown = format!("{loaded:?}{}{:?}", canonical::text(&loaded.config), environment());
    assert!(!shown.contains("hunter2") && !shown.contains("s3cr3t"));
}

#[test]
fn carets_stand_between_characters() {
    for source in
        ["tenants:\n  é: {}\nupstreams:\n  - é: 1\nmcp_gateway:\n  auth:\n    jwt:\n      \u{7d6}x: 1\n", "é", "- é\n"]
    {
        let mut sink = Sink::default();
        if let Some(root) = yaml::read(source, &mut sink) {
            walk::check(&root, &mut sink);
        }
        let found = sink.into_sorted();
        assert!(!found.is_empty());
        for span in found.iter().filter_map(|found| found.span) {
            assert!(source.get(span.range()).is_some(), "{source:?} {span:?}");
        }
    }
}
