//! Tests of the transitions.

use super::*;
use proptest::prelude::*;

const NOW: UnixMillis = UnixMillis(1);

fn version(n: u8) -> Definition {
    Definition::of_text(Kind::Tool, &format!("{{\"v\":{n}}}"))
}

fn see(pin: Option<&Pin>, definition: Definition, mode: Mode) -> Option<Transition> {
    let sighting = Sighting { kind: Kind::Tool, name: "echo".to_owned(), definition };
    sight(pin, sighting, mode, |_| Vec::new(), NOW)
}

fn finding(severity: Severity) -> Vec<Finding> {
    vec![Finding {
        rule: "signal.secrecy".to_owned(),
        place: "/description".to_owned(),
        severity,
        excerpt: String::new(),
    }]
}

/// A pin of version 1 in each state, with what it was approved as.
fn pin(state: State) -> Pin {
    let pending = see(None, version(1), Mode::Review).unwrap().pin;
    let approve = |pin: &Pin| pin.approve(pin.seen.as_ref().unwrap().digest, "ann", NOW).unwrap().pin;
    match state {
        State::Pending => pending,
        State::Approved => approve(&pending),
        State::Changed => see(Some(&approve(&pending)), version(2), Mode::Review).unwrap().pin,
        State::Removed => approve(&pending).absent(NOW).unwrap().pin,
        State::Blocked => pending.block(version(1).digest, "ann", NOW).unwrap().pin,
    }
}

#[test]
fn each_state_goes_where_the_rules_say() {
    use State::*;
    // The state, the version that is seen (0: none), the state after it (`None`: nothing happens).
    let table = [
        (Pending, 1, None),
        (Pending, 2, Some(Pending)),
        (Pending, 0, Some(Removed)),
        (Approved, 1, None),
        (Approved, 2, Some(Changed)),
        (Approved, 0, Some(Removed)),
        (Changed, 1, Some(Approved)),
        (Changed, 2, None),
        (Changed, 3, Some(Changed)),
        (Changed, 0, Some(Removed)),
        (Removed, 1, Some(Approved)),
        (Removed, 2, Some(Changed)),
        (Removed, 0, None),
        (Blocked, 1, None),
        (Blocked, 2, Some(Blocked)),
        (Blocked, 0, None),
    ];
    for mode in [Mode::Review, Mode::TrustFirst] {
        for (state, seen, want) in table {
            let before = pin(state);
            let after = if seen == 0 { before.absent(NOW) } else { see(Some(&before), version(seen), mode) };
            assert_eq!(after.as_ref().map(|t| t.pin.state), want, "{state} sees {seen} under {mode:?}");
            let Some(after) = after else { continue };
            assert_eq!(after.from, Some(state));
            assert_eq!(after.pin.approved, before.approved, "only a person changes what is approved");
            assert_eq!(after.pin.history.len(), before.history.len() + 1);
        }
    }
}

#[test]
fn a_first_sight_is_trusted_only_where_that_is_the_mode_and_nothing_grave_is_found() {
    let first = |mode, found: Vec<Finding>| {
        let sighting = Sighting { kind: Kind::Tool, name: "echo".to_owned(), definition: version(1) };
        sight(None, sighting, mode, |_| found, NOW).unwrap().pin
    };
    assert_eq!(first(Mode::Review, vec![]).state, State::Pending);
    assert_eq!(first(Mode::TrustFirst, vec![]).state, State::Approved);
    assert_eq!(first(Mode::TrustFirst, vec![]).history[0].actor, FIRST_SIGHT);
    assert_eq!(first(Mode::TrustFirst, finding(Severity::Medium)).state, State::Approved);
    let grave = first(Mode::TrustFirst, finding(Severity::High));
    assert_eq!((grave.state, grave.approved.is_none()), (State::Pending, true));
    // Once seen, it is no first sight any more, not even after it was gone.
    let gone = grave.absent(NOW).unwrap().pin;
    assert_eq!(see(Some(&gone), version(2), Mode::TrustFirst).unwrap().pin.state, State::Pending);
}

