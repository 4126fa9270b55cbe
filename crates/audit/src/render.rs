//! How the contents of an entry become canonical bytes. That is done where the entry comes from: the writer only fills
//! in the index and the time.

use crate::body::{Body, Committed, NAME_MAX, cut, printable};
use crate::canonical::{MAX_SAFE, Object};
use crate::commitment::{Field, Salt, commit, random};
use crate::record::{Effect, Fact, FindingNote};
use crate::sealed::seal;
use crate::subjects::{Key, Owner, Subjects};
use crate::{frame, side};
use casemate_core::digest::Digest;
use casemate_core::principal::{How, TokenFacts};
use casemate_core::{Agent, ServerName, Subject, TenantId, UnixMillis};
use std::collections::BTreeMap;
use std::io::{self, Write as _};

const VERSION: u64 = 2;
const REASONS_MAX: usize = 64;
const FINDINGS_MAX: usize = 128;
/// The digits of the largest integer in a record (2^53 - 1), twice: the index and the time.
const GAPS: usize = 2 * 16;

/// The canonical bytes of an entry but for its index and its time, and its side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendered {
    text: Vec<u8>,
    /// Where in it the index and the time go.
    gaps: [usize; 2],
    pub(crate) side: Vec<u8>,
}

impl Rendered {
    /// Appends the record, at most 65,535 bytes.
    pub(crate) fn record(&self, seq: u64, time: UnixMillis, out: &mut Vec<u8>) {
        let [at_seq, at_time] = self.gaps;
        let (before, rest) = self.text.split_at_checked(at_seq).unwrap_or_default();
        let (between, after) = rest.split_at_checked(at_time.saturating_sub(at_seq)).unwrap_or_default();
        let number = |n: u64, out: &mut Vec<u8>| drop(write!(out, "{}", n.min(MAX_SAFE)));
        out.extend_from_slice(before);
        number(seq, out);
        out.extend_from_slice(between);
        number(time.0, out);
        out.extend_from_slice(after);
    }

    const fn len(&self) -> usize {
        self.text.len() + GAPS
    }
}

/// What links an entry to its values.
struct Linked {
    salt: Salt,
    key: Key,
    side: Vec<u8>,
    /// The hash of the side.
    named: Digest,
}

impl Body {
    /// Draws the salt and finds the subject's key, where they are needed, seals and renders.
    ///
    /// # Errors
    /// The kernel gives no randomness, or there are too many keys.
    pub(crate) fn render(&self, subjects: &Subjects, now: UnixMillis) -> io::Result<Rendered> {
        let linked = !self.committed.is_empty() || !self.sealed.is_empty();
        let linked = linked.then(|| self.link(subjects, now)).transpose()?;
        let render = |most, places| self.render_with(linked.as_ref(), (most, places));
        let fits = |rendered: &Rendered| rendered.len() <= frame::MAX;
        let rendered = [(FINDINGS_MAX, true), (FINDINGS_MAX, false)].into_iter();
        let rendered = rendered.map(|(most, places)| render(most, places)).find(fits);
        let rendered = rendered.unwrap_or_else(|| render(0, false));
        Ok(Rendered { side: linked.map(|linked| linked.side).unwrap_or_default(), ..rendered })
    }

    fn link(&self, subjects: &Subjects, now: UnixMillis) -> io::Result<Linked> {
        let mut salt = Salt::default();
        random(&mut salt)?;
        let whose = Owner::new(self.origin.tenant.as_ref(), self.origin.subject.as_ref());
        let held = subjects.key(whose, now)?;
        let mut side = side::begin(&salt, &held);
        for plain in &self.sealed {
            side::add(&mut side, plain.kind, &seal(&held.key, &salt, plain)?);
        }
        Ok(Linked { salt, key: held.key, named: Digest::of(&side), side })
    }

