//! The report: what was measured, a table for each scenario, memory, and the aims beside the figures.

use crate::fleet::{Fleet, Row};
use crate::load::Kind;
use crate::machine::Machine;
use crate::matrix::{Matrix, Sample, Scenario};
use crate::summary::{Cell, summarise};
use crate::table::{Style, Table};
use serde::Serialize;

/// Everything that a run found out.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// What was run.
    pub matrix: Matrix,
    /// The figures.
    pub cells: Vec<Cell>,
    /// Resident memory of each hop.
    pub memory: Vec<Memory>,
    /// Rows that could not be started, and why.
    pub missing: Vec<Missing>,
    /// Whether the programs were built with optimisation.
    pub optimised: bool,
    /// Every single measurement.
    pub samples: Vec<Sample>,
}

/// Resident memory of one process, in KiB.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    /// The row.
    pub row: Row,
    /// Upstreams that it is configured with.
    pub upstreams: usize,
    /// When it had just started.
    pub started_kib: u64,
    /// After all rounds.
    pub ended_kib: u64,
    /// The most in between.
    pub peak_kib: u64,
}

/// A row that could not be started.
#[derive(Debug, Clone, Serialize)]
pub struct Missing {
    /// The row.
    pub row: Row,
    /// Upstreams that it was configured with.
    pub upstreams: usize,
    /// Why.
    pub why: String,
}

/// The resident memory of every hop now, in KiB: row, upstreams, resident, peak.
#[must_use]
pub fn resident(fleets: &[Fleet]) -> Vec<(Row, usize, u64, u64)> {
    let hops = fleets.iter().flat_map(|fleet| fleet.hops.iter().map(|hop| (fleet.upstreams, hop)));
    hops.filter_map(|(upstreams, hop)| {
        let usage = hop.process.as_ref()?.usage().ok()?;
        Some((hop.row, upstreams, usage.resident_kib, usage.peak_kib))
    })
    .collect()
}

impl Report {
    /// Puts a report together; `started` is what [`resident`] said before the first round.
    #[must_use]
    pub fn new(
        machine: Machine,
        matrix: Matrix,
        samples: Vec<Sample>,
        fleets: &[Fleet],
        started: &[(Row, usize, u64, u64)],
    ) -> Self {
        let memory = resident(fleets).into_iter().filter_map(|(row, upstreams, ended_kib, peak_kib)| {
            let (.., started_kib, _) = *started.iter().find(|(other, n, ..)| (*other, *n) == (row, upstreams))?;
            Some(Memory { row, upstreams, started_kib, ended_kib, peak_kib })
        });
        let missing = fleets.iter().flat_map(|fleet| {
            fleet.missing.iter().map(|(row, why)| Missing { row: *row, upstreams: fleet.upstreams, why: why.clone() })
        });
        Self {
            cells: summarise(&matrix, &samples),
            memory: memory.collect(),
            missing: missing.collect(),
            optimised: !cfg!(debug_assertions),
            machine,
            matrix,
            samples,
        }
    }

