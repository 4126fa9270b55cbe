//! An interim event cannot go out before it was inspected.

use bytes::Bytes;
use casemate_audit::UntrustedEvent;
use casemate_core::json::Json;
use casemate_output::CleanEvent;

fn body(event: UntrustedEvent<Json>) -> Bytes {
    let clean: CleanEvent = event;
    clean.body().clone()
}

fn main() {}
