//! What the keys around the custody of the log mean, and which change of them a reload notices.

use super::*;
use casemate_archive::{Addressing, Key};
use casemate_audit::Fact;
use casemate_gateway::config::Receipts;
use casemate_gateway::custody::{ArchiveTarget, Custody, Worm};

const DAY: Duration = Duration::from_hours(24);

fn everything() -> String {
    cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap().1
}

fn load(source: &str) -> Loaded {
    load_text(source, &environment()).unwrap_or_else(|report| panic!("{}", report.render(false)))
}

fn text(text: &str) -> Fact {
    Fact::Text(text.to_owned())
}

#[test]
fn every_key_reaches_log_and_custody() {
    let loaded = valid("everything");
    let audit = &loaded.audit;
    assert_eq!((audit.reserve_bytes, audit.low_disk_bytes, audit.immutable), (128 << 20, 2 << 30, false));
    assert_eq!(audit.retention, Some(2_555 * DAY));
    assert!(audit.held_traces.iter().map(ToString::to_string).eq(["0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f"]));
    let custody = &loaded.config.custody;
    let witnesses = custody.witnesses.as_ref().unwrap();
    assert_eq!((witnesses.quorum, witnesses.every), (1, Duration::from_secs(10)));
    let named: Vec<_> =
        witnesses.list.iter().map(|w| (w.url.as_str(), w.peer.key().name(), w.trust.roots.len())).collect();
    assert_eq!(
        named,
        [("http://10.1.2.3:7465/", "witness.example/w1", 0), ("https://w2.example/prefix/", "witness.example/w2", 1)]
    );
    let said = custody.facts(audit.retention);
    let days = |days: u64| Fact::Number(days * 86_400);
    assert_eq!((&said["retention_seconds"], &said["archive_retention_seconds"]), (&days(2_555), &days(2_600)));
    assert_eq!(["worm", "witnesses"].map(|name| said[name].clone()), ["best-effort", "1 of 2"].map(text));
    let archive = &custody.archive;
    assert_eq!((archive.worm, archive.retention), (Worm::BestEffort, 2_600 * DAY));
    let [ArchiveTarget::Directory(path), ArchiveTarget::S3(bucket)] = archive.targets.as_slice() else {
        panic!("{archive:?}")
    };
    assert_eq!(path, Path::new("/mnt/archive"));
    assert_eq!((bucket.endpoint.as_str(), bucket.bucket.as_str()), ("https://s3.example/", "casemate-audit"));
    assert_eq!((bucket.region.as_str(), bucket.addressing), ("eu-central-1", Addressing::VirtualHost));
    assert_eq!((bucket.prefix.as_ref().map(Key::as_str), bucket.trust.roots.len()), (Some("gateway-1/audit"), 1));
    assert_eq!(bucket.credentials.access_key.expose(), b"hunter2-Wm5z-oat-R8c3");
    assert_eq!(bucket.credentials.secret_key.expose(), b"s3cr3t-barley-7Qx4-Lk9v");
    assert_eq!(bucket.credentials.session_token.as_ref().unwrap().expose(), b"hunter2-Wm5z-oat-R8c3");
    let receipt = |name: &str| loaded.config.tenants.get(name).unwrap().receipt;
    assert_eq!((receipt("acme"), receipt("small")), (Receipts::Meta, Receipts::Header));
    for file in ["w2.pub", "secret", "ca.pem"] {
        assert!(loaded.config.watched.iter().any(|path| path == Path::new(file)), "{file}");
    }
}

#[test]
fn what_is_not_written_keeps_everything_here_and_alarms_in_time() {
    let loaded = valid("minimal");
    assert!(loaded.audit.immutable && loaded.audit.held_traces.is_empty());
    assert_eq!((loaded.audit.retention, loaded.audit.low_disk_bytes), (None, 1 << 30));
    assert!(loaded.config.custody.changed(&Custody::default()).is_none());
    let said = loaded.config.custody.facts(loaded.audit.retention);
    let empty = ["held_tenants", "held_traces"].map(|name| (name, text("")));
    let none = ["archive_retention_seconds", "retention_seconds", "witnesses", "worm"].map(|name| (name, text("none")));
    assert_eq!(said, empty.into_iter().chain(none).collect(), "what there is none of is said, too");
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    let large = load(&format!("{source}\naudit: {{ reserve_bytes: 1GiB }}\n"));
    assert_eq!(large.audit.low_disk_bytes, 2 << 30);
}

