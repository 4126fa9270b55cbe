//! From samples to figures: medians over rounds, differences within a round, processor time over all rounds.

use crate::fleet::Row;
use crate::matrix::{Matrix, Sample, Scenario};
use crate::process::tick_micros;
use serde::Serialize;

/// The figures of one row in one scenario. Times are in microseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// The scenario.
    pub scenario: Scenario,
    /// The row.
    pub row: Row,
    /// Calls a second, the median of the rounds.
    pub rps: f64,
    /// [`Self::rps`] as a share of the direct row's.
    pub rps_ratio: Option<f64>,
    /// The median over rounds of the rounds' medians.
    pub p50: f64,
    /// The median over rounds of the rounds' 99th percentiles.
    pub p99: f64,
    /// What the hop adds to the direct row's median: the median of the differences within each round.
    pub added_p50: Option<f64>,
    /// The same of the 99th percentile.
    pub added_p99: Option<f64>,
    /// The hop's processor time per call, over all rounds.
    pub cpu: Option<f64>,
    /// [`Self::cpu`] as a multiple of the JSON proxy's on the same transport.
    pub cpu_ratio: Option<f64>,
    /// Clock ticks behind [`Self::cpu`]: few ticks mean a coarse figure.
    pub ticks: u64,
    /// Calls that were measured.
    pub requests: u64,
    /// Calls that failed or were answered wrongly. A row with any is no result.
    pub errors: u64,
    /// The first of these errors.
    pub first_error: Option<String>,
}

/// The figures of every row in every scenario, in the order of the matrix.
#[must_use]
pub fn summarise(matrix: &Matrix, samples: &[Sample]) -> Vec<Cell> {
    matrix.scenarios.iter().flat_map(|scenario| summarise_scenario(*scenario, samples)).collect()
}

fn summarise_scenario(scenario: Scenario, samples: &[Sample]) -> Vec<Cell> {
    let of = |row: Row| -> Vec<&Sample> {
        samples.iter().filter(|sample| sample.scenario == scenario && sample.row == row).collect()
    };
    let direct = of(Row::Direct);
    let mut cells: Vec<Cell> = Row::ALL
        .into_iter()
        .map(|row| (row, of(row)))
        .filter(|(_, samples)| !samples.is_empty())
        .map(|(row, samples)| cell(scenario, row, &samples, &direct))
        .collect();
    let known: Vec<(Row, f64, Option<f64>)> = cells.iter().map(|cell| (cell.row, cell.rps, cell.cpu)).collect();
    let find = |row: Row| known.iter().find(|(other, ..)| *other == row);
    for cell in &mut cells {
        cell.rps_ratio = find(Row::Direct).and_then(|(_, rps, _)| ratio(cell.rps, *rps));
        cell.cpu_ratio = find(cell.row.baseline()).and_then(|(.., cpu)| ratio(cell.cpu?, (*cpu)?));
    }
    cells
}

fn cell(scenario: Scenario, row: Row, samples: &[&Sample], direct: &[&Sample]) -> Cell {
    let of = |value: fn(&Sample) -> f64| median(samples.iter().map(|sample| value(sample)).collect()).unwrap_or(0.0);
    let added = |value: fn(&Sample) -> f64| {
        let pairs = samples.iter().filter_map(|sample| {
            let beside = direct.iter().find(|other| other.round == sample.round)?;
            Some(value(sample) - value(beside))
        });
        (row != Row::Direct).then(|| median(pairs.collect())).flatten()
    };
    let ticks = samples.iter().map(|sample| sample.ticks).sum::<Option<u64>>();
    let sum = |value: fn(&Sample) -> u64| samples.iter().map(|sample| value(sample)).sum::<u64>();
    let calls = sum(|sample| sample.outcome.requests + sample.outcome.warmup);
    Cell {
        scenario,
        row,
        rps: of(|sample| sample.outcome.rps),
        rps_ratio: None,
        p50: of(|sample| sample.outcome.p50),
        p99: of(|sample| sample.outcome.p99),
        added_p50: added(|sample| sample.outcome.p50),
        added_p99: added(|sample| sample.outcome.p99),
        cpu: ticks.and_then(|ticks| ratio(ticks as f64 * tick_micros(), calls as f64)),
        cpu_ratio: None,
        ticks: ticks.unwrap_or(0),
        requests: sum(|sample| sample.outcome.requests),
        errors: sum(|sample| sample.outcome.errors),
        first_error: samples.iter().find_map(|sample| sample.outcome.first_error.clone()),
    }
}

fn ratio(of: f64, to: f64) -> Option<f64> {
    (to > 0.0).then_some(of / to)
}

/// The median; of an even number of values, the middle between two.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*values.get(middle.checked_sub(1)?)?, upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;

    const SCENARIO: Scenario = Scenario::ONE;

    fn sample(row: Row, round: usize, p50: f64, ticks: Option<u64>) -> Sample {
        let outcome = Outcome { requests: 90, warmup: 10, rps: 1e6 / p50, p50, p99: p50 * 2.0, ..Outcome::default() };
        Sample { scenario: SCENARIO, row, round, outcome, ticks, filter: None }
    }

    fn matrix() -> Matrix {
        Matrix { scenarios: vec![SCENARIO], rounds: 3, seconds: 1.0, warmup: 0.0 }
    }

    #[test]
    fn differences_are_taken_within_a_round_and_then_the_median() {
        let mut samples = Vec::new();
        // The second round was slow for both: it must not count as an addition.
        for (round, base) in [100.0, 500.0, 110.0].into_iter().enumerate() {
            samples.push(sample(Row::Direct, round, base, None));
            samples.push(sample(Row::Json, round, base + 40.0, Some(1)));
            samples.push(sample(Row::Casemate, round, base + 70.0, Some(2)));
        }
        let cells = summarise(&matrix(), &samples);
        assert_eq!(cells.iter().map(|cell| cell.row).collect::<Vec<_>>(), [Row::Direct, Row::Json, Row::Casemate]);
        assert_eq!(cells[0].added_p50, None);
        assert_eq!(cells[0].cpu, None);
        assert_eq!(cells[1].added_p50, Some(40.0));
        assert_eq!(cells[2].added_p50, Some(70.0));
        assert_eq!(cells[2].added_p99, Some(140.0));
        assert_eq!(cells[2].p50, 180.0);
        // Three ticks over 300 calls, warm-up included.
        assert_eq!(cells[1].cpu, Some(3.0 * tick_micros() / 300.0));
        assert_eq!(cells[1].cpu_ratio, Some(1.0));
        assert_eq!(cells[2].cpu_ratio, Some(2.0));
    }

    #[test]
    fn a_missing_baseline_leaves_the_ratio_open() {
        let cells = summarise(&matrix(), &[sample(Row::CasemateTls, 0, 10.0, Some(3))]);
        assert_eq!((cells[0].cpu_ratio, cells[0].rps_ratio, cells[0].added_p50), (None, None, None));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
