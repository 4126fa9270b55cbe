//! The gate: the only makers of [`Clean`] and [`Released`].

use crate::receipt;
use crate::reply::{Form, Released};
use crate::rewrite::{Before, Judged, Note, Report, Rules, Shape, Waiting, inspect_rest};
use bytes::Bytes;
use casemate_audit::{
    About, Effect, FindingNote, InFlight, Log, Observed, Outcome, Refused, Untrusted, UntrustedEvent,
};
use casemate_core::json::{Edits, Json, Limits};
use casemate_core::label::Risk;
use casemate_core::{Reason, Refusal, TraceId};
use casemate_inspect::View;

/// An upstream's final message, parsed once.
#[derive(Debug)]
pub struct Answer {
    /// The whole JSON-RPC response.
    pub json: Json,
    /// The status under which it goes on.
    pub status: u16,
    /// The status that the upstream gave.
    pub upstream_status: u16,
    /// Whether a result gets the receipt of its call as a member of its `_meta`.
    pub receipted: bool,
}

/// A message that was inspected. Made by [`inspect`] alone.
#[derive(Debug)]
#[must_use]
pub struct Clean {
    body: Bytes,
    status: u16,
    upstream_status: u16,
    flight: InFlight,
}

impl Clean {
    /// How risky the answer is by what was found in it, interim events included: for whoever decides about what its
    /// reader does next.
    #[must_use]
    pub const fn risk(&self) -> Risk {
        self.flight.risk()
    }

    /// Whether anything in the answer looks like an instruction to the model.
    #[must_use]
    pub const fn is_untrusted(&self) -> bool {
        self.flight.is_untrusted()
    }
}

/// An interim event that was inspected and may be sent before the outcome. Made by [`inspect_event`], and where the filter
/// itself is asked.
#[derive(Debug)]
#[must_use]
pub struct CleanEvent {
    body: Bytes,
}

impl CleanEvent {
    /// What the filter has let out.
    pub(crate) const fn filtered(body: Bytes) -> Self {
        Self { body }
    }

    /// The message to send.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }
}

/// What the outcome says beside the answer itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passage {
    /// Milliseconds that the upstream took.
    pub upstream_ms: u64,
    /// Interim events that went out.
    pub events: u64,
}

/// What went out of a stream before a message.
#[derive(Debug, Default)]
pub struct Past {
    /// Counted tokens of its text.
    pub spent: u64,
    /// The ends of what it said.
    before: Before,
    /// What came, and may go on in what follows.
    waiting: Waiting,
}

impl Past {
    /// Whether a notification waits for what follows: for no longer than [`Filter::hold`](crate::Filter::hold) says.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting.any()
    }
}

/// What goes out of a stream of events at once.
#[derive(Debug, Default)]
#[must_use]
pub struct Passed {
    /// In their order.
    pub events: Vec<CleanEvent>,
    /// Why nothing may follow them.
    pub ended: Option<Refusal>,
}

/// Inspects a final message, takes out what only the gateway may say of its record, and puts in the receipt where that is
/// asked for. `edits` are what the gateway has already decided to change in it; `past` is what interim events have used
/// of the token budget and what they said.
///
/// # Errors
/// The answer may not go out; the intent is given back, still owing its outcome, which will say what was found.
pub fn inspect(
    untrusted: Untrusted<Answer>,
    shape: Shape,
    rules: &Rules,
    mut edits: Edits,
    past: &Past,
) -> Result<Clean, Box<(Refusal, InFlight)>> {
    let (answer, mut flight) = untrusted.open();
    let inspected = match inspect_rest(&answer.json, shape, rules, past.spent, (&edits, &past.before)) {
        Ok(inspected) => inspected,
        Err(withheld) => {
            note(&mut flight, withheld.report);
            return Err(Box::new((withheld.refusal, flight)));
        }
    };
    edits.extend(inspected.edits);
    note(&mut flight, inspected.report);
    let body = receipt::mark(answer.json.root(), answer.receipted.then(|| flight.receipt())).and_then(|mark| {
        edits.extend(mark.edits);
        flight.found(mark.forged.map(finding_note), Risk::NONE, false);
        rewritten(&answer.json, edits)
    });
    match body {
        Ok(body) => Ok(Clean { body, status: answer.status, upstream_status: answer.upstream_status, flight }),
        Err(refusal) => Err(Box::new((refusal, flight))),
    }
}

