//! How long a long log takes to open, to prove an entry of, to verify, to index and to find a trace in, and how much memory
//! that needs.
//!
//! `cargo run --release -p casemate-audit --example opening -- DIR RECORDS`

use casemate_audit::index::{Filter, Order, Query, Way, update};
use casemate_audit::{About, Config, Log, Mode, Refused, prove, verify};
use casemate_core::{Reason, Refusal, TraceId, UnixMillis};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: opening DIR RECORDS";
    let dir = arguments.next().ok_or(usage)?;
    let records: u64 = arguments.next().ok_or(usage)?.parse()?;
    let path = Path::new(&dir).join("audit");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut out = std::io::stdout();
    let step = |out: &mut std::io::Stdout, what: &str, started: Instant| {
        writeln!(out, "{what:<24} {:>9.3} s, peak memory {}", started.elapsed().as_secs_f64(), peak())
    };
    let started = Instant::now();
    runtime.block_on(fill(&path, records))?;
    step(&mut out, "written", started)?;
    for round in ["opened", "opened again"] {
        let started = Instant::now();
        let (log, recovery) = runtime.block_on(async { Log::open(config(&path), Arc::new(now)) })?;
        step(&mut out, round, started)?;
        writeln!(out, "{:<24} {:>9}", "entries", recovery.entries)?;
        runtime.block_on(log.close());
    }
    for (what, index) in
        [("first entry proved", 0), ("middle entry proved", records / 2), ("last entry proved", records - 1)]
    {
        let started = Instant::now();
        prove(&path, index)?;
        step(&mut out, what, started)?;
    }
    let started = Instant::now();
    verify(&path)?;
    step(&mut out, "verified", started)?;
    let started = Instant::now();
    update(&path, |_, _| true)?;
    step(&mut out, "indexed", started)?;
    for what in ["a trace found", "another trace found"] {
        let wanted = Filter { trace: Some(trace(what.len() as u64, records / 1500)), ..Filter::default() };
        let started = Instant::now();
        let found = Query::new(&path, wanted, Order::Oldest, Way::Index)?.collect::<Result<Vec<_>, _>>()?;
        step(&mut out, what, started)?;
        writeln!(out, "{:<24} {:>9}", "its records", found.len())?;
    }
    Ok(())
}

fn now() -> UnixMillis {
    UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs() * 1000))
}

fn config(path: &Path) -> Config {
    Config { deadline: Duration::from_secs(30), mode: Mode::Async, queue: 1 << 16, ..Config::new(path) }
}

async fn fill(path: &Path, records: u64) -> Result<(), Box<dyn Error>> {
    let (log, _) = Log::open(config(path), Arc::new(now))?;
    let producers = 512;
    let tasks: Vec<_> = (0..producers)
        .map(|at| tokio::spawn(produce(log.clone(), at, records / producers + u64::from(at < records % producers))))
        .collect();
    for task in tasks {
        task.await?.map_err(|refusal| refusal.to_string())?;
    }
    log.close().await;
    Ok(())
}

/// The trace of a record: each has its own.
fn trace(producer: u64, record: u64) -> TraceId {
    TraceId::from_random((u128::from(producer) << 64 | u128::from(record)).to_be_bytes())
}

async fn produce(log: Log, producer: u64, records: u64) -> Result<(), Refusal> {
    let mut refused = Refused {
        about: About {
            trace: trace(producer, 0),
            agent: None,
            received: UnixMillis(0),
            bytes: 1011,
            peer: None,
            revision: Some("2026-07-28"),
        },
        principal: None,
        server: None,
        method: Some("tools/call".to_owned()),
        tool: Some("search".to_owned()),
        refusal: Refusal::new(Reason::PolicyTool),
        arguments: Some(vec![b'x'; 1000].into()),
        message: None,
        policy: None,
        inputs: None,
    };
    for record in 0..records {
        refused.about.trace = trace(producer, record);
        log.refuse(&refused).await?;
    }
    Ok(())
}

/// The most memory that this process has had.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
