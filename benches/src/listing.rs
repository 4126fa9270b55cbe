//! What long lists cost: a fleet with many tools and resources beside one with two, and where the difference comes from.

use crate::fleet::{Fleet, Hop, Programs, Row, Shape, tls_args};
use crate::load::{List, Plan, run};
use crate::matrix::{Matrix, Sample, Scenario};
use crate::pki::Pki;
use crate::progress::Progress;
use crate::summary::{Cell, median};
use crate::table::{Style, Table};
use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the gateway may take until it has seen and pinned every tool.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one fleet for each length of list in `matrix`, and waits until what is admitted is listed.
///
/// # Errors
/// A program does not start, or the gateway does not list what it should.
pub fn fleets(matrix: &Matrix, programs: &Programs, pki: &Pki, dir: &Path) -> Result<Vec<Fleet>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut fleets = Vec::new();
    let mut progress = Progress::begin(matrix.shapes().len(), 1);
    for (upstreams, items) in matrix.shapes() {
        let shape = Shape { upstreams, items, rows: &Row::LISTS };
        progress.step(&format!("Starting programs with lists of {items}"));
        let fleet = Fleet::start(programs, pki, &dir.join(items.to_string()), shape)?;
        if let Some((row, why)) = fleet.missing.first() {
            bail!("{} did not start: {why}", row.title());
        }
        for hop in &fleet.hops {
            runtime.block_on(settled(hop, items)).with_context(|| hop.row.title())?;
        }
        fleets.push(fleet);
    }
    progress.end();
    Ok(fleets)
}

