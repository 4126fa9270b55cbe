//! The baseline: a bare reverse proxy that routes by path and does nothing else, or only parses JSON.

use crate::fleet::server_index;
use crate::wire::{Frames, read_capped};
use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::ValueEnum;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode, Uri};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;

/// What the proxy does to bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Passes both bodies on as they arrive
    Stream,
    /// Reads both bodies, parses them to a value and writes them anew
    Json,
}

type Outgoing = Either<Incoming, Full<Bytes>>;
/// The body of an answer: passed on, or made here in one piece or as events.
pub type Reply = Either<Incoming, Either<Full<Bytes>, Frames>>;

/// A reverse proxy with pooled connections to its upstreams.
#[derive(Clone)]
pub struct Proxy {
    mode: Mode,
    upstreams: Arc<[Authority]>,
    client: Client<HttpConnector, Outgoing>,
}

impl Proxy {
    /// A proxy that sends `/mcp/sNN` to the NNth of `upstreams`.
    ///
    /// # Errors
    /// An address cannot stand in a URI.
    #[expect(
        clippy::disallowed_methods,
        reason = "the baseline dials the benchmark's own upstream without product code"
    )]
    pub fn new(mode: Mode, upstreams: &[SocketAddr]) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let upstreams = upstreams
            .iter()
            .map(|address| address.to_string().parse())
            .collect::<Result<_, _>>()
            .context("an address")?;
        Ok(Self { mode, upstreams, client })
    }

    /// Carries one request to its upstream and the answer back.
    ///
    /// # Errors
    /// The client's own connection broke. Everything upstream is a 404 or a 502.
    pub async fn carry(self, request: Request<Incoming>) -> Result<Response<Reply>> {
        let found = server_index(request.uri().path()).and_then(|index| self.upstreams.get(index));
        let Some(authority) = found.cloned() else { return Ok(plain(StatusCode::NOT_FOUND, "no such server")) };
        match self.forward(authority, request).await {
            Ok(response) => Ok(response),
            Err(error) => Ok(plain(StatusCode::BAD_GATEWAY, &format!("{error:#}"))),
        }
    }

    async fn forward(&self, authority: Authority, request: Request<Incoming>) -> Result<Response<Reply>> {
        let (mut head, body) = request.into_parts();
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(authority);
        uri.path_and_query = Some(PathAndQuery::from_static("/mcp"));
        head.uri = Uri::from_parts(uri)?;
        head.headers.remove(HOST);
        strip(&mut head.headers);
        let body = match self.mode {
            Mode::Stream => Either::Left(body),
            Mode::Json => {
                head.headers.remove(CONTENT_LENGTH);
                Either::Right(Full::new(rewrite(&read_capped(body).await?)?))
            }
        };
        let response = self.client.request(Request::from_parts(head, body)).await.context("upstream")?;
        let (mut head, body) = response.into_parts();
        strip(&mut head.headers);
        if self.mode == Mode::Stream {
            return Ok(Response::from_parts(head, Either::Left(body)));
        }
        head.headers.remove(CONTENT_LENGTH);
        let events =
            head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = read_capped(body).await?;
        let body =
            if events { Either::Right(rewrite_events(&body)?) } else { Either::Left(Full::new(rewrite(&body)?)) };
        Ok(Response::from_parts(head, Either::Right(body)))
    }
}

/// Removes what belongs to one connection (RFC 9110 section 7.6.1).
fn strip(headers: &mut HeaderMap) {
    const HOP: [HeaderName; 2] = [CONNECTION, TRANSFER_ENCODING];
    for name in HOP {
        headers.remove(name);
    }
    headers.remove("keep-alive");
}

fn rewrite(body: &[u8]) -> Result<Bytes> {
    // Notifications are answered with nothing, and DELETE asks with nothing.
    if body.is_empty() {
        return Ok(Bytes::new());
    }
    let value: Value = serde_json::from_slice(body).context("not JSON")?;
    Ok(serde_json::to_vec(&value)?.into())
}

/// Parses and rewrites the data of each event; an event's data is one line here.
fn rewrite_events(body: &[u8]) -> Result<Frames> {
    let data = body.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"));
    let events = data.map(|data| Ok([&b"event: message\ndata: "[..], &rewrite(data)?, b"\n\n"].concat().into()));
    Ok(Frames::new(events.collect::<Result<_>>()?))
}

fn plain(status: StatusCode, text: &str) -> Response<Reply> {
    let mut response = Response::new(Either::Right(Either::Left(Full::new(Bytes::copy_from_slice(text.as_bytes())))));
    *response.status_mut() = status;
    response
}
