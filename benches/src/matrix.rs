//! What is run: scenarios, and rounds in which every row takes its turn.

use crate::answer::SIZES;
use crate::cores;
use crate::fleet::{Fleet, Hop, Programs, Row, tls_args};
use crate::load::{Kind, List, Outcome};
use crate::process::command;
use crate::progress::Progress;
use anyhow::{Context as _, Result, bail, ensure};
use clap::ValueEnum as _;
use serde::Serialize;
use std::process::Stdio;

/// One kind of load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Bytes of text in each answer.
    pub text: usize,
    /// Whether the upstream answers with events.
    pub stream: bool,
    /// Calls at the same time.
    pub connections: usize,
    /// Upstreams that are configured and called in turn.
    pub upstreams: usize,
    /// What one call is.
    pub kind: Kind,
    /// The list that is asked for instead of a text.
    pub list: Option<List>,
    /// How many items the upstream's lists have.
    pub items: usize,
}

impl Scenario {
    /// The smallest: one connection, 0.3 KiB of JSON.
    #[cfg(test)]
    pub(crate) const ONE: Self =
        Self { text: 300, stream: false, connections: 1, upstreams: 1, kind: Kind::Modern, list: None, items: 0 };

    /// Its heading.
    #[must_use]
    pub fn title(&self) -> String {
        let kib = if self.text < 1024 { "0.3".to_owned() } else { (self.text / 1024).to_string() };
        let form = if self.stream { "events" } else { "JSON" };
        let plural = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let whom = format!("{}, {}", plural(self.connections, "connection"), plural(self.upstreams, "upstream"));
        match (self.list, self.kind) {
            (Some(List::Tools), _) => format!("Listing {} tools, {whom}", self.items),
            (Some(List::Resources), _) => format!("Listing {} resources, {whom}", self.items),
            (None, Kind::Modern) => format!("{kib} KiB, {form}, {whom}"),
            (None, Kind::Session) => format!("In a session: {kib} KiB, {form}, {whom}"),
            (None, Kind::Opening) => format!("Opening a session: {whom}"),
        }
    }

    fn of_kind(kind: Kind, stream: bool, connections: usize) -> Self {
        Self { kind, ..Self::from((4096, stream, connections, 1)) }
    }
}

/// How much is run.
#[derive(Debug, Clone, Serialize)]
pub struct Matrix {
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
    /// How often each row of each scenario is run.
    pub rounds: usize,
    /// Seconds that each row is measured in a round.
    pub seconds: f64,
    /// Seconds of unmeasured calls before.
    pub warmup: f64,
}

impl Matrix {
    /// The full matrix: about twenty minutes.
    #[must_use]
    pub fn full() -> Self {
        let json = SIZES.iter().flat_map(|text| [1, 32].map(|connections| (*text, false, connections, 1)));
        let rest =
            [1, 32].into_iter().flat_map(|connections| [(4096, true, connections, 1), (4096, false, connections, 60)]);
        let sessions = [1, 32].into_iter().flat_map(Self::sessions);
        let scenarios = json.chain(rest).map(Scenario::from).chain(sessions).collect();
        Self { scenarios, rounds: 5, seconds: 2.0, warmup: 0.3 }
    }

    /// A short look: about two minutes.
    #[must_use]
    pub fn quick() -> Self {
        let some = [(300, false, 1, 1), (4096, false, 32, 1), (4096, false, 32, 60), (4096, true, 32, 1)];
        let scenarios = some.into_iter().map(Scenario::from).chain(Self::sessions(32)).collect();
        Self { scenarios, rounds: 3, seconds: 0.7, warmup: 0.2 }
    }

    /// Lists of an upstream with that many items of each kind, beside lists of two: under a minute.
    #[must_use]
    pub fn listing(items: usize) -> Self {
        let list = |list, items| Scenario { list: Some(list), items, ..Scenario::from((0, false, 1, 1)) };
        let lists = [List::Tools, List::Resources];
        let scenarios = [items, 2].into_iter().flat_map(|items| lists.map(|kind| list(kind, items))).collect();
        Self { scenarios, rounds: 5, seconds: 0.3, warmup: 0.1 }
    }

    /// Small and large answers, with the output filter on and off: about a minute.
    #[must_use]
    pub fn filter() -> Self {
        let sizes =
            [1024, 65_536].into_iter().flat_map(|text| [1, 32].map(|connections| (text, false, connections, 1)));
        Self { scenarios: sizes.map(Scenario::from).collect(), rounds: 5, seconds: 0.6, warmup: 0.2 }
    }

    /// Only the rows of sessions.
    #[must_use]
    pub fn only_sessions(mut self) -> Self {
        self.scenarios.retain(|scenario| scenario.kind != Kind::Modern);
        self
    }

    fn sessions(connections: usize) -> [Scenario; 3] {
        let of = |kind, stream| Scenario::of_kind(kind, stream, connections);
        [of(Kind::Opening, false), of(Kind::Session, false), of(Kind::Session, true)]
    }

