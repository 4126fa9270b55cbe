//! Values with markup between their characters that shows nothing.

use super::pending::check;
use super::*;

/// The value in pieces of so many characters, each put so.
fn pieces(text: &str, size: usize, write: impl Fn(&str) -> String) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|piece| write(&piece.iter().collect::<String>())).collect()
}

const MARKS: &[Form] = &[
    ("bold, each", |t| pieces(t, 1, |c| format!("<b>{c}</b>"))),
    ("spans", |t| pieces(t, 3, |c| format!("<span class=\"a b\" id=k9>{c}</span>"))),
    ("breaks that may be", |t| pieces(t, 2, |c| format!("{c}<wbr/>"))),
    ("closing tags alone", |t| pieces(t, 4, |c| format!("{c}</font>"))),
    ("brackets in quotes", |t| pieces(t, 4, |c| format!("<i title=\"a>b<c\">{c}</i>"))),
    ("tags over lines", |t| pieces(t, 5, |c| format!("{c}<b\n class='x'\n>"))),
    ("comments", |t| pieces(t, 1, |c| format!("{c}<!-- note 42 -->"))),
    ("comments with brackets", |t| pieces(t, 3, |c| format!("{c}<!-- <b> a > b -->"))),
    ("long comments", |t| pieces(t, 9, |c| format!("{c}<!-- {}-->", "word <9 ".repeat(300)))),
    ("sections", |t| pieces(t, 2, |c| format!("<![CDATA[{c}]]>"))),
    ("bogus comments", |t| pieces(t, 2, |c| format!("{c}<![CDATA[noise7]]>"))),
    ("instructions", |t| pieces(t, 2, |c| format!("{c}<?php x9 ?>"))),
    ("declarations", |t| pieces(t, 2, |c| format!("{c}<!x y>"))),
    ("of no size", |t| pieces(t, 2, |c| format!("{c}<span style=\"font-size: 0px\">noise7</span>"))),
    ("hidden", |t| pieces(t, 3, |c| format!("{c}<i hidden>no9</i>"))),
    ("templates", |t| pieces(t, 3, |c| format!("{c}<template>no9<b>x</b></template>"))),
    ("faint, and seen", |t| pieces(t, 3, |c| format!("<i style=\"opacity:0.9\">{c}</i>"))),
    ("strong", |t| pieces(t, 2, |c| format!("**{c}**"))),
    ("emphasis", |t| pieces(t, 2, |c| format!("*{c}*"))),
    ("code", |t| pieces(t, 3, |c| format!("`{c}`"))),
    ("struck", |t| pieces(t, 3, |c| format!("~~{c}~~"))),
    ("empty links", |t| pieces(t, 2, |c| format!("{c}[](a9.md)"))),
    ("empty images", |t| pieces(t, 2, |c| format!("{c}![](a9.png \"t\")"))),
    ("links", |t| pieces(t, 3, |c| format!("[{c}](#part-9)"))),
    ("references", |t| pieces(t, 3, |c| format!("[{c}][note9]"))),
    ("nothing by name", |t| pieces(t, 1, |c| format!("{c}&zwnj;&shy;"))),
    ("nothing by number", |t| pieces(t, 1, |c| format!("{c}&#8203;&#x200d;"))),
    ("tags as references", |t| pieces(t, 2, |c| format!("{c}&lt;b&gt;"))),
    ("tags as escapes", |t| pieces(t, 2, |c| format!("{c}\\u003cb\\u003e\\u003c\\/b\\u003e"))),
    ("references in tags", |t| pieces(t, 2, |c| c.chars().map(|c| format!("<u>&#{};</u>", u32::from(c))).collect())),
];

fn plain_values() -> Vec<String> {
    values().into_iter().enumerate().filter(|(at, _)| matches!(at, 0..=4 | 8)).map(|(_, value)| value).collect()
}

#[test]
fn markup_between_the_characters_hides_nothing() {
    for value in plain_values() {
        let registered = registered(std::slice::from_ref(&value));
        for (name, form) in MARKS {
            let spelt = form(&value);
            for (before, after) in [("", ""), ("the key is ", " and that is all"), ("<p>Key: <b>", "</b></p>\n")] {
                let text = format!("{before}{spelt}{after}");
                let hits = find(&registered, &text);
                assert!(!hits.is_empty(), "{name} of {value}: {text}");
                assert!(hits.iter().all(|hit| hit.span.start >= before.len().saturating_sub(4)), "{name}: {hits:?}");
                let left = redact(&registered, &text);
                assert!(left.starts_with(before) && find(&registered, &left).is_empty(), "{name}: {left}");
            }
        }
    }
}

#[test]
fn nor_does_it_in_what_is_encoded() {
    let value = plain_values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    for (name, form) in MARKS {
        for (outer, encode) in FORMS.iter().filter(|(outer, _)| !matches!(*outer, "upper" | "lower")) {
            let escaped = name.contains("escapes") && outer.contains("JSON");
            let spelt = encode(&form(&value));
            assert!(escaped || !find(&registered, &spelt).is_empty(), "{outer} of {name}: {spelt}");
        }
        for (inner, encode) in FORMS.iter().filter(|(inner, _)| matches!(*inner, "base64" | "hex" | "percent")) {
            let spelt = form(&encode(&value));
            assert!(!find(&registered, &spelt).is_empty(), "{name} of {inner}: {spelt}");
        }
    }
}

#[test]
fn a_value_with_markup_is_held_until_it_is_whole() {
    for value in plain_values() {
        let registered = registered(std::slice::from_ref(&value));
        for (_, form) in MARKS {
            check(&registered, &format!("so it is: {} and so on, <b>more</b> text", form(&value))).unwrap();
        }
    }
}

#[test]
fn other_text_with_markup_is_left() {
    let all = values();
    let registered = registered(&all);
    let value = all.get(1).unwrap();
    let (first, second) = value.split_at(value.len() / 2);
    let far = "and other words ".repeat(20);
    for text in [
        format!("<p>{first}</p> {far} <p>{second}</p>"),
        format!("<b>{first}</b> alone, and <i>{far}</i>"),
        "<ul><li>one</li><li>two <a href=\"#x\">three</a></li></ul>".repeat(200),
        "Vec<Option<T>> and a < b, c > d; list[0](x)[1][2]".repeat(50),
    ] {
        assert!(find(&registered, &text).is_empty(), "{text}");
    }
    let page = "<p class=\"x\">Some <b>words</b> of a page, [linked](#a).</p> ".repeat(20);
    assert!(page.len() - registered.pending(&page) < 40);
}
