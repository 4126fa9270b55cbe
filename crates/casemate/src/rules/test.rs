//! A rule tried on texts before it bites.

use crate::config::scalar;
use crate::filter::{Loaded, MOST, PolicyArgs, Told};
use crate::out;
use anyhow::Result;
use casemate_core::glob::Glob;
use casemate_inspect::{Action, View, catalogue};
use casemate_output::{Filter, Found, LinkMode, Policy, Settings, Treatment};
use clap::Args;
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

pub(super) const HELP: &str = "\
One line for each place: FILE:LINE:COLUMN: RULE (VIEW) SEVERITY, or with --json an object. The view says how the text was read
where it is not read as it stands. Allow-lists, patterns and registered values are those of the
policy; what it says of rules and suppressions plays no part.

Exit codes:
  0  nothing matched
  1  something matched
  2  could not run, or a text could not be read";

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    place: PolicyArgs,
    /// The rule: its id, or a pattern over ids such as `secret.*`.
    #[arg(value_name = "ID", required_unless_present = "all")]
    rule: Option<String>,
    /// Every rule; then all names are files.
    #[arg(long)]
    all: bool,
    /// One JSON object a line, for each place: file, line, column, rule, severity, view, and the bytes from start to end.
    #[arg(long)]
    json: bool,
    /// Files with text; without any, stdin.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &TestArgs) -> Result<ExitCode> {
    let Some(loaded) = args.place.load() else { return Ok(ExitCode::from(2)) };
    let (rule, files) = named(args);
    let tried = match Tried::new(&loaded, &args.place, &rule) {
        Ok(tried) => tried,
        Err(fault) => {
            out::say(&fault);
            return Ok(ExitCode::from(2));
        }
    };
    let (mut matched, mut faulty) = (false, false);
    let texts = if files.is_empty() { vec![None] } else { files.into_iter().map(Some).collect() };
    for file in texts {
        let name = file.as_ref().map_or_else(|| "stdin".to_owned(), |file| out::safe(&file.display().to_string()));
        match text(file.as_ref()) {
            Ok(text) => matched |= tried.tell(&name, &text, args.json)?,
            Err(fault) => {
                faulty = true;
                out::say(&format!("error: {name}: {fault}"));
            }
        }
    }
    Ok(ExitCode::from(match (faulty, matched) {
        (true, _) => 2,
        (false, matched) => u8::from(matched),
    }))
}

/// The rules that are meant, and the files.
fn named(args: &TestArgs) -> (String, Vec<PathBuf>) {
    match (&args.rule, args.all) {
        (Some(rule), false) => (rule.clone(), args.files.clone()),
        (first, _) => ("*".to_owned(), first.iter().map(PathBuf::from).chain(args.files.iter().cloned()).collect()),
    }
}

/// The rules that are tried, and the filter that uses them alone and only reports.
#[derive(Debug)]
struct Tried {
    meant: Glob,
    filter: Arc<Filter>,
}

impl Tried {
    fn new(loaded: &Loaded, place: &PolicyArgs, rule: &str) -> Result<Self, String> {
        let known = loaded.policy();
        let unknown = || {
            let own = known.patterns.iter().map(|pattern| pattern.id.as_ref());
            let near = scalar::nearest(rule, catalogue().map(|rule| rule.id).chain(own));
            let near = near.map(|near| format!("did you mean `{near}`?"));
            let help = near.unwrap_or_else(|| "`casemate rules list` shows every rule".to_owned());
            format!("error: no rule is called `{}`\nhelp: {help}", out::safe(rule))
        };
        let meant = Glob::parse(rule).map_err(|_| unknown())?;
        let imported = known.imported.iter().flat_map(|imported| imported.rules());
        let imported = imported.map(|(id, _)| format!("secret.imported.{id}"));
        let own = known.patterns.iter().map(|pattern| pattern.id.to_string());
        let mut ids = catalogue().map(|rule| rule.id.to_owned()).chain(own).chain(imported);
        if !ids.any(|id| meant.matches(&id)) {
            return Err(unknown());
        }
        let mut rules: Vec<(Glob, Treatment)> = Glob::parse("*").map(|all| (all, Treatment::Off)).into_iter().collect();
        rules.push((meant.clone(), Treatment::Do(Action::Report)));
        let without = |settings: &Settings| Settings { rules: Vec::new(), ..settings.clone() };
        let base = Settings { rules, link_mode: Some(LinkMode::Keep), ..known.base.clone() };
        let overrides = known.overrides.iter().map(|(place, settings)| (place.clone(), without(settings))).collect();
        let policy = Policy { base, overrides, suppressions: Vec::new(), ..known.clone() };
        Ok(Self { meant, filter: policy.filter(&loaded.scope(place), loaded.now) })
    }

    /// What matches, and how often more.
    fn found(&self, text: &str) -> (Vec<Found>, usize) {
        let filtered = self.filter.text(text);
        let mut found = filtered.findings;
        found.retain(|found| self.meant.matches(&found.rule));
        (found, filtered.unlisted)
    }

