//! Texts that hold no value stay as they are.

use super::*;
use proptest::prelude::*;

fn thousand() -> Registered {
    let mut draw = Draw(42);
    let values: Vec<String> = (0..1000).map(|i| draw.of(ALNUM, 12 + i % 40)).collect();
    registered(&values)
}

#[test]
fn ordinary_texts_are_left() {
    let registered = thousand();
    let mut draw = Draw(5);
    let mut texts = vec![
        include_str!("../../registered.rs").to_owned(),
        include_str!("../../entity.rs").to_owned(),
        include_str!("../../../../../Cargo.lock").to_owned(),
        include_str!("../../../../../ARCHITECTURE.md").to_owned(),
        "Die Straße führt nach Süden. 東京は日本の首都です。 مرحبا بالعالم 👩‍👩‍👧‍👦".repeat(50),
    ];
    let noise: Vec<u8> = (0..60_000).map(|_| draw.next().to_be_bytes()[0]).collect();
    texts.push(STANDARD.encode(&noise));
    texts.push(noise.iter().map(|b| format!("{b:02x} ")).collect());
    texts.push((0..2000).map(|i| format!("{:016x}-{i}\n", draw.next())).collect());
    texts.push((0..5000).map(|i| format!("{}, ", i * 7919)).collect());
    for text in &texts {
        assert_eq!(find(&registered, text), [], "{}", &text[..40.min(text.len())]);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut out = Vec::new();
    registered.find_across(&texts, &mut out);
    assert_eq!(out, []);
}

#[test]
fn a_part_of_a_value_is_left() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    for text in [&value[..30], &value[10..], &format!("{} and {}", &value[..20], &value[20..])] {
        assert_eq!(find(&registered, text), [], "{text}");
    }
}

#[test]
fn markers_are_left() {
    let registered = thousand();
    for marker in ["[secret removed]", crate::LINK_MARKER, crate::IMAGE_MARKER, crate::TEXT_MARKER] {
        assert_eq!(find(&registered, marker), []);
    }
}

#[test]
fn without_values_nothing_is_found_or_held() {
    let none = Registered::new([b"too short".as_slice(), b"passwordpassword"]);
    assert_eq!(find(&none, "too short passwordpassword"), []);
    assert_eq!(none.pending("passwordpass"), 12);
}

proptest! {
    #[test]
    fn whatever_is_not_a_value_stays(text in ".{0,400}") {
        let registered = registered(&values());
        prop_assert_eq!(find(&registered, &text), []);
    }
}
