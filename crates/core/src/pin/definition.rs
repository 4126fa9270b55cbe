//! The canonical form of a definition, and its digest.

use super::Kind;
use crate::digest::Digest;
use crate::json::{self, Value, quote};
use std::fmt::Write as _;
use std::sync::Arc;

const DOMAIN: &str = "casemate/pin/v1";

/// A definition in its canonical form.
///
/// Two definitions have the same digest exactly if they are of one kind and their canonical texts are equal: keys
/// sorted by code point, no white space, strings escaped as RFC 8785 has it, numbers in one form for each value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Canonical JSON.
    pub text: Arc<str>,
    /// Over the kind and the text.
    pub digest: Digest,
}

impl Definition {
    /// The definition with this canonical text.
    #[must_use]
    pub fn of_text(kind: Kind, text: &str) -> Self {
        let digest = Digest::of_parts(DOMAIN, &[kind.as_str().as_bytes(), text.as_bytes()]);
        Self { text: Arc::from(text), digest }
    }

    /// What a list has under one name more than once: all of it, so that no single one of them can be approved.
    #[must_use]
    pub fn ambiguous(kind: Kind, several: &[Self]) -> Self {
        let texts: Vec<&str> = several.iter().map(|definition| definition.text.as_ref()).collect();
        Self::of_text(kind, &format!("[{}]", texts.join(",")))
    }

    /// Whether it stands for several.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        self.text.starts_with('[')
    }
}

/// The definition of an item of a list.
///
/// Left out is `execution` where it says no more than how calls may run, and an empty `_meta`: whatever else a client is
/// sent counts.
#[must_use]
pub fn definition(kind: Kind, item: Value<'_>) -> Definition {
    let mut text = String::with_capacity(item.span().len());
    if item.is_object() {
        object(&mut text, item, |key, value| match key {
            "execution" => !is_execution(value),
            "_meta" => !value.is_object() || value.members().next().is_some(),
            _ => true,
        });
    } else {
        canonical(&mut text, item);
    }
    Definition::of_text(kind, &text)
}

/// The definition of a server's instructions.
#[must_use]
pub fn instructions(text: &str) -> Definition {
    Definition::of_text(Kind::Instructions, &quote(text))
}

/// `{"taskSupport": "forbidden" | "optional" | "required"}` (MCP 2025-11-25, `ToolExecution`), and nothing beside it.
fn is_execution(value: Value<'_>) -> bool {
    let known = |text: &str| matches!(text, "forbidden" | "optional" | "required");
    value.is_object()
        && value.members().all(|m| m.key_is("taskSupport") && m.value.as_str().is_some_and(|text| known(&text)))
}

/// Writes the members that `keep` names, in the order of their keys.
fn object(out: &mut String, value: Value<'_>, keep: impl Fn(&str, Value<'_>) -> bool) {
    let mut members: Vec<_> = value.members().map(|m| (m.key(), m.value)).filter(|(key, v)| keep(key, *v)).collect();
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    out.push('{');
    for (at, (key, value)) in members.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&quote(key));
        out.push(':');
        canonical(out, *value);
    }
    out.push('}');
}

/// Writes a value in canonical form. Depth is bounded by the limits under which the document was read.
fn canonical(out: &mut String, value: Value<'_>) {
    match value.kind() {
        json::Kind::Object => object(out, value, |_, _| true),
        json::Kind::Array => {
            out.push('[');
            for (at, item) in value.items().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical(out, item);
            }
            out.push(']');
        }
        json::Kind::String => out.push_str(&quote(&value.as_str().unwrap_or_default())),
        json::Kind::Number => number(out, value.raw()),
        json::Kind::Null | json::Kind::Bool => out.push_str(value.raw()),
    }
}

/// Writes a number in the one form that its exact decimal value has: `1`, `1.0` and `10e-1` are one, and nothing is
/// rounded. A number whose exponent nobody can mean keeps its text.
fn number(out: &mut String, raw: &str) {
    let (sign, rest) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok();
    let Some(exponent) = exponent.filter(|e| e.unsigned_abs() < 1_000_000) else { return out.push_str(raw) };
    out.push_str(sign);
    if trimmed.is_empty() {
        return out.push('0');
    }
    // Numbers are at most some hundred bytes long, so these do not overflow.
    let len = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX / 4);
    let power = exponent - len(fraction) + len(significant) - len(trimmed);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or_default());
    let point = len(trimmed) + power;
    if power >= 0 && point <= 21 {
        let _ = write!(out, "{trimmed}{}", zeros(power));
    } else if power < 0 && point > 0 {
        let (whole, fraction) =
            trimmed.split_at_checked(usize::try_from(point).unwrap_or_default()).unwrap_or_default();
        let _ = write!(out, "{whole}.{fraction}");
    } else if power < 0 && point > -6 {
        let _ = write!(out, "0.{}{trimmed}", zeros(-point));
    } else {
        let _ = write!(out, "{trimmed}e{power}");
    }
}

#[cfg(test)]
mod tests;
