//! A client that speaks HTTP/2 frame by frame (RFC 9113), and so can break off, stay silent and ignore what it is told.

use super::client::{Client, Duplex};
use super::pki::Leaf;
use super::request::Call;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A connection that answers nothing on its own, no ping and no request to finish.
pub(crate) struct Frames {
    stream: Box<dyn Duplex>,
    next: u32,
    /// Streams that the gateway has reset.
    pub(crate) resets: Vec<u32>,
}

/// What came on one stream until it ended.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    /// Whether it ended in order.
    pub(crate) complete: bool,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Frames {
    /// Connects, with a certificate where one is given, and begins.
    pub(crate) async fn open(address: SocketAddr, leaf: Option<&Leaf>) -> std::io::Result<Self> {
        let client = Client::tls_with(address, leaf, rustls::DEFAULT_VERSIONS, &[b"h2"]);
        let mut frames = Self { stream: client.stream().await?, next: 1, resets: Vec::new() };
        frames.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await?;
        frames.frame(SETTINGS, 0, 0, &[]).await?;
        Ok(frames)
    }

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).expect("a frame's length").to_be_bytes();
        let mut bytes = vec![length[1], length[2], length[3], kind, flags];
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    /// The head of a request, without its end where `whole` is not set. Gives its stream.
    pub(crate) async fn head(&mut self, call: &Call, whole: bool) -> std::io::Result<u32> {
        let stream = self.next;
        self.next += 2;
        let mut block = Vec::new();
        for (name, value) in
            [(":method", &*call.verb), (":scheme", "https"), (":authority", "127.0.0.1"), (":path", &*call.path)]
        {
            field(&mut block, name, value.as_bytes());
        }
        for (name, value) in call.headers.iter().filter(|(name, _)| name != "host") {
            field(&mut block, name, value);
        }
        self.frame(HEADERS, if whole { END_HEADERS } else { 0 }, stream, &block).await?;
        Ok(stream)
    }

    /// The body of a request, which ends it.
    pub(crate) async fn body(&mut self, stream: u32, body: &[u8]) -> std::io::Result<()> {
        self.frame(DATA, END_STREAM, stream, body).await
    }

    /// The next frame: its kind, flags, stream and payload.
    async fn read(&mut self) -> std::io::Result<(u8, u8, u32, Vec<u8>)> {
        let reading = async {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).expect("a length")];
            self.stream.read_exact(&mut payload).await?;
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            Ok((head[3], head[4], stream, payload))
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the gateway does not answer")
    }

    /// Reads until the stream ends, in whatever way.
    pub(crate) async fn answer(&mut self, wanted: u32) -> std::io::Result<Answer> {
        let mut answer = Answer::default();
        loop {
            let (kind, flags, stream, payload) = self.read().await?;
            if kind == RST_STREAM {
                self.resets.push(stream);
            }
            if stream != wanted {
                continue;
            }
            match kind {
                DATA => answer.body.extend_from_slice(&payload),
                RST_STREAM => return Ok(answer),
                _ => {}
            }
            if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
                answer.complete = true;
                return Ok(answer);
            }
        }
    }

    /// A whole request and its answer.
    pub(crate) async fn ask(&mut self, call: &Call) -> std::io::Result<Answer> {
        let stream = self.head(call, true).await?;
        self.body(stream, &call.body).await?;
        self.answer(stream).await
    }

    /// Waits until the gateway has closed the connection.
    pub(crate) async fn closed(&mut self) {
        while self.read().await.is_ok() {}
    }
}

/// A field that is neither indexed nor compressed (RFC 7541 section 6.2.2).
fn field(block: &mut Vec<u8>, name: &str, value: &[u8]) {
    block.push(0);
    for text in [name.as_bytes(), value] {
        // An integer with a prefix of seven bits.
        match u8::try_from(text.len()) {
            Ok(length) if length < 127 => block.push(length),
            _ => {
                block.push(127);
                let mut rest = text.len() - 127;
                while rest >= 128 {
                    block.push(u8::try_from(rest % 128).expect("seven bits") | 128);
                    rest /= 128;
                }
                block.push(u8::try_from(rest).expect("seven bits"));
            }
        }
        block.extend_from_slice(text);
    }
}
