//! The output post-processor.

mod rules;
mod values;

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::section::Section;
use casemate_inspect::Prefix;
use casemate_output::{ArgumentHosts, LinkMode, Marking, Policy, Query, Settings, Where};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The names that entries may use.
pub(super) struct Known<'k> {
    /// The tenants.
    pub(super) tenants: BTreeSet<&'k str>,
    /// The upstreams.
    pub(super) servers: BTreeSet<&'k str>,
}

/// The section. Without `known`, every name may be used. What it registers is held with the other credentials.
pub(super) fn resolve(cx: &mut Context<'_>, section: Section<'_>, known: Option<&Known<'_>>) -> Policy {
    let patterns = rules::patterns(cx, section);
    let (imported, imported_digest) = values::gitleaks(cx, section).unzip();
    let names: BTreeSet<String> = patterns.iter().map(|pattern| pattern.id.to_string()).collect();
    let base = settings(cx, section, &names);
    let mut overrides = Vec::new();
    for entry in section.sections("overrides") {
        let place = place(cx, entry, known, "an override");
        let settings = Settings { sensitive: entry.flag("sensitive"), ..settings(cx, entry, &names) };
        overrides.extend(place.map(|place| (place, settings)));
    }
    let suppressions = rules::suppressions(cx, section, known, &names);
    let named = values::registered(cx, section);
    Policy {
        base,
        overrides,
        suppressions,
        registered: Arc::default(),
        named,
        patterns,
        imported,
        imported_digest,
        html_bytes: section.size("html_bytes"),
        hold: section.duration("hold"),
    }
}

/// What one part says.
fn settings(cx: &mut Context<'_>, section: Section<'_>, names: &BTreeSet<String>) -> Settings {
    let (links, arguments) = (section.section("links"), section.section("arguments"));
    let written = |part: &Section<'_>, key| part.written(key).is_some();
    let marking = section.written("marking").map(|_| match section.word("marking") {
        "delimit" => Marking::Delimit,
        "datamark" => Marking::Datamark,
        _ => Marking::Off,
    });
    Settings {
        links: written(&links, "allow").then(|| prefixes(cx, links)),
        link_mode: written(&links, "mode").then(|| match links.word("mode") {
            "keep" => LinkMode::Keep,
            "drop" => LinkMode::Drop,
            _ => LinkMode::Rewrite,
        }),
        query: query(cx, links),
        images: written(&section.section("images"), "allow").then(|| prefixes(cx, section.section("images"))),
        rules: rules::treatments(cx, section, names),
        marking,
        argument_hosts: written(&arguments, "hosts").then(|| match arguments.word("hosts") {
            "deny" => ArgumentHosts::Deny,
            _ => ArgumentHosts::Allow,
        }),
        sensitive: false,
    }
}

fn query(cx: &mut Context<'_>, links: Section<'_>) -> Option<Query> {
    let listed = links.texts("parameters");
    let word = links.text("query").map(|text| text.value);
    if word != Some("only")
        && let Some(first) = listed.first()
    {
        let found = Diagnostic::error(Code::Unenforceable, first.span, "these parameters would have no effect")
            .label("only with `query: only`");
        cx.push(found.help("write `query: only`, or remove `parameters`"));
    }
    match word? {
        "drop" => Some(Query::Only(Vec::new())),
        "only" => Some(Query::Only(listed.iter().map(|text| text.value.to_owned()).collect())),
        _ => Some(Query::Keep),
    }
}

fn prefixes(cx: &mut Context<'_>, section: Section<'_>) -> Vec<Prefix> {
    let mut prefixes = Vec::new();
    for text in section.texts("allow") {
        match Prefix::parse(text.value) {
            Ok(prefix) => prefixes.push(prefix),
            Err(fault) => {
                let message = format!("`{}` cannot be allowed: {fault}", text.value);
                let found = Diagnostic::error(Code::Value, text.span, message).label("this entry");
                cx.push(
                    found.help(
                        "an entry is an origin and the start of a path, such as https://docs.example.com/a/, or mailto:help@example.com",
                    ),
                );
            }
        }
    }
    prefixes
}

/// Where an entry holds; `None` where its names cannot be used.
fn place(cx: &mut Context<'_>, entry: Section<'_>, known: Option<&Known<'_>>, what: &str) -> Option<Where> {
    let tenant = entry.text("tenant");
    let upstream = entry.text("upstream");
    let tool = entry.text("tool");
    if what == "an override" && tenant.is_none() && upstream.is_none() && tool.is_none() {
        let found = Diagnostic::error(Code::MissingKey, entry.caret(), "an override needs a place where it holds");
        cx.push(
            found.label("this entry").help("give `tenant`, `upstream` or `tool`; what holds everywhere stands above"),
        );
        return None;
    }
    if let Some(name) = &tenant
        && known.is_some_and(|known| !known.tenants.contains(name.value))
    {
        let message = format!("no tenant is called `{}`", name.value);
        let found = Diagnostic::error(Code::Value, name.span, message).label("holds for nobody");
        cx.push(found.help("use the name of a section under `tenants`"));
        return None;
    }
    if let Some(name) = &upstream
        && known.is_some_and(|known| !known.servers.contains(name.value))
    {
        let message = format!("no server is called `{}`", name.value);
        let found = Diagnostic::error(Code::UnknownServer, name.span, message).label("holds for nothing");
        cx.push(found.help("use the `name` of an entry of `upstreams`, or remove this one"));
        return None;
    }
    Some(Where {
        tenant: tenant.map(|text| text.value.to_owned()),
        upstream: upstream.map(|text| text.value.to_owned()),
        tool: tool.map(|text| text.value.to_owned()),
    })
}
