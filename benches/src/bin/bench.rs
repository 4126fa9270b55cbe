//! Measures Casemate beside a direct call and two bare proxies, all rows in one run.

use anyhow::{Context as _, Result, ensure};
use casemate_benches::cores::Cores;
use casemate_benches::fleet::{Fleet, Programs, Row, Shape};
use casemate_benches::machine::Machine;
use casemate_benches::matrix::{Matrix, run};
use casemate_benches::pki::Pki;
use casemate_benches::process::command;
use casemate_benches::report::{Report, resident};
use casemate_benches::table::Style;
use casemate_benches::{filter, idle, listing};
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Starts an upstream, two bare proxies and Casemate, calls through each in turn, and reports the differences.
#[derive(Parser)]
struct Args {
    /// What is measured [default: calls, within and without sessions]
    #[command(subcommand)]
    what: Option<What>,
    /// A short look instead of the full matrix
    #[arg(long)]
    quick: bool,
    /// Of the matrix, only what happens in sessions
    #[arg(long)]
    only_sessions: bool,
    /// Write everything that was measured as JSON
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE", global = true)]
    markdown: Option<PathBuf>,
    /// The gateway to measure [default: built from this workspace]
    #[arg(long, value_name = "FILE", global = true)]
    casemate: Option<PathBuf>,
    /// Where the gateway's state goes; a real disk, or its writes cost nothing [default: the build folder]
    #[arg(long, value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    /// Use the programs as they are, without building them first
    #[arg(long, global = true)]
    no_build: bool,
    /// Let the scheduler place the programs instead of binding each to a core
    #[arg(long, global = true)]
    no_pin: bool,
    /// How often each row is run
    #[arg(long, global = true)]
    rounds: Option<usize>,
    /// Seconds that each row is measured in a round
    #[arg(long, global = true)]
    seconds: Option<f64>,
}

#[derive(Clone, Copy, Subcommand)]
enum What {
    /// The gateway's memory with many idle sessions
    Sessions {
        /// Sessions in each step
        #[arg(long, default_value_t = 1000)]
        count: usize,
    },
    /// Answers of 1 and 64 KiB with the output filter on and off
    Filter,
    /// Long lists, filtered and pinned
    Listing {
        /// Items of each list
        #[arg(long, default_value_t = 500)]
        items: usize,
    },
}

/// What a run found out, for people and for programs.
struct Findings {
    text: Box<dyn Fn(Style) -> String>,
    json: String,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let bench = std::env::current_exe()?;
    let built = bench.parent().context("the program has no folder")?;
    if !args.no_build {
        build("casemate-benches", built)?;
        if args.casemate.is_none()
            && let Err(error) = build("casemate", built)
        {
            say(&format!("{error:#}; its rows are left out"))?;
        }
    }
    let casemate = args.casemate.clone().unwrap_or_else(|| built.join("casemate"));
    let cores = if args.no_pin { None } else { Cores::choose()? };
    let programs = Programs { dir: built.to_owned(), casemate, cores };
    let parent = args.dir.as_deref().unwrap_or(built);
    let dir = tempfile::Builder::new().prefix("casemate-bench-").tempdir_in(parent)?;
    let pki = Pki::create(dir.path())?;
    let findings = match args.what {
        None => calls(&args, &programs, &pki, dir.path())?,
        Some(What::Filter) => filters(&args, &programs, &pki, dir.path())?,
        Some(What::Listing { items }) => lists(&args, items, &programs, &pki, dir.path())?,
        Some(What::Sessions { count }) => {
            let weights = idle::weigh(&programs, &pki, dir.path(), count)?;
            let json = serde_json::to_string_pretty(&weights)?;
            Findings { text: Box::new(move |style| idle::render(&weights, style)), json }
        }
    };
    write!(std::io::stdout(), "{}", (findings.text)(Style::Terminal))?;
    if let Some(path) = &args.markdown {
        save(path, (findings.text)(Style::Markdown))?;
    }
    if let Some(path) = &args.json {
        save(path, findings.json)?;
    }
    Ok(())
}

impl Args {
    fn adjust(&self, mut matrix: Matrix) -> Matrix {
        matrix.rounds = self.rounds.unwrap_or(matrix.rounds).max(1);
        matrix.seconds = self.seconds.unwrap_or(matrix.seconds);
        matrix
    }
}

fn calls(args: &Args, programs: &Programs, pki: &Pki, dir: &Path) -> Result<Findings> {
    let mut matrix = args.adjust(if args.quick { Matrix::quick() } else { Matrix::full() });
    if args.only_sessions {
        matrix = matrix.only_sessions();
    }
    let machine = Machine::look(dir, programs.cores)?;
    let start = |(upstreams, _)| Fleet::start(programs, pki, &dir.join(format!("{upstreams}")), Shape::of(upstreams));
    let fleets = matrix.shapes().into_iter().map(start).collect::<Result<Vec<_>>>()?;
    // The report says it again; here it comes before the wait.
    for (row, why) in fleets.iter().flat_map(|fleet| &fleet.missing) {
        say(&format!("{} is not measured: {why}", row.title()))?;
    }
    let started = resident(&fleets);
    let samples = run(&matrix, programs, &fleets)?;
    let report = Report::new(machine, matrix, samples, &fleets, &started);
    let json = serde_json::to_string_pretty(&report)?;
    Ok(Findings { text: Box::new(move |style| report.render(style)), json })
}

fn filters(args: &Args, programs: &Programs, pki: &Pki, dir: &Path) -> Result<Findings> {
    let matrix = args.adjust(Matrix::filter());
    let machine = Machine::look(dir, programs.cores)?;
    let shape = Shape { rows: &Row::FILTER, ..Shape::of(1) };
    let fleets = [Fleet::start(programs, pki, dir, shape)?];
    let started = resident(&fleets);
    let samples = run(&matrix, programs, &fleets)?;
    let report = Report::new(machine, matrix, samples, &fleets, &started);
    let json = serde_json::to_string_pretty(&report)?;
    let text = move |style| format!("{}{}", report.render(style), filter::render(&report.cells, style));
    Ok(Findings { text: Box::new(text), json })
}

fn lists(args: &Args, items: usize, programs: &Programs, pki: &Pki, dir: &Path) -> Result<Findings> {
    let matrix = args.adjust(Matrix::listing(items));
    let machine = Machine::look(dir, programs.cores)?;
    let fleets = listing::fleets(&matrix, programs, pki, dir)?;
    let samples = run(&matrix, programs, &fleets)?;
    let report = Report::new(machine, matrix, samples, &[], &[]);
    let json = serde_json::to_string_pretty(&report)?;
    let text = move |style| {
        let shares = listing::render(&report.matrix, &report.samples, &report.cells, style);
        format!("{}{shares}", report.render(style))
    };
    Ok(Findings { text: Box::new(text), json })
}

/// Builds a package in the profile of this program; nothing to do outside of cargo.
fn build(package: &str, built: &Path) -> Result<()> {
    let Some(cargo) = std::env::var_os("CARGO") else { return Ok(()) };
    let mut cargo = command(Path::new(&cargo));
    cargo.args(["build", "--bins", "--package", package]);
    if built.ends_with("release") {
        cargo.arg("--release");
    }
    ensure!(cargo.status()?.success(), "{package} cannot be built");
    Ok(())
}

fn save(path: &Path, text: String) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{text}")?)
}
