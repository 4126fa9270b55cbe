//! The filters as a reader of the result sees them, with an independent Markdown parser as the judge.

mod forms;
mod pieces;
mod properties;

use crate::{Action, Cleaned, Place, Policy, Prefix, State, clean, clean_with, cut, place_of};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::borrow::Cow;

fn allowing() -> Policy {
    Policy {
        allowed_links: vec![Prefix::parse("https://docs.example.com/manual").unwrap()],
        allowed_images: vec![Prefix::parse("https://img.example.com/").unwrap()],
        ..Policy::default()
    }
}

fn default(text: &str) -> String {
    clean(text, &Policy::default()).text.into_owned()
}

/// The destinations of links and images in the text, as CommonMark with GitHub's extensions reads it.
/// Links of wikis have no grammar that readers share; they have examples of their own.
fn destinations(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut links, mut images) = (Vec::new(), Vec::new());
    for event in Parser::new_ext(text, Options::all().difference(Options::ENABLE_WIKILINKS)) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::Start(Tag::Image { dest_url, .. }) => images.push(dest_url.into_string()),
            _ => {}
        }
    }
    (links, images)
}

#[test]
fn ordinary_text_is_borrowed() {
    for text in [
        "",
        "Plain words, 3 < 4 and a && b; x[0] = y[1](z); see [chapter](ch.md#two) or [top](#top).",
        "Vec<String>, HashMap<K, V>, <stdin>, <T: Display>, std::collections, 12:30, key: value",
        "![logo](img/logo.png \"t\") and ![r][ref]\n\n[ref]: /img/x.png",
        "path/to//file.rs:12:7 // comment.about(code) and C:\\dir",
        "R&D, &amp; &lt;b&gt;, a&b=c",
        "- [ ] task\n- [x] done\n\n| a | b |\n|:--|--:|\n",
        "<b>bold</b> <br/> <p class=\"x\">text</p> <img src=\"local.png\" alt=\"a\">",
        "app[1234]: error: disk full\n[INFO]: module:item started\nfoo[1]: std::x",
        "<xs:element> <svg:g> <std::string> git log <user@example.com>",
        "data: 5, javascript: the good parts, \"data\":[1]",
    ] {
        let out = clean(text, &Policy::default());
        assert_eq!(out.text, text);
        assert!(matches!(out.text, Cow::Borrowed(_)) && out.findings.is_empty(), "{text} {:?}", out.findings);
    }
}

