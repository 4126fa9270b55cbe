//! What a client's message may not hold: registered values never, hosts of private infrastructure where that is asked for.

use crate::filter::Filter;
use casemate_core::json::{Json, Kind, Value};
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
    let mut places = Vec::new();
    given.chain(reply).for_each(|value| hosts(value, "", &mut places));
    let found =
        |(name, text): &(Cow<'_, str>, Cow<'_, str>)| filter.host(text).or_else(|| filter.host_named(name, text));
    match places.iter().find_map(found) {
        Some(rule) => Err(Refusal::new(Reason::InputHost).detail(format!("by {rule}"))),
        None => Ok(()),
    }
}

/// Where a value may name a host: each text and each number with the name that it stands under, and each key.
fn hosts<'a>(value: Value<'a>, name: &str, places: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>) {
    let text = match value.kind() {
        Kind::Number => Some(Cow::Borrowed(value.raw())),
        _ => value.as_str(),
    };
    places.extend(text.map(|text| (Cow::Owned(name.to_owned()), text)));
    for member in value.members() {
        let key = member.key();
        hosts(member.value, &key, places);
        places.push((Cow::Borrowed(""), key));
    }
    value.items().for_each(|item| hosts(item, name, places));
}

/// The texts of a value in their order, keys among them.
fn strings<'a>(value: Value<'a>, texts: &mut Vec<Cow<'a, str>>) {
    texts.extend(value.as_str());
    for member in value.members() {
        texts.push(member.key());
        strings(member.value, texts);
    }
    value.items().for_each(|item| strings(item, texts));
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use casemate_core::json::Limits;

    #[test]
    fn a_value_in_pieces_goes_up_in_no_order() {
        let value = "Zr7qLm2xWp9vKd4tHs8y";
        let registered = Registered::new([value.as_bytes()]);
        let refused = |text: &str| {
            let json = Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default()).unwrap();
            check_secrets(&json, &registered).is_err()
        };
        let (a, b, c) = (&value[..7], &value[7..14], &value[14..]);
        for arguments in [
            format!(r#"{{"{a}":17,"{b}":true,"{c}":"x"}}"#),
            format!(r#"{{"{a}":"{b}","{c}":""}}"#),
            format!(r#"{{"x":"{a}","y":["{b}","{c}"]}}"#),
            format!(r#"[{{"n":"1","p":"{a}"}},{{"n":"2","p":"{b}"}},{{"n":"3","p":"{c}"}}]"#),
            format!(r#""{{\"{a}\":1,\"{b}\":2,\"{c}\":3}}""#),
        ] {
            let put = |arguments: &str| {
                format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{arguments}}}}}"#
                )
            };
            assert!(refused(&put(&arguments)), "{arguments}");
            assert!(!refused(&put(&arguments.replace(b, "Qq3nBc8"))), "{arguments}");
        }
    }
}
