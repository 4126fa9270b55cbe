//! `casemate explain`: what a reason, a finding, a key or a rule means.

use crate::config::codes::Code;
use crate::config::scalar;
use crate::config::spec::{self, Key, Kind};
use crate::{out, rules};
use anyhow::Result;
use casemate_core::Reason;
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Explain a reason, a configuration finding, a configuration key or a rule of the filter.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Such as `limit.rate`, `config.unknown_key` or `mcp_gateway.max_payload_bytes`; nothing lists all of them but the keys.
    pub name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// Output that cannot be written.
pub fn run(args: &ExplainArgs) -> Result<ExitCode> {
    let Some(name) = args.name.as_deref() else {
        list(args.json)?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some((text, value)) = explain(name) else {
        out::say(&format!("error: nothing is called `{}`", out::safe(name)));
        if let Some(near) = suggestion(name) {
            out::say(&format!("help: did you mean `{near}`?"));
        }
        return Ok(ExitCode::from(2));
    };
    if args.json {
        out::json(&value)?
    } else {
        out::data(&text)?
    }
    Ok(ExitCode::SUCCESS)
}

fn list(as_json: bool) -> Result<()> {
    if as_json {
        let all =
            Reason::ALL.iter().map(|reason| reason_json(*reason)).chain(Code::ALL.iter().map(|code| code_json(*code)));
        let rules = casemate_inspect::catalogue().filter_map(|rule| rules::described(rule.id)).map(|(_, json)| json);
        let all = all.chain(rules);
        return Ok(out::json(&Value::Array(all.collect()))?);
    }
    let mut text = String::new();
    for reason in Reason::ALL {
        text.push_str(&format!("{:<28} {}\n", reason.code(), reason.facts().message));
    }
    for code in Code::ALL {
        text.push_str(&format!("{:<28} {}\n", code.as_str(), code.title()));
    }
    for rule in casemate_inspect::catalogue() {
        text.push_str(&format!("{:<28} {}\n", rule.id, rule.about));
    }
    Ok(out::data(&text)?)
}

/// The explanation of `name` as text and as JSON.
#[must_use]
pub fn explain(name: &str) -> Option<(String, Value)> {
    if let Some(reason) = Reason::from_code(name) {
        let facts = reason.facts();
        let mut text = format!("{}: {}\n\n{}\n\n", facts.code, facts.message, facts.help);
        match facts.status {
            0 => text.push_str("HTTP status: none\n"),
            status => text.push_str(&format!("HTTP status: {status}\nJSON-RPC code: {}\n", facts.rpc)),
        }
        text.push_str(&format!("blame: {}\n", facts.blame.as_str()));
        return Some((text, reason_json(reason)));
    }
    if let Some(code) = Code::parse(name) {
        return Some((format!("{code}: {}\n\n{}\n", code.title(), code.help()), code_json(code)));
    }
    if let Some(rule) = rules::described(name) {
        return Some(rule);
    }
    spec::find(name).map(|key| (key_text(name, key), key_json(name, key)))
}

fn reason_json(reason: Reason) -> Value {
    let facts = reason.facts();
    json!({
        "kind": "reason", "code": facts.code, "message": facts.message, "help": facts.help,
        "status": facts.status, "rpc": facts.rpc, "blame": facts.blame.as_str(),
    })
}

fn code_json(code: Code) -> Value {
    json!({ "kind": "finding", "code": code.as_str(), "message": code.title(), "help": code.help() })
}

fn key_json(path: &str, key: &Key) -> Value {
    let below: Vec<_> = spec::below(key.kind).iter().map(|key| key.name).collect();
    json!({
        "kind": "key", "key": path, "help": key.doc, "takes": takes(key.kind), "default": key.default,
        "required": key.required, "keys": below,
    })
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::List(item) => match *item {
            Kind::Map(_) => "a list of sections".to_owned(),
            item => format!("a list; each item is {}", scalar::expected(item)),
        },
        Kind::Named(name, _) => format!("sections by name; the name is {}", scalar::expected(*name)),
        Kind::Lists(name, item) => {
            let (name, item) = (scalar::expected(*name), scalar::expected(*item));
            format!("lists by name; the name is {name}, each item is {item}")
        }
        kind => scalar::expected(kind),
    }
}

fn key_text(path: &str, key: &Key) -> String {
    let mut text = format!("{path}\n\n{}\n\ntakes: {}\n", key.doc, takes(key.kind));
    match (key.default, key.required) {
        (Some(default), _) => text.push_str(&format!("default: {default}\n")),
        (None, true) => text.push_str("required\n"),
        (None, false) => {}
    }
    let choice = match key.kind {
        Kind::Choice(choice) | Kind::List(&Kind::Choice(choice)) => Some(choice),
        _ => None,
    };
    if let Some(choice) = choice {
        text.push('\n');
        choice.words.iter().for_each(|(word, meaning)| text.push_str(&format!("  {word:<26} {meaning}\n")));
    }
    let below = spec::below(key.kind);
    if !below.is_empty() {
        text.push_str("\nkeys:\n");
        below.iter().for_each(|key| text.push_str(&format!("  {:<26} {}\n", key.name, key.doc)));
    }
    text
}

fn suggestion(name: &str) -> Option<String> {
    let keys = spec::all();
    let codes = Reason::ALL.iter().map(|reason| reason.code()).chain(Code::ALL.iter().map(|code| code.as_str()));
    let codes = codes.chain(casemate_inspect::catalogue().map(|rule| rule.id));
    let near = scalar::nearest(name, codes.chain(keys.iter().map(|(path, _)| path.as_str())));
    // A key alone, without its section, is how people remember it.
    let last = || keys.iter().find(|(_, key)| key.name == name).map(|(path, _)| path.replace("[]", ""));
    near.map(str::to_owned).or_else(last)
}

#[cfg(test)]
mod tests;
