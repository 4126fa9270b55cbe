//! Decisions: what is shown is what is decided about, by its digest.

use super::args::DecideArgs;
use super::source::{Refused, Source};
use super::view::{Item, Pin};
use super::{diff, render, view, visible};
use crate::out;
use anyhow::{Result, bail};
use casemate_core::Reason;
use casemate_core::pin::Kind;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Approve,
    Block,
}

impl Decision {
    /// The last part of its route.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Block => "block",
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Block => "blocked",
        }
    }
}

/// Whoever decides.
pub(super) trait Person {
    /// Whether someone can be asked.
    fn is_there(&self) -> bool;
    /// Shows something.
    fn show(&mut self, text: &str);
    /// Asks for a yes.
    fn agrees(&mut self, question: &str) -> Result<bool>;
}

/// Decides about one item or about all that wait. Gives whether any was left undecided.
pub(super) async fn decide(
    source: &mut Source,
    decision: Decision,
    args: &DecideArgs,
    person: &mut dyn Person,
) -> Result<bool> {
    let verb = decision.as_str();
    // A block needs no digest: it holds whatever the definition becomes.
    let is_named = args.all || args.digest.is_some() || decision == Decision::Block;
    let is_told = args.yes && is_named;
    if !person.is_there() && !is_told {
        let what = if decision == Decision::Block { "" } else { " and the reviewed --digest (or --all)" };
        bail!("there is no terminal to ask at: `casemate pins {verb}` needs --yes{what}");
    }
    let pins = match (&args.of, &args.server, &args.first) {
        (Some(server), ..) => waiting(source, server).await?,
        (None, Some(server), Some(first)) => vec![choose(source, server, first, args.name.as_deref()).await?],
        _ => bail!("name a server and an item, or use --all --server SERVER"),
    };
    if pins.is_empty() {
        out::say("nothing waits for a decision");
    }
    let mut is_left = false;
    for pin in pins {
        let decided = match source.item(&pin).await {
            Ok(document) => one(source, decision, &view::item(&document)?, args, person).await,
            Err(fault) => Err(fault),
        };
        is_left |= !match decided {
            Err(fault) if args.all && has_moved(&fault) => {
                out::say(&format!("{}: {fault:#}", render::title(&pin)));
                false
            }
            decided => decided?,
        };
    }
    Ok(is_left)
}

/// Whether somebody or the server was faster; the others are still to be decided.
fn has_moved(fault: &anyhow::Error) -> bool {
    let moved = |refused: &Refused| matches!(refused.reason, Reason::PinMoved | Reason::PinMissing);
    fault.downcast_ref().is_some_and(moved)
}

async fn waiting(source: &mut Source, server: &str) -> Result<Vec<Pin>> {
    let pins = view::list(&source.list(Some(server), None, false).await?)?;
    Ok(pins.into_iter().filter(Pin::waits).collect())
}

/// Decides about one item, after it was shown. Gives whether it was decided.
async fn one(
    source: &mut Source,
    decision: Decision,
    item: &Item,
    args: &DecideArgs,
    person: &mut dyn Person,
) -> Result<bool> {
    let (pin, title) = (&item.pin, render::title(&item.pin));
    let Some(digest) = pin.seen.as_deref() else { bail!("{title}: nothing of it was ever seen") };
    // Where a list showed another definition, the approved one can be confirmed.
    let confirmed = pin.approved.as_deref().filter(|approved| {
        let is_named = args.digest.is_some_and(|given| given.to_string() == *approved);
        is_named && decision == Decision::Approve && !pin.listed.is_empty()
    });
    let digest = confirmed.unwrap_or(digest);
    if args.digest.is_some_and(|given| given.to_string() != digest) {
        return Err(Refused::of(Reason::PinMoved).into());
    }
    person.show(&shown(item));
    match decision {
        Decision::Approve if pin.is_gone() => {
            out::say(&format!("{title}: the server offers it no longer, so there is nothing to approve"));
            return Ok(false);
        }
        Decision::Approve if pin.state == "approved" => {
            out::say(&format!("{title}: approved already"));
            return Ok(true);
        }
        Decision::Block if pin.state == "blocked" => {
            out::say(&format!("{title}: blocked already"));
            return Ok(true);
        }
        Decision::Approve if pin.state == "blocked" && args.yes && !args.unblock => {
            let command = render::command("approve --yes --unblock --digest", &[digest], pin);
            out::say(&format!("{title}: left as it is, because it is blocked. To end that:\n  {command}"));
            return Ok(false);
        }
        Decision::Approve if args.all && args.yes && (pin.is_grave() || !item.is_first()) => {
            let why = match pin.is_grave() {
                true => "because of what was found",
                false => "because another definition of it was approved before",
            };
            let command = render::command("approve --yes --digest", &[digest], pin);
            out::say(&format!("{title}: left as it is, {why}. Where the definition above is right:\n  {command}"));
            return Ok(false);
        }
        _ => {}
    }
    let question = match decision {
        Decision::Approve if confirmed.is_some() => {
            format!("Confirm the approved definition of {title}, although a list showed the other?")
        }
        Decision::Approve if pin.state == "blocked" => format!("Approve {title}, although it is blocked?"),
        Decision::Approve => format!("Approve this definition of {title}?"),
        Decision::Block => format!("Block {title}, whatever its definition becomes?"),
    };
    if !args.yes && !person.agrees(&question)? {
        out::say(&format!("{title}: left as it is"));
        return Ok(false);
    }
    source.decide(decision, pin, digest).await?;
    out::line(&format!("{} {title} {}", decision.done(), visible::line(digest)))?;
    if decision == Decision::Block && pin.kind == Kind::Template.as_str() {
        out::say("URIs that a rule for resources admits can still be read: a template is blocked as a template only");
    }
    Ok(true)
}

