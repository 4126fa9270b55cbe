//! Reading scalars: the one place that says which texts a kind takes.

use super::codes::Code;
use super::spec::{Choice, Kind};
use super::tree::Scalar;
use casemate_core::glob::Glob;
use casemate_core::host::Host;
use casemate_core::{ServerName, Subject, TenantId, TraceId};
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// Bytes of the name of a tool that a call may carry.
const MAX_TOOL: usize = 256;

/// Why a scalar is not what its key takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of mistake.
    pub code: Code,
    /// What is wrong, as the label under the caret.
    pub label: String,
    /// One suggestion.
    pub help: Option<String>,
}

impl Fault {
    fn new(code: Code, label: impl Into<String>) -> Self {
        Self { code, label: label.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Examples of durations in milliseconds; the first one that a key takes is shown.
const DURATIONS: [u64; 5] = [30_000, 300_000, 86_400_000, 1_000, 100];

/// An example of a number of bytes that a key takes.
fn bytes_within(min: u64, max: u64) -> String {
    const EXAMPLES: [(u64, &str); 3] = [(1 << 16, "65536 or 64KiB"), (1 << 26, "67108864 or 64MiB"), (1 << 30, "1GiB")];
    let example = EXAMPLES.iter().find(|(bytes, _)| (min..=max).contains(bytes));
    example.map_or_else(|| max.to_string(), |(_, text)| (*text).to_owned())
}

/// What a kind takes, for messages.
#[must_use]
pub fn expected(kind: Kind) -> String {
    match kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Count { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Bytes { min, max } => {
            format!("a number of bytes from {min} to {max}, such as {}", bytes_within(min, max))
        }
        Kind::Duration { min, max } => {
            let example = DURATIONS.into_iter().find(|example| (min..=max).contains(example)).unwrap_or(max);
            format!("a time from {} to {}, such as {}", duration(min), duration(max), duration(example))
        }
        Kind::Text => "one line of text".to_owned(),
        Kind::Lines => "text".to_owned(),
        Kind::Variable => "a number or text".to_owned(),
        Kind::Path => "a path".to_owned(),
        Kind::Url => "an https URL".to_owned(),
        Kind::KeysUri => "an https URL, or file: with a path".to_owned(),
        Kind::Ip => "an IP address".to_owned(),
        Kind::Port => "a port from 0 to 65535".to_owned(),
        Kind::Host => "a host name or address, without scheme, port and path".to_owned(),
        Kind::Origin => "a web origin, such as https://app.example".to_owned(),
        Kind::Glob => "a pattern".to_owned(),
        Kind::Tenant | Kind::Name => "a name of at most 64 of A-Z a-z 0-9 . _ -".to_owned(),
        Kind::Trace => "a trace id, such as 0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f".to_owned(),
        Kind::Server => "a name of at most 128 of A-Z a-z 0-9 . _ -".to_owned(),
        Kind::Tool => "the exact name of a tool".to_owned(),
        Kind::Identity => "an identity: at most 255 visible ASCII characters".to_owned(),
        Kind::HeaderName => "the name of an HTTP header".to_owned(),
        Kind::VariableName => "the name of an environment variable".to_owned(),
        Kind::Choice(choice) => {
            let words: Vec<_> = choice.words.iter().map(|(word, _)| *word).collect();
            format!("one of {}", words.join(", "))
        }
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) | Kind::Named(..) | Kind::Lists(..) => "a section".to_owned(),
    }
}

/// A duration as it would be written.
#[must_use]
pub fn duration(millis: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    if millis == 0 {
        return "0s".to_owned();
    }
    let unit = UNITS.iter().find(|(size, _)| millis.is_multiple_of(*size));
    unit.map_or_else(|| format!("{millis}ms"), |(size, name)| format!("{}{name}", millis / size))
}

/// Reads a duration.
#[must_use]
pub fn read_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let (number, size) = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)))?;
    Some(Duration::from_millis(whole(number)?.checked_mul(size)?))
}

/// Reads a number of bytes.
#[must_use]
pub fn read_bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)];
    let (number, size) = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)))?;
    whole(number)?.checked_mul(size)
}

/// Reads a whole number: digits alone, no sign, no leading zero.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    if digits && plain { text.parse().ok() } else { None }
}

