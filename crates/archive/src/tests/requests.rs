//! Settings, signatures, faults that pass and faults that do not.

use super::*;

/// What is changed of credentials that would do, given a secret.
type Change = fn(&mut Credentials, Secret);
/// What is changed of settings that would do.
type Setting = fn(&mut S3Config);

#[tokio::test]
async fn only_the_right_credentials_sign() {
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    let cases: [(&str, Change); 3] = [
        ("SignatureDoesNotMatch", |credentials, other| credentials.secret_key = other),
        ("InvalidAccessKeyId", |credentials, other| credentials.access_key = other),
        ("InvalidToken", |credentials, other| credentials.session_token = Some(other)),
    ];
    for (code, change) in cases {
        let setup = setup_with(Lie::None, |config| change(&mut config.credentials, secret("another"))).await;
        let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
        assert_eq!(error.to_string(), format!("the store answers 403 {code}"));
        assert_eq!(setup.store.count("PUT"), 1, "a refusal is not tried again");
        assert!(!format!("{error:?}").contains("another"));
    }
}

#[tokio::test]
async fn a_signature_ends() {
    let setup = setup(Lie::None).await;
    let fast = target(config(&setup.store), &Arc::new(AtomicU64::new(START - 400_000))).unwrap();
    let error = fast.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store answers 403 RequestTimeTooSkewed");
}

#[tokio::test]
async fn neither_settings_nor_errors_show_secrets() {
    let setup = setup(Lie::None).await;
    let shown = format!("{:?} {}", setup.s3, setup.s3.describe());
    for secret in [SECRET, TOKEN, store::ACCESS] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(setup.s3.describe().starts_with("s3 bucket audit-log/logs/gateway-1 at http://127.0.0.1:"));
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let store = Store::start(Lie::None, Arc::default()).await;
    let cases: [(&str, Setting); 15] = [
        ("setting", |config| config.bucket = "ab".into()),
        ("setting", |config| config.bucket = "Audit".into()),
        ("setting", |config| config.bucket = "audit/log".into()),
        ("setting", |config| config.bucket = "audit..log".into()),
        ("setting", |config| config.bucket = "-audit".into()),
        ("setting", |config| config.region = String::new()),
        ("setting", |config| config.region = "eu/1".into()),
        ("setting", |config| config.credentials.secret_key = Secret::new(b"a b".to_vec())),
        ("setting", |config| config.credentials.access_key = Secret::new(Vec::new())),
        ("setting", |config| config.endpoint = "https://s3.example.com/bucket".parse().unwrap()),
        ("setting", |config| config.addressing = Addressing::VirtualHost),
        ("setting", |config| config.retry.attempts = 0),
        ("endpoint", |config| config.endpoint = "https://169.254.169.254".parse().unwrap()),
        ("endpoint", |config| config.endpoint = "https://user@s3.example.com".parse().unwrap()),
        ("endpoint", |config| config.endpoint = "ftp://s3.example.com".parse().unwrap()),
    ];
    for (number, (name, change)) in cases.into_iter().enumerate() {
        let mut config = config(&store);
        change(&mut config);
        assert_eq!(target(config, &Arc::default()).unwrap_err().name(), name, "case {number}");
    }
}

#[tokio::test]
async fn a_bucket_can_be_named_in_the_host() {
    let store = Store::start(Lie::None, Arc::default()).await;
    let mut config = config(&store);
    config.endpoint = "https://s3.example.com".parse().unwrap();
    config.addressing = Addressing::VirtualHost;
    assert!(target(config.clone(), &Arc::default()).is_ok());
    config.bucket = "audit.log".into();
    assert_eq!(target(config, &Arc::default()).unwrap_err().name(), "setting");
}

#[tokio::test]
async fn a_store_that_is_busy_for_a_while_is_asked_again() {
    let setup = setup(Lie::Busy(2)).await;
    assert!(setup.s3.put(&object("checkpoint/7", b"one")).await.is_ok());
    assert_eq!(setup.store.count("PUT"), 3);
}

#[tokio::test]
async fn a_store_that_stays_busy_is_unavailable() {
    let setup = setup(Lie::Busy(99)).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store is unavailable after 3 attempts: the store answers 503 SlowDown");
    assert!(error.may_pass());
    assert_eq!(setup.store.count("PUT"), 3);
}

#[tokio::test]
async fn a_store_that_never_answers_is_unavailable() {
    let setup = setup_with(Lie::Hangs, |config| config.attempt = Duration::from_millis(50)).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store is unavailable after 3 attempts: no answer in time");
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let setup = setup_with(Lie::None, |config| {
        config.endpoint = format!("http://{}", free.local_addr().unwrap()).parse().unwrap();
        drop(free);
    })
    .await;
    assert_eq!(setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err().name(), "unavailable");
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_is_found_done() {
    let setup = setup(Lie::HangsUpAfterPut).await;
    let stored = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap();
    assert_eq!(setup.store.versions("checkpoint/7").len(), 1);
    assert_eq!(setup.s3.read(&stored).await.unwrap(), "one");
}

#[tokio::test]
async fn two_writers_at_once_are_tried_again() {
    let setup = setup(Lie::Races).await;
    assert!(setup.s3.put(&object("checkpoint/7", b"one")).await.is_ok());
    assert_eq!(setup.store.count("PUT"), 2);
}

#[tokio::test]
async fn a_store_that_knows_no_conditions_is_not_asked_again() {
    let setup = setup(Lie::Unconditional).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store answers 501 NotImplemented");
    assert_eq!(setup.store.count("PUT"), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let setup = setup(Lie::Redirects).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store answers 307 TemporaryRedirect");
    assert_eq!(setup.store.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_giant_answer_is_cut_off() {
    let setup = setup(Lie::Giant).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error, ArchiveError::Net(casemate_net::NetError::Oversize));
}

#[tokio::test]
async fn nothing_that_a_store_writes_is_shown() {
    let setup = setup(Lie::Garbles).await;
    let error = setup.s3.put(&object("checkpoint/7", b"one")).await.unwrap_err();
    assert_eq!(error.to_string(), "the store answers 403");
    let shown = setup.s3.probe(&plan()).await.to_string();
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()) && !shown.contains("admin"), "{shown}");
}
