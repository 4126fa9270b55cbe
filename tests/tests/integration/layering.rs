//! A crate depends only on lower levels, and only along the edges of this table.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every edge between our crates that may exist, by the crate that depends. Anything else is a mistake or a decision
/// that belongs in this table.
const ALLOWED: &[(&str, &[&str])] = &[
    ("casemate-core", &[]),
    ("casemate-net", &["casemate-core"]),
    ("casemate-inspect", &["casemate-core"]),
    ("casemate-tlog", &[]),
    ("casemate-audit", &["casemate-core", "casemate-tlog"]),
    ("casemate-archive", &["casemate-core", "casemate-net"]),
    ("casemate-witness", &["casemate-core", "casemate-net", "casemate-tlog"]),
    ("casemate-output", &["casemate-core", "casemate-inspect", "casemate-audit"]),
    (
        "casemate-gateway",
        &[
            "casemate-core",
            "casemate-net",
            "casemate-inspect",
            "casemate-audit",
            "casemate-archive",
            "casemate-witness",
            "casemate-output",
        ],
    ),
    // It knows the others from outside alone; its tests bring what they judge.
    ("casemate-redteam", &[]),
    (
        "casemate",
        &[
            "casemate-core",
            "casemate-net",
            "casemate-inspect",
            "casemate-audit",
            "casemate-archive",
            "casemate-witness",
            "casemate-output",
            "casemate-gateway",
            "casemate-redteam",
        ],
    ),
];

/// What the pure crates may depend on: nothing here does IO, reads a clock or draws randomness.
const PURE: &[&str] = &[
    "base64",
    "bytes",
    "casemate-core",
    "hmac",
    "ipnet",
    "memchr",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "subtle",
    "thiserror",
    "time",
    "unicode-normalization",
    "unicode-properties",
    "url",
    "uuid",
    "zeroize",
    "aho-corasick",
    "toml",
    "html5ever",
    "ammonia",
    "regex",
];

/// Crates that no part of the tree may bring in, and why.
const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
    ("ring", "one provider of cryptography: aws-lc-rs"),
    ("serde_yml", "unmaintained and unsound"),
];

fn metadata() -> Value {
    // For one platform: without network, cargo knows only the packages that a build here has fetched.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let arguments = ["metadata", "--format-version=1", "--offline", "--filter-platform", &platform];
    let output = cargo().args(arguments).output().expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

#[expect(clippy::disallowed_methods, reason = "cargo describes the workspace to its own test")]
fn cargo() -> std::process::Command {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.current_dir(crate::tidy::root());
    cargo
}

/// The normal dependencies of each workspace member; what tests and builds need is their own business.
fn dependencies(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let members: BTreeSet<&str> =
        metadata["workspace_members"].as_array().expect("members").iter().filter_map(Value::as_str).collect();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .filter(|package| package["id"].as_str().is_some_and(|id| members.contains(id)))
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
            let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
            let names = normal.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect();
            (package["name"].as_str().expect("a name").to_owned(), names)
        })
        .collect()
}

#[test]
fn crates_depend_only_along_the_allowed_edges() {
    let dependencies = dependencies(&metadata());
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    for (package, needs) in &dependencies {
        if ["casemate-tests", "casemate-benches"].contains(&package.as_str()) {
            continue;
        }
        let Some(edges) = allowed.get(package.as_str()) else {
            panic!("{package} is not in the table of allowed edges")
        };
        let ours = needs.iter().filter(|name| name.starts_with("casemate"));
        let wrong: Vec<_> = ours.filter(|name| !edges.contains(&name.as_str())).collect();
        assert!(wrong.is_empty(), "{package} must not depend on {wrong:?}");
    }
}

#[test]
fn the_pure_crates_depend_on_nothing_that_reaches_outside() {
    let dependencies = dependencies(&metadata());
    // Ed25519 signatures follow from key and message alone; `tlog/clippy.toml` bans what draws randomness.
    let packages = [("casemate-core", ""), ("casemate-inspect", ""), ("casemate-tlog", "aws-lc-rs")];
    for (package, also) in packages {
        let pure = |name: &str| PURE.contains(&name) || name == also;
        let wrong: Vec<_> = dependencies[package].iter().filter(|name| !pure(name)).collect();
        assert!(wrong.is_empty(), "{package} is pure and must not depend on {wrong:?}");
    }
}

#[test]
fn no_unwanted_crate_is_in_the_tree() {
    // What a build here uses: `cargo metadata` and the lock file also name what no feature turns on.
    let arguments = ["tree", "--workspace", "--offline", "--prefix=none", "--format={p}"];
    let output = cargo().args(arguments).output().expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("rustls"), "the tree could not be read");
    for (banned, reason) in BANNED {
        assert!(!names.contains(banned), "{banned} is in the tree: {reason}");
    }
    let git: Vec<_> = tree.lines().filter(|line| line.contains("(http") || line.contains("(git")).collect();
    assert!(git.is_empty(), "git dependencies: {git:?}");
}
