//! `casemate audit verify`: the whole log, a part of it, or the way from one checkpoint to another.

use super::{LogArgs, bad, exit, key};
use crate::out;
use anyhow::Context as _;
use casemate_audit::tlog::{Checkpoint, Verifier};
use casemate_audit::{Fault, Options, Verified, consistency, public_key, verify_with};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The log's public key, or a file that holds it. Without it: `keys/audit.pub` beside the log, which whoever can
    /// write there can replace.
    #[arg(long, value_name = "VKEY", value_parser = key)]
    key: Option<Verifier>,
    /// Only the entries from A up to, not including, B.
    #[arg(long, value_name = "A..B", value_parser = range)]
    range: Option<Range<u64>>,
    /// A file with a checkpoint that was kept elsewhere: the log must have grown out of it.
    #[arg(long, value_name = "FILE", conflicts_with = "range")]
    from: Option<PathBuf>,
    /// A file with a later checkpoint; without it, the log's newest.
    #[arg(long, value_name = "FILE", requires = "from")]
    to: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn range(text: &str) -> Result<Range<u64>, String> {
    let parsed = text.split_once("..").and_then(|(start, end)| Some(start.parse().ok()?..end.parse().ok()?));
    parsed
        .filter(|range: &Range<u64>| !range.is_empty())
        .ok_or_else(|| "not of the form A..B with A below B".to_owned())
}

pub(super) fn run(args: &VerifyArgs, dir: &Path) -> anyhow::Result<ExitCode> {
    let beside = dir.parent().unwrap_or(dir).join("keys").join("audit.key");
    let key = args.key.clone().or_else(|| public_key(&beside).ok());
    let done = match &args.from {
        Some(from) => match grown(args, dir, from, key.as_ref())? {
            Ok(done) => done.map(|entries| Done { entries, root: None, minimum: 0, verified: None }),
            Err(code) => return Ok(code),
        },
        None => whole(args, dir, key.clone()),
    };
    tell(args, key.as_ref(), done)
}

/// What was found good.
struct Done {
    entries: u64,
    root: Option<String>,
    /// Entries before this one were pruned; 0 where only checkpoints were compared.
    minimum: u64,
    verified: Option<Verified>,
}

fn whole(args: &VerifyArgs, dir: &Path, key: Option<Verifier>) -> Result<Done, Fault> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos} of {len} entries, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut progress = |at, of| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let options = Options { key, range: args.range.clone(), progress: Some(&mut progress) };
    let is_whole = args.range.is_none();
    let verified = verify_with(dir, options);
    bar.finish_and_clear();
    verified.map(|verified| Done {
        entries: verified.entries,
        root: Some(verified.root.to_string()),
        minimum: if is_whole { verified.first_index } else { 0 },
        verified: Some(verified),
    })
}

/// How many entries the later checkpoint is of.
fn grown(
    args: &VerifyArgs,
    dir: &Path,
    from: &Path,
    key: Option<&Verifier>,
) -> anyhow::Result<Result<Result<u64, Fault>, ExitCode>> {
    let Some(key) = key else {
        out::say(
            "a checkpoint from elsewhere is only worth what its signature is: give the log's public key with --key",
        );
        return Ok(Err(ExitCode::from(exit::COULD_NOT_RUN)));
    };
    let read = |path: &Path| -> anyhow::Result<Option<Checkpoint>> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        match Checkpoint::open(&bytes, [key]) {
            Ok((checkpoint, _)) => Ok(Some(checkpoint)),
            Err(fault) => {
                out::say(&format!("bad: {}: {fault}", path.display()));
                Ok(None)
            }
        }
    };
    let to = args.to.as_deref().map(read).transpose()?;
    let (Some(from), None | Some(Some(_))) = (read(from)?, &to) else {
        return Ok(Err(ExitCode::from(exit::of(casemate_audit::Class::Signature))));
    };
    let to = to.flatten();
    let entries = to.as_ref().map(Checkpoint::size);
    Ok(Ok(consistency(dir, &from, to.as_ref()).and_then(|_| match entries {
        Some(entries) => Ok(entries),
        None => casemate_audit::checkpoint(dir)
            .map(|note| Checkpoint::open(note.as_bytes(), [key]).map_or(0, |(newest, _)| newest.size())),
    })))
}

fn tell(args: &VerifyArgs, key: Option<&Verifier>, done: Result<Done, Fault>) -> anyhow::Result<ExitCode> {
    let named = key.map(Verifier::to_string);
    match done {
        Ok(done) if args.json => {
            let verified = done.verified;
            let value = serde_json::json!({
                "ok": true, "entries": done.entries, "root": done.root, "key": named,
                "first": verified.map(|v| v.first_index), "checkpoints": verified.map(|v| v.checkpoints),
                "signed": verified.map(|v| v.signed), "minimum": verified.map(|_| done.minimum), "erased": verified.map(|v| v.erased),
            });
            out::line(&value.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(done) => {
            let mut text = format!("good: {} entries", done.entries);
            if let (Some(root), Some(verified)) = (&done.root, done.verified) {
                let Verified { checkpoints, signed, .. } = verified;
                text.push_str(&format!(", root {root}, {checkpoints} checkpoints, signed up to {signed}"));
                if done.minimum > 0 {
                    text.push_str(&format!("; those before {} were pruned, and a record says so", done.minimum));
                }
            }
            text.push_str(match (&named, &args.key) {
                (None, _) => "; signatures not verified: no key is known",
                (Some(_), None) => "; by the key beside the log",
                (Some(_), Some(_)) => "; by the key given",
            });
            out::line(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) if args.json => {
            let value = serde_json::json!({
                "ok": false, "class": fault.class.as_str(), "index": fault.index, "file": fault.segment,
                "offset": fault.offset, "fault": fault.to_string(),
            });
            out::line(&value.to_string())?;
            Ok(ExitCode::from(exit::of(fault.class)))
        }
        Err(fault) => Ok(bad(&fault)),
    }
}
