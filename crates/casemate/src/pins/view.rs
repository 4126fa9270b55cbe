//! What the admin listener says of pins, read back.

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use casemate_core::json::{Json, Limits, Value};
use casemate_core::pin::HISTORY;
use std::borrow::Cow;

/// How much of it is read: definitions stand within it, so it may nest deeper than a single message.
const LIMITS: Limits = Limits { depth: 176, nodes: 32_000_000, key_len: usize::MAX / 2, number_len: usize::MAX / 2 };

/// One pin as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pin {
    /// The upstream's entry.
    pub(super) server: String,
    /// `tool`, `prompt`, `template` or `instructions`.
    pub(super) kind: String,
    /// The name of the item; empty for instructions.
    pub(super) name: String,
    /// `pending`, `approved`, `changed`, `removed` or `blocked`.
    pub(super) state: String,
    /// The digest that was approved.
    pub(super) approved: Option<String>,
    /// The digest that was seen last, or that a list showed.
    pub(super) seen: Option<String>,
    /// The eras in which lists showed clients another definition than the approved one.
    pub(super) listed: Vec<String>,
    /// What a reviewer should know of the definition that was seen last.
    pub(super) findings: Vec<Finding>,
    /// When the state last changed, in milliseconds since the epoch.
    pub(super) changed_at: u64,
}

impl Pin {
    /// Whether the server offers it no longer.
    pub(super) fn is_gone(&self) -> bool {
        self.state == "removed"
    }

    /// Whether something was found that is hardly ever innocent.
    pub(super) fn is_grave(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == "high")
    }

    /// Whether it waits for a reviewer.
    pub(super) fn waits(&self) -> bool {
        matches!(self.state.as_str(), "pending" | "changed")
    }
}

/// One thing that a reviewer should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The rule.
    pub(super) rule: String,
    /// Where in the definition: a JSON pointer (RFC 6901).
    pub(super) place: String,
    /// `low`, `medium` or `high`.
    pub(super) severity: String,
    /// A short piece of the text.
    pub(super) excerpt: String,
}

/// A difference between the definition that was approved and the one that was seen last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Where: a JSON pointer.
    pub(super) path: String,
    /// What stood there, as JSON.
    pub(super) old: Option<String>,
    /// What stands there, as JSON.
    pub(super) new: Option<String>,
}

/// One step of a pin's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// When, in milliseconds since the epoch.
    pub(super) at: u64,
    /// What happened.
    pub(super) what: String,
    /// With which definition.
    pub(super) digest: Option<String>,
    /// Who did it.
    pub(super) actor: String,
}

/// One pin with all that is known of it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// As a list has it.
    pub(super) pin: Pin,
    /// The definition that was approved, as JSON.
    pub(super) approved: Option<Json>,
    /// The definition that was seen last, as JSON.
    pub(super) seen: Option<Json>,
    /// The difference between the two.
    pub(super) changes: Vec<Change>,
    /// What happened, oldest first.
    pub(super) history: Vec<Step>,
}

impl Item {
    /// Whether it waits for its first review: no other definition of it was ever approved, as far back as its history goes.
    pub(super) fn is_first(&self) -> bool {
        let is_other = |step: &Step| step.what == "approved" && step.digest != self.pin.seen;
        self.pin.state == "pending" && self.history.len() < HISTORY && !self.history.iter().any(is_other)
    }
}

/// Reads an answer.
///
/// # Errors
/// It is not JSON.
pub(super) fn parse(bytes: Bytes) -> Result<Json> {
    Json::parse(bytes, LIMITS).context("the gateway's answer cannot be read")
}

/// Reads the list of all pins.
///
/// # Errors
/// It is no list of pins.
pub(super) fn list(json: &Json) -> Result<Vec<Pin>> {
    let Some(pins) = json.root().get("pins") else { bail!("the gateway's answer holds no pins") };
    pins.items().map(pin).collect()
}

/// Reads what is remembered no longer.
///
/// # Errors
/// It is no such list.
pub(super) fn forgotten(json: &Json) -> Result<Vec<Pin>> {
    let Some(pins) = json.root().get("forgotten") else {
        bail!("the gateway's answer does not say what was forgotten")
    };
    pins.items().map(pin).collect()
}

/// Reads one pin with all that is known of it.
///
/// # Errors
/// It is no pin.
pub(super) fn item(json: &Json) -> Result<Item> {
    let root = json.root();
    let definition = |name: &str| -> Result<Option<Json>> {
        let found = root.path(&["definitions", name]).filter(|value| !value.is_null());
        found.map(|value| parse(Bytes::copy_from_slice(value.raw().as_bytes()))).transpose()
    };
    let each = |name: &str| root.get(name).into_iter().flat_map(|list| list.items());
    let changes = each("changes").map(|change| {
        // A member may be there and be null.
        let side = |name: &str, is_missing: &str| {
            let is_there = change.get(is_missing).and_then(|flag| flag.as_bool()) == Some(false);
            change.get(name).filter(|_| is_there).map(|value| value.raw().to_owned())
        };
        Ok(Change { path: text(change, "path")?, old: side("old", "is_new"), new: side("new", "is_gone") })
    });
    let history = each("history").map(|step| {
        let digest = optional(step, "digest");
        Ok(Step { at: number(step, "at")?, what: text(step, "what")?, digest, actor: text(step, "actor")? })
    });
    Ok(Item {
        pin: pin(root)?,
        approved: definition("approved")?,
        seen: definition("seen")?,
        changes: changes.collect::<Result<_>>()?,
        history: history.collect::<Result<_>>()?,
    })
}

fn pin(value: Value<'_>) -> Result<Pin> {
    let findings = value.get("findings").into_iter().flat_map(|list| list.items()).map(|finding| {
        Ok(Finding {
            rule: text(finding, "rule")?,
            place: text(finding, "place")?,
            severity: text(finding, "severity")?,
            excerpt: text(finding, "excerpt")?,
        })
    });
    let listed = value.get("listed").into_iter().flat_map(|list| list.items());
    Ok(Pin {
        server: text(value, "server")?,
        kind: text(value, "kind")?,
        name: text(value, "name")?,
        state: text(value, "state")?,
        approved: optional(value, "approved"),
        seen: optional(value, "seen"),
        listed: listed.map(|each| text(each, "era")).collect::<Result<_>>()?,
        findings: findings.collect::<Result<_>>()?,
        changed_at: number(value, "changed_at")?,
    })
}

fn optional(value: Value<'_>, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(Cow::into_owned)
}

fn text(value: Value<'_>, name: &str) -> Result<String> {
    optional(value, name).with_context(|| format!("the gateway's answer has no `{name}`"))
}

fn number(value: Value<'_>, name: &str) -> Result<u64> {
    let found = value.get(name).and_then(|v| v.as_i64()).and_then(|n| u64::try_from(n).ok());
    found.with_context(|| format!("the gateway's answer has no `{name}`"))
}
