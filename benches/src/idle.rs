//! What sessions that do nothing weigh: the gateway's resident memory with none, many, and many that listen.

use crate::Era;
use crate::call::{Ask, Call, Place};
use crate::fleet::{Fleet, Hop, Programs, Row, Shape};
use crate::load::{Target, target};
use crate::pki::Pki;
use crate::session::{self, Sender, Traces};
use crate::table::{Style, Table};
use crate::tls::TlsArgs;
use crate::wire::{connect, read_capped};
use anyhow::{Context as _, Result, ensure};
use http::HeaderValue;
use hyper::body::Incoming;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// Text of the streamed answer that each session remembers, in bytes.
const TEXT: usize = 4096;
/// What the gateway gets to come to rest before it is weighed.
const REST: Duration = Duration::from_secs(2);

/// Resident memory of one gateway, step by step, in KiB.
#[derive(Debug, Clone, Serialize)]
pub struct Weights {
    /// The transport.
    pub row: Row,
    /// Sessions opened in each step.
    pub sessions: usize,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One step, and what it left resident.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// What was done.
    pub what: &'static str,
    /// What is resident now.
    pub resident_kib: u64,
    /// What came with it for each session that it touched, in KiB.
    pub each_kib: Option<f64>,
}

/// Weighs the gateway over plain HTTP and behind mTLS, each in a process of its own; files go to `dir`.
///
/// # Errors
/// A program does not start, or the gateway refuses a session.
pub fn weigh(programs: &Programs, pki: &Pki, dir: &Path, sessions: usize) -> Result<Vec<Weights>> {
    more_files();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut all = Vec::new();
    for row in [Row::Casemate, Row::CasemateTls] {
        let fleet = Fleet::start(programs, pki, &dir.join(format!("{row:?}")), Shape { rows: &[row], ..Shape::of(1) })?;
        let hop = fleet.hops.first().with_context(|| format!("it did not start: {:?}", fleet.missing))?;
        let steps = runtime.block_on(steps(hop, sessions))?;
        all.push(Weights { row, sessions, steps });
    }
    Ok(all)
}

/// Every session that listens is a connection on both sides, of this process and of those that it starts.
fn more_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is not allowed, the failure to connect says so.
    let _ = setrlimit(Resource::Nofile, limit);
}

struct Scale<'a> {
    hop: &'a Hop,
    each: usize,
    steps: Vec<Step>,
}

impl Scale<'_> {
    async fn step(&mut self, what: &'static str) -> Result<()> {
        tokio::time::sleep(REST).await;
        let resident_kib = self.hop.process.as_ref().context("no process")?.usage()?.resident_kib;
        let before = self.steps.last().map(|step| step.resident_kib);
        let each_kib = before.map(|before| (resident_kib as f64 - before as f64) / self.each as f64);
        self.steps.push(Step { what, resident_kib, each_kib });
        Ok(())
    }
}

async fn steps(hop: &Hop, count: usize) -> Result<Vec<Step>> {
    let tls = hop.tls.as_ref().map_or(TlsArgs { ca: None, cert: None, key: None }, |(ca, pair)| TlsArgs {
        ca: Some(ca.clone()),
        cert: Some(pair.cert.clone()),
        key: Some(pair.key.clone()),
    });
    let url = hop.urls.first().context("no URL")?;
    let Target { peer, place } = target(&url.parse()?, tls.connector()?)?;
    let mut traces = Traces(u128::from(std::process::id()) << 64);
    let mut scale = Scale { hop, each: count, steps: Vec::new() };
    let mut line = connect(&peer).await?;

    // One of everything, so that what is made once is not taken for a session's.
    let first = session::open(&mut line, &place, &mut traces).await?;
    remember(&mut line, &place, &mut traces, &first).await?;
    session::close(&mut line, &place, &mut traces, &first).await?;
    scale.step("at rest").await?;

    let mut ids = open(&mut line, &place, &mut traces, count).await?;
    scale.step("sessions opened").await?;
    ids.extend(open(&mut line, &place, &mut traces, count).await?);
    scale.step("as many again").await?;
    for id in ids.iter().take(count) {
        remember(&mut line, &place, &mut traces, id).await?;
    }
    scale.step("a streamed answer of 4 KiB in each of the first").await?;
    let mut streams: Vec<(Sender, Incoming)> = Vec::with_capacity(count);
    for id in ids.iter().take(count) {
        let mut sender = connect(&peer).await?;
        let stream = session::listen(&mut sender, &place, &mut traces, id).await?;
        streams.push((sender, stream));
    }
    scale.step("a GET stream open in each of these").await?;
    drop(streams);
    let mut line = connect(&peer).await?;
    for id in &ids {
        session::close(&mut line, &place, &mut traces, id).await?;
    }
    scale.step("all closed").await?;
    if let Some(last) = scale.steps.last_mut() {
        last.each_kib = None;
    }
    Ok(scale.steps)
}

async fn open(line: &mut Sender, place: &Place, traces: &mut Traces, count: usize) -> Result<Vec<HeaderValue>> {
    let mut ids = Vec::with_capacity(count);
    for number in 0..count {
        ids.push(session::open(line, place, traces).await.with_context(|| format!("session {number}"))?);
    }
    Ok(ids)
}

/// One streamed answer, whose events the session keeps for a while.
async fn remember(line: &mut Sender, place: &Place, traces: &mut Traces, id: &HeaderValue) -> Result<()> {
    let call = Call::new(Ask::Text { text: TEXT, stream: true }, Era::Session);
    line.ready().await.context("the connection is closed")?;
    let response = line.send_request(call.request(place, 1, traces.fresh(), Some(id))?).await?;
    ensure!(response.status() == http::StatusCode::OK, "status {}", response.status());
    call.check(&read_capped(response.into_body()).await?, true, 1)
}

/// The figures as text.
#[must_use]
pub fn render(all: &[Weights], style: Style) -> String {
    let mut blocks = Vec::new();
    for weights in all {
        let title = format!("{}: resident memory, sessions in steps of {}", weights.row.title(), weights.sessions);
        blocks.push(style.heading(&title));
        let mut table = Table::new(&["", "MiB", "KiB for each"]);
        for Step { what, resident_kib, each_kib } in &weights.steps {
            let each = each_kib.map_or("–".to_owned(), |each| format!("{each:+.1}"));
            table.push(vec![(*what).to_owned(), format!("{:.1}", *resident_kib as f64 / 1024.0), each]);
        }
        blocks.push(table.render(style));
    }
    blocks.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_what_came_with_it() {
        let step = |what, resident_kib, each_kib| Step { what, resident_kib, each_kib };
        let steps = vec![step("at rest", 10_240, None), step("sessions opened", 20_480, Some(10.24))];
        let text = render(&[Weights { row: Row::Casemate, sessions: 1000, steps }], Style::Markdown);
        assert!(text.contains("steps of 1000") && text.contains("20.0 |"), "{text}");
        assert!(text.contains("+10.2") && text.contains('–'), "{text}");
    }
}
