//! Secrets that are longer than what a stream holds, at every place of a cut that is made for length: no part of them goes out.

use crate::{Filter, Policy, Scope, Stream};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
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

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

/// A private key that is none, of a modulus of so many bits.
fn key(bits: usize, end: &str, draw: &mut Draw) -> String {
    let body = STANDARD.encode(draw.bytes(bits * 9 / 16));
    let body = format!("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{body}");
    let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {0} KEY-----{end}{1}{end}-----END {0} KEY-----{end}", "PRIVATE", lines.join(end))
}

fn token(payload: usize, draw: &mut Draw) -> String {
    let words = STANDARD.encode(draw.bytes(payload * 9 / 16));
    let parts = [
        br#"{"typ":"JWT","alg":"ES256"}"#.to_vec(),
        format!(r#"{{"sub":"u1","x":"{words}"}}"#).into_bytes(),
        draw.bytes(64),
    ];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

fn filter(values: &[String]) -> Arc<Filter> {
    let registered = Arc::new(Registered::new(values.iter().map(String::as_bytes)));
    Policy { registered, ..Policy::default() }.filter(&Scope::default(), 0)
}

fn streamed(filter: &Arc<Filter>, text: &str, size: usize) -> String {
    let mut stream = Stream::new(Arc::clone(filter));
    let mut out = String::new();
    for piece in text.as_bytes().chunks(size) {
        match stream.push_bytes(piece) {
            Ok(given) => out.push_str(&given.text),
            Err(_) => return out,
        }
    }
    stream.finish().map_or_else(|_| out.clone(), |given| out.clone() + &given.text)
}

/// A part of the secret that an output holds.
fn left<'s>(secret: &'s str, out: &str) -> Option<&'s str> {
    const PART: usize = 40;
    (0..secret.len().saturating_sub(PART))
        .step_by(PART / 2)
        .filter_map(|at| secret.get(at..at + PART))
        .find(|part| out.contains(part) && part.bytes().any(|b| b.is_ascii_digit()))
}

type Fill = (&'static str, fn(usize) -> String);

/// What stands before a secret: a long word, lines, something without any certain place.
const FILLS: [Fill; 3] = [
    ("one word", |len| "lorem,ipsum;".repeat(len / 12 + 1)[..len].to_owned()),
    ("words", |len| "lorem ipsum dolor ".repeat(len / 18 + 1)[..len].to_owned()),
    ("an open bracket", |len| format!("[{}", "lorem ipsum dolor ".repeat(len / 18 + 1))[..len].to_owned()),
];

fn check(filter: &Arc<Filter>, name: &str, secret: &str, lens: &[usize], bad: &mut Vec<String>) {
    for (fill, write) in FILLS {
        for len in lens {
            for behind in ["", "\nand so on, and more.\n", ",lorem;ipsum"] {
                let behind = if behind.starts_with(',') { behind.repeat(3000) } else { behind.to_owned() };
                let text = format!("{}:{secret}{behind}", write(*len));
                let whole = filter.text(&text).text.into_owned();
                let case = format!("{name} of {} behind {len} of {fill}, before {}", secret.len(), behind.len());
                if let Some(part) = left(secret, &whole) {
                    bad.push(format!("{case}: {part}"));
                }
                let out = streamed(filter, &text, 1 + len % 1000);
                if let Some(part) = left(secret, &out) {
                    bad.push(format!("{case}, in a stream: {part}"));
                }
                if !whole.starts_with(&out) && !whole.is_empty() {
                    bad.push(format!("{case}: the stream gives something else"));
                }
            }
        }
    }
}

#[test]
fn a_private_key_goes_out_in_no_part() {
    let (filter, mut draw, mut bad) = (filter(&[]), Draw(1), Vec::new());
    for (bits, end) in [(8192, "\n"), (8192, "\\n"), (16384, "\\n")] {
        let secret = key(bits, end, &mut draw);
        check(&filter, "a key", &secret, &[12_000, 19_990, 31_000], &mut bad);
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

#[test]
fn a_web_token_goes_out_in_no_part() {
    let (filter, mut draw, mut bad) = (filter(&[]), Draw(2), Vec::new());
    for payload in [7_000, 26_000] {
        let secret = token(payload, &mut draw);
        check(&filter, "a token", &secret, &[0, 12_000, 16_370, 35_980], &mut bad);
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

#[test]
fn a_long_registered_value_goes_out_in_no_part() {
    let (mut draw, mut bad) = (Draw(3), Vec::new());
    for len in [5_000, 16_000] {
        let value = URL_SAFE_NO_PAD.encode(draw.bytes(len * 3 / 4));
        let filter = filter(std::slice::from_ref(&value));
        for secret in [value.clone(), STANDARD.encode(&value)] {
            check(&filter, "a value", &secret, &[15_900, 35_980], &mut bad);
        }
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

/// The twins: as long, without a secret.
#[test]
fn long_words_without_a_secret_stay() {
    let mut draw = Draw(4);
    let filter = filter(&[URL_SAFE_NO_PAD.encode(draw.bytes(9_000))]);
    let picture = format!("data:image/png;base64,{}", STANDARD.encode(draw.bytes(30_000)));
    let lines = STANDARD
        .encode(draw.bytes(12_000))
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("\n");
    let certificate = format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
    let hashes: String = (0..900).map(|_| format!("\"sha512-{}==\",", STANDARD.encode(draw.bytes(33)))).collect();
    for text in [STANDARD.encode(draw.bytes(30_000)), picture, certificate, format!("[{hashes}1]")] {
        assert_eq!(streamed(&filter, &text, 997), filter.text(&text).text);
        let kept = filter.text(&text);
        assert!(
            kept.findings.iter().all(|found| !found.rule.starts_with("secret.") && !found.rule.starts_with("text.")),
            "{:?}",
            kept.findings
        );
    }
}
