//! `casemate schema`: the JSON schema of the configuration (draft 2020-12), for editors.

use crate::config::scalar;
use crate::config::spec::{self, Key, Kind};
use crate::out;
use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// Print the JSON schema of casemate.yaml.
#[derive(Debug, Args)]
pub struct SchemaArgs {}

/// Runs the command.
///
/// # Errors
/// Output that cannot be written.
pub fn run(_: &SchemaArgs) -> Result<ExitCode> {
    out::json(&schema())?;
    Ok(ExitCode::SUCCESS)
}

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut schema = section(spec::ROOT);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".to_owned(), json!("casemate.yaml"));
        object
            .insert("description".to_owned(), json!("The configuration of Casemate. What is not allowed is refused."));
    }
    schema
}

/// The schema of a section with these keys.
pub(crate) fn section(keys: &[Key]) -> Value {
    let properties: Map<_, _> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<_> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let (Some(object), false) = (schema.as_object_mut(), required.is_empty()) {
        object.insert("required".to_owned(), json!(required));
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = kind(key.kind);
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), json!(key.doc));
        if let Some(default) = key.default {
            object.insert("default".to_owned(), default_value(key.kind, default));
        }
    }
    schema
}

/// A default as JSON has it; the table writes it as YAML.
fn default_value(kind: Kind, text: &str) -> Value {
    let number = || scalar::whole(text).map_or_else(|| json!(text), |number| json!(number));
    match kind {
        Kind::Bool => json!(text == "true"),
        Kind::Count { .. } | Kind::Port | Kind::Bytes { .. } => number(),
        Kind::List(_) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            json!(inner.split(',').map(str::trim).filter(|item| !item.is_empty()).collect::<Vec<_>>())
        }
        _ => json!(text),
    }
}

const NAME: &str = "^[A-Za-z0-9._-]+$";

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Port => json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
        Kind::Bytes { min, max } => json!({ "anyOf": [
            { "type": "integer", "minimum": min, "maximum": max },
            { "type": "string", "pattern": "^(0|[1-9][0-9]*)(KiB|MiB|GiB)?$" },
        ] }),
        Kind::Duration { .. } => json!({ "type": "string", "pattern": "^(0|[1-9][0-9]*)(ms|s|m|h|d)$" }),
        Kind::Variable => json!({ "type": ["string", "integer"] }),
        Kind::Text | Kind::Lines | Kind::Path | Kind::Identity => json!({ "type": "string", "minLength": 1 }),
        Kind::Glob => json!({ "type": "string", "minLength": 1, "maxLength": 512 }),
        Kind::Url | Kind::Origin => json!({ "type": "string", "pattern": "^https?://" }),
        Kind::KeysUri => json!({ "type": "string", "pattern": "^(https://|file:)." }),
        Kind::Ip => json!({ "type": "string", "pattern": "^[0-9A-Fa-f.:]+$" }),
        Kind::Host => json!({ "type": "string", "pattern": "^[^/@?#*\\s]+$" }),
        Kind::Tenant | Kind::Name => json!({ "type": "string", "pattern": NAME, "maxLength": 64 }),
        Kind::Trace => json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$" }),
        Kind::Server => json!({ "type": "string", "pattern": NAME, "maxLength": 128 }),
        Kind::Tool => json!({ "type": "string", "pattern": "^[^*?\\[]+$", "maxLength": 256 }),
        Kind::HeaderName => json!({ "type": "string", "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
        Kind::VariableName => json!({ "type": "string", "pattern": "^[A-Za-z0-9_]+$", "maxLength": 128 }),
        Kind::Choice(choice) if choice.any_case => {
            // An enumeration would refuse `mtls`; the pattern offers the words and takes any case.
            let words: Vec<_> = choice.words.iter().map(|(word, _)| any_case(word)).collect();
            let offered: Vec<_> = choice.words.iter().map(|(word, _)| *word).collect();
            json!({ "type": "string", "pattern": format!("^({})$", words.join("|")), "examples": offered })
        }
        Kind::Choice(choice) => json!({ "enum": choice.words.iter().map(|(word, _)| *word).collect::<Vec<_>>() }),
        Kind::List(&Kind::Tool) => json!({ "type": "array", "items": self::kind(Kind::Tool), "uniqueItems": true }),
        Kind::List(item) => json!({ "type": "array", "items": self::kind(*item) }),
        Kind::Map(keys) => section(keys),
        Kind::Named(name, keys) => {
            json!({ "type": "object", "propertyNames": self::kind(*name), "additionalProperties": section(keys) })
        }
        Kind::Lists(name, item) => {
            let list = self::kind(Kind::List(item));
            json!({ "type": "object", "propertyNames": self::kind(*name), "additionalProperties": list })
        }
    }
}

/// A pattern that matches `word` in any case.
fn any_case(word: &str) -> String {
    let each = |c: char| match c {
        c if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        '+' | '.' => format!("\\{c}"),
        c => c.to_string(),
    };
    word.chars().map(each).collect()
}

#[cfg(test)]
mod tests;
