//! `casemate audit stats`: what the log holds and how it grows.

use super::query::bring_up_to_date;
use super::rows::{instant, went_on};
use super::{LogArgs, bad, progress};
use crate::serve::now;
use crate::{out, visible};
use anyhow::Result;
use casemate_audit::index::{Counts, Stats, Way, stats};
use casemate_audit::{Entry, last_pruned};
use casemate_core::UnixMillis;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Values of a member, and days, that a person is shown.
const VALUES: usize = 10;
const DAYS: usize = 14;
const BAR: u64 = 40;
const DAY: u64 = 86_400_000;

#[derive(Debug, clap::Args)]
pub(super) struct StatsArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// Read every entry of the log and do not use its index.
    #[arg(long)]
    scan: bool,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &StatsArgs, dir: &Path) -> Result<ExitCode> {
    let way = if args.scan { Way::Log } else { Way::Index };
    if way == Way::Index {
        bring_up_to_date(dir);
    }
    let bar = progress::bar();
    let counted = stats(dir, way, |at, of| progress::tell(&bar, at, of));
    bar.finish_and_clear();
    let held = match counted {
        Ok(held) => held,
        Err(fault) => return Ok(bad(&fault)),
    };
    let pruned = match last_pruned(dir) {
        Ok(pruned) => pruned.map(|record| Pruning::of(&record)),
        Err(fault) => return Ok(bad(&fault)),
    };
    let pruned = pruned.as_ref();
    let text = if args.json {
        format!("{}\n", visible::json_line(&value(&held, pruned)))
    } else {
        table(&held, pruned, args.log.retention())
    };
    went_on(out::data(&text))?;
    Ok(ExitCode::SUCCESS)
}

/// What the record of the last pruning says.
struct Pruning {
    index: u64,
    when: String,
    /// The retention in force then, in seconds.
    retention: Option<u64>,
    archived: Option<String>,
}

impl Pruning {
    fn of(record: &Entry) -> Self {
        let fact = |name: &str| record.json.get("facts").and_then(|facts| facts.get(name));
        Self {
            index: record.index,
            when: instant(record.time),
            retention: fact("retention_seconds").and_then(serde_json::Value::as_u64),
            archived: fact("archived").and_then(serde_json::Value::as_str).map(str::to_owned),
        }
    }

    fn in_words(&self, minimum: u64) -> String {
        let retention = self.retention.map_or("?".to_owned(), period);
        let archived =
            self.archived.as_deref().map_or_else(String::new, |at| format!(", archived: {}", visible::line(at)));
        let (minimum, index) = (grouped(minimum), self.index);
        format!("entries before {minimum}, on {} (entry {index}), after {retention}{archived}", self.when)
    }
}

/// A retention as a person says it, in the largest unit that it is a whole number of.
fn period(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "days"), (3_600, "h"), (60, "min")];
    let unit = UNITS.iter().find(|(size, _)| seconds > 0 && seconds.is_multiple_of(*size));
    unit.map_or_else(|| format!("{seconds} s"), |(size, name)| format!("{} {name}", grouped(seconds / size)))
}

/// The retention that is configured, and where nothing was pruned, why, as far as the log shows it.
fn kept(held: &Stats, retention: Option<Duration>, now: UnixMillis) -> String {
    let Some(retention) = retention else { return "none is configured: nothing is pruned".to_owned() };
    let configured = period(retention.as_secs());
    let oldest = held.summary.times.map_or(now.0, |[oldest, _]| oldest);
    let age = Duration::from_millis(now.0.saturating_sub(oldest));
    let why = match held.segments {
        _ if held.minimum > 0 => return configured,
        _ if age < retention => "no entry is that old",
        0 | 1 => "the only segment is still written",
        _ => "only closed segments whose entries are all older, archived and not held are",
    };
    format!("{configured}; nothing was pruned yet: {why}")
}

/// Of entries that were pruned only the number is left.
fn entries(held: &Stats) -> String {
    match held.entries.saturating_sub(held.minimum) {
        here if held.minimum > 0 => format!("{}, {} of them not pruned", grouped(held.entries), grouped(here)),
        here => grouped(here),
    }
}

