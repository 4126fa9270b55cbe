//! Where words go: data on stdout, everything else on stderr. Colour only where a terminal shows it.

use std::io::{self, Write as _};

/// Writes data to stdout.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes data and the end of the line to stdout.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn line(text: &str) -> io::Result<()> {
    data(&format!("{text}\n"))
}

/// Writes a JSON value to stdout, indented.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn json(value: &serde_json::Value) -> io::Result<()> {
    line(&format!("{value:#}"))
}

/// Tells a person something on stderr. That nobody listens is no failure.
pub fn say(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Writes text with colours to stderr; they are removed where no terminal shows them.
pub fn show(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = err.write_all(text.as_bytes());
}

/// A text of ours without its colours.
#[must_use]
pub fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Text from outside with everything replaced that could steer a terminal.
#[must_use]
pub fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
