//! The routes of pins: reading for every role, decisions for operators and reviewers.

pub(super) mod body;

use super::document;
use super::routes::{EVERY_ROLE, Shared, allowed, refuse};
use crate::config::Role;
use crate::pins::{Subject, Verdict};
use crate::{reply, request};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use body::Decision;
use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::pin::{self, Kind};
use casemate_core::{Reason, Refusal, ServerName};
use http::{HeaderMap, Uri, header};
use std::collections::BTreeMap;
use std::time::Duration;

/// Whoever may decide.
const DECIDERS: &[Role] = &[Role::Operator, Role::Reviewer];
/// Time for a body.
const PATIENCE: Duration = Duration::from_secs(10);

/// `GET /pins[?server=&state=&full=true]`
pub(super) async fn list(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let answer = async {
        may(&shared, &headers, &uri, EVERY_ROLE).await?;
        let query = query(&uri, &["server", "state", "full"])?;
        let server = query.get("server").map(|name| server(name)).transpose()?;
        let state = query.get("state").map(|name| pin::State::parse(name).ok_or_else(|| wrong("state"))).transpose()?;
        let full = match query.get("full").map(String::as_str) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(wrong("full")),
        };
        let all = shared.gateway.pins().clone();
        // Comparing thousands of names must not hold up calls.
        let reviewed = tokio::task::spawn_blocking(move || all.reviewed()).await;
        let pins = reviewed.map_err(|_| Refusal::new(Reason::Internal))?;
        let fits = pins.iter().filter(|(name, pin)| {
            server.as_ref().is_none_or(|server| server == name) && state.is_none_or(|state| state == pin.state)
        });
        let fits = fits.map(|(name, pin)| (name, pin.as_ref()));
        if full {
            let mut origins = shared.gateway.pins().origins();
            origins.retain(|name, _| server.as_ref().is_none_or(|server| server == name));
            return Ok(document::full(fits, &origins));
        }
        Ok(document::list(fits))
    };
    answered(&shared, &headers, answer.await)
}

/// `GET /pins/item?server=&kind=&name=`
pub(super) async fn item(State(shared): State<Shared>, headers: HeaderMap, uri: Uri) -> Response {
    let answer = async {
        may(&shared, &headers, &uri, EVERY_ROLE).await?;
        let query = query(&uri, &["server", "kind", "name"])?;
        let part = |name: &'static str| query.get(name).ok_or_else(|| wrong(name));
        let (server, kind) = (server(part("server")?)?, kind(part("kind")?)?);
        let (pins, name) = (shared.gateway.pins().clone(), part("name")?.clone());
        // Nor must comparing one name with thousands, or two long definitions.
        let reviewing = move || Some(document::item(&server, pins.review(&server, kind, &name)?.as_ref()) + "\n");
        let reviewed = tokio::task::spawn_blocking(reviewing).await.map_err(|_| Refusal::new(Reason::Internal))?;
        reviewed.ok_or_else(|| Reason::PinMissing.into())
    };
    answered(&shared, &headers, answer.await)
}

/// `POST /pins/approve`
pub(super) async fn approve(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    decide(&shared, &headers, &uri, body, Verdict::Approve).await
}

/// `POST /pins/block`
pub(super) async fn block(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    decide(&shared, &headers, &uri, body, Verdict::Block).await
}

/// `POST /pins/forget`
pub(super) async fn forget(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, mut body: Body) -> Response {
    let answer = async {
        let (person, bytes) = received(&shared, &headers, &uri, &mut body).await?;
        let (server, one) = body::forgotten(bytes)?;
        let (gateway, one) = (&shared.gateway, one.as_ref().map(|(kind, name)| (*kind, name.as_str())));
        let is_configured = || gateway.state().upstream(&server).is_some();
        let pins = gateway.pins().forget(gateway.log(), &server, one, is_configured, &person).await?;
        Ok(document::forgotten(&server, &pins))
    };
    let answer = answer.await;
    settled(&shared, &headers, answer, &mut body).await
}

