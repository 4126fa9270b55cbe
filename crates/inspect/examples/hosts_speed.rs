//! How fast private hosts and personal data are looked for: MB per CPU-second on ordinary text and on text without triggers.
//! With `-` as its argument also on what comes in. Linux only.

use casemate_inspect::{Match, hosts, personal};
use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};

/// The time that this process has had on a processor, in seconds.
#[expect(clippy::disallowed_methods, reason = "a measurement beside the pure library needs the time")]
fn processor_time() -> std::io::Result<f64> {
    let line = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = line.split(' ').next().and_then(|time| time.parse::<f64>().ok());
    nanoseconds.map(|time| time / 1e9).ok_or_else(|| std::io::Error::other("no schedstat"))
}

/// A text of ordinary density: prose, code, a log and JSON, with numbers, dotted words and a host or an address at times.
fn ordinary() -> String {
    let mut text = String::new();
    for at in 0..20_000_u32 {
        text.push_str(
            "The service reads its settings once, e.g. from a file, and then listens. See https://example.com/docs.\n",
        );
        text.push_str("    let value = self.map.get(&key).copied().unwrap_or_default(); // std::net::IpAddr\n");
        text.push_str(&format!(
            "2026-11-{:02}T12:30:{:02}Z INFO request id={at} took 3.{} ms\n",
            at % 28 + 1,
            at % 60,
            at % 97
        ));
        text.push_str(&format!(
            "{{\"id\": {at}, \"name\": \"item-{at}\", \"ratio\": 0.{at}, \"tags\": [\"a\", \"b\"]}}\n"
        ));
        if at % 20 == 0 {
            text.push_str(&format!("connected to 10.0.{}.{} for user{at}@example.com\n", at % 256, at % 251));
        }
    }
    text
}

/// Words and spaces alone.
fn quiet() -> String {
    "the quick brown fox jumps over the lazy dog and goes on to the next line of a long and quiet text\n".repeat(80_000)
}

fn measure(name: &str, text: &str, find: fn(&str, &mut Vec<Match>)) -> std::io::Result<()> {
    let mut found = Vec::new();
    let mut bytes = 0.0;
    let before = processor_time()?;
    let mut spent = 0.0;
    while spent < 1.0 {
        found.clear();
        find(black_box(text), &mut found);
        bytes += text.len() as f64;
        spent = processor_time()? - before;
    }
    writeln!(std::io::stdout(), "{name:32} {:8.0} MB per CPU-second, {} found", bytes / spent / 1e6, found.len())
}

fn main() -> std::io::Result<()> {
    let mut texts = vec![("ordinary".to_owned(), ordinary()), ("without triggers".to_owned(), quiet())];
    if std::env::args().nth(1).is_some() {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        texts.push(("standard input".to_owned(), text));
    }
    for (name, text) in &texts {
        measure(&format!("hosts, {name}"), text, hosts::find)?;
        measure(&format!("personal, {name}"), text, personal::find)?;
    }
    Ok(())
}
