//! `casemate audit`: the log, read offline.

use crate::config::{self, Environment};
use crate::out;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `casemate audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks the whole log: no entry changed, removed, reordered or cut off.
    Verify(VerifyArgs),
    /// Prints the entries, one JSON object a line, oldest first.
    Cat(VerifyArgs),
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// The directory of the log; without it, the one that the configuration names.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    config: PathBuf,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

impl VerifyArgs {
    fn dir(&self) -> Result<PathBuf, ExitCode> {
        if let Some(dir) = &self.dir {
            return Ok(dir.clone());
        }
        match config::load(&self.config, &Environment::of_process()) {
            Ok(loaded) => Ok(loaded.state_dir.join("audit")),
            Err(report) => {
                out::show(&report.render(true));
                Err(ExitCode::from(2))
            }
        }
    }
}

/// Runs `casemate audit`.
///
/// # Errors
/// Output that cannot be written.
pub fn run(args: &AuditArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        Command::Verify(args) => match args.dir() {
            Ok(dir) => verify(&dir, args.json),
            Err(code) => Ok(code),
        },
        Command::Cat(args) => match args.dir() {
            Ok(dir) => cat(&dir),
            Err(code) => Ok(code),
        },
    }
}

fn verify(dir: &std::path::Path, json: bool) -> anyhow::Result<ExitCode> {
    match casemate_audit::verify(dir) {
        Ok(good) => {
            let text = if json {
                serde_json::json!({"ok": true, "entries": good.entries, "root": good.root.to_string()}).to_string()
            } else {
                format!("good: {} entries, root {}", good.entries, good.root)
            };
            out::data(&format!("{text}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            if json {
                let text = serde_json::json!({"ok": false, "fault": fault.to_string()});
                out::data(&format!("{text}\n"))?;
            } else {
                out::say(&format!("bad: {fault}"));
            }
            Ok(ExitCode::from(1))
        }
    }
}

fn cat(dir: &std::path::Path) -> anyhow::Result<ExitCode> {
    let entries = match casemate_audit::entries(dir) {
        Ok(entries) => entries,
        Err(fault) => {
            out::say(&format!("bad: {fault}"));
            return Ok(ExitCode::from(1));
        }
    };
    for entry in entries {
        match entry {
            Ok(entry) => out::data(&format!("{}\n", entry.json))?,
            Err(fault) => {
                out::say(&format!("bad: {fault}"));
                return Ok(ExitCode::from(1));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
