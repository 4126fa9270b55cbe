//! Sending a request: resolve once, judge, dial what was judged, send, look at the head of the answer.

use crate::address::permitted;
use crate::body::Body;
use crate::config::{ClientConfig, MAX_ADDRESSES, after};
use crate::error::{ConnectFault, NetError, ResolveFault};
use crate::pool::Pool;
use crate::resolve::{Resolve, System};
use crate::target::Target;
use crate::wire::{Failure, Wire};
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::Full;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The only way out. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    connect: Duration,
    resolve: Duration,
    own: RwLock<Arc<[SocketAddr]>>,
    resolver: Box<dyn Resolve>,
    pool: Arc<Pool>,
}

impl Client {
    /// A client that uses the system's resolver.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        Self::with_resolver(config, Box::new(System::new()))
    }

    /// A client with another resolver. Its answers are judged like the system's.
    #[must_use]
    pub fn with_resolver(config: ClientConfig, resolver: Box<dyn Resolve>) -> Self {
        Self(Arc::new(Inner {
            connect: config.connect,
            resolve: config.resolve,
            own: RwLock::new(config.own_listeners.into()),
            resolver,
            pool: Pool::new(config.pool_idle, config.pool_per_target),
        }))
    }

    /// Names the listeners of this process anew. Connections that exist are not reused after it.
    pub fn set_own_listeners(&self, listeners: Vec<SocketAddr>) {
        *self.0.own.write().unwrap_or_else(PoisonError::into_inner) = listeners.into();
        self.0.pool.flush();
    }

    /// Sends one request and waits for the head of the answer.
    ///
    /// The path and query are the target's, unless the request's URI has a path other than `/`; scheme and authority of
    /// that URI are not looked at. `Host` and `Accept-Encoding: identity` are set, hop-by-hop fields removed. Redirects
    /// are answers like any other. `first_byte` bounds resolving, connecting, sending and waiting together. Dropping the
    /// future closes the connection.
    ///
    /// A request is sent again, once, only if its connection came from the pool and had closed before any of it was
    /// written.
    ///
    /// # Errors
    /// See [`NetError`]; [`NetError::may_have_effect`] says whether the peer may have acted.
    pub async fn send(
        &self,
        target: &Target,
        request: Request<Bytes>,
        first_byte: Duration,
    ) -> Result<Response<Body>, NetError> {
        let deadline = after(first_byte);
        let request = prepare(target, request)?;
        let mut place = self.0.pool.place(target.id());
        let (mut wire, pooled) = match self.pooled(target).await {
            Some(wire) => (wire, true),
            None => (self.open(target, deadline).await?, false),
        };
        let response = match exchange(&mut wire, request, deadline).await {
            Ok(response) => response,
            Err(Failure::Sent(error)) => return Err(error),
            Err(Failure::Unsent(request)) if pooled => {
                place = self.0.pool.place(target.id());
                wire = self.open(target, deadline).await?;
                match exchange(&mut wire, *request, deadline).await {
                    Ok(response) => response,
                    Err(Failure::Sent(error)) => return Err(error),
                    Err(Failure::Unsent(_)) => return Err(NetError::Connect(ConnectFault::HungUp)),
                }
            }
            Err(Failure::Unsent(_)) => return Err(NetError::Connect(ConnectFault::HungUp)),
        };
        let (mut head, incoming) = response.into_parts();
        check_head(head.status, &head.headers)?;
        strip_hop_by_hop(&mut head.headers);
        head.extensions.clear();
        Ok(Response::from_parts(head, Body::new(incoming, wire, place).await))
    }

    /// Gets the whole of a document, up to `cap` bytes, within `within`.
    ///
    /// # Errors
    /// As [`Client::send`]; [`NetError::Status`] for every status but 200, redirects too.
    pub async fn get(&self, target: &Target, cap: usize, within: Duration) -> Result<(HeaderMap, Bytes), NetError> {
        let deadline = after(within);
        let mut request = Request::new(Bytes::new());
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("casemate"));
        let response = self.send(target, request, within).await?;
        if response.status() != StatusCode::OK {
            return Err(NetError::Status(response.status().as_u16()));
        }
        let (head, body) = response.into_parts();
        let whole = timeout_at(deadline, body.collect_capped(cap)).await.map_err(|_| NetError::Timeout)??;
        Ok((head.headers, whole))
    }

    /// Resolves a target's host now and judges every address, as [`Client::send`] does before it connects.
    ///
    /// # Errors
    /// [`NetError::Resolve`] or [`NetError::Address`].
    pub async fn addresses(&self, target: &Target) -> Result<Vec<IpAddr>, NetError> {
        let literal = target.literal().is_some();
        let found = match target.literal() {
            Some(address) => vec![address],
            None => self.lookup(target).await?,
        };
        let own = Arc::clone(&self.0.own.read().unwrap_or_else(PoisonError::into_inner));
        for address in &found {
            permitted(*address, target.port(), target.named(), literal, &own).map_err(|fault| NetError::Address {
                host: target.host().clone(),
                address: *address,
                fault,
            })?;
        }
        Ok(found)
    }

    async fn lookup(&self, target: &Target) -> Result<Vec<IpAddr>, NetError> {
        let lookup = self.0.resolver.resolve(target.host().as_str());
        let answer = tokio::time::timeout(self.0.resolve, lookup).await;
        let found = answer.unwrap_or(Err(ResolveFault::Timeout)).map_err(NetError::Resolve)?;
        match found.len() {
            0 => Err(NetError::Resolve(ResolveFault::Empty)),
            1..=MAX_ADDRESSES => Ok(found.iter().map(IpAddr::to_canonical).collect()),
            _ => Err(NetError::Resolve(ResolveFault::TooMany)),
        }
    }

    async fn pooled(&self, target: &Target) -> Option<Box<Wire>> {
        while let Some(mut wire) = self.0.pool.take(target.id()) {
            if wire.still_good().await {
                return Some(wire);
            }
        }
        None
    }

    async fn open(&self, target: &Target, deadline: Instant) -> Result<Box<Wire>, NetError> {
        let found = timeout_at(deadline, self.addresses(target)).await;
        let found = found.unwrap_or(Err(NetError::Resolve(ResolveFault::Timeout)))?;
        let until = deadline.min(after(self.0.connect));
        Wire::open(target, &found, until).await.map(Box::new)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("connect", &self.0.connect)
            .field("resolve", &self.0.resolve)
            .finish_non_exhaustive()
    }
}

