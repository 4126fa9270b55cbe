//! The log as its callers, its attackers and its disk see it.

mod backup;
mod bundle;
mod calls;
mod disk;
mod faults;
mod holds;
mod lost;
mod memory;
mod named;
mod older;
mod pipes;
mod property;
mod restore;
mod retention;
mod rotation;
mod signed;
mod subjects;
mod tamper;
mod upkeep;

use crate::{About, Clock, Config, Entry, Log, Observed, Outcome, Recorded, Recovery, entries};
use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::glob::Glob;
use casemate_core::headers::Mirrored;
use casemate_core::host::Host;
use casemate_core::json::Limits;
use casemate_core::label::Labels;
use casemate_core::mcp::{Inbound, REVISION, read};
use casemate_core::pin::Standing;
use casemate_core::policy::{Decision, Evidence, Permitted, Policy, Reach, Rule, Server, Tenant, decide};
use casemate_core::principal::{How, Scope};
use casemate_core::{Agent, Principal, Reason, Refusal, ServerName, Subject, TenantId, TraceId, UnixMillis};
use casemate_tlog::Signer;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const NOW: u64 = 1_700_000_000_000;

/// A clock that stands until it is moved.
pub(crate) fn clock() -> (Clock, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(NOW));
    let shared = Arc::clone(&now);
    (Arc::new(move || UnixMillis(shared.load(Ordering::Relaxed))), now)
}

fn glob(text: &str) -> Glob {
    Glob::parse(text).unwrap()
}

fn principal() -> Principal {
    Principal {
        tenant: TenantId::parse("acme").unwrap(),
        subject: Subject::parse("spiffe://acme/agent-1").unwrap(),
        scopes: [Scope::Mcp].into_iter().collect(),
        how: How::Anonymous,
    }
}

fn policy() -> Policy {
    let rule = Rule {
        servers: vec![glob("*")],
        tools: vec![glob("*")],
        resources: vec![glob("**")],
        prompts: vec![glob("*")],
        completion: true,
        subscriptions: true,
    };
    let server = Server {
        host: Host::parse("kb.example").unwrap(),
        reach: Reach::Allowed,
        read_only: ["search".to_owned(), calls::ODD_NAME.to_owned()].into(),
    };
    Policy {
        digest: Digest::of_policy(b"policy"),
        servers: [(ServerName::parse("kb").unwrap(), server)].into(),
        tenants: [(TenantId::parse("acme").unwrap(), Tenant { rules: vec![rule], ..Tenant::default() })].into(),
    }
}

/// A permitted call of `method` whose `params` begin with `params`.
fn permitted_call(method: &str, name: Option<&str>, params: &str) -> Permitted {
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params},{meta}}}}}"#);
    let headers = Mirrored { version: Some(REVISION), method: Some(method), name, params: Vec::new() };
    let read = read(ServerName::parse("kb").unwrap(), Bytes::from(body), &headers, Limits::default()).unwrap();
    let Inbound::Call(call) = read else { panic!("no call") };
    let evidence = Evidence { labels: Labels::default(), pin: Standing::Approved };
    match decide(&policy(), call, principal(), evidence, UnixMillis(NOW)) {
        Decision::Permit(permitted) => permitted,
        Decision::Deny(refusal, ..) => panic!("{refusal}"),
    }
}

const ARGUMENTS: &str = r#"{"secret":"hunter2"}"#;

fn permitted() -> Permitted {
    permitted_call("tools/call", Some("search"), &format!(r#""name":"search","arguments":{ARGUMENTS}"#))
}

fn about() -> About {
    About {
        trace: TraceId::parse("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10").unwrap(),
        agent: Agent::parse("claude/4.5").ok(),
        received: UnixMillis(NOW - 3),
        bytes: 321,
        peer: "192.0.2.7".parse().ok(),
        revision: Some(REVISION),
    }
}

fn observed(reason: Reason) -> Observed {
    Observed { at: UnixMillis(NOW), peer: None, reason, trace: None, agent: None, detail: Some("handshake"), bytes: 0 }
}

pub(crate) fn config(dir: &Path) -> Config {
    let deadline = std::time::Duration::from_secs(20);
    Config {
        reserve_bytes: 0,
        low_disk_bytes: 0,
        deadline,
        key: Some(dir.join("audit.key")),
        origin: Some("casemate/audit".to_owned()),
        ..Config::new(dir)
    }
}

/// The file of keys of a log that was opened with [`config`].
fn keys(dir: &Path) -> std::path::PathBuf {
    dir.join("subjects")
}

fn signer() -> Signer {
    Signer::from_seed("casemate/audit", &[7; 32]).unwrap()
}

fn open(dir: &Path) -> (Log, Recovery) {
    Log::open(config(dir), clock().0).unwrap()
}

fn all(dir: &Path) -> Vec<Entry> {
    entries(dir).unwrap().map(Result::unwrap).collect()
}

/// Kinds of the entries, with the effect of outcomes and the name of events.
fn kinds(entries: &[Entry]) -> Vec<String> {
    let text = |entry: &Entry, name: &str| entry.json.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    let extra = |entry: &Entry| text(entry, "effect").or_else(|| text(entry, "event"));
    let kind = |entry: &Entry| text(entry, "kind").unwrap();
    entries.iter().map(|e| extra(e).map_or_else(|| kind(e), |more| format!("{}:{more}", kind(e)))).collect()
}

/// Every intent has exactly one outcome, and every outcome an intent before it.
fn assert_one_outcome_each(entries: &[Entry]) {
    let mut open = std::collections::BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        assert_eq!(entry.index, at as u64);
        match entry.json["kind"].as_str().unwrap() {
            "intent" => assert!(open.insert(entry.index)),
            "outcome" => assert!(open.remove(&entry.json["intent"].as_u64().unwrap()), "entry {at}: {}", entry.json),
            _ => {}
        }
    }
    assert!(open.is_empty(), "without outcome: {open:?}");
}

async fn recorded(log: &Log) -> Result<Recorded, Refusal> {
    log.record(permitted(), &about()).await
}

/// A whole call: intent, answer, outcome.
pub(crate) async fn call(log: &Log, answer: &str) {
    let (_, flight) = recorded(log).await.unwrap().dispatch();
    let ((), flight) = flight.answered((), answer.as_bytes()).open();
    let released = Some(Bytes::copy_from_slice(answer.as_bytes()));
    let outcome = Outcome { released, upstream_status: Some(200), ..Outcome::new(crate::Effect::Executed, 200) };
    flight.conclude(outcome).await.unwrap();
}
