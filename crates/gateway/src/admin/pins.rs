//! The routes of pins: reading for every role, decisions for operators and reviewers.

use super::document;
use super::routes::{EVERY_ROLE, Shared, allowed, refuse};
use crate::config::Role;
use crate::{reply, request};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use casemate_core::digest::Digest;
use casemate_core::json::{Json, Limits, Value};
use casemate_core::pin::{self, Kind};
use casemate_core::{Reason, Refusal, ServerName};
use http::{HeaderMap, Uri, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use std::collections::BTreeMap;
use std::time::Duration;

/// Whoever may decide.
const DECIDERS: &[Role] = &[Role::Operator, Role::Reviewer];
/// Bytes of a decision.
const BODY: usize = 16 << 10;
/// Bytes of a refused body that are still taken, so that the refusal arrives.
const REST: usize = 1 << 20;
/// Time for a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// A decision is one flat object.
const LIMITS: Limits = Limits { depth: 2, nodes: 16, key_len: 64, number_len: 8 };

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
        let pins = shared.gateway.pins().list();
        let fits = pins.iter().filter(|(name, pin)| {
            server.as_ref().is_none_or(|server| server == name) && state.is_none_or(|state| state == pin.state)
        });
        Ok(document::list(fits.map(|(name, pin)| (name, pin.as_ref())), full))
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
        let found = shared.gateway.pins().get(&server, kind, part("name")?).ok_or(Reason::PinMissing)?;
        Ok(document::item(&server, &found) + "\n")
    };
    answered(&shared, &headers, answer.await)
}

/// `POST /pins/approve`
pub(super) async fn approve(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    decide(&shared, &headers, &uri, body, true).await
}

/// `POST /pins/block`
pub(super) async fn block(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    decide(&shared, &headers, &uri, body, false).await
}

async fn decide(shared: &Shared, headers: &HeaderMap, uri: &Uri, mut body: Body, is_approval: bool) -> Response {
    let answer = async {
        let person = may(shared, headers, uri, DECIDERS).await?;
        query(uri, &[])?;
        check_content(headers)?;
        let bytes = tokio::time::timeout(PATIENCE, collect(&mut body)).await;
        let decision = Decision::read(bytes.map_err(|_| Refusal::new(Reason::HttpBodyTimeout))??)?;
        let Decision { server, kind, name, digest } = &decision;
        let (gateway, pins) = (&shared.gateway, shared.gateway.pins());
        let pin = if is_approval {
            pins.approve(gateway, server, *kind, name, *digest, &person).await?
        } else {
            pins.block(gateway, server, *kind, name, *digest, &person).await?
        };
        Ok(document::one(server, &pin) + "\n")
    };
    let answer = answer.await;
    if answer.is_err() {
        // Whoever is still sending would otherwise lose the refusal with the connection.
        let _ = tokio::time::timeout(request::LINGER, take(&mut body)).await;
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

pub(super) fn check_content(headers: &HeaderMap) -> Result<(), Refusal> {
    let single = |name: header::HeaderName| {
        let mut values = headers.get_all(name).iter();
        (values.next(), values.next())
    };
    let coded = |value: &http::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().any(coded) {
        return Err(Reason::HttpContentEncoding.into());
    }
    match single(header::CONTENT_TYPE) {
        (Some(kind), None) if kind.to_str().is_ok_and(request::is_json) => Ok(()),
        _ => Err(Reason::HttpContentType.into()),
    }
}

/// The whole body, up to the cap.
pub(super) async fn collect(body: &mut Body) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::new(Reason::PayloadTooLarge);
    if body.size_hint().lower() > BODY as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::new(Reason::HttpBodyAborted))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > BODY.saturating_sub(whole.len()) {
            return Err(too_large());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Takes what is left of a body.
pub(super) async fn take(body: &mut Body) {
    let mut left = REST;
    while let Some(Ok(frame)) = body.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

/// What a person decided about: exactly the definition that was shown.
#[derive(Debug, PartialEq, Eq)]
struct Decision {
    server: ServerName,
    kind: Kind,
    name: String,
    digest: Digest,
}

impl Decision {
    fn read(bytes: Bytes) -> Result<Self, Refusal> {
        let json = Json::parse(bytes, LIMITS).map_err(|error| Refusal::new(error.fault.reason()))?;
        let root = json.root();
        if !root.is_object() {
            return Err(wrong("body"));
        }
        if root.members().any(|member| !matches!(member.key().as_ref(), "server" | "kind" | "name" | "digest")) {
            return Err(wrong("an unknown member"));
        }
        let text = |name: &'static str| text(root, name);
        let digest = text("digest")?;
        let digest = digest.strip_prefix("sha256:").and_then(Digest::from_hex).ok_or_else(|| wrong("digest"))?;
        Ok(Self { server: server(&text("server")?)?, kind: kind(&text("kind")?)?, name: text("name")?, digest })
    }
}

pub(super) fn text(object: Value<'_>, name: &'static str) -> Result<String, Refusal> {
    let found = object.get(name).and_then(|value| value.as_str());
    found.map(std::borrow::Cow::into_owned).ok_or_else(|| wrong(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Decision, Reason> {
        Decision::read(Bytes::copy_from_slice(body.as_bytes())).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn a_decision_names_one_definition_and_nothing_else() {
        let digest = Digest::of(b"x");
        let good = format!("{{\"server\":\"s\",\"kind\":\"tool\",\"name\":\"n\",\"digest\":\"{digest}\"}}");
        let found = read(&good).unwrap();
        assert_eq!((found.kind, found.name.as_str(), found.digest), (Kind::Tool, "n", digest));
        for (from, to, reason) in [
            ("\"server\":\"s\",", "", Reason::AdminRequest),
            ("\"s\"", "\"../s\"", Reason::AdminRequest),
            ("\"s\"", "7", Reason::AdminRequest),
            ("\"tool\"", "\"resource\"", Reason::AdminRequest),
            ("sha256:", "", Reason::AdminRequest),
            ("sha256:", "sha256:0", Reason::AdminRequest),
            ("{", "{\"force\":true,", Reason::AdminRequest),
            ("{", "{\"server\":\"t\",", Reason::JsonDuplicateKey),
            ("\"n\"", "[[\"n\"]]", Reason::JsonDepth),
            ("}", "", Reason::JsonSyntax),
            ("}", "}{}", Reason::JsonTrailing),
        ] {
            assert_eq!(read(&good.replacen(from, to, 1)), Err(reason), "{from} as {to}");
        }
        assert_eq!(read("[]"), Err(Reason::AdminRequest));
        assert_eq!(read("null"), Err(Reason::AdminRequest));
    }

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
