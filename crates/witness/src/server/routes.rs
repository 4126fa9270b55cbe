//! What is answered to which request.

use super::body::{self, Fault};
use crate::witness::{Answer, Unavailable, Witness};
use bytes::Bytes;
use casemate_tlog::witness::Refusal;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const PLAIN: &str = "text/plain; charset=utf-8";

type Reply = Response<Full<Bytes>>;

/// What all connections share.
pub(super) struct Routes {
    witness: Arc<Witness>,
    /// Requests that may wait for the disk.
    slots: Arc<Semaphore>,
    patience: Duration,
    tally: Tally,
}

/// How many requests there were since the last summary. A line for each would let anyone fill the log.
#[derive(Default)]
struct Tally {
    cosigned: AtomicU64,
    conflicts: AtomicU64,
    inconsistent: AtomicU64,
    refused: AtomicU64,
    unavailable: AtomicU64,
}

impl Routes {
    pub(super) fn new(witness: Arc<Witness>, requests: usize, patience: Duration) -> Self {
        let slots = Arc::new(Semaphore::new(requests.min(Semaphore::MAX_PERMITS)));
        Self { witness, slots, patience, tally: Tally::default() }
    }

    /// Logs what was asked since the last time, if anything was.
    pub(super) fn tell(&self) {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        let tally = &self.tally;
        let counts = [&tally.cosigned, &tally.conflicts, &tally.inconsistent, &tally.refused, &tally.unavailable];
        let [cosigned, conflicts, inconsistent, refused, unavailable] = counts.map(take);
        if inconsistent > 0 || unavailable > 0 {
            tracing::warn!(cosigned, conflicts, inconsistent, refused, unavailable, "requests");
        } else if cosigned + conflicts + refused > 0 {
            tracing::info!(cosigned, conflicts, refused, "requests");
        }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Reply, Infallible> {
        let path = request.uri().path();
        let reply = match (path, request.method()) {
            ("/add-checkpoint", &Method::POST) => self.add(request.into_body()).await,
            ("/add-checkpoint", _) => wrong_method("POST"),
            ("/healthz", &Method::GET) if self.witness.is_healthy() => text(StatusCode::OK, "ok\n"),
            ("/healthz", &Method::GET) => text(StatusCode::SERVICE_UNAVAILABLE, "not ok\n"),
            ("/healthz", _) => wrong_method("GET"),
            (path, method) => match self.latest(path) {
                Some(note) if method == Method::GET => text(StatusCode::OK, note.as_ref().to_owned()),
                Some(_) => wrong_method("GET"),
                None => text(StatusCode::NOT_FOUND, "not found\n"),
            },
        };
        Ok(reply)
    }

    fn latest(&self, path: &str) -> Option<Arc<str>> {
        self.witness.latest(path.strip_prefix('/')?.strip_suffix("/checkpoint")?)
    }

    async fn add(&self, body: Incoming) -> Reply {
        let body = match timeout(self.patience, body::read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(Fault::TooLarge)) => return closing(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large\n"),
            Ok(Err(Fault::Broken)) => return closing(StatusCode::BAD_REQUEST, "the request is broken\n"),
            Err(_) => return closing(StatusCode::REQUEST_TIMEOUT, "the request came too slowly\n"),
        };
        let answer = match self.witness.screen(&body) {
            Ok(()) => self.judge(body).await,
            Err(refusal) => Answer::Refused(refusal),
        };
        self.tally.count(&answer);
        match answer {
            Answer::Cosigned(line) => text(StatusCode::OK, line),
            Answer::Refused(refusal) => refused(refusal),
            Answer::Unavailable(why) => {
                let mut reply = text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"));
                set(&mut reply, RETRY_AFTER, "1");
                reply
            }
        }
    }

    /// Compares and persists, on a thread that may wait for the disk. If that takes too long, it goes on without anyone
    /// to answer: the next request finds what came of it.
    async fn judge(&self, body: Bytes) -> Answer {
        let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
            return Answer::Unavailable(Unavailable::Busy);
        };
        let witness = Arc::clone(&self.witness);
        let judged = tokio::task::spawn_blocking(move || {
            let answer = witness.add(&body);
            drop(slot);
            answer
        });
        match timeout(self.patience, judged).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Answer::Unavailable(Unavailable::Storage),
        }
    }
}

impl Tally {
    fn count(&self, answer: &Answer) {
        let counter = match answer {
            Answer::Cosigned(_) => &self.cosigned,
            Answer::Refused(Refusal::Conflict(_)) => &self.conflicts,
            Answer::Refused(Refusal::Inconsistent | Refusal::Fork(_)) => &self.inconsistent,
            Answer::Refused(_) => &self.refused,
            Answer::Unavailable(_) => &self.unavailable,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

fn refused(refusal: Refusal) -> Reply {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let (body, kind) = refusal.body();
    let mut reply = text(status, body);
    set(&mut reply, CONTENT_TYPE, kind);
    reply
}

fn wrong_method(allowed: &'static str) -> Reply {
    let mut reply = closing(StatusCode::METHOD_NOT_ALLOWED, "wrong method\n");
    set(&mut reply, ALLOW, allowed);
    reply
}

/// An answer to a request of which not everything was read.
fn closing(status: StatusCode, body: &'static str) -> Reply {
    let mut reply = text(status, body);
    set(&mut reply, CONNECTION, "close");
    reply
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    set(&mut reply, CONTENT_TYPE, PLAIN);
    set(&mut reply, CACHE_CONTROL, "no-store");
    set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    reply
}

fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}
