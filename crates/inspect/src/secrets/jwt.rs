//! JSON web tokens (RFC 7519), signed, encrypted or neither, also in base64 once more.

use super::format::{Class, begins};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// The rule.
pub(super) const JWT: &str = "secret.jwt";

/// What a header, `{"`, is in base64.
pub(super) const ANCHOR: &str = "eyJ";

/// What that is in base64.
pub(super) const WRAPPED: &str = "ZXlK";

/// The longest token that is found, in bytes; of a longer one, its beginning. A text is cut where a word is longer than 20 KiB.
pub(super) const LONGEST: usize = 24 * 1024;

/// The longest header, in bytes.
const HEADER: usize = 4096;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);

/// The end of the token that begins at `start`.
pub(super) fn at(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let length = begins(bytes, start).then(|| token(rest)).flatten()?;
    Some(start + length)
}

/// The length of the token that `rest` begins with.
fn token(rest: &[u8]) -> Option<usize> {
    let header = segment(rest.get(..rest.len().min(HEADER + 1))?);
    let payload_from = header + 1;
    if header > HEADER || rest.get(header) != Some(&b'.') || !is_header(&URL.decode(rest.get(..header)?).ok()?) {
        return None;
    }
    let payload = rest.get(payload_from..payload_from + segment(rest.get(payload_from..)?))?;
    if payload.len() < 4 && rest.get(payload_from + payload.len()) != Some(&b'.') || is_published(payload) {
        return None;
    }
    let mut end = payload_from + payload.len();
    // Three parts where it is signed, five where it is encrypted (RFC 7516, section 7.1).
    for _ in 0..3 {
        if rest.get(end) != Some(&b'.') {
            break;
        }
        let more = segment(rest.get(end + 1..).unwrap_or_default());
        if more == 0 && rest.get(end + 1) != Some(&b'.') {
            break;
        }
        end += 1 + more;
    }
    Some(end)
}

fn segment(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| Class::Url.has(**byte)).count()
}

/// Whether it is a JSON object with a member `alg`.
fn is_header(json: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(json, b"\"alg\"") else { return false };
    let mut behind = json.get(at + 5..).unwrap_or_default().iter().skip_while(|byte| byte.is_ascii_whitespace());
    json.first() == Some(&b'{') && behind.next() == Some(&b':') && std::str::from_utf8(json).is_ok()
}

/// Whether it is the payload of the example that every introduction shows (jwt.io).
fn is_published(payload: &[u8]) -> bool {
    let head = payload.get(..payload.len().min(64)).unwrap_or_default();
    let head = head.get(..head.len() / 4 * 4).unwrap_or_default();
    URL.decode(head).is_ok_and(|json| memchr::memmem::find(&json, b"\"1234567890\"").is_some())
}

/// The end of the base64 that begins at `start` and holds a token.
pub(super) fn wrapped(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let length = rest.iter().take_while(|byte| Class::B64.has(**byte) || matches!(**byte, b'-' | b'_')).count();
    let head = rest.get(..length.min(2 * HEADER) / 4 * 4)?;
    let inner = STANDARD.decode(head).or_else(|_| URL.decode(head)).ok()?;
    (begins(bytes, start) && token(&inner).is_some()).then_some(())?;
    let padding = rest.iter().skip(length).take(2).take_while(|byte| **byte == b'=').count();
    Some(start + length + padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.{}",
            URL.encode(header),
            URL.encode(payload),
            URL.encode([7u8, 99, 201, 3, 250, 17, 80, 31].repeat(4))
        )
        .replace('=', "")
    }

    #[test]
    fn a_token_is_told_by_its_header() {
        let token = made(r#"{"typ":"JWT","alg":"ES256"}"#, r#"{"sub":"u1","aud":"x"}"#);
        let text = format!("{token}, and more");
        assert_eq!(at(text.as_bytes(), 0), Some(token.len()));
        let none = made(r#"{"typ":"JWT","alg" : "none"}"#, r#"{"sub":"u1"}"#);
        let none = none.rsplit_once('.').map(|(head, _)| format!("{head}.")).expect("three parts");
        assert!(at(none.as_bytes(), 0).is_some());
        for not in [made(r#"{"typ":"JWT"}"#, r#"{"a":1}"#), made(r#"{"x":"alg"}"#, r#"{"a":1}"#)] {
            assert_eq!(at(not.as_bytes(), 0), None);
        }
    }

    #[test]
    fn the_example_of_every_introduction_stays() {
        let token =
            made(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#);
        assert_eq!(at(token.as_bytes(), 0), None);
    }

    #[test]
    fn a_token_in_base64_is_one() {
        let token = STANDARD.encode(made(r#"{"typ":"JWT","alg":"ES256"}"#, r#"{"sub":"u1","aud":"x"}"#));
        assert_eq!(wrapped(token.as_bytes(), 0), Some(token.len()));
        let other = STANDARD.encode(r#"eyJust some words that begin alike, and nothing more"#);
        assert_eq!(wrapped(other.as_bytes(), 0), None);
    }
}
