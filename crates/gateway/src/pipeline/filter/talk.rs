//! A body that is answered while it comes: lines of questions, or a text in pieces.

use super::form::{Asked, Told};
use super::leash::{Leash, Next};
use super::passage;
use super::place::Place;
use super::turn::in_turn;
use crate::reply::{EventSender, Frame, Gone};
use crate::request;
use bytes::{Bytes, BytesMut};
use casemate_audit::InFlight;
use casemate_core::json::{Json, Limits};
use casemate_core::{Reason, Refusal};
use casemate_output::{self as output, CleanEvent, End, Live, Question, Stop, Verdict};
use hyper::body::Incoming;
use tokio::time::timeout;

/// A piece is taken in parts of this size, so that what waits for a slow client stays bounded.
const PART: usize = 8 * 1024;

/// One such conversation.
pub(super) struct Talk {
    pub(super) leash: Leash,
    pub(super) place: Place,
    pub(super) asked: Asked,
    pub(super) told: Told,
    pub(super) sender: EventSender,
}

/// Why a line is not answered, and its `id`, where that could be read.
type Unanswered = Box<(Refusal, Option<String>)>;

/// Why nothing more is asked.
enum Over {
    /// Something ends it that the client is told.
    Stop(Stop),
    /// Nobody is left to tell.
    Gone,
}

impl From<Refusal> for Over {
    fn from(refusal: Refusal) -> Self {
        Self::Stop(refusal.into())
    }
}

impl From<Stop> for Over {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Gone> for Over {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl Talk {
    /// Answers until the body ends, something forbids to go on, or the client goes away. Its one outcome is recorded
    /// before the last message.
    pub(super) async fn run(mut self, mut flight: InFlight, mut body: Incoming) {
        let ended = match self.asked {
            Asked::Lines => self.lines(&mut flight, &mut body).await,
            Asked::Text => self.text(&mut flight, &mut body).await,
        };
        let ended = ended.map_err(|over| match over {
            Over::Stop(stop) => stop,
            Over::Gone => Refusal::new(Reason::ClientGone).into(),
        });
        match &ended {
            Err(stop) => self.leash.ends(&stop.refusal),
            Ok(end) => end.reasons.iter().for_each(|reason| self.leash.ends(&(*reason).into())),
        }
        let early = ended.is_err();
        let Self { leash, told, sender, .. } = self;
        let released = output::close(flight, ended, passage(leash.begun.into_std()), leash.trace).await;
        leash.gateway.metrics.took("filter", leash.begun.elapsed());
        if early && leash.is_h1 {
            // What is not read would reset the connection, and the last message with it.
            leash.connection.linger();
        }
        if !released.body().is_empty() {
            // Whoever does not read it has gone.
            let _ = timeout(leash.state.config.caps.idle, sender.frame(told.last(&released))).await;
        }
        drop(sender);
        if early && !leash.is_h1 {
            request::linger(body).await;
        }
    }

    async fn text(&mut self, flight: &mut InFlight, body: &mut Incoming) -> Result<End, Over> {
        let filter = self.place.filter(&self.leash.state, &self.leash.principal, self.leash.gateway.now());
        let mut live = Live::new(filter);
        while let Some(piece) = self.next(body).await? {
            for part in piece.chunks(PART) {
                if let Some(event) = in_turn(|| live.take(flight, part)).await? {
                    self.send("text", &event).await?;
                }
            }
        }
        let (event, end) = in_turn(|| live.finish(flight)).await?;
        if let Some(event) = event {
            self.send("text", &event).await?;
        }
        Ok(end)
    }

    async fn lines(&mut self, flight: &mut InFlight, body: &mut Incoming) -> Result<End, Over> {
        let mut end = End { verdict: Verdict::Pass, reasons: Vec::new(), last: String::new() };
        let (mut line, mut number) = (BytesMut::new(), 0);
        while let Some(piece) = self.next(body).await? {
            let mut rest = piece.as_ref();
            while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
                let (head, tail) = rest.split_at(at);
                line.extend_from_slice(head);
                rest = tail.get(1..).unwrap_or_default();
                number += 1;
                self.line(flight, line.split().freeze(), number, &mut end).await?;
            }
            line.extend_from_slice(rest);
        }
        self.line(flight, line.freeze(), number + 1, &mut end).await?;
        Ok(end)
    }

    /// Answers one line. One that is no question is told so, and those after it go on.
    async fn line(&mut self, flight: &mut InFlight, line: Bytes, number: u64, end: &mut End) -> Result<(), Over> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let (event, reason) = match in_turn(|| self.read(&line)).await {
            Ok((question, place)) => {
                let now = self.leash.gateway.now();
                let filter = place.filter(&self.leash.state, &self.leash.principal, now);
                let judged = in_turn(|| output::judge_line(flight, &question, &filter, number, &line));
                let (event, verdict, reason) = judged.await;
                end.verdict = end.verdict.max(verdict);
                (event, reason)
            }
            Err(unclear) => {
                let (refusal, id) = *unclear;
                let event = output::unclear_line(flight, id.as_deref(), &refusal, number, &line);
                (event, Some(refusal.reason))
            }
        };
        end.reasons.extend(reason.filter(|reason| !end.reasons.contains(reason)));
        self.send("ruling", &event).await
    }

    fn read(&self, line: &Bytes) -> Result<(Question, Place), Unanswered> {
        let unclear = |refusal: Refusal, id: Option<&String>| Box::new((refusal, id.cloned()));
        let json = Json::parse(line.clone(), Limits::default()).map_err(|error| {
            unclear(Refusal::new(error.fault.reason()).hint(format!("byte {} of the line", error.at)), None)
        })?;
        let question = Question::read_closed(&json);
        let question = question.map_err(|fault| unclear(super::question(&fault.fault), fault.id.as_ref()))?;
        let named = |refusal| unclear(refusal, question.id.as_ref());
        let place = Place::of_question(&question).map_err(named)?;
        place.check(&self.leash.state, &self.leash.principal).map_err(named)?;
        Ok((question, place))
    }

    async fn next(&mut self, body: &mut Incoming) -> Result<Option<Bytes>, Over> {
        match self.leash.next(body, &self.sender).await? {
            Next::Piece(piece) => Ok(Some(piece)),
            Next::End => Ok(None),
            Next::Gone => Err(Over::Gone),
        }
    }

    /// Sends a message as soon as the client takes it; whoever takes none for long has gone.
    async fn send(&self, name: &'static str, event: &CleanEvent) -> Result<(), Over> {
        let frame: Frame = self.told.frame(name, event);
        Ok(timeout(self.leash.state.config.caps.idle, self.sender.frame(frame)).await.unwrap_or(Err(Gone))?)
    }
}
