//! The last events that a session was sent, for clients that come back with `Last-Event-ID`.
//!
//! An event's id is `stream-number`; streams are numbered within the session, and 0 is the GET stream. Ids are looked up
//! in the session that the request belongs to and nowhere else.

use super::Session;
use crate::reply::{EventSender, Frame};
use casemate_core::{Reason, Refusal};
use casemate_output::{CleanEvent, Released};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The number of the GET stream.
pub(crate) const STANDALONE: u64 = 0;
/// How long the events of a stream that has ended are kept.
const KEPT: Duration = Duration::from_secs(60);
/// Bytes of events that all sessions keep.
static KEPT_BYTES: AtomicUsize = AtomicUsize::new(0);
/// How many those may be.
const KEPT_BYTES_MAX: usize = 256 << 20;

#[derive(Default)]
pub(super) struct Replay {
    events: VecDeque<Kept>,
    bytes: usize,
    streams: HashMap<u64, Stream>,
    last_stream: u64,
}

struct Kept {
    stream: u64,
    number: u64,
    frame: Frame,
    at: Instant,
}

#[derive(Default)]
struct Stream {
    /// The number of the next event.
    next: u64,
    /// The oldest number from which it can be resumed.
    from: u64,
    sender: Option<EventSender>,
    done: Option<Instant>,
}

impl Replay {
    fn keep(&mut self, stream: u64, frame: &Frame, number: u64, cap: usize) {
        // One event over the cap is not worth all others; its own stream has a gap there.
        if frame.len() > cap {
            self.from(stream, number + 1);
            return;
        }
        self.bytes += frame.len();
        let held = KEPT_BYTES.fetch_add(frame.len(), Ordering::Relaxed) + frame.len();
        self.events.push_back(Kept { stream, number, frame: frame.clone(), at: Instant::now() });
        // When all sessions together keep too much, each that has something new gives up what it had.
        let cap = if held > KEPT_BYTES_MAX { frame.len() } else { cap };
        while self.bytes > cap {
            let Some(oldest) = self.events.pop_front() else { break };
            self.drop_event(&oldest);
        }
    }

    fn drop_event(&mut self, event: &Kept) {
        self.bytes -= event.frame.len();
        KEPT_BYTES.fetch_sub(event.frame.len(), Ordering::Relaxed);
        self.from(event.stream, event.number + 1);
    }

    /// A stream can be resumed from this event on.
    fn from(&mut self, stream: u64, number: u64) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.from = stream.from.max(number);
        }
    }

    /// Drops what belongs to streams that ended a while ago, and what the GET stream sent then. That stream goes on
    /// counting: no id names two events.
    pub(super) fn sweep(&mut self, now: Instant) {
        let is_old = |at: Instant| now.saturating_duration_since(at) >= KEPT;
        self.streams.retain(|id, stream| *id == STANDALONE || !stream.done.is_some_and(is_old));
        let (old, kept): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.events).into_iter().partition(|event| {
            !self.streams.contains_key(&event.stream) || event.stream == STANDALONE && is_old(event.at)
        });
        self.events = kept;
        old.iter().for_each(|event| self.drop_event(event));
        self.events.shrink_to_fit();
        self.streams.shrink_to_fit();
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        KEPT_BYTES.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The text form of an event's id.
fn text(stream: u64, number: u64) -> String {
    format!("{stream}-{number}")
}

/// Reads an event's id.
fn parse(id: &str) -> Option<(u64, u64)> {
    let (stream, number) = id.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit());
    (digits(stream) && digits(number)).then_some(())?;
    let (stream, number) = (stream.parse().ok()?, number.parse().ok()?);
    (text(stream, number) == id).then_some((stream, number))
}

/// Where the events of one stream go: to the client while it is there, and to the session's memory.
pub(crate) struct Outlet {
    session: Arc<Session>,
    stream: u64,
    cap: usize,
    patience: Duration,
}

impl Outlet {
    /// Opens the outlet of a request's stream. With `primed`, the client learns at once from where it can resume.
    pub(crate) fn open(session: &Arc<Session>, sender: EventSender, cap: usize, patience: Duration) -> Self {
        let mut replay = session.replay();
        replay.last_stream += 1;
        let stream = replay.last_stream;
        replay.streams.insert(stream, Stream { sender: Some(sender), ..Stream::default() });
        drop(replay);
        Self { session: Arc::clone(session), stream, cap, patience }
    }

