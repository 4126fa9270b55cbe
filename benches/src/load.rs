//! Closed-loop load: each connection sends its next call when the last one is answered.

use crate::Era;
use crate::call::{Ask, Call, Place, excerpt};
use crate::session::{self, Sender, Traces};
pub use crate::tally::Outcome;
use crate::tally::Tally;
use crate::tls::TlsArgs;
use crate::wire::{Peer, connect, read_capped};
use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Parser, ValueEnum};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Uri};
use rustls_pki_types::ServerName;
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// What to send.
#[derive(Debug, Clone, Parser)]
#[command(about = "Calls an MCP server in a closed loop and prints one JSON line of results")]
pub struct Plan {
    /// URL with a literal address, such as http://127.0.0.1:8080/mcp/s00; calls go round all of them
    #[arg(long = "url", required = true)]
    pub urls: Vec<Uri>,
    /// Connections that call at the same time
    #[arg(long, default_value_t = 1)]
    pub connections: usize,
    /// When to stop.
    #[command(flatten)]
    pub until: Until,
    /// Seconds of calls before the measurement, checked but not counted
    #[arg(long, default_value_t = 0.2)]
    pub warmup: f64,
    /// Bytes of text in each answer: 300, 4096 or 65536
    #[arg(long, default_value_t = 300)]
    pub text: usize,
    /// Ask for an event stream
    #[arg(long)]
    pub stream: bool,
    /// What one measured call is
    #[arg(long, value_enum, default_value_t = Kind::Modern)]
    pub kind: Kind,
    /// Ask for a list instead of a text
    #[arg(long, value_enum)]
    pub list: Option<List>,
    /// How many items the list must have
    #[arg(long, default_value_t = 0)]
    pub items: usize,
    /// Files for `https`.
    #[command(flatten)]
    pub tls: TlsArgs,
}

/// What one measured call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One request of revision 2026-07-28
    Modern,
    /// One request in a session of revision 2025-11-25 that each connection has opened before
    Session,
    /// `initialize` and `notifications/initialized`; the session is closed again outside of the measured time
    Opening,
}

/// A list to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// `tools/list`
    Tools,
    /// `resources/list`
    Resources,
}

/// When to stop.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Until {
    /// Measure for this many seconds
    #[arg(long)]
    pub seconds: Option<f64>,
    /// Measure this many calls
    #[arg(long)]
    pub requests: Option<u64>,
}

/// One URL, taken apart.
pub(crate) struct Target {
    pub(crate) peer: Peer,
    pub(crate) place: Place,
}

/// What all connections share.
struct Shared {
    call: Call,
    kind: Kind,
    targets: Vec<Target>,
    measure_from: Instant,
    deadline: Option<Instant>,
}

const CALL_TIMEOUT: Duration = Duration::from_secs(20);
const ERRORS_MAX: u64 = 50;

/// Runs a plan to its end. Failed calls are counted, not returned.
///
/// # Errors
/// The plan cannot be started: a URL, a certificate.
pub async fn run(plan: Plan) -> Result<Outcome> {
    ensure!(plan.connections > 0, "at least one connection");
    let tls = plan.tls.connector()?;
    let targets = plan.urls.iter().map(|url| target(url, tls.clone())).collect::<Result<Vec<_>>>()?;
    let measure_from = Instant::now() + Duration::try_from_secs_f64(plan.warmup)?;
    let deadline = match plan.until.seconds {
        Some(seconds) => Some(measure_from + Duration::try_from_secs_f64(seconds)?),
        None => None,
    };
    let ask = match plan.list {
        None => Ask::Text { text: plan.text, stream: plan.stream },
        Some(List::Tools) => Ask::Tools(plan.items),
        Some(List::Resources) => Ask::Resources(plan.items),
    };
    let era = if plan.kind == Kind::Modern { Era::Modern } else { Era::Session };
    let call = Call::new(ask, era);
    let shared = Arc::new(Shared { call, kind: plan.kind, targets, measure_from, deadline });
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..plan.connections {
        let quota = plan.until.requests.map(|all| share(all, worker, plan.connections));
        let shared = Arc::clone(&shared);
        workers.spawn(async move { Worker::new(&shared, worker, plan.connections).run(quota).await });
    }
    let mut sum = Tally::default();
    while let Some(tally) = workers.join_next().await {
        sum.add(tally?);
    }
    Ok(sum.finish(measure_from))
}

/// The share of `all` that falls to `worker` of `workers`.
fn share(all: u64, worker: usize, workers: usize) -> u64 {
    let (worker, workers) = (worker as u64, workers as u64);
    all / workers + u64::from(worker < all % workers)
}

pub(crate) fn target(url: &Uri, tls: Option<tokio_rustls::TlsConnector>) -> Result<Target> {
    let authority = url.authority().with_context(|| format!("{url} has no host"))?;
    let ip: IpAddr = authority.host().parse().with_context(|| format!("{url} names no literal address"))?;
    let (port, tls) = match (url.scheme_str(), tls) {
        (Some("http"), _) => (80, None),
        (Some("https"), Some(tls)) => (443, Some((tls, ServerName::IpAddress(ip.into())))),
        (Some("https"), None) => bail!("{url} needs --ca, --cert and --key"),
        _ => bail!("{url} is neither http nor https"),
    };
    let address = SocketAddr::new(ip, authority.port_u16().unwrap_or(port));
    let place = Place { host: HeaderValue::from_str(authority.as_str())?, path: url.path().to_owned() };
    Ok(Target { peer: Peer { address, tls }, place })
}

