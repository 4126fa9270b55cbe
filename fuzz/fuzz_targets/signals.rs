//! Signals in descriptions: any text is judged, the same way twice, and every finding lies within it.
#![no_main]

use casemate_inspect::signals::{Surroundings, names_look_alike, signals};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (own, rest) = text.split_once('\n').unwrap_or(("own", text));
    let around = Surroundings { own, names: &["send_email", "search", own] };
    let found = signals(rest, &around);
    for finding in &found {
        assert!(rest.get(finding.span.clone()).is_some(), "a span outside the text: {:?}", finding.span);
    }
    assert_eq!(found, signals(rest, &around), "not deterministic");
    assert_eq!(names_look_alike(own, rest), names_look_alike(rest, own), "not symmetric");
});
