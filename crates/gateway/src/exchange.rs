//! One request while it is being served: what is known of it so far, and how its refusal is recorded and rendered.

mod private;

use crate::connection::{Connection, waits_for_permission};
use crate::gateway::{Gateway, State};
use crate::reply::{self, Held, ReplyBody};
use crate::session::Visit;
use crate::{cors, request, route, wellknown};
use bytes::Bytes;
use casemate_audit::{About, Observed, Refused};
use casemate_core::json::{Json, Limits};
use casemate_core::mcp::{Method, Revision};
use casemate_core::policy::Inputs;
use casemate_core::reason::Blame;
use casemate_core::{Agent, Principal, Reason, Refusal, ServerName, TraceId, UnixMillis};
use casemate_output::{Form, Released};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode, Version, header};
use hyper::body::{Body as _, Incoming};
use private::Head;
use std::sync::Arc;
use std::time::Instant;

/// What is known of a request so far.
pub(crate) struct Exchange {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) state: Arc<State>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) parts: Parts,
    /// Where the head holds a registered value. Nothing of such a head is taken over.
    pub(crate) head: Head,
    pub(crate) trace: TraceId,
    pub(crate) agent: Option<Agent>,
    pub(crate) form: Form,
    pub(crate) received: UnixMillis,
    pub(crate) started: Instant,
    pub(crate) body_bytes: u64,
    pub(crate) server: Option<ServerName>,
    pub(crate) principal: Option<Principal>,
    pub(crate) method: Option<Method>,
    /// The service of the gateway's own that is asked, by its name in records and among scopes.
    pub(crate) service: Option<&'static str>,
    pub(crate) revision: Option<Revision>,
    pub(crate) session: Option<Visit>,
    pub(crate) tool: Option<String>,
    /// The whole message, once it was read.
    pub(crate) message: Option<Bytes>,
    /// What the policy read to refuse it.
    pub(crate) inputs: Option<Inputs>,
    pub(crate) origin: Option<HeaderValue>,
    pub(crate) challenge: Option<String>,
    pub(crate) limit_headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) closes: bool,
}

/// Bytes that are taken of a refused body nobody has read: of a stranger, and of a caller that is known.
const STRANGERS_REST: usize = 64 << 10;
const CALLERS_REST: usize = 1 << 20;

impl Exchange {
    pub(crate) fn begin(gateway: Arc<Gateway>, connection: Arc<Connection>, parts: Parts) -> Self {
        let state = gateway.state();
        let head = Head::of(&parts, &state.registered());
        let trace = request::trace(&parts.headers).filter(|_| !head.trace).unwrap_or_else(mint);
        let agent = request::agent(&parts.headers).filter(|_| !head.agent);
        let form = if route::is_mcp(parts.uri.path()) { Form::Rpc(None) } else { Form::Problem };
        Self {
            state,
            received: gateway.now(),
            started: Instant::now(),
            gateway,
            connection,
            parts,
            head,
            trace,
            agent,
            form,
            body_bytes: 0,
            server: None,
            principal: None,
            method: None,
            service: None,
            revision: None,
            session: None,
            tool: None,
            message: None,
            inputs: None,
            origin: None,
            challenge: None,
            limit_headers: Vec::new(),
            closes: false,
        }
    }

    pub(crate) fn about(&self) -> About {
        About {
            trace: self.trace,
            agent: self.agent.clone(),
            received: self.received,
            bytes: self.body_bytes,
            peer: Some(self.connection.peer.ip()),
            revision: self.revision.map(Revision::as_str),
        }
    }

    /// Records a refusal and renders it.
    pub(crate) async fn refuse(&mut self, refusal: Refusal) -> Response<ReplyBody> {
        let refusal = private::scrubbed(refusal, &self.state.registered());
        let refusal = if self.principal.is_none() { self.charge(refusal) } else { refusal };
        let reason = refusal.reason;
        self.gateway.metrics.refused(reason);
        self.challenge = self.challenge(reason);
        let is_limit = reason.facts().status == 429 || reason == Reason::LimitKeys;
        let mut is_told = reason != Reason::LimitUnauthenticated;
        if let Some(principal) = self.principal.as_ref().filter(|_| is_limit) {
            let now = self.gateway.now();
            self.limit_headers = self.state.limits.refused_headers(principal, now);
            is_told = self.state.limits.is_told(principal, now);
        }
        let detail = refusal.detail.as_deref().unwrap_or_default();
        if is_told {
            tracing::info!(trace_id = %self.trace, reason = reason.code(), detail, "refused {}", self.trace);
        } else {
            tracing::debug!(trace_id = %self.trace, reason = reason.code(), detail, "refused {}", self.trace);
        }
        let released = match &self.principal {
            Some(_) if is_told && reason != Reason::AuditUnavailable => {
                casemate_output::refuse(&self.gateway.log, &self.refused(refusal), &self.form).await
            }
            principal => self.turn_away(&refusal, principal.as_ref().map(|_| "authenticated")),
        };
        reply::whole(&released, Held::default())
    }

