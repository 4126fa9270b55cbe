//! `casemate audit`: the log, checked and read without a gateway; and what is done to it by hand.

mod archive;
mod backup;
mod beside;
mod decided;
mod erase;
mod exit;
mod export;
mod local;
mod outside;
mod progress;
mod proof;
mod query;
mod replay;
mod reveal;
mod rotate;
mod rows;
mod stats;
mod suggest;
mod tail;
mod verify;
mod witness;

pub(crate) use decided::{described, target};
pub(crate) use query::moment;

use crate::config::{self, Environment};
use crate::{out, visible};
use casemate_audit::tlog::Verifier;
use casemate_audit::{Class, Fault, entries, entry};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments of `casemate audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks the whole log: no entry changed, removed, reordered or cut off, and every checkpoint of this tree.
    #[command(after_help = exit::HELP)]
    Verify(verify::VerifyArgs),
    /// Prints the entries, one JSON object a line, oldest first.
    #[command(after_help = exit::HELP)]
    Cat(LogArgs),
    /// Finds entries by what they hold: a tenant, a trace, a subject, a tool, a reason, a time.
    #[command(after_help = query::HELP)]
    Query(query::QueryArgs),
    /// Prints the last entries, and with `-f` those that follow.
    #[command(after_help = exit::HELP)]
    Tail(tail::TailArgs),
    /// Says what the log holds, how it grows, and when the disk will be full.
    #[command(after_help = exit::HELP)]
    Stats(stats::StatsArgs),
    /// Prints one entry, exactly as it was hashed.
    #[command(after_help = exit::HELP)]
    Show(ShowArgs),
    /// Writes the proof that one entry is in the log: a file that is checked without the log.
    #[command(after_help = exit::HELP)]
    Prove(proof::ProveArgs),
    /// Checks such a file. Needs the log's public key and nothing else.
    #[command(after_help = exit::HELP)]
    CheckProof(proof::CheckArgs),
    /// Writes the records of a tenant, each with its proof, for somebody who has not the log: a bundle of evidence.
    #[command(after_help = export::HELP)]
    Export(export::ExportArgs),
    /// Checks such a bundle. Needs the log's public key and nothing else.
    #[command(after_help = exit::HELP)]
    CheckExport(export::CheckArgs),
    /// Copies the log while the gateway runs; run again, only what is new.
    #[command(after_help = backup::HELP)]
    Backup(backup::BackupArgs),
    /// Prints the newest signed checkpoint.
    #[command(after_help = exit::HELP)]
    Checkpoint(proof::CheckpointArgs),
    /// Says whether a given value is what an entry commits to, or prints what was captured beside it.
    #[command(after_help = reveal::HELP)]
    Reveal(reveal::RevealArgs),
    /// Destroys the key of a subject: what was recorded of it can never again be linked to a value.
    #[command(after_help = erase::HELP)]
    Erase(erase::EraseArgs),
    /// Makes recorded decisions again, with the policy of their time, and compares.
    #[command(after_help = replay::HELP)]
    Replay(replay::ReplayArgs),
    /// Proposes rules from recorded refusals, for a person to read.
    #[command(after_help = suggest::HELP)]
    Suggest(suggest::SuggestArgs),
    /// Gives the log a new key: a checkpoint is signed by both, and from then on only the new one signs.
    #[command(after_help = rotate::HELP)]
    RotateKey(rotate::RotateArgs),
    /// Makes a key for a log and prints the public one.
    #[command(after_help = proof::KEYGEN_HELP)]
    Keygen(proof::KeygenArgs),
    /// What the write-once targets hold: its state, a check of all of it, the way back, and the self-test.
    #[command(after_help = archive::HELP)]
    Archive(archive::ArchiveArgs),
    /// Runs a witness: cosigns the checkpoints of logs, and refuses forks and rollbacks.
    #[command(after_help = witness::HELP)]
    Witness(witness::WitnessArgs),
}

#[derive(Debug, clap::Args)]
struct LogArgs {
    /// The directory of the log; without it, the one that the configuration names.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    config: PathBuf,
}

impl LogArgs {
    fn dir(&self) -> Result<PathBuf, ExitCode> {
        if let Some(dir) = &self.dir {
            return Ok(dir.clone());
        }
        match config::load(&self.config, &Environment::of_process()) {
            Ok(loaded) => Ok(loaded.state_dir.join("audit")),
            Err(report) => {
                out::show(&report.render(true));
                Err(ExitCode::from(exit::COULD_NOT_RUN))
            }
        }
    }
}

impl LogArgs {
    /// The retention that the configuration says; `None` where the log was named without one.
    fn retention(&self) -> Option<Option<Duration>> {
        let is_named = self.dir.is_some();
        let loaded = (!is_named).then(|| config::load(&self.config, &Environment::of_process()).ok());
        loaded.flatten().map(|loaded| loaded.audit.retention)
    }
}

/// Where the keys of subjects are.
#[derive(Debug, clap::Args)]
struct KeysArgs {
    /// The file with the keys of subjects; without it, `keys/subjects` in a backup, or beside the log.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl KeysArgs {
    fn path(&self, dir: &Path) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| beside::subjects(dir))
    }
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The index of the entry.
    index: u64,
    #[command(flatten)]
    log: LogArgs,
}

/// Runs `casemate audit`.
///
/// # Errors
/// Output that cannot be written, input that cannot be read.
pub fn run(args: &AuditArgs) -> anyhow::Result<ExitCode> {
    let log = match &args.command {
        Command::Verify(args) => &args.log,
        Command::Cat(log) => log,
        Command::Checkpoint(args) => &args.log,
        Command::Query(args) => &args.log,
        Command::Tail(args) => &args.log,
        Command::Stats(args) => &args.log,
        Command::Show(args) => &args.log,
        Command::Prove(args) => &args.log,
        Command::Reveal(args) => &args.log,
        Command::Replay(args) => &args.log,
        Command::Suggest(args) => &args.log,
        Command::Export(args) => &args.log,
        Command::Backup(args) => &args.log,
        Command::Erase(args) => return erase::run(args),
        Command::CheckExport(args) => return export::run_check(args),
        Command::CheckProof(args) => return proof::check(args),
        Command::Keygen(args) => return proof::keygen(args),
        Command::Archive(args) => return archive::run(args),
        Command::RotateKey(args) => return rotate::run(args),
        Command::Witness(args) => return witness::run(args),
    };
    let dir = match log.dir() {
        Ok(dir) => dir,
        Err(code) => return Ok(code),
    };
    if !dir.is_dir() {
        out::say(&format!("there is no log: {} is not a directory", visible::line(&dir.display().to_string())));
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    }
    if !holds_log(&dir) {
        out::say(&format!("there is no log in {}", visible::line(&dir.display().to_string())));
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    }
    let done = match &args.command {
        Command::Verify(args) => return verify::run(args, &dir),
        Command::Query(args) => return query::run(args, &dir),
        Command::Tail(args) => return tail::run(args, &dir),
        Command::Stats(args) => return stats::run(args, &dir),
        Command::Reveal(args) => return reveal::run(args, &dir),
        Command::Replay(args) => return replay::run(args, &dir),
        Command::Suggest(args) => return suggest::run(args, &dir),
        Command::Export(args) => return export::run(args, &dir),
        Command::Backup(args) => return backup::run(args, &dir),
        Command::Cat(_) => cat(&dir)?,
        Command::Show(args) => match entry(&dir, args.index) {
            Ok(entry) => Ok(out::exact(&[&entry.bytes[..], b"\n"].concat())?),
            Err(fault) => Err(fault),
        },
        Command::Prove(args) => return proof::prove(args, &dir),
        Command::Checkpoint(args) => return proof::checkpoint(args, &dir),
        // These have been run: they need no log here.
        Command::Erase(_)
        | Command::CheckExport(_)
        | Command::CheckProof(_)
        | Command::Keygen(_)
        | Command::Archive(_)
        | Command::RotateKey(_)
        | Command::Witness(_) => Ok(()),
    };
    Ok(done.map_or_else(|fault| bad(&fault), |()| ExitCode::SUCCESS))
}

/// Whether a directory has anything of a log. One that cannot be listed is left to whoever reads it: it says why.
fn holds_log(dir: &Path) -> bool {
    let files = match std::fs::read_dir(dir) {
        Ok(files) => files,
        Err(error) => return error.kind() != std::io::ErrorKind::NotFound,
    };
    let is_part = |name: &str| {
        ["head", "checkpoint", "minimum"].contains(&name)
            || [".log", ".checkpoints"].iter().any(|end| name.ends_with(end))
    };
    files.flatten().any(|file| file.file_name().to_str().is_some_and(is_part))
}

/// Tells of a fault, and gives its exit code.
fn bad(fault: &Fault) -> ExitCode {
    // Nothing is bad of a log that ends before what is asked for.
    let said = match fault.class {
        Class::Absent => visible::line(&fault.what),
        _ => format!("bad: {}", visible::line(&fault.to_string())),
    };
    out::say(&said);
    ExitCode::from(exit::of(fault.class))
}

/// Tells of a fault, as JSON where that is asked for.
fn told(json: bool, fault: &Fault) -> anyhow::Result<ExitCode> {
    if !json {
        return Ok(bad(fault));
    }
    out::line(&visible::json_line(&fault_json(fault)))?;
    Ok(ExitCode::from(exit::of(fault.class)))
}

/// A fault for programs.
fn fault_json(fault: &Fault) -> serde_json::Value {
    serde_json::json!({
        "ok": false, "class": fault.class.as_str(), "index": fault.index, "file": fault.segment,
        "offset": fault.offset, "fault": fault.to_string(),
    })
}

fn cat(dir: &Path) -> anyhow::Result<Result<(), Fault>> {
    let entries = match entries(dir) {
        Ok(entries) => entries,
        Err(fault) => return Ok(Err(fault)),
    };
    for entry in entries {
        match entry {
            Ok(entry) => out::line(&visible::json_line(&entry.json))?,
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(Ok(()))
}

/// Public keys: the text of one, or a file that holds one on each line.
#[derive(Debug, Clone)]
struct Keys(Vec<Verifier>);

fn keys(text: &str) -> Result<Keys, String> {
    match Verifier::parse(text) {
        Ok(key) => Ok(Keys(vec![key])),
        Err(fault) if !Path::new(text).exists() => Err(format!("neither a file nor a public key: {fault}")),
        Err(_) => match outside::read(Path::new(text)) {
            Ok(file) => {
                let file = String::from_utf8_lossy(&file);
                let lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                let keys: Result<Vec<_>, _> = lines.map(Verifier::parse).collect();
                match keys {
                    Ok(keys) if keys.is_empty() => Err(format!("{text}: there is no key in it")),
                    Ok(keys) => Ok(Keys(keys)),
                    Err(fault) => Err(format!("{text}: {fault}")),
                }
            }
            Err(fault) => Err(format!("{fault:#}")),
        },
    }
}

/// All of them, each once.
fn each(keys: &[Keys]) -> Vec<Verifier> {
    let mut all: Vec<Verifier> = Vec::new();
    for key in keys.iter().flat_map(|keys| &keys.0) {
        if !all.contains(key) {
            all.push(key.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args as _;

    #[test]
    fn the_help_of_every_command_says_its_exit_codes() {
        fn walk(command: &mut clap::Command, seen: &mut Vec<String>) {
            let names: Vec<_> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
            for name in names.iter().filter(|name| *name != "help") {
                if let Some(command) = command.find_subcommand_mut(name) {
                    let help = command.render_long_help().to_string();
                    assert!(help.contains("Exit codes:"), "{name}: {help}");
                    seen.push(name.clone());
                    walk(command, seen);
                }
            }
        }
        let mut seen = Vec::new();
        walk(&mut AuditArgs::augment_args(clap::Command::new("audit")), &mut seen);
        for name in ["verify", "suggest", "keygen", "rotate-key", "witness", "archive", "fetch", "status"] {
            assert!(seen.iter().any(|seen| seen == name), "{name}");
        }
    }
}
