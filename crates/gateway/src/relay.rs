//! From the durable record to the reply: dispatch, answer, inspection, outcome, release.
//!
//! Every way through here ends in exactly one outcome. If the client goes away, the dropped intent writes its own.

mod carry;
mod errands;
mod events;
mod farewell;
mod interim;
mod listen;
mod session;
mod stream;
mod watch;

pub(crate) use farewell::{farewell, part, sweep};
pub(crate) use session::over;
pub(crate) use stream::Resumption;
pub(crate) use watch::is_same;

use crate::answer::{self, Context, unreadable};
use crate::config::{Receipts, Upstream};
use crate::exchange::Exchange;
use crate::forward::{self, Caller, Failed, Head};
use crate::gateway::{Gateway, State};
use crate::reply::{self, Held, ReplyBody};
use crate::session::{Place, RunningGuard, Session};
use bytes::Bytes;
use casemate_audit::{Effect, InFlight, Recorded};
use casemate_core::headers::Mirrored;
use casemate_core::json::Json;
use casemate_core::mcp::{Method, Target};
use casemate_core::policy::Permitted;
use casemate_core::principal::{CertificateFacts, How, TokenFacts};
use casemate_core::{Agent, Reason, Refusal, TraceId};
use casemate_net::Body;
use casemate_output::{self as output, Answer, Form, Passage, Released, Rules, Shape, fail, inspect, release};
use http::{HeaderMap, Response, StatusCode};
use interim::Interim;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;
use watch::Credentials;

/// One dispatched call.
struct Relay {
    gateway: Arc<Gateway>,
    state: Arc<State>,
    upstream: Arc<Upstream>,
    permitted: Permitted,
    trace: TraceId,
    form: Form,
    started: Instant,
}

impl Relay {
    fn context(&self) -> Context<'_> {
        Context { gateway: &self.gateway, state: &self.state, upstream: &self.upstream, permitted: &self.permitted }
    }

    fn rules(&self) -> Rules {
        // A call ends under the rules it began with; a stream that may last a day does not.
        let (call, tenant) = (self.permitted.call(), &self.permitted.principal().tenant);
        let is_long = matches!(call.method, Method::Listen | Method::Stream);
        let state = if is_long { self.gateway.state() } else { Arc::clone(&self.state) };
        let settings = state.config.tenants.get(tenant);
        let sensitive = self.upstream.sensitive || settings.is_none_or(|tenant| tenant.sensitive);
        let tool = match &call.target {
            Target::Tool(tool) => Some(tool.as_str()),
            _ => None,
        };
        let upstream = Some(self.upstream.name.as_str());
        let scope = output::Scope { tenant: Some(tenant.as_str()), upstream, tool, sensitive };
        state.rules(&scope, self.gateway.now())
    }

    /// Whether the result says in `_meta` where its record stands: where the caller's tenant asks for it, and the result
    /// is one that holds anything.
    fn receipted(&self) -> bool {
        let tenant = self.state.config.tenants.get(&self.permitted.principal().tenant);
        let is_asked = tenant.is_some_and(|tenant| tenant.receipt == Receipts::Meta);
        is_asked && !self.permitted.call().method.has_empty_result()
    }

    /// A stream with too many events ends. What is not read of it may say that lists changed.
    fn flooded(&self) -> (Refusal, Effect) {
        self.gateway.pins.stir(&self.gateway, &self.upstream);
        (Refusal::new(Reason::UpstreamFlood), Effect::Unknown)
    }

    fn passage(&self, events: u64) -> Passage {
        let upstream_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Passage { upstream_ms, events }
    }

    /// When the upstream's time is over.
    fn deadline(&self) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.started) + self.upstream.total
    }

    /// When a stream that begins now ends with the credential that opened it, and what the reason then is.
    ///
    /// That is when requests would be refused as well: a token has its skew, a certificate the second that ends it.
    fn credential_end(&self) -> Option<(tokio::time::Instant, Reason)> {
        let skew = self.state.config.auth.jwt.as_ref().map_or(Duration::ZERO, |jwt| jwt.skew);
        let skew = u64::try_from(skew.as_millis()).unwrap_or(u64::MAX);
        let certificate = |facts: &CertificateFacts| (facts.not_after.plus(1000), Reason::AuthCertificateExpired);
        let token = |facts: &TokenFacts| (facts.expires.plus(skew), Reason::TokenExpired);
        let (at, reason) = match &self.permitted.principal().how {
            How::Anonymous => return None,
            How::Certificate(facts) => certificate(facts),
            How::Token(facts) => token(facts),
            How::Both(c, t) => std::cmp::min_by_key(certificate(c), token(t), |(at, _)| *at),
        };
        let left = Duration::from_millis(at.0.saturating_sub(self.gateway.now().0));
        // Nothing stays open for longer than a day; the far future cannot be represented.
        Some((tokio::time::Instant::now() + left.min(Duration::from_hours(24)), reason))
    }

    async fn fail(&self, flight: InFlight, (refusal, effect): Failed, events: u64) -> Released {
        self.gateway.metrics.failed(refusal.reason);
        tracing::warn!(
            trace_id = %self.trace,
            reason = refusal.reason.code(),
            detail = refusal.detail.as_deref().unwrap_or_default(),
            upstream.name = %self.upstream.name,
            "failed {}", self.trace
        );
        fail(flight, refusal, effect, self.passage(events), self.trace, &self.form).await
    }

    /// A final message, from its bytes to its release.
    async fn conclude(&self, flight: InFlight, message: Bytes, status: StatusCode, interim: Interim) -> Released {
        let events = interim.sent;
        let json = match Json::parse(message.clone(), answer::limits()) {
            Ok(json) => json,
            Err(error) => return self.fail(flight, (unreadable(error), Effect::Unknown), events).await,
        };
        let edits = match answer::check(&json, status, &self.context()) {
            Ok(edits) => edits,
            Err(refusal) => {
                let is_refused = refusal.reason == Reason::UpstreamEra;
                let effect = if is_refused { Effect::Refused } else { Effect::Unknown };
                return self.fail(flight, (refusal, effect), events).await;
            }
        };
        let shape = Shape::Result(self.permitted.call().method);
        let (status, receipted) = (status.as_u16(), self.receipted());
        let answer = Answer { json, status, upstream_status: status, receipted };
        let untrusted = flight.answered(answer, &message);
        match inspect(untrusted, shape, &self.rules(), edits, interim.past()) {
            Ok(clean) => release(clean, self.passage(events), self.trace, &self.form).await,
            Err(withheld) => {
                let (refusal, flight) = *withheld;
                self.fail(flight, (refusal, Effect::Executed), events).await
            }
        }
    }
}

