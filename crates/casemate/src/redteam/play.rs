//! Plays the probes: gateway, hostile server and client in this process, and then what is in the record.

use super::client::{Client, Reply};
use super::scratch::Tried;
use super::server::{PLAYER, Server, texts, tool};
use crate::serve::Running;
use anyhow::Result;
use casemate_audit::entries;
use casemate_redteam::{Channel, Probe, Seen};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Calls at once.
const AT_ONCE: usize = 16;

/// A probe that was played: what is left of it beside the record.
struct Played {
    seen: Seen,
    trace: String,
}

/// What is to be seen of each probe, in their order.
pub(super) async fn all(probes: &[Probe], tried: Tried) -> Result<Vec<Seen>> {
    let dir = tempfile::Builder::new().prefix("casemate-redteam-").tempdir()?;
    let server = Server::start(probes).await?;
    let described = described(probes);
    let tools: Vec<String> = std::iter::once(PLAYER.to_owned()).chain(described.iter().map(|at| tool(*at))).collect();
    let instructing: Vec<_> =
        (0..probes.len()).filter(|at| probes.get(*at).is_some_and(|p| p.channel == Channel::Instructions)).collect();
    let loaded = tried.load(dir.path(), server.address, &tools, &instructing)?;
    let state = dir.path().join("state");
    let running = Running::start(loaded, &state).await?;
    let client = Client::new(running.address, tried.upstream.as_str());
    let played = match client {
        Ok(client) => calls(probes, &described, Arc::new(client)).await,
        Err(fault) => Err(fault),
    };
    running.stop().await?;
    let played = played?;
    let record = findings(&state.join("audit"))?;
    let complete = played.into_iter().enumerate().map(|(at, played)| {
        let of_item = described.iter().position(|described| *described == at);
        let found = record.get(&played.trace).map(Vec::as_slice).unwrap_or_default();
        // The player stands before the others.
        let place = of_item.map(|item| format!("/result/tools/{}/", item + 1));
        let own = |(_, places): &&(String, Vec<String>)| {
            place.as_ref().is_none_or(|place| places.iter().any(|found| found.starts_with(place)))
        };
        let findings = found.iter().filter(own).map(|(rule, _)| rule.clone()).collect();
        let (was_played, sent) = server.seen(at);
        let is_argument = probes.get(at).is_some_and(|probe| probe.channel == Channel::Argument);
        Seen { played: was_played || is_argument, findings, sent, ..played.seen }
    });
    Ok(complete.collect())
}

/// The probes that are descriptions, in the order of the list.
fn described(probes: &[Probe]) -> Vec<usize> {
    let probes = probes.iter().enumerate().filter(|(_, probe)| probe.channel == Channel::Description);
    probes.map(|(at, _)| at).collect()
}

async fn calls(probes: &[Probe], described: &[usize], client: Arc<Client>) -> Result<Vec<Played>> {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos} of {len} probes, {eta} left");
    let bar = ProgressBar::new(u64::try_from(probes.len())?);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut played: HashMap<usize, Played> = HashMap::new();
    if !described.is_empty() {
        list(probes, described, &client, &mut played).await;
        bar.inc(u64::try_from(described.len())?);
    }
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (at, probe) in probes.iter().enumerate().filter(|(at, _)| !played.contains_key(at)) {
        let (client, room, probe) = (Arc::clone(&client), Arc::clone(&room), probe.clone());
        tasks.spawn(async move {
            let _place = room.acquire_owned().await;
            (at, ended(client.play(at, &probe).await, probe.channel))
        });
    }
    while let Some(done) = tasks.join_next().await {
        let (at, done) = done?;
        played.insert(at, done);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok((0..probes.len()).filter_map(|at| played.remove(&at)).collect())
}

/// One list for all descriptions.
async fn list(probes: &[Probe], described: &[usize], client: &Client, played: &mut HashMap<usize, Played>) {
    let Some((first, probe)) = described.first().and_then(|at| Some((*at, probes.get(*at)?))) else { return };
    let reply = client.play(first, probe).await;
    for at in described {
        let one = match &reply {
            Ok(reply) => {
                let item = reply.tool(&tool(*at));
                let seen = Seen {
                    texts: item.map(texts).unwrap_or_default(),
                    listed: Some(item.is_some()),
                    refused: reply.refused(),
                    ..Seen::default()
                };
                Played { seen, trace: reply.trace.clone() }
            }
            Err(fault) => failed(fault),
        };
        played.insert(*at, one);
    }
}

/// What is to be seen of a reply: all of it but what the message has whatever is played in it.
fn ended(reply: Result<Reply>, channel: Channel) -> Played {
    match reply {
        Ok(reply) => {
            let frame: Value = serde_json::from_str(&channel.message("")).unwrap_or_default();
            let frame = texts(&frame);
            let own = reply.texts().into_iter().filter(|text| text.is_empty() || !frame.contains(text));
            let seen = Seen { texts: own.collect(), refused: reply.refused(), ..Seen::default() };
            Played { seen, trace: reply.trace }
        }
        Err(fault) => failed(&fault),
    }
}

/// A call without an answer is no refusal.
fn failed(fault: &anyhow::Error) -> Played {
    let seen = Seen { refused: Some(format!("no answer: {}", crate::out::causes(fault))), ..Seen::default() };
    Played { seen, trace: String::new() }
}

/// Rule and places of each finding, by trace.
type Findings = HashMap<String, Vec<(String, Vec<String>)>>;

/// The findings in the record.
fn findings(dir: &Path) -> Result<Findings> {
    let mut all = Findings::new();
    for entry in entries(dir)? {
        let entry = entry?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let Some(trace) = entry.json.get("trace").and_then(text) else { continue };
        for finding in entry.json.get("findings").and_then(Value::as_array).into_iter().flatten() {
            let places = finding.get("places").and_then(Value::as_array).into_iter().flatten();
            let rule = finding.get("rule").and_then(text).unwrap_or_default();
            all.entry(trace.clone()).or_default().push((rule, places.filter_map(text).collect()));
        }
    }
    Ok(all)
}
