//! What a run shows: a table of families, each failure with what to do, and what is known to fail.

use crate::visible;
use casemate_redteam::{Judge, Probe, Seen, judge};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Characters of what was seen that are shown.
const SHOWN: usize = 400;
/// Failures that are shown in full.
const LISTED: usize = 50;

#[derive(Default)]
struct Row {
    attacks: usize,
    held: usize,
    known: usize,
    twins: usize,
    kept: usize,
}

/// One probe that did not hold.
struct Failure {
    id: String,
    case: String,
    tags: Vec<String>,
    is_twin: bool,
    given: String,
    seen: String,
    help: &'static str,
}

/// What came of a run.
pub(super) struct Outcome {
    seed: u64,
    rows: BTreeMap<String, Row>,
    failures: Vec<Failure>,
    /// What is known to fail and did, with why.
    known: Vec<(String, String)>,
    /// What did not hold and was let pass, since enough of its case did.
    let_pass: Vec<Failure>,
    /// What is known to fail and held.
    stale: Vec<String>,
    skipped: Vec<String>,
}

impl Outcome {
    /// Judges each probe by what was seen of it.
    pub(super) fn of(probes: &[Probe], seen: &[Seen], places: &Judge, skipped: Vec<String>, seed: u64) -> Self {
        let (rows, failures) = (BTreeMap::<String, Row>::new(), Vec::new());
        let (known, stale, let_pass) = (Vec::new(), Vec::new(), Vec::new());
        let mut out = Self { seed, rows, failures, known, let_pass, stale, skipped };
        for (probe, seen) in probes.iter().zip(seen) {
            let row = out.rows.entry(probe.family.clone()).or_default();
            let fault = judge(probe, seen, places);
            let count =
                if probe.is_twin() { (&mut row.twins, &mut row.kept) } else { (&mut row.attacks, &mut row.held) };
            *count.0 += 1;
            *count.1 += usize::from(fault.is_none());
            match (fault, &probe.known) {
                (None, None) => {}
                (None, Some(_)) => out.stale.push(probe.id.clone()),
                (Some(_), Some(why)) => {
                    row.known += 1;
                    out.known.push((probe.id.clone(), why.clone()));
                }
                (Some(fault), None) => out.failures.push(Failure {
                    id: probe.id.clone(),
                    case: probe.case.clone(),
                    tags: probe.tags.clone(),
                    is_twin: probe.is_twin(),
                    given: shown(&probe.input),
                    seen: shown(&fault.seen),
                    help: fault.help,
                }),
            }
        }
        out.settle(probes);
        out
    }

    /// Lets pass what did not hold of cases of which enough did; a twin never is.
    fn settle(&mut self, probes: &[Probe]) {
        let mut cases: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for probe in probes.iter().filter(|probe| !probe.is_twin()) {
            let (count, least) = cases.entry(&probe.case).or_default();
            (*count, *least) = (*count + 1, usize::from(probe.least));
        }
        let failed = |case: &str| self.failures.iter().filter(|of| of.case == case && !of.is_twin).count();
        let mut enough: BTreeSet<String> = BTreeSet::new();
        for (case, (count, least)) in cases {
            if count.saturating_sub(failed(case)) * 100 >= count * least {
                enough.insert(case.to_owned());
            }
        }
        let failures = std::mem::take(&mut self.failures);
        let of_enough = |failure: &Failure| !failure.is_twin && enough.contains(&failure.case);
        (self.let_pass, self.failures) = failures.into_iter().partition(of_enough);
    }

    /// Whether every attack held and every twin was kept, what is known to fail aside.
    pub(super) fn is_held(&self) -> bool {
        self.failures.is_empty()
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        let mut out = format!("{:<16}  {:>12}  {:>6}  {:>12}\n", "family", "neutralised", "known", "twins kept");
        let part = |part: usize, whole: usize| format!("{part}/{whole}");
        for (family, row) in &self.rows {
            let (held, kept) = (part(row.held, row.attacks), part(row.kept, row.twins));
            let _ = writeln!(out, "{family:<16}  {held:>12}  {:>6}  {kept:>12}", row.known);
        }
        for failure in self.failures.iter().take(LISTED) {
            let what = if failure.is_twin { "TOUCHED" } else { "FAILED" };
            let _ = write!(
                out,
                "\n{what} {}\n  case   {} ({}); again with --filter {} --seed {}\n  given  {}\n  seen   {}\n  do     {}\n",
                failure.id,
                failure.case,
                failure.tags.join(" "),
                failure.case,
                self.seed,
                failure.given,
                failure.seen,
                failure.help
            );
        }
        if self.failures.len() > LISTED {
            let _ = writeln!(out, "\nand {} more; --json has all of them", self.failures.len() - LISTED);
        }
        if !self.known.is_empty() {
            let _ = writeln!(out, "\nknown to fail:");
        }
        for (id, why) in &self.known {
            let _ = writeln!(out, "  {id}: {}", visible::line(why));
        }
        if !self.let_pass.is_empty() {
            let _ = writeln!(out, "\ndid not hold, within what the case lets pass:");
        }
        for failure in &self.let_pass {
            let _ = writeln!(out, "  {}: {}", failure.id, failure.given);
        }
        if !self.stale.is_empty() {
            let _ = writeln!(out, "\nknown to fail, and held: {}", self.stale.join(", "));
        }
        if !self.skipped.is_empty() {
            let why = "nothing is allowed that they would lead to";
            let _ = writeln!(out, "\nnot played, since {why}: {}", self.skipped.join(", "));
        }
        let failed = self.failures.len();
        let verdict = match failed {
            0 => "All held.".to_owned(),
            1 => "1 did not hold.".to_owned(),
            _ => format!("{failed} did not hold."),
        };
        let _ = writeln!(out, "\n{verdict} Seed {}.", self.seed);
        out
    }

    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        let row = |(family, row): (&String, &Row)| {
            json!({
                "family": family,
                "attacks": row.attacks,
                "neutralised": row.held,
                "known": row.known,
                "twins": row.twins,
                "kept": row.kept,
            })
        };
        let failure = |failure: &Failure| {
            json!({
                "id": failure.id,
                "case": failure.case,
                "tags": failure.tags,
                "seed": self.seed,
                "twin": failure.is_twin,
                "given": failure.given,
                "seen": failure.seen,
                "help": failure.help,
            })
        };
        let known = |(id, why): &(String, String)| json!({ "id": id, "why": why });
        json!({
            "held": self.is_held(),
            "seed": self.seed,
            "families": self.rows.iter().map(row).collect::<Vec<_>>(),
            "failures": self.failures.iter().map(failure).collect::<Vec<_>>(),
            "let_pass": self.let_pass.iter().map(failure).collect::<Vec<_>>(),
            "known": self.known.iter().map(known).collect::<Vec<_>>(),
            "known_but_held": self.stale,
            "skipped": self.skipped,
        })
    }
}

/// One line without anything that hides or steers a terminal.
fn shown(text: &str) -> String {
    let line = visible::line(text);
    match line.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}
