//! What is stored, what is refused, and every lie of a store found by its name.

mod directory;
mod lies;
mod objects;
mod requests;
mod store;

use crate::*;
use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::{Secret, UnixMillis};
use casemate_net::{Client, ClientConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{BUCKET, Lie, REGION, SECRET, Store, TOKEN};

/// 22 November 2026, 12:00:00.
const START: u64 = 1_795_348_800_000;
const HOUR: u64 = 3_600_000;

/// A store with a client that has its clock.
struct Setup {
    store: Store,
    now: Arc<AtomicU64>,
    s3: Target,
}

fn credentials() -> Credentials {
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    Credentials { access_key: secret(store::ACCESS), secret_key: secret(SECRET), session_token: Some(secret(TOKEN)) }
}

fn clock(now: &Arc<AtomicU64>) -> Clock {
    let now = Arc::clone(now);
    Arc::new(move || UnixMillis(now.load(Ordering::Relaxed)))
}

fn config(store: &Store) -> S3Config {
    let endpoint = format!("http://{}", store.address).parse().unwrap();
    let mut config = S3Config::new(endpoint, BUCKET, REGION, credentials());
    config.prefix = Some(key("logs/gateway-1"));
    config.attempt = Duration::from_secs(20);
    config.retry = Retry { attempts: 3, pause: Duration::from_millis(1), longest: Duration::from_millis(2) };
    config
}

fn target(config: S3Config, now: &Arc<AtomicU64>) -> Result<Target, ArchiveError> {
    S3::new(config, Client::new(ClientConfig::default()), clock(now)).map(Target::S3)
}

async fn setup(lie: Lie) -> Setup {
    setup_with(lie, |_| {}).await
}

async fn setup_with(lie: Lie, change: impl FnOnce(&mut S3Config)) -> Setup {
    let now = Arc::new(AtomicU64::new(START));
    let store = Store::start(lie, Arc::clone(&now)).await;
    let mut config = config(&store);
    change(&mut config);
    let s3 = target(config, &now).unwrap();
    Setup { store, now, s3 }
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn object(name: &str, bytes: &'static [u8]) -> Object {
    Object {
        key: key(name),
        source: Source::Bytes(Bytes::from_static(bytes)),
        sha256: Digest::of(bytes),
        retain_until: UnixMillis(START + HOUR),
        legal_hold: false,
    }
}

fn plan() -> ProbePlan {
    ProbePlan::new(key("gateway-1-1795348800"))
}

fn step<'a>(probe: &'a Probe, name: &str) -> &'a Step {
    probe.steps.iter().find(|step| step.name == name).unwrap_or_else(|| panic!("no step {name} in\n{probe}"))
}
