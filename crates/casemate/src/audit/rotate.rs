//! `casemate audit rotate-key`: at a running gateway, or in its state directory while none runs.

use super::exit;
use super::local::{self, Place};
use crate::config::Loaded;
use crate::pins::{Access, Admin, Refused};
use crate::serve::local_actor;
use crate::{out, visible};
use anyhow::{Context as _, Result, bail};
use casemate_audit::tlog::Verifier;
use http::Method;
use std::process::ExitCode;

pub(super) const HELP: &str = "\
The name of the log stays, and every proof of it. A record names both keys, a checkpoint is signed by
both, and from then on only the new key signs: the old private key is overwritten and removed. Whoever
verifies with the old public key is led to the new one by the log itself; single proofs and witnesses
need the new one: add it at each witness, and give it to auditors.

A backup from before the change can be verified and read, but no gateway can go on with it once the old
key is gone: make a new one before the copies of the old key are destroyed.

What was interrupted goes on when it is asked for again, and at the next start.

Exit codes:
  0  changed; stdout has the new public key
  2  not changed, or not to the end: `audit.begun` says that it goes on by itself";

const QUESTION: &str = "Give the log a new key and destroy the old one? Witnesses need the new public key to go on.";

#[derive(Debug, clap::Args)]
pub(super) struct RotateArgs {
    /// Does not ask.
    #[arg(long, short)]
    yes: bool,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) fn run(args: &RotateArgs) -> Result<ExitCode> {
    if !args.yes && !local::agrees(QUESTION)? {
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Some(done) = runtime.block_on(rotate(args))? else { return Ok(ExitCode::from(exit::COULD_NOT_RUN)) };
    if args.json {
        let value = serde_json::json!({
            "ok": true, "old": done.old.to_string(), "new": done.new.to_string(), "index": done.index,
            "size": done.size,
        });
        out::line(&visible::json_line(&value))?;
        return Ok(ExitCode::SUCCESS);
    }
    let record = done.index.map_or_else(String::new, |index| format!("entry {index} records it, and "));
    out::say(&format!(
        "the key {} was replaced by {}: {record}the checkpoint of {} entries is signed by both",
        done.old.id(),
        done.new.id(),
        done.size
    ));
    out::say(
        "make a new backup now, before the copies of the old key are destroyed: without it no gateway can go on with a \
         backup from before",
    );
    out::line(&done.new.to_string())?;
    Ok(ExitCode::SUCCESS)
}

struct Done {
    old: Verifier,
    new: Verifier,
    index: Option<u64>,
    size: u64,
}

/// `None` where the configuration cannot be used, which has been shown.
async fn rotate(args: &RotateArgs) -> Result<Option<Done>> {
    match local::place(&args.access).await? {
        Some(Place::Gateway(admin)) => ask(&admin).await.map(Some),
        Some(Place::Here(loaded)) => offline(args, *loaded).await.map(Some),
        None => Ok(None),
    }
}

async fn ask(admin: &Admin) -> Result<Done> {
    let answer = admin.send(Method::POST, "/log/rotate-key", "{}".into()).await?;
    let answer: serde_json::Value = serde_json::from_slice(&answer).context("the gateway's answer cannot be read")?;
    let key = |name: &str| Verifier::parse(answer.get(name)?.as_str()?).ok();
    let number = |name: &str| answer.get(name).and_then(serde_json::Value::as_u64);
    match (key("old"), key("new"), number("size")) {
        (Some(old), Some(new), Some(size)) => Ok(Done { old, new, index: number("index"), size }),
        _ => bail!("the gateway's answer cannot be read"),
    }
}

async fn offline(args: &RotateArgs, loaded: Loaded) -> Result<Done> {
    let log = local::open(&args.access, loaded, "change the key")?;
    // What was interrupted is done by now, and is what is asked for.
    let rotated = match log.finished_rotation() {
        Some(done) => Ok(done),
        None => log.rotate_key(&local_actor()).await,
    };
    log.close().await;
    match rotated {
        Ok(done) => {
            let index = done.receipt.map(|receipt| receipt.index);
            Ok(Done { old: done.old, new: done.new, index, size: done.size })
        }
        Err(refusal) => {
            if let Some(detail) = &refusal.detail {
                out::say(&out::safe(detail));
            }
            Err(Refused::new(refusal.reason, refusal.message()).into())
        }
    }
}
