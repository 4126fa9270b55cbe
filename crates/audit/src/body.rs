//! The contents of an entry before it has an index, and how they become canonical bytes.

use crate::canonical::Object;
use crate::commitment::{Field, Salt, commit, fingerprint};
use crate::frame;
use crate::record::{About, Effect, Event, FindingNote, Observed, Outcome, Refused};
use casemate_core::digest::Digest;
use casemate_core::mcp::{Completion, Target};
use casemate_core::policy::Permitted;
use casemate_core::principal::How;
use casemate_core::{Agent, Principal, Reason, ServerName, Subject, TenantId, TraceId, UnixMillis};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

const VERSION: u64 = 1;
const NAME_MAX: usize = 128;
const TEXT_MAX: usize = 1024;
const REASONS_MAX: usize = 64;
const FINDINGS_MAX: usize = 128;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Intent,
    Outcome,
    Refusal,
    Handshake,
    Summary,
    Event,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Refusal => "refusal",
            Self::Handshake => "handshake",
            Self::Summary => "summary",
            Self::Event => "event",
        }
    }
}

/// What an outcome repeats of its intent, so that each can be found by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) trace: Option<TraceId>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) subject: Option<Subject>,
    pub(crate) server: Option<ServerName>,
    pub(crate) method: Option<Cow<'static, str>>,
    pub(crate) tool: Option<Arc<str>>,
}

impl Origin {
    /// Reads it back from an intent's JSON.
    pub(crate) fn read(json: &serde_json::Value) -> Self {
        let text = |name: &str| json.get(name).and_then(serde_json::Value::as_str);
        Self {
            trace: text("trace").and_then(|t| TraceId::parse(t).ok()),
            tenant: text("tenant").and_then(|t| TenantId::parse(t).ok()),
            subject: text("subject").and_then(|t| Subject::parse(t).ok()),
            server: text("server").and_then(|t| ServerName::parse(t).ok()),
            method: text("method").and_then(token).map(|t| Cow::Owned(t.to_owned())),
            tool: text("tool").and_then(token).map(Arc::from),
        }
    }
}

/// A value that is committed: its digest and its length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committed {
    pub(crate) field: Field,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

impl Committed {
    pub(crate) fn of(field: Field, value: &[u8]) -> Self {
        Self { field, digest: Digest::of(value), size: value.len() as u64 }
    }
}

/// An entry before it has an index. What is `None` or empty is left out.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) origin: Arc<Origin>,
    pub(crate) agent: Option<Agent>,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) received: Option<UnixMillis>,
    pub(crate) revision: Option<&'static str>,
    pub(crate) bytes: Option<u64>,
    pub(crate) how: Option<How>,
    pub(crate) decision: Option<&'static str>,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) policy: Option<Digest>,
    pub(crate) rule: Option<usize>,
    pub(crate) committed: Vec<Committed>,
    pub(crate) intent: Option<u64>,
    pub(crate) effect: Option<Effect>,
    pub(crate) status: Option<u16>,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) upstream_ms: Option<u64>,
    pub(crate) events: Option<u64>,
    pub(crate) findings: Vec<FindingNote>,
    pub(crate) event: Option<&'static str>,
    pub(crate) actor: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) counts: BTreeMap<Reason, u64>,
}

impl Body {
    pub(crate) fn new(kind: Kind, origin: Arc<Origin>) -> Self {
        Self {
            kind,
            origin,
            agent: None,
            peer: None,
            received: None,
            revision: None,
            bytes: None,
            how: None,
            decision: None,
            reasons: Vec::new(),
            policy: None,
            rule: None,
            committed: Vec::new(),
            intent: None,
            effect: None,
            status: None,
            upstream_status: None,
            upstream_ms: None,
            events: None,
            findings: Vec::new(),
            event: None,
            actor: None,
            detail: None,
            counts: BTreeMap::new(),
        }
    }

    fn about(mut self, about: &About) -> Self {
        self.agent.clone_from(&about.agent);
        self.peer = about.peer;
        self.received = Some(about.received);
        self.revision = about.revision;
        self.bytes = Some(about.bytes);
        self
    }

    fn commit(&mut self, field: Field, value: &[u8]) {
        self.committed.push(Committed::of(field, value));
    }

    /// The intent of a permitted call.
    pub(crate) fn intent(permitted: &Permitted, about: &About) -> Self {
        let (call, principal, permit) = (permitted.call(), permitted.principal(), permitted.permit());
        let (tool, target) = names(&call.target);
        let mut origin = origin(about, Some(principal));
        origin.server = Some(call.server.clone());
        origin.method = Some(Cow::Borrowed(call.method.as_str()));
        origin.tool = tool.map(Arc::from);
        let mut body = Self::new(Kind::Intent, Arc::new(origin)).about(about);
        body.how = Some(principal.how.clone());
        body.decision = Some("permit");
        body.policy = Some(permit.policy());
        body.rule = Some(permit.rule());
        if let Some(arguments) = call.param("arguments") {
            body.commit(Field::Arguments, arguments.raw().as_bytes());
        }
        body.commit(Field::Message, call.json().bytes());
        if let Some(target) = target {
            body.commit(Field::Target, target.as_bytes());
        }
        body
    }

