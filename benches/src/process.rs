//! The processes of a run: started, watched through `/proc`, and ended when dropped.

use crate::cores;
use anyhow::{Context as _, Result, anyhow, bail};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

const START_TIMEOUT: Duration = Duration::from_secs(30);
const STDERR_EXCERPT: usize = 600;

/// A command for one of the programs of a run.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a benchmark measures processes, so it must start them")]
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// A server that was started for a run. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Running {
    /// Starts `command` on `core` and waits until it has printed `lines` lines; its stderr goes to the file `log`.
    ///
    /// # Errors
    /// It cannot be started, ends, or prints too little in 30 seconds; with the end of its stderr.
    pub fn start(mut command: Command, core: Option<usize>, lines: usize, log: &Path) -> Result<Self> {
        let stderr = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let program = PathBuf::from(command.get_program());
        command.stdout(Stdio::piped()).stderr(stderr);
        let child = cores::on(core, || Ok(command.spawn()?));
        let child = child.with_context(|| format!("cannot start {}", program.display()))?;
        let mut running = Self { child, lines: Vec::new() };
        let stdout = running.child.stdout.take().context("no standard output")?;
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        running.lines = first_lines(stdout, lines).map_err(|why| anyhow!("{name} {why}: {}", tail(log)))?;
        Ok(running)
    }

    /// The lines that it printed when it was ready.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// It has ended.
    pub fn usage(&self) -> Result<Usage> {
        let read = |file: &str| {
            let path = format!("/proc/{}/{file}", self.child.id());
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        Usage::parse(&read("stat")?, &read("status")?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_lines(stdout: ChildStdout, wanted: usize) -> Result<Vec<String>, &'static str> {
    let (sender, receiver) = sync_channel(wanted.max(1));
    std::thread::spawn(move || pass_on(stdout, wanted, &sender));
    let deadline = Instant::now() + START_TIMEOUT;
    let mut lines = Vec::with_capacity(wanted);
    while lines.len() < wanted {
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => lines.push(line),
            Err(RecvTimeoutError::Timeout) => return Err("was not ready in 30 seconds"),
            Err(RecvTimeoutError::Disconnected) => return Err("ended before it was ready"),
        }
    }
    Ok(lines)
}

/// Sends the first lines and then reads on, so that a full pipe never stops the process.
fn pass_on(stdout: ChildStdout, wanted: usize, sender: &SyncSender<String>) {
    for (number, line) in BufReader::new(stdout).lines().map_while(Result::ok).enumerate() {
        if number < wanted && sender.send(line).is_err() {
            return;
        }
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let from = text.len().saturating_sub(STDERR_EXCERPT);
    let end = String::from_utf8_lossy(text.get(from..).unwrap_or_default()).trim().to_owned();
    if end.is_empty() { "it said nothing on stderr".to_owned() } else { end }
}

/// Processor time and memory of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// User and system time of all its threads, in clock ticks.
    pub ticks: u64,
    /// Resident memory in KiB.
    pub resident_kib: u64,
    /// The most that it ever had resident, in KiB.
    pub peak_kib: u64,
}

impl Usage {
    /// Reads `/proc/PID/stat` and `/proc/PID/status` (proc(5)).
    fn parse(stat: &str, status: &str) -> Result<Self> {
        // The name in parentheses may hold anything, so fields count from the last parenthesis: state is the third.
        let Some((_, fields)) = stat.rsplit_once(')') else { bail!("stat has no name") };
        let field = |number: usize| -> Result<u64> {
            fields.split_whitespace().nth(number - 3).context("stat is short")?.parse().context("stat")
        };
        let kib = |key: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).context("status lacks a line")?;
            line.trim().trim_end_matches("kB").trim().parse().context("status")
        };
        Ok(Self { ticks: field(14)? + field(15)?, resident_kib: kib("VmRSS:")?, peak_kib: kib("VmHWM:")? })
    }
}

/// One clock tick of [`Usage::ticks`], in microseconds.
#[must_use]
pub fn tick_micros() -> f64 {
    1e6 / rustix::param::clock_ticks_per_second() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_read_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 30 12 0 0 20 0 3 0 1 2 3";
        let status = "Name:\tx\nVmHWM:\t    900 kB\nVmRSS:\t    800 kB\n";
        assert_eq!(Usage::parse(stat, status).unwrap(), Usage { ticks: 42, resident_kib: 800, peak_kib: 900 });
        assert!(Usage::parse("7 (x) S 1", status).is_err());
        assert!(Usage::parse(stat, "Name:\tx\n").is_err());
    }

    #[test]
    fn a_program_that_ends_early_is_an_error_with_its_last_words() {
        let dir = tempfile::tempdir().unwrap();
        let mut shell = command(Path::new("/bin/sh"));
        shell.args(["-c", "echo one; echo no config >&2"]);
        let error = Running::start(shell, None, 2, &dir.path().join("log")).unwrap_err().to_string();
        assert!(error.contains("ended before") && error.contains("no config"), "{error}");
    }

    #[test]
    fn a_running_program_has_a_usage() {
        let dir = tempfile::tempdir().unwrap();
        let mut shell = command(Path::new("/bin/sh"));
        shell.args(["-c", "echo ready; sleep 60"]);
        let running = Running::start(shell, None, 1, &dir.path().join("log")).unwrap();
        assert_eq!(running.lines(), ["ready"]);
        assert!(running.usage().unwrap().peak_kib > 0);
    }
}
