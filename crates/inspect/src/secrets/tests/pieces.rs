//! What is pending: a text may be cut where nothing is.

use super::*;
use proptest::prelude::*;

fn spans(text: &str, offset: usize) -> Vec<(usize, usize, &'static str)> {
    let mut out = Vec::new();
    find(text, &mut out);
    let mut out: Vec<_> =
        out.into_iter().map(|found| (found.span.start + offset, found.span.end + offset, found.rule)).collect();
    out.sort_unstable();
    out
}

/// Every place where `text` may be cut gives the same matches.
fn same_when_cut(text: &str) -> Result<(), TestCaseError> {
    let whole = spans(text, 0);
    for at in (1..=text.len()).filter(|at| text.is_char_boundary(*at) && text.as_bytes()[at - 1].is_ascii_whitespace())
    {
        if pending(&text[..at]) == at {
            let mut parts = spans(&text[..at], 0);
            parts.extend(spans(&text[at..], at));
            parts.sort_unstable();
            prop_assert_eq!(&parts, &whole, "cut at {} of {:?}", at, text);
        }
    }
    Ok(())
}

fn soup() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-z]{1,8}",
        2 => Just(" ".to_owned()),
        3 => prop::sample::select(vec![
            " ", "  ", "\n", "\t", "=", ": ", ":", "\"", "'", ";", ",", "&", "password", "Password=", "token", "api_key", "secret", "is ", "--password",
            "Bearer ", "Authorization: ", "Basic ", "-u ", "x:", "@", "postgres://", "https://u:", "-----", "BEGIN ", "END ", "PRIVATE KEY", "RSA ",
            "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "PuTTY-User-Key-File-2: ", "Private-Lines: ", "Private-MAC: ", "é", "\\n", "<", ">",
            "<password>", "eyJ", ".", "User Id=", "AKIA", "ghp_", "sk_live_", "IBADANBgkqhkiG9w0BAQEFAASC", "MIIEvQ", " = ", "&str", "--", " - ", "# ", "aws_secret_access_key",
            "name: ", "- name: DB_PASSWORD\n", "key=\"DbPassword\" ", "value: ", "\"value\": \"", "{ name: DB_PASSWORD, value: ", "velvet orbit ", " . ", "<br>",
            "\u{a0}", "walnut cactus",
        ]).prop_map(str::to_owned),
        3 => (8usize..70, any::<u64>()).prop_map(|(length, seed)| draw(ALNUM, length, seed)),
        1 => (14usize..20, any::<u64>()).prop_map(|(length, seed)| draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length, seed)),
    ];
    prop::collection::vec(word, 0..30).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_text_may_be_cut_where_nothing_is_pending(text in soup()) {
        same_when_cut(&text)?;
    }

    #[test]
    fn spans_lie_on_characters(text in soup()) {
        for (start, end, rule) in spans(&text, 0) {
            prop_assert!(text.get(start..end).is_some_and(|hit| !hit.is_empty()), "{}", rule);
        }
        prop_assert!(text.is_char_boundary(pending(&text)));
    }
}

#[test]
fn passphrases_pairs_and_keys_in_markup_may_be_cut() -> Result<(), TestCaseError> {
    let value = draw(ALNUM, 14, 5);
    let body = draw(ALNUM, 64, 9);
    for text in [
        "a\npassword : walnut orbit cactus velvet\nb".to_owned(),
        "passphrase: walnut orbit cactus velvet tunnel ribbon and more of it".to_owned(),
        "passphrase = \"walnut orbit cactus velvet tunnel ribbon\" b c".to_owned(),
        format!("env:\n  - name: DB_PASSWORD\n    value: {value}\n  - name: X\n    value: y\n"),
        format!("env: [{{ \"name\" : \"DB_PASSWORD\",\n \"value\" : \"{value}\" }}] and so on"),
        format!("<add key=\"DbPassword\"\n value=\"{value}\" /> and more"),
        format!("{{ name: DB_PASSWORD, value: {value} }} and more"),
        format!("a -----BEGIN PRIVATE KEY----- . {body} . {body} . -----END PRIVATE KEY----- b"),
        format!("a -----BEGIN PRIVATE KEY-----<br> {body}<br> {body}<br> -----END PRIVATE KEY----- b"),
    ] {
        same_when_cut(&text)?;
    }
    Ok(())
}

#[test]
fn ordinary_text_is_not_held() {
    for text in [
        "An ordinary sentence goes here, and another. ",
        "fn main() { println!(\"{}\", 1 + 1); }\n",
        "a | b | c\n---|---|---\n",
        "",
    ] {
        assert_eq!(pending(text), text.len(), "{text:?}");
    }
}

#[test]
fn what_has_begun_is_held_from_its_beginning() {
    for (before, begun) in [
        ("one ", "password: "),
        ("one ", "api_key = \"abc def"),
        ("one ", "ghp_abc"),
        ("one ", "Authorization: Bearer "),
        ("x ", "--password "),
        ("see ", "-----BEGIN RSA "),
        ("see ", "-----BEGIN PRIVATE KEY-----\nMIIEvQIB\n"),
        ("", "PuTTY-User-Key-File-2: ssh-rsa\n"),
    ] {
        let text = format!("{before}{begun}");
        assert_eq!(pending(&text), before.len(), "{text:?}");
    }
}
