//! `casemate audit archive fetch`: the archived segments, as a log that can be read and verified.

use super::{Archive, TargetArgs, fault};
use crate::audit::bad;
use crate::out;
use anyhow::{Context as _, bail};
use bytes::Bytes;
use casemate_archive::Stored;
use casemate_audit::{Class, Fault, restored};
use casemate_gateway::custody::archive::Place;
use casemate_gateway::custody::archive::manifest::{Lines, path};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct FetchArgs {
    #[command(flatten)]
    pub(super) of: TargetArgs,
    /// The directory to make: it must not be there, or be empty.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Stop after the segment that holds this entry.
    #[arg(long, value_name = "INDEX")]
    until: Option<u64>,
}

pub(super) async fn run(archive: &Archive, args: &FetchArgs) -> anyhow::Result<ExitCode> {
    let Some(place) = archive.places.first() else { bail!("there is no target") };
    prepare(&args.to)?;
    let done = fetch(archive, place, args).await?;
    Ok(match done {
        Ok(entries) => {
            let to = args.to.display();
            out::line(&format!("{entries} entries from {} in {to}", place.target.describe()))?;
            out::say(&format!("check them: casemate audit verify --dir {to} --key VKEY"));
            ExitCode::SUCCESS
        }
        Err(fault) => bad(&fault),
    })
}

/// An empty directory for its owner alone.
fn prepare(to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        let empty = fs::read_dir(to).with_context(|| format!("{} cannot be read", to.display()))?.next().is_none();
        if !empty {
            bail!("{} is not empty: name a new directory", to.display());
        }
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(to.join("policies"));
    made.with_context(|| format!("{} cannot be made", to.display()))
}

async fn fetch(archive: &Archive, place: &Place, args: &FetchArgs) -> anyhow::Result<Result<u64, Fault>> {
    let file = path(&archive.dir, &place.id);
    let removed = |what: String| Ok(Err(Fault::new(Class::Removed, &file.display().to_string(), 0, what)));
    let lines = Lines::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let Some(mut lines) = lines else { return removed("there is no manifest".to_owned()) };
    let mut at = 0;
    while let Some(part) = lines.part().with_context(|| format!("{} cannot be read", file.display()))? {
        if part.mark.first > at {
            return removed(format!("the target does not have the entries from {at} to {}", part.mark.first));
        }
        for stored in part.objects.iter().filter(|stored| part.mark.end > at || is_policy(stored)) {
            let Some(name) = place_of(stored) else { continue };
            match place.target.read(stored).await {
                Ok(bytes) => write(&args.to.join(&name), &bytes).with_context(|| format!("{name} is not written"))?,
                Err(error) => return Ok(Err(fault(stored.key.as_str(), &error))),
            }
        }
        at = at.max(part.mark.end);
        if args.until.is_some_and(|until| until < at) {
            break;
        }
    }
    File::open(args.to.join("policies"))?.sync_all()?;
    // The head makes it a log: it comes last.
    let made = restored(&args.to);
    File::open(&args.to)?.sync_all()?;
    Ok(made)
}

fn is_policy(stored: &Stored) -> bool {
    stored.key.as_str().starts_with("policies/")
}

/// Where an object belongs in the directory of a log; tiles are made again from the segments.
fn place_of(stored: &Stored) -> Option<String> {
    let key = stored.key.as_str();
    let name = if is_policy(stored) { key } else { key.strip_prefix("segments/")? };
    Some(name.to_owned())
}

fn write(path: &Path, bytes: &Bytes) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
