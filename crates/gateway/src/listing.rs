//! Lists show what the caller may use, by the same admission function that judges its calls.

use crate::answer::{Context, malformed};
use crate::pins::Listing;
use casemate_core::Refusal;
use casemate_core::json::{Edits, Value};
use casemate_core::mcp::{Method, Target, mirrored_params};
use casemate_core::pin::{Kind, Standing};
use casemate_core::policy::admit;
use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Instant;

/// Leaves out what the caller may not use, what is not defined as it was approved, and tools whose header annotations are invalid.
pub(crate) fn filter(
    method: Method,
    result: Value<'_>,
    context: &Context<'_>,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let member = method.list_member().unwrap_or_default();
    let items = result.get(member).filter(|v| v.kind() == casemate_core::json::Kind::Array);
    let items = items.ok_or_else(|| malformed("the list is missing"))?;
    let started = Instant::now();
    let names: Result<Vec<_>, _> =
        items.items().map(|item| identity(method, item).ok_or_else(|| item.span().start)).collect();
    let names = names.map_err(|at| malformed(format!("an item of the list at byte {at} has no name")))?;
    let is_page =
        context.call().param("cursor").is_some() || result.get("nextCursor").is_some_and(|next| !next.is_null());
    let listing = Listing::begin(context.call().era(), !is_page);
    let named = items.items().zip(&names);
    let mut shown: Vec<bool> = named.map(|(item, name)| shows(method, item, name, listing, context)).collect();
    hide_namesakes(&names, &mut shown);
    let mut shown = shown.into_iter();
    edits.retain_items(items, |_| shown.next().unwrap_or_default());
    context.gateway.metrics.took("list", started.elapsed());
    Ok(())
}

/// Where one of several items of a name is left out, all are: a call could mean any of them, and is refused.
fn hide_namesakes(names: &[Cow<'_, str>], shown: &mut [bool]) {
    let hidden = names.iter().zip(shown.iter()).filter(|(_, shown)| !**shown);
    let hidden: HashSet<_> = hidden.map(|(name, _)| name).collect();
    if hidden.is_empty() {
        return;
    }
    for (name, shown) in names.iter().zip(shown).filter(|(_, shown)| **shown) {
        *shown = !hidden.contains(name);
    }
}

fn identity<'a>(method: Method, item: Value<'a>) -> Option<Cow<'a, str>> {
    let key = match method {
        Method::ResourcesList => "uri",
        Method::TemplatesList => "uriTemplate",
        _ => "name",
    };
    item.get(key)?.as_str()
}

fn shows(method: Method, item: Value<'_>, name: &str, listing: Listing, context: &Context<'_>) -> bool {
    let identity = name.to_owned();
    let target = match method {
        Method::ToolsList => Target::Tool(identity),
        Method::PromptsList => Target::Prompt(identity),
        _ => Target::Resource(identity),
    };
    let (call, principal) = (context.call(), context.permitted.principal());
    let kind = match method {
        Method::ToolsList => Some(Kind::Tool),
        Method::PromptsList => Some(Kind::Prompt),
        Method::TemplatesList => Some(Kind::Template),
        _ => None,
    };
    let policy = &context.state.config.policy;
    let admitted = admit(policy, principal, &call.server, &target, Standing::Unpinned, |_| {}).is_ok();
    // What the caller may not use anyway is not worth a look at its definition.
    let approved = |kind| context.gateway.pins.item(context.upstream, listing, kind, item).refusal().is_none();
    let annotated = || method != Method::ToolsList || item.get("inputSchema").is_none_or(is_annotated);
    admitted && kind.is_none_or(approved) && annotated()
}

/// Whether the header annotations of a schema are valid, if it has any.
fn is_annotated(schema: Value<'_>) -> bool {
    let raw = schema.raw();
    // Without the key in so many letters, or an escape that could spell it, there is nothing to read.
    let has_any = raw.contains("x-mcp-header") || raw.contains('\\');
    !has_any || mirrored_params(schema).is_some()
}

#[cfg(test)]
mod tests {
    use super::is_annotated;
    use casemate_core::json::{Json, Limits};

    #[test]
    fn an_annotation_is_seen_however_its_key_is_spelt() {
        let is = |text: &'static str| is_annotated(Json::parse(text.into(), Limits::default()).unwrap().root());
        assert!(is(r#"{"properties":{"a":{"type":"string"}}}"#));
        assert!(is(r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#));
        assert!(!is(r#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#));
        assert!(!is(r#"{"properties":{"a":{"type":"number","x-mcp\u002dheader":"A"}}}"#));
        assert!(is(r#"{"description":"a\nb"}"#));
    }
}
