//! Measures Casemate beside a direct call and two bare proxies, all rows in one run.

use anyhow::{Context as _, Result, ensure};
use casemate_benches::cores::Cores;
use casemate_benches::fleet::{Fleet, Programs};
use casemate_benches::machine::Machine;
use casemate_benches::matrix::{Matrix, run};
use casemate_benches::pki::Pki;
use casemate_benches::process::command;
use casemate_benches::report::{Report, resident};
use casemate_benches::table::Style;
use clap::Parser;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Starts an upstream, two bare proxies and Casemate, calls through each in turn, and reports the differences.
#[derive(Parser)]
struct Args {
    /// A short look instead of the full matrix
    #[arg(long)]
    quick: bool,
    /// Write everything that was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// The gateway to measure [default: built from this workspace]
    #[arg(long, value_name = "FILE")]
    casemate: Option<PathBuf>,
    /// Where the gateway's state goes; a real disk, or its writes cost nothing [default: the build folder]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Use the programs as they are, without building them first
    #[arg(long)]
    no_build: bool,
    /// Let the scheduler place the programs instead of binding each to a core
    #[arg(long)]
    no_pin: bool,
    /// How often each row is run
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds that each row is measured in a round
    #[arg(long)]
    seconds: Option<f64>,
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
    let report = measure(&args, &programs, args.dir.as_deref().unwrap_or(built))?;
    write!(std::io::stdout(), "{}", report.render(Style::Terminal))?;
    if let Some(path) = &args.markdown {
        save(path, report.render(Style::Markdown))?;
    }
    if let Some(path) = &args.json {
        save(path, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}

fn measure(args: &Args, programs: &Programs, parent: &Path) -> Result<Report> {
    let mut matrix = if args.quick { Matrix::quick() } else { Matrix::full() };
    matrix.rounds = args.rounds.unwrap_or(matrix.rounds).max(1);
    matrix.seconds = args.seconds.unwrap_or(matrix.seconds);
    let dir = tempfile::Builder::new().prefix("casemate-bench-").tempdir_in(parent)?;
    let machine = Machine::look(dir.path(), programs.cores)?;
    let pki = Pki::create(dir.path())?;
    let start = |upstreams: usize| Fleet::start(programs, &pki, &dir.path().join(upstreams.to_string()), upstreams);
    let fleets = matrix.upstream_counts().into_iter().map(start).collect::<Result<Vec<_>>>()?;
    // The report says it again; here it comes before the wait.
    for (row, why) in fleets.iter().flat_map(|fleet| &fleet.missing) {
        say(&format!("{} is not measured: {why}", row.title()))?;
    }
    let started = resident(&fleets);
    let samples = run(&matrix, programs, &fleets)?;
    Ok(Report::new(machine, matrix, samples, &fleets, &started))
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
