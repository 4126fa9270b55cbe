//! What rules admit, and that nothing else is admitted.

use super::*;
use crate::digest::Digest;
use crate::host::Host;
use crate::mcp::Listen;
use crate::policy::{Reach, Server, Tenant};
use crate::principal::{How, Scopes};
use crate::{Subject, TenantId};
use proptest::prelude::*;

fn globs(list: &[&str]) -> Vec<Glob> {
    list.iter().map(|text| Glob::parse(text).unwrap()).collect()
}

fn server(name: &str) -> ServerName {
    ServerName::parse(name).unwrap()
}

fn policy() -> Policy {
    let host = |text| Host::parse(text).unwrap();
    let entry = |reach| Server { host: host("mcp.example"), reach };
    let rules = vec![
        Rule {
            servers: globs(&["kb"]),
            tools: globs(&["read_*"]),
            resources: globs(&["kb://public/**"]),
            ..Rule::default()
        },
        Rule {
            servers: globs(&["k*"]),
            prompts: globs(&["hello"]),
            resources: globs(&["kb://odd/../exact"]),
            completion: true,
            subscriptions: true,
            ..Rule::default()
        },
    ];
    Policy {
        digest: Digest::of(b"p"),
        servers: [
            (server("kb"), entry(Reach::Allowed)),
            (server("far"), entry(Reach::OutsideDomains)),
            (server("off"), entry(Reach::NotListed)),
            (server("bare"), entry(Reach::Allowed)),
        ]
        .into(),
        tenants: [(TenantId::parse("acme").unwrap(), Tenant { rules })].into(),
    }
}

fn principal(tenant: &str, scopes: &str) -> Principal {
    Principal {
        tenant: TenantId::parse(tenant).unwrap(),
        subject: Subject::parse("s").unwrap(),
        scopes: Scopes::from_claim(scopes),
        how: How::Anonymous,
    }
}

fn ask(name: &str, target: Target) -> Result<usize, Reason> {
    admit(&policy(), &principal("acme", "mcp"), &server(name), &target, |_| {}).map(Admitted::rule)
}

#[test]
fn rules_admit_what_they_name() {
    assert_eq!(ask("kb", Target::Tool("read_file".into())), Ok(0));
    assert_eq!(ask("kb", Target::Tool("write_file".into())), Err(Reason::PolicyTool));
    assert_eq!(ask("kb", Target::Prompt("hello".into())), Ok(1));
    assert_eq!(ask("kb", Target::Prompt("bye".into())), Err(Reason::PolicyPrompt));
    assert_eq!(ask("kb", Target::Server), Ok(0));
    assert_eq!(ask("bare", Target::Server), Err(Reason::PolicyServer));
    assert_eq!(ask("nowhere", Target::Server), Err(Reason::PolicyServer));
    assert_eq!(ask("far", Target::Server), Err(Reason::PolicyDomain));
    assert_eq!(ask("off", Target::Server), Err(Reason::PolicyAllowlist));
}

#[test]
fn tenant_and_scope_come_first() {
    let p = policy();
    let tell = |_| {};
    assert_eq!(
        admit(&p, &principal("nobody", "mcp"), &server("kb"), &Target::Server, tell),
        Err(Reason::TenantUnknown)
    );
    assert_eq!(admit(&p, &principal("acme", ""), &server("kb"), &Target::Server, tell), Err(Reason::ScopeInsufficient));
}

#[test]
fn uris_that_climb_need_an_exact_rule() {
    let read = |uri: &str| ask("kb", Target::Resource(uri.to_owned()));
    assert_eq!(read("kb://public/a/b"), Ok(0));
    assert_eq!(read("kb://odd/../exact"), Ok(1));
    for uri in [
        "kb://public/../secret",
        "kb://public/%2e%2e/secret",
        "kb://public/..%2fsecret",
        "kb://public/%252e%252e/secret",
        "kb://public/a\\..\\secret",
        "kb://public/./a",
        "kb://public/ a",
        "kb://secret/a",
    ] {
        assert_eq!(read(uri), Err(Reason::PolicyResource), "{uri}");
    }
}

#[test]
fn watching_needs_every_uri() {
    let listen = |uris: &[&str]| {
        ask(
            "kb",
            Target::Listen(Listen {
                tools: true,
                uris: uris.iter().map(|u| (*u).to_owned()).collect(),
                ..Listen::default()
            }),
        )
    };
    assert_eq!(listen(&[]), Ok(1));
    assert_eq!(listen(&["kb://odd/../exact"]), Ok(1));
    assert_eq!(listen(&["kb://secret"]), Err(Reason::PolicySubscription));
    let completion = |target| ask("kb", Target::Completion(target));
    assert_eq!(completion(Completion::Prompt("hello".into())), Ok(1));
    assert_eq!(completion(Completion::Prompt("bye".into())), Err(Reason::PolicyCompletion));
}

proptest! {
    /// A rule's removal never admits what was refused before.
    #[test]
    fn fewer_rules_never_admit_more(name in "[a-z_]{1,12}", keep in 0_usize..3) {
        let full = policy();
        let mut less = full.clone();
        if let Some(tenant) = less.tenants.values_mut().next() {
            tenant.rules.truncate(keep);
        }
        let target = Target::Tool(name);
        let who = principal("acme", "mcp");
        let ask = |p: &Policy| admit(p, &who, &server("kb"), &target, |_| {}).is_ok();
        prop_assert!(ask(&full) || !ask(&less));
    }
}
