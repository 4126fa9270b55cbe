//! `casemate audit export` and `check-export`: evidence for somebody who has neither the log nor trust in its host.

mod tar;

use super::proof::policy;
use super::{Keys, LogArgs, beside, exit, keys, progress, query, told};
use crate::config::canonical;
use crate::serve::now;
use crate::{out, visible};
use anyhow::{Context as _, Result, bail};
use casemate_audit::bundle::{Check, Checked, Export, Exported, check, export};
use casemate_audit::index::Filter;
use casemate_audit::tlog::{Checkpoint, Note};
use casemate_audit::{Class, Fault, outside};
use casemate_core::{TenantId, TraceId, UnixMillis};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) const HELP: &str = "\
The whole log is read and checked on the way: an export from a damaged log is refused. Records after
the checkpoint are not in it. Nothing is recorded of an export: it only reads.

Exit codes: as `casemate audit verify`, and 1 where the log has no such record.";

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// The tenant whose records are exported.
    #[arg(long, value_parser = tenant)]
    tenant: String,
    /// Only entries with this correlation id, the header `X-Trace-ID`.
    #[arg(long, value_name = "ID", value_parser = query::trace)]
    trace: Option<TraceId>,
    /// Only entries of this subject: a SPIFFE ID or the `sub` of a token.
    #[arg(long)]
    subject: Option<String>,
    /// Only calls of this tool.
    #[arg(long)]
    tool: Option<String>,
    /// Only entries from then on: `2026-07-01`, `2026-07-01T08:30:00Z`, or how long ago, such as `90m` or `7d`.
    #[arg(long, value_name = "TIME", value_parser = query::moment)]
    since: Option<UnixMillis>,
    /// Only entries before then.
    #[arg(long, value_name = "TIME", value_parser = query::moment)]
    until: Option<UnixMillis>,
    /// The bundle: a directory that does not exist yet, or a file that ends in `.tar`.
    #[arg(long, value_name = "DIR|FILE.tar")]
    to: PathBuf,
    /// The log's public key, or a file that holds it. Without it: those in `keys` beside the log.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    key: Vec<Keys>,
    /// Prove against the newest checkpoint that the log has signed, also where witnesses have not cosigned it yet.
    #[arg(long)]
    signed: bool,
    /// Include the policies that the records name. A policy names every tenant of the gateway.
    #[arg(long)]
    with_policies: bool,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    /// The directory of the bundle.
    dir: PathBuf,
    /// The log's public key, or a file that holds it; from somewhere else than the bundle. Several where it was changed.
    #[arg(long, value_name = "VKEY", value_parser = keys, required = true)]
    key: Vec<Keys>,
    /// The log's name, where it is another than that of its key.
    #[arg(long)]
    origin: Option<String>,
    /// The public key of a witness, or a file that holds some.
    #[arg(long, value_name = "VKEY", value_parser = keys)]
    witness: Vec<Keys>,
    /// How many of the witnesses must have cosigned the checkpoint; without it, all of them.
    #[arg(long, value_name = "K", requires = "witness")]
    quorum: Option<usize>,
    /// Print the C2SP tlog-proof of this record.
    #[arg(long, value_name = "INDEX", conflicts_with = "json")]
    proof: Option<u64>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

fn tenant(text: &str) -> Result<String, String> {
    TenantId::parse(text).map(|id| id.as_str().to_owned()).map_err(|fault| fault.to_string())
}

/// The checkpoint that witnesses have cosigned, where there is one; else the newest that the log has signed. And how many
/// entries the log has signed beyond it.
fn checkpoint(dir: &Path, signed: bool) -> Result<(String, u64), Fault> {
    let published = if signed { None } else { casemate_audit::published(dir)? };
    let newest = casemate_audit::checkpoint(dir)?;
    let beyond = published.as_ref().map_or(0, |shown| size(&newest).saturating_sub(size(shown)));
    Ok((published.unwrap_or(newest), beyond))
}

/// The entries that a checkpoint is of. Whether it is one is for [`export`] to say.
fn size(note: &str) -> u64 {
    let parsed = Note::parse(note.as_bytes()).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
    parsed.map_or(0, |checkpoint| checkpoint.size())
}

