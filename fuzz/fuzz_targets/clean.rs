//! The first filters: they end, they are idempotent, give the same for parts as for the whole, and they never make a text much longer.
#![no_main]

use casemate_inspect::{Policy, State, clean, clean_with, cut};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for strip_images in [false, true] {
        let policy = Policy { strip_images, ..Policy::default() };
        let once = clean(text, &policy);
        assert!(once.text.len() <= text.len() * 16 + 64, "{} bytes became {}", text.len(), once.text.len());
        for finding in &once.findings {
            assert!(text.get(finding.span.clone()).is_some(), "a span outside the text: {:?}", finding.span);
        }
        assert_eq!(clean(&once.text, &policy).text, once.text, "not idempotent");
        let (first, second) = text.split_at(cut(text, &policy, text.len() / 2));
        let mut state = State::default();
        let parts = [first, second].map(|part| clean_with(part, &policy, &mut state).text);
        assert_eq!(parts.concat(), once.text, "the parts give something else");
    }
});
