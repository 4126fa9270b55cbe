//! The size of images, audio and blobs, told from their base64 text without decoding it.

use crate::budget::Budget;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, STANDARD_NO_PAD};
use casemate_core::json::{Kind, Value};
use casemate_core::mcp::{Call, Method};
use casemate_core::{Reason, Refusal};

/// The decoded size of base64 text (RFC 4648 sections 4 and 5, with or without padding); `None` where it is none.
pub(crate) fn decoded_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let body = bytes.len() - bytes.iter().rev().take(2).take_while(|b| **b == b'=').count();
    let (digits, padding) = bytes.split_at_checked(body)?;
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let rest = digits.len() % 4;
    let padded = padding.is_empty() || (digits.len() + padding.len()) % 4 == 0;
    if rest == 1 || !padded || !digits.iter().all(alphabet) {
        return None;
    }
    Some(digits.len() / 4 * 3 + rest.saturating_sub(1))
}

/// The text that base64 stands for: `None` where it is none, as pictures and sound are. SVG is text.
pub(crate) fn words(text: &str) -> Option<String> {
    let digits: Vec<u8> = text.trim_end_matches('=').bytes().map(plain).collect();
    // The first bytes tell most pictures from text.
    let head = digits.get(..digits.len().min(64)).unwrap_or_default();
    let head = STANDARD_NO_PAD.decode(head.get(..head.len() / 4 * 4).unwrap_or_default()).ok()?;
    let is_text = |bytes: &[u8]| str::from_utf8(bytes).map_or_else(|e| e.error_len().is_none(), |_| true);
    if !is_text(&head) || head.contains(&0) {
        return None;
    }
    let words = String::from_utf8(LENIENT.decode(&digits).ok()?).ok()?;
    (!words.is_empty()).then_some(words)
}

/// Whether a text is an image and nothing else: a `data:` URL of one, or base64 whose bytes begin as those of a picture do.
pub(crate) fn is_picture(text: &str) -> bool {
    let text = text.trim();
    if text.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("data:image/")) {
        return !text.contains(char::is_whitespace);
    }
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(256).map(plain).collect();
    let whole = digits.get(..digits.len() / 4 * 4).unwrap_or_default();
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
    digits.len() >= 12
        && text.bytes().all(|byte| alphabet(&byte) || byte.is_ascii_whitespace())
        && LENIENT
            .decode(whole.split(|byte| *byte == b'=').next().unwrap_or_default())
            .is_ok_and(|head| begins_picture(&head))
}

/// Whether bytes begin as those of an image do: the signatures of the formats that clients show, and SVG.
pub(crate) fn begins_picture(head: &[u8]) -> bool {
    const SIGNATURES: [&[u8]; 11] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF87a",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"\0\0\x01\0",
        b"\0\0\x02\0",
        b"\xff\x0a",
        b"\0\0\0\x0cJXL ",
        b"8BPS",
    ];
    let brand = |at: usize, want: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(want));
    let riff = brand(0, b"RIFF") && brand(8, b"WEBP");
    let heif =
        brand(4, b"ftyp") && [&b"avif"[..], b"avis", b"heic", b"heix", b"mif1", b"msf1"].iter().any(|b| brand(8, b));
    let bitmap = brand(0, b"BM") && brand(6, b"\0\0\0\0");
    let words = head.trim_ascii_start();
    let words = words.strip_prefix(b"\xef\xbb\xbf").unwrap_or(words);
    let svg = |words: &[u8]| words.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"));
    let markup = words.get(..4).is_some_and(|four| four.eq_ignore_ascii_case(b"<svg"))
        || ((words.starts_with(b"<?xml") || words.starts_with(b"<!")) && svg(words));
    riff || heif || bitmap || markup || SIGNATURES.iter().any(|signature| head.starts_with(signature))
}

/// The digit of base64 for one of base64url.
const fn plain(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

/// Base64 of a text (RFC 4648 section 4).
pub(crate) fn encoded(text: &str) -> String {
    STANDARD.encode(text)
}

/// Without padding, and without judging the bits that the last digit leaves over.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, STANDARD_NO_PAD_CONFIG.with_decode_allow_trailing_bits(true));

const STANDARD_NO_PAD_CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::RequireNone);