#[test]
fn a_person_approves_what_was_shown_and_nothing_else() {
    for state in State::ALL {
        let pin = pin(state);
        let seen = pin.seen.as_ref().unwrap().digest;
        assert_eq!(pin.approve(version(9).digest, "ann", NOW), Err(Reason::PinMoved), "{state}");
        assert_eq!(pin.block(version(9).digest, "ann", NOW), Err(Reason::PinMoved), "{state}");
        let approved = pin.approve(seen, "ann", NOW);
        if state == State::Removed {
            assert_eq!(approved, Err(Reason::PinMoved));
            continue;
        }
        let after = approved.unwrap().pin;
        assert!(after.admits(seen));
        assert_eq!(after.history.last().unwrap().actor, "ann");
        assert_eq!(pin.block(seen, "ann", NOW).unwrap().pin.state, State::Blocked);
    }
}

#[test]
fn several_under_one_name_cannot_be_approved() {
    let both = Definition::ambiguous(Kind::Tool, &[version(1), version(2)]);
    let new = see(None, both.clone(), Mode::TrustFirst).unwrap().pin;
    assert_eq!(new.state, State::Pending);
    assert_eq!(new.approve(both.digest, "ann", NOW), Err(Reason::PinChanged));
    let known = see(Some(&pin(State::Approved)), both, Mode::TrustFirst).unwrap().pin;
    assert_eq!(known.state, State::Changed);
}

#[test]
fn the_history_is_bounded_and_findings_belong_to_what_was_seen() {
    let mut pin = pin(State::Approved);
    for n in 0..200 {
        pin = see(Some(&pin), version(n % 2 + 5), Mode::Review).unwrap().pin;
    }
    assert_eq!(pin.history.len(), HISTORY);
    let sighting = |n| Sighting { kind: Kind::Tool, name: "echo".to_owned(), definition: version(n) };
    let found = sight(Some(&pin), sighting(9), Mode::Review, |_| finding(Severity::High), NOW).unwrap().pin;
    assert_eq!(found.findings, finding(Severity::High));
    assert_eq!(sight(Some(&found), sighting(9), Mode::Review, |_| panic!("asked again"), NOW), None);
}

fn listed(era: Era, n: u8) -> Listed {
    Listed { era, digest: version(n).digest, definition: Some(version(n)) }
}

fn lists(pin: &Pin, era: Era, n: u8) -> Option<Transition> {
    pin.list_differs(listed(era, n), |_| finding(Severity::High), NOW)
}

#[test]
fn what_a_list_showed_ends_with_a_list_or_a_person_and_never_with_a_survey() {
    let approved = pin(State::Approved);
    assert_eq!(lists(&approved, Era::Session, 1), None, "it is the approved one");
    let moved = lists(&approved, Era::Session, 2).unwrap();
    assert_eq!((moved.actor.as_str(), moved.era, moved.digest), (LIST, Some(Era::Session), Some(version(2).digest)));
    let differs = moved.pin;
    assert_eq!((differs.state, differs.shown()), (State::Changed, Some(&version(2))));
    assert_eq!(differs.findings, finding(Severity::High));
    assert_eq!(lists(&differs, Era::Session, 3), None, "once in each era");
    // Surveys that see the approved one, another one, or none.
    let mut now = differs.clone();
    for n in [1, 3, 0, 1] {
        let after = if n == 0 { now.absent(NOW) } else { see(Some(&now), version(n), Mode::TrustFirst) };
        now = after.map_or(now, |after| after.pin);
        assert_ne!(now.state, State::Approved, "{n}");
        assert_eq!(now.shown(), Some(&version(2)));
    }
    assert_eq!(now.state, State::Changed);
    // A list of the other era says nothing of this one.
    assert_eq!(now.list_agrees(Era::Modern, |_| vec![], NOW), None);
    let both = lists(&now, Era::Modern, 3).unwrap().pin;
    assert_eq!(both.list_agrees(Era::Modern, |_| vec![], NOW).unwrap().pin.state, State::Changed);
    let back = now.list_agrees(Era::Session, |_| vec![], NOW).unwrap();
    assert_eq!((back.pin.state, back.actor.as_str(), back.pin.findings.len()), (State::Approved, LIST, 0));
    // A person confirms the approved one where surveys see it, or approves the other.
    assert_eq!(now.approve(version(1).digest, "ann", NOW).unwrap().pin.state, State::Approved);
    let other = both.approve(version(2).digest, "ann", NOW).unwrap().pin;
    assert!(other.admits(version(2).digest) && other.listed.is_empty());
    let elsewhere = see(Some(&differs), version(3), Mode::Review).unwrap().pin;
    assert_eq!(elsewhere.approve(version(1).digest, "ann", NOW), Err(Reason::PinMoved), "surveys see another");
    for state in [State::Pending, State::Removed, State::Blocked] {
        assert_eq!(lists(&pin(state), Era::Session, 2), None, "{state}");
    }
}