#[test]
fn the_text_stays_and_the_destination_goes() {
    for (text, want) in [
        ("see [here](https://evil.test/?q=1) now", "see here [link removed] now"),
        ("![alt](https://evil.test/a.png \"title\") x", "alt [image removed] x"),
        ("![](https://evil.test/a.png)", "[image removed]"),
        ("[![a](//e.test/i)](//e.test/l)", "a [image removed] [link removed]"),
        ("[a]: https://evil.test 'x'\n[a]", "[a]: [link removed] 'x'\n[a]"),
        ("[a]:\n  <//evil.test>", "[a]:\n  [link removed]"),
        ("go to <https://evil.test/x>.", "go to [link removed]."),
        ("mail <mailto:a@evil.test>", "mail [link removed]"),
        ("go to https://evil.test/x?y=z, or (http://e.test/a_(b)).", "go to [link removed], or ([link removed])."),
        ("WWW.evil.test/x", "[link removed]"),
        (
            "[[//evil.test/x]] ![[//e.test/x|a]] [[https:e.test|a]] [[Page|a]] [[ns:page]]",
            "[[[link removed]]] ![[[image removed]|a]] [[[link removed]|a]] [[Page|a]] [[ns:page]]",
        ),
        ("at //evil.test/x?d=1", "at [link removed]"),
        ("{\"u\":\"https:\\/\\/evil.test\\/x\"}", "{\"u\":\"[link removed]\"}"),
        ("[x](javascript:alert(1))", "x [link removed]"),
        ("javascript:alert(1)", "[link removed]"),
        ("data:text/html;base64,PHN2Zz4=", "[link removed]"),
        ("weird+scheme://x", "[link removed]"),
        ("https&colon;//evil.test/x", "[link removed]"),
        ("ht\u{200b}tps://evil.test", "[link removed]"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"),
    ] {
        assert_eq!(default(text), want, "{text}");
    }
}

#[test]
fn every_form_of_a_way_out_is_closed() {
    for text in [
        "![a](https://evil.test/x)",
        "![a](//evil.test/x)",
        "![a](<https://evil.test/x y>)",
        "![a][r]\n\n[r]: https://evil.test/x",
        "![r][]\n\n[r]: <//evil.test/x>\n",
        "![r]\n\n[r]:\n   //evil.test/x 't'",
        "> ![r]\n>\n> [r]: //evil.test/x",
        "> ![r]\n>\n> [r]:\n> //evil.test/x",
        "- ![r]\n\n  [r]: /\\evil.test/x",
        "[r]\n\n[r]: https&#58;//evil.test/x",
        "[a](ht&Tab;tps://evil.test)",
        "[a](https\\://evil.test)",
        "[a](\n//evil.test\n)",
        "[a\n b](//evil.test)",
        "[[a]](//evil.test)",
        "[a](/\\evil.test)",
        "[a](\\\\\\\\evil.test)",
        "\\[a](//evil.test)",
        "[a\\]](//evil.test)",
        "[`a`](//evil.test)",
        "<https://evil.test>",
        "<HTTPS:evil.test>",
        "<img src=//evil.test/x>",
        "<IMG\nSRC='//evil.test/x'>",
        "<img/src=\"&#104;ttps&colon;&#47/evil.test/x\">",
        "<img srcset=\"a.png 1x, //evil.test/b 2x\">",
        "<picture><source srcset=//evil.test/x></picture>",
        "<a href=\"\thttps:evil.test\">x</a>",
        "<a href=\"java\nscript:alert(1)\">x</a>",
        "<iframe src=//evil.test></iframe>",
        "<iframe srcdoc=\"x\"></iframe>",
        "<object data=//evil.test></object>",
        "<embed src=//evil.test>",
        "<form action=//evil.test><button formaction=//evil.test></form>",
        "<meta http-equiv=refresh content=\"0;url=//evil.test\">",
        "<base href=//evil.test>",
        "<link rel=prefetch href=//evil.test>",
        "<script>fetch('//evil.test')</script>",
        "<style>@import '//evil.test'</style>",
        "<p style=\"background:url(//evil.test)\">x</p>",
        "<p style=\"background:u\\72l(//evil.test)\">x</p>",
        "<svg><image href=//evil.test /><use xlink:href=\"//evil.test#a\"/></svg>",
        "<svg><rect fill=\"url(//evil.test#a)\"/></svg>",
        "<svg><animate attributeName=href values=\"//evil.test\"/></svg>",
        "<video poster=//evil.test></video><audio src=//evil.test></audio>",
        "<table background=//evil.test>",
        "<x onmouseover=alert(1)>",
        "<p title=\"</p><img src=//evil.test>\">",
        "<img src=//evil.test",
        "<?xml-stylesheet href=\"//evil.test/x.css\"?>",
    ] {
        let out = clean(text, &Policy::default());
        let lower = out.text.to_lowercase();
        assert_ne!(out.text, text);
        assert!(!out.findings.is_empty(), "{text}");
        let opened = [
            "<img", "<a ", "<iframe", "<object", "<embed", "<form", "<meta", "<base", "<link", "<script", "<style",
            "<p style", "<image", "<use", "<source", "<rect", "<animate", "<video", "<audio", "<table", "<x", "<?xml",
        ];
        assert!(!opened.iter().any(|tag| lower.contains(tag)), "{text} -> {}", out.text);
        let (links, images) = destinations(&out.text);
        for url in links.iter().chain(&images) {
            assert_eq!(place_of(url, &Policy::default()), Place::Relative, "{text} -> {}", out.text);
        }
    }
}

#[test]
fn a_definition_is_found_behind_any_brackets() {
    for head in ["", "\\[", "\\]", "a\\]b", "\\\\\\["] {
        for before in
            ["".to_owned(), "[".repeat(1023), "[".repeat(1024), "![".repeat(5000), "]".repeat(9), "`[".to_owned()]
        {
            let text = format!("{before}\n\n![{head}r]\n\n[{head}r]: //evil.test/x\n");
            let out = clean(&text, &Policy::default());
            assert!(!out.text.contains("evil"), "{head} {}", before.len());
        }
    }
    let text = format!("{}[x](//evil.test)", "\\".repeat(129));
    assert!(!default(&text).contains("evil"));
}

#[test]
fn what_is_allowed_stays() {
    for text in [
        "[m](https://docs.example.com/manual/a?b=c) and https://docs.example.com/manual.",
        "![i](https://img.example.com/a.png) [d]: x",
        "[r]\n\n[r]: https://docs.example.com/manual/x \"t\"",
        "<https://docs.example.com/manual/>",
        "<img src=\"https://img.example.com/a.png\" alt=\"x\">",
        "<a href='https://docs.example.com/manual'>x</a>",
    ] {
        let out = clean(text, &allowing());
        assert_eq!(out.text, text, "{:?}", out.findings);
    }
    for text in [
        "![i](https://docs.example.com/manual/a.png)",
        "![r]\n\n[r]: https://docs.example.com/manual/x",
        "<img src=https://docs.example.com/manual/a.png>",
        "https://docs.example.com/manual/?u=//evil.test",
        "https://docs.example.com/",
    ] {
        assert_ne!(clean(text, &allowing()).text, text);
    }
}

#[test]
fn a_sensitive_place_has_no_images() {
    for (text, want) in [
        ("![a](b.png) x", "a [image removed] x"),
        ("![a][r] ![r][] ![r]\n\n[r]: /b.png", "a [image removed] r [image removed] r [image removed]\n\n[r]: /b.png"),
        ("wow!!![a", "wow!! [a"),
        ("<img src=a.png>", "&lt;img src=a.png>"),
        ("![a](https://img.example.com/a.png)", "a [image removed]"),
    ] {
        let policy = Policy { strip_images: true, ..allowing() };
        assert_eq!(clean(text, &policy).text, want, "{text}");
    }
}

#[test]
fn letters_that_run_into_a_scheme_hide_no_url() {
    for letters in [1, 20, 40, 80] {
        let glued = "x".repeat(letters);
        let out = clean(&format!("{glued}https://evil.test/c?d=1 b"), &Policy::default()).text.into_owned();
        assert!(!out.contains("evil.test") && out.ends_with(" b"), "{out}");
    }
}

#[test]
fn bare_links_may_be_data() {
    let policy = Policy { keep_bare_links: true, ..Policy::default() };
    let out = clean("https://a.test/x", &policy);
    assert_eq!(out.text, "https://a.test/x");
    assert_eq!(out.findings.iter().map(|f| (f.rule, f.action)).collect::<Vec<_>>(), [("link.bare", Action::Report)]);
    assert_eq!(clean("javascript:x", &policy).text, "[link removed]");
    assert_eq!(clean("![a](//b)", &policy).text, "a [image removed]");
}

#[test]
fn places_are_those_of_the_given_text() {
    let text = "a\u{200b}b [x](//evil.test) c";
    let out = clean(text, &Policy::default());
    let seen: Vec<_> = out.findings.iter().map(|f| (f.rule, text.get(f.span.clone()).unwrap())).collect();
    assert_eq!(seen, [("invisible.format", "\u{200b}"), ("link.inline", "](//evil.test)")]);
}

/// Texts of which a second run once made something else.
#[test]
fn what_was_cleaned_is_clean() {
    let spaced = "[a](x &#xE0041;\"t\" ) b";
    let split = "[[a]: //evil.test/]x b](//evil.test)";
    let noise = "i<See [this](https://<pict<e>ursource srcset=\"//evrrcil.t/a.png) am\u{1}\0\u{18}\n\u{0}1ps:s](ht?qon\u{1}\0mtps:pb&gt;.test/\
                 ?qon\u{2}\u{1}\0mx](g src=x ](g src=x #one";
    let long = format!("\"{}\"{}", "a:".repeat(5000), "//evil.test/[x".repeat(900));
    for text in [noise, "[[//\n\n[r]: //evil.test\n]://", spaced, split, "![a\n\n[r]: //evil.test/]x\n](//e", &long] {
        for strip_images in [false, true] {
            for policy in [Policy { strip_images, ..Policy::default() }, Policy { strip_images, ..allowing() }] {
                let once = clean(text, &policy).text;
                assert_eq!(clean(&once, &policy).text, once, "{text}");
                for limit in 0..=text.len().min(300) {
                    let (first, second) = text.split_at(cut(text, &policy, limit));
                    let mut state = State::default();
                    let parts = [first, second].map(|part| clean_with(part, &policy, &mut state).text);
                    assert_eq!(parts.concat(), once, "{text} at {limit}");
                }
            }
        }
    }
}

#[test]
fn what_does_not_come_to_rest_is_replaced_whole() {
    let mut text = "//evil.test/x".to_owned();
    for _ in 0..40 {
        text = format!("h[ttp:/[(/{text})](//e)");
    }
    let out = clean(&text, &Policy::default());
    assert_eq!(clean(&out.text, &Policy::default()).text, out.text);
}

#[test]
fn the_list_of_findings_is_bounded() {
    let text = "http://a.test/ ".repeat(3000);
    let out = clean(&text, &Policy::default());
    assert_eq!((out.findings.len(), out.unlisted), (Cleaned::FINDINGS, 2000));
}

/// Each would take minutes if any step looked back over the whole text.
#[test]
fn hostile_repetition_takes_linear_time() {
    let mut units: Vec<String> = [
        "[",
        "![",
        "<",
        "](",
        "]:",
        "<a ",
        "<a x=",
        "<a x=\"",
        "<ab:",
        "a://",
        "](//x (",
        "](a",
        "\n[a]: //b",
        "&#58;",
        "&",
        "\\",
        "//a.bc/",
        "www.a",
        "![a](",
        "[](<",
        "<a x='\" y=\"' z=",
        "\u{200b}",
        "\u{1b}[",
        "&#0",
        "a:",
        "!",
        "http://[",
        "(",
        ")",
        "](https://img.example.com/",
        "\n[r]:https://docs.example.com/manual",
        "<a x=\"'<a x='\"",
        "[a](//b)",
        "<img src=\"",
        "data:a/b",
        "%20",
        "[[ab:b",
        "[[%2f",
        "](%2f",
        "&Tab;",
        "](&Tab;",
    ]
    .map(str::to_owned)
    .to_vec();
    units.push(format!("<a {}", "x".repeat(3000)));
    for unit in units {
        let text = unit.repeat(60_000 / unit.len());
        for policy in [Policy::default(), allowing(), Policy { strip_images: true, ..allowing() }] {
            let out = clean(&text, &policy);
            assert!(out.text.len() <= text.len() * 3 + 64, "{unit}");
        }
    }
}

#[test]
fn a_destination_counts_as_every_renderer_may_read_it() {
    for text in [r"![a](\\evil.example\x.png)", r"[a](\\evil.example\x)", r"![a](<\\evil.example\x.png>)"] {
        let cleaned = clean(text, &Policy::default());
        assert!(!cleaned.text.contains("evil.example"), "{text} -> {}", cleaned.text);
    }
    let plain = r"[a](docs\_x.md) and ![b](img\_1.png)";
    assert_eq!(clean(plain, &Policy::default()).text, plain);
}
