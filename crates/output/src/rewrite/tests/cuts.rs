//! Links that are cut anywhere: over the items of an answer, and over the notifications of a stream.

use super::*;
use crate::filter::Verdict;
use casemate_core::json::quote;

/// A small generator (SplitMix64).
struct Draw(u64);

impl Draw {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// A text cut at every sign, or at up to twelve places.
    fn pieces(&mut self, text: &str) -> Vec<String> {
        let signs = self.below(3) == 0;
        let cuts: Vec<usize> = match signs {
            true => text.match_indices(|c: char| !c.is_alphanumeric()).flat_map(|(at, _)| [at, at + 1]).collect(),
            false => (0..1 + self.below(12)).map(|_| self.below(text.len())).collect(),
        };
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|at| *at > 0 && *at < text.len()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().copied().chain([text.len()]);
        std::iter::once(0).chain(cuts.iter().copied()).zip(ends).map(|(from, to)| text[from..to].to_owned()).collect()
    }
}

/// Where a link stands; `@` for the URL.
const PLACES: [&str; 12] = [
    "[x](@)",
    "![x](@)",
    "a [x](@ \"t\") b",
    "[x](<@>)",
    "<@>",
    "@",
    "see @ now",
    "<a href=\"@\">x</a>",
    "<img src='@'>",
    "[x]: @\n\n[x]",
    "see [the docs][1]\n\n[1]: @",
    "![a][b]\n\n[b]: @ 'c'",
];

const URLS: [&str; 3] =
    ["https://a.b-c.evil.example/c?d=CANARY7391", "http://evil-zone.test/CANARY", "//evil.example/?d=1"];

fn policy() -> Policy {
    let docs = Prefix::parse("https://docs.example.com/").unwrap();
    let base = Settings { links: Some(vec![docs.clone()]), images: Some(vec![docs]), ..Settings::default() };
    Policy { base, ..Policy::default() }
}

/// What has gone out, put together, where it still leads there.
fn left(text: &str, url: &str) -> Option<String> {
    let host = url.split("//").nth(1).and_then(|rest| rest.split_once('/')).map_or("", |(host, _)| host);
    let leads = ["http:", "https:", "(", "<", "\"", "'", ": "]
        .iter()
        .any(|before| text.contains(&format!("{before}//{host}/")));
    leads.then(|| text.to_owned())
}