#[test]
fn an_approval_that_is_withdrawn_waits_for_a_person() {
    for state in State::ALL {
        let pin = pin(state);
        let Some(withdrawn) = pin.withdraw(MOVED, NOW) else {
            assert_eq!(pin.approved, None);
            continue;
        };
        let want = match state {
            kept @ (State::Removed | State::Blocked) => kept,
            _ => State::Pending,
        };
        assert_eq!((withdrawn.pin.state, &withdrawn.pin.approved), (want, &None), "{state}");
        let again = see(Some(&withdrawn.pin), version(1), Mode::TrustFirst);
        assert!(again.is_none_or(|again| again.pin.state == State::Pending), "{state}");
    }
    let first = see(None, version(1), Mode::TrustFirst).unwrap();
    assert!(first.pin.trusted);
    let by_person = first.pin.approve(version(1).digest, "ann", NOW).unwrap().pin;
    assert!(!by_person.trusted);
    let moved = first.pin.withdraw(MODE, NOW).unwrap();
    let whole = see(Some(&moved.pin), version(2), Mode::Review).unwrap().completing(moved);
    assert_eq!((whole.from, whole.actor.as_str()), (Some(State::Approved), MODE));
    assert_eq!((whole.was, whole.digest), (Some(version(1).digest), Some(version(2).digest)));
}

#[derive(Debug, Clone)]
enum Act {
    See(u8),
    Miss,
    Block(u8),
    List(bool, u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..4_u8).prop_map(Act::See),
        2 => Just(Act::Miss),
        1 => (0..4_u8).prop_map(Act::Block),
        4 => (any::<bool>(), 0..4_u8).prop_map(|(modern, n)| Act::List(modern, n)),
    ]
}

proptest! {
    /// Whatever a server shows or hides, in whatever mode: without an approval by a person, what may be called is the
    /// definition that was approved before, or the very first one.
    #[test]
    fn nothing_a_server_does_moves_the_approval(
        approved in any::<bool>(),
        acts in proptest::collection::vec((act(), any::<bool>()), 0..40),
    ) {
        let mut now = if approved { Some(pin(State::Approved)) } else { None };
        let mut only = approved.then(|| version(1).digest);
        let mut differ = std::collections::BTreeSet::new();
        for (act, trust) in acts {
            let mode = if trust { Mode::TrustFirst } else { Mode::Review };
            let next = match act {
                Act::See(n) => {
                    if now.is_none() && trust {
                        only = Some(version(n).digest);
                    }
                    see(now.as_ref(), version(n), mode)
                }
                Act::Miss => now.as_ref().and_then(|pin| pin.absent(NOW)),
                Act::List(modern, n) => now.as_ref().and_then(|pin| {
                    let era = if modern { Era::Modern } else { Era::Session };
                    if Some(version(n).digest) == pin.approved.as_ref().map(|approved| approved.digest) {
                        differ.remove(&era);
                        return pin.list_agrees(era, |_| vec![], NOW);
                    }
                    let differs = lists(pin, era, n);
                    differ.extend(differs.as_ref().map(|_| era));
                    differs
                }),
                Act::Block(n) => now.as_ref().and_then(|pin| pin.block(version(n).digest, "ann", NOW).ok()),
            };
            if let Some(next) = next {
                now = Some(next.pin);
            }
            let Some(pin) = &now else { continue };
            prop_assert!(pin.history.len() <= HISTORY);
            for n in 0..4 {
                prop_assert!(!pin.admits(version(n).digest) || only == Some(version(n).digest));
            }
            if pin.state.standing() == Standing::Approved {
                prop_assert!(pin.seen.as_ref().is_some_and(|seen| pin.admits(seen.digest)));
                prop_assert!(differ.is_empty(), "{differ:?}");
            }
        }
    }
}
