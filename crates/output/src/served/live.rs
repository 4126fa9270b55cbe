//! A text that comes in pieces under its record: what is let out, what is said at its end, and why it ends early.

use super::{End, Stop, finding_note, is_signal, told, unlisted};
use crate::filter::{Filter, Filtered, Found, Verdict};
use crate::gate::CleanEvent;
use crate::service::{Seen, findings_json};
use crate::stream::{Denied, Given, Stream};
use bytes::Bytes;
use casemate_audit::InFlight;
use casemate_core::json::quote;
use casemate_core::label::Risk;
use casemate_core::{Reason, Refusal};
use casemate_inspect::Action;
use std::collections::VecDeque;
use std::sync::Arc;

/// A text under way. The texts of its events together are what [`Stream`] gives; its findings stand with the text that was
/// let out when they were made.
#[derive(Debug)]
pub struct Live {
    stream: Stream,
    /// The beginning of a character whose end has not come: at most three bytes.
    cut: Vec<u8>,
    account: Account,
}

impl Live {
    /// Begins.
    #[must_use]
    pub fn new(filter: Arc<Filter>) -> Self {
        Self { stream: Stream::new(filter), cut: Vec::new(), account: Account::default() }
    }

    /// Takes the next piece, which may end within a character, and gives what it lets out: nothing where nothing can go.
    ///
    /// # Errors
    /// A rule denies the text, or it is not UTF-8. Nothing more may go out.
    pub fn take(&mut self, flight: &mut InFlight, piece: &[u8]) -> Result<Option<CleanEvent>, Stop> {
        flight.event((), piece).open();
        let text = self.whole(piece)?;
        self.account.same.came(text.as_bytes());
        self.account.gives(flight, self.stream.push(&text))
    }

    /// Ends: what is let out last, and how it ended.
    ///
    /// # Errors
    /// As [`Live::take`].
    pub fn finish(self, flight: &mut InFlight) -> Result<(Option<CleanEvent>, End), Stop> {
        let Self { stream, cut, mut account } = self;
        if !cut.is_empty() {
            return Err(not_text("it ends within a character"));
        }
        let event = account.gives(flight, stream.finish())?;
        let verdict = if account.same.is_same() { Verdict::Pass } else { Verdict::Rewritten };
        let last =
            format!("{{\"verdict\":\"{}\"{}}}", verdict.as_str(), told(Vec::new(), account.unlisted, account.risk));
        Ok((event, End { verdict, reasons: Vec::new(), last }))
    }

    /// The whole characters of what was kept and the piece.
    fn whole(&mut self, piece: &[u8]) -> Result<String, Stop> {
        let mut bytes = std::mem::take(&mut self.cut);
        bytes.extend_from_slice(piece);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(fault) if fault.utf8_error().error_len().is_some() => Err(not_text("it holds bytes that are none")),
            Err(fault) => {
                let end = fault.utf8_error().valid_up_to();
                let mut bytes = fault.into_bytes();
                self.cut = bytes.split_off(end);
                String::from_utf8(bytes).map_err(|_| not_text("it holds bytes that are none"))
            }
        }
    }
}

/// What is said of a text under way.
#[derive(Debug, Default)]
struct Account {
    same: Same,
    /// Findings that were listed, and those that no longer were.
    listed: usize,
    unlisted: usize,
    risk: Risk,
}

impl Account {
    /// Nothing goes out beside a finding that denies.
    fn gives(&mut self, flight: &mut InFlight, given: Result<Given, Denied>) -> Result<Option<CleanEvent>, Stop> {
        let denies = |found: &Found| found.action == Action::Deny && !found.shadow;
        let (text, mut findings, risk) = match given {
            Ok(Given { text, findings, risk }) => (Some(text), findings, risk),
            Err(Denied { findings, risk }) => (None, findings, risk),
        };
        let text = text.filter(|_| !findings.iter().any(denies));
        self.risk = self.risk.and(risk);
        if text.is_none() {
            // The rule that denies is told whatever was told before.
            findings.sort_by_key(|found| !denies(found));
            self.listed = self.listed.min(Filtered::FINDINGS - 1);
        }
        self.list(flight, &mut findings);
        let Some(text) = text else {
            let more = format!(",\"verdict\":\"denied\"{}", told(findings, self.unlisted, self.risk));
            return Err(Stop { refusal: Box::new(Reason::OutputDenied.into()), denied: true, more });
        };
        self.same.goes(text.as_bytes());
        if text.is_empty() && findings.is_empty() {
            return Ok(None);
        }
        flight.sent(text.as_bytes());
        Ok(Some(event(&text, findings)))
    }

