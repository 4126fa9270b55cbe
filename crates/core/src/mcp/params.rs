//! The params of each method, as far as policy reads them.

use super::Method;
use crate::json::{Kind, Value};
use crate::{Reason, Refusal};

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The server as a whole: discovery and lists.
    Server,
    /// A tool, by name.
    Tool(String),
    /// A prompt, by name.
    Prompt(String),
    /// A resource, by URI.
    Resource(String),
    /// Completion of an argument of a prompt or a resource template.
    Completion(Completion),
    /// A stream of notifications.
    Listen(Listen),
}

/// What is completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// An argument of a prompt, by name.
    Prompt(String),
    /// A variable of a resource template, by URI template.
    Resource(String),
}

/// The filter of `subscriptions/listen`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listen {
    /// `toolsListChanged`
    pub tools: bool,
    /// `promptsListChanged`
    pub prompts: bool,
    /// `resourcesListChanged`
    pub resources: bool,
    /// `resourceSubscriptions`
    pub uris: Vec<String>,
}

const NAME_MAX: usize = 256;
const URI_MAX: usize = 4096;
const SUBSCRIPTIONS_MAX: usize = 256;

fn invalid(member: &str) -> Refusal {
    Refusal::new(Reason::McpParams).hint(member)
}

fn text(object: Value<'_>, member: &str, max: usize) -> Result<String, Refusal> {
    let value = object.get(member).and_then(|v| v.as_str()).ok_or_else(|| invalid(member))?;
    let bad = value.is_empty() || value.len() > max || value.chars().any(char::is_control);
    if bad { Err(invalid(member)) } else { Ok(value.into_owned()) }
}

fn optional(object: Value<'_>, member: &str, kind: Kind) -> Result<(), Refusal> {
    match object.get(member) {
        Some(value) if value.kind() != kind => Err(invalid(member)),
        _ => Ok(()),
    }
}

/// Reads what `params` says of the target.
pub(super) fn target(method: Method, params: Value<'_>) -> Result<Target, Refusal> {
    if method.takes_input() {
        optional(params, "inputResponses", Kind::Object)?;
        optional(params, "requestState", Kind::String)?;
    } else if params.get("inputResponses").is_some() || params.get("requestState").is_some() {
        return Err(invalid("inputResponses"));
    }
    match method {
        Method::ToolsCall => {
            optional(params, "arguments", Kind::Object)?;
            text(params, "name", NAME_MAX).map(Target::Tool)
        }
        Method::PromptsGet => {
            optional(params, "arguments", Kind::Object)?;
            text(params, "name", NAME_MAX).map(Target::Prompt)
        }
        Method::ResourcesRead => text(params, "uri", URI_MAX).map(Target::Resource),
        Method::Complete => completion(params),
        Method::Listen => listen(params),
        Method::Subscribe | Method::Unsubscribe => {
            let uris = vec![text(params, "uri", URI_MAX)?];
            Ok(Target::Listen(Listen { uris, ..Listen::default() }))
        }
        Method::SetLevel => text(params, "level", NAME_MAX).map(|_| Target::Server),
        _ => {
            optional(params, "cursor", Kind::String)?;
            Ok(Target::Server)
        }
    }
}

fn completion(params: Value<'_>) -> Result<Target, Refusal> {
    let reference = params.get("ref").filter(Value::is_object).ok_or_else(|| invalid("ref"))?;
    let argument = params.get("argument").filter(Value::is_object).ok_or_else(|| invalid("argument"))?;
    optional(params, "context", Kind::Object)?;
    for member in ["name", "value"] {
        argument.get(member).filter(|v| v.kind() == Kind::String).ok_or_else(|| invalid("argument"))?;
    }
    super::envelope::no_look_alikes(reference, &["type", "name", "uri"])?;
    let kind = text(reference, "type", NAME_MAX)?;
    match kind.as_str() {
        "ref/prompt" if reference.get("uri").is_none() => text(reference, "name", NAME_MAX).map(Completion::Prompt),
        "ref/resource" if reference.get("name").is_none() => text(reference, "uri", URI_MAX).map(Completion::Resource),
        _ => Err(invalid("ref")),
    }
    .map(Target::Completion)
}

fn listen(params: Value<'_>) -> Result<Target, Refusal> {
    let filter = params.get("notifications").filter(Value::is_object).ok_or_else(|| invalid("notifications"))?;
    let flags = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"];
    super::envelope::no_look_alikes(filter, &[flags[0], flags[1], flags[2], "resourceSubscriptions"])?;
    for flag in flags {
        optional(filter, flag, Kind::Bool)?;
    }
    optional(filter, "resourceSubscriptions", Kind::Array)?;
    let flag = |name: &str| filter.get(name).and_then(|v| v.as_bool()).unwrap_or(false);
    let mut uris = Vec::new();
    if let Some(list) = filter.get("resourceSubscriptions") {
        for item in list.items() {
            let uri = item.as_str().filter(|u| !u.is_empty() && u.len() <= URI_MAX && !u.chars().any(char::is_control));
            uris.push(uri.ok_or_else(|| invalid("resourceSubscriptions"))?.into_owned());
        }
    }
    if uris.len() > SUBSCRIPTIONS_MAX {
        return Err(invalid("resourceSubscriptions"));
    }
    Ok(Target::Listen(Listen { tools: flag(flags[0]), prompts: flag(flags[1]), resources: flag(flags[2]), uris }))
}
