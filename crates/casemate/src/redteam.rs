//! `casemate redteam`: attack cases against a gateway of their own, judged by the end state.

mod cases;
mod client;
mod play;
mod report;
mod scratch;
mod server;
mod standin;

use crate::out;
use crate::schema;
use anyhow::Result;
use casemate_redteam::{Judge, SEED, expand};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Attack cases against a gateway of their own, judged by the end state.
#[derive(Debug, Args)]
pub struct RedteamArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays cases against a gateway in scratch state, behind it a hostile server on loopback.
    Run(RunArgs),
    /// Prints the JSON schema of a file of cases.
    Schema,
}

/// Arguments of `casemate redteam run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Attack a gateway that is started for it here. There is no other target.
    #[arg(long = "self")]
    pub this: bool,
    /// The configuration whose `output` section and `sensitive` marks are tried; without it, that of the cases.
    #[arg(long, short)]
    pub config: Option<PathBuf>,
    /// The tenant of that configuration that the client is of.
    #[arg(long, default_value = "redteam", requires = "config")]
    pub tenant: String,
    /// The upstream of that configuration that the hostile server stands for.
    #[arg(long, default_value = "redteam", requires = "config")]
    pub upstream: String,
    /// A file of cases, or a directory of such files, in place of those in the program.
    #[arg(long, value_name = "PATH")]
    pub cases: Option<PathBuf>,
    /// Only cases whose id begins so, or that have this tag.
    #[arg(long, value_name = "ID|TAG")]
    pub filter: Option<String>,
    /// What everything that is made for the cases is drawn by.
    #[arg(long, default_value_t = SEED)]
    pub seed: u64,
    /// JSON on stdout in place of the table.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// A gateway that does not start, output that cannot be written.
pub fn run(args: &RedteamArgs) -> Result<ExitCode> {
    match &args.command {
        Command::Run(args) => play(args),
        Command::Schema => {
            out::json(&schema())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The schema of a file of cases (draft 2020-12).
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema::section(crate::config::spec::CASES);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".to_owned(), json!("Attack cases of casemate redteam"));
    }
    schema
}

/// Says why nothing is run.
fn unusable(error: &str, help: &str) -> ExitCode {
    out::say(&format!("error: {error}\nhelp: {help}"));
    ExitCode::from(2)
}

fn play(args: &RunArgs) -> Result<ExitCode> {
    if !args.this {
        let help = "`casemate redteam run --self` starts one with your configuration";
        return Ok(unusable("a gateway elsewhere is not attacked: --self is missing", help));
    }
    let read = match &args.cases {
        Some(path) => cases::load(path),
        None => cases::embedded(),
    };
    let mut written = match read {
        Ok(written) => written,
        Err(report) => {
            out::show(&report);
            return Ok(ExitCode::from(2));
        }
    };
    if let Some(filter) = &args.filter {
        let has =
            |tag: &String| tag == filter || tag.strip_prefix(filter.as_str()).is_some_and(|rest| rest.starts_with('.'));
        written.retain(|case| case.id.starts_with(filter) || case.tags.iter().any(has));
        if written.is_empty() {
            let help = "give the beginning of an id, or a tag such as MCP01 or AML.T0057";
            return Ok(unusable(&format!("no case is called `{}`, or has that tag", out::safe(filter)), help));
        }
    }
    let Some(tried) = scratch::tried(args)? else { return Ok(ExitCode::from(2)) };
    let (probes, skipped) = match expand(&written, &tried.made) {
        Ok(expanded) => expanded,
        Err(many) => {
            let error = format!("the case `{}` makes {} probes; there may be {}", many.case, many.probes, many.most);
            return Ok(unusable(&error, "give it fewer channels, encodings or positions"));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let judge = Judge::new(tried.allowed.iter().map(String::as_str));
    let seen = runtime.block_on(play::all(&probes, tried))?;
    let outcome = report::Outcome::of(&probes, &seen, &judge, skipped, args.seed);
    if args.json {
        out::json(&outcome.to_json())?;
    } else {
        out::data(&outcome.to_text())?;
    }
    Ok(if outcome.is_held() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
mod tests;
