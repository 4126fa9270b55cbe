//! Which part of a policy wins.

use super::*;

fn glob(text: &str) -> Glob {
    Glob::parse(text).unwrap()
}

fn at(tenant: Option<&str>, upstream: Option<&str>, tool: Option<&str>) -> Where {
    let own = |name: Option<&str>| name.map(str::to_owned);
    Where { tenant: own(tenant), upstream: own(upstream), tool: own(tool) }
}

fn rules(rules: &[(&str, Treatment)]) -> Settings {
    Settings { rules: rules.iter().map(|(id, t)| (glob(id), *t)).collect(), ..Settings::default() }
}

const SCOPE: Scope<'static> = Scope { tenant: Some("a"), upstream: Some("u"), tool: Some("t"), sensitive: false };

fn treatment(policy: &Policy, id: &str) -> Option<Treatment> {
    Resolved::new(policy, &SCOPE, 0).treatment(id)
}

#[test]
fn the_narrower_part_wins_and_of_equally_narrow_ones_the_stricter() {
    let deny = Treatment::Do(Action::Deny);
    let redact = Treatment::Do(Action::Redact);
    let mut policy = Policy { base: rules(&[("secret.*", deny)]), ..Policy::default() };
    assert_eq!(treatment(&policy, "secret.x.y"), Some(deny));
    assert_eq!(treatment(&policy, "host.x"), None);
    policy.overrides.push((at(None, Some("u"), None), rules(&[("secret.*", Treatment::Off)])));
    assert_eq!(treatment(&policy, "secret.x"), Some(Treatment::Off));
    policy.overrides.push((at(Some("a"), None, None), rules(&[("secret.x", redact)])));
    assert_eq!(treatment(&policy, "secret.x"), Some(redact));
    policy
        .overrides
        .push((at(Some("a"), Some("u"), Some("t")), rules(&[("secret.x", Treatment::Shadow(Action::Deny))])));
    assert_eq!(treatment(&policy, "secret.x"), Some(Treatment::Shadow(Action::Deny)));
    policy.overrides.push((at(Some("b"), Some("u"), Some("t")), rules(&[("**", deny)])));
    assert_eq!(treatment(&policy, "secret.x"), Some(Treatment::Shadow(Action::Deny)), "another tenant's");
}

#[test]
fn within_one_part_the_last_that_fits_counts() {
    let policy = Policy {
        base: rules(&[
            ("secret.*", Treatment::Off),
            ("secret.a", Treatment::Do(Action::Deny)),
            ("secret.?", Treatment::Off),
        ]),
        ..Policy::default()
    };
    assert_eq!(treatment(&policy, "secret.a"), Some(Treatment::Off));
}

#[test]
fn of_two_allow_lists_what_stands_in_both_counts() {
    let list = |urls: &[&str]| Some(urls.iter().map(|url| Prefix::parse(url).unwrap()).collect::<Vec<_>>());
    let with = |links| Settings { links, ..Settings::default() };
    let policy = Policy {
        base: with(list(&["https://base.example"])),
        overrides: vec![
            (at(Some("a"), None, None), with(list(&["https://a.example", "https://b.example"]))),
            (at(None, Some("u"), None), with(list(&["https://b.example", "https://c.example"]))),
        ],
        ..Policy::default()
    };
    let here = Resolved::new(&policy, &SCOPE, 0);
    assert_eq!(here.links(), list(&["https://b.example"]).unwrap());
    let elsewhere = Resolved::new(&policy, &Scope::default(), 0);
    assert_eq!(elsewhere.links(), list(&["https://base.example"]).unwrap());
    assert_eq!((here.link_mode(), here.query(), here.marking()), (LinkMode::Rewrite, Query::Keep, Marking::Off));
}

#[test]
fn a_suppression_ends_on_its_day() {
    let suppression =
        Suppression { rule: glob("secret.*"), place: at(None, Some("u"), None), until: 100, reason: "fixtures".into() };
    let policy = Policy { suppressions: vec![suppression], ..Policy::default() };
    assert_eq!(Resolved::new(&policy, &SCOPE, 99).suppressed("secret.a"), Some("fixtures"));
    assert_eq!(Resolved::new(&policy, &SCOPE, 100).suppressed("secret.a"), None);
    assert_eq!(Resolved::new(&policy, &SCOPE, 99).suppressed("host.a"), None);
    assert_eq!(Resolved::new(&policy, &Scope::default(), 99).suppressed("secret.a"), None);
}
