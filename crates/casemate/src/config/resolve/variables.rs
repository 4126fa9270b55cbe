//! The playbook's three variables: the process environment overrides `mcp_gateway.env`, and the origin is named.

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::scalar;
use crate::config::section::Section;
use casemate_core::host::Host;
use std::collections::BTreeMap;
use std::fmt;

/// Tokens of text for one request where nothing else is set.
const TOKEN_BUDGET: u64 = 100_000;

/// A variable as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Where the value comes from.
    pub origin: String,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.value.is_empty() { "(nothing: no server may be reached)" } else { &self.value };
        write!(f, "{}={shown} ({})", self.name, self.origin)
    }
}

/// The variables, read.
pub(super) struct Variables {
    pub(super) domains: Vec<Host>,
    pub(super) media: u64,
    pub(super) tokens: u64,
    pub(super) effective: Vec<Effective>,
}

struct Value {
    text: String,
    origin: String,
    span: Option<Span>,
}

pub(super) fn resolve(cx: &mut Context<'_>, gateway: Section<'_>) -> Variables {
    let mut listed = listed(cx, gateway);
    let mut effective = Vec::new();
    let mut value = |cx: &Context<'_>, name: &'static str| {
        let process = cx.environment.variables.get(name);
        let process =
            process.map(|text| Value { text: text.clone(), origin: "process environment".to_owned(), span: None });
        process.or_else(|| listed.remove(name))
    };
    let domains = value(cx, "MCP_ALLOWED_DOMAINS");
    let media = value(cx, "MAX_MEDIA_SIZE");
    let tokens = value(cx, "TOKEN_BUDGET_PER_REQUEST");
    let hosts = domains.as_ref().map(|domains| read_domains(cx, domains)).unwrap_or_default();
    let shown: Vec<_> = hosts.iter().map(Host::as_str).collect();
    effective.push(Effective {
        name: "MCP_ALLOWED_DOMAINS",
        value: shown.join(","),
        origin: domains.map_or_else(|| "default".to_owned(), |domains| domains.origin),
    });
    let payload = gateway.bytes("max_payload_bytes");
    let mut number = |cx: &mut Context<'_>, name, value: Option<Value>, default: u64, why: &str| {
        let read = value.as_ref().map(|value| read_number(cx, name, value)).unwrap_or(Some(default));
        let origin = value.map_or_else(|| why.to_owned(), |value| value.origin);
        let read = read.unwrap_or(0);
        effective.push(Effective { name, value: read.to_string(), origin });
        read
    };
    let media = number(cx, "MAX_MEDIA_SIZE", media, payload, "default: max_payload_bytes");
    let tokens = number(cx, "TOKEN_BUDGET_PER_REQUEST", tokens, TOKEN_BUDGET, "default");
    Variables { domains: hosts, media, tokens, effective }
}

/// The `env` list, each name once.
fn listed(cx: &mut Context<'_>, gateway: Section<'_>) -> BTreeMap<String, Value> {
    let mut found: BTreeMap<String, Value> = BTreeMap::new();
    for entry in gateway.sections("env") {
        let (Some(name), Some(value)) = (entry.text("name"), entry.text("value")) else { continue };
        if let Some(first) = found.get(name.value) {
            let message = format!("`{}` is set twice", name.value);
            let mut twice = Diagnostic::error(Code::DuplicateKey, name.span, message).label("the second time");
            if let Some(span) = first.span {
                twice = twice.also(span, "the first value");
            }
            cx.push(twice.help("keep one of the two"));
            continue;
        }
        let origin = format!("mcp_gateway.env, line {}", value.span.line);
        found.insert(name.value.to_owned(), Value { text: value.value.to_owned(), origin, span: Some(value.span) });
    }
    found
}

fn read_domains(cx: &mut Context<'_>, value: &Value) -> Vec<Host> {
    let mut hosts = Vec::new();
    for part in value.text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match Host::parse(part) {
            Ok(host) if !hosts.contains(&host) => hosts.push(host),
            Ok(_) => {}
            Err(error) => {
                let shown: String = part.chars().filter(|c| !c.is_control()).take(80).collect();
                let message = format!("`{shown}` in MCP_ALLOWED_DOMAINS ({}) is no domain", value.origin);
                let found = Diagnostic::error(Code::Variable, value.span, message).label(error.to_string());
                cx.push(found.help("write domains alone, separated by commas; a domain covers all hosts below it"));
            }
        }
    }
    hosts.sort();
    hosts
}

fn read_number(cx: &mut Context<'_>, name: &str, value: &Value) -> Option<u64> {
    let text = value.text.trim();
    let number = if name == "MAX_MEDIA_SIZE" { scalar::read_bytes(text) } else { scalar::whole(text) };
    if number.is_none() {
        let message = format!("{name} ({}) is not a whole number", value.origin);
        let found = Diagnostic::error(Code::Variable, value.span, message).label("expected digits alone");
        cx.push(found.help(format!("remove {name} for its default; zero allows nothing")));
    }
    number
}
