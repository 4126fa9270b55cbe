//! The texts that are filtered, the same in every run.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fmt::Write as _;

/// A value that is registered, so that such values are looked for; no text holds it.
pub(crate) const REGISTERED: [&str; 3] = ["Zr7qLm2xWp9vKd4tHs8y", "c0ffee-9Qw-41Lk-Ts7Mb2", "u8Fh3nB5sX1yG6jV0aRp"];

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

    fn words(&mut self) -> String {
        let words: Vec<_> = (0..12).map(|_| self.pick(&WORDS)).collect();
        words.join(" ")
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

const WORDS: [&str; 24] = [
    "the", "quick", "report", "shows", "that", "most", "users", "were", "able", "to", "finish", "their", "work",
    "before", "noon", "and", "some", "of", "them", "did", "not", "return", "until", "later",
];

fn text(size: usize, mut line: impl FnMut(&mut Numbers, &mut String)) -> String {
    let mut numbers = Numbers(SEED);
    let mut out = String::with_capacity(size + 8192);
    while out.len() < size {
        line(&mut numbers, &mut out);
    }
    out
}

/// Prose with nothing that any rule looks at.
pub(crate) fn plain(size: usize) -> String {
    text(size, |numbers, out| {
        out.push_str(&numbers.words());
        out.push_str(" \n\n");
    })
}

/// What tools give: prose, code, records, logs, hashes, tables; now and then a link, an address, another script, a picture.
pub(crate) fn ordinary(size: usize) -> String {
    text(size, |numbers, out| {
        let (a, b) = (numbers.next(), numbers.next());
        let words = numbers.words();
        // Writing to a string does not fail.
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
            _ => seldom(numbers, out, b, &words),
        };
    })
}

/// A sixteenth of the lines; half of them are links.
fn seldom(numbers: &mut Numbers, out: &mut String, b: u64, words: &str) -> std::fmt::Result {
    match b % 32 {
        0 => writeln!(out, "会議の記録は来週までに共有します。担当者は金曜日に確認してください。✅ {words}"),
        1 => writeln!(out, "الاجتماع القادم يوم الأحد، والتقرير جاهز للمراجعة 📄"),
        2 => writeln!(out, "Write to team-{}@example.org about {words}.", b % 89),
        3 => writeln!(out, "connected to 10.{}.{}.{}:8080 in {} ms", b % 200, b % 190, b % 180, b % 70),
        4 => {
            let picture: Vec<u8> = (0..192).flat_map(|_| numbers.next().to_le_bytes()).collect();
            writeln!(out, "iVBORw0KGgoAAAANSUhEUgAA{}", BASE64_STANDARD.encode(picture))
        }
        5 => writeln!(out, "request {:08x}-{:04x}-4{:03x}-9{:03x}-{b:012x} done", b % 997, b % 7919, b % 4001, b % 409),
        6 => writeln!(out, "timeout = {}\npassword = \"changeme\"\nretries: 3 # {words}", b % 100),
        7..=15 => writeln!(out, "{words}, {words}."),
        _ => writeln!(out, "See [{words}](https://docs.example.com/{}/{}) and {words}.", b % 100, b % 97),
    }
}

/// A link or an image in each line.
pub(crate) fn links(size: usize) -> String {
    text(size, |numbers, out| {
        let (a, words) = (numbers.next(), numbers.words());
        let _ = match a % 4 {
            0 => writeln!(out, "{words} [{}](https://docs.example.com/{}?page={})", a % 999, a % 83, a % 7),
            1 => writeln!(out, "{words} https://tracker.example/{}?d={a:x}", a % 71),
            2 => writeln!(out, "![{words}](https://img.example/{}.png)", a % 61),
            _ => writeln!(out, "{words} <https://forum.example/t/{}> {}", a % 5003, a % 3),
        };
    })
}

/// Documents of HTML of about 12 KiB each.
pub(crate) fn documents(size: usize) -> Vec<String> {
    let mut numbers = Numbers(SEED);
    let mut out = Vec::new();
    let mut made = 0;
    while made < size {
        let mut page = String::from("<!doctype html><html><head><title>Report</title></head><body>\n");
        while page.len() < 12 * 1024 {
            let (a, words) = (numbers.next(), numbers.words());
            let _ = match a % 8 {
                0..=3 => writeln!(page, "<p>{words}, <em>{words}</em>.</p>"),
                4 => writeln!(page, "<h2 id=\"s{}\">{words}</h2>", a % 1000),
                5 => writeln!(page, "<ul><li>{words}</li><li>{words}</li></ul>"),
                6 => writeln!(page, "<table><tr><td>{words}</td><td>{}</td></tr></table>", a % 10_000),
                _ => writeln!(page, "<p><a href=\"https://docs.example.com/{}\">{words}</a></p>", a % 83),
            };
        }
        page.push_str("</body></html>\n");
        made += page.len();
        out.push(page);
    }
    out
}
