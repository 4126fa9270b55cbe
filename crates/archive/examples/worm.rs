//! Puts a file into a bucket with Object Lock, reads it back, and runs the self-test.
//!
//! `cargo run -p casemate-archive --example worm -- ENDPOINT BUCKET REGION FILE`, with `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY` and, for temporary credentials, `AWS_SESSION_TOKEN` in the environment. Prints what was stored
//! (`stored KEY VERSION SHA256`), what a second object of the same name is told, and the table of the self-test. The exit
//! code is 0 if every step held, 3 if something could not be shown, 4 if something is broken.

use casemate_archive::{Clock, Credentials, Key, Object, ProbePlan, S3, S3Config, Source, Target, Verdict};
use casemate_core::digest::Digest;
use casemate_core::{Secret, UnixMillis};
use casemate_net::{Client, ClientConfig};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

const HOUR_MILLIS: u64 = 3_600_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut out = std::io::stdout();
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: worm ENDPOINT BUCKET REGION FILE");
    let (endpoint, bucket, region, file) = (next()?.parse()?, next()?, next()?, next()?);
    let credentials = Credentials {
        access_key: secret("AWS_ACCESS_KEY_ID")?,
        secret_key: secret("AWS_SECRET_ACCESS_KEY")?,
        session_token: std::env::var("AWS_SESSION_TOKEN").ok().map(|token| Secret::new(token.into_bytes())),
    };
    let clock: Clock = Arc::new(now);
    let config = S3Config::new(endpoint, bucket, region, credentials);
    let target = Target::S3(S3::new(config, Client::new(ClientConfig::default()), Arc::clone(&clock))?);

    let name = now().0;
    let object = Object {
        key: Key::new(format!("segments/{name}.log"))?,
        sha256: Digest::of(&std::fs::read(&file)?),
        source: Source::File(file.into()),
        retain_until: now().plus(HOUR_MILLIS),
        legal_hold: false,
    };
    let stored = target.put(&object).await?;
    let version = stored.version.as_ref().map(|version| version.as_str()).unwrap_or_default();
    writeln!(out, "stored {} {version} {}", stored.key, stored.sha256.hex())?;
    let again = target.put(&object).await?.version == stored.version;
    writeln!(out, "again {}", if again { "the same version" } else { "another version" })?;
    let read = target.read(&stored).await?.len() as u64 == stored.size;
    writeln!(out, "read {}", if read { "the same bytes" } else { "other bytes" })?;
    let bytes = bytes::Bytes::from_static(b"other");
    let other = Object { sha256: Digest::of(&bytes), source: Source::Bytes(bytes), ..object };
    match target.put(&other).await {
        Ok(_) => writeln!(out, "other accepted")?,
        Err(error) => writeln!(out, "other {}", error.name())?,
    }

    let mut plan = ProbePlan::new(Key::new(name.to_string())?);
    (plan.legal_hold, plan.suspend_versioning) = (true, true);
    let probe = target.probe(&plan).await;
    write!(out, "{probe}")?;
    Ok(ExitCode::from(match probe.verdict() {
        Verdict::Held => 0,
        Verdict::Unproven => 3,
        Verdict::Broken => 4,
    }))
}

fn secret(variable: &str) -> Result<Secret, Box<dyn Error>> {
    let value = std::env::var(variable).map_err(|_| format!("{variable} is not set"))?;
    Ok(Secret::new(value.into_bytes()))
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