#[test]
fn a_link_over_items_goes_wherever_it_is_cut() {
    let (rules, mut draw, mut bad) = (under(&policy(), false), Draw(20_261_124), Vec::new());
    for round in 0..600 {
        let (place, url) = (PLACES[round % PLACES.len()], URLS[draw.below(URLS.len())]);
        let pieces = draw.pieces(&place.replace('@', url));
        // Without a scheme it is a link only within brackets.
        if url.starts_with("//") && matches!(place, "@" | "see @ now" | "<@>") {
            continue;
        }
        let items: Vec<_> = pieces.iter().map(|text| format!(r#"{{"type":"text","text":{}}}"#, quote(text))).collect();
        let json = parse(&format!(r#"{{"id":1,"result":{{"content":[{}]}}}}"#, items.join(",")));
        let Ok(inspected) = inspect_json(&json, Shape::Result(Method::ToolsCall), &rules, 0) else { continue };
        let json = Json::parse(inspected.edits.apply(&json), Limits::default()).unwrap();
        let content = json.root().path(&["result", "content"]).unwrap();
        let texts = content.items().map(|item| item.get("text").unwrap().as_str().unwrap().into_owned());
        bad.extend(left(&texts.collect::<String>(), url).map(|text| format!("{pieces:?}: {text}")));
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

/// The texts of notifications that go out.
fn told(pieces: &[String], rules: &Rules, wait: bool) -> Vec<String> {
    let message = |piece: &String| {
        let params = format!(r#"{{"level":"info","data":{}}}"#, quote(piece));
        (Shape::Notification, format!(r#"{{"method":"notifications/message","params":{params}}}"#))
    };
    let messages: Vec<_> = pieces.iter().map(message).collect();
    let text =
        |message: String| parse(&message).root().path(&["params", "data"]).unwrap().as_str().unwrap().into_owned();
    together::stream(&messages, rules, wait).into_iter().flatten().map(text).collect()
}

#[test]
fn a_link_over_notifications_goes_wherever_it_is_cut() {
    let (rules, mut draw, mut bad) = (under(&policy(), false), Draw(20_261_125), Vec::new());
    for round in 0..600 {
        let (place, url) = (PLACES[round % PLACES.len()], URLS[draw.below(URLS.len())]);
        let pieces = draw.pieces(&place.replace('@', url));
        if url.starts_with("//") && matches!(place, "@" | "see @ now" | "<@>") {
            continue;
        }
        for wait in [false, true] {
            let out = told(&pieces, &rules, wait).concat();
            bad.extend(left(&out, url).map(|text| format!("{wait} {pieces:?}: {text}")));
        }
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

#[test]
fn a_text_over_notifications_that_wait_is_that_of_one_piece() {
    let (rules, mut draw, mut bad) = (under(&policy(), false), Draw(20_261_126), Vec::new());
    for round in 0..600 {
        let url = ["https://docs.example.com/a/b?c=d", URLS[0], URLS[1]][draw.below(3)];
        let text = PLACES[round % PLACES.len()].replace('@', url);
        let pieces = draw.pieces(&text);
        let (out, whole) = (told(&pieces, &rules, true).concat(), rules.filter.text(&text).text.into_owned());
        // What a piece is alone, where it is shown alone, is decided there.
        let alone = pieces.iter().any(|piece| rules.filter.text(piece).verdict != Verdict::Pass);
        let lines = rules.filter.text(&pieces.join("\n")).verdict != Verdict::Pass;
        let is_allowed = whole == text;
        if out != whole && !(alone || is_allowed && lines) {
            bad.push(format!("{pieces:?}: {out:?}, not {whole:?}"));
        }
    }
    assert!(bad.is_empty(), "{}: {}", bad.len(), bad.join("\n"));
}

#[test]
fn a_message_that_is_shown_alone_leads_nowhere_whatever_stands_around_it() {
    let rules = under(&policy(), false);
    for pieces in [
        ["`", "https://evil.example/?d=1", "`"],
        ["```\n", "![i](https://evil.example/?d=1)", "\n```"],
        ["https://docs.example.com/", "https://evil.example/?d=1", " "],
        ["https://docs.example.com/a?u=", "https://evil.example/?d=1", " "],
        ["https://docs.example.com/", "//evil.example/?d=1", " "],
        ["x", "https://evil.example/?d=1", "y"],
        ["see https://evil.example/", "?d=1", " now"],
        ["<!--", "<img src='https://evil.example/?d=1'>", "-->"],
    ] {
        let pieces = pieces.map(str::to_owned);
        for out in [told(&pieces, &rules, true), told(&pieces, &rules, false)].concat() {
            assert!(!out.contains("https://evil.example/"), "{pieces:?}: {out}");
        }
    }
}

#[test]
fn an_allowed_link_over_items_stays_wherever_it_is_cut() {
    let (rules, mut draw) = (under(&policy(), false), Draw(3));
    for round in 0..300 {
        let pieces = draw.pieces(&PLACES[round % PLACES.len()].replace('@', "https://docs.example.com/a/b?c=d"));
        // What a piece says alone may be no allowed link.
        let alone = |piece: &String| rules.filter.text(piece).verdict == Verdict::Pass;
        let items: Vec<_> = pieces.iter().map(|text| format!(r#"{{"type":"text","text":{}}}"#, quote(text))).collect();
        let body = format!(r#"{{"content":[{}]}}"#, items.join(","));
        let whole = |from: usize| pieces[from..].concat();
        if pieces.len() == 2 && pieces.iter().all(alone) && alone(&whole(0)) && alone(&pieces.join("\n")) {
            assert_eq!(result(Method::ToolsCall, &body, &rules).unwrap(), body, "{pieces:?}");
        }
    }
}
