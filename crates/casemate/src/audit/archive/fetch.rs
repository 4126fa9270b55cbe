//! `casemate audit archive fetch`: the archived segments, as a log that can be read and verified.

use super::check::nothing;
use super::{Archive, TargetArgs, fault, is_expired};
use crate::audit::{bad, exit};
use crate::out;
use anyhow::{Context as _, bail};
use bytes::Bytes;
use casemate_archive::Stored;
use casemate_audit::tlog::tile::{Kind, Tile};
use casemate_audit::{Class, Fault, outside, restored};
use casemate_gateway::custody::archive::Place;
use casemate_gateway::custody::archive::manifest::{Lines, own_key, path};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
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
    /// Stop after the segment that holds this entry. Where the target does not have it, what there is comes back all the
    /// same, and the exit code is 2.
    #[arg(long, value_name = "INDEX")]
    until: Option<u64>,
}

pub(super) async fn run(archive: &Archive, args: &FetchArgs) -> anyhow::Result<ExitCode> {
    let Some(place) = archive.places.first() else { bail!("there is no target") };
    let mut made = Made::prepare(&args.to)?;
    let done = fetch(archive, place, args, &mut made).await;
    if !matches!(done, Ok(Ok(_))) {
        made.remove();
    }
    Ok(match done? {
        Ok(fetched) => {
            let (to, Fetched { first, end, expired }) = (args.to.display(), fetched);
            out::line(&format!("{} entries from {} in {to}", end.saturating_sub(first), place.target.describe()))?;
            if expired > 0 {
                out::say(&format!("{expired} segments and policies are gone there: their lock was over"));
            }
            if first == 0 {
                out::say(&format!("check them: casemate audit verify --dir {to} --key VKEY"));
            } else if args.to.join("minimum").exists() {
                out::say(&format!(
                    "they begin with entry {first}: `show` and `prove` read them with --dir {to}; `verify` wants the \
                     tiles of the entries before, which this target does not have"
                ));
            } else {
                out::say(&format!(
                    "they begin with entry {first}, and the file `minimum` that would say so is not there: put them \
                     beside what comes before, or beside that file from a backup, to read them as a log"
                ));
            }
            match args.until.filter(|until| !(first..end).contains(until)) {
                Some(until) => {
                    out::say(&absent(until, first, end));
                    ExitCode::from(exit::COULD_NOT_RUN)
                }
                None => ExitCode::SUCCESS,
            }
        }
        Err(fault) => bad(&fault),
    })
}

/// What to say of an entry that was asked for and did not come back.
fn absent(until: u64, first: u64, end: u64) -> String {
    format!("entry {until} is not there: what came back are the entries {first} to {}", end.saturating_sub(1))
}

/// What this run has put into the directory: where it fails, all of that goes again, so that it can be run once more.
struct Made {
    to: PathBuf,
    /// In the order in which they were made.
    dirs: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// An empty directory for its owner alone.
    fn prepare(to: &Path) -> anyhow::Result<Self> {
        outside(to).with_context(|| format!("{} cannot be used", to.display()))?;
        if to.exists() {
            let empty = fs::read_dir(to).with_context(|| format!("{} cannot be read", to.display()))?.next().is_none();
            if !empty {
                bail!("{} is not empty: name a new directory", to.display());
            }
        }
        let mut made = Self { to: to.to_owned(), dirs: Vec::new(), files: Vec::new() };
        made.dir(&to.join("policies")).with_context(|| format!("{} cannot be made", to.display()))?;
        Ok(made)
    }

    /// Makes a directory with those above it, where they are missing.
    fn dir(&mut self, path: &Path) -> io::Result<()> {
        let missing: Vec<_> = path.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
        for dir in missing.iter().rev() {
            DirBuilder::new().mode(0o700).create(dir)?;
            self.dirs.push(dir.to_path_buf());
        }
        Ok(())
    }

    /// Writes a file, unless it is there: policies and tiles may be in the manifest twice.
    fn write(&mut self, name: &str, bytes: &Bytes) -> anyhow::Result<()> {
        let path = self.to.join(name);
        let done = path.parent().map_or(Ok(()), |parent| self.dir(parent));
        let done = done.and_then(|()| {
            if path.exists() {
                return Ok(());
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&path)?;
            self.files.push(path);
            file.write_all(bytes)?;
            file.sync_all()
        });
        done.with_context(|| format!("{name} is not written"))
    }

    /// As well as it goes: what it is about has failed already, and that is told.
    fn remove(&self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for dir in self.dirs.iter().rev() {
            let _ = fs::remove_dir(dir);
        }
    }
}

/// What was brought back.
struct Fetched {
    /// The index of its first entry.
    first: u64,
    /// The first entry after it.
    end: u64,
    /// Segments and policies that are gone, as they may be: their lock was over.
    expired: u64,
}

