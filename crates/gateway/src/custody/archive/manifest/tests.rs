//! A manifest outlives being cut off anywhere, and believes nothing that it did not write.

use super::*;
use casemate_archive::Version;
use casemate_core::UnixMillis;

fn object(key: &str, version: Option<&str>) -> Line {
    Line::Object(Stored {
        key: Key::new(key).unwrap(),
        version: version.map(|version| Version::new(version).unwrap()),
        sha256: Digest::of(key.as_bytes()),
        size: key.len() as u64,
        retain_until: UnixMillis(1_795_348_800_000),
    })
}

fn lines() -> Vec<Line> {
    vec![
        object("segments/00000000000000000000.log", Some("3HL4kq+tlc/=")),
        object("policies/aa.policy", None),
        Line::Segment(Mark { first: 0, end: 300, entry: 301 }),
        object("tile/0/000", Some("v2")),
    ]
}

#[test]
fn cut_off_anywhere_it_goes_on_from_its_last_whole_line() {
    let dir = tempfile::tempdir().unwrap();
    let at = path(dir.path(), "s3-1");
    let mut whole = Manifest::open(&at).unwrap();
    whole.append(lines()).unwrap();
    let bytes = std::fs::read(&at).unwrap();
    for cut in 0..=bytes.len() {
        std::fs::write(&at, &bytes[..cut]).unwrap();
        let kept = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        let mut manifest = Manifest::open(&at).unwrap();
        assert_eq!(manifest.mark().is_some(), kept >= 3, "{cut}");
        let policy = Digest::of(b"policies/aa.policy");
        assert_eq!(manifest.find(&Key::new("policies/aa.policy").unwrap(), policy).is_some(), kept >= 2);
        // A segment is whole: what stood above its mark is not looked for again.
        assert_eq!(manifest.known.open.len(), [0, 1, 1, 0, 1][kept]);
        manifest.append(lines()[kept..].to_vec()).unwrap();
        assert_eq!(manifest.reach(), whole.reach());
        assert_eq!(std::fs::read(&at).unwrap(), bytes);
        assert_eq!(Lines::open(&at).unwrap().unwrap().collect::<io::Result<Vec<_>>>().unwrap(), lines());
    }
}

#[test]
fn what_is_no_plain_file_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let at = path(dir.path(), "s3-1");
    assert!(Lines::open(&at).unwrap().is_none());
    std::fs::create_dir_all(at.parent().unwrap()).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(&at).unwrap();
    assert!(Lines::open(&at).err().unwrap().to_string().contains("plain file"));
}

#[test]
fn what_it_did_not_write_is_not_read_over() {
    let dir = tempfile::tempdir().unwrap();
    let at = path(dir.path(), "s3-1");
    Manifest::open(&at).unwrap().append(lines()).unwrap();
    let good = std::fs::read_to_string(&at).unwrap();
    for bad in [
        "\n".to_owned(),
        "{}\n".to_owned(),
        good.replace("\"first\":0", "\"first\":300"),
        good.replace("3HL4kq+tlc/=", "null"),
        good.replace("tile/0/000", "tile/../000"),
        format!("{good}{}\n", "x".repeat(10_000)),
    ] {
        std::fs::write(&at, &bad).unwrap();
        assert_eq!(Manifest::open(&at).err().map(|error| error.kind()), Some(io::ErrorKind::InvalidData), "{bad}");
        assert_eq!(std::fs::read_to_string(&at).unwrap(), bad, "it is left as it is");
    }
}

#[test]
fn the_digest_is_that_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let at = path(dir.path(), "s3-1");
    let mut manifest = Manifest::open(&at).unwrap();
    for line in lines() {
        manifest.append(vec![line]).unwrap();
        let bytes = std::fs::read(&at).unwrap();
        assert_eq!(manifest.reach(), Reach { bytes: bytes.len() as u64, sha256: Digest::of(&bytes) });
    }
}