/// What a person sees before the question.
fn shown(item: &Item) -> String {
    let differs = item.approved.is_some() && diff::differs(item);
    let mut text = if differs { diff::diff(item) } else { render::heading(&item.pin) + &render::definition(item) };
    if let Some(told) = render::listed(&item.pin) {
        text.push_str(&format!("{told}\n"));
    }
    text.push_str(&render::findings(&item.pin.findings));
    text.push('\n');
    text
}

/// The pin that the arguments name: kind and name, or a name that only one pin has.
pub(super) async fn choose(source: &mut Source, server: &str, first: &str, second: Option<&str>) -> Result<Pin> {
    let pins = view::list(&source.list(Some(server), None, false).await?)?;
    pick(pins, first, second)
}

fn pick(pins: Vec<Pin>, first: &str, second: Option<&str>) -> Result<Pin> {
    let kind = second.map(|_| Kind::parse(first));
    if kind == Some(None) {
        bail!("`{}` is no kind: there are tool, prompt, template and instructions", visible::line(first));
    }
    let (kind, name) = (kind.flatten(), second.unwrap_or(first));
    let fits = |pin: &Pin, exactly: bool| {
        let is_kind = kind.is_none_or(|kind| kind.as_str() == pin.kind);
        let is_name = if exactly { pin.name == name } else { visible::line(&pin.name) == name };
        let is_whole = kind.is_none() && pin.kind == Kind::Instructions.as_str() && name == pin.kind;
        (is_kind && is_name) || is_whole
    };
    let exact = pins.iter().any(|pin| fits(pin, true));
    let mut found: Vec<_> = pins.into_iter().filter(|pin| fits(pin, exact)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(pin), true) => Ok(pin),
        (None, _) => Err(Refused::of(Reason::PinMissing).into()),
        (Some(last), false) => {
            let kinds: Vec<_> = found.iter().chain([&last]).map(|pin| pin.kind.as_str()).collect();
            bail!("several items have this name: say which kind, one of {}", kinds.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(kind: &str, name: &str) -> Pin {
        Pin {
            server: "files".to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            state: "pending".to_owned(),
            approved: None,
            seen: Some("sha256:00".to_owned()),
            listed: Vec::new(),
            findings: Vec::new(),
            changed_at: 0,
        }
    }

    #[test]
    fn a_name_that_only_one_item_has_needs_no_kind() {
        let pins = || {
            vec![
                pin("tool", "search"),
                pin("prompt", "search"),
                pin("tool", "read"),
                pin("tool", "re\u{200b}ad"),
                pin("prompt", "tool"),
                pin("instructions", ""),
            ]
        };
        let chosen = |first: &str, second: Option<&str>| pick(pins(), first, second).map(|pin| (pin.kind, pin.name));
        let is = |kind: &str, name: &str| Some((kind.to_owned(), name.to_owned()));
        assert_eq!(chosen("read", None).ok(), is("tool", "read"));
        assert_eq!(chosen("re\\u{200b}ad", None).ok(), is("tool", "re\u{200b}ad"));
        assert_eq!(chosen("re\u{200b}ad", None).ok(), is("tool", "re\u{200b}ad"));
        assert_eq!(chosen("prompt", Some("search")).ok(), is("prompt", "search"));
        assert_eq!(chosen("tool", None).ok(), is("prompt", "tool"));
        assert_eq!(chosen("instructions", None).ok(), is("instructions", ""));
        assert_eq!(chosen("instructions", Some("")).ok(), is("instructions", ""));
        let fault = |first, second| chosen(first, second).unwrap_err().to_string();
        assert!(fault("search", None).contains("one of tool, prompt"));
        assert!(fault("resource", Some("search")).contains("is no kind"));
        assert!(fault("prompt", Some("read")).starts_with("pin.missing"));
    }
}
