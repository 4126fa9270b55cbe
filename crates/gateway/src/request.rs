//! What a request must look like before its body is read, and the reading of the body.

use crate::config::{Caps, RequiredHeaders};
use bytes::{Bytes, BytesMut};
use casemate_core::{Agent, Reason, Refusal, TraceId};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use std::time::Duration;

/// The header of the trace id.
pub(crate) const TRACE: &str = "x-trace-id";
/// The header of the client's name.
pub(crate) const CLIENT: &str = "x-mcp-client";

/// How long the rest of a refused body is taken.
pub(crate) const LINGER: Duration = Duration::from_secs(1);
/// Bytes of it that are taken while the reply is on its way, at most.
pub(crate) const LINGER_BYTES: usize = 4 << 20;

/// The only value of a header, as text.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    if second.is_some() {
        return Err(Refusal::new(Reason::HeaderRepeated).hint(name));
    }
    first.map(|value| value.to_str().map_err(|_| Refusal::new(Reason::HeaderMalformed).hint(name))).transpose()
}

/// The trace id, if the request has a valid one.
pub(crate) fn trace(headers: &HeaderMap) -> Option<TraceId> {
    single(headers, TRACE).ok()?.and_then(|text| TraceId::parse(text).ok())
}

/// The client's name, if the request has a valid one.
pub(crate) fn agent(headers: &HeaderMap) -> Option<Agent> {
    single(headers, CLIENT).ok()?.and_then(|text| Agent::parse(text).ok())
}

/// The id of the session that the request names: visible ASCII (Streamable HTTP, "Session Management").
pub(crate) fn session(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let id = single(headers, crate::session::SESSION)?;
    let fine = |id: &&str| !id.is_empty() && id.len() <= 256 && id.bytes().all(|b| matches!(b, 0x21..=0x7e));
    match id {
        Some(id) if !fine(&id) => Err(Refusal::new(Reason::HeaderMalformed).hint("Mcp-Session-Id")),
        id => Ok(id),
    }
}

/// The last event that the client has seen.
pub(crate) fn last_event(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    single(headers, crate::session::LAST_EVENT)
}

/// Checks that a GET asks for a stream and has no body.
pub(crate) fn check_stream(headers: &HeaderMap) -> Result<(), Refusal> {
    let accepted = accepted(headers);
    if accepts(&accepted, "text/event-stream") {
        Ok(())
    } else {
        Err(Refusal::new(Reason::HttpAccept).hint("a GET needs text/event-stream"))
    }
}

/// Checks the playbook's two headers: present where required, valid wherever present.
pub(crate) fn check_required(headers: &HeaderMap, required: RequiredHeaders) -> Result<(), Refusal> {
    match single(headers, TRACE)? {
        Some(text) if TraceId::parse(text).is_err() => return Err(Reason::HeaderTrace.into()),
        None if required.trace => return Err(Refusal::new(Reason::HeaderMissing).hint("X-Trace-ID")),
        _ => {}
    }
    match single(headers, CLIENT)? {
        Some(text) if Agent::parse(text).is_err() => Err(Reason::HeaderClient.into()),
        None if required.client => Err(Refusal::new(Reason::HeaderMissing).hint("X-MCP-Client")),
        _ => Ok(()),
    }
}

/// Checks the size of target and headers together, as they would stand in HTTP/1.1.
///
/// The HTTP layer has a cap of its own, which is looser: what it refuses in HTTP/2 leaves no trace.
pub(crate) fn check_size(uri: &Uri, headers: &HeaderMap, caps: &Caps) -> Result<(), Refusal> {
    let target = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let field = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    let size = headers.iter().map(field).fold(target, usize::saturating_add);
    if size > caps.header_bytes { Err(Reason::HttpHeaderSize.into()) } else { Ok(()) }
}

/// Checks what the headers say of the body: JSON, in no coding, within the cap, and an `Accept` for both forms.
pub(crate) fn check_content(headers: &HeaderMap, caps: &Caps) -> Result<(), Refusal> {
    check_coding(headers)?;
    if !single(headers, "content-type")?.is_some_and(is_json) {
        return Err(Reason::HttpContentType.into());
    }
    let accepted = accepted(headers);
    if !(accepts(&accepted, "application/json") && accepts(&accepted, "text/event-stream")) {
        return Err(Refusal::new(Reason::HttpAccept).hint("a POST needs application/json and text/event-stream"));
    }
    check_length(headers, caps)
}

/// The values of `Accept`.
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect()
}

/// Checks that the body is in no coding.
pub(crate) fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    match single(headers, "content-encoding")? {
        Some(coding) if !coding.eq_ignore_ascii_case("identity") => Err(Reason::HttpContentEncoding.into()),
        _ => Ok(()),
    }
}

