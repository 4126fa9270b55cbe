//! Where words go: data on stdout, everything else on stderr. Colour only where a terminal shows it.

use std::io::{self, IsTerminal as _, Write as _};

/// Writes data to stdout.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes bytes to stdout exactly as they are; to a terminal with what steers it, or hides, written out.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn exact(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(readable(bytes).as_bytes())?;
    } else {
        out.write_all(bytes)?;
    }
    out.flush()
}

/// Bytes from outside as a terminal may have them, line by line.
fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.split_inclusive('\n').fold(String::new(), |mut shown, line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        shown.push_str(&crate::visible::safe(line));
        shown.push_str(end);
        shown
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_shown_what_steers_it() {
        let hostile = "one\n\u{1b}]0;t\u{7}\r\u{9b}2J\u{202e}\u{200b}two\n".as_bytes();
        let shown = readable(hostile);
        assert_eq!(shown, "one\n\\u{1b}]0;t\\u{7}\\u{d}\\u{9b}2J\\u{202e}\\u{200b}two\n");
        assert_eq!(readable(b"\xff"), "\u{fffd}");
    }
}
