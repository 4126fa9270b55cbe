//! Entries for people, for programs and for spreadsheets. Whatever stands in an entry, it is one line, and steers neither
//! a terminal nor a spreadsheet.

use crate::visible;
use anyhow::Result;
use casemate_audit::Entry;
use casemate_core::UnixMillis;
use serde_json::Value;
use std::io::{self, Write};
use time::OffsetDateTime;
use time::macros::format_description;
use unicode_width::UnicodeWidthStr as _;

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
}

const HEADINGS: [&str; 8] = ["INDEX", "TIME", "KIND", "TENANT", "SUBJECT", "CALL", "RESULT", "TRACE"];
const WIDTHS: [usize; 8] = [8, 24, 9, 10, 24, 28, 28, 36];

/// The columns of CSV: members of the record.
const COLUMNS: [&str; 20] = [
    "seq", "time", "kind", "trace", "tenant", "subject", "server", "method", "tool", "decision", "effect", "reasons",
    "status", "intent", "event", "actor", "detail", "agent", "peer", "revision",
];

/// Writes entries, and before the first one what they need.
pub(super) struct Printer<W> {
    format: Format,
    out: W,
    begun: bool,
}

impl<W: Write> Printer<W> {
    pub(super) const fn new(format: Format, out: W) -> Self {
        Self { format, out, begun: false }
    }

    /// Writes what stands before the first entry. CSV has its columns even where there is none.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        match self.format {
            Format::Table => {
                let row = padded(HEADINGS.map(str::to_owned));
                writeln!(self.out, "\u{1b}[1m{row}\u{1b}[0m")
            }
            Format::Json => Ok(()),
            Format::Csv => write!(self.out, "{}\r\n", COLUMNS.join(",")),
        }
    }

    pub(super) fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.begin()?;
        match self.format {
            Format::Table => writeln!(self.out, "{}", padded(cells(entry))),
            Format::Json => writeln!(self.out, "{}", visible::json_line(&entry.json)),
            Format::Csv => {
                let cells: Vec<_> = COLUMNS.iter().map(|column| cell(&member(entry, column))).collect();
                write!(self.out, "{}\r\n", cells.join(","))
            }
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether the reader went away. That ends the work quietly.
pub(super) fn went_on(done: io::Result<()>) -> Result<bool> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

/// An instant in UTC, to the millisecond (RFC 3339).
pub(super) fn instant(at: UnixMillis) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok();
    instant.and_then(|instant| instant.format(&format).ok()).unwrap_or_else(|| at.0.to_string())
}

