//! Each format with examples that have it and examples that nearly do.

use super::super::check::{Check, crc32, encode16, encode62};
use super::super::format::{Class, Format, Part};
use super::*;

fn letters(class: Class) -> String {
    // Percent signs and padding stand only where an encoder puts them.
    (b'!'..=b'~').filter(|byte| class.has(*byte) && !matches!(byte, b'%' | b'=')).map(char::from).collect()
}

fn part(part: &Part, long: bool, seed: u64) -> String {
    match part {
        Part::Of(class, least, most) => draw(&letters(*class), usize::from(if long { *most } else { *least }), seed),
        Part::Lit(literal) => (*literal).to_owned(),
        Part::Uuid => {
            let hex = draw("0123456789abcdef", 32, seed);
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        }
        Part::Pad => String::new(),
    }
}

/// A value of that format.
fn make(format: &Format, anchor: &str, long: bool, seed: u64) -> String {
    let lead = format.lead.map_or(String::new(), |(class, least, most)| {
        draw(&letters(class), usize::from(if long { most } else { least }), seed + 99)
    });
    let mut value = format!("{lead}{anchor}");
    for (number, one) in format.parts.iter().enumerate() {
        value.push_str(&part(one, long, seed * 31 + number as u64));
    }
    match format.check {
        Check::None => {}
        Check::Base62 => {
            let from = value.find('_').expect("a prefix") + 1;
            let end = value.len() - 6;
            let sum = encode62(crc32(value[from..end].as_bytes()));
            value.replace_range(end.., std::str::from_utf8(&sum).expect("ASCII"));
        }
        Check::Grafana => {
            let end = value.len() - 8;
            let sum = encode16(crc32(value[..end - 1].as_bytes()));
            value.replace_range(end.., std::str::from_utf8(&sum).expect("ASCII"));
        }
    }
    value
}

fn each(mut with: impl FnMut(&Format, &str)) {
    for format in TABLES.iter().flat_map(|table| table.iter()) {
        for anchor in format.anchors {
            with(format, anchor);
        }
    }
}

#[test]
fn each_format_is_found_wherever_it_stands() {
    let mut missed = Vec::new();
    each(|format, anchor| {
        for seed in 1..=12u64 {
            let value = make(format, anchor, seed % 2 == 0, seed);
            assert!(value.len() < 1024, "{} is too long", format.rule.id);
            for text in [
                value.clone(),
                format!("The value is {value} as of today."),
                format!("{{\"data\":\"{value}\"}}"),
                format!(r"line\n{value}\nline"),
                format!("https://h.example/x?a=%22{value}&b=1"),
                format!("- `{value}`, é"),
            ] {
                let hit = found(&text)
                    .into_iter()
                    .any(|(rule, hit)| rule == format.rule.id && hit.contains(&value[..value.len() - 1]));
                if !hit {
                    missed.push((format.rule.id, seed, text));
                }
            }
        }
    });
    // A value drawn by chance can be too plain to be told from a placeholder.
    let most = 12 * 6 * 3;
    assert!(missed.len() <= most, "{} missed: {:#?}", missed.len(), &missed[..40.min(missed.len())]);
    for format in TABLES.iter().flat_map(|table| table.iter()) {
        let count = missed.iter().filter(|(rule, ..)| *rule == format.rule.id).count();
        assert!(
            count * 4 <= 72 * format.anchors.len(),
            "{}: {count} missed: {:?}",
            format.rule.id,
            missed.iter().find(|(rule, ..)| *rule == format.rule.id)
        );
    }
}

#[test]
fn what_nearly_has_a_format_is_left_alone() {
    each(|format, anchor| {
        let id = format.rule.id;
        let value = make(format, anchor, false, 5);
        let is = |text: &str| found(text).into_iter().any(|(rule, _)| rule == id);
        let cut = |text: &str| text[..text.len().saturating_sub(3)].to_owned();
        // Shorter than the shortest, in the middle of another word, and filled with one letter.
        let fixed = format.parts.last().is_some_and(|part| matches!(part, Part::Of(..) | Part::Uuid));
        assert!(!fixed || !is(&cut(&value)), "{id}: {}", cut(&value));
        if format.lead.is_none()
            && format.check == Check::None
            && anchor.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            assert!(!is(&format!("Wq{value}")), "{id}: Wq{value}");
        }
        if format.lead.is_none() && value.len() > anchor.len() + 8 {
            let filled: String =
                value[anchor.len()..].chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect();
            assert!(!is(&format!("{anchor}{filled}")), "{id}: {anchor}{filled}");
        }
    });
}

#[test]
fn a_wrong_checksum_weighs_less_and_is_found() {
    let value = format!("ghp_{}", draw(ALNUM, 36, 77));
    assert_eq!(found(&value), [(UNVERIFIED, value.as_str())]);
    let row = format!("ghp_{}", "abcdefghijklmnopqrstuvwxyz0123456789");
    assert_eq!(found(&row), []);
}

#[test]
fn markers_match_nothing() {
    for text in [
        "[secret removed]",
        "password: [secret removed]",
        "token=[secret removed] Bearer [secret removed]",
        "a://b:[secret removed]@c",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}
