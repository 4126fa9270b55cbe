//! Registered values in every form that is promised, in every carrier, whole and as a stream: nothing of them goes out.

use crate::{Filter, Policy, Rules, Scope, Shape, Stream, inspect_json};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use bytes::Bytes;
use casemate_core::json::{Json, Limits, quote};
use casemate_core::mcp::Method;
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

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn of(&mut self, alphabet: &str, len: usize) -> String {
        (0..len).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Values of the makes that credentials have.
fn values(draw: &mut Draw) -> Vec<String> {
    vec![
        draw.of(ALNUM, 12),
        draw.of(ALNUM, 40),
        draw.of("0123456789abcdef", 32),
        format!("sk-{}_{}", draw.of(ALNUM, 10), draw.of(ALNUM, 14)),
        format!("{}+{}/{}==", draw.of(ALNUM, 20), draw.of(ALNUM, 12), draw.of(ALNUM, 8)),
        format!("{}!{}#{}$", draw.of(ALNUM, 6), draw.of(ALNUM, 6), draw.of(ALNUM, 5)),
    ]
}

fn each(text: &str, write: impl FnMut(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn apart(text: &str, sep: &str, write: impl FnMut(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(sep)
}

/// Some of the characters, chosen by what they are.
fn some(text: &str, write: impl Fn(u8) -> String) -> String {
    each(text, |b| if b % 3 == 0 || !b.is_ascii_alphanumeric() { write(b) } else { char::from(b).to_string() })
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn base32(text: &str) -> String {
    let mut bits: Vec<u8> = text.bytes().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    bits.resize(bits.len().div_ceil(5) * 5, 0);
    let digits = bits.chunks(5).map(|five| {
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[five.iter().fold(0, |n, b| n * 2 + usize::from(*b))])
    });
    let mut out: String = digits.collect();
    while !out.len().is_multiple_of(8) {
        out.push('=');
    }
    out
}

fn hex(text: &str) -> String {
    each(text, |b| format!("{b:02x}"))
}

fn wrapped(text: &str, width: usize, sep: &str) -> String {
    let lines: Vec<_> = text.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
    lines.join(sep)
}

fn cased(text: &str) -> String {
    text.bytes()
        .enumerate()
        .map(|(i, b)| char::from(if i % 2 == 0 { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() }))
        .collect()
}

type Form = (&'static str, fn(&str) -> String);

/// What is promised (docs/output.md).
const FORMS: &[Form] = &[
    ("plain", str::to_owned),
    ("upper", |v| v.to_uppercase()),
    ("lower", |v| v.to_lowercase()),
    ("case by turns", cased),
    ("base64", |v| STANDARD.encode(v)),
    ("base64 without padding", |v| STANDARD_NO_PAD.encode(v)),
    ("base64url", |v| URL_SAFE.encode(v)),
    ("base64url in a longer text, first place", |v| URL_SAFE_NO_PAD.encode(format!("key={v}&more=1"))),
    ("base64url in a longer text, second place", |v| URL_SAFE_NO_PAD.encode(format!("a key={v}&more=1"))),
    ("base64url in a longer text, third place", |v| URL_SAFE_NO_PAD.encode(format!("as key={v}&more=1"))),
    ("base64 in lines", |v| wrapped(&STANDARD.encode(format!("key={v}")), 20, "\r\n")),
    ("base64 of upper", |v| STANDARD.encode(v.to_uppercase())),
    ("base64 of reversed", |v| STANDARD.encode(reversed(v))),
    ("reversed base64", |v| reversed(&STANDARD.encode(v))),
    ("base64 of base64", |v| STANDARD.encode(STANDARD.encode(v))),
    ("base64 of base64 of base64", |v| STANDARD.encode(STANDARD.encode(STANDARD.encode(v)))),
    ("base64 of hex", |v| STANDARD.encode(hex(v))),
    ("hex of base64", |v| hex(&STANDARD.encode(v))),
    ("base64 of percent", |v| STANDARD.encode(each(v, |b| format!("%{b:02X}")))),
    ("base64 of UTF-16", |v| STANDARD.encode(v.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
    ("hex", hex),
    ("HEX", |v| hex(v).to_uppercase()),
    ("hex by turns", |v| cased(&hex(v))),
    ("hex with \\x", |v| each(v, |b| format!("\\x{b:02x}"))),
    ("hex with 0x", |v| apart(v, ",", |b| format!("0x{b:02X}"))),
    ("hex with 0x and blanks", |v| apart(v, ", ", |b| format!("0x{b:02x}"))),
    ("hex with blanks", |v| apart(v, " ", |b| format!("{b:02x}"))),
    ("hex with colons", |v| apart(v, ":", |b| format!("{b:02X}"))),
    ("hex with hyphens", |v| apart(v, "-", |b| format!("{b:02X}"))),
    ("hex in one 0x", |v| format!("0x{}", hex(v))),
    ("hex of reversed", |v| hex(&reversed(v))),
    ("reversed hex", |v| reversed(&hex(v))),
    ("hex of hex", |v| hex(&hex(v))),
    ("percent", |v| each(v, |b| format!("%{b:02X}"))),
    ("percent in lower case", |v| each(v, |b| format!("%{b:02x}"))),
    ("percent in part", |v| some(v, |b| format!("%{b:02X}"))),
    ("percent, as a component", |v| {
        each(v, |b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
    }),
    ("percent twice", |v| each(v, |b| format!("%25{b:02X}"))),
    ("percent of percent", |v| each(&each(v, |b| format!("%{b:02X}")), |b| format!("%{b:02X}"))),
    ("reversed", reversed),
    ("reversed upper", |v| reversed(&v.to_uppercase())),
    ("base32", base32),
    ("base32 in lower case", |v| base32(v).to_lowercase()),
    ("base32 without padding", |v| base32(v).replace('=', "")),
    ("\\u", |v| each(v, |b| format!("\\u{b:04x}"))),
    ("\\u in part", |v| some(v, |b| format!("\\u{b:04X}"))),
    ("\\u{}", |v| each(v, |b| format!("\\u{{{b:x}}}"))),
    ("octal", |v| each(v, |b| format!("\\{b:03o}"))),
    ("decimal references", |v| each(v, |b| format!("&#{b};"))),
    ("hexadecimal references", |v| each(v, |b| format!("&#x{b:x};"))),
    ("references of both kinds", |v| each(v, |b| if b % 2 == 0 { format!("&#{b};") } else { format!("&#X{b:02X};") })),
    ("references in part", |v| some(v, |b| format!("&#{b:04};"))),
    ("references of references", |v| each(v, |b| format!("&amp;#{b};"))),
    ("character codes", |v| apart(v, ",", |b| b.to_string())),
    ("character codes in a list", |v| format!("[{}]", apart(v, ", ", |b| b.to_string()))),
    ("character codes with blanks", |v| apart(v, " ", |b| b.to_string())),
    ("binary codes", |v| apart(v, " ", |b| format!("{b:08b}"))),
    ("code points", |v| apart(v, " ", |b| format!("U+{b:04X}"))),
    ("quoted-printable", |v| each(v, |b| format!("={b:02X}"))),
    ("quoted-printable in part", |v| some(v, |b| format!("={b:02X}"))),
    ("quoted-printable in lines", |v| wrapped(&v.replace('=', "=3D"), 10, "=\r\n")),
    ("zero-width characters", |v| each(v, |b| format!("{}\u{200b}\u{200d}", char::from(b)))),
    ("soft hyphens", |v| each(v, |b| format!("{}\u{ad}", char::from(b)))),
    ("blanks", |v| apart(v, " ", |b| char::from(b).to_string())),
    ("hyphens", |v| apart(v, "-", |b| char::from(b).to_string())),
    ("full stops", |v| apart(v, ".", |b| char::from(b).to_string())),
    ("lines", |v| wrapped(v, 4, "\n")),
    ("lines of CRLF and a quotation sign", |v| wrapped(v, 5, "\r\n> ")),
    ("strings", |v| wrapped(v, 4, "\" + \"")),
    ("single strings", |v| wrapped(v, 4, "' . '")),
    ("a list of strings", |v| format!("[\"{}\"]", wrapped(v, 3, "\", \""))),
    ("eight signs", |v| wrapped(v, 3, "|,;:/_-\"")),
    ("eight zero-width characters", |v| wrapped(v, 1, &"\u{200b}".repeat(8))),
    ("upper, with blanks", |v| apart(&v.to_uppercase(), " ", |b| char::from(b).to_string())),
    ("case by turns, in strings", |v| wrapped(&cased(v), 3, "', '")),
    ("base64 in strings", |v| wrapped(&STANDARD.encode(v), 6, "\" \"")),
    ("base64 with zero-width characters", |v| wrapped(&STANDARD.encode(v), 2, "\u{200b}")),
    ("hex in lines", |v| wrapped(&hex(v), 8, "\n")),
    ("percent with blanks", |v| apart(v, " ", |b| format!("%{b:02X}"))),
    ("bold", |v| wrapped(v, 3, "**")),
    ("spans", |v| format!("<b>{}</b>", wrapped(v, 4, "</b><b>"))),
    ("comments", |v| wrapped(v, 4, "<!-- -->")),
    ("fullwidth", |v| each(v, |b| char::from_u32(u32::from(b) + 0xfee0).unwrap().to_string())),
];

type Carrier = (&'static str, fn(&str) -> String);

/// Texts around a value.
const CARRIERS: &[Carrier] = &[
    ("alone", str::to_owned),
    ("sentence", |s| format!("The value is {s} as of today, and more.\n")),
    ("link text", |s| format!("see [{s}](https://docs.example/a) there\n")),
    ("link", |s| format!("see [it](https://docs.example/{s}) there\n")),
    ("parameter", |s| format!("see https://docs.example/a?b=1&q={s}&c=2 there\n")),
    ("reference", |s| format!("see [it][r] there\n\n[r]: https://docs.example/a \"{s}\"\n")),
    ("code", |s| format!("run `x {s}` now\n")),
    ("fence", |s| format!("```sh\nexport X=1\n{s}\n```\n")),
    ("JSON", |s| format!("{{\"n\": 1, \"note\": {}}}\n", quote(s))),
    ("YAML", |s| format!("a: 1\nnote: {s}\nb: 2\n")),
    ("attribute", |s| format!("before <i title='{s}'>x</i> behind\n")),
    ("log", |s| format!("2026-01-02T03:04:05Z INFO worker[7]: did x={s} in 3 ms\n")),
    ("table", |s| format!("| a | b |\n|---|---|\n| 1 | {s} |\n")),
    ("document", |s| format!("<!doctype html><html><body><p>One</p><p>{s}</p></body></html>")),
];

type Channel = (&'static str, Shape, fn(&str) -> String);

const CHANNELS: &[Channel] = &[
    ("text", Shape::Result(Method::ToolsCall), |t| {
        format!(r#"{{"id":1,"result":{{"content":[{{"type":"text","text":{t}}}]}}}}"#)
    }),
    ("structured", Shape::Result(Method::ToolsCall), |t| {
        format!(r#"{{"id":1,"result":{{"structuredContent":{{"a":[{{"b":{t}}}]}}}}}}"#)
    }),
    ("resource", Shape::Result(Method::ResourcesRead), |t| {
        format!(r#"{{"id":1,"result":{{"contents":[{{"uri":"a:b","text":{t}}}]}}}}"#)
    }),
    ("description", Shape::Result(Method::ToolsList), |t| {
        format!(r#"{{"id":1,"result":{{"tools":[{{"name":"a","description":{t}}}]}}}}"#)
    }),
    ("error", Shape::Error, |t| format!(r#"{{"id":1,"error":{{"code":-32000,"message":{t}}}}}"#)),
    ("notification", Shape::Notification, |t| {
        format!(r#"{{"method":"notifications/progress","params":{{"progressToken":1,"message":{t}}}}}"#)
    }),
];

/// Whether nothing of the value can be read in an output: nothing of how it was spelt is left that is long enough.
fn held(spelt: &str, out: &str) -> bool {
    let chars: Vec<char> = spelt.chars().collect();
    let most = (chars.len() / 3).max(6);
    !chars.windows(most).any(|some| out.contains(&some.iter().collect::<String>()))
}

fn filter(value: &str) -> Arc<Filter> {
    assert!(Registered::check(value.as_bytes()).is_ok(), "{value}");
    let registered = Arc::new(Registered::new([value.as_bytes()]));
    let mut policy = Policy { registered, ..Policy::default() };
    policy.base.links = Some(vec![casemate_inspect::Prefix::parse("https://docs.example/").unwrap()]);
    policy.filter(&Scope::default(), 0)
}

fn streamed(filter: &Arc<Filter>, text: &str, sizes: &mut Draw) -> String {
    let mut stream = Stream::new(Arc::clone(filter));
    let (mut out, mut rest) = (String::new(), text.as_bytes());
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.len().min(1 + sizes.below(40)));
        rest = more;
        match stream.push_bytes(piece) {
            Ok(given) => out.push_str(&given.text),
            Err(_) => return out,
        }
    }
    stream.finish().map_or_else(|_| out.clone(), |given| out.clone() + &given.text)
}

#[test]
fn no_form_of_a_registered_value_goes_out_in_any_carrier() {
    let (mut count, mut bad) = (0, Vec::new());
    let mut draw = Draw(0x5eed_2026);
    for value in values(&mut draw) {
        let filter = filter(&value);
        for (form, write) in FORMS {
            let spelt = write(&value);
            for (carrier, put) in CARRIERS {
                let text = put(&spelt);
                count += 2;
                let whole = filter.text(&text);
                if !held(&spelt, &whole.text) {
                    bad.push(format!("{form} / {carrier}: {value}: {}", whole.text));
                }
                let out = streamed(&filter, &text, &mut draw);
                if !held(&spelt, &out) {
                    bad.push(format!("{form} / {carrier} / stream: {value}: {out}"));
                }
            }
        }
    }
    let head = bad.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(bad.is_empty(), "{} of {count}:\n{head}", bad.len());
}

#[test]
fn no_form_goes_out_in_any_message() {
    let mut draw = Draw(99);
    let (mut count, mut bad) = (0, Vec::new());
    for value in values(&mut draw) {
        let rules = Rules { filter: filter(&value), media_bytes: 1 << 20, tokens: 1 << 20 };
        for (form, write) in FORMS {
            let spelt = write(&value);
            for (channel, shape, put) in CHANNELS {
                count += 1;
                let message = put(&quote(&format!("note {spelt} end")));
                let json = Json::parse(Bytes::from(message), Limits::default()).unwrap();
                let Ok(inspected) = inspect_json(&json, *shape, &rules, 0) else { continue };
                let twice: Vec<_> =
                    inspected.report.notes.iter().filter(|note| note.rule.starts_with("registered.")).collect();
                let out = String::from_utf8(inspected.edits.apply(&json).to_vec()).unwrap();
                let spelt = quote(&spelt);
                if !held(spelt.trim_matches('"'), &out) || twice.len() != 1 || twice[0].count != 1 {
                    bad.push(format!("{form} / {channel}: {value}: {out} {twice:?}"));
                }
            }
        }
    }
    let head = bad.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(bad.is_empty(), "{} of {count}:\n{head}", bad.len());
}

#[test]
fn the_same_forms_of_other_values_stay() {
    let mut draw = Draw(4);
    for (value, other) in values(&mut draw).into_iter().zip(values(&mut Draw(5))) {
        let filter = filter(&value);
        for (form, write) in FORMS {
            let text = format!("note {} end", write(&other));
            let found = filter.text(&text).findings;
            assert!(found.iter().all(|found| !found.rule.starts_with("registered.")), "{form}: {text}: {found:?}");
        }
    }
}

#[test]
fn a_tag_whose_end_goes_goes_whole() {
    let mut draw = Draw(5);
    let value = draw.of(ALNUM, 24);
    let filter = filter(&value);
    for (before, inside) in [("a ", "<p t=\""), ("", "<b title='>' x="), ("b > c ", "<?x ")] {
        let (one, two) = value.split_at(11);
        let text = format!("{before}{inside}{one}\">{two}\n\"a");
        let want = format!("{before}[secret removed]\n\"a");
        assert_eq!(filter.text(&text).text, want, "{text}");
        for _ in 0..8 {
            assert_eq!(streamed(&filter, &text, &mut draw), want, "{text}");
        }
    }
}
