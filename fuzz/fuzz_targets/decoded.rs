//! Encoded pieces and phrases: every place lies in the text and on boundaries of characters, and all pieces are bounded.
#![no_main]

use casemate_inspect::{decoded, phrases, rule};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let pieces = decoded::pieces(text);
    assert!(pieces.iter().map(|piece| piece.text.len()).sum::<usize>() <= decoded::most(text.len()));
    for piece in &pieces {
        assert!(text.get(piece.span.clone()).is_some(), "a piece outside the text: {:?}", piece.span);
        let mut start = 0;
        for (at, c) in piece.text.char_indices() {
            let back = piece.back(&(at..at + c.len_utf8()));
            assert!(text.get(back.clone()).is_some(), "a character outside the text: {back:?}");
            assert!(back.start >= start && back.end <= piece.span.end, "places out of order: {back:?}");
            start = back.start;
        }
    }
    assert!(text.is_char_boundary(decoded::pending(text)));
    let mut found = Vec::new();
    phrases::find(text, &mut found);
    for found in &found {
        assert!(text.get(found.span.clone()).is_some(), "a match outside the text: {:?}", found.span);
        assert!(rule(found.rule).is_some(), "no rule {}", found.rule);
    }
});
