//! Replies: only what was released is sent, and what a request holds is held until its last byte is taken.

use crate::connection::Running;
use crate::sse;
use bytes::Bytes;
use casemate_audit::Receipt;
use casemate_output::{CleanEvent, RECEIPT, Released};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::{Frame as BodyFrame, SizeHint};
use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Things that a request keeps until its reply has been taken: its place in the limits, above all.
#[derive(Default)]
pub(crate) struct Held {
    running: Option<Running>,
    others: Vec<Box<dyn Any + Send + Sync>>,
}

impl Held {
    pub(crate) fn new(running: Running) -> Self {
        Self { running: Some(running), others: Vec::new() }
    }

    pub(crate) fn keep(&mut self, guard: impl Any + Send + Sync) {
        self.others.push(Box::new(guard));
    }

    /// Takes out everything but the connection's own count: what a call holds that outlives its reply.
    pub(crate) fn release_others(&mut self) -> Self {
        Self { running: None, others: std::mem::take(&mut self.others) }
    }
}

/// The body of a reply.
pub(crate) struct ReplyBody {
    content: Content,
    held: Held,
}

enum Content {
    Whole(Option<Bytes>),
    Events(mpsc::Receiver<Bytes>),
}

impl http_body::Body for ReplyBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, Self::Error>>> {
        let next = match &mut self.content {
            Content::Whole(bytes) => Poll::Ready(bytes.take()),
            Content::Events(events) => events.poll_recv(context),
        };
        if let (Poll::Ready(_), Some(running)) = (&next, &mut self.held.running) {
            running.moved();
        }
        next.map(|bytes| bytes.map(|bytes| Ok(BodyFrame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.content, Content::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Content::Events(_) => SizeHint::default(),
        }
    }
}

/// One event of a stream. It is made of clean or released messages, or carries nothing at all.
#[derive(Clone)]
pub(crate) struct Frame(Bytes);

impl Frame {
    /// An interim message.
    pub(crate) fn event(event: &CleanEvent, id: Option<&str>) -> Self {
        Self(sse::frame(event.body(), id))
    }

    /// The last message.
    pub(crate) fn last(released: &Released, id: Option<&str>) -> Self {
        Self(sse::frame(released.body(), id))
    }

    /// An interim message as a line.
    pub(crate) fn line(event: &CleanEvent) -> Self {
        Self(lined(event.body()))
    }

    /// The last message as a line.
    pub(crate) fn last_line(released: &Released) -> Self {
        Self(lined(released.body()))
    }

    /// An interim message as an event of that name, which is our own.
    pub(crate) fn named(name: &'static str, event: &CleanEvent) -> Self {
        Self(named(name, event.body()))
    }

    /// The last message as an event of that name.
    pub(crate) fn last_named(name: &'static str, released: &Released) -> Self {
        Self(named(name, released.body()))
    }

    /// An event without a message, from which a client can resume (2025-11-25, Streamable HTTP, "Sending Messages").
    pub(crate) fn prime(id: &str) -> Self {
        Self(Bytes::from(format!("id: {id}\nretry: 1000\ndata: \n\n")))
    }

    /// Bytes on the wire.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

/// A message of JSON as one line: line ends between its values say nothing.
fn lined(message: &[u8]) -> Bytes {
    let kept = message.iter().filter(|byte| !matches!(byte, b'\n' | b'\r'));
    kept.chain(b"\n").copied().collect()
}

fn named(name: &'static str, message: &[u8]) -> Bytes {
    [b"event: ", name.as_bytes(), b"\n", sse::frame(message, None).as_ref()].concat().into()
}

/// The sending side of a streamed reply. It takes frames and nothing else.
#[derive(Clone)]
pub(crate) struct EventSender(mpsc::Sender<Bytes>);

/// The client went away.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone;

impl EventSender {
    pub(crate) async fn frame(&self, frame: Frame) -> Result<(), Gone> {
        self.0.send(frame.0).await.map_err(|_| Gone)
    }

    /// Sends without waiting; a stream that has no room for it counts as gone.
    pub(crate) fn frame_now(&self, frame: Frame) -> Result<(), Gone> {
        self.0.try_send(frame.0).map_err(|_| Gone)
    }

    pub(crate) async fn event(&self, event: &CleanEvent) -> Result<(), Gone> {
        self.frame(Frame::event(event, None)).await
    }

    pub(crate) async fn last(self, released: Released) -> Result<(), Gone> {
        self.frame(Frame::last(&released, None)).await
    }

    /// A comment that keeps the connection alive; it carries nothing.
    pub(crate) fn ping(&self) {
        // Whoever has something to read already knows that the stream lives.
        let _ = self.0.try_send(Bytes::from_static(b":\n\n"));
    }

    /// Resolves once the client is gone.
    pub(crate) async fn gone(&self) {
        self.0.closed().await;
    }

    /// Whether both feed the same stream.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }
}

/// Events that a stream holds for a client that reads slowly.
const ROOM: usize = 16;

/// A streamed reply and the side that feeds it.
pub(crate) fn stream(held: Held) -> (EventSender, Response<ReplyBody>) {
    roomy_stream(held, 0)
}

/// A streamed reply with room for `more` events than usual.
pub(crate) fn roomy_stream(held: Held, more: usize) -> (EventSender, Response<ReplyBody>) {
    let (sender, receiver) = mpsc::channel(ROOM.saturating_add(more));
    let mut response = Response::new(ReplyBody { content: Content::Events(receiver), held });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    (EventSender(sender), response)
}

/// A whole reply.
pub(crate) fn whole(released: &Released, held: Held) -> Response<ReplyBody> {
    let body = released.body().clone();
    let is_empty = body.is_empty();
    let mut response = Response::new(ReplyBody { content: Content::Whole((!is_empty).then_some(body)), held });
    *response.status_mut() = StatusCode::from_u16(released.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !is_empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(released.content_type()));
    }
    for (name, value) in released.headers() {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
    response
}

/// A document of our own that holds nothing from outside: metadata, a CORS preflight's empty answer.
pub(crate) fn own(status: StatusCode, content_type: &'static str, body: Bytes, held: Held) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody { content: Content::Whole((!body.is_empty()).then_some(body)), held });
    *response.status_mut() = status;
    if !content_type.is_empty() {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

/// Says where the record stands that a reply answers for.
pub(crate) fn receipt(headers: &mut HeaderMap, receipt: Receipt) {
    if let Ok(value) = HeaderValue::from_str(&receipt.to_string()) {
        headers.insert(RECEIPT, value);
    }
}

/// The headers that every reply has.
pub(crate) fn common(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
