//! Values of which much is quoted or escaped where they are written, and what they are written in.

use super::*;

/// As it is written within quotation marks of JSON, shells, SQL and CSV, in Markdown and in patterns.
const QUOTED: &[Form] = &[
    ("JSON", |t| t.replace('\\', "\\\\").replace('"', "\\\"")),
    ("JSON twice", |t| t.replace('\\', "\\\\\\\\").replace('"', "\\\\\\\"")),
    ("a shell's single quotes", |t| t.replace('\'', "'\\''")),
    ("a shell's double quotes", |t| each(t, |c| format!("{}{c}", if "\"\\$`".contains(c) { "\\" } else { "" }))),
    ("SQL", |t| t.replace('\'', "''")),
    ("CSV", |t| t.replace('"', "\"\"")),
    ("Markdown", |t| each(t, |c| format!("{}{c}", if c.is_ascii_punctuation() { "\\" } else { "" }))),
    ("HTML", |t| t.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;")),
];

#[test]
fn signs_may_be_quoted() {
    for value in ["a\"b'c\\d`e$f{g}7Q9z", "x}9K\"2#m\\Lp&w$4Q", "'\"`$%-+/=7!#'\"~;", "<k>7Q&x'9\"L#m'4</k>"] {
        let registered = registered(&[value.to_owned()]);
        for (name, form) in FORMS.iter().chain(QUOTED) {
            let spelt = format!("the value is: \"{}\".", form(value));
            assert!(!find(&registered, &spelt).is_empty(), "{name} of {value}: {spelt}");
        }
    }
    let value = "a\"b'c\\d`e$f{g}7Q9z";
    let registered = registered(&[value.to_owned()]);
    for (name, form) in SPLITS {
        assert!(!find(&registered, &form(value)).is_empty(), "{name}");
    }
}

#[test]
fn control_characters_of_json_and_terminals_set_apart() {
    let value = values().remove(1);
    let registered = registered(std::slice::from_ref(&value));
    for apart in ["\\b", "\\f", "\\v", "\u{1b}[0m", "\\u001b[0;31m", "\\x1b[K", "\\u001b]8;;x\\u0007"] {
        for width in [1, 5] {
            let text = format!("{{\"v\":\"{}\"}}", wrapped(&value, width, apart));
            assert!(!find(&registered, &text).is_empty(), "{text}");
        }
    }
}

/// Lines of sixteen bytes: the offset, the bytes as each is written, the characters.
fn dump(text: &str, offset: impl Fn(usize) -> String, line: impl Fn(&[u8]) -> String) -> String {
    let lines = text.as_bytes().chunks(16).enumerate();
    lines.map(|(n, bytes)| format!("{}{}\n", offset(16 * n), line(bytes))).collect()
}

fn shown(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect()
}

fn dumps(text: &str) -> Vec<(&'static str, String)> {
    let hex = |bytes: &[u8], apart: &str| bytes.iter().map(|b| format!("{b:02x}{apart}")).collect::<String>();
    let pairs = |bytes: &[u8]| bytes.chunks(2).map(|two| hex(two, "") + " ").collect::<String>();
    let octal = |bytes: &[u8]| bytes.iter().map(|b| format!(" {b:03o}")).collect::<String>();
    let chars = |bytes: &[u8]| {
        bytes.iter().map(|b| format!("{:>4}", char::from(*b).escape_default().to_string())).collect::<String>()
    };
    vec![
        ("xxd", dump(text, |at| format!("{at:08x}: "), |bytes| format!("{:<40} {}", pairs(bytes), shown(bytes)))),
        (
            "hexdump",
            dump(
                text,
                |at| format!("{at:08x}  "),
                |bytes| {
                    let (one, two) = bytes.split_at(bytes.len().min(8));
                    format!("{:<49} |{}|", format!("{} {}", hex(one, " "), hex(two, " ")), shown(bytes))
                },
            ),
        ),
        ("od in hexadecimal", dump(text, |at| format!("{at:07o} "), |bytes| hex(bytes, " "))),
        ("od in octal", dump(text, |at| format!("{at:07o}"), octal)),
        ("od of characters", dump(text, |at| format!("{at:07o}"), chars)),
    ]
}

#[test]
fn dumps_are_read_across_their_lines() {
    let value = values().remove(2);
    let registered = registered(std::slice::from_ref(&value));
    for lead in 0..18 {
        let file = format!("{}{value}\nand the rest of the file.\n", "= ".repeat(9).split_at(lead).0);
        for (name, text) in dumps(&file) {
            let left = redact(&registered, &format!("$ dump file\n{text}$ "));
            assert!(left.contains("[secret removed]"), "{name}, {lead}: {text}");
            // Nor beside the bytes.
            let ends = [&value[..6], &value[value.len() - 6..]];
            assert!(!ends.iter().any(|end| left.contains(*end)), "{name}, {lead}: {left}");
            // Of a stream, no part of it leaves before the whole is there.
            let whole = find(&registered, &text).remove(0).span;
            for cut in whole.start + 1..whole.end {
                let (Some(begun), true) = (text.get(..cut), text.is_char_boundary(cut)) else { continue };
                assert!(registered.pending(begun) <= whole.start, "{name}, {lead}: {begun}");
            }
        }
    }
}