/// Enters what was found into the outcome to come.
fn note(flight: &mut InFlight, report: Report) {
    flight.found(report.notes.into_iter().map(finding_note), report.risk, report.untrusted);
}

/// An interim message of an answer, parsed once.
#[derive(Debug)]
pub struct Interim {
    /// The whole JSON-RPC message.
    pub json: Json,
    /// What it is: [`Shape::Notification`] or [`Shape::Request`].
    pub shape: Shape,
    /// What the gateway has already decided to change in it.
    pub edits: Edits,
}

/// Inspects an interim event and enters what goes out into the running digest of what was released. `past` grows by what the
/// event uses of the request's token budget, and by what it says.
///
/// A notification in whose text something may have begun waits for the next event, which is judged together with it; a
/// request never does, and before it all go that wait. A notification that is denied is dropped alone, and the outcome will
/// say what was found in it.
pub fn inspect_event(
    untrusted: UntrustedEvent<Interim>,
    flight: &mut InFlight,
    rules: &Rules,
    past: &mut Past,
) -> Passed {
    let Interim { json, shape, edits } = untrusted.open();
    past.waiting.push(json, shape, edits);
    pass(flight, rules, past, rules.filter.hold().is_zero() || shape == Shape::Request)
}

/// Lets go what waits: its time is over, or nothing more comes.
pub fn release_waiting(flight: &mut InFlight, rules: &Rules, past: &mut Past) -> Passed {
    pass(flight, rules, past, true)
}

fn pass(flight: &mut InFlight, rules: &Rules, past: &mut Past, all: bool) -> Passed {
    let (mut passed, mut spent) = (Passed::default(), past.spent);
    past.waiting.judge(rules, &mut past.before, (spent, all), |judged| match cleaned(judged, flight) {
        Ok((tokens, event)) => {
            spent = tokens.unwrap_or(spent);
            let goes = event.is_some();
            passed.events.extend(event);
            Some((spent, goes))
        }
        Err(refusal) => {
            passed.ended = Some(refusal);
            None
        }
    });
    past.spent = spent;
    passed
}

/// The event as it goes out, unless it is dropped, with the tokens that are spent then.
fn cleaned(judged: Judged<'_>, flight: &mut InFlight) -> Result<(Option<u64>, Option<CleanEvent>), Refusal> {
    let Judged { json, shape, mut edits, inspected } = judged;
    let inspected = match inspected {
        Ok(inspected) => inspected,
        Err(withheld) => {
            note(flight, withheld.report);
            // Nobody waits for a notification; of a request its server hears that it was refused.
            let is_dropped = shape == Shape::Notification && withheld.refusal.reason == Reason::OutputDenied;
            return if is_dropped { Ok((None, None)) } else { Err(withheld.refusal) };
        }
    };
    note(flight, inspected.report);
    edits.extend(inspected.edits);
    let body = rewritten(json, edits)?;
    flight.sent(&body);
    Ok((Some(inspected.tokens), Some(CleanEvent { body })))
}

/// Makes the edits and reads the result again, so that nothing malformed can go out.
fn rewritten(json: &Json, edits: Edits) -> Result<Bytes, Refusal> {
    if edits.is_empty() {
        return Ok(json.bytes().clone());
    }
    let body = edits.apply(json);
    let limits = Limits { depth: 512, nodes: usize::MAX, key_len: usize::MAX, number_len: usize::MAX };
    match Json::parse(body.clone(), limits) {
        Ok(_) => Ok(body),
        Err(error) => Err(Refusal::new(Reason::Internal).detail(format!("the rewritten answer is not JSON: {error}"))),
    }
}

/// Records the outcome and releases the answer. Without a recorded outcome the answer is withheld.
pub async fn release(clean: Clean, passage: Passage, trace: TraceId, form: &Form) -> Released {
    let outcome = Outcome {
        effect: Effect::Executed,
        reasons: Vec::new(),
        findings: Vec::new(),
        status: clean.status,
        upstream_status: Some(clean.upstream_status),
        released: Some(clean.body.clone()),
        upstream_ms: passage.upstream_ms,
        events: passage.events,
    };
    match clean.flight.conclude(outcome).await {
        Ok(_) => Released::json(clean.status, clean.body),
        Err(refusal) => Released::refusal(&refusal, trace, form),
    }
}

