//! `casemate audit tail`: the end of the log, and what follows.

use super::query::{KINDS, bring_up_to_date};
use super::rows::{Format, Printer, went_on};
use super::{LogArgs, bad};
use casemate_audit::index::{Filter, Order, Query, Tail, Way};
use casemate_audit::{Entry, Fault};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the log is looked at.
const EVERY: Duration = Duration::from_millis(200);
/// Entries that are written before signals are looked at.
const TURN: usize = 1000;

#[derive(Debug, clap::Args)]
pub(super) struct TailArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// Go on as the log grows, until interrupted.
    #[arg(long, short)]
    follow: bool,
    /// Begin so many entries before the end.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    lines: u64,
    /// Only entries of this kind: the last ones of it, and those that follow.
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &TailArgs, dir: &Path) -> anyhow::Result<ExitCode> {
    let begun = args.kind.as_ref().map_or_else(|| Tail::new(dir, args.lines), |kind| last_of(dir, kind, args.lines));
    let tail = match begun.map(|tail| Entries { tail, kind: args.kind.clone() }) {
        Ok(tail) => tail,
        Err(fault) => return Ok(bad(&fault)),
    };
    let format = if args.json { Format::Json } else { Format::Table };
    let printer = Printer::new(format, BufWriter::new(anstream::stdout().lock()));
    let done = if args.follow {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(follow(tail, printer))?
    } else {
        let (mut tail, mut printer) = (tail, printer);
        loop {
            match turn(&mut tail, &mut printer)? {
                Ok(More::Yes) => {}
                Ok(More::No | More::Closed) => break Ok(()),
                Err(fault) => break Err(fault),
            }
        }
    };
    Ok(done.map_or_else(|fault| bad(&fault), |()| ExitCode::SUCCESS))
}

/// Begins before the last entries of a kind.
fn last_of(dir: &Path, kind: &str, lines: u64) -> Result<Tail, Fault> {
    bring_up_to_date(dir);
    let filter = Filter { kind: Some(kind.to_owned()), ..Filter::default() };
    let lines = usize::try_from(lines).unwrap_or(usize::MAX);
    let mut from = u64::MAX;
    for entry in Query::new(dir, filter, Order::Newest, Way::Index)?.take(lines) {
        from = entry?.index;
    }
    Tail::from(dir, from)
}

/// What a tail gives of one kind, or all of it.
struct Entries {
    tail: Tail,
    kind: Option<String>,
}

impl Entries {
    fn next_entry(&mut self) -> Result<Option<Entry>, Fault> {
        loop {
            let entry = self.tail.next_entry()?;
            let is_wanted = |entry: &Entry| {
                self.kind.as_deref().is_none_or(|kind| entry.json.get("kind").is_some_and(|of| of == kind))
            };
            if entry.as_ref().is_none_or(is_wanted) {
                return Ok(entry);
            }
        }
    }
}

enum More {
    Yes,
    No,
    /// Nobody reads any more.
    Closed,
}

/// Writes what there is, up to a limit.
fn turn(tail: &mut Entries, printer: &mut Printer<impl Write>) -> anyhow::Result<Result<More, Fault>> {
    for _ in 0..TURN {
        let entry = tail.next_entry();
        let written = match &entry {
            Ok(Some(entry)) => printer.entry(entry),
            Ok(None) | Err(_) => printer.flush(),
        };
        if !went_on(written)? {
            return Ok(Ok(More::Closed));
        }
        match entry {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(Ok(More::No)),
            Err(fault) => return Ok(Err(fault)),
        }
    }
    Ok(Ok(More::Yes))
}

async fn follow(mut tail: Entries, mut printer: Printer<impl Write>) -> anyhow::Result<Result<(), Fault>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    loop {
        let pause = match turn(&mut tail, &mut printer)? {
            Ok(More::Yes) => Duration::ZERO,
            Ok(More::No) => EVERY,
            Ok(More::Closed) => return Ok(Ok(())),
            Err(fault) => return Ok(Err(fault)),
        };
        if is_closed() {
            return Ok(Ok(()));
        }
        tokio::select! {
            biased;
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    went_on(printer.flush())?;
    Ok(Ok(()))
}

/// Whether the reader of stdout went away, which nothing tells as long as nothing is written.
fn is_closed() -> bool {
    let stdout = std::io::stdout();
    let mut polled = [PollFd::new(&stdout, PollFlags::empty())];
    let ready = poll(&mut polled, Some(&Timespec::default()));
    let [polled] = polled;
    ready.is_ok() && polled.revents().intersects(PollFlags::ERR | PollFlags::NVAL)
}