fn over(limit: usize) -> Refusal {
    Refusal::new(Reason::LimitMedia).detail(format!("over {limit} decoded bytes"))
}

/// Checks base64 text that an upstream sent.
///
/// # Errors
/// `limit.media_size` over the limit, `upstream.malformed` where it is not base64.
pub(crate) fn check_answer(value: Value<'_>, limit: usize) -> Result<(), Refusal> {
    let malformed = || Refusal::new(Reason::UpstreamMalformed).detail("media that is not base64");
    let text = value.as_str().ok_or_else(malformed)?;
    if decoded_len(&text).ok_or_else(malformed)? > limit { Err(over(limit)) } else { Ok(()) }
}

/// The media of an object: `data` of an image or audio item, or `blob`.
pub(crate) fn media_of<'a>(object: Value<'a>) -> impl Iterator<Item = Value<'a>> {
    let data = if is_media_item(object) { object.get("data") } else { None };
    [data, object.get("blob")].into_iter().flatten().filter(|value| value.kind() == Kind::String)
}

/// Whether the object is a content item that holds media itself.
pub(crate) fn is_media_item(object: Value<'_>) -> bool {
    object.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| matches!(kind.as_ref(), "image" | "audio"))
}

/// Checks what a client sends: the media in arguments and in answers to a server's questions, and the text of sampled
/// messages.
///
/// Text that only looks like media by its key counts with its length; arguments are the tool's own business.
/// `media_bytes` is the most decoded bytes of each, `tokens` the most of the text.
///
/// # Errors
/// `limit.media_size` or `limit.token_budget`.
pub fn check_request(call: &Call, media_bytes: usize, tokens: u64) -> Result<(), Refusal> {
    let mut budget = Budget::new(tokens, 0);
    for member in ["arguments", "inputResponses"] {
        if let Some(value) = call.param(member) {
            requested(value, media_bytes)?;
        }
    }
    let reply = call.json().root().get("result").filter(|_| call.method == Method::Reply);
    if let Some(reply) = reply {
        requested(reply, media_bytes)?;
    }
    let answers = call.param("inputResponses").into_iter().flat_map(|answers| answers.members()).map(|m| m.value);
    for answer in answers.chain(reply) {
        if let Some(content) = answer.get("content").filter(|_| answer.get("role").is_some()) {
            sampled(content, &mut budget)?;
        }
    }
    Ok(())
}

fn requested(value: Value<'_>, limit: usize) -> Result<(), Refusal> {
    for media in media_of(value) {
        let text = media.as_str().unwrap_or_default();
        if decoded_len(&text).unwrap_or(text.len()) > limit {
            return Err(over(limit));
        }
    }
    value.members().try_for_each(|member| requested(member.value, limit))?;
    value.items().try_for_each(|item| requested(item, limit))
}

/// The text of a sampled message's content: one item or several.
fn sampled(content: Value<'_>, budget: &mut Budget) -> Result<(), Refusal> {
    if let Some(text) = content.get("text").and_then(|text| text.as_str()) {
        budget.text(&text)?;
    }
    content.items().try_for_each(|item| sampled(item, budget))
}

#[cfg(test)]
mod tests {
    use super::decoded_len;

    #[test]
    fn the_size_is_that_of_the_decoded_bytes() {
        for (text, want) in [
            ("", Some(0)),
            ("AA==", Some(1)),
            ("AA", Some(1)),
            ("AAA=", Some(2)),
            ("AAAA", Some(3)),
            ("-_+/AA==", Some(4)),
            ("A", None),
            ("AAAAA===", None),
            ("AAA==", None),
            ("AA=A", None),
            ("AA A", None),
            ("AA\n==", None),
            ("![a](b)", None),
            ("\u{e9}AAA", None),
        ] {
            assert_eq!(decoded_len(text), want, "{text}");
        }
    }
}
