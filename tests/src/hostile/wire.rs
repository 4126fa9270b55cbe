//! Just enough HTTP/1.1 to read what a well-behaved gateway sends.

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

const MAX_HEAD: usize = 256 << 10;
const MAX_BODY: usize = 64 << 20;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The request line, such as `POST /mcp HTTP/1.1`.
    pub line: String,
    /// Header fields in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The JSON-RPC method; empty where the body has none.
    pub method: String,
    /// The JSON-RPC id as JSON; `null` where the body has none.
    pub id: String,
}

impl Seen {
    /// The first value of a header field, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl Seen {
    /// Whether it is a request of the gateway's own: clients in the tests use numbers as ids.
    pub(super) fn is_own(&self) -> bool {
        self.id.starts_with("\"casemate-")
    }
}

/// Reads one request; `None` at the end of the connection or where it is not HTTP.
pub(super) async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
        if head.len() > MAX_HEAD {
            return None;
        }
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let value = |name: &str| headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let body = match (value("content-length"), value("transfer-encoding")) {
        (Some(length), _) => {
            let mut body = vec![0; length.parse::<usize>().ok().filter(|length| *length <= MAX_BODY)?];
            stream.read_exact(&mut body).await.ok()?;
            body
        }
        (None, Some(_)) => chunked(stream).await?,
        (None, None) => Vec::new(),
    };
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let method = json.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = json.get("id").unwrap_or(&Value::Null).to_string();
    Some(Seen { line, headers, body, method, id })
}

async fn chunked(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = Vec::new();
        while !size.ends_with(b"\r\n") {
            size.push(stream.read_u8().await.ok()?);
            if size.len() > 64 {
                return None;
            }
        }
        let size = usize::from_str_radix(String::from_utf8(size).ok()?.trim(), 16).ok()?;
        if body.len().checked_add(size)? > MAX_BODY {
            return None;
        }
        let mut chunk = vec![0; size];
        stream.read_exact(&mut chunk).await.ok()?;
        let mut end = [0; 2];
        stream.read_exact(&mut end).await.ok()?;
        if size == 0 {
            return Some(body);
        }
        body.append(&mut chunk);
    }
}