#[test]
fn retention_without_a_copy_is_told() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    let loaded = load(&format!("{source}\naudit: {{ retention: 30d }}\n"));
    assert_eq!(loaded.audit.retention, Some(30 * DAY));
    let codes: Vec<_> = loaded.warnings.diagnostics().iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::Archive]);
}

#[test]
fn a_store_on_loopback_may_be_without_tls() {
    let (_, source) = cases("valid").into_iter().find(|(case, _)| case == "minimal").unwrap();
    let secret = "access_key_id: { file: secret }, secret_access_key: { file: secret }";
    for endpoint in ["http://127.0.0.1:9000", "http://[::1]:9000"] {
        let target = format!("{{ endpoint: \"{endpoint}\", bucket: audit, region: us-east-1, {secret} }}");
        let loaded = load(&format!("{source}\naudit: {{ worm: required, retention: 1d, archive: [{target}] }}\n"));
        assert_eq!(loaded.config.custody.archive.worm, Worm::Required);
        assert_eq!(loaded.config.custody.archive.retention, 31 * DAY);
    }
}

#[test]
fn each_change_is_named_by_its_key() {
    let (source, first) = (everything(), valid("everything"));
    for (from, to, key) in [
        ("quorum: 1", "quorum: 2", "audit.witnesses"),
        ("every: 10s", "every: 11s", "audit.witnesses"),
        ("http://10.1.2.3:7465", "http://10.1.2.3:7466", "audit.witnesses"),
        ("w2.pub, ca: ca.pem", "w2.pub", "audit.witnesses"),
        ("worm: best-effort\n", "", "audit.worm"),
        ("archive_retention: 2600d", "archive_retention: 2601d", "audit.archive_retention"),
        ("directory: /mnt/archive", "directory: /mnt/other", "audit.archive"),
        ("endpoint: https://s3.example", "endpoint: https://s4.example", "audit.archive"),
        ("bucket: casemate-audit", "bucket: casemate-other", "audit.archive"),
        ("region: eu-central-1", "region: eu-central-2", "audit.archive"),
        ("prefix: gateway-1/audit", "prefix: gateway-2/audit", "audit.archive"),
        ("addressing: virtual-host", "addressing: path", "audit.archive"),
    ] {
        let mut changed = source.replace(from, to);
        assert_ne!(changed, source, "{from}");
        if key == "audit.worm" {
            // Copies without a promise are refused, so all of it goes.
            changed.truncate(changed.find("  archive_retention").unwrap());
        }
        let changed = load(&changed);
        assert_eq!(first.config.custody.changed(&changed.config.custody), Some(key), "{from}");
        assert!(changed.config.custody.changed(&changed.config.custody).is_none());
        // None of it decides about calls.
        assert_eq!(first.digest, changed.digest, "{from}");
    }
    // Credentials are taken over without a restart.
    for (from, to) in [
        ("secret_access_key: { file: secret }", "secret_access_key: { env: KB_TOKEN }"),
        ("      session_token: { env: KB_TOKEN }\n", ""),
    ] {
        assert!(source.contains(from), "{from}");
        assert!(first.config.custody.changed(&load(&source.replace(from, to)).config.custody).is_none(), "{from}");
    }
    // Copies stay locked for a while after the log may be pruned.
    let shorter = load(&source.replace("  archive_retention: 2600d\n", ""));
    assert_eq!(shorter.config.custody.archive.retention, 2_585 * DAY);
    assert_ne!(first.digest, load(&source.replace("receipt: meta", "receipt: header")).digest);
}
