//! What a call takes of its session, and which way it therefore goes.

use crate::exchange::Exchange;
use crate::relay::{self, Resumption, Way};
use crate::request;
use crate::session::{Owner, Session, Visit};
use casemate_core::mcp::{Call, Era, Method, RequestId, SessionFacts};
use casemate_core::policy::Permitted;
use casemate_core::{Principal, Reason, Refusal, ServerName};
use std::sync::Arc;

impl Exchange {
    /// The session that the request names, if it is the caller's.
    pub(super) fn find(&self, server: &ServerName, principal: &Principal) -> Result<(Visit, SessionFacts), Refusal> {
        let id = request::session(&self.parts.headers)?.ok_or(Reason::SessionMissing)?;
        let caps = &self.state.config.sessions;
        let found = self.gateway.sessions.find(id, &Owner::of(principal), server, caps)?;
        if !self.state.upstream(server).is_some_and(|entry| relay::is_same(&found.entry, &entry)) {
            if self.gateway.sessions.remove(&found) {
                let gateway = Arc::clone(&self.gateway);
                tokio::spawn(async move { relay::farewell(&gateway, &found).await });
            }
            return Err(Refusal::new(Reason::SessionUnknown).detail("the server's entry has changed since"));
        }
        let facts = found.facts;
        Ok((found.visit(), facts))
    }

    pub(super) fn enter(&mut self, server: &ServerName, principal: &Principal) -> Result<SessionFacts, Refusal> {
        let (session, facts) = self.find(server, principal)?;
        self.session = Some(session);
        self.revision = Some(facts.revision);
        Ok(facts)
    }

    /// Which way the call goes once it is recorded, with what it takes of its session.
    pub(super) fn way(&self, permitted: &Permitted) -> Result<Way, Refusal> {
        let (call, principal) = (permitted.call(), permitted.principal());
        if call.era() == Era::Modern {
            return self.open_state(call, principal).map(Way::Modern);
        }
        if call.method == Method::Initialize {
            let owner = Owner::of(principal);
            let (evicted, place) = self.gateway.sessions.reserve(owner, &self.state.config.sessions);
            if !evicted.is_empty() {
                let gateway = Arc::clone(&self.gateway);
                tokio::spawn(async move {
                    for session in evicted {
                        relay::farewell(&gateway, &session).await;
                    }
                });
            }
            return place.map(Way::Open);
        }
        let session = self.session.as_ref().map(|visit| Arc::clone(visit)).ok_or(Reason::Internal)?;
        // The judgement may have taken its time.
        if session.is_over() {
            return Err(relay::over());
        }
        Ok(match (call.method, &call.id) {
            (Method::End, _) => Way::End(session),
            (Method::Stream, _) => {
                let resumption = self.resumption(&session)?;
                Way::Stream(session, resumption)
            }
            (Method::Reply, Some(id)) if !session.is_asked(id, call.json().root()) => {
                return Err(Reason::SessionReply.into());
            }
            (Method::Reply, _) | (_, None) => Way::Tell(session),
            (_, Some(id)) => {
                let token = call.json().root().path(&["params", "_meta", "progressToken"]);
                let invalid = || Refusal::new(Reason::McpParams).hint("progressToken");
                let progress = token.map(|token| RequestId::of(token).ok_or_else(invalid)).transpose()?;
                let running = session.begin(id, progress)?;
                Way::Call(session, running)
            }
        })
    }

    fn resumption(&self, session: &Session) -> Result<Option<Resumption>, Refusal> {
        let Some(id) = request::last_event(&self.parts.headers)? else { return Ok(None) };
        let (stream, after) = session.resumable(id)?;
        Ok(Some(Resumption { id: id.to_owned(), stream, after }))
    }

    /// Opens the state that an upstream gave for this very request, if the client brings one.
    fn open_state(&self, call: &Call, principal: &Principal) -> Result<Option<String>, Refusal> {
        let Some(sealed) = call.param("requestState").and_then(|v| v.as_str()) else { return Ok(None) };
        let state = self.gateway.sealer.open(&sealed, call, principal, self.gateway.now())?;
        Ok(Some(state))
    }
}
