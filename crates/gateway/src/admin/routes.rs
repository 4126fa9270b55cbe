//! The whole surface of the admin listener on one page.

use super::people::caller;
use super::{Peer, erase, log, pins, rotate};
use crate::config::Role;
use crate::exchange::mint;
use crate::gateway::Gateway;
use crate::{reply, request};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use casemate_audit::Observed;
use casemate_core::{Reason, Refusal};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use std::sync::Arc;

pub(super) const EVERY_ROLE: &[Role] = &[Role::Operator, Role::Reviewer, Role::Auditor];

#[derive(Clone)]
pub(super) struct Shared {
    pub(super) gateway: Arc<Gateway>,
    peer: Peer,
}

/// Every route, with who may use it.
pub(super) fn router(gateway: Arc<Gateway>, peer: Peer) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/pins", get(pins::list))
        .route("/pins/item", get(pins::item))
        .route("/pins/approve", post(pins::approve))
        .route("/pins/block", post(pins::block))
        .route("/pins/forget", post(pins::forget))
        .route("/log/erase", post(erase::erase))
        .route("/log/rotate-key", post(rotate::rotate))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/tile/{*path}", get(log::tile))
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .with_state(Shared { gateway, peer })
}

async fn nothing(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    refuse(&shared, &headers, &Reason::HttpRoute.into())
}

async fn not_so(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    refuse(&shared, &headers, &Reason::HttpMethod.into())
}

/// Anyone: the process answers.
async fn health() -> Response {
    (StatusCode::OK, "ok\n").into_response()
}

/// Anyone: whether calls can be served. With a role: why not.
async fn ready(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let checks = readiness(&shared.gateway);
    let is_ready = checks.iter().all(|(_, ok, _)| *ok);
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let known = caller(&shared.gateway, &shared.peer, &headers, &uri).await.is_ok_and(|c| c.has(EVERY_ROLE));
    if !known {
        return (status, if is_ready { "ready\n" } else { "not ready\n" }).into_response();
    }
    let body: serde_json::Map<_, _> = checks
        .into_iter()
        .map(|(name, ok, detail)| (name.to_owned(), serde_json::json!({ "ok": ok, "detail": detail })))
        .collect();
    (status, axum::Json(serde_json::json!({ "ready": is_ready, "checks": body }))).into_response()
}

/// Any role: the metrics in the Prometheus text format.
async fn metrics(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    match allowed(&shared, &headers, &uri, EVERY_ROLE).await {
        Ok(_) => {
            let text = shared.gateway.metrics.render(&shared.gateway.state());
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(refusal) => refuse(&shared, &headers, &refusal),
    }
}

/// The name of the person behind a request, who must have one of these roles.
pub(super) async fn allowed(
    shared: &Shared,
    headers: &HeaderMap,
    uri: &Uri,
    roles: &[Role],
) -> Result<String, Refusal> {
    let caller = caller(&shared.gateway, &shared.peer, headers, uri).await?;
    if caller.has(roles) { Ok(caller.name) } else { Err(Reason::AdminRole.into()) }
}

/// Records a refusal, which is only counted above a rate, and renders it (RFC 9457).
pub(super) fn refuse(shared: &Shared, headers: &HeaderMap, refusal: &Refusal) -> Response {
    let trace = request::trace(headers).unwrap_or_else(mint);
    let (gateway, facts) = (&shared.gateway, refusal.reason.facts());
    gateway.metrics.refused(refusal.reason);
    gateway.log().observe(Observed {
        at: gateway.now(),
        peer: Some(shared.peer.address.ip()),
        reason: refusal.reason,
        trace: Some(trace),
        agent: request::agent(headers),
        detail: Some("admin"),
        bytes: 0,
    });
    let status = StatusCode::from_u16(facts.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::json!({
        "type": "about:blank", "title": refusal.message(), "status": facts.status, "reason": facts.code,
        "trace_id": trace.to_string(),
    });
    let mut response = (status, body.to_string()).into_response();
    let fields = response.headers_mut();
    reply::common(fields);
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Ok(trace) = HeaderValue::from_str(&trace.to_string()) {
        fields.insert(request::TRACE, trace);
    }
    if let Some(seconds) = refusal.retry_after {
        fields.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// What readiness stands on: a writable log, keys that are fresh enough, and no drain under way.
fn readiness(gateway: &Gateway) -> Vec<(&'static str, bool, String)> {
    let health = gateway.log().health();
    let state = gateway.state();
    let mut checks = vec![
        ("audit", health.writable, health.fault.unwrap_or_else(|| format!("{} entries", health.entries))),
        ("policy", true, state.config.policy.digest.to_string()),
        ("drain", !gateway.is_draining(), String::new()),
    ];
    if let Some(keys) = state.identity.keys() {
        checks.push(("keys", keys.usable, format!("generation {}, fresh: {}", keys.generation, keys.fresh)));
    }
    checks
}
