//! `casemate audit query`: the entries that have what is asked.

use super::rows::{Format, Printer, went_on};
use super::{LogArgs, bad, exit, progress};
use crate::config::scalar;
use crate::out;
use crate::serve::now;
use anyhow::{Result, bail};
use casemate_audit::index::{Filter, Order, Query, Way, update};
use casemate_audit::minimum;
use casemate_audit::{Entry, Fault};
use casemate_core::{Reason, TraceId, UnixMillis};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// So many entries of one trace are put in order; more are given as they were written.
const TOGETHER: usize = 10_000;

pub(super) const HELP: &str = "\
A trace is given call by call: each intent and then its outcome. Everything else is given as it was
written.

The index beside the log is made and brought up to date as needed. Each entry that it names is read
from the log and compared. What it leaves out is not seen in an answer: --scan reads every entry.

Exit codes:
  0  found
  1  nothing found
  2  could not run
  3 to 9  the log is damaged at an entry that was read: the codes of `casemate audit verify`";

pub(super) const KINDS: [&str; 6] = ["intent", "outcome", "refusal", "handshake", "summary", "event"];

#[derive(Debug, clap::Args)]
pub(super) struct QueryArgs {
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// Entries of this tenant.
    #[arg(long)]
    tenant: Option<String>,
    /// Entries with this correlation id, the header `X-Trace-ID`.
    #[arg(long, value_name = "ID", value_parser = trace)]
    trace: Option<TraceId>,
    /// Entries of this subject: a SPIFFE ID or the `sub` of a token.
    #[arg(long)]
    subject: Option<String>,
    /// Calls of this server.
    #[arg(long)]
    server: Option<String>,
    /// Calls of this method, such as `tools/call`.
    #[arg(long)]
    method: Option<String>,
    /// Calls of this tool.
    #[arg(long)]
    tool: Option<String>,
    /// Entries with this reason, such as `policy.tool`.
    #[arg(long, value_name = "CODE", value_parser = reason)]
    reason: Option<Reason>,
    /// Entries of this kind.
    #[arg(long, value_parser = KINDS)]
    kind: Option<String>,
    /// Entries from then on: `2026-07-01`, `2026-07-01T08:30:00Z`, or how long ago, such as `90m` or `7d`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<UnixMillis>,
    /// Entries before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<UnixMillis>,
    /// At most so many entries.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// The newest first.
    #[arg(long)]
    newest: bool,
    /// Read every entry of the log and do not use its index.
    #[arg(long)]
    scan: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Comma-separated values (RFC 4180).
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(super) fn trace(text: &str) -> Result<TraceId, String> {
    TraceId::parse(text).map_err(|fault| fault.to_string())
}

fn reason(text: &str) -> Result<Reason, String> {
    let near = || scalar::nearest(text, Reason::ALL.iter().map(|reason| reason.code()));
    Reason::from_code(text).ok_or_else(|| match near() {
        Some(near) => format!("no reason has this code; did you mean `{near}`?"),
        None => "no reason has this code; `casemate explain` lists them".to_owned(),
    })
}

/// Reads an instant, a day (its first instant in UTC), or how long ago.
pub(crate) fn moment(text: &str) -> Result<UnixMillis, String> {
    let form =
        || "not an instant such as 2026-07-01T08:30:00Z, a day such as 2026-07-01, or a time such as 90m".to_owned();
    if let Some(ago) = scalar::read_duration(text) {
        let ago = u64::try_from(ago.as_millis()).map_err(|_| form())?;
        return Ok(UnixMillis(now().0.saturating_sub(ago)));
    }
    let day =
        Date::parse(text, format_description!("[year]-[month]-[day]")).ok().map(|day| day.midnight().assume_utc());
    let instant = day.or_else(|| OffsetDateTime::parse(text, &Rfc3339).ok()).ok_or_else(form)?;
    u64::try_from(instant.unix_timestamp_nanos() / 1_000_000).map(UnixMillis).map_err(|_| form())
}

/// Refuses two instants between which nothing can lie: that nothing was found would be taken for an answer.
pub(super) fn in_order(since: Option<UnixMillis>, until: Option<UnixMillis>) -> Result<()> {
    match (since, until) {
        (Some(since), Some(until)) if since >= until => {
            let [since, until] = [since, until].map(super::rows::instant);
            bail!("--since {since} is not before --until {until}: there is no time between them")
        }
        _ => Ok(()),
    }
}

impl QueryArgs {
    fn filter(&self) -> Filter {
        Filter {
            trace: self.trace,
            tenant: self.tenant.clone(),
            subject: self.subject.clone(),
            server: self.server.clone(),
            method: self.method.clone(),
            tool: self.tool.clone(),
            reason: self.reason.map(|reason| reason.code().to_owned()),
            kind: self.kind.clone(),
            fingerprint: None,
            since: self.since,
            until: self.until,
        }
    }