fn finding_note(note: Note) -> FindingNote {
    FindingNote {
        rule: note.rule.into_owned(),
        action: note.action.as_str(),
        count: note.count,
        view: (note.view != View::Plain).then(|| note.view.as_str()),
        shadow: note.shadow,
        reason: note.suppressed,
        places: note.places,
    }
}

/// Records that a dispatched call was refused or failed, and renders why.
pub async fn fail(
    flight: InFlight,
    refusal: Refusal,
    effect: Effect,
    passage: Passage,
    trace: TraceId,
    form: &Form,
) -> Released {
    let released = Released::refusal(&refusal, trace, form);
    let outcome = Outcome {
        effect,
        reasons: vec![refusal.reason],
        findings: Vec::new(),
        status: released.status(),
        upstream_status: None,
        released: Some(released.body().clone()),
        upstream_ms: passage.upstream_ms,
        events: passage.events,
    };
    match flight.conclude(outcome).await {
        Ok(_) => released,
        Err(withheld) => Released::refusal(&withheld, trace, form),
    }
}

/// What is answered without a message: a status alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nod {
    /// 202: a notification or a response was taken.
    Accepted,
    /// 204: a session has ended.
    NoContent,
    /// 200: a stream begins or has ended; what it carries was or will be inspected message by message.
    Stream,
}

impl Nod {
    const fn status(self) -> u16 {
        match self {
            Self::Accepted => 202,
            Self::NoContent => 204,
            Self::Stream => 200,
        }
    }
}

/// Records the outcome of what is answered by a status alone. `reason` says why a stream ended, where it did.
pub async fn nod(
    flight: InFlight,
    nod: Nod,
    effect: Effect,
    reason: Option<Reason>,
    passage: Passage,
    trace: TraceId,
    form: &Form,
) -> Released {
    let outcome = Outcome {
        effect,
        reasons: reason.into_iter().collect(),
        findings: Vec::new(),
        status: nod.status(),
        upstream_status: None,
        released: None,
        upstream_ms: passage.upstream_ms,
        events: passage.events,
    };
    match flight.conclude(outcome).await {
        Ok(_) => Released::json(nod.status(), Bytes::new()),
        Err(refusal) => Released::refusal(&refusal, trace, form),
    }
}

/// Records that the gateway itself ended a stream in good order, and gives its final message.
pub async fn finish(
    flight: InFlight,
    message: String,
    reason: Option<Reason>,
    passage: Passage,
    trace: TraceId,
    form: &Form,
) -> Released {
    let body = Bytes::from(message);
    let outcome = Outcome {
        effect: Effect::Executed,
        reasons: reason.into_iter().collect(),
        findings: Vec::new(),
        status: 200,
        upstream_status: None,
        released: Some(body.clone()),
        upstream_ms: passage.upstream_ms,
        events: passage.events,
    };
    match flight.conclude(outcome).await {
        Ok(_) => Released::json(200, body),
        Err(refusal) => Released::refusal(&refusal, trace, form),
    }
}

/// Records the refusal of an authenticated caller and renders it.
pub async fn refuse(log: &Log, refused: &Refused, form: &Form) -> Released {
    match log.refuse(refused).await {
        Ok(receipt) => Released::refusal(&refused.refusal, refused.about.trace, form).receipted(receipt),
        Err(unrecorded) => {
            // At least it is counted.
            let About { trace, agent, received, bytes, peer, .. } = refused.about.clone();
            let reason = unrecorded.reason;
            log.observe(Observed { at: received, peer, reason, trace: Some(trace), agent, detail: None, bytes });
            Released::refusal(&unrecorded, trace, form)
        }
    }
}

/// Hands the refusal of a caller that is not authenticated to the log's own queue, and renders it.
pub fn turn_away(log: &Log, observed: Observed, refusal: &Refusal, trace: TraceId, form: &Form) -> Released {
    log.observe(observed);
    Released::refusal(refusal, trace, form)
}
