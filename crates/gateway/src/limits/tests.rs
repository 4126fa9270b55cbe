//! Limits as callers meet them.

use super::*;
use crate::config::{Limit, Mode, Rate};
use crate::identity::fixture::{config, tenant_id};
use casemate_core::Subject;
use casemate_core::glob::Glob;
use casemate_core::principal::{How, Scopes};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn principal(tenant: &str, subject: &str) -> Principal {
    Principal {
        tenant: tenant_id(tenant),
        subject: Subject::parse(subject).unwrap(),
        scopes: Scopes::default(),
        how: How::Anonymous,
    }
}

fn rate(rpm: u32, burst: u32) -> Limit {
    Limit { rate: Some(Rate { rpm, burst }), concurrency: None }
}

fn at_once(concurrency: u32) -> Limit {
    Limit { rate: None, concurrency: Some(concurrency) }
}

fn with(change: impl FnOnce(&mut crate::config::Tenant)) -> Config {
    let mut config = config(Mode::None, None, None);
    change(config.tenants.get_mut("acme").unwrap());
    config
}

fn reason<T>(result: Result<T, Refusal>) -> Option<(Reason, Option<u64>)> {
    result.err().map(|refusal| (refusal.reason, refusal.retry_after))
}

#[test]
fn a_tenant_has_its_rate_and_others_have_theirs() {
    let limits = Limits::new(&with(|_| {}));
    for _ in 0..60 {
        assert!(limits.admit(&principal("acme", "a"), NOW).is_ok());
    }
    assert_eq!(reason(limits.admit(&principal("acme", "b"), NOW)), Some((Reason::LimitRate, Some(1))));
    assert!(limits.admit(&principal("beta", "a"), NOW).is_ok());
    assert!(limits.admit(&principal("acme", "b"), NOW.plus(100)).is_ok());
    assert_eq!(reason(limits.admit(&principal("gamma", "a"), NOW)), Some((Reason::TenantUnknown, None)));
}

