//! The difference between two definitions, member by member.

use super::render::{BOLD, GREEN, MARKED, PLAIN, RED, UNMARKED, heading};
use super::view::{Change, Item};
use super::{print, view, visible};
use bytes::Bytes;
use casemate_core::json::Json;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;
use std::time::Duration;

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 3;
/// After this time a difference is shown coarser than it could be: definitions come from servers.
const PATIENCE: Duration = Duration::from_secs(1);

/// The text of `casemate pins diff`.
pub(super) fn diff(item: &Item) -> String {
    let mut out = heading(&item.pin);
    let (old, new) = (item.approved.as_ref(), item.seen.as_ref().filter(|_| !item.pin.is_gone()));
    let digest = |digest: Option<&String>| digest.map_or_else(|| "nothing".to_owned(), |text| visible::line(text));
    let (approved, seen) =
        (digest(item.pin.approved.as_ref()), digest(item.pin.seen.as_ref().filter(|_| new.is_some())));
    let _ = writeln!(out, "{RED}- approved  {approved}{PLAIN}");
    let _ = writeln!(out, "{GREEN}+ seen      {seen}{PLAIN}");
    if old.is_some() && new.is_some() {
        item.changes.iter().for_each(|change| member(&mut out, change));
    } else {
        let side = |json: Option<&Json>| json.map(|json| json.root().raw().to_owned());
        member(&mut out, &Change { path: String::new(), old: side(old), new: side(new) });
    }
    if !differs(item) {
        out.push_str("\nno difference\n");
    }
    out
}

/// Whether the two definitions differ.
pub(super) fn differs(item: &Item) -> bool {
    item.pin.is_gone() || item.pin.approved != item.pin.seen
}

fn member(out: &mut String, change: &Change) {
    let what = match (&change.old, &change.new) {
        (None, Some(_)) => " (new)",
        (Some(_), None) => " (gone)",
        _ => "",
    };
    let path = if change.path.is_empty() { "the whole".to_owned() } else { visible::line(&change.path) };
    let _ = writeln!(out, "\n{BOLD}{path}{PLAIN}{what}");
    let (old, new) = sides(change.old.as_deref(), change.new.as_deref());
    let (old, new): (Vec<_>, Vec<_>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::configure().timeout(PATIENCE).diff_slices(&old, &new);
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            out.push_str("  …\n");
        }
        for line in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let (sign, colour) = match line.tag() {
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
                ChangeTag::Equal => (' ', ""),
            };
            let _ = write!(out, "{colour}{sign} ");
            for (is_marked, text) in line.values() {
                let (on, off) = if *is_marked { (MARKED, UNMARKED) } else { ("", "") };
                let _ = write!(out, "{on}{text}{off}");
            }
            let _ = writeln!(out, "{}", if colour.is_empty() { "" } else { PLAIN });
        }
    }
}

/// The lines of both sides, in one manner: texts of several lines as they are, everything else as JSON.
fn sides(old: Option<&str>, new: Option<&str>) -> (Vec<String>, Vec<String>) {
    let read =
        |side: Option<&str>| side.map(|raw| (raw.to_owned(), view::parse(Bytes::copy_from_slice(raw.as_bytes())).ok()));
    let (old, new) = (read(old), read(new));
    let text = |side: &Option<(String, Option<Json>)>| match side {
        Some((_, Some(json))) => json.root().as_str().map(|text| Some(text.into_owned())),
        Some((_, None)) => None,
        None => Some(None),
    };
    if let (Some(old), Some(new)) = (text(&old), text(&new))
        && [&old, &new].iter().any(|side| side.as_ref().is_some_and(|text| text.contains('\n')))
    {
        let lines = |side: Option<String>| side.map_or_else(Vec::new, |text| visible::lines(&text).collect());
        return (lines(old), lines(new));
    }
    let lines = |side: Option<(String, Option<Json>)>| match side {
        Some((_, Some(json))) => print::readable(json.root()).split('\n').map(str::to_owned).collect(),
        Some((raw, None)) => visible::lines(&raw).collect(),
        None => Vec::new(),
    };
    (lines(old), lines(new))
}
