//! The log for auditors: checkpoint, tiles and entries, as C2SP tlog-tiles lays them out below `/log/`.

use super::routes::{Shared, allowed, refuse};
use crate::config::Role;
use crate::reply;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use casemate_audit::tlog::tile::Tile;
use casemate_audit::{Class, Fault};
use casemate_core::{Reason, Refusal};
use http::{HeaderMap, HeaderValue, Uri, header};
use std::path::PathBuf;
use tokio::sync::Semaphore;

/// Whoever may read every record.
const READERS: &[Role] = &[Role::Operator, Role::Auditor];
/// Requests that read the log at once; the others wait for their turn.
const AT_ONCE: usize = 2;

static READING: Semaphore = Semaphore::const_new(AT_ONCE);

/// `GET /log/checkpoint`: a signed note. Where the log has witnesses, the published one with its cosignatures, and nothing
/// before there is any; otherwise the newest.
pub(super) async fn checkpoint(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let answer = async {
        may(&shared, &headers, &uri).await?;
        match &shared.gateway.cosigning {
            Some(cosigning) => cosigning.note().ok_or_else(|| Reason::HttpRoute.into()),
            None => read(&shared, |dir| casemate_audit::checkpoint(&dir).map(Some)).await,
        }
    };
    answered(&shared, &headers, "text/plain; charset=utf-8", false, answer.await.map(String::into_bytes))
}

/// `GET /log/tile/<L>/<N>[.p/<W>]` and `GET /log/tile/entries/<N>[.p/<W>]`: what the newest checkpoint has, and nothing
/// beyond it.
pub(super) async fn tile(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let tile = uri.path().strip_prefix("/log/").and_then(|path| Tile::parse(path).ok());
    let answer = async {
        may(&shared, &headers, &uri).await?;
        let tile = tile.ok_or(Reason::HttpRoute)?;
        read(&shared, move |dir| casemate_audit::tile(&dir, tile)).await
    };
    let is_final = tile.is_some_and(|tile| tile.is_full());
    answered(&shared, &headers, "application/octet-stream", is_final, answer.await)
}

async fn may(shared: &Shared, headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
    // No page uses these routes, so a request that a page caused is never one that its user meant.
    if headers.contains_key(header::ORIGIN) {
        return Err(Reason::HttpOrigin.into());
    }
    allowed(shared, headers, uri, READERS).await.map(drop)
}

/// Reads in a thread that may wait for the disk.
async fn read<T: Send + 'static>(
    shared: &Shared,
    what: impl FnOnce(PathBuf) -> Result<Option<T>, Fault> + Send + 'static,
) -> Result<T, Refusal> {
    let failed = |why: String| Refusal::new(Reason::Internal).detail(why);
    let _turn = READING.acquire().await.map_err(|error| failed(error.to_string()))?;
    let dir = shared.gateway.log().dir().to_owned();
    match tokio::task::spawn_blocking(move || what(dir)).await.map_err(|error| failed(error.to_string()))? {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Reason::HttpRoute.into()),
        // Before the first checkpoint there is nothing to read.
        Err(fault) if fault.class == Class::Removed && fault.segment == "checkpoint" => Err(Reason::HttpRoute.into()),
        Err(fault) => {
            tracing::error!(%fault, "the audit log could not be read for an auditor");
            Err(failed(fault.to_string()))
        }
    }
}

fn answered(
    shared: &Shared,
    headers: &HeaderMap,
    content_type: &'static str,
    is_final: bool,
    answer: Result<Vec<u8>, Refusal>,
) -> Response {
    let bytes = match answer {
        Ok(bytes) => bytes,
        Err(refusal) => return refuse(shared, headers, &refusal),
    };
    let mut response = ([(header::CONTENT_TYPE, content_type)], bytes).into_response();
    reply::common(response.headers_mut());
    if is_final {
        let forever = HeaderValue::from_static("private, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    response
}
