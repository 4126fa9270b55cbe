//! In which form something is asked and answered, by the headers alone.

use crate::config::Caps;
use crate::reply::Frame;
use crate::request::{self, accepted, accepts, is_media};
use casemate_core::{Reason, Refusal};
use casemate_output::{CleanEvent, Released};
use http::{HeaderMap, HeaderValue, header};

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";

/// How a request is asked and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One question of JSON, one answer of JSON.
    One,
    /// What comes is answered while it comes.
    Stream(Asked, Told),
}

/// What a streamed body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Lines, each a question of JSON.
    Lines,
    /// A text as it stands.
    Text,
}

/// How a streamed answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Lines of JSON.
    Lines,
    /// Server-sent events.
    Events,
}

impl Form {
    /// The form that the headers ask for. Events are given to whoever names them; without `Accept`, anything is taken.
    pub(super) fn of(headers: &HeaderMap, caps: &Caps) -> Result<Self, Refusal> {
        request::check_coding(headers)?;
        let media = request::single(headers, "content-type")?.unwrap_or_default();
        let list = accepted(headers);
        let takes = |media: &str| !headers.contains_key(header::ACCEPT) || accepts(&list, media);
        let streamed = |asked| match (names_events(&list), takes(LINES)) {
            (true, _) => Ok(Self::Stream(asked, Told::Events)),
            (false, true) => Ok(Self::Stream(asked, Told::Lines)),
            (false, false) => Err(refused("a stream is answered with application/x-ndjson or text/event-stream")),
        };
        let form = match media {
            media if is_media(media, JSON) && takes(JSON) => Self::One,
            media if is_media(media, JSON) => return Err(refused("a question is answered with application/json")),
            media if is_media(media, LINES) => streamed(Asked::Lines)?,
            media if is_media(media, "text/plain") => streamed(Asked::Text)?,
            _ => {
                let taken = "application/json, application/x-ndjson or text/plain, in UTF-8";
                return Err(Refusal::new(Reason::HttpContentType).hint(taken));
            }
        };
        request::check_length(headers, caps)?;
        Ok(form)
    }
}

/// Whether events are asked for by their name, not by a wildcard.
fn names_events(accepted: &[&str]) -> bool {
    let names = |item: &str| item.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(EVENTS));
    accepted.iter().any(|list| list.split(',').any(|item| names(item) && accepts(&[item], EVENTS)))
}

fn refused(hint: &str) -> Refusal {
    Refusal::new(Reason::HttpAccept).hint(hint)
}

impl Told {
    /// Says in the headers how the answer is written.
    pub(super) fn mark(self, headers: &mut HeaderMap) {
        if self == Self::Lines {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES));
        }
    }

    /// A message of the answer; `name` is that of its event.
    pub(super) fn frame(self, name: &'static str, event: &CleanEvent) -> Frame {
        match self {
            Self::Lines => Frame::line(event),
            Self::Events => Frame::named(name, event),
        }
    }

    /// The last message.
    pub(super) fn last(self, released: &Released) -> Frame {
        match (self, released.status()) {
            (Self::Lines, _) => Frame::last_line(released),
            (Self::Events, 200) => Frame::last_named("verdict", released),
            (Self::Events, _) => Frame::last_named("error", released),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn caps() -> Caps {
        let (time, size) = (Duration::from_secs(1), 100);
        Caps {
            payload: size,
            answer: size,
            events: size,
            media: size,
            tokens: 1,
            header_bytes: size,
            connections: 1,
            handshake: time,
            header: time,
            body: time,
            idle: time,
            drain: time,
            unauthenticated_rpm: 1,
        }
    }

    fn form(fields: &[(&'static str, &'static str)]) -> Result<Form, Reason> {
        let field = |(name, value): &(&'static str, &'static str)| {
            (http::HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        Form::of(&fields.iter().map(field).collect(), &caps()).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn the_headers_choose_the_form() {
        let (lines, text) = ("application/x-ndjson", "text/plain; charset=utf-8");
        for (media, accept, expected) in [
            ("application/json", None, Ok(Form::One)),
            ("application/json", Some("*/*"), Ok(Form::One)),
            ("application/json", Some("text/event-stream"), Err(Reason::HttpAccept)),
            (lines, None, Ok(Form::Stream(Asked::Lines, Told::Lines))),
            (lines, Some("text/event-stream"), Ok(Form::Stream(Asked::Lines, Told::Events))),
            (lines, Some("application/json"), Err(Reason::HttpAccept)),
            (text, Some("*/*"), Ok(Form::Stream(Asked::Text, Told::Lines))),
            (text, Some("application/x-ndjson, text/event-stream"), Ok(Form::Stream(Asked::Text, Told::Events))),
            (text, Some("text/event-stream;q=0, */*"), Ok(Form::Stream(Asked::Text, Told::Lines))),
            (text, Some("text/plain"), Err(Reason::HttpAccept)),
            ("text/plain; charset=latin1", None, Err(Reason::HttpContentType)),
            ("text/html", None, Err(Reason::HttpContentType)),
        ] {
            let fields = [("content-type", media), ("accept", accept.unwrap_or_default())];
            let fields = if accept.is_some() { &fields[..] } else { &fields[..1] };
            assert_eq!(form(fields), expected, "{media} {accept:?}");
        }
        assert_eq!(form(&[]), Err(Reason::HttpContentType));
        let plain = ("content-type", "text/plain");
        assert_eq!(form(&[plain, ("content-encoding", "gzip")]), Err(Reason::HttpContentEncoding));
        assert_eq!(form(&[plain, ("content-length", "101")]), Err(Reason::PayloadTooLarge));
    }
}
