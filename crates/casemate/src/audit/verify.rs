//! `casemate audit verify`: the whole log, a part of it, or the way from one checkpoint to another.

use super::{Keys, LogArgs, bad, beside, exit, keys};
use crate::out;
use anyhow::Context as _;
use casemate_audit::tlog::{Checkpoint, Verifier};
use casemate_audit::{Fault, Options, Verified, consistency, verify_with};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The log's public key, or a file that holds it; several where older checkpoints are signed by older keys. Without
    /// it: `keys/audit.pub` and `keys/audit.keys` beside the log, which whoever can write there can replace.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    key: Vec<Keys>,
    /// Only the entries from A up to, not including, B.
    #[arg(long, value_name = "A..B", value_parser = range)]
    range: Option<Range<u64>>,
    /// A file with a checkpoint that was kept elsewhere: the log must have grown out of it.
    #[arg(long, value_name = "FILE", conflicts_with = "range")]
    from: Option<PathBuf>,
    /// A file with a later checkpoint; without it, the log's newest.
    #[arg(long, value_name = "FILE", requires = "from")]
    to: Option<PathBuf>,
    /// The directory of the main log: every head of this log that is entered there must be one that this log has.
    #[arg(long, value_name = "DIR", conflicts_with = "range")]
    heads_in: Option<PathBuf>,
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
    let keys = beside::known(&args.key, dir)?;
    let done = match &args.from {
        Some(from) => match grown(args, dir, from, &keys)? {
            Ok(done) => done.map(|entries| Done { entries, root: None, minimum: 0, verified: None, heads: None }),
            Err(code) => return Ok(code),
        },
        None => whole(args, dir, keys.clone()),
    };
    let done = match (&args.heads_in, done) {
        (Some(main), Ok(done)) => {
            casemate_audit::check_heads(main, dir).map(|heads| Done { heads: Some(heads), ..done })
        }
        (_, done) => done,
    };
    tell(args, &keys, done)
}

/// What was found good.
struct Done {
    entries: u64,
    root: Option<String>,
    /// Entries before this one were pruned; 0 where only checkpoints were compared.
    minimum: u64,
    verified: Option<Verified>,
    /// How many heads of it the main log has entered.
    heads: Option<u64>,
}

fn whole(args: &VerifyArgs, dir: &Path, keys: Vec<Verifier>) -> Result<Done, Fault> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos} of {len} entries, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut progress = |at, of| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let options = Options { keys, range: args.range.clone(), progress: Some(&mut progress) };
    let is_whole = args.range.is_none();
    let verified = verify_with(dir, options);
    bar.finish_and_clear();
    verified.map(|verified| Done {
        entries: verified.entries,
        root: Some(verified.root.to_string()),
        minimum: if is_whole { verified.first_index } else { 0 },
        verified: Some(verified),
        heads: None,
    })
}

/// How many entries the later checkpoint is of.
fn grown(
    args: &VerifyArgs,
    dir: &Path,
    from: &Path,
    keys: &[Verifier],
) -> anyhow::Result<Result<Result<u64, Fault>, ExitCode>> {
    if keys.is_empty() {
        out::say(
            "a checkpoint from elsewhere is only worth what its signature is: give the log's public key with --key",
        );
        return Ok(Err(ExitCode::from(exit::COULD_NOT_RUN)));
    }
    let read = |path: &Path| -> anyhow::Result<Option<Checkpoint>> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        match Checkpoint::open(&bytes, keys) {
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
            .map(|note| Checkpoint::open(note.as_bytes(), keys).map_or(0, |(newest, _)| newest.size())),
    })))
}

fn tell(args: &VerifyArgs, keys: &[Verifier], done: Result<Done, Fault>) -> anyhow::Result<ExitCode> {
    let named: Vec<String> = keys.iter().map(Verifier::to_string).collect();
    match done {
        Ok(done) if args.json => {
            let verified = done.verified;
            let value = serde_json::json!({
                "ok": true, "entries": done.entries, "root": done.root, "key": named.last(), "keys": named,
                "first": verified.map(|v| v.first_index), "checkpoints": verified.map(|v| v.checkpoints),
                "signed": verified.map(|v| v.signed), "minimum": verified.map(|_| done.minimum),
                "erased": verified.map(|v| v.erased), "heads": done.heads,
                "unverified": verified.map(|v| v.unverified), "published": verified.and_then(|v| v.published),
            });
            out::line(&value.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(done) => {
            let mut text = format!("good: {} entries", done.entries);
            if let (Some(root), Some(verified)) = (&done.root, done.verified) {
                let Verified { checkpoints, signed, .. } = verified;
                text.push_str(&format!(", root {root}, {checkpoints} checkpoints, signed up to {signed}"));
                if let Some(published) = verified.published {
                    text.push_str(&format!(", published up to {published}"));
                }
                if done.minimum > 0 {
                    text.push_str(&format!("; those before {} were pruned, and a record says so", done.minimum));
                }
            }
            if let Some(heads) = done.heads {
                text.push_str(&format!(", {heads} heads in the main log"));
            }
            text.push_str(match (named.is_empty(), args.key.is_empty()) {
                (true, _) => "; signatures not verified: no key is known",
                (false, true) => "; by the key beside the log",
                (false, false) => "; by the key given",
            });
            if let Some(older) = done.verified.map(|verified| verified.unverified).filter(|older| *older > 0) {
                text.push_str(&format!(
                    "; {older} of the checkpoints are older than that key: their signatures are not verified (give the \
                     older key as well)"
                ));
            }
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
