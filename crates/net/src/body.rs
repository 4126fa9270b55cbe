//! The body of an answer, as it arrives.

use crate::error::NetError;
use crate::pool::Place;
use crate::wire::Wire;
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use hyper::body::Incoming;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The streaming body of an answer.
///
/// Reading it to its end returns the connection to the pool. Dropping it before closes the connection, which is how a
/// request is cancelled. It carries no time-out of its own.
pub struct Body {
    incoming: Incoming,
    /// `None` once the connection was given back or has failed.
    wire: Option<(Box<Wire>, Place)>,
    done: bool,
}

impl Body {
    pub(crate) async fn new(incoming: Incoming, wire: Box<Wire>, place: Place) -> Self {
        let mut body = Self { incoming, wire: Some((wire, place)), done: false };
        if body.incoming.is_end_stream() {
            poll_fn(|cx| {
                body.finish(cx);
                Poll::Ready(())
            })
            .await;
        }
        body
    }

    /// The next bytes, never empty; `None` at the end.
    ///
    /// Safe to cancel: no bytes are lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Bytes, NetError>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The bytes still to come, where the answer announced its length.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        if self.done { Some(0) } else { self.incoming.size_hint().exact() }
    }

    /// Everything that is left, up to `cap` bytes.
    ///
    /// # Errors
    /// [`NetError::Oversize`] as soon as more than `cap` bytes arrive or are announced; whatever ends the body early.
    pub async fn collect_capped(mut self, cap: usize) -> Result<Bytes, NetError> {
        let announced = self.remaining();
        if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > cap)) {
            return Err(NetError::Oversize);
        }
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() > cap {
            return Err(NetError::Oversize);
        }
        // Most answers come in one piece, which then needs no copy.
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let mut whole = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(bytes) = next {
            if bytes.len() > cap.saturating_sub(whole.len()) {
                return Err(NetError::Oversize);
            }
            whole.extend_from_slice(&bytes);
            next = self.next().await.transpose()?;
        }
        Ok(whole.freeze())
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, NetError>>> {
        if self.done {
            return Poll::Ready(None);
        }
        if let Poll::Ready(next) = self.poll_data(cx) {
            return Poll::Ready(next);
        }
        let Some((wire, _)) = &mut self.wire else { return Poll::Ready(self.fail(NetError::Closed)) };
        wire.drive(cx);
        let ended = wire.ended();
        match self.poll_data(cx) {
            Poll::Pending if ended => Poll::Ready(self.fail(NetError::Closed)),
            other => other,
        }
    }

    /// The next bytes that have been read from the connection.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, NetError>>> {
        loop {
            match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => {
                    self.finish(cx);
                    return Poll::Ready(None);
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(self.fail(NetError::from(&error))),
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) if !bytes.is_empty() => {
                        if self.incoming.is_end_stream() {
                            self.finish(cx);
                        }
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    // Trailers carry nothing that is forwarded.
                    _ => {}
                },
            }
        }
    }

    fn fail(&mut self, error: NetError) -> Option<Result<Bytes, NetError>> {
        self.done = true;
        self.wire = None;
        Some(Err(error))
    }

    /// Gives the connection back, if the peer lets it live.
    fn finish(&mut self, cx: &mut Context<'_>) {
        self.done = true;
        if let Some((mut wire, place)) = self.wire.take() {
            wire.drive(cx);
            if wire.reusable() {
                place.put(wire);
            }
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("remaining", &self.remaining()).finish_non_exhaustive()
    }
}
