//! Long lists: tools and resources of about 1 KiB each, half of which the gateway's rules admit.

use crate::answer::prose;
use serde_json::{Value, json};

/// What the rules admit of the tools.
pub const TOOLS: &str = "report_a_*";
/// What the rules admit of the resources.
pub const RESOURCES: &str = "bench://a/**";

/// A pattern for all of the tools.
pub const EVERY_TOOL: &str = "report_*";
/// A pattern for all of the resources.
pub const EVERY_RESOURCE: &str = "bench://**";

const DESCRIPTION_BYTES: usize = 400;

/// The name of tool `index`. The even ones are admitted.
#[must_use]
pub fn tool_name(index: usize) -> String {
    format!("report_{}_{index:04}", half(index))
}

const fn half(index: usize) -> char {
    if index.is_multiple_of(2) { 'a' } else { 'b' }
}

/// How many of `items` the rules admit.
#[must_use]
pub const fn admitted(items: usize) -> usize {
    items.div_ceil(2)
}

/// Tools with a description, a schema of four properties and annotations.
pub fn tools(items: usize) -> impl Iterator<Item = Value> {
    (0..items).map(|index| {
        json!({
            "name": tool_name(index),
            "title": format!("Quarterly report {index}"),
            "description": prose(DESCRIPTION_BYTES),
            "inputSchema": schema(),
            "annotations": { "readOnlyHint": true, "openWorldHint": false },
        })
    })
}

/// Resources of the same texts and the same number of values as [`tools`].
pub fn resources(items: usize) -> impl Iterator<Item = Value> {
    (0..items).map(|index| {
        json!({
            "uri": format!("bench://{}/{index:04}", half(index)),
            "name": tool_name(index),
            "description": prose(DESCRIPTION_BYTES),
            "_meta": { "example.com/schema": schema() },
            "annotations": { "audience": ["user"], "priority": 0.5 },
        })
    })
}

fn schema() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about, "maxLength": 200 });
    json!({
        "type": "object",
        "properties": {
            "quarter": text("The quarter, such as 2026-Q1."),
            "region": text("The region whose depots are counted."),
            "limit": { "type": "integer", "minimum": 1, "maximum": 500, "default": 50 },
            "format": { "type": "string", "enum": ["summary", "table", "full"], "default": "summary" },
        },
        "required": ["quarter", "region"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_both_kinds_have_about_a_kibibyte() {
        for item in tools(3).chain(resources(3)) {
            let bytes = item.to_string().len();
            assert!((950..1100).contains(&bytes), "{bytes}");
        }
    }

    #[test]
    fn half_of_the_names_are_admitted() {
        let is_admitted = |index: &usize| tool_name(*index).starts_with(TOOLS.trim_end_matches('*'));
        assert_eq!((0..501).filter(is_admitted).count(), admitted(501));
    }
}
