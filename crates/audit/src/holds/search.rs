//! Looking for the subjects of held traces: in the log itself, every entry checked. An index can hide entries.

use crate::error::{Class, Fault};
use crate::queue::Queue;
use crate::scan::Walk;
use crate::storage::DirSource;
use crate::subjects::Owner;
use casemate_core::{Subject, TenantId, TraceId};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;

/// How often it is asked whether this is still wanted: after so many entries.
const STEP: u64 = 1024;
/// A log that is written changes under whoever reads it: segments are closed and pruned.
const TRIES: usize = 3;

/// The members that name whose a record is.
#[derive(Deserialize)]
struct Whose<'a> {
    #[serde(borrow)]
    trace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tenant: Option<Cow<'a, str>>,
    #[serde(borrow)]
    subject: Option<Cow<'a, str>>,
}

/// Begins a search in a thread of its own.
pub(crate) fn start(queue: &Arc<Queue>, round: u64) {
    let held = Arc::clone(queue);
    let thread = std::thread::Builder::new().name("audit-holds".to_owned()).spawn(move || {
        let is_wanted = || held.holds.wanted(round).is_some() && !held.is_closed();
        let mut result = run(&held, round);
        for _ in 1..TRIES {
            if result.is_ok() || !is_wanted() {
                break;
            }
            result = run(&held, round);
        }
        if let Err(fault) = &result
            && is_wanted()
        {
            tracing::error!(%fault, "the subjects of held traces could not be found: nothing is erased");
        }
        held.holds.finish(round, result.map_err(|fault| fault.to_string()));
    });
    if let Err(error) = thread {
        queue.holds.finish(round, Err(error.to_string()));
    }
}

fn run(queue: &Queue, round: u64) -> Result<(), Fault> {
    let Some(traces) = queue.holds.wanted(round) else { return Ok(()) };
    let source = DirSource::new(&queue.config().dir);
    let mut walk = Walk::whole(&source)?;
    while let Some(found) = walk.next(&source) {
        let found = match found {
            // What is being written now is noted by whoever writes it.
            Err(fault) if fault.class == Class::TornTail => break,
            found => found?,
        };
        let is_wanted = || queue.holds.wanted(round).is_some() && !queue.is_closed();
        if found.index % STEP == 0 && !is_wanted() {
            let what = "the log was closed before it was read through";
            return Err(found.fault(Class::Unreadable, what));
        }
        let whose: Whose<'_> = serde_json::from_slice(&found.bytes)
            .map_err(|_| found.fault(Class::Unreadable, "the record has another format"))?;
        let trace = whose.trace.as_deref().and_then(|text| TraceId::parse(text).ok());
        if trace.is_none_or(|trace| !traces.contains(&trace)) {
            continue;
        }
        let tenant = whose.tenant.as_deref().and_then(|text| TenantId::parse(text).ok());
        if let Some(subject) = whose.subject.as_deref().and_then(|text| Subject::parse(text).ok()) {
            queue.holds.found(round, Owner::new(tenant.as_ref(), Some(&subject)).id);
        }
    }
    Ok(())
}
