//! The files, after crashes and in wrong hands.

use super::*;
use crate::pins::Pins;
use casemate_core::pin::{Mode, Sighting, sight};
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

fn name() -> ServerName {
    ServerName::parse("up.1").unwrap()
}

/// Pins in several states, with findings and odd names.
fn pins() -> Vec<Arc<Pin>> {
    let see = |pin: Option<&Pin>, name: &str, version: u8| {
        let definition = Definition::of_text(Kind::Tool, &format!("{{\"v\":{version}}}"));
        let sighting = Sighting { kind: Kind::Tool, name: name.to_owned(), definition };
        let finding = |severity| Finding {
            rule: "signal.x".to_owned(),
            place: "/a~1b".to_owned(),
            severity,
            excerpt: "\\u{200b}\"".to_owned(),
        };
        let all = vec![finding(Severity::Low), finding(Severity::Medium)];
        sight(pin, sighting, Mode::TrustFirst, |_| all, UnixMillis(7)).unwrap().pin
    };
    let approved = see(None, "odd \"name\"\u{200b}/\\", 1);
    let changed = see(Some(&see(None, "changed", 1)), "changed", 2);
    let removed = see(None, "removed", 3).absent(UnixMillis(8)).unwrap().pin;
    let instructions = Definition::of_text(Kind::Instructions, "\"Be brief.\"");
    let instructions = Sighting { kind: Kind::Instructions, name: String::new(), definition: instructions };
    let pending = sight(None, instructions, Mode::Review, |_| vec![], UnixMillis(9)).unwrap().pin;
    let mut all: Vec<_> = [approved, changed, removed, pending].into_iter().map(Arc::new).collect();
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    all
}

fn written() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (store, found) = Store::open(&dir.path().join("pins")).unwrap();
    assert!(found.is_empty());
    store.write(&name(), Some("https://up.example/mcp"), &pins()).unwrap();
    let file = dir.path().join("pins/up.1.json");
    (dir, file)
}

#[test]
fn what_is_written_is_read_again() {
    let (dir, file) = written();
    let open = Pins::open(&dir.path().join("pins")).unwrap();
    let list: Vec<_> = open.list().into_iter().map(|(server, pin)| (server, (*pin).clone())).collect();
    let want: Vec<_> = pins().into_iter().map(|pin| (name(), (*pin).clone())).collect();
    assert_eq!(list, want);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&dir.path().join("pins"))), (0o600, 0o700));
}

#[test]
fn a_write_that_a_crash_cut_short_changes_nothing() {
    let (dir, file) = written();
    let whole = fs::read(&file).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len()] {
        fs::write(dir.path().join("pins/up.1.json.partial"), &whole[..length]).unwrap();
        let (store, found) = Store::open(&dir.path().join("pins")).unwrap();
        assert_eq!(found[0].1.pins.len(), 4);
        if length == whole.len() {
            store.write(&name(), None, &[]).unwrap();
            assert!(Store::open(&dir.path().join("pins")).unwrap().1[0].1.pins.is_empty());
        }
    }
}

#[test]
fn what_cannot_be_read_is_never_taken_for_empty() {
    let (dir, file) = written();
    let whole = fs::read_to_string(&file).unwrap();
    let damaged = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        whole[..whole.len() / 2].to_owned(),
        format!("{whole}{whole}"),
        whole.replace("\"format\":1", "\"format\":0"),
        whole.replace("\"format\":1", "\"format\":\"1\""),
        whole.replace("up.1", "up.2"),
        whole.replace("\"state\":\"changed\"", "\"state\":\"fine\""),
        whole.replace("\"state\":\"changed\"", "\"state\":\"approved\""),
        whole.replace("\"v\\\":2", "\"v\\\":5"),
        whole.replace("\"changed\"", "\"removed\""),
        whole.replace("\"kind\":\"tool\"", "\"kind\":\"tooth\""),
        whole.replace("\"at\":7", "\"at\":-7"),
        whole.replace("\"severity\":\"low\"", "\"severity\":\"none\""),
    ];
    for text in damaged {
        assert_ne!(text, whole);
        fs::write(&file, &text).unwrap();
        let fault = Store::open(&dir.path().join("pins")).err();
        assert!(matches!(fault, Some(PinError::Damaged { .. })), "{fault:?}\n{text}");
    }
    fs::write(&file, whole.replace("\"format\":1", "\"format\":2")).unwrap();
    let fault = Store::open(&dir.path().join("pins")).err().unwrap();
    assert!(fault.to_string().contains("have format 2, and this release knows 1"), "{fault}");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(matches!(Store::open(&dir.path().join("pins")), Err(PinError::Io { .. })));
    fs::remove_dir(&file).unwrap();
    fs::write(dir.path().join("pins/a b.json"), &whole).unwrap();
    assert!(matches!(Store::open(&dir.path().join("pins")), Err(PinError::Damaged { .. })));
}
