//! The way of one request, in its fixed order. The first check that fails names the reason.
//!
//! TLS and the caps on headers come before (`server`). Then: Host and Origin, route, authentication, required headers,
//! rate and concurrency, content headers and body cap, registered values, JSON and protocol, admission and policy, private
//! hosts in arguments, the durable record, the upstream (`relay`). No body is read before authentication; nothing reaches an upstream before its record is durable.

mod filter;
mod way;

use crate::answer::other_era;
use crate::config::Upstream;
use crate::connection::Connection;
use crate::exchange::Exchange;
use crate::gateway::Gateway;
use crate::relay::Way;
use crate::reply::{self, Held, ReplyBody};
use crate::server::is_open;
use crate::{cors, relay, request, route, wellknown};
use bytes::Bytes;
use casemate_core::headers::Mirrored;
use casemate_core::json::Limits;
use casemate_core::label::Labels;
use casemate_core::mcp::{Call, Era, Inbound, Method, REVISION, Revision, Session, Target, receive};
use casemate_core::pin::Standing;
use casemate_core::policy::{Decision, Evidence, Inputs, Permitted, admit, decide};
use casemate_core::{Principal, Reason, Refusal, ServerName};
use casemate_output::{Form, Scope, check_hosts, check_request};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::Instant;

/// Serves one request. Whatever happens, there is a reply, and it was recorded before.
pub(crate) async fn serve(
    gateway: Arc<Gateway>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    let (parts, body) = request.into_parts();
    let mut body = Some(body);
    let held = Held::new(connection.activity.begin());
    // The request runs until its reply is there, also once it is refused and holds nothing more.
    let _running = connection.activity.begin();
    let mut exchange = Exchange::begin(gateway, connection, parts);
    let mut response = match exchange.run(&mut body, held).await {
        Ok(response) => response,
        Err(refusal) => {
            let is_late = refusal.reason == Reason::HttpBodyTimeout;
            let response = exchange.refuse(refusal).await;
            if let Some(body) = body {
                exchange.settle(body, is_late).await;
            }
            response
        }
    };
    exchange.dress(&mut response);
    exchange.gateway.metrics.took("request", exchange.started.elapsed());
    response
}
impl Exchange {
    async fn run(&mut self, body: &mut Option<Incoming>, held: Held) -> Result<Response<ReplyBody>, Refusal> {
        request::check_size(&self.parts.uri, &self.parts.headers, &self.state.config.caps)?;
        cors::check_host(&self.state.config, &self.parts.uri, &self.parts.headers)?;
        self.origin = cors::check_origin(&self.state.config, self.gateway.address(), &self.parts.headers)?;
        if self.origin.is_some() && cors::is_preflight(&self.parts.method, &self.parts.headers) {
            return Ok(reply::own(StatusCode::NO_CONTENT, "", Bytes::new(), held));
        }
        let in_session = request::session(&self.parts.headers)?.is_some() && !self.names_modern();
        match route::find(&self.parts.method, self.parts.uri.path(), in_session)? {
            route::Route::Mcp(server) => self.mcp(server, body.as_mut().ok_or(Reason::Internal)?, held).await,
            route::Route::Filter => self.filter(body, held).await,
            route::Route::Stream(server) => self.bare(server, Method::Stream, held).await,
            route::Route::End(server) => self.bare(server, Method::End, held).await,
            // The document repeats the name.
            route::Route::Metadata(_) if self.head.target => Err(Reason::HttpRoute.into()),
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
        self.server = Some(server.clone()).filter(|_| !self.head.target);
        let principal = self.authenticate(Some(&server)).await?;
        let full = self.limit_message(&server, &principal, &mut held)?;
        self.check_head()?;
        request::check_content(&self.parts.headers, &self.state.config.caps)?;
        let bytes = request::body(body, &self.state.config.caps).await?;
        self.body_bytes = bytes.len() as u64;
        self.check_message(&bytes)?;
        let call = self.read(server, bytes, &principal)?;
        if let Some(full) = full.filter(|_| call.method.is_request()) {
            return Err(full);
        }
        let caps = &self.state.config.caps;
        check_request(&call, caps.media, caps.tokens)?;
        let permitted = self.judge(call, principal).await?;
        self.check_hosts(&permitted)?;
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
        self.server = Some(server.clone()).filter(|_| !self.head.target);
        self.method = Some(method);
        let principal = self.authenticate(Some(&server)).await?;
        // Neither takes a place among the running calls: a stream has one of its own, and an end makes room.
        self.limit_rate(&principal)?;
        self.check_head()?;
        if method == Method::Stream {
            request::check_stream(&self.parts.headers)?;
        }
        let facts = self.enter(&server, &principal)?;
        let call = Call::bare(server, method, &self.mirrored()?, facts)?;
        let permitted = self.judge(call, principal).await?;
        let way = self.way(&permitted)?;
        if let Way::Stream(session, _) = &way {
            held.keep(self.gateway.sessions.stream(session, &self.state.config.sessions)?);
        }
        self.record(permitted, way, held).await
    }

    async fn record(&self, permitted: Permitted, way: Way, held: Held) -> Result<Response<ReplyBody>, Refusal> {
        let recording = Instant::now();
        let recorded = self.gateway.log.record(permitted, &self.about()).await?;
        self.gateway.metrics.took("record", recording.elapsed());
        self.gateway.metrics.permitted();
        Ok(relay::relay(self, recorded, way, held).await)
    }

    async fn authenticate(&mut self, server: Option<&ServerName>) -> Result<Principal, Refusal> {
        let now = self.gateway.now();
        self.connection.check_trust(&self.state, now)?;
        let headers = &self.parts.headers;
        if !is_open(&self.state.config) && !self.connection.is_vouched_for(headers) {
            self.state.limits.may_try(self.connection.source, now)?;
        }
        let resource = wellknown::resource(&self.state.config, server).unwrap_or_default();
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

    /// Required headers and rate alone. The rate is taken before a place is looked for.
    fn limit_rate(&mut self, principal: &Principal) -> Result<(), Refusal> {
        match self.limit(principal, &mut Held::default()) {
            Err(over) if over.reason == Reason::LimitConcurrency => Ok(()),
            limited => limited,
        }
    }

    /// As [`Self::limit`]; but in a session the message may be what a running call waits for, an answer or a
    /// cancellation. It is read then, a few at a time, and refused only if it turns out to be another call.
    fn limit_message(
        &mut self,
        server: &ServerName,
        principal: &Principal,
        held: &mut Held,
    ) -> Result<Option<Refusal>, Refusal> {
        match self.limit(principal, held) {
            Err(over)
                if over.reason == Reason::LimitConcurrency && request::session(&self.parts.headers)?.is_some() =>
            {
                let Ok((session, _)) = self.find(server, principal) else { return Err(over) };
                let Some(aside) = session.aside() else { return Err(over) };
                held.keep(aside);
                Ok(Some(over))
            }
            limited => limited.map(|()| None),
        }
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
        self.message = Some(bytes);
        match read {
            Ok(Inbound::Call(call)) => {
                // A response has an id of the server's, which says nothing to the client.
                self.form = Form::Rpc(call.id.clone().filter(|_| call.method != Method::Reply));
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
                self.message = None;
                Err(Reason::McpCancelled.into())
            }
            Err((refusal, id)) => {
                self.form = Form::Rpc(id);
                Err(refusal)
            }
        }
    }

    /// Gathers what the decision needs, and decides. Only what the rules admit is worth a look at the upstream.
    async fn judge(&mut self, call: Box<Call>, principal: Principal) -> Result<Permitted, Refusal> {
        let state = Arc::clone(&self.state);
        let policy = &state.config.policy;
        // Nothing labels the context of a caller yet, so every call is judged with none.
        let labels = Labels::default();
        if let Err(reason) = admit(policy, &principal, &call.server, &call.target, Standing::Unpinned, |_| {}) {
            let evidence = Evidence { labels, pin: Standing::Unpinned };
            self.inputs = Some(Inputs::of(&call, &principal, evidence, self.gateway.now()));
            return Err(reason.into());
        }
        let pin = match self.state.upstream(&call.server) {
            Some(upstream) => {
                self.check_era(&call, &upstream).await?;
                self.gateway.pins.judge(&self.gateway, &upstream, &call.target).await?
            }
            None => Standing::Unknown,
        };
        let (evidence, now) = (Evidence { labels, pin }, self.gateway.now());
        match decide(policy, call, principal, evidence, now) {
            Decision::Permit(permitted) => Ok(permitted),
            Decision::Deny(refusal, call, principal) => {
                self.inputs = Some(Inputs::of(&call, &principal, evidence, now));
                Err(refusal)
            }
        }
    }

    /// Both sides must speak the era of the call; nothing is translated.
    async fn check_era(&self, call: &Call, upstream: &Upstream) -> Result<(), Refusal> {
        let speaks = match (upstream.revision.map(Revision::era), call.era()) {
            (Some(only), era) if only != era => Some(only),
            (None, Era::Modern) => match self.gateway.pins.era(&self.gateway, upstream).await {
                Ok(Era::Session) => Some(Era::Session),
                // Of an upstream that cannot be asked the call itself will tell why.
                _ => None,
            },
            _ => None,
        };
        speaks.map_or(Ok(()), |speaks| Err(other_era(speaks, call)))
    }

    /// What may be called may name no private host, where the policy says so for the place that is called.
    fn check_hosts(&mut self, permitted: &Permitted) -> Result<(), Refusal> {
        let (call, principal) = (permitted.call(), permitted.principal());
        let tool = match &call.target {
            Target::Tool(tool) => Some(tool.as_str()),
            _ => None,
        };
        let (tenant, upstream) = (Some(principal.tenant.as_str()), Some(call.server.as_str()));
        let scope = Scope { tenant, upstream, tool, sensitive: false };
        let rules = self.state.rules(&scope, self.gateway.now());
        let checked = check_hosts(call, &rules.filter);
        if checked.is_err() {
            self.inputs = Some(permitted.inputs());
        }
        checked
    }

    fn limit_tool(&self, permitted: &Permitted, held: &mut Held) -> Result<(), Refusal> {
        let Target::Tool(tool) = &permitted.call().target else { return Ok(()) };
        let (principal, server) = (permitted.principal(), &permitted.call().server);
        held.keep(self.state.limits.admit_tool(principal, server, tool, self.gateway.now())?);
        Ok(())
    }
}
