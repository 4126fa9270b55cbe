//! The command line.

use casemate::config::Environment;
use casemate::{can, check, explain, init, out, schema, token};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A hardened gateway between AI agents and MCP servers.
#[derive(Debug, Parser)]
#[command(name = "casemate", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Can(can::CanArgs),
    Token(token::TokenArgs),
    Explain(explain::ExplainArgs),
    Schema(schema::SchemaArgs),
}

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let done = match Cli::parse().command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args, &environment),
        Command::Can(args) => can::run(&args, &environment),
        Command::Token(args) => token::run(&args, &environment),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
    };
    done.unwrap_or_else(|error| {
        out::say(&format!("error: {error:#}"));
        ExitCode::from(2)
    })
}
