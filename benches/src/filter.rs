//! What the output filter costs: calls with its rules on beside calls with all of them off, in the same run.

use crate::fleet::Row;
use crate::summary::Cell;
use crate::table::{Style, Table};

/// What the rules cost for each scenario, as text.
#[must_use]
pub fn render(cells: &[Cell], style: Style) -> String {
    let mut table = Table::new(&["on : off", "calls/s", "p50", "p99", "CPU per call", "CPU of the rules, µs"]);
    let offs = cells.iter().filter(|cell| cell.row == Row::CasemateOff && cell.errors == 0);
    for off in offs {
        let is_on = |cell: &&Cell| cell.row == Row::Casemate && cell.scenario == off.scenario && cell.errors == 0;
        let Some(on) = cells.iter().find(is_on) else { continue };
        let times = |on: f64, off: f64| if off > 0.0 { format!("{:.2} ×", on / off) } else { "–".to_owned() };
        let (ratio, rules) = match (on.cpu, off.cpu) {
            (Some(on), Some(off)) => (times(on, off), format!("{:.1}", on - off)),
            _ => ("–".to_owned(), "–".to_owned()),
        };
        table.push(vec![
            off.scenario.title(),
            times(on.rps, off.rps),
            times(on.p50, off.p50),
            times(on.p99, off.p99),
            ratio,
            rules,
        ]);
    }
    format!("{}{}", style.heading("The output filter on, beside off"), table.render(style))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Outcome;
    use crate::matrix::{Matrix, Sample};
    use crate::process::tick_micros;
    use crate::summary::summarise;

    #[test]
    fn on_stands_beside_off_of_the_same_scenario() {
        let matrix = Matrix::filter();
        let scenario = matrix.scenarios[1];
        let sample = |row, rps, ticks, errors| Sample {
            scenario,
            row,
            round: 0,
            outcome: Outcome { requests: 100, rps, p50: 1e6 / rps, p99: 2e6 / rps, errors, ..Outcome::default() },
            ticks: Some(ticks),
            filter: None,
        };
        let cells = summarise(&matrix, &[sample(Row::Casemate, 800.0, 3, 0), sample(Row::CasemateOff, 1000.0, 2, 0)]);
        let text = render(&cells, Style::Terminal);
        assert!(text.contains("1 KiB, JSON, 32 connections, 1 upstream"), "{text}");
        let rules = format!("{:.1}", tick_micros() / 100.0);
        assert!(["0.80 ×", "1.25 ×", "1.50 ×", &rules].iter().all(|cell| text.contains(cell)), "{text}");
        // A row with errors is no result.
        let cells = summarise(&matrix, &[sample(Row::Casemate, 800.0, 3, 1), sample(Row::CasemateOff, 1000.0, 2, 0)]);
        assert_eq!(render(&cells, Style::Terminal).lines().count(), 3);
    }
}
