//! The filter as a service under a record: what was asked about is untrusted, what was found goes into the outcome, and
//! nothing final goes out before that is durable.

mod live;

use crate::filter::{Filter, Found, Verdict};
use crate::gate::{CleanEvent, Passage};
use crate::reply::{Form, Released};
use crate::service::{Question, Ruling, Seen};
use bytes::Bytes;
use casemate_audit::{Effect, FindingNote, InFlight, Outcome};
use casemate_core::json::quote;
use casemate_core::label::Risk;
use casemate_core::{Reason, Refusal, TraceId};
use casemate_inspect::{View, answers};
pub use live::Live;
use std::sync::Arc;

/// How a stream of answers ended in good order.
#[derive(Debug, Clone)]
pub struct End {
    /// What became of the whole; of several texts what became of the worst.
    pub verdict: Verdict,
    /// Why some of it was not answered as asked.
    pub reasons: Vec<Reason>,
    /// The last message; empty where there is none.
    pub last: String,
}

/// Why a stream of answers ended early.
#[derive(Debug, Clone)]
pub struct Stop {
    /// What the client is told.
    pub refusal: Box<Refusal>,
    /// Whether a rule is the reason.
    denied: bool,
    /// Further members of what it is told.
    more: String,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self { refusal: Box::new(refusal), denied: false, more: String::new() }
    }
}

/// Records the outcome of one question and releases its answer. Gives why it was not answered as asked, too. The question is
/// judged before ([`Question::answer`]), where that holds nothing else up.
pub async fn judge(
    mut flight: InFlight,
    question: &Question,
    ruling: &Ruling,
    passage: Passage,
    trace: TraceId,
) -> (Released, Option<Reason>) {
    note(&mut flight, ruling, "");
    flight.judged(ruling.verdict.as_str());
    let body = Bytes::from(ruling.json(Some(question.id.as_deref().unwrap_or("null"))) + "\n");
    let reason = reason(ruling);
    let outcome = Outcome {
        reasons: reason.into_iter().collect(),
        released: Some(body.clone()),
        upstream_ms: passage.upstream_ms,
        ..Outcome::new(Effect::Executed, 200)
    };
    match flight.conclude(outcome).await {
        Ok(_) => (Released::json(200, body), reason),
        Err(refusal) => (Released::refusal(&refusal, trace, &Form::Problem), Some(refusal.reason)),
    }
}

/// Answers the question of line `number`, whose bytes are `asked`. Gives what became of it, and why it was not answered as
/// asked.
pub fn judge_line(
    flight: &mut InFlight,
    question: &Question,
    filter: &Arc<Filter>,
    number: u64,
    asked: &[u8],
) -> (CleanEvent, Verdict, Option<Reason>) {
    flight.event((), asked).open();
    let ruling = question.answer(filter);
    note(flight, &ruling, &number.to_string());
    let body = Bytes::from(ruling.json(Some(question.id.as_deref().unwrap_or("null"))));
    flight.sent(&body);
    (CleanEvent::filtered(body), ruling.verdict, reason(&ruling))
}

/// Says of line `number` why it is no question, or none that may be asked.
pub fn unclear_line(
    flight: &mut InFlight,
    id: Option<&str>,
    refusal: &Refusal,
    number: u64,
    asked: &[u8],
) -> CleanEvent {
    flight.event((), asked).open();
    let (id, code) = (id.unwrap_or("null"), quote(refusal.reason.code()));
    let told = quote(&refusal.message());
    let body = Bytes::from(format!("{{\"id\":{id},\"line\":{number},\"reason\":{code},\"error\":{told}}}"));
    flight.sent(&body);
    CleanEvent::filtered(body)
}

/// Records how a stream of answers ended, and gives its last message, which is empty where there is none.
pub async fn close(mut flight: InFlight, ended: Result<End, Stop>, passage: Passage, trace: TraceId) -> Released {
    let (reasons, released) = match ended {
        Ok(End { verdict, reasons, last }) => {
            flight.judged(verdict.as_str());
            (reasons, Released::json(200, Bytes::from(last)))
        }
        Err(Stop { refusal, denied, more }) => {
            if denied {
                flight.judged(Verdict::Denied.as_str());
            }
            (vec![refusal.reason], Released::problem(&refusal, trace, &more))
        }
    };
    let outcome = Outcome {
        reasons,
        // What was let out piece by piece is committed as it stands; the last message only speaks of it.
        released: Some(Bytes::new()),
        upstream_ms: passage.upstream_ms,
        events: passage.events,
        ..Outcome::new(Effect::Executed, 200)
    };
    match flight.conclude(outcome).await {
        Ok(_) => released,
        Err(refusal) => Released::problem(&refusal, trace, ""),
    }
}

fn reason(ruling: &Ruling) -> Option<Reason> {
    ruling.fault.or_else(|| (ruling.verdict == Verdict::Denied).then_some(Reason::OutputDenied))
}

/// Enters what was found into the outcome to come; `before` stands before each place.
fn note(flight: &mut InFlight, ruling: &Ruling, before: &str) {
    let untrusted = ruling.findings.iter().any(|seen| is_signal(&seen.found));
    let notes = ruling.findings.iter().map(|seen| finding_note(&seen.found, &place(seen, before)));
    flight.found(notes.chain(unlisted(ruling.unlisted)), ruling.risk, untrusted);
}

fn is_signal(found: &Found) -> bool {
    found.rule.starts_with("signal.")
}

fn place(seen: &Seen, before: &str) -> String {
    format!("{before}{}", seen.place.as_deref().unwrap_or("/text"))
}

fn finding_note(found: &Found, place: &str) -> FindingNote {
    let span = &found.span;
    let place = if span.is_empty() { place.to_owned() } else { format!("{place}:{}-{}", span.start, span.end) };
    FindingNote {
        rule: found.rule.clone().into_owned(),
        action: found.action.as_str(),
        count: 1,
        view: (found.view != View::Plain).then(|| found.view.as_str()),
        shadow: found.shadow,
        reason: found.suppressed.clone(),
        places: vec![place],
    }
}

/// Findings that are not listed one by one.
fn unlisted(count: usize) -> Option<FindingNote> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let note = FindingNote { rule: answers::UNLISTED.id.to_owned(), action: "report", count, ..FindingNote::default() };
    (count > 0).then_some(note)
}

/// `,"findings":[…],"risk":…`
fn told(findings: Vec<Found>, unlisted: usize, risk: Risk) -> String {
    let seen: Vec<_> = findings.into_iter().map(|found| Seen { place: None, found }).collect();
    let more = if unlisted > 0 { format!(",\"unlisted\":{unlisted}") } else { String::new() };
    format!(",{}{more},\"risk\":{risk}", crate::service::findings_json(&seen))
}
