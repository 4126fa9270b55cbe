//! What a client's message may not hold: registered values never, hosts of private infrastructure where that is asked for.

use crate::filter::Filter;
use casemate_core::json::{Json, Value};
use casemate_core::mcp::{Call, Method};
use casemate_core::{Reason, Refusal};
use casemate_inspect::Registered;
use std::borrow::Cow;

/// Checks that a message holds no registered value: in none of its texts, names and keys, in whatever form, nor spread over
/// several of them.
///
/// # Errors
/// `input.secret`. Which value it was, and where it stands, is not said.
pub fn check_secrets(json: &Json, registered: &Registered) -> Result<(), Refusal> {
    let root = json.root();
    let mut found = Vec::new();
    registered.find(root.raw(), &mut found);
    let mut texts = Vec::new();
    strings(root, &mut texts);
    // Where a text has escapes, the message as it stands reads otherwise than what it says.
    for text in &texts {
        registered.find(text, &mut found);
    }
    if found.is_empty() && !crate::rewrite::holds(root, registered) { Ok(()) } else { Err(Reason::InputSecret.into()) }
}

/// Checks that nothing that a client gives a server to work with names a private host: arguments, URIs, values to complete,
/// answers to the server's questions. What `filter` does not use, and what it only notes, may pass.
///
/// # Errors
/// `input.host`. The record gets the rule, and nobody the host.
pub fn check_hosts(call: &Call, filter: &Filter) -> Result<(), Refusal> {
    if !filter.denies_hosts() {
        return Ok(());
    }
    let given = ["arguments", "uri", "argument", "context", "inputResponses"].into_iter().filter_map(|m| call.param(m));
    let reply = call.json().root().get("result").filter(|_| call.method == Method::Reply);
    let mut texts = Vec::new();
    given.chain(reply).for_each(|value| strings(value, &mut texts));
    match texts.iter().find_map(|text| filter.host(text)) {
        Some(rule) => Err(Refusal::new(Reason::InputHost).detail(format!("by {rule}"))),
        None => Ok(()),
    }
}

/// The texts of a value in their order, without keys.
fn strings<'a>(value: Value<'a>, texts: &mut Vec<Cow<'a, str>>) {
    texts.extend(value.as_str());
    value.members().for_each(|member| strings(member.value, texts));
    value.items().for_each(|item| strings(item, texts));
}
