//! What rules admit, and that nothing else is admitted.

use super::*;
use crate::digest::Digest;
use crate::host::Host;
use crate::mcp::Listen;
use crate::policy::{Reach, Server, Tenant};
use crate::principal::{How, Scopes};
use crate::{Subject, TenantId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn globs(list: &[&str]) -> Vec<Glob> {
    list.iter().map(|text| Glob::parse(text).unwrap()).collect()
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

fn server(name: &str) -> ServerName {
    ServerName::parse(name).unwrap()
}

/// One tool that a rule's pattern matches too, one that none does, one that only reads, and one of a server without rules.
fn unmanaged() -> BTreeMap<ServerName, BTreeSet<String>> {
    [(server("kb"), names(&["open_door", "delete", "stat"])), (server("bare"), names(&["delete"]))].into()
}

fn policy() -> Policy {
    let host = |text| Host::parse(text).unwrap();
    let entry = |reach| Server { host: host("mcp.example"), reach, read_only: names(&["read_file", "stat"]) };
    let rules = vec![
        Rule {
            servers: globs(&["kb"]),
            tools: globs(&["read_*", "open_*"]),
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
        tenants: [(TenantId::parse("acme").unwrap(), Tenant { rules, unmanaged: unmanaged() })].into(),
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
    pinned(name, target, Standing::Unpinned)
}

fn pinned(name: &str, target: Target, pin: Standing) -> Result<usize, Reason> {
    admit(&policy(), &principal("acme", "mcp"), &server(name), &target, pin, |_| {}).map(Admitted::rule)
}

fn tool(name: &str) -> Target {
    Target::Tool(name.to_owned())
}

#[test]
fn rules_admit_what_they_name() {
    assert_eq!(ask("kb", tool("read_file")), Ok(0));
    assert_eq!(ask("kb", tool("write_file")), Err(Reason::PolicyTool));
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
    let ask = |who: &Principal| {
        // Even where the definition is refused: the first check that fails names the reason.
        admit(&policy(), who, &server("kb"), &Target::Server, Standing::Blocked, |_| {}).map(Admitted::rule)
    };
    assert_eq!(ask(&principal("nobody", "mcp")), Err(Reason::TenantUnknown));
    assert_eq!(ask(&principal("acme", "")), Err(Reason::ScopeInsufficient));
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

#[test]
fn a_pattern_reaches_tools_that_only_read_and_no_others() {
    assert_eq!(ask("kb", tool("read_file")), Ok(0));
    assert_eq!(ask("kb", tool("read_mail")), Err(Reason::PolicyUnmanaged), "matched, and not known to be read-only");
    assert_eq!(ask("kb", tool("Read_file")), Err(Reason::PolicyTool), "names are compared character for character");
    assert_eq!(ask("kb", tool("stat")), Ok(0), "a name says more than what else is known of the tool");
}

#[test]
fn other_tools_are_reached_by_their_exact_name_alone() {
    assert_eq!(ask("kb", tool("delete")), Ok(0), "no rule's pattern has to match");
    assert_eq!(ask("kb", tool("open_door")), Ok(0));
    for name in ["delete_all", "Delete", "delete ", "delet", "open_window"] {
        let refused = if name == "open_window" { Reason::PolicyUnmanaged } else { Reason::PolicyTool };
        assert_eq!(ask("kb", tool(name)), Err(refused), "{name}");
    }
    assert_eq!(ask("bare", tool("delete")), Err(Reason::PolicyServer), "a rule must cover the server");
    let other = Target::Prompt("delete".to_owned());
    assert_eq!(ask("kb", other), Err(Reason::PolicyPrompt), "it names tools and nothing else");
}

#[test]
fn a_name_that_is_given_for_one_server_means_nothing_on_another() {
    let mut policy = policy();
    for tenant in policy.tenants.values_mut() {
        tenant.rules.push(Rule { servers: globs(&["bare"]), ..Rule::default() });
    }
    let who = principal("acme", "mcp");
    let ask = |on: &str, name: &str| admit(&policy, &who, &server(on), &tool(name), Standing::Approved, |_| {});
    assert_eq!(ask("bare", "delete").map(Admitted::rule), Ok(2));
    assert_eq!(ask("bare", "open_door"), Err(Reason::PolicyTool));
}

#[test]
fn a_definition_that_nobody_approved_is_refused_last() {
    for (pin, reason) in [
        (Standing::Pending, Reason::PinPending),
        (Standing::Changed, Reason::PinChanged),
        (Standing::Blocked, Reason::PinBlocked),
        (Standing::Removed, Reason::PinUnknown),
        (Standing::Unknown, Reason::PinUnknown),
    ] {
        for name in ["read_file", "delete"] {
            assert_eq!(pinned("kb", tool(name), pin), Err(reason), "{name} {pin:?}");
        }
        // Who may not call learns nothing about the definition.
        assert_eq!(pinned("kb", tool("write_file"), pin), Err(Reason::PolicyTool), "{pin:?}");
        assert_eq!(pinned("kb", tool("read_mail"), pin), Err(Reason::PolicyUnmanaged), "{pin:?}");
    }
    for pin in [Standing::Approved, Standing::Unpinned] {
        assert_eq!(pinned("kb", tool("read_file"), pin), Ok(0), "{pin:?}");
    }
}

#[test]
fn every_check_is_told_in_order_up_to_the_first_that_fails() {
    let told = |target: Target, pin: Standing| {
        let mut steps = Vec::new();
        let _ = admit(&policy(), &principal("acme", "mcp"), &server("kb"), &target, pin, |step| steps.push(step));
        steps
    };
    let all = told(tool("read_file"), Standing::Approved);
    let checks: Vec<_> = all.iter().map(|step| step.check).collect();
    let order =
        [Check::Tenant, Check::Scope, Check::Server, Check::Reach, Check::ServerRule, Check::TargetRule, Check::Pin];
    assert_eq!(checks, order);
    assert!(all.iter().all(|step| step.failed.is_none()));
    let pending = told(tool("read_file"), Standing::Pending);
    assert_eq!(pending.last().map(|step| (step.check, step.failed)), Some((Check::Pin, Some(Reason::PinPending))));
    let unmanaged = told(tool("read_mail"), Standing::Pending);
    let last = unmanaged.last().map(|step| (step.check, step.failed));
    assert_eq!(last, Some((Check::TargetRule, Some(Reason::PolicyUnmanaged))));
}

/// Names around those of the policy, and any other.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["read_file", "read_mail", "stat", "open_door", "open_window", "delete"])
            .prop_map(str::to_owned),
        "[a-z_]{1,12}",
    ]
}

fn standing() -> impl Strategy<Value = Standing> {
    prop::sample::select(vec![
        Standing::Unpinned,
        Standing::Approved,
        Standing::Pending,
        Standing::Changed,
        Standing::Removed,
        Standing::Blocked,
        Standing::Unknown,
    ])
}

proptest! {
    /// Taking away a rule or a name never admits what was refused before.
    #[test]
    fn fewer_rules_never_admit_more(
        name in name(),
        keep in 0_usize..3,
        kept in prop::collection::btree_set(name(), 0..4),
        on in prop::sample::select(vec!["kb", "bare"]),
        pin in standing(),
    ) {
        let full = policy();
        let mut less = full.clone();
        for tenant in less.tenants.values_mut() {
            tenant.rules.truncate(keep);
            tenant.unmanaged.values_mut().for_each(|names| names.retain(|name| kept.contains(name)));
        }
        let who = principal("acme", "mcp");
        let ask = |p: &Policy| admit(p, &who, &server(on), &tool(&name), pin, |_| {}).is_ok();
        prop_assert!(ask(&full) || !ask(&less));
    }

    /// Without a name of its own, only a tool that is listed as read-only is ever admitted.
    #[test]
    fn a_tool_that_nobody_named_is_admitted_only_if_it_reads(name in name(), pattern in "[a-z_?]{0,5}[*]?[a-z]") {
        let mut policy = policy();
        for tenant in policy.tenants.values_mut() {
            tenant.unmanaged.clear();
            tenant.rules.push(Rule { servers: globs(&["**"]), tools: globs(&[&pattern, "**"]), ..Rule::default() });
        }
        let who = principal("acme", "mcp");
        let admitted = admit(&policy, &who, &server("kb"), &tool(&name), Standing::Approved, |_| {}).is_ok();
        prop_assert_eq!(admitted, names(&["read_file", "stat"]).contains(&name));
    }
}
