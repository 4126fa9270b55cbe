//! Registered values in pieces: over keys, values, items and blocks of one answer, in several forms, each with a benign twin.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use casemate_core::json::quote;
use casemate_inspect::Registered;
use std::sync::Arc;

/// A small generator (SplitMix64).
struct Draw(u64);

impl Draw {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn value(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut one = || char::from(LETTERS[usize::try_from(self.next() % 62).unwrap()]);
        (0..28).map(|_| one()).collect()
    }
}

type Form = (&'static str, fn(&str) -> String);

const FORMS: &[Form] = &[
    ("plain", str::to_owned),
    ("upper", |v| v.to_uppercase()),
    ("base64", |v| STANDARD.encode(v)),
    ("base64url within a text", |v| URL_SAFE_NO_PAD.encode(format!("key={v};"))),
    ("hex", |v| v.bytes().map(|b| format!("{b:02x}")).collect()),
    ("percent", |v| v.bytes().map(|b| format!("%{b:02X}")).collect()),
    ("reversed", |v| v.chars().rev().collect()),
];

fn joined(pieces: &[String], write: impl Fn(usize, &str) -> String) -> String {
    pieces.iter().enumerate().map(|(i, piece)| write(i, piece)).collect::<Vec<_>>().join(",")
}

fn objects(pieces: &[String], value: &str) -> String {
    format!("{{{}}}", joined(pieces, |_, piece| format!(r#""{piece}":{value}"#)))
}

type Layout = (&'static str, fn(&[String]) -> String);

/// JSON that holds the pieces.
const LAYOUTS: &[Layout] = &[
    ("keys of empty texts", |p| objects(p, r#""""#)),
    ("keys of numbers", |p| objects(p, "17")),
    ("keys of words", |p| objects(p, r#""yes""#)),
    ("keys of truths", |p| objects(p, "true")),
    ("keys of objects", |p| objects(p, r#"{"a":[]}"#).replace(r#""a""#, r#""""#)),
    ("keys within keys", |p| p.iter().rev().fold("1".to_owned(), |inner, piece| format!(r#"{{"{piece}":{inner}}}"#))),
    ("keys and values by turns", |p| {
        let pairs = p.chunks(2).map(|two| format!(r#""{}":"{}""#, two[0], two.get(1).map_or("", String::as_str)));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }),
    ("values", |p| format!("{{{}}}", joined(p, |i, piece| format!(r#""part{i}":"{piece}""#)))),
    ("values between numbers", |p| format!("{{{}}}", joined(p, |i, piece| format!(r#""n{i}":{i},"p{i}":"{piece}""#)))),
    ("items", |p| format!("[{}]", joined(p, |_, piece| format!(r#""{piece}""#)))),
    ("items of objects", |p| format!("[{}]", joined(p, |i, piece| format!(r#"{{"n":"row {i}","part":"{piece}"}}"#)))),
    ("cells of rows", |p| format!("[{}]", joined(p, |i, piece| format!(r#"["row {i}","{piece}",{i}]"#)))),
    ("items of items", |p| {
        let nested = p.chunks(3).map(|some| format!("[[{}]]", joined(some, |_, piece| format!(r#"["{piece}"]"#))));
        format!("[{}]", nested.collect::<Vec<_>>().join(","))
    }),
    ("values in objects", |p| {
        p.iter().rev().fold("null".to_owned(), |inner, piece| format!(r#"{{"v":"{piece}","next":{inner}}}"#))
    }),
    ("far apart", |p| {
        let fill = "An ordinary line of an ordinary text. ".repeat(600);
        let one = |i: usize, piece: &str| {
            if i == 1 { format!(r#"{{"p":"{piece}","fill":"{fill}"}}"#) } else { format!(r#"{{"p":"{piece}"}}"#) }
        };
        format!("[{}]", joined(p, one))
    }),
];

type Channel = (&'static str, Shape, fn(&str) -> String);

/// Messages that hold JSON.
const CHANNELS: &[Channel] = &[
    ("structured content", Shape::Result(Method::ToolsCall), |j| {
        format!(r#"{{"id":1,"result":{{"structuredContent":{{"d":{j}}},"content":[]}}}}"#)
    }),
    ("JSON in a text", Shape::Result(Method::ToolsCall), |j| {
        format!(r#"{{"id":1,"result":{{"content":[{{"type":"text","text":{}}}]}}}}"#, quote(j))
    }),
    ("both", Shape::Result(Method::ToolsCall), |j| {
        format!(r#"{{"id":1,"result":{{"content":[{{"type":"text","text":{}}}],"structuredContent":{j}}}}}"#, quote(j))
    }),
    ("resource", Shape::Result(Method::ResourcesRead), |j| {
        format!(r#"{{"id":1,"result":{{"contents":[{{"uri":"a:b","text":{}}}]}}}}"#, quote(j))
    }),
    ("error", Shape::Error, |j| format!(r#"{{"id":1,"error":{{"code":-32000,"message":"no","data":{j}}}}}"#)),
    ("notification", Shape::Notification, |j| {
        format!(r#"{{"method":"notifications/message","params":{{"level":"info","data":{j}}}}}"#)
    }),
];

/// Answers that hold the pieces in items of the protocol.
const BLOCKS: &[Layout] = &[
    ("texts", |p| joined(p, |_, piece| format!(r#"{{"type":"text","text":"{piece}"}}"#))),
    ("resources", |p| {
        joined(p, |i, piece| format!(r#"{{"type":"resource","resource":{{"uri":"a:{i}","text":"{piece}"}}}}"#))
    }),
    ("names", |p| joined(p, |i, piece| format!(r#"{{"type":"resource_link","uri":"a:{i}","name":"{piece}"}}"#))),
    ("names and descriptions", |p| {
        let pairs = p.chunks(2).map(|two| {
            let second = two.get(1).map_or("", String::as_str);
            format!(r#"{{"type":"resource_link","name":"{}","description":"{second}","uri":"a:"}}"#, two[0])
        });
        pairs.collect::<Vec<_>>().join(",")
    }),
];

fn pieces(spelt: &str, size: usize) -> Vec<String> {
    spelt.as_bytes().chunks(size).map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect()
}

/// What is wrong about a message; nothing where none of the pieces is left or it is withheld.
fn leaks(message: &str, shape: Shape, rules: &Rules, pieces: &[String]) -> Option<String> {
    let json = parse(message);
    let out = match inspect_json(&json, shape, rules, 0) {
        Err(withheld) if withheld.refusal.reason == Reason::OutputDenied => return None,
        Err(withheld) => return Some(format!("{:?}", withheld.refusal)),
        Ok(inspected) => String::from_utf8(inspected.edits.apply(&json).to_vec()).unwrap(),
    };
    let left = pieces.iter().filter(|piece| piece.len() >= 4 && out.contains(piece.as_str())).count();
    (left > 1 || out == message).then_some(out)
}

#[test]
fn a_value_in_pieces_goes_through_in_no_layout() {
    let mut draw = Draw(20_261_123);
    let (mut bad, mut count) = (Vec::new(), 0);
    for (form, write) in FORMS {
        let (value, other) = (draw.value(), draw.value());
        let registered = Arc::new(Registered::new([value.as_bytes()]));
        let rules = Rules { tokens: 1_000_000, ..under(&Policy { registered, ..Policy::default() }, false) };
        for size in [4, 7, 13] {
            let (parts, twin) = (pieces(&write(&value), size), pieces(&write(&other), size));
            let mut check = |name: &str, shape, message: String, benign: String| {
                // Two pieces of a value may be the same, and two keys may not.
                let made = |text: &str| Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default());
                let (Ok(_), Ok(json)) = (made(&message), made(&benign)) else { return };
                count += 1;
                if let Some(out) = leaks(&message, shape, &rules, &parts) {
                    bad.push(format!("{form} / {size} / {name}: {}", &out[..out.floor_char_boundary(300)]));
                }
                let clean = inspect_json(&json, shape, &rules, 0)
                    .is_ok_and(|i| i.report.notes.iter().all(|n| !n.rule.starts_with("registered.")));
                assert!(clean, "{form} / {size} / {name}: {benign}");
            };
            for (layout, make) in LAYOUTS {
                for (channel, shape, put) in CHANNELS {
                    check(&format!("{layout} / {channel}"), *shape, put(&make(&parts)), put(&make(&twin)));
                }
            }
            for (layout, make) in BLOCKS {
                let put = |p: &[String]| format!(r#"{{"id":1,"result":{{"content":[{}]}}}}"#, make(p));
                check(layout, Shape::Result(Method::ToolsCall), put(&parts), put(&twin));
            }
        }
    }
    assert!(count > 1500, "{count}");
    assert!(bad.is_empty(), "{} of {count}: {}", bad.len(), bad.join("\n"));
}

#[test]
fn what_lies_whole_in_one_text_goes_from_it_and_its_neighbours_stay() {
    let value = Draw(5).value();
    let registered = Arc::new(Registered::new([value.as_bytes()]));
    let rules = under(&Policy { registered, ..Policy::default() }, false);
    for spelt in FORMS.iter().map(|(_, write)| write(&value)) {
        let body = format!(r#"{{"structuredContent":{{"before":"abc","key":"{spelt}","next":1,"n":"def"}}}}"#);
        let out = call(&body, &rules);
        assert!(
            out.starts_with(r#"{"structuredContent":{"before":"abc","key":""#)
                && out.ends_with(r#"","next":1,"n":"def"}}"#),
            "{out}"
        );
        assert!(!out.contains(spelt.as_str()), "{out}");
    }
}
