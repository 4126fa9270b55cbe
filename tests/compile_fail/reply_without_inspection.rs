//! An upstream's answer cannot be released before it was inspected.

use casemate_audit::Untrusted;
use casemate_core::TraceId;
use casemate_output::{Answer, Form, Passage, Released, release};

async fn reply(answer: Untrusted<Answer>, trace: TraceId) -> Released {
    release(answer, Passage::default(), trace, &Form::Problem).await
}

fn main() {}
