//! Every case through the filter, whole, in pieces and in messages; a table; gates for each family.

use crate::known::{ANYWAY, KNOWN};
use crate::*;
use bytes::Bytes;
use casemate_core::glob::Glob;
use casemate_core::json::{Json, Limits};
use casemate_core::mcp::Method;
use casemate_inspect::{Action, Prefix, Registered};
use casemate_output::{
    Filter, Filtered, Policy, Rules, Scope, Settings, Shape, Stream, Treatment, Verdict, inspect_json,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The policy that the cases are made for. `reporting`: what would deny is only reported.
pub(super) fn filter(reporting: bool) -> Arc<Filter> {
    let glob = |id: &str| Glob::parse(id).unwrap();
    let mut rules = vec![(glob("host.*"), Treatment::Off), (glob("personal.*"), Treatment::Off)];
    if reporting {
        rules.push((glob("deny.*"), Treatment::Do(Action::Report)));
    }
    let allowed = vec![Prefix::parse(ALLOWED).unwrap()];
    let base = Settings { links: Some(allowed.clone()), images: Some(allowed), rules, ..Settings::default() };
    let value = registered(SEED);
    let values = Arc::new(Registered::new([value.as_bytes()]));
    Policy { base, registered: values, html_bytes: 1 << 18, ..Policy::default() }.filter(&Scope::default(), 0)
}

/// Letters and digits alone, in one case.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

pub(super) fn is_flagged(out: &Filtered<'_>) -> bool {
    let sign = |rule: &str| rule.starts_with("signal.") || rule.starts_with("deny.");
    out.verdict == Verdict::Denied || out.findings.iter().any(|found| sign(&found.rule))
}

/// What is wrong with the outcome of a case; `None` where nothing is.
fn fault(case: &Case, out: &Filtered<'_>) -> Option<String> {
    if case.expect == Expect::Flagged {
        return (!is_flagged(out)).then(|| "not flagged".to_owned());
    }
    leak(case, &out.text)
}

/// What came out of a case that must not.
fn leak(case: &Case, text: &str) -> Option<String> {
    if let Some(gone) = case.gone.iter().find(|gone| text.contains(gone.as_str())) {
        return Some(format!("left: {gone}"));
    }
    match case.expect {
        Expect::Unreachable => Judge::new([ALLOWED]).left(text),
        Expect::Gone if case.family == Family::Registered => {
            folded(text).contains(&folded(&registered(SEED))).then(|| "left: the value, folded".to_owned())
        }
        Expect::Gone | Expect::Flagged => None,
    }
}

#[derive(Debug, Default)]
struct Row {
    cases: usize,
    leaked: Vec<String>,
    twins: usize,
    lost: Vec<String>,
}

/// What is promised of a family, of a thousand cases.
const fn promised(family: Family) -> usize {
    match family {
        Family::Registered => 1000,
        Family::Vendor => 750,
        Family::Encoded => 950,
        Family::Plain => 0,
        _ => 995,
    }
}

fn table() -> BTreeMap<Family, Row> {
    let filter = filter(false);
    let mut rows: BTreeMap<Family, Row> = BTreeMap::new();
    for case in matrix(SEED) {
        let row = rows.entry(case.family).or_default();
        row.cases += 1;
        let out = filter.text(&case.input);
        if let Some(fault) = fault(&case, &out) {
            row.leaked.push(format!("{}\n    in:  {:?}\n    out: {:?}\n    {fault}", case.id, case.input, out.text));
        }
        assert_eq!(filter.text(&out.text).text, out.text, "{} does not come to rest", case.id);
        let Some(twin) = &case.twin else { continue };
        row.twins += 1;
        let out = filter.text(&twin.input);
        if !out.text.contains(&twin.kept) {
            row.lost.push(format!("{}\n    in:  {:?}\n    out: {:?}", case.id, twin.input, out.text));
        }
    }
    rows
}

fn is_known(entry: &str) -> bool {
    KNOWN.iter().any(|(id, _)| entry.starts_with(id)) && !(entry.starts_with("injection") && entry.contains(ANYWAY))
}

#[test]
fn each_family_keeps_what_is_promised() {
    let rows = table();
    println!("{:<18} {:>5} {:>11} {:>6} {:>6} {:>5}", "family", "n", "neutralised", "leaked", "twins", "kept");
    let mut failed = Vec::new();
    for (family, row) in &rows {
        let held = row.cases - row.leaked.len();
        let name = family.as_str();
        let kept = row.twins - row.lost.len();
        println!("{name:<18} {:>5} {held:>11} {:>6} {:>6} {kept:>5}", row.cases, row.leaked.len(), row.twins);
        let unknown = row.leaked.iter().filter(|entry| !is_known(entry)).count();
        if (row.cases - unknown) * 1000 < row.cases * promised(*family) {
            failed.push(format!("{name}: {} leaked", unknown));
        }
        if kept * 100 < row.twins * 99 {
            failed.push(format!("{name}: {} twins lost", row.lost.len()));
        }
    }
    for entry in rows.values().flat_map(|row| row.leaked.iter().chain(&row.lost)) {
        println!("{}{entry}", if is_known(entry) { "known: " } else { "" });
    }
    let leaked: BTreeSet<&str> =
        rows.values().flat_map(|row| &row.leaked).filter_map(|entry| entry.lines().next()).collect();
    let cases = matrix(SEED);
    let held = cases.iter().filter(|case| is_known(&case.id) && !leaked.contains(case.id.as_str()));
    let held: Vec<_> = held.map(|case| &case.id).collect();
    assert!(held.is_empty(), "these pass now and are to leave the list: {held:#?}");
    let stale: Vec<_> = KNOWN.iter().filter(|(id, _)| !cases.iter().any(|case| case.id.starts_with(id))).collect();
    assert!(stale.is_empty(), "no case has these ids: {stale:#?}");
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn hardly_any_benign_text_is_touched() {
    let filter = filter(false);
    let texts = benign(SEED);
    let (mut touched, mut flagged) = (Vec::new(), 0);
    for benign in &texts {
        let out = filter.text(&benign.text);
        flagged += usize::from(is_flagged(&out));
        if is_flagged(&out) {
            println!("flagged: {}: {:?} {:?}", benign.id, benign.text, out.findings);
        }
        if out.verdict != Verdict::Pass {
            touched
                .push(format!("{}\n    in:  {:?}\n    out: {:?} {:?}", benign.id, benign.text, out.text, out.findings));
        }
    }
    println!("{} benign texts, {} touched, {flagged} flagged", texts.len(), touched.len());
    println!("{}", touched.join("\n"));
    assert!(touched.len() * 100 <= texts.len(), "{} of {}", touched.len(), texts.len());
}

/// Parts of that many bytes, or of drawn lengths, on boundaries of characters.
fn cut(text: &str, size: Option<usize>, draw: &mut Draw) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = rest.ceil_char_boundary(size.unwrap_or_else(|| 1 + draw.below(40)).min(rest.len()));
        let (part, tail) = rest.split_at(end);
        parts.push(part.to_owned());
        rest = tail;
    }
    parts
}

