//! The way of one request, in its fixed order. The first check that fails names the reason.
//!
//! TLS and the caps on headers come before (`server`). Then: Host and Origin, route, authentication, required headers,
//! rate and concurrency, content headers and body cap, JSON and protocol, admission and policy, the durable record, the
//! upstream (`relay`). No body is read before authentication; nothing reaches an upstream before its record is durable.

use crate::connection::{Connection, waits_for_permission};
use crate::gateway::{Gateway, State};
use crate::reply::{self, Held, ReplyBody};
use crate::server::is_open;
use crate::{cors, relay, request, route, wellknown};
use bytes::Bytes;
use casemate_audit::{About, Observed, Refused};
use casemate_core::headers::Mirrored;
use casemate_core::json::Limits;
use casemate_core::label::Labels;
use casemate_core::mcp::{Call, Inbound, Method, REVISION, Target, read};
use casemate_core::policy::{Decision, Permitted, decide};
use casemate_core::reason::Blame;
use casemate_core::{Agent, Principal, Reason, Refusal, ServerName, TraceId, UnixMillis};
use casemate_output::{Form, Released, check_request};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, Version, header};
use hyper::body::{Body as _, Incoming};
use std::sync::Arc;
use std::time::Instant;

/// Serves one request. Whatever happens, there is a reply, and it was recorded before.
pub(crate) async fn serve(
    gateway: Arc<Gateway>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    let (parts, mut body) = request.into_parts();
    let held = Held::new(connection.activity.begin());
    // The request runs until its reply is there, also once it is refused and holds nothing more.
    let _running = connection.activity.begin();
    let mut exchange = Exchange::begin(gateway, connection, parts);
    let mut response = match exchange.run(&mut body, held).await {
        Ok(response) => response,
        Err(refusal) => {
            let is_late = refusal.reason == Reason::HttpBodyTimeout;
            let response = exchange.refuse(refusal).await;
            exchange.settle(body, is_late).await;
            response
        }
    };
    exchange.dress(&mut response);
    exchange.gateway.metrics.took("request", exchange.started.elapsed());
    response
}

/// What is known of a request so far.
pub(crate) struct Exchange {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) state: Arc<State>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) parts: Parts,
    pub(crate) trace: TraceId,
    pub(crate) agent: Option<Agent>,
    pub(crate) form: Form,
    received: UnixMillis,
    started: Instant,
    body_bytes: u64,
    server: Option<ServerName>,
    principal: Option<Principal>,
    method: Option<Method>,
    tool: Option<String>,
    arguments: Option<Bytes>,
    origin: Option<HeaderValue>,
    challenge: Option<String>,
    limit_headers: Vec<(HeaderName, HeaderValue)>,
    closes: bool,
}

/// Bytes that are taken of a refused body nobody has read: of a stranger, and of a caller that is known.
const STRANGERS_REST: usize = 64 << 10;
const CALLERS_REST: usize = 1 << 20;

impl Exchange {
    fn begin(gateway: Arc<Gateway>, connection: Arc<Connection>, parts: Parts) -> Self {
        let trace = request::trace(&parts.headers).unwrap_or_else(mint);
        let agent = request::agent(&parts.headers);
        let form = if route::is_mcp(parts.uri.path()) { Form::Rpc(None) } else { Form::Problem };
        Self {
            state: gateway.state(),
            received: gateway.now(),
            started: Instant::now(),
            gateway,
            connection,
            parts,
            trace,
            agent,
            form,
            body_bytes: 0,
            server: None,
            principal: None,
            method: None,
            tool: None,
            arguments: None,
            origin: None,
            challenge: None,
            limit_headers: Vec::new(),
            closes: false,
        }
    }

    async fn run(&mut self, body: &mut Incoming, held: Held) -> Result<Response<ReplyBody>, Refusal> {
        request::check_size(&self.parts.uri, &self.parts.headers, &self.state.config.caps)?;
        cors::check_host(&self.state.config, &self.parts.uri, &self.parts.headers)?;
        self.origin = cors::check_origin(&self.state.config, self.gateway.address(), &self.parts.headers)?;
        if self.origin.is_some() && cors::is_preflight(&self.parts.method, &self.parts.headers) {
            return Ok(reply::own(StatusCode::NO_CONTENT, "", Bytes::new(), held));
        }
        match route::find(&self.parts.method, self.parts.uri.path())? {
            route::Route::Mcp(server) => self.mcp(server, body, held).await,
            route::Route::Metadata(server) => {
                let document = wellknown::document(&self.state.config, server.as_ref())?;
                Ok(reply::own(StatusCode::OK, "application/json", Bytes::from(document), held))
            }
        }
    }

    /// The road of `POST /mcp/{server}`.
    async fn mcp(
        &mut self,
        server: ServerName,
        body: &mut Incoming,
        mut held: Held,
    ) -> Result<Response<ReplyBody>, Refusal> {
        self.server = Some(server.clone());
        let principal = self.authenticate(&server).await?;
        self.limit(&principal, &mut held)?;
        request::check_content(&self.parts.headers, &self.state.config.caps)?;
        let bytes = request::body(body, &self.state.config.caps).await?;
        self.body_bytes = bytes.len() as u64;
        let call = self.read(server, bytes)?;
        check_request(&call, &self.state.rules)?;
        let opened = self.open_state(&call, &principal)?;
        let permitted = self.decide(call, principal)?;
        self.limit_tool(&permitted, &mut held)?;
        let recording = Instant::now();
        let recorded = self.gateway.log.record(permitted, &self.about()).await?;
        self.gateway.metrics.took("record", recording.elapsed());
        self.gateway.metrics.permitted();
        Ok(relay::relay(self, recorded, opened, held).await)
    }

