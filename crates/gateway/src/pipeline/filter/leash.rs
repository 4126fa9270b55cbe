//! What holds a stream of answers: the caller's right, the time for each piece, the drain, and the caps.

use super::SERVICE;
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::gateway::{Gateway, State};
use crate::reply::EventSender;
use crate::server::still_trusted;
use crate::wellknown;
use bytes::Bytes;
use casemate_core::policy::grant;
use casemate_core::principal::Scope;
use casemate_core::{Principal, Reason, Refusal, TraceId};
use http::{HeaderMap, Uri};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

/// How often the caller's right is looked at again.
const LOOK: Duration = Duration::from_secs(1);
/// The longest that a stream may take.
const LONGEST: Duration = Duration::from_hours(1);

/// One stream of answers, as far as it does not depend on what is asked.
pub(super) struct Leash {
    pub(super) gateway: Arc<Gateway>,
    /// What it began under, and ends under.
    pub(super) state: Arc<State>,
    pub(super) principal: Principal,
    pub(super) trace: TraceId,
    pub(super) connection: Arc<Connection>,
    pub(super) is_h1: bool,
    pub(super) begun: Instant,
    headers: HeaderMap,
    uri: Uri,
    look: Interval,
    end: (Instant, Reason),
    left: usize,
}

/// What comes next.
pub(super) enum Next {
    Piece(Bytes),
    End,
    /// The client went away.
    Gone,
}

impl Leash {
    pub(super) fn new(exchange: &Exchange, principal: Principal) -> Self {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        let begun = Instant::now();
        Self {
            gateway: Arc::clone(&exchange.gateway),
            state: Arc::clone(&exchange.state),
            principal,
            trace: exchange.trace,
            connection: Arc::clone(&exchange.connection),
            is_h1: exchange.parts.version < http::Version::HTTP_2,
            begun,
            headers: exchange.parts.headers.clone(),
            uri: exchange.parts.uri.clone(),
            look,
            end: (begun + LONGEST, Reason::HttpBodyTimeout),
            left: exchange.state.config.caps.payload,
        }
    }

    /// Waits for the next piece.
    pub(super) async fn next(&mut self, body: &mut Incoming, sender: &EventSender) -> Result<Next, Refusal> {
        let late = Instant::now() + self.state.config.caps.body;
        loop {
            let (at, reason) = self.end.min((late, Reason::HttpBodyTimeout));
            tokio::select! {
                biased;
                () = sender.gone() => return Ok(Next::Gone),
                _ = self.look.tick() => self.still_admitted().await?,
                frame = body.frame() => match frame {
                    None => return Ok(Next::End),
                    // A client that went away is told nothing, and one that broke off its body alone is.
                    Some(Err(_)) => return Err(Reason::HttpBodyAborted.into()),
                    Some(Ok(frame)) => {
                        let Ok(data) = frame.into_data() else { continue };
                        self.left = self.left.checked_sub(data.len()).ok_or(Reason::PayloadTooLarge)?;
                        // What is being sent counts as movement, though nothing of the answer may be due yet.
                        drop(self.connection.activity.begin());
                        return Ok(Next::Piece(data));
                    }
                },
                () = sleep_until(at) => return Err(reason.into()),
            }
        }
    }

    /// Judges the caller again under what is in force now. A gateway that drains gives the rest half of its time.
    async fn still_admitted(&mut self) -> Result<(), Refusal> {
        if self.gateway.is_draining() {
            let soon = Instant::now() + self.state.config.caps.drain / 2;
            self.end = self.end.min((soon, Reason::Draining));
        }
        let (state, now) = (self.gateway.state(), self.gateway.now());
        if !still_trusted(&self.gateway, &self.connection) {
            return Err(Reason::CertificateRevoked.into());
        }
        let resource = wellknown::resource(&state.config, None).unwrap_or_default();
        let certificate = self.connection.certificate();
        let principal = state.identity.authenticate(&self.headers, &self.uri, certificate, &resource, now).await?;
        if (&principal.tenant, &principal.subject) != (&self.principal.tenant, &self.principal.subject) {
            return Err(Reason::TenantUnknown.into());
        }
        grant(&state.config.policy, &principal, Scope::Filter, now)?;
        Ok(())
    }

    /// Says in the program's own log, and counts, why a stream ended early.
    pub(super) fn ends(&self, refusal: &Refusal) {
        self.gateway.metrics.failed(refusal.reason);
        let detail = refusal.detail.as_deref().unwrap_or_default();
        tracing::info!(trace_id = %self.trace, reason = refusal.reason.code(), detail, service = SERVICE, "failed {}", self.trace);
    }
}
