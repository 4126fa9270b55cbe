//! The configuration's reader and its key tables: any text gives a tree or findings, never a panic.
#![no_main]
#![expect(dead_code, reason = "the files are taken as they are; not every item in them is reached from here")]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/casemate/src/config"]
mod config {
    //! The pure part of the binary's `config` module.

    pub(crate) mod codes;
    pub(crate) mod diagnostic;
    pub(crate) mod scalar;
    pub(crate) mod spec;
    pub(crate) mod tree;
    pub(crate) mod walk;
    pub(crate) mod yaml;
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sink = config::diagnostic::Sink::default();
    if let Some(root) = config::yaml::read(text, &mut sink) {
        config::walk::check(&root, &mut sink);
    } else {
        assert!(sink.has_errors(), "no tree and no reason");
    }
    for finding in sink.into_sorted() {
        if let Some(span) = finding.span {
            assert!(text.get(span.start..span.end).is_some(), "a span outside the text: {span:?}");
        }
    }
});
