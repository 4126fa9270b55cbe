//! The heads of HTTP/1.1 requests as they came: when one began to arrive, and whether it stated its length twice.
//!
//! The HTTP layer takes the length away where `Transfer-Encoding` stands beside it (RFC 9112 section 6.1 lets a server
//! refuse both), so that it must be seen before. Lengths are followed from request to request. After a chunked body,
//! whose end is not followed, the next request line shows the place.

use http::{HeaderMap, Method, header};
use std::time::Instant;

/// What came and is not accounted for yet.
pub(crate) struct Heads {
    window: Vec<u8>,
    cap: usize,
    /// Bytes of a body that are still to come.
    body: u64,
    /// Whether the window may begin in the middle of a body.
    is_adrift: bool,
    since: Option<Instant>,
}

impl Heads {
    /// Follows heads of up to `head` bytes.
    pub(crate) fn new(head: usize) -> Self {
        // A head and as much after it as the HTTP layer reads ahead.
        Self { window: Vec::new(), cap: head.saturating_mul(2), body: 0, is_adrift: false, since: None }
    }

    /// Bytes came in while a request was running, or not.
    pub(super) fn came(&mut self, bytes: &[u8], is_running: bool) {
        if !is_running && !bytes.is_empty() {
            self.since.get_or_insert_with(Instant::now);
        }
        let own = usize::try_from(self.body).unwrap_or(usize::MAX).min(bytes.len());
        self.body = self.body.saturating_sub(own as u64);
        self.window.extend_from_slice(bytes.get(own..).unwrap_or_default());
        if let Some(excess) = self.window.len().checked_sub(self.cap).filter(|excess| *excess > 0) {
            self.window.drain(..excess);
            self.is_adrift = true;
        }
    }

    /// When the head that is not complete yet began to arrive.
    pub(super) const fn since(&self) -> Option<Instant> {
        self.since
    }

    /// The HTTP layer has read a head. Gives whether it states the length of its body at most once.
    pub(super) fn begins(&mut self, method: &Method, headers: &HeaderMap) -> bool {
        self.since = None;
        let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
        let head = self.head(method);
        let (end, has_length) = head.unwrap_or((self.window.len(), true));
        self.window.drain(..end.min(self.window.len()));
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let length: u64 = length.unwrap_or(0);
        let own = usize::try_from(length).unwrap_or(usize::MAX).min(self.window.len());
        self.window.drain(..own);
        self.body = length.saturating_sub(own as u64);
        self.is_adrift = is_chunked || head.is_none();
        !(is_chunked && has_length)
    }

    /// Where the head ends, and whether it has a `Content-Length`.
    fn head(&self, method: &Method) -> Option<(usize, bool)> {
        let mut at = 0;
        let mut lines = self.window.split_inclusive(|byte| *byte == b'\n').map(|line| {
            at += line.len();
            (at, line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line)))
        });
        // Empty lines before a request line are passed over (RFC 9112 section 2.2).
        if self.is_adrift {
            lines.find(|(_, line)| line.is_some_and(|line| is_request_line(line, method)))?;
        } else {
            lines.find(|(_, line)| line.is_none_or(|line| !line.is_empty()))?;
        }
        let mut has_length = false;
        for (end, line) in lines {
            let line = line?;
            if line.is_empty() {
                return Some((end, has_length));
            }
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            has_length |= name.eq_ignore_ascii_case(b"content-length");
        }
        None
    }
}

fn is_request_line(line: &[u8], method: &Method) -> bool {
    let rest = line.strip_prefix(method.as_str().as_bytes());
    rest.is_some_and(|rest| rest.starts_with(b" ")) && line.ends_with(b" HTTP/1.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "POST /mcp/up HTTP/1.1\r\nhost: a\r\n";

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn sized(length: usize) -> HeaderMap {
        headers(&[("content-length", &length.to_string())])
    }

    fn chunked() -> HeaderMap {
        headers(&[("transfer-encoding", "chunked")])
    }

    #[test]
    fn a_length_beside_a_coding_is_seen_whatever_came_before() {
        let twice = format!("{HEAD}Content-LENGTH: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        let body = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
        for before in [
            (String::new(), None),
            ("\r\n".to_owned(), None),
            (format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len()), Some(sized(body.len()))),
            (format!("{HEAD}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), Some(chunked())),
        ] {
            for step in [1, 7, 4096] {
                let mut heads = Heads::new(4096);
                let (text, fields) = &before;
                let (first, rest) = text.split_at(text.find("\r\n\r\n").map_or(text.len(), |at| at + 4));
                first.as_bytes().chunks(step).for_each(|piece| heads.came(piece, false));
                if let Some(fields) = fields {
                    assert!(heads.begins(&Method::POST, fields), "{text}");
                }
                rest.as_bytes().chunks(step).for_each(|piece| heads.came(piece, true));
                twice.as_bytes().chunks(step).for_each(|piece| heads.came(piece, false));
                assert!(!heads.begins(&Method::POST, &chunked()), "{text} in steps of {step}");
            }
        }
    }

    #[test]
    fn chunks_alone_and_lengths_alone_are_fine() {
        let mut heads = Heads::new(64);
        for _ in 0..3 {
            heads.came(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes(), false);
            assert!(heads.since().is_some());
            assert!(heads.begins(&Method::POST, &chunked()));
            assert!(heads.since().is_none());
            heads.came(&[b'x'; 1000], true);
            heads.came(b"\r\n0\r\n\r\n", true);
            assert!(heads.window.len() <= heads.cap);
            heads.came(format!("{HEAD}content-length: 3\r\n\r\nab").as_bytes(), false);
            assert!(heads.begins(&Method::POST, &sized(3)));
            heads.came(b"c", true);
            assert!(heads.window.is_empty());
        }
    }
}
