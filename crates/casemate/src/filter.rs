//! `casemate filter`: text on stdin through the output post-processor to stdout.

mod explain;
mod input;
mod lines;
mod pieces;
mod place;

use crate::out;
use anyhow::{Context as _, Result};
use casemate_output::{Filtered, Found, Verdict};
use clap::Args;
pub(crate) use explain::Told;
use input::Input;
pub(crate) use place::{Loaded, PolicyArgs};
use std::process::ExitCode;

/// The longest text that is judged in one piece, in bytes.
pub(crate) const MOST: usize = 64 << 20;

/// Text was rewritten or denied.
const CHANGED: u8 = 1;
/// The filter could not run, or a line could not be read.
const FAULT: u8 = 2;

const HELP: &str = "\
Without --policy the default policy holds: no link and no image is allow-listed. A bare text is
never marked as untrusted (`output.marking`), so that it can be filtered again; results of MCP are.

With --jsonl a line is {\"id\", \"text\"} or {\"id\", \"result\"} (a result of MCP), with `upstream` and
`tool` where the policy tells them apart, and is answered at once in one line:
  {\"id\", \"verdict\": \"pass|rewritten|denied\", \"text\" or \"result\", \"findings\": [{\"rule\", \"view\",
   \"span\", \"action\", \"severity\", \"shadow\"}], \"risk\"}
A line that cannot be read, or has over 16 MiB, is answered with {\"id\": null, \"line\", \"error\"}.

Exit codes:
  0  everything passed as it was
  1  something was rewritten or denied; with --stream a denial ends the output where it is
  2  could not run, or a line of --jsonl could not be read";

/// Filter text on stdin as the gateway filters what answers hold.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct FilterArgs {
    #[command(flatten)]
    place: PolicyArgs,
    /// Filter JSON lines, each for itself.
    #[arg(long, conflicts_with = "stream")]
    jsonl: bool,
    /// Give out what can no longer change while the text comes in.
    #[arg(long)]
    stream: bool,
    /// Tell each finding on stderr: place, action, rule and what it is; never the text.
    #[arg(long)]
    explain: bool,
}

/// Runs the command.
///
/// # Errors
/// Input that cannot be read or is no text, output that cannot be written.
pub fn run(args: &FilterArgs) -> Result<ExitCode> {
    let Some(loaded) = args.place.load() else { return Ok(ExitCode::from(FAULT)) };
    let input = Input::of_stdin(!args.explain);
    if args.jsonl {
        lines::run(args, &loaded, input)
    } else if args.stream {
        pieces::run(args, &loaded, input)
    } else {
        whole(args, &loaded, input)
    }
}

fn whole(args: &FilterArgs, loaded: &Loaded, input: Input) -> Result<ExitCode> {
    let bytes = input.all(MOST).context("stdin cannot be read")?;
    let Some(bytes) = bytes else {
        anyhow::bail!("the text has over {} MiB: use --stream, or --jsonl for many texts", MOST >> 20)
    };
    let text = String::from_utf8(bytes)
        .map_err(|fault| anyhow::anyhow!("the text is not UTF-8 at byte {}", fault.utf8_error().valid_up_to()))?;
    let Filtered { text: clean, verdict, findings, unlisted, .. } = loaded.filter(&args.place).text(&text);
    out::exact(clean.as_bytes())?;
    if args.explain {
        let mut told = Told::new(&text);
        findings.iter().for_each(|found| out::say(&told.line("stdin", found)));
        explain::rest(unlisted);
    }
    if verdict == Verdict::Denied {
        denied("the text is withheld", &findings);
    }
    Ok(code(verdict))
}

fn code(verdict: Verdict) -> ExitCode {
    ExitCode::from(if verdict == Verdict::Pass { 0 } else { CHANGED })
}

/// Says which rule denied.
fn denied(what: &str, findings: &[Found]) {
    let deny = |found: &&Found| found.action == casemate_inspect::Action::Deny && !found.shadow;
    match findings.iter().find(deny) {
        Some(found) => out::say(&format!("{what}: denied by {}", out::safe(&found.rule))),
        None => out::say(&format!("{what}: it does not come to rest")),
    }
}