    fn render_with(&self, linked: Option<&Linked>, findings: (usize, bool)) -> Rendered {
        let mut o = Object::new();
        o.maybe("actor", self.actor.as_deref());
        o.maybe("agent", self.agent.as_ref().map(Agent::as_str));
        let (certificate, token) = proofs(self.how.as_ref());
        o.maybe("certificate", certificate);
        o.maybe("client", token.and_then(|t| t.client_id.as_ref()).map(Subject::as_str));
        if let Some(linked) = linked {
            self.commitments(&mut o, linked);
        }
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
        if !self.facts.is_empty() {
            o.object("facts", |o| {
                for (name, fact) in &self.facts {
                    match fact {
                        Fact::Number(number) => o.int(name, *number),
                        Fact::Text(text) => o.str(name, &printable(text)),
                    }
                }
            });
        }
        self.findings(&mut o, findings);
        o.maybe("fingerprint", self.fingerprint.as_deref());
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
        o.maybe_int("risk", self.risk.map(|risk| u64::from(risk.tenths())));
        o.maybe_int("rule", self.rule.map(|rule| rule as u64));
        let seq = o.gap("seq");
        o.maybe("server", self.origin.server.as_ref().map(ServerName::as_str));
        o.maybe("side", linked.map(|linked| linked.named.hex()).as_deref());
        self.sizes(&mut o);
        o.maybe_int("status", self.status.map(u64::from));
        o.maybe("subject", self.origin.subject.as_ref().map(Subject::as_str));
        o.maybe("tenant", self.origin.tenant.as_ref().map(TenantId::as_str));
        let time = o.gap("time");
        o.maybe("tool", self.origin.tool.as_deref());
        o.maybe("trace", self.origin.trace.map(|trace| trace.to_string()).as_deref());
        if self.untrusted {
            o.yes("untrusted");
        }
        o.maybe_int("upstream_ms", self.upstream_ms);
        o.maybe_int("upstream_status", self.upstream_status.map(u64::from));
        o.int("v", VERSION);
        Rendered { text: o.finish(), gaps: [seq, time], side: Vec::new() }
    }

    /// The values in the order of their fields, which is the order of their names.
    fn values(&self) -> BTreeMap<Field, Committed> {
        self.committed.iter().map(|value| (value.field, *value)).collect()
    }

    fn commitments(&self, o: &mut Object, linked: &Linked) {
        if !self.committed.is_empty() {
            o.object("commitments", |o| {
                for (field, value) in self.values() {
                    o.str(field.as_str(), &commit(&linked.key, &linked.salt, field, value.digest).hex());
                }
            });
        }
    }

    fn sizes(&self, o: &mut Object) {
        let mut sizes: BTreeMap<&str, u64> =
            self.values().into_iter().map(|(field, value)| (field.as_str(), value.size)).collect();
        sizes.extend(self.bytes.map(|bytes| ("request", bytes)));
        if !sizes.is_empty() {
            o.object("sizes", |o| sizes.into_iter().for_each(|(name, size)| o.int(name, size)));
        }
    }

    /// The findings, at most so many, with their places or without.
    fn findings(&self, o: &mut Object, (most, placed): (usize, bool)) {
        if self.findings.is_empty() {
            return;
        }
        o.array("findings", self.findings.iter().take(most), |o, note| {
            o.nested(|o| {
                o.str("action", &cut(note.action, NAME_MAX));
                o.int("count", u64::from(note.count));
                if placed && !note.places.is_empty() {
                    let places = note.places.iter().take(FindingNote::PLACES);
                    o.array("places", places, |o, place| o.item(&cut(place, NAME_MAX)));
                }
                o.maybe("reason", note.reason.as_deref().map(|reason| cut(&printable(reason), NAME_MAX)).as_deref());
                o.str("rule", &cut(&note.rule, NAME_MAX));
                if note.shadow {
                    o.yes("shadow");
                }
                o.maybe("view", note.view);
            });
        });
        let left = self.findings.len().saturating_sub(most);
        o.maybe_int("findings_omitted", (left > 0).then_some(left as u64));
    }
}

fn proofs(how: Option<&How>) -> (Option<&str>, Option<&TokenFacts>) {
    match how {
        Some(How::Certificate(c)) => (Some(c.identity.as_str()), None),
        Some(How::Token(t)) => (None, Some(t)),
        Some(How::Both(c, t)) => (Some(c.identity.as_str()), Some(t)),
        Some(How::Anonymous) | None => (None, None),
    }
}
