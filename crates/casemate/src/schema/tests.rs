//! The schema says what the loader does.

use super::*;
use crate::config::parse_str;
use crate::config::tree::{Node, NodeKind};

/// The few keywords of the schema, on the tree of a configuration. Patterns are left to editors.
fn fits(schema: &Value, node: &Node) -> bool {
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().any(|schema| fits(schema, node));
    }
    match &node.kind {
        NodeKind::Map(entries) => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let each = |entry: &crate::config::tree::Entry| match &schema["properties"][&entry.key.value] {
                Value::Null => {
                    schema["additionalProperties"].is_object() && fits(&schema["additionalProperties"], &entry.value)
                }
                property => fits(property, &entry.value),
            };
            schema["type"] == "object"
                && required.iter().all(|name| node.get(name.as_str().unwrap()).is_some())
                && entries.iter().all(each)
        }
        NodeKind::List(items) => schema["type"] == "array" && items.iter().all(|item| fits(&schema["items"], item)),
        NodeKind::Scalar(scalar) => match &schema["type"] {
            Value::Null => schema["enum"].as_array().is_some_and(|words| words.contains(&json!(scalar.text))),
            Value::Array(_) => true,
            Value::String(kind) => match kind.as_str() {
                "boolean" => scalar.plain && matches!(scalar.text.as_str(), "true" | "false"),
                "integer" => {
                    scalar.plain
                        && scalar::whole(&scalar.text).is_some_and(|number| {
                            number >= schema["minimum"].as_u64().unwrap()
                                && number <= schema["maximum"].as_u64().unwrap()
                        })
                }
                "string" => !scalar.plain || scalar::whole(&scalar.text).is_none(),
                _ => false,
            },
            _ => false,
        },
    }
}

#[test]
fn every_valid_configuration_fits_the_schema() {
    let schema = schema();
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/config/valid");
    let mut texts: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    texts.push(crate::init::TEMPLATE.to_owned());
    for text in texts {
        assert!(fits(&schema, &parse_str(&text).unwrap()), "{text}");
    }
}

/// The schema at a path of the table: list items are `[]`, names `NAME`.
fn at<'s>(schema: &'s Value, path: &str) -> &'s Value {
    path.split('.').fold(schema, |schema, segment| {
        let name = segment.trim_end_matches("[]");
        let schema = if name == "NAME" { &schema["additionalProperties"] } else { &schema["properties"][name] };
        if segment.ends_with("[]") { &schema["items"] } else { schema }
    })
}

#[test]
fn every_key_is_in_the_schema_with_its_words() {
    let schema = schema();
    for (path, key) in spec::all() {
        assert_eq!(at(&schema, &path)["description"], key.doc, "{path}");
    }
}

#[test]
fn unknown_and_missing_keys_do_not_fit() {
    let schema = schema();
    let ok = |text: &str| {
        let mut sink = crate::config::diagnostic::Sink::default();
        fits(&schema, &crate::config::yaml::read(text, &mut sink).unwrap())
    };
    assert!(ok("mcp_gateway: { auth: { mode: mTLS } }"));
    assert!(!ok("mcp_gateway: { auth: {} }"));
    assert!(!ok("mcp_gateway: { auth: { mode: mTLS }, prot: 1 }"));
    assert!(!ok("mcp_gateway: { auth: { mode: mTLS }, port: 70000 }"));
    assert!(!ok("tenants: {}"));
    let tenant = |keys: &str| format!("mcp_gateway: {{ auth: {{ mode: mTLS }} }}\ntenants: {{ acme: {{ {keys} }} }}");
    assert!(ok(&tenant("unmanaged_tools: { kb: [send], mail: [] }")));
    assert!(!ok(&tenant("unmanaged_tools: [send]")));
    assert!(!ok(&tenant("unmanaged_tools: { kb: send }")));
    assert!(!ok(&tenant("unmanaged_tools: { kb: { send: true } }")));
}

#[test]
fn words_in_any_case_become_a_pattern() {
    assert_eq!(any_case("mTLS+jwt"), "[mM][tT][lL][sS]\\+[jJ][wW][tT]");
}