/// A member as text; empty where the entry has none.
fn text(json: &Value, name: &str) -> String {
    match json.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn member(entry: &Entry, column: &str) -> String {
    match column {
        "seq" => entry.index.to_string(),
        "time" => instant(entry.time),
        "reasons" => joined([text(&entry.json, "reasons"), counts(&entry.json)]),
        _ => text(&entry.json, column),
    }
}

/// A cell of CSV (RFC 4180), always in quotes. A spreadsheet takes what begins like a formula for one; behind an
/// apostrophe it is text.
fn cell(text: &str) -> String {
    let shown = visible::line(text);
    let first = shown.trim_start().chars().next();
    let guard = first.is_some_and(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    });
    format!("\"{}{}\"", if guard { "'" } else { "" }, shown.replace('"', "\"\""))
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What a summary counted.
fn counts(json: &Value) -> String {
    let counts = json.get("counts").and_then(Value::as_object);
    let each = counts.into_iter().flatten().map(|(code, count)| format!("{code}:{count}"));
    each.collect::<Vec<_>>().join(" ")
}

fn cells(entry: &Entry) -> [String; 8] {
    let json = &entry.json;
    let of = |name: &str| text(json, name);
    let kind = of("kind");
    let method = Some(of("method")).filter(|method| method != "tools/call" || of("tool").is_empty());
    let call = joined([of("server"), method.unwrap_or_default(), of("tool"), of("event"), of("actor")]);
    // An outcome stands below its intent when the two follow each other.
    let shown = if kind == "outcome" { format!("  {kind}") } else { kind };
    let effect = if of("effect").is_empty() { of("decision") } else { of("effect") };
    let result = joined([effect, of("status"), of("reasons"), counts(json), of("detail")]);
    [entry.index.to_string(), instant(entry.time), shown, of("tenant"), of("subject"), call, result, of("trace")]
}

/// One line of the table. Nothing is cut off: a wide cell moves those after it.
fn padded(cells: [String; 8]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        let shown = visible::line(cell);
        line.push_str(&shown);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(shown.width()) + 2));
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::digest::Digest;
    use serde_json::json;

    fn entry(json: Value) -> Entry {
        let bytes = json.to_string().into_bytes();
        Entry { index: 7, leaf: Digest::of(&bytes), time: UnixMillis(1_700_000_000_123), bytes, json }
    }

    fn written(format: Format, json: Value) -> String {
        let mut printer = Printer::new(format, Vec::new());
        printer.entry(&entry(json)).unwrap();
        String::from_utf8(printer.out).unwrap()
    }

    const HOSTILE: [&str; 8] = [
        "a\nindex 99 forged",
        "a\r\n\"forged\",\"row\"",
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{202e}evil\u{2066}\u{2028}\u{85}\u{9b}31m",
        "=HYPERLINK(\"http://evil\")",
        " @SUM(1)",
        "+1\t-1",
        "\u{ff1d}cmd|' /C calc'!A0",
    ];

    #[test]
    fn whatever_stands_in_an_entry_is_one_line() {
        for text in HOSTILE {
            let mut json = json!({"reasons": [text, text], "counts": {text: 1}, "seq": 7, "time": 3});
            for column in COLUMNS.iter().filter(|column| !["seq", "time", "reasons"].contains(column)) {
                json[*column] = text.into();
            }
            for (format, end) in [(Format::Table, "\n"), (Format::Json, "\n"), (Format::Csv, "\r\n")] {
                let out = written(format, json.clone());
                let lines: Vec<_> = out.strip_suffix(end).unwrap().split(end).collect();
                assert_eq!(lines.len(), if format == Format::Json { 1 } else { 2 }, "{out:?}");
                let row = lines.last().unwrap();
                assert!(!row.chars().any(visible::hides), "{row:?}");
                if format == Format::Json {
                    assert_eq!(serde_json::from_str::<Value>(row).unwrap(), json);
                }
            }
        }
    }

    /// The cells of a record whose cells are all in quotes (RFC 4180).
    fn unquoted(record: &str) -> Vec<String> {
        let (mut cells, mut rest) = (Vec::new(), record.chars().peekable());
        while rest.next() == Some('"') {
            let mut cell = String::new();
            while let Some(c) = rest.next() {
                if c == '"' && rest.next_if_eq(&'"').is_none() {
                    break;
                }
                cell.push(c);
            }
            cells.push(cell);
            assert!(matches!(rest.next(), None | Some(',')), "{record}");
        }
        cells
    }

    #[test]
    fn no_cell_of_csv_is_a_formula_or_ends_early() {
        for text in HOSTILE {
            let out = written(Format::Csv, json!({ "kind": text, "actor": text }));
            let cells = unquoted(out.lines().nth(1).unwrap());
            assert_eq!(cells.len(), COLUMNS.len(), "{out}");
            for cell in &cells {
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}']), "{cell}");
            }
            assert_eq!(cells[2].strip_prefix('\'').unwrap_or(&cells[2]), visible::line(text));
        }
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("-1"), "\"'-1\"");
        assert_eq!(cell(""), "\"\"");
    }

    #[test]
    fn people_see_what_happened() {
        let trace = "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10";
        for (json, shown) in [
            (
                json!({"kind": "intent", "tenant": "acme", "subject": "me", "server": "kb", "method": "tools/call",
                    "tool": "search", "decision": "permit", "trace": trace}),
                "intent acme me kb search permit 0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10",
            ),
            (
                json!({"kind": "outcome", "effect": "refused", "status": 502, "reasons": ["upstream.x", "y"]}),
                "outcome refused 502 upstream.x y",
            ),
            (json!({"kind": "event", "event": "start", "actor": "local:0"}), "event start local:0"),
            (
                json!({"kind": "summary", "counts": {"auth.missing": 3}, "decision": "deny"}),
                "summary deny auth.missing:3",
            ),
        ] {
            let out = written(Format::Table, json);
            let row: Vec<_> = out.lines().nth(1).unwrap().split_whitespace().collect();
            assert_eq!(row.join(" "), format!("7 2023-11-14T22:13:20.123Z {shown}"));
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        assert!(!went_on(Err(io::ErrorKind::BrokenPipe.into())).unwrap());
        assert!(went_on(Ok(())).unwrap());
        assert!(went_on(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
