//! The canned upstream over HTTP, with and without sessions.

use crate::Era;
use crate::answer::{Answer, Canned};
use crate::wire::{Frames, read_capped};
use anyhow::Result;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The header of a session's id.
pub const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// How many sessions were opened: ids are `bench-0`, `bench-1` and so on.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// The body of an answer: one piece, or events.
pub type Reply = Either<Full<Bytes>, Frames>;

/// Answers one request.
///
/// # Errors
/// The request's body breaks off or is too long; the connection ends.
pub async fn answer(canned: Arc<Canned>, request: Request<Incoming>) -> Result<Response<Reply>> {
    let era = match request.headers().get(SESSION) {
        None => Era::Modern,
        Some(id) if is_open(id) => Era::Session,
        Some(_) => return Ok(plain(StatusCode::NOT_FOUND)),
    };
    match (request.method().as_str(), era) {
        ("POST", _) => {}
        // A server that has nothing to say unasked keeps the stream open all the same.
        ("GET", Era::Session) => {
            return Ok(reply(StatusCode::OK, "text/event-stream", Either::Right(Frames::silent())));
        }
        ("DELETE", Era::Session) => return Ok(plain(StatusCode::NO_CONTENT)),
        _ => {
            let mut refusal = plain(StatusCode::METHOD_NOT_ALLOWED);
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return Ok(refusal);
        }
    }
    let body = read_capped(request.into_body()).await?;
    Ok(match canned.answer(&body, era) {
        Answer::Json(status, body) => json(StatusCode::from_u16(status)?, body),
        Answer::Events(events) => reply(StatusCode::OK, "text/event-stream", Either::Right(Frames::new(events))),
        Answer::Opened(body) => {
            let id = format!("bench-{}", OPENED.fetch_add(1, Ordering::Relaxed));
            let mut response = json(StatusCode::OK, body);
            response.headers_mut().insert(SESSION, HeaderValue::from_str(&id)?);
            response
        }
        Answer::Accepted => plain(StatusCode::ACCEPTED),
    })
}

/// Whether this process gave out that id.
fn is_open(id: &HeaderValue) -> bool {
    let number = id.to_str().ok().and_then(|id| id.strip_prefix("bench-")?.parse::<u64>().ok());
    number.is_some_and(|number| number < OPENED.load(Ordering::Relaxed))
}

fn plain(status: StatusCode) -> Response<Reply> {
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = status;
    response
}

fn json(status: StatusCode, body: Bytes) -> Response<Reply> {
    reply(status, "application/json", Either::Left(Full::new(body)))
}

fn reply(status: StatusCode, kind: &'static str, body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
