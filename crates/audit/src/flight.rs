//! The states of a call after its permit, as types: recorded, in flight, answered, concluded.

use crate::body::{Body, Committed, Origin};
use crate::commitment::Field;
use crate::queue::Queue;
use crate::record::{Effect, Fact, FindingNote, Outcome, Receipt};
use casemate_core::digest::Digest;
use casemate_core::label::Risk;
use casemate_core::mcp::Call;
use casemate_core::policy::Permitted;
use casemate_core::{Principal, Reason, Refusal};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A running digest.
#[derive(Default)]
struct Running {
    hasher: Sha256,
    size: u64,
    any: bool,
}

impl Running {
    fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.any = true;
    }

    fn committed(&self, field: Field) -> Option<Committed> {
        let digest = || Digest(self.hasher.clone().finalize().into());
        self.any.then(|| Committed { field, digest: digest(), size: self.size })
    }
}

/// The debt of one outcome, from the moment that its intent is durable. Dropping it pays with what is known then.
pub(crate) struct Ticket {
    queue: Arc<Queue>,
    receipt: Receipt,
    origin: Arc<Origin>,
    dispatched: bool,
    paid: bool,
    answer: Running,
    released: Running,
    events: u64,
    findings: Vec<FindingNote>,
    risk: Risk,
    untrusted: bool,
    verdict: Option<&'static str>,
}

/// The most different findings that are kept of one call.
const FINDINGS: usize = 256;

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("receipt", &self.receipt).field("dispatched", &self.dispatched).finish()
    }
}

impl Ticket {
    pub(crate) fn new(queue: Arc<Queue>, receipt: Receipt, origin: Arc<Origin>) -> Self {
        let (answer, released) = (Running::default(), Running::default());
        Self {
            queue,
            receipt,
            origin,
            dispatched: false,
            paid: false,
            answer,
            released,
            events: 0,
            findings: Vec::new(),
            risk: Risk::NONE,
            untrusted: false,
            verdict: None,
        }
    }

    #[cfg(test)]
    pub(crate) const fn receipt(&self) -> Receipt {
        self.receipt
    }

    fn body(&self, outcome: &Outcome) -> Body {
        let mut body = Body::outcome(self.receipt.index, self.origin.clone(), outcome);
        FindingNote::gather(&mut body.findings, self.findings.iter().cloned(), FINDINGS);
        body.risk = (self.risk > Risk::NONE).then_some(self.risk);
        body.untrusted = self.untrusted;
        body.facts.extend(self.verdict.map(|verdict| ("verdict", Fact::Text(verdict.to_owned()))));
        body.committed.extend(self.answer.committed(Field::Answer));
        body.committed.extend(self.released.committed(Field::Released));
        body
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.paid {
            let effect = if self.dispatched { Effect::Unknown } else { Effect::NotAttempted };
            let outcome = Outcome { events: self.events, ..Outcome::new(effect, 0) };
            self.queue.outcome(self.body(&outcome), self.receipt.index, None, false);
        }
    }
}

/// A call whose intent is durable. Only [`crate::Log::record`] makes one, and it is the only way to an upstream.
///
/// Dropped without dispatch, its outcome is `not attempted`.
#[derive(Debug)]
#[must_use = "an intent that is not dispatched ends as not attempted"]
pub struct Recorded {
    permitted: Permitted,
    ticket: Ticket,
}

impl Recorded {
    pub(crate) const fn new(permitted: Permitted, ticket: Ticket) -> Self {
        Self { permitted, ticket }
    }

    /// The call.
    #[must_use]
    pub const fn call(&self) -> &Call {
        self.permitted.call()
    }

    /// Who calls.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        self.permitted.principal()
    }

    /// Where the intent stands.
    #[must_use]
    pub const fn receipt(&self) -> Receipt {
        self.ticket.receipt
    }

    /// Lets the call go out. From here on its effect is unknown until an outcome says otherwise.
    #[must_use = "the second part owes the outcome"]
    pub fn dispatch(self) -> (Permitted, InFlight) {
        let Self { permitted, mut ticket } = self;
        ticket.dispatched = true;
        (permitted, InFlight { ticket })
    }
}

/// A call that went out. It owes exactly one outcome; dropped, its outcome is `unknown`.
#[derive(Debug)]
#[must_use = "a call in flight owes an outcome; dropped, it is recorded as unknown"]
pub struct InFlight {
    ticket: Ticket,
}

