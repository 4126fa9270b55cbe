//! A survey: what an upstream offers, asked in the modern era, or else in a session.

mod lists;
mod message;
mod session;
mod wire;

use super::params::Mirrors;
use super::unlisted;
use crate::config::Upstream;
use crate::gateway::Gateway;
use casemate_audit::Log;
use casemate_core::json::{Json, Value};
use casemate_core::mcp::{Era, Method, REVISION};
use casemate_core::pin::Sighting;
use casemate_core::{Refusal, UnixMillis};
use lists::Lists;
use message::Speech;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wire::{Heard, Wire};

/// Whatever a survey needs, so that it can run on its own.
pub(super) struct Surveyor {
    pub(super) gateway: Arc<Gateway>,
    pub(super) upstream: Upstream,
    pub(super) log: Log,
    pub(super) now: UnixMillis,
    /// Whether a change that the server announces in its answers brings another survey.
    pub(super) heeds: bool,
    /// Whether a page of a list was read.
    pub(super) has_read: AtomicBool,
    net: casemate_net::Client,
    cap: usize,
}

impl Surveyor {
    pub(super) fn new(gateway: &Arc<Gateway>, upstream: &Upstream) -> Self {
        Self {
            gateway: Arc::clone(gateway),
            upstream: upstream.clone(),
            log: gateway.log().clone(),
            now: gateway.now(),
            heeds: true,
            has_read: AtomicBool::new(false),
            net: gateway.net.clone(),
            cap: gateway.state().config.caps.answer,
        }
    }
}

/// What an upstream offers.
#[derive(Debug)]
pub(super) struct Offer {
    /// The era in which it was asked: the modern one wherever it is spoken.
    pub(super) era: Era,
    pub(super) mirrors: Mirrors,
    pub(super) items: Vec<Sighting>,
    /// How many items have no name that a client can ask for.
    pub(super) nameless: usize,
}

/// Asks for everything. A page that fails fails the whole.
pub(super) async fn survey(surveyor: &Surveyor) -> Result<Offer, Refusal> {
    let only = surveyor.upstream.revision;
    let mut wire = Wire::new(surveyor);
    let mut why = "";
    if only.is_none_or(|revision| revision.era() == Era::Modern) {
        match discover(&mut wire).await? {
            Ok(discovered) => return modern(&mut wire, &discovered).await,
            Err(not_modern) => why = not_modern,
        }
    }
    if only.is_some_and(|revision| revision.era() == Era::Modern) {
        return Err(unlisted(format!("not of revision {REVISION}: {why}")));
    }
    let session = session::open(&mut wire, only).await?;
    let session = session.map_err(|fault| unlisted(format!("neither modern ({why}) nor a session ({fault})")))?;
    let mut lists = Lists::default();
    let listed = lists.fill(&mut wire, &session.speech, session.result()).await;
    session::close(&mut wire, &session.speech).await;
    listed?;
    Ok(lists.finish(Era::Session))
}

/// `server/discover`; the inner error says why the upstream is not of the modern era.
async fn discover(wire: &mut Wire<'_>) -> Result<Result<Json, &'static str>, Refusal> {
    let mut heard = wire.ask(&Speech::Modern, Method::Discover, "").await?.heard;
    // A server that refuses the revision and names it among its own is asked once more (MCP 2026-07-28, "Versioning").
    if matches!(heard, Heard::Error(-32022, true)) {
        heard = wire.ask(&Speech::Modern, Method::Discover, "").await?.heard;
    }
    let json = match heard {
        Heard::Result(json) => json,
        Heard::Error(-32601, _) => return Ok(Err("server/discover is unknown")),
        Heard::Error(-32022, _) => return Ok(Err("the revision is not supported")),
        Heard::Error(..) => return Ok(Err("server/discover is refused")),
        Heard::Status(_) => return Ok(Err("server/discover has no JSON-RPC answer")),
    };
    let result = json.root().get("result");
    let is_complete =
        result.and_then(|result| result.get("resultType")?.as_str()).is_some_and(|kind| kind == "complete");
    let versions = result.and_then(|result| result.get("supportedVersions"));
    let is_spoken = versions.is_some_and(|all| all.items().any(|version| is_text(version, REVISION)));
    Ok(match (is_complete, is_spoken) {
        (true, true) => Ok(json),
        (false, _) => Err("a result without resultType"),
        (_, false) => Err("supportedVersions does not name it"),
    })
}

async fn modern(wire: &mut Wire<'_>, discovered: &Json) -> Result<Offer, Refusal> {
    let result = discovered.root().get("result").ok_or_else(|| unlisted("no result"))?;
    let mut lists = Lists::default();
    lists.fill(wire, &Speech::Modern, result).await?;
    Ok(lists.finish(Era::Modern))
}

fn is_text(value: Value<'_>, text: &str) -> bool {
    value.as_str().is_some_and(|own| own == text)
}

#[cfg(test)]
mod tests;
