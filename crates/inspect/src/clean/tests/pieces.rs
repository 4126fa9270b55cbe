//! A text in pieces gives what it gives whole.

use super::allowing;
use super::properties::fragments;
use crate::{LinkMode, Policy, Query, State, Treat, clean, clean_with, cut, pending};
use proptest::prelude::*;

fn policies() -> Vec<Policy> {
    let mut mixed = Policy { query: Query::Only(vec!["a".to_owned()]), links: LinkMode::Drop, ..allowing() };
    mixed.treat.set("link.path", Treat::Rewrite);
    mixed.treat.set("invisible.format", Treat::Off);
    vec![
        Policy::default(),
        allowing(),
        Policy { strip_images: true, ..allowing() },
        Policy { links: LinkMode::Keep, ..allowing() },
        mixed,
    ]
}

/// Cleans the text as it comes, piece by piece, holding back what is pending.
fn streamed(text: &str, sizes: &[usize], policy: &Policy) -> String {
    let (mut state, mut held, mut out) = (State::default(), String::new(), String::new());
    let (mut at, mut turn) = (0, 0);
    while at < text.len() {
        let size = sizes.get(turn % sizes.len().max(1)).copied().unwrap_or(1).max(1);
        turn += 1;
        let end = (at + size..).find(|end| *end >= text.len() || text.is_char_boundary(*end)).unwrap().min(text.len());
        held.push_str(&text[at..end]);
        at = end;
        let place = pending(&held, policy);
        // Any place before is as good.
        let limit = if turn.is_multiple_of(3) { place / 2 } else { place };
        let place = cut(&held, policy, limit);
        assert!(place <= limit);
        let rest = held.split_off(place);
        out.push_str(&clean_with(&held, policy, &mut state).text);
        held = rest;
    }
    out.push_str(&clean_with(&held, policy, &mut state).text);
    out
}

#[test]
fn a_text_without_markup_is_held_to_its_last_word() {
    let policy = Policy::default();
    assert_eq!(pending("some words and ", &policy), 15);
    assert_eq!(pending("some words and mor", &policy), 15);
    assert_eq!(pending("a [link te", &policy), 2);
    assert_eq!(pending("a <b> c [x](//y ", &policy), 8);
    assert_eq!(pending("a \u{1b}]8;;x y", &policy), 2);
    assert_eq!(cut("one two three ", &policy, 9), 8);
    let text = format!("[{} x", "word ".repeat(1200));
    assert!(text.len() - pending(&text, &policy) < 10);
}

#[test]
fn an_image_and_its_definition_may_be_far_apart() {
    let policy = allowing();
    let far = "words and words\n\n".repeat(500);
    for (first, second) in [
        ("![a][r]", "[r]: https://docs.example.com/manual/x"),
        ("[r]: https://docs.example.com/manual/x", "![a][r]"),
        ("[R  r]: https://docs.example.com/manual/x", "![a b][r R]\n\n![r\nr]"),
    ] {
        let text = format!("{first}\n\n{far}{second}\n");
        let whole = clean(&text, &policy);
        let (_, images) = super::destinations(&whole.text);
        assert!(images.is_empty(), "{first} {second}: {images:?}");
        assert_eq!(streamed(&text, &[64], &policy), whole.text);
    }
    let kept =
        format!("![a][i] and [b][l]\n\n{far}[i]: https://img.example.com/a\n[l]: https://docs.example.com/manual\n");
    assert!(clean(&kept, &policy).text == kept);
}

#[test]
fn long_stretches_give_the_same_in_pieces() {
    for unit in [
        "a",
        "a:",
        "\u{4e16}",
        "[a ",
        "<a ",
        "\"x\":[1,2],",
        "data:image/png;base64,AAAA",
        "![a ",
        "[",
        "](//e ",
        "x\u{200d}",
        "(",
    ] {
        let text = format!("x {} [r]: //evil.test/x", unit.repeat(100_000 / unit.len()));
        for policy in policies() {
            let whole = clean(&text, &policy).text.into_owned();
            assert!(!whole.contains("evil.test/x") || policy.links == LinkMode::Keep, "{unit}");
            let pieces = streamed(&text, &[9000, 4096], &policy);
            let same = pieces.bytes().zip(whole.bytes()).take_while(|(a, b)| a == b).count();
            assert!(
                pieces == whole,
                "{unit}: {} {} {same} {:.300} {:.300}",
                pieces.len(),
                whole.len(),
                &pieces[same.saturating_sub(60)..],
                &whole[same.saturating_sub(60)..]
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_in_pieces_gives_what_it_gives_whole(text in fragments(), sizes in prop::collection::vec(1usize..9, 1..5)) {
        for policy in policies() {
            prop_assert_eq!(streamed(&text, &sizes, &policy), clean(&text, &policy).text, "{:?}", text);
        }
    }

    #[test]
    fn any_text_in_pieces_gives_what_it_gives_whole(text in any::<String>(), sizes in prop::collection::vec(1usize..9, 1..5)) {
        for policy in policies() {
            prop_assert_eq!(streamed(&text, &sizes, &policy), clean(&text, &policy).text);
        }
    }

    #[test]
    fn a_rule_that_takes_out_more_lets_no_more_through(text in fragments()) {
        let least = Policy { links: LinkMode::Keep, ..allowing() };
        let (links, _) = super::destinations(&clean(&text, &allowing()).text);
        let (kept, _) = super::destinations(&clean(&text, &least).text);
        prop_assert!(links.iter().filter(|url| url.contains("evil")).count() <= kept.len());
    }
}