    async fn authenticate(&mut self, server: &ServerName) -> Result<Principal, Refusal> {
        let now = self.gateway.now();
        self.connection.check_trust(&self.state, now)?;
        let headers = &self.parts.headers;
        if !is_open(&self.state.config) && !self.connection.is_vouched_for(headers) {
            self.state.limits.may_try(self.connection.source, now)?;
        }
        let resource = wellknown::resource(&self.state.config, Some(server)).unwrap_or_default();
        let certificate = self.connection.certificate();
        let identity = &self.state.identity;
        let principal = identity.authenticate(headers, &self.parts.uri, certificate, &resource, now).await?;
        self.connection.authenticated();
        self.principal = Some(principal.clone());
        Ok(principal)
    }

    /// Required headers, then rate and concurrency. What lacks a header counts against the rate as well, and above the
    /// rate that is what the caller is told: malformed requests are no way around it.
    fn limit(&mut self, principal: &Principal, held: &mut Held) -> Result<(), Refusal> {
        let required = request::check_required(&self.parts.headers, self.state.config.headers);
        let admitted = self.state.limits.admit(principal, self.gateway.now());
        let admission = match (required, admitted) {
            (Ok(()), admitted) => admitted?,
            (Err(_), Err(over)) if over.reason != Reason::LimitConcurrency => return Err(over),
            (Err(first), _) => return Err(first),
        };
        self.limit_headers = admission.headers();
        held.keep(admission);
        Ok(())
    }

    fn read(&mut self, server: ServerName, bytes: Bytes) -> Result<Box<Call>, Refusal> {
        let names = self.parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mirrored = Mirrored::collect(names)?;
        match read(server, bytes.clone(), &mirrored, Limits::default()) {
            Ok(Inbound::Call(call)) => {
                self.form = Form::Rpc(Some(call.id.clone()));
                self.method = Some(call.method);
                self.tool = match &call.target {
                    Target::Tool(name) => Some(name.clone()),
                    _ => None,
                };
                self.arguments = Some(bytes);
                Ok(call)
            }
            Ok(Inbound::Cancelled) => Err(Reason::McpCancelled.into()),
            Err((refusal, id)) => {
                self.form = Form::Rpc(id);
                self.arguments = Some(bytes);
                Err(refusal)
            }
        }
    }

    /// Opens the state that an upstream gave for this very request, if the client brings one.
    fn open_state(&self, call: &Call, principal: &Principal) -> Result<Option<String>, Refusal> {
        let Some(sealed) = call.param("requestState").and_then(|v| v.as_str()) else { return Ok(None) };
        let state = self.gateway.sealer.open(&sealed, call, principal, self.gateway.now())?;
        Ok(Some(state))
    }

    fn decide(&mut self, call: Box<Call>, principal: Principal) -> Result<Permitted, Refusal> {
        // Nothing labels the context of a caller yet, so every call is judged with none.
        let labels = Labels::default();
        match decide(&self.state.config.policy, call, principal, &labels, self.gateway.now()) {
            Decision::Permit(permitted) => Ok(permitted),
            Decision::Deny(refusal, ..) => Err(refusal),
        }
    }

    fn limit_tool(&self, permitted: &Permitted, held: &mut Held) -> Result<(), Refusal> {
        let Target::Tool(tool) = &permitted.call().target else { return Ok(()) };
        let (principal, server) = (permitted.principal(), &permitted.call().server);
        held.keep(self.state.limits.admit_tool(principal, server, tool, self.gateway.now())?);
        Ok(())
    }

    pub(crate) fn about(&self) -> About {
        About {
            trace: self.trace,
            agent: self.agent.clone(),
            received: self.received,
            bytes: self.body_bytes,
            peer: Some(self.connection.peer.ip()),
            revision: Some(REVISION),
        }
    }

    /// Records a refusal and renders it.
    async fn refuse(&mut self, refusal: Refusal) -> Response<ReplyBody> {
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
    async fn settle(&self, mut body: Incoming, is_late: bool) {
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
            method: self.method.map(|method| method.as_str().to_owned()),
            tool: self.tool.clone(),
            refusal,
            arguments: self.arguments.clone(),
            policy: Some(self.state.config.policy.digest),
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

    fn challenge(&self, reason: Reason) -> Option<String> {
        let config = &self.state.config;
        let relevant = reason.facts().status == 401 || reason == Reason::ScopeInsufficient;
        if !relevant || !config.auth.mode.takes_tokens() {
            return None;
        }
        let metadata = wellknown::metadata_url(config, self.server.as_ref())?;
        Some(crate::identity::challenge(reason, &metadata, "mcp"))
    }

    /// Adds the headers that every reply of this exchange has.
    fn dress(&self, response: &mut Response<ReplyBody>) {
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

/// A trace id for a request that brought none.
pub(crate) fn mint() -> TraceId {
    let mut random = [0_u8; 16];
    // The trace id is a correlation, never an identity: should the generator fail, a fixed one does no harm.
    let _ = aws_lc_rs::rand::fill(&mut random);
    TraceId::from_random(random)
}