/// Checks that the body is within the cap, as far as its length is declared.
pub(crate) fn check_length(headers: &HeaderMap, caps: &Caps) -> Result<(), Refusal> {
    let declared = single(headers, "content-length")?.and_then(|text| text.parse::<u64>().ok());
    if declared.is_some_and(|length| length > caps.payload as u64) {
        return Err(Reason::PayloadTooLarge.into());
    }
    Ok(())
}

/// Whether a media type is JSON, in UTF-8 if it says so.
pub(crate) fn is_json(content_type: &str) -> bool {
    is_media(content_type, "application/json")
}

/// Whether it is that media type, in UTF-8 if it says so.
pub(crate) fn is_media(content_type: &str, media: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_type = parts.next().is_some_and(|t| t.eq_ignore_ascii_case(media));
    is_type
        && parts.all(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}

/// Whether a media type is a stream of events.
pub(crate) fn is_event_stream(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("text/event-stream"))
}

pub(crate) fn accepts(accepted: &[&str], wanted: &str) -> bool {
    let group = wanted.split('/').next().unwrap_or_default();
    accepted.iter().flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default();
        let refused = parts.any(|p| {
            matches!(p.replace(' ', "").to_ascii_lowercase().as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        });
        let covers = range.eq_ignore_ascii_case(wanted)
            || range == "*/*"
            || range.strip_suffix("/*").is_some_and(|g| g.eq_ignore_ascii_case(group));
        covers && !refused
    })
}

/// Reads the whole body, counting while it arrives.
pub(crate) async fn body(incoming: &mut Incoming, caps: &Caps) -> Result<Bytes, Refusal> {
    let reading = async {
        let mut collected: Option<Bytes> = None;
        let mut joined = BytesMut::new();
        let mut length = 0_usize;
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| Refusal::new(Reason::HttpBodyAborted))?;
            let Ok(data) = frame.into_data() else { continue };
            length = length.saturating_add(data.len());
            if length > caps.payload {
                return Err(Refusal::new(Reason::PayloadTooLarge));
            }
            // A body that comes in one piece is never copied.
            match (collected.take(), joined.is_empty()) {
                (None, true) => collected = Some(data),
                (Some(first), _) => {
                    joined.extend_from_slice(&first);
                    joined.extend_from_slice(&data);
                }
                (None, false) => joined.extend_from_slice(&data),
            }
        }
        Ok(collected.unwrap_or_else(|| joined.freeze()))
    };
    match tokio::time::timeout(caps.body, reading).await {
        Ok(read) => read,
        Err(_) => Err(Reason::HttpBodyTimeout.into()),
    }
}

/// Takes what is left of the body of a refused request, up to a cap and for a second. Gives whether it has ended.
///
/// HTTP/2 resets a stream whose body was not taken, and some clients then lose the reply; HTTP/1.1 closes the
/// connection.
pub(crate) async fn drain(incoming: &mut Incoming, cap: usize) -> bool {
    let is_short = incoming.size_hint().lower() <= cap as u64;
    is_short && tokio::time::timeout(LINGER, take(incoming, cap)).await == Ok(Rest::Taken)
}

/// Goes on taking a body that is too long to wait for, while the reply is on its way.
pub(crate) async fn linger(mut incoming: Incoming) {
    let taking = async {
        if take(&mut incoming, LINGER_BYTES).await == Rest::Long {
            // It may not send more, and has the rest of the time to read the reply.
            std::future::pending::<()>().await;
        }
    };
    let _ = tokio::time::timeout(LINGER, taking).await;
}

/// What became of the rest of a body.
#[derive(PartialEq, Eq)]
enum Rest {
    Taken,
    Broken,
    Long,
}

async fn take(incoming: &mut Incoming, cap: usize) -> Rest {
    let mut length = 0_usize;
    while let Some(frame) = incoming.frame().await {
        let Ok(frame) = frame else { return Rest::Broken };
        length = length.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if length > cap {
            return Rest::Long;
        }
    }
    Rest::Taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        assert!(is_json("application/json"));
        assert!(is_json("Application/JSON; charset=UTF-8"));
        assert!(!is_json("application/json; charset=utf-16"));
        assert!(!is_json("text/plain"));
        assert!(!is_json("application/json-patch+json"));
        assert!(accepts(&["application/json, text/event-stream"], "text/event-stream"));
        assert!(accepts(&["*/*"], "application/json"));
        assert!(accepts(&["text/*", "application/json"], "text/event-stream"));
        assert!(!accepts(&["application/json"], "text/event-stream"));
        assert!(!accepts(&["text/event-stream;q=0, application/json"], "text/event-stream"));
    }
}