#[test]
fn a_stream_gives_the_same_however_it_is_cut() {
    let filter = filter(true);
    let benign = benign(SEED).into_iter().map(|benign| (benign.id, benign.text));
    let cases = matrix(SEED).into_iter().map(|case| (case.id, case.input));
    let mut wrong = Vec::new();
    for (id, text) in cases.chain(benign) {
        let whole = filter.text(&text);
        let mut draw = Draw::named(SEED, &id);
        for size in [Some(1), Some(3), Some(7), Some(64), None] {
            let mut stream = Stream::new(Arc::clone(&filter));
            let mut out = String::new();
            for part in cut(&text, size, &mut draw) {
                out.push_str(&stream.push(&part).expect("nothing denies").text);
            }
            out.push_str(&stream.finish().expect("nothing denies").text);
            if out != whole.text {
                wrong.push(format!(
                    "{id} at {size:?}\n    in:     {text:?}\n    whole:  {:?}\n    stream: {out:?}",
                    whole.text
                ));
                break;
            }
        }
    }
    println!("{}", wrong.join("\n"));
    assert!(wrong.is_empty(), "{} differ", wrong.len());
}

const fn shape(channel: Channel) -> Shape {
    match channel {
        Channel::Description => Shape::Result(Method::ToolsList),
        Channel::Error => Shape::Error,
        Channel::Notification => Shape::Notification,
        _ => Shape::Result(Method::ToolsCall),
    }
}

#[test]
fn no_channel_of_a_message_lets_out_what_the_text_would_not() {
    let rules = Rules { filter: filter(false), media_bytes: 1 << 16, tokens: 1 << 20 };
    let mut wrong = Vec::new();
    for case in matrix(SEED).iter().filter(|case| case.expect != Expect::Flagged) {
        let message = case.channel.message(&case.input);
        let json = Json::parse(Bytes::from(message), Limits::default()).expect("a message");
        let Ok(inspected) = inspect_json(&json, shape(case.channel), &rules, 0) else { continue };
        let body = inspected.edits.apply(&json);
        let json = Json::parse(body, Limits::default()).expect("a message");
        let texts: Vec<_> = json.root().strings().filter_map(|text| text.as_str()).collect();
        // In data for programs a URL that stands alone is data.
        let data = case.channel == Channel::Structured;
        for text in &texts {
            let fault =
                leak(case, text).filter(|fault| !(data && (fault.starts_with("bare:") || fault.starts_with("left:"))));
            if let Some(fault) = fault.filter(|_| !is_known(&case.id)) {
                wrong.push(format!("{}\n    in:  {:?}\n    out: {text:?}\n    {fault}", case.id, case.input));
            }
        }
    }
    println!("{}", wrong.join("\n"));
    assert!(wrong.is_empty(), "{} left something", wrong.len());
}
