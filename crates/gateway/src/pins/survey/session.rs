//! A session of the survey's own: opened, used for the lists, ended.

use super::message::Speech;
use super::wire::{Heard, Wire};
use crate::session::Claim;
use casemate_core::Refusal;
use casemate_core::json::{Json, Value};
use casemate_core::mcp::{Era, Method, Revision};

/// An open session.
pub(super) struct Opened {
    pub(super) speech: Speech,
    result: Json,
    /// Its id is no client's as long as it is open.
    _claim: Option<Claim>,
}

impl Opened {
    /// The result of `initialize`.
    pub(super) fn result(&self) -> Value<'_> {
        let root = self.result.root();
        root.get("result").unwrap_or(root)
    }
}

/// Opens a session in `only`, or in the newest revision that has sessions; the inner error says why there is none.
pub(super) async fn open(wire: &mut Wire<'_>, only: Option<Revision>) -> Result<Result<Opened, &'static str>, Refusal> {
    let asked = only.unwrap_or(Revision::V2025_11_25);
    let answer = wire.ask(&Speech::Opening(asked), Method::Initialize, "").await?;
    let result = match answer.heard {
        Heard::Result(json) => json,
        Heard::Error(..) => return Ok(Err("initialize is refused")),
        Heard::Status(_) => return Ok(Err("initialize has no JSON-RPC answer")),
    };
    let version = result.root().path(&["result", "protocolVersion"]).and_then(|version| version.as_str());
    let revision = version.as_deref().and_then(Revision::parse).filter(|revision| revision.era() == Era::Session);
    let visible = |bytes: &[u8]| !bytes.is_empty() && bytes.len() <= 256 && bytes.iter().all(u8::is_ascii_graphic);
    if answer.session.as_ref().is_some_and(|id| !visible(id.as_bytes())) {
        return Ok(Err("its session id has characters that no id has"));
    }
    // An id that is a client's is not ours to end.
    let sessions = &wire.surveyor().gateway.sessions;
    let claim = answer.session.clone().map(|id| sessions.claim(&wire.surveyor().upstream, id)).transpose()?;
    // Closed below also where the revision is not one of ours.
    let speech = Speech::Session(revision.unwrap_or(asked), answer.session);
    if revision.is_none_or(|revision| only.is_some_and(|only| only != revision)) {
        close(wire, &speech).await;
        return Ok(Err("it answers in another revision"));
    }
    if let Err(refusal) = wire.tell(&speech, Method::Initialized).await {
        close(wire, &speech).await;
        return Err(refusal);
    }
    Ok(Ok(Opened { speech, result, _claim: claim }))
}

/// Ends a session. A server need not allow it (405), and nothing depends on it.
pub(super) async fn close(wire: &mut Wire<'_>, speech: &Speech) {
    if matches!(speech, Speech::Session(_, Some(_))) {
        let _ = wire.tell(speech, Method::End).await;
    }
}
