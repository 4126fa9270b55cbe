//! The manifest of a bundle of evidence: whatever is read is written back and read as the same, and names no file outside.
#![no_main]

#[path = "../../crates/audit/src/bundle/manifest.rs"]
mod manifest;

use libfuzzer_sys::fuzz_target;
use manifest::Manifest;

fuzz_target!(|data: &[u8]| {
    let Ok(read) = Manifest::parse(data) else { return };
    assert!(read.files.len() <= manifest::Name::ALWAYS.len() + manifest::POLICIES);
    for name in read.files.keys() {
        let path = name.to_string();
        assert!(!path.starts_with('/') && path.split('/').all(|part| !part.starts_with('.')), "{path}");
        assert_eq!(manifest::Name::parse(&path), Some(*name));
    }
    let text = read.encode();
    if text.len() <= manifest::MAX {
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(read), "what was read is what is written");
    }
});
