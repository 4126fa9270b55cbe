//! Reading a request's body, up to a cap.

use crate::config::MAX_BODY;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

/// Why there is no body.
pub(super) enum Fault {
    /// More bytes were announced or came than are read.
    TooLarge,
    /// The connection failed before its end.
    Broken,
}

/// The whole body.
pub(super) async fn read(mut body: Incoming) -> Result<Bytes, Fault> {
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(Fault::TooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Fault::Broken)?.into_data() else { continue };
        if data.len() > MAX_BODY.saturating_sub(whole.len()) {
            return Err(Fault::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
