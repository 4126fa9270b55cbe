//! The machine under the numbers: cores, load, and what one durable write costs.

use crate::cores::Cores;
use anyhow::Result;
use serde::Serialize;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Instant;

/// What a reader must know of the machine to read the numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Cores that the programs share.
    pub cores: usize,
    /// Which of them each program ran on; `None` where the scheduler chose.
    pub bound: Option<Cores>,
    /// The processor's own name for itself, where it has one.
    pub processor: Option<String>,
    /// The load average over a minute, before the run began.
    pub load_before: Option<f64>,
    /// The median of writing 4 KiB and `fdatasync` where the gateway keeps its state, in microseconds.
    pub sync_p50: f64,
    /// The slowest of the same.
    pub sync_max: f64,
}

const SYNCS: usize = 50;

impl Machine {
    /// Looks at this machine; `dir` is where the gateway will keep its state, `bound` where the programs will run.
    ///
    /// # Errors
    /// `dir` cannot be written.
    pub fn look(dir: &Path, bound: Option<Cores>) -> Result<Self> {
        let mut syncs = syncs(dir)?;
        syncs.sort_by(f64::total_cmp);
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            bound,
            processor: processor(),
            load_before: load(),
            sync_p50: syncs.get(SYNCS / 2).copied().unwrap_or(0.0),
            sync_max: syncs.last().copied().unwrap_or(0.0),
        })
    }

    /// Whether something else was running on a good part of the machine.
    #[must_use]
    pub fn was_busy(&self) -> bool {
        self.load_before.is_some_and(|load| load > self.cores as f64 / 4.0)
    }
}

fn syncs(dir: &Path) -> Result<Vec<f64>> {
    let path = dir.join("sync");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.seek(SeekFrom::End(0))?;
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    std::fs::remove_file(path)?;
    Ok(times)
}

fn processor() -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}
