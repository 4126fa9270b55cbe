//! Signature Version 4 in the query, verified from the bytes that arrived.
//!
//! Source: the Amazon S3 API reference, "Authenticating Requests: Using Query Parameters".

use super::{ACCESS, REGION, SECRET, TOKEN, decode, header, raw_query};
use casemate_core::digest::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::request::Parts;
use jiff::Timestamp;
use jiff::fmt::strtime;
use sha2::Sha256;

/// The code of the refusal, if the request is not signed as it should be.
pub(super) fn verify(head: &Parts, now: u64) -> Result<(), &'static str> {
    let raw = raw_query(head.uri.query());
    let get = |name: &str| raw.get(name).map(|value| decode(value)).ok_or("AuthorizationQueryParametersError");
    if get("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
        return Err("AuthorizationQueryParametersError");
    }
    if get("X-Amz-Security-Token")? != TOKEN {
        return Err("InvalidToken");
    }
    let date = get("X-Amz-Date")?;
    let day = &date[..8];
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    if get("X-Amz-Credential")? != format!("{ACCESS}/{scope}") {
        return Err("InvalidAccessKeyId");
    }
    let signed_at = strtime::parse("%Y%m%dT%H%M%SZ", &date).unwrap().to_datetime().unwrap();
    let signed_at = signed_at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    let age = Timestamp::from_millisecond(now as i64).unwrap().as_second() - signed_at.as_second();
    if age < -900 || age > get("X-Amz-Expires")?.parse().unwrap() {
        return Err("RequestTimeTooSkewed");
    }
    let names = get("X-Amz-SignedHeaders")?;
    let names: Vec<&str> = names.split(';').collect();
    let free = |name: &str| !names.contains(&name) && (name.starts_with("x-amz-") || name.starts_with("if-"));
    if !names.is_sorted() || !names.contains(&"host") || head.headers.keys().any(|name| free(name.as_str())) {
        return Err("AccessDenied");
    }
    let headers: String = names
        .iter()
        .map(|name| format!("{name}:{}\n", header(&head.headers, name).unwrap_or_default().trim()))
        .collect();
    let query: Vec<String> = raw
        .iter()
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| format!("{}={}", encode(&decode(name)), encode(&decode(value))))
        .collect();
    let canonical =
        [head.method.as_str(), head.uri.path(), &query.join("&"), &headers, &names.join(";"), "UNSIGNED-PAYLOAD"]
            .join("\n");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", Digest::of(canonical.as_bytes()).hex());
    let key = [day, REGION, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part.as_bytes()));
    let signature: String = mac(&key, text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    if get("X-Amz-Signature")? == signature { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The one percent-encoding that signatures know (RFC 3986, section 2.3).
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
