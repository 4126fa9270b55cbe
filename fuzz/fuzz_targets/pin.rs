//! Definitions of what servers offer: two JSON values, one after the other on lines. The canonical form is stable, and
//! equal digests mean equal definitions.
#![no_main]

use bytes::Bytes;
use casemate_core::json::{Json, Limits};
use casemate_core::pin::{Kind, definition, diff};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let parse = |bytes: &[u8]| Json::parse(Bytes::copy_from_slice(bytes), Limits::default());
    let (Ok(old), Ok(new)) = (parse(&data[..at]), parse(data.get(at + 1..).unwrap_or_default())) else { return };
    for kind in [Kind::Tool, Kind::Template] {
        let (first, second) = (definition(kind, old.root()), definition(kind, new.root()));
        // The canonical form of a number may be a few characters longer than it was.
        let roomy = Limits { number_len: 512, ..Limits::default() };
        let text = Bytes::copy_from_slice(first.text.as_bytes());
        let again = Json::parse(text, roomy).expect("a canonical form is JSON");
        assert_eq!(definition(kind, again.root()).digest, first.digest, "the canonical form is its own");
        let changes = diff(&first.text, &second.text);
        assert_eq!(changes.is_empty(), first.digest == second.digest, "a difference is shown, and only that");
    }
});
