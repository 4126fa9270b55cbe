//! The rules in a table, and one by one.

use crate::config::scalar;
use crate::filter::{Loaded, PolicyArgs};
use crate::out;
use anyhow::Result;
use casemate_inspect::{Family, Rule, Severity, catalogue};
use casemate_output::Treatment;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    place: PolicyArgs,
    /// Only the rules of this family.
    #[arg(long, value_parser = families())]
    family: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    place: PolicyArgs,
    /// Its id, such as `secret.github.pat`.
    id: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn families() -> PossibleValuesParser {
    PossibleValuesParser::new(Family::ALL.map(Family::as_str))
}

/// A rule in force: of the catalogue, of the policy, or of an imported file.
struct Row {
    id: String,
    family: &'static str,
    severity: &'static str,
    /// What it does by itself.
    default: &'static str,
    /// What it does under the policy.
    action: &'static str,
    shadow: bool,
    expected: Option<String>,
    about: String,
    tags: &'static [&'static str],
}

impl Row {
    fn json(&self) -> Value {
        let mut row = json!({
            "id": self.id, "family": self.family, "severity": self.severity, "default": self.default,
            "action": self.action, "shadow": self.shadow, "about": self.about, "tags": self.tags,
        });
        if let (Some(object), Some(expected)) = (row.as_object_mut(), &self.expected) {
            object.insert("suppressed".to_owned(), json!(expected));
        }
        row
    }

    fn treatment(&self) -> String {
        match (&self.expected, self.shadow) {
            (Some(_), _) => format!("{} (suppressed)", self.action),
            (None, true) => format!("{} (shadow)", self.action),
            (None, false) => self.action.to_owned(),
        }
    }
}

/// Every rule at the place of the arguments, in the order of the catalogue.
fn rows(loaded: &Loaded, place: &PolicyArgs) -> Vec<Row> {
    let (policy, scope) = (loaded.policy(), loaded.scope(place));
    let row = |id: &str, family, severity: Severity, default: &'static str, about: &str, tags| {
        let (action, shadow) = match policy.treatment(&scope, loaded.now, id) {
            None => (default, false),
            Some(Treatment::Off) => ("off", false),
            Some(Treatment::Do(action)) => (action.as_str(), false),
            Some(Treatment::Shadow(action)) => (action.as_str(), true),
        };
        let expected = policy.expected(&scope, loaded.now, id).map(str::to_owned);
        let (id, about, severity) = (id.to_owned(), about.to_owned(), severity.as_str());
        Row { id, family, severity, default, action, shadow, expected, about, tags }
    };
    let own = |id: &str, action, about: &str| row(id, family_of(id), Severity::High, action, about, &[]);
    let built_in = catalogue()
        .map(|rule| row(rule.id, rule.family.as_str(), rule.severity, default_of(rule), rule.about, rule.tags));
    let patterns =
        policy.patterns.iter().map(|pattern| own(&pattern.id, pattern.action.as_str(), "A pattern of the policy."));
    let imported = policy.imported.iter().flat_map(|imported| imported.rules());
    let imported = imported.map(|(id, about)| {
        let about = if about.is_empty() { "A rule of the imported file." } else { about };
        own(&format!("secret.imported.{id}"), "redact", about)
    });
    built_in.chain(patterns).chain(imported).collect()
}

const fn default_of(rule: &Rule) -> &'static str {
    if rule.on { rule.action.as_str() } else { "off" }
}

fn family_of(id: &str) -> &'static str {
    let first = id.split('.').next().unwrap_or_default();
    Family::ALL.map(Family::as_str).into_iter().find(|family| *family == first).unwrap_or("text")
}

