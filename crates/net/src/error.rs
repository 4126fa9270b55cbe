//! What can go wrong, each with its stable reason and whether the request may have had an effect.

use crate::AddressFault;
use casemate_core::Reason;
use casemate_core::host::Host;
use std::net::IpAddr;

/// Why a URL cannot be a destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Neither `https` nor `http`.
    #[error("the scheme must be https")]
    Scheme,
    /// `http` where only `https` is allowed.
    #[error("plain http is only for hosts that the configuration names")]
    PlainHttp,
    /// User name or password in the URL.
    #[error("a URL here has no user name and no password")]
    Userinfo,
    /// A fragment in the URL.
    #[error("a URL here has no fragment")]
    Fragment,
    /// Port 0.
    #[error("port 0 is no destination")]
    Port,
    /// No host, or one that is not canonical.
    #[error("the host is not a plain host name or address")]
    Host,
    /// `localhost` as a name.
    #[error("localhost is a name that anyone's resolver may answer; write 127.0.0.1 or [::1]")]
    Localhost,
    /// The host is an address, and a forbidden one.
    #[error("the address is not allowed: {0}")]
    Address(AddressFault),
    /// Trust or a client certificate for a URL without TLS.
    #[error("an http URL has no TLS to configure")]
    TrustWithoutTls,
    /// No trusted root.
    #[error("no usable CA certificate: {0}")]
    Roots(&'static str),
    /// The client certificate or its key.
    #[error("the client certificate and key cannot be used: {0}")]
    Identity(&'static str),
    /// TLS itself could not be set up.
    #[error("TLS cannot be set up")]
    Tls,
}

/// Why a name did not resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResolveFault {
    /// The resolver knows no address or failed.
    #[error("the name does not resolve")]
    Failed,
    /// It answered with nothing.
    #[error("the name has no address")]
    Empty,
    /// It answered with more addresses than are looked at.
    #[error("the name has too many addresses")]
    TooMany,
    /// It took too long.
    #[error("name resolution took too long")]
    Timeout,
}

/// Why no connection came about. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectFault {
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// There is no way there.
    #[error("the network or host is unreachable")]
    Unreachable,
    /// TCP or TLS took too long.
    #[error("connecting took too long")]
    Timeout,
    /// The peer hung up before the request was sent.
    #[error("the peer hung up before the request was sent")]
    HungUp,
    /// Something else.
    #[error("connecting failed: {0}")]
    Io(std::io::ErrorKind),
}

impl From<&std::io::Error> for ConnectFault {
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused => Self::Refused,
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => Self::Unreachable,
            Kind::TimedOut => Self::Timeout,
            Kind::ConnectionReset | Kind::ConnectionAborted | Kind::UnexpectedEof | Kind::BrokenPipe => Self::HungUp,
            other => Self::Io(other),
        }
    }
}

/// What failed about TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// No trusted CA signed the certificate.
    #[error("no trusted CA signed the certificate")]
    UnknownIssuer,
    /// The certificate is for other names.
    #[error("the certificate is not for this host")]
    WrongName,
    /// The certificate has expired.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// The certificate is revoked.
    #[error("the certificate is revoked")]
    Revoked,
    /// Something else about the certificate.
    #[error("the certificate is malformed or not for servers")]
    Certificate,
    /// The peer does not speak TLS 1.2 or 1.3 as we do.
    #[error("the handshake failed")]
    Handshake,
    /// The peer broke off the handshake with an alert (RFC 8446 section 6.2).
    #[error("the peer refused the handshake with alert {0}")]
    Alert(u8),
    /// The peer broke off with an alert after the handshake: in TLS 1.3, how it refuses a client certificate.
    #[error("the peer broke off with TLS alert {0}; it may not accept the gateway's client certificate")]
    LateAlert(u8),
}

/// Why a request has no answer, or its answer no end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The host has a forbidden address.
    #[error("{host} has the address {address}, {fault}")]
    Address {
        /// The host of the URL.
        host: Host,
        /// The forbidden address.
        address: IpAddr,
        /// Why it is forbidden.
        fault: AddressFault,
    },
    /// The host's name did not resolve.
    #[error("{0}")]
    Resolve(ResolveFault),
    /// No connection came about.
    #[error("{0}")]
    Connect(ConnectFault),
    /// TLS failed.
    #[error("{0}")]
    Tls(TlsFault),
    /// The answer did not begin in time, or not end.
    #[error("no answer in time")]
    Timeout,
    /// The connection ended before the whole answer had arrived.
    #[error("the connection ended before the whole answer had arrived")]
    Closed,
    /// The answer is not HTTP/1.1.
    #[error("the answer is not valid HTTP: {0}")]
    Http(&'static str),
    /// The answer has a status that cannot be used here.
    #[error("unexpected status {0}")]
    Status(u16),
    /// The answer is encoded, though `identity` was asked for.
    #[error("the answer is encoded")]
    Encoding,
    /// The answer is over the cap.
    #[error("the answer is over the cap")]
    Oversize,
    /// The request is not one that can be sent: a mistake of the caller.
    #[error("the request cannot be sent: {0}")]
    Request(&'static str),
}

impl NetError {
    /// The stable reason.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Address { .. } => Reason::UpstreamAddress,
            Self::Resolve(_) | Self::Connect(_) => Reason::UpstreamConnect,
            Self::Tls(TlsFault::Handshake | TlsFault::Alert(_) | TlsFault::LateAlert(_)) => Reason::UpstreamConnect,
            Self::Tls(_) => Reason::UpstreamTls,
            Self::Timeout => Reason::UpstreamTimeout,
            Self::Closed => Reason::UpstreamClosed,
            Self::Http(_) => Reason::UpstreamMalformed,
            Self::Status(_) => Reason::UpstreamStatus,
            Self::Encoding => Reason::UpstreamEncoding,
            Self::Oversize => Reason::UpstreamOversize,
            Self::Request(_) => Reason::Internal,
        }
    }

    /// Whether the request, or a part of it, may have reached the peer and had an effect there.
    #[must_use]
    pub const fn may_have_effect(&self) -> bool {
        match self {
            Self::Address { .. } | Self::Resolve(_) | Self::Connect(_) | Self::Request(_) => false,
            Self::Tls(fault) => matches!(fault, TlsFault::LateAlert(_)),
            Self::Timeout | Self::Closed | Self::Http(_) | Self::Status(_) | Self::Encoding | Self::Oversize => true,
        }
    }
}

impl From<&hyper::Error> for NetError {
    fn from(error: &hyper::Error) -> Self {
        if error.is_parse_too_large() {
            return Self::Oversize;
        }
        if error.is_parse() {
            return Self::Http("status line or headers");
        }
        if error.is_user() {
            return Self::Request("its method, URI or headers");
        }
        match io_cause(error) {
            Some(io) => match crate::tls::rustls_cause(io) {
                Some(rustls::Error::AlertReceived(alert)) => Self::Tls(TlsFault::LateAlert(u8::from(*alert))),
                // A broken TLS record, or hyper's own words for broken chunks and lengths.
                Some(_) => Self::Closed,
                None => match io.kind() {
                    std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput => Self::Http("body framing"),
                    _ => Self::Closed,
                },
            },
            None => Self::Closed,
        }
    }
}

/// The IO error at the root of what hyper reports.
fn io_cause(error: &hyper::Error) -> Option<&std::io::Error> {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io);
        }
        next = cause.source();
    }
    None
}
