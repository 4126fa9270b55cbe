//! The command line.

use crate::{
    audit, can, check, demo, explain, filter, healthcheck, init, logging, pins, redteam, rules, schema, serve, token,
};
use anyhow::Context as _;
use clap::{CommandFactory as _, Parser};
use std::process::ExitCode;

/// The hardened stack between AI agents and the systems that they reach over MCP.
#[derive(Debug, Parser)]
#[command(name = "casemate", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes a first configuration with a development CA, certificates and a token issuer.
    Init(init::InitArgs),
    /// Checks a configuration and shows every mistake at once.
    Check(check::CheckArgs),
    /// Says what policy would decide about a call, and why.
    Can(can::CanArgs),
    /// Runs the gateway.
    Serve(serve::ServeArgs),
    /// Shows the whole of it in a minute: a gateway, a server, attacks, the verified log.
    Demo(demo::DemoArgs),
    /// Mints a token of the development issuer.
    Token(token::TokenArgs),
    /// Shows what the servers offer and decides what of it may be used.
    Pins(pins::PinsArgs),
    /// Checks, reads, copies and proves the audit log, without a gateway; erases, changes its key, runs a witness.
    Audit(audit::AuditArgs),
    /// Filters text on stdin as the gateway filters answers.
    Filter(filter::FilterArgs),
    /// Lists, explains and tests the rules of the filter.
    Rules(rules::RulesArgs),
    /// Plays attack cases against a gateway of their own and judges by the end state.
    Redteam(redteam::RedteamArgs),
    /// Explains a reason code, a diagnostic, a configuration key or a rule of the filter.
    Explain(explain::ExplainArgs),
    /// Prints the JSON schema of the configuration.
    Schema(schema::SchemaArgs),
    /// Asks a running gateway whether it is ready.
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Prints the completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Writes the manual pages into a directory.
    Man {
        /// The directory; made where it does not exist.
        dir: std::path::PathBuf,
    },
}

/// Runs the command line.
///
/// # Errors
/// What a command could not do.
pub fn run() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    logging::start(matches!(cli.command, Command::Demo(_) | Command::Redteam(_)));
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Can(args) => can::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Pins(args) => pins::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Filter(args) => filter::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Redteam(args) => redteam::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Healthcheck(args) => healthcheck::run(&args),
        Command::Completions { shell } => {
            crate::out::data(&completions(shell))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { dir } => {
            manual(&dir).with_context(|| format!("`{}` cannot be written to", dir.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "casemate", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

fn manual(dir: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    clap_mangen::generate_to(Cli::command(), dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The names of all commands, those of `audit` and the like as `audit-verify`.
    fn commands() -> Vec<String> {
        fn walk(prefix: &str, command: &clap::Command, into: &mut Vec<String>) {
            for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
                let name = format!("{prefix}-{}", command.get_name());
                walk(&name, command, into);
                into.push(name);
            }
        }
        let mut names = Vec::new();
        walk("casemate", &Cli::command(), &mut names);
        names
    }

    #[test]
    fn every_command_has_a_page_in_the_manual() {
        let dir = tempfile::tempdir().unwrap();
        let pages = dir.path().join("made/on/the/way");
        manual(&pages).unwrap();
        assert!(commands().contains(&"casemate-audit-verify".to_owned()));
        for name in commands() {
            let page = std::fs::read_to_string(pages.join(format!("{name}.1"))).unwrap();
            assert!(page.contains(".SH SYNOPSIS") && page.contains(".SH DESCRIPTION"), "{name}");
        }
        let file = dir.path().join("file");
        std::fs::write(&file, "mine").unwrap();
        assert!(manual(&file).is_err());
    }

    #[test]
    fn every_shell_completes_every_command() {
        use clap::ValueEnum as _;
        for shell in clap_complete::Shell::value_variants() {
            let script = completions(*shell);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
