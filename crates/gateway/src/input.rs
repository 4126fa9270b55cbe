//! An upstream asks the client for input: each kind only where its entry allows it and the client declared it.

use crate::answer::{Context, malformed, unambiguous};
use crate::config::InputKinds;
use casemate_core::json::{Edits, Kind, Value, quote};
use casemate_core::mcp::Capabilities;
use casemate_core::{Reason, Refusal};
use url::Url;

/// Judges an `input_required` result and seals its state.
pub(crate) fn check(result: Value<'_>, context: &Context<'_>) -> Result<Edits, Refusal> {
    let call = context.call();
    let (requests, state) = (result.get("inputRequests"), result.get("requestState"));
    if requests.is_none() && state.is_none() {
        return Err(malformed("input_required without inputRequests and requestState"));
    }
    if requests.is_some_and(|requests| !requests.is_object()) {
        return Err(malformed("inputRequests"));
    }
    for member in requests.into_iter().flat_map(|requests| requests.members()) {
        request(member.value, context.upstream.requests, call.capabilities)?;
    }
    let mut edits = Edits::new();
    if let Some(state) = state {
        let text = state.as_str().ok_or_else(|| malformed("requestState"))?;
        let now = context.gateway.now();
        let sealed = context.gateway.sealer.seal(&text, call, context.permitted.principal(), now)?;
        edits.replace(state, quote(&sealed));
    }
    Ok(edits)
}

/// Judges one request of a server's, in either era: its kind must be allowed and declared. Gives its method.
pub(crate) fn request(
    request: Value<'_>,
    allowed: InputKinds,
    declared: Capabilities,
) -> Result<&'static str, Refusal> {
    unambiguous(request, &["method", "params"])?;
    let method = request.get("method").and_then(|v| v.as_str()).unwrap_or_default();
    let params = request.get("params");
    if params.is_some_and(|params| !params.is_object() || params.get("task").is_some()) {
        return Err(malformed("the params of a request to the client"));
    }
    match method.as_ref() {
        "elicitation/create" => elicitation(params, allowed, declared).map(|()| "elicitation/create"),
        "sampling/createMessage" if allowed.sampling && declared.sampling => Ok("sampling/createMessage"),
        "roots/list" if allowed.roots && declared.roots => Ok("roots/list"),
        _ => Err(refused(&method)),
    }
}

/// Judges the list of an error that asks the client to open URLs first (2025-11-25, "URL Mode Elicitation").
pub(crate) fn urls(data: Option<Value<'_>>, allowed: InputKinds, declared: Capabilities) -> Result<(), Refusal> {
    let list = data.and_then(|data| data.get("elicitations")).filter(|list| list.kind() == Kind::Array);
    let list = list.ok_or_else(|| malformed("no elicitations"))?;
    list.items().try_for_each(|item| {
        if item.get("mode").and_then(|mode| mode.as_str()).as_deref() == Some("url") {
            elicitation(Some(item), allowed, declared)
        } else {
            Err(malformed("an elicitation that is no URL"))
        }
    })
}

fn refused(method: &str) -> Refusal {
    Refusal::new(Reason::UpstreamInputRequest).detail(method.chars().take(64).collect::<String>())
}

/// A form, or a URL that the user is asked to open: two kinds, since a URL is a way out.
fn elicitation(params: Option<Value<'_>>, allowed: InputKinds, declared: Capabilities) -> Result<(), Refusal> {
    let params = params.filter(Value::is_object).ok_or_else(|| malformed("elicitation without params"))?;
    unambiguous(params, &["mode", "message", "requestedSchema", "url", "elicitationId"])?;
    let mode = params.get("mode").map(|mode| mode.as_str().unwrap_or_default());
    match mode.as_deref() {
        None | Some("form") if params.get("url").is_some() => Err(malformed("a form with a URL")),
        None | Some("form") if allowed.elicitation && declared.elicitation => Ok(()),
        Some("url") if allowed.elicitation_url && declared.elicitation_url => plain_https(params.get("url")),
        _ => Err(refused("elicitation/create")),
    }
}

fn plain_https(url: Option<Value<'_>>) -> Result<(), Refusal> {
    let url = url.and_then(|url| url.as_str()).and_then(|url| Url::parse(&url).ok());
    match url {
        Some(url) if url.scheme() == "https" && url.username().is_empty() && url.password().is_none() => Ok(()),
        _ => Err(malformed("an elicitation's URL must be https, without userinfo")),
    }
}
