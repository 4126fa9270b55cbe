//! What a puppet offers; each part can be replaced while it runs.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The parts, each as the lists of the protocol have them.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Data {
    pub(super) tools: Value,
    pub(super) prompts: Value,
    pub(super) resources: Value,
    pub(super) templates: Value,
    pub(super) instructions: Value,
    pub(super) capabilities: Value,
    /// How many entries a page has.
    #[serde(default = "unpaged")]
    pub(super) page: usize,
}

const fn unpaged() -> usize {
    usize::MAX
}

impl Data {
    pub(super) fn read() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("data.json"))
    }

    /// The page of a list that a cursor names, as members of a result; `None` for a cursor that no page gave.
    pub(super) fn list(&self, method: &str, cursor: Option<&str>) -> Option<Map<String, Value>> {
        let (name, all) = match method {
            "tools/list" => ("tools", &self.tools),
            "prompts/list" => ("prompts", &self.prompts),
            "resources/list" => ("resources", &self.resources),
            _ => ("resourceTemplates", &self.templates),
        };
        let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
        let start = cursor.map_or(Some(0), |cursor| cursor.strip_prefix("from-")?.parse().ok())?;
        let rest = all.get(start..)?;
        let page = rest.get(..self.page).unwrap_or(rest);
        let mut members = Map::new();
        members.insert(name.to_owned(), json!(page));
        if page.len() < rest.len() {
            members.insert("nextCursor".to_owned(), json!(format!("from-{}", start + page.len())));
        }
        Some(members)
    }

    pub(super) fn has_tool(&self, name: &str) -> bool {
        named(&self.tools, name)
    }

    pub(super) fn has_prompt(&self, name: &str) -> bool {
        named(&self.prompts, name)
    }

    /// Whether a resource is listed or fits a template that ends in its one variable.
    pub(super) fn has_resource(&self, uri: &str) -> bool {
        let listed = self.resources.as_array().is_some_and(|all| all.iter().any(|own| own["uri"] == uri));
        let fits = |template: &Value| {
            let prefix = template["uriTemplate"].as_str().and_then(|text| text.split('{').next());
            prefix.is_some_and(|prefix| uri.starts_with(prefix))
        };
        listed || self.templates.as_array().is_some_and(|all| all.iter().any(fits))
    }
}

fn named(all: &Value, name: &str) -> bool {
    all.as_array().is_some_and(|all| all.iter().any(|own| own["name"] == name))
}
