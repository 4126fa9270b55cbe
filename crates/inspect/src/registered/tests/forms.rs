//! Each form of each value is found, alone and within each other.

use super::*;
use proptest::prelude::*;

const AROUND: [(&str, &str); 5] = [
    ("", ""),
    ("the key is ", " and that is all"),
    ("{\"key\": \"", "\"}"),
    ("https://example.com/?q=", "&x=1"),
    ("C:\\", "\n\nNext."),
];

fn gone(registered: &Registered, spelt: &str, what: &str) {
    for (before, after) in AROUND {
        let text = format!("{before}{spelt}{after}");
        let place = before.len()..before.len() + spelt.len();
        let hits = find(registered, &text);
        let left = redact(registered, &text);
        assert!(!hits.is_empty(), "{what}: {text}");
        assert!(hits.iter().all(|hit| hit.span.start + 4 >= place.start), "{what}: {hits:?} in {text}");
        assert!(left.len() <= before.len() + after.len() + 16 * hits.len() + 32, "{what}: {left}");
        assert!(find(registered, &left).is_empty(), "{what}: {left}");
    }
}

#[test]
fn each_form_is_found() {
    for value in values() {
        let registered = registered(std::slice::from_ref(&value));
        for (name, form) in FORMS.iter().chain(SPLITS).filter(|(name, _)| plain_split(&value, name)) {
            gone(&registered, &form(&value), &format!("{name} of {value}"));
        }
    }
}

#[test]
fn each_form_of_each_form_is_found() {
    let all = values();
    for value in &all {
        let registered = registered(std::slice::from_ref(value));
        for (inner, first) in FORMS.iter().chain(&SPLITS[..4]) {
            for (outer, second) in FORMS {
                // `\\u005c` of one escape in two is two escapes in a row and one within another.
                let twice = *inner == "JSON escapes, in part" && inner == outer;
                if twice || !plain_split(value, inner) {
                    continue;
                }
                let spelt = second(&first(value));
                assert!(!find(&registered, &spelt).is_empty(), "{outer} of {inner} of {value}: {spelt}");
            }
        }
    }
}

#[test]
fn an_encoded_value_may_be_split() {
    for value in values() {
        let registered = registered(std::slice::from_ref(&value));
        for (inner, first) in &FORMS[..12] {
            for (outer, second) in SPLITS {
                if !plain_split(&value, outer) {
                    continue;
                }
                let spelt = second(&first(&value));
                assert!(!find(&registered, &spelt).is_empty(), "{outer} of {inner} of {value}: {spelt}");
            }
        }
    }
}

#[test]
fn turned_and_drawn_forms_are_found() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    let backwards: String = value.chars().rev().collect();
    let bold = each(&value, |c| match c {
        'a'..='z' => char::from_u32(0x1d41a + u32::from(c) - u32::from('a')).unwrap().to_string(),
        'A'..='Z' => char::from_u32(0x1d400 + u32::from(c) - u32::from('A')).unwrap().to_string(),
        _ => char::from_u32(0x1d7ce + u32::from(c) - u32::from('0')).unwrap().to_string(),
    });
    let circled = each(&value.to_lowercase(), |c| match c {
        'a'..='z' => char::from_u32(0x24d0 + u32::from(c) - u32::from('a')).unwrap().to_string(),
        '0' => "\u{24ea}".to_owned(),
        _ => char::from_u32(0x2460 + u32::from(c) - u32::from('1')).unwrap().to_string(),
    });
    let cyrillic = each(&value, |c| match c {
        'a' => "а".to_owned(),
        'e' => "е".to_owned(),
        'o' => "о".to_owned(),
        'x' => "х".to_owned(),
        c => c.to_string(),
    });
    let codes = bytes(&value, ", ", |b| b.to_string());
    let octal = bytes(&value, "", |b| format!("\\{b:03o}"));
    let wide: Vec<u8> = value.bytes().flat_map(|b| [b, 0]).collect();
    let mail = wrapped(&STANDARD.encode(format!("{}{value}{}", "x y ".repeat(31), " z".repeat(40))), 76, "\r\n");
    for spelt in [backwards, bold, circled, cyrillic, codes, octal, STANDARD.encode(wide), mail] {
        assert!(!find(&registered, &spelt).is_empty(), "{spelt}");
    }
}

