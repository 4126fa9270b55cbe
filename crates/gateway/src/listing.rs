//! Lists show what the caller may use, by the same admission function that judges its calls.

use crate::answer::{Context, malformed};
use crate::pins::Listing;
use casemate_core::Refusal;
use casemate_core::json::{Edits, Value};
use casemate_core::mcp::{Method, Target, mirrored_params};
use casemate_core::pin::{Kind, Standing};
use casemate_core::policy::admit;

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
    if let Some(bad) = items.items().find(|item| identity(method, *item).is_none()) {
        return Err(malformed(format!("an item of the list at byte {} has no name", bad.span().start)));
    }
    let is_page =
        context.call().param("cursor").is_some() || result.get("nextCursor").is_some_and(|next| !next.is_null());
    let listing = Listing::begin(context.call().era(), !is_page);
    edits.retain_items(items, |item| shows(method, item, listing, context));
    Ok(())
}

fn identity(method: Method, item: Value<'_>) -> Option<String> {
    let key = match method {
        Method::ResourcesList => "uri",
        Method::TemplatesList => "uriTemplate",
        _ => "name",
    };
    item.get(key)?.as_str().map(std::borrow::Cow::into_owned)
}

fn shows(method: Method, item: Value<'_>, listing: Listing, context: &Context<'_>) -> bool {
    let Some(identity) = identity(method, item) else { return false };
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
    let annotated = || {
        method != Method::ToolsList || item.get("inputSchema").is_none_or(|schema| mirrored_params(schema).is_some())
    };
    admitted && kind.is_none_or(approved) && annotated()
}
