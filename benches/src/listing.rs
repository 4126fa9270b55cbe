//! What long lists cost: a fleet with many tools and resources beside one with two, and where the difference comes from.

use crate::fleet::{Fleet, Hop, Programs, Row, Shape, tls_args};
use crate::load::{List, Plan, run};
use crate::matrix::{Matrix, Sample, Scenario};
use crate::pki::Pki;
use crate::summary::median;
use crate::table::{Style, Table};
use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

/// The rows: all but the proxy that does not look at bodies.
const ROWS: [Row; 3] = [Row::Direct, Row::Json, Row::Casemate];
/// How long the gateway may take until it has seen and pinned every tool.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one fleet for each length of list in `matrix`, and waits until what is admitted is listed.
///
/// # Errors
/// A program does not start, or the gateway does not list what it should.
pub fn fleets(matrix: &Matrix, programs: &Programs, pki: &Pki, dir: &Path) -> Result<Vec<Fleet>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut fleets = Vec::new();
    for (upstreams, items) in matrix.shapes() {
        let shape = Shape { upstreams, items, rows: &ROWS };
        let fleet = Fleet::start(programs, pki, &dir.join(items.to_string()), shape)?;
        if let Some((row, why)) = fleet.missing.first() {
            bail!("{} did not start: {why}", row.title());
        }
        for hop in &fleet.hops {
            runtime.block_on(settled(hop, items)).with_context(|| hop.row.title())?;
        }
        fleets.push(fleet);
    }
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

/// What a list adds to the median, in microseconds: the medians over the rounds of the differences within a round.
fn added(matrix: &Matrix, samples: &[Sample], row: Row, list: List) -> Option<(f64, f64)> {
    let scenario = |most: bool| {
        let lists = matrix.scenarios.iter().filter(move |scenario| scenario.list == Some(list));
        if most { lists.max_by_key(|scenario| scenario.items) } else { lists.min_by_key(|scenario| scenario.items) }
    };
    let (short, long) = (scenario(false)?, scenario(true)?);
    let p50 = |scenario: &Scenario, row: Row, round: usize| {
        let of = |s: &&Sample| s.scenario == *scenario && s.row == row && s.round == round && s.outcome.errors == 0;
        samples.iter().find(of).map(|sample| sample.outcome.p50)
    };
    let hop = |scenario: &Scenario, round| Some(p50(scenario, row, round)? - p50(scenario, Row::Direct, round)?);
    let rounds = 0..matrix.rounds;
    let whole = median(rounds.clone().filter_map(|round| hop(long, round)).collect())?;
    let length = median(rounds.filter_map(|round| Some(hop(long, round)? - hop(short, round)?)).collect())?;
    Some((whole, length))
}

/// Where the time goes, as text.
#[must_use]
pub fn render(matrix: &Matrix, samples: &[Sample], style: Style) -> String {
    let mut table = Table::new(&["", "added p50 µs", "of it by length µs"]);
    for (row, list) in [
        (Row::Json, List::Tools),
        (Row::Casemate, List::Tools),
        (Row::Json, List::Resources),
        (Row::Casemate, List::Resources),
    ] {
        let what = match list {
            List::Tools => "tools (filtered, pinned)",
            List::Resources => "resources (filtered)",
        };
        let figures = added(matrix, samples, row, list);
        let text = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:+.0}"));
        table.push(vec![
            format!("{}, {what}", row.title()),
            text(figures.map(|(whole, _)| whole)),
            text(figures.map(|(_, length)| length)),
        ]);
    }
    let heading = style.heading("What the length of a list adds (the long list less the list of two)");
    format!("{heading}{}", table.render(style))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;

    #[test]
    fn what_a_short_list_costs_too_is_not_the_lengths() {
        let matrix = Matrix { rounds: 1, ..Matrix::listing(500) };
        let p50 = |scenario: &Scenario, row| match (scenario.items, row) {
            (500, Row::Direct) => 100.0,
            (500, _) => 1600.0,
            (_, Row::Direct) => 50.0,
            _ => 450.0,
        };
        let mut samples = Vec::new();
        for scenario in &matrix.scenarios {
            for row in [Row::Direct, Row::Casemate] {
                let outcome = Outcome { p50: p50(scenario, row), requests: 1, ..Outcome::default() };
                samples.push(Sample { scenario: *scenario, row, round: 0, outcome, ticks: None });
            }
        }
        assert_eq!(added(&matrix, &samples, Row::Casemate, List::Tools), Some((1500.0, 1100.0)));
        assert_eq!(added(&matrix, &samples, Row::Json, List::Tools), None);
        assert!(render(&matrix, &samples, Style::Terminal).contains("+1100"));
    }
}
