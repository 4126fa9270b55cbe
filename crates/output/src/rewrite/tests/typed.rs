//! Texts whose media type, key or place says what they are.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

#[test]
fn what_a_media_type_says_is_html_is_judged_as_html() {
    for (kind, html) in [
        ("text/html", "<p>Report</p><p style='display:none'>hidden words</p>"),
        ("Text/HTML; charset=utf-8", "Report <span hidden>hidden words</span>"),
        ("application/xhtml+xml", "<p>Report</p><p style='position:absolute;left:-9999px'>hidden words</p>"),
        ("image/svg+xml", "<svg><desc>hidden words</desc></svg>Report"),
    ] {
        let text =
            format!(r#"{{"id":1,"result":{{"contents":[{{"uri":"a:b","mimeType":"{kind}","text":"{html}"}}]}}}}"#);
        let (out, notes) = inspected(&text, Shape::Result(Method::ResourcesRead), &rules()).unwrap();
        assert!(!out.contains("hidden words") && out.contains("Report"), "{out}");
        assert!(notes.contains(&("html.hidden".to_owned(), "redact")), "{notes:?}");
        let mut wide = rules();
        wide.media_bytes = 1024;
        let blob = STANDARD.encode(html);
        let body = format!(
            r#"{{"content":[{{"type":"resource","resource":{{"uri":"a:b","mimeType":"{kind}","blob":"{blob}"}}}}]}}"#
        );
        assert!(!call(&body, &wide).contains(&blob), "{kind}");
        // Of no type, what begins as a document does is one all the same.
        let plain = text.replace(kind, "text/plain");
        if html.starts_with("<svg>") {
            continue;
        }
        assert_eq!(inspected(&plain, Shape::Result(Method::ResourcesRead), &rules()).unwrap().0, plain);
    }
    let fine = r#"{"contents":[{"uri":"a:b","mimeType":"text/html","text":"<!-- toc --><p>1 < 2 <b>x</b>"}]}"#;
    assert_eq!(result(Method::ResourcesRead, fine, &rules()).unwrap(), fine);
}

#[test]
fn a_page_that_a_server_asks_for_has_a_rule_of_its_own() {
    let ask = r#"{"id":1,"method":"elicitation/create","params":{"mode":"url","message":"sign in","elicitationId":"e","url":"https://evil.test/x"}}"#;
    let (out, notes) = inspected(ask, Shape::Request, &rules()).unwrap();
    assert_eq!((out.as_str(), notes.as_slice()), (ask, &[("link.elicitation".to_owned(), "report")][..]));
    let glob = |id: &str| casemate_core::glob::Glob::parse(id).unwrap();
    let deny = |id: &str| {
        let rules = vec![(glob(id), crate::policy::Treatment::Do(Action::Deny))];
        under(&Policy { base: Settings { rules, ..Settings::default() }, ..Policy::default() }, false)
    };
    assert_eq!(inspected(ask, Shape::Request, &deny("link.elicitation")), Err(Reason::OutputDenied));
    assert!(inspected(ask, Shape::Request, &deny("link.uri")).is_ok());
    let link = r#"{"content":[{"type":"resource_link","name":"n","uri":"https://evil.test/x"}]}"#;
    assert_eq!(result(Method::ToolsCall, link, &deny("link.uri")), Err(Reason::OutputDenied));
    assert_eq!(call(link, &deny("link.elicitation")), link);
}

#[test]
fn a_number_is_a_host_where_its_key_says_so() {
    for (key, value) in [("host", "10.1"), ("apiUrl", "167772161"), ("server_ip", "0251.0376.0251.0376")] {
        let body = format!(r#"{{"structuredContent":{{"{key}":"{value}"}}}}"#);
        assert_eq!(result(Method::ToolsCall, &body, &rules()), Err(Reason::OutputDenied), "{body}");
        let other = body.replace(key, "version");
        if value != "0251.0376.0251.0376" {
            assert_eq!(call(&other, &rules()), other);
        }
    }
}

#[test]
fn a_private_host_goes_up_in_no_notation() {
    use crate::policy::ArgumentHosts;
    let base = Settings { argument_hosts: Some(ArgumentHosts::Deny), ..Settings::default() };
    let filter = Policy { base, ..Policy::default() }.filter(&Scope::default(), 0);
    let refused = |arguments: &str| {
        let call = request(&format!(r#""arguments":{arguments}"#));
        crate::arguments::check_hosts(&call, &filter).is_err()
    };
    for arguments in [
        r#"{"10.0.0.5":1}"#,
        r#"{"a":{"http://db.corp.local/":[]}}"#,
        r#"{"host":"2852039166"}"#,
        r#"{"host":2852039166}"#,
        r#"{"host":"0xA9FEA9FE"}"#,
        r#"{"host":"0251.0376.0251.0376"}"#,
        r#"{"base_url":"127.1/x"}"#,
        r#"{"hosts":["a.example","127.1"]}"#,
        r#"{"url":"http:/10.1/"}"#,
        r#"{"url":"http:\\\\10.1"}"#,
        r#"{"endpoint":"[::]:80"}"#,
        r#"{"url":"http://[::ffff:a00:1]/"}"#,
        r#"{"host":"metadata"}"#,
        r#"{"host":"%31%30.1"}"#,
    ] {
        assert!(refused(arguments), "{arguments}");
    }
    for arguments in [
        r#"{"version":"10.1","id":"167772161","n":10.1}"#,
        r#"{"host":"example.org","port":8080}"#,
        r#"{"url":"https://8.8.8.8/","node":"3"}"#,
        r#"{"host":"web","ip_version":"4"}"#,
    ] {
        assert!(!refused(arguments), "{arguments}");
    }
}