#[test]
fn the_headers_say_what_is_left() {
    let limits = Limits::new(&with(|tenant| tenant.subject = rate(60, 5)));
    let show = |headers: Vec<(HeaderName, HeaderValue)>| {
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect::<Vec<_>>()
    };
    let caller = principal("acme", "a");
    assert_eq!(
        show(limits.admit(&caller, NOW).unwrap().headers()),
        [
            r#"ratelimit-policy: "tenant";q=600;w=60, "subject";q=60;w=60"#,
            r#"ratelimit: "tenant";r=59;t=1, "subject";r=4;t=1"#
        ]
    );
    let other = limits.admit(&principal("beta", "a"), NOW).unwrap().headers();
    assert_eq!(show(other), [r#"ratelimit-policy: "tenant";q=600;w=60"#, r#"ratelimit: "tenant";r=59;t=1"#]);
    while limits.admit(&caller, NOW).is_ok() {}
    assert_eq!(show(limits.refused_headers(&caller, NOW))[1], r#"ratelimit: "tenant";r=55;t=1, "subject";r=0;t=5"#);
}

#[test]
fn a_caller_who_is_refused_takes_nothing_from_its_tenant() {
    let limits = Limits::new(&with(|tenant| tenant.subject = rate(60, 2)));
    let greedy = principal("acme", "greedy");
    let refused = (0..500).filter(|_| limits.admit(&greedy, NOW).is_err()).count();
    assert_eq!(refused, 498);
    assert_eq!(reason(limits.admit(&greedy, NOW)), Some((Reason::LimitSubject, Some(1))));
    for n in 0..29 {
        let caller = principal("acme", &format!("caller-{n}"));
        assert!(limits.admit(&caller, NOW).is_ok() && limits.admit(&caller, NOW).is_ok());
    }
    let last = principal("acme", "last");
    assert_eq!(reason(limits.admit(&last, NOW)), Some((Reason::LimitRate, Some(1))));
    for _ in 0..10 {
        assert!(limits.admit(&last, NOW).is_err());
    }
    let left = limits.refused_headers(&last, NOW);
    assert!(left[1].1.to_str().unwrap().contains("\"subject\";r=2"), "what the tenant refused was given back");
}

#[test]
fn calls_at_once() {
    let limits = Limits::new(&with(|tenant| (tenant.limit.concurrency, tenant.subject) = (Some(3), at_once(2))));
    let admit = |subject: &str| limits.admit(&principal("acme", subject), NOW);
    let (first, _second) = (admit("a").unwrap(), admit("a").unwrap());
    assert_eq!(reason(admit("a")), Some((Reason::LimitConcurrency, Some(1))));
    let _third = admit("b").unwrap();
    assert_eq!(reason(admit("c")), Some((Reason::LimitConcurrency, Some(1))));
    drop(first);
    assert!(admit("c").is_ok());
    assert!(admit("a").is_ok(), "what was refused for the tenant left no trace at the subject");
}

#[test]
fn tools_are_shared_by_all_subjects() {
    let glob = |text: &str| Glob::parse(text).unwrap();
    let limits = Limits::new(&with(|tenant| {
        tenant.tools = vec![
            (glob("kb"), glob("write_*"), Limit { concurrency: Some(1), ..rate(60, 3) }),
            (glob("*"), glob("write_page"), rate(60, 2)),
        ];
    }));
    let kb = ServerName::parse("kb").unwrap();
    let call = |subject: &str, tool: &str| limits.admit_tool(&principal("acme", subject), &kb, tool, NOW);
    for _ in 0..50 {
        assert!(call("a", "read").is_ok());
    }
    let running = call("a", "write_page").unwrap();
    assert_eq!(reason(call("b", "write_note")), Some((Reason::LimitConcurrency, Some(1))));
    drop(running);
    assert!(call("b", "write_page").is_ok());
    assert_eq!(reason(call("c", "write_page")), Some((Reason::LimitTool, Some(1))));
    assert!(limits.admit_tool(&principal("beta", "a"), &kb, "write_page", NOW).is_ok());
    let elsewhere = ServerName::parse("wiki").unwrap();
    let wiki = limits.admit_tool(&principal("acme", "a"), &elsewhere, "write_page", NOW);
    assert_eq!(reason(wiki), Some((Reason::LimitTool, Some(1))));
}

#[test]
fn a_tool_refused_by_one_limit_is_given_back_to_the_others() {
    let glob = |text: &str| Glob::parse(text).unwrap();
    let limits = Limits::new(&with(|tenant| {
        tenant.tools = vec![(glob("*"), glob("*"), rate(60, 5)), (glob("*"), glob("send"), rate(60, 1))];
    }));
    let server = ServerName::parse("kb").unwrap();
    let call = |tool: &str| limits.admit_tool(&principal("acme", "a"), &server, tool, NOW).is_ok();
    assert!(call("send"));
    assert!((0..20).all(|_| !call("send")));
    assert!((0..4).all(|_| call("read")));
    assert!(!call("read"));
}

#[test]
fn a_full_table_lets_nobody_through_unlimited() {
    let limits = Limits::new(&with(|tenant| (tenant.limit, tenant.subject) = (rate(1_000_000, 1_000_000), rate(6, 1))));
    for n in 0..10_000 {
        assert!(limits.admit(&principal("acme", &format!("s{n}")), NOW).is_ok());
    }
    assert_eq!(limits.counts().subjects, 10_000);
    assert_eq!(reason(limits.admit(&principal("acme", "one-more"), NOW)), Some((Reason::LimitKeys, Some(1))));
    assert!(limits.admit(&principal("beta", "a"), NOW).is_ok(), "another tenant has its own table");
    assert!(limits.admit(&principal("acme", "one-more"), NOW.plus(10_000)).is_ok(), "idle subjects make room");
    assert_eq!(limits.counts().subjects, 1);
}

#[test]
fn a_reload_gives_nobody_a_new_burst() {
    let limits = Limits::new(&with(|tenant| (tenant.limit, tenant.subject) = (rate(600, 4), at_once(1))));
    let running = limits.admit(&principal("acme", "a"), NOW).unwrap();
    for n in 0..3 {
        assert!(limits.admit(&principal("acme", &format!("s{n}")), NOW).is_ok());
    }
    let peer: std::net::IpAddr = "192.0.2.1".parse().unwrap();
    while limits.unauthenticated(peer, NOW).is_ok() {}
    limits.update(&with(|tenant| (tenant.limit, tenant.subject) = (rate(600, 4), at_once(1))));
    assert_eq!(reason(limits.admit(&principal("acme", "x"), NOW)), Some((Reason::LimitRate, Some(1))));
    assert!(limits.may_try(peer, NOW).is_err());
    let later = NOW.plus(10_000);
    assert_eq!(reason(limits.admit(&principal("acme", "a"), later)), Some((Reason::LimitConcurrency, Some(1))));
    drop(running);
    assert!(limits.admit(&principal("acme", "a"), later).is_ok());
}

#[test]
fn strangers_are_limited_on_their_own() {
    let limits = Limits::new(&with(|_| {}));
    let peer: std::net::IpAddr = "2001:db8::1".parse().unwrap();
    for _ in 0..10 {
        assert!(limits.may_try(peer, NOW).is_ok());
        assert!(limits.unauthenticated(peer, NOW).is_ok());
    }
    assert_eq!(reason(limits.may_try(peer, NOW)), Some((Reason::LimitUnauthenticated, Some(1))));
    assert_eq!(reason(limits.unauthenticated(peer, NOW)), Some((Reason::LimitUnauthenticated, Some(1))));
    assert!(limits.admit(&principal("acme", "a"), NOW).is_ok());
    assert_eq!(limits.counts().addresses, 1);
}
