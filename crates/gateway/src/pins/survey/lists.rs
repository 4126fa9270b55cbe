//! The lists of an upstream, all pages, as definitions.

use super::message::Speech;
use super::wire::{Heard, Wire};
use super::{Offer, is_text};
use crate::pins::params::Mirrors;
use crate::pins::{is_name, unlisted};
use casemate_core::Refusal;
use casemate_core::json::{Kind as Json, Value, quote};
use casemate_core::mcp::{Era, Method, mirrored_params};
use casemate_core::pin::{Definition, Kind, Sighting, definition, instructions};
use std::collections::BTreeMap;

/// Pages of one list.
const PAGES: usize = 64;
/// Items of all lists.
const ITEMS: usize = 10_000;

/// The lists that are pinned: the kind, the method, the capability that a server with it declares.
const LISTS: [(Kind, Method, &str); 3] = [
    (Kind::Tool, Method::ToolsList, "tools"),
    (Kind::Prompt, Method::PromptsList, "prompts"),
    (Kind::Template, Method::TemplatesList, "resources"),
];

/// What was listed so far.
#[derive(Default)]
pub(super) struct Lists {
    found: BTreeMap<(Kind, String), Vec<Definition>>,
    mirrors: Mirrors,
    items: usize,
    nameless: usize,
}

impl Lists {
    /// Reads every list that the server says it has. `opening` is the result that names its capabilities.
    pub(super) async fn fill(
        &mut self,
        wire: &mut Wire<'_>,
        speech: &Speech,
        opening: Value<'_>,
    ) -> Result<(), Refusal> {
        match opening.get("instructions").map(|text| text.as_str()) {
            None => {}
            Some(None) => return Err(unlisted("instructions are not a text")),
            Some(Some(text)) if text.is_empty() => {}
            Some(Some(text)) => {
                self.found.insert((Kind::Instructions, String::new()), vec![instructions(&text)]);
            }
        }
        let capabilities = opening.get("capabilities").filter(Value::is_object);
        let capabilities = capabilities.ok_or_else(|| unlisted("no capabilities"))?;
        for (kind, method, capability) in LISTS {
            if capabilities.get(capability).is_some() {
                self.list(wire, speech, kind, method).await?;
            }
        }
        Ok(())
    }

    async fn list(&mut self, wire: &mut Wire<'_>, speech: &Speech, kind: Kind, method: Method) -> Result<(), Refusal> {
        let bad = |what: &str| unlisted(format!("{}: {what}", method.as_str()));
        let mut members = String::new();
        for page in 0..PAGES {
            let json = match wire.ask(speech, method, &members).await?.heard {
                Heard::Result(json) => json,
                Heard::Error(-32601, _) if page == 0 => return Ok(()),
                Heard::Error(code, _) => return Err(bad(&format!("error {code}"))),
                Heard::Status(status) => return Err(bad(&format!("status {status}"))),
            };
            let result = json.root().get("result").ok_or_else(|| bad("no result"))?;
            let is_complete = result.get("resultType").is_some_and(|kind| is_text(kind, "complete"));
            if speech.era() == Era::Modern && !is_complete {
                return Err(bad("no complete result"));
            }
            let list = method.list_member().and_then(|member| result.get(member));
            let list = list.filter(|list| list.kind() == Json::Array).ok_or_else(|| bad("no list"))?;
            for item in list.items() {
                self.add(kind, item).map_err(bad)?;
            }
            match result.get("nextCursor").filter(|cursor| !cursor.is_null()).map(|cursor| cursor.as_str()) {
                None => return Ok(()),
                Some(None) => return Err(bad("nextCursor")),
                Some(Some(cursor)) => members = format!("\"cursor\":{}", quote(&cursor)),
            }
        }
        Err(bad("too many pages"))
    }

    fn add(&mut self, kind: Kind, item: Value<'_>) -> Result<(), &'static str> {
        self.items += 1;
        if self.items > ITEMS {
            return Err("too many items");
        }
        let name = kind.named_by().and_then(|member| item.get(member)?.as_str()).ok_or("an item without a name")?;
        if !is_name(kind, &name) {
            self.nameless += 1;
            return Ok(());
        }
        let definitions = self.found.entry((kind, name.clone().into_owned())).or_default();
        let definition = definition(kind, item);
        let is_new = definitions.iter().all(|known| known.digest != definition.digest);
        if kind == Kind::Tool && is_new {
            let mirrored = item.get("inputSchema").map_or_else(|| Some(Vec::new()), mirrored_params);
            // With several of one name, nobody can say which headers belong to it.
            let mirrored = if definitions.is_empty() { mirrored } else { None };
            self.mirrors.insert(name.into_owned(), mirrored);
        }
        if is_new {
            definitions.push(definition);
        }
        Ok(())
    }

    /// What is offered under each name.
    pub(super) fn finish(self, era: Era) -> Offer {
        let items = self.found.into_iter().filter_map(|((kind, name), mut definitions)| {
            let definition =
                if definitions.len() > 1 { Definition::ambiguous(kind, &definitions) } else { definitions.pop()? };
            Some(Sighting { kind, name, definition })
        });
        Offer { era, mirrors: self.mirrors, items: items.collect(), nameless: self.nameless }
    }
}
