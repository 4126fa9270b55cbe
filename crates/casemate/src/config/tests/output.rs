//! The output section: what it means, what of it enters the policy digest, and files that hold nothing else.

use super::*;
use casemate_inspect::Action;
use casemate_output::{LinkMode, Marking, Query, Scope, Treatment, Verdict};
use std::time::Duration;

fn everything() -> String {
    cases("valid").into_iter().find(|(case, _)| case == "everything").unwrap().1
}

/// The output section of the file `everything`, as it stands there.
fn section() -> String {
    let source = everything();
    let (_, rest) = source.split_once("\noutput:\n").unwrap();
    format!("output:\n{}\n", rest.split_once("\n\n").unwrap().0)
}

fn alone(source: &str) -> Result<Output, Report> {
    let mut files = FILES.clone();
    files.0.insert("policy.yaml".into(), FileData { bytes: source.as_bytes().to_vec(), mode: None });
    load_output_from(Path::new("policy.yaml"), &files, &environment())
}

#[test]
fn every_key_of_it_reaches_the_filter() {
    let policy = valid("everything").config.output;
    let base = &policy.base;
    let shown = |list: &Option<Vec<casemate_inspect::Prefix>>| {
        list.iter().flatten().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown(&base.links), ["https://docs.example/manual/", "https://docs.example/faq"]);
    assert_eq!(shown(&base.images), ["https://cdn.example/icons/"]);
    assert_eq!((base.link_mode, base.marking), (Some(LinkMode::Drop), Some(Marking::Datamark)));
    assert_eq!(base.query, Some(Query::Only(vec!["page".to_owned(), "lang".to_owned()])));
    let treatments: Vec<_> = base.rules.iter().map(|(rule, treatment)| (rule.as_str(), *treatment)).collect();
    let wanted = [("personal.*", Treatment::Shadow(Action::Redact)), ("host.*", Treatment::Do(Action::Deny))];
    assert_eq!(treatments, wanted);
    assert_eq!(policy.html_bytes, 128 << 10);
    assert_eq!(policy.hold, Duration::from_millis(500));
    let patterns: Vec<_> = policy.patterns.iter().map(|p| (p.id.as_ref(), p.action)).collect();
    assert_eq!(patterns, [("deny.own.project", Action::Redact), ("deny.own.plans", Action::Deny)]);
    assert!(policy.imported.as_ref().is_some_and(|imported| imported.rules().count() == 1));
    let (place, settings) = &policy.overrides[0];
    assert_eq!(
        (place.tenant.as_deref(), place.upstream.as_deref(), place.tool.as_deref()),
        (Some("acme"), Some("kb"), Some("search"))
    );
    assert_eq!((settings.link_mode, &settings.query), (Some(LinkMode::Keep), &Some(Query::Keep)));
    assert_eq!(
        (&settings.links, settings.images.as_deref(), settings.marking),
        (&None, Some(&[][..]), Some(Marking::Off))
    );
    assert_eq!(policy.overrides[1].1.query, Some(Query::Only(Vec::new())));
    let suppression = &policy.suppressions[0];
    assert_eq!((suppression.until, suppression.reason.as_str()), (32_474_736_000, "it speaks of infrastructure"));
}

#[test]
fn what_a_section_leaves_out_is_said_by_nobody() {
    let policy = valid("minimal").config.output;
    assert!(policy.base.links.is_none() && policy.base.rules.is_empty() && policy.overrides.is_empty());
    assert_eq!((policy.html_bytes, policy.hold), (256 << 10, Duration::from_millis(500)));
    assert_eq!(default_output().html_bytes, policy.html_bytes);
}

#[test]
fn whatever_in_it_decides_changes_the_policy_digest() {
    let load =
        |source: &str| load_text(source, &environment()).unwrap_or_else(|report| panic!("{}", report.render(false)));
    let source = everything();
    let before = load(&source);
    for (from, to) in [
        ("docs.example/manual/", "docs.example/manuals/"),
        ("mode: drop", "mode: rewrite"),
        ("query: only, parameters: [page, lang]", "query: only, parameters: [page]"),
        ("query: only, parameters: [page, lang]", "query: keep"),
        ("cdn.example/icons/", "cdn.example/"),
        ("action: redact, shadow: true", "action: redact"),
        ("{ rule: \"host.*\", action: deny }", "{ rule: \"host.*\", action: report }"),
        ("marking: datamark", "marking: delimit"),
        ("arguments: { hosts: deny }", "arguments: { hosts: allow }"),
        (", arguments: { hosts: allow }", ""),
        ("html_bytes: 128KiB", "html_bytes: 64KiB"),
        ("hold: 500ms", "hold: 0s"),
        ("  registered: [{ file: secret }]\n", ""),
        ("project\\s+heron", "project\\s+egret"),
        ("name: project,", "name: birds,"),
        ("regex: battle plans }", "regex: battle plans, action: report }"),
        ("  gitleaks: gitleaks.toml\n", ""),
        ("gitleaks: gitleaks.toml", "gitleaks: other.toml"),
        ("tool: search, links: { mode: keep, query: keep }", "tool: find, links: { mode: keep, query: keep }"),
        ("images: { allow: [] }, marking: none", "marking: none"),
        ("action: \"off\" }]", "action: report }]"),
        ("upstream: kb, until", "upstream: docs, until"),
        ("until: 2999-01-31", "until: 2999-02-01"),
        ("it speaks of infrastructure", "it is known"),
    ] {
        assert!(source.contains(from), "{from}");
        let after = load(&source.replacen(from, to, 1));
        assert_ne!(before.digest, after.digest, "{from}");
    }
    // Where a value is read from decides nothing; the order of keys neither.
    let same = source.replacen("query: only, parameters: [page, lang]", "parameters: [page, lang], query: only", 1);
    assert_eq!(before.digest, load(&same).digest);
}

