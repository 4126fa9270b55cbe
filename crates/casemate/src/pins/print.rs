//! JSON for people and for files, without loss: numbers and order stay as they are written.

use super::visible::{json_string, lines, quoted};
use casemate_core::json::{Kind, Value};

/// Indented JSON, safe for terminals, equal by value.
pub(super) fn json(value: Value<'_>) -> String {
    let mut out = String::new();
    write(value, &mut out, 0, false);
    out
}

/// Indented JSON for a person: a member of several lines stands as a block, each line behind `|`, and what hides
/// is written as `\u{200b}`.
pub(super) fn readable(value: Value<'_>) -> String {
    let mut out = String::new();
    write(value, &mut out, 0, true);
    out
}

fn write(value: Value<'_>, out: &mut String, depth: usize, for_people: bool) {
    match value.kind() {
        Kind::Object if value.members().next().is_some() => object(value, out, depth, for_people),
        Kind::Array if value.items().next().is_some() => {
            out.push('[');
            for (at, item) in value.items().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                next_line(out, depth + 1);
                write(item, out, depth + 1, for_people);
            }
            next_line(out, depth);
            out.push(']');
        }
        Kind::Object => out.push_str("{}"),
        Kind::Array => out.push_str("[]"),
        Kind::String => out.push_str(&written(&value.as_str().unwrap_or_default(), for_people)),
        Kind::Null | Kind::Bool | Kind::Number => out.push_str(value.raw()),
    }
}

fn object(value: Value<'_>, out: &mut String, depth: usize, for_people: bool) {
    out.push('{');
    let mut needs_comma = false;
    for member in value.members() {
        out.push_str(if needs_comma { "," } else { "" });
        next_line(out, depth + 1);
        out.push_str(&written(&member.key(), for_people));
        let block = member.value.as_str().filter(|text| for_people && text.contains('\n'));
        // A comma behind a block would look like a part of it.
        needs_comma = block.is_none();
        match block {
            Some(text) => {
                out.push(':');
                for line in lines(&text) {
                    next_line(out, depth + 2);
                    out.push_str("| ");
                    out.push_str(&line);
                }
            }
            None => {
                out.push_str(": ");
                write(member.value, out, depth + 1, for_people);
            }
        }
    }
    next_line(out, depth);
    out.push('}');
}

fn written(text: &str, for_people: bool) -> String {
    if for_people { quoted(text) } else { json_string(text) }
}

fn next_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use casemate_core::json::{Json, Limits};

    fn parse(text: &str) -> Json {
        Json::parse(Bytes::copy_from_slice(text.as_bytes()), Limits::default()).unwrap()
    }

    #[test]
    fn files_get_the_same_value_without_what_hides() {
        let text = "{\"a\":[1.50,-0,1e400,123456789012345678901],\"b\":{},\"c\":[],\"k\u{202e}\":\"x\u{200b}y\\n\",\"d\":null}";
        let written = json(parse(text).root());
        crate::pins::tests::snapshot("json", &written);
        assert_eq!(json(parse(&written).root()), written);
    }

    #[test]
    fn people_get_blocks_and_see_what_hides() {
        let text = r#"{"name":"search","description":"Finds things.\nIt is\u200b quick.\n","tags":["a","b\nc"]}"#;
        crate::pins::tests::snapshot("readable", &readable(parse(text).root()));
    }
}