#[test]
fn the_rule_says_how_and_not_whose() {
    let all = values();
    let registered = registered(&all);
    let rule = |text: &str| find(&registered, text).first().map(|hit| (hit.rule, hit.view));
    assert_eq!(rule(&all[1]), Some(("registered.value", crate::View::Plain)));
    assert_eq!(rule(&all[1].to_uppercase()), Some(("registered.value", crate::View::Folded)));
    assert_eq!(rule(&each(&all[1], |c| format!("{c} "))), Some(("registered.split", crate::View::Joined)));
    assert_eq!(rule(&STANDARD.encode(&all[1])), Some(("registered.encoded", crate::View::Base64)));
    assert_eq!(format!("{registered:?}"), "Registered");
}

#[test]
fn signs_at_the_ends_go_too() {
    let value = format!("--{}==", Draw(3).of(ALNUM, 20));
    let registered = registered(std::slice::from_ref(&value));
    assert_eq!(redact(&registered, &format!("a {value} b")), "a [secret removed] b");
}

#[test]
fn values_that_are_no_text_are_found_encoded() {
    let mut draw = Draw(11);
    let value: Vec<u8> = (0..32).map(|_| draw.next().to_be_bytes()[0]).collect();
    let registered = Registered::new([value.as_slice()]);
    let hex: String = value.iter().map(|b| format!("{b:02x}")).collect();
    let percent: String = value.iter().map(|b| format!("%{b:02x}")).collect();
    for spelt in [hex, percent, STANDARD.encode(&value), URL_SAFE_NO_PAD.encode(&value)] {
        assert!(!find(&registered, &spelt).is_empty(), "{spelt}");
    }
}

#[test]
fn long_texts_are_looked_at_to_the_end() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    let line = "An ordinary line of an ordinary text, with 12 words in it.\n";
    let mut text = line.repeat(50_000);
    for at in [PIECE - 20, 2 * PIECE + 3, text.len() - 5] {
        text.insert_str(at, &STANDARD.encode(&value));
    }
    assert_eq!(find(&registered, &text).len(), 3);
}

#[test]
fn nesting_made_to_cost_much_costs_little() {
    let registered = registered(&values());
    let mut text = "I".repeat(2000);
    for _ in 0..6 {
        text = STANDARD.encode(&text);
    }
    find(&registered, &text);
    find(&registered, &"%25".repeat(100_000));
    find(&registered, &"\\".repeat(300_000));
    find(&registered, &"&amp;".repeat(60_000));
    find(&registered, &"0x".repeat(150_000));
    assert!(registered.pending(&"\\x".repeat(150_000)) <= 300_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_the_forms_nothing_is_left(seed in any::<u64>(), len in 12usize..60, before in ".{0,40}", after in ".{0,40}",
        forms in proptest::collection::vec(0..FORMS.len(), 0..3), split in proptest::option::of(0..SPLITS.len())) {
        let mut draw = Draw(seed);
        let value = draw.of(ALNUM, len);
        prop_assume!(Registered::check(value.as_bytes()).is_ok());
        // See above: one in two of one in two.
        prop_assume!(forms.len() < 2 || forms[0] != forms[1] || FORMS[forms[0]].0 != "JSON escapes, in part");
        // `\0` may be a character that sets apart: then the value may end with what follows.
        let first = after.chars().find(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
        prop_assume!(split.is_none_or(|split| SPLITS[split].0 != "backslashes") || first != value.to_ascii_lowercase().chars().last());
        let registered = registered(std::slice::from_ref(&value));
        let mut spelt = value.clone();
        for form in &forms {
            spelt = FORMS[*form].1(&spelt);
        }
        if forms.is_empty() && let Some(split) = split {
            spelt = SPLITS[split].1(&spelt);
        }
        let text = format!("{before} {spelt} {after}");
        let hits = find(&registered, &text);
        prop_assert!(!hits.is_empty(), "{}", text);
        let left = redact(&registered, &text);
        prop_assert!(find(&registered, &left).is_empty(), "{}", left);
        prop_assert!(left.starts_with(&before) && left.ends_with(&after), "{}", left);
    }
}
