//! What `init` leaves behind.

use super::*;
use crate::config::{self, Environment};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn what_it_writes_loads_without_a_word_and_denies_everything() {
    let dir = tempfile::tempdir().unwrap();
    let args = InitArgs { dir: dir.path().join("new") };
    assert_eq!(run(&args).unwrap(), ExitCode::SUCCESS);
    let loaded = config::load(
        &args.dir.join("casemate.yaml"),
        &Environment { variables: Default::default(), ..Environment::of_process() },
    )
    .unwrap_or_else(|report| panic!("{}", report.render(false)));
    assert_eq!(loaded.warnings.render(false), "");
    assert!(loaded.config.policy.servers.is_empty());
    assert!(loaded.config.policy.tenants.values().all(|tenant| tenant.rules.is_empty()));
    assert!(loaded.config.listener.address.ip().is_loopback());
    assert_eq!(loaded.config.admin.unwrap().people.len(), 3);
}

#[test]
fn private_keys_are_for_their_owner() {
    let dir = tempfile::tempdir().unwrap();
    write_pki(dir.path()).unwrap();
    let mut keys = 0;
    for entry in std::fs::read_dir(dir.path().join("pki")).unwrap() {
        let entry = entry.unwrap();
        let private = entry.file_name().to_str().unwrap().ends_with(".key");
        let text = std::fs::read_to_string(entry.path()).unwrap();
        assert_eq!(text.contains("PRIVATE KEY"), private, "{:?}", entry.path());
        if private {
            keys += 1;
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        }
    }
    assert_eq!(keys, 7);
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("casemate.yaml"), "mine").unwrap();
    assert_eq!(run(&InitArgs { dir: dir.path().to_owned() }).unwrap(), ExitCode::from(2));
    assert_eq!(std::fs::read_to_string(dir.path().join("casemate.yaml")).unwrap(), "mine");
    assert!(!dir.path().join("pki").exists());
    // A link that leads nowhere is in the way as well: what it names is not ours to make.
    let other = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", other.path().join("casemate.yaml")).unwrap();
    assert_eq!(run(&InitArgs { dir: other.path().to_owned() }).unwrap(), ExitCode::from(2));
}

#[test]
fn the_template_is_short_and_names_the_schema_first() {
    assert!(TEMPLATE.lines().count() <= 60);
    assert!(TEMPLATE.lines().next().unwrap().contains("$schema=./casemate.schema.json"));
    assert!(TEMPLATE.lines().all(|line| line.len() <= 120));
}

#[test]
fn the_commented_parts_of_the_template_are_right() {
    let dir = tempfile::tempdir().unwrap();
    write_pki(dir.path()).unwrap();
    let text = TEMPLATE
        .replace("upstreams: []\n", "upstreams:\n")
        .replace("rules: []", "rules:")
        .replace("servers: []", "servers: [127.0.0.1]")
        .replace("value: \"\"", "value: 127.0.0.1")
        .replace("\n#  ", "\n  ")
        .replace("\n#      ", "\n      ");
    let path = dir.path().join("casemate.yaml");
    std::fs::write(&path, text).unwrap();
    let environment = Environment { variables: Default::default(), ..Environment::of_process() };
    let loaded = config::load(&path, &environment).unwrap_or_else(|report| panic!("{}", report.render(false)));
    assert_eq!(loaded.warnings.render(false), "");
    assert_eq!(loaded.config.policy.servers.values().filter(|server| server.reach.refusal().is_none()).count(), 1);
}
