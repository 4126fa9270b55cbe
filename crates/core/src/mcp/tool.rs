//! The arguments of a tool that its schema mirrors in headers (`x-mcp-header`).

use crate::json::{Kind, Value};

/// One mirrored argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredParam {
    /// The rest of the header's name after `Mcp-Param-`, in lower case.
    pub header: String,
    /// The path of keys to the argument.
    pub path: Vec<String>,
}

/// The mirrored arguments of an input schema; `None` where an annotation breaks the rules and the tool must be dropped.
///
/// An annotation is valid only on a string, integer or boolean that is reached from the root through `properties`
/// alone, with a token as its value that is unique without case.
#[must_use]
pub fn mirrored_params(schema: Value<'_>) -> Option<Vec<MirroredParam>> {
    let mut found = Vec::new();
    walk(schema, &mut Vec::new(), true, &mut found)?;
    for (at, param) in found.iter().enumerate() {
        if found.iter().skip(at + 1).any(|other: &MirroredParam| other.header == param.header) {
            return None;
        }
    }
    Some(found)
}

fn walk(schema: Value<'_>, path: &mut Vec<String>, reachable: bool, found: &mut Vec<MirroredParam>) -> Option<()> {
    for member in schema.members() {
        match member.key().as_ref() {
            "x-mcp-header" => {
                if !reachable || path.is_empty() {
                    return None;
                }
                found.push(annotation(schema, member.value, path)?);
            }
            "properties" if reachable => {
                for property in member.value.members() {
                    path.push(property.key().into_owned());
                    walk(property.value, path, true, found)?;
                    path.pop();
                }
            }
            // Data, not schemas: what looks like an annotation there is none.
            "default" | "const" | "enum" | "examples" => {}
            _ => elsewhere(member.value, path, found)?,
        }
    }
    Some(())
}

fn elsewhere(value: Value<'_>, path: &mut Vec<String>, found: &mut Vec<MirroredParam>) -> Option<()> {
    match value.kind() {
        Kind::Object => walk(value, path, false, found),
        Kind::Array => value.items().try_for_each(|item| elsewhere(item, path, found)),
        _ => Some(()),
    }
}

fn annotation(schema: Value<'_>, value: Value<'_>, path: &[String]) -> Option<MirroredParam> {
    let name = value.as_str()?;
    let tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let primitive = matches!(schema.get("type")?.as_str()?.as_ref(), "string" | "integer" | "boolean");
    let valid = primitive && !name.is_empty() && name.len() <= 128 && name.bytes().all(tchar);
    valid.then(|| MirroredParam { header: name.to_ascii_lowercase(), path: path.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, Limits};
    use bytes::Bytes;

    fn params(schema: &str) -> Option<Vec<String>> {
        let json = Json::parse(Bytes::copy_from_slice(schema.as_bytes()), Limits::default()).unwrap();
        Some(mirrored_params(json.root())?.into_iter().map(|p| format!("{}={}", p.header, p.path.join("/"))).collect())
    }

    #[test]
    fn annotations_count_only_where_they_may_stand() {
        let nested = r#"{"properties":{"a":{"type":"string","x-mcp-header":"Region"},
            "b":{"type":"object","properties":{"c":{"type":"integer","x-mcp-header":"N"}}}}}"#;
        assert_eq!(params(nested), Some(vec!["region=a".to_owned(), "n=b/c".to_owned()]));
        assert_eq!(params(r#"{"properties":{"x-mcp-header":{"type":"string"}}}"#), Some(vec![]));
        for bad in [
            r#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":7}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#,
            r#"{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}"#,
            r#"{"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]}"#,
            r#"{"type":"string","x-mcp-header":"A"}"#,
        ] {
            assert_eq!(params(bad), None, "{bad}");
        }
    }
}
