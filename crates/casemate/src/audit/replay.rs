//! `casemate audit replay`: recorded decisions, made again from what they read and the policy of their time.

use super::decided::{Decided, Policies, described, target};
use super::rows::went_on;
use super::{KeysArgs, LogArgs, bad, exit, verify};
use crate::out;
use anyhow::Result;
use casemate_audit::{Decision, Kept, decisions, entry};
use casemate_core::UnixMillis;
use serde_json::{Value, json};
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

pub(super) const HELP: &str = "\
A decision is made again by the policy that the record names, as it was kept with the log, from what was
sealed beside the record. Where that was erased or is missing, or is of another release, the decision is
`not replayable`, never `equal`.

Exit codes:
  0  every decision is equal
  1  at least one is different
  2  could not run
  3 to 9  the log is damaged: the codes of `casemate audit verify`
  10  none is different, and at least one is not replayable
  12  the entry, or the beginning of the range, was pruned; an archive may have it";

/// None is different, and not all could be made again.
const NOT_ALL: u8 = 10;

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// The index of one decision: of an intent, or of a refusal by the policy.
    #[arg(required_unless_present = "range", conflicts_with = "range")]
    index: Option<u64>,
    /// All decisions among the entries from A up to, not including, B.
    #[arg(long, value_name = "A..B", value_parser = verify::range)]
    range: Option<Range<u64>>,
    #[command(flatten)]
    pub(super) log: LogArgs,
    #[command(flatten)]
    keys: KeysArgs,
    /// One JSON object a line, for each decision, and one for all.
    #[arg(long)]
    json: bool,
}

/// What came of a decision that was made again.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Again {
    Equal,
    Different(Decided),
    NotReplayable(String),
}

impl Again {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Different(_) => "different",
            Self::NotReplayable(_) => "not replayable",
        }
    }
}

#[derive(Default)]
struct Counts {
    equal: u64,
    different: u64,
    not_replayable: u64,
}

impl Counts {
    const fn add(&mut self, again: &Again) {
        match again {
            Again::Equal => self.equal += 1,
            Again::Different(_) => self.different += 1,
            Again::NotReplayable(_) => self.not_replayable += 1,
        }
    }

    fn code(&self) -> ExitCode {
        match (self.different, self.not_replayable) {
            (0, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::from(NOT_ALL),
            _ => ExitCode::from(exit::BAD),
        }
    }
}

pub(super) fn run(args: &ReplayArgs, dir: &Path) -> Result<ExitCode> {
    let (range, is_one) = match (&args.range, args.index) {
        (Some(range), _) => (range.clone(), false),
        (None, Some(index)) => (index..index.saturating_add(1), true),
        (None, None) => (0..0, false),
    };
    // Entries that were asked for and are not there are not equal.
    if !is_one && let Err(fault) = entry(dir, range.end.saturating_sub(1)) {
        return Ok(bad(&fault));
    }
    let found = match decisions(dir, &args.keys.path(dir), range.clone(), UnixMillis(0)) {
        Ok(found) => found,
        Err(fault) => return Ok(bad(&fault)),
    };
    let (mut policies, mut counts) = (Policies::new(dir), Counts::default());
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    for decision in found {
        let decision = match decision {
            Ok(decision) => decision,
            Err(fault) => {
                stdout.flush()?;
                return Ok(bad(&fault));
            }
        };
        let again = again(&decision, &mut policies);
        counts.add(&again);
        let line = if args.json { in_json(&decision, &again).to_string() } else { in_words(&decision, &again) };
        let is_shown = args.json || is_one || again != Again::Equal;
        if is_shown && !went_on(writeln!(stdout, "{line}"))? {
            return Ok(counts.code());
        }
    }
    if is_one && counts.code() == ExitCode::SUCCESS && counts.equal == 0 {
        if let Err(fault) = entry(dir, range.start) {
            return Ok(bad(&fault));
        }
        out::say(&format!("not replayable: entry {} holds no decision of the policy", range.start));
        return Ok(ExitCode::from(NOT_ALL));
    }
    let Counts { equal, different, not_replayable } = counts;
    if args.json {
        let all = json!({ "equal": equal, "different": different, "not_replayable": not_replayable });
        went_on(writeln!(stdout, "{all}"))?;
    } else if !is_one {
        went_on(writeln!(stdout, "{equal} equal, {different} different, {not_replayable} not replayable"))?;
    }
    went_on(stdout.flush())?;
    Ok(counts.code())
}

fn again(decision: &Decision, policies: &mut Policies) -> Again {
    let inputs = match &decision.kept {
        Kept::Inputs(inputs) => inputs,
        Kept::Erased => return Again::NotReplayable("what it read was erased".to_owned()),
        Kept::Missing(why) => return Again::NotReplayable(why.clone()),
    };
    let policy = match policies.get(decision.policy) {
        Ok(policy) => policy,
        Err(why) => return Again::NotReplayable(why.to_owned()),
    };
    let decided = inputs.decide(policy).map(|admitted| admitted.rule() as u64);
    if decided == decision.decided { Again::Equal } else { Again::Different(decided) }
}

fn in_words(decision: &Decision, again: &Again) -> String {
    let head = format!("entry {}: {}", decision.index, again.as_str());
    let about = match &decision.kept {
        Kept::Inputs(inputs) => format!(", {} on {}", target(&inputs.target), inputs.server),
        _ => String::new(),
    };
    match again {
        Again::Equal => format!("{head}: {}{about}", described(&decision.decided)),
        Again::Different(now) => {
            format!("{head}: recorded {}, now {}{about}", described(&decision.decided), described(now))
        }
        Again::NotReplayable(why) => format!("{head}: {}", out::safe(why)),
    }
}

fn in_json(decision: &Decision, again: &Again) -> Value {
    let mut line = json!({
        "index": decision.index, "result": again.as_str(), "recorded": described(&decision.decided),
        "policy": decision.policy.map(|policy| policy.hex()),
    });
    let more = match again {
        Again::Equal => None,
        Again::Different(now) => Some(("now", described(now))),
        Again::NotReplayable(why) => Some(("why", why.clone())),
    };
    if let (Some(line), Some((name, text))) = (line.as_object_mut(), more) {
        line.insert(name.to_owned(), Value::String(text));
    }
    line
}
