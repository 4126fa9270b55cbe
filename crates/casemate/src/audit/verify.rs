//! `casemate audit verify`: the whole log, a part of it, or the way from one checkpoint to another.

use super::{Keys, LogArgs, beside, exit, keys, outside, told};
use crate::out;
use anyhow::bail;
use casemate_audit::tlog::{Checkpoint, Note, Policy, Verifier};
use casemate_audit::{Class, Fault, Options, UNSIGNED_MS, Verified, consistency, verify_with};
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The log's public key, or a file that holds it; several where older checkpoints are signed by older keys, the one in
    /// force last: the whole log must have come to that one. Without it: `keys/audit.pub` and `keys/audit.keys` in a
    /// backup, else beside the log, which whoever can write there can replace.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    key: Vec<Keys>,
    /// Only the entries from A up to, not including, B.
    #[arg(long, value_name = "A..B", value_parser = range)]
    range: Option<Range<u64>>,
    /// A file with a checkpoint that was kept elsewhere: the log must have grown out of it. That is proved by the tiles of
    /// the log, which has to be here; no network is needed. Where the key was changed since, give both keys.
    #[arg(long, value_name = "FILE", conflicts_with = "range")]
    from: Option<PathBuf>,
    /// A file with a later checkpoint; without it, the log's newest, which one of the keys must have signed as well.
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
        // That its tiles lead from one checkpoint to the other says nothing of the entries: they are read as well.
        Some(from) => grown(args, dir, from, &keys)?
            .and_then(|from| whole(args, dir, keys.clone()).map(|done| Done { from: Some(from), ..done })),
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
    /// The keys under which it ends.
    in_force: Vec<Verifier>,
    /// The checkpoints that it has grown out of.
    from: Option<Grown>,
}

/// The entries of the earlier and of the later of two checkpoints.
#[derive(Clone, Copy)]
struct Grown {
    from: u64,
    to: u64,
}

/// How many of the last entries nothing vouches for, where that is more than an honest end leaves.
fn unsigned(verified: Option<Verified>) -> Option<u64> {
    let verified = verified?;
    let span = verified.unsigned?;
    (span > UNSIGNED_MS).then(|| verified.entries.saturating_sub(verified.signed))
}

fn whole(args: &VerifyArgs, dir: &Path, keys: Vec<Verifier>) -> Result<Done, Fault> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos} of {len} entries, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut progress = |at, of| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let in_force = keys.last().cloned();
    let mut ends_under = Vec::new();
    let range = args.range.clone();
    let options = Options {
        keys,
        in_force,
        range,
        subjects: Some(beside::subjects(dir)),
        ends_under: Some(&mut ends_under),
        progress: Some(&mut progress),
    };
    let is_whole = args.range.is_none();
    let verified = verify_with(dir, options);
    bar.finish_and_clear();
    if let (Some(range), Ok(verified)) = (&args.range, &verified)
        && range.end > verified.entries
    {
        let what = format!("the log has {} entries, and {} were asked for", verified.entries, range.end);
        return Err(Fault::new(Class::Unreadable, "the range", 0, what));
    }
    verified.map(|verified| Done {
        entries: verified.entries,
        root: Some(verified.root.to_string()),
        minimum: if is_whole { verified.first_index } else { 0 },
        verified: Some(verified),
        heads: None,
        in_force: ends_under,
        from: None,
    })
}

/// How many entries the two checkpoints are of.
fn grown(args: &VerifyArgs, dir: &Path, from: &Path, keys: &[Verifier]) -> anyhow::Result<Result<Grown, Fault>> {
    if keys.is_empty() {
        bail!("a checkpoint from elsewhere is only worth what its signature is: give the log's public key with --key");
    }
    let named = |path: &Path| path.display().to_string();
    let to = match &args.to {
        Some(path) => Some((named(path), outside::read(path)?)),
        None => None,
    };
    let from = (named(from), outside::read(from)?);
    Ok(compare(dir, from, to, keys))
}

/// A note, with the name of its file.
type Named = (String, Vec<u8>);

/// Whether the log has grown out of the checkpoint `from` into `to`, or into its newest one.
fn compare(dir: &Path, from: Named, to: Option<Named>, keys: &[Verifier]) -> Result<Grown, Fault> {
    let newest = ("checkpoint".to_owned(), casemate_audit::checkpoint(dir)?.into_bytes());
    let origin = Note::parse(&newest.1).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
    let origin = origin.map(|newest| newest.origin().to_owned()).unwrap_or_default();
    let (is_given, to) = (to.is_some(), to.unwrap_or(newest));
    let mut newer = signed(&to, keys, &origin);
    if !is_given {
        // The log's own is damaged where it is none.
        newer = newer.map_err(|fault| Fault::new(Class::Signature, &fault.segment, fault.offset, fault.what));
    }
    let (older, newer) = (signed(&from, keys, &origin)?, newer?);
    // Where the log's newest is of fewer, the log was cut off, and that is said.
    let end = Some(&newer).filter(|newer| is_given || newer.size() >= older.size());
    consistency(dir, &older, end).map(|_| Grown { from: older.size(), to: newer.size() })
}

