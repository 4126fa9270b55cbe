//! Questions and answers as a program sees them.

use super::*;
use crate::policy::{Policy, Scope, Settings, Treatment};
use casemate_core::glob::Glob;
use serde_json::{Value as Object, json};

fn policy() -> Policy {
    let pattern = |name: &str, regex: &str, action| crate::Pattern {
        id: format!("deny.own.{name}").into(),
        regex: regex::Regex::new(regex).unwrap(),
        action,
    };
    Policy {
        patterns: vec![
            pattern("code", "launch code", Action::Redact),
            pattern("stop", "all is lost", Action::Deny),
            pattern("seen", "quiet word", Action::Report),
        ],
        ..Policy::default()
    }
}

fn ask(line: &str) -> (Verdict, Object) {
    asked(&policy(), line)
}

fn asked(policy: &Policy, line: &str) -> (Verdict, Object) {
    let question = Question::read(Bytes::copy_from_slice(line.as_bytes())).unwrap();
    let answer = question.answer(&policy.filter(&Scope::default(), 0));
    let text = answer.json(question.id.as_deref());
    assert!(!text.contains('\n'), "{text}");
    (answer.verdict, serde_json::from_str(&text).unwrap())
}

#[test]
fn a_text_is_answered_with_what_became_of_it() {
    let (verdict, json) = ask(r#"{"id":"a","text":"the launch code is 7"}"#);
    assert_eq!(verdict, Verdict::Rewritten);
    assert_eq!((&json["id"], &json["verdict"]), (&json!("a"), &json!("rewritten")));
    let text = json["text"].as_str().unwrap();
    assert!(!text.contains("launch code") && text.starts_with("the "), "{text}");
    let expected = json!({
        "rule": "deny.own.code", "view": "plain", "span": [4, 15], "action": "redact", "severity": "high",
        "shadow": false,
    });
    assert_eq!(json["findings"], json!([expected]));
    assert!(json["risk"].as_f64().is_some_and(|risk| (0.0..=10.0).contains(&risk)));
    let (verdict, json) = ask(r#"{"id":7,"text":"the lunch menu is long"}"#);
    assert_eq!((verdict, &json["id"], &json["findings"]), (Verdict::Pass, &json!(7), &json!([])));
    assert_eq!((&json["text"], &json["risk"]), (&json!("the lunch menu is long"), &json!(0.0)));
}

#[test]
fn what_is_denied_does_not_come_back() {
    let (verdict, json) = ask(r#"{"text":"now all is lost"}"#);
    assert_eq!((verdict, &json["text"], json.get("id")), (Verdict::Denied, &json!(null), None));
    assert_eq!(json["findings"][0]["action"], "deny");
    let line = r#"{"id":1,"result":{"content":[{"type":"text","text":"now all is lost"}]}}"#;
    let (verdict, json) = ask(line);
    assert_eq!((verdict, &json["result"], json.get("reason")), (Verdict::Denied, &json!(null), None));
    assert_eq!(json["findings"][0]["place"], "/result/content/0/text");
}

#[test]
fn a_result_keeps_what_nothing_was_found_in() {
    let line =
        "{\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"a launch code\"}],\r \"isError\": false}}";
    let (verdict, json) = ask(line);
    assert_eq!(verdict, Verdict::Rewritten);
    assert_eq!((&json["result"]["isError"], &json["result"]["content"][0]["type"]), (&json!(false), &json!("text")));
    let finding = &json["findings"][0];
    assert_eq!((&finding["place"], &finding["span"]), (&json!("/result/content/0/text"), &json!([2, 13])));
    let benign = r#"{"id":1,"result":{"content":[{"type":"text","text":"a lunch"}],"structuredContent":{"n":1.50}}}"#;
    let question = Question::read(Bytes::copy_from_slice(benign.as_bytes())).unwrap();
    let answer = question.answer(&policy().filter(&Scope::default(), 0));
    assert_eq!(answer.verdict, Verdict::Pass);
    assert!(benign.contains(answer.released.as_deref().unwrap()), "byte for byte");
}

#[test]
fn a_shadow_is_told_and_nothing_is_done() {
    let mut policy = policy();
    let shadow = Settings {
        rules: vec![(Glob::parse("deny.own.*").unwrap(), Treatment::Shadow(Action::Deny))],
        ..Settings::default()
    };
    policy.base = shadow;
    let (verdict, json) = asked(&policy, r#"{"text":"now all is lost"}"#);
    assert_eq!((verdict, &json["text"]), (Verdict::Pass, &json!("now all is lost")));
    assert_eq!((&json["findings"][0]["shadow"], &json["findings"][0]["action"]), (&json!(true), &json!("deny")));
}

#[test]
fn media_that_is_none_is_denied_with_its_reason() {
    let (verdict, json) = ask(r#"{"result":{"content":[{"type":"image","data":"!","mimeType":"image/png"}]}}"#);
    assert_eq!(
        (verdict, &json["result"], &json["reason"]),
        (Verdict::Denied, &json!(null), &json!("upstream.malformed"))
    );
}

#[test]
fn what_is_no_question_is_told_and_not_repeated() {
    for (line, id, fault) in [
        ("", None, "no strict JSON"),
        ("[]", None, "not a JSON object"),
        (r#"{"id":{},"text":"x"}"#, None, "`id`"),
        (r#"{"id":3}"#, Some("3"), "exactly one"),
        (r#"{"id":"s3","text":"x","result":{}}"#, Some("\"s3\""), "exactly one"),
        (r#"{"text":1}"#, None, "`text` is not a string"),
        (r#"{"result":"secret words"}"#, None, "`result` is not an object"),
        (r#"{"text":"x","tool":1}"#, None, "`tool` is not a string"),
        (r#"{"text":"x","text":"y"}"#, None, "a duplicate key"),
        (r#"{"text":"x"} {"text":"y"}"#, None, "bytes after the value"),
    ] {
        let unclear = Question::read(Bytes::copy_from_slice(line.as_bytes())).unwrap_err();
        assert_eq!(unclear.id.as_deref(), id, "{line}");
        assert!(unclear.fault.contains(fault) && !unclear.fault.contains("secret words"), "{line}: {unclear}");
    }
}
