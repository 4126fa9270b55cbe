//! `casemate check`: every mistake of a configuration at once.

mod log;
mod tools;

use crate::config::codes::Code;
use crate::config::{self, Environment, Loaded, Report};
use crate::out;
use anyhow::Result;
use casemate_core::UnixMillis;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check a configuration: all mistakes at once, and what would be in force.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The configuration.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    pub config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Decide what the log has once more by this configuration, and show what would be decided differently.
    #[arg(long)]
    pub against_log: bool,
    /// With --against-log: calls from then on: `2026-07-01`, `2026-07-01T08:30:00Z`, or how long ago, such as `7d`.
    #[arg(long, value_name = "TIME", value_parser = crate::audit::moment, requires = "against_log")]
    pub since: Option<UnixMillis>,
}

/// Recorded calls would be decided differently.
const DIFFERENT: u8 = 3;

/// Runs the command: 0 where it loads, 1 where it does not, 2 where it or the log cannot be read, 3 where recorded calls
/// would be decided differently.
///
/// # Errors
/// Output that cannot be written.
pub fn run(args: &CheckArgs) -> Result<ExitCode> {
    match config::load(&args.config, &Environment::of_process()) {
        Ok(loaded) => {
            let compared = match against_log(args, &loaded) {
                Ok(compared) => compared,
                Err(fault) => {
                    out::say(&format!("the log cannot be compared: {fault}"));
                    return Ok(ExitCode::from(2));
                }
            };
            if args.json {
                let mut described = describe(&loaded);
                if let (Some(described), Some(compared)) = (described.as_object_mut(), &compared) {
                    described.insert("against_log".to_owned(), compared.json());
                }
                out::json(&described)?;
            } else {
                out::show(&loaded.warnings.render(true));
                out::data(&words(&loaded))?;
                out::data(&compared.as_ref().map(log::Compared::words).unwrap_or_default())?;
            }
            let differs = compared.is_some_and(|compared| compared.differs());
            Ok(if differs { ExitCode::from(DIFFERENT) } else { ExitCode::SUCCESS })
        }
        Err(report) => {
            if args.json {
                out::json(&json!({ "ok": false, "findings": report.to_json() }))?;
            } else {
                out::show(&report.render(true));
                out::say(&tally(&report));
            }
            let unread = report.diagnostics().iter().any(|found| found.code == Code::Read);
            Ok(ExitCode::from(if unread { 2 } else { 1 }))
        }
    }
}

fn against_log(args: &CheckArgs, loaded: &Loaded) -> std::result::Result<Option<log::Compared>, casemate_audit::Fault> {
    let since = args.since.unwrap_or(UnixMillis(0));
    args.against_log.then(|| log::compare(loaded, since)).transpose()
}

/// How many errors and warnings there are.
#[must_use]
pub fn tally(report: &Report) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match report.warnings() {
        0 => count(report.errors(), "error"),
        warnings => format!("{}, {}", count(report.errors(), "error"), count(warnings, "warning")),
    }
}

fn words(loaded: &Loaded) -> String {
    let config = &loaded.config;
    let mut text = format!("{} is good\n", loaded.path.display());
    text.push_str(&format!("accepts: {}\n", config.auth.mode.as_str()));
    for value in &loaded.effective {
        text.push_str(&format!("{value}\n"));
    }
    let servers: Vec<_> = config.upstreams.keys().map(|name| name.as_str()).collect();
    let tenants: Vec<_> = config.tenants.keys().map(|name| name.as_str()).collect();
    let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    text.push_str(&format!("servers: {}\n", list(&servers)));
    text.push_str(&format!("tenants: {}\n", list(&tenants)));
    text.push_str(&tools::words(loaded));
    text.push_str(&format!("policy: {}\n", loaded.digest));
    text
}

fn describe(loaded: &Loaded) -> serde_json::Value {
    let config = &loaded.config;
    let effective: Vec<_> = loaded
        .effective
        .iter()
        .map(|value| json!({ "name": value.name, "value": value.value, "origin": value.origin }))
        .collect();
    let (unmanaged, without) = tools::describe(loaded);
    json!({
        "ok": true,
        "accepts": config.auth.mode.as_str(),
        "effective": effective,
        "servers": config.upstreams.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
        "tenants": config.tenants.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
        "unmanaged_tools": unmanaged,
        "rules_without_tools": without,
        "policy": loaded.digest.to_string(),
        "findings": loaded.warnings.to_json(),
    })
}

#[cfg(test)]
mod tests;