    /// The report as text.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let mut blocks = vec![self.preface()];
        let heading = |text: &str| style.heading(text);
        for scenario in &self.matrix.scenarios {
            blocks.push(heading(&scenario.title()));
            blocks.push(self.scenario(*scenario).render(style));
        }
        if !self.memory.is_empty() {
            blocks.push(heading("Resident memory, MiB"));
            blocks.push(self.memory().render(style));
        }
        let aims = self.aims();
        if !aims.is_empty() {
            blocks.push(heading("Aims"));
            let mut table = Table::new(&["Aim", "Measured"]);
            aims.into_iter().for_each(|(aim, measured)| table.push(vec![aim, measured]));
            blocks.push(table.render(style));
        }
        let notes = self.notes();
        if !notes.is_empty() {
            blocks.push(heading("Not measured, or not to be trusted"));
            blocks.extend(notes.iter().map(|note| format!("- {note}\n")));
        }
        blocks.concat()
    }

    fn preface(&self) -> String {
        let Machine { cores, bound, processor, sync_p50, sync_max, .. } = &self.machine;
        let places = match bound {
            None => "placed by the scheduler",
            Some(bound) if bound.load == bound.upstream => {
                "load generator and upstream bound to one of them, the proxy (or the upstream of the direct call) to another"
            }
            Some(_) => "each bound to one of its own",
        };
        let processor = processor.as_deref().map_or(String::new(), |name| format!(" ({name})"));
        let load = self.machine.load_before.map_or(String::new(), |load| format!(", load average before {load:.2}"));
        let casemate = if self
            .cells
            .iter()
            .any(|cell| matches!(cell.row, Row::Casemate | Row::CasemateAll | Row::CasemateOff | Row::CasemateTls))
        {
            format!(
                " Casemate ran with everything on: each call was on disk (fsync) before the upstream was called, and \
                 its outcome before the answer left. One durable write of 4 KiB took {sync_p50:.0} µs there (median; \
                 {sync_max:.0} µs at most)."
            )
        } else {
            String::new()
        };
        format!(
            "Load generator, proxy and upstream are separate processes on {cores} cores{processor}, {places}{load}. \
             Each row ran {} times for {} s, the rows in turn. Calls are `tools/call` or lists of MCP \
             2026-07-28, or of 2025-11-25 in a session, over HTTP/1.1 keep-alive in a closed loop; every answer was \
             checked. Opening a session is `initialize` and `notifications/initialized`; its rate and CPU include the \
             DELETE after it.{casemate}\n\n\
             Latencies are medians over the rounds in µs; \"added\" is the difference to the direct call within a \
             round. CPU is the user and system time of the proxy's process per call; in parentheses the multiple of \
             the JSON proxy on the same transport. Ratios carry over to other machines better than absolute values.\n",
            self.matrix.rounds, self.matrix.seconds,
        )
    }

    fn scenario(&self, scenario: Scenario) -> Table {
        let mut table = Table::new(&["", "calls/s", "p50 µs", "p99 µs", "added p50 µs", "added p99 µs", "CPU µs/call"]);
        for cell in self.cells.iter().filter(|cell| cell.scenario == scenario) {
            let title = cell.row.title().to_owned();
            if cell.errors > 0 {
                table.push(vec![title, format!("{} errors", cell.errors)]);
                continue;
            }
            let added = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:+.0}"));
            // Under twenty ticks the figure is good to no more than one digit.
            let about = if cell.ticks < 20 { "~" } else { "" };
            let cpu = cell.cpu.map(|cpu| format!("{about}{cpu:.1}"));
            table.push(vec![
                title,
                with_ratio(Some(grouped(cell.rps)), cell.rps_ratio),
                format!("{:.0}", cell.p50),
                format!("{:.0}", cell.p99),
                added(cell.added_p50),
                added(cell.added_p99),
                with_ratio(cpu, cell.cpu_ratio),
            ]);
        }
        table
    }

    fn memory(&self) -> Table {
        let mut table = Table::new(&["", "upstreams", "started", "ended", "peak"]);
        for memory in &self.memory {
            let mib = |kib: u64| format!("{:.1}", kib as f64 / 1024.0);
            table.push(vec![
                memory.row.title().to_owned(),
                memory.upstreams.to_string(),
                mib(memory.started_kib),
                mib(memory.ended_kib),
                mib(memory.peak_kib),
            ]);
        }
        table
    }

    /// The aims with what was measured; a statement, not a verdict of this program.
    fn aims(&self) -> Vec<(String, String)> {
        let valid = |row: Row| self.cells.iter().filter(move |cell| cell.row == row && cell.errors == 0);
        let mut aims = Vec::new();
        for row in [Row::Casemate, Row::CasemateTls] {
            // The aim is about calls; a session is opened once, and lists have an aim of their own.
            let calls = valid(row).filter(|cell| cell.scenario.kind != Kind::Opening && cell.scenario.list.is_none());
            let ratios: Vec<f64> = calls.filter_map(|cell| cell.cpu_ratio).collect();
            if let Some((least, most)) = range(&ratios) {
                aims.push((
                    format!("{}: CPU per call at most 2.5 × the JSON proxy's", row.title()),
                    format!("{least:.2}–{most:.2} ×"),
                ));
            }
            let peaks = self.memory.iter().filter(|memory| memory.row == row);
            if let Some(peak) = peaks.map(|memory| memory.peak_kib).max() {
                aims.push((
                    format!("{}: resident memory under 50 MB", row.title()),
                    format!("{:.1} MB at most", peak as f64 * 1.024 / 1000.0),
                ));
            }
            for few in valid(row).filter(|cell| cell.scenario.upstreams == 1) {
                let alike = |cell: &&Cell| {
                    cell.scenario.upstreams > 1 && Scenario { upstreams: 1, ..cell.scenario } == few.scenario
                };
                if let Some((many, more, one)) =
                    valid(row).find(alike).and_then(|many| Some((many, many.cpu?, few.cpu?)))
                {
                    aims.push((
                        format!("{}: CPU flat in the number of upstreams ({})", row.title(), few.scenario.title()),
                        format!("{:.2} × with {}", more / one, many.scenario.upstreams),
                    ));
                }
            }
        }
        aims
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.optimised {
            notes.push("The programs were built without optimisation: run with `--release`.".to_owned());
        }
        if self.machine.was_busy() {
            notes.push(
                "Something else was running on this machine: take the ratios, not the absolute values.".to_owned(),
            );
        }
        for Missing { row, upstreams, why } in &self.missing {
            notes.push(format!("{} (upstreams: {upstreams}) did not start: {why}", row.title()));
        }
        for cell in self.cells.iter().filter(|cell| cell.errors > 0) {
            let why = cell.first_error.as_deref().unwrap_or("no message");
            notes.push(format!(
                "{}, {}: {} of {} calls failed, the first with: {why}",
                cell.scenario.title(),
                cell.row.title(),
                cell.errors,
                cell.errors + cell.requests
            ));
        }
        notes
    }
}

