//! Decisions as they were recorded, with what they read, so that they can be made again.

use crate::commitment::Opener;
use crate::error::{Class, Fault};
use crate::files::{self, Header};
use crate::retention;
use crate::scan::{self, Found, Walk};
use crate::sealed::{self, Unread};
use crate::side;
use crate::storage::{DirSource, Source as _};
use casemate_core::digest::Digest;
use casemate_core::mcp::Target;
use casemate_core::policy::Inputs;
use casemate_core::{Reason, UnixMillis};
use serde_json::Value;
use std::ops::Range;
use std::path::Path;

/// What there is of the inputs of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// All of them.
    Inputs(Box<Inputs>),
    /// They were erased.
    Erased,
    /// They cannot be had: why.
    Missing(String),
}

/// A decision about a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The index of its entry.
    pub index: u64,
    /// When it was written.
    pub time: UnixMillis,
    /// The digest of the policy that decided.
    pub policy: Option<Digest>,
    /// The index of the rule that admitted, or why the call was refused.
    pub decided: Result<u64, Reason>,
    /// What it read.
    pub kept: Kept,
    /// The record.
    pub json: Value,
}

/// The decisions of a log, in order. Ends after the first fault.
pub struct Decisions {
    source: DirSource,
    opener: Opener,
    walk: Walk,
    range: Range<u64>,
    since: UnixMillis,
}

/// The decisions among the entries in `range` of the log in `dir`, written at `since` or later, with what the file of
/// keys at `keys` opens of them. `0..u64::MAX` are all that were not pruned.
///
/// # Errors
/// The log cannot be read; [`Class::Pruned`] where the range begins before its first entry.
pub fn decisions(dir: &Path, keys: &Path, range: Range<u64>, since: UnixMillis) -> Result<Decisions, Fault> {
    let source = DirSource::new(dir);
    // Whoever asks for all means what is left.
    let least = if range == (0..u64::MAX) { retention::index(&source)? } else { range.start };
    let walk = Walk::at(&source, first_since(&source, since)?.max(least))?;
    Ok(Decisions { source, opener: Opener::new(dir, keys), walk, range, since })
}

/// The first entry of the last segment that was begun by then.
fn first_since(source: &DirSource, since: UnixMillis) -> Result<u64, Fault> {
    let mut from = 0;
    for first in scan::segments(source)? {
        let name = files::segment(first);
        let length = usize::try_from(files::header_len(first)).unwrap_or(usize::MAX);
        let bytes = source.read_at(&name, 0, length).map_err(|error| Fault::io(&name, &error))?;
        // A header that is damaged is named by whoever walks over it.
        if Header::decode(&bytes, first).is_ok_and(|header| header.begun <= since.0) {
            from = first;
        }
    }
    Ok(from)
}

impl Iterator for Decisions {
    type Item = Result<Decision, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.walk.index() >= self.range.end {
                return None;
            }
            match self.walk.next(&self.source)? {
                Err(fault) => return Some(Err(fault)),
                Ok(found) if found.index < self.range.start => {}
                Ok(found) => match self.decision(&found) {
                    Ok(None) => {}
                    Ok(Some(decision)) => return Some(Ok(decision)),
                    Err(fault) => return Some(Err(fault)),
                },
            }
        }
    }
}

impl Decisions {
    fn decision(&mut self, found: &Found) -> Result<Option<Decision>, Fault> {
        // Most entries are outcomes and need no closer look.
        if found.concludes.is_some() {
            return Ok(None);
        }
        let json = found.json().map_err(|what| found.fault(Class::Unreadable, what))?;
        let number = |name: &str| json.get(name).and_then(Value::as_u64);
        let time = UnixMillis(number("time").unwrap_or_default());
        let decided = match json.get("kind").and_then(Value::as_str) {
            // A service of the gateway's own is granted by a scope, and no rule decides about it.
            Some("intent") if json.get("server").is_none() => return Ok(None),
            Some("intent") => Ok(number("rule").unwrap_or(u64::MAX)),
            Some("refusal") => match refused(&json, &found.side) {
                Some(reason) => Err(reason),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        if time < self.since {
            return Ok(None);
        }
        let policy = json.get("policy").and_then(Value::as_str).and_then(Digest::from_hex);
        let kept = self.kept(found, &json)?;
        Ok(Some(Decision { index: found.index, time, policy, decided, kept, json }))
    }

    fn kept(&mut self, found: &Found, json: &Value) -> Result<Kept, Fault> {
        let missing = |why: &str| Ok(Kept::Missing(why.to_owned()));
        if found.names_side.is_none() {
            return missing("nothing was kept of it");
        }
        let link = match self.opener.link(found, json) {
            Ok(Some(link)) => link,
            Ok(None) => return Ok(Kept::Erased),
            Err(fault) if fault.class == Class::Removed => return Ok(Kept::Missing(fault.what)),
            Err(fault) => return Err(fault),
        };
        let Some(part) = side::part(&found.side, side::INPUTS) else { return missing("its inputs were not kept") };
        let Some(opened) = sealed::open(&link, side::INPUTS, part) else { return missing("its inputs do not open") };
        match sealed::read_inputs(&opened) {
            Ok(inputs) if agree(&inputs, json) => Ok(Kept::Inputs(Box::new(inputs))),
            Ok(_) => Err(found.fault(Class::Changed, "the inputs beside the record are not those of its call")),
            Err(Unread::Version) => missing("its inputs were kept by a release that decides from others"),
            Err(Unread::Form) => missing("its inputs cannot be read"),
        }
    }
}

/// Why the policy refused; `None` where something else did.
fn refused(json: &Value, side: &[u8]) -> Option<Reason> {
    let reason = json.get("reasons")?.get(0)?.as_str().and_then(Reason::from_code)?;
    let is_policy = ["policy.", "pin."].iter().any(|family| reason.code().starts_with(family));
    (is_policy || side::part(side, side::INPUTS).is_some()).then_some(reason)
}

/// Whether inputs are of the call that the record names.
fn agree(inputs: &Inputs, json: &Value) -> bool {
    let is = |name: &str, value: &str| json.get(name).and_then(Value::as_str) == Some(value);
    let tool = json.get("tool").and_then(Value::as_str);
    is("tenant", inputs.tenant.as_str())
        && is("subject", inputs.subject.as_str())
        && is("server", inputs.server.as_str())
        && is("method", inputs.method.as_str())
        && tool.is_none_or(|tool| matches!(&inputs.target, Target::Tool(name) if name == tool))
}