    /// A refusal of an authenticated caller.
    pub(crate) fn refusal(refused: &Refused) -> Self {
        let mut origin = origin(&refused.about, refused.principal.as_ref());
        origin.server.clone_from(&refused.server);
        origin.method = refused.method.as_deref().and_then(token).map(|m| Cow::Owned(m.to_owned()));
        origin.tool = refused.tool.as_deref().and_then(token).map(Arc::from);
        let hidden = refused.tool.as_deref().filter(|tool| token(tool).is_none());
        let mut body = Self::new(Kind::Refusal, Arc::new(origin)).about(&refused.about);
        body.how = refused.principal.as_ref().map(|p| p.how.clone());
        body.decision = Some("deny");
        body.reasons = vec![refused.refusal.reason];
        body.status = Some(refused.refusal.reason.facts().status);
        body.policy = refused.policy;
        if let Some(arguments) = &refused.arguments {
            body.commit(Field::Arguments, arguments);
        }
        if let Some(detail) = &refused.refusal.detail {
            body.commit(Field::Detail, detail.as_bytes());
        }
        if let Some(target) = hidden {
            body.commit(Field::Target, target.as_bytes());
        }
        body
    }

    /// A refusal of somebody unknown.
    pub(crate) fn observed(observed: &Observed) -> Self {
        let facts = observed.reason.facts();
        let kind = if facts.code.starts_with("tls.") { Kind::Handshake } else { Kind::Refusal };
        let origin = Origin { trace: observed.trace, ..Origin::default() };
        let mut body = Self::new(kind, Arc::new(origin));
        body.agent.clone_from(&observed.agent);
        body.peer = observed.peer;
        body.received = Some(observed.at);
        body.bytes = Some(observed.bytes);
        body.decision = Some("deny");
        body.reasons = vec![observed.reason];
        body.status = (facts.status != 0).then_some(facts.status);
        body.detail = observed.detail.map(printable);
        body
    }

    /// What was only counted.
    pub(crate) fn summary(counts: BTreeMap<Reason, u64>) -> Self {
        let mut body = Self::new(Kind::Summary, Arc::default());
        body.decision = Some("deny");
        body.counts = counts;
        body
    }

    /// An event.
    pub(crate) fn event(event: &Event) -> Self {
        let mut body = Self::new(Kind::Event, Arc::default());
        body.event = Some(event.kind.as_str());
        body.actor = Some(printable(&event.actor));
        body.policy = event.policy;
        body.detail = event.detail.as_deref().map(printable);
        body
    }

    /// The outcome of an intent.
    pub(crate) fn outcome(intent: u64, origin: Arc<Origin>, outcome: &Outcome) -> Self {
        let mut body = Self::new(Kind::Outcome, origin);
        body.intent = Some(intent);
        body.effect = Some(outcome.effect);
        body.reasons.clone_from(&outcome.reasons);
        body.findings.clone_from(&outcome.findings);
        body.status = (outcome.status != 0).then_some(outcome.status);
        body.upstream_status = outcome.upstream_status;
        body.upstream_ms = (outcome.effect != Effect::NotAttempted).then_some(outcome.upstream_ms);
        body.events = (outcome.events > 0).then_some(outcome.events);
        body
    }

    /// The canonical bytes, at most 65,535.
    pub(crate) fn render(&self, seq: u64, time: UnixMillis, salt: &Salt) -> Vec<u8> {
        let bytes = self.bytes_with(seq, time, salt, FINDINGS_MAX);
        if bytes.len() <= frame::MAX { bytes } else { self.bytes_with(seq, time, salt, 0) }
    }

