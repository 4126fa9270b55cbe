//! What goes out of a stream before its last message: events that are judged one by one, or together with those behind them.

use super::Relay;
use crate::forward::Failed;
use casemate_audit::{Effect, InFlight, UntrustedEvent};
use casemate_core::Refusal;
use casemate_output::{CleanEvent, Interim as Event, Passed, Past, Rules, inspect_event, release_waiting};
use tokio::time::{Instant, sleep_until};

/// What went out before the final message, and what waits to go.
#[derive(Debug, Default)]
pub(super) struct Interim {
    /// Events that went out.
    pub(super) sent: u64,
    past: Past,
    /// When what waits goes, whatever follows.
    due: Option<Instant>,
}

/// Whether a stream ends by its upstream's doing: what came before that goes still. Where it ends by ours, or the client's,
/// nothing more does.
pub(super) fn is_upstreams(failed: &Failed) -> bool {
    failed.0.reason.code().starts_with("upstream.")
}

impl Interim {
    /// What the events used and said.
    pub(super) const fn past(&self) -> &Past {
        &self.past
    }

    /// Of a stream without an end, each event has the whole budget.
    pub(super) const fn refill(&mut self) {
        self.past.spent = 0;
    }

    /// Takes an event. What can go is given to be sent; with why nothing more may go, where that is so.
    pub(super) fn take(
        &mut self,
        event: UntrustedEvent<Event>,
        flight: &mut InFlight,
        rules: &Rules,
    ) -> (Vec<CleanEvent>, Result<(), Failed>) {
        let passed = inspect_event(event, flight, rules, &mut self.past);
        self.due = self.past.is_waiting().then(|| self.due.unwrap_or_else(|| Instant::now() + rules.filter.hold()));
        self.passed(passed)
    }

    /// Lets go what waits.
    pub(super) fn flush(&mut self, flight: &mut InFlight, relay: &Relay) -> (Vec<CleanEvent>, Result<(), Failed>) {
        if !self.past.is_waiting() {
            return (Vec::new(), Ok(()));
        }
        self.due = None;
        let passed = release_waiting(flight, &relay.rules(), &mut self.past);
        self.passed(passed)
    }

    fn passed(&mut self, passed: Passed) -> (Vec<CleanEvent>, Result<(), Failed>) {
        let Passed { events, ended } = passed;
        self.sent += events.len() as u64;
        let fault = |refusal: Refusal| Err((refusal, Effect::Unknown));
        (events, ended.map_or(Ok(()), fault))
    }

    /// Resolves when the time of what waits is over; never while nothing does.
    pub(super) fn due(&self) -> impl Future<Output = ()> + use<> {
        let due = self.due;
        async move {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        }
    }
}
