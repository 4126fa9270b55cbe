//! Tests of imported rules.

use super::super::tests::draw;
use super::*;

const FILE: &str = r#"
title = "ours"

[allowlist]
description = "everywhere"
paths = ['''go\.sum$''']
stopwords = ["sandbox"]

[[rules]]
id = "acme-key"
description = "A key of Acme."
regex = '''(?i)\bacme[_-]?key\s*[:=]\s*["']?([a-z0-9]{16,40})\b'''
keywords = ["acme"]
entropy = 3.0
secretGroup = 1

[[rules.allowlists]]
regexTarget = "line"
regexes = ['''# no secret''']

[[rules]]
id = "plain"
regex = '''zz-[0-9]{6}'''

[[rules]]
id = "block"
regex = '''(?s)<<ACME(.*?)ACME>>'''
keywords = ["<<ACME"]

[[rules]]
id = "only-path"
path = '''\.p12$'''
"#;

fn found(text: &str) -> Vec<(String, String)> {
    let imported = Imported::parse(FILE).expect("a file");
    let mut out = Vec::new();
    imported.find(text, &mut out);
    out.into_iter().map(|(rule, span)| (imported.id(rule).expect("a rule").to_owned(), text[span].to_owned())).collect()
}

#[test]
fn rules_keep_their_meaning() {
    let key = draw("abcdefghijklmnop0123456789", 24, 3);
    assert_eq!(found(&format!("x\nACME_KEY = '{key}'\n")), [("acme-key".to_owned(), key.clone())]);
    assert_eq!(found(&format!("é acme-key: {key} # no secret")), []);
    assert_eq!(found(&format!("acme-key: {key}sandbox")), []);
    assert_eq!(found("acme_key = aaaaaaaaaaaaaaaaaaaa"), []);
    assert_eq!(found("a zz-123456 b"), [("plain".to_owned(), "zz-123456".to_owned())]);
    assert_eq!(found("<<ACME a\nb ACME>>"), [("block".to_owned(), " a\nb ".to_owned())]);
}

#[test]
fn what_has_no_meaning_is_noted() {
    let imported = Imported::parse(FILE).expect("a file");
    assert_eq!(imported.rules().count(), 3);
    assert!(imported.notes().iter().any(|note| note.contains("only-path")));
}

#[test]
fn errors_name_rule_and_line() {
    let error = Imported::parse("\n[[rules]]\nid = \"a\"\nregex = '''(x'''\n").expect_err("a wrong pattern");
    assert_eq!((error.line, error.rule.as_str()), (4, "a"));
    let error = Imported::parse("[extend]\nuseDefault = true\n").expect_err("rules from elsewhere");
    assert!(error.line == 2 && error.why.contains("copy the rules"), "{error}");
    assert!(Imported::parse("[extend]\nuseDefault = false\n").is_ok());
    for (text, line) in [
        ("[[rules]]\nregex = 'x'\n", 1),
        ("[[rules]]\nid = 'a'\nregex = 'x*'\n", 3),
        ("[[rules]]\nid = 'a'\nregex = '(?:a{1000}){1000}'\n", 3),
        ("[[rules]]\nid = 'a'\nregex = 'x'\nsecretGroup = 1\n", 4),
        ("[[rules]]\nid = 'a'\nregex = 'x'\nentropy = 'high'\n", 4),
        ("[[rules]]\nid = 'a'\nregex = 'x'\n[[rules]]\nid = 'a'\nregex = 'x'\n", 5),
        ("[[rules]\n", 1),
    ] {
        assert_eq!(Imported::parse(text).expect_err(text).line, line, "{text}");
    }
}

#[test]
fn a_long_line_full_of_keywords_takes_no_longer_for_each() {
    let text = "acme ".repeat(200_000);
    assert_eq!(found(&text), []);
}

#[test]
fn lines_that_are_over_are_not_pending() {
    let imported = Imported::parse(FILE).expect("a file");
    assert_eq!(imported.pending("one\ntwo "), 4);
    assert_eq!(imported.pending("one\ntwo\n"), 8);
    assert_eq!(imported.pending("one\n<<ACME x\ntwo\n"), 4);
    assert_eq!(Imported::default().pending("one"), 3);
}
