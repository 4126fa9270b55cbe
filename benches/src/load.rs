//! Closed-loop load: each connection sends its next call when the last one is answered.

use crate::call::{Call, check, excerpt};
use crate::tls::TlsArgs;
use crate::wire::{Peer, connect, read_capped};
use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use clap::Args;
use clap::Parser;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Uri};
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize};
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
    /// Files for `https`.
    #[command(flatten)]
    pub tls: TlsArgs,
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

/// What came back. Times are in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Calls that were measured and answered correctly.
    pub requests: u64,
    /// Calls before the measurement that were answered correctly.
    pub warmup: u64,
    /// Calls that failed or were answered wrongly, at any time.
    pub errors: u64,
    /// The first of these errors.
    pub first_error: Option<String>,
    /// Times that a peer had closed a connection and it was opened again.
    pub reconnects: u64,
    /// Measured calls a second.
    pub rps: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The slowest call.
    pub max: f64,
}

struct Target {
    peer: Peer,
    host: HeaderValue,
    path: String,
}

/// What all connections share.
struct Shared {
    call: Call,
    text: usize,
    targets: Vec<Target>,
    measure_from: Instant,
    deadline: Option<Instant>,
}

#[derive(Default)]
struct Tally {
    nanos: Vec<u64>,
    outcome: Outcome,
    last: Option<Instant>,
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
    let call = Call::new(plan.text, plan.stream);
    let shared = Arc::new(Shared { call, text: plan.text, targets, measure_from, deadline });
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

fn target(url: &Uri, tls: Option<tokio_rustls::TlsConnector>) -> Result<Target> {
    let authority = url.authority().with_context(|| format!("{url} has no host"))?;
    let ip: IpAddr = authority.host().parse().with_context(|| format!("{url} names no literal address"))?;
    let (port, tls) = match (url.scheme_str(), tls) {
        (Some("http"), _) => (80, None),
        (Some("https"), Some(tls)) => (443, Some((tls, ServerName::IpAddress(ip.into())))),
        (Some("https"), None) => bail!("{url} needs --ca, --cert and --key"),
        _ => bail!("{url} is neither http nor https"),
    };
    let address = SocketAddr::new(ip, authority.port_u16().unwrap_or(port));
    Ok(Target {
        peer: Peer { address, tls },
        host: HeaderValue::from_str(authority.as_str())?,
        path: url.path().to_owned(),
    })
}

/// One caller: one call at a time, over one connection to each of the addresses that it calls.
struct Worker<'a> {
    shared: &'a Shared,
    /// The targets of this worker, each with the index of its connection.
    targets: Vec<(&'a Target, usize)>,
    connections: Vec<(SocketAddr, Option<SendRequest<Full<Bytes>>>)>,
    id: u64,
    trace: u128,
    tally: Tally,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared, worker: usize, workers: usize) -> Self {
        // With fewer targets than workers each worker has one; else they are dealt out like cards.
        let mine: Vec<&Target> = if shared.targets.len() <= workers {
            shared.targets.iter().cycle().skip(worker).take(1).collect()
        } else {
            shared.targets.iter().skip(worker).step_by(workers).collect()
        };
        let mut connections: Vec<(SocketAddr, Option<SendRequest<Full<Bytes>>>)> = Vec::new();
        let mut targets = Vec::new();
        for target in mine {
            let address = target.peer.address;
            let known = connections.iter().position(|(other, _)| *other == address);
            targets.push((target, known.unwrap_or(connections.len())));
            if known.is_none() {
                connections.push((address, None));
            }
        }
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        let trace = (since << 64) | (u128::from(std::process::id()) << 44) | ((worker as u128) << 32);
        Self { shared, targets, connections, id: (worker as u64) << 32, trace, tally: Tally::default() }
    }

    async fn run(mut self, quota: Option<u64>) -> Tally {
        for (target, slot) in self.targets.clone().into_iter().cycle() {
            let now = Instant::now();
            let over = self.shared.deadline.is_some_and(|deadline| now >= deadline)
                || quota.is_some_and(|quota| self.tally.outcome.requests >= quota)
                || self.tally.outcome.errors >= ERRORS_MAX;
            if over {
                break;
            }
            let result = tokio::time::timeout(CALL_TIMEOUT, self.call(target, slot)).await;
            match result.context("no answer in time").flatten() {
                Ok((start, end)) => self.tally.count(start, end, self.shared.measure_from),
                Err(error) => {
                    self.tally.outcome.errors += 1;
                    self.tally.outcome.first_error.get_or_insert_with(|| format!("{error:#}"));
                    if let Some((_, connection)) = self.connections.get_mut(slot) {
                        *connection = None;
                    }
                }
            }
        }
        self.tally
    }

    /// One call; connecting before it and checking after it are not part of its time.
    async fn call(&mut self, target: &Target, slot: usize) -> Result<(Instant, Instant)> {
        self.id += 1;
        self.trace += 1;
        let request = self.shared.call.request(&target.host, &target.path, self.id, self.trace)?;
        let (_, connection) = self.connections.get_mut(slot).context("no such connection")?;
        if let Some(open) = connection
            && open.ready().await.is_err()
        {
            *connection = None;
            self.tally.outcome.reconnects += 1;
        }
        let sender = match connection {
            Some(sender) => sender,
            None => connection.insert(connect(&target.peer).await?),
        };
        let start = Instant::now();
        let response = sender.send_request(request).await.context("no response")?;
        let status = response.status();
        let events =
            response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = read_capped(response.into_body()).await?;
        let end = Instant::now();
        ensure!(status == http::StatusCode::OK, "status {status}: {}", excerpt(&body));
        check(&body, events, self.id, self.shared.text)?;
        Ok((start, end))
    }
}

impl Tally {
    fn count(&mut self, start: Instant, end: Instant, measure_from: Instant) {
        if start < measure_from {
            self.outcome.warmup += 1;
            return;
        }
        self.outcome.requests += 1;
        self.nanos.push(u64::try_from((end - start).as_nanos()).unwrap_or(u64::MAX));
        self.last = Some(end);
    }

    fn add(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.last = self.last.max(other.last);
        self.outcome.requests += other.outcome.requests;
        self.outcome.warmup += other.outcome.warmup;
        self.outcome.errors += other.outcome.errors;
        self.outcome.reconnects += other.outcome.reconnects;
        if self.outcome.first_error.is_none() {
            self.outcome.first_error = other.outcome.first_error;
        }
    }

    fn finish(mut self, measure_from: Instant) -> Outcome {
        self.nanos.sort_unstable();
        let seconds = self.last.map_or(0.0, |last| last.saturating_duration_since(measure_from).as_secs_f64());
        let mut outcome = self.outcome;
        if seconds > 0.0 {
            outcome.rps = outcome.requests as f64 / seconds;
        }
        outcome.p50 = percentile(&self.nanos, 50);
        outcome.p90 = percentile(&self.nanos, 90);
        outcome.p99 = percentile(&self.nanos, 99);
        outcome.max = percentile(&self.nanos, 100);
        outcome
    }
}

/// The nearest-rank percentile of sorted nanoseconds, in microseconds; zero of nothing.
fn percentile(sorted: &[u64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |nanos| *nanos as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_rank() {
        let nanos: Vec<u64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!(percentile(&nanos, 50), 50.0);
        assert_eq!(percentile(&nanos, 99), 99.0);
        assert_eq!(percentile(&nanos, 100), 100.0);
        assert_eq!(percentile(&[7000], 50), 7.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }

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
