//! URLs in running text, as browsers and other clients read them.

use crate::{Policy, Prefix, clean};

#[test]
fn what_a_browser_reads_as_a_url_is_one() {
    let policy =
        Policy { allowed_links: vec![Prefix::parse("https://docs.example.com/").unwrap()], ..Policy::default() };
    for text in [
        "https:/evil.test/x",
        "https:evil.test/x",
        r"https:\\evil.test\x",
        r"https:/\evil.test/x",
        "https:////evil.test/x",
        "https:\u{ff0f}\u{ff0f}evil.test/x",
        "\u{ff48}\u{ff54}\u{ff54}\u{ff50}\u{ff53}://evil.test/x",
        "\u{24d7}\u{24e3}\u{24e3}\u{24df}://evil.test/x",
        "https://drop\u{3002}evil\u{ff0e}test/x",
        "www\u{3002}evil.test/x",
        r"\\evil.test\share\x",
        r"\\\\evil.test\\share",
        "xmpp:a@evil.test/x",
        r#"{"u":"https:\u002f\u002fevil.test\u002fx"}"#,
        "mailto:a@evil.test?body=x",
    ] {
        let out = clean(text, &policy).text;
        assert!(out.contains("[link removed]") && !out.contains("evil") && !out.contains("share"), "{text} -> {out}");
    }
}

#[test]
fn what_nobody_follows_stays() {
    let policy =
        Policy { allowed_links: vec![Prefix::parse("https://docs.example.com/").unwrap()], ..Policy::default() };
    for text in [
        "s3://bucket/key, postgres://user@db:5432/x, file:///etc/hosts and docker://alpine:3",
        "Open http://localhost:8080/a or [http://127.0.0.1:3000](http://127.0.0.1:3000/).",
        "http:foo, https:bar, http::get and xmpp:iq",
        r"C:\\Users\x, \\server\share, a\\b.c\d",
        r"caf\u00e9 \u0026 \u003cb\u003e",
        "\u{8acb}\u{770b}https://docs.example.com/a\u{3002}\u{7136}\u{5f8c}",
        "\u{8acb}\u{770b}https://docs.example.com\u{3002}API \u{6587}",
    ] {
        assert_eq!(clean(text, &policy).text, text);
    }
    for text in ["![a](http://localhost/x)", "<img src=http://localhost/x>", "<form action=http://localhost/x>"] {
        assert_ne!(clean(text, &policy).text, text);
    }
}

#[test]
fn mail_and_calls_may_be_allowed() {
    let allowed = ["mailto:help@example.com", "tel:+49301234567", "ftp://files.example.com/pub/"];
    let allowed_links = allowed.map(|entry| Prefix::parse(entry).unwrap()).to_vec();
    let policy = Policy { allowed_links, ..Policy::default() };
    for text in [
        "[mail](mailto:help@example.com?subject=a)",
        "<a href=\"mailto:Help@example.com\">m</a>",
        "[call](tel:+49-30-1234567)",
        "<mailto:help@example.com>",
        "ftp://files.example.com/pub/a.txt",
    ] {
        assert_eq!(clean(text, &policy).text, text);
    }
    for text in [
        "[mail](mailto:help@example.com?cc=x@evil.test)",
        "[mail](mailto:help@example.com,x@evil.test)",
        "[mail](mailto:x@evil.test)",
        "[call](tel:+4490012345)",
        "ftp://files.example.com/other",
        "ftp://files.example.com@evil.test/pub/",
        "![m](mailto:help@example.com)",
    ] {
        assert_ne!(clean(text, &policy).text, text);
    }
}
