//! The headers that mirror the body (MCP 2026-07-28, Streamable HTTP, "Request Metadata"), and whether they agree with it.
//!
//! The body decides; a header that says anything else ends the request, so that nobody in between can be misled.

use crate::{Reason, Refusal};
use base64::Engine as _;
use std::borrow::Cow;

/// The mirrored headers of one request. Each of the first three may stand once.
#[derive(Debug, Default, Clone)]
pub struct Mirrored<'a> {
    /// `MCP-Protocol-Version`
    pub version: Option<&'a str>,
    /// `Mcp-Method`
    pub method: Option<&'a str>,
    /// `Mcp-Name`, as sent.
    pub name: Option<&'a str>,
    /// `Mcp-Param-*`: the rest of the header's name in lower case, and the value as sent.
    pub params: Vec<(String, &'a str)>,
}

const PARAM: &str = "mcp-param-";

impl<'a> Mirrored<'a> {
    /// Picks the mirrored headers out of all headers; names come in lower case.
    ///
    /// # Errors
    /// A repeated header, or a value that is not printable ASCII.
    pub fn collect(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, Refusal> {
        let mut found = Self::default();
        for (name, value) in headers {
            let slot = match name {
                "mcp-protocol-version" => &mut found.version,
                "mcp-method" => &mut found.method,
                "mcp-name" => &mut found.name,
                _ => {
                    if let Some(param) = name.strip_prefix(PARAM) {
                        if found.params.iter().any(|(known, _)| known == param) {
                            return Err(Refusal::new(Reason::HeaderRepeated).hint(name));
                        }
                        found.params.push((param.to_owned(), printable(name, value)?));
                    }
                    continue;
                }
            };
            if slot.replace(printable(name, value)?).is_some() {
                return Err(Refusal::new(Reason::HeaderRepeated).hint(name));
            }
        }
        Ok(found)
    }
}

fn printable<'a>(name: &str, value: &'a [u8]) -> Result<&'a str, Refusal> {
    let fine = value.iter().all(|b| matches!(b, 0x20..=0x7e | b'\t'));
    match std::str::from_utf8(value) {
        Ok(text) if fine => Ok(text),
        _ => Err(Refusal::new(Reason::HeaderMalformed).hint(name)),
    }
}

/// Decodes a value that may have the form `=?base64?…?=`. Markers count with case; the base64 must be canonical.
///
/// # Errors
/// The inside is not canonical base64 of UTF-8.
pub fn decode_value(value: &str) -> Result<Cow<'_, str>, Reason> {
    let Some(inner) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) else {
        return Ok(Cow::Borrowed(value));
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(inner).map_err(|_| Reason::HeaderMalformed)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Reason::HeaderMalformed)
}

/// Writes a value as a header can carry it: as it is where that is safe, else in the base64 form.
#[must_use]
pub fn encode_value(value: &str) -> Cow<'_, str> {
    let safe = value.bytes().all(|b| matches!(b, 0x20..=0x7e))
        && value.trim() == value
        && !(value.starts_with("=?base64?") && value.ends_with("?="));
    if safe {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(value)))
    }
}

/// Whether a mirrored argument agrees with its header; integers compare as numbers.
///
/// # Errors
/// Why not: a missing, unexpected, malformed or different header.
pub fn param_agrees(header: Option<&str>, argument: Option<crate::json::Value<'_>>) -> Result<(), Reason> {
    use crate::json::Kind;
    let argument = argument.filter(|value| !value.is_null());
    let (header, value) = match (header, argument) {
        (None, None) => return Ok(()),
        (Some(header), Some(value)) => (decode_value(header)?, value),
        _ => return Err(Reason::McpParamHeader),
    };
    let same = match value.kind() {
        Kind::String => value.as_str().is_some_and(|text| text == header),
        Kind::Bool => value.raw() == header,
        Kind::Number => integer(value.raw()).is_some_and(|a| integer(&header) == Some(a)),
        _ => false,
    };
    if same { Ok(()) } else { Err(Reason::McpParamHeader) }
}

/// The integer that a decimal text stands for: `42`, `-7`, `42.0`; within what a double holds exactly.
fn integer(text: &str) -> Option<i64> {
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, rest)| (!rest.is_empty() && rest.bytes().all(|b| b == b'0')).then_some(whole))?;
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    whole.parse().ok().filter(|n: &i64| n.unsigned_abs() < 1 << 53)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, Limits};
    use bytes::Bytes;
    use proptest::prelude::*;

    fn agrees(header: Option<&str>, json: &str) -> Result<(), Reason> {
        let json = Json::parse(Bytes::copy_from_slice(json.as_bytes()), Limits::default()).unwrap();
        param_agrees(header, json.root().get("v"))
    }

    #[test]
    fn arguments_and_headers_agree_or_not() {
        assert_eq!(agrees(Some("us-west1"), r#"{"v":"us-west1"}"#), Ok(()));
        assert_eq!(agrees(Some("=?base64?SGVsbG8sIOS4lueVjA==?="), "{\"v\":\"Hello, 世界\"}"), Ok(()));
        assert_eq!(agrees(Some("42.0"), r#"{"v":42}"#), Ok(()));
        assert_eq!(agrees(Some("true"), r#"{"v":true}"#), Ok(()));
        assert_eq!(agrees(None, r#"{"v":null}"#), Ok(()));
        assert_eq!(agrees(None, "{}"), Ok(()));
        for (header, json) in [
            (Some("us-west2"), r#"{"v":"us-west1"}"#),
            (Some("US-WEST1"), r#"{"v":"us-west1"}"#),
            (None, r#"{"v":"us-west1"}"#),
            (Some("x"), "{}"),
            (Some("x"), r#"{"v":null}"#),
            (Some("True"), r#"{"v":true}"#),
            (Some("43"), r#"{"v":42}"#),
            (Some("9007199254740993"), r#"{"v":9007199254740992}"#),
            (Some("[1]"), r#"{"v":[1]}"#),
        ] {
            assert_eq!(agrees(header, json), Err(Reason::McpParamHeader), "{header:?} {json}");
        }
        assert_eq!(agrees(Some("=?base64?!!?="), r#"{"v":"x"}"#), Err(Reason::HeaderMalformed));
        assert_eq!(agrees(Some("=?BASE64?eA==?="), r#"{"v":"x"}"#), Err(Reason::McpParamHeader));
    }

    #[test]
    fn a_mirrored_header_stands_once() {
        let twice = [("mcp-method", &b"tools/list"[..]), ("mcp-method", &b"tools/list"[..])];
        assert_eq!(Mirrored::collect(twice.into_iter()).unwrap_err().reason, Reason::HeaderRepeated);
        let param = [("mcp-param-a", &b"1"[..]), ("mcp-param-a", &b"1"[..])];
        assert_eq!(Mirrored::collect(param.into_iter()).unwrap_err().reason, Reason::HeaderRepeated);
        let bad = [("mcp-name", &b"\xff"[..])];
        assert_eq!(Mirrored::collect(bad.into_iter()).unwrap_err().reason, Reason::HeaderMalformed);
    }

    proptest! {
        #[test]
        fn any_text_survives_the_header(text in any::<String>()) {
            let encoded = encode_value(&text).into_owned();
            prop_assert!(encoded.bytes().all(|b| (0x20..=0x7e).contains(&b)));
            prop_assert_eq!(decode_value(&encoded).unwrap().into_owned(), text);
        }
    }
}
