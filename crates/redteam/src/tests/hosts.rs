//! Private hosts, redacted: exactly the host goes, and a stream gives what the whole text gives.

use crate::draw::Draw;
use crate::*;
use casemate_core::glob::Glob;
use casemate_inspect::{Action, Registered};
use casemate_output::{Filter, Policy, Scope, Settings, Stream, Treatment};
use std::sync::Arc;

fn filter() -> Arc<Filter> {
    let rules = vec![(Glob::parse("host.*").unwrap(), Treatment::Do(Action::Redact))];
    let base = Settings { rules, ..Settings::default() };
    let registered = Arc::new(Registered::new([]));
    Policy { base, registered, html_bytes: 1 << 18, ..Policy::default() }.filter(&Scope::default(), 0)
}

/// How a host is written.
const HOSTS: &[&str] = &[
    "10.0.0.1",
    "10.20.30.40:8080",
    "&#49;&#48;.0.0.1",
    "10&#46;0&#46;0&#46;1",
    "&#x31;&#x30;.0.0.1",
    "%31%30.0.0.1",
    "10%2e0.0.1",
    "10\\u002e0.0.1",
    "\u{ff11}\u{ff10}.0.0.1",
    "10\u{200b}.0.0.1",
    "10\u{3002}0\u{3002}0\u{3002}1",
    "10[.]0[.]0[.]1",
    "0251.0376.0251.0376",
    "2852039166",
    "0xA9FEA9FE",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "[fd00:ec2::254]",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "root@10.1.2.3",
    "db01.corp.local",
    "db01%2ecorp%2elocal",
    "redis.prod.svc.cluster.local:6379",
    "10-0-0-1.prod.pod.cluster.local",
    "kubernetes.default.svc",
    "metadata.google.internal",
    "metadata.google.internal.",
    "host: 10.1",
    "\"url\": \"167772161\"",
    "ip-10-0-0-1",
    "laptop.tail1234.ts.net",
    "169.254.169.254/latest/meta-data",
    "1.0.0.10.in-addr.arpa",
    "app.10.0.0.1.nip.io",
];

/// What stands around it.
const AROUND: &[(&str, &str)] = &[
    ("go to ", " next word"),
    ("", ""),
    ("see ", ", then rest"),
    ("line one\n", "\nline three\n"),
    ("(", ") and more"),
    ("\u{5730}\u{5740}\u{662f} ", " \u{3002}\u{7136}\u{540e} more"),
];

fn streamed(filter: &Arc<Filter>, text: &str, size: Option<usize>) -> String {
    let mut draw = Draw::named(SEED, text);
    let mut stream = Stream::new(Arc::clone(filter));
    let (mut out, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let end = rest.ceil_char_boundary(size.unwrap_or_else(|| 1 + draw.below(40)).min(rest.len()));
        let (part, tail) = rest.split_at(end);
        out.push_str(&stream.push(part).expect("nothing denies").text);
        rest = tail;
    }
    out.push_str(&stream.finish().expect("nothing denies").text);
    out
}

#[test]
fn exactly_the_host_goes_and_a_stream_gives_the_same() {
    let filter = filter();
    let mut wrong = Vec::new();
    for host in HOSTS {
        for (before, after) in AROUND {
            let text = format!("{before}{host}{after}");
            let whole = filter.text(&text).text.into_owned();
            let words = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
            if !whole.contains("[private host removed]") || !whole.starts_with(before) || !whole.contains(&words(after))
            {
                wrong.push(format!("{text:?} -> {whole:?}"));
            }
            for size in [Some(1), Some(3), Some(7), Some(64), None] {
                let out = streamed(&filter, &text, size);
                if out != whole {
                    wrong.push(format!("{text:?} at {size:?}\n    whole:  {whole:?}\n    stream: {out:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