    /// The fleets that are needed: numbers of upstreams and lengths of their lists.
    #[must_use]
    pub fn shapes(&self) -> Vec<(usize, usize)> {
        let mut shapes: Vec<_> = self.scenarios.iter().map(|scenario| (scenario.upstreams, scenario.items)).collect();
        shapes.sort_unstable();
        shapes.dedup();
        shapes
    }
}

impl From<(usize, bool, usize, usize)> for Scenario {
    fn from((text, stream, connections, upstreams): (usize, bool, usize, usize)) -> Self {
        Self { text, stream, connections, upstreams, kind: Kind::Modern, list: None, items: 0 }
    }
}

/// One row of one scenario in one round.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    /// The scenario.
    pub scenario: Scenario,
    /// The row.
    pub row: Row,
    /// The round, from 0.
    pub round: usize,
    /// What the load generator saw.
    pub outcome: Outcome,
    /// Processor time that the hop's process used meanwhile, in clock ticks; none for a direct call.
    pub ticks: Option<u64>,
    /// What filtering one list took by the gateway's own clock, in microseconds, the mean of the round.
    pub filter: Option<f64>,
}

/// Runs all rounds. The order of rows turns by one in each round, so that no row is always first.
///
/// # Errors
/// The load generator cannot be run.
pub fn run(matrix: &Matrix, programs: &Programs, fleets: &[Fleet]) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    let mut progress = Progress::begin(matrix.rounds, matrix.scenarios.len());
    for round in 0..matrix.rounds {
        for scenario in &matrix.scenarios {
            progress.step(&scenario.title());
            let is_its = |fleet: &&Fleet| (fleet.upstreams, fleet.items) == (scenario.upstreams, scenario.items);
            let fleet = fleets.iter().find(is_its).context("no such fleet")?;
            let rows = fleet.hops.len();
            for hop in fleet.hops.iter().cycle().skip(round % rows.max(1)).take(rows) {
                samples.push(measure(matrix, programs, scenario, hop, round)?);
            }
        }
    }
    progress.end();
    Ok(samples)
}

fn measure(matrix: &Matrix, programs: &Programs, scenario: &Scenario, hop: &Hop, round: usize) -> Result<Sample> {
    // A server that has died has no usage; the load generator's errors tell of it.
    let ticks = || Some(hop.process.as_ref()?.usage().ok()?.ticks);
    // The metrics are read outside of what is counted.
    let spent = || hop.admin.as_ref().map(|admin| admin.spent("list")).transpose();
    let spent_before = spent()?;
    let before = ticks();
    let outcome = load(matrix, programs, scenario, hop)?;
    let ticks = before.zip(ticks()).map(|(before, after)| after.saturating_sub(before));
    let filter = spent_before.zip(spent()?).and_then(|(before, after)| after.since(before));
    Ok(Sample { scenario: *scenario, row: hop.row, round, outcome, ticks, filter })
}

fn load(matrix: &Matrix, programs: &Programs, scenario: &Scenario, hop: &Hop) -> Result<Outcome> {
    let mut load = command(&programs.dir.join("load"));
    load.arg("--connections").arg(scenario.connections.to_string());
    load.arg("--text").arg(scenario.text.to_string());
    load.arg("--seconds").arg(matrix.seconds.to_string()).arg("--warmup").arg(matrix.warmup.to_string());
    let kind = scenario.kind.to_possible_value().context("a kind")?;
    load.arg("--kind").arg(kind.get_name());
    if scenario.stream {
        load.arg("--stream");
    }
    if let Some(list) = scenario.list.and_then(|list| list.to_possible_value()) {
        load.arg("--list").arg(list.get_name()).arg("--items").arg(hop.items(scenario.items).to_string());
    }
    if let Some((ca, pair)) = &hop.tls {
        load.args(tls_args(ca, pair));
    }
    for url in &hop.urls {
        load.arg("--url").arg(url);
    }
    load.stdout(Stdio::piped()).stderr(Stdio::piped());
    let core = programs.cores.map(|cores| cores.load);
    let child = cores::on(core, || Ok(load.spawn()?)).context("cannot start the load generator")?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("the load generator failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let outcome: Outcome = serde_json::from_slice(&output.stdout).context("the load generator's results")?;
    ensure!(outcome.requests + outcome.errors > 0, "the load generator made no call");
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_matrix_has_every_size_at_one_and_many_connections_and_sixty_upstreams() {
        let matrix = Matrix::full();
        for text in SIZES {
            for connections in [1, 32] {
                let wanted = Scenario::from((text, false, connections, 1));
                assert!(matrix.scenarios.contains(&wanted), "{}", wanted.title());
            }
        }
        assert_eq!(matrix.shapes(), [(1, 0), (60, 0)]);
        assert_eq!(matrix.scenarios[0].title(), "0.3 KiB, JSON, 1 connection, 1 upstream");
        let titles: Vec<String> = matrix.only_sessions().scenarios.iter().map(Scenario::title).collect();
        assert_eq!(titles.len(), 6);
        assert_eq!(titles[0], "Opening a session: 1 connection, 1 upstream");
        assert_eq!(titles[5], "In a session: 4 KiB, events, 32 connections, 1 upstream");
    }
}
