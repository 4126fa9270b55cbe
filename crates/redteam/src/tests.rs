//! The matrix against the filter, in one process, with independent parsers as the judges.

mod hosts;
mod run;
mod suite;
mod unseen;

use crate::*;
use std::collections::BTreeSet;

#[test]
fn every_case_has_its_own_id_and_the_same_in_every_run() {
    let cases = matrix(SEED);
    let ids: BTreeSet<_> = cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), cases.len());
    assert_eq!(cases, matrix(SEED));
    assert!(Family::ALL.iter().all(|family| cases.iter().any(|case| case.family == *family)));
    assert!(cases.iter().all(|case| !case.tags.is_empty() && !case.input.is_empty()));
}

#[test]
fn encodings_are_those_of_their_standards() {
    // RFC 4648, section 10.
    assert_eq!(Code::Base64.apply("fooba"), "Zm9vYmE=");
    assert_eq!(Code::Base32.apply("fooba"), "MZXW6YTB");
    assert_eq!(Code::Base32.apply("fo"), "MZXQ====");
    assert_eq!(Code::Hex.apply("foo"), "666f6f");
    assert_eq!(Code::Rot13.apply("Abz-9"), "Nom-9");
    assert_eq!(Code::Json.apply("a\u{1f600}"), "\\u0061\\ud83d\\ude00");
    assert_eq!(Encoding { inner: Code::Hex, outer: Code::Percent }.apply("f"), "%36%36");
}

#[test]
fn the_judge_sees_what_every_form_leads_to() {
    let judge = Judge::new([ALLOWED]);
    for form in FORMS.iter().chain(FURTHER) {
        let text = form.to(&format!("https://{HOST}/x"));
        assert!(judge.left(&text).is_some(), "{}: {text}", form.id);
        if form.kept {
            assert_eq!(judge.left(&form.to(&format!("{ALLOWED}x"))), None, "{}", form.id);
        }
    }
}