    /// Whether anything matched.
    fn tell(&self, name: &str, text: &str, as_json: bool) -> Result<bool> {
        let (found, unlisted) = self.found(text);
        if as_json {
            rows(name, text, &found, unlisted).iter().try_for_each(|row| out::data(&format!("{row}\n")))?;
            return Ok(!found.is_empty() || unlisted > 0);
        }
        let mut told = Told::new(text);
        let mut lines = String::new();
        for found in &found {
            let (line, column) = told.place(found.span.start);
            let view = match found.view {
                View::Plain => String::new(),
                view => format!(" ({})", view.as_str()),
            };
            let rule = out::safe(&found.rule);
            lines.push_str(&format!("{name}:{line}:{column}: {rule}{view} {}\n", found.severity.as_str()));
        }
        if unlisted > 0 {
            lines.push_str(&format!("{name}: and {unlisted} more\n"));
        }
        out::data(&lines)?;
        Ok(!found.is_empty() || unlisted > 0)
    }
}

/// What is told of each place, and of those that are not listed. Never the text itself.
fn rows(name: &str, text: &str, found: &[Found], unlisted: usize) -> Vec<Value> {
    let mut told = Told::new(text);
    let row = |found: &Found| {
        let (line, column) = told.place(found.span.start);
        json!({
            "file": name,
            "line": line,
            "column": column,
            "rule": found.rule,
            "severity": found.severity.as_str(),
            "view": found.view.as_str(),
            "start": found.span.start,
            "end": found.span.end,
        })
    };
    let mut rows: Vec<Value> = found.iter().map(row).collect();
    if unlisted > 0 {
        rows.push(json!({ "file": name, "unlisted": unlisted }));
    }
    rows
}

fn text(file: Option<&PathBuf>) -> Result<String, String> {
    let words = |fault: std::io::Error| crate::config::files::words(&fault);
    let mut bytes = Vec::new();
    let most = MOST as u64 + 1;
    match file {
        Some(path) => std::fs::File::open(path).map_err(words)?.take(most).read_to_end(&mut bytes).map_err(words)?,
        None => std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(words)?,
    };
    if bytes.len() > MOST {
        return Err(format!("it has over {} MiB", MOST >> 20));
    }
    String::from_utf8(bytes).map_err(|fault| format!("not UTF-8 at byte {}", fault.utf8_error().valid_up_to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_tested_alone_and_changes_nothing() {
        let place = PolicyArgs::default();
        let loaded = place.load().unwrap();
        let found = |rule: &str, text: &str| Tried::new(&loaded, &place, rule).unwrap().found(text).0;
        let text = "see http://169.254.169.254/latest/meta-data and go on";
        let host = found("host.*", text);
        assert!(host.iter().any(|found| found.rule == "host.metadata"), "{host:?}");
        assert!(host.iter().all(|found| found.action == Action::Report && found.rule.starts_with("host.")));
        assert!(found("secret.*", text).is_empty());
        assert!(found("*", text).len() >= host.len() && found("*", "an ordinary sentence").is_empty());
        let fault = Tried::new(&loaded, &place, "secret.nothing.of.the.kind").unwrap_err();
        assert!(fault.contains("no rule is called"), "{fault}");
    }

    #[test]
    fn in_json_a_place_is_told_and_not_the_text() {
        let place = PolicyArgs::default();
        let loaded = place.load().unwrap();
        let text = "all is well\nsee http://169.254.169.254/latest and go on";
        let (found, unlisted) = Tried::new(&loaded, &place, "host.metadata").unwrap().found(text);
        let rows = rows("notes.txt", text, &found, unlisted);
        let wanted = json!({ "file": "notes.txt", "line": 2, "column": 12, "rule": "host.metadata", "severity": "high",
            "view": "plain", "start": 23, "end": 38 });
        assert_eq!(rows, [wanted]);
        assert_eq!(super::rows("a", "", &[], 3), [json!({ "file": "a", "unlisted": 3 })]);
    }

    #[test]
    fn a_rule_that_is_off_is_tested_all_the_same() {
        let place = PolicyArgs::default();
        let loaded = place.load().unwrap();
        let off = catalogue().find(|rule| !rule.on).unwrap();
        assert!(Tried::new(&loaded, &place, off.id).is_ok());
        let tried = Tried::new(&loaded, &place, "personal.*").unwrap();
        assert!(!tried.found("Write to jane.doe@example.org today.").0.is_empty());
    }

    #[test]
    fn with_all_every_name_is_a_file() {
        let args = |rule: Option<&str>, all, files: &[&str]| TestArgs {
            place: PolicyArgs::default(),
            json: false,
            rule: rule.map(str::to_owned),
            all,
            files: files.iter().map(PathBuf::from).collect(),
        };
        let (rule, files) = named(&args(Some("a"), true, &["b"]));
        assert_eq!((rule.as_str(), files), ("*", vec!["a".into(), "b".into()]));
        let (rule, files) = named(&args(Some("a"), false, &["b"]));
        assert_eq!((rule.as_str(), files), ("a", vec!["b".into()]));
    }
}
