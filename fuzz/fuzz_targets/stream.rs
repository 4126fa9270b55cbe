//! A stream gives what the filter gives for the whole, however its bytes are cut.
#![no_main]

use casemate_inspect::{Action, Registered};
use casemate_output::{Policy, Scope, Settings, Stream, Treatment};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

const VALUE: &str = "Zr7qLm2xWp9vKd4tHs8y";

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let size = usize::from(*first % 67) + 1;
    let report = |rule| (casemate_core::glob::Glob::parse(rule).ok(), Treatment::Do(Action::Report));
    let rules = [report("deny.**"), report("host.**")];
    let rules = rules.into_iter().filter_map(|(glob, treatment)| Some((glob?, treatment))).collect();
    let base = Settings { rules, ..Settings::default() };
    let registered = Arc::new(Registered::new([VALUE.as_bytes()]));
    let filter = Policy { base, registered, html_bytes: 2048, ..Policy::default() }.filter(&Scope::default(), 0);
    let text = String::from_utf8_lossy(rest);
    let whole = filter.text(&text);
    let mut stream = Stream::new(Arc::clone(&filter));
    let mut out = String::new();
    for piece in rest.chunks(size) {
        out.push_str(&stream.push_bytes(piece).expect("nothing denies").text);
        assert!(whole.text.starts_with(&out), "not a prefix");
    }
    out.push_str(&stream.finish().expect("nothing denies").text);
    assert_eq!(out, whole.text);
    assert!(!out.contains(VALUE));
});
