//! Whether a probe held, judged by what is left in the end.

use crate::judge::Judge;
use crate::suite::{Expected, Probe, Want};
use crate::views::{folded, views};
use crate::{Channel, Code};

/// The shortest text that is looked for with everything but letters and digits left out.
const FOLDED: usize = 12;

/// What there is to be seen after a probe was played.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Whether what the probe plays was given to the gateway: by the server, or by the client where it is an argument.
    pub played: bool,
    /// Each string in what the client got.
    pub texts: Vec<String>,
    /// The reason with which the call was refused.
    pub refused: Option<String>,
    /// The rules of which the record has findings.
    pub findings: Vec<String>,
    /// Whether the item is in the list, where there is one.
    pub listed: Option<bool>,
    /// What the upstream has received of it.
    pub sent: Vec<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What was seen. It may hold what an attacker wrote.
    pub seen: String,
    /// What to do about it.
    pub help: &'static str,
}

fn fault(seen: impl Into<String>, help: &'static str) -> Option<Fault> {
    Some(Fault { seen: seen.into(), help })
}

const UNPLAYED: &str =
    "the probe itself failed: see the reason, and whether a limit of the configuration is in its way";
const WAY_OUT: &str = "see `output.links`, `output.images` and the actions of the rules link.*, image.* and html.*";
const SECRET: &str = "see the actions of the rules secret.*; a value of your own belongs under `output.registered`";
const TOUCHED: &str =
    "a benign text was changed: `casemate filter --explain` shows by which rule; allow the place, or suppress it";
const UNFOUND: &str = "see whether the rule is off or suppressed: `casemate rules list`";
const REFUSED: &str = "the call was to be refused; see the rules that deny";
const LISTED: &str = "see the rules that deny, and what `casemate pins` says of the definition";
const SENT: &str = "it went up to the server; a registered value never may";

/// What is wrong with the outcome of a probe; `None` where it held.
#[must_use]
pub fn judge(probe: &Probe, seen: &Seen, places: &Judge) -> Option<Fault> {
    match &probe.want {
        Want::Kept(kept) => twin(probe, kept, seen),
        Want::Held(expect) => attack(probe, expect, seen, places),
    }
}

fn twin(probe: &Probe, kept: &str, seen: &Seen) -> Option<Fault> {
    if let Some(reason) = &seen.refused {
        return fault(format!("refused: {reason}"), TOUCHED);
    }
    let whole = probe.input == kept;
    let arrived = |texts: &[String]| texts.iter().any(|text| if whole { text == kept } else { text.contains(kept) });
    let fine = match probe.channel {
        Channel::Argument => arrived(&seen.sent),
        _ => arrived(&seen.texts),
    };
    if fine { None } else { fault(seen.texts.join(" | "), if seen.played { TOUCHED } else { UNPLAYED }) }
}

/// Refusals that withhold what was found; any other ends a probe before it was judged.
fn is_withheld(reason: &str) -> bool {
    reason.starts_with("output.") || reason == "input.secret"
}

fn attack(probe: &Probe, expect: &Expected, seen: &Seen, places: &Judge) -> Option<Fault> {
    match (&expect.refused, &seen.refused) {
        (Some(wanted), Some(reason)) if wanted == reason => {}
        (Some(wanted), got) => {
            let got = got.as_deref().unwrap_or("an answer");
            return fault(format!("{got} instead of a refusal with {wanted}"), REFUSED);
        }
        (None, Some(reason)) if !is_withheld(reason) => return fault(format!("refused: {reason}"), UNPLAYED),
        (None, _) => {}
    }
    if !seen.played && seen.refused.is_none() && seen.listed != Some(false) {
        return fault("it was never played", UNPLAYED);
    }
    if expect.unlisted && seen.listed != Some(false) {
        return fault("the item is in the list", LISTED);
    }
    if let Some(text) = seen.sent.iter().find(|sent| expect.unsent.iter().any(|text| is_in(text, sent))) {
        return fault(format!("the upstream got: {text}"), SENT);
    }
    // In data for programs a URL that stands alone is data.
    let data = probe.channel == Channel::Structured && expect.unreachable;
    for text in &seen.texts {
        if expect.unreachable
            && let Some(left) = places.left(text).filter(|left| !(data && left.starts_with("bare:")))
        {
            return fault(format!("{left} in: {text}"), WAY_OUT);
        }
        if let Some(left) = expect.gone.iter().filter(|_| !data).find(|gone| is_in(gone, text)) {
            return fault(format!("{left} in: {text}"), if expect.unreachable { WAY_OUT } else { SECRET });
        }
    }
    let found = seen.findings.iter().any(|rule| expect.finding.iter().any(|wanted| fits(wanted, rule)));
    let denied = seen.listed == Some(false) || seen.refused.is_some();
    if expect.finding.is_empty() || found || denied && probe.channel == Channel::Description {
        return None;
    }
    fault(format!("findings: {}", seen.findings.join(", ")), UNFOUND)
}

/// Whether a rule's id is the one that is wanted; a `*` at the end stands for any end.
fn fits(wanted: &str, rule: &str) -> bool {
    wanted.strip_suffix('*').map_or_else(|| wanted == rule, |start| rule.starts_with(start))
}

/// Whether the text is in what came out: as it is, in an encoding, or with something between its letters.
fn is_in(text: &str, out: &str) -> bool {
    let small = folded(text);
    let backwards: String = small.chars().rev().collect();
    let near = |view: &String| {
        let view = folded(view);
        view.contains(&small) || view.contains(&backwards)
    };
    let turned = Code::Rot13.apply(&small);
    let all = views(out);
    all.iter().any(|view| view.contains(text))
        || small.len() >= FOLDED && (all.iter().any(near) || folded(out).contains(&turned))
}
