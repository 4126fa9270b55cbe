//! What is left of text with inline HTML, as html5ever reads it: nothing that loads, runs or leads where it may not.

use super::dom::{Dom, Kind};
use super::{BYTES, clean_document};
use crate::markup::{css_loads, judge_element};
use crate::{Policy, Prefix, clean};
use proptest::prelude::*;

const PIECES: &[&str] = &[
    "<a href=\"",
    "<a href='",
    "<a href=",
    "<img src=",
    "<img src=\"",
    "<IMG\nSRC=",
    "<img/src=",
    "<iframe src=",
    "<svg><image href=",
    "<svg><use xlink:href=",
    "<link rel=dns-prefetch href=",
    "<link rel=stylesheet href=",
    "<meta http-equiv=refresh content='0;url=",
    "<base href=",
    "<form action=",
    "<button formaction=",
    "<object data=",
    "<embed src=",
    "<video poster=",
    "<body background=",
    "<p style=\"background:url(",
    "<p style='width:calc(",
    "<x style=",
    "<input type=image src=",
    "<math href=",
    "<svg><a xlink:href=",
    "<svg><animate attributeName=href values=",
    "<svg><set attributeName=href to=",
    "<svg><feImage href=",
    "<source srcset=\"a 1x, ",
    "<img srcset=",
    "<a ping=",
    "<blockquote cite=",
    "<html manifest=",
    "<table background=",
    "<td background=",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "@import '",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<noscript>",
    "</noscript>",
    "<template>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<plaintext>",
    "<xmp>",
    "<p onclick=",
    "<details ontoggle=",
    "<iframe srcdoc=\"",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "=",
    "/",
    "/>",
    " ",
    "\n",
    "\t",
    "\u{c}",
    "\r",
    "//evil.test/x",
    "https://evil.test/x",
    "https:evil.test",
    "/\\evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "&#104;ttps:",
    "&Tab;",
    "&sol;",
    "&colon;",
    "&lt;",
    "&quot;",
    "&gt;",
    "https://docs.example.com/manual",
    "https://img.example.com/a.png",
    "local.png",
    "text",
    "</a>",
    "</p>",
    "<p>",
    "<b>",
    "<b ",
    "<x ",
    "a",
    "&",
    "\u{200b}",
    "\u{0}",
    "<table>",
    "<tr>",
    "<math><mtext>",
    "<mglyph>",
    "<annotation-xml encoding=text/html>",
    "<svg>",
    "</svg>",
    "<desc>",
    "<foreignObject>",
    "<select>",
    "<option>",
    "![",
    "](",
    ")",
    "[",
    "]",
    ":",
    "x=",
    "y",
];

fn allowing() -> Policy {
    Policy {
        allowed_links: vec![Prefix::parse("https://docs.example.com/manual").unwrap()],
        allowed_images: vec![Prefix::parse("https://img.example.com/").unwrap()],
        ..Policy::default()
    }
}

/// What an element of the parsed text does that it may not.
fn left(text: &str, policy: &Policy) -> Option<String> {
    let dom = Dom::parse(text)?;
    for node in (0..).map_while(|id| dom.node(id)) {
        let Kind::Element(name, attributes) = &node.kind else { continue };
        let pairs = attributes.iter().map(|a| (&*a.name.local, &*a.value));
        // Content of a style is judged: a tag in its place is a tag elsewhere.
        if &*name.local == "style" {
            let text = |id: &usize| matches!(&dom.node(*id).unwrap().kind, Kind::Text(text) if css_loads(text));
            if node.children.iter().any(text) {
                return Some("style".to_owned());
            }
        }
        if let Some((rule, _)) = judge_element(&name.local.to_ascii_lowercase(), pairs, policy) {
            return Some(format!("{rule}: {name:?} {attributes:?}"));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_browser_would_follow_is_left(parts in prop::collection::vec(prop::sample::select(PIECES), 0..20)) {
        let text = parts.concat();
        for policy in [Policy::default(), allowing(), Policy { strip_images: true, ..allowing() }] {
            let inline = clean(&text, &policy);
            prop_assert_eq!(left(&inline.text, &policy), None, "inline {:?} -> {:?}", text, inline.text);
            let whole = clean_document(&text, &policy, BYTES);
            prop_assert_eq!(left(&whole.text, &policy), None, "document {:?} -> {:?}", text, whole.text);
            let again = clean_document(&whole.text, &policy, BYTES);
            prop_assert_eq!(&again.text, &whole.text, "not idempotent for {:?}", text);
            prop_assert_eq!(clean_document(&text, &policy, 0).text.contains('<'), false);
        }
    }
}