    const fn format(&self) -> Format {
        if self.json {
            Format::Json
        } else if self.csv {
            Format::Csv
        } else {
            Format::Table
        }
    }
}

/// Brings the index up to date. Where the log is damaged, or the index cannot be written, the answer says so itself or is
/// made without it.
pub(super) fn bring_up_to_date(dir: &Path) {
    let bar = progress::bar();
    let updated = update(dir, |at, of| {
        progress::tell(&bar, at, of);
        true
    });
    bar.finish_and_clear();
    if updated.is_ok_and(|updated| updated.stopped) {
        out::say("the index cannot be written here: entries that it does not have are read from the log");
    }
}

pub(super) fn run(args: &QueryArgs, dir: &Path) -> Result<ExitCode> {
    in_order(args.since, args.until)?;
    let (order, way) =
        (if args.newest { Order::Newest } else { Order::Oldest }, if args.scan { Way::Log } else { Way::Index });
    if way == Way::Index {
        bring_up_to_date(dir);
    }
    let found = match Query::new(dir, args.filter(), order, way) {
        Ok(found) => found.take(args.limit.unwrap_or(usize::MAX)),
        Err(fault) => return Ok(bad(&fault)),
    };
    if let Some(pruned) = minimum(dir).ok().filter(|pruned| *pruned > 0) {
        out::say(&format!("entries before {pruned} were pruned, and are not searched"));
    }
    let mut printer = Printer::new(args.format(), BufWriter::new(anstream::stdout().lock()));
    if args.csv {
        printer.begin()?;
    }
    if args.trace.is_some() { print(&mut printer, calls(found, order)) } else { print(&mut printer, found) }
}

fn print(printer: &mut Printer<impl Write>, entries: impl Iterator<Item = Result<Entry, Fault>>) -> Result<ExitCode> {
    let mut any = false;
    for entry in entries {
        let written = match &entry {
            Ok(entry) => printer.entry(entry),
            Err(_) => printer.flush(),
        };
        if !went_on(written)? {
            return Ok(ExitCode::SUCCESS);
        }
        match entry {
            Ok(_) => any = true,
            Err(fault) => return Ok(bad(&fault)),
        }
    }
    went_on(printer.flush())?;
    Ok(if any { ExitCode::SUCCESS } else { ExitCode::from(exit::BAD) })
}

/// The entries of a trace call by call, where there are not too many of them.
fn calls(
    mut found: impl Iterator<Item = Result<Entry, Fault>>,
    order: Order,
) -> impl Iterator<Item = Result<Entry, Fault>> {
    let mut first: Vec<_> = found.by_ref().take(TOGETHER).collect();
    if first.len() < TOGETHER {
        let place = |entry: &Result<Entry, Fault>| {
            let entry = entry.as_ref().ok()?;
            Some((entry.json.get("intent").and_then(serde_json::Value::as_u64).unwrap_or(entry.index), entry.index))
        };
        first.sort_by(|a, b| match (place(a), place(b)) {
            (Some((a, mine)), Some((b, theirs))) => {
                let calls = if order == Order::Newest { b.cmp(&a) } else { a.cmp(&b) };
                calls.then(mine.cmp(&theirs))
            }
            // A fault ends the answer.
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
    }
    first.into_iter().chain(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_core::digest::Digest;
    use serde_json::json;

    #[test]
    fn times_are_instants_days_or_how_long_ago() {
        for (text, millis) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14T23:13:20.5+01:00", 1_700_000_000_500),
            ("2023-11-14", 1_699_920_000_000),
        ] {
            assert_eq!(moment(text), Ok(UnixMillis(millis)), "{text}");
        }
        let hour_ago = moment("1h").unwrap().0;
        assert!((now().0 - 3_600_000).abs_diff(hour_ago) < 60_000);
        for bad in ["", "yesterday", "2023-11-14 22:13:20", "2023-13-01", "1969-12-31T00:00:00Z", "-1h", "1w"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
        assert_eq!(reason("policy.tool"), Ok(Reason::PolicyTool));
        assert!(reason("policy.tol").unwrap_err().contains("`policy.tool`"));
    }

    #[test]
    fn a_time_that_ends_before_it_begins_is_no_question() {
        let at = |millis| Some(UnixMillis(millis));
        let fault = in_order(at(2000), at(1000)).unwrap_err().to_string();
        assert!(fault.contains("--since 1970-01-01T00:00:02") && fault.contains("--until 1970"), "{fault}");
        assert!(in_order(at(5), at(5)).is_err());
        assert!(in_order(at(1), at(2)).is_ok() && in_order(at(9), None).is_ok() && in_order(None, at(0)).is_ok());
    }

    #[test]
    fn a_trace_is_given_call_by_call() {
        let entry = |index: u64, intent: Option<u64>| {
            let json = intent.map_or_else(|| json!({}), |intent| json!({ "intent": intent }));
            Ok(Entry { index, leaf: Digest::of(b""), time: UnixMillis(0), bytes: Vec::new(), json })
        };
        let log = || vec![entry(1, None), entry(2, None), entry(3, Some(2)), entry(5, None), entry(8, Some(1))];
        let order = |found: Vec<_>, order| -> Vec<u64> {
            calls(found.into_iter(), order).map(|entry: Result<Entry, Fault>| entry.unwrap().index).collect()
        };
        assert_eq!(order(log(), Order::Oldest), [1, 8, 2, 3, 5]);
        assert_eq!(order(log().into_iter().rev().collect(), Order::Newest), [5, 2, 3, 1, 8]);
    }
}