/// Which way a recorded call goes.
pub(crate) enum Way {
    /// A modern call, with the upstream's own state if the client brought one.
    Modern(Option<String>),
    /// `initialize`, with the place that its session takes.
    Open(Place),
    /// A request in a session.
    Call(Arc<Session>, RunningGuard),
    /// A notification or a response in a session.
    Tell(Arc<Session>),
    /// The GET stream of a session.
    Stream(Arc<Session>, Option<Resumption>),
    /// The end of a session.
    End(Arc<Session>),
}

/// Who asks, kept for as long as the call lives.
struct Asker {
    trace: TraceId,
    agent: Option<Agent>,
    headers: HeaderMap,
}

impl Asker {
    fn of(exchange: &Exchange) -> Self {
        Self { trace: exchange.trace, agent: exchange.agent.clone(), headers: exchange.parts.headers.clone() }
    }

    fn caller(&self) -> Caller<'_> {
        Caller { trace: self.trace, agent: self.agent.as_ref(), incoming: &self.headers }
    }
}

/// Dispatches a recorded call and gives the reply, which says where the intent's record stands.
pub(crate) async fn relay(exchange: &Exchange, recorded: Recorded, way: Way, held: Held) -> Response<ReplyBody> {
    let receipt = recorded.receipt();
    let mut reply = carry_out(exchange, recorded, way, held).await;
    reply::receipt(reply.headers_mut(), receipt);
    reply
}

