//! What the reader accepts and refuses.

use super::*;
use crate::json::JsonFault;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Json, JsonError> {
    Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default())
}

fn fault(text: &str) -> Option<JsonFault> {
    parse(text).err().map(|e| e.fault)
}

#[test]
fn reads_values_in_place() {
    let json = parse(r#" {"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true}} "#).unwrap();
    let root = json.root();
    let a: Vec<_> = root.get("a").unwrap().items().collect();
    assert_eq!(a[0].as_i64(), Some(1));
    assert_eq!(a[1].raw(), "-2.5e3");
    assert_eq!(a[2].as_str().as_deref(), Some("xé\n"));
    assert!(root.path(&["b", "c"]).unwrap().is_null());
    assert_eq!(root.path(&["b", "d"]).unwrap().as_bool(), Some(true));
    assert_eq!(root.members().count(), 2);
    assert!(root.get("missing").is_none());
}

#[test]
fn refuses_what_parsers_disagree_on() {
    for (text, expected) in [
        ("", JsonFault::Syntax),
        ("{\"a\":1,\"a\":2}", JsonFault::DuplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", JsonFault::DuplicateKey),
        ("{\"x\":{\"a\":1,\"a\":2}}", JsonFault::DuplicateKey),
        ("\"\\ud800\"", JsonFault::Surrogate),
        ("\"\\udc00\"", JsonFault::Surrogate),
        ("\"\\ud800\\u0041\"", JsonFault::Surrogate),
        ("{} {}", JsonFault::Trailing),
        ("{}\0", JsonFault::Trailing),
        ("\u{feff}{}", JsonFault::Syntax),
        ("{\"a\":1,}", JsonFault::Syntax),
        ("[1,]", JsonFault::Syntax),
        ("[,1]", JsonFault::Syntax),
        ("[1 2]", JsonFault::Syntax),
        ("{,}", JsonFault::Syntax),
        ("{1:2}", JsonFault::Syntax),
        ("01", JsonFault::Trailing),
        ("+1", JsonFault::Syntax),
        ("1.", JsonFault::Syntax),
        ("NaN", JsonFault::Syntax),
        ("'a'", JsonFault::Syntax),
        ("\"\u{1}\"", JsonFault::Syntax),
        ("\"\\x\"", JsonFault::Syntax),
        ("\"\\u00+1\"", JsonFault::Syntax),
        ("tru", JsonFault::Syntax),
        ("[", JsonFault::Syntax),
        ("// c\n{}", JsonFault::Syntax),
    ] {
        assert_eq!(fault(text), Some(expected), "{text:?}");
    }
    let bad_utf8 = Json::parse(Bytes::from_static(b"\"\xff\""), Limits::default());
    assert_eq!(bad_utf8.err().map(|e| e.fault), Some(JsonFault::Encoding));
}

#[test]
fn bounds_hold() {
    assert_eq!(fault(&"[".repeat(65)), Some(JsonFault::Depth));
    assert!(parse(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_ok());
    assert_eq!(fault(&format!("{{\"{}\":1}}", "k".repeat(1025))), Some(JsonFault::KeyLength));
    assert_eq!(fault(&"1".repeat(129)), Some(JsonFault::NumberLength));
    let limits = Limits { nodes: 3, ..Limits::default() };
    let many = Json::parse(Bytes::from_static(b"[1,2,3]"), limits);
    assert_eq!(many.err().map(|e| e.fault), Some(JsonFault::Nodes));
}

#[test]
fn many_keys_are_checked_too() {
    let mut text: Vec<String> = (0..5000).map(|i| format!("\"k{i}\":{i}")).collect();
    assert!(parse(&format!("{{{}}}", text.join(","))).is_ok());
    text.push("\"k\\u0037\":0".to_owned());
    assert_eq!(fault(&format!("{{{}}}", text.join(","))), Some(JsonFault::DuplicateKey));
}

proptest! {
    #[test]
    fn whatever_is_accepted_serde_accepts_too(text in "[\\[\\]{}:,\"a\\\\u0-9.eE+\\-tfn ]{0,40}") {
        if parse(&text).is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        }
    }

    #[test]
    fn strings_survive_quoting(text in any::<String>()) {
        let json = parse(&crate::json::quote(&text)).unwrap();
        prop_assert_eq!(json.root().as_str().unwrap().into_owned(), text);
    }
}