async fn fetch(
    archive: &Archive,
    place: &Place,
    args: &FetchArgs,
    made: &mut Made,
) -> anyhow::Result<Result<Fetched, Fault>> {
    let (file, now) = (path(&archive.dir, &place.id), (archive.clock)());
    let removed = |what: String| Ok(Err(Fault::new(Class::Removed, &file.display().to_string(), 0, what)));
    let lines = Lines::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let Some(mut lines) = lines else { return Ok(Err(nothing(archive, place, &file))) };
    // From where to where there is something already.
    let (mut have, mut expired) = (None, 0);
    while let Some(part) = lines.part().with_context(|| format!("{} cannot be read", file.display()))? {
        let end = have.map_or(0, |(_, end)| end);
        if let Some((_, end)) = have.filter(|(_, end)| part.mark.first > *end) {
            return removed(format!("the target does not have the entries from {end} to {}", part.mark.first));
        }
        let begin = have.map_or(part.mark.first, |(first, _)| first);
        let mut gone = 0;
        let mut files = Vec::new();
        for stored in &part.objects {
            let Some(name) = place_of(stored, begin) else { continue };
            // Of a file that was put again beside something else, the last one counts.
            let is_old = part.mark.end <= end || part.file(name).is_some_and(|last| last != stored);
            if is_old && !is_policy(stored) {
                continue;
            }
            match place.target.read(stored).await {
                Ok(bytes) => files.push((name, bytes)),
                Err(error) if is_policy(stored) && is_expired(&error, stored, now) => expired += 1,
                Err(error) if have.is_none() && is_expired(&error, stored, now) => gone += 1,
                Err(error) => return Ok(Err(fault(stored.key.as_str(), &error))),
            }
        }
        // What is not whole is left out.
        for (name, bytes) in files.iter().filter(|(name, _)| gone == 0 || name.starts_with("policies/")) {
            made.write(name, bytes)?;
        }
        expired += u64::from(gone > 0);
        if gone == 0 && part.mark.end > end {
            let first = have.map_or(part.mark.first, |(first, _)| first);
            have = Some((first, part.mark.end));
        }
        if have.is_some_and(|(_, end)| args.until.is_some_and(|until| until < end)) {
            break;
        }
    }
    if have.is_none() {
        let what = format!("nothing is left in {}: the lock of what was there is over", place.target.describe());
        let gone = Fault::new(Class::Absent, &file.display().to_string(), 0, what);
        return Ok(Err(if expired > 0 { gone } else { nothing(archive, place, &file) }));
    }
    File::open(args.to.join("policies"))?.sync_all()?;
    // The head makes it a log: it comes last.
    let end = restored(&args.to);
    File::open(&args.to)?.sync_all()?;
    let first = have.map_or(0, |(first, _)| first);
    Ok(end.map(|end| Fetched { first, end, expired }))
}

fn is_policy(stored: &Stored) -> bool {
    stored.key.as_str().starts_with("policies/")
}

/// Where an object belongs in the directory of a log. Of a log that begins with entry `first`, the tiles before that can
/// only come from the copy; all others are made again from the segments.
fn place_of(stored: &Stored, first: u64) -> Option<&str> {
    let key = own_key(stored);
    if is_policy(stored) {
        return Some(key);
    }
    if first > 0 && key == format!("minimum/{first}") {
        return Some("minimum");
    }
    let before = |tile: Tile| tile.kind() != Kind::Entries && tile.is_full() && tile.leaves().0 < first;
    let is_before = Tile::parse(key).is_ok_and(before);
    if is_before { Some(key) } else { key.strip_prefix("segments/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_leaves_nothing_of_its_own_behind() {
        let dir = tempfile::tempdir().unwrap();
        let fill = |to: &Path| {
            let mut made = Made::prepare(to).unwrap();
            made.write("policies/one.policy", &Bytes::from_static(b"one")).unwrap();
            made.write("tile/0/000", &Bytes::from_static(b"tile")).unwrap();
            made.write("tile/0/000", &Bytes::from_static(b"twice")).unwrap();
            assert_eq!(fs::read(to.join("tile/0/000")).unwrap(), b"tile");
            made
        };
        let new = dir.path().join("above/new");
        fill(&new).remove();
        assert!(!dir.path().join("above").exists());
        // A directory that was there stays, as does what somebody else put into it.
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        fill(&empty).remove();
        assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
        let made = fill(&empty);
        fs::write(empty.join("policies/other"), "mine").unwrap();
        made.remove();
        assert_eq!(fs::read_to_string(empty.join("policies/other")).unwrap(), "mine");
        assert!(!empty.join("tile").exists());
        assert!(Made::prepare(&empty).err().unwrap().to_string().contains("not empty"));
    }
}