/// Waits until every tool that is admitted has been surveyed and pinned.
async fn settled(hop: &Hop, items: usize) -> Result<()> {
    let url = hop.urls.first().context("no URL")?;
    let items = hop.items(items).to_string();
    let mut args: Vec<OsString> =
        ["load", "--url", url, "--warmup", "0", "--requests", "1", "--list", "tools", "--items", &items]
            .map(OsString::from)
            .to_vec();
    if let Some((ca, pair)) = &hop.tls {
        args.extend(tls_args(ca, pair).map(OsString::from));
    }
    let plan = Plan::try_parse_from(args)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let outcome = run(plan.clone()).await?;
        if outcome.errors == 0 {
            return Ok(());
        }
        if Instant::now() > until {
            bail!("{}", outcome.first_error.unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The longest (or shortest) list of a kind in a matrix.
fn scenario(matrix: &Matrix, list: List, longest: bool) -> Option<&Scenario> {
    let lists = matrix.scenarios.iter().filter(|scenario| scenario.list == Some(list));
    if longest { lists.max_by_key(|scenario| scenario.items) } else { lists.min_by_key(|scenario| scenario.items) }
}

/// What a long list costs in one row, in microseconds.
#[derive(Debug, Default, PartialEq)]
struct Cost {
    /// What the hop adds to the median of a direct call: the median over the rounds.
    added: Option<f64>,
    /// What of that comes with the length.
    added_by_length: Option<f64>,
    /// The processor time that comes with the length.
    cpu_by_length: Option<f64>,
    /// What filtering takes by the gateway's own clock: the median over the rounds, and the least.
    filter: Option<(f64, f64)>,
}

impl Cost {
    fn of(matrix: &Matrix, samples: &[Sample], cells: &[Cell], row: Row, list: List) -> Self {
        let both = scenario(matrix, list, false).zip(scenario(matrix, list, true));
        let Some((short, long)) = both.filter(|(short, long)| short != long) else { return Self::default() };
        let find = |scenario: &Scenario, row: Row, round: usize| {
            let of = |s: &&Sample| s.scenario == *scenario && s.row == row && s.round == round && s.outcome.errors == 0;
            samples.iter().find(of)
        };
        let hop = |scenario, round| {
            Some(find(scenario, row, round)?.outcome.p50 - find(scenario, Row::Direct, round)?.outcome.p50)
        };
        let rounds = 0..matrix.rounds;
        let cpu = |scenario: &Scenario| {
            let of = |cell: &&Cell| cell.scenario == *scenario && cell.row == row && cell.errors == 0;
            cells.iter().find(of)?.cpu
        };
        let filters: Vec<f64> = rounds.clone().filter_map(|round| find(long, row, round)?.filter).collect();
        let least = filters.iter().copied().min_by(f64::total_cmp);
        Self {
            added: median(rounds.clone().filter_map(|round| hop(long, round)).collect()),
            added_by_length: median(rounds.filter_map(|round| Some(hop(long, round)? - hop(short, round)?)).collect()),
            cpu_by_length: cpu(long).zip(cpu(short)).map(|(long, short)| long - short),
            filter: median(filters).zip(least),
        }
    }
}

/// Where the time goes, and the aim beside it, as text.
#[must_use]
pub fn render(matrix: &Matrix, samples: &[Sample], cells: &[Cell], style: Style) -> String {
    let mut table = Table::new(&["", "added p50 µs", "by length µs", "CPU by length µs", "filter µs", "at least µs"]);
    let mut aim = Vec::new();
    for (list, what) in [(List::Tools, "tools (filtered, pinned)"), (List::Resources, "resources (filtered)")] {
        for row in Row::LISTS.into_iter().filter(|row| *row != Row::Direct) {
            let cost = Cost::of(matrix, samples, cells, row, list);
            let filter = cost.filter.unzip();
            if list == List::Tools {
                aim.extend(filter.0.map(|micros| format!("{}: {:.2} ms", row.title(), micros / 1000.0)));
            }
            let signed = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:+.0}"));
            let plain = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
            table.push(vec![
                format!("{}, {what}", row.title()),
                signed(cost.added),
                signed(cost.added_by_length),
                signed(cost.cpu_by_length),
                plain(filter.0),
                plain(filter.1),
            ]);
        }
    }
    let items = scenario(matrix, List::Tools, true).map_or(0, |scenario| scenario.items);
    let mut aims = Table::new(&["Aim", "Measured"]);
    aims.push(vec![format!("Filtering {items} pinned tools adds under 1 ms"), aim.join("; ")]);
    format!(
        "{}{}{}{}",
        style.heading(
            "What the length of a list adds (the long list less the list of two; filter: by the gateway's own clock)"
        ),
        table.render(style),
        style.heading("Aim for lists"),
        aims.render(style),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;
    use crate::summary::summarise;

    #[test]
    fn what_a_short_list_costs_too_is_not_the_lengths() {
        let matrix = Matrix { rounds: 1, ..Matrix::listing(500) };
        let p50 = |scenario: &Scenario, row| match (scenario.items, row) {
            (500, Row::Direct) => 100.0,
            (500, _) => 1600.0,
            (_, Row::Direct) => 50.0,
            _ => 450.0,
        };
        let filter = |row| (row == Row::Casemate).then_some(200.0);
        let mut samples = Vec::new();
        for scenario in &matrix.scenarios {
            for row in [Row::Direct, Row::Casemate] {
                let outcome = Outcome { p50: p50(scenario, row), requests: 1, ..Outcome::default() };
                samples.push(Sample { scenario: *scenario, row, round: 0, outcome, ticks: None, filter: filter(row) });
            }
        }
        let cells = summarise(&matrix, &samples);
        let cost = Cost::of(&matrix, &samples, &cells, Row::Casemate, List::Tools);
        assert_eq!((cost.added, cost.added_by_length), (Some(1500.0), Some(1100.0)));
        assert_eq!((cost.cpu_by_length, cost.filter), (None, Some((200.0, 200.0))));
        assert_eq!(Cost::of(&matrix, &samples, &cells, Row::Json, List::Tools), Cost::default());
        let text = render(&matrix, &samples, &cells, Style::Terminal);
        assert!(text.contains("+1100") && text.contains("Casemate: 0.20 ms"), "{text}");
    }
}
