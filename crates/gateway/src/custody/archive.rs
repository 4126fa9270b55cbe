//! Copies of the log in write-once targets, and the pruning of what all of them hold.
//!
//! At the start each target is tested ([`Archiver::start`]). Then a task for each copies closed segments in order
//! (`copy`), writes down what it put and where ([`manifest`]), and enters that in the log. Nothing here is on the way of a
//! call: a target that is down costs a call nothing, and the queue is the log itself. Once an hour what is older than the
//! retention, and is found whole in every target, is pruned (`retain`).

mod copy;
mod error;
pub mod manifest;
mod metrics;
mod place;
mod plan;
mod retain;

pub use place::{Place, places};

use super::{Archive, ArchiveTarget, Worm};
use crate::error::GatewayError;
use crate::gateway::{Gateway, draining};
use casemate_archive::{ArchiveError, Clock, Key, Probe, ProbePlan, Target, Verdict};
use casemate_audit::{Fact, Facts, Log};
use casemate_net::Client;
use copy::{Copier, Step, record};
use error::CopyError;
use metrics::ArchiveMetrics;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a task looks for a segment that was closed.
const LOOK: Duration = Duration::from_secs(1);
/// The pauses after faults: they double.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));
/// A target that fails for longer than this is an alarm.
const ALARM: Duration = Duration::from_hours(1);

/// The targets of a gateway, tested.
#[derive(Clone)]
pub(crate) struct Archiver {
    places: Vec<Place>,
    retention: Duration,
    log: Log,
    clock: Clock,
    metrics: ArchiveMetrics,
}

impl Archiver {
    /// Opens the targets and tests each; what comes of it is recorded. Without targets there is none.
    ///
    /// # Errors
    /// A target cannot be used, or write-once storage is required and was not shown.
    pub(crate) async fn start(
        config: &Archive,
        net: &Client,
        clock: &Clock,
        log: &Log,
    ) -> Result<Option<Self>, GatewayError> {
        if config.targets.is_empty() {
            if log.retention().is_some() {
                tracing::warn!("audit.retention without audit.archive prunes nothing: the log grows");
            }
            return Ok(None);
        }
        let unusable = |(target, error): (String, ArchiveError)| GatewayError::Archive(format!("{target}: {error}"));
        let places = places(config, net, clock).map_err(unusable)?;
        for place in &places {
            let probe = probe(place, clock).await.map_err(|error| unusable((place.target.describe(), error)))?;
            tell(log, place, &probe, config.worm).await.map_err(|error| GatewayError::Audit(error.to_string()))?;
            if config.worm == Worm::Required && probe.verdict() != Verdict::Held {
                return Err(GatewayError::Archive(refused(&probe)));
            }
        }
        if log.retention().is_some_and(|retention| retention > config.retention) {
            tracing::warn!(
                "audit.archive_retention is shorter than audit.retention: copies may go before the log does"
            );
        }
        let (log, clock) = (log.clone(), clock.clone());
        Ok(Some(Self { places, retention: config.retention, log, clock, metrics: ArchiveMetrics::default() }))
    }

    /// Takes over the credentials of a configuration that names the same targets.
    pub(crate) fn renew(&self, config: &Archive) {
        for (place, target) in self.places.iter().zip(&config.targets) {
            if let (Target::S3(store), ArchiveTarget::S3(config)) = (&place.target, target)
                && let Err(error) = store.renew(config.credentials.clone())
            {
                tracing::error!(target = %place.id, %error, "the new credentials are not used");
            }
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        self.metrics.register(registry);
    }
}

/// Runs the self-test of a target.
///
/// # Errors
/// The clock makes no name for the probe.
pub async fn probe(place: &Place, clock: &Clock) -> Result<Probe, ArchiveError> {
    let name = Key::new(format!("{}-{}", clock().0, std::process::id()))?;
    Ok(place.target.probe(&ProbePlan::new(name)).await)
}

/// The names of the steps that did not hold.
fn failing(probe: &Probe) -> String {
    let failing = |verdict| probe.of(verdict).map(move |step| format!("{} {}", step.name, verdict.as_str()));
    let names: Vec<_> = failing(Verdict::Broken).chain(failing(Verdict::Unproven)).collect();
    names.join(", ")
}

fn refused(probe: &Probe) -> String {
    let got = probe.steps.iter().filter(|step| step.verdict != Verdict::Held);
    let got: Vec<_> = got.map(|step| format!("{}: {}", step.name, step.got)).collect();
    format!(
        "audit.worm is required, and {} is not write-once ({}); {}; see `casemate audit archive self-test` and \
         docs/archive.md, or set audit.worm: best-effort",
        probe.target,
        failing(probe),
        got.join("; "),
    )
}

/// Says once what the self-test found.
async fn tell(log: &Log, place: &Place, probe: &Probe, worm: Worm) -> Result<(), CopyError> {
    let (verdict, failing) = (probe.verdict().as_str(), failing(probe));
    match (probe.verdict(), worm) {
        (Verdict::Held, _) => tracing::info!(target = %place.id, at = probe.target, "the archive is write-once"),
        // Why nothing starts is said by the error that follows.
        (_, Worm::Required) => {}
        _ => {
            tracing::warn!(target = %place.id, at = probe.target, failing, "the archive is best effort, not write-once")
        }
    }
    let text = |text: &str| Fact::Text(text.to_owned());
    let facts = Facts::from([
        ("target", text(&place.id)),
        ("worm", text(worm.as_str())),
        ("self_test", text(verdict)),
        ("failing", text(&failing)),
    ]);
    record(log, format!("self-test of {}: {verdict}", probe.target), facts).await?;
    Ok(())
}

/// Copies and prunes until the gateway drains.
pub(crate) async fn watch(gateway: Arc<Gateway>) {
    let Some(archiver) = gateway.archive.clone() else { return };
    for place in archiver.places.clone() {
        let drain = gateway.watch_drain();
        let copier = Copier::new(place, archiver.log.clone(), archiver.retention, archiver.clock.clone());
        let mut keeper = Keeper::new(copier, archiver.metrics.clone());
        tokio::spawn(async move {
            let mut drain = drain;
            tokio::select! {
                () = keeper.run() => {}
                () = draining(&mut drain) => {}
            }
        });
    }
    let mut drain = gateway.watch_drain();
    tokio::select! {
        () = retain::run(&archiver) => {}
        () = draining(&mut drain) => {}
    }
}

/// Keeps one target up with the log.
struct Keeper {
    copier: Copier,
    metrics: ArchiveMetrics,
    trouble: Option<Trouble>,
}

/// A target that fails.
struct Trouble {
    since: Instant,
    code: &'static str,
    pause: Duration,
    alarmed: bool,
}

impl Keeper {
    const fn new(copier: Copier, metrics: ArchiveMetrics) -> Self {
        Self { copier, metrics, trouble: None }
    }

