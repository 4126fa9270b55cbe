//! All pins as one document: a file to keep under version control, to review, and to compare.

use super::print;
use super::view::{self, Item};
use anyhow::Result;
use bytes::Bytes;
use casemate_core::json::{Json, Value, quote};

/// The format that this release writes. Within it, members are only added.
const FORMAT: &str = "casemate-pins/1";

/// The document of all pins from the full list, by server, kind and name. `casemate pins export --help` says what it has.
///
/// # Errors
/// It is no list of pins.
pub(super) fn export(document: &Json) -> Result<String> {
    let root = document.root();
    let origins = root.get("origins");
    let pins = root.get("pins").into_iter().flat_map(|list| list.items());
    let mut sorted = pins.map(|value| one(value, origins)).collect::<Result<Vec<_>>>()?;
    sorted.sort();
    let texts: Vec<_> = sorted.into_iter().map(|(_, text)| text).collect();
    let whole = view::parse(format!("{{\"format\":{},\"pins\":[{}]}}", quote(FORMAT), texts.join(",")).into())?;
    Ok(print::json(whole.root()) + "\n")
}

type Key = (String, String, String);

fn one(value: Value<'_>, origins: Option<Value<'_>>) -> Result<(Key, String)> {
    let document = view::parse(Bytes::copy_from_slice(value.raw().as_bytes()))?;
    let Item { pin, approved, seen, .. } = view::item(&document)?;
    let raw =
        |value: Option<Value<'_>>, none: &str| value.map_or_else(|| none.to_owned(), |value| value.raw().to_owned());
    let side = |digest: &Option<String>, definition: Option<Json>| match (digest, definition) {
        (Some(digest), Some(json)) => {
            format!("{{\"digest\":{},\"definition\":{}}}", quote(digest), json.root().raw())
        }
        _ => "null".to_owned(),
    };
    let [server, kind, name, state] = [&pin.server, &pin.kind, &pin.name, &pin.state].map(|text| quote(text));
    let text = format!(
        "{{\"server\":{server},\"origin\":{},\"kind\":{kind},\"name\":{name},\"state\":{state},\"approved\":{},\
         \"seen\":{},\"findings\":{},\"history\":{}}}",
        raw(origins.and_then(|origins| origins.get(&pin.server)), "null"),
        side(&pin.approved, approved),
        side(&pin.seen, seen),
        raw(value.get("findings"), "[]"),
        raw(value.get("history"), "[]"),
    );
    Ok(((pin.server, pin.kind, pin.name), text))
}
