//! What a person sends with a decision: small, flat, and nothing in it that is not known.

use super::{kind, server, wrong};
use crate::request;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use casemate_core::digest::Digest;
use casemate_core::json::{Json, Limits, Value};
use casemate_core::pin::{Kind, State};
use casemate_core::{Reason, Refusal, ServerName};
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

/// Bytes of a decision.
const BODY: usize = 16 << 10;
/// Bytes of a refused body that are still taken, so that the refusal arrives.
const REST: usize = 1 << 20;
/// A decision is one flat object.
const LIMITS: Limits = Limits { depth: 2, nodes: 16, key_len: 64, number_len: 8 };

pub(in crate::admin) fn check_content(headers: &HeaderMap) -> Result<(), Refusal> {
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
pub(in crate::admin) async fn collect(body: &mut Body) -> Result<Bytes, Refusal> {
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
pub(in crate::admin) async fn take(body: &mut Body) {
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
pub(super) struct Decision {
    pub(super) server: ServerName,
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) digest: Digest,
    /// The state in which it was shown.
    pub(super) shown: Option<State>,
}

impl Decision {
    pub(super) fn read(bytes: Bytes) -> Result<Self, Refusal> {
        let json = object(bytes, &["server", "kind", "name", "digest", "state"])?;
        let root = json.root();
        let text = |name: &'static str| text(root, name);
        let digest = text("digest")?;
        let digest = digest.strip_prefix("sha256:").and_then(Digest::from_hex).ok_or_else(|| wrong("digest"))?;
        let shown = match root.get("state") {
            None => None,
            Some(_) => Some(State::parse(&text("state")?).ok_or_else(|| wrong("state"))?),
        };
        let (server, kind) = (server(&text("server")?)?, kind(&text("kind")?)?);
        Ok(Self { server, kind, name: text("name")?, digest, shown })
    }
}

/// What is to be forgotten: one item of a server, or with `"all": true` all of it that can be.
pub(super) fn forgotten(bytes: Bytes) -> Result<(ServerName, Option<(Kind, String)>), Refusal> {
    let json = object(bytes, &["server", "kind", "name", "all"])?;
    let root = json.root();
    let server = server(&text(root, "server")?)?;
    let is_one = ["kind", "name"].into_iter().any(|name| root.get(name).is_some());
    match root.get("all").map(|all| all.as_bool()) {
        Some(Some(true)) if !is_one => Ok((server, None)),
        Some(_) => Err(wrong("all")),
        None => Ok((server, Some((kind(&text(root, "kind")?)?, text(root, "name")?)))),
    }
}

/// An object of no other members than these.
fn object(bytes: Bytes, known: &[&str]) -> Result<Json, Refusal> {
    let json = Json::parse(bytes, LIMITS).map_err(|error| Refusal::new(error.fault.reason()))?;
    if !json.root().is_object() {
        return Err(wrong("body"));
    }
    if json.root().members().any(|member| !known.contains(&member.key().as_ref())) {
        return Err(wrong("an unknown member"));
    }
    Ok(json)
}

pub(in crate::admin) fn text(object: Value<'_>, name: &'static str) -> Result<String, Refusal> {
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
        assert_eq!(found.shown, None);
        for (state, shown) in [("blocked", Ok(Some(State::Blocked))), ("gone", Err(Reason::AdminRequest))] {
            let with = good.replacen('{', &format!("{{\"state\":\"{state}\","), 1);
            assert_eq!(read(&with).map(|decision| decision.shown), shown);
        }
        assert_eq!(read(&good.replacen('{', "{\"state\":null,", 1)), Err(Reason::AdminRequest));
    }

    #[test]
    fn what_is_forgotten_is_one_item_or_all() {
        let read = |body: &str| forgotten(Bytes::copy_from_slice(body.as_bytes())).map_err(|refusal| refusal.reason);
        let server = ServerName::parse("s").unwrap();
        assert_eq!(read(r#"{"server":"s","all":true}"#), Ok((server.clone(), None)));
        let one = Some((Kind::Tool, "n".to_owned()));
        assert_eq!(read(r#"{"server":"s","kind":"tool","name":"n"}"#), Ok((server, one)));
        for body in [
            r#"{"server":"s"}"#,
            r#"{"all":true}"#,
            r#"{"server":"s","all":false}"#,
            r#"{"server":"s","all":"true"}"#,
            r#"{"server":"s","all":true,"name":"n"}"#,
            r#"{"server":"s","all":null,"kind":"tool","name":"n"}"#,
            r#"{"server":"s","kind":"tool"}"#,
            r#"{"server":"s","name":"n"}"#,
            r#"{"server":"s","kind":"tool","name":"n","state":"removed"}"#,
            r#"["s"]"#,
        ] {
            assert_eq!(read(body), Err(Reason::AdminRequest), "{body}");
        }
    }
}
