//! `POST /filter`: the filter as a service, for whoever has the scope. What is asked reaches no server.

mod form;
mod leash;
mod place;
mod talk;
mod turn;

use crate::exchange::Exchange;
use crate::reply::{self, Held, ReplyBody};
use crate::request;
use bytes::Bytes;
use casemate_audit::InFlight;
use casemate_core::json::{Json, Limits};
use casemate_core::policy::{Grant, grant};
use casemate_core::principal::Scope;
use casemate_core::{Principal, Reason, Refusal};
use casemate_output::{self as output, Passage, Question, Unclear};
use form::{Asked, Form};
use http::Response;
use hyper::body::Incoming;
use leash::Leash;
use place::Place;
use std::time::Instant;
use talk::Talk;
use turn::in_turn;

/// The name of the service in records.
const SERVICE: &str = "filter";

impl Exchange {
    /// The road of `POST /filter`. A body that is answered while it comes is taken.
    pub(super) async fn filter(
        &mut self,
        body: &mut Option<Incoming>,
        mut held: Held,
    ) -> Result<Response<ReplyBody>, Refusal> {
        self.service = Some(SERVICE);
        let principal = self.authenticate(None).await?;
        self.limit(&principal, &mut held)?;
        self.check_head()?;
        let granted = grant(&self.state.config.policy, &principal, Scope::Filter, self.gateway.now())?;
        let form = Form::of(&self.parts.headers, &self.state.config.caps)?;
        let place = Place::of_query(self.parts.uri.query())?;
        match form {
            Form::One => self.one(&principal, granted, &place, body, held).await,
            Form::Stream(asked, told) => {
                if asked == Asked::Lines && place != Place::default() {
                    return Err(question("each line says for itself whence its text comes"));
                }
                place.check(&self.state, &principal)?;
                let incoming = body.take().ok_or(Reason::Internal)?;
                let flight = match self.use_filter(granted, None).await {
                    Ok(flight) => flight,
                    Err(refusal) => {
                        *body = Some(incoming);
                        return Err(refusal);
                    }
                };
                let receipt = flight.receipt();
                let (sender, mut response) = reply::stream(held);
                told.mark(response.headers_mut());
                reply::receipt(response.headers_mut(), receipt);
                let talk = Talk { leash: Leash::new(self, principal), place, asked, told, sender };
                tokio::spawn(talk.run(flight, incoming));
                Ok(response)
            }
        }
    }

    /// One question of JSON, one answer.
    async fn one(
        &mut self,
        principal: &Principal,
        granted: Grant,
        place: &Place,
        body: &mut Option<Incoming>,
        held: Held,
    ) -> Result<Response<ReplyBody>, Refusal> {
        if *place != Place::default() {
            return Err(question("a question of JSON says in itself whence its text comes"));
        }
        let incoming = body.as_mut().ok_or(Reason::Internal)?;
        let bytes = request::body(incoming, &self.state.config.caps).await?;
        self.body_bytes = bytes.len() as u64;
        self.message = Some(bytes.clone());
        let asked = in_turn(|| read(bytes.clone())).await?;
        let place = Place::of_question(&asked)?;
        place.check(&self.state, principal)?;
        let filter = place.filter(&self.state, principal, self.gateway.now());
        let flight = self.use_filter(granted, Some(&bytes)).await?;
        let (receipt, begun) = (flight.receipt(), Instant::now());
        let ruling = in_turn(|| asked.answer(&filter)).await;
        let (released, reason) = output::judge(flight, &asked, &ruling, passage(begun), self.trace).await;
        self.gateway.metrics.took("filter", begun.elapsed());
        if let Some(reason) = reason {
            self.gateway.metrics.failed(reason);
        }
        let mut response = reply::whole(&released, held);
        reply::receipt(response.headers_mut(), receipt);
        Ok(response)
    }

    async fn use_filter(&self, granted: Grant, asked: Option<&[u8]>) -> Result<InFlight, Refusal> {
        let recording = Instant::now();
        let flight = self.gateway.log.record_use(granted, SERVICE, asked, &self.about()).await?;
        self.gateway.metrics.took("record", recording.elapsed());
        self.gateway.metrics.permitted();
        Ok(flight)
    }
}

fn read(bytes: Bytes) -> Result<Question, Refusal> {
    let json = Json::parse(bytes, Limits::default())
        .map_err(|error| Refusal::new(error.fault.reason()).hint(format!("byte {}", error.at)))?;
    Question::read_closed(&json).map_err(|Unclear { fault, .. }| question(&fault))
}

fn question(why: &str) -> Refusal {
    Refusal::new(Reason::FilterQuestion).hint(why)
}

fn passage(begun: Instant) -> Passage {
    Passage { upstream_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), events: 0 }
}