/// One caller: one call at a time, over one connection to each of the addresses that it calls.
struct Worker<'a> {
    shared: &'a Shared,
    routes: Vec<Route<'a>>,
    connections: Vec<Line>,
    id: u64,
    traces: Traces,
    tally: Tally,
}

/// One target of a worker.
struct Route<'a> {
    target: &'a Target,
    /// The index of its connection.
    slot: usize,
    /// The open session, where calls are made in one.
    session: Option<HeaderValue>,
}

/// A connection that is opened when it is needed.
struct Line {
    peer: Peer,
    sender: Option<Sender>,
}

impl Line {
    /// The open connection; one that the peer has closed is opened again and counted.
    async fn sender(&mut self, reconnects: &mut u64) -> Result<&mut Sender> {
        if let Some(open) = &mut self.sender
            && open.ready().await.is_err()
        {
            self.sender = None;
            *reconnects += 1;
        }
        Ok(match &mut self.sender {
            Some(sender) => sender,
            none => none.insert(connect(&self.peer).await?),
        })
    }
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared, worker: usize, workers: usize) -> Self {
        // With fewer targets than workers each worker has one; else they are dealt out like cards.
        let mine: Vec<&Target> = if shared.targets.len() <= workers {
            shared.targets.iter().cycle().skip(worker).take(1).collect()
        } else {
            shared.targets.iter().skip(worker).step_by(workers).collect()
        };
        let mut connections: Vec<Line> = Vec::new();
        let mut routes = Vec::new();
        for target in mine {
            let known = connections.iter().position(|line| line.peer.address == target.peer.address);
            routes.push(Route { target, slot: known.unwrap_or(connections.len()), session: None });
            if known.is_none() {
                connections.push(Line { peer: target.peer.clone(), sender: None });
            }
        }
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let trace = (since << 64) | (u128::from(std::process::id()) << 44) | ((worker as u128) << 32);
        let (id, traces) = ((worker as u64) << 32, Traces(trace));
        Self { shared, routes, connections, id, traces, tally: Tally::default() }
    }

    async fn run(mut self, quota: Option<u64>) -> Tally {
        for index in (0..self.routes.len()).cycle() {
            let now = Instant::now();
            let over = self.shared.deadline.is_some_and(|deadline| now >= deadline)
                || quota.is_some_and(|quota| self.tally.outcome.requests >= quota)
                || self.tally.outcome.errors >= ERRORS_MAX;
            if over {
                break;
            }
            let result = tokio::time::timeout(CALL_TIMEOUT, self.turn(index)).await;
            match result.context("no answer in time").flatten() {
                Ok((start, end)) => self.tally.count(start, end, self.shared.measure_from),
                Err(error) => {
                    self.tally.outcome.errors += 1;
                    self.tally.outcome.first_error.get_or_insert_with(|| format!("{error:#}"));
                    self.hang_up(index);
                }
            }
        }
        self.leave().await;
        self.tally
    }

    fn hang_up(&mut self, index: usize) {
        let Some(route) = self.routes.get_mut(index) else { return };
        route.session = None;
        if let Some(line) = self.connections.get_mut(route.slot) {
            line.sender = None;
        }
    }

    /// One call; connecting and opening before it, checking and closing after it are not part of its time.
    async fn turn(&mut self, index: usize) -> Result<(Instant, Instant)> {
        let Shared { call, kind, .. } = self.shared;
        let (traces, tally) = (&mut self.traces, &mut self.tally);
        let route = self.routes.get_mut(index).context("no such route")?;
        let line = self.connections.get_mut(route.slot).context("no such connection")?;
        let sender = line.sender(&mut tally.outcome.reconnects).await?;
        let place = &route.target.place;
        if *kind == Kind::Opening {
            let start = Instant::now();
            let id = session::open(sender, place, traces).await?;
            let end = Instant::now();
            session::close(sender, place, traces, &id).await?;
            return Ok((start, end));
        }
        if *kind == Kind::Session && route.session.is_none() {
            route.session = Some(session::open(sender, place, traces).await?);
            sender.ready().await.context("the connection is closed")?;
        }
        self.id += 1;
        let request = call.request(place, self.id, traces.fresh(), route.session.as_ref())?;
        let start = Instant::now();
        let response = sender.send_request(request).await.context("no response")?;
        let status = response.status();
        let events =
            response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = read_capped(response.into_body()).await?;
        let end = Instant::now();
        ensure!(status == http::StatusCode::OK, "status {status}: {}", excerpt(&body));
        call.check(&body, events, self.id)?;
        Ok((start, end))
    }

    /// Closes what sessions are open, so that the next run finds none.
    async fn leave(&mut self) {
        for route in &mut self.routes {
            let Some(id) = route.session.take() else { continue };
            let sender = self.connections.get_mut(route.slot).and_then(|line| line.sender.as_mut());
            let Some(sender) = sender else { continue };
            let closing = session::close(sender, &route.target.place, &mut self.traces, &id);
            if let Err(error) = tokio::time::timeout(CALL_TIMEOUT, closing).await.context("no answer").flatten() {
                self.tally.outcome.errors += 1;
                self.tally.outcome.first_error.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for workers in 1..40 {
            assert_eq!((0..workers).map(|worker| share(101, worker, workers)).sum::<u64>(), 101);
        }
    }

    #[test]
    fn a_target_needs_a_literal_address_and_tls_where_the_url_says_so() {
        for bad in ["http://localhost:1/", "https://127.0.0.1:1/", "ftp://127.0.0.1/", "/mcp"] {
            assert!(target(&bad.parse().unwrap(), None).is_err(), "{bad}");
        }
        assert_eq!(target(&"http://127.0.0.1/x".parse().unwrap(), None).unwrap().peer.address.port(), 80);
    }
}