#[test]
fn the_canonical_form_holds_no_registered_value() {
    let loaded = valid("everything");
    for value in ["s3cr3t-barley", "hunter2-Wm5z"] {
        assert!(!loaded.canonical.contains(value) && !format!("{loaded:?}").contains(value));
    }
    assert!(loaded.canonical.contains("output.registered="));
}

#[test]
fn the_section_is_read_from_whatever_holds_it() {
    let text = "the key is s3cr3t-barley-7Qx4-Lk9v, says project heron";
    let inner: String =
        section().lines().skip(1).map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect();
    for source in [everything(), section(), inner] {
        let output = alone(&source).unwrap_or_else(|report| panic!("{}", report.render(false)));
        assert!(output.warnings.is_none());
        let filtered = output.policy.filter(&Scope::default(), 0).text(text).text.into_owned();
        assert!(!filtered.contains("s3cr3t") && !filtered.contains("heron") && filtered.starts_with("the key is "));
        assert_eq!(output.policy.base.rules.len(), 2);
    }
    let whole = alone(&everything()).unwrap();
    assert!(whole.sensitive.tenants.contains("acme"));
}

#[test]
fn the_credentials_of_a_whole_configuration_are_registered() {
    let source = everything();
    let without = source.replace(&section(), "");
    assert!(!without.contains("\noutput:"));
    let output = alone(&without).unwrap_or_else(|report| panic!("{}", report.render(false)));
    let filter = output.policy.filter(&Scope::default(), 0);
    assert_eq!(filter.text("it is hunter2-Wm5z-oat-R8c3").verdict, Verdict::Rewritten);
    assert_eq!(filter.text("it is hunter2 alone").verdict, Verdict::Pass);
}

#[test]
fn an_empty_section_is_the_default_and_a_wrong_one_is_shown() {
    for source in ["output: {}", "links: {}", "rules: []"] {
        assert!(alone(source).is_ok(), "{source}");
    }
    for (source, shown) in [
        ("", "the configuration is empty"),
        ("output:", "has no value"),
        ("output: []", "`output` takes"),
        ("lnks: {}", "there is no key `lnks` in `output`"),
        ("rules: [{ rule: secret.nothing, action: deny }]", "no rule is called `secret.nothing`"),
        ("output: {}\nstate: { dir: x }", "`mcp_gateway` is missing"),
        ("registered: [{ file: nowhere }]", "`nowhere` cannot be read"),
        ("registered: [{ file: weak }]", "the value cannot be registered"),
    ] {
        let report = alone(source).err().unwrap_or_else(|| panic!("{source} loads")).render(false);
        assert!(report.contains(shown) || report.to_lowercase().contains(&shown.to_lowercase()), "{source}\n{report}");
    }
    // Its names are not compared with those of a gateway.
    assert!(alone("overrides: [{ tenant: anyone, marking: delimit }]").is_ok());
}

#[test]
fn links_may_lead_to_places_and_to_people_and_nowhere_else() {
    let load = |entry: &str| alone(&format!("links: {{ allow: [\"{entry}\"] }}"));
    for (entry, text) in [
        ("https://Docs.example:443/a/../manual/", "[t](https://docs.example/manual/x)"),
        ("mailto:help@docs.example", "[t](mailto:help@docs.example?subject=x)"),
        ("tel:+49 30 1234567", "[t](tel:+49-30-1234567)"),
        ("ftp://docs.example/pub/", "[t](ftp://docs.example/pub/x)"),
    ] {
        let output = load(entry).unwrap_or_else(|report| panic!("{}", report.render(false)));
        let filter = output.policy.filter(&Scope::default(), 0);
        assert_eq!(filter.text(text).verdict, Verdict::Pass, "{entry}");
        assert_eq!(filter.text("[t](https://docs.example.evil.example/manual/)").verdict, Verdict::Rewritten);
    }
    for entry in ["docs.example", "javascript:x", "https://u@docs.example/", "https://docs.example/?a", "gopher://a/"] {
        assert!(load(entry).is_err(), "{entry}");
    }
}