impl InFlight {
    /// The use of a service of the gateway's own, whose intent is durable.
    pub(crate) const fn begun(mut ticket: Ticket) -> Self {
        ticket.dispatched = true;
        Self { ticket }
    }

    /// Where the intent stands.
    #[must_use]
    pub const fn receipt(&self) -> Receipt {
        self.ticket.receipt
    }

    /// Takes the upstream's final answer in: its bytes enter the running digest, its value is untrusted.
    pub fn answered<T>(mut self, value: T, answer_bytes: &[u8]) -> Untrusted<T> {
        self.ticket.answer.add(answer_bytes);
        Untrusted { value, flight: self }
    }

    /// Takes an interim event of the answer in: its bytes enter the running digest, its value is untrusted.
    pub fn event<T>(&mut self, value: T, bytes: &[u8]) -> UntrustedEvent<T> {
        self.ticket.answer.add(bytes);
        self.ticket.events += 1;
        UntrustedEvent { value }
    }

    /// Adds interim bytes that go to the client to the running digest of what was released.
    pub fn sent(&mut self, bytes: &[u8]) {
        self.ticket.released.add(bytes);
    }

    /// Adds what the output filter found in a message of the answer, how risky the message is by it, and whether it looks
    /// like an instruction; the outcome says all of it, also where the call fails.
    pub fn found(&mut self, findings: impl IntoIterator<Item = FindingNote>, risk: Risk, untrusted: bool) {
        FindingNote::gather(&mut self.ticket.findings, findings, FINDINGS);
        self.ticket.risk = self.ticket.risk.and(risk);
        self.ticket.untrusted |= untrusted;
    }

    /// Says in a word what became of the whole; the outcome has it under `facts.verdict`.
    pub const fn judged(&mut self, verdict: &'static str) {
        self.ticket.verdict = Some(verdict);
    }

    /// How risky what was found in the answer so far is.
    #[must_use]
    pub const fn risk(&self) -> Risk {
        self.ticket.risk
    }

    /// Whether anything of the answer so far looks like an instruction.
    #[must_use]
    pub const fn is_untrusted(&self) -> bool {
        self.ticket.untrusted
    }

    /// Makes the outcome durable. Until this has returned a receipt, nothing final may go to the client.
    ///
    /// # Errors
    /// `audit.outcome`: it could not be recorded in time. The answer is to be withheld; the effect is unknown to the
    /// client. Should it reach the disk later, an event `withheld` follows it.
    pub async fn conclude(mut self, outcome: Outcome) -> Result<Receipt, Refusal> {
        let capture = self.ticket.queue.config().capture;
        if let Some(bytes) = &outcome.released {
            self.ticket.released.add(bytes);
        }
        let outcome = Outcome { events: outcome.events.max(self.ticket.events), ..outcome };
        let mut body = self.ticket.body(&outcome);
        if let Some(bytes) = &outcome.released {
            body.capture(capture, bytes);
        }
        let (answer, receiver) = oneshot::channel();
        let queue = Arc::clone(&self.ticket.queue);
        let index = self.ticket.receipt.index;
        self.ticket.paid = true;
        drop(self);
        queue.outcome(body, index, Some(answer), outcome.released.is_some());
        let late = |why: &str| Refusal::new(Reason::AuditOutcome).detail(why);
        match tokio::time::timeout(queue.config().patience(), receiver).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(late("the log has ended")),
            Err(_) => Err(late("the disk did not take it in time")),
        }
    }
}

/// An upstream's answer, together with the debt of the outcome. Only the output filter opens it.
#[derive(Debug)]
#[must_use = "the answer carries the debt of an outcome"]
pub struct Untrusted<T> {
    value: T,
    flight: InFlight,
}

impl<T> Untrusted<T> {
    /// The value and the debt.
    #[must_use = "the second part owes the outcome"]
    pub fn open(self) -> (T, InFlight) {
        (self.value, self.flight)
    }

    /// Changes the value, not the debt.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Untrusted<U> {
        Untrusted { value: change(self.value), flight: self.flight }
    }

    /// Looks at the value.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.value
    }
}

/// An interim event of an upstream's answer.
#[derive(Debug)]
#[must_use = "an event is inspected and sent, or dropped on purpose"]
pub struct UntrustedEvent<T> {
    value: T,
}

impl<T> UntrustedEvent<T> {
    /// The value.
    pub fn open(self) -> T {
        self.value
    }
}
