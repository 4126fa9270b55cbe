//! How many megabytes a second of processor time the filter takes: text without any trigger, and ordinary text.
//!
//! `cargo run --release -p casemate-output --example filter_speed [FILE...]`: with files, their contents beside.

use casemate_output::{Policy, Scope};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

/// Bytes of each text.
const SIZE: usize = 8 * 1024 * 1024;

/// Texts are filtered one by one in this size, as answers are.
const PIECE: usize = 16 * 1024;

/// A generator of numbers that are the same every time (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.next() % list.len().max(1) as u64).unwrap_or_default();
        list.get(at).copied().unwrap_or_default()
    }
}

const WORDS: [&str; 24] = [
    "the", "quick", "report", "shows", "that", "most", "users", "were", "able", "to", "finish", "their", "work",
    "before", "noon", "and", "some", "of", "them", "did", "not", "return", "until", "later",
];

/// Prose with nothing that any rule looks at.
fn plain(numbers: &mut Numbers) -> String {
    let mut out = String::with_capacity(SIZE + 64);
    while out.len() < SIZE {
        for _ in 0..12 {
            out.push_str(numbers.pick(&WORDS));
            out.push(' ');
        }
        out.push_str("\n\n");
    }
    out
}

/// What tools give: prose, code, records, logs, hashes, a link now and then.
fn ordinary(numbers: &mut Numbers) -> String {
    let mut out = String::with_capacity(SIZE + 1024);
    while out.len() < SIZE {
        let (a, b) = (numbers.next(), numbers.next());
        let words: Vec<_> = (0..12).map(|_| numbers.pick(&WORDS)).collect();
        let words = words.join(" ");
        let _ = match a % 16 {
            0..=5 => writeln!(out, "{words}.\n"),
            6 | 7 => writeln!(out, "    let value_{} = compute({b}, \"{words}\")?; // see section {}", a % 97, b % 9),
            8 | 9 => writeln!(out, "{{\"id\": {b}, \"name\": \"{words}\", \"items\": [1, 2, 3], \"ok\": true}}"),
            10 | 11 => {
                writeln!(out, "2026-01-{:02}T10:{:02}:00Z INFO worker[{}] {words}", a % 28 + 1, b % 60, b % 9999)
            }
            12 => writeln!(out, "- {a:016x}{b:016x} {words}"),
            13 => writeln!(out, "| {words} | {} | {}-{:04x} |", a % 1000, b % 100, b % 65_536),
            14 => writeln!(out, "## {words}\n\n* {words}\n* {words}\n"),
            _ => writeln!(out, "See [{}](https://docs.example.com/{}/{}) and {words}.", words, a % 100, b % 100),
        };
    }
    out
}

/// The processor time of this thread, where the system tells it; otherwise the time.
fn seconds(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| begun.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn measure(name: &str, text: &str, policy: &Policy) -> std::io::Result<()> {
    let filter = policy.filter(&Scope::default(), 0);
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE.min(rest.len())));
        pieces.push(piece);
        rest = after;
    }
    let mut best = f64::MAX;
    let (mut findings, mut changed) = (0, 0);
    let start = Instant::now();
    for _ in 0..3 {
        (findings, changed) = (0, 0);
        let begun = seconds(start);
        for piece in &pieces {
            let filtered = black_box(filter.text(black_box(piece)));
            findings += filtered.findings.len() + filtered.unlisted;
            changed += usize::from(filtered.text != *piece);
        }
        best = best.min(seconds(start) - begun);
    }
    let megabytes = f64::from(u32::try_from(text.len() / 1024).unwrap_or(u32::MAX)) / 1024.0;
    let total = pieces.len();
    writeln!(
        std::io::stdout(),
        "{name}: {:.1} MB per CPU-second, {findings} findings, {changed} of {total} texts changed",
        megabytes / best
    )
}

fn main() -> std::io::Result<()> {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let allowed = casemate_inspect::Prefix::parse("https://docs.example.com").into_iter().collect();
    let mut policy = Policy::default();
    policy.base.links = Some(allowed);
    let all = casemate_core::glob::Glob::parse("personal.**")
        .map(|glob| (glob, casemate_output::Treatment::Do(casemate_inspect::Action::Redact)));
    policy.base.rules = all.into_iter().collect();
    measure("without triggers", &plain(&mut numbers), &policy)?;
    let ordinary = ordinary(&mut numbers);
    measure("ordinary, links allowed", &ordinary, &policy)?;
    policy.base.links = None;
    measure("ordinary, links rewritten", &ordinary, &policy)?;
    for path in std::env::args().skip(1) {
        measure(&path, &std::fs::read_to_string(&path)?, &policy)?;
    }
    Ok(())
}