    fn bytes_with(&self, seq: u64, time: UnixMillis, salt: &Salt, findings: usize) -> Vec<u8> {
        let mut o = Object::new();
        o.maybe("actor", self.actor.as_deref());
        o.maybe("agent", self.agent.as_ref().map(Agent::as_str));
        let (certificate, token) = proofs(self.how.as_ref());
        o.maybe("certificate", certificate);
        o.maybe("client", token.and_then(|t| t.client_id.as_ref()).map(Subject::as_str));
        self.commitments(&mut o, salt);
        if !self.counts.is_empty() {
            o.int("count", self.counts.values().fold(0_u64, |sum, n| sum.saturating_add(*n)));
            let counts: BTreeMap<_, _> = self.counts.iter().map(|(reason, n)| (reason.code(), *n)).collect();
            o.object("counts", |o| counts.into_iter().for_each(|(code, n)| o.int(code, n)));
        }
        o.maybe("decision", self.decision);
        o.maybe("detail", self.detail.as_deref());
        o.maybe("effect", self.effect.map(Effect::as_str));
        o.maybe("event", self.event);
        o.maybe_int("events", self.events);
        self.findings(&mut o, findings);
        o.maybe("how", self.how.as_ref().map(How::as_str));
        o.maybe_int("intent", self.intent);
        o.maybe("issuer", token.map(|t| printable(&t.issuer)).as_deref());
        o.str("kind", self.kind.as_str());
        o.maybe("method", self.origin.method.as_deref());
        o.maybe("peer", self.peer.map(|peer| peer.to_string()).as_deref());
        o.maybe("policy", self.policy.map(|policy| policy.hex()).as_deref());
        if !self.reasons.is_empty() {
            o.array("reasons", self.reasons.iter().take(REASONS_MAX), |o, reason| o.item(reason.code()));
        }
        o.maybe_int("received", self.received.map(|at| at.0));
        o.maybe("revision", self.revision);
        o.maybe_int("rule", self.rule.map(|rule| rule as u64));
        o.int("seq", seq);
        o.maybe("server", self.origin.server.as_ref().map(ServerName::as_str));
        self.sizes(&mut o);
        o.maybe_int("status", self.status.map(u64::from));
        o.maybe("subject", self.origin.subject.as_ref().map(Subject::as_str));
        o.maybe("tenant", self.origin.tenant.as_ref().map(TenantId::as_str));
        o.int("time", time.0);
        o.maybe("tool", self.origin.tool.as_deref());
        o.maybe("trace", self.origin.trace.map(|trace| trace.to_string()).as_deref());
        o.maybe_int("upstream_ms", self.upstream_ms);
        o.maybe_int("upstream_status", self.upstream_status.map(u64::from));
        o.int("v", VERSION);
        o.finish()
    }

    /// The values in the order of their fields, which is the order of their names.
    fn values(&self) -> BTreeMap<Field, Committed> {
        self.committed.iter().map(|value| (value.field, *value)).collect()
    }

    fn commitments(&self, o: &mut Object, salt: &Salt) {
        if self.committed.is_empty() {
            return;
        }
        let print = fingerprint(salt);
        let mut texts: BTreeMap<&str, String> =
            self.values().into_iter().map(|(f, value)| (f.as_str(), commit(salt, f, value.digest).hex())).collect();
        texts.insert("salt", print);
        o.object("commitments", |o| texts.iter().for_each(|(name, text)| o.str(name, text)));
    }

    fn sizes(&self, o: &mut Object) {
        let mut sizes: BTreeMap<&str, u64> =
            self.values().into_iter().map(|(field, value)| (field.as_str(), value.size)).collect();
        sizes.extend(self.bytes.map(|bytes| ("request", bytes)));
        if !sizes.is_empty() {
            o.object("sizes", |o| sizes.into_iter().for_each(|(name, size)| o.int(name, size)));
        }
    }

    fn findings(&self, o: &mut Object, most: usize) {
        if self.findings.is_empty() {
            return;
        }
        o.array("findings", self.findings.iter().take(most), |o, note| {
            o.nested(|o| {
                o.str("action", &cut(note.action, NAME_MAX));
                o.int("count", u64::from(note.count));
                o.str("rule", &cut(&note.rule, NAME_MAX));
            });
        });
        let left = self.findings.len().saturating_sub(most);
        o.maybe_int("findings_omitted", (left > 0).then_some(left as u64));
    }
}

fn origin(about: &About, principal: Option<&Principal>) -> Origin {
    Origin {
        trace: Some(about.trace),
        tenant: principal.map(|p| p.tenant.clone()),
        subject: principal.map(|p| p.subject.clone()),
        ..Origin::default()
    }
}

fn proofs(how: Option<&How>) -> (Option<&str>, Option<&casemate_core::principal::TokenFacts>) {
    match how {
        Some(How::Certificate(c)) => (Some(c.identity.as_str()), None),
        Some(How::Token(t)) => (None, Some(t)),
        Some(How::Both(c, t)) => (Some(c.identity.as_str()), Some(t)),
        Some(How::Anonymous) | None => (None, None),
    }
}

/// The tool's name where it may be copied, and the text that is committed instead.
fn names(target: &Target) -> (Option<&str>, Option<Cow<'_, str>>) {
    match target {
        Target::Server => (None, None),
        Target::Tool(name) => match token(name) {
            Some(name) => (Some(name), None),
            None => (None, Some(Cow::Borrowed(name))),
        },
        Target::Prompt(text) | Target::Resource(text) => (None, Some(Cow::Borrowed(text))),
        Target::Completion(Completion::Prompt(text) | Completion::Resource(text)) => (None, Some(Cow::Borrowed(text))),
        Target::Listen(filter) if filter.uris.is_empty() => (None, None),
        Target::Listen(filter) => (None, Some(Cow::Owned(filter.uris.join("\n")))),
    }
}

/// A method or tool name that is safe to copy: at most 128 of `A-Z a-z 0-9 . _ - / : @ +`.
fn token(text: &str) -> Option<&str> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b':' | b'@' | b'+');
    (!text.is_empty() && text.len() <= NAME_MAX && text.bytes().all(allowed)).then_some(text)
}

fn printable(text: &str) -> String {
    cut(text, TEXT_MAX)
}

/// Printable ASCII of at most `max` characters; everything else becomes `?`.
fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}
