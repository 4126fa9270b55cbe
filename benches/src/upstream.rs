//! The canned upstream over HTTP.

use crate::answer::{Answer, Canned};
use crate::wire::{Frames, read_capped};
use anyhow::Result;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use std::sync::Arc;

/// The body of an answer: one piece, or events.
pub type Reply = Either<Full<Bytes>, Frames>;

/// Answers one request.
///
/// # Errors
/// The request's body breaks off or is too long; the connection ends.
pub async fn answer(canned: Arc<Canned>, request: Request<Incoming>) -> Result<Response<Reply>> {
    if request.method() != Method::POST {
        let mut refusal = reply(StatusCode::METHOD_NOT_ALLOWED, "text/plain", Either::Left(Full::default()));
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(refusal);
    }
    let body = read_capped(request.into_body()).await?;
    Ok(match canned.answer(&body) {
        Answer::Json(status, body) => {
            reply(StatusCode::from_u16(status)?, "application/json", Either::Left(Full::new(body)))
        }
        Answer::Events(events) => reply(StatusCode::OK, "text/event-stream", Either::Right(Frames::new(events))),
    })
}

fn reply(status: StatusCode, kind: &'static str, body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
