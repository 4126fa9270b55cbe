//! A capped reader of server-sent events (HTML Living Standard, section 9.2.6). Only `data` carries anything here.

use bytes::Bytes;

/// Why a stream of events cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// One event is larger than the cap.
    #[error("an event is over the limit")]
    Oversize,
}

/// Turns chunks of bytes into the data of events, whatever way the chunks are cut.
#[derive(Debug)]
pub struct Events {
    cap: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    at_start: bool,
    id: Option<String>,
    last_id: Option<String>,
    retry: Option<u64>,
}

/// Bytes of an event's id.
const ID_MAX: usize = 1024;

impl Events {
    /// A reader that takes events of at most `cap` bytes, lines and comments included.
    #[must_use]
    pub const fn new(cap: usize) -> Self {
        Self {
            cap,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            after_cr: false,
            at_start: true,
            id: None,
            last_id: None,
            retry: None,
        }
    }

    /// A reader of a stream that goes on where another broke off: it knows the last id and the time to wait.
    #[must_use]
    pub fn resumed(cap: usize, before: &Self) -> Self {
        Self { last_id: before.last_id.clone(), retry: before.retry, ..Self::new(cap) }
    }

    /// The id of the last whole event that had one; ids over 1,024 bytes or with control characters count as empty.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The time to wait before reconnecting that the stream named last, in milliseconds.
    #[must_use]
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Reads a chunk; whole events are pushed to `out`.
    ///
    /// # Errors
    /// An event is over the cap.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<Bytes>) -> Result<(), SseError> {
        let mut rest = chunk;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let (text, tail) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            if self.line.len() + self.data.len() + text.len() > self.cap {
                return Err(SseError::Oversize);
            }
            self.line.extend_from_slice(text);
            rest = tail;
            if let Some((&terminator, tail)) = rest.split_first() {
                self.after_cr = terminator == b'\r';
                rest = tail;
                self.end_of_line(out);
            }
        }
        Ok(())
    }

    /// Whether bytes of an unfinished event are held.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.has_data || !self.line.is_empty()
    }

    fn end_of_line(&mut self, out: &mut Vec<Bytes>) {
        let mut line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.at_start) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.is_empty() {
            if let Some(id) = self.id.take() {
                self.last_id = Some(id).filter(|id| !id.is_empty());
            }
            if std::mem::take(&mut self.has_data) {
                out.push(Bytes::from(std::mem::take(&mut self.data)));
            }
            return;
        }
        let (field, value) = match line.iter().position(|b| *b == b':') {
            Some(colon) => line.split_at_checked(colon).unwrap_or((&line, &[])),
            None => (line.as_slice(), &[][..]),
        };
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        if field == b"id" && !value.contains(&0) {
            // What cannot travel back in a header names no place; the place before it would be the wrong one.
            let id =
                std::str::from_utf8(value).ok().filter(|id| id.len() <= ID_MAX && !id.chars().any(char::is_control));
            self.id = Some(id.unwrap_or_default().to_owned());
        } else if field == b"retry" && value.iter().all(u8::is_ascii_digit) {
            self.retry = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).or(self.retry);
        } else if field == b"data" {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value);
        }
    }
}

/// One event as it goes out: each line of the message in its own `data` field. An id is ours, and has no line break.
#[must_use]
pub fn frame(message: &[u8], id: Option<&str>) -> Bytes {
    let mut out = Vec::with_capacity(message.len() + 64);
    if let Some(id) = id {
        out.extend_from_slice(b"id: ");
        out.extend_from_slice(id.as_bytes());
        out.push(b'\n');
    }
    for line in message.split(|b| matches!(b, b'\n' | b'\r')) {
        out.extend_from_slice(b"data: ");
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.push(b'\n');
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> Vec<String> {
        let mut events = Events::new(1000);
        let mut out = Vec::new();
        for chunk in chunks {
            events.push(chunk, &mut out).unwrap();
        }
        out.iter().map(|b| String::from_utf8_lossy(b).into_owned()).collect()
    }

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        let stream =
            b"\xef\xbb\xbf: ping\r\nid: 7\r\nevent: message\r\ndata: {\"a\":\r\ndata:1}\r\n\r\n\rdata: x\n\ndata\n\n";
        let whole = read(&[stream]);
        assert_eq!(whole, ["{\"a\":\n1}", "x", ""]);
        for size in 1..9 {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            assert_eq!(read(&chunks), whole, "{size}");
        }
    }

    #[test]
    fn ids_count_once_their_event_is_whole() {
        let mut events = Events::new(1000);
        let mut out = Vec::new();
        events.push(b"id: a\nretry: 250\ndata: x\n\nid: b\n", &mut out).unwrap();
        assert_eq!((events.last_id(), events.retry()), (Some("a"), Some(250)));
        events.push(b"retry: soon\ndata\n\nid: c\n\n", &mut out).unwrap();
        assert_eq!((events.last_id(), events.retry()), (Some("c"), Some(250)));
        events.push(b"id: \0\ndata: y\n\n", &mut out).unwrap();
        assert_eq!(events.last_id(), Some("c"));
        events.push(b"id\ndata: y\n\n", &mut out).unwrap();
        assert_eq!(events.last_id(), None);
        let framed = frame(b"", Some("3-0"));
        events.push(&framed, &mut out).unwrap();
        assert_eq!((events.last_id(), out.last().map(|b| b.len())), (Some("3-0"), Some(0)));
    }

    #[test]
    fn endless_events_end() {
        let mut events = Events::new(100);
        let mut out = Vec::new();
        let result = (0..100).try_for_each(|_| events.push(b"data: 0123456789\n", &mut out));
        assert_eq!(result, Err(SseError::Oversize));
        let comment = Events::new(10).push(&[b':'; 50], &mut out);
        assert_eq!(comment, Err(SseError::Oversize));
    }

    #[test]
    fn a_message_cannot_start_a_second_event() {
        let framed = frame(b"{}\n\ndata: {\"evil\":1}\r\rid: 1", Some("0-7"));
        assert_eq!(read(&[&framed]).len(), 1);
    }
}
