//! The program's own log: JSON lines on stderr, or short lines on a terminal. It never holds secrets or client text.
//!
//! An event is one line that steers no terminal, whatever its fields hold: what an upstream or a file said stands in some
//! of them.

use crate::visible;
use std::io::{self, IsTerminal as _, Write};
use tracing::Subscriber;
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging. `CASEMATE_LOG` sets the level, `info` by default.
pub fn start(quiet: bool) {
    let default = if quiet { "error" } else { "info" };
    let filter = EnvFilter::try_from_env("CASEMATE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // A second start in one process, as in tests, changes nothing.
    let _ = if io::stderr().is_terminal() {
        for_people(filter, true, io::stderr).try_init()
    } else {
        for_programs(filter, io::stderr).try_init()
    };
}

/// A log whose writer makes the lines of others.
trait Sink: for<'w> MakeWriter<'w> + Send + Sync + 'static {}
impl<T: for<'w> MakeWriter<'w> + Send + Sync + 'static> Sink for T {}

/// Short lines, with colours where they are wanted: every field is written out on its own.
fn for_people(filter: EnvFilter, is_coloured: bool, writer: impl Sink) -> impl Subscriber + Send + Sync {
    // What cannot be written is not told on the same stderr: that would panic in whichever thread logs.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(is_coloured);
    let builder = builder.log_internal_errors(false);
    builder.compact().fmt_fields(debug_fn(field).delimited(" ")).with_writer(writer).finish()
}

fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn std::fmt::Debug) -> std::fmt::Result {
    let value = visible::line(&format!("{value:?}"));
    if field.name() == "message" { write!(writer, "{value}") } else { write!(writer, "{field}={value}") }
}

/// JSON lines, in which what hides stands in the escapes of JSON.
fn for_programs(filter: EnvFilter, writer: impl Sink) -> impl Subscriber + Send + Sync {
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    builder.log_internal_errors(false).json().flatten_event(true).with_writer(Escaping(writer)).finish()
}

/// Makes writers that escape.
struct Escaping<M>(M);

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for Escaping<M> {
    type Writer = Escaped<M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Escaped(self.0.make_writer())
    }
}

/// Writes each event, which comes as a whole, with what hides written out, its last line end excepted.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n');
        let escaped = visible::escaped(line.unwrap_or(&text));
        let end = if line.is_some() { "\n" } else { "" };
        self.0.write_all((escaped + end).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A line's end and a line that looks like the log's own, a terminal's escapes in both forms, marks that turn the
    /// direction of text, a byte order mark, and what ends a JSON string.
    const HOSTILE: &str = "a\n2026-07-28T00:00:00Z ERROR forged\r\u{1b}[2J\u{9b}31m\u{7}\u{8}\u{7f}\u{202e}\u{2028}\u{feff}\u{e0041}\",\"level\":\"ERROR";

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(memory: &Memory) -> Vec<String> {
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert!(text.ends_with('\n'));
        text.strip_suffix('\n').unwrap().split('\n').map(str::to_owned).collect()
    }

    /// The text in each way that an event can hold it.
    fn tell() {
        let error = io::Error::other(HOSTILE);
        tracing::warn!(text = HOSTILE, "as a text");
        tracing::warn!(upstream.name = %HOSTILE, "displayed");
        tracing::warn!(debug = ?HOSTILE, "debugged");
        tracing::warn!(error = &error as &(dyn std::error::Error + 'static), "as an error");
        tracing::warn!("in the message: {HOSTILE}");
    }

    const EVENTS: usize = 5;

    #[test]
    fn an_event_is_one_line_for_people_whatever_it_holds() {
        for is_coloured in [false, true] {
            let memory = Memory::default();
            let writer = memory.clone();
            let log = for_people(EnvFilter::new("info"), is_coloured, move || writer.clone());
            tracing::subscriber::with_default(log, tell);
            let lines = lines(&memory);
            assert_eq!(lines.len(), EVENTS, "{lines:?}");
            for line in lines {
                // Colours are the only escapes: two digits at most, and nothing of what was told.
                let plain = if is_coloured { uncoloured(&line) } else { line.clone() };
                assert!(!plain.chars().any(visible::hides), "{line:?}");
                assert!(line.contains("WARN") && line.contains("forged"), "{line:?}");
            }
        }
    }

    /// Without the sequences that set a colour or a weight.
    fn uncoloured(line: &str) -> String {
        let mut parts = line.split("\u{1b}[");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (code, rest) = part.split_once('m').unwrap();
            assert!(code.len() <= 2 && code.bytes().all(|b| b.is_ascii_digit()), "{line:?}");
            out.push_str(rest);
        }
        out
    }

    #[test]
    fn an_event_is_one_json_line_for_programs_whatever_it_holds() {
        let memory = Memory::default();
        let writer = memory.clone();
        let log = for_programs(EnvFilter::new("info"), move || writer.clone());
        tracing::subscriber::with_default(log, tell);
        let lines = lines(&memory);
        assert_eq!(lines.len(), EVENTS, "{lines:?}");
        for line in &lines {
            assert!(!line.chars().any(visible::hides), "{line:?}");
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(json["level"], "WARN", "{line}");
        }
        let json: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(json["text"], HOSTILE, "a program reads what was told");
    }
}
