//! Values that are spread over several texts.

use super::*;

fn across(registered: &Registered, texts: &[&str]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    registered.find_across(texts, &mut out);
    out.into_iter().map(|(number, hit)| (number, texts[number][hit.span].to_owned())).collect()
}

#[test]
fn each_text_gives_its_part() {
    for value in values() {
        let registered = registered(std::slice::from_ref(&value));
        for (name, form) in FORMS {
            let spelt = form(&value);
            let third = spelt.len() / 3;
            let parts = [&spelt[..third], &spelt[third..2 * third], &spelt[2 * third..]];
            let found = across(&registered, &parts);
            assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2], "{name} of {value}");
            assert!(found.iter().all(|(number, part)| part.len() + 3 * 8 >= parts[*number].len()), "{name} of {value}");
        }
    }
}

#[test]
fn single_characters_and_far_ends_are_joined() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    let letters: Vec<String> = value.chars().map(|c| format!("{c} ")).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    assert_eq!(across(&registered, &letters).len(), value.len());
    let long = "An ordinary line.\n".repeat(20_000);
    let (first, last) = (format!("{}{long}{}", &value[20..], &value[..20]), format!("{}{long}", &value[20..]));
    assert_eq!(across(&registered, &[&first, &last]), [(0, value[..20].to_owned()), (1, value[20..].to_owned())]);
}

#[test]
fn what_lies_in_one_text_is_left_to_the_search_in_it() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    assert_eq!(across(&registered, &[&value, "and more"]), []);
    assert_eq!(across(&registered, &["one", "two", "three"]), []);
}