    /// Counts the refusal of a request that nobody has authenticated for. One too many becomes a 429, the last reply on
    /// its connection. What is our own fault, an issuer that cannot be reached, locks nobody out.
    fn charge(&mut self, refusal: Refusal) -> Refusal {
        if !matches!(refusal.reason.facts().blame, Blame::Client | Blame::Policy) {
            return refusal;
        }
        self.connection.doubted();
        match self.state.limits.unauthenticated(self.connection.source, self.gateway.now()) {
            Ok(()) => refusal,
            Err(over) => {
                self.closes = true;
                self.connection.linger();
                self.connection.end();
                over
            }
        }
    }

    /// Takes the rest of a refused request's body, so that the client gets to read the reply.
    pub(crate) async fn settle(&self, mut body: Incoming, is_late: bool) {
        let cap = if self.principal.is_some() { CALLERS_REST } else { STRANGERS_REST };
        if body.is_end_stream() {
            return;
        }
        let waits = waits_for_permission(self.parts.version, &self.parts.headers);
        if is_late || waits || !request::drain(&mut body, cap).await {
            if self.parts.version < Version::HTTP_2 {
                self.connection.linger();
            } else if !self.closes && !is_late {
                tokio::spawn(request::linger(body));
            }
        }
    }

    fn refused(&self, refusal: Refusal) -> Refused {
        Refused {
            about: self.about(),
            principal: self.principal.clone(),
            server: self.server.clone(),
            method: self.method.map(Method::as_str).or(self.service).map(str::to_owned),
            tool: self.tool.clone(),
            refusal,
            arguments: self.message.as_ref().and_then(arguments),
            message: self.message.clone(),
            policy: Some(self.state.config.policy.digest),
            inputs: self.inputs.clone(),
        }
    }

    /// Renders a refusal that is recorded in the log's own queue for what anyone can cause, where it may only be counted.
    fn turn_away(&self, refusal: &Refusal, who: Option<&'static str>) -> Released {
        let observed = Observed {
            at: self.gateway.now(),
            peer: Some(self.connection.peer.ip()),
            reason: refusal.reason,
            trace: Some(self.trace),
            agent: self.agent.clone(),
            detail: who,
            bytes: self.body_bytes,
        };
        casemate_output::turn_away(&self.gateway.log, observed, refusal, self.trace, &self.form)
    }

    /// The reply to a call whose work was torn down: its outcome is unknown, and recorded as that.
    pub(crate) fn torn(&self) -> Response<ReplyBody> {
        let refusal = Refusal::new(Reason::Internal).detail("the work on a call was torn down");
        reply::whole(&self.turn_away(&refusal, Some("authenticated")), Held::default())
    }

    fn challenge(&self, reason: Reason) -> Option<String> {
        let config = &self.state.config;
        let relevant = reason.facts().status == 401 || reason == Reason::ScopeInsufficient;
        if !relevant || !config.auth.mode.takes_tokens() {
            return None;
        }
        let metadata = wellknown::metadata_url(config, self.server.as_ref())?;
        Some(crate::identity::challenge(reason, &metadata, self.service.unwrap_or("mcp")))
    }

    /// Adds the headers that every reply of this exchange has.
    pub(crate) fn dress(&self, response: &mut Response<ReplyBody>) {
        let headers = response.headers_mut();
        reply::common(headers);
        if let Ok(trace) = HeaderValue::from_str(&self.trace.to_string()) {
            headers.insert(request::TRACE, trace);
        }
        if let Some(agent) = self.agent.as_ref().and_then(|a| HeaderValue::from_str(a.as_str()).ok()) {
            headers.insert(request::CLIENT, agent);
        }
        for (name, value) in &self.limit_headers {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(challenge) = self.challenge.as_deref().and_then(|c| HeaderValue::from_str(c).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.closes && self.parts.version < Version::HTTP_2 {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        if let Some(origin) = &self.origin {
            let preflight = cors::is_preflight(&self.parts.method, &self.parts.headers);
            cors::allow(origin, response.headers_mut(), preflight);
        }
    }
}

/// What an intent of this message would commit as its arguments; none of what does not parse.
fn arguments(message: &Bytes) -> Option<Bytes> {
    let json = Json::parse(message.clone(), Limits::default()).ok()?;
    let raw = json.root().path(&["params", "arguments"])?.raw();
    Some(Bytes::copy_from_slice(raw.as_bytes()))
}

/// A trace id for a request that brought none.
pub(crate) fn mint() -> TraceId {
    let mut random = [0_u8; 16];
    // The trace id is a correlation, never an identity: should the generator fail, a fixed one does no harm.
    let _ = aws_lc_rs::rand::fill(&mut random);
    TraceId::from_random(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_commits_the_arguments_as_an_intent_would() {
        let of = |text: &'static str| arguments(&Bytes::from_static(text.as_bytes()));
        let call =
            r#"{"id":1,"params":{"name":"delete","arguments": {"q" : "\u0041","n":1.0} },"method":"tools/call"}"#;
        assert_eq!(of(call).as_deref(), Some(r#"{"q" : "\u0041","n":1.0}"#.as_bytes()));
        for none in ["", "{", "[]", "{}", r#"{"params":[]}"#, r#"{"params":{"name":"x"}}"#, r#"{"arguments":{}}"#] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
