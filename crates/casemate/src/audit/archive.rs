//! `casemate audit archive`: what the write-once targets hold, whether it is still there, and how it comes back.

mod check;
mod fetch;
mod status;

use super::exit;
use crate::config::{self, Environment};
use crate::out;
use crate::serve::now;
use casemate_archive::{ArchiveError, Clock, Stored, Verdict};
use casemate_audit::{Class, Fault};
use casemate_core::UnixMillis;
use casemate_gateway::custody::archive::{Place, places, probe};
use casemate_net::{Client, ClientConfig};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What `--help` says of the exit codes.
pub(super) const HELP: &str = "\
Exit codes:
  0  good; self-test: every target is write-once
  1  self-test: a target is not, or it could not be shown
  2  could not run: no such target, or it does not answer; fetch: there is nothing in it, or the entry
     of `--until` is not there
  3  changed: an object is not what was stored, or not locked as it was; the manifest is not the one the log vouches for
  4  removed: an object or a manifest is gone
  6  truncated: the log vouches for more of the manifest than there is";

#[derive(Debug, clap::Args)]
pub(super) struct ArchiveArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Says what each target has: up to which entry, how much, and until when.
    #[command(after_help = HELP)]
    Status(StatusArgs),
    /// Reads back every object by version and digest, and compares the manifest with what the log says of it.
    #[command(after_help = HELP)]
    Check(TargetArgs),
    /// Brings the archived segments back into a new directory, to be read as a log with `--dir`.
    #[command(after_help = HELP)]
    Fetch(fetch::FetchArgs),
    /// Tries to delete, overwrite and release a probe in each target, and says what came of it.
    #[command(after_help = HELP)]
    SelfTest(TargetArgs),
}

#[derive(Debug, clap::Args)]
struct TargetArgs {
    /// The directory of the log; without it, the one that the configuration names.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The configuration file, which names the targets.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    config: PathBuf,
    /// Only the target of this name, as `status` prints it.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    #[command(flatten)]
    of: TargetArgs,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

/// The log and its targets.
struct Archive {
    dir: PathBuf,
    places: Vec<Place>,
    /// Targets of which the log has a manifest and that the configuration does not name.
    unnamed: Vec<String>,
    clock: Clock,
}

impl TargetArgs {
    fn open(&self) -> Result<Archive, ExitCode> {
        let stop = |text: &str| {
            out::say(text);
            ExitCode::from(exit::COULD_NOT_RUN)
        };
        let loaded = config::load(&self.config, &Environment::of_process()).map_err(|report| {
            out::show(&report.render(true));
            ExitCode::from(exit::COULD_NOT_RUN)
        })?;
        let clock: Clock = Arc::new(now);
        let net = Client::new(ClientConfig::default());
        let mut places = places(&loaded.config.custody.archive, &net, &clock)
            .map_err(|(target, error)| stop(&format!("{target}: {error}")))?;
        if places.is_empty() {
            return Err(stop("the configuration names no archive: add audit.worm and audit.archive"));
        }
        let dir = self.dir.clone().unwrap_or_else(|| loaded.state_dir.join("audit"));
        let unnamed = unnamed(&dir, &places);
        if let Some(wanted) = &self.target {
            let names: Vec<_> = places.iter().map(|place| place.id.clone()).collect();
            places.retain(|place| place.id == *wanted);
            if places.is_empty() {
                return Err(stop(&format!("there is no target {wanted}; there are {}", names.join(", "))));
            }
        }
        Ok(Archive { dir, places, unnamed, clock })
    }
}

/// The targets of manifests beside the log that are none of these. One that was moved has another name.
fn unnamed(dir: &Path, places: &[Place]) -> Vec<String> {
    let files = std::fs::read_dir(dir.join("archive")).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".manifest").map(str::to_owned));
    let mut unnamed: Vec<_> = names.filter(|name| !places.iter().any(|place| place.id == *name)).collect();
    unnamed.sort();
    unnamed
}

/// Runs `casemate audit archive`.
pub(super) fn run(args: &ArchiveArgs) -> anyhow::Result<ExitCode> {
    let of = match &args.command {
        Command::Status(args) => &args.of,
        Command::Check(of) | Command::SelfTest(of) => of,
        Command::Fetch(args) => &args.of,
    };
    let archive = match of.open() {
        Ok(archive) => archive,
        Err(code) => return Ok(code),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &args.command {
            Command::Status(args) => status::run(&archive, args.json),
            Command::Check(_) => check::run(&archive).await,
            Command::Fetch(args) => fetch::run(&archive, args).await,
            Command::SelfTest(_) => self_test(&archive).await,
        }
    })
}

async fn self_test(archive: &Archive) -> anyhow::Result<ExitCode> {
    let mut held = true;
    for place in &archive.places {
        let probe = probe(place, &archive.clock).await?;
        out::data(&probe.to_string())?;
        held &= probe.verdict() == Verdict::Held;
    }
    Ok(ExitCode::from(if held { 0 } else { exit::BAD }))
}

/// What is wrong with an object, in the classes of the log.
fn fault(key: &str, error: &ArchiveError) -> Fault {
    let class = match error {
        ArchiveError::Gone { .. } => Class::Removed,
        ArchiveError::Changed { .. } | ArchiveError::Unlocked { .. } | ArchiveError::Conflict { .. } => Class::Changed,
        _ => Class::Unreadable,
    };
    Fault::new(class, key, 0, error.to_string())
}

/// Whether an object is gone as it may be: whoever cleans up there removes what is not locked any more.
fn is_expired(error: &ArchiveError, stored: &Stored, now: UnixMillis) -> bool {
    matches!(error, ArchiveError::Gone { .. }) && stored.retain_until <= now
}

/// The time as people and programs read it.
fn instant(time: UnixMillis) -> String {
    super::rows::instant(time)
}