/// Reads an `http` or `https` URL without userinfo, query and fragment.
///
/// # Errors
/// What does not belong in it.
pub fn read_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the scheme is `{}`, not http or https", url.scheme()));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err("a URL has no blanks and no backslashes".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a user name or password does not belong in a URL".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a query or fragment does not belong here".to_owned());
    }
    if url.port() == Some(0) {
        return Err("port 0 is no port".to_owned());
    }
    Host::of_url(&url).map_err(|error| error.to_string())?;
    Ok(url)
}

/// Checks that `scalar` is what `kind` takes.
///
/// # Errors
/// What is wrong with it.
pub fn check(kind: Kind, scalar: &Scalar) -> Result<(), Fault> {
    let text = scalar.text.as_str();
    if !matches!(kind, Kind::Lines)
        && text.starts_with(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{201e}', '\u{ab}'])
    {
        let fault = Fault::new(Code::Quotes, "these quotes are part of the text");
        return Err(fault.help("use the straight quotes of the keyboard, or none"));
    }
    match kind {
        Kind::Bool | Kind::Count { .. } | Kind::Port if !scalar.plain => {
            let fault = Fault::new(Code::Type, format!("text in quotes, where the key takes {}", expected(kind)));
            Err(fault.help("remove the quotes"))
        }
        Kind::Bool => match text {
            "true" | "false" => Ok(()),
            "yes" | "on" | "True" | "TRUE" => Err(type_fault(kind, scalar).help("write `true`")),
            "no" | "off" | "False" | "FALSE" => Err(type_fault(kind, scalar).help("write `false`")),
            _ => Err(type_fault(kind, scalar)),
        },
        Kind::Count { min, max } => within(kind, scalar, whole(text), min, max),
        Kind::Port => within(kind, scalar, whole(text), 0, 65_535),
        Kind::Bytes { min, max } => within(kind, scalar, read_bytes(text), min, max),
        Kind::Duration { min, max } => {
            let millis = read_duration(text).and_then(|d| u64::try_from(d.as_millis()).ok());
            let fault = within(kind, scalar, millis, min, max);
            if whole(text).is_some() { fault.map_err(|f| f.help(format!("add the unit: `{text}s`"))) } else { fault }
        }
        Kind::Choice(choice) => read_choice(choice, text).map(|_| ()),
        _ => named(kind, text),
    }
}

/// Kinds that are text with a form.
fn named(kind: Kind, text: &str) -> Result<(), Fault> {
    let bad = |label: String| Err(Fault::new(Code::Value, label));
    let form = |ok: bool| if ok { Ok(()) } else { bad(format!("not {}", expected(kind))) };
    match kind {
        Kind::Text | Kind::Variable | Kind::Path => {
            let long = text.len() > 4_096;
            form(!long && !text.chars().any(char::is_control) && (!text.is_empty() || matches!(kind, Kind::Variable)))
        }
        Kind::Lines => form(!text.is_empty() && text.len() <= 1 << 16),
        Kind::Url => read_url(text).map(|_| ()).or_else(bad),
        Kind::KeysUri if text.starts_with("file:") => form(text.len() > 5 && !text.chars().any(char::is_control)),
        Kind::KeysUri => match read_url(text) {
            Ok(url) if url.scheme() == "https" => Ok(()),
            Ok(_) => {
                let fault = Fault::new(Code::Value, "keys that arrive without TLS can be anyone's");
                Err(fault.help("give an https URL"))
            }
            Err(error) => bad(error),
        },
        Kind::Ip if text == "localhost" => {
            Err(Fault::new(Code::Value, "a name, where the key takes an IP address").help("write `127.0.0.1`"))
        }
        Kind::Ip => form(text.parse::<IpAddr>().is_ok()),
        Kind::Host if Host::parse(text).is_ok() => Ok(()),
        Kind::Host => {
            let fault = Fault::new(Code::Value, format!("not {}", expected(kind)));
            Err(match host_within(text) {
                Some(host) => fault.help(format!("write `{host}`")),
                None => fault,
            })
        }
        Kind::Origin => {
            let origin = Url::parse(text).ok().map(|url| url.origin());
            form(origin.is_some_and(|origin| origin.is_tuple() && origin.ascii_serialization() == text))
        }
        Kind::Glob => Glob::parse(text).map(|_| ()).or_else(|error| bad(error.to_string())),
        Kind::Tool if text.contains(['*', '?', '[']) => {
            let fault = Fault::new(Code::Value, format!("a pattern, where the key takes {}", expected(kind)));
            Err(fault.help("exact names only: write out each tool"))
        }
        Kind::Tool => form(!text.is_empty() && text.len() <= MAX_TOOL && !text.chars().any(char::is_control)),
        Kind::Tenant | Kind::Name => form(TenantId::parse(text).is_ok()),
        Kind::Trace => form(TraceId::parse(text).is_ok()),
        Kind::Server => form(ServerName::parse(text).is_ok() && !matches!(text, "." | "..")),
        Kind::Identity => form(Subject::parse(text).is_ok()),
        Kind::HeaderName => form(http::HeaderName::from_bytes(text.as_bytes()).is_ok()),
        Kind::VariableName => {
            let name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            form(!text.is_empty() && text.len() <= 128 && text.bytes().all(name))
        }
        _ => Ok(()),
    }
}

/// The host in what looks like a URL or a host with port, for suggestions.
fn host_within(text: &str) -> Option<Host> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next()?;
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = rest.trim_start_matches("*.").trim_end_matches('.');
    Host::parse(rest).ok().or_else(|| Host::parse(rest.rsplit_once(':')?.0).ok())
}

