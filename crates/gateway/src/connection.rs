//! One client connection: what TLS proved, who it has turned out to be, and whether anything still moves on it.

mod activity;
mod stream;
mod trust;

pub(crate) use activity::{Activity, Running};
pub(crate) use stream::Watched;

use crate::gateway::{Gateway, State};
use crate::limits::{Place, Source};
use casemate_core::digest::Digest;
use casemate_core::{Reason, UnixMillis};
use http::{HeaderMap, Version, header};
use rustls_pki_types::CertificateDer;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use trust::Trust;

/// What the pipeline knows of the connection that a request came on.
pub(crate) struct Connection {
    /// The peer's address.
    pub(crate) peer: SocketAddr,
    /// The verified client chain, leaf first; empty without a client certificate.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// Whether anything moves.
    pub(crate) activity: Arc<Activity>,
    /// To whom failed attempts are charged.
    pub(crate) source: Source,
    /// Tells the driver that no more requests are wanted here.
    pub(crate) ending: Notify,
    opened: Instant,
    trust: Trust,
    /// The place among the unauthenticated of this address, until a request has authenticated.
    place: Mutex<Option<Place>>,
    /// Whether the last attempt to authenticate succeeded.
    known: AtomicBool,
    /// Whether the peer may still be writing when the connection is closed.
    lingers: AtomicBool,
    /// When the first bytes came of a head that is not complete yet; for HTTP/1.1 alone.
    head: Mutex<Option<Instant>>,
    is_h2: bool,
}

impl Connection {
    /// A connection that was just opened. `place` is what it holds until it is known.
    pub(crate) fn new(
        peer: SocketAddr,
        certificates: Vec<CertificateDer<'static>>,
        place: Option<Place>,
        is_h2: bool,
    ) -> Arc<Self> {
        // Who holds a certificate answers for it; the address may be shared with others.
        let source = certificates.first().map_or_else(|| peer.ip().into(), |leaf| Source::holder(&Digest::of(leaf)));
        Arc::new(Self {
            peer,
            certificates,
            activity: Activity::new(),
            source,
            ending: Notify::new(),
            opened: Instant::now(),
            trust: Trust::default(),
            place: Mutex::new(place),
            known: AtomicBool::new(false),
            lingers: AtomicBool::new(false),
            head: Mutex::new(None),
            is_h2,
        })
    }

    /// The client's own certificate.
    pub(crate) fn certificate(&self) -> Option<&CertificateDer<'static>> {
        self.certificates.first()
    }

    /// Whether the certificate would still be let in under this state, judged at most a minute ago.
    ///
    /// # Errors
    /// `auth.certificate_expired` or `auth.certificate_untrusted`; the connection then ends.
    pub(crate) fn check_trust(&self, state: &Arc<State>, now: UnixMillis) -> Result<(), Reason> {
        if self.certificates.is_empty() || self.trust.is_fresh(state, now) {
            return Ok(());
        }
        match self.judge(state, now) {
            Ok(()) => {
                self.trust.remember(state, now);
                Ok(())
            }
            Err(reason) => {
                self.end();
                Err(match reason {
                    Reason::CertificateExpired => Reason::AuthCertificateExpired,
                    _ => Reason::AuthCertificateUntrusted,
                })
            }
        }
    }

    fn judge(&self, state: &State, now: UnixMillis) -> Result<(), Reason> {
        let clients = state.clients.as_ref().ok_or(Reason::CertificateUntrusted)?;
        clients.check(&self.certificates, now)
    }

    /// Whether the certificate would be let in now.
    pub(crate) fn is_trusted(&self, gateway: &Gateway) -> bool {
        self.certificates.is_empty() || self.judge(&gateway.state(), gateway.now()).is_ok()
    }

    /// Whether a request may be judged without asking how many attempts have failed: it proves itself by the certificate
    /// alone, or the one before it proved itself.
    pub(crate) fn is_vouched_for(&self, headers: &HeaderMap) -> bool {
        let by_certificate = !self.certificates.is_empty() && !headers.contains_key(header::AUTHORIZATION);
        by_certificate || self.known.load(Ordering::Relaxed)
    }

    /// A request has authenticated.
    pub(crate) fn authenticated(&self) {
        if !self.known.swap(true, Ordering::Relaxed) {
            drop(self.place.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// A request has failed to authenticate.
    pub(crate) fn doubted(&self) {
        self.known.store(false, Ordering::Relaxed);
    }

    /// Asks for the end of the connection; what runs may finish.
    pub(crate) fn end(&self) {
        self.ending.notify_one();
    }

    /// Has the peer's bytes read for a moment after the last reply: closing over unread bytes resets the connection, and
    /// the reply is lost with it.
    pub(crate) fn linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    /// Whether it lingers at its end.
    pub(crate) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }

    fn head(&self) -> MutexGuard<'_, Option<Instant>> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes notice that bytes came in. While no request runs they begin a head.
    pub(crate) fn came(&self) {
        if !self.is_h2 && !self.activity.is_running() {
            self.head().get_or_insert_with(Instant::now);
        }
    }

    /// A head was read.
    pub(crate) fn begins(&self) {
        *self.head() = None;
    }

    /// Whether the head of a request is overdue: of the first one since the connection opened, of later ones since their
    /// first byte. HTTP/2 frames are not looked into, so that only its first request is covered.
    pub(crate) fn is_head_overdue(&self, limit: Duration) -> bool {
        let since = if self.activity.has_begun() { *self.head() } else { Some(self.opened) };
        since.is_some_and(|since| since.elapsed() >= limit)
    }
}

/// Whether a request's body must not be asked for: the client waits to be told (RFC 9110 section 10.1.1).
pub(crate) fn waits_for_permission(version: Version, headers: &HeaderMap) -> bool {
    version < Version::HTTP_2 && headers.contains_key(header::EXPECT)
}
