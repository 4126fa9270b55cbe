//! `casemate audit erase`: at a running gateway, or in its state directory while none runs.

use super::exit;
use super::local::{self, Place};
use crate::config::Loaded;
use crate::pins::{Access, Admin, Refused};
use crate::serve::local_actor;
use crate::{out, visible};
use anyhow::{Context as _, Result, bail};
use casemate_core::json::quote;
use casemate_core::{Subject, TenantId};
use http::Method;
use serde_json::json;
use std::process::ExitCode;

/// There is no key of the subject.
const NO_KEY: u8 = 1;

pub(super) const HELP: &str = "\
The log itself stays as it is, and every proof of it: what goes is the key that links the subject's
records to the values that they are about, with everything that was sealed under it. Two records say so;
they name the subject by the first 16 hexadecimal digits of a digest over tenant and subject.

The key is overwritten in its file. Copies of that file, in backups, snapshots and file systems that write
elsewhere, and what a flash disk keeps of old blocks, are for the operator to see to.

Exit codes:
  0  erased
  1  there is no key of this subject: nothing was recorded of it, or it is erased already
  2  not erased, or not to the end: `audit.begun` says that it goes on by itself";

#[derive(Debug, clap::Args)]
pub(super) struct EraseArgs {
    /// The subject's tenant.
    #[arg(long, value_parser = |text: &str| TenantId::parse(text))]
    tenant: TenantId,
    /// The subject, as records name it: a SPIFFE ID or the `sub` of a token.
    #[arg(long, value_parser = |text: &str| Subject::parse(text))]
    subject: Subject,
    /// Does not ask.
    #[arg(long, short)]
    yes: bool,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) fn run(args: &EraseArgs) -> Result<ExitCode> {
    if !args.yes && !local::agrees(&question(args))? {
        return Ok(ExitCode::from(exit::COULD_NOT_RUN));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Some(done) = runtime.block_on(erase(args))? else { return Ok(ExitCode::from(exit::COULD_NOT_RUN)) };
    match done {
        Done::Erased { fingerprint, index } if args.json => {
            let value = json!({ "ok": true, "erased": true, "fingerprint": fingerprint, "index": index });
            out::line(&visible::json_line(&value))?;
            Ok(ExitCode::SUCCESS)
        }
        Done::NoKey if args.json => {
            out::line(&json!({ "ok": false, "erased": false }).to_string())?;
            Ok(ExitCode::from(NO_KEY))
        }
        Done::Erased { fingerprint, index } => {
            out::line(&format!("erased: {fingerprint}, recorded as entry {index}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Done::NoKey => {
            out::say("there is no key of this subject: nothing was recorded of it, or it is erased already");
            Ok(ExitCode::from(NO_KEY))
        }
    }
}

fn question(args: &EraseArgs) -> String {
    format!(
        "Destroy the key of {} of the tenant {}? What was recorded of it can never be linked or opened again.",
        args.subject, args.tenant
    )
}

enum Done {
    Erased { fingerprint: String, index: u64 },
    NoKey,
}

/// `None` where the configuration cannot be used, which has been shown.
async fn erase(args: &EraseArgs) -> Result<Option<Done>> {
    match local::place(&args.access).await? {
        Some(Place::Gateway(admin)) => ask(&admin, args).await.map(Some),
        Some(Place::Here(loaded)) => offline(args, *loaded).await.map(Some),
        None => Ok(None),
    }
}

async fn ask(admin: &Admin, args: &EraseArgs) -> Result<Done> {
    let [tenant, subject] = [args.tenant.as_str(), args.subject.as_str()].map(quote);
    let body = format!("{{\"tenant\":{tenant},\"subject\":{subject}}}");
    let answer = admin.send(Method::POST, "/log/erase", body.into()).await?;
    let answer: serde_json::Value = serde_json::from_slice(&answer).context("the gateway's answer cannot be read")?;
    match answer.get("erased").and_then(serde_json::Value::as_bool) {
        Some(true) => {
            let fingerprint = answer.get("fingerprint").and_then(serde_json::Value::as_str).unwrap_or_default();
            let index = answer.get("index").and_then(serde_json::Value::as_u64).unwrap_or_default();
            Ok(Done::Erased { fingerprint: out::safe(fingerprint), index })
        }
        Some(false) => Ok(Done::NoKey),
        None => bail!("the gateway's answer cannot be read"),
    }
}

async fn offline(args: &EraseArgs, loaded: Loaded) -> Result<Done> {
    if !loaded.audit.held_traces.is_empty() {
        out::say("traces are under legal hold: the log is read through for their subjects first");
    }
    let log = local::open(&args.access, loaded, "erase")?;
    // Whether a trace under legal hold has records of the subject is known when the log was read through.
    log.searched().await;
    let erased = log.erase(&args.tenant, &args.subject, &local_actor()).await;
    log.close().await;
    match erased {
        Ok(Some(done)) => Ok(Done::Erased { fingerprint: done.fingerprint, index: done.receipt.index }),
        Ok(None) => Ok(Done::NoKey),
        Err(refusal) => Err(Refused::new(refusal.reason, refusal.message()).into()),
    }
}
