//! `casemate check --against-log`: which recorded calls the policy that is checked would decide differently.

use crate::audit::{described, target};
use crate::config::Loaded;
use crate::visible;
use casemate_audit::{Fault, Kept, decisions, subjects_path};
use casemate_core::{Reason, UnixMillis};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr as _;

/// Different rows that are kept; beyond that they are only counted.
const MOST: usize = 10_000;

/// Calls that are decided differently in the same way.
type Row = [String; 5];
const HEADINGS: [&str; 6] = ["CALLS", "TENANT", "SERVER", "CALL", "RECORDED", "NOW"];

/// What became of the decisions of a log.
#[derive(Debug, Default)]
pub(super) struct Compared {
    same: u64,
    different: u64,
    /// Decisions whose inputs are gone.
    erased: u64,
    missing: u64,
    rows: BTreeMap<Row, u64>,
}

/// Decides what the log has since then once more, by the policy of `loaded`.
pub(super) fn compare(loaded: &Loaded, since: UnixMillis) -> Result<Compared, Fault> {
    let dir = loaded.state_dir.join("audit");
    let mut compared = Compared::default();
    for decision in decisions(&dir, &subjects_path(&dir), 0..u64::MAX, since)? {
        let decision = decision?;
        let inputs = match &decision.kept {
            Kept::Inputs(inputs) => inputs,
            Kept::Erased => {
                compared.erased += 1;
                continue;
            }
            Kept::Missing(_) => {
                compared.missing += 1;
                continue;
            }
        };
        let now = inputs.decide(&loaded.config.policy).map(|admitted| admitted.rule() as u64);
        // Rules have no names but their places, and those shift: by which one a call is permitted is no difference.
        if outcome(&now) == outcome(&decision.decided) {
            compared.same += 1;
            continue;
        }
        compared.different += 1;
        let call = target(&inputs.target);
        let row = [inputs.tenant.to_string(), inputs.server.to_string(), call, words(&decision.decided), words(&now)];
        if compared.rows.len() < MOST || compared.rows.contains_key(&row) {
            *compared.rows.entry(row).or_default() += 1;
        }
    }
    Ok(compared)
}

fn outcome(decided: &Result<u64, Reason>) -> Option<Reason> {
    decided.err()
}

fn words(decided: &Result<u64, Reason>) -> String {
    match decided {
        // The rule tells where to look.
        Ok(_) => described(decided),
        Err(reason) => reason.code().to_owned(),
    }
}

impl Compared {
    pub(super) const fn differs(&self) -> bool {
        self.different > 0
    }

    fn sorted(&self) -> Vec<(&Row, u64)> {
        let mut rows: Vec<_> = self.rows.iter().map(|(row, count)| (row, *count)).collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        rows
    }

    pub(super) fn words(&self) -> String {
        let mut text = format!(
            "against the log: {} decided the same, {} differently, {} erased, {} not kept\n",
            self.same, self.different, self.erased, self.missing
        );
        let rows: Vec<[String; 6]> = self.sorted().into_iter().map(|(row, count)| cells(row, count)).collect();
        if rows.is_empty() {
            return text;
        }
        let mut widths = HEADINGS.map(str::len);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        for row in std::iter::once(&HEADINGS.map(str::to_owned)).chain(&rows) {
            let padded = row.iter().zip(widths).map(|(cell, width)| {
                let space = " ".repeat(width.saturating_sub(cell.width()));
                format!("{cell}{space}")
            });
            let line = padded.collect::<Vec<_>>().join("  ");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let listed: u64 = self.rows.values().sum();
        if listed < self.different {
            text.push_str(&format!("and {} more\n", self.different - listed));
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let rows: Vec<_> = self
            .sorted()
            .into_iter()
            .map(|([tenant, server, call, recorded, now], calls)| {
                json!({
                    "calls": calls, "tenant": tenant, "server": server, "call": call, "recorded": recorded, "now": now,
                })
            })
            .collect();
        json!({
            "same": self.same, "different": self.different, "erased": self.erased, "not_kept": self.missing,
            "differences": rows,
        })
    }
}

fn cells([tenant, server, call, recorded, now]: &Row, count: u64) -> [String; 6] {
    let text = |text: &String| visible::safe(text);
    [count.to_string(), text(tenant), text(server), text(call), text(recorded), text(now)]
}
