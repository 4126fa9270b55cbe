//! Changing the key that signs the log's checkpoints: for operators.

use super::pins::body::{check_content, collect, take};
use super::pins::{answered, may, query, wrong};
use super::routes::Shared;
use crate::config::Role;
use crate::request;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use casemate_core::json::{Json, Limits, quote};
use casemate_core::{Reason, Refusal};
use http::{HeaderMap, Uri};
use std::time::Duration;

/// Whoever may change it.
const CHANGERS: &[Role] = &[Role::Operator];
/// Time for a body.
const PATIENCE: Duration = Duration::from_secs(10);
/// A request is an empty object.
const LIMITS: Limits = Limits { depth: 2, nodes: 4, key_len: 64, number_len: 8 };

/// `POST /log/rotate-key` with `{}`: the key before and the key from now on, where the record stands (`null` where an
/// earlier attempt had written it), and how many entries the checkpoint has that both have signed.
pub(super) async fn rotate(State(shared): State<Shared>, headers: HeaderMap, uri: Uri, mut body: Body) -> Response {
    let answer = async {
        let person = may(&shared, &headers, &uri, CHANGERS).await?;
        query(&uri, &[])?;
        check_content(&headers)?;
        let bytes = tokio::time::timeout(PATIENCE, collect(&mut body)).await;
        read(bytes.map_err(|_| Refusal::new(Reason::HttpBodyTimeout))??)?;
        let done = shared.gateway.log().rotate_key(&person).await;
        // What has begun of it has made the key.
        shared.gateway.register_anew();
        let done = done?;
        let [old, new] = [&done.old, &done.new].map(|key| quote(&key.to_string()));
        let index = done.receipt.map_or_else(|| "null".to_owned(), |receipt| receipt.index.to_string());
        Ok(format!("{{\"old\":{old},\"new\":{new},\"index\":{index},\"size\":{}}}\n", done.size))
    };
    let answer = answer.await;
    if answer.is_err() {
        // Whoever is still sending would otherwise lose the refusal with the connection.
        let _ = tokio::time::timeout(request::LINGER, take(&mut body)).await;
    }
    answered(&shared, &headers, answer)
}

fn read(bytes: Bytes) -> Result<(), Refusal> {
    let json = Json::parse(bytes, LIMITS).map_err(|error| Refusal::new(error.fault.reason()))?;
    if !json.root().is_object() {
        return Err(wrong("body"));
    }
    if json.root().members().next().is_some() { Err(wrong("an unknown member")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_an_empty_object() {
        let read = |text: &'static str| read(Bytes::from_static(text.as_bytes())).map_err(|refusal| refusal.reason);
        assert_eq!(read("{}"), Ok(()));
        for (bad, reason) in [
            ("[]", Reason::AdminRequest),
            (r#"{"force":true}"#, Reason::AdminRequest),
            ("", Reason::JsonSyntax),
            ("{", Reason::JsonSyntax),
        ] {
            assert_eq!(read(bad), Err(reason), "{bad}");
        }
    }
}
