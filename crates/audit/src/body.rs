//! The contents of an entry before it has an index.

use crate::commitment::Field;
use crate::config::Capture;
use crate::record::{About, Effect, Event, EventKind, Facts, FindingNote, Observed, Outcome, Refused};
use crate::sealed::Plain;
use casemate_core::digest::Digest;
use casemate_core::label::Risk;
use casemate_core::mcp::{Completion, Target};
use casemate_core::policy::{Grant, Permitted};
use casemate_core::principal::How;
use casemate_core::{Agent, Principal, Reason, ServerName, Subject, TenantId, TraceId, UnixMillis};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

pub(crate) const NAME_MAX: usize = 128;
const TEXT_MAX: usize = 1024;

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
    /// What goes sealed into the side.
    pub(crate) sealed: Vec<Plain>,
    pub(crate) intent: Option<u64>,
    pub(crate) effect: Option<Effect>,
    pub(crate) status: Option<u16>,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) upstream_ms: Option<u64>,
    pub(crate) events: Option<u64>,
    pub(crate) findings: Vec<FindingNote>,
    pub(crate) risk: Option<Risk>,
    pub(crate) untrusted: bool,
    /// The first hexadecimal digits of a digest over whom an erasure is of.
    pub(crate) fingerprint: Option<String>,
    pub(crate) event: Option<&'static str>,
    pub(crate) actor: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) facts: Facts,
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
            sealed: Vec::new(),
            intent: None,
            effect: None,
            status: None,
            upstream_status: None,
            upstream_ms: None,
            events: None,
            findings: Vec::new(),
            risk: None,
            untrusted: false,
            fingerprint: None,
            event: None,
            actor: None,
            detail: None,
            facts: Facts::new(),
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
    pub(crate) fn intent(permitted: &Permitted, about: &About, capture: Capture) -> Self {
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
        body.sealed.extend(Plain::inputs(&permitted.inputs()));
        body.capture(capture, call.json().bytes());
        body
    }

    /// The intent to use a service of the gateway's own. What is asked is never captured.
    pub(crate) fn service(grant: &Grant, service: &'static str, asked: Option<&[u8]>, about: &About) -> Self {
        let mut origin = origin(about, Some(grant.principal()));
        origin.method = Some(Cow::Borrowed(service));
        let mut body = Self::new(Kind::Intent, Arc::new(origin)).about(about);
        body.how = Some(grant.principal().how.clone());
        body.decision = Some("permit");
        body.policy = Some(grant.policy());
        if let Some(asked) = asked {
            body.commit(Field::Message, asked);
        }
        body
    }

    /// Keeps a message beside the entry, where that is asked for.
    pub(crate) fn capture(&mut self, capture: Capture, message: &[u8]) {
        if capture == Capture::Calls {
            self.sealed.push(Plain::capture(message));
        }
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
        if let Some(message) = &refused.message {
            body.commit(Field::Message, message);
        }
        if let Some(target) = hidden {
            body.commit(Field::Target, target.as_bytes());
        }
        body.sealed.extend(refused.inputs.as_ref().and_then(Plain::inputs));
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
        body.facts.clone_from(&event.facts);
        body
    }

    /// An erasure that begins or is done.
    pub(crate) fn erasure(kind: EventKind, tenant: Option<TenantId>, whose: Digest, actor: &str) -> Self {
        let mut body = Self::new(Kind::Event, Arc::new(Origin { tenant, ..Origin::default() }));
        body.event = Some(kind.as_str());
        body.actor = Some(printable(actor));
        body.fingerprint = Some(fingerprint(whose));
        body
    }

    /// Of an erasure that a legal hold keeps from going on.
    pub(crate) const HELD: &str = "a legal hold keeps the key; the erasure is finished when it is lifted";
    /// Of one that goes on by itself.
    pub(crate) const FINISHED: &str = "an erasure that was interrupted is finished";

    /// With a reason for whoever reads it.
    pub(crate) fn because(mut self, detail: &str) -> Self {
        self.detail = Some(printable(detail));
        self
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
}

/// By what an erasure names a subject: who knows the subject can tell that it is meant.
pub(crate) fn fingerprint(whose: Digest) -> String {
    whose.hex().chars().take(16).collect()
}

fn origin(about: &About, principal: Option<&Principal>) -> Origin {
    Origin {
        trace: Some(about.trace),
        tenant: principal.map(|p| p.tenant.clone()),
        subject: principal.map(|p| p.subject.clone()),
        ..Origin::default()
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

pub(crate) fn printable(text: &str) -> String {
    cut(text, TEXT_MAX)
}

/// Printable ASCII of at most `max` characters; everything else becomes `?`.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}