fn value(held: &Stats, pruned: Option<&Pruning>) -> serde_json::Value {
    let summary = &held.summary;
    let days: serde_json::Map<_, _> = summary
        .days
        .iter()
        .map(|(day, of)| (date(*day), json!({ "entries": of.entries, "bytes": of.bytes })))
        .collect();
    let [first, last] = times(held).map_or([None, None], |times| times.map(Some));
    json!({
        "entries": held.entries, "minimum": held.minimum,
        "pruned": pruned.map(|pruned| json!({
            "record": pruned.index, "time": pruned.when, "retention_seconds": pruned.retention,
            "archived": pruned.archived,
        })),
        "bytes": held.bytes, "segments": held.segments, "first": first, "last": last,
        "kinds": summary.kinds, "reasons": summary.reasons, "tenants": summary.tenants, "servers": summary.servers,
        "tools": summary.tools, "days": days, "bytes_a_day": summary.growth().map(f64::round),
        "free": held.free, "days_left": held.days_left().map(f64::floor), "read": held.read,
    })
}

fn times(held: &Stats) -> Option<[String; 2]> {
    held.summary.times.map(|times| times.map(|time| instant(UnixMillis(time))))
}

fn date(day: u64) -> String {
    let text = instant(UnixMillis(day.saturating_mul(DAY)));
    text.split_once('T').map_or(text.clone(), |(date, _)| date.to_owned())
}

fn table(held: &Stats, pruned: Option<&Pruning>, retention: Option<Option<Duration>>) -> String {
    let mut out = String::new();
    let mut line = |name: &str, text: String| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{name:<10}  {text}");
    };
    line("entries", entries(held));
    if let Some(retention) = retention {
        line("retention", kept(held, retention, now()));
    }
    if let Some(pruned) = pruned {
        line("pruned", pruned.in_words(held.minimum));
    }
    line(
        "bytes",
        format!("{} in {} segment{}", size(held.bytes as f64), grouped(held.segments), plural(held.segments)),
    );
    if let Some([first, last]) = times(held) {
        line("from", first);
        line("to", last);
    }
    line("growth", held.summary.growth().map_or("not known yet".to_owned(), |bytes| format!("{} a day", size(bytes))));
    if let Some(free) = held.free {
        let left = held.days_left().map(|days| format!("; full in {} days at that rate", grouped(days as u64)));
        line("free", format!("{}{}", size(free as f64), left.unwrap_or_default()));
    }
    let summary = &held.summary;
    for (title, counts) in [
        ("kinds", &summary.kinds),
        ("reasons", &summary.reasons),
        ("tenants", &summary.tenants),
        ("servers", &summary.servers),
        ("tools", &summary.tools),
    ] {
        out.push_str(&chart(title, &top(counts)));
    }
    let days: Vec<_> = summary.days.iter().rev().take(DAYS).map(|(day, of)| (date(*day), of.entries)).collect();
    out.push_str(&chart("days", &days.into_iter().rev().collect::<Vec<_>>()));
    out
}

/// The most frequent values; the others together.
fn top(counts: &Counts) -> Vec<(String, u64)> {
    let named = counts.iter().filter(|(value, _)| !value.is_empty());
    let mut all: Vec<_> = named.map(|(value, count)| (visible::line(value), *count)).collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let left: u64 = all.iter().skip(VALUES).map(|(_, count)| count).fold(0, |sum, count| sum.saturating_add(*count));
    let others = left.saturating_add(counts.get("").copied().unwrap_or_default());
    all.truncate(VALUES);
    all.extend((others > 0).then(|| ("(others)".to_owned(), others)));
    all
}

fn chart(title: &str, rows: &[(String, u64)]) -> String {
    let mut out = String::new();
    let Some(most) = rows.iter().map(|(_, count)| *count).max() else { return out };
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default().min(48);
    let _ = writeln!(out, "\n\u{1b}[1m{title}\u{1b}[0m");
    for (name, count) in rows {
        let _ = writeln!(out, "  {name:<width$}  {:>12}  {}", grouped(*count), bar(*count, most));
    }
    out
}

