//! `casemate audit prove`, `check-proof`, `checkpoint` and `keygen`.

use super::{Keys, LogArgs, bad, each, exit, keys, outside, told};
use crate::{out, visible};
use casemate_audit::tlog::proof::{CheckError, Checked};
use casemate_audit::tlog::{Checkpoint, Note, Policy, Proof, Verifier, hash};
use casemate_audit::{Class, prove_signed, published};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Debug, clap::Args)]
pub(super) struct ProveArgs {
    /// The index of the entry.
    index: u64,
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The file to write; without it, the proof goes to stdout.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Against the newest checkpoint, also where witnesses have cosigned one before it.
    #[arg(long)]
    signed: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The proof.
    file: PathBuf,
    /// The log's public key, or a file that holds it; several where the key was changed.
    #[arg(long, value_name = "VKEY", value_parser = keys, required = true)]
    key: Vec<Keys>,
    /// The public key of a witness, or a file that holds some.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    witness: Vec<Keys>,
    /// How many of the witnesses must have cosigned the checkpoint; without it, all of them.
    #[arg(long, value_name = "K", requires = "witness")]
    quorum: Option<usize>,
    /// The log's name, where it is another than that of its key.
    #[arg(long)]
    origin: Option<String>,
    /// A file with the entry, as `show` prints it; without it, the entry that the proof carries.
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct KeygenArgs {
    /// The name of the log, a URL without scheme such as `gateway.example/audit`.
    #[arg(long)]
    name: String,
    /// The file of the private key. The public one goes beside it, with the ending `.pub`.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The result as JSON. The private key is not in it.
    #[arg(long)]
    json: bool,
}

pub(super) const KEYGEN_HELP: &str = "\
Exit codes:
  0  made; stdout has the public key
  2  not made: there is a key already, the name will not do, or the file cannot be written";

#[derive(Debug, clap::Args)]
pub(super) struct CheckpointArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The result as JSON. No signature is verified.
    #[arg(long)]
    json: bool,
}

pub(super) fn prove(args: &ProveArgs, dir: &Path) -> anyhow::Result<ExitCode> {
    let made = if args.signed { prove_signed(dir, args.index) } else { casemate_audit::prove(dir, args.index) };
    let proof = match made {
        Ok(proof) => proof,
        Err(fault) => return Ok(bad(&fault)),
    };
    if let Ok(Some(shown)) = published(dir)
        && shown != proof.checkpoint()
    {
        out::say("the proof is against a checkpoint that was not published: it may lack cosignatures of witnesses");
    }
    let proof = proof.to_string();
    match &args.output {
        Some(path) => outside::write(path, proof.as_bytes(), |there| Proof::parse(there).is_ok())?,
        None => out::exact(proof.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let no = |code: u8, why: &str| {
        if args.json {
            out::line(&visible::json_line(&json!({ "ok": false, "fault": why })))?;
        } else {
            out::say(&format!("bad: {}", visible::line(why)));
        }
        Ok(ExitCode::from(code))
    };
    let proof = match Proof::parse(&outside::read(&args.file)?) {
        Ok(proof) => proof,
        Err(fault) => return no(exit::BAD, &fault.to_string()),
    };
    let given = args.entry.as_deref().map(outside::read).transpose()?;
    let Some(mut entry) = given.or_else(|| proof.extra().map(<[u8]>::to_vec)) else {
        out::say("the proof does not carry the entry: give it with --entry");
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    };
    // Records never end with a newline; files that people make do.
    if entry.ends_with(b"\n") {
        entry.pop();
    }
    let policy = policy(args.origin.as_deref(), &args.key, &args.witness, args.quorum)?;
    match proof.check(hash::leaf(&entry), &policy) {
        Ok(checked) => good(args, &checked, &entry),
        Err(CheckError::Distrust(fault)) => {
            no(exit::of(Class::Signature), &policy.why(proof.checkpoint().as_bytes(), &fault))
        }
        Err(fault) => no(exit::BAD, &fault.to_string()),
    }
}

/// Whom a proof must convince: the log's keys, and so many of the witnesses; all of them where no number is given.
pub(super) fn policy(
    origin: Option<&str>,
    keys: &[Keys],
    witnesses: &[Keys],
    quorum: Option<usize>,
) -> anyhow::Result<Policy> {
    let (keys, witnesses) = (each(keys), each(witnesses));
    let origin = origin.or_else(|| keys.first().map(Verifier::name)).unwrap_or_default().to_owned();
    let names: BTreeSet<&str> = witnesses.iter().map(Verifier::name).collect();
    let quorum = quorum.unwrap_or(names.len());
    if quorum == 0 && !names.is_empty() {
        anyhow::bail!("with `--quorum 0` no witness counts: leave `--witness` out, or ask for one at least");
    }
    Ok(Policy::new(&origin, keys, witnesses, quorum)?)
}

fn good(args: &CheckArgs, checked: &Checked, entry: &[u8]) -> anyhow::Result<ExitCode> {
    if args.json {
        let record: Option<serde_json::Value> = serde_json::from_slice(entry).ok();
        let witnesses: Vec<_> =
            checked.witnesses.iter().map(|(name, time)| json!({ "name": name, "time": time })).collect();
        let value = json!({
            "ok": true, "origin": checked.origin, "index": checked.index, "size": checked.size,
            "root": checked.root.to_string(), "entry": record, "witnesses": witnesses, "time": checked.time,
        });
        out::line(&visible::json_line(&value))?;
        return Ok(ExitCode::SUCCESS);
    }
    out::say(&format!(
        "good: entry {} is in {}, which has {} entries with the root {}",
        checked.index,
        visible::line(&checked.origin),
        checked.size,
        checked.root
    ));
    for (name, time) in &checked.witnesses {
        out::say(&format!("cosigned by {} at {}", visible::line(name), instant(*time)));
    }
    out::line(&visible::safe(&String::from_utf8_lossy(entry)))?;
    Ok(ExitCode::SUCCESS)
}

/// Seconds since the Unix epoch as a time of day, in UTC.
fn instant(seconds: u64) -> String {
    let instant = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    instant.and_then(|instant| instant.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{seconds} s after 1970"))
}

pub(super) fn keygen(args: &KeygenArgs) -> anyhow::Result<ExitCode> {
    let key = casemate_audit::keygen(&args.output, &args.name)?;
    if args.json {
        let value = json!({
            "ok": true, "key": key.to_string(), "name": key.name(), "id": key.id().to_string(),
            "private": args.output.display().to_string(),
            "public": casemate_audit::public_path(&args.output).display().to_string(),
        });
        out::line(&visible::json_line(&value))?;
    } else {
        out::line(&key.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn checkpoint(args: &CheckpointArgs, dir: &Path) -> anyhow::Result<ExitCode> {
    let note = match casemate_audit::checkpoint(dir) {
        Ok(note) => note,
        Err(fault) => return told(args.json, &fault),
    };
    if !args.json {
        out::exact(note.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let parsed = Note::parse(note.as_bytes())?;
    let head = Checkpoint::parse(parsed.text())?;
    let lines = parsed.signatures().iter();
    let signatures: Vec<_> = lines.map(|line| json!({ "name": line.name, "id": line.id.to_string() })).collect();
    let value = json!({
        "ok": true, "origin": head.origin(), "size": head.size(), "root": head.root().to_string(), "note": note,
        "signatures": signatures,
    });
    out::line(&visible::json_line(&value))?;
    Ok(ExitCode::SUCCESS)
}