    /// Opens the outlet of the GET stream, whose events go on where they were.
    pub(crate) fn standalone(session: &Arc<Session>, sender: EventSender, cap: usize, patience: Duration) -> Self {
        let mut replay = session.replay();
        let stream = replay.streams.entry(STANDALONE).or_default();
        stream.sender = Some(sender);
        stream.done = None;
        drop(replay);
        Self { session: Arc::clone(session), stream: STANDALONE, cap, patience }
    }

    /// The number of the stream.
    pub(crate) const fn stream(&self) -> u64 {
        self.stream
    }

    /// An event without a message, so that a client can resume from the very beginning.
    pub(crate) async fn prime(&self) {
        let _ = self.put(Frame::prime).await;
    }

    /// An interim message.
    /// Says whether the client was there to take it; else it is kept for when it comes back.
    pub(crate) async fn event(&self, event: &CleanEvent) -> bool {
        self.put(|id| Frame::event(event, Some(id))).await
    }

    /// The last message; the stream has ended then, also for those who resume it.
    pub(crate) async fn last(self, released: &Released) {
        let _ = self.put(|id| Frame::last(released, Some(id))).await;
        self.close();
    }

    /// Ends the stream without a message.
    pub(crate) fn close(self) {
        if let Some(stream) = self.session.replay().streams.get_mut(&self.stream) {
            stream.sender = None;
            stream.done = Some(Instant::now());
        }
    }

    async fn put(&self, frame: impl Fn(&str) -> Frame) -> bool {
        let (frame, sender) = {
            let mut replay = self.session.replay();
            let Some(stream) = replay.streams.get_mut(&self.stream) else { return false };
            let number = stream.next;
            stream.next += 1;
            let sender = stream.sender.clone();
            let frame = frame(&text(self.stream, number));
            replay.keep(self.stream, &frame, number, self.cap);
            (frame, sender)
        };
        let Some(sender) = sender else { return false };
        if matches!(timeout(self.patience, sender.frame(frame)).await, Ok(Ok(()))) {
            return true;
        }
        // A client that is gone, or does not read, may come back for what it missed.
        if let Some(stream) = self.session.replay().streams.get_mut(&self.stream)
            && stream.sender.as_ref().is_some_and(|now| now.is_same(&sender))
        {
            stream.sender = None;
        }
        false
    }
}

impl Session {
    /// Which stream a `Last-Event-ID` belongs to, and how many events are kept after it.
    pub(crate) fn resumable(&self, id: &str) -> Result<(u64, usize), Refusal> {
        let unknown = || Refusal::new(Reason::SessionEvent);
        let (stream, number) = parse(id).ok_or_else(unknown)?;
        let replay = self.replay();
        let known = replay.streams.get(&stream).ok_or_else(unknown)?;
        let is_sent = number < known.next;
        let is_kept = number.saturating_add(1) >= known.from;
        let after = replay.events.iter().filter(|kept| kept.stream == stream && kept.number > number).count();
        // Of a stream that is over there is nothing to come back for; who gets an empty stream would ask for ever.
        let is_spent = stream != STANDALONE && known.done.is_some() && after == 0;
        if is_sent && is_kept && !is_spent { Ok((stream, after)) } else { Err(unknown()) }
    }

    /// Sends what came after an event to `sender`, and what comes from now on.
    pub(crate) fn resume(&self, id: &str, sender: EventSender) -> Result<(), Refusal> {
        let unknown = || Refusal::new(Reason::SessionEvent);
        let (stream, number) = parse(id).ok_or_else(unknown)?;
        let mut replay = self.replay();
        for kept in replay.events.iter().filter(|kept| kept.stream == stream && kept.number > number) {
            sender.frame_now(kept.frame.clone()).map_err(|_| unknown())?;
        }
        let known = replay.streams.get_mut(&stream).ok_or_else(unknown)?;
        known.sender = known.done.is_none().then_some(sender);
        Ok(())
    }

    /// Drops what nobody will come back for.
    pub(super) fn tidy(&self, now: Instant) {
        self.replay().sweep(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_exactly() {
        assert_eq!(parse("3-17"), Some((3, 17)));
        for bad in
            ["", "-", "3", "3-", "-1", "+3-1", "3-+1", "3-1-1", "3- 1", "99999999999999999999-1", "٣-1", "03-1", "3-01"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
