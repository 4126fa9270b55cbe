//! The strict JSON reader against serde_json: whatever it accepts, serde_json reads to the same values.
#![no_main]

use bytes::Bytes;
use casemate_core::json::{Edits, Json, Kind, Limits, Value, quote};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

/// Compares a value with an independent reading of the same bytes.
fn agree(value: Value<'_>) {
    let raw = value.raw();
    match value.kind() {
        Kind::String => {
            let ours = value.as_str().expect("a string has text");
            let theirs: String = serde_json::from_str(raw).expect("an accepted string is JSON");
            assert_eq!(ours, theirs);
            assert_eq!(serde_json::from_str::<String>(&quote(&ours)).expect("quoted text is JSON"), theirs);
        }
        Kind::Object => {
            let mut keys = BTreeSet::new();
            for member in value.members() {
                assert!(keys.insert(member.key().into_owned()), "a key stands twice");
                assert_eq!(value.get(&member.key()).map(|found| found.span()), Some(member.value.span()));
                agree(member.value);
            }
        }
        Kind::Array => value.items().for_each(agree),
        Kind::Null | Kind::Bool | Kind::Number => {
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(raw).is_ok());
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(json) = Json::parse(Bytes::copy_from_slice(data), Limits::default()) else { return };
    assert!(serde_json::from_slice::<&serde_json::value::RawValue>(data).is_ok(), "accepted what is not JSON");
    agree(json.root());
    assert_eq!(Edits::new().apply(&json), data);
    // What is cut out by span leaves JSON behind.
    let mut edits = Edits::new();
    let root = json.root();
    edits.retain_members(root, |key, _| key.len() % 2 == 0);
    edits.retain_items(root, |item| item.raw().len() % 2 == 0);
    let edited = edits.apply(&json);
    assert!(Json::parse(edited, Limits::default()).is_ok(), "an edit broke the message");
});
