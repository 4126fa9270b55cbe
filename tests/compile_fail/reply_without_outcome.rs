//! A clean answer is no reply: only what `release` gives after the outcome can be sent, and nothing else makes that.

use bytes::Bytes;
use casemate_output::{Clean, Released};

fn unrecorded(clean: Clean) -> Released {
    clean.into()
}

fn made_up(body: Bytes) -> Released {
    Released::json(200, body)
}

fn main() {}
