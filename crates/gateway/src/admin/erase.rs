//! Erasing what a subject's records are linked to: for operators.

use super::pins::body::{check_content, collect, take, text};
use super::pins::{answered, may, query, wrong};
use super::routes::Shared;
use crate::config::Role;
use crate::request;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use casemate_core::json::{Json, Limits, quote};
use casemate_core::{Reason, Refusal, Subject, TenantId};
use http::{HeaderMap, Uri};
use std::time::Duration;

/// Whoever may erase.
const ERASERS: &[Role] = &[Role::Operator];
/// Time for a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// A request is one flat object.
const LIMITS: Limits = Limits { depth: 2, nodes: 16, key_len: 64, number_len: 8 };

/// `POST /log/erase` with `{"tenant": …, "subject": …}`: whether there was a key, and where its record stands.
pub(super) async fn erase(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, mut body: Body) -> Response {
    let answer = async {
        let person = may(&shared, &headers, &uri, ERASERS).await?;
        query(&uri, &[])?;
        check_content(&headers)?;
        let bytes = tokio::time::timeout(PATIENCE, collect(&mut body)).await;
        let (tenant, subject) = read(bytes.map_err(|_| Refusal::new(Reason::HttpBodyTimeout))??)?;
        let erasure = shared.gateway.log().erase(&tenant, &subject, &person).await?;
        Ok(match erasure {
            Some(done) => format!(
                "{{\"erased\":true,\"fingerprint\":{},\"index\":{}}}\n",
                quote(&done.fingerprint),
                done.receipt.index
            ),
            None => "{\"erased\":false}\n".to_owned(),
        })
    };
    let answer = answer.await;
    if answer.is_err() {
        // Whoever is still sending would otherwise lose the refusal with the connection.
        let _ = tokio::time::timeout(request::LINGER, take(&mut body)).await;
    }
    answered(&shared, &headers, answer)
}

fn read(bytes: Bytes) -> Result<(TenantId, Subject), Refusal> {
    let json = Json::parse(bytes, LIMITS).map_err(|error| Refusal::new(error.fault.reason()))?;
    let root = json.root();
    if !root.is_object() {
        return Err(wrong("body"));
    }
    if root.members().any(|member| !matches!(member.key().as_ref(), "tenant" | "subject")) {
        return Err(wrong("an unknown member"));
    }
    let tenant = TenantId::parse(&text(root, "tenant")?).map_err(|_| wrong("tenant"))?;
    let subject = Subject::parse(&text(root, "subject")?).map_err(|_| wrong("subject"))?;
    Ok((tenant, subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_subject_and_nothing_else() {
        let read = |text: &'static str| read(Bytes::from_static(text.as_bytes())).map_err(|refusal| refusal.reason);
        let (tenant, subject) = read(r#"{"tenant":"acme","subject":"spiffe://acme/a"}"#).unwrap();
        assert_eq!((tenant.as_str(), subject.as_str()), ("acme", "spiffe://acme/a"));
        for (bad, reason) in [
            ("[]", Reason::AdminRequest),
            (r#"{"tenant":"acme"}"#, Reason::AdminRequest),
            (r#"{"tenant":"a b","subject":"x"}"#, Reason::AdminRequest),
            (r#"{"tenant":"acme","subject":""}"#, Reason::AdminRequest),
            (r#"{"tenant":"acme","subject":7}"#, Reason::AdminRequest),
            (r#"{"tenant":"acme","subject":"x","force":true}"#, Reason::AdminRequest),
            (r#"{"tenant":"acme","subject":"x","subject":"y"}"#, Reason::JsonDuplicateKey),
            ("{", Reason::JsonSyntax),
        ] {
            assert_eq!(read(bad), Err(reason), "{bad}");
        }
    }
}
