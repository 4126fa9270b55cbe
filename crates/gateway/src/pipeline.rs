//! The way of one request, in its fixed order. The first check that fails names the reason.
//!
//! TLS and the caps on headers come before (`server`). Then: Host and Origin, route, authentication, required headers,
//! rate and concurrency, content headers and body cap, JSON and protocol, admission and policy, the durable record, the
//! upstream (`relay`). No body is read before authentication; nothing reaches an upstream before its record is durable.

use crate::answer::other_era;
use crate::config::Upstream;
use crate::connection::{Connection, waits_for_permission};
use crate::gateway::{Gateway, State};
use crate::relay::{Resumption, Way};
use crate::reply::{self, Held, ReplyBody};
use crate::server::is_open;
use crate::session::{self, Owner};
use crate::{cors, relay, request, route, wellknown};
use bytes::Bytes;
use casemate_audit::{About, Observed, Refused};
use casemate_core::headers::Mirrored;
use casemate_core::json::Limits;
use casemate_core::label::Labels;
use casemate_core::mcp::{Call, Era, Inbound, Method, REVISION, Revision, Session, SessionFacts, Target, receive};
use casemate_core::pin::Standing;
use casemate_core::policy::{Decision, Evidence, Permitted, admit, decide};
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
    revision: Option<Revision>,
    session: Option<Arc<session::Session>>,
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
            revision: None,
            session: None,
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
        let in_session = request::session(&self.parts.headers)?.is_some() && !self.names_modern();
        match route::find(&self.parts.method, self.parts.uri.path(), in_session)? {
            route::Route::Mcp(server) => self.mcp(server, body, held).await,
            route::Route::Stream(server) => self.bare(server, Method::Stream, held).await,
            route::Route::End(server) => self.bare(server, Method::End, held).await,
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
        let call = self.read(server, bytes, &principal)?;
        check_request(&call, &self.state.rules)?;
        let permitted = self.judge(call, principal).await?;
        self.limit_tool(&permitted, &mut held)?;
        let way = self.way(&permitted)?;
        self.record(permitted, way, held).await
    }

    /// The road of what a session does without a message: its stream and its end.
    async fn bare(
        &mut self,
        server: ServerName,
        method: Method,
        mut held: Held,
    ) -> Result<Response<ReplyBody>, Refusal> {
        self.server = Some(server.clone());
        self.method = Some(method);
        let principal = self.authenticate(&server).await?;
        if method == Method::Stream {
            // A stream stays open for as long as its session; it takes no place among the running calls.
            self.limit(&principal, &mut Held::default())?;
            request::check_stream(&self.parts.headers)?;
        } else {
            self.limit(&principal, &mut held)?;
        }
        let facts = self.enter(&server, &principal)?;
        let call = Call::bare(server, method, &self.mirrored()?, facts)?;
        let permitted = self.judge(call, principal).await?;
        let way = self.way(&permitted)?;
        self.record(permitted, way, held).await
    }

    async fn record(&self, permitted: Permitted, way: Way, held: Held) -> Result<Response<ReplyBody>, Refusal> {
        let recording = Instant::now();
        let recorded = self.gateway.log.record(permitted, &self.about()).await?;
        self.gateway.metrics.took("record", recording.elapsed());
        self.gateway.metrics.permitted();
        Ok(relay::relay(self, recorded, way, held).await)
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

    fn mirrored(&self) -> Result<Mirrored<'_>, Refusal> {
        Mirrored::collect(self.parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
    }

    /// Whether the request says in its headers that it is of the modern era, which knows no sessions.
    fn names_modern(&self) -> bool {
        self.parts.headers.get("mcp-protocol-version").is_some_and(|version| version == REVISION)
    }

    fn read(&mut self, server: ServerName, bytes: Bytes, principal: &Principal) -> Result<Box<Call>, Refusal> {
        let names_session = request::session(&self.parts.headers)?.is_some();
        let mut entered = None;
        let read = {
            let mut enter = || {
                let (session, facts) = self.find(&server, principal)?;
                entered = Some(session);
                Ok(facts)
            };
            let session = if names_session { Session::Named(&mut enter) } else { Session::None };
            receive(server.clone(), bytes.clone(), &self.mirrored()?, session, Limits::default())
        };
        self.session = entered;
        self.arguments = Some(bytes);
        match read {
            Ok(Inbound::Call(call)) => {
                self.form = Form::Rpc(call.id.clone());
                self.method = Some(call.method);
                self.revision = Some(call.revision);
                self.tool = match &call.target {
                    Target::Tool(name) => Some(name.clone()),
                    _ => None,
                };
                // A stray session id means nothing to a modern request; that of the caller's own session is a mistake.
                if call.era() == Era::Modern && names_session && self.find(&call.server, principal).is_ok() {
                    return Err(Refusal::new(Reason::McpEra).hint("Mcp-Session-Id"));
                }
                Ok(call)
            }
            Ok(Inbound::Cancelled) => {
                self.arguments = None;
                Err(Reason::McpCancelled.into())
            }
            Err((refusal, id)) => {
                self.form = Form::Rpc(id);
                Err(refusal)
            }
        }
    }

    /// The session that the request names, if it is the caller's.
    fn find(
        &self,
        server: &ServerName,
        principal: &Principal,
    ) -> Result<(Arc<session::Session>, SessionFacts), Refusal> {
        let id = request::session(&self.parts.headers)?.ok_or(Reason::SessionMissing)?;
        let caps = &self.state.config.sessions;
        let found = self.gateway.sessions.find(id, &Owner::of(principal), server, caps)?;
        if !self.state.upstream(server).is_some_and(|entry| relay::is_same(&found.entry, &entry)) {
            self.gateway.sessions.remove(&found);
            return Err(Refusal::new(Reason::SessionUnknown).detail("the server's entry has changed since"));
        }
        let facts = found.facts;
        Ok((found, facts))
    }

    fn enter(&mut self, server: &ServerName, principal: &Principal) -> Result<SessionFacts, Refusal> {
        let (session, facts) = self.find(server, principal)?;
        self.session = Some(session);
        self.revision = Some(facts.revision);
        Ok(facts)
    }

    /// Gathers what the decision needs, and decides. Only what the rules admit is worth a look at the upstream.
    async fn judge(&self, call: Box<Call>, principal: Principal) -> Result<Permitted, Refusal> {
        let policy = &self.state.config.policy;
        admit(policy, &principal, &call.server, &call.target, Standing::Unpinned, |_| {})?;
        let pin = match self.state.upstream(&call.server) {
            Some(upstream) => {
                self.check_era(&call, &upstream).await?;
                self.gateway.pins.judge(&self.gateway, &upstream, &call.target).await?
            }
            None => Standing::Unknown,
        };
        // Nothing labels the context of a caller yet, so every call is judged with none.
        let evidence = Evidence { labels: Labels::default(), pin };
        match decide(policy, call, principal, evidence, self.gateway.now()) {
            Decision::Permit(permitted) => Ok(permitted),
            Decision::Deny(refusal, ..) => Err(refusal),
        }
    }

    /// Both sides must speak the era of the call; nothing is translated.
    async fn check_era(&self, call: &Call, upstream: &Upstream) -> Result<(), Refusal> {
        let speaks = match (upstream.revision.map(Revision::era), call.era()) {
            (Some(only), era) if only != era => Some(only),
            (None, Era::Modern) => match self.gateway.pins.era(&self.gateway, upstream).await {
                Ok(speaks) if !speaks.modern && speaks.session.is_some() => Some(Era::Session),
                // Of an upstream that cannot be asked the call itself will tell why.
                _ => None,
            },
            _ => None,
        };
        speaks.map_or(Ok(()), |speaks| Err(other_era(speaks, call)))
    }

    /// Which way the call goes once it is recorded, with what it takes of its session.
    fn way(&self, permitted: &Permitted) -> Result<Way, Refusal> {
        let (call, principal) = (permitted.call(), permitted.principal());
        if call.era() == Era::Modern {
            return self.open_state(call, principal).map(Way::Modern);
        }
        if call.method == Method::Initialize {
            let owner = Owner::of(principal);
            let (place, evicted) = self.gateway.sessions.reserve(owner, &self.state.config.sessions)?;
            if let Some(evicted) = evicted {
                let gateway = Arc::clone(&self.gateway);
                tokio::spawn(async move { relay::farewell(&gateway, &evicted).await });
            }
            return Ok(Way::Open(place));
        }
        let session = self.session.as_ref().map(Arc::clone).ok_or(Reason::Internal)?;
        Ok(match (call.method, &call.id) {
            (Method::End, _) => Way::End(session),
            (Method::Stream, _) => {
                let resumption = self.resumption(&session)?;
                Way::Stream(session, resumption)
            }
            (Method::Reply, Some(id)) if !session.is_asked(id, call.json().root()) => {
                return Err(Reason::SessionReply.into());
            }
            (Method::Reply, _) | (_, None) => Way::Tell(session),
            (method, Some(id)) => {
                if let (Method::Subscribe, Target::Listen(filter)) = (method, &call.target)
                    && !filter.uris.iter().all(|uri| session.may_watch(uri))
                {
                    return Err(Refusal::new(Reason::LimitSessions).hint("watched resources of one session"));
                }
                let progress = call.json().root().path(&["params", "_meta", "progressToken"]);
                let running = session.begin(id, progress.map(|token| token.raw().to_owned()))?;
                Way::Call(session, running)
            }
        })
    }

    fn resumption(&self, session: &session::Session) -> Result<Option<Resumption>, Refusal> {
        let Some(id) = request::last_event(&self.parts.headers)? else { return Ok(None) };
        let (stream, after) = session.resumable(id)?;
        Ok(Some(Resumption { id: id.to_owned(), stream, after }))
    }

    /// Opens the state that an upstream gave for this very request, if the client brings one.
    fn open_state(&self, call: &Call, principal: &Principal) -> Result<Option<String>, Refusal> {
        let Some(sealed) = call.param("requestState").and_then(|v| v.as_str()) else { return Ok(None) };
        let state = self.gateway.sealer.open(&sealed, call, principal, self.gateway.now())?;
        Ok(Some(state))
    }

    /// The reply to a call whose work was torn down: its outcome is unknown, and recorded as that.
    pub(crate) fn torn(&self) -> Response<ReplyBody> {
        let refusal = Refusal::new(Reason::Internal).detail("the work on a call was torn down");
        reply::whole(&self.turn_away(&refusal, Some("authenticated")), Held::default())
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
            revision: self.revision.map(Revision::as_str),
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
