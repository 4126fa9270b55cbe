//! What is held of a text that goes on.

use super::*;
use proptest::prelude::*;

#[test]
fn ordinary_text_is_hardly_held() {
    let registered = registered(&values());
    let text = include_str!("../../../../../ARCHITECTURE.md");
    let (mut cuts, mut held) = (0, 0);
    for (at, _) in text.match_indices(' ').take(4000) {
        cuts += 1;
        held += at + 1 - registered.pending(&text[..=at]);
    }
    assert!(held < 12 * cuts, "{held} bytes over {cuts} cuts");
}

#[test]
fn the_beginning_of_a_value_is_held() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    for (name, form) in FORMS.iter().chain(SPLITS) {
        let spelt = form(&value);
        let half = spelt.floor_char_boundary(spelt.len() / 2);
        let text = format!("so it is: {}", &spelt[..half]);
        assert!(registered.pending(&text) <= 10 + 12, "{name}: {} of {text}", registered.pending(&text));
    }
}

pub(super) fn check(registered: &Registered, text: &str) -> Result<(), TestCaseError> {
    let whole = find(registered, text);
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_whitespace()) {
        let cut = at + c.len_utf8();
        let hold = registered.pending(&text[..cut]);
        prop_assert!(hold <= cut);
        for hit in &whole {
            prop_assert!(
                hit.span.end <= cut || hit.span.start >= hold,
                "{:?} at {} of {:?}, held {}",
                hit,
                cut,
                text,
                hold
            );
        }
    }
    Ok(())
}

#[test]
fn no_match_goes_over_what_may_go_out() {
    for value in values() {
        let registered = registered(std::slice::from_ref(&value));
        for (_, inner) in FORMS.iter().chain(SPLITS).filter(|(name, _)| plain_split(&value, name)) {
            for (_, outer) in SPLITS.iter().chain(&FORMS[..1]) {
                check(&registered, &format!("so it is: {} and so on", outer(&inner(&value)))).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_match_goes_over_a_cut(seed in any::<u64>(), inner in 0..FORMS.len(), outer in 0..FORMS.len(), gap in 1usize..30) {
        let mut draw = Draw(seed);
        let len = 12 + draw.below(30);
        let value = draw.of(ALNUM, len);
        prop_assume!(Registered::check(value.as_bytes()).is_ok());
        let registered = registered(std::slice::from_ref(&value));
        let spelt = FORMS[outer].1(&FORMS[inner].1(&value));
        check(&registered, &format!("it is {} here", wrapped(&spelt, gap, " \n")))?;
    }
}