pub(super) fn run(args: &ListArgs) -> Result<ExitCode> {
    let Some(loaded) = args.place.load() else { return Ok(ExitCode::from(2)) };
    let mut rows = rows(&loaded, &args.place);
    rows.retain(|row| args.family.as_ref().is_none_or(|family| row.family == family));
    if args.json {
        out::json(&Value::Array(rows.iter().map(Row::json).collect()))?;
    } else {
        out::data(&table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(rows: &[Row]) -> String {
    let width = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (ids, actions) = (width(&|row| row.id.len()), width(&|row| row.treatment().len()));
    let line = |row: &Row| {
        let (id, about) = (out::safe(&row.id), out::safe(&row.about));
        format!("{id:<ids$}  {:<actions$}  {:<6}  {about}\n", row.treatment(), row.severity)
    };
    rows.iter().map(line).collect()
}

pub(super) fn explain(args: &ExplainArgs) -> Result<ExitCode> {
    let Some(loaded) = args.place.load() else { return Ok(ExitCode::from(2)) };
    let rows = rows(&loaded, &args.place);
    let Some(row) = rows.iter().find(|row| row.id == args.id) else {
        out::say(&format!("error: no rule is called `{}`", out::safe(&args.id)));
        match scalar::nearest(&args.id, rows.iter().map(|row| row.id.as_str())) {
            Some(near) => out::say(&format!("help: did you mean `{near}`?")),
            None => out::say("help: `casemate rules list` shows every rule"),
        }
        return Ok(ExitCode::from(2));
    };
    if args.json {
        out::json(&row.json())?;
    } else {
        out::data(&text(row))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(row: &Row) -> String {
    let mut text = format!("{}: {}\n\n", out::safe(&row.id), out::safe(&row.about));
    text.push_str(&format!("family: {}\nseverity: {}\ndefault: {}\n", row.family, row.severity, row.default));
    if row.default != row.action || row.shadow || row.expected.is_some() {
        text.push_str(&format!("here: {}\n", row.treatment()));
    }
    if let Some(reason) = &row.expected {
        text.push_str(&format!("suppressed: {}\n", out::safe(reason)));
    }
    if !row.tags.is_empty() {
        text.push_str(&format!("tags: {}\n", row.tags.join(", ")));
    }
    text
}

/// A rule of the catalogue as `casemate explain` has it.
pub(crate) fn described(id: &str) -> Option<(String, Value)> {
    let rule = casemate_inspect::rule(id)?;
    let default = default_of(rule);
    let row = Row {
        id: rule.id.to_owned(),
        family: rule.family.as_str(),
        severity: rule.severity.as_str(),
        default,
        action: default,
        shadow: false,
        expected: None,
        about: rule.about.to_owned(),
        tags: rule.tags,
    };
    let json = json!({
        "kind": "rule", "code": rule.id, "message": rule.about, "family": row.family, "severity": row.severity,
        "default": default, "tags": rule.tags,
    });
    Some((text(&row), json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_once_with_what_it_does() {
        let place = PolicyArgs::default();
        let rows = rows(&place.load().unwrap(), &place);
        assert_eq!(rows.len(), catalogue().count());
        for (row, rule) in rows.iter().zip(catalogue()) {
            assert_eq!((row.id.as_str(), row.action, row.shadow), (rule.id, default_of(rule), false));
            assert!(text(row).contains(rule.about) && row.json()["id"] == rule.id, "{}", rule.id);
        }
        let table = table(&rows);
        assert_eq!(table.lines().count(), rows.len());
        assert!(table.lines().all(|line| line.ends_with('.')), "{table}");
    }

    #[test]
    fn a_policy_changes_what_is_listed() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("policy.yaml");
        let policy = "rules:\n  - { rule: 'secret.*', action: deny, shadow: true }\n\
                      patterns:\n  - { name: ours, regex: 'x+y', action: redact }\n\
                      overrides:\n  - { upstream: kb, rules: [{ rule: 'secret.*', action: 'off' }] }\n\
                      suppress:\n  - { rule: deny.own.ours, until: 2999-01-01, reason: we said so }\n";
        std::fs::write(&file, policy).unwrap();
        let mut place = PolicyArgs { policy: Some(file), ..PolicyArgs::default() };
        let of = |place: &PolicyArgs, id: &str| {
            let rows = rows(&place.load().unwrap(), place);
            let row = rows.iter().find(|row| row.id == id).unwrap();
            (row.treatment(), row.family)
        };
        let secret = catalogue().find(|rule| rule.family == Family::Secret).unwrap().id;
        assert_eq!(of(&place, secret), ("deny (shadow)".to_owned(), "secret"));
        assert_eq!(of(&place, "deny.own.ours"), ("redact (suppressed)".to_owned(), "deny"));
        place.upstream = Some("kb".to_owned());
        assert_eq!(of(&place, secret).0, "off");
    }
}
