//! A stream of events that outlives its connections: each reader gets what comes after the event it names.

use super::state::Inner;
use super::step::{Event, Id};
use bytes::Bytes;
use hyper::body::Frame;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// How long what was written has to leave before a connection breaks.
const FLUSH: Duration = Duration::from_millis(20);

struct Stored {
    id: Option<String>,
    bytes: Bytes,
}

/// Where connections end: those that were open when the cut was made have this many events.
#[derive(Clone, Copy)]
struct Cut {
    at: usize,
    broken: bool,
}

#[derive(Default)]
struct Log {
    events: Vec<Stored>,
    cuts: Vec<Cut>,
    done: bool,
    sent: usize,
    readers: usize,
}

/// The events of one request, or of one session's GET.
pub(super) struct Stream {
    /// What its events' ids begin with, if they have any.
    number: Option<u64>,
    /// What the client's request was.
    pub(super) method: String,
    pub(super) request: serde_json::Value,
    log: watch::Sender<Log>,
}

/// A response body of events, or of one piece.
pub(super) struct Feed(mpsc::Receiver<std::io::Result<Bytes>>);

impl hyper::body::Body for Feed {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|next| next.map(|bytes| bytes.map(Frame::data)))
    }
}

enum Next {
    Send(Bytes),
    End { broken: bool },
    Wait,
}

impl Stream {
    pub(super) fn new(number: Option<u64>, method: &str, request: serde_json::Value) -> Arc<Self> {
        Arc::new(Self { number, method: method.to_owned(), request, log: watch::Sender::default() })
    }

    pub(super) fn send(&self, event: &Event) {
        self.log.send_modify(|log| {
            let id = match &event.id {
                Id::Next => self.number.map(|number| format!("{number}-{}", log.events.len())),
                Id::None => None,
                Id::Is(id) => Some(id.clone()),
            };
            let bytes = event.bytes(id.as_deref()).into();
            if !log.done {
                log.events.push(Stored { id, bytes });
            }
        });
    }

    pub(super) fn raw(&self, text: String) {
        self.log.send_modify(|log| log.events.push(Stored { id: None, bytes: text.into() }));
    }

    /// Ends the connections that are open now.
    pub(super) fn cut(&self, broken: bool) {
        self.log.send_modify(|log| log.cuts.push(Cut { at: log.events.len(), broken }));
    }

    /// Nothing more will come.
    pub(super) fn end(&self) {
        self.log.send_modify(|log| log.done = true);
    }

    /// Waits until nothing more will come.
    pub(super) async fn ended(&self) {
        drop(self.log.subscribe().wait_for(|log| log.done).await);
    }

    pub(super) fn readers(&self) -> usize {
        self.log.borrow().readers
    }

    /// The place after the event with this id.
    pub(super) fn after(&self, id: &str) -> Option<usize> {
        self.log.borrow().events.iter().position(|event| event.id.as_deref() == Some(id)).map(|place| place + 1)
    }

    /// A body that begins at a place; without one, at the first event that nobody got.
    pub(super) fn read(self: &Arc<Self>, inner: &Arc<Inner>, place: Option<usize>) -> Feed {
        // One event at a time, so that what waits in a dead connection is little.
        let (to, feed) = mpsc::channel(1);
        let (place, open) = {
            let log = self.log.borrow();
            (place.unwrap_or(log.sent), log.cuts.len())
        };
        self.log.send_modify(|log| log.readers += 1);
        inner.touch();
        let (stream, inner) = (Arc::clone(self), Arc::clone(inner));
        tokio::spawn(async move {
            let whole = stream.pump(place, open, &to).await;
            drop(to);
            stream.log.send_modify(|log| log.readers = log.readers.saturating_sub(1));
            if whole { inner.touch() } else { inner.left(&stream.method) }
        });
        Feed(feed)
    }

    /// Feeds one connection; whether it came to its end.
    async fn pump(&self, mut place: usize, open: usize, to: &mpsc::Sender<std::io::Result<Bytes>>) -> bool {
        let mut changes = self.log.subscribe();
        loop {
            let next = {
                let log = changes.borrow_and_update();
                match (log.cuts.get(open), log.events.get(place)) {
                    (Some(cut), _) if place >= cut.at => Next::End { broken: cut.broken },
                    (_, Some(event)) => Next::Send(event.bytes.clone()),
                    (_, None) if log.done => Next::End { broken: false },
                    (_, None) => Next::Wait,
                }
            };
            match next {
                Next::Send(bytes) => {
                    if to.send(Ok(bytes)).await.is_err() {
                        return false;
                    }
                    place += 1;
                    self.log.send_if_modified(|log| {
                        log.sent = log.sent.max(place);
                        false
                    });
                }
                Next::End { broken } => {
                    if broken {
                        // What is written before must leave first: an error drops what hyper has not flushed.
                        tokio::time::sleep(FLUSH).await;
                        drop(to.send(Err(std::io::ErrorKind::ConnectionAborted.into())).await);
                    }
                    return true;
                }
                Next::Wait => tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return true },
                    () = to.closed() => return false,
                },
            }
        }
    }
}
