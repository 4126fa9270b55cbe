//! Where words go: data on stdout, everything else on stderr. Colour only where a terminal shows it.

use std::io::{self, IsTerminal as _, Write as _};

/// The reader of stdout went away. No other closed pipe is that: of a connection it is a fault.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub struct Unread;

fn told(written: io::Result<()>) -> io::Result<()> {
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => io::Error::new(io::ErrorKind::BrokenPipe, Unread),
        _ => error,
    })
}

/// Whether a command ended because nobody reads its output any more.
#[must_use]
pub fn is_unread(fault: &anyhow::Error) -> bool {
    let of = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Unread>)
    };
    fault.chain().any(of)
}

/// A fault and its causes in one line, each said once: many say what caused them themselves.
#[must_use]
pub fn causes(fault: &anyhow::Error) -> String {
    fault.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        before if before.contains(&cause) => said,
        before => format!("{before}: {cause}"),
    })
}

/// Writes data to stdout.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn data(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    told(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes bytes to stdout exactly as they are; to a terminal with what steers it, or hides, written out.
///
/// # Errors
/// A closed pipe, a full disk.
pub fn exact(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = if out.is_terminal() { out.write_all(readable(bytes).as_bytes()) } else { out.write_all(bytes) };
    told(written.and_then(|()| out.flush()))
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
    fn a_cause_is_said_once() {
        use anyhow::Context as _;
        let cause = || io::Error::other("No space left on device");
        let full = casemate_audit::OpenError::Io(cause());
        let said = causes(&anyhow::Error::new(full).context("the audit log cannot be opened"));
        assert_eq!(said.matches("No space left").count(), 1, "{said}");
        assert!(said.starts_with("the audit log cannot be opened: the log's files cannot be used: No space"), "{said}");
        let said = causes(&Err::<(), _>(cause()).context("x cannot be written").unwrap_err());
        assert_eq!(said, "x cannot be written: No space left on device");
    }

    #[test]
    fn only_an_output_that_nobody_reads_ends_quietly() {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_unread(&anyhow::Error::new(told(Err(broken())).unwrap_err()).context("more")));
        assert!(
            !is_unread(&broken().into())
                && !is_unread(&told(Err(io::ErrorKind::StorageFull.into())).unwrap_err().into())
        );
    }

    #[test]
    fn a_terminal_is_shown_what_steers_it() {
        let hostile = "one\n\u{1b}]0;t\u{7}\r\u{9b}2J\u{202e}\u{200b}two\n".as_bytes();
        let shown = readable(hostile);
        assert_eq!(shown, "one\n\\u{1b}]0;t\\u{7}\\u{d}\\u{9b}2J\\u{202e}\\u{200b}two\n");
        assert_eq!(readable(b"\xff"), "\u{fffd}");
    }
}
