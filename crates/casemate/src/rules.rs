//! `casemate rules`: what the output post-processor looks for, and where it would find it.

mod list;
mod test;

use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// List, explain and test the rules of the output post-processor.
#[derive(Debug, Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the rules: what each does, how grave its findings are, what it finds.
    List(list::ListArgs),
    /// Explain one rule.
    Explain(list::ExplainArgs),
    /// Show where a rule matches, whether it is used or not; never the text.
    #[command(after_help = test::HELP)]
    Test(test::TestArgs),
}

/// Runs the command.
///
/// # Errors
/// Output that cannot be written.
pub fn run(args: &RulesArgs) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => list::run(args),
        Command::Explain(args) => list::explain(args),
        Command::Test(args) => test::run(args),
    }
}

pub(crate) use list::described;