/// A bar in eighths of a character.
fn bar(count: u64, most: u64) -> String {
    const PARTS: [&str; 8] = ["", "\u{258f}", "\u{258e}", "\u{258d}", "\u{258c}", "\u{258b}", "\u{258a}", "\u{2589}"];
    let eighths = (u128::from(count) * u128::from(BAR * 8)).div_ceil(u128::from(most.max(1)));
    let eighths = usize::try_from(eighths).unwrap_or_default();
    format!("{}{}", "\u{2588}".repeat(eighths / 8), PARTS.get(eighths % 8).copied().unwrap_or_default())
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn size(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = UNITS.iter().enumerate().rev().find(|(power, _)| bytes >= 1024_f64.powi(*power as i32));
    let (power, unit) = power.unwrap_or((0, &"B"));
    let scaled = bytes / 1024_f64.powi(power as i32);
    if power == 0 { format!("{scaled:.0} {unit}") } else { format!("{scaled:.1} {unit}") }
}

const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_audit::index::{Day, Summary};

    fn held() -> Stats {
        let counts = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let day = |entries| Day { entries, bytes: entries * 500 };
        let summary = Summary {
            kinds: counts(&[("intent", 4000), ("outcome", 4000), ("event", 2)]),
            reasons: counts(&[("policy.tool", 7), ("a\u{202e}b\n", 1)]),
            tenants: counts(&[("acme", 8000), ("", 3)]),
            days: [(19_675, day(2)), (19_676, day(8000))].into(),
            times: Some([1_699_950_000_000, 1_700_036_400_000]),
            ..Summary::default()
        };
        Stats { entries: 8002, minimum: 0, bytes: 4_001_000, segments: 1, summary, read: 2, free: Some(40_010_000) }
    }

    #[test]
    fn people_get_numbers_and_bars() {
        let text = out::plain(&table(&held(), None, None));
        let has = |wanted: &str| assert!(text.contains(wanted), "{wanted:?} in {text}");
        has("entries     8,002\n");
        has("bytes       3.8 MiB in 1 segment\n");
        has("growth      3.8 MiB a day\n");
        has("full in 10 days");
        has("  (others)             3  ");
        has(&format!("  acme             8,000  {}\n", "\u{2588}".repeat(40)));
        has("a\\u{202e}b\\u{a}");
        has("  2023-11-15         8,000  ");
    }

    #[test]
    fn what_is_kept_and_why_is_said() {
        let now = UnixMillis(1_700_036_400_000);
        let seconds = Duration::from_secs;
        assert_eq!(kept(&held(), None, now), "none is configured: nothing is pruned");
        let why = |held: &Stats, of: u64| kept(held, Some(seconds(of)), now);
        assert_eq!(why(&held(), 604_800), "7 days; nothing was pruned yet: no entry is that old");
        assert_eq!(why(&held(), 1), "1 s; nothing was pruned yet: the only segment is still written");
        let more = Stats { segments: 2, ..held() };
        assert!(why(&more, 1).contains("archived and not held"), "{}", why(&more, 1));
        let pruned = Stats { minimum: 8000, ..held() };
        assert_eq!((why(&pruned, 90).as_str(), entries(&pruned).as_str()), ("90 s", "8,002, 2 of them not pruned"));
        for (seconds, text) in [(0, "0 s"), (1, "1 s"), (120, "2 min"), (7_200, "2 h"), (86_400, "1 days")] {
            assert_eq!(period(seconds), text);
        }
    }

    #[test]
    fn programs_get_all_of_it() {
        let value = value(&held(), None);
        assert_eq!(value["kinds"]["intent"], 4000);
        assert_eq!(value["days"]["2023-11-14"]["entries"], 2);
        assert_eq!((&value["days_left"], &value["first"]), (&json!(10.0), &json!("2023-11-14T08:20:00.000Z")));
        assert!(!visible::json_line(&value).contains(visible::hides));
    }

    #[test]
    fn sizes_and_bars_are_in_proportion() {
        for (bytes, text) in
            [(0.0, "0 B"), (1023.0, "1023 B"), (1024.0, "1.0 KiB"), (5e12, "4.5 TiB"), (5e15, "4547.5 TiB")]
        {
            assert_eq!(size(bytes), text);
        }
        assert_eq!((grouped(0), grouped(999), grouped(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
        assert_eq!((bar(0, 5), bar(1, 1 << 60)), (String::new(), "\u{258f}".to_owned()));
        assert_eq!(bar(u64::MAX, u64::MAX).chars().count(), 40);
    }
}
