//! Durable records a second at 1, 16, 64 and 256 producers, beside bare `fdatasync` of as many bytes on the same disk.
//!
//! `cargo run --release -p casemate-audit --example throughput -- DIR [SECONDS]`

use casemate_audit::{About, Config, Log, Refused, verify};
use casemate_core::id::IdError;
use casemate_core::label::Labels;
use casemate_core::mcp::{Method, Target};
use casemate_core::pin::Standing;
use casemate_core::policy::{Evidence, Inputs};
use casemate_core::principal::{How, Scope};
use casemate_core::{Principal, Reason, Refusal, ServerName, Subject, TenantId, TraceId, UnixMillis};
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("usage: throughput DIR [SECONDS]")?;
    let seconds = Duration::from_secs(arguments.next().map_or(Ok(3), |text| text.parse())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut out = std::io::stdout();
    for producers in [1, 16, 64, 256] {
        let path = Path::new(&dir).join(format!("log-{producers}"));
        let log = runtime.block_on(async { open(&path) })?;
        let (mut log_rounds, mut raw_rounds) = (Rounds::default(), Rounds::default());
        let mut raw = Raw::new(Path::new(&dir))?;
        // In turns, so that whatever else the disk does falls on both.
        for _ in 0..ROUNDS {
            let before = (cpu(), log.health().fsync_count, disk(&path)?, Instant::now());
            let records = runtime.block_on(produce(&log, producers, seconds / ROUNDS))?;
            let syncs = (log.health().fsync_count - before.1).max(1);
            log_rounds.add(records, before.3.elapsed(), cpu() - before.0);
            let batch = f64::from(u32::try_from(records)?) / f64::from(u32::try_from(syncs)?);
            log_rounds.batches.push(batch);
            let bytes = (disk(&path)? - before.2) / syncs;
            let before = (cpu(), Instant::now());
            let syncs = raw.run(usize::try_from(bytes)?, seconds / ROUNDS)?;
            raw_rounds.add((f64::from(syncs) * batch) as u64, before.1.elapsed(), cpu() - before.0);
        }
        runtime.block_on(log.close());
        std::fs::remove_file(raw.path)?;
        writeln!(
            out,
            "{producers:>3} producers: {:>8.0} records/s, {:>6.1} a sync, {:>5.1} us CPU a record in all; bare fdatasync \
             of such batches in turns with it: {:>8.0} records/s: {:.0} %",
            log_rounds.rate(),
            log_rounds.batches.iter().sum::<f64>() / f64::from(ROUNDS),
            log_rounds.cpu.as_secs_f64() * 1e6 / log_rounds.records as f64,
            raw_rounds.rate(),
            100.0 * log_rounds.rate() / raw_rounds.rate()
        )?;
        let started = Instant::now();
        let entries = verify(&path)?.entries;
        let took = started.elapsed().as_secs_f64();
        let minute = 60.0 * f64::from(u32::try_from(entries)?) / took;
        writeln!(out, "              verified {entries} entries in {took:.2} s: {minute:.0} a minute")?;
    }
    Ok(())
}

/// Turns of log and bare disk.
const ROUNDS: u32 = 20;

#[derive(Default)]
struct Rounds {
    records: u64,
    time: Duration,
    cpu: Duration,
    batches: Vec<f64>,
}

impl Rounds {
    fn add(&mut self, records: u64, time: Duration, cpu: Duration) {
        self.records += records;
        self.time += time;
        self.cpu += cpu;
    }

    fn rate(&self) -> f64 {
        self.records as f64 / self.time.as_secs_f64()
    }
}

fn open(path: &Path) -> Result<Log, Box<dyn Error>> {
    let clock = || UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs() * 1000));
    Ok(Log::open(Config { deadline: Duration::from_secs(10), ..Config::new(path) }, Arc::new(clock))?.0)
}

async fn produce(log: &Log, producers: usize, time: Duration) -> Result<u64, Box<dyn Error>> {
    let until = Instant::now() + time;
    let tasks: Vec<_> = (0..producers).map(|who| tokio::spawn(work(log.clone(), until, who))).collect();
    let mut records = 0;
    for task in tasks {
        records += task.await?.map_err(|refusal| refusal.to_string())?;
    }
    Ok(records)
}

/// Every record is of a subject, commits to its arguments and keeps the inputs of its decision.
async fn work(log: Log, until: Instant, who: usize) -> Result<u64, Refusal> {
    let name = |fault: IdError| Refusal::new(Reason::Internal).detail(fault.to_string());
    let principal = Principal {
        tenant: TenantId::parse("acme").map_err(name)?,
        subject: Subject::parse(&format!("spiffe://acme.example/agents/{who}")).map_err(name)?,
        scopes: [Scope::Mcp].into_iter().collect(),
        how: How::Anonymous,
    };
    let inputs = Inputs {
        tenant: principal.tenant.clone(),
        subject: principal.subject.clone(),
        scopes: principal.scopes,
        server: ServerName::parse("kb").map_err(name)?,
        method: Method::ToolsCall,
        target: Target::Tool("search".to_owned()),
        evidence: Evidence { labels: Labels::default(), pin: Standing::Approved },
        at: UnixMillis(0),
    };
    let refused = Refused {
        about: About {
            trace: TraceId::from_random([7; 16]),
            agent: None,
            received: UnixMillis(0),
            bytes: 1011,
            peer: None,
            revision: Some("2026-07-28"),
        },
        principal: Some(principal.clone()),
        server: Some(inputs.server.clone()),
        method: Some("tools/call".to_owned()),
        tool: Some("search".to_owned()),
        refusal: Refusal::new(Reason::PolicyTool),
        arguments: Some(vec![b'x'; 1000].into()),
        message: None,
        policy: None,
        inputs: Some(inputs),
    };
    let mut records = 0;
    while Instant::now() < until {
        log.refuse(&refused).await?;
        records += 1;
    }
    Ok(records)
}

/// Bytes of the log's segments.
fn disk(dir: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for file in std::fs::read_dir(dir)? {
        let file = file?;
        if file.file_name().to_string_lossy().ends_with(".log") {
            bytes += file.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// A file to which bytes are only appended and made durable.
struct Raw {
    path: PathBuf,
    file: File,
}

impl Raw {
    fn new(dir: &Path) -> Result<Self, Box<dyn Error>> {
        let path = dir.join("raw");
        let file = File::options().create(true).append(true).open(&path)?;
        Ok(Self { path, file })
    }

    /// How many batches of so many bytes it takes in that time.
    fn run(&mut self, bytes: usize, time: Duration) -> Result<u32, Box<dyn Error>> {
        let bytes = vec![b'x'; bytes.max(1)];
        let (started, mut syncs) = (Instant::now(), 0);
        while started.elapsed() < time {
            self.file.write_all(&bytes)?;
            self.file.sync_data()?;
            syncs += 1;
        }
        Ok(syncs)
    }
}

/// The CPU time of this process.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