fn with_ratio(value: Option<String>, ratio: Option<f64>) -> String {
    match (value, ratio) {
        (Some(value), Some(ratio)) => format!("{value} ({ratio:.2} ×)"),
        (Some(value), None) => value,
        (None, _) => "–".to_owned(),
    }
}

/// A whole number with its thousands set apart.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn range(values: &[f64]) -> Option<(f64, f64)> {
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    Some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;

    fn report(errors: u64) -> Report {
        let scenario = Scenario::ONE;
        let matrix = Matrix { scenarios: vec![scenario], rounds: 1, seconds: 1.0, warmup: 0.0 };
        let sample = |row, p50, ticks, errors: u64| Sample {
            scenario,
            row,
            round: 0,
            outcome: Outcome {
                requests: 10_000,
                rps: 12_345.6,
                p50,
                p99: p50,
                errors,
                first_error: (errors > 0).then(|| "status 429".to_owned()),
                ..Outcome::default()
            },
            ticks,
            filter: None,
        };
        let samples = vec![
            sample(Row::Direct, 50.0, None, 0),
            sample(Row::Json, 150.0, Some(30), 0),
            sample(Row::Casemate, 250.0, Some(60), errors),
        ];
        let machine = Machine {
            cores: 2,
            bound: None,
            processor: None,
            load_before: Some(0.0),
            sync_p50: 400.0,
            sync_max: 900.0,
        };
        Report::new(machine, matrix, samples, &[], &[])
    }

    #[test]
    fn absolute_values_stand_beside_ratios() {
        let text = report(0).render(Style::Markdown);
        assert!(text.contains("on 2 cores"), "{text}");
        assert!(text.contains("12,346 (1.00 ×)"), "{text}");
        assert!(text.contains("+200") && text.contains("(2.00 ×)"), "{text}");
        assert!(text.contains("at most 2.5 × the JSON proxy's | 2.00–2.00 ×"), "{text}");
    }

    #[test]
    fn a_row_with_errors_has_no_figures_and_says_why() {
        let text = report(3).render(Style::Terminal);
        assert!(text.contains("3 errors") && text.contains("status 429"), "{text}");
        assert!(!text.contains("+200") && !text.contains("Aims"), "{text}");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(7.0), "7");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }
}