/// A checkpoint of the log `origin`, signed by one of its keys.
fn signed((name, note): &Named, keys: &[Verifier], origin: &str) -> Result<Checkpoint, Fault> {
    let bad = |what: String| Fault::new(Class::Signature, name, 0, what);
    let other = |what: String| Fault::new(Class::Unreadable, name, 0, format!("it is no checkpoint: {what}"));
    let parsed = Note::parse(note).map_err(|error| other(error.to_string()))?;
    let claimed = Checkpoint::parse(parsed.text()).map_err(|error| other(error.to_string()))?;
    if claimed.origin() != origin {
        let what = format!("the checkpoint is of the log `{}`, and this is `{origin}`", claimed.origin());
        return Err(bad(what));
    }
    let keys: Vec<_> = keys.iter().filter(|key| key.name() == origin).cloned().collect();
    if keys.is_empty() {
        return Err(bad(format!("the checkpoint is of the log `{origin}`, and no key of that name was given")));
    }
    let policy = Policy::new(origin, keys, Vec::new(), 0).map_err(|error| bad(error.to_string()))?;
    let trusted = policy.trust(note).map_err(|error| bad(policy.why(note, &error)))?;
    Ok(trusted.checkpoint)
}

fn tell(args: &VerifyArgs, keys: &[Verifier], done: Result<Done, Fault>) -> anyhow::Result<ExitCode> {
    let done = match done {
        Ok(done) => done,
        Err(fault) => return told(args.json, &fault),
    };
    let tail = Some(&done).filter(|_| args.range.is_none()).and_then(|done| unsigned(done.verified));
    if args.json {
        out::line(&json(keys, &done, tail.is_none()).to_string())?;
        return Ok(tail.map_or(ExitCode::SUCCESS, |_| ExitCode::from(exit::UNSIGNED)));
    }
    let text = text(args, keys, &done);
    let Some(tail) = tail else {
        out::line(&format!("good: {text}"))?;
        return Ok(ExitCode::SUCCESS);
    };
    out::line(&format!("unsigned: {text}"))?;
    out::say(&format!(
        "no checkpoint has signed the last {tail} entries: whoever can write the log's files can have written them. A \
         checkpoint that was kept elsewhere tells (--from)"
    ));
    Ok(ExitCode::from(exit::UNSIGNED))
}

fn names(keys: &[Verifier]) -> Vec<String> {
    keys.iter().map(Verifier::to_string).collect()
}

fn json(keys: &[Verifier], done: &Done, is_good: bool) -> serde_json::Value {
    let (verified, named) = (done.verified, names(keys));
    serde_json::json!({
        "ok": is_good, "entries": done.entries, "root": done.root, "key": named.last(), "keys": named,
        "in_force": names(&done.in_force),
        "first": verified.map(|v| v.first_index), "checkpoints": verified.map(|v| v.checkpoints),
        "signed": verified.map(|v| v.signed), "minimum": verified.map(|_| done.minimum),
        "erased": verified.map(|v| v.erased), "heads": done.heads,
        "unverified": verified.map(|v| v.unverified), "published": verified.and_then(|v| v.published),
        "from": done.from.map(|grown| grown.from), "to": done.from.map(|grown| grown.to),
        "unsigned": verified.map(|v| v.entries.saturating_sub(v.signed)),
    })
}

/// What was found, without the word that it is good.
fn text(args: &VerifyArgs, keys: &[Verifier], done: &Done) -> String {
    let count = match &args.range {
        Some(range) => format!("entries {} to {} of the first ", range.start, range.end - 1),
        None => String::new(),
    };
    let mut text = format!("{count}{} entries", done.entries);
    if let Some(Grown { from, to }) = done.from {
        text.push_str(&format!(", grown out of the {from} of the checkpoint given"));
        match args.to {
            Some(_) => text.push_str(&format!(" and the {to} of the later one given")),
            None => text.push_str(&format!(" into the {to} of its newest")),
        }
    }
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
    text.push_str(match (keys.is_empty(), args.key.is_empty()) {
        (true, _) => "; signatures not verified: no key is known",
        (false, true) => "; by the key beside the log",
        (false, false) => "; by the key given",
    });
    if let Some(last) = keys.last().filter(|last| !done.in_force.is_empty() && !done.in_force.contains(last)) {
        text.push_str(&format!(
            "; the key {} has handed over, and the log ends under {}: whoever runs the log can say whether that is its key",
            last.id(),
            names(&done.in_force).join(", ")
        ));
    }
    if let Some(older) = done.verified.map(|verified| verified.unverified).filter(|older| *older > 0) {
        text.push_str(&format!(
            "; {older} of the checkpoints are older than that key: their signatures are not verified (give the older key \
             as well)"
        ));
    }
    text
}