    async fn run(&mut self) {
        loop {
            let done = self.turn().await;
            self.gauge().await;
            match done {
                Ok(Step::Copied(_)) => {}
                Ok(Step::Idle) => sleep(LOOK).await,
                Err(pause) => sleep(pause).await,
            }
        }
    }

    /// One step; after a fault, how long to wait.
    async fn turn(&mut self) -> Result<Step, Duration> {
        match self.copier.step().await {
            Ok(step) => {
                self.recovered().await;
                Ok(step)
            }
            Err(error) => Err(self.failed(&error).await),
        }
    }

    async fn gauge(&mut self) {
        let Ok(manifest) = self.copier.open().await else { return };
        let (end, counts) = (manifest.mark().map_or(0, |mark| mark.end), manifest.counts());
        self.metrics.stored(&self.copier.place.id, end, counts);
        let Ok(waiting) = self.copier.waiting().await else { return };
        let closed = waiting.and_then(|segment| segment.closed_at(self.copier.log.dir()));
        let age = closed.map_or(0, |closed| (self.copier.clock)().0.saturating_sub(closed.0) / 1000);
        self.metrics.waiting(&self.copier.place.id, age);
    }

    async fn failed(&mut self, error: &CopyError) -> Duration {
        let (id, code) = (&self.copier.place.id, error.name());
        self.metrics.failed(id, code);
        let (first, longest) = PAUSES;
        let news = self.trouble.as_ref().is_none_or(|trouble| trouble.code != code);
        if news {
            tracing::warn!(target = %id, code, %error, "the log is not copied; it is tried again");
        }
        let fresh = Trouble { since: Instant::now(), code, pause: first, alarmed: false };
        let trouble = self.trouble.get_or_insert(fresh);
        let pause = trouble.pause;
        (trouble.code, trouble.pause) = (code, (pause * 2).min(longest));
        // A manifest of another log does not pass.
        let is_stuck = matches!(error, CopyError::Manifest(_));
        if (is_stuck || trouble.since.elapsed() >= ALARM) && !trouble.alarmed {
            let since = if is_stuck { "until somebody looks after it" } else { "for over an hour" };
            tracing::error!(target = %id, code, %error, "no copies of the log are made {since}");
            let told = say(&self.copier, "failing", code, format!("no copies {since}: {error}")).await;
            trouble.alarmed = told.is_ok();
        }
        pause
    }

    async fn recovered(&mut self) {
        let Some(trouble) = self.trouble.take() else { return };
        let minutes = trouble.since.elapsed().as_secs() / 60;
        tracing::info!(target = %self.copier.place.id, minutes, "the log is copied again");
        if trouble.alarmed
            && let Err(error) = say(&self.copier, "copying", trouble.code, "copies are made again".to_owned()).await
        {
            tracing::warn!(%error, "the end of an alarm could not be recorded");
        }
    }
}

/// Records a change of a target's state.
async fn say(copier: &Copier, state: &str, code: &str, detail: String) -> Result<(), CopyError> {
    let text = |text: &str| Fact::Text(text.to_owned());
    let facts = Facts::from([("target", text(&copier.place.id)), ("state", text(state)), ("code", text(code))]);
    record(&copier.log, detail, facts).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