async fn exchange(
    wire: &mut Wire,
    request: Request<Full<Bytes>>,
    deadline: Instant,
) -> Result<Response<hyper::body::Incoming>, Failure> {
    timeout_at(deadline, wire.exchange(request)).await.unwrap_or(Err(Failure::Sent(NetError::Timeout)))
}

/// Makes the request that goes out: origin-form URI, our `Host`, no hop-by-hop fields.
fn prepare(target: &Target, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, NetError> {
    let (mut head, body) = request.into_parts();
    if head.method == Method::CONNECT {
        return Err(NetError::Request("CONNECT makes a tunnel"));
    }
    let path = match head.uri.path_and_query() {
        Some(own) if own.as_str() != "/" => own.clone(),
        _ => target.path().clone(),
    };
    head.uri = Uri::from(path);
    head.version = Version::HTTP_11;
    head.extensions.clear();
    strip_hop_by_hop(&mut head.headers);
    // The length is that of the body at hand, whatever an earlier hop said.
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::EXPECT);
    head.headers.insert(header::HOST, target.authority().clone());
    head.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(Request::from_parts(head, Full::new(body)))
}

/// Removes what concerns one connection only (RFC 9110 section 7.6.1).
fn strip_hop_by_hop(headers: &mut HeaderMap) {
    const ALWAYS: [HeaderName; 8] = [
        header::CONNECTION,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        HeaderName::from_static("keep-alive"),
    ];
    if headers.contains_key(header::CONNECTION) {
        let named: Vec<HeaderName> =
            tokens(headers, &header::CONNECTION).filter_map(|name| name.parse().ok()).collect();
        for name in named {
            headers.remove(name);
        }
    }
    for name in ALWAYS {
        headers.remove(name);
    }
    headers.remove("proxy-connection");
}

/// The comma-separated parts of all fields of one name; an unreadable field is one unreadable part.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let fields = headers.get_all(name).into_iter();
    fields.flat_map(|value| value.to_str().unwrap_or("\u{fffd}").split(',')).map(str::trim)
}

/// Refuses answers that cannot be read as what they are.
fn check_head(status: StatusCode, headers: &HeaderMap) -> Result<(), NetError> {
    if status.is_informational() {
        return Err(NetError::Status(status.as_u16()));
    }
    let plain = |token: &str| token.is_empty() || token.eq_ignore_ascii_case("identity");
    if !tokens(headers, &header::CONTENT_ENCODING).all(plain) {
        return Err(NetError::Encoding);
    }
    if headers.contains_key(header::TRANSFER_ENCODING) {
        if headers.contains_key(header::CONTENT_LENGTH) {
            return Err(NetError::Http("both Content-Length and Transfer-Encoding"));
        }
        let mut codings = tokens(headers, &header::TRANSFER_ENCODING).filter(|token| !token.is_empty());
        let chunked = codings.next().is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
        if !chunked || codings.next().is_some() {
            return Err(NetError::Encoding);
        }
    }
    Ok(())
}
