//! What a gateway leaves behind: at its start of what was published, at its end of the log.

use super::*;
use crate::config::Mode;
use crate::identity::fixture::{config, tenant_id};
use casemate_audit::OpenError;
use std::path::Path;
use std::time::Duration;

/// A log in which each batch begins another segment.
fn open(dir: &Path) -> Result<Log, OpenError> {
    let short = casemate_audit::Config {
        segment_bytes: 1,
        deadline: Duration::from_millis(100),
        checkpoint_every: Duration::ZERO,
        ..casemate_audit::Config::new(dir.join("audit"))
    };
    Log::open(short, Arc::new(|| UnixMillis(1000))).map(|(log, _)| log)
}

async fn start(dir: &Path) -> Arc<Gateway> {
    let mut config = config(Mode::None, None, None);
    config.auth.anonymous = Some(tenant_id("acme"));
    let parts = Parts {
        config,
        log: open(dir).unwrap(),
        clock: Arc::new(|| UnixMillis(1000)),
        seal_key: Secret::new(vec![7; 32]),
        held: Box::new(Vec::new),
        pins: dir.join("pins"),
        actor: "test".to_owned(),
    };
    Gateway::start(parts).await.unwrap()
}

#[tokio::test]
async fn a_log_that_takes_no_last_record_is_closed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (there, away) = (dir.path().join("audit"), dir.path().join("away"));
    let gateway = start(dir.path()).await;
    std::fs::rename(&there, &away).unwrap();
    let refused = gateway.stop("test").await.unwrap_err();
    assert!(matches!(refused, GatewayError::Audit(_)), "{refused}");
    std::fs::rename(&away, &there).unwrap();
    assert!(gateway.record(EventKind::Admin, "test", None).await.is_err(), "nothing is written after the end");
    drop(gateway);
    open(dir.path()).expect("its lock is free").close().await;
}

#[tokio::test]
async fn without_witnesses_nothing_stays_published() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path()).unwrap();
    let audit = log.dir().to_owned();
    log.event(Event {
        kind: EventKind::Admin,
        actor: "test".to_owned(),
        policy: None,
        detail: None,
        facts: Facts::new(),
    })
    .await
    .unwrap();
    let note = loop {
        if let Ok(note) = casemate_audit::checkpoint(&audit) {
            break note;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    log.publish(&note).await.unwrap();
    log.close().await;
    assert_eq!(casemate_audit::published(&audit).unwrap(), Some(note));
    let gateway = start(dir.path()).await;
    assert_eq!(casemate_audit::published(&audit).unwrap(), None);
    gateway.stop("test").await.unwrap();
}