/// Where the bundle is made before it gets its name.
fn parent(to: &Path) -> &Path {
    to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn run(args: &ExportArgs, dir: &Path) -> Result<ExitCode> {
    query::in_order(args.since, args.until)?;
    let (to, is_tar) = (&args.to, args.to.extension().is_some_and(|ending| ending == "tar"));
    if to.symlink_metadata().is_ok() {
        bail!("{} is there already: a bundle is made once and not changed", to.display());
    }
    let place = parent(to).canonicalize().with_context(|| format!("{} cannot be used", parent(to).display()))?;
    if is_tar {
        tar::check_name(to)?;
    }
    outside(to).with_context(|| format!("{} cannot be used", to.display()))?;
    let keys = beside::known(&args.key, dir)?;
    if keys.is_empty() {
        bail!("the log's public key is not beside it: give it with --key");
    }
    let (checkpoint, beyond) = match checkpoint(dir, args.signed) {
        Ok(found) => found,
        Err(fault) => return told(args.json, &fault),
    };
    let made = tempfile::Builder::new().prefix(".casemate-export-").tempdir_in(&place);
    let made = made.with_context(|| format!("{} cannot be written", to.display()))?;
    let bar = progress::bar();
    let mut tell = |at, of| progress::tell(&bar, at, of);
    let filter = Filter {
        tenant: Some(args.tenant.clone()),
        trace: args.trace,
        subject: args.subject.clone(),
        tool: args.tool.clone(),
        since: args.since,
        until: args.until,
        ..Filter::default()
    };
    let done = export(
        dir,
        made.path(),
        Export {
            filter,
            keys,
            checkpoint,
            with_policies: args.with_policies,
            made: now(),
            by: concat!("casemate ", env!("CARGO_PKG_VERSION")).to_owned(),
            progress: Some(&mut tell),
        },
    );
    bar.finish_and_clear();
    let done = match done {
        Ok(done) => done,
        Err(fault) => return told(args.json, &fault),
    };
    if beyond > 0 {
        out::say(&format!(
            "{beyond} signed entries lie beyond the published checkpoint of {} entries and were not looked at: with \
             --signed they are",
            done.size
        ));
    }
    if done.records == 0 {
        out::say(&format!("no record of this tenant is among the first {} entries; nothing was written", done.size));
        return Ok(ExitCode::from(exit::BAD));
    }
    let written = if is_tar { tar::write(made.path(), &place, to) } else { keep(made, to) };
    written.with_context(|| format!("{} cannot be written", to.display()))?;
    tell_exported(args, &done, beyond)
}

/// Gives the directory its name. One that appeared meanwhile and holds anything stays as it is.
fn keep(made: tempfile::TempDir, to: &Path) -> std::io::Result<()> {
    std::fs::rename(made.path(), to)?;
    // It is no temporary directory any more.
    let _ = made.keep();
    std::fs::File::open(parent(to))?.sync_all()
}

fn tell_exported(args: &ExportArgs, done: &Exported, beyond: u64) -> Result<ExitCode> {
    if done.missing > 0 {
        out::say(&format!("{} policies that the records name were not kept with the log", done.missing));
    }
    if done.first > 0 {
        out::say(&format!("the log was read from entry {} on: what came before it was pruned", done.first));
    }
    if args.json {
        let value = serde_json::json!({
            "ok": true, "records": done.records, "size": done.size, "policies": done.policies,
            "missing_policies": done.missing, "beyond": beyond, "log_first": done.first, "bundle": args.to.display().to_string(),
        });
        out::line(&visible::json_line(&value))?;
    } else {
        out::line(&format!(
            "good: {} records, each proved against the checkpoint of {} entries, are in {}",
            done.records,
            done.size,
            visible::line(&args.to.display().to_string())
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run_check(args: &CheckArgs) -> Result<ExitCode> {
    if !args.dir.is_dir() {
        bail!("{} is not a directory: one that was packed is unpacked first", args.dir.display());
    }
    let policy = policy(args.origin.as_deref(), &args.key, &args.witness, args.quorum)?;
    let bar = progress::bar();
    let mut tell = |at, of| progress::tell(&bar, at, of);
    let options = Check { policy: &policy, digest: canonical::digest_of, proof: args.proof, progress: Some(&mut tell) };
    let checked = check(&args.dir, options);
    bar.finish_and_clear();
    match checked {
        Ok(checked) => tell_checked(args, &checked),
        Err(fault) => told(args.json, &fault),
    }
}

fn tell_checked(args: &CheckArgs, checked: &Checked) -> Result<ExitCode> {
    let head = &checked.trusted.checkpoint;
    if let Some(index) = args.proof {
        let Some(proof) = &checked.proof else {
            out::say(&format!("the bundle is good and has no record {index}"));
            return Ok(ExitCode::from(exit::of(Class::Removed)));
        };
        out::exact(proof.to_string().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let witnesses: Vec<_> = checked.trusted.witnesses.iter().map(|(name, _)| name.as_str()).collect();
    let (policies, missing) = checked.policies;
    if args.json {
        let value = serde_json::json!({
            "ok": true, "tenant": checked.tenant, "records": checked.records,
            "first": checked.range.map(|(first, _)| first), "last": checked.range.map(|(_, last)| last),
            "origin": head.origin(), "size": head.size(), "root": head.root().to_string(), "witnesses": witnesses,
            "policies": policies, "missing_policies": missing, "log_first": checked.log_first,
        });
        out::line(&visible::json_line(&value))?;
        return Ok(ExitCode::SUCCESS);
    }
    let range = checked.range.map(|(first, last)| format!(", from {first} to {last}")).unwrap_or_default();
    out::line(&format!(
        "good: {} records of the tenant {}{range}, are in {}, which has {} entries with the root {}; {}",
        checked.records,
        visible::quoted(&checked.tenant),
        visible::line(head.origin()),
        head.size(),
        head.root(),
        if args.witness.is_empty() {
            "no witness was asked for".to_owned()
        } else {
            format!("cosigned by {} of the witnesses asked for", witnesses.len())
        }
    ))?;
    if checked.log_first > 0 {
        let first = checked.log_first;
        out::say(&format!(
            "the log was read from entry {first} on, as the bundle says: what came before it was pruned"
        ));
    }
    out::say("whether the log has further records of this tenant cannot be seen from a bundle");
    Ok(ExitCode::SUCCESS)
}
