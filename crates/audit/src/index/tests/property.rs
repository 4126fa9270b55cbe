//! For random logs and random questions: asking through the index is filtering a whole reading.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

#[derive(Debug, Clone)]
struct Any {
    values: [Option<u8>; 7],
    reasons: Vec<u8>,
    time: u64,
}

const NAMES: [&str; 7] = ["tenant", "subject", "server", "method", "tool", "trace", "kind"];
/// Texts of a log that somebody made: of ours they are plain tokens.
const TEXTS: [&str; 5] = ["a", "b", "\u{202e}\"\\\n", "=cmd()", "\u{1f600}"];

fn any() -> impl Strategy<Value = Any> {
    let value = || prop::option::of(0..5_u8);
    let values = (value(), value(), value(), value(), value(), value(), (0..5_u8).prop_map(Some));
    (values, prop::collection::vec(0..5_u8, 0..3), 0..50_u64).prop_map(|(values, reasons, time)| {
        let (a, b, c, d, e, f, g) = values;
        Any { values: [a, b, c, d, e, f, g], reasons, time }
    })
}

fn value(name: &str, n: u8) -> String {
    if name == "trace" { trace(u64::from(n)).to_string() } else { TEXTS[usize::from(n)].to_owned() }
}

fn json(any: &Any, seq: u64) -> Value {
    let mut json = json!({"seq": seq, "time": NOW + any.time});
    for (name, n) in NAMES.iter().zip(any.values) {
        if let Some(n) = n {
            json[*name] = value(name, n).into();
        }
    }
    if !any.reasons.is_empty() {
        json["reasons"] = any.reasons.iter().map(|n| value("reason", *n)).collect();
    }
    json
}

fn filter(asked: &Any, reason: bool, times: (bool, bool), span: u64) -> Filter {
    let text = |at: usize| asked.values[at].map(|n| value(NAMES[at], n));
    Filter {
        tenant: text(0),
        subject: text(1),
        server: text(2),
        method: text(3),
        tool: text(4),
        trace: asked.values[5].map(|n| trace(u64::from(n))),
        kind: text(6).filter(|_| asked.time.is_multiple_of(2)),
        fingerprint: None,
        reason: asked.reasons.first().filter(|_| reason).map(|n| value("reason", *n)),
        since: times.0.then_some(UnixMillis(NOW + asked.time)),
        until: times.1.then_some(UnixMillis(NOW + asked.time + span)),
    }
}

fn wanted(filter: &Filter, json: &Value) -> bool {
    let same = |name: &str, wanted: &Option<String>| wanted.as_ref().is_none_or(|text| json[name] == *text);
    let time = json["time"].as_u64().unwrap();
    same("tenant", &filter.tenant)
        && same("subject", &filter.subject)
        && same("server", &filter.server)
        && same("method", &filter.method)
        && same("tool", &filter.tool)
        && same("kind", &filter.kind)
        && same("trace", &filter.trace.map(|trace| trace.to_string()))
        && filter
            .reason
            .as_ref()
            .is_none_or(|code| json["reasons"].as_array().is_some_and(|all| all.contains(&json!(code))))
        && filter.since.is_none_or(|since| time >= since.0)
        && filter.until.is_none_or(|until| time < until.0)
}

/// A few members of a question, so that it often has an answer.
fn sparse() -> impl Strategy<Value = Any> {
    (any(), prop::array::uniform7(prop::bool::weighted(0.3))).prop_map(|(mut any, keep)| {
        any.values.iter_mut().zip(keep).for_each(|(value, keep)| *value = value.filter(|_| keep));
        any
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_index_answers_as_a_whole_reading_does(
        log in prop::collection::vec(any(), 1..150),
        asked in prop::collection::vec((sparse(), prop::bool::ANY, (prop::bool::ANY, prop::bool::ANY), 0..60_u64), 1..8),
        segment_bytes in prop::sample::select(vec![300_u64, 2_000, 20_000, 1 << 20]),
        indexed in 0..150_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut made = Made::new(dir.path(), segment_bytes);
        for (seq, any) in log.iter().enumerate() {
            made.push(json(any, seq as u64).to_string().as_bytes());
            if seq == indexed {
                made.head();
                update(dir.path());
            }
        }
        made.head();
        for (asked, reason, times, span) in asked {
            let filter = filter(&asked, reason, times, span);
            let mut truth = scanned(dir.path(), &|json| wanted(&filter, json));
            for way in [Way::Index, Way::Log] {
                prop_assert_eq!(&ask(dir.path(), &filter, Order::Oldest, way), &truth);
            }
            truth.reverse();
            prop_assert_eq!(&ask(dir.path(), &filter, Order::Newest, Way::Index), &truth);
        }
    }
}
