//! Documents: cleaning one ends, does it once and for all, and leaves no tag of what is too large.
#![no_main]

use casemate_inspect::{Policy, clean, html};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for strip_images in [false, true] {
        let policy = Policy { strip_images, ..Policy::default() };
        let once = html::clean_document(text, &policy, html::BYTES);
        for finding in &once.findings {
            assert!(text.get(finding.span.clone()).is_some(), "a span outside the text: {:?}", finding.span);
        }
        assert_eq!(html::clean_document(&once.text, &policy, html::BYTES).text, once.text, "not idempotent");
        assert!(!html::clean_document(text, &policy, 0).text.contains('<'), "a tag is left");
    }
    // What a beginning says is never taken back.
    if let Some(known) = text.get(..text.len() / 2).and_then(html::begins) {
        assert_eq!(html::begins(text), Some(known));
    }
    let _ = clean(text, &Policy::default());
});
