//! `casemate audit prove`, `check-proof` and `keygen`.

use super::{LogArgs, bad, exit, key};
use crate::{out, visible};
use anyhow::Context as _;
use casemate_audit::tlog::{Policy, Proof, Verifier, hash};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct ProveArgs {
    /// The index of the entry.
    index: u64,
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The file to write; without it, the proof goes to stdout.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The proof.
    file: PathBuf,
    /// The log's public key, or a file that holds it.
    #[arg(long, value_name = "VKEY", value_parser = key)]
    key: Verifier,
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
}

pub(super) fn prove(args: &ProveArgs, dir: &Path) -> anyhow::Result<ExitCode> {
    let proof = match casemate_audit::prove(dir, args.index) {
        Ok(proof) => proof.to_string(),
        Err(fault) => return Ok(bad(&fault)),
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, proof).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        None => out::exact(proof.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
    let no = |why: &str| {
        if args.json {
            out::line(&visible::json_line(&serde_json::json!({ "ok": false, "fault": why })))?;
        } else {
            out::say(&format!("bad: {}", visible::line(why)));
        }
        Ok(ExitCode::from(exit::BAD))
    };
    let proof = match Proof::parse(&read(&args.file)?) {
        Ok(proof) => proof,
        Err(fault) => return no(&fault.to_string()),
    };
    let given = args.entry.as_deref().map(read).transpose()?;
    let Some(mut entry) = given.or_else(|| proof.extra().map(<[u8]>::to_vec)) else {
        out::say("the proof does not carry the entry: give it with --entry");
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    };
    // Records never end with a newline; files that people make do.
    if entry.ends_with(b"\n") {
        entry.pop();
    }
    let origin = args.origin.as_deref().unwrap_or_else(|| args.key.name());
    let policy = Policy::new(origin, vec![args.key.clone()], Vec::new(), 0)?;
    match proof.check(hash::leaf(&entry), &policy) {
        Ok(checked) if args.json => {
            let record: Option<serde_json::Value> = serde_json::from_slice(&entry).ok();
            let value = serde_json::json!({
                "ok": true, "origin": checked.origin, "index": checked.index, "size": checked.size,
                "root": checked.root.to_string(), "entry": record,
            });
            out::line(&visible::json_line(&value))?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(checked) => {
            out::say(&format!(
                "good: entry {} is in {}, which has {} entries with the root {}",
                checked.index,
                visible::line(&checked.origin),
                checked.size,
                checked.root
            ));
            out::line(&visible::safe(&String::from_utf8_lossy(&entry)))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => no(&fault.to_string()),
    }
}

pub(super) fn keygen(args: &KeygenArgs) -> anyhow::Result<ExitCode> {
    out::line(&casemate_audit::keygen(&args.output, &args.name)?.to_string())?;
    Ok(ExitCode::SUCCESS)
}
