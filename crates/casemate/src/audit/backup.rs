//! `casemate audit backup`: a copy of the log, taken while the gateway runs.

use super::{Keys, KeysArgs, LogArgs, beside, exit, fault_json, keys, progress};
use crate::{out, visible};
use anyhow::Result;
use casemate_audit::backup::{BackedUp, Backup, backup};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) const HELP: &str = "\
Run it again with the same directory: only what is new is copied. What is there is checked first and
never written again; the copy counts as good when it was checked as one tree. Interrupted, it is the
copy before. The directory is a log that `--dir` of the other commands reads.

The key that signs checkpoints is not in it, its public keys are. After a change of key make a new one:
an older copy can be read and verified, and no gateway can go on with it. See docs/audit.md on restoring.

Exit codes:
  0  good
  2  could not run: a file cannot be read or written
  3 to 8  the copy that is there, or the log, is damaged: the codes of `casemate audit verify`;
     6 also where the copy has more entries than the log: the log was set back
  9  fork: the directory holds another log, or another history of this one
  12 pruned: the log has pruned entries that the copy does not have";

#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The directory of the copy; made where it is missing. It may not lie in that of the log.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// The log's public key, or a file that holds it; several where older checkpoints are signed by older keys. Without
    /// it: those in `keys` beside the log.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    key: Vec<Keys>,
    /// Copy the keys of subjects too, to `keys/subjects` in the copy. An erasure does not reach them there.
    #[arg(long)]
    with_subject_keys: bool,
    #[command(flatten)]
    keys: KeysArgs,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &BackupArgs, dir: &Path) -> Result<ExitCode> {
    let known = beside::known(&args.key, dir)?;
    let key_path = beside::path(dir);
    let is_verified = !known.is_empty();
    let keys = args.keys.path(dir);
    let bar = progress::bar();
    let mut tell = |at, of| progress::tell(&bar, at, of);
    let subjects = args.with_subject_keys.then_some(keys.as_path());
    let done =
        backup(dir, &args.to, Backup { keys: known, key_path: Some(&key_path), subjects, progress: Some(&mut tell) });
    bar.finish_and_clear();
    let done = match done {
        Ok(done) => done,
        Err(fault) if args.json => {
            out::line(&visible::json_line(&fault_json(&fault)))?;
            return Ok(ExitCode::from(exit::of(fault.class)));
        }
        Err(fault) => return Ok(super::bad(&fault)),
    };
    if args.with_subject_keys {
        out::say("the keys of subjects are in the copy: an erasure does not reach them there");
    }
    if done.damaged_tiles > 0 {
        let count = done.damaged_tiles;
        out::say(&format!("{count} tiles of the log are damaged and not in the copy; its entries are whole"));
    }
    if args.json { json(&done, is_verified) } else { text(args, &done, is_verified) }?;
    Ok(ExitCode::SUCCESS)
}

fn json(done: &BackedUp, is_verified: bool) -> Result<()> {
    let value = serde_json::json!({
        "ok": true, "entries": done.entries, "first": done.first_index, "before": done.before,
        "root": done.root.to_string(), "signed": done.signed, "signatures": is_verified, "files": done.files,
        "bytes": done.bytes, "damaged_tiles": done.damaged_tiles,
    });
    Ok(out::line(&value.to_string())?)
}

/// How many entries the copy has, and how many of them it did not have before.
fn count(done: &BackedUp) -> String {
    let new = done.entries.saturating_sub(done.before.max(done.first_index));
    let there = done.entries.saturating_sub(done.first_index);
    match done.first_index {
        0 => format!("{there} entries, {new} of them new"),
        first => format!("{there} entries from {first} on, {new} of them new; those before were pruned from the log"),
    }
}

fn text(args: &BackupArgs, done: &BackedUp, is_verified: bool) -> Result<()> {
    let mut text = format!(
        "good: {}, root {}, signed up to {}; {} files and {} bytes written to {}",
        count(done),
        done.root,
        done.signed,
        done.files,
        done.bytes,
        visible::line(&args.to.display().to_string())
    );
    if !is_verified {
        text.push_str("; signatures not verified: no key is known");
    }
    Ok(out::line(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_copy_is_not_counted() {
        let done = |first_index, before, entries| {
            let root = casemate_audit::tlog::hash::EMPTY;
            count(&BackedUp { entries, first_index, before, root, signed: 0, files: 0, bytes: 0, damaged_tiles: 0 })
        };
        assert_eq!(done(0, 0, 590), "590 entries, 590 of them new");
        assert_eq!(done(0, 500, 590), "590 entries, 90 of them new");
        let pruned = "; those before were pruned from the log";
        assert_eq!(done(448, 0, 590), format!("142 entries from 448 on, 142 of them new{pruned}"));
        assert_eq!(done(448, 590, 600), format!("152 entries from 448 on, 10 of them new{pruned}"));
    }
}