async fn carry_out(exchange: &Exchange, recorded: Recorded, way: Way, held: Held) -> Response<ReplyBody> {
    let (permitted, flight) = recorded.dispatch();
    let gateway = Arc::clone(&exchange.gateway);
    let Some(upstream) = exchange.state.upstream(&permitted.call().server) else {
        // Policy only admits servers that have an entry.
        let refusal = Refusal::new(Reason::Internal).detail("an admitted server has no upstream");
        let passage = Passage::default();
        let released = fail(flight, refusal, Effect::NotAttempted, passage, exchange.trace, &exchange.form).await;
        return reply::whole(&released, held);
    };
    let relay = Relay {
        gateway,
        state: Arc::clone(&exchange.state),
        upstream,
        permitted,
        trace: exchange.trace,
        form: exchange.form.clone(),
        started: Instant::now(),
    };
    if relay.permitted.permit().expired(relay.gateway.now()) {
        let refusal = Refusal::new(Reason::Internal).detail("the permit lapsed before dispatch");
        return reply::whole(&relay.fail(flight, (refusal, Effect::NotAttempted), 0).await, held);
    }
    let asker = Asker::of(exchange);
    let reply = match way {
        Way::Modern(opened) => return relay.modern(exchange, flight, opened, held).await,
        Way::Stream(session, resumption) => {
            let who = (asker, Credentials::of(exchange));
            return stream::open(relay, flight, who, session, resumption, held).await;
        }
        Way::Open(place) => session::detached(|head| session::open(relay, flight, asker, place, held, head)).await,
        Way::Call(session, running) => {
            session::detached(|head| session::call(relay, flight, asker, (session, running), held, head)).await
        }
        Way::Tell(session) => session::detached(|head| session::tell(relay, flight, asker, session, held, head)).await,
        Way::End(session) => session::detached(|head| farewell::end(relay, flight, asker, session, held, head)).await,
    };
    // Without a reply the work was torn down, and its outcome is recorded as unknown.
    reply.unwrap_or_else(|| exchange.torn())
}

impl Relay {
    async fn modern(
        self,
        exchange: &Exchange,
        flight: InFlight,
        opened: Option<String>,
        held: Held,
    ) -> Response<ReplyBody> {
        match self.dispatch(exchange, opened).await {
            Ok(Head::Json(status, body)) => {
                let released = self.whole(flight, status, body).await;
                self.gateway.metrics.took("upstream", self.started.elapsed());
                reply::whole(&released, held)
            }
            Ok(Head::Events(body)) => {
                let (sender, response) = reply::stream(held);
                if self.permitted.call().method == Method::Listen {
                    tokio::spawn(listen::run(self, Credentials::of(exchange), flight, body, sender));
                } else {
                    tokio::spawn(events::run(self, flight, body, sender));
                }
                response
            }
            Err(failed) => reply::whole(&self.fail(flight, failed, 0).await, held),
        }
    }

    async fn dispatch(&self, exchange: &Exchange, opened: Option<String>) -> Result<Head, Failed> {
        let call = self.permitted.call();
        if let Target::Tool(tool) = &call.target {
            let names = exchange.parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
            let headers = Mirrored::collect(names).map_err(|refusal| (refusal, Effect::NotAttempted))?;
            let checking = self.gateway.pins.check(&self.gateway, &self.upstream, call, tool, &headers);
            let checked = timeout_at(self.deadline(), checking).await;
            let checked = checked.unwrap_or_else(|_| Err(Refusal::new(Reason::UpstreamTimeout)));
            checked.map_err(|refusal| (refusal, Effect::NotAttempted))?;
        }
        let caller =
            Caller { trace: exchange.trace, agent: exchange.agent.as_ref(), incoming: &exchange.parts.headers };
        let sending = forward::send(&self.gateway, &self.upstream, call, caller, opened.as_deref());
        match timeout_at(self.deadline(), sending).await {
            Ok(head) => head,
            Err(_) => Err((Refusal::new(Reason::UpstreamTimeout), Effect::Unknown)),
        }
    }

    async fn whole(&self, flight: InFlight, status: StatusCode, body: Body) -> Released {
        let cap = self.state.config.caps.answer;
        let collected = timeout_at(self.deadline(), body.collect_capped(cap)).await;
        let failed = match collected {
            Ok(Ok(message)) if self.permitted.call().method != Method::Listen || status != StatusCode::OK => {
                return self.conclude(flight, message, status, Interim::default()).await;
            }
            Ok(Ok(_)) => (answer::malformed("subscriptions/listen is answered by a stream"), Effect::Unknown),
            Ok(Err(fault)) => {
                let (refusal, _) = forward::failed(&fault);
                (refusal, Effect::Unknown)
            }
            Err(_) => (Refusal::new(Reason::UpstreamTimeout), Effect::Unknown),
        };
        self.fail(flight, failed, 0).await
    }
}