async fn decide(
    shared: &Shared,
    headers: &HeaderMap,
    uri: &Uri,
    mut body: Body,
    verdict: fn(Digest) -> Verdict,
) -> Response {
    let answer = async {
        let (person, bytes) = received(shared, headers, uri, &mut body).await?;
        let Decision { server, kind, name, digest, shown } = &Decision::read(bytes)?;
        let (gateway, subject) = (&shared.gateway, Subject { server, kind: *kind, name, shown: *shown });
        let pin = gateway.pins().decide(gateway.log(), gateway.now(), subject, verdict(*digest), &person).await?;
        Ok(document::one(server, &pin) + "\n")
    };
    let answer = answer.await;
    settled(shared, headers, answer, &mut body).await
}

/// Who decides, and the body in which it says what.
async fn received(
    shared: &Shared,
    headers: &HeaderMap,
    uri: &Uri,
    body: &mut Body,
) -> Result<(String, Bytes), Refusal> {
    let person = may(shared, headers, uri, DECIDERS).await?;
    query(uri, &[])?;
    body::check_content(headers)?;
    let bytes = tokio::time::timeout(PATIENCE, body::collect(body)).await;
    Ok((person, bytes.map_err(|_| Refusal::new(Reason::HttpBodyTimeout))??))
}

async fn settled(shared: &Shared, headers: &HeaderMap, answer: Result<String, Refusal>, body: &mut Body) -> Response {
    if answer.is_err() {
        // Whoever is still sending would otherwise lose the refusal with the connection.
        let _ = tokio::time::timeout(request::LINGER, body::take(body)).await;
    }
    answered(shared, headers, answer)
}

/// The person, where the request is no browser's and the role is one of these.
pub(super) async fn may(shared: &Shared, headers: &HeaderMap, uri: &Uri, roles: &[Role]) -> Result<String, Refusal> {
    // No page uses these routes, so a request that a page caused is never one that its user meant.
    if headers.contains_key(header::ORIGIN) {
        return Err(Reason::HttpOrigin.into());
    }
    allowed(shared, headers, uri, roles).await
}

pub(super) fn answered(shared: &Shared, headers: &HeaderMap, answer: Result<String, Refusal>) -> Response {
    match answer {
        Ok(text) => {
            let mut response = ([(header::CONTENT_TYPE, "application/json")], text).into_response();
            reply::common(response.headers_mut());
            response
        }
        Err(refusal) => refuse(shared, headers, &refusal),
    }
}

/// The parameters of a request: each one that is known, and at most once.
pub(super) fn query(uri: &Uri, known: &[&'static str]) -> Result<BTreeMap<&'static str, String>, Refusal> {
    let mut found = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let Some(name) = known.iter().find(|known| **known == name) else { return Err(wrong("query")) };
        if found.insert(*name, value.into_owned()).is_some() {
            return Err(wrong(name));
        }
    }
    Ok(found)
}

pub(super) fn wrong(what: &'static str) -> Refusal {
    Refusal::new(Reason::AdminRequest).hint(what)
}

fn server(name: &str) -> Result<ServerName, Refusal> {
    ServerName::parse(name).map_err(|_| wrong("server"))
}

fn kind(name: &str) -> Result<Kind, Refusal> {
    Kind::parse(name).ok_or_else(|| wrong("kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_known_and_given_once() {
        let read = |text: &str| query(&text.parse().unwrap(), &["server", "name"]).map_err(|refusal| refusal.reason);
        let found = read("/pins?server=a&name=b%20c%2B+d").unwrap();
        assert_eq!((found["server"].as_str(), found["name"].as_str()), ("a", "b c+ d"));
        assert_eq!(read("/pins?server=a&server=a"), Err(Reason::AdminRequest));
        assert_eq!(read("/pins?sever=a"), Err(Reason::AdminRequest));
        assert!(read("/pins?").unwrap().is_empty());
    }
}
