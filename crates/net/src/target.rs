//! A destination, checked and prepared once.

use crate::address::{Named, permitted};
use crate::error::TargetError;
use crate::tls::{self, Trust};
use casemate_core::host::Host;
use http::HeaderValue;
use http::uri::PathAndQuery;
use rustls::pki_types::ServerName;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// A destination, prepared once when the configuration is loaded. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Target(Arc<Inner>);

struct Inner {
    id: u64,
    url: Url,
    host: Host,
    port: u16,
    named: Named,
    literal: Option<IpAddr>,
    authority: HeaderValue,
    path: PathAndQuery,
    tls: Option<(Arc<rustls::ClientConfig>, ServerName<'static>)>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl Target {
    /// Checks a URL and prepares how to reach it.
    ///
    /// `https` always; `http` only where the operator named the host. With `trust.roots` empty, the system's CA store is
    /// trusted.
    ///
    /// # Errors
    /// A URL with another scheme, user name, password, fragment, port 0 or a host that is not canonical; `localhost`;
    /// a literal address that is forbidden; certificates or keys that cannot be used.
    pub fn new(url: &Url, named: Named, trust: &Trust) -> Result<Self, TargetError> {
        let secure = match url.scheme() {
            "https" => true,
            "http" if named == Named::ByOperator => false,
            "http" => return Err(TargetError::PlainHttp),
            _ => return Err(TargetError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Userinfo);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let port = match url.port_or_known_default() {
            None | Some(0) => return Err(TargetError::Port),
            Some(port) => port,
        };
        let host = Host::of_url(url).map_err(|_| TargetError::Host)?;
        if host.as_str() == "localhost" || host.as_str().ends_with(".localhost") {
            return Err(TargetError::Localhost);
        }
        let literal = host.as_ip().map(|address| address.to_canonical());
        if let Some(address) = literal {
            permitted(address, port, named, true, &[]).map_err(TargetError::Address)?;
        }
        let tls = match (secure, trust.is_default()) {
            (true, _) => Some((tls::client_config(trust)?, server_name(&host)?)),
            (false, true) => None,
            (false, false) => return Err(TargetError::TrustWithoutTls),
        };
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let (authority, path) = (authority(url)?, path(url)?);
        Ok(Self(Arc::new(Inner { id, url: url.clone(), host, port, named, literal, authority, path, tls })))
    }

    /// The URL it was made from.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// The host of the URL.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.0.host
    }

    /// The port of the URL, or the scheme's.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Who named the host.
    #[must_use]
    pub fn named(&self) -> Named {
        self.0.named
    }

    /// Under which its connections are pooled: equal for clones, different for every other target.
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.0.literal
    }

    pub(crate) fn authority(&self) -> &HeaderValue {
        &self.0.authority
    }

    pub(crate) fn path(&self) -> &PathAndQuery {
        &self.0.path
    }

    pub(crate) fn tls(&self) -> Option<&(Arc<rustls::ClientConfig>, ServerName<'static>)> {
        self.0.tls.as_ref()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("url", &self.0.url.as_str()).field("named", &self.0.named).finish()
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, TargetError> {
    match host.as_ip() {
        Some(address) => Ok(ServerName::from(address)),
        None => ServerName::try_from(host.as_str().to_owned()).map_err(|_| TargetError::Host),
    }
}

fn authority(url: &Url) -> Result<HeaderValue, TargetError> {
    let host = url.host_str().ok_or(TargetError::Host)?;
    let text = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    HeaderValue::try_from(text).map_err(|_| TargetError::Host)
}

fn path(url: &Url) -> Result<PathAndQuery, TargetError> {
    let text = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    PathAndQuery::try_from(text).map_err(|_| TargetError::Host)
}
