//! How many megabytes per second of processor time the detector of credentials takes, on text that is made here:
//! `cargo run --release -p casemate-inspect --example secrets_speed`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement is printed and reads the clock")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

const SIZE: usize = 16 << 20;
const WORDS: [&str; 20] = [
    "the",
    "gateway",
    "answers",
    "with",
    "a",
    "list",
    "of",
    "documents",
    "that",
    "were",
    "changed",
    "since",
    "yesterday",
    "and",
    "each",
    "has",
    "its",
    "owner",
    "place",
    "date",
];

struct Draw(u64);

impl Draw {
    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn word(&mut self) -> &'static str {
        let place = usize::try_from(self.next() % 20).unwrap_or(0);
        WORDS.get(place).copied().unwrap_or("the")
    }
}

/// Prose without separators, long words or keys.
fn plain(draw: &mut Draw) -> String {
    let mut text = String::with_capacity(SIZE);
    while text.len() < SIZE {
        text.push_str(draw.word());
        text.push_str(if draw.next().is_multiple_of(11) { ".\n" } else { " " });
    }
    text
}

/// Prose, code, JSON, hashes, base64, keys with and without values.
fn ordinary(draw: &mut Draw) -> String {
    let mut text = String::with_capacity(SIZE);
    while text.len() < SIZE {
        let (a, b, c, n) = (draw.word(), draw.word(), draw.word(), draw.next());
        let written = match n % 16 {
            0 => writeln!(text, "    let {a}_{b}: usize = self.{c}.len() + {};", n % 97),
            1 => writeln!(
                text,
                "{{\"{a}\": \"{b} {c}\", \"id\": {}, \"sha\": \"{:016x}{:016x}\"}},",
                n % 1000,
                n,
                n.rotate_left(9)
            ),
            2 => writeln!(text, "{a}_{b}_{c}_handler_function({b}, {c}); // {a}"),
            3 => writeln!(text, "https://{a}.example.com/{b}/{c}?page={}", n % 50),
            4 if n % 7 == 0 => writeln!(text, "password: {a}"),
            4 => writeln!(text, "2026-11-22T10:00:{:02}Z INFO {a}: {b}={}", n % 60, n % 1000),
            5 if n % 5 == 0 => writeln!(text, "max_tokens = {}, token_type: bearer", n % 4096),
            6 if n % 9 == 0 => writeln!(text, "{:016x}{:016x}{:016x}QUJDREVGR0g{:016x}", n, n ^ 7, n.rotate_left(7), n),
            _ => writeln!(text, "{a} {b} {c} {} {} {}, {}.", draw.word(), draw.word(), draw.word(), draw.word()),
        };
        if written.is_err() {
            break;
        }
    }
    text
}

fn measure(name: &str, text: &str) {
    let mut out = Vec::new();
    casemate_inspect::secrets::find(text.get(..4096).unwrap_or_default(), &mut out);
    let mut best = f64::MAX;
    for _ in 0..5 {
        out.clear();
        let start = Instant::now();
        casemate_inspect::secrets::find(black_box(text), &mut out);
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("{name}: {:.0} MB/s, {} found", text.len() as f64 / 1e6 / best, out.len());
    let tail = text.get(text.len() - 4096..).unwrap_or_default();
    let start = Instant::now();
    for _ in 0..1000 {
        black_box(casemate_inspect::secrets::pending(black_box(tail)));
    }
    println!("{name}: pending {:.1} µs", start.elapsed().as_secs_f64() * 1e3);
}

fn main() {
    let mut draw = Draw(0x1234_5678_9ABC_DEF1);
    measure("plain", &plain(&mut draw));
    measure("ordinary", &ordinary(&mut draw));
    for file in std::env::args().skip(1) {
        if let Ok(text) = std::fs::read_to_string(&file) {
            measure(&file, &text);
        }
    }
}