fn type_fault(kind: Kind, scalar: &Scalar) -> Fault {
    let shown: String = scalar.text.chars().take(40).collect();
    Fault::new(Code::Type, format!("`{shown}` is not {}", expected(kind)))
}

fn within(kind: Kind, scalar: &Scalar, value: Option<u64>, min: u64, max: u64) -> Result<(), Fault> {
    match value {
        Some(value) if (min..=max).contains(&value) => Ok(()),
        Some(0) => {
            let fault = Fault::new(Code::Range, format!("the key takes {}", expected(kind)));
            Err(fault.help("zero never means unlimited; leave the key out for its default"))
        }
        Some(_) => Err(Fault::new(Code::Range, format!("the key takes {}", expected(kind)))),
        None if whole(&scalar.text).is_none() && scalar.text.bytes().all(|b| b.is_ascii_digit() || b == b'_') => {
            Err(type_fault(kind, scalar).help("write it with digits alone and no leading zero"))
        }
        None => Err(type_fault(kind, scalar)),
    }
}

/// The word of `choice` that `text` is.
///
/// # Errors
/// None of them, with the nearest one or the hint for what was written.
pub fn read_choice(choice: &'static Choice, text: &str) -> Result<&'static str, Fault> {
    let same = |word: &str| word == text || (choice.any_case && word.eq_ignore_ascii_case(text));
    if let Some((word, _)) = choice.words.iter().find(|(word, _)| same(word)) {
        return Ok(word);
    }
    let shown: String = text.chars().take(40).collect();
    let fault = Fault::new(Code::Value, format!("`{shown}` is not {}", expected(Kind::Choice(choice))));
    if let Some((_, hint)) = choice.hints.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return Err(fault.help(*hint));
    }
    match nearest(text, choice.words.iter().map(|(word, _)| *word)) {
        Some(word) => Err(fault.help(format!("did you mean `{word}`?"))),
        None => Err(fault),
    }
}

/// The candidate nearest to `text`, if one is near enough to have been meant.
#[must_use]
pub fn nearest<'c>(text: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    if text.len() > 128 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let scored = candidates.map(|c| (strsim::damerau_levenshtein(&lower, &c.to_ascii_lowercase()), c));
    let (distance, nearest) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + nearest.chars().count() / 4).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::super::spec;
    use super::*;

    #[test]
    fn an_example_is_what_the_key_takes() {
        let mut seen = 0;
        for (name, key) in spec::all() {
            let text = expected(key.kind);
            let Some((_, examples)) = text.split_once(", such as ") else { continue };
            for example in examples.split(" or ") {
                let of = match key.kind {
                    Kind::Duration { min, max } => {
                        read_duration(example).map(|is| (min..=max).contains(&(is.as_millis() as u64)))
                    }
                    Kind::Bytes { min, max } => read_bytes(example).map(|is| (min..=max).contains(&is)),
                    _ => continue,
                };
                assert_eq!(of, Some(true), "{name}: {text}");
                seen += 1;
            }
        }
        assert!(seen > 10, "{seen}");
        let age = Kind::Duration { min: 60_000, max: 366 * 86_400_000 };
        assert_eq!(expected(age), "a time from 1m to 366d, such as 5m");
    }
}