    /// Enters findings into the record, and leaves those that may still be listed.
    fn list(&mut self, flight: &mut InFlight, findings: &mut Vec<Found>) {
        let untrusted = findings.iter().any(is_signal);
        let over = findings.len().saturating_sub(Filtered::FINDINGS - self.listed.min(Filtered::FINDINGS));
        findings.truncate(findings.len() - over);
        self.listed += findings.len();
        self.unlisted = self.unlisted.saturating_add(over);
        let notes = findings.iter().map(|found| finding_note(found, "/text")).chain(unlisted(over));
        flight.found(notes.collect::<Vec<_>>(), self.risk, untrusted);
    }
}

fn event(text: &str, findings: Vec<Found>) -> CleanEvent {
    let seen: Vec<_> = findings.into_iter().map(|found| Seen { place: None, found }).collect();
    let found = if seen.is_empty() { String::new() } else { format!(",{}", findings_json(&seen)) };
    CleanEvent::filtered(Bytes::from(format!("{{\"text\":{}{found}}}", quote(text))))
}

fn not_text(why: &str) -> Stop {
    Refusal::new(Reason::FilterText).hint(why).into()
}

/// Whether what went out is what came in, as far as both are known.
#[derive(Debug, Default)]
struct Same {
    /// What came in and did not go out: no more than the stream holds.
    ahead: VecDeque<u8>,
    differs: bool,
}

impl Same {
    fn came(&mut self, bytes: &[u8]) {
        if !self.differs {
            self.ahead.extend(bytes);
        }
    }

    fn goes(&mut self, bytes: &[u8]) {
        if self.differs {
            return;
        }
        self.differs = bytes.len() > self.ahead.len() || !self.ahead.drain(..bytes.len()).eq(bytes.iter().copied());
        if self.differs {
            self.ahead = VecDeque::new();
        }
    }

    fn is_same(&self) -> bool {
        !self.differs && self.ahead.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, Scope};

    fn live() -> Live {
        Live::new(Policy::default().filter(&Scope::default(), 0))
    }

    #[test]
    fn characters_are_whole_however_they_come() {
        let text = "a\u{e9}\u{4e2d}\u{1f600}z";
        let mut live = live();
        let pieces: Vec<_> = text.as_bytes().iter().map(|byte| live.whole(&[*byte]).unwrap()).collect();
        assert_eq!((pieces.concat().as_str(), live.cut.len()), (text, 0));
        for bad in [b"a\xffb".as_slice(), b"\xc3x", b"\xed\xa0\x80"] {
            assert_eq!(self::live().whole(bad).unwrap_err().refusal.reason, Reason::FilterText);
        }
        live.whole(b"a\xc3").unwrap();
        assert_eq!(live.whole(b"x").unwrap_err().refusal.reason, Reason::FilterText);
    }

    #[test]
    fn what_goes_out_is_compared_with_what_came_in() {
        let is_same = |came: &[&str], goes: &[&str]| {
            let mut same = Same::default();
            came.iter().for_each(|text| same.came(text.as_bytes()));
            goes.iter().for_each(|text| same.goes(text.as_bytes()));
            same.is_same()
        };
        assert!(is_same(&["abc", "def"], &["a", "bcdef"]) && is_same(&[], &[""]));
        assert!(!is_same(&["abc"], &["ab"]) && !is_same(&["abc"], &["abd"]) && !is_same(&["abc"], &["abcd"]));
    }

    #[test]
    fn an_event_is_one_line_that_steers_nothing() {
        let event = event("a\n\"b\"\r\u{1b}[2J", Vec::new());
        let body = std::str::from_utf8(event.body()).unwrap();
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["text"], "a\n\"b\"\r\u{1b}[2J");
        assert!(!body.chars().any(char::is_control), "{body}");
    }
}
